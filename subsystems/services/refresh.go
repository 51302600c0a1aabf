package services

import (
	"context"
	"slices"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/process"
)

// JobRefresh writes what is sealed anew with the present key, after a rotation: also the bytes of
// uploads.
const JobRefresh = "services.refresh"

// Refresh writes a realm's sealed values anew with the present key. It may run again after a
// crash, and beside all else.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.reseal(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) reseal(ctx context.Context, report func(done int64)) error {
	rows := int64(0)
	err := s.Keys.RefreshColumns(ctx, s.DB, slices.Concat(sealedColumns(), process.Sealed(), fees.Sealed()), func(done int64) {
		rows = done
		report(done)
	})
	if err != nil {
		return err
	}
	return s.resealUploads(ctx, func(done int64) { report(rows + done) })
}

// Stale counts the values of a realm that are sealed with an older key.
func (s *Service) Stale(ctx context.Context) (n int64, err error) {
	mark, err := s.Keys.Mark()
	if err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n = 0
		for _, count := range []func(*db.Tx, []byte) (int64, error){staleSealed, process.Stale, fees.Stale} {
			m, err := count(tx, mark)
			if err != nil {
				return err
			}
			n += m
		}
		return nil
	})
	return n, err
}
