package governance

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/web"
	"praya/platform/words"
)

// front is what the site must know about people: an account says department and roles, as
// "anna.DPO.governance-officer".
type front struct{}

func (front) SignIn() string { return "/sign-in" }

func (front) Duty(_ context.Context, account string) (who.Duty, error) {
	parts := strings.Split(account, ".")
	if len(parts) != 3 {
		return who.Duty{}, fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	return who.Duty{Officer: parts[0], Department: parts[1], Post: parts[0], Roles: parts[2]}, nil
}

func (front) Label(*web.Visit) (string, string, error) { return "officer", "/governance/desk", nil }

// office is a site with IT governance, in which the demonstration is loaded.
type office struct {
	*testing.T
	*Service
	handler http.Handler
	system  context.Context
}

func newOffice(t *testing.T) *office {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{URL: "sqlite:" + t.TempDir() + "/praya.db"}, when.System)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.Migrate(t.Context(), append(schemas(), web.Schema())...); err != nil {
		t.Fatal(err)
	}
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	book, err := words.New(web.Words(), Words())
	if err != nil {
		t.Fatal(err)
	}
	o := &office{T: t, system: who.AsSystem(t.Context(), who.Production), Service: &Service{DB: d, Policy: policy, Departments: someOffices()}}
	if err := o.LoadDemo(o.system); err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Config{
		Operator: "localhost:0", TokenFile: t.TempDir() + "/token", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"},
	}, web.Parts{Words: book, Policy: policy, Log: discard(), Clock: when.System, DB: d, People: front{}})
	if err != nil {
		t.Fatal(err)
	}
	o.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		if err := v.SignIn(who.Actor{Kind: who.Officer, ID: v.PathValue("account")}, "hwk"); err != nil {
			return err
		}
		return v.Redirect("/governance/desk")
	})
	o.handler = site.Handler()
	return o
}

// visitor is a browser with its cookies.
type visitor struct {
	*office
	cookies map[string]*http.Cookie
	page    string
	status  int
	to      string
}

// enter signs an officer in; an empty account is the public.
func (o *office) enter(account string) *visitor {
	o.Helper()
	b := &visitor{office: o, cookies: map[string]*http.Cookie{}}
	if account != "" {
		b.get(303, "/en/enter/"+account)
	}
	return b
}

func (b *visitor) send(method, path, contentType string, body io.Reader) *visitor {
	b.Helper()
	q := httptest.NewRequest(method, "http://praya.example"+path, body)
	q.Header.Set("Content-Type", contentType)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		q.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, q)
	response := w.Result()
	for _, c := range response.Cookies() {
		b.cookies[c.Name] = c
	}
	b.page, b.status, b.to = w.Body.String(), w.Code, response.Header.Get("Location")
	return b
}

func (b *visitor) get(status int, path string) *visitor {
	b.Helper()
	b.send("GET", path, "", nil)
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.1500s", path, b.status, status, b.page)
	}
	return b
}

var (
	inputs    = regexp.MustCompile(`<input type="([a-z]+)"[^>]* name="([^"]+)" value="([^"]*)"([^>]*)>|<input type="(hidden)" name="([^"]+)" value="([^"]*)">`)
	textAreas = regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>`)
	selects   = regexp.MustCompile(`(?s)<select[^>]* name="([^"]+)".*?</select>`)
	selected  = regexp.MustCompile(`<option value="([^"]*)"[^>]* selected`)
)

// standing is what a browser would send of the open page's form.
func standing(page string) url.Values {
	out := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(page, -1) {
		if m[5] != "" {
			out.Set(m[6], html.UnescapeString(m[7]))
		} else if m[1] != "radio" && m[1] != "checkbox" || strings.Contains(m[4], "checked") {
			out.Set(m[2], html.UnescapeString(m[3]))
		}
	}
	for _, m := range textAreas.FindAllStringSubmatch(page, -1) {
		out.Set(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range selects.FindAllStringSubmatch(page, -1) {
		if chosen := selected.FindStringSubmatch(m[0]); chosen != nil {
			out.Set(m[1], html.UnescapeString(chosen[1]))
		}
	}
	return out
}

// fill opens a form, posts it with these answers over what stands there, and follows to
// where it leads.
func (b *visitor) fill(status int, path string, pairs ...string) *visitor {
	b.Helper()
	b.get(200, path)
	answers := standing(mainPart(b.page))
	if answers.Get("_once") == "" {
		b.Fatalf("%s has no form: %.800s", path, b.page)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		answers.Set(pairs[i], pairs[i+1])
	}
	b.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(answers.Encode()))
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.2500s", path, b.status, status, mainPart(b.page))
	}
	if status == 303 {
		to := b.to
		b.get(200, to)
		b.to = to
	}
	return b
}

func (b *visitor) sees(texts ...string) *visitor {
	b.Helper()
	for _, text := range texts {
		if !strings.Contains(b.page, text) {
			b.Errorf("the page has no %q: %.3000s", text, mainPart(b.page))
		}
	}
	return b
}

func (b *visitor) misses(texts ...string) *visitor {
	b.Helper()
	for _, text := range texts {
		if strings.Contains(b.page, text) {
			b.Errorf("the page has %q", text)
		}
	}
	return b
}

func mainPart(page string) string {
	_, after, _ := strings.Cut(page, "<main")
	return after
}

// links are the paths of this site on the page that begin with a prefix.
func (b *visitor) links(prefix string) (out []string) {
	for _, m := range regexp.MustCompile(`href="(/(?:en|tc|sc)`+regexp.QuoteMeta(prefix)+`[^"#]*)"`).FindAllStringSubmatch(b.page, -1) {
		out = append(out, strings.ReplaceAll(m[1], "&amp;", "&"))
	}
	return out
}

func TestPublicPages(t *testing.T) {
	o := newOffice(t)
	b := o.enter("")
	b.get(200, "/en/governance").sees("IT governance", "Invented", "1 return is late", "On schedule", "of ", "Value of work undertaken and outsourced").misses("Governance desk")
	b.get(200, "/tc/governance").sees("資訊科技管治", "示範資料", "份推行後報表逾期", "項之中", "依時完成")
	b.get(200, "/sc/governance").sees("资讯科技管治", "项之中").misses("資訊")
	for _, name := range []string{"systems", "plans", "projects", "returns", "work", "levels", "audits"} {
		for _, l := range []string{"tc", "en", "sc"} {
			b.get(200, "/"+l+"/governance/"+name).sees(`type="search"`, "CSV").misses("/new", "!(", "%!")
		}
		b.get(200, "/en/governance/"+name+"?q=%3Cscript%3E&sort=-"+name[:len(name)-1]+"&page=99").sees("Nothing matches.").misses("value=\"<script")
		b.get(200, "/api/governance/"+name+".csv").sees("invented").misses("\n=", "\n+", "\n@")
	}
	b.get(422, "/en/governance/projects?q="+strings.Repeat("x", 201))
	b.get(200, "/en/governance/returns?missed=on-schedule&sort=day").sees("8 in all", "Confirmed, counts").misses("Waits for another officer")
	b.get(200, "/en/governance/projects?stage=proposed").sees("0 in all")
	b.get(200, "/en/governance/systems/digital-identity").sees("iAM Smart", `href="/en/me"`, "Availability and cost by month").
		misses("Extra checks", "Invented report", "High risk", "holds data of many people")
	b.get(200, "/tc/governance/systems/grant-applications").sees("數碼港", "開發中")
	b.get(404, "/en/governance/systems/none").sees("There is no such system.")
	b.get(404, "/en/governance/projects/none")
	b.get(404, "/en/governance/rates/2020")
	b.get(404, "/en/governance/rates/x")
	year := strconv.Itoa(when.System().Day().Year - 1)
	b.get(200, "/tc/governance/rates/"+year).sees(year+"年的比率", "全部", "環境保護署", "項之中").misses("彙編時的")

	// Every page of the lists opens, for what counts.
	for _, name := range []string{"projects", "plans", "work", "levels", "audits", "systems"} {
		b.get(200, "/en/governance/"+name)
		for _, path := range b.links("/governance/" + name + "/")[:2] {
			b.get(200, path).sees("Made up for the demonstration").misses("/edit", "/follow", "invented-1-", "Invented work", "%!")
		}
	}
	// What officers do asks to sign in.
	for _, path := range []string{"/governance/desk", "/governance/import", "/governance/projects/new", "/governance/compile", "/governance/desk/export/projects"} {
		b.get(303, "/en"+path)
		if !strings.HasPrefix(b.to, "/en/sign-in") {
			t.Errorf("%s leads to %s", path, b.to)
		}
	}
}

func TestAPI(t *testing.T) {
	o := newOffice(t)
	b := o.enter("anna.DPO." + OfficerRole) // the API answers everybody alike
	b.get(200, "/api/governance/openapi.json").sees(`"openapi":"3.1.0"`, "list-returns")
	for _, name := range []string{"systems", "plans", "projects", "returns", "work", "levels", "audits"} {
		var got struct {
			Total int
			Items []map[string]any
		}
		if err := json.Unmarshal([]byte(b.get(200, "/api/governance/"+name+"?limit=2&offset=1").page), &got); err != nil || got.Total < 2 || len(got.Items) == 0 {
			t.Errorf("%s: %v, %d of %d", name, err, len(got.Items), got.Total)
		}
	}
	b.get(200, "/api/governance/projects?limit=1000").misses(`"stage":"proposed"`, `"note"`)
	b.get(200, "/api/governance/systems").misses("risk", "holds data")
	b.get(200, "/api/governance/work").misses("title", "reference")
	b.get(200, "/api/governance/counts").sees(`"on_schedule":{"part":`, `"work":{"year":`)
	b.get(422, "/api/governance/counts?on=yesterday")
	b.get(422, "/api/governance/work?limit=5000")
}

// TestDataPackage: every cell of every public file is of the type that the descriptor says.
func TestDataPackage(t *testing.T) {
	b := newOffice(t).enter("")
	var d struct {
		Resources []struct {
			Name, Path string
			Schema     struct{ Fields []struct{ Name, Type string } }
		}
	}
	if err := json.Unmarshal([]byte(b.get(200, "/api/governance/datapackage.json").page), &d); err != nil || len(d.Resources) != 7 {
		t.Fatalf("%v, %d resources", err, len(d.Resources))
	}
	for _, r := range d.Resources {
		file := b.get(200, "/api/governance/"+r.Path).page
		rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s: %d rows, %v", r.Name, len(rows), err)
		}
		for i, f := range r.Schema.Fields {
			if rows[0][i] != f.Name {
				t.Errorf("%s: column %d is %s, not %s", r.Name, i, rows[0][i], f.Name)
			}
			for _, row := range rows[1:] {
				if err := fitsType(f.Type, row[i]); err != nil {
					t.Errorf("%s: %s is %q: %v", r.Name, f.Name, row[i], err)
				}
			}
		}
	}
}

func fitsType(kind, cell string) (err error) {
	if cell == "" {
		return nil
	}
	switch kind {
	case "date":
		_, err = when.ParseDay(cell)
	case "number":
		_, err = ParseFigure(cell)
	case "integer":
		_, err = strconv.Atoi(cell)
	case "boolean":
		if cell != "yes" && cell != "no" {
			err = errors.New("neither yes nor no")
		}
	}
	return err
}

var answersOf = []string{"to-specification", "yes", "with-benefits", "no", "specification-evidence", "acceptance test", "benefits-evidence", "survey"}

// TestOfficers works at the desk: a project from its proposal to a confirmed return.
func TestOfficers(t *testing.T) {
	o := newOffice(t)
	anna, ben := o.enter("anna.DPO."+OfficerRole), o.enter("ben.DPO."+OfficerRole)
	other, compiler := o.enter("carol.EPD."+OfficerRole), o.enter("clara.DPO."+CompilerRole)
	stranger := o.enter("sam.DPO.case-officer")
	stranger.get(403, "/en/governance/desk")
	stranger.get(403, "/en/governance/projects/new")

	anna.get(200, "/en/governance/desk").sees("Governance desk", "Add a project")
	anna.fill(422, "/en/governance/projects/new", "reference", "N1", "title-en", "", "cost", "1e9", "start-year", "2024", "start-month", "13", "start-day", "1").
		sees("Error:", `value="N1"`, "Write a real day as year, month, day.", "not below nought")
	anna.fill(422, "/en/governance/projects/new", "reference", "N1").sees("Write it in at least one language.")
	anna.fill(303, "/tc/governance/projects/new", "reference", "N1", "title-tc", "新項目＜示範＞", "cost", "１，０００", "start-year", "２０２４", "start-month", "1", "start-day", "1",
		"end-year", "2025", "end-month", "6", "end-day", "30").sees("項目已新增。", "新項目＜示範＞", "建議中")
	path := strings.TrimPrefix(anna.to, "/tc")
	en := "/en" + path
	other.get(404, en)
	other.get(404, en+"/edit")
	compiler.get(200, en).misses("/stage", "/edit")
	compiler.get(403, en+"/stage")
	o.enter("").get(404, en)

	anna.fill(303, en+"/plan", "end-year", "2025", "end-month", "7", "end-day", "31").sees("What is planned was changed.", "31 July 2025")
	anna.fill(303, en+"/stage", "stage", "approved").sees("The project has moved on.", "Approved", "Past its first end")
	anna.fill(422, en+"/plan", "end-year", "2025", "end-month", "12", "end-day", "31").sees("Say why.")
	anna.fill(303, en+"/plan", "end-year", "2025", "end-month", "12", "end-day", "31", "why", "a new law\r\nof May").sees("31 December 2025", "31 July 2025", "a new law")
	anna.fill(303, en+"/stage", "stage", "running", "day-year", "2024", "day-month", "2", "day-day", "1")
	anna.fill(422, en+"/stage", "stage", "finished", "day-year", "2025", "day-month", "8", "day-day", "1").sees("not below nought")
	anna.fill(303, en+"/stage", "stage", "finished", "day-year", "2025", "day-month", "8", "day-day", "1", "cost", "999.5").sees("HK$999.5 thousand", "Return late", "File the return")
	anna.fill(422, en+"/return", "to-specification", "yes").sees("Choose one.", "computed from the project")
	anna.fill(303, en+"/return", answersOf...).sees("Another officer confirms it.", "Waits for another officer").misses("/confirm")
	anna.get(409, en+"/return")

	ben.get(200, "/en/governance/desk").sees("Returns for you to confirm (2)", "N1")
	ben.get(200, en)
	confirm := ben.links("/governance/returns/")
	if len(confirm) != 2 {
		t.Fatalf("ben may %v", confirm)
	}
	other.get(404, confirm[0])
	compiler.get(403, confirm[0])
	anna.fill(403, confirm[0]).sees("Who filed a return may not confirm it.") // the form opens, Go refuses
	ben.fill(303, confirm[0]).sees("The return is confirmed", "Confirmed, counts", "acceptance test")
	o.enter("").get(200, en).sees("新項目＜示範＞", "On schedule", "Return, revision 1").misses("acceptance test", "a new law", "File the return")

	anna.fill(422, en+"/return", answersOf...).sees("Say why.")
	anna.fill(303, en+"/return", append(answersOf, "why", "the survey was misread", "with-benefits", "yes")...).sees("Return, revision 2")
	ben.fill(303, ben.get(200, en).links("/governance/returns/")[0]).sees("Replaced by a newer one")
	withdraw := ben.links("/governance/returns/")
	ben.fill(422, withdraw[0]).sees("Say why.")
	ben.fill(303, withdraw[0], "why", "wrong project").sees("It was withdrawn.")
	o.enter("").get(404, en)

	compiler.fill(422, "/en/governance/compile", "calendar-year", "1990").sees("That year has no return that is confirmed.")
	compiler.fill(303, "/en/governance/compile", "calendar-year", "2025").sees("Rates of 2025", "Edition 1")
	compiler.fill(303, "/en/governance/compile", "calendar-year", "2025").sees("Edition 2", "The four rates as compiled")
	anna.get(403, "/en/governance/compile")
	anna.get(200, "/en/governance/desk/export/projects").sees("N1")
	other.get(200, "/en/governance/desk/export/projects").misses("N1")
	other.get(404, "/en/governance/desk/export/nothing")
}

// TestOtherForms files, judges, follows and registers.
func TestOtherForms(t *testing.T) {
	o := newOffice(t)
	anna, other, compiler := o.enter("anna.DPO."+OfficerRole), o.enter("carol.EPD."+OfficerRole), o.enter("clara.DPO."+CompilerRole)
	from, to := []string{"from-year", "2026", "from-month", "1", "from-day", "1"}, []string{"to-year", "2026", "to-month", "3", "to-day", "31"}
	span := append(append([]string{}, from...), to...)

	other.fill(422, "/en/governance/plans/new", append([]string{"title-en", "Plan", "document", "javascript:x"}, span...)...).sees("Choose one.", "begins with https://")
	other.fill(303, "/en/governance/plans/new", append([]string{"kind", "it-plan", "title-en", "Plan of EPD"}, span...)...).sees("The plan was filed.", "Plan of EPD")
	plan := other.to
	anna.get(403, plan+"/withdraw")
	other.fill(303, plan+"/withdraw", "why", "filed twice").sees("It was withdrawn.", "filed twice")
	o.enter("").get(404, plan)

	other.fill(303, "/en/governance/work/new", "reference", "W-1", "title", "=1+1", "value", "12.5", "by", "outsourced").sees("Recorded.", "HK$12.5 thousand", "Outsourced")
	work := other.to
	other.get(200, "/en/governance/desk/export/work?q=W-1").sees("'=1+1")
	other.fill(422, work+"/correct", "value", "13").sees("Say why.")
	other.fill(303, work+"/correct", "value", "13", "why", "the invoice").sees("HK$13 thousand", "the invoice")
	other.fill(303, work+"/cancel", "why", "not delivered").sees("Cancelled, not counted")
	o.enter("").get(200, work).misses("=1+1", "not delivered")

	compiler.fill(303, "/en/governance/levels/new", append([]string{"service-en", "Test service", "provider", "EPD", "agreed", "99.5", "unit", "percent", "direction", "at-least"}, from...)...).
		sees("At least 99.5%", "All users")
	level := compiler.to
	other.fill(422, level+"/judge", append([]string{"measured", "99.4"}, span...)...).sees("Say on what it rests.")
	other.fill(303, level+"/judge", append([]string{"measured", "99.4", "evidence", "log"}, span...)...).sees("Missed", "0.0% (0 of 1)")
	other.fill(303, level+"/judge", append([]string{"measured", "99.5", "evidence", "log of the second counter"}, span...)...).sees("100.0% (1 of 1)")
	anna.get(403, level+"/judge")
	other.fill(303, level+"/end", "to-year", "2026", "to-month", "12", "to-day", "31", "why", "agreed anew").sees("1 January 2026 to 31 December 2026")

	compiler.fill(303, "/en/governance/audits/new", append([]string{"service-en", "Test audit", "department", "EPD", "auditor-en", "DPO", "scope-en", "all"}, from...)...).sees("Recorded.")
	audit := compiler.to
	compiler.fill(303, audit+"/finding", "what-en", "asked twice", "recommendation-en", "ask once", "owner", "Chief", "due-year", "2026", "due-month", "1", "due-day", "31").sees("Finding 1", "Open, late")
	other.get(200, audit)
	follow := other.links("/governance/findings/")[0]
	anna.get(404, follow)
	other.fill(422, follow).sees("The present status does not allow this.")
	other.fill(303, follow, "status", "accepted").sees("Accepted, late")
	other.fill(303, follow, "status", "done", "why", "released").sees("Done", "released")
	o.enter("").get(200, audit).sees("Test audit").misses("asked twice")

	other.fill(422, "/en/governance/systems/new", "code", "Bad Code", "kind", "hosting").sees("Use small letters")
	other.fill(303, "/en/governance/systems/new", "code", "tracker", "name-tc", "追蹤", "name-en", "Tracker", "name-sc", "追踪", "kind", "departmental", "risk", "large", "reason", "everybody uses it").
		sees("Tracker", "Extra checks", "Being built")
	system := other.to
	other.fill(422, system+"/live", "day-year", "2026", "day-month", "1", "day-day", "1").sees("Complete every check first.")
	for _, check := range other.get(200, system).links("/governance/systems/tracker/checks/") {
		other.fill(303, check, "state", "passed", "evidence", "report", "day-year", "2026", "day-month", "1", "day-day", "1")
	}
	anna.get(403, system+"/live")
	other.fill(303, system+"/live", "day-year", "2026", "day-month", "2", "day-day", "1").sees("Live")
	other.fill(303, system+"/subscribe", append([]string{"department", "TD"}, from...)...).sees("Subscriber recorded: Transport Department", "1 January 2026")
	other.fill(422, system+"/month", "month", "2026-13", "agreed-minutes", "10", "available-minutes", "11").sees("Write the month like", "than were agreed")
	other.fill(303, system+"/month", "month", "2026-01", "agreed-minutes", "44640", "available-minutes", "44600", "cost", "7").sees("99.910%")
	other.fill(303, system+"/incident", "day-year", "2026", "day-month", "2", "day-day", "2", "minutes", "40", "what", "a disk was full").sees("a disk was full")
	o.enter("").get(200, system).misses("a disk was full")
	other.fill(303, system+"/edit", "name-en", "Tracker of cases").sees("Tracker of cases", "Live")
	other.fill(303, system+"/retire", "why", "replaced").sees("Retired")
}

func (b *visitor) upload(status int, kind, file string) *visitor {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("kind", kind)
	part, err := m.CreateFormFile("file", "sheet.csv")
	if err != nil {
		b.Fatal(err)
	}
	_, _ = io.WriteString(part, file)
	_ = m.Close()
	b.send("POST", "/en/governance/import", m.FormDataContentType(), &body)
	if b.status != status {
		b.Fatalf("answers %d, want %d: %.2000s", b.status, status, mainPart(b.page))
	}
	return b
}

func TestImportPage(t *testing.T) {
	o := newOffice(t)
	other := o.enter("carol.EPD." + OfficerRole)
	head := strings.Join(WorkFileKind.Columns(), ",") + "\n"
	other.get(200, "/en/governance/import").sees("value_thousands, outsourced")
	other.upload(422, "work", "").sees("Choose a file.")
	other.upload(422, "nonsense", "x").sees("Choose one.")
	other.upload(422, "work", head+"EPD,I-1,Good row,2025-26,10,yes\nDPO,I-2,Not mine,2025-26,10,yes\nEPD,I-3,Bad year,2025,ten,maybe\n").
		sees("must be mended", ">3<", "You may not import for this department.", ">4<", "Write yes or no.")
	other.get(200, "/en/governance/work?q=Good").sees("0 in all")
	other.upload(303, "work", head+"EPD,I-1,Good row,2025-26,10,yes\n").get(200, "/en/governance/desk").sees("Imported 1; 0 were there already.")
	other.get(200, "/en/governance/desk/export/work?department=EPD")
	other.upload(303, "work", other.page).get(200, "/en/governance/desk").sees("Imported 0;")
}
