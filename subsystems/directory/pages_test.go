package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

// front is what the site must know about people, as the identity subsystem tells it: an
// officer's duty comes from the directory itself.
type front struct{ s *Service }

func (front) SignIn() string { return "/sign-in" }

func (f front) Duty(ctx context.Context, account string) (who.Duty, error) {
	return f.s.DutyOf(ctx, account)
}

func (front) Label(*web.Visit) (string, string, error) { return "officer", "/directory/staff", nil }

// office is a site with the directory, and a browser.
type office struct {
	*testing.T
	*Service
	handler  http.Handler
	system   context.Context
	accounts *accounts
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
	dir := t.TempDir()
	ring, err := sign.OpenRing(dir+"/ring", dir+"/key", when.System)
	if err != nil {
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
	o := &office{T: t, system: who.AsSystem(t.Context(), who.Production), accounts: &accounts{}}
	o.Service = &Service{DB: d, Keys: ring, Policy: policy, Accounts: o.accounts, Roles: []Role{
		{Name: "case-officer", Label: lang.Text{TC: "個案主任", EN: "Case officer", SC: "个案主任"}, Subsystem: "services"},
	}}
	if err := o.Seed(o.system); err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Config{
		Operator: "localhost:0", TokenFile: dir + "/token", Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"},
	}, web.Parts{Words: book, Policy: policy, Log: discard(), Clock: when.System, DB: d, People: front{o.Service}})
	if err != nil {
		t.Fatal(err)
	}
	o.Mount(site)
	site.Page("GET /enter/{account}", func(v *web.Visit) error {
		if err := v.SignIn(who.Actor{Kind: who.Officer, ID: v.PathValue("account")}, "hwk"); err != nil {
			return err
		}
		return v.Redirect("/directory/staff")
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

func (o *office) browser() *visitor { return &visitor{office: o, cookies: map[string]*http.Cookie{}} }

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

var once = regexp.MustCompile(`name="_once" value="([^"]+)"`)

// fill opens a form, posts it with these answers, and follows to where it leads.
func (b *visitor) fill(status int, path string, pairs ...string) *visitor {
	b.Helper()
	b.get(200, path)
	token := once.FindStringSubmatch(b.page)
	if token == nil {
		b.Fatalf("%s has no form: %.800s", path, b.page)
	}
	answers := url.Values{"_once": {token[1]}}
	for i := 0; i+1 < len(pairs); i += 2 {
		answers.Set(pairs[i], pairs[i+1])
	}
	b.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(answers.Encode()))
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.2500s", path, b.status, status, b.page)
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
			b.Errorf("the page has no %q: %.3000s", text, main(b.page))
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

func main(page string) string {
	_, after, _ := strings.Cut(page, "<main")
	return after
}

// hire makes somebody who signs in under an account, with roles.
func (o *office) hire(department, email, account string, roles ...string) Appointment {
	o.Helper()
	p, err := o.PutPost(o.system, Post{
		Department: department, Title: lang.Text{TC: "主任", EN: "Head of " + account, SC: "主任"}, Listed: true, Period: span("2025-01-01.."),
	})
	if err != nil {
		o.Fatal(err)
	}
	a, err := o.Appoint(o.system, Newcomer{email, PersonName{"李小明", "LEE Siu Ming"}}, Appointment{Post: p, Period: span("2025-01-01..")})
	if err != nil {
		o.Fatal(err)
	}
	for _, r := range roles {
		if _, err := o.Service.Grant(o.system, Grant{Officer: a.Officer, Role: r, Department: department, Period: span("2025-01-01..")}); err != nil {
			o.Fatal(err)
		}
	}
	if err := o.LinkAccount(o.system, string(a.Officer), account); err != nil {
		o.Fatal(err)
	}
	return a
}

func TestPublicPages(t *testing.T) {
	o := newOffice(t)
	o.hire("DPO", "head@dpo.gov.hk", "head")
	b := o.browser()
	b.get(200, "/tc/directory").sees("食物環境衞生署（食環署）", "數字政策辦公室").misses("資訊科技總監")
	b.get(200, "/tc/directory?past=1").sees("政府資訊科技總監辦公室", "至2024年7月24日")
	b.get(200, "/sc/directory?q=%E9%A3%9F%E7%8E%AF%E7%BD%B2").sees("食物环境卫生署").misses("数字政策办公室")
	b.get(200, "/en/directory?q=fehd").sees("Food and Environmental Hygiene Department (FEHD)", "1 found")
	b.get(200, "/en/directory?q=nothing+like+this").sees("No name, short form or code is like this.")
	b.get(200, "/en/directory?q=%3Cscript%3E").misses("<script>alert", "value=\"<script")
	b.get(200, "/en/directory/dpo").sees("Digital Policy Office", "Since 25 July 2024", "Innovation, Technology and Industry Bureau", "Head of head").
		misses("LEE Siu Ming", "李小明", "head@dpo.gov.hk") // the public knows posts, not people
	b.get(200, "/tc/directory/ITIB").sees("數字政策辦公室", "沒有公開的職位")
	b.get(200, "/en/directory/OGCIO").sees("Ended")
	b.get(404, "/en/directory/none")
	b.get(422, "/en/directory?q="+strings.Repeat("x", 201))
	b.get(303, "/en/directory/staff")
	if !strings.HasPrefix(b.to, "/en/sign-in") {
		t.Errorf("the public is led to %s", b.to)
	}
}

func TestAPI(t *testing.T) {
	o := newOffice(t)
	b := o.browser()
	b.get(200, "/api/directory/openapi.json").sees(`"openapi":"3.1.0"`, "list-departments")
	var list struct {
		Total       int
		Departments []Department
	}
	if err := json.Unmarshal([]byte(b.get(200, "/api/directory/departments?on=2024-07-24&parent=ITIB").page), &list); err != nil {
		t.Fatal(err)
	}
	codes := ""
	for _, d := range list.Departments {
		codes += d.Code + " "
	}
	if codes != "EFFO ITC OGCIO " || list.Total != 3 {
		t.Errorf("%s (%d)", codes, list.Total)
	}
	b.get(200, "/api/directory/departments?q=%E6%95%B8%E5%AD%97%E6%94%BF%E7%AD%96").sees(`"code":"DPO"`, `"total":1`)
	b.get(422, "/api/directory/departments?on=yesterday")
	b.get(200, "/api/directory/departments/dpo").sees(`"from":"2024-07-25"`, `"parent":"ITIB"`, `"posts":[]`)
	b.get(404, "/api/directory/departments/none")
	b.get(200, "/api/directory/departments.csv").sees("code,kind,tc,en,sc", "數字政策辦公室")
}

// TestStaffManager works a day at the desk: adds a post, appoints, grants, ends, lets go.
func TestStaffManager(t *testing.T) {
	o := newOffice(t)
	o.hire("DPO", "manager@dpo.gov.hk", "manager", StaffManager)
	epd := o.hire("EPD", "other@epd.gov.hk", "other")
	b := o.browser()
	b.get(303, "/en/enter/manager")
	b.get(200, "/en/directory/staff").sees("Digital Policy Office: posts and officers", "Head of manager", "LEE Siu Ming").misses("Head of other")
	b.get(403, "/en/directory/staff?department=EPD")
	b.get(403, "/en/directory/staff/officers/"+string(epd.Officer))
	b.get(403, "/en/directory/staff/departments/new")
	b.get(404, "/en/directory/staff/officers/none")

	// A form with mistakes comes back with what was answered.
	b.fill(422, "/en/directory/staff/posts/new?department=DPO", "tc", "系統分析主任", "en", "", "sc", "系统分析主任",
		"from-year", "2025", "from-month", "2", "from-day", "30").
		sees("Error:", `value="系統分析主任"`, `href="#f-from"`, `value="30"`)
	b.fill(422, "/en/directory/staff/posts/new?department=DPO", "tc", "系統分析主任", "en", "", "sc", "系统分析主任",
		"from-year", "2025", "from-month", "2", "from-day", "28").sees(`href="#f-en"`, "Give this.")
	b.fill(303, "/en/directory/staff/posts/new?department=DPO", "tc", "系統分析主任", "en", "Systems Analyst", "sc", "系统分析主任",
		"from-year", "２０２５", "from-month", "２", "from-day", "1").sees("The post was added.", "Systems Analyst", "Vacant", "Not listed")
	post := regexp.MustCompile(`/posts/([0-9a-f-]{36})/appoint"[^>]*>Appoint<span class="unseen"> Systems Analyst`).FindStringSubmatch(b.page)
	if post == nil {
		t.Fatalf("no post to appoint to: %s", main(b.page))
	}
	appoint := "/en/directory/staff/posts/" + post[1] + "/appoint"
	b.fill(422, appoint, "email", "chan@dpo.gov.hk", "from-year", "2025", "from-month", "3", "from-day", "1").
		sees("Give a name in Chinese or in English.")
	b.fill(303, appoint, "email", "Chan@dpo.gov.hk", "name_zh", "陳大文", "name_en", "CHAN Tai Man", "from-year", "2025", "from-month", "3", "from-day", "1").
		sees("Appointed.", "CHAN Tai Man", "chan@dpo.gov.hk", "Systems Analyst", "No account")
	chan1 := strings.TrimPrefix(b.to, "/en")
	b.fill(422, appoint, "email", "wong@dpo.gov.hk", "name_en", "WONG", "from-year", "2025", "from-month", "4", "from-day", "1").
		sees("Somebody holds this post in the period", `value="wong@dpo.gov.hk"`)
	b.fill(422, appoint, "email", "other@epd.gov.hk", "acting", "yes", "from-year", "2025", "from-month", "4", "from-day", "1").
		sees("The officer serves in another department in the period").misses("LEE Siu Ming")
	b.get(200, "/tc"+chan1).sees("陳大文", "委任")
	b.fill(303, "/en/directory/staff/find?department=DPO", "email", "CHAN@dpo.gov.hk").sees("CHAN Tai Man")
	b.fill(422, "/en/directory/staff/find?department=DPO", "email", "other@epd.gov.hk").sees("No officer whom you administer has this")

	b.fill(422, "/en"+chan1+"/grant", "role", StaffManager, "department", "DPO", "from-year", "2025", "from-month", "3", "from-day", "1").
		sees("A directory keeper grants and ends this role.")
	b.fill(303, "/en"+chan1+"/grant", "role", "case-officer", "department", "DPO", "from-year", "2025", "from-month", "3", "from-day", "1").
		sees("The role was granted.", "Case officer")
	end := regexp.MustCompile(`/directory/staff/grants/[0-9a-f-]{36}/end`).FindString(b.page)
	b.fill(422, "/en"+end, "to-year", "2025", "to-month", "1", "to-day", "1").sees("The last day must not lie before the first.")
	b.fill(303, "/en"+end, "to-year", "2025", "to-month", "6", "to-day", "30").sees("The last day is set.", "1 March 2025 to 30 June 2025")
	b.fill(303, "/en"+chan1+"/edit", "name_zh", "陳大文", "name_en", "CHAN Tai-man, David", "email", "chan@dpo.gov.hk").sees("CHAN Tai-man, David")

	b.fill(200, "/en"+chan1+"/invite").sees("https://praya.example/en/welcome/secret-")
	if len(o.accounts.invited) != 1 {
		t.Errorf("invited %v", o.accounts.invited)
	}
	end = regexp.MustCompile(`/directory/staff/appointments/[0-9a-f-]{36}/end`).FindString(b.get(200, "/en"+chan1).page)
	b.fill(303, "/en"+end, "to-year", "2025", "to-month", "12", "to-day", "31").sees("1 March 2025 to 31 December 2025")
	b.fill(303, "/en"+chan1+"/leave", "left-year", "2025", "left-month", "11", "left-day", "30").sees("Last day of service: 30 November 2025")
	b.get(200, "/en/directory/staff/officers").misses("CHAN Tai-man")
	b.get(200, "/en/directory/staff/officers?past=1").sees("CHAN Tai-man, David")
	b.get(200, "/en/directory/staff/export/officers?department=DPO").sees("chan@dpo.gov.hk")
	b.get(403, "/en/directory/staff/export/officers?department=EPD")

	// Who may not administer sees nothing.
	other := o.browser()
	other.send("GET", "/en/enter/other", "", nil)
	other.get(403, "/en/directory/staff")
	other.get(403, "/en"+chan1)
}

func (b *visitor) upload(status int, path, sheet, dry, file string) *visitor {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("sheet", sheet)
	if dry != "" {
		_ = m.WriteField("dry", dry)
	}
	part, err := m.CreateFormFile("file", "sheet.csv")
	if err != nil {
		b.Fatal(err)
	}
	_, _ = io.WriteString(part, file)
	_ = m.Close()
	b.send("POST", path, m.FormDataContentType(), &body)
	if b.status != status {
		b.Fatalf("%s answers %d, want %d: %.2000s", path, b.status, status, main(b.page))
	}
	return b
}

func TestImportPage(t *testing.T) {
	o := newOffice(t)
	o.hire("DPO", "keeper@dpo.gov.hk", "keeper", DirectoryKeeper)
	b := o.browser()
	b.get(303, "/en/enter/keeper")
	const path = "/en/directory/staff/import?department=DPO"
	b.get(200, path).sees("short_tc, short_en", `value="yes" checked`)
	posts := "post,department,tc,en,sc,rank,listed,from,to\n"
	b.upload(422, path, "posts", "yes", posts+",DPO,甲,A,甲,,yes,2025-13-01,\n").
		sees("1 thing in the file must be mended", "Write a real day as year, month, day", `>2<`, "from")
	b.upload(200, path, "posts", "yes", posts+",DPO,甲,Post of the file,甲,,yes,2025-01-01,\n").sees("It would add 1")
	b.get(200, "/en/directory/staff").misses("Post of the file")
	b.upload(303, path, "posts", "", posts+",DPO,甲,Post of the file,甲,,yes,2025-01-01,\n")
	b.get(200, b.to).sees("Imported: 1 added", "Post of the file")
	b.upload(422, path, "posts", "", "").sees("Choose a file.")
	b.upload(422, path, "nonsense", "", "x").sees("Say what is in the file.")

	b.fill(422, "/tc/directory/staff/departments/new", "code", "dpo", "kind", "office", "tc", "新", "en", "New", "sc", "新").sees("用2至12個大楷英文字母和數字")
	b.fill(303, "/en/directory/staff/departments/new", "code", "NEWDEPT", "kind", "office", "tc", "新", "en", "New Office", "sc", "新", "parent", "DPO").
		sees("New Office: posts and officers")
	b.fill(303, "/en/directory/staff/departments/NEWDEPT?department=NEWDEPT", "kind", "office", "tc", "新", "en", "Newer Office", "sc", "新", "parent", "DPO").
		sees("Newer Office: posts and officers")
	b.get(200, "/en/directory/staff/choose").sees("NEWDEPT")
}

// TestWithoutAccounts: the page says that invitations are not available.
func TestWithoutAccounts(t *testing.T) {
	o := newOffice(t)
	o.Accounts = nil
	o.hire("DPO", "manager@dpo.gov.hk", "manager", StaffManager)
	p, err := o.PutPost(o.system, Post{Department: "DPO", Title: lang.Text{TC: "x", EN: "x", SC: "x"}, Period: span("2025-01-01..")})
	if err != nil {
		t.Fatal(err)
	}
	a, err := o.Appoint(o.system, Newcomer{"a@dpo.gov.hk", PersonName{"", "A"}}, Appointment{Post: p, Period: span("2025-01-01..")})
	if err != nil {
		t.Fatal(err)
	}
	b := o.browser()
	b.get(303, "/en/enter/manager")
	b.get(200, "/en"+officerPath(a.Officer)).sees("Invitations are not available here.").misses("/invite")
	b.get(503, "/en"+officerPath(a.Officer)+"/invite")
	if _, err := o.Invite(o.system, a.Officer, lang.EN); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
}
