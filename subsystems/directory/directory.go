package directory

import (
	"cmp"
	"context"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/sign"
)

// Service has the use cases of the directory. Its fields are given by app/wire.go.
type Service struct {
	DB       *db.DB
	Keys     *sign.Ring
	Policy   *access.Policy
	Accounts Accounts // may be nil: nobody is invited
	Roles    []Role   // of other subsystems
}

func (s *Service) today() when.Day { return s.DB.Clock()().Day() }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Policy.Allow(ctx, "directory.read", access.Resource{Type: "Directory", ID: "all"})
}

func (s *Service) mayKeep(ctx context.Context) error {
	return s.Policy.Allow(ctx, "directory.keep", access.Resource{Type: "Directory", ID: "all"})
}

// mayStaff asks whether the actor administers a department's staff.
func (s *Service) mayStaff(ctx context.Context, code string) error {
	return s.Policy.Allow(ctx, "directory.staff", access.Resource{
		Type: "Department", ID: code, Attrs: map[string]any{"code": code},
	})
}

// unknown says which thing is not there, instead of the store's own word.
func unknown(err error, what string) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "directory.fault.no-"+what)
	}
	return err
}

// Departments lists every department, the ended ones too, by code.
func (s *Service) Departments(ctx context.Context) (out []Department, err error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = departments(tx)
		return err
	})
}

// Find lists the departments whose names, short forms or code have every word of a query, in
// either script; a code or short form that is the query itself comes first.
func (s *Service) Find(ctx context.Context, query string) ([]Department, error) {
	all, err := s.Departments(ctx)
	all = slices.DeleteFunc(all, func(d Department) bool { return !d.matches(query) })
	slices.SortStableFunc(all, func(a, b Department) int { return cmp.Compare(a.distance(query), b.distance(query)) })
	return all, err
}

// Department gives one department.
func (s *Service) Department(ctx context.Context, code string) (d Department, err error) {
	if err := s.mayRead(ctx); err != nil {
		return d, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		d, err = departmentByCode(tx, code)
		return err
	})
	return d, unknown(err, "department")
}

// DepartmentIn is Department within somebody's transaction; who may, they know.
func (s *Service) DepartmentIn(tx *db.Tx, code string) (Department, error) {
	d, err := departmentByCode(tx, code)
	return d, unknown(err, "department")
}

// DepartmentsIn is Departments within somebody's transaction.
func (s *Service) DepartmentsIn(tx *db.Tx) ([]Department, error) { return departments(tx) }

// ListedPosts are the posts of a department that the public may know, in force today.
func (s *Service) ListedPosts(ctx context.Context, code string) (out []Post, err error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = postsOfDepartment(tx, code)
		return err
	})
	today := s.today()
	return slices.DeleteFunc(out, func(p Post) bool { return !p.Listed || !p.On(today) }), err
}

// DutyOf is an account's duty on today's day in Hong Kong: of several the one acted in last,
// else the one held. NotFound when no officer has the account, or has no post today. It asks
// no policy, because it is asked before it is known who acts.
func (s *Service) DutyOf(ctx context.Context, account string) (who.Duty, error) {
	all, err := s.Duties(ctx, account)
	if err != nil {
		return who.Duty{}, err
	}
	return all[0], nil
}

// Duties are all of an account's duties today, the one that counts first; never none
// without an error.
func (s *Service) Duties(ctx context.Context, account string) (out []who.Duty, err error) {
	if account == "" {
		return nil, fault.New(fault.NotFound, "directory.fault.no-duty")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		today := tx.Now().Day()
		found, err := servingOf(tx, account, today)
		out = found.duties(today)
		return err
	})
	if err == nil && len(out) == 0 {
		return nil, fault.New(fault.NotFound, "directory.fault.no-duty")
	}
	return out, err
}
