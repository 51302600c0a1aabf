package governance

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/access"
)

// TestPolicy asks for every kind of actor what they may in their own department (DPO) and in
// another's: upper case in both, lower case in their own only.
func TestPolicy(t *testing.T) {
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	letters := []struct{ letter, action string }{
		{"r", "read"}, {"s", "see"}, {"k", "keep"}, {"c", "confirm"}, {"i", "import"}, {"g", "register"}, {"m", "compile"}, {"v", "review"},
	}
	for _, c := range []struct {
		name  string
		actor who.Actor
		want  string
	}{
		{"the public", who.Actor{Kind: who.Public}, "R"},
		{"a resident", who.Actor{Kind: who.Person, ID: "p", Level: "plus"}, "R"},
		{"an officer without a role", who.Actor{Kind: who.Officer, ID: "o", Duty: who.Duty{Department: "DPO"}}, "R"},
		{"an officer with another's role", who.Actor{Kind: who.Officer, ID: "o", Duty: who.Duty{Department: "DPO", Roles: "votes-officer"}}, "R"},
		{"a department's officer", who.Actor{Kind: who.Officer, ID: "o", Duty: who.Duty{Department: "DPO", Roles: OfficerRole}}, "Rskcig"},
		{"an officer without a department", who.Actor{Kind: who.Officer, ID: "o", Duty: who.Duty{Roles: OfficerRole}}, "R"},
		{"a compiler", who.Actor{Kind: who.Officer, ID: "o", Duty: who.Duty{Department: "DPO", Roles: CompilerRole}}, "RSIGMV"},
		{"both", who.Actor{Kind: who.Officer, ID: "o", Duty: who.Duty{Department: "DPO", Roles: CompilerRole + " " + OfficerRole}}, "RSkcIGMV"},
		{"the operator", who.Actor{Kind: who.Operator, ID: "o"}, "RSI"},
		{"a program", who.Actor{Kind: who.Program, ID: "x"}, "R"},
		{"the system", who.Actor{Kind: who.System}, "RSKIGMV"},
	} {
		ctx := who.With(t.Context(), who.Request{Actor: c.actor, Realm: who.Production})
		got := ""
		for _, l := range letters {
			may := func(code string) bool {
				return policy.Can(ctx, "governance."+l.action, access.Resource{Type: "Department", ID: code, Attrs: map[string]any{"code": code}})
			}
			switch own, other := may("DPO"), may("EPD"); {
			case own && other:
				got += strings.ToUpper(l.letter)
			case own:
				got += l.letter
			case other:
				t.Errorf("%s may %s in another's department only", c.name, l.action)
			}
		}
		if got != c.want {
			t.Errorf("%s may %s, want %s", c.name, got, c.want)
		}
	}
}

// TestTwoAtOnce: of several who confirm one return, judge one period or go live at one time,
// one does; findings get numbers without gaps; nothing is lost.
func TestTwoAtOnce(t *testing.T) {
	worlds(t, func(w *world) {
		anna := w.officer("anna", "DPO")
		p := w.finished(anna, "T1", "2025-06-01", "1")
		w.ok(w.FileReturn(anna, p.ID, Answers{ToSpecification: true}, evidence, ""))
		f, err := w.Service.Project(anna, p.ID)
		w.ok(err)
		confirmed := w.atOnce(4, func(ctx context.Context) error { return w.Confirm(ctx, f.Waiting.ID, f.Waiting.Version) })
		if confirmed != 1 {
			t.Errorf("%d confirmed one return", confirmed)
		}
		replanned := w.proposed(anna, "T2")
		if n := w.atOnce(4, func(ctx context.Context) error {
			return w.Replan(ctx, replanned.ID, 1, Schedule{day("2025-01-01"), day("2025-12-31"), figure("7")}, "")
		}); n != 1 {
			t.Errorf("%d planned one project anew", n)
		}
		level, err := w.AgreeLevel(w.compiler(), Level{Service: three("x"), Provider: "DPO", Agreed: figure("1"), Unit: Hours, Direction: AtMost, Period: Period{From: day("2025-01-01")}})
		w.ok(err)
		w.atOnce(4, func(ctx context.Context) error {
			return w.Judge(ctx, level, Judgement{Period: Period{day("2025-01-01"), day("2025-01-31")}, Measured: figure("1"), Evidence: "log"})
		})
		_, judged, _, err := w.Level(anna, level)
		w.ok(err)
		for i, j := range judged {
			if j.Revision != len(judged)-i {
				t.Errorf("revisions %+v", judged)
			}
		}
		audit, err := w.OpenAudit(w.compiler(), Audit{Service: three("x"), Department: "DPO", Auditor: three("x"), Scope: three("x"), Period: Period{From: day("2025-01-01")}})
		w.ok(err)
		added := w.atOnce(4, func(context.Context) error {
			_, err := w.AddFinding(w.compiler(), Finding{Audit: audit, What: three("x"), Recommendation: three("x"), Owner: "x", Due: day("2026-01-01")})
			return err
		})
		_, found, err := w.Audit(anna, audit)
		w.ok(err)
		if len(found) != added || len(found) == 0 || found[len(found)-1].Number != added {
			t.Errorf("%d findings were added, %d are there", added, len(found))
		}
	})
}

// atOnce lets several officers of one department do the same at one time, and says how many
// did. The others must meet a Conflict, or see that it is done.
func (w *world) atOnce(n int, do func(context.Context) error) (done int) {
	w.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		ctx := w.officer("ben"+number(i), "DPO")
		all.Go(func() { errs[i] = do(ctx) })
	}
	all.Wait()
	for _, err := range errs {
		var f *fault.Fault
		switch {
		case err == nil:
			done++
		case !errors.As(err, &f) || f.Kind != fault.Conflict:
			w.Errorf("at once: %v", err)
		}
	}
	return done
}
