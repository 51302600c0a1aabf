package directory

import (
	"context"
	"io"

	"praya/platform/db"
)

// Export writes a sheet that Import reads back without a change: of one department, or with
// an empty code of all. Departments are public; the rest is for those who administer the staff.
func (s *Service) Export(ctx context.Context, sheet Sheet, code string, w io.Writer) error {
	if sheet.Columns() == nil {
		return wrong("sheet", "sheet")
	}
	if sheet == DepartmentSheet {
		all, err := s.Departments(ctx)
		if err != nil {
			return err
		}
		return writeTable(w, sheet.Columns(), each(all, departmentCells))
	}
	lines, err := s.exportLines(ctx, sheet, code)
	if err != nil {
		return err
	}
	return writeTable(w, sheet.Columns(), each(lines, func(cells []string) []string { return cells }))
}

func each[T any](all []T, cells func(T) []string) func(func([]string) error) error {
	return func(yield func([]string) error) error {
		for _, x := range all {
			if err := yield(cells(x)); err != nil {
				return err
			}
		}
		return nil
	}
}

// exportLines reads the lines first: a transaction does not wait for a slow reader.
func (s *Service) exportLines(ctx context.Context, sheet Sheet, code string) (out [][]string, err error) {
	codes, err := s.administered(ctx, code)
	if err != nil {
		return nil, err
	}
	read := map[Sheet]func(*db.Tx, string) ([][]string, error){
		PostSheet: postLines, OfficerSheet: s.officerLines, RoleSheet: s.grantLines,
	}[sheet]
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, c := range codes {
			lines, err := read(tx, c)
			if err != nil {
				return err
			}
			out = append(out, lines...)
		}
		return nil
	})
}

// administered gives the department of this code, or all when it is empty, if the actor
// administers them.
func (s *Service) administered(ctx context.Context, code string) ([]string, error) {
	if code != "" {
		return []string{code}, s.mayStaff(ctx, code)
	}
	if err := s.mayKeep(ctx); err != nil {
		return nil, err
	}
	all, err := s.Departments(ctx)
	codes := make([]string, len(all))
	for i, d := range all {
		codes[i] = d.Code
	}
	return codes, err
}

func departmentCells(d Department) []string {
	return []string{
		d.Code, string(d.Kind), d.Name.TC, d.Name.EN, d.Name.SC, d.Short.TC, d.Short.EN, d.Short.SC, d.Parent,
		d.From.String(), d.To.String(), d.Telephone, d.Website,
	}
}

func postLines(tx *db.Tx, code string) (out [][]string, err error) {
	posts, err := postsOfDepartment(tx, code)
	for _, p := range posts {
		out = append(out, []string{
			string(p.ID), p.Department, p.Title.TC, p.Title.EN, p.Title.SC, p.Rank, yesNo(p.Listed), p.From.String(), p.To.String(),
		})
	}
	return out, err
}

func (s *Service) officerLines(tx *db.Tx, code string) (out [][]string, err error) {
	held, err := appointmentsOfDepartment(tx, code)
	if err != nil {
		return nil, err
	}
	var o Officer
	for _, a := range held { // ordered by officer
		if a.Officer != o.ID {
			if o, err = s.officerByID(tx, a.Officer); err != nil {
				return nil, err
			}
		}
		out = append(out, []string{
			string(o.ID), o.Name.Chinese, o.Name.English, o.Email, string(a.ID), string(a.Post), yesNo(a.Acting),
			a.From.String(), a.To.String(), o.Left.String(),
		})
	}
	return out, nil
}

func (s *Service) grantLines(tx *db.Tx, code string) (out [][]string, err error) {
	grants, err := grantsOfDepartment(tx, code)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		o, err := s.officerByID(tx, g.Officer)
		if err != nil {
			return nil, err
		}
		out = append(out, []string{string(g.ID), o.Email, g.Role, g.Department, g.From.String(), g.To.String()})
	}
	return out, nil
}
