package directory

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

func day(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// span reads "2024-01-01..2024-12-31"; either end may be empty.
func span(s string) Period {
	from, to, _ := strings.Cut(s, "..")
	return Period{day(from), day(to)}
}

// wrongOf lists the wrong fields of an error as "field key", or "" when there is none.
func wrongOf(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	var out []string
	for _, field := range f.Fields {
		out = append(out, field.Name+" "+strings.TrimPrefix(field.Key, "directory.wrong."))
	}
	return strings.Join(out, ", ")
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		p, q             string
		overlaps, within bool
	}{
		{"2024-01-01..2024-06-30", "2024-07-01..", false, false},
		{"2024-01-01..2024-06-30", "2024-06-30..", true, false}, // both days belong to a period
		{"2024-01-01..", "2024-06-30..2024-07-01", true, false},
		{"2024-02-01..2024-03-01", "2024-02-01..2024-03-01", true, true},
		{"2024-02-01..2024-03-01", "..", true, true},
		{"2024-02-01..", "2024-01-01..", true, true},
		{"2024-02-01..", "2024-01-01..2099-12-31", true, false},
		{"..2024-02-01", "2024-01-01..", true, false},
		{"..2024-02-01", "2024-02-02..", false, false},
		{"..", "..", true, true},
	} {
		p, q := span(c.p), span(c.q)
		if p.Overlaps(q) != c.overlaps || q.Overlaps(p) != c.overlaps {
			t.Errorf("%s and %s overlap: want %v", c.p, c.q, c.overlaps)
		}
		if p.Within(q) != c.within {
			t.Errorf("%s within %s: want %v", c.p, c.q, c.within)
		}
	}
	for _, c := range []struct {
		p, day string
		on     bool
	}{
		{"2024-07-25..", "2024-07-24", false},
		{"2024-07-25..", "2024-07-25", true},
		{"..2024-07-24", "2024-07-24", true},
		{"..2024-07-24", "2024-07-25", false},
	} {
		if span(c.p).On(day(c.day)) != c.on {
			t.Errorf("%s on %s: want %v", c.p, c.day, c.on)
		}
	}
	if got := span("2024-01-01..2024-06-30").cut(day("2024-09-01")); got != span("2024-01-01..2024-06-30") {
		t.Errorf("a cut made a period longer: %v", got)
	}
}

func TestDepartmentByItself(t *testing.T) {
	good := Department{
		Code: "DPO", Kind: DepartmentKind, Name: lang.Text{TC: "數字政策辦公室", EN: "Digital Policy Office", SC: "数字政策办公室"},
		Parent: "ITIB", Period: span("2024-07-25.."), Telephone: "+852 2582 4520", Website: "https://www.digitalpolicy.gov.hk/",
	}
	for _, c := range []struct {
		name   string
		change func(*Department)
		wrong  string
	}{
		{"as it is", func(*Department) {}, ""},
		{"code in lower case", func(d *Department) { d.Code = "dpo" }, "code code"},
		{"code of one letter", func(d *Department) { d.Code = "D" }, "code code"},
		{"code that is a path", func(d *Department) { d.Code = "D/../P" }, "code code"},
		{"no such kind", func(d *Department) { d.Kind = "ministry" }, "kind kind"},
		{"a name is missing", func(d *Department) { d.Name.SC = "" }, "sc needed"},
		{"two lines", func(d *Department) { d.Name.EN = "Digital\nPolicy" }, "en line"},
		{"a name without end", func(d *Department) { d.Name.TC = strings.Repeat("長", 201) }, "tc line"},
		{"hidden direction marks", func(d *Department) { d.Short.EN = "DPO\u202e" }, "short_en line"},
		{"ends before it begins", func(d *Department) { d.To = day("2024-07-24") }, "to order"},
		{"one day", func(d *Department) { d.To = day("2024-07-25") }, ""},
		{"telephone in words", func(d *Department) { d.Telephone = "call us" }, "telephone telephone"},
		{"a script as website", func(d *Department) { d.Website = "javascript:alert(1)" }, "website website"},
	} {
		d := good
		c.change(&d)
		if got := wrongOf(d.check()); got != c.wrong {
			t.Errorf("%s: %q, want %q", c.name, got, c.wrong)
		}
	}
}

func TestDepartmentAmongOthers(t *testing.T) {
	all := func(parents ...string) map[string]Department {
		out := map[string]Department{}
		for _, p := range parents { // "CODE>PARENT from..to"
			codes, period, _ := strings.Cut(p, " ")
			code, parent, _ := strings.Cut(codes, ">")
			out[code] = Department{Code: code, Parent: parent, Period: span(period)}
		}
		return out
	}
	for _, c := range []struct {
		name string
		all  map[string]Department
		code string
		want string
	}{
		{"a tree", all("CSO", "EEB>CSO", "FEHD>EEB"), "FEHD", ""},
		{"no such parent", all("FEHD>EEB"), "FEHD", "parent no-department"},
		{"its own parent", all("EEB>EEB"), "EEB", "parent circle"},
		{"a circle of three", all("AA>BB", "BB>CC", "CC>AA"), "BB", "parent circle"},
		{"a parent that has ended", all("ITB ..2022-06-30", "DPO>ITB"), "DPO", "parent parent-ended"},
		{"ended with its parent", all("ITB ..2022-06-30", "OLD>ITB ..2022-06-30"), "OLD", ""},
		{"children that go on", all("ITB ..2022-06-30", "DPO>ITB"), "ITB", "to children"},
		{"children that ended before", all("ITB ..2022-06-30", "OLD>ITB ..2021-01-01"), "ITB", ""},
	} {
		if got := wrongOf(c.all[c.code].checkAmong(c.all)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPostsAndTheirHolders(t *testing.T) {
	in := Department{Period: span("2024-07-25..2030-12-31")}
	post := Post{Title: lang.Text{TC: "系統分析主任", EN: "Systems Analyst", SC: "系统分析主任"}}
	for _, c := range []struct{ period, want string }{
		{"2024-07-25..2030-12-31", ""},
		{"2024-07-24..2025-01-01", "from before-department"},
		{"2025-01-01..", "to after-department"},
		{"2025-01-01..2031-01-01", "to after-department"},
		{"2025-01-01..2024-12-31", "to order"},
		{"..2025-01-01", "from day"},
	} {
		post.Period = span(c.period)
		if got := wrongOf(post.check(in)); got != c.want {
			t.Errorf("%s: %q, want %q", c.period, got, c.want)
		}
	}
	holders := []Appointment{{Period: span("2025-01-01..2025-12-31")}, {Period: span("2026-01-01..2026-12-31")}}
	for _, c := range []struct{ period, want string }{
		{"2025-01-01..2026-12-31", ""},
		{"2025-01-02..2026-12-31", "from holders"},
		{"2025-01-01..2026-12-30", "to holders"},
	} {
		post.Period = span(c.period)
		if got := wrongOf(post.keeps(holders)); got != c.want {
			t.Errorf("%s: %q, want %q", c.period, got, c.want)
		}
	}
}

func TestOfficers(t *testing.T) {
	for _, c := range []struct{ zh, en, email, want string }{
		{"陳大文", "CHAN Tai Man", "tmchan@dpo.gov.hk", ""},
		{"", "CHAN Tai Man", "tmchan@dpo.gov.hk", ""},
		{"陳大文", "", "tmchan@dpo.gov.hk", ""},
		{"", "", "tmchan@dpo.gov.hk", "name_zh name"},
		{"陳大文", "", "tmchan", "email email"},
		{"陳大文", "", "a b@dpo.gov.hk", "email email"},
		{"陳大文", "", "TMChan@dpo.gov.hk", "email email"}, // kept in one form only
		{"陳\u0007", "", "tmchan@dpo.gov.hk", "name_zh line"},
	} {
		o := Officer{Name: PersonName{c.zh, c.en}, Email: c.email}
		if got := wrongOf(o.check()); got != c.want {
			t.Errorf("%q %q %q: %q, want %q", c.zh, c.en, c.email, got, c.want)
		}
	}
	if got := foldEmail("  TMChan@DPO.gov.hk "); got != "tmchan@dpo.gov.hk" {
		t.Error(got)
	}
	o := Officer{ID: "x", Name: PersonName{"陳大文", "CHAN"}, Email: "e@x.hk", Left: day("2025-03-31")}
	if s := o.String() + o.Name.String() + o.LogValue().String(); strings.Contains(s, "陳") || strings.Contains(s, "@") {
		t.Errorf("an officer tells about themselves: %s", s)
	}
	if o.Gone(day("2025-03-31")) || !o.Gone(day("2025-04-01")) {
		t.Error("the last day of service belongs to it")
	}
}

func TestAppointments(t *testing.T) {
	post := Post{ID: "p", Department: "DPO", Period: span("2024-07-25..2030-12-31")}
	held := func(id, officer, post, period string, acting bool) Appointment {
		return Appointment{
			ID: AppointmentID(id), Officer: OfficerID(officer), Post: PostID(post), Department: "DPO", Acting: acting, Period: span(period),
		}
	}
	for _, c := range []struct {
		name     string
		a        Appointment
		ofPost   []Appointment
		ofOthers []Appointment
		want     string
	}{
		{"first holder", held("n", "o", "p", "2025-01-01..2025-12-31", false), nil, nil, ""},
		{"no first day", held("n", "o", "p", "..2025-12-31", false), nil, nil, "from day"},
		{"days turned round", held("n", "o", "p", "2025-01-01..2024-12-31", false), nil, nil, "to order"},
		{"before the post", held("n", "o", "p", "2024-07-24..2025-01-01", false), nil, nil, "from before-post"},
		{"longer than the post", held("n", "o", "p", "2025-01-01..", false), nil, nil, "to after-post"},
		{
			"the day after the first ended", held("n", "o", "p", "2025-07-01..2025-12-31", false),
			[]Appointment{held("1", "x", "p", "2025-01-01..2025-06-30", false)},
			nil, "",
		},
		{
			"on the first one's last day", held("n", "o", "p", "2025-06-30..2025-12-31", false),
			[]Appointment{held("1", "x", "p", "2025-01-01..2025-06-30", false)},
			nil, "from held",
		},
		{
			"before one who follows", held("n", "o", "p", "2025-01-01..2025-12-31", false),
			[]Appointment{held("1", "x", "p", "2025-12-31..2026-06-30", false)},
			nil, "from held",
		},
		{
			"acting for the holder", held("n", "o", "p", "2025-02-01..2025-02-28", true),
			[]Appointment{held("1", "x", "p", "2025-01-01..2025-06-30", false)},
			nil, "",
		},
		{
			"two who act", held("n", "o", "p", "2025-02-01..2025-02-28", true),
			[]Appointment{held("1", "x", "p", "2025-02-28..2025-03-31", true)},
			nil, "from acted-in",
		},
		{
			"another period of itself", held("1", "x", "p", "2025-01-01..2025-12-31", false),
			[]Appointment{held("1", "x", "p", "2025-01-01..2025-06-30", false)},
			[]Appointment{held("1", "x", "p", "2025-01-01..2025-06-30", false)},
			"",
		},
		{
			"a second substantive post", held("n", "o", "p", "2025-01-01..2025-12-31", false), nil,
			[]Appointment{held("1", "o", "q", "2024-08-01..2025-01-01", false)},
			"from two-posts",
		},
		{
			"acts on top of a post", held("n", "o", "p", "2025-01-01..2025-12-31", true), nil,
			[]Appointment{held("1", "o", "q", "2024-08-01..2030-01-01", false)},
			"",
		},
		{
			"acts in the post that is held", held("n", "o", "p", "2025-01-01..2025-12-31", true),
			[]Appointment{held("1", "o", "p", "2024-08-01..2030-01-01", false)},
			[]Appointment{held("1", "o", "p", "2024-08-01..2030-01-01", false)},
			"from same-post",
		},
	} {
		if got := wrongOf(c.a.check(post, c.ofPost, c.ofOthers)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhoseStaff(t *testing.T) {
	in := func(department, period string) Appointment {
		return Appointment{ID: AppointmentID(department + period), Department: department, Period: span(period)}
	}
	for _, c := range []struct {
		name string
		all  []Appointment
		want []string
	}{
		{"serves now", []Appointment{in("DPO", "2024-07-25..")}, []string{"DPO"}},
		{"served there before", []Appointment{in("ITC", "2020-01-01..2024-07-24"), in("DPO", "2024-07-25..")}, []string{"DPO"}},
		{"moves next month", []Appointment{in("ITC", "2020-01-01..2025-06-30"), in("DPO", "2025-07-01..")}, []string{"DPO", "ITC"}},
		{"nowhere any more", []Appointment{in("ITC", "2020-01-01..2024-07-24"), in("DPO", "2024-07-25..2025-01-01")}, []string{"DPO"}},
		{"nowhere ever", nil, nil},
	} {
		if got := servesIn(c.all, day("2025-06-01")); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	a := Appointment{ID: "n", Department: "DPO", Period: span("2025-07-01..")}
	if got := a.elsewhere([]Appointment{in("ITC", "2020-01-01..2025-06-30"), in("EPD", "2025-07-01.."), in("DPO", "2025-01-01..")}); !slices.Equal(got, []string{"EPD"}) {
		t.Errorf("elsewhere: %v", got)
	}
}

func TestGrants(t *testing.T) {
	serves := []Appointment{{Department: "DPO", Period: span("2025-01-01..2025-12-31")}}
	others := []Grant{{ID: "1", Role: "case-officer", Department: "DPO", Period: span("2025-01-01..2025-06-30")}}
	for _, c := range []struct {
		name, role, department, period, want string
	}{
		{"another role", "publisher", "DPO", "2025-01-01..2025-06-30", ""},
		{"again, later", "case-officer", "DPO", "2025-07-01..", ""},
		{"twice at a time", "case-officer", "DPO", "2025-06-30..", "role granted"},
		{"where they never serve", "publisher", "EPD", "2025-01-01..", "department not-serving"},
		{"after they served", "publisher", "DPO", "2026-01-01..", "department not-serving"},
		{"no first day", "publisher", "DPO", "..2025-06-30", "from day"},
		{"days turned round", "publisher", "DPO", "2025-06-30..2025-06-29", "to order"},
	} {
		g := Grant{ID: "n", Role: c.role, Department: c.department, Period: span(c.period)}
		if got := wrongOf(g.check(others, serves)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDuties(t *testing.T) {
	s := serving{
		officer: "o",
		appointments: []Appointment{
			{ID: "1", Post: "clerk", Department: "DPO", Period: span("2024-07-25..")},
			{ID: "2", Post: "chief", Department: "DPO", Acting: true, Period: span("2025-03-01..2025-03-31")},
			{ID: "3", Post: "head", Department: "EPD", Acting: true, Period: span("2025-03-10..2025-03-20")},
		},
		grants: []Grant{
			{Department: "DPO", Role: "publisher", Period: span("2024-07-25..")},
			{Department: "DPO", Role: "case-officer", Period: span("2025-03-15..")},
			{Department: "EPD", Role: "drafter", Period: span("2025-03-10..")},
		},
	}
	for _, c := range []struct{ day, want string }{
		{"2024-07-24", ""},
		{"2024-07-25", "clerk@DPO[publisher]"},
		{"2025-03-09", "chief@DPO[publisher] clerk@DPO[publisher]"},
		{"2025-03-10", "head@EPD[drafter] chief@DPO[publisher] clerk@DPO[publisher]"},
		{"2025-03-20", "head@EPD[drafter] chief@DPO[case-officer publisher] clerk@DPO[case-officer publisher]"},
		{"2025-04-01", "clerk@DPO[case-officer publisher]"},
	} {
		var got []string
		for _, d := range s.duties(day(c.day)) {
			if d.Acting != (d.Post != "clerk") || d.Officer != "o" {
				t.Errorf("%s: %+v", c.day, d)
			}
			got = append(got, d.Post+"@"+d.Department+"["+d.Roles+"]")
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.day, got, c.want)
		}
	}
}

func TestDaysOfTables(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"2024-07-25", "2024-07-25"},
		{"２０２４－０７－２５", "2024-07-25"},
		{"2024/7/5", "2024-07-05"},
		{"2024年7月25日", "2024-07-25"},
		{"", ""},
		{"25/7/2024", "error"}, // which of the two is the month, nobody knows
		{"2024-02-30", "error"},
		{"tomorrow", "error"},
	} {
		d, err := ParseDay(c.text)
		got := d.String()
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestFindingDepartments(t *testing.T) {
	d := Department{
		Code: "FEHD", Name: lang.Text{TC: "食物環境衞生署", EN: "Food and Environmental Hygiene Department", SC: "食物环境卫生署"},
		Short: lang.Text{TC: "食環署", EN: "FEHD", SC: "食环署"},
	}
	for query, want := range map[string]bool{
		"食環署": true, "食环署": true, "衛生": true, "卫生": true, "fehd": true, "ＦＥＨＤ": true, "hygiene FOOD": true,
		"": true, "環保": false, "food police": false,
	} {
		if d.matches(query) != want {
			t.Errorf("%q: want %v", query, want)
		}
	}
	if d.distance("食环署") != 0 || d.distance("食物環境衞生署") != 1 || d.distance("food") != 2 {
		t.Error("an exact name does not come first")
	}
}
