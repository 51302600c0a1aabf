package exchange

import (
	"context"
	"strings"

	"praya/platform/jobs"
)

// CDIEvent is the job that tells the interchange's journal: it is tried again until it is taken.
func (s *Service) CDIEvent(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	if s.CDI.Party == "" {
		return nil // the operator has left the interchange
	}
	return s.post(ctx, strings.TrimSuffix(s.CDI.Address, "/")+"/events", "application/json", j.Args)
}
