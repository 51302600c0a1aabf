package cases

import (
	"context"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// JobRefresh writes what is sealed anew with the present key, after a rotation.
const JobRefresh = "contact.cases.refresh"

// Refresh is that job. The bytes of files stay under the key of their day, which stays on the ring.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
	return s.Keys.RefreshColumns(ctx, s.DB, []sign.Column{
		{Read: sealedWords, Place: func(tx *db.Tx, r sign.Row) sign.Place { return wordsPlace(tx, CaseID(r.ID)) }, Write: resealWords},
		{Read: sealedContacts, Place: func(tx *db.Tx, r sign.Row) sign.Place { return contactPlace(tx, CaseID(r.ID)) }, Write: resealContact},
		{Read: sealedReferrals, Place: func(tx *db.Tx, r sign.Row) sign.Place { return referralPlace(tx, ReferralID(r.ID)) }, Write: resealReferral},
		{Read: sealedHeads, Place: func(tx *db.Tx, r sign.Row) sign.Place { return headPlace(tx.Realm(), r.ID) }, Write: resealHead},
		{Read: sealedDrafts, Place: func(tx *db.Tx, r sign.Row) sign.Place { return draftPlace(tx, CaseID(r.ID)) }, Write: resealDraft},
		{Read: sealedMessages(false), Place: func(tx *db.Tx, r sign.Row) sign.Place { return textPlace(tx, CaseID(r.Owner), numberOf(r)) }, Write: resealText},
		{Read: sealedMessages(true), Place: func(tx *db.Tx, r sign.Row) sign.Place { return mailPlace(tx, CaseID(r.Owner), numberOf(r)) }, Write: resealMailID},
		{Read: sealedNotes, Place: func(tx *db.Tx, r sign.Row) sign.Place { return stepPlace(tx, CaseID(r.Owner), numberOf(r)) }, Write: resealNote},
	}, func(done int64) {
		if p != nil {
			p.Report(ctx, done, 0, "")
		}
	})
}

// Stale counts the cases of a realm whose words or contact are sealed with an older key.
func (s *Service) Stale(ctx context.Context) (n int64, err error) {
	mark, err := s.Keys.Mark()
	if err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = countStale(tx, mark)
		return err
	})
	return n, err
}
