package knowledge

import (
	"io"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"praya/platform/db"
	"praya/platform/web"
)

const (
	deskPage       = 100
	shownUnanswerd = 100
)

func (f face) deskCrumbs() []web.Crumb {
	return []web.Crumb{{Text: f.T("knowledge.title"), Path: agentPath}, {Text: f.T("knowledge.desk.title"), Path: deskPath}}
}

// showDesk lists articles for editors: first what is overdue, then all of a department.
func (s *Service) showDesk(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("desk"); err != nil {
		return err
	}
	department := f.mine()
	if v.Query.Get("view") == "all" {
		department = ""
	}
	var late, all []Article
	var names map[string]string
	counts := map[string]Counts{}
	err := f.read(func(tx *db.Tx) (err error) {
		if late, err = f.Overdue(tx, department); err != nil {
			return err
		}
		if all, err = f.Articles(tx, department, cut(v.Query.Get("after"), 60), deskPage); err != nil {
			return err
		}
		for _, a := range all {
			if counts[a.Code], err = f.CountsOf(tx, a.Code); err != nil {
				return err
			}
		}
		names, err = f.departments(tx)
		return err
	})
	if err != nil {
		return err
	}
	parts := []templ.Component{
		web.Tabs(v.View, v.T("knowledge.desk.views"), []web.Tab{
			{Text: v.T("knowledge.desk.mine"), Path: deskPath, Current: department != ""},
			{Text: v.T("knowledge.desk.all"), Path: deskPath + "?view=all", Current: department == ""},
			{Text: v.T("knowledge.unanswered.title"), Path: deskPath + "/unanswered"},
		}),
		ways(v.View, []web.Crumb{{Text: v.T("knowledge.new.title"), Path: deskPath + "/new"}, {Text: v.T("knowledge.import.title"), Path: deskPath + "/import"}, {Text: v.T("knowledge.export"), Path: deskPath + "/export"}}),
	}
	if len(late) > 0 {
		parts = append(parts, web.DataTable(v.View, f.articleTable("late", v.T("knowledge.desk.late"), late, names, nil)))
	}
	parts = append(parts, web.DataTable(v.View, f.articleTable("all", v.T("knowledge.desk.articles"), all, names, counts)))
	if len(all) == deskPage {
		parts = append(parts, ways(v.View, []web.Crumb{{Text: v.T("knowledge.desk.more"), Path: deskPath + "?" + url.Values{"view": {v.Query.Get("view")}, "after": {all[len(all)-1].Code}}.Encode()}}))
	}
	return v.Render(web.Page{Title: v.T("knowledge.desk.title"), Lead: v.T("knowledge.desk.lead"), Crumbs: f.deskCrumbs()[:1], Wide: true, Secret: true}, stack(parts))
}

func (f face) articleTable(id, caption string, all []Article, names map[string]string, counts map[string]Counts) web.Table {
	t := web.Table{
		ID: id, Caption: caption, Empty: web.Empty{Why: f.T("knowledge.desk.none"), Next: f.T("knowledge.new.title"), Path: deskPath + "/new"},
		Columns: []web.Column{{Head: f.T("knowledge.col.article")}, {Head: f.T("knowledge.department")}, {Head: f.T("knowledge.col.state")}, {Head: f.T("knowledge.review-by")}},
	}
	if counts != nil {
		for _, h := range []string{"views", "helped", "failed"} {
			t.Columns = append(t.Columns, web.Column{Head: f.T("knowledge.col." + h), Numeric: true})
		}
	}
	for _, a := range all {
		title, l := a.Title.With(f.Lang())
		review := web.Cell{Body: web.Blank()}
		if !a.Review.IsZero() {
			review = web.Cell{Text: f.Day(a.Review)}
		}
		row := web.Row{Cells: []web.Cell{{Text: title, Lang: l, Small: a.Code, Path: deskPath + "/articles/" + a.Code}, {Text: or(names[a.Department], a.Department)}, {Body: f.stateTag(a)}, review}}
		if counts != nil {
			c := counts[a.Code]
			for _, n := range []int64{c.Views, c.Helped, c.Failed} {
				row.Cells = append(row.Cells, web.Cell{Text: f.Number(n)})
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// showUnanswered is what was asked and not found.
func (s *Service) showUnanswered(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("desk"); err != nil {
		return err
	}
	var all []Unanswered
	if err := f.read(func(tx *db.Tx) (err error) { all, err = f.Unanswered(tx, shownUnanswerd); return err }); err != nil {
		return err
	}
	t := web.Table{
		Caption: v.T("knowledge.unanswered.title"), Empty: web.Empty{Why: v.T("knowledge.unanswered.none")},
		Columns: []web.Column{{Head: v.T("knowledge.unanswered.words")}, {Head: v.T("knowledge.unanswered.times"), Numeric: true}, {Head: v.T("knowledge.unanswered.last")}, {Head: v.T("knowledge.unanswered.write")}, {Head: v.T("knowledge.unanswered.settle")}},
	}
	for _, u := range all {
		q := "?" + url.Values{"words": {u.Words}}.Encode()
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: u.Words},
			{Text: v.Number(u.Times)},
			{Text: v.Day(u.Last.Day())},
			{Text: v.T("knowledge.unanswered.write"), Path: deskPath + "/new" + q},
			{Text: v.T("knowledge.unanswered.settle"), Path: deskPath + "/settled" + q},
		}})
	}
	return v.Render(web.Page{Title: v.T("knowledge.unanswered.title"), Lead: v.T("knowledge.unanswered.lead"), Crumbs: f.deskCrumbs(), Wide: true, Secret: true}, web.DataTable(v.View, t))
}

func (s *Service) askSettled(v *web.Visit) error {
	f := face{v, s}
	if err := f.may("desk"); err != nil {
		return err
	}
	words := cut(v.Query.Get("words"), maxAsked)
	return v.Ask(web.Questions{
		Title: v.T("knowledge.unanswered.settle"), Lead: v.T("knowledge.unanswered.settle-lead", "words", words), Submit: v.T("knowledge.unanswered.settle"),
		Crumbs: append(f.deskCrumbs(), web.Crumb{Text: v.T("knowledge.unanswered.title"), Path: deskPath + "/unanswered"}),
		Act: func(*web.Answers) (string, string, error) {
			return deskPath + "/unanswered", v.T("knowledge.done"), f.write(func(tx *db.Tx) error { return f.Settled(tx, words) })
		},
	})
}

// export sends the officer's department's articles.
func (s *Service) export(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("knowledge.edit", article(f.mine())); err != nil {
		return err
	}
	return v.Download("articles-"+f.mine()+".zip", "application/zip", func(w io.Writer) error {
		return f.read(func(tx *db.Tx) error { return f.Export(tx, w, f.mine()) })
	})
}

// takeImport takes a file of articles as drafts of the officer's department.
func (s *Service) takeImport(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("knowledge.edit", article(f.mine())); err != nil {
		return err
	}
	if v.R.Method != http.MethodPost {
		return f.showImport(200, "")
	}
	data, err := f.upload()
	if err != nil {
		return f.refusedImport(err)
	}
	all, err := Unpack(data)
	if err != nil {
		return f.refusedImport(err)
	}
	n := 0
	if err := f.write(func(tx *db.Tx) (err error) { n, err = f.Import(tx, all, f.mine(), f.by()); return err }); err != nil {
		return f.refusedImport(err)
	}
	return v.RedirectWith(deskPath, web.Notice{Text: v.T("knowledge.import.done", "n", int64(n))})
}

func (f face) showImport(status int, wrong string) error {
	field := web.FileInput{Field: web.Field{Name: "file", Label: f.T("knowledge.import.file"), Hint: f.T("knowledge.import.hint"), Error: wrong}, Accept: ".zip,application/zip"}
	var errors []web.FieldError
	if wrong != "" {
		errors = []web.FieldError{{Name: "file", Text: wrong}}
	}
	return f.RenderStatus(status, web.Page{Title: f.T("knowledge.import.title"), Lead: f.T("knowledge.import.lead"), Crumbs: f.deskCrumbs(), Secret: true, Failed: wrong != ""},
		uploadForm(f.View, web.Form{Action: deskPath + "/import", Files: true, Submit: f.T("knowledge.import.submit")}, errors, field))
}
