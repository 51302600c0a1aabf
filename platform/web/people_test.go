package web

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// town is a small town of people: two officers, one of whom has left.
type town struct{}

func (town) SignIn() string { return "/enter" }

func (town) Duty(_ context.Context, account string) (who.Duty, error) {
	if account == "left" {
		return who.Duty{}, fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	return who.Duty{Department: "FEHD", Roles: "agent"}, nil
}

func (town) Label(v *Visit) (string, string, error) { return "Chan " + v.Actor().ID, "/me", nil }

func newTown(t *testing.T, d *db.DB) desk {
	s := newDesk(t, d, who.Production)
	s.parts.People = town{}
	s.Page("POST /enter/{kind}/{id}", func(v *Visit) error {
		a := who.Actor{Kind: who.Kind(v.PathValue("kind")), ID: v.PathValue("id"), Level: "basic"}
		if err := v.SignIn(a, "hwk"); err != nil {
			return err
		}
		return v.RedirectWith("/who", Notice{Text: "Welcome"})
	}, InSandbox())
	s.Page("POST /leave", func(v *Visit) error {
		if err := v.SignOut(); err != nil {
			return err
		}
		return v.Redirect("/who")
	}, InSandbox())
	s.Page("GET /who", func(v *Visit) error {
		a := v.Actor()
		title := strings.Join([]string{string(who.From(v.Context()).Realm), string(a.Kind), a.ID, a.Level, a.Duty.Department, v.Link("/x")}, " ")
		return v.Render(Page{Title: title}, templ.NopComponent)
	}, InSandbox())
	s.Page("GET /own", func(v *Visit) error { return fault.New(fault.Unauthenticated, "web.fault.unauthenticated.text") }, InSandbox())
	return s
}

func TestPeopleSignIn(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := newTown(t, d)
		b := &browser{s.Handler(), map[string]string{"session": "fixed"}}
		see := func(b *browser, path, text string) {
			t.Helper()
			w := b.do("GET", path, nil)
			if !strings.Contains(w.Body.String()+w.Header().Get("Location"), text) {
				t.Errorf("%s: %d to %q without %q", path, w.Code, w.Header().Get("Location"), text)
			}
		}
		see(b, "/en/who", "production Public")
		see(b, "/en/who", `<a href="/en/enter">Sign in</a>`)
		see(b, "/en/own?x=1", "/en/enter?to=%2Fown%3Fx%3D1")
		b.do("POST", "/en/enter/Person/p1", nil)
		see(b, "/en/who", "Welcome")
		see(b, "/en/who", "production Person p1 basic  /en/x")
		see(b, "/en/who", `<a href="/en/me">Chan p1</a>`)
		see(&browser{s.Handler(), map[string]string{"session": "fixed"}}, "/en/who", "production Public")

		see(b, "/en/sandbox/who", "sandbox Public    /en/sandbox/x")
		see(b, "/en/sandbox/own", "/en/sandbox/enter?to=%2Fown")
		see(&browser{s.Handler(), map[string]string{"sandbox-session": b.cookies["session"]}}, "/en/sandbox/who", "sandbox Public")
		b.do("POST", "/tc/sandbox/enter/Person/tester", nil)
		see(b, "/tc/sandbox/who", "sandbox Person tester")
		see(b, "/en/who", "production Person p1")

		officer := &browser{s.Handler(), map[string]string{}}
		officer.do("POST", "/en/enter/Officer/o1", nil)
		see(officer, "/en/who", "production Officer o1 basic FEHD")
		officer.do("POST", "/en/enter/Officer/left", nil)
		see(officer, "/en/who", "production Public")
		b.do("POST", "/en/leave", nil)
		see(b, "/en/who", "production Public")
		if w := s.Handler(); w == nil || len(b.cookies) != 1 {
			t.Errorf("after signing out of one realm the cookies are %v", b.cookies)
		}
	})
}

func TestSessionsOfOnePerson(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		s := newTown(t, d)
		var all []*browser
		for range 3 {
			b := &browser{s.Handler(), map[string]string{}}
			b.do("POST", "/en/enter/Person/p1", nil)
			all = append(all, b)
		}
		all[2].do("POST", "/en/enter/Person/p1", nil) // proven again: no further session
		p1, p2 := who.Actor{Kind: who.Person, ID: "p1"}, who.Actor{Kind: who.Person, ID: "p2"}
		change := func(f func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(who.AsSystem(context.Background(), who.Production), f); err != nil {
				t.Fatal(err)
			}
		}
		var list []Session
		read := func(tx *db.Tx) (err error) { list, err = Sessions(tx, p1); return err }
		change(read)
		if len(list) != 3 || list[0].Methods[0] != "hwk" || list[0].ID == list[1].ID {
			t.Fatalf("sessions: %+v", list)
		}
		change(func(tx *db.Tx) error { return EndSession(tx, p2, list[0].ID) }) // not theirs
		change(func(tx *db.Tx) error { return EndSession(tx, p1, list[0].ID) })
		change(func(tx *db.Tx) error { return RaiseSessions(tx, who.Actor{Kind: who.Person, ID: "p1", Level: "plus"}) })
		keep := list[1].ID
		change(read)
		if len(list) != 2 || list[0].Actor.Level != "plus" {
			t.Errorf("after ending one: %+v", list)
		}
		change(func(tx *db.Tx) error { return EndSessions(tx, p1, keep) })
		change(read)
		if len(list) != 1 || list[0].ID != keep {
			t.Errorf("after ending the others: %+v", list)
		}
	})
}

func TestDevice(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36":            "Chrome, Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0":        "Edge, Windows",
		"curl/8": "", "": "",
	} {
		if got := Device(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestFormsLeadTo(t *testing.T) {
	s := newTown(t, nil)
	s.Page("GET /consent", func(v *Visit) error {
		v.FormsLeadTo("https://service.example")
		return v.Render(Page{Title: "Consent"}, templ.NopComponent)
	})
	w := ask{path: "/en/consent"}.of(s.Handler())
	if p := w.Header().Get("Content-Security-Policy"); !strings.Contains(p, "form-action 'self' https://service.example; base-uri 'none'") {
		t.Error(p)
	}
}
