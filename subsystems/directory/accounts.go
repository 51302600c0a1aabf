package directory

import (
	"context"
	"slices"

	"praya/kernel/fault"
	"praya/platform/access"
	"praya/platform/db"
)

// AccountsOf lists the accounts of those who have any of some roles in a department today, for
// the program itself: to tell them that work waits.
func (s *Service) AccountsOf(ctx context.Context, department string, roles ...string) (out []string, err error) {
	if err := s.Policy.Allow(ctx, "directory.accounts", access.Resource{Type: "Directory", ID: "all"}); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		all, err := grantsOfDepartment(tx, department)
		if err != nil {
			return err
		}
		for _, g := range all {
			if !g.On(s.today()) || !slices.Contains(roles, g.Role) {
				continue
			}
			o, err := s.officerByID(tx, g.Officer)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if o.Account != "" && o.Left.IsZero() {
				out = append(out, o.Account)
			}
		}
		slices.Sort(out)
		out = slices.Compact(out)
		return nil
	})
	return out, err
}
