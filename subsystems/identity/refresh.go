package identity

import (
	"context"
	"time"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// slice is how many rows one transaction of the refresh takes: other writers come between.
const slice = 200

// sealedRow is a sealed value, and what is needed to write it anew.
type sealedRow struct {
	ID, Account, Column string
	Sealed              []byte
}

// Refresh writes the personal data of a realm anew with the present key: profiles,
// passkeys, releases, notices, and where browsers are reached. It may run again after a crash, and beside all else.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.reseal(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) reseal(ctx context.Context, report func(done int64)) error {
	done := int64(0)
	for _, t := range []struct {
		read  func(tx *db.Tx, after sealedRow) ([]sealedRow, error)
		place func(tx *db.Tx, r sealedRow) sign.Place
		write func(tx *db.Tx, r sealedRow, sealed []byte) error
	}{
		{sealedProfiles, func(tx *db.Tx, r sealedRow) sign.Place { return place(tx, "identity_profile", r.Column, r.Account) }, resealProfile},
		{sealedPasskeys, func(tx *db.Tx, r sealedRow) sign.Place { return place(tx, "identity_passkeys", "record", r.Account) }, resealPasskey},
		{sealedLabels, func(tx *db.Tx, r sealedRow) sign.Place { return labelPlace(tx, r.ID) }, resealLabel},
		{sealedReleases, func(tx *db.Tx, r sealedRow) sign.Place { return place(tx, "identity_releases", "sealed", r.ID) }, resealRelease},
		{sealedNotices, func(tx *db.Tx, r sealedRow) sign.Place { return place(tx, "identity_notices", "sealed", r.ID) }, resealNotice},
		{sealedBrowsers, func(tx *db.Tx, r sealedRow) sign.Place { return place(tx, "identity_notice_browsers", "sealed", r.ID) }, resealBrowser},
		{sealedPushKeys, func(tx *db.Tx, _ sealedRow) sign.Place { return pushKeyPlace(tx.Realm()) }, resealPushKey},
	} {
		var last sealedRow
		for more := true; more; {
			err := s.DB.Write(ctx, func(tx *db.Tx) error {
				rows, err := t.read(tx, last)
				if err != nil {
					return err
				}
				more = len(rows) == slice
				for _, r := range rows {
					sealed, changed, err := s.Keys.Refresh(t.place(tx, r), r.Sealed)
					if err == nil && changed {
						err = t.write(tx, r, sealed)
					}
					if err != nil {
						return err
					}
				}
				if len(rows) > 0 {
					last = rows[len(rows)-1]
				}
				done += int64(len(rows))
				return nil
			})
			if err != nil {
				return err
			}
			report(done)
		}
	}
	return nil
}

// TurnSigningKeys lets the provider's next signing keys of the realm sign, when those
// that do are older than an age.
func (s *Service) TurnSigningKeys(ctx context.Context, age time.Duration) error {
	return s.protocol.RotateOlder(ctx, age)
}
