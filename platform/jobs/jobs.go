package jobs

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is what this package keeps in the store.
func Schema() db.Schema { return db.Schema{Owner: "jobs", Files: files} }

// State is where a job stands.
type State string

// The states.
const (
	Ready     State = "ready"
	Running   State = "running"
	Done      State = "done"
	Parked    State = "parked"
	Cancelled State = "cancelled"
)

// Job is a piece of work. To enqueue one, Kind, Key and Args are enough; RunAt puts it
// off. The rest is filled in.
type Job struct {
	ID         string
	Realm      who.Realm
	Kind       string
	Key        string
	Args       json.RawMessage
	State      State
	RunAt      when.Instant
	Attempts   int
	Done       int64 // of Total, as the handler reports
	Total      int64
	Message    string
	Failed     string // what the last failure said
	CreatedAt  when.Instant
	FinishedAt when.Instant
}

// Late reports whether a job should have begun a minute ago.
func (j Job) Late(now when.Instant) bool {
	return j.State == Ready && j.RunAt.Before(now.Add(-lateAfter))
}

const (
	lateAfter   = time.Minute
	largestArgs = 64 << 10
)

// Enqueue adds a job in the transaction. When its realm, kind and key are known, it
// changes nothing and gives the job that is there.
func Enqueue(tx *db.Tx, j Job) (Job, error) {
	if err := Put(tx, j); err != nil {
		return Job{}, err
	}
	return scan(tx.Row(sqlByKey, tx.Realm(), j.Kind, j.Key))
}

// Put is Enqueue for those who do not ask which job it is: it costs no way to the store.
func Put(tx *db.Tx, j Job) error {
	if j.Kind == "" || j.Key == "" {
		return fmt.Errorf("jobs: a job needs a kind and a key, not %q and %q", j.Kind, j.Key)
	}
	if len(j.Args) == 0 {
		j.Args = json.RawMessage("{}")
	}
	if len(j.Args) > largestArgs || !json.Valid(j.Args) {
		return fmt.Errorf("jobs: %s: arguments are no JSON of at most %d bytes", j.Kind, largestArgs)
	}
	if j.RunAt.IsZero() {
		j.RunAt = tx.Now()
	}
	return tx.Do(sqlInsert, id.New[string](tx.Now()), tx.Realm(), j.Kind, j.Key, string(j.Args), j.RunAt, tx.Now())
}

// Get reads a job of the transaction's realm: for a page that shows its progress.
func Get(tx *db.Tx, jobID string) (Job, error) { return scan(tx.Row(sqlByID, tx.Realm(), jobID)) }

func scan(s db.Scanner) (j Job, err error) {
	return j, s.Scan(&j.ID, &j.Realm, &j.Kind, &j.Key, (*[]byte)(&j.Args), &j.State, &j.RunAt, &j.Attempts,
		&j.Done, &j.Total, &j.Message, &j.Failed, &j.CreatedAt, &j.FinishedAt)
}

// Resume makes a parked, cancelled or waiting job run now, with its attempts forgotten.
func Resume(tx *db.Tx, jobID string) error {
	return tx.Change(sqlResume, tx.Realm(), jobID, tx.Now())
}

// Cancel stops a job: one that runs sees its context end at its next sign of life.
func Cancel(tx *db.Tx, jobID string) error {
	return tx.Change(sqlCancel, tx.Realm(), jobID, tx.Now())
}

// List lists the jobs of a realm: failed, late and parked first.
func List(tx *db.Tx, limit, offset int) ([]Job, error) {
	return db.List(tx, scan, sqlList, tx.Realm(), tx.Now().Add(-lateAfter), limit, offset)
}

// Counts counts the jobs of a realm by class: parked, failing, late, running, ready,
// done, cancelled.
func Counts(tx *db.Tx) (map[string]int64, error) {
	all := map[string]int64{}
	_, err := db.List(tx, func(s db.Scanner) (struct{}, error) {
		var class string
		var n int64
		err := s.Scan(&class, &n)
		all[class] = n
		return struct{}{}, err
	}, sqlCounts, tx.Realm(), tx.Now().Add(-lateAfter))
	return all, err
}

// Prune takes out jobs that ended before an instant. Their keys are free again.
func Prune(ctx context.Context, d *db.DB, before when.Instant) (n int64, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(sqlPrune, before)
		return err
	})
	return n, err
}
