package governance

import (
	"context"
	"errors"
	"io"
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/audit"
	"praya/platform/db"
)

// File is a kind of file that can be imported. Its columns are those of the list's own file.
type File string

// The files.
const (
	ProjectFileKind File = "projects"
	WorkFileKind    File = "work"
)

// Files lists them all.
func Files() []File { return []File{ProjectFileKind, WorkFileKind} }

// Columns are those that a file must have; nil for an unknown kind.
func (f File) Columns() []string {
	switch f {
	case ProjectFileKind:
		return []string{"department", "reference", "title_tc", "title_en", "title_sc", "system", "vote", "planned_start", "planned_end", "planned_cost_thousands"}
	case WorkFileKind:
		return []string{"department", "reference", "title", "year", "value_thousands", "outsourced"}
	}
	return nil
}

// Report is what an import did, or would have done: with problems it did nothing.
type Report struct {
	Added    int
	Same     int // rows that are there already, as the file says
	Problems []Problem
}

// errProblems undoes an import whose file has problems.
var errProblems = errors.New("governance: the file has problems")

// Import adds the projects or the work orders of a file: all, or none when anything is wrong
// with one of them. A row whose reference is there already must say what is there: decisions
// are changed on their own pages, with reasons.
func (s *Service) Import(ctx context.Context, kind File, r io.Reader) (report Report, err error) {
	columns := kind.Columns()
	if columns == nil {
		return report, wrong("kind", "choose")
	}
	rows, problems, err := readTable(r, columns)
	if err != nil {
		return report, err
	}
	offices, err := s.departments(ctx)
	if err != nil {
		return report, err
	}
	by := handOf(ctx)
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		report = Report{Problems: problems}
		in := importing{s, ctx, tx, by, offices, &report}
		for _, x := range rows {
			if err := in.take(kind, x); err != nil {
				return err
			}
		}
		if len(report.Problems) > 0 {
			return errProblems
		}
		return audit.Record(tx, audit.Act{What: "governance.import", On: string(kind) + " " + strconv.Itoa(report.Added), Outcome: audit.Done})
	})
	if errors.Is(err, errProblems) {
		report.Added, report.Same, err = 0, 0, nil
	}
	return report, err
}

// importing is an import in its transaction.
type importing struct {
	*Service
	ctx     context.Context //nolint:containedctx // lives as long as its transaction
	tx      *db.Tx
	by      hand
	offices map[string]Department
	report  *Report
}

// take adds one row, or notes what is wrong with it.
func (in importing) take(kind File, x row) error {
	if len(in.report.Problems) >= maxProblems {
		return nil
	}
	code := x.cells["department"]
	if _, ok := in.offices[code]; !ok {
		in.problem(x, "department", "governance.wrong.no-department")
		return nil
	}
	if err := in.may(in.ctx, "import", code); err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			return err
		}
		in.problem(x, "department", "governance.wrong.not-yours")
		return nil
	}
	var same bool
	var err error
	if kind == ProjectFileKind {
		same, err = in.project(x)
	} else {
		same, err = in.order(x)
	}
	var f *fault.Fault
	switch {
	case errors.As(err, &f) && f.Kind == fault.Invalid:
		for _, field := range f.Fields {
			in.problem(x, columnOf(field.Name), field.Key)
		}
		return nil
	case err != nil:
		return err
	case same:
		in.report.Same++
	default:
		in.report.Added++
	}
	return nil
}

func (in importing) problem(x row, column, key string) {
	in.report.Problems = append(in.report.Problems, Problem{x.line, column, key})
}

// columnOf is the column that a field of a form stands in.
func columnOf(field string) string {
	names := map[string]string{
		"title-tc": "title_tc", "title-en": "title_en", "title-sc": "title_sc", "start": "planned_start", "end": "planned_end",
		"cost": "planned_cost_thousands", "value": "value_thousands",
	}
	if name, ok := names[field]; ok {
		return name
	}
	return field
}

func (in importing) project(x row) (same bool, err error) {
	p := Project{
		Department: x.cells["department"], Reference: x.cells["reference"], System: x.cells["system"], Vote: x.cells["vote"],
		Title: lang.Text{TC: x.cells["title_tc"], EN: x.cells["title_en"], SC: x.cells["title_sc"]},
	}
	var w wrongs
	p.Planned.Start, err = when.ParseDay(x.cells["planned_start"])
	w.need(err == nil || x.cells["planned_start"] == "", "start", "day-form")
	p.Planned.End, err = when.ParseDay(x.cells["planned_end"])
	w.need(err == nil || x.cells["planned_end"] == "", "end", "day-form")
	p.Planned.CostThousands, err = ParseFigure(x.cells["planned_cost_thousands"])
	w.need(err == nil, "cost", "amount")
	if w.bad() {
		return false, w.err()
	}
	there, err := projectByReference(in.tx, p.Department, p.Reference)
	if fault.Is(err, fault.NotFound) {
		_, err = propose(in.tx, in.by, p)
		return false, err
	}
	if err == nil && (there.Title != p.Title || there.System != p.System || there.Vote != p.Vote || !there.Planned.equal(p.Planned)) {
		return false, wrong("reference", "there-otherwise")
	}
	return true, err
}

func (in importing) order(x row) (same bool, err error) {
	o := Order{
		Department: x.cells["department"], Reference: x.cells["reference"], Title: x.cells["title"], Year: x.cells["year"],
		Outsourced: x.cells["outsourced"] == "yes",
	}
	var w wrongs
	o.ValueThousands, err = ParseFigure(x.cells["value_thousands"])
	w.need(err == nil, "value", "amount")
	w.need(x.cells["outsourced"] == "yes" || x.cells["outsourced"] == "no", "outsourced", "yes-no")
	if w.bad() {
		return false, w.err()
	}
	there, err := orderByReference(in.tx, o.Department, o.Reference)
	if fault.Is(err, fault.NotFound) {
		_, err = recordOrder(in.tx, in.by, o)
		return false, err
	}
	if err == nil && (there.Title != o.Title || there.Year != o.Year || there.Outsourced != o.Outsourced || !there.ValueThousands.Equal(o.ValueThousands)) {
		return false, wrong("reference", "there-otherwise")
	}
	return true, err
}
