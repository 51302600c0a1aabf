package services

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// acts are what somebody may try on a case of chan's, and who may. The invited co-applicant is
// wong; lee is another resident; the empty name is the public.
func acts() []struct {
	name string
	may  []string
	do   func(w *world, ctx context.Context, a Application) error
} {
	task := func(w *world, a Application) string { return w.tasks(a)[0].ID }
	desk := []string{handler, inspector, approver}
	return []struct {
		name string
		may  []string
		do   func(w *world, ctx context.Context, a Application) error
	}{
		{"read as the applicant", []string{"chan"}, func(w *world, ctx context.Context, a Application) error { _, err := w.Case(ctx, a.ID); return err }},
		{"read at the desk", desk, func(w *world, ctx context.Context, a Application) error {
			_, err := w.CaseAtDesk(ctx, a.ID)
			return err
		}},
		{"find by reference", desk, func(w *world, ctx context.Context, a Application) error {
			_, err := w.FindCase(ctx, a.Reference)
			return err
		}},
		{"read a task", []string{handler}, func(w *world, ctx context.Context, a Application) error {
			_, _, err := w.TaskAtDesk(ctx, task(w, a))
			return err
		}},
		{"claim", []string{handler}, func(w *world, ctx context.Context, a Application) error { return w.Claim(ctx, task(w, a)) }},
		{"decide", []string{handler}, func(w *world, ctx context.Context, a Application) error {
			_, err := w.Decide(ctx, Decision{Task: task(w, a), Outcome: "complete"})
			return err
		}},
		{"write", desk, func(w *world, ctx context.Context, a Application) error { return w.Write(ctx, a.ID, "a word", false) }},
		{"note", desk, func(w *world, ctx context.Context, a Application) error { return w.Write(ctx, a.ID, "a note", true) }},
		{"answer", []string{"chan"}, func(w *world, ctx context.Context, a Application) error { return w.Answer(ctx, a.ID, "an answer", nil) }},
		{"withdraw", []string{"chan"}, func(w *world, ctx context.Context, a Application) error { return w.Withdraw(ctx, a.ID) }},
		{"begin for chan", []string{"chan"}, func(w *world, ctx context.Context, _ Application) error {
			_, err := w.Begin(ctx, Beginning{Service: "hall-booking", Account: "chan", Channel: Online})
			return err
		}},
		{"begin for chan at a counter", []string{counter}, func(w *world, ctx context.Context, _ Application) error {
			_, err := w.Begin(ctx, Beginning{Service: "hall-booking", Account: "chan", Channel: AtCounter, Helper: "helper"})
			return err
		}},
		{"publish", []string{editor}, func(w *world, ctx context.Context, _ Application) error {
			_, err := w.Publish(ctx, w.bundle("hall-booking"), Open)
			return err
		}},
		{"close a service", []string{editor}, func(w *world, ctx context.Context, _ Application) error {
			return w.SetState(ctx, "decision-review", Closed)
		}},
		{"add a kiosk", nil, func(w *world, ctx context.Context, _ Application) error {
			_, _, err := w.AddKiosk(ctx, same("Kiosk"), home)
			return err
		}},
	}
}

// everybody is everyone who may try.
func everybody() []string {
	return []string{"", "chan", "lee", "wong", handler, inspector, approver, editor, counter, rival}
}

// TestWhoMayDoWhat: each act on a case, tried by each of them.
func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(w *world) {
		for _, act := range acts() {
			a := w.submits(w.allowance("chan"))
			// Those who may not come first: they change nothing.
			all := everybody()
			slices.SortStableFunc(all, func(x, y string) int {
				return map[bool]int{true: 1}[slices.Contains(act.may, x)] - map[bool]int{true: 1}[slices.Contains(act.may, y)]
			})
			for _, account := range all {
				err := act.do(w, w.as(account), a)
				if may := slices.Contains(act.may, account); may != (err == nil) {
					t.Errorf("%q: %s: %v", account, act.name, err)
				}
			}
		}
		// A draft is nobody's but its owner's, and a case of another realm is not there.
		draft := w.allowance("chan")
		for _, account := range everybody() {
			_, err := w.CaseAtDesk(w.as(account), draft.ID)
			w.refused(err, "no-application")
			if _, _, err := w.Own(w.as(account), draft.ID); (err == nil) != (account == "chan") {
				t.Errorf("%q reads a draft: %v", account, err)
			}
		}
	})
}

// TestFourEyes: who checked a case does not decide on it, though they hold both roles.
func TestFourEyes(t *testing.T) {
	each(t, func(w *world) {
		a := w.submits(w.allowance("chan"))
		both := "ng.DEMO." + ApproverRole + " " + HandlerRole
		_, err := w.Decide(w.as(both), Decision{Task: w.tasks(a)[0].ID, Outcome: "complete"})
		w.ok(err)
		_, err = w.Decide(w.as(both), Decision{Task: w.tasks(a)[0].ID, Outcome: "approve"})
		if err == nil {
			t.Error("decided by one pair of eyes")
		}
		if c, err := w.CaseAtDesk(w.as(both), a.ID); err != nil || c.Stage != InProgress || len(c.History) != 3 {
			t.Errorf("%s %d %v", c.Stage, len(c.History), err)
		}
		_, err = w.Decide(w.as(approver), Decision{Task: w.tasks(a)[0].ID, Outcome: "approve"})
		w.ok(err)
	})
}

// TestWhoSeesWhichPage: every page about a case, asked for by everybody over HTTP. Who may not
// see it is shown nothing of it.
func TestWhoSeesWhichPage(t *testing.T) {
	each(t, func(w *world) {
		a := w.allowance("chan")
		up, problems := w.upload(a, "money", "/proof", "proof.pdf", pdf("salary of July"))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		w.takes(a, "money", "income", "4321", "savings", "8765")
		w.submits(a)
		for _, step := range []struct{ as, outcome string }{{handler, "complete"}, {approver, "approve"}} {
			_, err := w.Decide(w.as(step.as), Decision{Task: w.tasks(a)[0].ID, Outcome: step.outcome})
			w.ok(err)
		}
		letter := ""
		c, err := w.Case(w.as("chan"), a.ID)
		w.ok(err)
		for _, e := range c.History {
			if e.Kind == DidWrite {
				letter = itoa(int(e.Number))
			}
		}
		open := w.submits(w.allowance("chan"))
		draft := w.hall("chan")
		own, at := "/en"+casePath(a.ID), "/en"+deskCasePath(a.ID)
		desk := []string{handler, inspector, approver}
		pages := []struct {
			path string
			may  []string
		}{
			{own, []string{"chan"}},
			{own + "/receipt", []string{"chan"}},
			{own + "/letters/" + letter, []string{"chan"}},
			{own + "/files/" + up.Address, []string{"chan"}},
			{own + "/answer", []string{"chan"}},
			{"/en" + casePath(draft.ID) + "/page/event", []string{"chan"}},
			{"/en" + casePath(draft.ID) + "/check", []string{"chan"}},
			{at, desk},
			{at + "/letters/" + letter, desk},
			{at + "/files/" + up.Address, desk},
			{"/en" + taskPath(w.tasks(open)[0].ID), []string{handler}},
			{"/en" + deskPath + "/catalogue/living-benefit/bundle", []string{editor, handler, inspector, approver, counter}},
			{"/en" + deskPath + "/catalogue/upload", []string{editor, rival}},
		}
		visitors := map[string]*browser{}
		for _, account := range everybody() {
			visitors[account] = w.browser(account)
		}
		_, token, err := w.AddKiosk(w.system, same("Kiosk"), home)
		w.ok(err)
		visitors["kiosk"] = w.browser("")
		visitors["kiosk"].cookies["kiosk"] = &http.Cookie{Name: "kiosk", Value: token}
		for _, p := range pages {
			for account, b := range visitors {
				b.get(p.path)
				may := slices.Contains(p.may, account)
				if may != (b.status == 200) {
					t.Errorf("%q: %s answers %d", account, p.path, b.status)
				}
				for _, secret := range []string{englishName, telephone, "9123 4567", "salary of July", a.Reference} {
					if !may && strings.Contains(b.page, secret) {
						t.Errorf("%q: %s shows %s", account, p.path, secret)
					}
				}
			}
		}
		// Another applicant's file is not there under one's own case.
		other := w.submits(w.allowance("lee"))
		if b := visitors["lee"].get("/en" + casePath(other.ID) + "/files/" + up.Address); b.status != 404 {
			t.Errorf("somebody else's file under the own case: %d", b.status)
		}
		// A list of cases holds those of the own department.
		for account, b := range visitors {
			b.get("/en" + deskPath + "/cases.csv?stage=approved")
			if got, want := strings.Contains(b.page, a.Reference), slices.Contains(desk, account); got != want {
				t.Errorf("%q: cases.csv shows the case: %v (%d)", account, got, b.status)
			}
		}
	})
}
