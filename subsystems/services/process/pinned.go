package process

import (
	"praya/kernel/id"
	"praya/platform/db"
)

// StartVersion is Start of a version that was newest once: what began under it ends under it.
func (s *Service) StartVersion(tx *db.Tx, key string, version int64, subject, department string, vars map[string]any) (Instance, error) {
	return s.start(tx, Instance{ID: id.New[string](tx.Now()), Key: key, Version: version, Subject: subject, Department: department, Vars: vars}, nil, 0)
}

// CancelOf ends everything that still runs for a subject.
func (s *Service) CancelOf(tx *db.Tx, subject, why string) error {
	all, err := s.Of(tx, subject)
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.State != Running && i.State != Failed {
			continue
		}
		if err := s.Cancel(tx, i.ID, why); err != nil {
			return err
		}
	}
	return nil
}
