package booking

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

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
	if n := dbtest.Prepare(t, schemas(), "."); n < 35 {
		t.Errorf("%d statements", n)
	}
}

func TestWords(t *testing.T) {
	for _, problem := range words.Complete(Words()) {
		t.Error(problem)
	}
}

// TestFree: weekdays, hours, days ahead, closed days and general holidays.
func TestFree(t *testing.T) {
	each(t, func(w *world) {
		free := func(from string, days int) (out []string) {
			w.read(func(tx *db.Tx) error {
				slots, err := w.Free(tx, "site-visit", "", day(from), days)
				for _, s := range slots {
					out = append(out, s.Start.Time().In(when.HongKong).Format("2 Jan 15:04"))
				}
				return err
			})
			return out
		}
		if got := strings.Join(free("2026-03-02", 1), ", "); got != "2 Mar 09:00, 2 Mar 09:30, 2 Mar 10:00, 2 Mar 10:30" {
			t.Error(got)
		}
		for from, want := range map[string]int{
			"2026-03-01": 0, // yesterday, and a Sunday
			"2026-03-07": 0, // Saturday
			"2026-03-06": 4,
			"2026-04-03": 0, // Good Friday
			"2026-05-01": 0, // 60 days ahead is 1 May, Labour Day
			"2026-04-30": 4,
			"2026-05-04": 0, // too far ahead
		} {
			if got := free(from, 1); len(got) != want {
				t.Errorf("%s: %v", from, got)
			}
		}
		w.clock.by(90 * time.Minute) // 09:30
		if got := free("2026-03-02", 1); len(got) != 2 || got[0] != "2 Mar 10:00" {
			t.Error(got)
		}
		o := w.halls
		o.Closed, o.Holidays = []when.Day{day("2026-03-03")}, true
		w.write(func(tx *db.Tx) (err error) {
			o, err = w.PutSchedule(tx, o)
			return err
		})
		if got := free("2026-03-03", 1); len(got) != 0 {
			t.Error(got)
		}
		if got := free("2026-04-03", 1); len(got) != 4 {
			t.Error(got)
		}
		if got := free("2026-03-02", 1000); len(got) < 100 {
			t.Error(len(got))
		}
		w.refuse("schedule-fixed", func(tx *db.Tx) error {
			o.Place = "sha-tin"
			_, err := w.PutSchedule(tx, o)
			return err
		})
	})
}

func TestSchedulesAreChecked(t *testing.T) {
	for name, spoil := range map[string]func(o *Schedule){
		"weekdays": func(o *Schedule) { o.Weekdays = []int{7} },
		"to":       func(o *Schedule) { o.To = "09:20" },
		"from":     func(o *Schedule) { o.From = "9am" },
		"minutes":  func(o *Schedule) { o.Minutes = 0 },
		"quota":    func(o *Schedule) { o.Quota = 0 },
		"service":  func(o *Schedule) { o.Service = "desk" },
		"ahead":    func(o *Schedule) { o.Ahead = 9999 },
		"until":    func(o *Schedule) { o.Begin, o.Until = day("2026-02-02"), day("2026-02-01") },
		"cents":    func(o *Schedule) { o.Cents = -1 },
		"title":    func(o *Schedule) { o.Title.SC = "" },
	} {
		o := weekdays()
		spoil(&o)
		f := asFault(o.check())
		if f == nil || len(f.Fields) != 1 || f.Fields[0].Name != name {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if err := weekdays().check(); err != nil {
		t.Error(err)
	}
}

func TestBookMoveCancel(t *testing.T) {
	each(t, func(w *world) {
		const first, second = "2026-03-03 09:00", "2026-03-04 10:30"
		a := w.book(wish("chan", "case-1", first))
		if a.State != Booked || a.Department != "FEHD" || a.Minutes != 30 || a.Version != 1 || w.left(first) != 1 {
			t.Errorf("%+v", a)
		}
		if again := w.book(wish("chan", "case-1", first)); again.ID != a.ID || w.left(first) != 1 {
			t.Error("booked twice for a case")
		}
		book := func(b Booking) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				_, err := w.Book(tx, b, "x")
				return err
			}
		}
		w.refuse("case-booked", book(wish("chan", "case-1", second)))
		w.book(wish("lee", "", first))
		w.refuse("full", book(wish("wong", "", first)))
		w.refuse("no-slot", book(wish("wong", "", "2026-03-03 09:10")))
		w.refuse("no-slot", book(wish("wong", "", "2026-03-07 09:00")))
		w.refuse("no-slot", book(wish("wong", "", "2026-03-01 09:00")))
		w.refuse("no-place", book(Booking{Service: "site-visit", Place: "nowhere", Start: at(first)}))
		w.book(wish("chan", "", second))
		w.book(wish("chan", "", "2026-03-05 10:30"))
		w.refuse("many", book(wish("chan", "", "2026-03-06 10:30")))

		var moved Booking
		w.write(func(tx *db.Tx) (err error) {
			moved, err = w.Move(tx, a.ID, "", at(second), "officer", a.Version)
			return err
		})
		if moved.Start != at(second) || moved.Sequence != 1 || moved.Reference != a.Reference || w.left(first) != 1 || w.left(second) != 0 {
			t.Errorf("%+v, %d, %d", moved, w.left(first), w.left(second))
		}
		w.refuse("overtaken", func(tx *db.Tx) error {
			_, err := w.Cancel(tx, a.ID, "chan", a.Version)
			return err
		})
		w.refuse("same-slot", func(tx *db.Tx) error {
			_, err := w.Move(tx, a.ID, "", at(second), "chan", 0)
			return err
		})
		w.write(func(tx *db.Tx) error {
			_, err := w.Cancel(tx, a.ID, "chan", moved.Version)
			return err
		})
		if w.left(second) != 1 {
			t.Error("not given back")
		}
		w.refuse("not-from-cancelled", func(tx *db.Tx) error {
			_, err := w.Move(tx, a.ID, "", at(first), "chan", 0)
			return err
		})
		w.book(wish("chan", "case-1", "2026-03-06 10:30")) // one was let go, and the case has none
		w.read(func(tx *db.Tx) error {
			all, err := w.History(tx, a.ID)
			if len(all) != 3 || all[0].What != "cancelled" || all[1].What != "moved" || all[1].By != "officer" || all[2].What != "booked" {
				t.Errorf("%+v", all)
			}
			own, _ := w.OwnOf(tx, "chan", day("2026-03-01"))
			if len(own) != 4 {
				t.Errorf("%d", len(own))
			}
			if b, err := w.ByReference(tx, a.Reference); err != nil || b.ID != a.ID {
				t.Error(err)
			}
			return err
		})
	})
}

// TestOfficersMovingIsTold: and what is tomorrow, unless it changed since.
func TestPeopleAreTold(t *testing.T) {
	each(t, func(w *world) {
		a := w.book(wish("chan", "", "2026-03-05 09:00"))
		move := func(start, by string) {
			w.write(func(tx *db.Tx) error {
				_, err := w.Move(tx, a.ID, "", at(start), by, 0)
				return err
			})
		}
		move("2026-03-05 10:00", "chan") // by themselves: nothing to tell
		move("2026-03-06 10:00", "officer")
		var all []jobs.Job
		w.read(func(tx *db.Tx) (err error) {
			all, err = jobs.List(tx, 100, 0)
			return err
		})
		for _, j := range all {
			w.ok(w.Tell(w.system, j, nil))
		}
		if len(all) != 4 || len(w.people.told) != 2 {
			t.Errorf("%d jobs, %v", len(all), w.people.told)
		}
		for key, said := range w.people.told {
			if !strings.HasPrefix(said, "chan /me/bookings/"+string(a.ID)+" Site visit: ") || !strings.Contains(said, "2026年3月6日（星期五）上午10時") || !strings.HasSuffix(key, ".2") {
				t.Error(key, said)
			}
		}
		for _, j := range all {
			var args tellArgs
			w.ok(json.Unmarshal(j.Args, &args))
			if args.What == "tomorrow" && args.Sequence == 2 && j.RunAt != at("2026-03-05 10:00") {
				t.Error(j.RunAt)
			}
		}
	})
}

// TestQueue: numbers in order; a booking whose time has come goes first; each is called once.
func TestQueue(t *testing.T) {
	each(t, func(w *world) {
		early, late := w.book(wish("chan", "", "2026-03-02 09:00")), w.book(wish("lee", "", "2026-03-02 10:30"))
		other := w.book(wish("wong", "", "2026-03-03 09:00"))
		walk := func() (t Ticket) {
			w.write(func(tx *db.Tx) (err error) {
				t, err = w.WalkIn(tx, "mong-kok", "site-visit")
				return err
			})
			return t
		}
		arrive := func(b Booking) (out Ticket) {
			w.write(func(tx *db.Tx) (err error) {
				_, out, err = w.Arrive(tx, b.ID, "an", 0)
				return err
			})
			return out
		}
		call := func() (out Ticket) {
			w.write(func(tx *db.Tx) (err error) {
				out, err = w.CallNext(tx, "mong-kok", "3")
				return err
			})
			return out
		}
		w.refuse("nobody", func(tx *db.Tx) error {
			_, err := w.CallNext(tx, "mong-kok", "1")
			return err
		})
		w.refuse("other-day", func(tx *db.Tx) error {
			_, _, err := w.Arrive(tx, other.ID, "an", 0)
			return err
		})
		w.refuse("early", func(tx *db.Tx) error {
			_, err := w.NoShow(tx, early.ID, "an", 0)
			return err
		})
		w.refuse("no-service", func(tx *db.Tx) error {
			_, err := w.WalkIn(tx, "mong-kok", "else")
			return err
		})
		w.refuse("counter", func(tx *db.Tx) error {
			_, err := w.CallNext(tx, "mong-kok", "<b>")
			return err
		})
		one, two := walk(), arrive(late)
		w.clock.by(61 * time.Minute) // 09:01
		three, four := walk(), arrive(early)
		if one.Number != 1 || two.Number != 2 || three.Number != 3 || four.Number != 4 {
			t.Error(one.Number, two.Number, three.Number, four.Number)
		}
		var order []int64
		for range 4 {
			order = append(order, call().Number)
		}
		if order[0] != 4 || order[1] != 1 || order[2] != 3 || order[3] != 2 {
			t.Error(order)
		}
		w.read(func(tx *db.Tx) error {
			b, err := w.BoardOf(tx, "mong-kok")
			if len(b.Called) != 4 || b.Called[0].Number != 2 || b.Called[0].Counter != "3" || b.Waiting != 0 {
				t.Errorf("%+v", b)
			}
			return err
		})
		end := func(n int64, served bool) func(tx *db.Tx) error {
			return func(tx *db.Tx) error {
				_, err := w.EndTicket(tx, "mong-kok", n, served, "an")
				return err
			}
		}
		w.write(end(4, true))
		w.write(end(1, false))
		w.refuse("not-called", end(1, true))
		w.refuse("no-ticket", end(9, true))
		w.read(func(tx *db.Tx) error {
			b, err := w.ByID(tx, early.ID)
			if b.State != Served {
				t.Error(b.State)
			}
			return err
		})
		// The next day: what nobody ended lapses, and lets the person book again.
		w.clock.by(24 * time.Hour)
		w.ok(w.closePast(w.system, func(int64) {}))
		w.read(func(tx *db.Tx) error {
			b, err := w.ByID(tx, late.ID)
			if b.State != Lapsed {
				t.Error(b.State)
			}
			return err
		})
		w.write(func(tx *db.Tx) error {
			_, err := w.NoShow(tx, other.ID, "an", 0)
			return err
		})
		if n := walk().Number; n != 1 {
			t.Error("each day begins with 1, and not with", n)
		}
	})
}

// TestTicketsInARush: many tickets at once have all numbers once, and many counters call each once.
func TestTicketsInARush(t *testing.T) {
	each(t, func(w *world) {
		const n = 40
		var mu sync.Mutex
		var group sync.WaitGroup
		given, called := map[int64]int{}, map[int64]int{}
		run := func(into map[int64]int, do func(tx *db.Tx) (Ticket, error)) {
			for range n {
				group.Go(func() {
					var ticket Ticket
					err := w.DB.WriteLatest(w.system, func(tx *db.Tx) (err error) {
						ticket, err = do(tx)
						return err
					})
					mu.Lock()
					defer mu.Unlock()
					if into[ticket.Number]++; err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
		}
		run(given, func(tx *db.Tx) (Ticket, error) { return w.WalkIn(tx, "mong-kok", "site-visit") })
		run(called, func(tx *db.Tx) (Ticket, error) { return w.CallNext(tx, "mong-kok", "1") })
		for i := range int64(n) {
			if given[i+1] != 1 || called[i+1] != 1 {
				t.Errorf("%d: given %d, called %d", i+1, given[i+1], called[i+1])
			}
		}
	})
}

func TestNotesAreSealed(t *testing.T) {
	each(t, func(w *world) {
		b := wish("chan", "", "2026-03-05 09:00")
		b.Note = "輪椅"
		b = w.book(b)
		w.ok(w.Keys.Rotate(sign.Fields))
		if n, err := w.Stale(w.system); n != 1 || err != nil {
			t.Error(n, err)
		}
		w.ok(w.reseal(w.system, func(int64) {}))
		if n, err := w.Stale(w.system); n != 0 || err != nil {
			t.Error(n, err)
		}
		w.read(func(tx *db.Tx) error {
			r, err := one(tx, sqlBooking, b.ID)
			if strings.Contains(string(r.sealed), "輪椅") {
				t.Error("the note stands open")
			}
			if got, err := w.ByID(tx, b.ID); err != nil || got.Note != "輪椅" {
				t.Error(got.Note, err)
			}
			return err
		})
		sandbox := who.AsSystem(w.Context(), who.Sandbox)
		if err := w.DB.Read(sandbox, func(tx *db.Tx) error {
			_, err := w.ByID(tx, b.ID)
			return err
		}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// ofCase lets one account book for one case.
type ofCase struct{ account, of string }

func (c ofCase) MayBook(_ context.Context, account, of, _ string) error {
	if account != c.account || of != c.of {
		return fault.New(fault.NotFound, "booking.fault.no-case")
	}
	return nil
}

// TestBookingForACase: only for one's own, and once.
func TestBookingForACase(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	as := func(account string) context.Context {
		return who.With(w.Context(), who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Person, ID: account}})
	}
	if _, err := w.BookOwn(as("chan"), wish("", "c1", "2026-03-03 09:00")); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	w.Cases = ofCase{"chan", "c1"}
	if _, err := w.BookOwn(as("lee"), wish("chan", "c1", "2026-03-03 09:00")); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	a, err := w.BookOwn(as("chan"), wish("lee", "c1", "2026-03-03 09:00"))
	if err != nil || a.Account != "chan" || a.Case != "c1" {
		t.Errorf("%+v, %v", a, err)
	}
	if b, err := w.BookOwn(as("chan"), wish("", "c1", "2026-03-03 09:00")); err != nil || b.ID != a.ID {
		t.Error(b.ID, err)
	}
	if _, err := w.BookOwn(as("chan"), wish("", "c1", "2026-03-04 09:00")); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
	if _, err := w.BookOwn(w.Context(), wish("", "", "2026-03-04 09:00")); !fault.Is(err, fault.Unauthenticated) {
		t.Error(err)
	}
}
