package licences

import (
	"io"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/sheet"
	"praya/platform/web"
)

func (s *Service) allKinds(f face) (out []Kind, err error) {
	err = s.DB.Read(f.Context(), func(tx *db.Tx) error {
		out, err = allKinds(tx)
		return err
	})
	return out, err
}

// showRegister is the public register. A number that is typed whole leads to its licence.
func (s *Service) showRegister(v *web.Visit) error {
	f := face{v, s}
	filter := f.filter()
	filter.Department = cutText(v.Query.Get("department"), 40)
	if number, ok := ParseNumber(filter.Words); ok {
		return v.Redirect(publicPath + "/" + number)
	}
	page := v.PageOf(pageSize, 1<<30)
	list, total, err := s.Register(v.Context(), filter, pageSize, page.Offset())
	if err != nil {
		return err
	}
	kinds, err := s.allKinds(f)
	if err != nil {
		return err
	}
	parts := []templ.Component{
		ways(v.View, []web.Crumb{{Text: v.T("licences.check.title"), Path: verifyPath}}),
		f.filterForm(publicPath, f.kinds(kinds, func(k Kind) bool { return k.Listed })),
		web.DataTable(v.View, f.registerTable(list, total)),
		web.Pagination(v.View, v.PageOf(pageSize, total)),
	}
	if total > 0 {
		parts = append(parts, web.DownloadList(v.View, []web.File{{Text: v.T("licences.register.csv"), Path: v.Link(publicPath + "/export?" + f.same()), Format: "CSV"}}))
	}
	return v.Render(web.Page{
		Title: v.T("licences.register.title"), Lead: v.T("licences.register.lead"), Description: v.T("licences.register.lead"), Wide: true,
	}, stack(parts))
}

// same is the query of the list that is shown, without its page.
func (f face) same() string {
	out := url.Values{}
	for _, name := range []string{"q", "kind", "state", "department"} {
		if value := f.Query.Get(name); value != "" {
			out.Set(name, value)
		}
	}
	return out.Encode()
}

func (f face) registerTable(list []Public, total int) web.Table {
	t := web.Table{
		ID: "register", Caption: f.found(total),
		Columns: []web.Column{{Head: f.T("licences.col.number")}, {Head: f.T("licences.col.kind")}, {Head: f.T("licences.col.about")}, {Head: f.T("licences.col.state")}, {Head: f.T("licences.col.until")}},
		Empty:   web.Empty{Why: f.T("licences.register.none"), Next: f.T("licences.register.none-next"), Path: verifyPath},
	}
	for _, p := range list {
		name, l := p.KindName.With(f.Lang())
		about := web.Cell{Body: web.Blank()}
		if len(p.Fields) > 0 {
			about = web.Cell{Text: p.Fields[0].Value}
			if len(p.Fields) > 1 {
				about.Small = p.Fields[1].Value
			}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: p.Number, Path: publicPath + "/" + p.Number}, {Text: name, Lang: l}, about, {Body: f.tag(p.State)}, {Text: until(f.Texts, p.until)},
		}})
	}
	return t
}

// exportRegister is the register as a sheet: one kind with a column for each public field, or all
// with what they say in one column.
func (s *Service) exportRegister(v *web.Visit) error {
	f := face{v, s}
	filter := f.filter()
	filter.Department = cutText(v.Query.Get("department"), 40)
	var fields []Field
	kinds, err := s.allKinds(f)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		if k.Code == filter.Kind && k.Listed {
			fields = k.Fields
		}
	}
	if err := s.may(v.Context(), "licences.read", ""); err != nil {
		return err
	}
	return v.Download("licences.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out, err := sheet.NewWriter(w, true)
		if err != nil {
			return err
		}
		if err := out.Write(exportHead(fields)); err != nil {
			return err
		}
		err = s.EachPublic(v.Context(), filter, func(list []Public) error {
			for _, p := range list {
				if err := out.Write(exportRow(p, fields)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return out.Close()
	})
}

func exportHead(fields []Field) []string {
	head := []string{"number", "kind", "department", "state", "from", "until"}
	if fields == nil {
		return append(head, "public")
	}
	for _, f := range fields {
		if f.Public {
			head = append(head, f.Name)
		}
	}
	return head
}

func exportRow(p Public, fields []Field) []string {
	row := []string{p.Number, p.Kind, p.Department, string(p.State), p.From, p.Until}
	values := map[string]string{}
	var all []string
	for _, v := range p.Fields {
		one := strings.Join(strings.Fields(v.Value), " ")
		values[v.Name], all = one, append(all, v.Name+": "+one)
	}
	if fields == nil {
		return append(row, strings.Join(all, "; "))
	}
	for _, f := range fields {
		if f.Public {
			row = append(row, values[f.Name])
		}
	}
	return row
}

// showPublic is a licence as everybody may see it.
func (s *Service) showPublic(v *web.Visit) error {
	f := face{v, s}
	p, err := s.PublicByNumber(v.Context(), v.PathValue("number"))
	if err != nil {
		return err
	}
	if p.Number != v.PathValue("number") {
		return v.Redirect(publicPath + "/" + p.Number)
	}
	name, l := p.KindName.With(v.Lang())
	return v.Render(web.Page{
		Title: name, Lang: l, Lead: p.Number, Crumbs: []web.Crumb{{Text: v.T("licences.register.title"), Path: publicPath}},
		Head: tag(v.View, tagOf(p.State), v.T("licences.state."+string(p.State)), v.T("licences.means."+string(p.State))),
	}, stack([]templ.Component{
		web.SummaryList(v.View, f.publicEntries(p)),
		sentence(v.T("licences.register.compare")),
		ways(v.View, []web.Crumb{{Text: v.T("licences.check.again"), Path: verifyPath}}),
	}))
}

func (f face) publicEntries(p Public) []web.Entry {
	name, l := p.KindName.With(f.Lang())
	out := []web.Entry{
		{Label: f.T("licences.col.number"), Value: p.Number},
		{Label: f.T("licences.col.kind"), Value: name, Lang: l},
		f.departmentEntry(p.Department),
	}
	for _, value := range p.Fields {
		out = append(out, web.Entry{Label: named(value.Label, f.Lang(), value.Name), Value: value.Value})
	}
	return append(out,
		web.Entry{Label: f.T("licences.col.from"), Value: f.Date(p.from)},
		web.Entry{Label: f.T("licences.col.until"), Value: until(f.Texts, p.until)},
		web.Entry{Label: f.T("licences.col.checked"), Value: f.Instant(f.Now())})
}

// showVerify says whether a code or a number is that of a licence in force. Without either it asks
// for a number.
func (s *Service) showVerify(v *web.Visit) error {
	f := face{v, s}
	if err := s.may(v.Context(), "licences.read", ""); err != nil {
		return err
	}
	typed := cutText(v.Query.Get("number"), 60)
	field := web.Field{Name: "number", Label: v.T("licences.check.number"), Hint: v.T("licences.check.hint"), Value: typed, Width: "medium", MaxLength: 60}
	page := web.Page{Title: v.T("licences.check.title"), Lead: v.T("licences.check.lead"), Crumbs: []web.Crumb{{Text: v.T("licences.register.title"), Path: publicPath}}}
	code := v.Query.Get("c")
	if code == "" && typed == "" {
		return v.Render(page, numberForm(v.View, field))
	}
	var c Checked
	var err error
	if code != "" {
		c, err = s.CheckCode(v.Context(), code)
	} else {
		c, err = s.checkNumber(v, typed)
	}
	if err != nil {
		return err
	}
	return f.showChecked(c, code != "", numberForm(v.View, web.Field{Name: "number", Label: v.T("licences.check.number"), Hint: v.T("licences.check.hint"), Width: "medium", MaxLength: 60}))
}

// checkNumber checks a number that was typed.
func (s *Service) checkNumber(v *web.Visit, typed string) (Checked, error) {
	c := Checked{At: v.Now(), Verdict: NoLicence}
	p, err := s.PublicByNumber(v.Context(), typed)
	if fault.Is(err, fault.NotFound) {
		return c, nil
	}
	c.Licence, c.Verdict = &p, Verdict(p.State)
	return c, err
}

// showChecked says it plainly: valid or not, and why.
func (f face) showChecked(c Checked, signed bool, form templ.Component) error {
	shape, verdict := web.Refused, "bad"
	if c.Good() {
		shape, verdict = web.Approved, "good"
	}
	why := string(c.Verdict)
	if c.Verdict == TooOld && c.Claims != nil && c.Claims.Until != "" && c.Claims.Until < c.At.Day().String() {
		why = "old-term"
	}
	parts := []templ.Component{}
	if c.Licence != nil {
		parts = append(parts, web.SummaryList(f.View, f.publicEntries(*c.Licence)))
		if c.Newer && c.Good() {
			parts = append(parts, sentence(f.T("licences.check.newer")))
		}
		parts = append(parts, sentence(f.T("licences.register.compare")))
	} else {
		parts = append(parts, web.SummaryList(f.View, []web.Entry{{Label: f.T("licences.col.checked"), Value: f.Instant(c.At)}}))
	}
	if signed && c.Claims != nil {
		parts = append(parts, sentence(f.T("licences.check.signed")))
	}
	parts = append(parts, heading(f.T("licences.check.again")), form)
	return f.Render(web.Page{
		Title: f.T("licences.check." + verdict), Crumbs: []web.Crumb{{Text: f.T("licences.register.title"), Path: publicPath}}, Secret: true,
		Head: tag(f.View, shape, f.T("licences.verdict."+why), f.T("licences.means."+why)),
	}, stack(parts))
}
