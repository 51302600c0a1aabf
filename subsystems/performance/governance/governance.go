package governance

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
)

// Roles that the directory may grant to officers.
const (
	OfficerRole  = "governance-officer"  // works for their own department
	CompilerRole = "governance-compiler" // of the office that compiles: reads all departments
)

// Service has the use cases. Its fields are given by app/wire.go.
type Service struct {
	DB          *db.DB
	Policy      *access.Policy
	Departments Departments
	Rules       Rules // zero: DefaultRules
}

// hand is whose act something is.
type hand struct{ Actor, Department string }

func handOf(ctx context.Context) hand {
	a := who.From(ctx).Actor
	return hand{a.ID, a.Duty.Department}
}

func (s *Service) may(ctx context.Context, action, department string) error {
	return s.Policy.Allow(ctx, "governance."+action, access.Resource{
		Type: "Department", ID: department, Attrs: map[string]any{"code": department},
	})
}

func (s *Service) can(ctx context.Context, action, department string) bool {
	return s.may(ctx, action, department) == nil
}

// sees tells whose drafts the actor may see. It asks the policy once a department.
func (s *Service) sees(ctx context.Context) func(department string) bool {
	asked := map[string]bool{}
	return func(department string) bool {
		yes, known := asked[department]
		if !known {
			yes = s.can(ctx, "see", department)
			asked[department] = yes
		}
		return yes
	}
}

// hidden is the answer about what somebody may not even know of: there is no such thing.
func hidden(what string) error { return fault.New(fault.NotFound, "governance.fault.no-"+what) }

// unknown says which thing is not there, instead of the store's own word.
func unknown(err error, what string) error {
	if fault.Is(err, fault.NotFound) {
		return hidden(what)
	}
	return err
}

// act is one act of a person: the policy was asked; what is done and its entry in the audit
// trail are one transaction.
func (s *Service) act(ctx context.Context, what string, on *string, do func(tx *db.Tx, by hand) error) error {
	by := handOf(ctx)
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := do(tx, by); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "governance." + what, On: *on, Outcome: audit.Done})
	})
}

// departments are the directory's, by code.
func (s *Service) departments(ctx context.Context) (map[string]Department, error) {
	all, err := s.Departments.All(ctx)
	out := make(map[string]Department, len(all))
	for _, d := range all {
		out[d.Code] = d
	}
	return out, err
}

// existing asks the directory whether departments exist; an empty code is read over.
func (s *Service) existing(ctx context.Context, fields map[string]string) error {
	all, err := s.departments(ctx)
	if err != nil {
		return err
	}
	var w wrongs
	for field, code := range fields {
		if _, ok := all[code]; !ok && code != "" {
			w.add(field, "no-department")
		}
	}
	return w.err()
}
