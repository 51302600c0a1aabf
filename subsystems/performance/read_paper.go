package performance

import (
	"context"
	"encoding/json"

	"praya/platform/jobs"
)

// TakeVersion is the job that reads an imported version.
func (s *Service) TakeVersion(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var v struct{ Version string }
	if err := json.Unmarshal(j.Args, &v); err != nil {
		return err
	}
	p, err := s.Papers.Paper(ctx, v.Version)
	if err != nil {
		return err
	}
	return s.Take(ctx, p)
}

// CatchUp reads every paper that the Estimates hold: for a program that began before this
// subsystem was there, and for the demonstration.
func (s *Service) CatchUp(ctx context.Context) error {
	all, err := s.Papers.Newest(ctx)
	if err != nil {
		return err
	}
	for _, version := range all {
		p, err := s.Papers.Paper(ctx, version)
		if err != nil {
			return err
		}
		if err := s.Take(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
