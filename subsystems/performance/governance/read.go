package governance

import (
	"cmp"
	"context"
	"slices"

	"praya/kernel/when"
	"praya/platform/db"
)

func (s *Service) mayRead(ctx context.Context) error { return s.may(ctx, "read", "") }

// read runs fn on a snapshot for somebody who may read at all.
func (s *Service) read(ctx context.Context, fn func(tx *db.Tx) error) error {
	if err := s.mayRead(ctx); err != nil {
		return err
	}
	return s.DB.Read(ctx, fn)
}

// Systems lists every system, by code. Risks and reasons are there for those who see them.
func (s *Service) Systems(ctx context.Context) (out []System, err error) {
	sees := s.sees(ctx)
	err = s.read(ctx, func(tx *db.Tx) error {
		out, err = systems(tx)
		return err
	})
	for i := range out {
		out[i] = out[i].shown(sees(out[i].Department))
	}
	return out, err
}

// shown is a system without what only those who see its department's drafts may know.
func (s System) shown(all bool) System {
	if !all {
		s.Risk, s.Reason = "", ""
	}
	return s
}

// System gives one system.
func (s *Service) System(ctx context.Context, code string) (x System, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		x, err = systemByCode(tx, code)
		return err
	})
	return x.shown(s.can(ctx, "see", x.Department)), unknown(err, "system")
}

// SystemView is a system with all that belongs to it. Checks and Steps are empty, and
// incidents without words, to those who don't see its department's drafts.
type SystemView struct {
	System
	Subscriptions []Subscription
	Months        []Availability // newest first
	Incidents     []Incident     // newest first
	Checks        []Check
	Projects      []ProjectView
	Steps         []Step
	Sees          bool
}

// SystemView gives a system with all that belongs to it.
func (s *Service) SystemView(ctx context.Context, code string) (v SystemView, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		v, err = s.systemView(tx, code)
		return err
	})
	if err != nil {
		return v, unknown(err, "system")
	}
	all, err := s.Projects(ctx)
	v.Projects = slices.DeleteFunc(all, func(p ProjectView) bool { return p.System != code })
	v.Sees = s.can(ctx, "see", v.Department)
	if !v.Sees {
		v.System, v.Checks, v.Steps = v.shown(false), nil, nil
		for i := range v.Incidents {
			v.Incidents[i].What = ""
		}
	}
	return v, err
}

func (s *Service) systemView(tx *db.Tx, code string) (v SystemView, err error) {
	if v.System, err = systemByCode(tx, code); err != nil {
		return v, err
	}
	if v.Subscriptions, err = subscriptions(tx, code); err != nil {
		return v, err
	}
	if v.Months, err = months(tx, code); err != nil {
		return v, err
	}
	if v.Incidents, err = incidents(tx, code); err != nil {
		return v, err
	}
	recorded, err := checksOf(tx, code)
	if err != nil {
		return v, err
	}
	v.Checks = s.rules().checksFor(v.System, recorded)
	v.Steps, err = steps(tx, code)
	return v, err
}

// Plans lists the plans. One that was withdrawn is there for those who see its department's drafts.
func (s *Service) Plans(ctx context.Context) (out []Plan, err error) {
	sees := s.sees(ctx)
	err = s.read(ctx, func(tx *db.Tx) error {
		out, err = plans(tx)
		return err
	})
	return slices.DeleteFunc(out, func(p Plan) bool { return p.Withdrawn != "" && !sees(p.Department) }), err
}

// Plan gives one plan, with its history for those who see it.
func (s *Service) Plan(ctx context.Context, planID string) (p Plan, history []Step, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		if p, err = planByID(tx, planID); err != nil {
			return err
		}
		history, err = steps(tx, planID)
		return err
	})
	if err != nil {
		return p, nil, unknown(err, "plan")
	}
	if !s.can(ctx, "see", p.Department) {
		history = nil
		if p.Withdrawn != "" {
			return Plan{}, nil, hidden("plan")
		}
	}
	return p, history, nil
}

// ProjectView is a project with its return.
type ProjectView struct {
	Project
	Counts  *Return  // the return that counts
	Waiting *Return  // a return that waits for another officer
	Due     when.Day // of the return of a finished project
	Late    bool     // that return is late
	Behind  bool     // the project goes on after the end it first promised
	Sees    bool     // the reader sees the department's drafts
}

// Projects lists the projects that the actor may see: their own department's, and those of
// all whose returns count.
func (s *Service) Projects(ctx context.Context) (out []ProjectView, err error) {
	sees, rules := s.sees(ctx), s.rules()
	err = s.read(ctx, func(tx *db.Tx) error {
		all, err := projects(tx)
		if err != nil {
			return err
		}
		filed, err := returns(tx)
		if err != nil {
			return err
		}
		out = nil
		today := tx.Now().Day()
		byProject := byProject(filed)
		for _, p := range all {
			if v := rules.view(p, byProject[p.ID], today); v.Counts != nil || sees(p.Department) {
				out = append(out, v.shown(sees(p.Department)))
			}
		}
		return nil
	})
	slices.SortStableFunc(out, urgency)
	return out, err
}

// urgency sets what is late first, then what is behind, then by department and reference.
func urgency(a, b ProjectView) int {
	rank := func(v ProjectView) int {
		switch {
		case v.Late:
			return 0
		case v.Behind:
			return 1
		}
		return 2
	}
	return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Department, b.Department), cmp.Compare(a.Reference, b.Reference))
}

func byProject(all []Return) map[string][]Return {
	out := map[string][]Return{}
	for _, r := range all {
		out[r.Project] = append(out[r.Project], r)
	}
	return out
}

func (r Rules) view(p Project, filed []Return, today when.Day) ProjectView {
	v := ProjectView{Project: p, Behind: p.behind(today)}
	for _, x := range filed {
		switch x.State {
		case Confirmed:
			v.Counts = &x
		case Filed:
			v.Waiting = &x
		}
	}
	if p.Stage == Finished {
		v.Due = r.dueAfter(p.Ended)
	}
	v.Late = r.late(p, v.Counts != nil, today)
	return v
}

// shown is a project as the public sees it, when the reader sees no drafts of its department.
func (v ProjectView) shown(all bool) ProjectView {
	v.Sees = all
	if !all {
		v.Note, v.Waiting = "", nil
	}
	return v
}

// ProjectFile is all about a project.
type ProjectFile struct {
	ProjectView
	Baselines []Baseline
	Returns   []Return // newest first
	Orders    []Order
	Steps     []Step
}

// Project gives a project with all about it. One whose return does not count yet exists only
// for those who see its department's drafts.
func (s *Service) Project(ctx context.Context, projectID string) (f ProjectFile, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		f, err = s.projectFile(tx, projectID)
		return err
	})
	if err != nil {
		return f, unknown(err, "project")
	}
	if sees := s.can(ctx, "see", f.Department); !sees {
		if f.Counts == nil {
			return ProjectFile{}, hidden("project")
		}
		f.Steps = nil
		f.Returns = slices.DeleteFunc(f.Returns, func(r Return) bool { return r.State != Confirmed })
		for i := range f.Baselines {
			f.Baselines[i].Why, f.Baselines[i].Actor = "", ""
		}
		for i := range f.Orders {
			f.Orders[i] = f.Orders[i].shown(false)
		}
		f.ProjectView = f.shown(false)
	} else {
		f.ProjectView = f.shown(true)
	}
	return f, nil
}

func (s *Service) projectFile(tx *db.Tx, projectID string) (f ProjectFile, err error) {
	p, err := projectByID(tx, projectID)
	if err != nil {
		return f, err
	}
	if f.Returns, err = returnsOf(tx, projectID); err != nil {
		return f, err
	}
	f.ProjectView = s.rules().view(p, f.Returns, tx.Now().Day())
	if f.Baselines, err = baselines(tx, projectID); err != nil {
		return f, err
	}
	if f.Orders, err = ordersOf(tx, projectID); err != nil {
		return f, err
	}
	f.Steps, err = steps(tx, projectID)
	return f, err
}

// ReturnView is a return with its project.
type ReturnView struct {
	Return
	Of Project
}

// Returns lists the returns that count; those that wait, too, for those who see their
// department's drafts.
func (s *Service) Returns(ctx context.Context) (out []ReturnView, err error) {
	sees := s.sees(ctx)
	err = s.read(ctx, func(tx *db.Tx) error {
		filed, err := returns(tx)
		if err != nil {
			return err
		}
		all, err := projects(tx)
		if err != nil {
			return err
		}
		of := map[string]Project{}
		for _, p := range all {
			of[p.ID] = p
		}
		out = nil
		for _, r := range filed {
			if r.State == Confirmed || r.State == Filed && sees(r.Department) {
				out = append(out, ReturnView{r, of[r.Project]})
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b ReturnView) int { // newest first
		return cmp.Or(b.Day.Sub(a.Day), cmp.Compare(a.Department, b.Department), cmp.Compare(a.Of.Reference, b.Of.Reference))
	})
	return out, err
}
