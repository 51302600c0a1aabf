package services

import (
	"context"
	"time"

	"praya/platform/db"
	"praya/platform/jobs"
)

// JobSweep deletes drafts that nobody went on with.
const JobSweep = "services.sweep"

// keepDrafts is for how long a draft waits for its owner, who is told so on its page.
const keepDrafts = 90 * 24 * time.Hour

const sweepAtOnce = 200

// Sweep is the job's handler.
func (s *Service) Sweep(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
	return s.SweepDrafts(ctx, func(done int64) { p.Report(ctx, done, 0, "") })
}

// SweepDrafts deletes a group of drafts in a transaction, until there are none left.
func (s *Service) SweepDrafts(ctx context.Context, report func(done int64)) error {
	for done := int64(0); ; {
		n := 0
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			ids, err := db.List(tx, db.Value[ApplicationID], sqlStale, tx.Realm(), tx.Now().Add(-keepDrafts), sweepAtOnce)
			if err != nil {
				return err
			}
			for _, id := range ids {
				a, err := findHead(tx, id)
				if err != nil {
					return err
				}
				if err := s.forget(tx, a); err != nil {
					return err
				}
			}
			n = len(ids)
			return nil
		})
		if err != nil {
			return err
		}
		done += int64(n)
		report(done)
		if n < sweepAtOnce {
			return nil
		}
	}
}
