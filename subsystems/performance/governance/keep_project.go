package governance

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/platform/db"
)

// Propose adds a project with what is planned at first.
func (s *Service) Propose(ctx context.Context, p Project) (projectID string, err error) {
	if err := s.may(ctx, "keep", p.Department); err != nil {
		return "", err
	}
	if err := s.existing(ctx, map[string]string{"department": p.Department}); err != nil {
		return "", err
	}
	err = s.act(ctx, "project", &projectID, func(tx *db.Tx, by hand) error {
		p, err = propose(tx, by, p)
		projectID = p.ID
		return err
	})
	return projectID, err
}

func propose(tx *db.Tx, by hand, p Project) (Project, error) {
	p.ID, p.Stage, p.First, p.Baselines, p.Version = id.New[string](tx.Now()), Proposed, p.Planned, 1, 0
	if err := p.check(); err != nil {
		return p, err
	}
	if err := p.Planned.check(); err != nil {
		return p, err
	}
	if err := fits(tx, p); err != nil {
		return p, err
	}
	if err := writeProject(tx, p); err != nil {
		return p, err
	}
	p.Version = 1
	if err := writeBaseline(tx, by, p, ""); err != nil {
		return p, err
	}
	return p, note(tx, by, p.ID, "proposed", "")
}

// fits asks whether a project's reference is its own, and its system is registered.
func fits(tx *db.Tx, p Project) error {
	var w wrongs
	other, err := projectByReference(tx, p.Department, p.Reference)
	switch {
	case err == nil && other.ID != p.ID:
		w.add("reference", "taken")
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	}
	if p.System != "" {
		if _, err := systemByCode(tx, p.System); fault.Is(err, fault.NotFound) {
			w.add("system", "no-system")
		} else if err != nil {
			return err
		}
	}
	return w.err()
}

// onProject changes a project of the given version. To those who may not see it there is none.
func (s *Service) onProject(ctx context.Context, what, projectID string, version int64, change func(tx *db.Tx, by hand, p Project) error) error {
	return s.act(ctx, what, &projectID, func(tx *db.Tx, by hand) error {
		p, err := projectByID(tx, projectID)
		if err != nil {
			return unknown(err, "project")
		}
		if !s.can(ctx, "see", p.Department) {
			return hidden("project")
		}
		if err := s.may(ctx, "keep", p.Department); err != nil {
			return err
		}
		p.Version = version
		return change(tx, by, p)
	})
}

// Describe changes what describes a project: reference, title, system, vote, note.
func (s *Service) Describe(ctx context.Context, x Project) error {
	return s.onProject(ctx, "project.describe", x.ID, x.Version, func(tx *db.Tx, by hand, p Project) error {
		p.Reference, p.Title, p.System, p.Vote, p.Note = x.Reference, x.Title, x.System, x.Vote, x.Note
		if err := p.check(); err != nil {
			return err
		}
		if err := fits(tx, p); err != nil {
			return err
		}
		if err := writeProject(tx, p); err != nil {
			return err
		}
		return note(tx, by, p.ID, "changed", "")
	})
}

// Replan changes what is planned. What was approved stays, as an earlier baseline.
func (s *Service) Replan(ctx context.Context, projectID string, version int64, to Schedule, why string) error {
	return s.onProject(ctx, "project.replan", projectID, version, func(tx *db.Tx, by hand, p Project) error {
		_, err := replan(tx, by, p, to, why)
		return err
	})
}

func replan(tx *db.Tx, by hand, p Project, to Schedule, why string) (Project, error) {
	p, err := p.replan(to, why)
	if err != nil {
		return p, err
	}
	if err := writeProject(tx, p); err != nil {
		return p, err
	}
	p.Version++
	if err := writeBaseline(tx, by, p, why); err != nil {
		return p, err
	}
	return p, note(tx, by, p.ID, "planned-anew", why)
}

// Move brings a project to another stage: approves, starts, finishes, shelves or withdraws it.
func (s *Service) Move(ctx context.Context, projectID string, version int64, to Stage, m Milestone, why string) error {
	return s.onProject(ctx, "project.move", projectID, version, func(tx *db.Tx, by hand, p Project) error {
		_, err := move(tx, by, p, to, m, why)
		return err
	})
}

func move(tx *db.Tx, by hand, p Project, to Stage, m Milestone, why string) (Project, error) {
	p, err := p.move(to, m, why, tx.Now().Day())
	if err != nil {
		return p, err
	}
	if err := writeProject(tx, p); err != nil {
		return p, err
	}
	p.Version++
	return p, note(tx, by, p.ID, string(to), why)
}
