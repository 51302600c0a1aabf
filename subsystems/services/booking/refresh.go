package booking

import (
	"context"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// JobRefresh writes what is sealed anew with the present key, after a rotation.
const JobRefresh = "booking.refresh"

// Refresh is that job. It may run again after a crash, and beside all else.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.reseal(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) reseal(ctx context.Context, report func(done int64)) error {
	return s.Keys.RefreshColumns(ctx, s.DB, []sign.Column{{
		Read:  sealedNotes,
		Place: func(tx *db.Tx, r sign.Row) sign.Place { return notePlace(tx.Realm(), BookingID(r.ID)) },
		Write: resealNote,
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
