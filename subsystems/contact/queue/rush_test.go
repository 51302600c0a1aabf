package queue

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"praya/platform/db"
)

// TestRush: many callers at once, with acts that are carried out by calling the queue again, while
// it runs. Nobody is lost, and the counters agree with the records.
func TestRush(t *testing.T) {
	each(t, func(w *world) {
		const callers, staff = 120, 7
		w.Rules = plain() // nobody is put off
		start := w.clock.now()
		var ended sync.WaitGroup
		ended.Add(callers)
		w.Acts = func(a Act) {
			if a.Kind != Offer {
				return
			}
			if err := w.Answered(w.system, a.Call, a.Agent); err != nil {
				t.Error(err)
			}
			go func() { // the conversation
				defer ended.Done()
				if err := w.Ended(w.system, a.Call); err != nil {
					t.Error(err)
				}
				if err := w.Wrapped(w.system, a.Call); err != nil {
					t.Error(err)
				}
			}()
		}
		w.step()
		for i := range staff {
			w.ready(fmt.Sprint("agent", i), Cantonese)
		}
		ctx, stop := context.WithCancel(w.system)
		over := make(chan error)
		go func() { over <- w.Service.Run(ctx) }()
		for i := range callers {
			go func() {
				if err := w.Arrive(w.system, yue(fmt.Sprint(i)), ""); err != nil {
					t.Error(err)
				}
			}()
		}
		done := make(chan struct{})
		go func() { ended.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Fatal("the queue stands still")
		}
		stop()
		w.ok(<-over)
		got := w.tally(DaySpan, start)
		if got.Offered != callers || got.Answered != callers || got.Handled != callers || got.Within != callers || got.StillOpen() != 0 {
			t.Errorf("%+v", got)
		}
		w.read(func(tx *db.Tx) error {
			calls, err := w.Calls(tx, Filter{Outcome: Answered})
			if len(calls) != callers {
				t.Errorf("%d records", len(calls))
			}
			left, _ := changes(tx, 10)
			if len(left) != 0 {
				t.Errorf("the end left %v untold", left)
			}
			return err
		})
		if w.Holding() {
			t.Error("routes after its end")
		}
	})
}
