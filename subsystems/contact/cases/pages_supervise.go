package cases

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
)

// FiguresPart is the figures of a span of months as a part of a page, for whoever publishes them: counts
// by department, and nobody's name.
func (s *Service) FiguresPart(v *web.Visit, from, to when.Day) (templ.Component, error) {
	f := face{v, s}
	var all Counts
	var names map[string]string
	err := f.read(func(tx *db.Tx) (err error) {
		if all, err = f.CountsOf(tx, from, to); err != nil {
			return err
		}
		_, names, err = f.departments(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	t := web.Table{
		ID: "departments", Mode: web.Figures, Caption: v.T("cases.figures.departments"), Empty: web.Empty{Why: v.T("cases.figures.none")},
		Columns: []web.Column{{Head: v.T("cases.col.department")}},
	}
	for _, h := range []string{"referred", "refused", "escalated", "replied", "replied-late", "went-late", "open", "late"} {
		t.Columns = append(t.Columns, web.Column{Head: v.T("cases.figures." + h), Numeric: true})
	}
	for _, c := range all.Departments {
		row := web.Row{Cells: []web.Cell{{Text: or(names[c.Department], c.Department)}}}
		for _, n := range []int64{c.Referred, c.Refused, c.Escalated, c.Replied, c.RepliedLate, c.WentLate, c.Open, c.Late} {
			row.Cells = append(row.Cells, web.Cell{Text: v.Number(n)})
		}
		t.Rows = append(t.Rows, row)
	}
	centre := []web.Entry{}
	for _, x := range []struct {
		key string
		n   int64
	}{{"opened", all.Opened}, {"closed", all.Closed}, {"reopened", all.Reopened}, {"merged", all.Merged}, {"refer-late", all.ReferLate}, {"overdue", all.Overdue}} {
		centre = append(centre, web.Entry{Label: v.T("cases.figures." + x.key), Value: v.Number(x.n)})
	}
	return stack([]templ.Component{web.SummaryList(v.View, centre), web.DataTable(v.View, t)}), nil
}

func (s *Service) showFigures(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	today := v.Now().Day()
	from := when.Day{Year: today.Year, Month: today.Month, Date: 1}
	if d, err := when.ParseDay(v.Query.Get("month") + "-01"); err == nil {
		from = d
	}
	body, err := s.FiguresPart(v, from, from)
	if err != nil {
		return err
	}
	before := from.Add(-1)
	return v.Render(web.Page{Title: v.T("cases.figures.title"), Lead: v.Month(from.Year, from.Month), Crumbs: f.crumbs(), Wide: true, Secret: true}, stack([]templ.Component{
		body, ways(v.View, []web.Crumb{{Text: v.Month(before.Year, before.Month), Path: v.Path + "?month=" + monthOf(before)}}),
	}))
}

func (s *Service) showCategories(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.supervise"); err != nil {
		return err
	}
	t := web.Table{
		Caption: v.T("cases.categories.title"), Empty: web.Empty{Why: v.T("cases.categories.none")},
		Columns: []web.Column{{Head: v.T("cases.subject")}, {Head: v.T("cases.col.department")}, {Head: v.T("cases.categories.public")}, {Head: v.T("cases.categories.active")}},
	}
	err := f.read(func(tx *db.Tx) error {
		all, err := f.Categories(tx)
		if err != nil {
			return err
		}
		_, names, err := f.departments(tx)
		for _, x := range all {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
				{Text: x.Name.In(v.Lang()), Small: x.Code, Path: deskPath + "/subjects/" + x.Code}, {Text: or(names[x.Department], v.T("cases.write.none"))}, {Text: f.yes(x.Public)}, {Text: f.yes(x.Active)},
			}})
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("cases.categories.title"), Lead: v.T("cases.categories.lead"), Crumbs: f.crumbs(), Secret: true}, stack([]templ.Component{
		ways(v.View, []web.Crumb{{Text: v.T("cases.categories.new"), Path: deskPath + "/subjects/new"}}), web.DataTable(v.View, t),
	}))
}

func (f face) yes(b bool) string { return f.T("cases.yes." + strconv.FormatBool(b)) }

// askCategory edits a service of the centre; the code "new" makes one.
func (s *Service) askCategory(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.supervise"); err != nil {
		return err
	}
	x := Category{Active: true}
	var departments []web.Choice
	fresh := v.PathValue("code") == "new"
	err := f.read(func(tx *db.Tx) (err error) {
		if departments, _, err = f.departments(tx); err == nil && !fresh {
			x, err = f.Category(tx, v.PathValue("code"))
		}
		return err
	})
	if err != nil {
		return err
	}
	questions, err := json.MarshalIndent(x.Attributes, "", "  ")
	if err != nil {
		return err
	}
	given := web.Given("code", x.Code, "department", x.Department, "group", x.Group, "keywords", strings.Join(x.Keywords, ", "), "attributes", string(questions), "version", strconv.FormatInt(x.Version, 10))
	web.GiveThree(given, "name-", x.Name)
	web.GiveThree(given, "about-", x.About)
	for name, on := range map[string]bool{"public": x.Public, "active": x.Active} {
		if on {
			given.Set(name, "yes")
		}
	}
	return v.Ask(web.Questions{
		Title: v.T("cases.categories.edit"), Submit: v.T("cases.save"), Given: given, Asked: f.categoryFields(departments),
		Crumbs: append(f.crumbs(), web.Crumb{Text: v.T("cases.categories.title"), Path: deskPath + "/subjects"}),
		Act: func(a *web.Answers) (string, string, error) {
			y := categoryOf(a)
			y.Version = x.Version
			if n, err := strconv.ParseInt(a.Text("version"), 10, 64); err == nil && !fresh {
				y.Version = n
			}
			if !fresh {
				y.Code = x.Code
			}
			if a.Bad() {
				return "", "", nil
			}
			return deskPath + "/subjects", v.T("cases.done"), beside("code", f.write(func(tx *db.Tx) error { return f.PutCategory(tx, y) }))
		},
	})
}

func (f face) categoryFields(departments []web.Choice) []web.Question {
	three := func(prefix, key string, as web.Asked) (out []web.Question) {
		for _, l := range []string{"tc", "en", "sc"} {
			out = append(out, web.Question{As: as, Field: web.Field{Name: prefix + l, Label: f.T("cases.categories." + key + "-" + l)}})
		}
		return out
	}
	tick := func(name string) web.Question {
		return web.Question{As: web.AsTick, Field: web.Field{Name: name, Label: f.T("cases.categories." + name), Optional: true}, Choices: []web.Choice{{Value: "yes", Label: f.T("cases.categories." + name + "-yes")}}}
	}
	out := []web.Question{{Field: web.Field{Name: "code", Label: f.T("cases.categories.code"), Width: "medium", MaxLength: 40}}}
	out = append(out, three("name-", "name", web.AsText)...)
	out = append(out, three("about-", "about", web.AsLines)...)
	return append(out,
		web.Question{As: web.AsSelect, Field: web.Field{Name: "department", Label: f.T("cases.col.department"), Optional: true}, Choices: departments},
		web.Question{Field: web.Field{Name: "group", Label: f.T("cases.categories.group"), Optional: true, MaxLength: 60}},
		web.Question{Field: web.Field{Name: "keywords", Label: f.T("cases.categories.keywords"), Optional: true}},
		web.Question{As: web.AsLines, Field: web.Field{Name: "attributes", Label: f.T("cases.categories.attributes"), Hint: f.T("cases.categories.attributes-hint"), Optional: true}},
		tick("public"), tick("active"), web.Remember("version"))
}

func categoryOf(a *web.Answers) Category {
	x := Category{
		Code: a.Text("code"), Name: a.Three("name-"), About: a.Three("about-"), Department: a.Text("department"), Group: a.Words("group"),
		Public: a.Ticked("public", "yes"), Active: a.Ticked("active", "yes"),
	}
	for k := range strings.SplitSeq(strings.ReplaceAll(a.Words("keywords"), "，", ","), ",") {
		if k = strings.TrimSpace(k); k != "" {
			x.Keywords = append(x.Keywords, k)
		}
	}
	if text := a.Words("attributes"); text != "" && text != "null" {
		a.Need(json.Unmarshal([]byte(text), &x.Attributes) == nil, "attributes", "cases.fault.category")
	}
	return x
}

// showPromises lists the departments with their promises.
func (s *Service) showPromises(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.supervise"); err != nil {
		return err
	}
	t := web.Table{
		Caption: v.T("cases.promises.title"), Columns: []web.Column{{Head: v.T("cases.col.department")}, {Head: v.T("cases.promises.interim"), Numeric: true}, {Head: v.T("cases.promises.reply"), Numeric: true}, {Head: v.T("cases.promises.four-eyes")}},
	}
	err := f.read(func(tx *db.Tx) error {
		all, err := f.Departments.Departments(tx)
		if err != nil {
			return err
		}
		for _, d := range all {
			set, err := settingsOf(tx, d.Code)
			if err != nil {
				return err
			}
			name, l := d.Name.With(v.Lang())
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
				{Text: name, Lang: l, Path: deskPath + "/promises/" + d.Code}, {Text: strconv.Itoa(set.Interim)}, {Text: strconv.Itoa(set.Reply)}, {Text: f.yes(set.FourEyes)},
			}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("cases.promises.title"), Lead: v.T("cases.promises.lead"), Crumbs: f.crumbs(), Secret: true}, web.DataTable(v.View, t))
}

func (s *Service) askPromise(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.supervise"); err != nil {
		return err
	}
	var set Settings
	var name string
	err := f.read(func(tx *db.Tx) error {
		d, err := f.Departments.Department(tx, v.PathValue("code"))
		if err != nil {
			return err
		}
		name = d.Name.In(v.Lang())
		set, err = settingsOf(tx, d.Code)
		return err
	})
	if err != nil {
		return err
	}
	given := web.Given("interim", strconv.Itoa(set.Interim), "reply", strconv.Itoa(set.Reply), "remind", strconv.Itoa(set.Remind), "version", strconv.FormatInt(set.Version, 10))
	if set.FourEyes {
		given.Set("four-eyes", "yes")
	}
	number := func(name string) web.Question {
		return web.Question{Field: web.Field{Name: name, Label: v.T("cases.promises." + name), Width: "short", Inputmode: "numeric"}}
	}
	return v.Ask(web.Questions{
		Title: name, Lead: v.T("cases.promises.lead"), Submit: v.T("cases.save"), Given: given,
		Crumbs: append(f.crumbs(), web.Crumb{Text: v.T("cases.promises.title"), Path: deskPath + "/promises"}),
		Asked: []web.Question{
			number("interim"), number("reply"), number("remind"),
			{As: web.AsTick, Field: web.Field{Name: "four-eyes", Label: v.T("cases.promises.four-eyes"), Optional: true}, Choices: []web.Choice{{Value: "yes", Label: v.T("cases.promises.four-eyes-yes")}}},
			web.Remember("version"),
		},
		Act: func(a *web.Answers) (string, string, error) {
			n := func(name string) int {
				x, err := strconv.Atoi(a.Text(name))
				a.Need(err == nil, name, "cases.wrong.number")
				return x
			}
			x := Settings{Department: set.Department, Interim: n("interim"), Reply: n("reply"), Remind: n("remind"), FourEyes: a.Ticked("four-eyes", "yes")}
			x.Version, _ = strconv.ParseInt(a.Text("version"), 10, 64) // 0: the usual ones were shown
			if a.Bad() {
				return "", "", nil
			}
			return deskPath + "/promises", v.T("cases.done"), beside("interim", f.write(func(tx *db.Tx) error { return f.PutSettings(tx, x) }))
		},
	})
}

func (s *Service) showKeys(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.supervise"); err != nil {
		return err
	}
	t := web.Table{
		Caption: v.T("cases.keys.title"), Empty: web.Empty{Why: v.T("cases.keys.none")},
		Columns: []web.Column{{Head: v.T("cases.keys.name")}, {Head: v.T("cases.col.department")}, {Head: v.T("cases.keys.made")}, {Head: v.T("cases.keys.ended")}, {Head: v.T("cases.col.acts")}},
	}
	err := f.read(func(tx *db.Tx) error {
		all, err := allKeys(tx)
		if err != nil {
			return err
		}
		_, names, err := f.departments(tx)
		for _, k := range all {
			ended, act := web.Cell{Body: web.Blank()}, web.Cell{Text: v.T("cases.keys.end"), Path: deskPath + "/keys/" + k.ID + "/end"}
			if !k.EndedAt.IsZero() {
				ended, act = web.Cell{Text: v.Instant(k.EndedAt)}, web.Cell{Body: web.Blank()}
			}
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: k.Name}, {Text: or(names[k.Department], v.T("cases.write.none"))}, {Text: v.Instant(k.MadeAt)}, ended, act}})
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("cases.keys.title"), Lead: v.T("cases.keys.lead"), Crumbs: f.crumbs(), Secret: true}, stack([]templ.Component{
		ways(v.View, []web.Crumb{{Text: v.T("cases.keys.new"), Path: deskPath + "/keys/new"}}), web.DataTable(v.View, t),
	}))
}

// askKey makes a key, and says it once, on the page that shows an agent's codes.
func (s *Service) askKey(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.supervise"); err != nil {
		return err
	}
	var departments []web.Choice
	if err := f.read(func(tx *db.Tx) (err error) {
		departments, _, err = f.departments(tx)
		return err
	}); err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("cases.keys.new"), Lead: v.T("cases.keys.new-lead"), Submit: v.T("cases.keys.make"),
		Crumbs: append(f.crumbs(), web.Crumb{Text: v.T("cases.keys.title"), Path: deskPath + "/keys"}),
		Asked: []web.Question{
			{Field: web.Field{Name: "name", Label: v.T("cases.keys.name"), MaxLength: 100}},
			{As: web.AsSelect, Field: web.Field{Name: "department", Label: v.T("cases.col.department"), Optional: true}, Choices: departments},
		},
		Act: func(a *web.Answers) (string, string, error) {
			token := strings.ToLower(rand.Text())
			err := f.write(func(tx *db.Tx) error {
				k, secret, err := f.NewKey(tx, a.Words("name"), a.Text("department"), f.by())
				if err != nil {
					return err
				}
				return f.keepDraft(tx, token, writing{Title: k.Name, Code: secret, Account: f.by()})
			})
			return deskPath + "/codes/" + token, v.T("cases.done"), beside("name", err)
		},
	})
}

func (s *Service) askEndKey(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.supervise"); err != nil {
		return err
	}
	key := v.PathValue("id")
	if err := f.read(func(tx *db.Tx) error {
		all, err := allKeys(tx)
		if err == nil && !slices.ContainsFunc(all, func(k APIKey) bool { return k.ID == key && k.EndedAt.IsZero() }) {
			err = fault.New(fault.NotFound, "cases.fault.no-key")
		}
		return err
	}); err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("cases.keys.end"), Lead: v.T("cases.keys.end-lead"), Submit: v.T("cases.keys.end"), Danger: true,
		Crumbs: append(f.crumbs(), web.Crumb{Text: v.T("cases.keys.title"), Path: deskPath + "/keys"}),
		Act: func(*web.Answers) (string, string, error) {
			return deskPath + "/keys", v.T("cases.done"), f.write(func(tx *db.Tx) error { return f.EndKey(tx, key) })
		},
	})
}
