package process

import (
	"strings"
	"testing"
	"time"

	"praya/platform/db"
)

func TestTimers(t *testing.T) {
	each(t, func(w *site) {
		w.publish("days", `<startEvent id="s"/>`+timer("c", `praya:working="2"`)+`<endEvent id="e"/>`+flow("s>c", "c>e"))
		i := w.start("days", "x", nil) // a Monday: the second working day after it is Wednesday
		for _, step := range []struct {
			d    time.Duration
			want InstanceState
		}{{61 * time.Hour, Running}, {2 * time.Hour, Ended}} {
			w.later(step.d)
			if err := w.work(); err != nil {
				t.Error(err)
			}
			if got := w.read(i.ID).State; got != step.want {
				t.Errorf("after %v: %v", step.d, got)
			}
		}
		w.publish("computed", `<startEvent id="s"/><intermediateCatchEvent id="c"><timerEventDefinition><timeDate>plusDays(visit, -1)</timeDate></timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>`+flow("s>c", "c>e"))
		w.start("computed", "y", map[string]any{"visit": "2026-12-24"})
		w.write(func(tx *db.Tx) error {
			waits, err := w.Waiting(tx, "y")
			if len(waits) != 1 || waits[0].Until.String() != "2026-12-22T16:00:00.000000Z" || waits[0].Kind != ForTimer {
				t.Errorf("%+v", waits)
			}
			return err
		})
		if i := w.start("computed", "z", nil); i.State != Failed || i.Why != "process.failed.timer" {
			t.Errorf("%+v", i)
		}
	})
}

func TestTheClockStartsProcesses(t *testing.T) {
	each(t, func(w *site) {
		every := func(cycle string) string {
			return `<startEvent id="s"><timerEventDefinition><timeCycle>` + cycle + `</timeCycle></timerEventDefinition></startEvent>` + user("a", "") + `<endEvent id="e"/>` + flow("s>a", "a>e")
		}
		count := func(key string, after time.Duration) int {
			w.later(after)
			if err := w.work(); err != nil {
				t.Fatal(err)
			}
			var list []Instance
			w.write(func(tx *db.Tx) (err error) { list, err = w.Instances(tx, key, "", 100, 0); return err })
			return len(list)
		}
		day := 24*time.Hour + time.Minute
		w.publish("daily", every("R/P1D"))
		w.publish("twice", every("R2/2026-11-24T09:00:00+08:00/P1D"))
		for n, want := range []int{1, 2, 3} {
			if got := count("daily", day); got != want {
				t.Errorf("day %d: %d", n, got)
			}
		}
		if got := count("twice", 0); got != 2 {
			t.Error(got)
		}
		if got := count("daily", 10*day); got != 4 { // what was missed is not made up for
			t.Error(got)
		}
		w.write(func(tx *db.Tx) error { return w.Enable(tx, Processes, "daily", 1, false) })
		if got := count("daily", day); got != 4 {
			t.Error("started while disabled", got)
		}
		w.write(func(tx *db.Tx) error { return w.Enable(tx, Processes, "daily", 1, true) })
		if got := count("daily", day); got != 5 {
			t.Error(got)
		}
		w.publish("daily", every("R/P7D")) // the new version starts now, the old one no more
		if got := count("daily", 2*day); got != 5 {
			t.Error(got)
		}
		w.publish("once", strings.Replace(every("x"), "<timeCycle>x</timeCycle>", "<timeDate>2026-12-24</timeDate>", 1))
		if got := count("once", 40*day); got != 1 {
			t.Error(got)
		}
	})
}

func TestReminderDoesNotInterrupt(t *testing.T) {
	each(t, func(w *site) {
		var reminded *int
		w.Operations["remind"], reminded = counting(0, nil)
		w.publish("remind", `<startEvent id="s"/>`+user("a", "")+boundary("b", "a", `cancelActivity="false"`, tenDays)+
			`<serviceTask id="r" praya:operation="remind"/><endEvent id="re"/><endEvent id="e"/>`+flow("s>a", "a>e", "b>r", "r>re"))
		w.start("remind", "x", nil)
		w.later(11 * 24 * time.Hour)
		if err := w.work(); err != nil || *reminded != 1 {
			t.Error(err, *reminded)
		}
		if i := w.complete("x", "a", "o", "", nil); i.State != Ended || i.End != "e" {
			t.Errorf("%+v", i)
		}
		w.start("remind", "y", nil)
		w.complete("y", "a", "o", "", nil)
		w.later(11 * 24 * time.Hour)
		if err := w.work(); err != nil || *reminded != 1 {
			t.Error("reminded of what is done", err, *reminded)
		}
	})
}

func TestATimerThatComesTwiceFiresOnce(t *testing.T) {
	each(t, func(w *site) {
		w.publish("t", `<startEvent id="s"/>`+timer("c", `praya:working="1"`)+user("a", "")+`<endEvent id="e"/>`+flow("s>c", "c>a", "a>e"))
		i := w.start("t", "x", nil)
		w.later(90 * time.Hour)
		job := arguments{i.ID, 2}
		raw := []byte(`{"instance":"` + job.Instance + `","wait":2}`)
		for range 3 {
			if err := w.fire(w.ctx, jobOf(raw), nil); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.open("x")) != 1 || w.nodes("x") != "s c" {
			t.Error(w.open("x"), w.nodes("x"))
		}
	})
}
