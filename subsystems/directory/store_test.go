package directory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
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
	"praya/platform/jobs"
	"praya/platform/sign"
)

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), events.Schema(), jobs.Schema(), Schema()}
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

// accounts is an identity subsystem that remembers.
type accounts struct {
	invited []string
	ended   []string
}

func (a *accounts) InviteOfficer(_ context.Context, officer string, l lang.Lang) (string, error) {
	a.invited = append(a.invited, officer)
	return "https://praya.example/" + string(l) + "/welcome/secret-" + officer, nil
}

func (a *accounts) EndOfficer(_ context.Context, account string) error {
	a.ended = append(a.ended, account)
	return nil
}

// world is the directory of a test, with Hong Kong's departments, on 2 June 2025.
type world struct {
	*Service
	*testing.T
	clock    *calendar
	accounts *accounts
	system   context.Context
}

func worlds(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) {
		clock := &calendar{day: day("2025-06-02")}
		d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 8}, clock.now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
		if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		ring, err := sign.OpenRing(dir+"/ring", dir+"/key", clock.now)
		if err != nil {
			t.Fatal(err)
		}
		policy, err := access.New(Policy())
		if err != nil {
			t.Fatal(err)
		}
		a := &accounts{}
		w := &world{T: t, clock: clock, accounts: a, system: who.AsSystem(t.Context(), who.Production)}
		w.Service = &Service{DB: d, Keys: ring, Policy: policy, Accounts: a, Roles: []Role{
			{Name: "case-officer", Label: lang.Text{TC: "個案主任", EN: "Case officer", SC: "个案主任"}, Subsystem: "services"},
		}}
		if err := w.Seed(w.system); err != nil {
			t.Fatal(err)
		}
		test(w)
	})
}

// as is an officer with roles in a department.
func (w *world) as(department string, roles ...string) context.Context {
	return who.With(w.Context(), who.Request{Realm: who.Production, Lang: lang.EN, Actor: who.Actor{
		Kind: who.Officer, ID: "account", Duty: who.Duty{Officer: "someone", Department: department, Roles: strings.Join(roles, " ")},
	}})
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused wants an error of a kind, or with these wrong fields.
func (w *world) refused(err error, want string) {
	w.Helper()
	if got := wrongOf(err); got != want && string(fault.Of(err)) != want || err == nil {
		w.Errorf("%v, want %s", err, want)
	}
}

func (w *world) post(ctx context.Context, department, title, period string) PostID {
	w.Helper()
	id, err := w.PutPost(ctx, Post{
		Department: department, Title: lang.Text{TC: title, EN: title, SC: title}, Rank: "AO", Listed: true, Period: span(period),
	})
	w.ok(err)
	return id
}

func (w *world) appoint(ctx context.Context, email string, post PostID, acting bool, period string) (Appointment, error) {
	return w.Appoint(ctx, Newcomer{Email: email, Name: PersonName{"陳" + email[:1], "CHAN " + email}},
		Appointment{Post: post, Acting: acting, Period: span(period)})
}

func (w *world) mustAppoint(ctx context.Context, email string, post PostID, acting bool, period string) Appointment {
	w.Helper()
	a, err := w.appoint(ctx, email, post, acting, period)
	w.ok(err)
	return a
}

// subjects lists the events so far, by subject.
func (w *world) subjects() (out map[string]int) {
	w.Helper()
	out = map[string]int{}
	ctx, cancel := context.WithTimeout(w.system, 5*time.Second)
	defer cancel()
	const last = "directory.test.last"
	w.ok(w.DB.Write(w.system, func(tx *db.Tx) error { return events.Publish(tx, events.Event{Subject: last}) }))
	bus := events.New(w.DB, discard(), events.Consumer{Name: "test", Subjects: []string{"directory."}, Handle: func(_ *db.Tx, e events.Event) error {
		if e.Subject == last {
			cancel()
			return nil
		}
		out[strings.TrimPrefix(e.Subject, "directory.")]++
		return nil
	}})
	if err := bus.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		w.Fatal(err)
	}
	return out
}

func (w *world) acts() (out []string) {
	w.Helper()
	entries, _, err := audit.New(w.DB).Page(w.system, 1000, 0)
	w.ok(err)
	for i := len(entries) - 1; i >= 0; i-- {
		out = append(out, strings.TrimPrefix(entries[i].What, "directory."))
	}
	return out
}

func TestSeedIsHongKong(t *testing.T) {
	worlds(t, func(w *world) {
		all, err := w.Departments(w.Context())
		w.ok(err)
		byCode := map[string]Department{}
		bureaux := 0
		for _, d := range all {
			byCode[d.Code] = d
		}
		for _, d := range all {
			if err := d.check(); err != nil {
				w.Errorf("%s: %s", d.Code, wrongOf(err))
			}
			if err := d.checkAmong(byCode); err != nil {
				w.Errorf("%s: %s", d.Code, wrongOf(err))
			}
			if d.Kind == Bureau && d.On(w.today()) {
				bureaux++
			}
		}
		if len(all) < 90 || bureaux != 15 {
			w.Errorf("%d departments, %d bureaux", len(all), bureaux)
		}
		if d := byCode["DPO"]; d.From != day("2024-07-25") || d.Parent != "ITIB" || byCode["OGCIO"].To != day("2024-07-24") || byCode["EFFO"].To != day("2024-07-24") {
			w.Errorf("%+v", d)
		}
		dpo := byCode["DPO"]
		dpo.Telephone = "1823"
		w.ok(w.PutDepartment(w.system, dpo))
		w.ok(w.Seed(w.system)) // a second start
		again, err := w.Department(w.Context(), "DPO")
		w.ok(err)
		if again.Telephone != "1823" || again.Version != 2 {
			w.Errorf("the seed undid an edit: %+v", again)
		}
		found, err := w.Find(w.Context(), "食环署")
		w.ok(err)
		if len(found) != 1 || found[0].Code != "FEHD" {
			w.Errorf("%v", found)
		}
		_, err = w.Department(w.Context(), "NONE")
		w.refused(err, "not-found")
	})
}

func TestKeepingDepartments(t *testing.T) {
	worlds(t, func(w *world) {
		keeper := w.as("DPO", DirectoryKeeper)
		d := Department{Code: "NEW", Kind: Office, Name: lang.Text{TC: "新", EN: "New", SC: "新"}, Parent: "ITIB", Period: span("2025-01-01..")}
		w.refused(w.PutDepartment(w.Context(), d), "unauthenticated")
		w.refused(w.PutDepartment(w.as("DPO", StaffManager), d), "forbidden")
		w.ok(w.PutDepartment(keeper, d))
		w.refused(w.PutDepartment(keeper, d), "code code-taken")
		d.Version = 7
		w.refused(w.PutDepartment(keeper, d), "conflict")
		d.Version, d.Parent = 1, "NEW"
		w.refused(w.PutDepartment(keeper, d), "parent circle")
		w.post(w.system, "NEW", "Head", "2025-01-01..")
		d.Parent, d.To = "ITIB", day("2025-12-31")
		w.refused(w.PutDepartment(keeper, d), "to posts")
		itib, err := w.Department(w.Context(), "ITIB")
		w.ok(err)
		itib.To = day("2025-06-30")
		w.refused(w.PutDepartment(keeper, itib), "to children")
		if got := w.subjects(); got["department.changed"] != 1 {
			w.Errorf("%v", got)
		}
		if diff := cmp.Diff([]string{"seed", "department.put", "post.put"}, w.acts()); diff != "" {
			w.Error(diff)
		}
	})
}

func TestOwnStaffOnly(t *testing.T) {
	worlds(t, func(w *world) {
		dpo, epd := w.as("DPO", StaffManager), w.as("EPD", StaffManager)
		mine := w.post(dpo, "DPO", "Analyst", "2024-07-25..")
		_, err := w.PutPost(epd, Post{Department: "DPO", Title: lang.Text{TC: "x", EN: "x", SC: "x"}, Period: span("2025-01-01..")})
		w.refused(err, "forbidden")
		_, err = w.appoint(epd, "a@epd.gov.hk", mine, false, "2025-01-01..")
		w.refused(err, "forbidden")
		a := w.mustAppoint(dpo, "a@dpo.gov.hk", mine, false, "2025-01-01..2025-06-30")
		_, _, err = w.Officers(epd, "DPO", false, 10, 0)
		w.refused(err, "forbidden")
		_, err = w.Officer(epd, a.Officer)
		w.refused(err, "forbidden")
		w.refused(w.EndAppointment(epd, a.ID, day("2025-06-03")), "forbidden")
		w.refused(w.Leave(epd, a.Officer, day("2025-06-03")), "forbidden")
		_, err = w.Invite(epd, a.Officer, lang.EN)
		w.refused(err, "forbidden")
		w.refused(w.PutOfficer(epd, Officer{ID: a.Officer, Version: 1}), "forbidden")
		for _, sheet := range []Sheet{PostSheet, OfficerSheet, RoleSheet} {
			w.refused(w.Export(epd, sheet, "DPO", io.Discard), "forbidden")
			w.refused(w.Export(epd, sheet, "", io.Discard), "forbidden")
		}

		// Nobody draws another's officer away; the day after they are free.
		theirs := w.post(epd, "EPD", "Inspector", "2020-01-01..")
		_, err = w.appoint(epd, "a@dpo.gov.hk", theirs, true, "2025-06-30..")
		w.refused(err, "from serves-elsewhere")
		moved := w.mustAppoint(epd, "A@DPO.gov.hk", theirs, false, "2025-07-01..")
		if moved.Officer != a.Officer {
			w.Error("one e-mail made two officers")
		}
		w.refused(w.Leave(dpo, a.Officer, day("2025-06-30")), "left serves-elsewhere")
		keeper := w.as("DPO", DirectoryKeeper)
		w.mustAppoint(keeper, "a@dpo.gov.hk", theirs, true, "2025-06-20..2025-06-30")
	})
}

func TestPowersAreNotGrantedUpwards(t *testing.T) {
	worlds(t, func(w *world) {
		manager := w.as("DPO", StaffManager)
		a := w.mustAppoint(manager, "a@dpo.gov.hk", w.post(manager, "DPO", "Analyst", "2024-07-25.."), false, "2025-01-01..")
		grant := func(ctx context.Context, role, department, period string) (Grant, error) {
			return w.Grant(ctx, Grant{Officer: a.Officer, Role: role, Department: department, Period: span(period)})
		}
		for _, role := range []string{StaffManager, DirectoryKeeper} {
			_, err := grant(manager, role, "DPO", "2025-01-01..")
			w.refused(err, "forbidden")
		}
		_, err := grant(manager, "case-officer", "EPD", "2025-01-01..")
		w.refused(err, "forbidden")
		_, err = grant(manager, "king", "DPO", "2025-01-01..")
		w.refused(err, "role no-role")
		_, err = grant(w.system, "case-officer", "EPD", "2025-01-01..")
		w.refused(err, "department not-serving")
		g, err := grant(manager, "case-officer", "DPO", "2025-01-01..")
		w.ok(err)
		_, err = grant(manager, "case-officer", "DPO", "2025-03-01..")
		w.refused(err, "role granted")
		w.ok(w.EndGrant(manager, g.ID, day("2025-06-02")))
		boss, err := grant(w.as("ITIB", DirectoryKeeper), StaffManager, "DPO", "2025-01-01..")
		w.ok(err)
		w.refused(w.EndGrant(manager, boss.ID, day("2025-06-02")), "forbidden")
		later, err := grant(w.system, "case-officer", "DPO", "2025-07-01..")
		w.ok(err)
		w.ok(w.EndGrant(manager, later.ID, day("2025-06-02"))) // withdrawn: it had not begun
		w.refused(w.EndGrant(manager, later.ID, day("2025-06-02")), "not-found")
		if got := w.subjects(); got["role.granted"] != 3 || got["role.ended"] != 2 || got["officer.appointed"] != 1 {
			w.Errorf("%v", got)
		}
	})
}

func TestDutyFollowsTheDays(t *testing.T) {
	worlds(t, func(w *world) {
		dpo := w.as("DPO", StaffManager)
		analyst, chief := w.post(dpo, "DPO", "Analyst", "2024-07-25.."), w.post(dpo, "DPO", "Chief", "2024-07-25..")
		a := w.mustAppoint(dpo, "a@dpo.gov.hk", analyst, false, "2025-01-01..")
		_, err := w.appoint(dpo, "b@dpo.gov.hk", analyst, false, "2025-12-31..")
		w.refused(err, "from held")
		w.mustAppoint(dpo, "a@dpo.gov.hk", chief, true, "2025-07-01..2025-07-31")
		_, err = w.Grant(dpo, Grant{Officer: a.Officer, Role: "case-officer", Department: "DPO", Period: span("2025-07-15..")})
		w.ok(err)

		_, err = w.DutyOf(w.Context(), "account-1")
		w.refused(err, "not-found")
		w.refused(w.LinkAccount(dpo, string(a.Officer), "account-1"), "forbidden") // the identity subsystem only
		w.ok(w.LinkAccount(w.system, string(a.Officer), "account-1"))
		w.ok(w.LinkAccount(w.system, string(a.Officer), "account-1"))
		w.refused(w.LinkAccount(w.system, string(a.Officer), "account-2"), "conflict")
		b := w.mustAppoint(dpo, "b@dpo.gov.hk", chief, false, "2025-01-01..")
		w.refused(w.LinkAccount(w.system, string(b.Officer), "account-1"), "conflict")
		w.refused(w.LinkAccount(w.system, "nobody", "account-9"), "not-found")
		w.refused(w.LinkAccount(w.system, string(b.Officer), ""), "invalid")

		for _, c := range []struct {
			day  string
			want who.Duty
		}{
			{"2025-06-30", who.Duty{Officer: string(a.Officer), Department: "DPO", Post: string(analyst)}},
			{"2025-07-01", who.Duty{Officer: string(a.Officer), Department: "DPO", Post: string(chief), Acting: true}},
			{"2025-07-31", who.Duty{Officer: string(a.Officer), Department: "DPO", Post: string(chief), Acting: true, Roles: "case-officer"}},
			{"2025-08-01", who.Duty{Officer: string(a.Officer), Department: "DPO", Post: string(analyst), Roles: "case-officer"}},
		} {
			w.clock.turn(c.day)
			got, err := w.DutyOf(w.Context(), "account-1")
			w.ok(err)
			if got != c.want {
				w.Errorf("%s: %+v, want %+v", c.day, got, c.want)
			}
		}
		if all, err := w.Duties(w.Context(), "account-1"); err != nil || len(all) != 1 {
			w.Errorf("%v, %v", all, err)
		}
		// Another realm knows none of it.
		sandbox := who.With(w.Context(), who.Request{Realm: who.Sandbox, Actor: who.Actor{Kind: who.Public}})
		_, err = w.DutyOf(sandbox, "account-1")
		w.refused(err, "not-found")
		if all, err := w.Departments(sandbox); err != nil || len(all) != 0 {
			w.Errorf("%d departments in the sandbox, %v", len(all), err)
		}
	})
}

// TestKeysTurn: names and e-mails are written anew, slice by slice, and read as before.
func TestKeysTurn(t *testing.T) {
	worlds(t, func(w *world) {
		dpo := w.as("DPO", StaffManager)
		post := w.post(dpo, "DPO", "Chief", "2025-01-01..")
		a := w.mustAppoint(dpo, "a@dpo.gov.hk", post, false, "2025-01-01..")
		const more = 70 // 213 fields: two slices
		w.ok(w.DB.Write(w.system, func(tx *db.Tx) error {
			for i := range more {
				o := Officer{ID: OfficerID(fmt.Sprint("x", i)), Name: PersonName{Chinese: "某", English: "X"}, Email: fmt.Sprintf("x%d@dpo.gov.hk", i)}
				if err := w.writeOfficer(tx, o); err != nil {
					return err
				}
			}
			return nil
		}))
		stale := func(want int64) {
			w.Helper()
			n, err := w.Stale(w.system)
			w.ok(err)
			if n != want {
				w.Errorf("%d values under older keys, want %d", n, want)
			}
		}
		stale(0)
		w.ok(w.Keys.Rotate(sign.Fields))
		stale(3 * (more + 1))
		w.ok(w.reseal(w.system, func(int64) {}))
		stale(0)
		o, err := w.Officer(dpo, a.Officer)
		w.ok(err)
		if o.Email != "a@dpo.gov.hk" {
			w.Errorf("e-mail %q", o.Email)
		}
	})
}

func TestLeavingAndComingBack(t *testing.T) {
	worlds(t, func(w *world) {
		dpo := w.as("DPO", StaffManager)
		post, chief := w.post(dpo, "DPO", "Analyst", "2024-07-25.."), w.post(dpo, "DPO", "Chief", "2024-07-25..")
		a := w.mustAppoint(dpo, "a@dpo.gov.hk", post, false, "2025-01-01..")
		w.mustAppoint(dpo, "a@dpo.gov.hk", chief, true, "2025-08-01..")
		_, err := w.Grant(dpo, Grant{Officer: a.Officer, Role: "case-officer", Department: "DPO", Period: span("2025-01-01..")})
		w.ok(err)
		link, err := w.Invite(dpo, a.Officer, lang.SC)
		w.ok(err)
		if !strings.Contains(link, "/sc/") || len(w.accounts.invited) != 1 {
			w.Error(link)
		}
		w.ok(w.LinkAccount(w.system, string(a.Officer), "account-1"))
		_, err = w.Invite(dpo, a.Officer, lang.SC)
		w.refused(err, "conflict")
		w.refused(w.Leave(dpo, a.Officer, day("2024-12-31")), "left served-later")
		w.ok(w.Leave(dpo, a.Officer, day("2025-06-30")))
		w.refused(w.Leave(dpo, a.Officer, day("2025-06-30")), "left left")
		w.clock.turn("2025-06-30")
		if _, err := w.DutyOf(w.Context(), "account-1"); err != nil {
			w.Errorf("the last day is a day of service: %v", err)
		}
		w.runJobs()
		if len(w.accounts.ended) != 0 {
			w.Error("sessions ended too early")
		}
		w.clock.turn("2025-07-01")
		_, err = w.DutyOf(w.Context(), "account-1")
		w.refused(err, "not-found")
		w.runJobs()
		if diff := cmp.Diff([]string{"account-1"}, w.accounts.ended); diff != "" {
			w.Error(diff)
		}
		view, err := w.Officer(dpo, a.Officer)
		w.ok(err)
		if len(view.Appointments) != 1 || view.Appointments[0].To != day("2025-06-30") || view.Grants[0].To != day("2025-06-30") {
			w.Errorf("%+v %+v", view.Appointments, view.Grants)
		}
		w.refused(w.LinkAccount(w.system, string(a.Officer), "account-2"), "conflict")

		// A year later the same person serves again, with a new account.
		w.clock.turn("2026-07-01")
		_, err = w.appoint(dpo, "a@dpo.gov.hk", post, false, "2025-06-15..2025-06-20")
		w.refused(err, "from held")
		back := w.mustAppoint(dpo, "a@dpo.gov.hk", chief, false, "2026-07-01..")
		if back.Officer != a.Officer {
			w.Error("another officer came back")
		}
		_, err = w.DutyOf(w.Context(), "account-1")
		w.refused(err, "not-found")
		w.ok(w.LinkAccount(w.system, string(a.Officer), "account-2"))
		w.ok(w.Unlink(dpo, a.Officer))
		_, err = w.DutyOf(w.Context(), "account-2")
		w.refused(err, "not-found")
		w.runJobs()
		if diff := cmp.Diff([]string{"account-1", "account-2"}, w.accounts.ended); diff != "" {
			w.Error(diff)
		}
		if n := w.subjects()["officer.left"]; n != 1 {
			w.Errorf("%d left", n)
		}
	})
}

// TestTwoWhoAppointAtOnce: of many who fill one post at the same time, one does.
func TestTwoWhoAppointAtOnce(t *testing.T) {
	worlds(t, func(w *world) {
		post := w.post(w.system, "DPO", "Analyst", "2024-07-25..")
		errs := make([]error, 8)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				_, errs[i] = w.appoint(w.system, string(rune('a'+i))+"@dpo.gov.hk", post, false, "2025-01-01..")
			})
		}
		all.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if wrongOf(err) != "from held" && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
				w.Error(err)
			}
		}
		if done != 1 {
			w.Errorf("%d of them hold one post", done)
		}
	})
}

// TestNoNameInTheStore: an export of the database alone reveals nobody.
func TestNoNameInTheStore(t *testing.T) {
	worlds(t, func(w *world) {
		post := w.post(w.system, "DPO", "Analyst", "2024-07-25..")
		w.mustAppoint(w.system, "secretive@dpo.gov.hk", post, false, "2025-01-01..")
		w.ok(w.DB.Read(w.system, func(tx *db.Tx) error {
			tables, err := tx.Tables()
			if err != nil {
				return err
			}
			looked := 0
			for _, table := range tables {
				rows, err := tx.Dump(table)
				if err != nil {
					return err
				}
				for rows.Next() {
					cells := make([]any, len(table.Columns))
					for i := range cells {
						cells[i] = new(any)
					}
					if err := rows.Scan(cells...); err != nil {
						return err
					}
					for i, c := range cells {
						looked++
						var text string
						switch v := (*c.(*any)).(type) {
						case string:
							text = v
						case []byte:
							text = string(v)
						}
						if strings.Contains(text, "secretive") || strings.Contains(text, "CHAN") || strings.Contains(text, "陳") {
							w.Errorf("%s.%s holds %q", table.Name, table.Columns[i].Name, text)
						}
					}
				}
				if err := rows.Err(); err != nil {
					return err
				}
			}
			if looked < 1000 {
				w.Errorf("looked at %d cells only", looked)
			}
			return nil
		}))
	})
}

func (w *world) runJobs() {
	w.Helper()
	q := jobs.New(w.DB, discard())
	q.Register(JobEndOfficer, w.EndAccount, jobs.Options{})
	ctx, cancel := context.WithTimeout(w.system, 600*time.Millisecond)
	defer cancel()
	if err := q.Run(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		w.Fatal(err)
	}
}

func (w *world) export(ctx context.Context, sheet Sheet) string {
	w.Helper()
	var b bytes.Buffer
	w.ok(w.Export(ctx, sheet, "", &b))
	return b.String()
}

func (w *world) imports(ctx context.Context, sheet Sheet, text string, dry bool) Report {
	w.Helper()
	r, err := w.Import(ctx, sheet, strings.NewReader(text), dry)
	w.ok(err)
	return r
}

// TestRoundTrip: what was exported changes nothing when it comes back, and fills an empty
// directory with the same.
func TestRoundTrip(t *testing.T) {
	worlds(t, func(w *world) {
		head := w.post(w.system, "DPO", "=Head", "2024-07-25..")
		analyst := w.post(w.system, "DPO", "Analyst", "2024-07-25..")
		a := w.mustAppoint(w.system, "a@dpo.gov.hk", head, false, "2025-01-01..2025-05-31")
		w.mustAppoint(w.system, "a@dpo.gov.hk", analyst, true, "2025-02-01..2025-02-28")
		b := w.mustAppoint(w.system, "b@dpo.gov.hk", analyst, false, "2025-01-01..")
		_, err := w.Grant(w.system, Grant{Officer: b.Officer, Role: StaffManager, Department: "DPO", Period: span("2025-01-01..")})
		w.ok(err)
		w.ok(w.Leave(w.system, a.Officer, day("2025-05-31")))
		before := w.acts()
		for _, sheet := range Sheets() {
			text := w.export(w.system, sheet)
			r := w.imports(w.system, sheet, text, false)
			if len(r.Problems) > 0 || r.Added+r.Changed > 0 || r.Same == 0 {
				w.Errorf("%s: %+v", sheet, r)
			}
			if again := w.export(w.system, sheet); again != text {
				w.Errorf("%s: %s", sheet, cmp.Diff(text, again))
			}
		}
		if diff := cmp.Diff(before, w.acts()); diff != "" {
			w.Errorf("an import without a change was an act: %s", diff)
		}
	})
}

func TestImport(t *testing.T) {
	worlds(t, func(w *world) {
		dpo := w.as("DPO", StaffManager)
		posts := "post,department,tc,en,sc,rank,listed,from,to\n"
		good := posts + ",DPO,系統分析主任,Systems Analyst,系统分析主任,AP I,yes,２０２５－０１－０１,\n,dpo,總主任,Chief,总主任,,no,2025/1/1,\n"
		dry := w.imports(dpo, PostSheet, good, true)
		if dry.Added != 2 || len(dry.Problems) != 0 || !dry.DryRun {
			w.Errorf("%+v", dry)
		}
		if _, n, err := w.Posts(dpo, "DPO", true, 10, 0); err != nil || n != 0 {
			w.Errorf("a dry run left %d posts, %v", n, err)
		}
		bad := good + ",EPD,x,x,x,,yes,2025-01-01,\n,DPO,,x,x,,maybe,tomorrow,\n"
		r := w.imports(dpo, PostSheet, bad, false)
		var got []string
		for _, p := range r.Problems {
			got = append(got, strings.TrimPrefix(p.Key, "directory.wrong.")+" at "+p.Column)
			if p.Line != 4 && p.Line != 5 {
				w.Errorf("line %d: %s", p.Line, p.Key)
			}
		}
		if diff := cmp.Diff([]string{"not-yours at ", "yes-no at listed", "day-form at from"}, got); diff != "" {
			w.Error(diff)
		}
		if _, n, err := w.Posts(dpo, "DPO", true, 10, 0); err != nil || n != 0 {
			w.Errorf("half a file left %d posts, %v", n, err)
		}
		w.imports(dpo, PostSheet, good, false)
		all, n, err := w.Posts(dpo, "DPO", false, 10, 0)
		w.ok(err)
		slices.SortFunc(all, func(a, b PostView) int { return strings.Compare(b.Rank, a.Rank) }) // made in one instant
		if n != 2 || all[0].Post.Rank != "AP I" || !all[0].Post.Listed || all[1].Post.Listed {
			w.Errorf("%+v", all)
		}

		officers := "officer,name_zh,name_en,email,appointment,post,acting,from,to,left\n"
		line := func(email, post, acting string) string {
			return ",陳大文,CHAN Tai Man," + email + ",," + post + "," + acting + ",2025-01-01,,\n"
		}
		first, second := string(all[0].Post.ID), string(all[1].Post.ID)
		clash := w.imports(dpo, OfficerSheet, officers+line("a@dpo.gov.hk", first, "no")+line("b@dpo.gov.hk", first, "no"), false)
		if len(clash.Problems) != 1 || clash.Problems[0].Line != 3 || clash.Problems[0].Key != "directory.wrong.held" {
			w.Errorf("%+v", clash.Problems)
		}
		two := w.imports(dpo, OfficerSheet, officers+line("a@dpo.gov.hk", first, "no")+line("A@dpo.gov.hk", second, "yes"), false)
		if len(two.Problems) != 0 {
			w.Errorf("%+v", two)
		}
		if list, n, err := w.Officers(dpo, "DPO", false, 10, 0); err != nil || n != 1 || list[0].Officer.Name.Chinese != "陳大文" || len(list[0].Appointments) != 2 {
			w.Errorf("%d officers, %v", n, err)
		}
		roles := "grant,email,role,department,from,to\n"
		up := w.imports(dpo, RoleSheet, roles+",a@dpo.gov.hk,directory-keeper,DPO,2025-01-01,\n,x@dpo.gov.hk,case-officer,DPO,2025-01-01,\n", false)
		if len(up.Problems) != 2 || up.Problems[0].Key != "directory.wrong.not-yours" || up.Problems[1].Key != "directory.wrong.no-officer" {
			w.Errorf("%+v", up.Problems)
		}
		if fine := w.imports(dpo, RoleSheet, roles+",a@dpo.gov.hk,case-officer,DPO,2025-01-01,\n", false); fine.Added != 1 {
			w.Errorf("%+v", fine)
		}
		_, err = w.Import(dpo, DepartmentSheet, strings.NewReader("x"), true)
		w.refused(err, "forbidden")
		_, err = w.Import(dpo, "people", strings.NewReader("x"), true)
		w.refused(err, "sheet sheet")

		departments := strings.Join(DepartmentSheet.Columns(), ",") + "\n"
		tree := w.imports(w.system, DepartmentSheet, departments+
			"CHILD,office,子,Child,子,,,,PARENT,,,,\nPARENT,office,母,Parent,母,,,,DPO,,,,\n", false)
		if tree.Added != 2 || len(tree.Problems) != 0 {
			w.Errorf("%+v", tree)
		}
		circle := w.imports(w.system, DepartmentSheet, departments+
			"PARENT,office,母,Parent,母,,,,CHILD,,,,\nPARENT,office,母,Parent,母,,,,,,,,\n", false)
		if len(circle.Problems) != 1 || circle.Problems[0].Line != 3 {
			w.Errorf("%+v", circle.Problems)
		}
	})
}

// TestStatements prepares every statement on both engines.
func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 35 {
		t.Errorf("%d statements only", n)
	}
	dbtest.Homes(t, ".")
}
