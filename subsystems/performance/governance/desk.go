package governance

import (
	"cmp"
	"context"
	"slices"

	"praya/platform/db"
)

// Desk is what waits for an officer, or is late, in the departments whose drafts they see.
type Desk struct {
	ToConfirm []ProjectView // another officer filed; this one may confirm
	Filed     []ProjectView // filed by this one, or not for this one to confirm
	Late      []ProjectView // a return is late
	Due       []ProjectView // a return is due, not late
	Behind    []ProjectView // goes on after its first end
	Differ    []ProjectView // the return says other than the project's figures
	Findings  []DeskFinding // open or accepted, the earliest day first
	Checks    []SystemChecks
	Levels    []LevelView // not judged for a year
	NoPlan    []string    // departments without a current IT plan
}

// DeskFinding is a finding with its audit.
type DeskFinding struct {
	Finding
	Of     Audit
	IsLate bool
}

// SystemChecks is a system with its open checks.
type SystemChecks struct {
	System
	Open int
	Of   int
}

// Desk gathers what waits for the actor, or is late.
func (s *Service) Desk(ctx context.Context) (d Desk, err error) {
	sees, by := s.sees(ctx), handOf(ctx)
	projects, err := s.Projects(ctx)
	if err != nil {
		return d, err
	}
	for _, p := range projects {
		if sees(p.Department) {
			d.sort(p, by, s.can(ctx, "confirm", p.Department))
		}
	}
	slices.SortStableFunc(d.Late, func(a, b ProjectView) int { return a.Due.Sub(b.Due) })
	slices.SortStableFunc(d.Due, func(a, b ProjectView) int { return a.Due.Sub(b.Due) })
	if err := s.read(ctx, func(tx *db.Tx) error {
		d.Findings, d.Checks, d.NoPlan = nil, nil, nil
		if err := d.openFindings(tx, sees); err != nil {
			return err
		}
		return d.openChecks(tx, s.rules(), sees)
	}); err != nil {
		return d, err
	}
	levels, err := s.Levels(ctx)
	d.Levels = slices.DeleteFunc(levels, func(l LevelView) bool { return !l.Late || !sees(l.Provider) })
	if err != nil {
		return d, err
	}
	return d, s.withoutPlan(ctx, &d, sees)
}

// sort puts a project where it belongs.
func (d *Desk) sort(p ProjectView, by hand, mayConfirm bool) {
	switch {
	case p.Waiting != nil && mayConfirm && p.Waiting.FiledBy != by.Actor:
		d.ToConfirm = append(d.ToConfirm, p)
	case p.Waiting != nil:
		d.Filed = append(d.Filed, p)
	case p.Late:
		d.Late = append(d.Late, p)
	case p.Stage == Finished && p.Counts == nil:
		d.Due = append(d.Due, p)
	case p.Behind:
		d.Behind = append(d.Behind, p)
	case p.Counts != nil && p.Counts.differs(p.Project):
		d.Differ = append(d.Differ, p)
	}
}

func (d *Desk) openFindings(tx *db.Tx, sees func(string) bool) error {
	all, err := audits(tx)
	if err != nil {
		return err
	}
	of := map[string]Audit{}
	for _, a := range all {
		of[a.ID] = a
	}
	found, err := findings(tx)
	for _, f := range found {
		if a := of[f.Audit]; sees(a.Department) && (f.Status == FindingOpen || f.Status == FindingAccepted) {
			d.Findings = append(d.Findings, DeskFinding{f, a, f.Late(tx.Now().Day())})
		}
	}
	slices.SortStableFunc(d.Findings, func(a, b DeskFinding) int { return a.Due.Sub(b.Due) })
	return err
}

func (d *Desk) openChecks(tx *db.Tx, rules Rules, sees func(string) bool) error {
	all, err := systems(tx)
	if err != nil {
		return err
	}
	recorded, err := allChecks(tx)
	if err != nil {
		return err
	}
	for _, x := range all {
		if !sees(x.Department) || x.State == Retired {
			continue
		}
		c := SystemChecks{System: x}
		for _, check := range rules.checksFor(x, recorded[x.Code]) {
			c.Of++
			if check.State != CheckPassed {
				c.Open++
			}
		}
		if c.Open > 0 {
			d.Checks = append(d.Checks, c)
		}
	}
	slices.SortStableFunc(d.Checks, func(a, b SystemChecks) int { return cmp.Compare(b.State, a.State) }) // live ones first
	return nil
}

// withoutPlan names the departments whose drafts the actor sees and that hold no current plan.
func (s *Service) withoutPlan(ctx context.Context, d *Desk, sees func(string) bool) error {
	all, err := s.Departments.All(ctx)
	if err != nil {
		return err
	}
	filed, err := s.Plans(ctx)
	today := s.DB.Clock()().Day()
	has := map[string]bool{}
	for _, p := range filed {
		if p.Kind == ITPlan && p.Current(today) {
			has[p.Department] = true
		}
	}
	for _, x := range all {
		if !x.Body && x.On(today) && sees(x.Code) && !has[x.Code] {
			d.NoPlan = append(d.NoPlan, x.Code)
		}
	}
	return err
}
