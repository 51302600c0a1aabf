package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"praya/app"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/contact"
	"praya/subsystems/contact/cases"
)

// How many cases are stored, unless CASES says another number; SCALE=full is the ten million. As
// many as come in ten days of a centre with 3,500 cases a day are open, however many are stored.
const (
	benchCases = 300_000
	fullCases  = 10_000_000
	openCases  = 35_000
)

// supervisor is somebody who may see all of the pages.
type supervisor struct{}

func (supervisor) SignIn() string { return "/sign-in" }

func (supervisor) Duty(context.Context, string) (who.Duty, error) {
	return who.Duty{Officer: "bench", Department: "DPO", Roles: cases.AgentRole + " " + cases.SupervisorRole + " " + cases.HeadRole}, nil
}

func (supervisor) Label(*web.Visit) (string, string, error) { return "bench", "/me", nil }

// stored measures the live board, and each page that counts cases, over the cases of years. The same
// pages over the open cases alone stand beside: what is closed must not slow them.
func (b *bench) stored() (err error) {
	p, err := b.cycle("cases")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	n := asNumber("CASES", benchCases)
	if b.scale >= 10 && os.Getenv("CASES") == "" {
		n = fullCases
	}
	open := min(openCases, n/2)
	site, err := b.desk(p)
	if err != nil {
		return err
	}
	defer site.Close()
	if _, err := p.Contact.Cases.TakeOver(b.ctx, earlierCases(b.ctx, open, true)); err != nil {
		return err
	}
	before, err := b.deskPages(p, site)
	if err != nil {
		return err
	}
	began := time.Now()
	closed, err := p.Contact.Cases.TakeOver(b.ctx, earlierCases(b.ctx, n-open, false))
	if err != nil {
		return err
	}
	rate := float64(closed) / time.Since(began).Seconds()
	after, err := b.deskPages(p, site)
	if err != nil {
		return err
	}
	beside := map[string]float64{"the bound": 50, "the same with open cases alone": before["board"].p99}
	size := fmt.Sprintf("%d cases stored, %d of them open, taken over at %.0f a second; p50 (p99) in ms with the open alone, and with all:", n, open, rate)
	for _, name := range deskPagesInOrder() {
		x, y := before[name], after[name]
		size += fmt.Sprintf(" %s %.1f (%.1f), %.1f (%.1f);", name, x.p50, x.p99, y.p50, y.p99)
	}
	b.add(Result{Name: "contact.board", Unit: "ms p99", Ours: after["board"].p99, P50: after["board"].p50, P99: after["board"].p99, Beside: beside, Size: size})
	return nil
}

// spreadOf is how long something took.
type spreadOf struct{ p50, p99 float64 }

func deskPagesInOrder() []string {
	return []string{"board", "screen", "desk", "level", "figures of cases", "figures for all", "counts"}
}

// deskPages asks for the board and for each page that counts cases.
func (b *bench) deskPages(p *app.Praya, site *officersSite) (map[string]spreadOf, error) {
	pages := map[string]string{
		"board": "/en/contact/board", "screen": "/en/contact/board?screen=1", "desk": "/en/contact/desk", "level": "/en/contact/desk?view=level",
		"figures of cases": "/en/contact/desk/figures", "figures for all": "/en/contact/figures",
	}
	out := map[string]spreadOf{}
	if err := site.enter(); err != nil { // a session ends long before a store is full
		return nil, err
	}
	note := func(name string, took []time.Duration, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		p50, p99 := spread(took)
		out[name] = spreadOf{p50, p99}
		return nil
	}
	for name, path := range pages {
		took, err := each(200, func(int) error { return site.get(path) })
		if err := note(name, took, err); err != nil {
			return nil, err
		}
	}
	took, err := each(200, func(int) error {
		return p.DB.Read(b.ctx, func(tx *db.Tx) error {
			_, err := p.Contact.Cases.Counts(tx)
			return err
		})
	})
	return out, note("counts", took, err)
}

// earlierCases are invented cases of the last five years, or of the last ten days and open. What their
// people wrote is the same for all; where they are and what they are about differs.
func earlierCases(ctx context.Context, n int, open bool) iter.Seq[cases.Earlier] {
	districts, kinds := cases.Districts(), cases.Kinds()
	channels := []string{"phone", "web", "mail", "letter", "counter", "open311"}
	states := []cases.State{cases.Fresh, cases.Referred, cases.Referred, cases.Referred, cases.Replied, cases.Escalated, cases.Answered}
	now, span := when.System(), 5*365*24*time.Hour
	if open {
		span = 10 * 24 * time.Hour
	}
	return func(yield func(cases.Earlier) bool) {
		for i := range n {
			at := now.Add(-span + time.Duration(i)*(span/time.Duration(n)))
			e := cases.Earlier{
				New: cases.New{
					Kind: kinds[i%len(kinds)], Channel: channels[i%len(channels)], Language: lang.TC, Text: "路面有坑洞，請跟進。", Title: "路面", By: "bench",
					Where: &cases.Where{District: districts[i%len(districts)]}, Contact: cases.Contact{Phone: fmt.Sprintf("9%07d", i%10_000_000)},
				},
				Reference: fmt.Sprintf("%t-%09d", open, i), State: states[i%len(states)], Lead: []string{"HYD", "FEHD", "DSD", "EPD"}[i%4], OpenedAt: at,
			}
			if !open {
				e.State, e.Outcome, e.ClosedAt = cases.Closed, cases.Resolved, at.Add(72*time.Hour)
			}
			if !yield(e) || ctx.Err() != nil {
				return
			}
			if i%100_000 == 99_999 {
				fmt.Fprintf(os.Stderr, "\r%d of %d cases", i+1, n)
			}
		}
	}
}

// officersSite is the centre's pages for somebody who is signed in.
type officersSite struct {
	*httptest.Server

	cookies []*http.Cookie
}

// desk opens the centre's pages for a supervisor: the site of the program knows no officer before one
// made a passkey.
func (b *bench) desk(p *app.Praya) (*officersSite, error) {
	book, err := words.New(append(contact.Words(), web.Words())...)
	if err != nil {
		return nil, err
	}
	policy, err := access.New(contact.Policies()...)
	if err != nil {
		return nil, err
	}
	const origin = "http://praya.example"
	site, err := web.New(web.Config{Operator: "off", Origin: origin, Owner: lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}},
		web.Parts{Words: book, Policy: policy, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: when.System, DB: p.DB, People: supervisor{}})
	if err != nil {
		return nil, err
	}
	p.Contact.Mount(site)
	site.Page("GET /enter", func(v *web.Visit) error {
		if err := v.SignIn(who.Actor{Kind: who.Officer, ID: "bench", Level: "plus"}, "hwk"); err != nil {
			return err
		}
		return v.Redirect("/contact")
	})
	return &officersSite{Server: httptest.NewServer(site.Handler())}, nil
}

// enter signs in.
func (s *officersSite) enter() error {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(s.URL + "/en/enter")
	if err != nil {
		return err
	}
	s.cookies = answer.Cookies()
	return answer.Body.Close()
}

func (s *officersSite) get(path string) error {
	q, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
	if err != nil {
		return err
	}
	for _, c := range s.cookies {
		q.AddCookie(c)
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s: %s", path, answer.Status))
	}
	return errors.Join(err, answer.Body.Close())
}
