package votes

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
)

func schemas() []db.Schema { return []db.Schema{audit.Schema(), events.Schema(), Schema()} }

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

func day(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// heads knows Head 47 of the Digital Policy Office, and an invented one.
type heads struct{}

func (heads) Head(_ context.Context, head string) (Head, error) {
	switch head {
	case "47":
		return Head{"DPO", lang.Text{TC: "政府總部：數字政策辦公室", EN: "Digital Policy Office", SC: "政府总部：数字政策办公室"}}, nil
	case "901":
		return Head{"EPD", lang.Text{TC: "虛構總目", EN: "Invented Head", SC: "虚构总目"}}, nil
	}
	return Head{}, fault.New(fault.NotFound, "votes.fault.no-head")
}

// world is a store with Head 47's book of 2025-26, on 15 September 2025.
type world struct {
	*Service
	*testing.T
	clock  *calendar
	system context.Context
}

func worlds(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) {
		w := newWorld(t, address)
		test(w)
	})
}

func newWorld(t *testing.T, address string) *world {
	t.Helper()
	clock := &calendar{day: day("2025-09-15")}
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
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, clock: clock, system: who.AsSystem(t.Context(), who.Production)}
	w.Service = &Service{DB: d, Policy: policy, Heads: heads{}}
	w.ok(w.Seed(w.system))
	w.ok(w.LoadBook(w.system, book47()))
	w.ok(w.LoadRanks(w.system, testRanks()...))
	return w
}

// as is an officer of a department.
func (w *world) as(name, department string, roles ...string) context.Context {
	return who.With(w.Context(), who.Request{Realm: who.Production, Lang: lang.EN, Actor: who.Actor{
		Kind: who.Officer, ID: "account-" + name, Duty: who.Duty{Officer: name, Department: department, Roles: strings.Join(roles, " ")},
	}})
}

func (w *world) officer() context.Context  { return w.as("an", "DPO", OfficerRole) }
func (w *world) approver() context.Context { return w.as("bo", "DPO", ApproverRole) }

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			w.Fatal(err, f.Args, f.Fields)
		}
		w.Fatal(err)
	}
}

// refused wants an error whose kind, key, or key of a field this is.
func (w *world) refused(err error, want string) {
	w.Helper()
	if got := said(err); !strings.Contains(got, want) || err == nil {
		w.Errorf("%v (%s), want %s", err, got, want)
	}
}

func said(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	out := string(f.Kind) + " " + f.Key
	for _, x := range f.Fields {
		out += " " + x.Key
	}
	return out
}

func (w *world) ask(body Asked, reason string) Request {
	w.Helper()
	r, err := w.Ask(w.officer(), "47", body, reason)
	w.ok(err)
	return r
}

func (w *world) approved(body Asked, reason string) Request {
	w.Helper()
	r := w.ask(body, reason)
	if r.State == Pending {
		var err error
		r, err = w.Approve(w.approver(), "47", r.ID, r.Version, "")
		w.ok(err)
	}
	return r
}

func dec(s string) *money.Decimal {
	if s == "" {
		return nil
	}
	d, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return &d
}

func cols(a, b, c, d string) Columns { return Columns{dec(a), dec(b), dec(c), dec(d)} }

func named(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

func num(n int64) *int64 { return &n }

// book47 is Head 47's 2025-26 figures, with short names of our own.
func book47() Book {
	operating, capital := named("recurrent"), named("plant")
	item := func(code, name, approved, accumulated, revised, balance string) Commitment {
		return Commitment{Code: code, Name: named(name), ApprovedThousands: dec(approved), AccumulatedThousands: dec(accumulated), RevisedThousands: dec(revised), BalanceThousands: dec(balance)}
	}
	return Book{
		Head: "47", Year: "2025-26", Source: "Estimates 2025-26",
		Subheads: []Subhead{
			{"000", named("Operational expenses"), Operating, operating, cols("1241883", "1706321", "1895697", "2179588")},
			{"700", named("General non-recurrent"), Operating, named("non-recurrent"), cols("717159", "1289043", "1105700", "1311000")},
			{"661", named("Minor plant"), Capital, capital, cols("0", "1350", "3130", "3887")},
		},
		Components: []Component{
			{"salaries", named("Personal emoluments"), named("Salaries"), cols("511795", "577518", "623760", "693258")},
			{"hosting", named("Other charges"), named("Hosting platform"), cols("730088", "1128803", "1271937", "1486330")},
		},
		Programmes: []Programme{
			{"1", named("Digital government"), cols("311.9", "310.4", "293.8", "305.6")},
			{"2", named("Data governance"), cols("200.0", "400.0", "500.0", "700.0")},
			{"3", named("Digital infrastructure"), cols("1447.1", "2286.3", "2210.7", "2488.9")},
		},
		Commitments: []Commitment{
			item("802", "Web3", "50000", "35800", "11700", "2500"),
			item("803", "Digital transformation", "500000", "395000", "5000", "100000"),
			item("894", "IT in schools", "1234000", "597298", "101000", "535702"),
		},
		Posts: Posts{
			NonDirectorateBefore: num(863), NonDirectorateAfter: num(855), DirectorateBefore: num(25), DirectorateAfter: num(25),
			NetChange: []NetChange{{"1", -14}, {"2", 6}},
		},
		CeilingThousands: dec("701057"),
	}
}

func testRanks() []Rank {
	return []Rank{
		{"SM", named("Systems Manager"), false, day("2025-04-01"), 1_200_000, false},
		{"AP", named("Analyst"), false, day("2025-04-01"), 800_000, false},
		{"AP", named("Analyst"), false, day("2026-04-01"), 840_000, false},
		{"D2", named("Assistant Commissioner"), true, day("2025-04-01"), 2_400_000, false},
	}
}

func pay(item string, dollars string, on string) Payments {
	c, err := CentsOf(*dec(dollars))
	if err != nil {
		panic(err)
	}
	return Payments{[]Payment{{Day: day(on), Subhead: "700", Item: item, Cents: c, Text: "grant"}}}
}

func thousands(n int64) Cents { return Cents(n * 100_000) }

func TestBookAsLoaded(t *testing.T) {
	worlds(t, func(w *world) {
		want := book47()
		want.Commitments[0].Subhead, want.Commitments[1].Subhead, want.Commitments[2].Subhead = "700", "700", "700"
		got, err := w.Book(w.Context(), "47", "2025-26")
		w.ok(err)
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b money.Decimal) bool { return a.Cmp(b) == 0 && a.Scale() == b.Scale() })); diff != "" {
			w.Error(diff)
		}
		for _, c := range got.Provision() {
			if c.Column == "estimate" && (!c.Agrees || c.ProgrammesThousands.String() != "3494500.0" && c.ProgrammesThousands.String() != "3494500") {
				w.Errorf("%+v", c)
			}
		}
		entries, total, err := w.Journal(w.approver(), "47", "2025-26", "", "", 100, 0)
		w.ok(err)
		w.ok(w.LoadBook(w.system, book47())) // again
		_, again, err := w.Journal(w.approver(), "47", "2025-26", "", "", 100, 0)
		w.ok(err)
		// 3 subheads, 2 components, 3 items with what was approved and what was spent.
		if total != 11 || again != total || len(entries) != total {
			w.Errorf("%d entries, then %d", total, again)
		}
		i, err := w.Commitment(w.Context(), "47", "803")
		w.ok(err)
		if i.Approved != thousands(500_000) || i.Accumulated != thousands(400_000) || i.Balance != thousands(100_000) {
			w.Errorf("%+v", i)
		}
		_, err = w.Book(w.Context(), "47", "2031-32")
		w.refused(err, "no-book")
		_, err = w.Book(w.Context(), "48", "2025-26")
		w.refused(err, "no-head")
		w.refused(w.LoadBook(w.officer(), book47()), "forbidden")
		bad := book47()
		bad.Commitments[0].BalanceThousands = dec("2501")
		w.refused(w.LoadBook(w.system, bad), "votes.fault.book")
		bad = book47()
		bad.Subheads = append(bad.Subheads, bad.Subheads[0])
		w.refused(w.LoadBook(w.system, bad), "votes.fault.book")
		w.sound()
	})
}

// sound checks what always holds of a journal: every entry balances, all accounts together come
// to nothing, the accounts are the sums of their legs, and the items' identity.
func (w *world) sound() {
	w.Helper()
	for _, head := range []string{"47", "901"} {
		w.ok(w.DB.Read(w.system, func(tx *db.Tx) error {
			sums, total := map[accountKey]Cents{}, Cents(0)
			years, err := bookYears(tx, head)
			if err != nil {
				return err
			}
			for _, year := range years {
				entries, _, err := entriesPage(tx, head, year, "", "", 100_000, 0)
				if err != nil {
					return err
				}
				for _, e := range entries {
					full, err := entryByID(tx, e.ID)
					if err != nil {
						return err
					}
					if err := full.check(); err != nil {
						w.Errorf("%+v: %v", full, err)
					}
					for _, l := range full.Legs {
						sums[accountKey{l.Account, l.Year}] += l.Credit - l.Debit
						total += l.Credit - l.Debit
					}
				}
			}
			if total != 0 {
				w.Errorf("all accounts come to %s", total)
			}
			for key, sum := range sums {
				has, err := balance(tx, head, key.account, key.year)
				if err != nil {
					return err
				}
				if has != sum {
					w.Errorf("%v has %s, its legs %s", key, has, sum)
				}
				if held(key.account) && has < 0 {
					w.Errorf("%v has turned: %s", key, has)
				}
			}
			items, err := itemsOf(tx, head)
			for _, i := range items {
				has, err := balance(tx, head, accountItem+i.Code, "")
				if err != nil {
					return err
				}
				if i.Approved-i.Accumulated-i.Spent != i.Balance || i.Balance != has {
					w.Errorf("%+v, the account has %s", i, has)
				}
			}
			return err
		}))
	}
}

func TestPaymentsAndTheirLimits(t *testing.T) {
	worlds(t, func(w *world) {
		small := w.ask(pay("802", "50000", "2025-09-01"), "")
		if small.State != Approved || small.Decider != byRule {
			w.Errorf("a small payment waits: %+v", small)
		}
		parts := pay("803", "30000", "2025-09-01")
		parts.Payments = append(parts.Payments, parts.Payments[0])
		if r := w.ask(parts, ""); r.State != Pending {
			w.Errorf("a large amount in two parts does not wait: %+v", r)
		}
		large := w.ask(pay("802", "2000000.50", "2025-09-02"), "")
		if large.State != Pending {
			w.Errorf("a large payment does not wait: %+v", large)
		}
		_, err := w.Approve(w.as("an", "DPO", ApproverRole, OfficerRole), "47", large.ID, large.Version, "")
		w.refused(err, "four-eyes")
		_, err = w.Approve(w.officer(), "47", large.ID, large.Version, "")
		w.refused(err, "forbidden")
		_, err = w.Approve(w.as("cy", "EPD", ApproverRole), "47", large.ID, large.Version, "")
		w.refused(err, "forbidden")
		_, err = w.Approve(w.approver(), "901", large.ID, large.Version, "")
		w.refused(err, "forbidden")
		_, err = w.Approve(w.as("cy", "EPD", ApproverRole), "901", large.ID, large.Version, "")
		w.refused(err, "no-request")
		_, err = w.Approve(w.approver(), "47", large.ID, large.Version, "seen")
		w.ok(err)
		_, err = w.Approve(w.approver(), "47", large.ID, large.Version, "seen")
		w.refused(err, "decided")

		// 2,500,000 − 50,000 − 2,000,000.50 = 449,999.50
		_, err = w.Ask(w.officer(), "47", pay("802", "449999.51", "2025-09-03"), "")
		w.refused(err, "votes.fault.balance")
		var f *fault.Fault
		if !errors.As(err, &f) || f.Args["balance"] != "449,999.50" || f.Args["amount"] != "449,999.51" || f.Args["over"] != "0.01" {
			w.Errorf("the refusal shows %v", f.Args)
		}
		w.approved(pay("802", "449999.50", "2025-09-03"), "")
		i, err := w.Commitment(w.Context(), "47", "802")
		w.ok(err)
		if i.Balance != 0 || i.Spent != thousands(2500) {
			w.Errorf("%+v", i)
		}

		for name, c := range map[string]struct {
			p    Payment
			want string
		}{
			"future":       {Payment{Day: day("2025-09-16"), Subhead: "700", Item: "803", Cents: 100, Text: "x"}, "wrong.future"},
			"no item":      {Payment{Day: day("2025-09-01"), Subhead: "700", Cents: 100, Text: "x"}, "item-needed"},
			"other item":   {Payment{Day: day("2025-09-01"), Subhead: "000", Component: "salaries", Item: "803", Cents: 100, Text: "x"}, "wrong.item"},
			"no component": {Payment{Day: day("2025-09-01"), Subhead: "000", Cents: 100, Text: "x"}, "component-needed"},
			"component":    {Payment{Day: day("2025-09-01"), Subhead: "000", Component: "cars", Cents: 100, Text: "x"}, "wrong.component"},
			"subhead":      {Payment{Day: day("2025-09-01"), Subhead: "603", Cents: 100, Text: "x"}, "wrong.subhead"},
			"negative":     {Payment{Day: day("2025-09-01"), Subhead: "700", Item: "803", Cents: -100, Text: "x"}, "wrong.amount"},
			"no words":     {Payment{Day: day("2025-09-01"), Subhead: "700", Item: "803", Cents: 100}, "wrong.text"},
			"other year":   {Payment{Day: day("2023-09-01"), Subhead: "700", Item: "803", Cents: 100, Text: "x"}, "year-unknown"},
			"provision":    {Payment{Day: day("2025-09-01"), Subhead: "000", Component: "salaries", Cents: thousands(2179588) + 1, Text: "x"}, "votes.fault.provision"},
		} {
			_, err := w.Ask(w.officer(), "47", Payments{[]Payment{c.p}}, "")
			if got := said(err); !strings.Contains(got, c.want) {
				w.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		_, err = w.Ask(w.as("cy", "EPD", OfficerRole), "47", pay("803", "1", "2025-09-01"), "")
		w.refused(err, "forbidden")
		_, err = w.Ask(w.system, "47", pay("803", "1", "2025-09-01"), "")
		w.refused(err, "forbidden")
		w.sound()
	})
}

// TestSplitAmounts: items of a year that look like one, and payments on one invoice, are told with
// their sum, and let through only by a second officer who says why.
func TestSplitAmounts(t *testing.T) {
	worlds(t, func(w *world) {
		item := func(code, tc, en, supplier, dollars string) NewItem {
			c, err := CentsOf(*dec(dollars))
			w.ok(err)
			return NewItem{Day: day("2025-09-01"), Code: code, Subhead: "661", Name: lang.Text{TC: tc, EN: en}, Cents: c, Supplier: supplier}
		}
		splits := func(r Request) []Split {
			out, err := w.Splits(w.officer(), "47", r.ID)
			w.ok(err)
			return out
		}
		w.approved(item("A1", "購置消防車（第一期）", "Fire engines, lot 1", "", "6000000"), "needed")
		w.approved(item("B1", "更換打印機", "Replace printers", "", "6000000"), "needed")
		second := w.ask(item("A2", "購置消防車（第二期）", "Fire engines, lot 2", "Acme Ltd.", "5500000"), "needed")
		got := splits(second)
		if len(got) != 1 || got[0].Limit != ItemUpTo || got[0].Sum != 1_150_000_000 || got[0].Most != 1_000_000_000 || len(got[0].Parts) != 1 || got[0].Parts[0].Code != "A1" {
			w.Fatalf("%+v", got)
		}
		_, err := w.Splits(w.as("cy", "EPD", ApproverRole), "47", second.ID)
		w.refused(err, "forbidden")
		_, err = w.Approve(w.officer(), "47", second.ID, second.Version, "two lots")
		w.refused(err, "forbidden")
		_, err = w.Approve(w.approver(), "47", second.ID, second.Version, " ")
		w.refused(err, "wrong.split")
		_, err = w.Approve(w.approver(), "47", second.ID, second.Version, "two stations, two tenders")
		w.ok(err)
		third := w.ask(item("C1", "海濱照明", "Lights of the waterfront", "ACME LTD", "5000000"), "needed")
		if got := splits(third); len(got) != 1 || got[0].Sum != 1_050_000_000 || got[0].Parts[0].Supplier != "Acme Ltd." {
			w.Errorf("the same supplier: %+v", got)
		}
		_, err = w.Refuse(w.approver(), "47", third.ID, third.Version, "one contract")
		w.ok(err)
		if r := w.ask(item("C2", "路面維修", "Road repairs", "ACME LTD", "4000000"), "needed"); len(splits(r)) != 0 {
			w.Errorf("what was refused is no part: %+v", splits(r)) // 5.5 + 4 million
		}

		bill := func(reference, dollars string) Payments {
			p := pay("803", dollars, "2025-09-01")
			p.Payments[0].Reference = reference
			return p
		}
		if r := w.ask(bill("INV-7", "30000"), ""); r.State != Approved {
			w.Errorf("%+v", r)
		}
		if r := w.ask(bill("INV-8", "30000"), ""); r.State != Approved {
			w.Errorf("another invoice waits: %+v", r)
		}
		rest := w.ask(bill("inv 7", "30000"), "")
		if got := splits(rest); rest.State != Pending || len(got) != 1 || got[0].Limit != SecondEyes || got[0].Sum != 6_000_000 {
			w.Errorf("%+v %+v", rest, got)
		}
		both := bill("INV-9", "20000")
		both.Payments = append(both.Payments, bill("INV-9", "29000").Payments[0], bill("INV-9", "900").Payments[0])
		if r := w.ask(both, ""); r.State != Approved {
			w.Errorf("49,900 in one request waits: %+v", splits(r))
		}
		w.sound()
	})
}

// TestRefundOfAnEarlierYear: it is revenue of the year in which it comes, and nothing that may be
// spent grows by it.
func TestRefundOfAnEarlierYear(t *testing.T) {
	worlds(t, func(w *world) {
		w.approved(pay("803", "400000", "2025-09-02"), "")
		before, err := w.Commitment(w.Context(), "47", "803")
		w.ok(err)
		next := book47()
		next.Year = "2026-27"
		w.ok(w.LoadBook(w.system, next))
		w.clock.turn("2026-06-15")
		of := func(year, dollars, on string) Refund {
			c, err := CentsOf(*dec(dollars))
			w.ok(err)
			return Refund{Day: day(on), Year: year, Subhead: "700", Item: "803", Cents: c, Reference: "R1"}
		}
		for name, c := range map[string]struct {
			a    Refund
			want string
		}{
			"the same year":    {of("2026-27", "1", "2026-06-01"), "wrong.refund-year"},
			"a year to come":   {of("2027-28", "1", "2026-06-01"), "wrong.refund-year"},
			"no year":          {of("last", "1", "2026-06-01"), "wrong.year"},
			"a day to come":    {of("2025-26", "1", "2026-06-16"), "wrong.future"},
			"nothing":          {of("2025-26", "0", "2026-06-01"), "wrong.amount"},
			"more than spent":  {of("2025-26", "400000.01", "2026-06-01"), "votes.fault.refund"},
			"of another line":  {Refund{Day: day("2026-06-01"), Year: "2025-26", Subhead: "700", Item: "802", Cents: 100}, "votes.fault.refund"},
			"without a reason": {of("2025-26", "1", "2026-06-01"), "wrong.reason"},
		} {
			reason := "overpaid"
			if name == "without a reason" {
				reason = ""
			}
			_, err := w.Ask(w.officer(), "47", c.a, reason)
			if got := said(err); !strings.Contains(got, c.want) {
				w.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		o, err := w.Overview(w.Context(), "47", "2026-27")
		w.ok(err)
		r := w.ask(of("2025-26", "150000.50", "2026-06-01"), "overpaid")
		if r.State != Pending {
			w.Errorf("a refund needs no second officer: %+v", r)
		}
		w.approved(of("2025-26", "150000.50", "2026-06-01"), "overpaid")
		_, err = w.Approve(w.approver(), "47", r.ID, r.Version, "")
		w.ok(err)
		_, err = w.Ask(w.officer(), "47", of("2025-26", "99999.01", "2026-06-02"), "more than is left")
		w.refused(err, "votes.fault.refund")
		after, err := w.Commitment(w.Context(), "47", "803")
		w.ok(err)
		if after.Balance != before.Balance || after.Spent != before.Spent {
			w.Errorf("the item moved: %+v %+v", before.Item, after.Item)
		}
		now, err := w.Overview(w.Context(), "47", "2026-27")
		w.ok(err)
		if now.Refunds != 30_000_100 || o.Refunds != 0 {
			w.Errorf("revenue is %s", now.Refunds)
		}
		for i, x := range now.Subheads {
			if x.Provision != o.Subheads[i].Provision || orZero(x.Spent) != orZero(o.Subheads[i].Spent) {
				w.Errorf("%s moved", x.Code)
			}
		}
		entries, _, err := w.Journal(w.approver(), "47", "2026-27", "700", "803", 1, 0)
		w.ok(err)
		if e := entries[0]; e.Kind != EntryRefund || e.Of != "2025-26" || e.Moved != 15_000_050 || e.Cents != 0 {
			w.Errorf("%+v", e)
		}
		_, err = w.Ask(w.officer(), "47", of("2019-20", "5", "2026-06-02"), "before the journal began")
		w.ok(err)
		w.sound()
	})
}

// TestOneBalanceIsSpentOnce: two officers pay the whole balance at the same moment.
func TestOneBalanceIsSpentOnce(t *testing.T) {
	worlds(t, func(w *world) {
		w.ok(w.LoadRules(w.system, Rule{Name: SecondEyes, From: "1900-01", Value: *dec("100000000")}))
		for range 5 {
			i, err := w.Commitment(w.Context(), "47", "802")
			w.ok(err)
			whole := Payments{[]Payment{{Day: day("2025-09-01"), Subhead: "700", Item: "802", Cents: i.Balance, Text: "all of it"}}}
			var won, lost int
			var mu sync.Mutex
			var together sync.WaitGroup
			start := make(chan struct{})
			for n := range 2 {
				ctx := w.as("officer-"+string(rune('a'+n)), "DPO", OfficerRole)
				together.Go(func() {
					<-start
					_, err := w.Ask(ctx, "47", whole, "")
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						won++
					case strings.Contains(said(err), "votes.fault.balance"):
						lost++
					default:
						w.Error(err)
					}
				})
			}
			close(start)
			together.Wait()
			if won != 1 || lost != 1 {
				w.Fatalf("%d won, %d lost", won, lost)
			}
			entries, _, err := w.Journal(w.approver(), "47", "2025-26", "", "802", 1, 0)
			w.ok(err)
			w.approved(Reversal{entries[0].ID, day("2025-09-15")}, "again")
		}
		w.sound()
	})
}

func TestReversal(t *testing.T) {
	worlds(t, func(w *world) {
		w.ask(pay("803", "1000.10", "2025-08-01"), "")
		entries, _, err := w.Journal(w.officer(), "47", "2025-26", "", "803", 1, 0)
		w.ok(err)
		e := entries[0]
		_, err = w.Ask(w.officer(), "47", Reversal{e.ID, day("2025-09-01")}, "")
		w.refused(err, "wrong.reason")
		_, err = w.Ask(w.officer(), "47", Reversal{e.ID, day("2025-07-31")}, "wrong payee")
		w.refused(err, "reverse-day")
		r := w.ask(Reversal{e.ID, day("2025-09-01")}, "wrong payee")
		if r.State != Pending {
			w.Error("a reversal does not wait")
		}
		twice := w.ask(Reversal{e.ID, day("2025-09-02")}, "wrong payee")
		_, err = w.Approve(w.approver(), "47", r.ID, r.Version, "")
		w.ok(err)
		_, err = w.Approve(w.approver(), "47", twice.ID, twice.Version, "")
		w.refused(err, "votes.fault.reversed")
		_, err = w.Refuse(w.approver(), "47", twice.ID, twice.Version, " ")
		w.refused(err, "wrong.reason")
		_, err = w.Refuse(w.approver(), "47", twice.ID, twice.Version, "done already")
		w.ok(err)
		back, _, err := w.Journal(w.officer(), "47", "2025-26", "", "803", 1, 0)
		w.ok(err)
		if back[0].Kind != EntryReversal || back[0].Cents != -e.Cents || back[0].Reverses != e.ID || back[0].By != "an" {
			w.Errorf("%+v", back[0])
		}
		_, err = w.Ask(w.officer(), "47", Reversal{back[0].ID, day("2025-09-03")}, "x")
		w.refused(err, "wrong.reverse")
		_, err = w.Ask(w.as("cy", "EPD", OfficerRole), "901", Reversal{e.ID, day("2025-09-03")}, "x")
		w.refused(err, "no-entry")
		i, err := w.Commitment(w.Context(), "47", "803")
		w.ok(err)
		if i.Spent != 0 || i.Balance != thousands(100_000) {
			w.Errorf("%+v", i)
		}
		got := w.subjects()
		if got["performance.payment.posted"] != 2 {
			w.Errorf("%v", got)
		}
		w.sound()
	})
}

// subjects counts the events so far.
func (w *world) subjects() (out map[string]int) {
	w.Helper()
	out = map[string]int{}
	ctx, cancel := context.WithTimeout(w.system, 5*time.Second)
	defer cancel()
	const last = "performance.test.last"
	w.ok(w.DB.Write(w.system, func(tx *db.Tx) error { return events.Publish(tx, events.Event{Subject: last}) }))
	bus := events.New(w.DB, slog.New(slog.DiscardHandler), events.Consumer{Name: "test", Subjects: []string{"performance."}, Handle: func(_ *db.Tx, e events.Event) error {
		if e.Subject == last {
			cancel()
			return nil
		}
		out[e.Subject]++
		return nil
	}})
	if err := bus.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		w.Fatal(err)
	}
	return out
}

func TestClosedPeriods(t *testing.T) {
	worlds(t, func(w *world) {
		waiting := w.ask(pay("803", "1000000", "2025-07-31"), "")
		w.refused(w.SetPeriod(w.officer(), "47", "2025-07", true, 0, "month's end"), "forbidden")
		w.refused(w.SetPeriod(w.approver(), "47", "2025-07", true, 0, ""), "wrong.reason")
		w.refused(w.SetPeriod(w.approver(), "47", "2025-10", true, 0, "month's end"), "wrong.future")
		w.refused(w.SetPeriod(w.approver(), "47", "2025-13", true, 0, "month's end"), "not-found")
		w.ok(w.SetPeriod(w.approver(), "47", "2025-07", true, 0, "month's end"))
		w.refused(w.SetPeriod(w.approver(), "47", "2025-07", true, 1, "month's end"), "votes.fault.period")
		_, err := w.Ask(w.officer(), "47", pay("803", "10", "2025-07-01"), "")
		w.refused(err, "votes.fault.closed")
		_, err = w.Approve(w.approver(), "47", waiting.ID, waiting.Version, "")
		w.refused(err, "votes.fault.closed")
		w.ask(pay("803", "10", "2025-08-01"), "")
		w.refused(w.SetPeriod(w.approver(), "47", "2025-07", false, 0, "late bill"), "conflict")
		w.ok(w.SetPeriod(w.approver(), "47", "2025-07", false, 1, "late bill"))
		_, err = w.Approve(w.approver(), "47", waiting.ID, waiting.Version, "")
		w.ok(err)
		trail, _, err := audit.New(w.DB).Page(w.system, 3, 0)
		w.ok(err)
		if trail[0].What != "votes.approve.payments" || trail[1].What != "votes.period.reopen" || trail[1].On != "47/2025-07" {
			w.Errorf("%v", trail)
		}
		w.sound()
	})
}

// TestActualsOfAClosedYear: the book of two years on has what was spent, once every period is
// closed, and not before.
func TestActualsOfAClosedYear(t *testing.T) {
	worlds(t, func(w *world) {
		w.approved(pay("803", "60000499.99", "2025-09-01"), "")
		w.approved(Payments{[]Payment{{Day: day("2025-09-01"), Subhead: "000", Component: "salaries", Cents: thousands(690_000), Text: "pay"}}}, "")
		w.clock.turn("2026-05-01")
		next := book47()
		next.Year, next.Source = "2026-27", "Estimates 2026-27"
		next.Commitments = next.Commitments[1:2]
		next.Commitments[0].AccumulatedThousands, next.Commitments[0].RevisedThousands, next.Commitments[0].BalanceThousands = dec("400000"), dec("50000"), dec("50000")
		w.ok(w.LoadBook(w.system, next))
		for i, m := range MonthsOf("2025-26") {
			b, err := w.Book(w.Context(), "47", "2027-28")
			w.ok(err)
			if b.Subheads[0].Thousands.Actual != nil || b.Commitments[0].AccumulatedThousands.String() != "450000" {
				w.Fatalf("after %d months: %+v %+v", i, b.Subheads[0], b.Commitments[0])
			}
			w.ok(w.SetPeriod(w.approver(), "47", m, true, 0, "year's end"))
		}
		b, err := w.Book(w.Context(), "47", "2027-28")
		w.ok(err)
		// 60,000,499.99 dollars are 60,000 thousand on paper; accumulated 400,000 + 60,000.
		if b.Subheads[0].Thousands.Actual.String() != "690000" || b.Subheads[1].Thousands.Actual.String() != "60000" ||
			b.Components[0].Thousands.Actual.String() != "690000" || b.Commitments[0].AccumulatedThousands.String() != "460000" {
			w.Errorf("%+v %+v", b.Subheads, b.Commitments[0])
		}
		late := book47()
		late.Subheads[2].Thousands.Estimate = dec("3888")
		w.ok(w.LoadBook(w.system, late)) // the journal of that year takes nothing any more
		found, err := w.Differences(w.officer(), "47", DifferenceOpen)
		w.ok(err)
		if len(found) != 1 || found[0].Code != "661" || found[0].Theirs != "3888" {
			w.Errorf("%+v", found)
		}
	})
}

func TestVirementAndSupplement(t *testing.T) {
	worlds(t, func(w *world) {
		on := day("2025-09-01")
		salaries, hosting, plant := Place{"000", "salaries"}, Place{"000", "hosting"}, Place{"661", ""}
		w.approved(Virement{on, salaries, hosting, thousands(1000)}, "more tenants")
		w.approved(Virement{on, hosting, plant, thousands(500)}, "machines")
		_, err := w.Ask(w.officer(), "47", Virement{on, plant, plant, 1}, "x")
		w.refused(err, "same-line")
		_, err = w.Ask(w.officer(), "47", Virement{on, plant, salaries, thousands(4388)}, "x")
		w.refused(err, "votes.fault.provision")
		_, err = w.Ask(w.officer(), "47", Virement{on, salaries, plant, thousands(692259)}, "x")
		w.refused(err, "votes.fault.provision")
		_, err = w.Ask(w.officer(), "47", Supplement{on, plant, "", thousands(100), ""}, "x")
		w.refused(err, "authority")
		w.approved(Supplement{on, salaries, "", thousands(100), "FC 2025-9"}, "pay rise")
		w.approved(Supplement{on, Place{}, "802", thousands(1500), "FC 2025-10"}, "second phase")
		v, err := w.Subhead(w.Context(), "47", "2025-26", "000")
		w.ok(err)
		// 2,179,588 − 500 + 100; salaries 693,258 − 1,000 + 100; hosting 1,486,330 + 1,000 − 500
		if v.Provision != thousands(2179188) || v.Components[0].Provision != thousands(692358) || v.Components[1].Provision != thousands(1486830) {
			w.Errorf("%+v", v)
		}
		i, err := w.Commitment(w.Context(), "47", "802")
		w.ok(err)
		if i.Approved != thousands(51500) || i.Balance != thousands(4000) {
			w.Errorf("%+v", i)
		}
		w.sound()
	})
}

func TestItemsOfABlockVote(t *testing.T) {
	worlds(t, func(w *world) {
		item := func(cost Cents) NewItem {
			return NewItem{Day: day("2025-09-01"), Code: "V1", Subhead: "661", Name: named("Van"), Cents: cost}
		}
		for _, c := range []struct {
			cost Cents
			want string
		}{
			{thousands(200), "item-above"},
			{thousands(10_000) + 1, "item-up-to"},
			{0, "wrong.amount"},
		} {
			_, err := w.Ask(w.officer(), "47", item(c.cost), "worn out")
			w.refused(err, c.want)
		}
		w.approved(item(thousands(200)+1), "worn out")
		_, err := w.Ask(w.officer(), "47", item(thousands(300)), "worn out")
		w.refused(err, "code-taken")
		van := Payment{Day: day("2025-09-02"), Subhead: "661", Item: "V1", Cents: thousands(200), Text: "van"}
		w.approved(Payments{[]Payment{van}}, "")
		van.Cents = 2
		_, err = w.Ask(w.officer(), "47", Payments{[]Payment{van}}, "")
		w.refused(err, "votes.fault.balance")
		commitment := NewItem{Day: day("2025-09-01"), Code: "807", Subhead: "700", Name: named("New"), Cents: thousands(90_000)}
		_, err = w.Ask(w.officer(), "47", commitment, "x")
		w.refused(err, "authority")
		commitment.Authority = "FC 2025-11"
		w.approved(commitment, "x")
		wrongPlace := commitment
		wrongPlace.Code, wrongPlace.Subhead = "808", "603"
		_, err = w.Ask(w.officer(), "47", wrongPlace, "x")
		w.refused(err, "wrong.subhead")
		next, err := w.Book(w.Context(), "47", "2026-27")
		w.ok(err)
		last := next.Commitments[len(next.Commitments)-1]
		if last.Code != "807" || last.ApprovedThousands.String() != "90000" {
			w.Errorf("%+v", last)
		}
		w.sound()
	})
}

func TestEstimatesAndTheNextBook(t *testing.T) {
	worlds(t, func(w *world) {
		revised := func(n, was, why string) EstimateChange {
			return EstimateChange{Kind: Subheads, Code: "661", Year: "2025-26", Phase: Revised, Thousands: *dec(n), Was: dec(was), Explanation: why}
		}
		_, err := w.Ask(w.officer(), "47", revised("3000", "", ""), "")
		w.refused(err, "wrong.explanation") // down from 3,887
		_, err = w.Ask(w.officer(), "47", revised("3000", "3887", "x"), "")
		w.refused(err, "votes.fault.moved")
		first := w.ask(revised("3000", "", "fewer vans"), "")
		_, err = w.Ask(w.as("di", "DPO", OfficerRole), "47", revised("3100", "", "some vans"), "")
		w.refused(err, "asked-already")
		_, err = w.Approve(w.approver(), "47", first.ID, first.Version, "")
		w.ok(err)
		_, err = w.Ask(w.as("di", "DPO", OfficerRole), "47", revised("3100", "", "some vans"), "")
		w.refused(err, "votes.fault.moved")
		w.approved(revised("3100", "3000", "some vans"), "")
		w.approved(EstimateChange{Kind: Programmes, Code: "1", Year: "2026-27", Phase: Original, Thousands: *dec("310049.9"), Explanation: "x"}, "")
		w.approved(EstimateChange{Kind: Items, Code: "803", Year: "2025-26", Phase: Revised, Thousands: *dec("60000")}, "")
		w.approved(EstimateChange{Kind: Ceilings, Year: "2026-27", Phase: Original, Thousands: *dec("690000")}, "")
		_, err = w.Ask(w.officer(), "47", EstimateChange{Kind: Subheads, Code: "603", Year: "2026-27", Phase: Original}, "")
		w.refused(err, "wrong.line")
		w.ask(pay("803", "1000.10", "2025-08-01"), "")

		b, err := w.Book(w.Context(), "47", "2026-27")
		w.ok(err)
		plant := b.Subheads[2].Thousands
		if !b.Derived || plant.Original.String() != "3887" || plant.Revised.String() != "3100" || plant.Estimate != nil || plant.Actual != nil {
			w.Errorf("%+v", b.Subheads[2])
		}
		if b.Programmes[0].Millions.Estimate.String() != "310.0" || b.Programmes[0].Millions.Original.String() != "305.6" || b.CeilingThousands.String() != "690000" {
			w.Errorf("%+v", b.Programmes)
		}
		c := b.Commitments[1] // 500,000 − (395,000 + 5,000) − 60,000
		if c.AccumulatedThousands.String() != "400000" || c.RevisedThousands.String() != "60000" || c.BalanceThousands.String() != "40000" {
			w.Errorf("%+v", c)
		}
		if *b.Posts.NonDirectorateBefore != 855 || *b.Posts.NonDirectorateAfter != 855 || *b.Posts.DirectorateBefore != 25 {
			w.Errorf("%+v", b.Posts)
		}

		// The paper comes, and says otherwise in two places.
		paper := book47()
		paper.Year, paper.Source, paper.CeilingThousands = "2026-27", "Estimates 2026-27", dec("690000")
		paper.Subheads[2].Thousands = cols("3000", "3887", "3099", "4000")
		paper.Programmes[0].Millions = cols("300.0", "305.6", "306.0", "310.0")
		paper.Commitments = []Commitment{{Code: "803", ApprovedThousands: dec("500000"), AccumulatedThousands: dec("400001"), RevisedThousands: dec("60000"), BalanceThousands: dec("39999"), Name: named("x")}}
		w.ok(w.LoadBook(w.system, paper))
		w.ok(w.LoadBook(w.system, paper))
		found, err := w.Differences(w.officer(), "47", DifferenceOpen)
		w.ok(err)
		if len(found) != 1 || found[0].Ours != "3100" || found[0].Theirs != "3099" || found[0].Column != 2 {
			w.Errorf("%+v", found)
		}
		b, err = w.Book(w.Context(), "47", "2026-27")
		w.ok(err)
		if b.Derived || b.Subheads[2].Thousands.Revised.String() != "3100" || b.Subheads[2].Thousands.Estimate.String() != "4000" {
			w.Errorf("%+v", b.Subheads[2])
		}
		w.refused(w.Settle(w.officer(), "47", found[0].ID, found[0].Version, true, "as printed"), "forbidden")
		w.refused(w.Settle(w.approver(), "47", found[0].ID, found[0].Version, true, ""), "wrong.reason")
		w.ok(w.Settle(w.approver(), "47", found[0].ID, found[0].Version, true, "as printed"))
		w.refused(w.Settle(w.approver(), "47", found[0].ID, found[0].Version, false, "x"), "decided")
		b, err = w.Book(w.Context(), "47", "2026-27")
		w.ok(err)
		if b.Subheads[2].Thousands.Revised.String() != "3099" {
			w.Errorf("%+v", b.Subheads[2])
		}
		w.sound()
	})
}

func TestCorrectedPaper(t *testing.T) {
	worlds(t, func(w *world) {
		w.ask(pay("803", "1000", "2025-08-01"), "")
		corrected := book47()
		corrected.Subheads[0].Thousands.Estimate = dec("2179589") // nothing rests on it yet
		corrected.Subheads[1].Thousands.Estimate = dec("1311001") // a payment does
		corrected.Commitments[0].ApprovedThousands, corrected.Commitments[0].BalanceThousands = dec("50001"), dec("2501")
		corrected.Commitments[1].ApprovedThousands, corrected.Commitments[1].BalanceThousands = dec("500001"), dec("100001")
		corrected.Components = corrected.Components[:1]
		w.ok(w.LoadBook(w.system, corrected))
		w.ok(w.LoadBook(w.system, corrected))
		found, err := w.Differences(w.officer(), "47", "")
		w.ok(err)
		kinds := map[string]int{}
		for _, d := range found {
			kinds[string(d.Kind)+"/"+d.Code]++
		}
		if diff := cmp.Diff(map[string]int{"component/hosting": 4, "item/803": 2, "subhead/700": 1}, kinds); diff != "" {
			w.Error(diff)
		}
		v, err := w.Subhead(w.Context(), "47", "2025-26", "000")
		w.ok(err)
		i, err := w.Commitment(w.Context(), "47", "802")
		w.ok(err)
		j, err := w.Commitment(w.Context(), "47", "803")
		w.ok(err)
		if v.Provision != thousands(2179589) || i.Approved != thousands(50001) || j.Approved != thousands(500_000) {
			w.Errorf("%+v %+v %+v", v.Provision, i.Item, j.Item)
		}
		for _, d := range found {
			if d.Kind != Components {
				w.ok(w.Settle(w.approver(), "47", d.ID, d.Version, true, "as corrected"))
			}
		}
		j, err = w.Commitment(w.Context(), "47", "803")
		w.ok(err)
		v, err = w.Subhead(w.Context(), "47", "2025-26", "700")
		w.ok(err)
		if j.Approved != thousands(500_001) || j.Balance != thousands(100_001)-100_000 || v.Provision != thousands(1_311_001) {
			w.Errorf("%+v %+v", j.Item, v.Provision)
		}
		w.ok(w.LoadBook(w.system, corrected))
		open, err := w.Differences(w.officer(), "47", DifferenceOpen)
		w.ok(err)
		if len(open) != 4 {
			w.Errorf("%+v", open)
		}
		w.sound()
	})
}

// TestPapersThroughTheYears: an older paper moves nothing, a newer one moves the opening on.
func TestPapersThroughTheYears(t *testing.T) {
	worlds(t, func(w *world) {
		old := Book{Head: "47", Year: "2023-24", Source: "Estimates 2023-24", Commitments: []Commitment{
			{Code: "801", Name: named("Wi-Fi"), ApprovedThousands: dec("25300"), AccumulatedThousands: dec("12201"), RevisedThousands: dec("3200"), BalanceThousands: dec("9899")},
			{Code: "802", Name: named("Web3"), ApprovedThousands: dec("50000"), AccumulatedThousands: dec("0"), RevisedThousands: dec("0"), BalanceThousands: dec("50000")},
		}}
		w.ok(w.LoadBook(w.system, old))
		i, err := w.Commitment(w.Context(), "47", "802")
		w.ok(err)
		if i.Balance != thousands(2500) || i.Opened != "2025-26" || len(i.Series) != 2 || i.Series[0].Year != "2023-24" || i.Series[0].Paper.BalanceThousands.String() != "50000" {
			w.Errorf("%+v", i)
		}
		newer := old
		newer.Year, newer.Source = "2024-25", "Estimates 2024-25"
		newer.Commitments = []Commitment{{Code: "801", Name: named("Wi-Fi"), ApprovedThousands: dec("25300"), AccumulatedThousands: dec("15401"), RevisedThousands: dec("3000"), BalanceThousands: dec("6899")}}
		w.ok(w.LoadBook(w.system, newer))
		i, err = w.Commitment(w.Context(), "47", "801")
		w.ok(err)
		if i.Balance != thousands(6899) || i.Opened != "2024-25" || i.Accumulated != thousands(18401) || len(i.Series) != 2 || i.Series[1].Break {
			w.Errorf("%+v", i)
		}

		// What a later paper lists no more takes no payments.
		if i.GoneFrom != "2025-26" {
			w.Errorf("%+v", i)
		}
		_, err = w.Ask(w.officer(), "47", pay("801", "1", "2025-09-01"), "")
		w.refused(err, "item-gone")

		// A code that was given to something else is no continuation: an approver decides.
		other := newer
		other.Year, other.Source = "2026-27", "Estimates 2026-27"
		other.Commitments = []Commitment{{Code: "801", Name: named("Drones"), ApprovedThousands: dec("70000"), AccumulatedThousands: dec("0"), RevisedThousands: dec("0"), BalanceThousands: dec("70000")}}
		w.ok(w.LoadBook(w.system, other))
		i, err = w.Commitment(w.Context(), "47", "801")
		w.ok(err)
		if i.Balance != thousands(6899) || i.Opened != "2024-25" || len(i.Series) != 3 || !i.Series[2].Break {
			w.Errorf("%+v", i)
		}
		open, err := w.Differences(w.officer(), "47", DifferenceOpen)
		w.ok(err)
		if len(open) != 2 || open[0].Code != "801" || open[0].Theirs != "70000" {
			w.Errorf("%+v", open)
		}
		w.sound()
	})
}

func TestPosts(t *testing.T) {
	worlds(t, func(w *world) {
		opening := PostChanges{[]PostChange{
			{Day: day("2025-04-01"), Rank: "SM", Programme: "1", Delta: 400, Permanent: true, Opening: true},
			{Day: day("2025-04-01"), Rank: "AP", Programme: "2", Delta: 270, Permanent: true, Opening: true},
			{Day: day("2025-04-01"), Rank: "D2", Programme: "1", Delta: 25, Permanent: true, Opening: true},
		}}
		w.approved(opening, "")
		_, err := w.Ask(w.officer(), "47", opening, "")
		w.refused(err, "wrong.opened")
		// 400 × 1.2m + 270 × 0.8m = 696m of 701.057m: room for 6 analysts.
		add := func(n int64, rank, on string) PostChanges {
			return PostChanges{[]PostChange{{Day: day(on), Rank: rank, Programme: "2", Delta: n, Permanent: true, Reason: "work"}}}
		}
		_, err = w.Ask(w.officer(), "47", add(7, "AP", "2025-10-01"), "")
		w.refused(err, "votes.fault.ceiling")
		var f *fault.Fault
		if !errors.As(err, &f) || f.Args["sum"] != "701,600,000" || f.Args["ceiling"] != "701,057,000" || f.Args["over"] != "543,000" {
			w.Errorf("the refusal shows %v", f.Args)
		}
		four, five := w.ask(add(4, "AP", "2025-10-01"), ""), w.ask(add(5, "AP", "2025-11-01"), "")
		_, err = w.Approve(w.approver(), "47", four.ID, four.Version, "")
		w.ok(err)
		_, err = w.Approve(w.approver(), "47", five.ID, five.Version, "")
		w.refused(err, "votes.fault.ceiling")
		_, err = w.Ask(w.officer(), "47", add(1, "D2", "2025-10-01"), "")
		w.refused(err, "wrong.approval")
		_, err = w.Ask(w.officer(), "47", add(-1, "SM", "2025-10-01"), "")
		w.refused(err, "votes.fault.posts") // programme 2 has none
		_, err = w.Ask(w.officer(), "47", add(1, "AP", "2026-05-01"), "")
		w.refused(err, "no-ceiling")
		_, err = w.Ask(w.officer(), "47", add(1, "XX", "2025-10-01"), "")
		w.refused(err, "wrong.rank")
		w.approved(add(-10, "AP", "2026-01-01"), "")
		s, err := w.Staffing(w.Context(), "47", day("2025-12-31"))
		w.ok(err)
		if s.Value != thousands(699_200) || *s.Ceiling != thousands(701_057) || !s.Known || len(s.Ranks) != 3 || s.Ranks[2].Posts != 274 {
			w.Errorf("%+v", s)
		}
		b, err := w.Book(w.Context(), "47", "2026-27")
		w.ok(err)
		if *b.Posts.NonDirectorateBefore != 664 || *b.Posts.DirectorateBefore != 25 {
			w.Errorf("%d %d", *b.Posts.NonDirectorateBefore, *b.Posts.DirectorateBefore)
		}
		if got := w.subjects(); got["performance.posts.changed"] != 5 { // three at the opening
			w.Errorf("%v", got)
		}
	})
}

// TestPostsBesideThePaper: posts by rank that stood before the year are counted as its paper
// counts them, and what was made up says so.
func TestPostsBesideThePaper(t *testing.T) {
	worlds(t, func(w *world) {
		w.ok(w.LoadRanks(w.system, Rank{"XJ", named("Invented"), false, day("2025-01-01"), 500_000, true}))
		at := func(rank, programme string, n int64) PostChange {
			return PostChange{Day: day("2025-03-31"), Rank: rank, Programme: programme, Delta: n, Permanent: true, Opening: true}
		}
		s, err := w.Staffing(w.Context(), "47", day("2025-12-31"))
		w.ok(err)
		if s.Counted != nil || s.Invented {
			w.Errorf("nothing was entered: %+v", s.Counted)
		}
		w.approved(PostChanges{[]PostChange{at("XJ", "1", 600), at("AP", "2", 263), at("D2", "1", 25)}}, "")
		w.approved(PostChanges{[]PostChange{
			{Day: day("2025-06-01"), Rank: "XJ", Programme: "1", Delta: -14, Permanent: true, Reason: "work ended"},
			{Day: day("2025-07-01"), Rank: "AP", Programme: "2", Delta: 6, Permanent: true, Reason: "more work"},
		}}, "")
		s, err = w.Staffing(w.Context(), "47", day("2025-12-31"))
		w.ok(err)
		if !s.Invented || s.Counted == nil || !samePosts(*s.Counted, *s.Paper) {
			w.Errorf("%+v beside %+v", s.Counted, s.Paper)
		}
	})
}

// TestTwoCreatePosts: two approvals that fit one by one, and not together, at the same moment.
func TestTwoCreatePosts(t *testing.T) {
	worlds(t, func(w *world) {
		w.approved(PostChanges{[]PostChange{{Day: day("2025-04-01"), Rank: "AP", Programme: "2", Delta: 870, Permanent: true, Opening: true}}}, "")
		var asked []Request // 870 × 0.8m = 696m; 6 more fit, 8 do not
		for range 2 {
			asked = append(asked, w.ask(PostChanges{[]PostChange{{Day: day("2025-10-01"), Rank: "AP", Programme: "2", Delta: 4, Permanent: true, Reason: "work"}}}, ""))
		}
		errs := make([]error, 2)
		var together sync.WaitGroup
		for i, r := range asked {
			together.Go(func() { _, errs[i] = w.Approve(w.approver(), "47", r.ID, r.Version, "") })
		}
		together.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			w.Errorf("%v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				w.refused(err, "votes.fault.ceiling")
			}
		}
	})
}

func TestPlansAreNotLost(t *testing.T) {
	worlds(t, func(w *world) {
		p := Plan{Kind: Subheads, Code: "661", Year: "2025-26", Month: "2025-12", Cents: thousands(500)}
		w.ok(w.SetPlan(w.officer(), "47", p))
		w.refused(w.SetPlan(w.officer(), "47", p), "conflict")
		p.Version, p.Cents = 1, thousands(600)
		w.ok(w.SetPlan(w.officer(), "47", p))
		w.refused(w.SetPlan(w.officer(), "47", p), "conflict")
		p.Month = "2026-04"
		w.refused(w.SetPlan(w.officer(), "47", p), "wrong.year")
		w.ok(w.SetPlan(w.officer(), "47", Plan{Kind: Items, Code: "803", Year: "2026-27", Cents: thousands(40_000)}))
		v, err := w.Subhead(w.Context(), "47", "2025-26", "661")
		w.ok(err)
		// 661 has 3,887: September and the six months after without a plan share what is left.
		if v.Forecast.Total != thousands(3887) || v.Forecast.Planned || *v.Months[8].Plan != thousands(600) {
			w.Errorf("%+v", v.Forecast)
		}
	})
}

func TestEveryStatement(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 40 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}

// TestNoPaymentSlipsIntoAClosedPeriod: one officer pays while another closes the month. When
// both come through, the payment came first.
func TestNoPaymentSlipsIntoAClosedPeriod(t *testing.T) {
	worlds(t, func(w *world) {
		version := int64(0)
		for range 15 {
			var paid, closed error
			var r Request
			var together sync.WaitGroup
			start := make(chan struct{})
			together.Go(func() {
				<-start
				r, paid = w.Ask(w.officer(), "47", pay("803", "1", "2025-08-01"), "")
			})
			together.Go(func() {
				<-start
				closed = w.SetPeriod(w.approver(), "47", "2025-08", true, version, "month's end")
			})
			close(start)
			together.Wait()
			w.ok(closed)
			o, err := w.Overview(w.Context(), "47", "2025-26")
			w.ok(err)
			period := o.Periods[4]
			switch {
			case paid == nil && !r.At.Before(period.At):
				w.Fatalf("paid at %s into a period that closed at %s", r.At, period.At)
			case paid != nil:
				w.refused(paid, "votes.fault.closed")
			}
			w.ok(w.SetPeriod(w.approver(), "47", "2025-08", false, period.Version, "again"))
			version = period.Version + 1
		}
		w.sound()
	})
}
