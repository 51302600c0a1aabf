package governance

import (
	"context"

	"praya/kernel/id"
	"praya/platform/db"
)

// FilePlan files a plan of a department.
func (s *Service) FilePlan(ctx context.Context, p Plan) (planID string, err error) {
	if err := s.may(ctx, "keep", p.Department); err != nil {
		return "", err
	}
	if err := s.existing(ctx, map[string]string{"department": p.Department}); err != nil {
		return "", err
	}
	err = s.act(ctx, "plan", &planID, func(tx *db.Tx, by hand) error {
		planID, err = filePlan(tx, by, p)
		return err
	})
	return planID, err
}

func filePlan(tx *db.Tx, by hand, p Plan) (string, error) {
	p.ID, p.Filed, p.Withdrawn = id.New[string](tx.Now()), tx.Now(), ""
	if err := p.check(); err != nil {
		return "", err
	}
	if err := addPlan(tx, p); err != nil {
		return "", err
	}
	if err := note(tx, by, p.ID, "filed", ""); err != nil {
		return "", err
	}
	return p.ID, publish(tx, SubjectPlanFiled, PlanFiled{p.ID, p.Department, string(p.Kind), p.From.String(), p.To.String()})
}

// WithdrawPlan takes a plan back, with the reason. It stays to be seen.
func (s *Service) WithdrawPlan(ctx context.Context, planID string, version int64, why string) error {
	return s.act(ctx, "plan.withdraw", &planID, func(tx *db.Tx, by hand) error {
		p, err := planByID(tx, planID)
		if err != nil {
			return unknown(err, "plan")
		}
		if err := s.may(ctx, "keep", p.Department); err != nil {
			return err
		}
		var w wrongs
		w.reason(why)
		w.need(p.Withdrawn == "", "why", "withdrawn")
		if w.bad() {
			return w.err()
		}
		p.Withdrawn, p.Version = why, version
		if err := withdrawPlan(tx, p); err != nil {
			return err
		}
		if err := note(tx, by, planID, "withdrawn", why); err != nil {
			return err
		}
		return publish(tx, SubjectPlanWithdrawn, PlanWithdrawn{planID})
	})
}
