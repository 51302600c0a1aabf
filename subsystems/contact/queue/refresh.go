package queue

import (
	"context"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// The jobs of this folder. Both may run again after a crash, and beside all else.
const (
	JobRefresh = "queue.refresh" // writes what is sealed anew with the present key, after a rotation
	JobForget  = "queue.forget"  // erases numbers that were kept long enough, daily
)

// Refresh is the first.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.reseal(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) reseal(ctx context.Context, report func(done int64)) error {
	return s.Keys.RefreshColumns(ctx, s.DB, []sign.Column{{
		Read:  sealedNumbers,
		Place: func(tx *db.Tx, r sign.Row) sign.Place { return numberPlace(tx.Realm(), CallID(r.ID)) },
		Write: resealNumber,
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

// Forget is the second.
func (s *Service) Forget(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	n, err := s.forgetNumbers(ctx)
	progress.Report(ctx, n, n, "")
	return err
}

// forgetNumbers erases the numbers of calls that arrived longer ago than Rules.KeepNumbers. The
// records stay: they count, and name nobody.
func (s *Service) forgetNumbers(ctx context.Context) (n int64, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err = forget(tx, tx.Now().Add(-s.Rules.filled().KeepNumbers))
		return err
	})
	return n, err
}
