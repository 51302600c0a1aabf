package process

import (
	"errors"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
)

func timer(id, attrs string) string {
	return `<intermediateCatchEvent id="` + id + `"><timerEventDefinition ` + attrs + `/></intermediateCatchEvent>`
}

func boundary(id, on, attrs, definition string) string {
	return `<boundaryEvent id="` + id + `" attachedToRef="` + on + `" ` + attrs + `>` + definition + `</boundaryEvent>`
}

const tenDays = `<timerEventDefinition><timeDuration>P10D</timeDuration></timerEventDefinition>`

// An operation that knows what it was asked and how often.
func counting(fails int, with error) (Operation, *int) {
	calls := new(int)
	return func(tx *db.Tx, i Instance, input map[string]any) (map[string]any, error) {
		*calls++
		if *calls <= fails {
			return nil, with
		}
		return map[string]any{"given": input["x"], "calls": *calls, "knew": len(i.Vars)}, nil
	}, calls
}

func TestParallelBranchesMeet(t *testing.T) {
	each(t, func(w *site) {
		w.publish("two", `<startEvent id="s"/><parallelGateway id="fork"/>`+user("a", "")+user("b", "")+`<parallelGateway id="join"/><endEvent id="e"/>`+
			flow("s>fork", "fork>a", "fork>b", "a>join", "b>join", "join>e"))
		w.start("two", "x", nil)
		if i := w.complete("x", "a", "o1", "", nil); i.State != Running {
			t.Error(i.State)
		}
		if i := w.complete("x", "b", "o2", "", nil); i.State != Ended {
			t.Error(i.State)
		}
		if got := w.nodes("x"); got != "s fork a b join e" && got != "s fork a join b e" {
			t.Error(got)
		}
	})
}

func TestConcurrentCompletesMeet(t *testing.T) {
	each(t, func(w *site) {
		w.publish("two", `<startEvent id="s"/><parallelGateway id="fork"/>`+user("a", "")+user("b", "")+`<parallelGateway id="join"/><endEvent id="e"/>`+
			flow("s>fork", "fork>a", "fork>b", "a>join", "b>join", "join>e"))
		for range 10 {
			i := w.start("two", "y", nil)
			list := w.open("y")
			done := make(chan error)
			for _, task := range list {
				go func() {
					done <- w.DB.Write(w.ctx, func(tx *db.Tx) error {
						_, err := w.Complete(tx, task.ID, "o", "", nil)
						return err
					})
				}()
			}
			for range list {
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			}
			if got := w.read(i.ID); got.State != Ended {
				t.Fatalf("%+v", got)
			}
		}
	})
}

func TestTwoClicksFinishOnce(t *testing.T) {
	each(t, func(w *site) {
		w.publish("one", `<startEvent id="s"/>`+user("a", "")+user("b", "")+`<endEvent id="e"/>`+flow("s>a", "a>b", "b>e"))
		w.start("one", "x", nil)
		task := w.task("x", "a")
		done := make(chan error)
		for range 4 {
			go func() {
				done <- w.DB.Write(w.ctx, func(tx *db.Tx) error {
					_, err := w.Complete(tx, task.ID, "o", "", nil)
					return err
				})
			}()
		}
		good := 0
		for range 4 {
			if err := <-done; err == nil {
				good++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		if good != 1 || len(w.open("x")) != 1 || w.nodes("x") != "s a" {
			t.Error(good, w.open("x"), w.nodes("x"))
		}
	})
}

func TestOperationsNowAndAsJobs(t *testing.T) {
	each(t, func(w *site) {
		w.publish("now", `<startEvent id="s"/><serviceTask id="o" praya:operation="ask"><extensionElements><praya:input name="x" value="amount * 2"/></extensionElements></serviceTask>`+
			`<scriptTask id="c"><extensionElements><praya:set name="total" value="given + 1"/></extensionElements></scriptTask><endEvent id="e"/>`+
			flow("s>o", "o>c", "c>e"))
		w.publish("job", `<startEvent id="s"/><serviceTask id="o" praya:operation="ask" praya:mode="job"><extensionElements><praya:input name="x" value="amount"/></extensionElements></serviceTask>`+
			`<endEvent id="e"/>`+flow("s>o", "o>e"))
		var calls *int
		w.Operations["ask"], calls = counting(0, nil)
		if i := w.start("now", "a", map[string]any{"amount": 20}); i.State != Ended || i.Vars["total"] != int64(41) || i.Vars["knew"] != int64(1) {
			t.Errorf("%+v", i)
		}
		i := w.start("job", "b", map[string]any{"amount": 7})
		if *calls != 1 || i.State != Running {
			t.Error(*calls, i.State)
		}
		if err := w.work(); err != nil {
			t.Error(err)
		}
		if i = w.read(i.ID); i.State != Ended || i.Vars["given"] != int64(7) {
			t.Errorf("%+v", i)
		}
		if *calls != 2 {
			t.Error(*calls)
		}
	})
}

func TestFailedOperationLeavesNothing(t *testing.T) {
	each(t, func(w *site) {
		w.publish("now", `<startEvent id="s"/>`+user("a", "")+`<serviceTask id="o" praya:operation="ask"/><endEvent id="e"/>`+flow("s>a", "a>o", "o>e"))
		w.Operations["ask"], _ = counting(1, errors.New("no line"))
		w.start("now", "a", nil)
		task := w.task("a", "a")
		err := w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := w.Complete(tx, task.ID, "o", "", nil)
			return err
		})
		if err == nil || w.task("a", "a").State != TaskOpen || w.nodes("a") != "s" {
			t.Error(err, w.nodes("a"))
		}
		if i := w.complete("a", "a", "o", "", nil); i.State != Ended {
			t.Error(i.State)
		}
	})
}

func TestJobThatFailsIsTriedAgainThenLookedAt(t *testing.T) {
	each(t, func(w *site) {
		w.publish("job", `<startEvent id="s"/><serviceTask id="o" praya:operation="ask" praya:mode="job"/><endEvent id="e"/>`+flow("s>o", "o>e"))
		var calls *int
		w.Operations["ask"], calls = counting(2, fault.New(fault.Invalid, "process.vars"))
		i := w.start("job", "a", nil)
		if err := w.work(); err == nil {
			t.Error("no error")
		}
		if i = w.read(i.ID); i.State != Failed || i.Why != "process.failed.operation" {
			t.Fatalf("%+v", i)
		}
		w.write(func(tx *db.Tx) error { _, err := w.Retry(tx, i.ID); return err })
		w.work()
		if i = w.read(i.ID); i.State != Failed || *calls != 2 {
			t.Fatalf("%+v", i)
		}
		w.write(func(tx *db.Tx) error { _, err := w.Retry(tx, i.ID); return err })
		if err := w.work(); err != nil {
			t.Error(err)
		}
		if i = w.read(i.ID); i.State != Ended || *calls != 3 {
			t.Fatalf("%+v %d", i, *calls)
		}
	})
}

func TestErrorsTakeTheirBoundary(t *testing.T) {
	each(t, func(w *site) {
		for _, mode := range []string{"now", "job"} {
			w.publish(mode, `<startEvent id="s"/><serviceTask id="o" praya:operation="ask" praya:mode="`+mode+`"/><endEvent id="e"/><endEvent id="bad"/>`+
				boundary("b", "o", "", `<errorEventDefinition errorRef="e1"/>`)+flow("s>o", "o>e", "b>bad"))
			w.Operations["ask"], _ = counting(1, &BPMNError{"refused"})
			i := w.start(mode, mode, nil)
			if err := w.work(); err != nil {
				t.Error(err)
			}
			if i = w.read(i.ID); i.End != "bad" {
				t.Errorf("%s %+v", mode, i)
			}
			w.Operations["ask"], _ = counting(9, &BPMNError{"another"})
			i = w.start(mode, mode+"2", nil)
			w.work()
			if i = w.read(i.ID); i.State != Failed || i.Why != "process.failed.error" {
				t.Errorf("%s %+v", mode, i)
			}
		}
	})
}

func TestSubProcessWithErrorAndTimer(t *testing.T) {
	each(t, func(w *site) {
		w.publish("sub", `<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/><parallelGateway id="fork"/>`+user("a", `praya:decisions="ok no"`)+user("b", "")+
			`<exclusiveGateway id="x" default="f_x_ie"/><endEvent id="ie"/><endEvent id="ib"/><endEvent id="err"><errorEventDefinition errorRef="e1"/></endEvent>`+
			flow("is>fork", "fork>a", "fork>b", "a>x", `x>err:outcome == "no"`, "x>ie", "b>ib")+`</subProcess>`+
			boundary("be", "sub", "", `<errorEventDefinition errorRef="e1"/>`)+boundary("bt", "sub", "", tenDays)+
			`<endEvent id="good"/><endEvent id="bad"/><endEvent id="late"/>`+flow("s>sub", "sub>good", "be>bad", "bt>late"))
		w.start("sub", "1", nil)
		w.complete("1", "a", "o", "ok", nil)
		if i := w.complete("1", "b", "o", "", nil); i.End != "good" {
			t.Errorf("%+v", i)
		}
		w.start("sub", "2", nil)
		if i := w.complete("2", "a", "o", "no", nil); i.End != "bad" || len(w.open("2")) != 0 {
			t.Errorf("%+v %v", i, w.open("2"))
		}
		i := w.start("sub", "3", nil)
		w.later(9 * 24 * time.Hour)
		w.work()
		if i = w.read(i.ID); i.State != Running {
			t.Errorf("%+v", i)
		}
		w.later(25 * time.Hour)
		if err := w.work(); err != nil {
			t.Error(err)
		}
		if i = w.read(i.ID); i.End != "late" || len(w.open("3")) != 0 {
			t.Errorf("%+v", i)
		}
	})
}

func TestWhateverComesFirst(t *testing.T) {
	each(t, func(w *site) {
		w.publish("race", `<startEvent id="s"/><eventBasedGateway id="g"/><intermediateCatchEvent id="paid"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent>`+
			timer("late", `praya:working="5"`)+`<receiveTask id="gone" messageRef="m2"/><endEvent id="e1x"/><endEvent id="e2x"/><endEvent id="e3x"/>`+
			flow("s>g", "g>paid", "g>late", "g>gone", "paid>e1x", "late>e2x", "gone>e3x"))
		i := w.start("race", "x", nil)
		if w.message("x", "nothing") || !w.message("x", "paid") || w.message("x", "withdrawn") {
			t.Error("messages")
		}
		w.later(30 * 24 * time.Hour)
		w.work()
		if i = w.read(i.ID); i.End != "e1x" || w.nodes("x") != "s g paid e1x" {
			t.Errorf("%+v %s", i, w.nodes("x"))
		}
		i = w.start("race", "y", nil)
		w.later(30 * 24 * time.Hour)
		if err := w.work(); err != nil {
			t.Error(err)
		}
		if i = w.read(i.ID); i.End != "e2x" || w.message("y", "paid") {
			t.Errorf("%+v", i)
		}
		// Both at the same time: one of them.
		i = w.start("race", "z", nil)
		done := make(chan bool)
		for _, name := range []string{"paid", "withdrawn"} {
			go func() {
				var woke bool
				err := w.DB.Write(w.ctx, func(tx *db.Tx) (err error) { woke, err = w.Message(tx, "z", name, nil); return err })
				done <- woke && err == nil
			}()
		}
		if a, b := <-done, <-done; a == b || w.read(i.ID).State != Ended {
			t.Error(a, b, w.read(i.ID))
		}
	})
}

func TestInclusiveGateway(t *testing.T) {
	each(t, func(w *site) {
		w.publish("or", `<startEvent id="s"/><inclusiveGateway id="g" default="f_g_c"/>`+user("a", "")+user("b", "")+user("c", "")+`<inclusiveGateway id="j"/><endEvent id="e"/>`+
			flow("s>g", "g>a:size > 1", "g>b:size > 2", "g>c", "a>j", "b>j", "c>j", "j>e"))
		for size, want := range map[int][]string{0: {"c"}, 2: {"a"}, 3: {"a", "b"}} {
			subject := strings.Repeat("x", size+1)
			i := w.start("or", subject, map[string]any{"size": size})
			for n, node := range want {
				if i.State != Running || len(w.open(subject)) != len(want)-n {
					t.Errorf("size %d before %s: %+v", size, node, i)
				}
				i = w.complete(subject, node, "o", "", nil)
			}
			if i.State != Ended {
				t.Errorf("size %d: %+v", size, i)
			}
		}
	})
}

func TestCalledProcess(t *testing.T) {
	each(t, func(w *site) {
		w.publish("inner", `<startEvent id="s"/>`+user("a", `praya:decisions="ok no"`)+`<exclusiveGateway id="x" default="f_x_e"/><endEvent id="e"/><endEvent id="err"><errorEventDefinition errorRef="e1"/></endEvent>`+
			flow("s>a", "a>x", `x>err:outcome == "no"`, "x>e"))
		w.publish("quick", `<startEvent id="s"/><scriptTask id="c"><extensionElements><praya:set name="double" value="n * 2"/></extensionElements></scriptTask><endEvent id="e"/>`+flow("s>c", "c>e"))
		w.publish("outer", `<startEvent id="s"/><callActivity id="q" calledElement="quick"/><callActivity id="call" calledElement="inner"/>`+
			boundary("b", "call", "", `<errorEventDefinition/>`)+`<endEvent id="good"/><endEvent id="bad"/>`+flow("s>q", "q>call", "call>good", "b>bad"))
		for outcome, want := range map[string]string{"ok": "good", "no": "bad"} {
			i := w.start("outer", outcome, map[string]any{"n": 4})
			if i.Vars["double"] != int64(8) || i.State != Running {
				t.Fatalf("%+v", i)
			}
			w.complete(outcome, "a", "o", outcome, nil)
			if i = w.read(i.ID); i.End != want {
				t.Errorf("%s: %+v", outcome, i)
			}
		}
		i := w.start("outer", "gone", map[string]any{"n": 4})
		w.write(func(tx *db.Tx) error { return w.Cancel(tx, i.ID, "withdrawn") })
		if len(w.open("gone")) != 0 || w.read(i.ID).State != Cancelled {
			t.Error(w.open("gone"))
		}
		// The called one is cancelled: the caller fails, and calls anew when it is told to.
		i = w.start("outer", "torn", map[string]any{"n": 4})
		task := w.task("torn", "a")
		w.write(func(tx *db.Tx) error { return w.Cancel(tx, task.Instance, "by mistake") })
		if i = w.read(i.ID); i.State != Failed || i.Why != "process.failed.called" {
			t.Fatalf("%+v", i)
		}
		w.write(func(tx *db.Tx) error { _, err := w.Retry(tx, i.ID); return err })
		w.complete("torn", "a", "o", "ok", nil)
		if i = w.read(i.ID); i.End != "good" {
			t.Errorf("%+v", i)
		}
	})
}
