package licences

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/platform/sign"
	"praya/platform/words"
)

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 25 {
		t.Errorf("%d statements", n)
	}
}

func TestWords(t *testing.T) {
	for _, problem := range words.Complete(Words()) {
		t.Error(problem)
	}
}

func TestIssueOncePerCase(t *testing.T) {
	each(t, func(w *world) {
		a := w.issue("food-business", "chan", "case-1", shop())
		if a.Number[:3] != "FB-" || a.From != day("2026-03-02") || a.Until != day("2027-03-01") || a.State != Valid || a.Version != 1 || a.Department != "FEHD" {
			t.Errorf("%+v", a)
		}
		if b := w.issue("food-business", "lee", "case-1", nil); b.ID != a.ID || b.Holder != "chan" || b.Values["holder"] != "陳大文" {
			t.Errorf("%+v", b)
		}
		w.refuse("case-used", func(tx *db.Tx) error {
			_, err := w.Issue(tx, Licence{Kind: "permit", Case: "case-1"}, "an")
			return err
		})
		w.refuse("field", func(tx *db.Tx) error {
			_, err := w.Issue(tx, Licence{Kind: "permit", Values: map[string]string{"shop": "x"}}, "an")
			return err
		})
		w.refuse("no-kind", func(tx *db.Tx) error {
			_, err := w.Issue(tx, Licence{Kind: "other"}, "an")
			return err
		})
		w.refuse("order", func(tx *db.Tx) error {
			_, err := w.Issue(tx, Licence{Kind: "permit"}, "")
			return err
		})
		// Nothing private stands open in the store.
		w.read(func(tx *db.Tx) error {
			r, err := one(tx, sqlByNumber, a.Number)
			if r.open["shop"] == "" || r.open["holder"] != "" || strings.Contains(string(r.sealed), "陳大文") {
				t.Error(r.open)
			}
			return err
		})
		if got := w.get(a.ID); got.Values["holder"] != "陳大文" || got.Digest != a.Digest || got.Entry != a.Entry {
			t.Errorf("%+v", got)
		}
	})
}

// TestOneLicencePerCaseInARush: many at once issue for the same case.
func TestOneLicencePerCaseInARush(t *testing.T) {
	each(t, func(w *world) {
		var group sync.WaitGroup
		numbers := make([]string, 12)
		for i := range numbers {
			group.Go(func() {
				err := w.DB.Write(w.system, func(tx *db.Tx) error {
					l, err := w.Issue(tx, Licence{Kind: "food-business", Case: "rush", Values: shop()}, "an")
					numbers[i] = l.Number
					return err
				})
				if fault.Is(err, fault.Conflict) {
					numbers[i] = "" // the caller begins again
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		w.read(func(tx *db.Tx) error {
			n, err := listCount(tx, Filter{})
			l, _ := w.ByCase(tx, "rush")
			for _, number := range numbers {
				if number != "" && number != l.Number {
					t.Errorf("%s was given beside %s", number, l.Number)
				}
			}
			if n != 1 {
				t.Errorf("%d licences", n)
			}
			return err
		})
	})
}

// TestActs walks through the states: what leads where, and what is refused.
func TestActs(t *testing.T) {
	each(t, func(w *world) {
		l := w.issue("food-business", "chan", "", shop())
		do := func(act func(tx *db.Tx) (Licence, error)) (out Licence) {
			t.Helper()
			w.write(func(tx *db.Tx) (err error) {
				out, err = act(tx)
				return err
			})
			return out
		}
		no := func(key string, act func(tx *db.Tx) (Licence, error)) {
			t.Helper()
			w.refuse(key, func(tx *db.Tx) error {
				_, err := act(tx)
				return err
			})
		}
		renew := func(o Order) func(tx *db.Tx) (Licence, error) {
			return func(tx *db.Tx) (Licence, error) { return w.Renew(tx, l.ID, when.Day{}, o) }
		}
		suspend := func(tx *db.Tx) (Licence, error) { return w.Suspend(tx, l.ID, order("rats")) }
		restore := func(tx *db.Tx) (Licence, error) { return w.Restore(tx, l.ID, order("no rats")) }

		no("early", renew(order("")))
		no("not-from-valid", restore)
		no("reason", func(tx *db.Tx) (Licence, error) { return w.Suspend(tx, l.ID, Order{By: "an"}) })
		no("overtaken", func(tx *db.Tx) (Licence, error) {
			return w.Suspend(tx, l.ID, Order{By: "an", Why: text("x"), Version: 9})
		})
		if got := do(suspend); got.State != Suspended || got.Why.EN != "rats" || got.Version != 2 {
			t.Errorf("%+v", got)
		}
		no("not-from-suspended", suspend)
		do(restore)
		no("nothing", func(tx *db.Tx) (Licence, error) {
			return w.Amend(tx, l.ID, map[string]string{"shop": "大好味茶餐廳"}, order("same"))
		})
		got := do(func(tx *db.Tx) (Licence, error) {
			return w.Amend(tx, l.ID, map[string]string{"shop": "小好味茶餐廳", "holder": ""}, order("new name"))
		})
		if got.Values["shop"] != "小好味茶餐廳" || got.Values["address"] == "" || got.Values["holder"] != "" {
			t.Error(got.Values)
		}
		no("same-holder", func(tx *db.Tx) (Licence, error) { return w.Transfer(tx, l.ID, "chan", nil, order("x")) })
		if got = do(func(tx *db.Tx) (Licence, error) {
			return w.Transfer(tx, l.ID, "lee", map[string]string{"holder": "李四"}, order("sold"))
		}); got.Holder != "lee" || got.Values["holder"] != "李四" {
			t.Errorf("%+v", got)
		}

		w.clock.days(310) // 6 January 2027, 54 days before the end
		if got = do(renew(Order{By: "an", Case: "renewal-1"})); got.Until != day("2028-03-01") {
			t.Error(got.Until)
		}
		if got = do(renew(Order{By: "an", Case: "renewal-1"})); got.Until != day("2028-03-01") || got.Changes != 6 {
			t.Error("renewed twice in a case:", got.Until, got.Changes)
		}
		no("early", renew(order("")))

		w.clock.days(500)
		if standing := w.get(l.ID).StateOn(w.clock.now().Day()); standing != Expired {
			t.Error(standing)
		}
		no("not-from-expired", suspend)
		if got = do(renew(order(""))); got.Until != day("2029-05-19") {
			t.Error("renewed from today, since the end had passed:", got.Until)
		}
		if got = do(func(tx *db.Tx) (Licence, error) { return w.Revoke(tx, l.ID, order("rats again")) }); got.State != Revoked {
			t.Error(got.State)
		}
		for _, act := range []func(tx *db.Tx) (Licence, error){suspend, restore, renew(order(""))} {
			no("not-from-revoked", act)
		}
		other := w.issue("permit", "chan", "", nil)
		if got = do(func(tx *db.Tx) (Licence, error) { return w.Surrender(tx, other.ID, Order{By: "chan"}) }); got.State != Surrendered || !got.Until.IsZero() {
			t.Errorf("%+v", got)
		}
		l = other
		no("not-from-surrendered", suspend)
	})
}

// TestHistoryIsAnchored: each change has its record, whose salted hash is what the ledger got, in
// a chain.
func TestHistoryIsAnchored(t *testing.T) {
	each(t, func(w *world) {
		l := w.issue("food-business", "chan", "", shop())
		w.write(func(tx *db.Tx) error {
			_, err := w.Suspend(tx, l.ID, order("rats"))
			return err
		})
		w.write(func(tx *db.Tx) error {
			_, err := w.Amend(tx, l.ID, map[string]string{"shop": "新店"}, order("new name"))
			return err
		})
		w.read(func(tx *db.Tx) error {
			all, err := w.History(tx, l.ID)
			if err != nil {
				return err
			}
			if len(all) != 3 || all[0].Act != Amended || all[1].Act != SuspendedAct || all[2].Act != Issued {
				t.Fatalf("%+v", all)
			}
			if r := all[0].Record; !slices.Equal(r.Changed, []string{"shop"}) || r.Values["shop"] != "新店" || r.Why.EN != "new name" || r.State != Suspended {
				t.Errorf("%+v", r)
			}
			previous := ""
			for _, c := range slices.Backward(all) {
				e := w.ledger.all[c.Entry]
				if e.Kind != string(c.Act) || e.Previous != previous || hex.EncodeToString(e.Of[:]) != c.Digest {
					t.Errorf("%+v against %+v", e, c)
				}
				previous = c.Entry
			}
			raw, err := w.proof(tx, all[0])
			if err != nil {
				return err
			}
			var p struct {
				Salt   []byte
				Record json.RawMessage
			}
			if err := json.Unmarshal(raw, &p); err != nil {
				return err
			}
			if h := sha256.Sum256(append(p.Salt, p.Record...)); hex.EncodeToString(h[:]) != all[0].Digest {
				t.Error("the proof does not give the digest")
			}
			return nil
		})
	})
}

// TestFourEyes: who proposed does not decide; a decision is made once.
func TestFourEyes(t *testing.T) {
	each(t, func(w *world) {
		l := w.issue("food-business", "chan", "", shop())
		propose := func(tx *db.Tx) error { return w.Propose(tx, l.ID, order("rats")) }
		decide := func(by string, agree bool) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				p, err := w.ProposalOf(tx, l.ID)
				if err != nil {
					return err
				}
				return w.Decide(tx, p, by, agree)
			}
		}
		w.write(propose)
		w.refuse("proposed", propose)
		w.refuse("own-proposal", decide("an", true))
		w.write(decide("bo", false))
		if w.get(l.ID).State != Valid {
			t.Error("refused, and revoked")
		}
		w.write(propose)
		w.write(decide("bo", true))
		if got := w.get(l.ID); got.State != Revoked || got.Why.EN != "rats" {
			t.Errorf("%+v", got)
		}
		w.refuse("not-from-revoked", propose)
		w.read(func(tx *db.Tx) error {
			if _, err := w.ProposalOf(tx, l.ID); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			all, err := w.History(tx, l.ID)
			if all[0].By != "bo" || all[0].Second != "an" {
				t.Errorf("%+v", all[0])
			}
			return err
		})
	})
}

// TestRegister: found by word and by character, by state and department; what is private is not
// found, nor what is not listed.
func TestRegister(t *testing.T) {
	each(t, func(w *world) {
		a := w.issue("food-business", "chan", "", shop())
		b := w.issue("food-business", "lee", "", map[string]string{"shop": "Harbour Noodles", "holder": "Harbour Ltd"})
		w.issue("permit", "chan", "", map[string]string{"class": "大好味", "name": "陳"})
		w.write(func(tx *db.Tx) error {
			_, err := w.Suspend(tx, b.ID, order("x"))
			return err
		})
		for _, c := range []struct {
			f    Filter
			want []string
		}{
			{Filter{}, []string{b.Number, a.Number}},
			{Filter{Words: "好味"}, []string{a.Number}},
			{Filter{Words: "弥敦道"}, []string{a.Number}}, // Simplified finds Traditional
			{Filter{Words: "NOODLES"}, []string{b.Number}},
			{Filter{Words: "oodles"}, nil},
			{Filter{Words: "陳大文"}, nil},
			{Filter{Words: "ltd"}, nil},
			{Filter{State: Suspended}, []string{b.Number}},
			{Filter{State: Valid, Kind: "food-business"}, []string{a.Number}},
			{Filter{Department: "TD"}, nil},
			{Filter{Kind: "permit"}, nil},
		} {
			list, n, err := w.Register(w.Context(), c.f, 10, 0)
			w.ok(err)
			var got []string
			for _, p := range list {
				got = append(got, p.Number)
			}
			if !slices.Equal(got, c.want) || n != len(c.want) {
				t.Errorf("%+v: %v (%d), want %v", c.f, got, n, c.want)
			}
		}
		// A field that is made private is shown no more at once, and soon stands sealed and is not found.
		w.write(func(tx *db.Tx) error {
			k, err := w.KindOf(tx, "food-business")
			k.Fields[1].Public = false
			if err != nil {
				return err
			}
			return w.PutKind(tx, k)
		})
		var waiting []jobs.Job
		w.read(func(tx *db.Tx) (err error) {
			waiting, err = jobs.List(tx, 10, 0)
			return err
		})
		if len(waiting) != 1 || waiting[0].Kind != JobRefresh {
			t.Fatalf("%+v", waiting)
		}
		w.ok(w.part(w.system, "food-business", func(int64) {}))
		w.read(func(tx *db.Tx) error {
			r, err := one(tx, sqlByID, a.ID)
			if r.open["address"] != "" || r.open["shop"] == "" {
				t.Error(r.open)
			}
			return err
		})
		if got := w.get(a.ID); got.Values["address"] != shop()["address"] || got.Version != a.Version {
			t.Errorf("%+v", got)
		}
		if _, n, err := w.Register(w.Context(), Filter{Words: "弥敦道"}, 10, 0); n != 0 || err != nil {
			t.Error(n, err)
		}
		p, err := w.PublicByNumber(w.Context(), strings.ToLower(strings.ReplaceAll(a.Number, "-", " ")))
		w.ok(err)
		if len(p.Fields) != 1 || p.Fields[0].Value != "大好味茶餐廳" || p.State != Valid {
			t.Errorf("%+v", p)
		}
	})
}

func TestRemindOnce(t *testing.T) {
	each(t, func(w *world) {
		l := w.issue("food-business", "chan", "", shop())
		w.issue("food-business", "", "", shop()) // nobody to tell
		w.issue("permit", "chan", "", nil)       // no end
		run := func() []string {
			before := len(w.people.sent)
			w.ok(w.remind(w.system, func(int64) {}))
			return w.people.sent[before:]
		}
		if told := run(); len(told) > 0 {
			t.Error(told)
		}
		w.clock.days(310)
		if told := run(); len(told) != 1 || !strings.HasSuffix(told[0], "2027-03-01.60") {
			t.Error(told)
		}
		if told := run(); len(told) > 0 {
			t.Error("told again:", told)
		}
		w.write(func(tx *db.Tx) error {
			_, err := w.Renew(tx, l.ID, when.Day{}, order(""))
			return err
		})
		w.clock.days(365 + 50) // four days before the new end: the nearer reminder only
		if told := run(); len(told) != 1 || !strings.HasSuffix(told[0], "2028-03-01.7") {
			t.Error(told)
		}
		if told := run(); len(told) > 0 {
			t.Error("told again:", told)
		}
	})
}

// TestRefresh: after a rotation everything is sealed anew, and opens.
func TestRefresh(t *testing.T) {
	each(t, func(w *world) {
		l := w.issue("food-business", "chan", "", shop())
		w.write(func(tx *db.Tx) error { return w.Propose(tx, l.ID, order("x")) })
		w.ok(w.Keys.Rotate(sign.Fields))
		if n, err := w.Stale(w.system); n != 3 || err != nil {
			t.Error(n, err)
		}
		w.ok(w.reseal(w.system, func(int64) {}))
		if n, err := w.Stale(w.system); n != 0 || err != nil {
			t.Error(n, err)
		}
		if w.get(l.ID).Values["holder"] != "陳大文" {
			t.Error("it does not open")
		}
	})
}

// TestRealms: what is issued in the sandbox is not there in production.
func TestRealms(t *testing.T) {
	each(t, func(w *world) {
		l := w.issue("food-business", "chan", "c", shop())
		sandbox := who.AsSystem(w.Context(), who.Sandbox)
		err := w.DB.Read(sandbox, func(tx *db.Tx) error {
			_, err := w.ByNumber(tx, l.Number)
			return err
		})
		if !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestKindsAreChecked(t *testing.T) {
	for name, spoil := range map[string]func(k *Kind){
		"code":       func(k *Kind) { k.Code = "A b" },
		"department": func(k *Kind) { k.Department = "" },
		"name":       func(k *Kind) { k.Name.SC = "" },
		"prefix":     func(k *Kind) { k.Prefix = "F1" },
		"months":     func(k *Kind) { k.Months = -1 },
		"renew_from": func(k *Kind) { k.RenewFrom = -1 },
		"remind":     func(k *Kind) { k.Remind = []int{-1} },
		"renewal":    func(k *Kind) { k.Renewal = "https://elsewhere.example" },
		"fields":     func(k *Kind) { k.Fields = append(k.Fields, k.Fields[0]) },
	} {
		k := food()
		spoil(&k)
		var f *fault.Fault
		if !errors.As(k.check(), &f) || len(f.Fields) != 1 || f.Fields[0].Name != name {
			t.Errorf("%s: %+v", name, f)
		}
	}
	each(t, func(w *world) {
		w.refuse("kind", func(tx *db.Tx) error { return w.PutKind(tx, Kind{Code: "x"}) })
		w.refuse("kind-fixed", func(tx *db.Tx) error {
			k, err := w.KindOf(tx, "permit")
			k.Prefix = "ZZ"
			if err != nil {
				return err
			}
			return w.PutKind(tx, k)
		})
	})
}

func TestParseNumber(t *testing.T) {
	k := Kind{Prefix: "FB"}
	n := k.newNumber()
	for _, ok := ParseNumber(n + "0"); ok; _, ok = ParseNumber(n + "0") {
		n = k.newNumber() // with one character more it is, now and then, a good number of a longer prefix
	}
	for _, typed := range []string{n, strings.ToLower(n), strings.ReplaceAll(n, "-", ""), " " + strings.ReplaceAll(n, "-", " ") + " ", strings.ReplaceAll(n, "0", "o")} {
		if got, ok := ParseNumber(typed); !ok || got != n {
			t.Errorf("%q: %q, %v", typed, got, ok)
		}
	}
	for _, wrong := range []string{"", "FB", n[3:], n + "0", "FB-AAAA-AAAA-B", "F8-" + n[3:], strings.Repeat("A", 300)} {
		if got, ok := ParseNumber(wrong); ok {
			t.Errorf("%q: %q", wrong, got)
		}
	}
}

func TestEndOfTerm(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-03-02", 12, "2027-03-01"},
		{"2026-01-01", 12, "2026-12-31"},
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 48, "2028-02-28"},
		{"2026-11-30", 3, "2027-02-28"},
		{"2026-12-01", 1, "2026-12-31"},
	} {
		if got := (Kind{Months: c.months}).End(day(c.from)); got != day(c.want) {
			t.Errorf("%s and %d months: %s, want %s", c.from, c.months, got, c.want)
		}
	}
}
