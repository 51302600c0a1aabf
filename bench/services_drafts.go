package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"praya/kernel/when"
	"praya/subsystems/services"
	"praya/subsystems/services/forms"
)

const (
	fewDrafts = 1_000
	tried     = 200 // of each thing that is done
	stale     = 600 // drafts that are too old, of many
	hourly    = time.Hour
)

// drafted is what one thing costs, by what was done, in milliseconds.
type drafted map[string]float64

// draftSteps are the things that are done, in the order in which people do them.
func draftSteps() []string { return []string{"begin", "open", "save", "submit", "front", "sweep"} }

// drafts does with many open drafts what it did with a thousand: begin, open, save and submit one,
// read the front page, and take out what nobody went on with.
func (o *office) drafts() error {
	n := o.stored("DRAFTS")
	half := benchPeople / 2
	began := time.Now()
	if err := o.invent(0, fewDrafts); err != nil {
		return err
	}
	before, err := o.draft(0, half)
	if err != nil {
		return err
	}
	filling := time.Now()
	if err := o.invent(fewDrafts, n); err != nil {
		return err
	}
	filled := float64(n-fewDrafts) / time.Since(filling).Seconds()
	after, err := o.draft(half, half)
	if err != nil {
		return err
	}
	worst, each := 0.0, []string{}
	for _, step := range draftSteps() {
		ratio := after[step] / before[step]
		worst = max(worst, ratio)
		each = append(each, fmt.Sprintf("%s %.3g ms, was %.3g (%.2f)", step, after[step], before[step], ratio))
	}
	o.add(Result{
		Name: "services.drafts", Unit: fmt.Sprintf("× the p50 at %d drafts, the worst", fewDrafts), Ours: worst, Beside: map[string]float64{},
		Size: fmt.Sprintf("%d open drafts, filled at %.0f a second: %s; in all %.0f s", n, filled, strings.Join(each, ", "), time.Since(began).Seconds()),
	})
	return nil
}

// invent fills the store with drafts of other people, changed in the last eighty days.
func (o *office) invent(from, to int) error {
	now := when.System()
	return o.Services.InventDrafts(o.b.ctx, services.Invention{
		Service: "bench-desk", Account: "draft-", From: from, To: to, Answers: forms.Answers{}.With("/word", "half a sentence"),
		Changed: func(n int) when.Instant { return now.Add(-time.Duration(n%(80*24)) * hourly) },
	})
}

// draft does every thing some times, as some of the people, and gives each one's median.
func (o *office) draft(first, people int) (drafted, error) {
	took := map[string][]time.Duration{}
	for i := range tried {
		cookie := o.cookies[first+i%people]
		id := ""
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"begin", func() (err error) {
				id, err = o.send(i, cookie, "/en/services/bench-desk/start", urlEncoded, strings.NewReader(""))
				return err
			}},
			{"open", func() error { return o.page(i, cookie, "/en/me/applications/"+id+"/page/all") }},
			{"save", func() error {
				path := "/en/me/applications/" + id + "/page/all"
				a, err := o.ask(i, cookie, http.MethodPost, path, urlEncoded, strings.NewReader("word=half"))
				if err == nil && a.status != http.StatusSeeOther {
					err = a.fault(path)
				}
				return err
			}},
			{"front", func() error { return o.page(i, cookie, "/en/") }},
			{"submit", func() error { return o.declare(i, cookie, id) }},
		} {
			began := time.Now()
			if err := step.do(); err != nil {
				return nil, fmt.Errorf("%s: %w", step.name, err)
			}
			took[step.name] = append(took[step.name], time.Since(began))
		}
	}
	out := drafted{}
	for name, all := range took {
		out[name], _ = spread(all)
	}
	var err error
	out["sweep"], err = o.sweep()
	return out, err
}

// sweep makes drafts that are too old, and gives the time that taking one out took.
func (o *office) sweep() (float64, error) {
	var took []time.Duration
	for range 5 {
		old := when.System().Add(-100 * 24 * time.Hour)
		err := o.Services.InventDrafts(o.b.ctx, services.Invention{
			Service: "bench-desk", Account: "old-", To: stale, Answers: forms.Answers{}, Changed: func(int) when.Instant { return old },
		})
		if err != nil {
			return 0, err
		}
		done, began := int64(0), time.Now()
		if err := o.Services.SweepDrafts(o.b.ctx, func(n int64) { done = n }); err != nil {
			return 0, err
		}
		if done != stale {
			return 0, fmt.Errorf("%d of %d were taken out", done, stale)
		}
		took = append(took, time.Since(began)/stale)
	}
	p50, _ := spread(took)
	return p50, nil
}
