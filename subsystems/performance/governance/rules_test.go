package governance

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
)

func day(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func figure(s string) Figure {
	f, err := ParseFigure(s)
	if err != nil {
		panic(err)
	}
	return f
}

func three(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

// fieldsOf names the wrong fields of an error, sorted.
func fieldsOf(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	var names []string
	for _, field := range f.Fields {
		names = append(names, field.Name+":"+strings.TrimPrefix(field.Key, "governance.wrong."))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestShares(t *testing.T) {
	for _, c := range []struct {
		Share
		want string
	}{
		{Share{0, 0}, ""},
		{Share{0, 7}, "0.0"},
		{Share{7, 7}, "100.0"},
		{Share{2, 3}, "66.7"},
		{Share{1, 8}, "12.5"},
		{Share{1, 2000}, "0.1"}, // 0.05 rounds up
		{Share{189, 250}, "75.6"},
	} {
		if got := c.Percent(); got != c.want {
			t.Errorf("%d of %d is %q, want %q", c.Part, c.Of, got, c.want)
		}
	}
}

func TestFigures(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "0": "0", "1,234.50": "1234.50", " 12 ": "12", "-3": "-3",
		"1e3": "error", "0x10": "error", "12 3": "error", "1234567890123": "error", "0.1234567": "error", "＝1": "error",
	} {
		f, err := ParseFigure(in)
		got := f.String()
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
	if figure("").Equal(figure("0")) || !figure("1.0").Equal(figure("1.00")) {
		t.Error("nothing and nought are the same, or 1.0 and 1.00 are not")
	}
}

// TestMonthsAfter: the same date, or the last of a shorter month, across years and leap days.
func TestMonthsAfter(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2025-01-15", 6, "2025-07-15"},
		{"2025-08-31", 6, "2026-02-28"},
		{"2023-08-31", 6, "2024-02-29"},
		{"2025-12-31", 6, "2026-06-30"},
		{"2025-06-30", 6, "2025-12-30"},
		{"2025-07-31", 6, "2026-01-31"},
		{"2025-11-30", 1, "2025-12-30"},
		{"2024-02-29", 12, "2025-02-28"},
	} {
		if got := monthsAfter(day(c.from), c.n); got != day(c.want) {
			t.Errorf("%d months after %s is %s, want %s", c.n, c.from, got, c.want)
		}
	}
}

// TestAnswers: the first baseline decides, whatever was planned since; what can be computed
// is, whatever was stated; the rest wants evidence.
func TestAnswers(t *testing.T) {
	first := Schedule{day("2025-01-01"), day("2025-06-30"), figure("1000")}
	later := Schedule{day("2025-01-01"), day("2025-12-31"), figure("2000")}
	full := Evidence{Schedule: "s", Budget: "b", Specification: "accepted", Benefits: "survey"}
	for _, c := range []struct {
		name             string
		first            Schedule
		ended            string
		spent            string
		stated           Answers
		evidence         Evidence
		schedule, budget bool
		wrong            string
	}{
		{"on the day", first, "2025-06-30", "1000", Answers{}, full, true, true, ""},
		{"a day late, planned anew since", first, "2025-07-01", "1000.01", Answers{OnSchedule: true, InBudget: true}, full, false, false, ""},
		{"nothing known, stated", Schedule{}, "2025-07-01", "5", Answers{OnSchedule: true}, full, true, false, ""},
		{
			"nothing known, no evidence",
			Schedule{},
			"2025-07-01", "5",
			Answers{OnSchedule: true},
			Evidence{},
			true, false,
			"benefits-evidence:evidence budget-evidence:evidence schedule-evidence:evidence specification-evidence:evidence",
		},
		{"computed needs none", first, "2025-06-30", "999", Answers{}, Evidence{Specification: "x", Benefits: "y"}, true, true, ""},
		{"a text of control signs", first, "2025-06-30", "999", Answers{}, Evidence{Specification: "x\x00", Benefits: "y"}, true, true, "specification-evidence:line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Project{Stage: Finished, First: c.first, Planned: later, Baselines: 2, Ended: day(c.ended), SpentThousands: figure(c.spent)}
			r, err := p.answer(c.stated, c.evidence)
			if got := fieldsOf(err); got != c.wrong {
				t.Errorf("wrong: %q, want %q", got, c.wrong)
			}
			if r.OnSchedule != c.schedule || r.InBudget != c.budget {
				t.Errorf("on schedule %t, within budget %t", r.OnSchedule, r.InBudget)
			}
		})
	}
	if _, err := (Project{Stage: Running}).answer(Answers{}, full); fieldsOf(err) != "project:not-finished" {
		t.Errorf("a running project is answered for: %v", err)
	}
}

func TestFourEyes(t *testing.T) {
	now := when.System()
	r := Return{Department: "DPO", State: Filed, FiledBy: "a"}
	for _, c := range []struct {
		by   hand
		r    Return
		kind fault.Kind
	}{
		{hand{"b", "DPO"}, r, ""},
		{hand{"a", "DPO"}, r, fault.Forbidden},
		{hand{"", "DPO"}, r, fault.Forbidden},
		{hand{"b", "EPD"}, r, fault.Forbidden},
		{hand{"b", "DPO"}, Return{Department: "DPO", State: Confirmed, FiledBy: "a"}, fault.Conflict},
	} {
		got, err := c.r.confirm(c.by, now)
		if c.kind == "" && (err != nil || got.State != Confirmed) || c.kind != "" && !fault.Is(err, c.kind) {
			t.Errorf("%+v: %+v, %v", c.by, got.State, err)
		}
	}
}

func TestLateness(t *testing.T) {
	p := Project{Stage: Finished, Ended: day("2025-08-31")}
	r := Rules{ReturnMonths: 6}
	for _, c := range []struct {
		today     string
		confirmed bool
		months    int
		want      bool
	}{
		{"2026-02-28", false, 6, false}, // the last day is in time
		{"2026-03-01", false, 6, true},
		{"2026-03-01", true, 6, false},
		{"2025-12-01", false, 3, true}, // the months are data
	} {
		r.ReturnMonths = c.months
		if got := r.late(p, c.confirmed, day(c.today)); got != c.want {
			t.Errorf("%+v: late %t", c, got)
		}
	}
	if r.late(Project{Stage: Running}, false, day("2030-01-01")) {
		t.Error("a project that goes on owes a return")
	}
	f := Finding{Status: FindingAccepted, Due: day("2026-01-31")}
	if f.Late(day("2026-01-31")) || !f.Late(day("2026-02-01")) {
		t.Error("a finding is late on its day, or not the day after")
	}
	if f.Status = FindingDone; f.Late(day("2026-02-01")) {
		t.Error("a finding that is done is late")
	}
}

// TestStages walks every pair: what the table of stages does not name is refused.
func TestStages(t *testing.T) {
	today := day("2026-01-01")
	plan := Schedule{day("2025-01-01"), day("2025-12-31"), figure("10")}
	allowed := map[Stage]string{
		Proposed: "approved shelved withdrawn", Approved: "running shelved withdrawn", Running: "finished shelved withdrawn",
		Finished: "finished", Shelved: "approved withdrawn", Withdrawn: "",
	}
	for _, from := range Stages() {
		for _, to := range Stages() {
			p := Project{Stage: from, First: plan, Planned: plan, Baselines: 1}
			_, err := p.move(to, Milestone{day("2025-06-01"), figure("9")}, "because", today)
			if want := slices.Contains(strings.Fields(allowed[from]), string(to)); (err == nil) != want {
				t.Errorf("from %s to %s: %v", from, to, err)
			}
		}
	}
	p := Project{Stage: Running, Started: day("2025-05-01")}
	for want, m := range map[string]Milestone{
		"cost:amount":  {Day: day("2025-06-01")},
		"day:order":    {day("2025-04-30"), figure("1")},
		"day:past-day": {day("2026-01-02"), figure("1")},
	} {
		if _, err := p.move(Finished, m, "", today); fieldsOf(err) != want {
			t.Errorf("%+v: %v, want %s", m, fieldsOf(err), want)
		}
	}
	if _, err := p.move(Shelved, Milestone{}, "", today); fieldsOf(err) != "why:reason" {
		t.Errorf("shelved without a reason: %v", err)
	}
	if _, err := (Project{Stage: Proposed}).move(Approved, Milestone{}, "", today); fieldsOf(err) != "cost:amount end:day start:day" {
		t.Errorf("approved without a plan: %v", fieldsOf(err))
	}
}

func TestReplan(t *testing.T) {
	a := Schedule{day("2025-01-01"), day("2025-06-30"), figure("1000")}
	b := Schedule{day("2025-02-01"), day("2025-12-31"), figure("1500")}
	p, err := Project{Stage: Proposed, First: a, Planned: a, Baselines: 1}.replan(b, "")
	if err != nil || p.First != b || p.Baselines != 1 {
		t.Errorf("a proposal: %+v, %v", p, err)
	}
	p, err = Project{Stage: Running, First: a, Planned: a, Baselines: 1}.replan(b, "scope")
	if err != nil || p.First != a || p.Planned != b || p.Baselines != 2 {
		t.Errorf("a running project: %+v, %v", p, err)
	}
	if _, err := p.replan(b, "again"); fieldsOf(err) != "end:same" {
		t.Errorf("the same again: %v", err)
	}
	if _, err := p.replan(a, ""); fieldsOf(err) != "why:reason" {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := p.replan(Schedule{day("2025-02-01"), day("2025-01-31"), figure("-1")}, "x"); fieldsOf(err) != "cost:amount end:order" {
		t.Errorf("ends before it begins, costs less than nothing: %v", fieldsOf(err))
	}
}

func TestChecks(t *testing.T) {
	rules := DefaultRules()
	counts := map[Risk]int{}
	for _, k := range rules.Checks {
		if !k.Name.Complete() {
			t.Errorf("%s has no name in every language", k.Code)
		}
		for _, r := range k.Risks {
			counts[r]++
		}
	}
	if counts[Normal] != 0 || counts[Large] < 5 || counts[HighRisk] < 5 {
		t.Errorf("checks by risk: %v", counts)
	}
	x := System{Code: "x", Risk: Large}
	var passed []Check
	for _, k := range rules.checksOf(Large) {
		if err := mayGoLive(rules.checksFor(x, passed)); !fault.Is(err, fault.Invalid) {
			t.Errorf("live with %d of %d checks: %v", len(passed), counts[Large], err)
		}
		passed = append(passed, Check{System: "x", Kind: k.Code, State: CheckPassed})
	}
	if err := mayGoLive(rules.checksFor(x, passed)); err != nil {
		t.Errorf("all passed: %v", err)
	}
	if x.Risk = HighRisk; mayGoLive(rules.checksFor(x, passed)) == nil {
		t.Error("a high-risk system is live without its privacy assessment")
	}
	if x.Risk = Normal; mayGoLive(rules.checksFor(x, nil)) != nil {
		t.Error("a normal system needs checks")
	}
	today := day("2026-01-01")
	if err := (Check{State: CheckPassed, Day: day("2026-01-02")}).check(today); fieldsOf(err) != "day:past-day evidence:evidence" {
		t.Errorf("passed tomorrow without evidence: %v", fieldsOf(err))
	}
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		direction        Direction
		agreed, measured string
		want             bool
	}{
		{AtLeast, "99.5", "99.5", true},
		{AtLeast, "99.5", "99.50", true},
		{AtLeast, "99.5", "99.49", false},
		{AtLeast, "99.5", "100", true},
		{AtMost, "12", "12", true},
		{AtMost, "12", "12.001", false},
		{AtMost, "12", "3", true},
	} {
		if got := (Level{Direction: c.direction, Agreed: figure(c.agreed)}).met(figure(c.measured)); got != c.want {
			t.Errorf("%+v: met %t", c, got)
		}
	}
	l := Level{ID: "l", Direction: AtMost, Agreed: figure("10"), Period: Period{day("2025-01-01"), day("2025-12-31")}}
	month := func(from, to, measured string) Judgement {
		return Judgement{Level: "l", Period: Period{day(from), day(to)}, Measured: figure(measured), Evidence: "log"}
	}
	today := day("2025-07-01")
	first, err := l.judge(month("2025-01-01", "2025-03-31", "11"), nil, today)
	if err != nil || first.Met || first.Revision != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := l.judge(month("2025-01-01", "2025-03-31", "10"), []Judgement{first}, today)
	if err != nil || !again.Met || again.Revision != 2 {
		t.Fatalf("%+v, %v", again, err)
	}
	if got := shareMet([]Judgement{first, again}, 2025); got != (Share{1, 1}) {
		t.Errorf("an old revision counts: %+v", got)
	}
	for want, j := range map[string]Judgement{
		"from:overlap":                  month("2025-03-31", "2025-04-30", "1"),
		"from:outside":                  month("2024-12-01", "2024-12-31", "1"),
		"to:ended-day":                  month("2025-06-01", "2025-07-01", "1"),
		"to:order":                      month("2025-05-31", "2025-05-01", "1"),
		"evidence:evidence":             {Period: Period{day("2025-05-01"), day("2025-05-31")}, Measured: figure("1")},
		"evidence:line measured:amount": {Period: Period{day("2025-05-01"), day("2025-05-31")}, Evidence: " x"},
	} {
		if _, err := l.judge(j, []Judgement{first}, today); fieldsOf(err) != want {
			t.Errorf("%+v: %q, want %q", j.Period, fieldsOf(err), want)
		}
	}
}

func TestFindings(t *testing.T) {
	allowed := map[FindingStatus]string{
		FindingOpen: "accepted not-accepted", FindingAccepted: "done not-accepted", FindingDone: "open", FindingNotAccepted: "open",
	}
	for _, from := range FindingStatuses() {
		for _, to := range FindingStatuses() {
			_, err := Finding{Status: from}.follow(to, "because")
			if want := slices.Contains(strings.Fields(allowed[from]), string(to)); (err == nil) != want {
				t.Errorf("from %s to %s: %v", from, to, err)
			}
		}
	}
	if _, err := (Finding{Status: FindingOpen}).follow(FindingNotAccepted, ""); fieldsOf(err) != "why:reason" {
		t.Errorf("not accepted without a reason: %v", err)
	}
	if _, err := (Finding{Status: FindingOpen}).follow(FindingAccepted, ""); err != nil {
		t.Errorf("accepted needs a reason: %v", err)
	}
}

func TestTotals(t *testing.T) {
	all := []Order{
		{Year: "2024-25", ValueThousands: figure("100.5")},
		{Year: "2024-25", ValueThousands: figure("0.25"), Outsourced: true},
		{Year: "2024-25", ValueThousands: figure("7"), Outsourced: true, Cancelled: true},
		{Year: "2025-26", ValueThousands: known(money.Int(3)), Outsourced: true},
	}
	sums, err := totals(all)
	if err != nil {
		t.Fatal(err)
	}
	if a := sums["2024-25"]; a.Thousands.String() != "100.75" || a.OutsourcedThousands.String() != "0.25" || a.Orders != 2 {
		t.Errorf("2024-25: %+v", a)
	}
	if b := sums["2025-26"]; b.Thousands.String() != "3" || b.OutsourcedThousands.String() != "3" {
		t.Errorf("2025-26: %+v", b)
	}
}

func TestHolders(t *testing.T) {
	in := func(from, to string) Period { return Period{day(from), day(to)} }
	all := []Plan{
		{Department: "A", Kind: ITPlan, Period: in("2025-01-01", "2025-12-31")},
		{Department: "A", Kind: ITPlan, Period: in("2025-12-31", "2026-12-31")}, // still one department
		{Department: "B", Kind: ITPlan, Period: in("2025-01-01", "2025-12-30")},
		{Department: "C", Kind: ITPlan, Period: in("2025-01-01", "2026-12-31"), Withdrawn: "filed twice"},
		{Department: "D", Kind: DigitalStrategy, Period: in("2025-01-01", "2026-12-31")},
	}
	for on, want := range map[string]int{"2024-12-31": 0, "2025-12-30": 2, "2025-12-31": 1, "2026-06-01": 1, "2027-01-01": 0} {
		if got := holders(all, ITPlan, day(on)); got != want {
			t.Errorf("%d departments hold a plan on %s, want %d", got, on, want)
		}
	}
}
