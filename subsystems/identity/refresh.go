package identity

import (
	"context"
	"time"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// Refresh writes the personal data of a realm anew with the present key: profiles, passkeys,
// releases, notices, where browsers are reached, services' contacts, and what the provider
// keeps. It may run again after a crash, and beside all else.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.reseal(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) reseal(ctx context.Context, report func(done int64)) error {
	return s.Keys.RefreshColumns(ctx, s.DB, append(sealedColumns(), s.protocol.SealedColumns()...), report)
}

// sealedColumns are all that live longer than the minutes of a ceremony.
func sealedColumns() []sign.Column {
	byID := func(table, column string) func(*db.Tx, sign.Row) sign.Place {
		return func(tx *db.Tx, r sign.Row) sign.Place { return place(tx, table, column, r.ID) }
	}
	return []sign.Column{
		{Read: sealedProfiles, Place: func(tx *db.Tx, r sign.Row) sign.Place { return place(tx, "identity_profile", r.Part, r.Owner) }, Write: resealProfile},
		{Read: sealedPasskeys, Place: func(tx *db.Tx, r sign.Row) sign.Place { return place(tx, "identity_passkeys", "record", r.Owner) }, Write: resealPasskey},
		{Read: sealedLabels, Place: func(tx *db.Tx, r sign.Row) sign.Place { return labelPlace(tx, r.ID) }, Write: resealLabel},
		{Read: sealedReleases, Place: byID("identity_releases", "sealed"), Write: resealRelease},
		{Read: sealedNotices, Place: byID("identity_notices", "sealed"), Write: resealNotice},
		{Read: sealedBrowsers, Place: byID("identity_notice_browsers", "sealed"), Write: resealBrowser},
		{Read: sealedPushKeys, Place: func(tx *db.Tx, _ sign.Row) sign.Place { return pushKeyPlace(tx.Realm()) }, Write: resealPushKey},
		{Read: sealedContacts, Place: func(tx *db.Tx, r sign.Row) sign.Place { return contactPlace(tx, OnlineID(r.ID)) }, Write: resealContact},
	}
}

// Stale counts the values of a realm that are sealed with an older key.
func (s *Service) Stale(ctx context.Context) (n int64, err error) {
	mark, err := s.Keys.Mark()
	if err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if n, err = countStale(tx, mark); err != nil {
			return err
		}
		more, err := s.protocol.Stale(tx, mark)
		n += more
		return err
	})
	return n, err
}

// TurnSigningKeys lets the provider's next signing keys of the realm sign, when those
// that do are older than an age.
func (s *Service) TurnSigningKeys(ctx context.Context, age time.Duration) error {
	return s.protocol.RotateOlder(ctx, age)
}
