package governance

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// deskView is an officer's desk: what is late or waits, the most urgent first.
type deskView struct {
	Links  []link
	Groups []deskGroup
}

type deskGroup struct {
	Title string
	Tasks []web.Task
}

// mostTasks of a group are shown; the rest stands in the lists.
const mostTasks = 30

func (s *Service) showDesk(v *web.Visit) error {
	if err := s.may(v.Context(), "see", v.Actor().Duty.Department); err != nil {
		return err
	}
	desk, err := s.Desk(v.Context())
	if err != nil {
		return err
	}
	r, err := s.reader(v.Context(), v.View)
	if err != nil {
		return err
	}
	var d deskView
	for _, name := range []string{"projects", "plans", "work", "levels", "systems", "audits", "returns"} {
		d.Links = append(d.Links, s.listLinks(v, name)...)
	}
	d.Links = uniq(d.Links)
	d.add(v, "to-confirm", r.projectTasks(desk.ToConfirm, web.Waiting))
	d.add(v, "late", r.projectTasks(desk.Late, web.Late))
	d.add(v, "findings", r.findingTasks(desk.Findings))
	d.add(v, "behind", r.projectTasks(desk.Behind, web.Late))
	d.add(v, "differ", r.projectTasks(desk.Differ, web.Failed))
	d.add(v, "checks", r.checkTasks(desk.Checks))
	d.add(v, "due", r.projectTasks(desk.Due, web.NotStarted))
	d.add(v, "filed", r.projectTasks(desk.Filed, web.InProgress))
	d.add(v, "levels", r.levelTasks(desk.Levels))
	d.add(v, "no-plan", r.planTasks(desk.NoPlan))
	office, _ := r.office(v.Actor().Duty.Department)
	return v.Render(web.Page{
		Title: v.T("governance.desk.title"), Lead: v.T("governance.desk.lead", "department", office), Wide: true, Secret: true,
		Crumbs: []web.Crumb{{Text: v.T("governance.title"), Path: base}},
	}, deskPage(v.View, d))
}

func uniq(all []link) (out []link) {
	seen := map[string]bool{}
	for _, l := range all {
		if !seen[l.Path] {
			seen[l.Path] = true
			out = append(out, l)
		}
	}
	return out
}

func (d *deskView) add(v *web.Visit, name string, tasks []web.Task) {
	if n := len(tasks); n > 0 {
		d.Groups = append(d.Groups, deskGroup{v.T("governance.desk."+name, "count", n), tasks[:min(n, mostTasks)]})
	}
}

func (r reader) projectTasks(all []ProjectView, state web.State) (out []web.Task) {
	for _, p := range all {
		office, _ := r.office(p.Department)
		hint := r.pair(office, p.Reference)
		switch {
		case p.Waiting == nil && p.Counts == nil && !p.Due.IsZero():
			hint = r.pair(hint, r.due(p.Due))
		case p.Behind:
			hint = r.pair(hint, r.T("governance.desk.first-end", "day", r.Date(p.First.End)))
		}
		out = append(out, web.Task{Text: p.Title.In(r.Lang()), Hint: hint, Path: base + "/projects/" + p.ID, State: state})
	}
	return out
}

// due writes a day by which something is to be done, and how late it is by now.
func (r reader) due(day when.Day) string {
	if late := r.Now().Day().Sub(day); late > 0 {
		return r.T("governance.desk.late-by", "day", r.Date(day), "count", late)
	}
	return r.T("governance.desk.due-on", "day", r.Date(day))
}

func (r reader) findingTasks(all []DeskFinding) (out []web.Task) {
	for _, f := range all {
		state := web.Waiting
		if f.IsLate {
			state = web.Late
		}
		office, _ := r.office(f.Of.Department)
		out = append(out, web.Task{
			Text: f.What.In(r.Lang()), Path: base + "/audits/" + f.Audit, State: state,
			Hint: r.pair(office, r.due(f.Due)),
		})
	}
	return out
}

func (r reader) checkTasks(all []SystemChecks) (out []web.Task) {
	for _, c := range all {
		out = append(out, web.Task{
			Text: c.Name.In(r.Lang()), Path: base + "/systems/" + c.Code, State: web.Waiting,
			Hint: r.T("governance.desk.open-checks", "open", c.Open, "of", c.Of, "state", r.T("governance.state."+string(c.State))),
		})
	}
	return out
}

func (r reader) levelTasks(all []LevelView) (out []web.Task) {
	for _, l := range all {
		out = append(out, web.Task{Text: l.Service.In(r.Lang()), Hint: r.agreed(l.Level), Path: base + "/levels/" + l.ID, State: web.Late})
	}
	return out
}

func (r reader) planTasks(codes []string) (out []web.Task) {
	for _, code := range codes {
		out = append(out, web.Task{Text: r.offices[code].Name.In(r.Lang()), Path: base + "/plans?department=" + code, State: web.NotStarted})
	}
	return out
}

// importView is the form of an import, and what became of the last try.
type importView struct {
	Failed   string
	Kinds    []web.Choice
	Problems web.Table
	Columns  []web.Entry
}

func (s *Service) importDesk(v *web.Visit, kind string) (d importView, err error) {
	for _, f := range Files() {
		d.Kinds = append(d.Kinds, web.Choice{Value: string(f), Label: v.T("governance." + string(f) + ".title"), Chosen: string(f) == kind})
		d.Columns = append(d.Columns, web.Entry{Label: v.T("governance." + string(f) + ".title"), Value: strings.Join(f.Columns(), ", "), Lang: lang.EN})
	}
	return d, s.may(v.Context(), "import", v.Actor().Duty.Department)
}

func (s *Service) showImport(v *web.Visit) error {
	d, err := s.importDesk(v, string(ProjectFileKind))
	if err != nil {
		return err
	}
	return s.importForm(v, http.StatusOK, d)
}

func (s *Service) importForm(v *web.Visit, status int, d importView) error {
	return v.RenderStatus(status, web.Page{
		Title: v.T("governance.act.import"), Lead: v.T("governance.import.lead"), Back: base + "/desk", Failed: status != http.StatusOK, Secret: true,
	}, importPage(v.View, d))
}

func (s *Service) doImport(v *web.Visit) error {
	kind, file, err := uploaded(v)
	if err != nil {
		return err
	}
	d, err := s.importDesk(v, kind)
	if err != nil {
		return err
	}
	if len(file) == 0 {
		d.Failed = v.T("governance.wrong.no-file")
		return s.importForm(v, http.StatusUnprocessableEntity, d)
	}
	report, err := s.Import(v.Context(), File(kind), bytes.NewReader(file))
	if fault.Is(err, fault.Invalid) {
		d.Failed = v.T("governance.wrong.choose")
		return s.importForm(v, http.StatusUnprocessableEntity, d)
	}
	if err != nil {
		return err
	}
	if len(report.Problems) > 0 {
		d.Failed = v.T("governance.import.refused", "count", len(report.Problems))
		d.Problems = problemsTable(v.View, report.Problems)
		return s.importForm(v, http.StatusUnprocessableEntity, d)
	}
	return v.RedirectWith(base+"/desk", web.Notice{Text: v.T("governance.import.done", "added", report.Added, "same", report.Same)})
}

func problemsTable(v *web.View, problems []Problem) web.Table {
	t := web.Table{ID: "problems", Caption: v.T("governance.import.problems"), NoHeads: true, Columns: []web.Column{
		{Head: v.T("governance.import.line"), Numeric: true}, {Head: v.T("governance.import.column")}, {Head: v.T("governance.import.problem")},
	}}
	for _, p := range problems {
		line, column := web.Cell{Body: web.Blank()}, web.Cell{Body: web.Blank()}
		if p.Line > 0 {
			line = web.Cell{Text: v.Number(int64(p.Line))}
		}
		if p.Column != "" {
			column = web.Cell{Text: p.Column, Lang: lang.EN}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{line, column, {Text: v.T(p.Key)}}})
	}
	return t
}

// uploaded reads the choice and the one file of the posted form.
func uploaded(v *web.Visit) (kind string, file []byte, err error) {
	reader, err := v.R.MultipartReader()
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "governance.fault.invalid").Because(err)
	}
	for range 10 {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return kind, file, nil
		}
		if err != nil {
			return "", nil, fault.New(fault.Invalid, "governance.fault.invalid").Because(err)
		}
		body, err := io.ReadAll(io.LimitReader(part, maxFile+1))
		if err != nil {
			return "", nil, err
		}
		switch part.FormName() {
		case "kind":
			kind = string(body)
		case "file":
			file = body
		}
	}
	return "", nil, fault.New(fault.Invalid, "governance.fault.invalid")
}
