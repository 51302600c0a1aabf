package queue

import (
	"bytes"
	"testing"
	"time"

	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/sign"
)

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 40 {
		t.Errorf("only %d statements", n)
	}
	dbtest.Homes(t, ".")
}

// TestDay is a day with every way a call can go, and the counters that it leaves.
func TestDay(t *testing.T) {
	each(t, func(w *world) {
		start := w.clock.now()
		w.step()
		w.ready("an", Cantonese)
		w.answeredCall()
		w.ok(w.Rate(w.system, "1", 4))
		w.refused(w.Rate(w.system, "1", 5), "rated")
		w.write(func(tx *db.Tx) error { return w.Settled(tx, "1", true, true) })
		w.write(func(tx *db.Tx) error { return w.Link(tx, "1", "case 1") })
		w.write(func(tx *db.Tx) error { return w.Recorded(tx, "1", "blob") })

		w.ok(w.SetState(w.system, "an", Break))
		w.arrive("2", "91234567")
		w.clock.by(20 * time.Second)
		w.ok(w.Leave(w.system, "2", Abandoned))
		w.arrive("3", "")
		w.ok(w.Leave(w.system, "3", Voicemail))
		w.refused(w.PromiseCallBack(w.system, "3", "91234567"), "no-promise")
		w.calledBack()
		w.step()

		want := Tally{
			Offered: 4, Within: 1, Answered: 1, Abandoned: 1, Voicemail: 1, CallBack: 1, CalledBack: 1, Enquiries: 1, Settled: 1,
			Ratings: 1, RatingSum: 4, Handled: 2,
		}
		for _, s := range Spans() {
			got := w.tally(s, start)
			if got.StillOpen() != 0 {
				t.Errorf("%s: %+v does not add up", s, got)
			}
			if got.HandledMS < 220_000 || got.HandledMS > 221_000 || got.WaitedMS < 5000 || got.WaitedMS > 5100 {
				t.Errorf("%s: handled %d ms, waited %d ms", s, got.HandledMS, got.WaitedMS)
			}
			got.HandledMS, got.WaitedMS, got.BusyMS, got.ReadyMS = 0, 0, 0, 0
			if got != want {
				t.Errorf("%s: %+v, want %+v", s, got, want)
			}
		}
		w.publishedOnce(want)
		w.records()
	})
}

// answeredCall is call 1: answered after five seconds, 100 seconds long, wrapped for 20.
func (w *world) answeredCall() {
	w.arrive("1", "91234567")
	if a := w.act(Offer); a.Agent != "an" || a.Call != "1" {
		w.Errorf("%+v", a)
	}
	w.clock.by(5 * time.Second)
	w.ok(w.Answered(w.system, "1", "an"))
	w.refused(w.Answered(w.system, "1", "an"), "not-offered")
	a, c, err := w.Of(w.system, "an")
	if w.ok(err); a.State != Talking || c == nil || c.ID != "1" || c.Outcome != Answered || c.Agent != "an" {
		w.Errorf("%+v %+v", a, c)
	}
	w.clock.by(100 * time.Second)
	w.ok(w.Ended(w.system, "1"))
	w.clock.by(20 * time.Second)
	w.ok(w.Wrapped(w.system, "1"))
	w.step()
}

// calledBack is call 4: promised, and called back a minute later; the wrap runs out by itself.
func (w *world) calledBack() {
	w.arrive("4", "")
	w.ok(w.PromiseCallBack(w.system, "4", "61234567"))
	w.clock.by(time.Minute)
	w.mu.Lock()
	w.acts = nil
	w.mu.Unlock()
	w.ok(w.SetState(w.system, "an", Ready))
	if a := w.act(PlaceCallBack); a.Agent != "an" || a.Call != "4" {
		w.Errorf("%+v", a)
	}
	w.ok(w.Answered(w.system, "4", "an"))
	w.clock.by(40 * time.Second)
	w.ok(w.Ended(w.system, "4"))
	w.clock.by(60 * time.Second)
	w.step()
	if c := w.call("4"); c.Outcome != CalledBack || c.State != IsOver || c.Agent != "an" {
		w.Errorf("%+v", c)
	}
}

// publishedOnce: a quarter that many calls changed is one event, with all that it counts.
func (w *world) publishedOnce(want Tally) {
	w.clock.by(tellEvery)
	w.step()
	list := w.told()
	if len(list) == 0 || len(list) > 5 {
		w.Fatalf("%d events", len(list))
	}
	e := list[len(list)-1]
	if e.Day != "2026-03-02" || e.From != quarterOf(noon()) || e.Offered != want.Offered || e.Within != want.Within || e.Answered != want.Answered ||
		e.Abandoned != want.Abandoned || e.Voicemail != want.Voicemail || e.CallBack != want.CallBack || e.Enquiries != want.Enquiries ||
		e.Settled != want.Settled || e.Ratings != want.Ratings || e.RatingSum != want.RatingSum {
		w.Errorf("%+v", e)
	}
	w.step()
	var left []change
	w.read(func(tx *db.Tx) (err error) { left, err = changes(tx, 10); return err })
	if len(left) != 0 {
		w.Errorf("%v are still to be told", left)
	}
}

// records are what is found again of the calls.
func (w *world) records() {
	c := w.call("1")
	if c.Case != "case 1" || c.Recording != "blob" || c.Rating != 4 || !c.Enquiry || !c.AtFirst || c.Waited < 5*time.Second || c.Waited > 5100*time.Millisecond {
		w.Errorf("%+v", c)
	}
	w.read(func(tx *db.Tx) error {
		number, err := w.NumberOf(tx, "1")
		if err != nil || number != "91234567" {
			w.Errorf("%q %v", number, err)
		}
		if number, err := w.NumberOf(tx, "3"); err != nil || number != "" {
			w.Errorf("a withheld number is %q %v", number, err)
		}
		for filter, want := range map[Filter]int{
			{}: 4, {Limit: 2}: 2, {Agent: "an"}: 2, {Agent: "an", Outcome: Answered}: 1, {Outcome: Voicemail}: 1, {Outcome: CalledBack}: 1,
			{From: noon().Add(time.Hour)}: 0, {Offset: 3}: 1,
		} {
			list, err := w.Calls(tx, filter)
			if err != nil || len(list) != want {
				w.Errorf("%+v: %d calls, %v", filter, len(list), err)
			}
		}
		earlier, err := w.EarlierCalls(tx, "91234567")
		if err != nil || len(earlier) != 2 || earlier[0].ID != "2" {
			w.Errorf("%v %v", earlier, err)
		}
		if nobody, err := w.EarlierCalls(tx, ""); err != nil || len(nobody) != 0 {
			w.Errorf("calls without a number are one caller's: %v %v", nobody, err)
		}
		same, err := w.CallByReference(tx, c.Reference)
		if err != nil || same.ID != "1" {
			w.Errorf("%v %v", same, err)
		}
		var sealed []byte
		if err := tx.Row(sqlNumber, tx.Realm(), "1").Scan(&sealed); err != nil || bytes.Contains(sealed, []byte("91234567")) {
			w.Errorf("the number stands open: %v", err)
		}
		return nil
	})
}

// TestRecover: a process is killed in the middle of everything; the next one closes what stood
// open, keeps what was promised, and no agent is stuck.
func TestRecover(t *testing.T) {
	each(t, func(w *world) {
		start := w.clock.now()
		w.step()
		for _, name := range []string{"an", "bo"} {
			w.ready(name, Cantonese)
		}
		w.arrive("talks", "1")
		w.ok(w.Answered(w.system, "talks", w.act(Offer).Agent))
		w.arrive("rings", "2")
		w.arrive("waits", "3")
		w.arrive("promised", "4")
		w.ok(w.PromiseCallBack(w.system, "promised", "4"))
		w.step()

		next := w.process(w.DB) // the first is killed: it never runs again
		w.ok(next.Step(w.system))
		if next.Holding() {
			t.Fatal("two processes route")
		}
		w.clock.by(leaseTime)
		w.acts = nil
		w.ok(next.Step(w.system))
		if !next.Holding() {
			t.Fatal("nobody routes")
		}
		for id, want := range map[CallID]Outcome{"talks": Interrupted, "rings": Interrupted, "waits": Interrupted, "promised": CallBack} {
			if c := w.call(id); c.Outcome != want || (c.State == IsOver) != (want == Interrupted) {
				t.Errorf("%s: %+v", id, c)
			}
		}
		if a := w.act(PlaceCallBack); a.Call != "promised" {
			t.Errorf("%+v", a)
		}
		got := w.tally(Quarter, start)
		if got.Offered != 4 || got.Answered != 1 || got.Interrupted != 2 || got.CallBack != 1 || got.StillOpen() != 0 {
			t.Errorf("%+v", got)
		}
		agents, err := next.Agents(w.system)
		w.ok(err)
		for _, a := range agents {
			if live, _, _ := next.core.Agent(a.Account); live.State != Ready && live.State != Offered {
				t.Errorf("%s is stuck: %s", a.Account, live.State)
			}
		}
		// the first one wakes up again, and must notice
		w.ok(w.Step(w.system))
		if w.Holding() {
			t.Error("the first process still routes")
		}
		w.refused(w.Arrive(w.system, yue("late"), ""), "elsewhere")
	})
}

// TestTwoProcesses: what agents do and supervisors set in another process reaches the one that routes.
func TestTwoProcesses(t *testing.T) {
	each(t, func(w *world) {
		w.step()
		other := w.process(w.DB)
		w.ok(other.PutAgent(w.system, Agent{Account: "an", Languages: []string{Cantonese}}))
		w.ok(other.SetState(w.system, "an", Ready))
		w.ok(other.Override(w.system, Overloaded, "typhoon"))
		w.refused(other.Override(w.system, Busy, ""), "form")
		w.step()
		w.arrive("1", "")
		w.ok(w.Answered(w.system, "1", w.act(Offer).Agent))
		w.arrive("2", "")
		w.act(PutOff)
		w.step()
		a, c, err := other.Of(w.system, "an")
		if w.ok(err); a.State != Talking || c == nil || c.ID != "1" {
			t.Errorf("%+v %+v", a, c)
		}
		st, err := other.Level(w.system)
		if w.ok(err); st.Level() != Overloaded || st.Reason != "typhoon" {
			t.Errorf("%+v", st)
		}
		w.ok(w.stop(w.system)) // an orderly end: the other need not wait
		w.ok(other.Step(w.system))
		if !other.Holding() {
			t.Error("the other does not take over")
		}
	})
}

// TestNumbersAreSealedAndForgotten: a number opens nowhere else, follows a new key, and goes after
// its time.
func TestNumbersAreSealedAndForgotten(t *testing.T) {
	each(t, func(w *world) {
		w.step()
		w.arrive("old", "91234567")
		w.ok(w.Leave(w.system, "old", Abandoned))
		w.ok(w.Keys.Rotate(sign.Fields))
		if n, err := w.Stale(w.system); n != 1 || err != nil {
			t.Error(n, err)
		}
		w.ok(w.reseal(w.system, func(int64) {}))
		if n, err := w.Stale(w.system); n != 0 || err != nil {
			t.Error(n, err)
		}
		number := func(id CallID) (s string) {
			w.read(func(tx *db.Tx) (err error) { s, err = w.NumberOf(tx, id); return err })
			return s
		}
		if got := number("old"); got != "91234567" {
			t.Errorf("%q after a new key", got)
		}
		w.clock.by(179 * 24 * time.Hour)
		if n, err := w.forgetNumbers(w.system); n != 0 || err != nil {
			t.Error(n, err)
		}
		w.step()
		w.arrive("new", "91234567")
		w.ok(w.Leave(w.system, "new", Abandoned))
		w.clock.by(2 * 24 * time.Hour)
		if n, err := w.forgetNumbers(w.system); n != 1 || err != nil {
			t.Error(n, err)
		}
		if a, b := number("old"), number("new"); a != "" || b != "91234567" {
			t.Errorf("%q %q", a, b)
		}
		w.read(func(tx *db.Tx) error {
			earlier, err := w.EarlierCalls(tx, "91234567")
			if len(earlier) != 1 {
				t.Errorf("%v", earlier)
			}
			return err
		})
	})
}

func TestAgentsTime(t *testing.T) {
	each(t, func(w *world) {
		start := w.clock.now()
		w.step()
		w.ready("an", Cantonese)
		w.ready("bo", Cantonese)
		w.arrive("1", "")
		w.ok(w.Answered(w.system, "1", w.act(Offer).Agent))
		for range 10 {
			w.clock.by(4 * time.Second)
			w.step()
		}
		w.clock.by(saveEvery)
		w.step()
		got := w.tally(DaySpan, start)
		if got.BusyMS < 50_000 || got.BusyMS > 51_000 || got.ReadyMS < 50_000 || got.ReadyMS > 51_000 {
			t.Errorf("%+v", got)
		}
		if o, ok := got.Occupancy(); !ok || o < 0.49 || o > 0.51 {
			t.Errorf("occupancy %f", o)
		}
	})
}
