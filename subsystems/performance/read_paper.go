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
	return s.readVersion(ctx, v.Version)
}

// readVersion reads a version into the cycle, and its money and posts into the votes.
func (s *Service) readVersion(ctx context.Context, version string) error {
	p, err := s.Papers.Paper(ctx, version)
	if err != nil {
		return err
	}
	if err := s.Take(ctx, p); err != nil || s.Votes == nil {
		return err
	}
	book, err := p.Book()
	if err != nil {
		return err
	}
	return s.Votes.LoadBook(ctx, book)
}

// CatchUp reads every paper that the Estimates hold: for a program that began before this
// subsystem was there, and for the demonstration.
func (s *Service) CatchUp(ctx context.Context) error {
	all, err := s.Papers.Newest(ctx)
	if err != nil {
		return err
	}
	for _, version := range all {
		if err := s.readVersion(ctx, version); err != nil {
			return err
		}
	}
	return nil
}
