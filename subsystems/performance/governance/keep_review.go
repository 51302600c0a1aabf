package governance

import (
	"context"

	"praya/kernel/id"
	"praya/platform/db"
)

// OpenAudit records an e-government audit of a service.
func (s *Service) OpenAudit(ctx context.Context, a Audit) (auditID string, err error) {
	if err := s.may(ctx, "review", a.Department); err != nil {
		return "", err
	}
	if err := s.existing(ctx, map[string]string{"department": a.Department}); err != nil {
		return "", err
	}
	err = s.act(ctx, "audit", &auditID, func(tx *db.Tx, by hand) error {
		a, err = openAudit(tx, by, a)
		auditID = a.ID
		return err
	})
	return auditID, err
}

func openAudit(tx *db.Tx, by hand, a Audit) (Audit, error) {
	a.ID, a.Version = id.New[string](tx.Now()), 1
	if err := a.check(); err != nil {
		return a, err
	}
	if err := addAudit(tx, a); err != nil {
		return a, err
	}
	return a, note(tx, by, a.ID, "opened", "")
}

// AddFinding adds a finding to an audit; its number follows from those before.
func (s *Service) AddFinding(ctx context.Context, f Finding) (findingID string, err error) {
	err = s.act(ctx, "finding", &findingID, func(tx *db.Tx, by hand) error {
		a, err := auditByID(tx, f.Audit)
		if err != nil {
			return unknown(err, "audit")
		}
		if err := s.may(ctx, "review", a.Department); err != nil {
			return err
		}
		f, err = find(tx, by, f)
		findingID = f.ID
		return err
	})
	return findingID, err
}

func find(tx *db.Tx, by hand, f Finding) (Finding, error) {
	if err := touchAudit(tx, f.Audit); err != nil {
		return f, err
	}
	before, err := findingsOf(tx, f.Audit)
	if err != nil {
		return f, err
	}
	f.ID, f.Number, f.Status, f.Version = id.New[string](tx.Now()), len(before)+1, FindingOpen, 1
	if err := f.check(); err != nil {
		return f, err
	}
	if err := addFinding(tx, f); err != nil {
		return f, err
	}
	if err := note(tx, by, f.ID, "found", ""); err != nil {
		return f, err
	}
	return f, publish(tx, SubjectAuditFinding, AuditFinding{f.ID, f.Audit, string(f.Status)})
}

// FollowUp brings a finding to another status: by the department whose service it is about.
func (s *Service) FollowUp(ctx context.Context, findingID string, version int64, to FindingStatus, why string) error {
	return s.act(ctx, "finding.follow", &findingID, func(tx *db.Tx, by hand) error {
		f, err := findingByID(tx, findingID)
		if err != nil {
			return unknown(err, "finding")
		}
		a, err := auditByID(tx, f.Audit)
		if err != nil {
			return err
		}
		if !s.can(ctx, "see", a.Department) {
			return hidden("finding")
		}
		if err := s.may(ctx, "keep", a.Department); err != nil {
			return err
		}
		f.Version = version
		return follow(tx, by, f, to, why)
	})
}

func follow(tx *db.Tx, by hand, f Finding, to FindingStatus, why string) error {
	f, err := f.follow(to, why)
	if err != nil {
		return err
	}
	if err := followFinding(tx, f); err != nil {
		return err
	}
	if err := note(tx, by, f.ID, "finding-"+string(to), why); err != nil {
		return err
	}
	return publish(tx, SubjectAuditFinding, AuditFinding{f.ID, f.Audit, string(f.Status)})
}
