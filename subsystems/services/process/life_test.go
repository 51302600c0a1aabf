package process

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

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

// block is a random well-formed part of a process: XML, where it begins and where it ends.
type block struct {
	nodes strings.Builder
	flows []string
	n     int
}

func (b *block) id(kind string) string {
	b.n++
	return fmt.Sprintf("%s%d", kind, b.n)
}

func (b *block) draw(t *rapid.T, depth int) (from, to string) {
	kind := rapid.SampledFrom([]string{"task", "task", "script", "sequence", "parallel", "exclusive", "inclusive", "loop", "sub"}).Draw(t, "kind")
	if depth == 0 {
		kind = "task"
	}
	switch kind {
	case "sequence":
		a, b1 := b.draw(t, depth-1)
		c, d := b.draw(t, depth-1)
		b.flows = append(b.flows, b1+">"+c)
		return a, d
	case "parallel", "exclusive", "inclusive":
		return b.gate(t, kind, depth)
	case "loop":
		merge, split := b.id("merge"), b.id("again")
		a, z := b.draw(t, depth-1)
		out := b.id("after")
		fmt.Fprintf(&b.nodes, `<exclusiveGateway id="%s"/><exclusiveGateway id="%s" default="f_%s_%s"/>`+user(out, ""), merge, split, split, out)
		b.flows = append(b.flows, merge+">"+a, z+">"+split, split+">"+merge+":again", split+">"+out)
		return merge, out
	case "sub":
		id, inner := b.id("sub"), &block{n: b.n * 100}
		a, z := inner.draw(t, depth-1)
		s, e := inner.id("s"), inner.id("e")
		fmt.Fprintf(&inner.nodes, `<startEvent id="%s"/><endEvent id="%s"/>`, s, e)
		inner.flows = append(inner.flows, s+">"+a, z+">"+e)
		fmt.Fprintf(&b.nodes, `<subProcess id="%s">%s%s</subProcess>`, id, inner.nodes.String(), flow(inner.flows...))
		return id, id
	case "script":
		id := b.id("script")
		fmt.Fprintf(&b.nodes, `<scriptTask id="%s"><extensionElements><praya:set name="seen" value="1"/></extensionElements></scriptTask>`, id)
		return id, id
	}
	id := b.id("task")
	b.nodes.WriteString(user(id, ""))
	return id, id
}

func (b *block) gate(t *rapid.T, kind string, depth int) (from, to string) {
	split, join := b.id("split"), b.id("join")
	ways := rapid.IntRange(2, 3).Draw(t, "ways")
	var first string
	for i := range ways {
		a, z := b.draw(t, depth-1)
		switch {
		case i == 0:
			first = a
			b.flows = append(b.flows, split+">"+a)
		case kind == "parallel":
			b.flows = append(b.flows, split+">"+a)
		default:
			b.flows = append(b.flows, fmt.Sprintf("%s>%s:pick > %d", split, a, i))
		}
		b.flows = append(b.flows, z+">"+join)
	}
	way := ""
	if kind != "parallel" {
		way = fmt.Sprintf(` default="f_%s_%s"`, split, first)
	}
	fmt.Fprintf(&b.nodes, `<%sGateway id="%s"%s/><%sGateway id="%s"/>`, kind, split, way, kind, join)
	return split, join
}

// Whatever is put together well runs to its end, and every token is consumed.
func TestWellFormedProcessesEnd(t *testing.T) {
	w := newSite(t, dbtest.SQLite(t))
	count := 0
	rapid.Check(t, func(r *rapid.T) {
		b := &block{}
		a, z := b.draw(r, 3)
		b.flows = append(b.flows, "s>"+a, z+">e")
		raw := definitionOf(`<startEvent id="s"/><endEvent id="e"/>` + b.nodes.String() + flow(b.flows...))
		m, err := ReadModel(raw)
		if err != nil || len(m.Check(Known{})) > 0 {
			r.Fatal(err, m.Check(Known{}), string(raw))
		}
		count++
		subject := fmt.Sprint("subject", count)
		w.write(func(tx *db.Tx) error { _, err := w.Publish(tx, "random", "FEHD", raw); return err })
		i := w.start("random", subject, map[string]any{"pick": rapid.IntRange(0, 4).Draw(r, "pick"), "again": false})
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "order"), 1))
		for step := 0; i.State == Running; step++ {
			open := w.open(subject)
			if len(open) == 0 || step > 500 {
				r.Fatalf("stands still: %+v\n%s", i, raw)
			}
			task := open[order.IntN(len(open))]
			again := step < 20 && order.IntN(4) == 0
			i = w.complete(subject, task.Node, "o", "", map[string]any{"again": again})
		}
		if i.State != Ended || i.End != "e" || len(w.open(subject)) > 0 {
			r.Fatalf("%+v\n%s", i, raw)
		}
		w.write(func(tx *db.Tx) error {
			x, err := w.row(tx, i.ID)
			if err == nil && (len(x.stands.Tokens) > 0 || len(x.stands.Waits) > 0) {
				r.Errorf("left over: %+v", x.stands)
			}
			return err
		})
	})
}

func TestStatements(t *testing.T) {
	dbtest.Prepare(t, []db.Schema{Schema()}, ".")
	dbtest.Homes(t, ".")
}

// BenchmarkStep is a task done, and the next one opened, by several callers at once: what a
// desk does all day.
func BenchmarkStep(b *testing.B) {
	w := newSite(b, dbtest.SQLite(b))
	w.publish("steps", `<startEvent id="s"/>`+user("a", `praya:decisions="again done" praya:due="3"`)+`<exclusiveGateway id="x" default="f_x_e"/><endEvent id="e"/>`+
		flow("s>a", "a>x", `x>a:outcome == "again"`, "x>e"))
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		i := w.start("steps", fmt.Sprint(rand.Int64()), map[string]any{"name": "陳大文", "amount": 5})
		task := w.task(i.Subject, "a").ID
		for p.Next() {
			err := w.DB.Write(w.ctx, func(tx *db.Tx) error {
				_, err := w.Complete(tx, task, "officer", "again", nil)
				return err
			})
			if err != nil {
				b.Error(err)
				return
			}
			if err := w.DB.Read(w.ctx, func(tx *db.Tx) error {
				task = w.mustTask(tx, i.Subject)
				return nil
			}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
