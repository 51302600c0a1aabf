package directory

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// Sheet is a kind of file that is exported and imported.
type Sheet string

// The sheets.
const (
	DepartmentSheet Sheet = "departments"
	PostSheet       Sheet = "posts"
	OfficerSheet    Sheet = "officers" // with their appointments, one a line
	RoleSheet       Sheet = "roles"
)

// Sheets lists them in the order in which an empty directory takes them.
func Sheets() []Sheet { return []Sheet{DepartmentSheet, PostSheet, OfficerSheet, RoleSheet} }

// Columns names the columns of a sheet; none for one that there is not.
func (s Sheet) Columns() []string {
	switch s {
	case DepartmentSheet:
		return []string{
			"code", "kind", "tc", "en", "sc", "short_tc", "short_en", "short_sc", "parent", "from", "to", "telephone", "website",
		}
	case PostSheet:
		return []string{"post", "department", "tc", "en", "sc", "rank", "listed", "from", "to"}
	case OfficerSheet:
		return []string{"officer", "name_zh", "name_en", "email", "appointment", "post", "acting", "from", "to", "left"}
	case RoleSheet:
		return []string{"grant", "email", "role", "department", "from", "to"}
	}
	return nil
}

// Report says what an import did, or would do.
type Report struct {
	Sheet                Sheet
	Added, Changed, Same int
	Problems             []Problem
	DryRun               bool
	More                 bool // there are more problems than are listed
}

// errUndo makes a transaction end without effect.
var errUndo = errors.New("directory: undone on purpose")

// Import reads a sheet and puts what it says into the directory: all of it, or when there is
// any problem, nothing. A dry run says what it would do, and does nothing either.
func (s *Service) Import(ctx context.Context, sheet Sheet, r io.Reader, dry bool) (Report, error) {
	out := Report{Sheet: sheet, DryRun: dry}
	if sheet.Columns() == nil {
		return out, wrong("sheet", "sheet")
	}
	if sheet == DepartmentSheet {
		if err := s.mayKeep(ctx); err != nil {
			return out, err
		}
	}
	rows, problems, err := readTable(r, sheet.Columns())
	if err != nil {
		return out, err
	}
	if len(problems) > 0 && len(rows) == 0 {
		out.Problems = problems
		return out, nil
	}
	var b batch
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		b = batch{service: s, tx: tx, problems: slices.Clone(problems)}
		if err := b.put(sheet, rows); err != nil {
			return err
		}
		if dry || len(b.problems) > 0 {
			return errUndo
		}
		return nil
	})
	if errors.Is(err, errUndo) {
		err = nil
	}
	out.Added, out.Changed, out.Same = b.count[added], b.count[changed], b.count[same]
	out.Problems = b.problems
	if len(out.Problems) > maxProblems {
		out.Problems, out.More = out.Problems[:maxProblems], true
	}
	return out, err
}

// batch puts the rows of a sheet, in one transaction.
type batch struct {
	service  *Service
	tx       *db.Tx
	count    [3]int // by change
	problems []Problem
}

func (b *batch) put(sheet Sheet, rows []row) error {
	if sheet == DepartmentSheet {
		return b.departments(rows)
	}
	one := map[Sheet]func(*cells) (change, error){PostSheet: b.post, OfficerSheet: b.officer, RoleSheet: b.grant}[sheet]
	seen := map[string]bool{}
	for _, r := range rows {
		if len(b.problems) > maxProblems {
			return nil
		}
		c := &cells{row: r}
		if key := r.cells[sheet.Columns()[0]]; sheet != OfficerSheet {
			c.need(key == "" || !seen[key], sheet.Columns()[0], "twice")
			seen[key] = true
		}
		if err := b.done(c, one); err != nil {
			return err
		}
	}
	return nil
}

// done puts one row, and turns what a person can mend into problems of its line.
func (b *batch) done(c *cells, one func(*cells) (change, error)) error {
	became, err := one(c)
	if err == nil {
		err = c.err()
	}
	var f *fault.Fault
	switch {
	case err == nil:
		b.count[became]++
		return nil
	case !errors.As(err, &f) || f.Kind == fault.Defect || f.Kind == fault.Unavailable || f.Kind == fault.Conflict:
		return err
	case f.Kind == fault.Forbidden || f.Kind == fault.Unauthenticated:
		b.problems = append(b.problems, Problem{Line: c.line, Key: "directory.wrong.not-yours"})
	case len(f.Fields) == 0:
		b.problems = append(b.problems, Problem{Line: c.line, Key: f.Key, Args: f.Args})
	}
	for _, field := range f.Fields {
		b.problems = append(b.problems, Problem{Line: c.line, Column: field.Name, Key: field.Key, Args: f.Args})
	}
	return nil
}

// cells reads the cells of a row, and collects what is wrong with them.
type cells struct {
	row
	wrongs
}

func (c *cells) text(column string) string { return c.row.cells[column] }

func (c *cells) three(prefix string) lang.Text {
	return lang.Text{TC: c.text(prefix + "tc"), EN: c.text(prefix + "en"), SC: c.text(prefix + "sc")}
}

func (c *cells) day(column string) when.Day {
	d, err := ParseDay(c.text(column))
	c.need(err == nil, column, "day-form")
	return d
}

// ParseDay reads a day as people write it into tables: 2024-07-25, 2024/7/25, full-width too.
// Empty is the zero Day.
func ParseDay(s string) (when.Day, error) {
	s = strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", "").Replace(half(s))
	parts := strings.Split(s, "-")
	if len(parts) == 3 {
		for i := range parts {
			if parts[i] = strings.TrimSpace(parts[i]); len(parts[i]) == 1 {
				parts[i] = "0" + parts[i]
			}
		}
		s = strings.Join(parts, "-")
	}
	return when.ParseDay(s)
}

func (c *cells) period() Period { return Period{From: c.day("from"), To: c.day("to")} }

// yes reads yes or no; empty is no.
func (c *cells) yes(column string) bool {
	v := strings.ToLower(half(c.text(column)))
	c.need(slices.Contains([]string{"yes", "no", "", "是", "否"}, v), column, "yes-no")
	return v == "yes" || v == "是"
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func departmentOf(c *cells) Department {
	return Department{
		Code: strings.ToUpper(half(c.text("code"))), Kind: Kind(half(c.text("kind"))), Name: c.three(""), Short: c.three("short_"),
		Parent: strings.ToUpper(half(c.text("parent"))), Period: c.period(),
		Telephone: half(c.text("telephone")), Website: c.text("website"),
	}
}

// departments are put together: a parent may stand below its child.
func (b *batch) departments(rows []row) error {
	before, err := departmentsByCode(b.tx)
	if err != nil {
		return err
	}
	after := withDepartment(before, Department{})
	delete(after, "")
	type item struct {
		*cells
		Department
	}
	var all []item
	seen := map[string]bool{}
	for _, r := range rows {
		c := &cells{row: r}
		d := departmentOf(c)
		c.need(!seen[d.Code], "code", "twice")
		seen[d.Code] = true
		all = append(all, item{c, d})
		after[d.Code] = d
	}
	// Parents first, so that a new one is there before its children touch it; the store does
	// not ask for it, but an outsider who reads the events may.
	for _, x := range all {
		err := b.done(x.cells, func(c *cells) (change, error) {
			if c.bad() {
				return same, nil
			}
			return b.service.putDepartment(b.tx, x.Department, before[x.Code], after)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) post(c *cells) (change, error) {
	p := Post{
		ID: PostID(c.text("post")), Department: strings.ToUpper(half(c.text("department"))), Title: c.three(""),
		Rank: c.text("rank"), Listed: c.yes("listed"), Period: c.period(),
	}
	if c.bad() {
		return same, nil
	}
	if p.ID == "" {
		p.ID = id.New[PostID](b.tx.Now())
		return b.service.putPost(b.tx, p, Post{})
	}
	old, err := postByID(b.tx, p.ID)
	if fault.Is(err, fault.NotFound) {
		return same, wrong("post", "no-post")
	}
	if err != nil {
		return same, err
	}
	return b.service.putPost(b.tx, p, old)
}

// officer puts an officer and one appointment. Lines without an officer's id are the officer
// with their e-mail, who is new when nobody has it.
func (b *batch) officer(c *cells) (change, error) {
	o := Officer{
		ID: OfficerID(c.text("officer")), Email: foldEmail(half(c.text("email"))),
		Name: PersonName{Chinese: c.text("name_zh"), English: c.text("name_en")},
	}
	a := Appointment{
		ID: AppointmentID(c.text("appointment")), Post: PostID(c.text("post")), Acting: c.yes("acting"), Period: c.period(),
	}
	left := c.day("left")
	if c.bad() {
		return same, nil
	}
	old, err := b.known(o)
	if err != nil {
		return same, err
	}
	if o.ID = old.ID; old.Version == 0 {
		o.ID = id.New[OfficerID](b.tx.Now())
	} else if _, err := b.service.mayServe(b.tx, o.ID); err != nil {
		o = old // the name stays theirs who administer the officer; appointing asks for itself
	}
	first, err := b.service.putOfficer(b.tx, o, old)
	if err != nil {
		return same, err
	}
	a.Officer = o.ID
	second, err := b.appointment(a)
	if err != nil {
		return same, err
	}
	return b.leaves(o.ID, left, max(first, second, same), first == added)
}

// known finds the officer of a line; one without a version is new.
func (b *batch) known(o Officer) (old Officer, err error) {
	if o.ID == "" {
		old, err = b.service.officerByEmail(b.tx, o.Email)
		if fault.Is(err, fault.NotFound) {
			return Officer{}, nil
		}
		return old, err
	}
	old, err = b.service.officerByID(b.tx, o.ID)
	if fault.Is(err, fault.NotFound) {
		return old, wrong("officer", "no-officer")
	}
	return old, err
}

func (b *batch) appointment(a Appointment) (change, error) {
	if a.ID == "" {
		a.ID = id.New[AppointmentID](b.tx.Now())
		return b.service.putAppointment(b.tx, a, Appointment{})
	}
	old, err := appointmentByID(b.tx, a.ID)
	if fault.Is(err, fault.NotFound) {
		return same, wrong("appointment", "no-appointment")
	}
	if err != nil {
		return same, err
	}
	return b.service.putAppointment(b.tx, a, old)
}

// leaves ends an officer's service when a line says so and the directory does not yet.
func (b *batch) leaves(officer OfficerID, left when.Day, so change, isNew bool) (change, error) {
	if isNew {
		so = added
	}
	if left.IsZero() {
		return so, nil
	}
	o, err := b.service.officerByID(b.tx, officer)
	if err != nil || o.Left == left {
		return so, err
	}
	if so == same {
		so = changed
	}
	return so, b.service.leave(b.tx, o, left)
}

func (b *batch) grant(c *cells) (change, error) {
	g := Grant{
		ID: GrantID(c.text("grant")), Role: half(c.text("role")), Department: strings.ToUpper(half(c.text("department"))),
		Period: c.period(),
	}
	if c.bad() {
		return same, nil
	}
	o, err := b.service.officerByEmail(b.tx, foldEmail(half(c.text("email"))))
	if fault.Is(err, fault.NotFound) {
		return same, wrong("email", "no-officer")
	}
	if err != nil {
		return same, err
	}
	g.Officer = o.ID
	if g.ID == "" {
		g.ID = id.New[GrantID](b.tx.Now())
		return b.service.putGrant(b.tx, g, Grant{})
	}
	old, err := grantByID(b.tx, g.ID)
	if fault.Is(err, fault.NotFound) {
		return same, wrong("grant", "no-grant")
	}
	if err != nil {
		return same, err
	}
	return b.service.putGrant(b.tx, g, old)
}

// seed is Hong Kong's bureaux and departments, as a sheet.
//
//go:embed seed/departments.csv
var seed string

// Seed puts Hong Kong's bureaux and departments into an empty directory; one that holds any
// department stays as it is.
func (s *Service) Seed(ctx context.Context) error {
	rows, problems, err := readTable(strings.NewReader(seed), DepartmentSheet.Columns())
	if err != nil || len(problems) > 0 {
		return errors.Join(errors.New("directory: the seed is no sheet"), err)
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if there, err := anyDepartment(tx); err != nil || there {
			return err
		}
		for _, r := range rows {
			if err := writeDepartment(tx, departmentOf(&cells{row: r})); err != nil {
				return err
			}
		}
		return record(tx, "seed", string(DepartmentSheet))
	})
}
