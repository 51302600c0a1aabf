package process

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// site is a store with a service on it, whose clock a test sets.
type site struct {
	testing.TB
	*Service
	ctx context.Context

	mu  sync.Mutex
	now when.Instant
}

func (w *site) clock() when.Instant {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *site) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newSite(t testing.TB, address string) *site {
	t.Helper()
	w := &site{TB: t, ctx: who.AsSystem(context.Background(), who.Production), now: when.At(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))} // a Monday
	d, err := db.Open(w.ctx, db.Config{URL: address, Connections: 20}, w.clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Migrate(w.ctx, events.Schema(), jobs.Schema(), calendar.Schema(), Schema()); err != nil {
		t.Fatal(err)
	}
	if err := calendar.New(d).Seed(w.ctx); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(dir, "ring"), filepath.Join(dir, "key"), w.clock)
	if err != nil {
		t.Fatal(err)
	}
	w.Service = &Service{DB: d, Clock: w.clock, Keys: ring, Operations: map[string]Operation{}, Log: slog.New(slog.DiscardHandler)}
	return w
}

// each runs a test on both engines.
func each(t *testing.T, test func(w *site)) {
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newSite(t, address)) })
}

func (w *site) write(f func(tx *db.Tx) error) {
	w.Helper()
	if err := w.DB.Write(w.ctx, f); err != nil {
		w.Fatal(err)
	}
}

func (w *site) publish(key, body string) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		_, err := w.Publish(tx, key, "FEHD", definitionOf(body))
		return err
	})
}

func (w *site) start(key, subject string, vars map[string]any) (i Instance) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		i, err = w.Start(tx, key, subject, "FEHD", vars)
		return err
	})
	return i
}

func (w *site) read(instance string) (i Instance) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		i, err = w.Instance(tx, instance)
		return err
	})
	return i
}

func (w *site) open(subject string) (out []Task) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		out, _, err = w.Tasks(tx, TaskFilter{Subject: subject, OpenOnly: true})
		return err
	})
	return out
}

func (w *site) task(subject, node string) Task {
	w.Helper()
	for _, t := range w.open(subject) {
		if t.Node == node {
			return t
		}
	}
	w.Fatalf("%s has no open task %s, but %v", subject, node, w.open(subject))
	return Task{}
}

func (w *site) complete(subject, node, account, outcome string, vars map[string]any) (i Instance) {
	w.Helper()
	t := w.task(subject, node)
	w.write(func(tx *db.Tx) (err error) {
		i, err = w.Complete(tx, t.ID, account, outcome, vars)
		return err
	})
	return i
}

func (w *site) message(subject, name string) (woke bool) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		woke, err = w.Message(tx, subject, name, nil)
		return err
	})
	return woke
}

// work does every job that is ready, as a queue would, and gives the last error.
func (w *site) work() (last error) {
	w.Helper()
	for range 100 {
		var list []jobs.Job
		w.write(func(tx *db.Tx) (err error) {
			list, err = jobs.List(tx, 100, 0)
			return err
		})
		busy := false
		for _, j := range list {
			if j.State != jobs.Ready || w.clock().Before(j.RunAt) {
				continue
			}
			busy = true
			j.Attempts++
			handle := map[string]jobs.Handler{JobTimer: w.fire, JobOperation: w.Service.work, JobStart: w.begin}[j.Kind]
			if last = handle(w.ctx, j, nil); last == nil {
				w.write(func(tx *db.Tx) error { return jobs.Cancel(tx, j.ID) })
			}
		}
		if !busy || last != nil {
			return last
		}
	}
	w.Fatal("jobs never end")
	return nil
}

func (w *site) nodes(subject string) string {
	w.Helper()
	var out []string
	w.write(func(tx *db.Tx) error {
		steps, err := w.History(tx, subject)
		out = out[:0]
		for _, s := range steps {
			out = append(out, s.Node)
		}
		return err
	})
	return strings.Join(out, " ")
}

const preamble = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:praya="https://praya.example/bpmn" id="d" targetNamespace="https://praya.example/test">
<message id="m1" name="paid"/><message id="m2" name="withdrawn"/><error id="e1" errorCode="refused"/>
`

// definitionOf makes a definition of what stands in its process.
func definitionOf(body string) []byte {
	return []byte(preamble + `<process id="p" name="測試" isExecutable="true">` + body + "</process></definitions>")
}

// flow writes flows: "a>b" or "a>b:condition".
func flow(list ...string) string {
	var b strings.Builder
	for _, f := range list {
		ends, condition, has := strings.Cut(f, ":")
		from, to, _ := strings.Cut(ends, ">")
		id := fmt.Sprintf("f_%s_%s", from, to)
		if !has {
			fmt.Fprintf(&b, `<sequenceFlow id="%s" sourceRef="%s" targetRef="%s"/>`, id, from, to)
			continue
		}
		fmt.Fprintf(&b, `<sequenceFlow id="%s" sourceRef="%s" targetRef="%s"><conditionExpression><![CDATA[%s]]></conditionExpression></sequenceFlow>`, id, from, to, condition)
	}
	return b.String()
}

func user(id, extra string) string {
	return fmt.Sprintf(`<userTask id="%s" name="%s" praya:role="officer" %s/>`, id, id, extra)
}

func TestOneTask(t *testing.T) {
	each(t, func(w *site) {
		w.publish("one", `<startEvent id="s"/>`+user("a", `praya:decisions="approve refuse" praya:due="3"`)+
			`<exclusiveGateway id="x" default="f_x_no"/><endEvent id="yes"/><endEvent id="no"/>`+
			flow("s>a", "a>x", `x>yes:a.outcome == "approve"`, "x>no"))
		i := w.start("one", "subject-1", map[string]any{"amount": 5})
		if i.State != Running || i.Version != 1 {
			t.Fatalf("%+v", i)
		}
		task := w.task("subject-1", "a")
		if task.Due.String() != "2026-11-26" || len(task.Decisions) != 2 || task.Name.TC != "a" || task.Role != "officer" {
			t.Errorf("%+v", task)
		}
		i = w.complete("subject-1", "a", "officer-1", "approve", map[string]any{"note": "fine"})
		if i.State != Ended || i.End != "yes" || i.Vars["outcome"] != "approve" || i.Vars["amount"] != int64(5) {
			t.Errorf("%+v", i)
		}
		if got := w.nodes("subject-1"); got != "s a x yes" {
			t.Error(got)
		}
	})
}

func jobOf(raw []byte) jobs.Job { return jobs.Job{Args: raw} }

func rowBefore() sign.Row { return sign.Row{} }
