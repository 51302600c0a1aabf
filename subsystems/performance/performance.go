package performance

import (
	"context"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/search"
	"praya/subsystems/performance/governance"
	"praya/subsystems/performance/votes"
)

// Service has the use cases of the yearly cycle. Its fields are given by app/wire.go.
type Service struct {
	DB     *db.DB
	Policy *access.Policy
	Index  *search.Index
	Papers Papers
	Staff  Staff
	Votes  *votes.Service      // posts and money
	IT     *governance.Service // projects and systems

	Reminders Reminders // nil: officers look at their desk by themselves
}

// The roles that the directory grants.
const (
	OfficerRole  = "performance-officer"
	ApproverRole = "performance-approver"
)

func (s *Service) today() when.Day { return s.DB.Clock()().Day() }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Policy.Allow(ctx, "performance.read", access.Resource{Type: "Cycle", ID: "all"})
}

func (s *Service) mayTake(ctx context.Context) error {
	return s.Policy.Allow(ctx, "performance.take", access.Resource{Type: "Cycle", ID: "all"})
}

// mayWork asks whether somebody may work on what a department owns.
func (s *Service) mayWork(ctx context.Context, department string) error {
	return s.Policy.Allow(ctx, "performance.work", owned(department))
}

// mayConfirm asks whether somebody may decide on what others of a department gave.
func (s *Service) mayConfirm(ctx context.Context, department string) error {
	return s.Policy.Allow(ctx, "performance.confirm", owned(department))
}

func owned(department string) access.Resource {
	if department == "" {
		department = "-"
	}
	return access.Resource{Type: "Department", ID: department, Attrs: map[string]any{"code": department}}
}

// by names who acts, for four eyes: an account, or the kind of actor that has none.
func by(ctx context.Context) string {
	a := who.From(ctx).Actor
	if a.ID == "" {
		return string(a.Kind)
	}
	return a.ID
}

func notFound(what string) error {
	return fault.New(fault.NotFound, "performance.fault.no-"+what)
}

func unknown(err error, what string) error {
	if fault.Is(err, fault.NotFound) {
		return notFound(what)
	}
	return err
}

// changed refuses an older version than the one that is stored.
func changed(given, stored int64) error {
	if given != stored {
		return fault.New(fault.Conflict, "performance.fault.changed")
	}
	return nil
}

func wrong(field, key string) error {
	return fault.New(fault.Invalid, "performance.fault.invalid").At(field, "performance.wrong."+key)
}

// sameWords compares names as papers print them: without spaces, variants as one.
func sameWords(a, b string) bool { return a == b || squeeze(a) == squeeze(b) }

func squeeze(s string) string {
	return search.Fold(strings.Map(func(r rune) rune {
		if r == ' ' || r == '　' || r == '\u00a0' {
			return -1
		}
		return r
	}, s))
}
