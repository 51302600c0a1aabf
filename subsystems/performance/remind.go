package performance

import (
	"context"
	"slices"

	"praya/platform/db"
	"praya/platform/jobs"
)

// JobRemind tells officers once a day that something of their department is late or due, and
// counts anew what a day changes by itself. Its key is the day.
const JobRemind = "performance.remind"

// Remind is that job.
func (s *Service) Remind(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	if err := s.mayTake(ctx); err != nil {
		return err
	}
	if err := s.DB.Write(ctx, countToday); err != nil {
		return err
	}
	waiting, err := s.waiting(ctx)
	if err != nil {
		return err
	}
	for _, department := range waiting {
		if err := s.Reminders.Remind(ctx, department, []string{OfficerRole, ApproverRole}, j.Key, root+"/desk"); err != nil {
			return err
		}
	}
	return nil
}

// waiting are the departments for which something is late or due: an initiative, a milestone, a
// review, a value that is missing or waits for a second pair of eyes.
func (s *Service) waiting(ctx context.Context) (out []string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		all, err := headsNewest(tx)
		if err != nil {
			return err
		}
		for _, h := range all {
			if h.Department == "" || slices.Contains(out, h.Department) {
				continue
			}
			b, err := board(tx, s.today(), "", h.Number)
			if err != nil {
				return err
			}
			eyes, err := waitingValues(tx, h.Department, 1)
			if err != nil {
				return err
			}
			if len(b.Late)+len(b.Milestones)+len(b.Reviews)+len(b.Missing)+len(eyes) > 0 {
				out = append(out, h.Department)
			}
		}
		return nil
	})
	return out, err
}
