package cases

import (
	"crypto/rand"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/sheet"
	"praya/platform/web"
)

const deskPage = 50

// views are the lists of the desk.
func views() []string {
	return []string{string(Fresh), string(Replied), "level", "mine", string(Referred), string(Escalated), string(Answered), "all"}
}

// level is the highest level at which the visitor decides.
func (f face) level() int {
	for n := topLevel; n > 0; n-- {
		if f.may(n) == nil {
			return n
		}
	}
	return 0
}

// may asks whether the visitor decides at a level.
func (f face) may(level int) error {
	return f.centre(f.Context(), "cases.decide-"+strconv.Itoa(max(level, 1)))
}

func (f face) desk(limit int) desk {
	d := desk{view: f.Query.Get("view"), by: f.by(), level: f.level(), limit: limit}
	if !slices.Contains(views(), d.view) {
		d.view = string(Fresh)
	}
	if k := f.Query.Get("kind"); slices.Contains(Kinds(), Kind(k)) {
		d.kind = k
	}
	if c := f.Query.Get("channel"); channelForm.MatchString(c) {
		d.channel = c
	}
	return d
}

// deskList is what a list or a search of the desk finds.
func (f face) deskList(tx *db.Tx, limit int) (all []Case, more bool, err error) {
	d := f.desk(limit + 1)
	n, _ := strconv.Atoi(f.Query.Get("page")) // anything else is the first page
	d.offset = max(n-1, 0) * limit
	words := strings.TrimSpace(f.Query.Get("q"))
	switch ref, ok := id.ParseReference(words); {
	case ok:
		c, err := f.ByReference(tx, ref)
		if fault.Is(err, fault.NotFound) {
			return nil, false, nil
		}
		return []Case{c}, false, err
	case words != "":
		found, total, err := f.Find(tx, words, min(limit, 100), d.offset)
		return found, d.offset+len(found) < total, err
	}
	rows, err := deskCases(tx, d)
	all, err = f.allOpened(tx, rows, err)
	if len(all) > limit {
		all, more = all[:limit], true
	}
	return all, more, err
}

func (s *Service) showDesk(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	var all []Case
	var more bool
	var now Counts
	var names map[string]string
	titles := map[CaseID]string{}
	err := f.read(func(tx *db.Tx) (err error) {
		if all, more, err = f.deskList(tx, deskPage); err != nil {
			return err
		}
		for _, c := range all {
			c.Language = v.Lang()
			titles[c.ID] = f.Title(tx, c)
		}
		if now, err = f.Counts(tx); err != nil {
			return err
		}
		_, names, err = f.departments(tx)
		return err
	})
	if err != nil {
		return err
	}
	chosen := f.desk(0).view
	var tabs []web.Tab
	for _, x := range views() {
		name := v.T("cases.view." + x)
		if n, counted := now.States[State(x)]; counted {
			name = v.T("cases.view.counted", "name", name, "n", v.Number(n))
		}
		tabs = append(tabs, web.Tab{Text: name, Path: deskPath + "?view=" + x, Current: x == chosen && v.Query.Get("q") == ""})
	}
	links := []web.Crumb{{Text: v.T("cases.desk.new"), Path: deskPath + "/new"}, {Text: v.T("cases.desk.csv"), Path: deskPath + "/file.csv" + encoded(v.Query)}, {Text: v.T("cases.figures.title"), Path: deskPath + "/figures"}}
	if f.centre(v.Context(), "cases.supervise") == nil {
		links = append(links, web.Crumb{Text: v.T("cases.categories.title"), Path: deskPath + "/subjects"}, web.Crumb{Text: v.T("cases.promises.title"), Path: deskPath + "/promises"}, web.Crumb{Text: v.T("cases.keys.title"), Path: deskPath + "/keys"})
	}
	parts := []templ.Component{ways(v.View, links), f.filter(chosen), web.Tabs(v.View, v.T("cases.desk.views"), tabs), web.DataTable(v.View, f.deskTable(all, titles, names))}
	if more {
		n, _ := strconv.Atoi(v.Query.Get("page"))
		parts = append(parts, ways(v.View, []web.Crumb{{Text: v.T("cases.desk.more"), Path: v.Path + "?" + nextQuery(v, max(n, 1)+1)}}))
	}
	return v.Render(web.Page{Title: v.T("cases.desk.title"), Lead: v.T("cases.desk.lead"), Wide: true, Secret: true}, stack(parts))
}

func nextQuery(v *web.Visit, page int) string {
	q := map[string][]string{}
	for k, x := range v.Query {
		q[k] = x
	}
	q["page"] = []string{strconv.Itoa(page)}
	return strings.TrimPrefix(encoded(q), "?")
}

func (f face) filter(view string) templ.Component {
	kinds := []web.Choice{{Label: f.T("cases.all")}}
	for _, k := range Kinds() {
		kinds = append(kinds, web.Choice{Value: string(k), Label: f.T("cases.kind." + string(k)), Chosen: f.Query.Get("kind") == string(k)})
	}
	channels := []web.Choice{{Label: f.T("cases.all")}}
	for _, c := range []string{"phone", "web", "mail", "letter", "counter", "open311"} {
		channels = append(channels, web.Choice{Value: c, Label: f.channel(c), Chosen: f.Query.Get("channel") == c})
	}
	return filterForm(f.View, web.Form{Action: deskPath, Get: true, Filter: true, Submit: f.T("cases.desk.find"), Hidden: [][2]string{{"view", view}}},
		web.Field{Name: "q", Label: f.T("cases.desk.words"), Value: f.Query.Get("q"), Optional: true},
		[]selecting{{web.Field{Name: "kind", Label: f.T("cases.write.kind-label")}, kinds}, {web.Field{Name: "channel", Label: f.T("cases.channel-label")}, channels}})
}

func (f face) deskTable(all []Case, titles map[CaseID]string, names map[string]string) web.Table {
	t := web.Table{
		Caption: f.T("cases.desk.cases"), Empty: web.Empty{Why: f.T("cases.desk.none")},
		Columns: []web.Column{{Head: f.T("cases.reference")}, {Head: f.T("cases.col.what")}, {Head: f.T("cases.channel-label")}, {Head: f.T("cases.col.lead")}, {Head: f.T("cases.col.opened")}, {Head: f.T("cases.col.state")}},
	}
	for _, c := range all {
		lead := web.Cell{Text: names[c.Department]}
		if lead.Text == "" {
			lead.Body = web.Blank()
		}
		state := web.Cell{Body: f.state(c)}
		if c.Level > 0 {
			state.Small = f.T("cases.level", "level", int64(c.Level))
		}
		if c.Urgency == Urgent && c.State.Open() {
			state.Small = strings.TrimPrefix(state.Small+" · "+f.T("cases.urgency.urgent"), " · ")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: c.Reference, Path: casePath(c.ID)},
			{Text: titles[c.ID], Small: f.T("cases.kind." + string(c.Kind))},
			{Text: f.channel(c.Channel)},
			lead,
			{Text: f.Instant(c.OpenedAt)},
			state,
		}})
	}
	return t
}

// mostExported bounds a list as a file.
const mostExported = 5000

// downloadDesk is a list as a sheet: without what people wrote, and without who they are.
func (s *Service) downloadDesk(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	var all []Case
	if err := f.read(func(tx *db.Tx) (err error) {
		all, _, err = f.deskList(tx, mostExported)
		return err
	}); err != nil {
		return err
	}
	return v.Download("cases.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out, err := sheet.NewWriter(w, true)
		if err != nil {
			return err
		}
		if err := out.Write([]string{"reference", "kind", "subject", "channel", "state", "level", "department", "district", "opened", "refer_due", "closed", "outcome"}); err != nil {
			return err
		}
		for _, c := range all {
			err := out.Write([]string{
				c.Reference, string(c.Kind), c.Service, c.Channel, string(c.State), strconv.Itoa(c.Level), c.Department, c.District, c.OpenedAt.String(),
				c.ReferDue.String(), c.ClosedAt.String(), string(c.Outcome),
			})
			if err != nil {
				return err
			}
		}
		return out.Close()
	})
}

func casePath(of CaseID) string { return deskPath + "/cases/" + string(of) }

// askNew is a case that an agent takes in: from a call, a counter, a letter.
func (s *Service) askNew(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	phone, spoken, call := plainPhone(v.Query.Get("phone")), v.Lang(), v.Query.Get("call")
	var about, departments []web.Choice
	var earlier []web.Crumb
	err := f.read(func(tx *db.Tx) (err error) {
		if about, err = f.categories(tx, v.T("cases.choose")); err != nil {
			return err
		}
		if departments, _, err = f.departments(tx); err != nil {
			return err
		}
		if call != "" && f.Caller != nil {
			if phone, spoken, err = f.Caller(tx, call); err != nil {
				return err
			}
		}
		known, err := f.ByPhone(tx, phone)
		for _, c := range known[:min(len(known), 10)] {
			earlier = append(earlier, web.Crumb{Text: v.T("cases.new.earlier-one", "reference", c.Reference, "title", f.Title(tx, c), "state", v.T("cases.state."+string(c.State))), Path: casePath(c.ID)})
		}
		return err
	})
	if err != nil {
		return err
	}
	above := stack(nil)
	if len(earlier) > 0 {
		above = stack([]templ.Component{heading(v.T("cases.new.earlier")), ways(v.View, earlier)})
	}
	channel := "letter"
	if call != "" || phone != "" {
		channel = "phone"
	}
	return v.Ask(web.Questions{
		Title: v.T("cases.desk.new"), Submit: v.T("cases.new.submit"), Crumbs: f.crumbs(), Above: above,
		Given: web.Given("channel", channel, "phone", phone, "language", string(spoken), "urgency", string(Usual)),
		Asked: f.newFields(about, departments),
		Act: func(a *web.Answers) (string, string, error) {
			n := f.newOf(a)
			if a.Bad() {
				return "", "", nil
			}
			n.Call = call
			token := strings.ToLower(rand.Text())
			err := f.write(func(tx *db.Tx) error {
				c, code, err := f.Open(tx, n)
				if err != nil {
					return err
				}
				if call != "" && f.Called != nil {
					if err := f.Called(tx, call, c.ID); err != nil {
						return err
					}
				}
				return errorsOf(f.Acknowledge(tx, c, code), f.keepDraft(tx, token, writing{Reference: c.Reference, Code: code, Same: c.ID, Account: f.by()}))
			})
			return deskPath + "/codes/" + token, v.T("cases.new.done"), beside("text", err)
		},
	})
}

func (f face) crumbs() []web.Crumb {
	return []web.Crumb{{Text: f.T("cases.desk.title"), Path: deskPath}}
}

func (f face) newFields(about, departments []web.Choice) []web.Question {
	channels := []web.Choice{}
	for _, c := range []string{"phone", "counter", "letter", "mail"} {
		channels = append(channels, web.Choice{Value: c, Label: f.channel(c)})
	}
	out := []web.Question{
		{As: web.AsRadios, Field: web.Field{Name: "channel", Label: f.T("cases.channel-label")}, Choices: channels},
		{As: web.AsRadios, Field: web.Field{Name: "kind", Label: f.T("cases.write.kind-label")}, Choices: f.kinds()},
		{As: web.AsSelect, Field: web.Field{Name: "service", Label: f.T("cases.subject"), Optional: true}, Choices: about},
		{Field: web.Field{Name: "title", Label: f.T("cases.write.title"), Optional: true, MaxLength: MaxTitle}},
		{As: web.AsLines, Field: web.Field{Name: "text", Label: f.T("cases.new.text")}},
		{As: web.AsSelect, Field: web.Field{Name: "district", Label: f.T("cases.district-label"), Optional: true}, Choices: f.districts()},
		{Field: web.Field{Name: "address", Label: f.T("cases.address"), Optional: true, MaxLength: MaxAddress}},
		{Field: web.Field{Name: "point", Label: f.T("cases.point"), Hint: f.T("cases.point-hint"), Optional: true, Width: "medium"}},
		f.urgencyField(), f.languageField(),
	}
	out = append(append(out, f.contactFields()...), f.postalField())
	return append(out,
		web.Question{As: web.AsTick, Field: web.Field{Name: "anonymous", Label: f.T("cases.write.anonymous"), Optional: true}, Choices: []web.Choice{{Value: "yes", Label: f.T("cases.new.anonymous")}}},
		web.Question{As: web.AsDay, Field: web.Field{Name: "received", Label: f.T("cases.new.received"), Hint: f.T("cases.new.received-hint"), Optional: true}},
		web.Question{As: web.AsSelect, Field: web.Field{Name: "department", Label: f.T("cases.new.department"), Hint: f.T("cases.new.department-hint"), Optional: true}, Choices: departments})
}

func (f face) newOf(a *web.Answers) New {
	w := whereOf(a)
	n := New{
		Kind: Kind(a.Text("kind")), Channel: a.Text("channel"), Service: a.Text("service"), Title: a.Words("title"), Text: a.Words("text"),
		Contact: contactOf(a), Anonymous: a.Ticked("anonymous", "yes"), Received: a.Day("received", "cases.wrong.day"), Department: a.Text("department"), Urgency: Urgency(a.Text("urgency")), By: f.by(),
	}
	l, ok := lang.Parse(a.Text("language"))
	a.Need(ok, "language", "cases.wrong.language")
	n.Language = l
	a.Need(n.Received.IsZero() || !f.Now().Day().Before(n.Received), "received", "cases.wrong.day")
	if w != (Where{}) {
		n.Where = &w
	}
	if err := n.check(); err != nil && !a.Bad() {
		var bad *fault.Fault
		if asFault(err, &bad) {
			for _, x := range bad.Fields {
				a.Wrong(x.Name, x.Key)
			}
		}
	}
	return n
}

// showCode shows the code of a case that an agent opened, or gave a new code, once more for a day.
func (s *Service) showCode(v *web.Visit) error {
	f := face{v, s}
	if err := f.centre(v.Context(), "cases.desk"); err != nil {
		return err
	}
	d, err := f.draft(v.PathValue("token"))
	if err == nil && (d.Code == "" || d.Account != f.by()) {
		err = fault.New(fault.NotFound, "cases.fault.draft")
	}
	if err != nil {
		return err
	}
	if d.Reference == "" { // the key of a program
		return v.Render(web.Page{Title: v.T("cases.keys.made-title"), Lead: v.T("cases.keys.made-lead"), Crumbs: f.crumbs(), Secret: true},
			web.SummaryList(v.View, []web.Entry{{Label: v.T("cases.keys.name"), Value: d.Title}, {Label: v.T("cases.keys.key"), Value: d.Code}}))
	}
	return v.Render(web.Page{Title: v.T("cases.new.done"), Lead: v.T("cases.new.code-lead"), Crumbs: f.crumbs(), Secret: true}, stack([]templ.Component{
		web.SummaryList(v.View, []web.Entry{{Label: v.T("cases.reference"), Value: d.Reference, Path: casePath(d.Same)}, {Label: v.T("cases.code"), Value: d.Code}}),
		ways(v.View, []web.Crumb{{Text: v.T("cases.new.to-case"), Path: casePath(d.Same)}, {Text: v.T("cases.act.files"), Path: casePath(d.Same) + "/files"}, {Text: v.T("cases.desk.new"), Path: deskPath + "/new"}}),
	}))
}
