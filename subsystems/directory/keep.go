package directory

import (
	"context"

	"praya/kernel/fault"
	"praya/platform/db"
)

// change says what became of a thing that was put.
type change int

const (
	same change = iota
	added
	changed
)

// became says what a write did to a thing whose version was the given one before.
func became(before int64) change {
	if before == 0 {
		return added
	}
	return changed
}

// PutDepartment adds a department of version 0, or changes the one of that version.
func (s *Service) PutDepartment(ctx context.Context, d Department) error {
	if err := s.mayKeep(ctx); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := departmentsByCode(tx)
		if err != nil {
			return err
		}
		old, known := all[d.Code]
		if known && d.Version == 0 {
			return wrong("code", "code-taken")
		}
		if known && d.Version != old.Version || !known && d.Version != 0 {
			return fault.New(fault.Conflict, "directory.fault.changed")
		}
		after := withDepartment(all, d)
		_, err = s.putDepartment(tx, d, old, after)
		return err
	})
}

func departmentsByCode(tx *db.Tx) (map[string]Department, error) {
	list, err := departments(tx)
	all := make(map[string]Department, len(list))
	for _, d := range list {
		all[d.Code] = d
	}
	return all, err
}

func withDepartment(all map[string]Department, d Department) map[string]Department {
	after := make(map[string]Department, len(all)+1)
	for code, x := range all {
		after[code] = x
	}
	after[d.Code] = d
	return after
}

// putDepartment writes a department. Old is what is kept of it (zero: nothing), after all
// departments as they are to be.
func (s *Service) putDepartment(tx *db.Tx, d, old Department, after map[string]Department) (change, error) {
	if err := d.check(); err != nil {
		return same, err
	}
	if err := d.checkAmong(after); err != nil {
		return same, err
	}
	if d.Version = old.Version; d == old {
		return same, nil
	}
	if d.Period != old.Period && old.Version != 0 {
		if err := keepsPosts(tx, d); err != nil {
			return same, err
		}
	}
	if d.Parent != "" { // whoever ends the parent meets this
		if err := touchDepartment(tx, d.Parent); err != nil {
			return same, err
		}
	}
	if err := writeDepartment(tx, d); err != nil {
		return same, err
	}
	if err := record(tx, "department.put", d.Code); err != nil {
		return same, err
	}
	return became(old.Version), publish(tx, subjectDepartment, "department", d.Code)
}

func keepsPosts(tx *db.Tx, d Department) error {
	posts, err := postsOfDepartment(tx, d.Code)
	for _, p := range posts {
		switch {
		case p.From.Before(d.From):
			return wrong("from", "posts")
		case !p.Within(d.Period):
			return wrong("to", "posts")
		}
	}
	return err
}
