package directory

import (
	"context"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// Refresh writes the officers' names and e-mails of a realm anew with the present key. It
// may run again after a crash, and beside all else.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.reseal(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) reseal(ctx context.Context, report func(done int64)) error {
	return s.Keys.RefreshColumns(ctx, s.DB, []sign.Column{{
		Read:  sealedOfficers,
		Place: func(tx *db.Tx, r sign.Row) sign.Place { return placeOf(tx, r.Part, OfficerID(r.ID)) },
		Write: resealOfficer,
	}}, report)
}

// Stale counts the values of a realm that are sealed with an older key.
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
