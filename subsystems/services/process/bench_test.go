package process

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"praya/platform/db"
	"praya/platform/db/dbtest"
)

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

// BenchmarkTasks is a desk's first page beside 200,000 tasks that are done.
func BenchmarkTasks(b *testing.B) {
	w := newSite(b, dbtest.SQLite(b))
	w.publish("one", `<startEvent id="s"/>`+user("a", `praya:due="3"`)+`<endEvent id="e"/>`+flow("s>a", "a>e"))
	for i := range 500 {
		w.start("one", fmt.Sprint("open", i), nil)
	}
	digest := w.digestOf("one")
	w.write(func(tx *db.Tx) error {
		_, err := tx.InsertMany("services_process_tasks", []string{
			"realm", "id", "instance", "token", "node", "key", "version", "digest", "subject", "department", "role", "state", "holder", "due", "made", "finished",
			"outcome", "done_by", "barred_by", "revision",
		}, func(yield func([]any) bool) {
			for i := range 200_000 {
				if !yield([]any{
					"production", fmt.Sprintf("done-%07d", i), "x", 1, "a", "one", 1, digest, fmt.Sprint("s", i), "FEHD", "officer", "done", "ann", "2026-01-01", "", "",
					"", "ann", "", 1,
				}) {
					return
				}
			}
		})
		return err
	})
	b.ResetTimer()
	for b.Loop() {
		if err := w.DB.Read(w.ctx, func(tx *db.Tx) error {
			l, n, err := w.Tasks(tx, TaskFilter{Department: "FEHD", Roles: []string{"officer", "chief"}, Limit: 50})
			if n != 500 || len(l) != 50 {
				b.Error(n, len(l))
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}

func (w *site) digestOf(key string) (digest string) {
	w.write(func(tx *db.Tx) error {
		h, err := newest(tx, Processes, key)
		digest = h.digest
		return err
	})
	return digest
}
