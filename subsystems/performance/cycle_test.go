package performance

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/jobs"
)

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), events.Schema(), jobs.Schema(), Schema()}
}

// cycle is the subsystem on a store.
type cycle struct {
	*testing.T
	*Service
	system context.Context
}

func newCycle(t *testing.T, d *db.DB) *cycle {
	t.Helper()
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	return &cycle{t, &Service{DB: d, Policy: policy}, who.AsSystem(t.Context(), who.Production)}
}

// as is an officer of a department with roles.
func (c *cycle) as(id, department string, roles ...string) context.Context {
	return who.With(c.T.Context(), who.Request{Realm: who.Production, Lang: lang.TC, Actor: who.Actor{
		Kind: who.Officer, ID: id, Duty: who.Duty{Department: department, Post: "post-" + id, Roles: strings.Join(roles, " ")},
	}})
}

func (c *cycle) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *cycle) kind(err error, want fault.Kind) {
	c.Helper()
	if !fault.Is(err, want) {
		c.Errorf("want %s, got %v", want, err)
	}
}

func (c *cycle) read(fn func(tx *db.Tx) error) {
	c.Helper()
	c.must(c.DB.Read(c.system, fn))
}

func (c *cycle) items(head, year string) (out []Initiative) {
	c.Helper()
	c.read(func(tx *db.Tx) (err error) {
		out, err = initiativesOfPaper(tx, head, year)
		return err
	})
	return out
}

func (c *cycle) last(of MeasureID, period string) (v Value) {
	c.Helper()
	c.read(func(tx *db.Tx) error {
		all, err := values(tx, of)
		v, _ = lastOf(all, period, Actual)
		return err
	})
	return v
}

func dec(s string) *money.Decimal {
	d, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return &d
}

// paper is an invented paper: programme 1 with the items given, and one target and indicator.
func paper(year string, done, todo []string, met, last string) Paper {
	p := Paper{Version: "v-" + year + "-" + met, Head: "901", Year: year}
	line := 10
	add := func(f Fact) {
		line++
		f.Line, f.How = line, "printed"
		p.Facts = append(p.Facts, f)
	}
	add(Fact{Kind: "title", Name: "示範局：海旁辦公室", Code: "901"})
	add(Fact{Kind: "programme", Code: "1", Name: "海濱服務"})
	for _, s := range done {
		add(Fact{Kind: "done", Code: "1", Group: "1", Raw: s})
	}
	y, _ := when.ParseFinancialYear(year)
	before, now := itoa(int(y)-1), itoa(int(y))
	light := Fact{Kind: "target", Row: "在3天內修復照明故障(%)", Group: "1", Unit: "%"}
	for column, v := range map[string]string{"target": "95", before + " actual": met, now + " plan": "95"} {
		f := light
		f.Column, f.Value = column, dec(v)
		add(f)
	}
	add(Fact{Kind: "indicator", Row: "場地申請宗數", Group: "1", Column: before + " actual", Value: dec(last)})
	add(Fact{Kind: "to-do", Code: "1", Group: "1", Raw: year + "年度內，海旁辦將會："})
	for _, s := range todo {
		add(Fact{Kind: "to-do", Code: "1", Group: "1", Raw: s})
	}
	return p
}

func TestPapersBecomeTheCycle(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		c := newCycle(t, d)
		first := paper("2031-32", []string{"重鋪東段步道；"}, []string{"重鋪西段步道並加設無障礙斜道；", "試行夜間導賞；以及", "推出場地網上申請服務。"}, "93", "412")
		second := paper("2032-33", []string{"推出場地網上申請服務，處理 400 宗申請；"}, []string{"繼續試行夜間導賞。"}, "96", "455")
		c.must(c.Take(c.system, first))
		c.must(c.GiveHead(c.system, "901", "WFO"))
		c.must(c.Take(c.system, second))
		c.must(c.Take(c.system, second)) // the same again changes nothing
		items := c.items("901", "2031-32")
		if len(items) != 4 || items[1].Part != ToDo || items[0].State != Finished {
			t.Fatalf("%+v", items)
		}
		o, err := c.Outlooks(c.system, "901", "2031-32")
		c.must(err)
		want := map[string]Fate{"重鋪西段步道並加設無障礙斜道；": Gone, "試行夜間導賞；以及": CarriedOn, "推出場地網上申請服務。": FateDone}
		for _, x := range o {
			if x.Part == ToDo && x.Fate != want[x.Printed] {
				t.Errorf("%s: %s, want %s", x.Printed, x.Fate, want[x.Printed])
			}
		}
		decide(c, o)
		corrected(c, first)
		revisions(c)
	})
}

// decide: only the head's department decides, the slower of two gets a Conflict, and what was
// decided says so.
func decide(c *cycle, o []Outlook) {
	c.Helper()
	var l Link
	var gone Initiative
	for _, x := range o {
		if x.Fate == CarriedOn {
			l = x.Next[0].Link
		}
		if x.Fate == Gone {
			gone = x.Initiative
		}
	}
	ours, theirs := c.as("a", "WFO", OfficerRole), c.as("b", "FEHD", OfficerRole)
	c.kind(c.DecideLink(theirs, l.ID, l.Version, Accepted, Continued, ""), fault.Forbidden)
	c.must(c.DecideLink(ours, l.ID, l.Version, Accepted, Continued, ""))
	c.kind(c.DecideLink(ours, l.ID, l.Version, Rejected, Continued, ""), fault.Conflict)
	c.kind(c.Settle(ours, gone.ID, gone.Version, FateDrop, ""), fault.Invalid)
	c.must(c.Settle(ours, gone.ID, gone.Version, FateDrop, "改由另一部門負責"))
	o, err := c.Outlooks(c.system, "901", "2031-32")
	c.must(err)
	for _, x := range o {
		if x.ID == gone.ID && (x.Fate != FateDrop || !x.Decided || x.State != Dropped) {
			c.Errorf("%+v", x)
		}
	}
}

// corrected: a corrected paper changes words, and no decision.
func corrected(c *cycle, p Paper) {
	c.Helper()
	p.Version = "v-corrected"
	p.Facts = append([]Fact(nil), p.Facts...)
	for i, f := range p.Facts {
		if f.Raw == "重鋪西段步道並加設無障礙斜道；" {
			p.Facts[i].Raw = "重鋪西段步道，並加設兩條無障礙斜道；"
		}
	}
	c.must(c.Take(c.system, p))
	found := false
	for _, i := range c.items("901", "2031-32") {
		if i.Printed == "重鋪西段步道，並加設兩條無障礙斜道；" {
			found = i.Fate == FateDrop && i.State == Dropped && i.FateWhy != ""
		}
	}
	if !found || len(c.items("901", "2031-32")) != 4 {
		c.Errorf("%+v", c.items("901", "2031-32"))
	}
}

// revisions: printed values are confirmed, given ones wait for other eyes, and revisions stay.
func revisions(c *cycle) {
	c.Helper()
	var all []Measure
	c.read(func(tx *db.Tx) (err error) {
		all, err = measures(tx, "901")
		return err
	})
	if len(all) != 2 || all[0].Kind != Target || all[0].Target.String() != "95" || all[0].Year != "2032-33" {
		c.Fatalf("%+v", all)
	}
	m := all[0]
	m.Department = "WFO"
	maker, checker := c.as("m", "WFO", OfficerRole), c.as("k", "WFO", ApproverRole)
	m.State = MeasurePublished
	_, err := c.PutMeasure(maker, m)
	c.kind(err, fault.Invalid)
	m.Definition = lang.Text{TC: "在3天內修復的照明故障，佔全部故障的百分比", EN: "Faults of lighting that were mended within 3 days, in a hundred", SC: "在3天内修复的照明故障，占全部故障的百分比"}
	_, err = c.PutMeasure(maker, m)
	c.must(err)
	g := Given{Measure: m.ID, Period: "2032", Role: Actual, Value: *dec("97"), Numerator: dec("291"), Denominator: dec("300"), Evidence: "維修記錄", Revision: -1}
	bad := g
	bad.Value = *dec("98")
	c.kind(c.GiveValue(maker, bad), fault.Invalid)
	c.must(c.GiveValue(maker, g))
	c.kind(c.GiveValue(maker, g), fault.Invalid) // a revision needs its reason
	g.Why = "遲交的記錄"
	c.kind(c.GiveValue(maker, g), fault.Conflict) // and who gives it has seen the one before
	v := c.last(m.ID, "2032")
	c.kind(c.ConfirmValue(maker, v.ID, v.Version, Confirmed), fault.Forbidden)
	c.must(c.ConfirmValue(checker, v.ID, v.Version, Confirmed))
	c.kind(c.ConfirmValue(checker, v.ID, v.Version, Confirmed), fault.Conflict)
	g.Revision, g.Value, g.Numerator = 0, *dec("96"), dec("288")
	c.must(c.GiveValue(checker, g))
	v = c.last(m.ID, "2032")
	c.kind(c.ConfirmValue(checker, v.ID, v.Version, Confirmed), fault.Forbidden) // nobody confirms their own
}

func TestCasesMakeValues(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		c := newCycle(t, d)
		c.must(c.Take(c.system, paper("2031-32", nil, []string{"試行夜間導賞。"}, "93", "412")))
		c.must(c.GiveHead(c.system, "901", "WFO"))
		both := lang.Text{TC: "依期完成的項目", EN: "Projects on schedule", SC: "依期完成的项目"}
		id, err := c.PutMeasure(c.system, Measure{
			Head: "901", Programme: "1", Kind: Indicator, Name: both, Definition: both, Unit: "%", Places: 1, Period: Calendar, Direction: Flat,
			Stream: OnSchedule, Formula: Share, Days: 30, Department: "WFO", State: MeasurePublished,
		})
		c.must(err)
		returned := func(project, day, on string) {
			t.Helper()
			data := `{"project":"` + project + `","day":"` + day + `","on_schedule":` + on + `,"in_budget":true,"to_specification":true,"with_benefits":true}`
			c.must(d.Write(c.system, func(tx *db.Tx) error {
				return events.Publish(tx, events.Event{Subject: "performance.project.returned", Data: json.RawMessage(data)})
			}))
		}
		returned("p0", "2031-05-01", "true")
		returned("p1", "2031-05-02", "true")
		returned("p2", "2031-05-03", "false")
		run(c, func() bool { return amountText(c.last(id, "2031").Denominator) == "3" })
		if v := c.last(id, "2031"); v.Value.String() != "66.7" || v.Numerator.String() != "2" || v.Denominator.String() != "3" || v.How != Computed || v.State != Confirmed {
			t.Errorf("%+v", v)
		}
		returned("p2", "2031-05-03", "true")
		run(c, func() bool { return amountText(c.last(id, "2031").Numerator) == "3" })
		if v := c.last(id, "2031"); v.Value.String() != "100.0" || v.Revision == 0 || v.Why == "" {
			t.Errorf("a revised case is a revised value: %+v", v)
		}
		for _, project := range []string{"p0", "p1", "p2"} {
			c.must(d.Write(c.system, func(tx *db.Tx) error {
				return events.Publish(tx, events.Event{Subject: "performance.return.withdrawn", Data: json.RawMessage(`{"project":"` + project + `"}`)})
			}))
		}
		run(c, func() bool { return c.last(id, "2031").State == Refused })
		r, err := c.Measure(c.system, id)
		c.must(err)
		if x, ok := r.Latest(Actual); ok {
			t.Errorf("no case is left, and yet: %+v", x)
		}
	})
}

// TestMoneyAndPostsAreCounted: what the votes publish makes values of their head and line only, over
// years for an item, within the year for a subhead, and each value gives the cases that it counts.
func TestMoneyAndPostsAreCounted(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		c := newCycle(t, d)
		c.must(c.Take(c.system, paper("2031-32", nil, []string{"試行夜間導賞。"}, "93", "412")))
		c.must(c.GiveHead(c.system, "901", "WFO"))
		today := d.Clock()().Day()
		year := Financial.Of(today)
		put := func(name string, m Measure) MeasureID {
			both := lang.Text{TC: name, EN: name, SC: name}
			m.Head, m.Kind, m.Name, m.Definition, m.Period, m.Direction = "901", Indicator, both, both, Financial, Flat
			m.Department, m.State = "WFO", MeasurePublished
			id, err := c.PutMeasure(c.system, m)
			c.must(err)
			return id
		}
		item := put("item", Measure{Stream: Spending, Formula: Used, Line: "700/803", Unit: "%", Places: 1})
		subhead := put("subhead", Measure{Stream: Spending, Formula: Used, Line: "700", Unit: "%", Places: 1})
		all := put("all", Measure{Stream: Spending, Formula: Sum, Places: 3})
		posts := put("posts", Measure{Stream: Posts, Formula: Stock})
		net := put("net", Measure{Stream: Posts, Formula: Sum, Line: "2"})
		c.must(d.Write(c.system, countToday))
		if v := c.last(posts, year); v.ID != "" {
			t.Errorf("nothing was entered, and yet: %+v", v)
		}
		for _, bad := range []Measure{
			{Stream: OnSchedule, Formula: Share, Line: "700"}, {Stream: Spending, Formula: Sum, Line: "700/803/1"}, {Stream: Posts, Formula: Used},
		} {
			bad.Head, bad.Name, bad.Period, bad.Department = "901", lang.Text{TC: "壞"}, Financial, "WFO"
			_, err := c.PutMeasure(c.system, bad)
			c.kind(err, fault.Invalid)
		}
		told := func(subject, data string) {
			t.Helper()
			data = strings.ReplaceAll(data, "TODAY", today.String())
			c.must(d.Write(c.system, func(tx *db.Tx) error {
				return events.Publish(tx, events.Event{Subject: subject, Data: json.RawMessage(data)})
			}))
		}
		const granted, paid, moved = "performance.provision.changed", "performance.payment.posted", "performance.posts.changed"
		from, _, err := Financial.Span(year)
		c.must(err)
		before := from.Add(-200).String()
		told(granted, `{"head":"901","subhead":"700","item":"803","day":"`+before+`","thousands":"1000","entry":"g1"}`)
		told(granted, `{"head":"901","subhead":"700","item":"803","day":"`+before+`","thousands":"150","entry":"g2","before":true}`)
		told(granted, `{"head":"901","subhead":"700","day":"TODAY","thousands":"400","entry":"g3"}`)
		told(paid, `{"head":"901","subhead":"700","item":"803","day":"`+before+`","thousands":"50","entry":"p0"}`)
		told(paid, `{"head":"901","subhead":"700","item":"803","day":"TODAY","thousands":"100.5","entry":"p1"}`)
		told(paid, `{"head":"901","subhead":"700","item":"804","day":"TODAY","thousands":"20","entry":"p2"}`)
		told(paid, `{"head":"901","subhead":"700","item":"803","day":"TODAY","thousands":"-0.5","entry":"p3"}`)
		told(paid, `{"head":"9011","subhead":"700","item":"803","day":"TODAY","thousands":"777","entry":"p4"}`)
		told(moved, `{"head":"901","day":"`+before+`","rank":"AP","programme":"2","delta":40,"change":"r1/0","opening":true}`)
		told(moved, `{"head":"901","day":"TODAY","rank":"AP","programme":"2","delta":-3,"change":"r2/0"}`)
		told(moved, `{"head":"901","day":"TODAY","rank":"AP","programme":"1","delta":1,"change":"r2/1"}`)
		told(moved, `{"head":"901","day":"`+today.Add(1).String()+`","rank":"AP","programme":"2","delta":9,"change":"r3/0"}`)
		run(c, func() bool {
			return c.last(net, year).Value.String() == "-3" && c.last(posts, year).Value.String() == "38"
		})
		for _, x := range []struct {
			id                                 MeasureID
			value, numerator, denominator, how string
			cases                              int
		}{
			{item, "30.0", "300.0", "1000", "150 before, 50 last year and 100 this year, of 1,000", 5},
			{subhead, "30.0", "120.0", "400", "100 and 20 of this year's 400", 4},
			{all, "0.120", "120.0", "", "in millions", 3},
			{posts, "38", "38", "", "40 − 3 + 1; tomorrow's are not there yet", 3},
			{net, "-3", "-3", "", "of programme 2", 1},
		} {
			v := c.last(x.id, year)
			if v.Value.String() != x.value || amountText(v.Numerator) != x.numerator || amountText(v.Denominator) != x.denominator || v.How != Computed {
				t.Errorf("%s: %+v %s/%s", x.how, v, amountText(v.Numerator), amountText(v.Denominator))
			}
			_, cases, err := c.Counted(c.system, x.id, year)
			c.must(err)
			if len(cases) != x.cases || cases[0].Path == "" {
				t.Errorf("%s: %d cases", x.how, len(cases))
			}
		}
		if v := c.last(item, Financial.Before(today)); v.Value.String() != "20.0" {
			t.Errorf("at the end of the year before: %+v", v)
		}
		late := put("late", Measure{Stream: Spending, Formula: Count, Line: "700/804"})
		if v := c.last(late, year); v.Value.String() != "1" {
			t.Errorf("a measure counts what was there before it: %+v", v)
		}
	})
}

// run lets the consumers work until something is so.
func run(c *cycle, until func() bool) {
	c.Helper()
	bus := events.New(c.DB, slog.New(slog.NewTextHandler(io.Discard, nil)), c.Consumers()...)
	bus.Every = 5 * time.Millisecond
	ctx, stop := context.WithCancel(c.system)
	var work sync.WaitGroup
	work.Go(func() { _ = bus.Run(ctx) })
	defer work.Wait()
	defer stop()
	for range 2000 {
		if until() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	all, err := bus.Status(c.system)
	c.Fatal("the consumers do not come through", all, err)
}
