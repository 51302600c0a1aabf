package services

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/platform/db"
	"praya/platform/events"
	"praya/subsystems/services/booking"
)

// food is an application for a food licence, paid for, with a visit booked.
func (w *world) food(account string) Application {
	w.Helper()
	c := demoCases()[1]
	own := w.as(account)
	a := w.begin(account, c.service)
	_, err := w.edit(own, a.ID, func(tx *db.Tx, a *Application, o Offer) (err error) {
		for _, x := range o.Wishes {
			a.Declined = append(a.Declined, x.Service)
		}
		a.Answers = a.Answers.With("/phone", telephone)
		for name, v := range c.answers {
			a.Answers = a.Answers.With("/"+name, v)
		}
		a.Answers, err = o.Form.Compute(a.Answers, tx.Now().Day())
		return err
	})
	w.ok(err)
	a = w.submits(a)
	w.ok(w.payCase(own, a.ID))
	w.ok(w.bookFirst(own, a.ID))
	return a
}

// hears has the consumers work until so many bookings of a case are known to be given up.
func (w *world) hears(a Application, times int) {
	w.Helper()
	bus := events.New(w.DB, w.Log, w.Consumers()...)
	bus.Every = 5 * time.Millisecond
	ctx, stop := context.WithCancel(w.system)
	var work sync.WaitGroup
	work.Go(func() { _ = bus.Run(ctx) })
	defer work.Wait()
	defer stop()
	for range 2000 {
		n := 0
		w.read(func(tx *db.Tx) error {
			all, err := w.history(tx, a.ID)
			for _, e := range all {
				if e.Kind == DidUnbook {
					n++
				}
			}
			return err
		})
		if n >= times {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.Fatal("nobody hears that the booking was given up")
}

// tells does jobs until people were told something so many times: reminders of bookings wait for
// their day.
func (w *world) tells(text string, times int) {
	w.Helper()
	w.until(text, func() bool {
		w.people.mu.Lock()
		defer w.people.mu.Unlock()
		return strings.Count(strings.Join(w.people.told, "\n"), text) >= times
	})
}

// nodes are where the case's process waits.
func (w *world) nodes(a Application) (out []string) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		waits, err := w.Process.Waiting(tx, string(a.ID))
		for _, x := range waits {
			if !x.Aside {
				out = append(out, x.Node)
			}
		}
		return err
	})
	return out
}

// TestCancelledVisitTurnsBack: whoever cancels the visit, the process asks for another one, the
// applicant is told, the inspector's task is gone, and the visit goes on once a time is chosen.
func TestCancelledVisitTurnsBack(t *testing.T) {
	each(t, func(w *world) {
		a := w.food("chan")
		own := w.as("chan")
		booked := func() (b booking.Booking) {
			w.read(func(tx *db.Tx) (err error) {
				b, err = w.Booking.Of(tx, string(a.ID))
				return err
			})
			return b
		}
		if got := w.nodes(a); !slices.Equal(got, []string{"visit"}) {
			t.Fatal(got)
		}
		cancels := map[string]func(booking.Booking) error{
			"applicant": func(b booking.Booking) error {
				return w.Booking.ChangeOwn(own, b.ID, func(tx *db.Tx, by string) error {
					_, err := w.Booking.Cancel(tx, b.ID, by, b.Version)
					return err
				})
			},
			"office": func(b booking.Booking) error {
				return w.DB.Write(w.system, func(tx *db.Tx) error {
					_, err := w.Booking.Cancel(tx, b.ID, inspector, b.Version)
					return err
				})
			},
		}
		for i, by := range []string{"applicant", "office"} {
			w.ok(cancels[by](booked()))
			w.hears(a, i+1)
			if got := w.nodes(a); !slices.Equal(got, []string{"booked"}) {
				t.Fatalf("cancelled by the %s, the process stands at %v", by, got)
			}
			if all := w.tasks(a); len(all) > 0 {
				t.Errorf("the visit is still a task: %v", all)
			}
			c, err := w.Case(own, a.ID)
			w.ok(err)
			if c.Stage != Waiting || !c.mayBook() || !slices.ContainsFunc(c.History, func(e Entry) bool { return e.Kind == DidUnbook }) {
				t.Errorf("the applicant sees %s, may book: %t", c.Stage, c.mayBook())
			}
			at, err := w.CaseAtDesk(w.as(inspector), a.ID)
			w.ok(err)
			if !at.AwaitsMessage(messageBooked) || !slices.ContainsFunc(at.History, func(e Entry) bool { return e.Kind == DidUnbook }) {
				t.Error("the desk does not see that a date is awaited again")
			}
			w.ok(w.bookFirst(own, a.ID))
			if got := w.nodes(a); !slices.Equal(got, []string{"visit"}) {
				t.Fatalf("booked again, the process stands at %v", got)
			}
		}
		w.tells("Please choose a time", 3)
		w.people.mu.Lock()
		for _, x := range w.people.told {
			if want := strings.Contains(x, "Please choose a time"); want != strings.Contains(x, " appointment: ") && strings.Contains(x, string(a.ID)) {
				t.Errorf("told about something else: %s", x)
			}
		}
		w.people.mu.Unlock()
		// Who has chosen another time before the news arrived is not asked again.
		last := booked()
		w.ok(cancels["applicant"](last))
		w.ok(w.bookFirst(own, a.ID))
		w.hears(a, 3)
		if got := w.nodes(a); !slices.Equal(got, []string{"visit"}) {
			t.Errorf("with another time chosen, the process stands at %v", got)
		}
		// What is done needs no time any more.
		w.ok(w.decideNext(w.as(inspector), a.ID, Decision{Outcome: "pass"}))
		w.ok(cancels["office"](booked()))
		w.hears(a, 4)
		if c, err := w.Case(own, a.ID); err != nil || c.mayBook() || !slices.Equal(w.nodes(a), []string{"decide"}) {
			t.Errorf("after the visit: %v, may book %t, %v", err, c.mayBook(), w.nodes(a))
		}
	})
}

// TestCancelledHallTakesItsBillBack: the fee was for the time that is given up.
func TestCancelledHallTakesItsBillBack(t *testing.T) {
	each(t, func(w *world) {
		a := w.submits(w.hall("lee"))
		own := w.as("lee")
		w.ok(w.bookFirst(own, a.ID))
		c, err := w.Case(own, a.ID)
		w.ok(err)
		if _, due := c.DueBill(); !due {
			t.Fatalf("nothing to pay: %+v", c.Bills)
		}
		w.ok(w.Booking.ChangeOwn(own, c.Booking.ID, func(tx *db.Tx, by string) error {
			_, err := w.Booking.Cancel(tx, c.Booking.ID, by, c.Booking.Version)
			return err
		}))
		w.hears(a, 1)
		c, err = w.Case(own, a.ID)
		w.ok(err)
		if _, due := c.DueBill(); due || !c.mayBook() || !slices.Equal(w.nodes(a), []string{"booked"}) {
			t.Errorf("due %t, may book %t, %v", due, c.mayBook(), w.nodes(a))
		}
		w.ok(w.bookFirst(own, a.ID))
		w.ok(w.payCase(own, a.ID))
		if c, err = w.Case(own, a.ID); err != nil || c.Stage != Approved {
			t.Errorf("%s %v", c.Stage, err)
		}
	})
}
