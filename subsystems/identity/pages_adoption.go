package identity

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/platform/web"
)

const boardCSV = "/api/identity/adoption.csv"

func (s *Service) mountAdoption(site *web.Site) {
	site.Page("GET /adoption", s.showBoard)
	site.API("GET "+boardCSV, s.downloadBoard, web.OpenData())
	site.Page("GET /adoption/edit/{id}", s.showAdoption, web.Secret())
	site.Page("POST /adoption/edit/{id}", s.doAdoption, web.Secret())
	site.Page("GET /adoption/import", s.showBoardImport, web.Secret())
	site.Page("POST /adoption/import", s.doBoardImport, web.Secret(), web.Body(longestAdoption+64<<10))
}

// boardView is the board as it is shown.
type boardView struct {
	Table web.Table
	Shown string
	Keeps bool
	CSV   web.File
}

func (s *Service) showBoard(v *web.Visit) error {
	rows, err := s.Board(v.Context())
	if err != nil {
		return err
	}
	d := boardView{Shown: v.Query.Get("show"), Keeps: s.mayKeepBoard(v.Context()) == nil}
	d.CSV = web.File{Text: v.T("identity.online.adoption.csv"), Path: v.Plain(boardCSV), Format: "CSV"}
	d.Table = web.Table{
		Caption: v.T("identity.online.adoption.caption"), Mode: web.Records, Empty: web.Empty{Why: v.T("identity.online.adoption.empty")},
		Columns: []web.Column{
			{Head: v.T("identity.online.adoption.service")},
			{Head: v.T("identity.online.adoption.department")},
			{Head: v.T("identity.online.adoption.due")},
			{Head: v.T("identity.online.adoption.state")},
			{Head: v.T("identity.online.adoption.signins"), Numeric: true},
		},
	}
	for _, r := range rows {
		if d.Shown != "" && d.Shown != string(r.Standing) && (d.Shown != "late" || !r.Late) {
			continue
		}
		d.Table.Rows = append(d.Table.Rows, s.boardRow(v, r, d.Keeps))
	}
	lead := v.T("identity.online.adoption.lead")
	return v.Render(web.Page{Title: v.T("identity.online.adoption.title"), Lead: lead, Description: lead, Wide: true}, boardBody(v.View, d))
}

func (s *Service) boardRow(v *web.Visit, r BoardRow, keeps bool) web.Row {
	name, l := r.Name.With(v.Lang())
	first := web.Cell{Text: name, Lang: l}
	if keeps {
		first.Path = "/adoption/edit/" + r.ID
	}
	state := map[Standing]web.State{Planned: web.NotStarted, Admitted: web.Approved, InUse: web.Done}[r.Standing]
	text := v.T("identity.online.adoption." + string(r.Standing))
	if r.Late {
		state, text = web.Late, v.T("identity.online.adoption.late")
	}
	return web.Row{Cells: []web.Cell{
		first,
		{Text: s.departmentName(v.Context(), r.Department, v.Lang())},
		{Text: v.Date(r.Due)},
		{Body: web.Outcome(v.View, state, text)},
		{Text: v.Number(r.SignIns)},
	}}
}

func boardChoices(v *web.View, chosen string) []web.Choice {
	out := []web.Choice{{Value: "", Label: v.T("identity.online.adoption.all"), Chosen: chosen == ""}}
	for _, c := range []string{"planned", "approved", "live", "late"} {
		out = append(out, web.Choice{Value: c, Label: v.T("identity.online.adoption." + c), Chosen: c == chosen})
	}
	return out
}

func (s *Service) downloadBoard(v *web.Visit) error {
	rows, err := s.Board(v.Context())
	if err != nil {
		return err
	}
	return v.Download("adoption.csv", "text/csv; charset=utf-8", func(w io.Writer) error { return WriteBoard(w, rows) })
}

// adoptionOf is the entry that a page is about; "new" is an empty one.
func (s *Service) adoptionOf(v *web.Visit) (Adoption, error) {
	if v.PathValue("id") == "new" {
		return Adoption{}, s.mayKeepBoard(v.Context())
	}
	return s.Adoption(v.Context(), v.PathValue("id"))
}

func (s *Service) showAdoption(v *web.Visit) error {
	a, err := s.adoptionOf(v)
	if err != nil {
		return err
	}
	form := url.Values{"department": {a.Department}, "service": {string(a.Service)}}
	putThree(form, "name", a.Name)
	if !a.Due.IsZero() {
		form.Set("due-year", versionText(int64(a.Due.Year)))
		form.Set("due-month", versionText(int64(a.Due.Month)))
		form.Set("due-day", versionText(int64(a.Due.Date)))
	}
	return s.adoptionPage(v, http.StatusOK, a, form, nil)
}

func (s *Service) adoptionPage(v *web.Visit, status int, a Adoption, form url.Values, errs []web.FieldError) error {
	all, err := s.departments(v.Context())
	if err != nil {
		return err
	}
	choices := []web.Choice{{Label: v.T("identity.choice.none"), Chosen: form.Get("department") == ""}}
	for code, name := range all {
		choices = append(choices, web.Choice{Value: code, Label: code + " " + name.In(v.Lang()), Chosen: code == form.Get("department")})
	}
	slices.SortFunc(choices, func(a, b web.Choice) int { return strings.Compare(a.Value, b.Value) })
	title := v.T("identity.online.adoption.edit")
	if a.ID == "" {
		title = v.T("identity.online.adoption.add")
	}
	return v.RenderStatus(status, web.Page{Title: title, Back: "/adoption", Secret: true, Failed: len(errs) > 0},
		adoptionBody(v.View, firstOf(a.ID, "new"), a.Version, choices, form, errs))
}

func (s *Service) doAdoption(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	a, err := s.adoptionOf(v)
	if err != nil {
		return err
	}
	if form.Get("remove") != "" {
		if err := s.RemoveAdoption(v.Context(), a.ID, versionOf(form)); err != nil {
			return err
		}
		return v.RedirectWith("/adoption", web.Notice{Text: v.T("identity.online.adoption.removed")})
	}
	if a.ID != "" {
		a.Version = versionOf(form)
	}
	r := reading{View: v.View, form: form}
	a.Department, a.Service = form.Get("department"), OnlineID(r.line("service", 64, false))
	a.Name = r.three("name")
	a.Due, err = web.DateOf(form, web.Field{Name: "due"}).Day()
	if err != nil {
		r.errs = append(r.errs, web.FieldError{Name: "due", Text: v.T("identity.online.adoption.fault-due")})
	}
	if len(r.errs) == 0 {
		err = s.PutAdoptions(v.Context(), a)
		if fault.Is(err, fault.Invalid) {
			r.errs = said(v, err)
		} else if err != nil {
			return err
		}
	}
	if len(r.errs) > 0 {
		return s.adoptionPage(v, http.StatusUnprocessableEntity, a, form, r.errs)
	}
	return v.RedirectWith("/adoption", web.Notice{Text: v.T("identity.online.adoption.saved")})
}

func (s *Service) showBoardImport(v *web.Visit) error {
	if err := s.mayKeepBoard(v.Context()); err != nil {
		return err
	}
	return s.boardImportPage(v, http.StatusOK, nil)
}

func (s *Service) boardImportPage(v *web.Visit, status int, errs []web.FieldError) error {
	return v.RenderStatus(status, web.Page{Title: v.T("identity.online.adoption.import"), Back: "/adoption", Secret: true, Failed: len(errs) > 0},
		boardImportBody(v.View, errs))
}

func (s *Service) doBoardImport(v *web.Visit) error {
	if err := s.mayKeepBoard(v.Context()); err != nil {
		return err
	}
	file, _, err := v.R.FormFile("file")
	if err != nil {
		return s.boardImportPage(v, http.StatusUnprocessableEntity, []web.FieldError{{Name: "file", Text: v.T("identity.online.fault.empty")}})
	}
	n, err := s.ImportBoard(v.Context(), file)
	_ = file.Close() // it was read to its end
	if fault.Is(err, fault.Invalid) {
		errs := said(v, err)
		for i := range errs {
			errs[i].Name = "file"
		}
		return s.boardImportPage(v, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith("/adoption", web.Notice{Text: v.T("identity.online.adoption.imported", "count", n)})
}
