package app

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/words"
	"praya/subsystems/services"
)

// TestEveryServiceInEveryLanguage goes the whole way through each of the six services, in each of
// three languages, on a phone's width, without scripts, with axe-core on every page. It follows the
// pages by what their buttons say in that language; the other journeys look at what pages tell.
// It takes minutes: `make journeys` runs it, and `make test` one service in each language.
func TestEveryServiceInEveryLanguage(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	r := unscripted{newResident(t, base)}
	r.Authenticator()
	r.registers("A123456(3)")
	r.off()
	all := os.Getenv("PRAYA_JOURNEYS") == "all"
	for i, code := range []string{"food-licence", "vehicle-renewal", "hall-booking", "address-certificate", "living-benefit", "decision-review"} {
		for n, l := range lang.All() {
			if !all && (i%3 != n || i > 2) {
				continue
			}
			w := &walk{unscripted: r, p: p, lang: l, words: p.Services.Words.In(l), code: code}
			w.through()
			t.Logf("%s in %s: %d pages", code, l, w.pages)
		}
	}
}

// walk is one application from the service's page to its end.
type walk struct {
	unscripted
	p     *Praya
	lang  lang.Lang
	words *words.Texts
	code  string
	pages int
}

const mostPages = 40

// answersOf are what a person fills in, by the names of the fields.
func answersOf() map[string]string {
	return map[string]string{
		"phone": "91234567", "kind": "restaurant", "partnered": "no", "premises.floor": "G", "premises.building": "示範大廈", "premises.number": "1",
		"premises.street": "海旁道", "premises.district": "CW", "area": "85.5", "seats": "40", "plate": "AB1234", "fuel": "electric", "months": "4",
		"insured": "P-2026-1", "purpose": "音樂會", "people": "80", "children": "no", "for": "bank", "income": "8000", "savings": "20000",
		"reference": "ABCD-EFGH-J", "decided-year": "2026", "decided-month": "1", "decided-day": "2", "why": "已提交全部文件。", "declare": "yes",
	}
}

var applicationPage = regexp.MustCompile(`/me/applications/([0-9a-f-]{36})$`)

func (w *walk) through() {
	w.t.Helper()
	w.Open(w.base + "/" + string(w.lang) + "/services/" + w.code)
	w.looks()
	w.Press(w.words.T("services.service.start"))
	for !applicationPage.MatchString(w.Address()) {
		w.looks()
		w.answers()
		w.presses("services.consent.agree", "services.check.submit", "services.apply.next")
	}
	id := services.ApplicationID(applicationPage.FindStringSubmatch(w.Address())[1])
	for range 12 {
		w.looks()
		if strings.Contains(w.Text(), w.words.T("services.stage.approved")) {
			return
		}
		w.goesOn(id)
	}
	w.t.Fatalf("%s in %s does not come to its end:\n%s", w.code, w.lang, w.Text())
}

// looks has axe look at the page, which must be in the language.
func (w *walk) looks() {
	w.t.Helper()
	w.sees()
	var tag string
	if w.Eval(`document.documentElement.lang`, &tag); tag != w.lang.Tag() {
		w.t.Errorf("%s is in %q", w.Address(), tag)
	}
	if w.pages++; w.pages > mostPages {
		w.t.Fatalf("%s goes on for ever at %s:\n%s", w.code, w.Address(), w.Text())
	}
}

// answers fills in what the page asks, and what is not filled in yet.
func (w *walk) answers() {
	w.t.Helper()
	for name, value := range answersOf() {
		var asked bool
		w.Eval(`(() => { const e = document.querySelector('main [name=`+strconv.Quote(name)+`]:not([type=hidden])'); return !!e && (e.type === 'radio' || e.type === 'checkbox' || !e.value); })()`, &asked)
		if asked {
			w.Fill(name, value)
		}
	}
}

// presses presses the first of these buttons that the page has.
func (w *walk) presses(keys ...string) {
	w.t.Helper()
	for _, key := range keys {
		text := w.words.T(key)
		var there bool
		if w.Eval(`[...document.querySelectorAll('main button, main a')].some(e => e.innerText.trim() === `+quoted(text)+`)`, &there); there {
			w.Press(text)
			return
		}
	}
	w.t.Fatalf("%s has none of %v:\n%s", w.Address(), keys, w.Text())
}

// goesOn does what the case waits for: the applicant pays and books, officers decide.
func (w *walk) goesOn(id services.ApplicationID) {
	w.t.Helper()
	here := w.Address()
	pay, _, _ := strings.Cut(w.words.T("services.case.pay", "amount", "\x00"), "\x00")
	var button string
	w.Eval(`([...document.querySelectorAll('main button, main a')].map(e => e.innerText.trim()).find(e => e.startsWith(`+quoted(pay)+`) || e === `+quoted(w.words.T("services.case.book"))+`)) || ''`, &button)
	switch {
	case button == w.words.T("services.case.book"):
		w.Press(button)
		w.looks()
		w.chooses("start")
		w.Press(w.words.T("services.book.submit"))
	case button != "":
		w.Press(button)
		w.looks()
		w.resident.pressesBeginning(w.unscripted, pay)
		w.looks()
		w.Fill("outcome", "paid")
		w.Press(w.words.T("fees.simulated.submit"))
		w.looks()
	default:
		w.decided(id)
	}
	w.Open(here)
}

// pressesBeginning presses the button that begins so.
func (r resident) pressesBeginning(u unscripted, text string) {
	r.t.Helper()
	var whole string
	r.Eval(`[...document.querySelectorAll('main button')].map(b => b.innerText.trim()).find(b => b.startsWith(`+quoted(text)+`)) || ''`, &whole)
	u.Press(whole)
}

// decided has an officer do the first open task of a case, another one than who did the last.
func (w *walk) decided(id services.ApplicationID) {
	w.t.Helper()
	for n := range 2 {
		officer := who.With(context.Background(), who.Request{Realm: who.Production, Lang: w.lang, Actor: who.Actor{
			Kind: who.Officer, ID: "walking-officer-" + strconv.Itoa(n), Duty: who.Duty{
				Department: services.DemoDepartment, Roles: services.ApproverRole + " " + services.HandlerRole + " " + services.InspectorRole,
			},
		}})
		c, err := w.p.Services.CaseAtDesk(officer, id)
		if err != nil || len(c.Tasks) == 0 {
			w.t.Fatalf("%s waits for nobody: %v\n%s", w.code, err, w.Text())
		}
		if err := w.p.Services.Claim(officer, c.Tasks[0].ID); err != nil {
			continue // four eyes
		}
		if c, err = w.p.Services.CaseAtDesk(officer, id); err != nil {
			w.t.Fatal(err)
		}
		outcome := c.Tasks[0].Decisions[0]
		if slices.Contains(c.Tasks[0].Decisions, "vary") { // of a review: in the applicant's favour
			outcome = "vary"
		}
		_, err = w.p.Services.Decide(officer, services.Decision{Task: c.Tasks[0].ID, Version: c.Tasks[0].Version, Outcome: outcome, Text: "文件齊備。"})
		if err == nil {
			return
		}
		w.t.Log(err)
	}
	w.t.Fatalf("nobody may decide on %s", w.code)
}
