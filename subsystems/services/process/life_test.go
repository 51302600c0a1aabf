package process

import (
	"errors"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

func TestVersionsSideBySide(t *testing.T) {
	each(t, func(w *site) {
		one := `<startEvent id="s"/>` + user("a", "") + `<endEvent id="e"/>` + flow("s>a", "a>e")
		two := `<startEvent id="s"/>` + user("a", "") + user("b", "") + `<endEvent id="e"/>` + flow("s>a", "a>b", "b>e")
		w.publish("v", one)
		w.publish("v", one)
		old := w.start("v", "old", nil)
		w.publish("v", two)
		fresh := w.start("v", "new", nil)
		if old.Version != 1 || fresh.Version != 2 {
			t.Fatal(old.Version, fresh.Version)
		}
		if i := w.complete("old", "a", "o", "", nil); i.State != Ended {
			t.Error(i.State)
		}
		if i := w.complete("new", "a", "o", "", nil); i.State != Running {
			t.Error(i.State)
		}
		w.write(func(tx *db.Tx) error { return w.Enable(tx, Processes, "v", 2, false) })
		if i := w.start("v", "third", nil); i.Version != 1 {
			t.Error(i.Version)
		}
		w.write(func(tx *db.Tx) error { return w.Enable(tx, Processes, "v", 1, false) })
		err := w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := w.Start(tx, "v", "x", "FEHD", nil); return err })
		if !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if i := w.complete("new", "b", "o", "", nil); i.State != Ended {
			t.Error("a disabled version must run to its end", i.State)
		}
		err = w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := w.Publish(tx, "v", "EMSD", definitionOf(one)); return err })
		if !fault.Is(err, fault.Conflict) {
			t.Error("another department's key", err)
		}
	})
}

func TestMigration(t *testing.T) {
	each(t, func(w *site) {
		w.publish("m", `<startEvent id="s"/>`+user("a", "")+boundary("b", "a", "", tenDays)+`<endEvent id="e"/>`+flow("s>a", "a>e", "b>e"))
		i := w.start("m", "x", nil)
		w.publish("m", `<startEvent id="s"/>`+`<userTask id="a2" praya:role="chief"/>`+user("c", "")+`<endEvent id="e"/>`+flow("s>a2", "a2>c", "c>e"))
		move := func(nodes map[string]string) error {
			return w.DB.Write(w.ctx, func(tx *db.Tx) error { return w.Migrate(tx, i.ID, 2, nodes) })
		}
		if err := move(nil); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if err := move(map[string]string{"a": "e"}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if err := move(map[string]string{"a": "a2"}); err != nil {
			t.Fatal(err)
		}
		if task := w.task("x", "a2"); task.Role != "chief" {
			t.Errorf("%+v", task)
		}
		w.later(30 * 24 * time.Hour)
		if err := w.work(); err != nil {
			t.Error(err)
		}
		if got := w.complete("x", "a2", "o", "", nil); got.State != Running || got.Version != 2 {
			t.Errorf("%+v", got)
		}
		if got := w.complete("x", "c", "o", "", nil); got.State != Ended {
			t.Errorf("%+v", got)
		}
	})
}

func TestFourEyesAndHolders(t *testing.T) {
	each(t, func(w *site) {
		w.publish("eyes", `<startEvent id="s"/>`+user("a", "")+user("b", `praya:fourEyes="a" praya:decisions="approve refuse"`)+`<endEvent id="e"/>`+flow("s>a", "a>b", "b>e"))
		w.start("eyes", "x", nil)
		w.complete("x", "a", "ann", "", nil)
		task := w.task("x", "b")
		try := func(f func(tx *db.Tx) error) error { return w.DB.Write(w.ctx, f) }
		complete := func(account, outcome string) error {
			return try(func(tx *db.Tx) error { _, err := w.Complete(tx, task.ID, account, outcome, nil); return err })
		}
		if task.BarredBy != "ann" {
			t.Errorf("%+v", task)
		}
		for name, c := range map[string]struct {
			err  error
			want fault.Kind
		}{
			"claim by the same":    {try(func(tx *db.Tx) error { return w.Claim(tx, task.ID, "ann") }), fault.Forbidden},
			"delegate to the same": {try(func(tx *db.Tx) error { return w.Delegate(tx, task.ID, "", "ann") }), fault.Forbidden},
			"done by the same":     {complete("ann", "approve"), fault.Forbidden},
			"no decision":          {complete("bob", ""), fault.Invalid},
			"invented decision":    {complete("bob", "maybe"), fault.Invalid},
		} {
			if !fault.Is(c.err, c.want) {
				t.Errorf("%s: %v", name, c.err)
			}
		}
		w.write(func(tx *db.Tx) error { return w.Claim(tx, task.ID, "bob") })
		if err := try(func(tx *db.Tx) error { return w.Claim(tx, task.ID, "cyd") }); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if err := complete("cyd", "approve"); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		w.write(func(tx *db.Tx) error { return w.Delegate(tx, task.ID, "bob", "cyd") })
		if err := complete("cyd", "refuse"); err != nil {
			t.Error(err)
		}
		if err := complete("cyd", "refuse"); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	})
}

func TestLists(t *testing.T) {
	each(t, func(w *site) {
		w.publish("slow", `<startEvent id="s"/>`+user("a", `praya:due="5"`)+`<endEvent id="e"/>`+flow("s>a", "a>e"))
		w.publish("fast", `<startEvent id="s"/><userTask id="a" praya:role="chief" praya:due="1"/><endEvent id="e"/>`+flow("s>a", "a>e"))
		w.publish("any", `<startEvent id="s"/>`+user("a", "")+`<endEvent id="e"/>`+flow("s>a", "a>e"))
		for _, key := range []string{"any", "slow", "fast"} {
			w.start(key, key, nil)
		}
		list := func(f TaskFilter) string {
			var keys []string
			w.write(func(tx *db.Tx) error {
				l, n, err := w.Tasks(tx, f)
				if n != len(l) {
					t.Errorf("%+v: %d of %d", f, len(l), n)
				}
				keys = keys[:0]
				for _, task := range l {
					keys = append(keys, task.Subject)
				}
				return err
			})
			return strings.Join(keys, " ")
		}
		w.write(func(tx *db.Tx) error { return w.Claim(tx, w.mustTask(tx, "slow"), "ann") })
		for _, c := range []struct {
			f    TaskFilter
			want string
		}{
			{TaskFilter{Department: "FEHD"}, "fast slow any"},
			{TaskFilter{}, "fast slow any"},
			{TaskFilter{Department: "EMSD"}, ""},
			{TaskFilter{Department: "FEHD", Role: "officer"}, "slow any"},
			{TaskFilter{Department: "FEHD", Roles: []string{"chief", "clerk"}}, "fast"},
			{TaskFilter{Department: "FEHD", Roles: []string{}}, ""},
			{TaskFilter{Department: "FEHD", Unclaimed: true}, "fast any"},
			{TaskFilter{Holder: "ann"}, "slow"},
			{TaskFilter{Holder: "ann", Department: "EMSD"}, ""},
			{TaskFilter{Subject: "slow", Holder: "ann", Role: "officer"}, "slow"},
			{TaskFilter{Subject: "slow", Unclaimed: true}, ""},
		} {
			if got := list(c.f); got != c.want {
				t.Errorf("%+v: %q, not %q", c.f, got, c.want)
			}
		}
	})
}

func (w *site) mustTask(tx *db.Tx, subject string) string {
	l, _, err := w.Tasks(tx, TaskFilter{Subject: subject, OpenOnly: true})
	if err != nil || len(l) == 0 {
		w.Fatal(subject, err)
	}
	return l[0].ID
}

func TestMessagesStart(t *testing.T) {
	each(t, func(w *site) {
		w.publish("begun", `<startEvent id="s"><messageEventDefinition messageRef="m1"/></startEvent>`+user("a", "")+`<endEvent id="e"/>`+flow("s>a", "a>e"))
		if !w.message("x", "paid") || w.message("x", "withdrawn") || len(w.open("x")) != 1 {
			t.Error(w.open("x"))
		}
	})
}

func TestOneProcessFollowsAnother(t *testing.T) {
	each(t, func(w *site) {
		follow := func(id, name string) []byte {
			return []byte(strings.Replace(string(definitionOf(`<startEvent id="s"><messageEventDefinition messageRef="m9"/></startEvent>`+user(id, "")+`<endEvent id="e"/>`+flow("s>"+id, id+">e"))),
				`<message id="m1"`, `<message id="m9" name="`+name+`"/><message id="m1"`, 1))
		}
		w.publish("first", `<startEvent id="s"/>`+user("a", "")+`<scriptTask id="c"><extensionElements><praya:set name="n" value="n + 1"/></extensionElements></scriptTask><endEvent id="e"/>`+flow("s>a", "a>c", "c>e"))
		w.write(func(tx *db.Tx) error {
			if _, err := w.Publish(tx, "good", "FEHD", follow("after", AfterEnd+"first")); err != nil {
				return err
			}
			_, err := w.Publish(tx, "bad", "FEHD", follow("rescue", AfterFailure+"first"))
			return err
		})
		w.start("first", "x", map[string]any{"n": 1})
		w.complete("x", "a", "o", "", nil)
		if l := w.open("x"); len(l) != 1 || l[0].Node != "after" {
			t.Error(l)
		}
		w.start("first", "y", nil)
		w.complete("y", "a", "o", "", nil)
		if l := w.open("y"); len(l) != 1 || l[0].Node != "rescue" {
			t.Error(l)
		}
		w.write(func(tx *db.Tx) error {
			_, err := w.Publish(tx, "self", "FEHD", []byte(strings.Replace(string(definitionOf(`<startEvent id="s"><messageEventDefinition messageRef="m9"/></startEvent><endEvent id="e"/>`+flow("s>e"))),
				`<message id="m1"`, `<message id="m9" name="process-ended:self"/><message id="m1"`, 1)))
			return err
		})
		err := w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := w.Start(tx, "self", "z", "FEHD", nil); return err })
		if !fault.Is(err, fault.Invalid) {
			t.Error("a circle of triggers", err)
		}
	})
}

func TestAnUndoneTransactionLeavesNoTrace(t *testing.T) {
	each(t, func(w *site) {
		w.publish("one", `<startEvent id="s"/>`+user("a", "")+timer("c", `praya:working="1"`)+`<endEvent id="e"/>`+flow("s>a", "a>c", "c>e"))
		i := w.start("one", "x", nil)
		task := w.task("x", "a")
		no := errors.New("no")
		err := w.DB.Write(w.ctx, func(tx *db.Tx) error {
			if _, err := w.Complete(tx, task.ID, "o", "", nil); err != nil {
				return err
			}
			if _, err := w.Publish(tx, "one", "FEHD", definitionOf(`<startEvent id="s"/><endEvent id="e"/>`+flow("s>e"))); err != nil {
				return err
			}
			if _, err := w.Start(tx, "one", "y", "FEHD", nil); err != nil { // compiled, of a version that will never be
				return err
			}
			return no
		})
		if !errors.Is(err, no) || w.task("x", "a").State != TaskOpen || w.nodes("x") != "s" || w.nodes("y") != "" {
			t.Error(err, w.nodes("x"))
		}
		if got := w.start("one", "z", nil); got.Version != 1 || got.State != Running {
			t.Errorf("%+v", got)
		}
		if w.read(i.ID).State != Running {
			t.Error("moved")
		}
	})
}

func TestARunThatNeverEndsStops(t *testing.T) {
	each(t, func(w *site) {
		w.publish("loop", `<startEvent id="s"/><scriptTask id="c"><extensionElements><praya:set name="n" value="n + 1"/></extensionElements></scriptTask><exclusiveGateway id="x" default="f_x_c"/><endEvent id="e"/>`+
			flow("s>c", "c>x", "x>e:n < 0", "x>c"))
		if i := w.start("loop", "x", map[string]any{"n": 1}); i.State != Failed || i.Why != "process.failed.endless" {
			t.Errorf("%+v", i)
		}
		if i := w.start("loop", "y", nil); i.State != Failed || i.Why != "process.failed.expression" {
			t.Errorf("%+v", i)
		}
		w.publish("recursive", `<startEvent id="s"/><callActivity id="c" calledElement="recursive"/><endEvent id="e"/>`+flow("s>c", "c>e"))
		err := w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := w.Start(tx, "recursive", "z", "FEHD", nil); return err })
		if !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}

func TestWhatIsOverCanBeForgotten(t *testing.T) {
	each(t, func(w *site) {
		w.publish("one", `<startEvent id="s"/>`+user("a", "")+`<endEvent id="e"/>`+flow("s>a", "a>e"))
		i := w.start("one", "x", map[string]any{"name": "陳大文"})
		forget := func() error { return w.DB.Write(w.ctx, func(tx *db.Tx) error { return w.Forget(tx, "x") }) }
		if err := forget(); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		w.complete("x", "a", "o", "", nil)
		if err := forget(); err != nil {
			t.Error(err)
		}
		if got := w.read(i.ID); len(got.Vars) != 0 || got.State != Ended || w.nodes("x") != "s a e" {
			t.Errorf("%+v", got)
		}
	})
}

func TestVariablesAreSealed(t *testing.T) {
	each(t, func(w *site) {
		w.publish("one", `<startEvent id="s"/>`+user("a", "")+`<endEvent id="e"/>`+flow("s>a", "a>e"))
		i := w.start("one", "x", map[string]any{"name": "陳大文"})
		w.write(func(tx *db.Tx) error {
			rows, err := Sealed()[0].Read(tx, rowBefore())
			if err != nil || len(rows) != 1 || strings.Contains(string(rows[0].Sealed), "陳大文") {
				t.Errorf("%v %q", err, rows)
			}
			return err
		})
		mark, err := w.Keys.Mark()
		if err != nil {
			t.Fatal(err)
		}
		stale := func(mark []byte) (n int64) {
			w.write(func(tx *db.Tx) (err error) { n, err = Stale(tx, mark); return err })
			return n
		}
		if stale(mark) != 0 || stale([]byte("zzzzzzzzz")) != 1 {
			t.Error("stale")
		}
		if err := w.Keys.RefreshColumns(w.ctx, w.DB, Sealed(), func(int64) {}); err != nil {
			t.Error(err)
		}
		if w.read(i.ID).Vars["name"] != "陳大文" {
			t.Error("lost")
		}
	})
}

func TestStatements(t *testing.T) {
	dbtest.Prepare(t, []db.Schema{Schema()}, ".")
	dbtest.Homes(t, ".")
}
