package governance

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
)

func schemas() []db.Schema { return []db.Schema{audit.Schema(), events.Schema(), Schema()} }

// offices is a directory that does not change.
type offices []Department

func (o offices) All(context.Context) ([]Department, error) { return o, nil }

func someOffices() offices {
	return offices{
		{Code: "DPO", Name: lang.Text{TC: "數字政策辦公室", EN: "Digital Policy Office", SC: "数字政策办公室"}, From: day("2024-07-25")},
		{Code: "EPD", Name: lang.Text{TC: "環境保護署", EN: "Environmental Protection Department", SC: "环境保护署"}},
		{Code: "HKMA", Name: lang.Text{TC: "金融管理局", EN: "Monetary Authority", SC: "金融管理局"}, Body: true},
		{Code: "OGCIO", Name: lang.Text{TC: "政府資訊科技總監辦公室", EN: "Office of the GCIO", SC: "政府资讯科技总监办公室"}, To: day("2024-07-24")},
		{Code: "TD", Name: lang.Text{TC: "運輸署", EN: "Transport Department", SC: "运输署"}},
	}
}

// calendar is a clock whose day a test sets.
type calendar struct {
	mu  sync.Mutex
	day when.Day
	n   int
}

func (c *calendar) now() when.Instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++ // no two instants are the same, so that ids sort
	return when.At(time.Date(c.day.Year, c.day.Month, c.day.Date, 9, 0, 0, c.n*1000, when.HongKong))
}

func (c *calendar) turn(s string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.day = day(s)
}

// world is a test's government, on 1 October 2025.
type world struct {
	*Service
	*testing.T
	clock *calendar
}

func worlds(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) {
		clock := &calendar{day: day("2025-10-01")}
		d, err := db.Open(t.Context(), db.Config{URL: address}, clock.now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
			t.Fatal(err)
		}
		policy, err := access.New(Policy())
		if err != nil {
			t.Fatal(err)
		}
		test(&world{&Service{DB: d, Policy: policy, Departments: someOffices()}, t, clock})
	})
}

func (w *world) as(kind who.Kind, account, department string, roles ...string) context.Context {
	return who.With(w.Context(), who.Request{Realm: who.Production, Actor: who.Actor{
		Kind: kind, ID: account, Duty: who.Duty{Officer: account, Department: department, Roles: strings.Join(roles, " ")},
	}})
}

func (w *world) officer(account, department string) context.Context {
	return w.as(who.Officer, account, department, OfficerRole)
}

func (w *world) compiler() context.Context { return w.as(who.Officer, "compiler", "DPO", CompilerRole) }
func (w *world) public() context.Context   { return w.as(who.Public, "", "") }

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v (%s)", err, fieldsOf(err))
	}
}

func (w *world) refused(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Errorf("%v, want %s", err, kind)
	}
}

// facts are the events so far, as "subject {data}".
func (w *world) facts() (out []string) {
	w.Helper()
	var mu sync.Mutex
	ctx, stop := context.WithTimeout(w.Context(), 20*time.Second)
	defer stop()
	done := make(chan struct{})
	w.ok(w.DB.Write(who.AsSystem(ctx, who.Production), func(tx *db.Tx) error {
		return events.Publish(tx, events.Event{Subject: "test.facts.end", Data: json.RawMessage(`"` + tx.Now().String() + `"`)})
	}))
	ended := false
	bus := events.New(w.DB, discard(), events.Consumer{Name: "test " + w.clock.now().String(), Subjects: []string{"performance.", "test."}, Handle: func(_ *db.Tx, e events.Event) error {
		mu.Lock()
		defer mu.Unlock()
		if e.Subject != "test.facts.end" {
			out = append(out, e.Subject+" "+string(e.Data))
		} else if !ended {
			ended = true
			close(done)
		}
		return nil
	}})
	bus.Every = 5 * time.Millisecond
	go func() {
		select {
		case <-done:
		case <-ctx.Done():
		}
		stop()
	}()
	_ = bus.Run(ctx)
	return out
}

func (w *world) proposed(ctx context.Context, reference string) Project {
	w.Helper()
	id, err := w.Propose(ctx, Project{
		Department: who.From(ctx).Actor.Duty.Department, Reference: reference, Title: three("Renewal " + reference),
		Planned: Schedule{day("2024-10-01"), day("2025-06-30"), figure("1000")},
	})
	w.ok(err)
	f, err := w.Service.Project(ctx, id)
	w.ok(err)
	return f.ProjectView.Project
}

// finished brings a new project to its end.
func (w *world) finished(ctx context.Context, reference, ended, spent string) Project {
	w.Helper()
	p := w.proposed(ctx, reference)
	w.ok(w.Move(ctx, p.ID, 1, Approved, Milestone{}, ""))
	w.ok(w.Move(ctx, p.ID, 2, Running, Milestone{Day: day("2024-10-01")}, ""))
	w.ok(w.Move(ctx, p.ID, 3, Finished, Milestone{day(ended), figure(spent)}, ""))
	f, err := w.Service.Project(ctx, p.ID)
	w.ok(err)
	return f.ProjectView.Project
}

var evidence = Evidence{Specification: "acceptance test of 12 June", Benefits: "survey of users"}

// TestReturns follows a project from its proposal to its compiled rates: four eyes, drafts
// that nobody else sees, a correction, a withdrawal, and the facts that others count.
func TestReturns(t *testing.T) {
	worlds(t, func(w *world) {
		anna, ben := w.officer("anna", "DPO"), w.officer("ben", "DPO")
		other := w.officer("carol", "EPD")
		p := w.finished(anna, "R1", "2025-07-01", "900")

		// Nobody else knows of it before its return counts.
		for _, ctx := range []context.Context{other, w.public()} {
			_, err := w.Service.Project(ctx, p.ID)
			w.refused(err, fault.NotFound)
			all, err := w.Projects(ctx)
			w.ok(err)
			if len(all) != 0 {
				t.Errorf("others see %d projects", len(all))
			}
		}
		w.refused(w.Move(other, p.ID, p.Version, Shelved, Milestone{}, "mine"), fault.NotFound)
		w.refused(w.Move(w.compiler(), p.ID, p.Version, Finished, Milestone{day("2025-07-01"), figure("1")}, "mine"), fault.Forbidden)
		w.refused(w.FileReturn(other, p.ID, Answers{}, evidence, ""), fault.NotFound)
		w.refused(w.FileReturn(who.AsSystem(w.Context(), who.Production), p.ID, Answers{}, evidence, ""), fault.Forbidden)
		_, err := w.Propose(anna, Project{Department: "EPD", Reference: "x", Title: three("x")})
		w.refused(err, fault.Forbidden)

		w.ok(w.FileReturn(anna, p.ID, Answers{OnSchedule: true, ToSpecification: true, WithBenefits: true}, evidence, ""))
		w.refused(w.FileReturn(ben, p.ID, Answers{}, evidence, "twice"), fault.Conflict)
		f, err := w.Service.Project(anna, p.ID)
		w.ok(err)
		r := *f.Waiting
		if r.OnSchedule || !r.InBudget || !r.ScheduleComputed || r.Revision != 1 {
			t.Errorf("filed as %+v", r)
		}
		w.refused(w.Confirm(anna, r.ID, r.Version), fault.Forbidden)
		w.refused(w.Confirm(other, r.ID, r.Version), fault.NotFound)
		w.refused(w.Confirm(w.compiler(), r.ID, r.Version), fault.Forbidden)
		w.refused(w.Confirm(ben, r.ID, r.Version+1), fault.Conflict)
		w.ok(w.Confirm(ben, r.ID, r.Version))

		public, err := w.Service.Project(w.public(), p.ID)
		w.ok(err)
		if public.Counts == nil || public.Steps != nil || public.Sees {
			t.Errorf("the public sees %+v", public)
		}

		// A correction counts only when it is confirmed, and takes the other's place.
		w.refused(w.FileReturn(ben, p.ID, Answers{ToSpecification: true}, evidence, ""), fault.Invalid)
		w.ok(w.FileReturn(ben, p.ID, Answers{ToSpecification: true}, evidence, "the survey was misread"))
		rates, err := w.RatesOf(w.public(), 2025)
		w.ok(err)
		if rates[""].WithBenefits != (Share{1, 1}) {
			t.Errorf("before the confirmation: %+v", rates[""])
		}
		f, err = w.Service.Project(ben, p.ID)
		w.ok(err)
		w.ok(w.Confirm(anna, f.Waiting.ID, f.Waiting.Version))
		rates, err = w.RatesOf(w.public(), 2025)
		w.ok(err)
		want := Rates{Returns: 1, OnSchedule: Share{0, 1}, InBudget: Share{1, 1}, ToSpecification: Share{1, 1}, WithBenefits: Share{0, 1}}
		if diff := cmp.Diff(map[string]Rates{"": want, "DPO": want}, rates); diff != "" {
			t.Error(diff)
		}

		// The compiler keeps the year; another department's return makes another edition.
		if _, err := w.Compile(anna, 2025); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an officer compiles: %v", err)
		}
		if _, err := w.Compile(w.compiler(), 2024); fieldsOf(err) != "year:no-returns" {
			t.Errorf("a year without returns: %v", err)
		}
		edition, err := w.Compile(w.compiler(), 2025)
		w.ok(err)
		q := w.finished(other, "R1", "2025-06-30", "1000.01")
		w.ok(w.FileReturn(other, q.ID, Answers{ToSpecification: true, WithBenefits: true}, evidence, ""))
		f, err = w.Service.Project(other, q.ID)
		w.ok(err)
		w.ok(w.Confirm(w.officer("dan", "EPD"), f.Waiting.ID, f.Waiting.Version))
		second, err := w.Compile(w.compiler(), 2025)
		w.ok(err)
		c, err := w.Compilation(w.public(), 2025)
		w.ok(err)
		if edition != 1 || second != 2 || c.All.OnSchedule != (Share{1, 2}) || c.All.InBudget != (Share{1, 2}) || c.Departments["DPO"].Returns != 1 {
			t.Errorf("editions %d, %d: %+v", edition, second, c)
		}

		// Withdrawn, it counts no longer, and the project is a draft again.
		f, err = w.Service.Project(other, q.ID)
		w.ok(err)
		w.refused(w.Withdraw(anna, f.Counts.ID, f.Counts.Version, "not mine"), fault.Forbidden)
		w.refused(w.Withdraw(other, f.Counts.ID, f.Counts.Version, ""), fault.Invalid)
		w.ok(w.Withdraw(other, f.Counts.ID, f.Counts.Version, "wrong project"))
		_, err = w.Service.Project(w.public(), q.ID)
		w.refused(err, fault.NotFound)

		if diff := cmp.Diff([]string{
			`performance.project.returned {"project":"` + p.ID + `","department":"DPO","day":"2025-07-01","on_schedule":false,"in_budget":true,"to_specification":true,"with_benefits":true}`,
			`performance.return.withdrawn {"project":"` + p.ID + `"}`,
			`performance.project.returned {"project":"` + p.ID + `","department":"DPO","day":"2025-07-01","on_schedule":false,"in_budget":true,"to_specification":true,"with_benefits":false}`,
			`performance.project.returned {"project":"` + q.ID + `","department":"EPD","day":"2025-06-30","on_schedule":true,"in_budget":false,"to_specification":true,"with_benefits":true}`,
			`performance.return.withdrawn {"project":"` + q.ID + `"}`,
		}, w.facts()); diff != "" {
			t.Error(diff)
		}
		if broken, err := audit.New(w.DB).Verify(w.Context()); err != nil || broken != 0 {
			t.Errorf("the trail breaks at %d: %v", broken, err)
		}
	})
}

// TestBaselines: planned anew, the first promise stays to be seen and decides; two officers
// who plan at one time don't overwrite each other.
func TestBaselines(t *testing.T) {
	worlds(t, func(w *world) {
		anna := w.officer("anna", "DPO")
		p := w.proposed(anna, "B1")
		w.ok(w.Replan(anna, p.ID, 1, Schedule{day("2024-11-01"), day("2025-07-31"), figure("1100")}, ""))
		w.ok(w.Move(anna, p.ID, 2, Approved, Milestone{}, ""))
		w.refused(w.Replan(anna, p.ID, 3, Schedule{day("2024-11-01"), day("2025-12-31"), figure("1100")}, ""), fault.Invalid)
		w.ok(w.Replan(anna, p.ID, 3, Schedule{day("2024-11-01"), day("2025-12-31"), figure("1200")}, "a new law"))
		w.refused(w.Replan(w.officer("ben", "DPO"), p.ID, 3, Schedule{day("2024-11-01"), day("2026-01-31"), figure("1200")}, "I too"), fault.Conflict)
		f, err := w.Service.Project(anna, p.ID)
		w.ok(err)
		if len(f.Baselines) != 2 || f.Baselines[0].End != day("2025-07-31") || f.Baselines[1].Why != "a new law" || f.First.End != day("2025-07-31") || f.Planned.End != day("2025-12-31") {
			t.Errorf("%+v", f.Baselines)
		}
		var did []string
		for _, s := range f.Steps {
			did = append(did, s.What)
		}
		if got := strings.Join(did, " "); got != "planned-anew approved planned-anew proposed" {
			t.Errorf("history: %s", got)
		}
		if !f.Behind {
			t.Error("the first end has passed, and nobody says so")
		}
		if _, err := w.Propose(anna, Project{Department: "DPO", Reference: "B1", Title: three("again")}); fieldsOf(err) != "reference:taken" {
			t.Errorf("a reference twice: %v", err)
		}
		if _, err := w.Propose(anna, Project{Department: "DPO", Reference: "B2", Title: three("x"), System: "none"}); fieldsOf(err) != "system:no-system" {
			t.Errorf("a system that is not there: %v", err)
		}
	})
}

func TestSystemsGoLive(t *testing.T) {
	worlds(t, func(w *world) {
		anna, other := w.officer("anna", "DPO"), w.officer("carol", "EPD")
		x := System{Code: "exchange-gate", Name: three("Gate"), Department: "DPO", Kind: CentralPlatform, Page: "/developers", Risk: HighRisk, Reason: "personal data"}
		w.refused(w.PutSystem(other, x), fault.Forbidden)
		w.ok(w.PutSystem(anna, x))
		w.refused(w.PutSystem(anna, x), fault.Invalid)
		w.refused(w.GoLive(anna, x.Code, 1, day("2025-09-01")), fault.Invalid)
		for _, k := range DefaultRules().checksOf(HighRisk) {
			w.ok(w.RecordCheck(anna, Check{System: x.Code, Kind: k.Code, State: CheckPassed, Evidence: "report", Day: day("2025-08-01")}))
		}
		w.refused(w.RecordCheck(anna, Check{System: x.Code, Kind: "load-test", State: CheckPassed, Evidence: "report", Day: day("2025-08-01")}), fault.Invalid)
		v, err := w.SystemView(anna, x.Code)
		w.ok(err)
		w.refused(w.GoLive(anna, x.Code, 1, day("2025-09-01")), fault.Conflict)
		w.ok(w.GoLive(anna, x.Code, v.Version, day("2025-09-01")))
		w.refused(w.GoLive(other, x.Code, v.Version+1, day("2025-09-01")), fault.Forbidden)

		w.ok(w.Subscribe(anna, Subscription{System: x.Code, Department: "EPD", Period: Period{From: day("2025-09-01")}}))
		if err := w.Subscribe(anna, Subscription{System: x.Code, Department: "EPD", Period: Period{From: day("2026-09-01")}}); fieldsOf(err) != "from:overlap" {
			t.Errorf("subscribed twice: %v", err)
		}
		w.ok(w.RecordMonth(anna, Availability{System: x.Code, Month: "2025-09", AgreedMinutes: 43200, AvailableMinutes: 43100, CostThousands: figure("120.5")}))
		w.ok(w.RecordMonth(anna, Availability{System: x.Code, Month: "2025-09", AgreedMinutes: 43200, AvailableMinutes: 43199, CostThousands: figure("")}))
		w.refused(w.RecordMonth(anna, Availability{System: x.Code, Month: "2025-09", AgreedMinutes: 10, AvailableMinutes: 11}), fault.Invalid)
		w.ok(w.RecordIncident(anna, Incident{System: x.Code, Day: day("2025-09-02"), Minutes: 1, What: "a certificate ended"}))

		v, err = w.SystemView(anna, x.Code)
		w.ok(err)
		if v.State != Live || len(v.Checks) != 5 || len(v.Months) != 1 || v.Months[0].AvailableMinutes != 43199 || len(v.Subscriptions) != 1 || v.Incidents[0].What == "" {
			t.Errorf("%+v", v)
		}
		public, err := w.SystemView(w.public(), x.Code)
		w.ok(err)
		if public.Risk != "" || public.Reason != "" || public.Checks != nil || public.Steps != nil || public.Incidents[0].What != "" || public.Months[0].up() != (Share{43199, 43200}) {
			t.Errorf("the public sees %+v", public)
		}
		w.ok(w.Retire(anna, x.Code, v.Version, "replaced"))
		_, err = w.SystemView(anna, "none")
		w.refused(err, fault.NotFound)
	})
}

func TestPlansWorkLevelsAudits(t *testing.T) {
	worlds(t, func(w *world) {
		anna, other := w.officer("anna", "DPO"), w.officer("carol", "EPD")
		plan, err := w.FilePlan(anna, Plan{Department: "DPO", Kind: ITPlan, Title: three("Plan"), Period: Period{day("2025-04-01"), day("2026-03-31")}})
		w.ok(err)
		_, err = w.FilePlan(other, Plan{Department: "DPO", Kind: ITPlan, Title: three("Plan"), Period: Period{day("2025-04-01"), day("2026-03-31")}})
		w.refused(err, fault.Forbidden)
		_, err = w.FilePlan(other, Plan{Department: "EPD", Kind: DigitalStrategy, Title: three("S"), Period: Period{day("2025-04-01"), day("2026-03-31")}, Document: "javascript:alert(1)"})
		if fieldsOf(err) != "document:address" {
			t.Error(err)
		}

		order, err := w.RecordOrder(anna, Order{Department: "DPO", Reference: "W1", Title: "Servers", Year: "2025-26", ValueThousands: figure("250.5"), Outsourced: true}, "")
		w.ok(err)
		_, err = w.RecordOrder(anna, Order{ID: order, Version: 1, Department: "DPO", Reference: "W1", Title: "Servers", Year: "2025-26", ValueThousands: figure("260"), Outsourced: true}, "")
		w.refused(err, fault.Invalid)
		_, err = w.RecordOrder(anna, Order{ID: order, Version: 1, Department: "DPO", Reference: "W1", Title: "Servers", Year: "2025-26", ValueThousands: figure("260"), Outsourced: true}, "the invoice")
		w.ok(err)
		o, history, err := w.Order(w.public(), order)
		w.ok(err)
		if o.Title != "" || o.Reference != "" || history != nil || o.ValueThousands.String() != "260" {
			t.Errorf("the public sees %+v", o)
		}

		level, err := w.AgreeLevel(w.compiler(), Level{Service: three("Hosting"), Provider: "DPO", User: "EPD", Agreed: figure("99.5"), Unit: Percent, Direction: AtLeast, Period: Period{From: day("2025-01-01")}})
		w.ok(err)
		w.refused(w.Judge(other, level, Judgement{}), fault.Forbidden)
		w.ok(w.Judge(anna, level, Judgement{Period: Period{day("2025-01-01"), day("2025-06-30")}, Measured: figure("99.1"), Evidence: "monitor"}))
		w.ok(w.Judge(anna, level, Judgement{Period: Period{day("2025-01-01"), day("2025-06-30")}, Measured: figure("99.6"), Evidence: "monitor, without planned work"}))
		w.refused(w.EndLevel(anna, level, 1, day("2025-05-31"), "over"), fault.Invalid)
		w.ok(w.EndLevel(anna, level, 1, day("2025-12-31"), "agreed anew"))

		audit, err := w.OpenAudit(w.compiler(), Audit{Service: three("Licences"), Department: "EPD", Auditor: three("DPO"), Scope: three("all steps"), Period: Period{From: day("2025-05-01")}})
		w.ok(err)
		_, err = w.OpenAudit(other, Audit{Service: three("Licences"), Department: "EPD", Auditor: three("DPO"), Scope: three("all steps"), Period: Period{From: day("2025-05-01")}})
		w.refused(err, fault.Forbidden)
		finding, err := w.AddFinding(w.compiler(), Finding{Audit: audit, What: three("asked twice"), Recommendation: three("ask once"), Owner: "Principal officer", Due: day("2025-09-30")})
		w.ok(err)
		w.refused(w.FollowUp(anna, finding, 1, FindingAccepted, ""), fault.NotFound)
		w.refused(w.FollowUp(w.compiler(), finding, 1, FindingAccepted, ""), fault.Forbidden)
		w.ok(w.FollowUp(other, finding, 1, FindingAccepted, ""))
		_, found, err := w.Audit(w.public(), audit)
		w.ok(err)
		v, own, err := w.Audit(other, audit)
		w.ok(err)
		if found != nil || len(own) != 1 || v.Late != 1 || v.Findings[FindingAccepted] != 1 || len(own[0].Steps) != 2 {
			t.Errorf("public %v, own %+v, %+v", found, own, v)
		}

		c, err := w.Counts(w.public(), day("2025-10-01"))
		w.ok(err)
		if c.PlanHolders != 1 || c.LevelsMet != (Share{1, 1}) || c.Work.OutsourcedThousands.String() != "260" || c.LateFindings != 1 || c.OpenFindings != 1 || c.Departments != 3 {
			t.Errorf("%+v", c)
		}
		w.ok(w.WithdrawPlan(anna, plan, 1, "filed twice"))
		_, _, err = w.Plan(w.public(), plan)
		w.refused(err, fault.NotFound)
		w.ok(w.CancelOrder(anna, order, 2, "never delivered"))
		c, err = w.Counts(w.public(), day("2025-10-01"))
		w.ok(err)
		if c.PlanHolders != 0 || c.Work.Thousands.String() != "0" {
			t.Errorf("%+v", c)
		}
		if diff := cmp.Diff([]string{
			`performance.plan.filed {"plan":"` + plan + `","department":"DPO","kind":"it-plan","from":"2025-04-01","to":"2026-03-31"}`,
			`performance.work.recorded {"order":"` + order + `","year":"2025-26","value":"250.5","outsourced":true}`,
			`performance.work.recorded {"order":"` + order + `","year":"2025-26","value":"260","outsourced":true}`,
			`performance.level.judged {"level":"` + level + `","period_from":"2025-01-01","period_to":"2025-06-30","met":false}`,
			`performance.level.judged {"level":"` + level + `","period_from":"2025-01-01","period_to":"2025-06-30","met":true}`,
			`performance.audit.finding {"finding":"` + finding + `","audit":"` + audit + `","status":"open"}`,
			`performance.audit.finding {"finding":"` + finding + `","audit":"` + audit + `","status":"accepted"}`,
			`performance.plan.withdrawn {"plan":"` + plan + `"}`,
			`performance.work.recorded {"order":"` + order + `","year":"2025-26","value":"0","outsourced":true}`,
		}, w.facts()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestLateReturns: the turn of a day makes a return late.
func TestLateReturns(t *testing.T) {
	worlds(t, func(w *world) {
		anna := w.officer("anna", "DPO")
		w.finished(anna, "L1", "2025-07-01", "1")
		for on, want := range map[string]int{"2026-01-01": 0, "2026-01-02": 1} {
			w.clock.turn(on)
			c, err := w.Counts(w.public(), day(on))
			w.ok(err)
			if c.LateReturns != want {
				t.Errorf("on %s %d returns are late", on, c.LateReturns)
			}
		}
	})
}

// TestStatements prepares every statement on both engines.
func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 50 {
		t.Errorf("%d statements only", n)
	}
	dbtest.Homes(t, ".")
}
