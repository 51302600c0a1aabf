package app

import (
	"context"
	"time"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/subsystems/performance"
	"praya/subsystems/performance/papers"
)

// jobHousekeeping is the hourly job that takes out what has ended. Its key is the hour, so
// that of several processes one does it.
const jobHousekeeping = "app.housekeeping"

// keepFor is how long events that everybody has seen and jobs that have ended stay.
const keepFor = 90 * 24 * time.Hour

// hourly asks for the housekeeping of each hour that comes.
func (p *Praya) hourly(ctx context.Context) error {
	for {
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			if _, err := jobs.Enqueue(tx, jobs.Job{Kind: jobHousekeeping, Key: tx.Now().Time().Format("2006-01-02T15")}); err != nil {
				return err
			}
			for _, kind := range []string{performance.JobRemind, papers.JobReasons} {
				if _, err := jobs.Enqueue(tx, jobs.Job{Kind: kind, Key: tx.Now().Day().String()}); err != nil {
					return err
				}
			}
			return dailyServices(tx)
		})
		if err != nil && ctx.Err() == nil {
			p.log.ErrorContext(ctx, "housekeeping", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Hour):
		}
	}
}

// housekeeping takes out sessions, allowances, codes and old notices, events and jobs that have ended.
func (p *Praya) housekeeping(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	before := p.DB.Clock()().Add(-keepFor)
	steps := []func() (int64, error){
		func() (int64, error) { return p.Site.Sweep(ctx) },
		func() (int64, error) { return limits.Sweep(ctx, p.DB) },
		func() (int64, error) { return p.Identity.SweepLog(ctx) },
		func() (int64, error) { return p.Events.Prune(ctx, before) },
		func() (int64, error) { return jobs.Prune(ctx, p.DB, before) },
		func() (int64, error) { return p.Identity.Sweep(ctx) },
		func() (int64, error) { return p.Services.Line.Sweep(ctx) },
		func() (int64, error) { return 0, p.turnOldKeys(ctx) },
	}
	for i, step := range steps {
		if _, err := step(); err != nil {
			return err
		}
		progress.Report(ctx, int64(i+1), int64(len(steps)), "")
	}
	return nil
}
