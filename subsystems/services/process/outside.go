package process

import (
	"encoding/json"
	"fmt"
	"maps"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/jobs"
)

// outside is what a run sees of the world: its transaction.
type outside struct {
	s  *Service
	tx *db.Tx
	r  *row
}

func (o *outside) operate(n *Node, input map[string]any) (map[string]any, error) {
	operation, ok := o.s.Operations[n.Operation]
	if !ok {
		return nil, fault.New(fault.Unavailable, "process.no-operation", "name", n.Operation)
	}
	i := o.r.Instance
	i.Vars = maps.Clone(o.r.stands.Vars) // to read: what it sets it gives back
	return operation(o.tx, i, input)
}

func (o *outside) decide(key string, vars map[string]any) (map[string]any, error) {
	version, err := asked(o.tx, o.r.Key, o.r.Version, key)
	if err != nil {
		return nil, err
	}
	a, err := o.s.Decide(o.tx, key, version, vars)
	return a.Values, err
}

func (o *outside) now() when.Instant { return o.tx.Now() }

func (o *outside) working() (when.Calendar, error) { return o.s.holidays.working(o.tx) }

// apply brings the store to where a run went: withdraws what nobody waits for any more, and makes
// what is waited for now. It gives the processes that are to be called.
func (s *Service) apply(tx *db.Tx, r *row, x *run, by string) (calls []*wait, err error) {
	for _, w := range x.gone {
		if err := s.withdraw(tx, w); err != nil {
			return nil, err
		}
	}
	for _, w := range r.stands.Waits {
		if !w.fresh {
			continue
		}
		w.fresh = false
		switch w.Kind {
		case ForTask:
			err = s.open(tx, r, x, w)
		case ForTimer:
			err = enqueue(tx, r, w, JobTimer, w.Until)
		case ForJob:
			err = enqueue(tx, r, w, JobOperation, tx.Now())
		case ForCall:
			w.Row = id.New[string](tx.Now())
			calls = append(calls, w)
		}
		if err != nil {
			return nil, err
		}
	}
	return calls, record(tx, r, x, by)
}

// withdraw takes back what was made for a wait.
func (s *Service) withdraw(tx *db.Tx, w *wait) error {
	switch {
	case w.Kind == ForTask:
		return cancelTask(tx, w.Row)
	case w.Kind == ForCall:
		return s.cancelCalled(tx, w)
	case w.Row != "":
		if err := jobs.Cancel(tx, w.Row); !fault.Is(err, fault.Conflict) { // a Conflict: it has ended
			return err
		}
	}
	return nil
}

// arguments say which wait a job is about.
type arguments struct {
	Instance string `json:"instance"`
	Wait     int    `json:"wait"`
}

func enqueue(tx *db.Tx, r *row, w *wait, kind string, at when.Instant) error {
	raw, err := json.Marshal(arguments{r.ID, w.ID})
	if err != nil {
		return err
	}
	j, err := jobs.Enqueue(tx, jobs.Job{Kind: kind, Key: fmt.Sprintf("%s/%d", r.ID, w.ID), Args: raw, RunAt: at})
	w.Row = j.ID
	return err
}

// open makes a task.
func (s *Service) open(tx *db.Tx, r *row, x *run, w *wait) error {
	n := x.m.Nodes[w.Node]
	t := Task{
		ID: id.New[string](tx.Now()), Instance: r.ID, Subject: r.Subject, Department: r.Department, Node: n.ID, Key: r.Key,
		DefinitionVersion: r.Version, Role: n.Role, Made: tx.Now(), BarredBy: r.stands.By[n.FourEyes], token: w.Token, digest: r.digest,
	}
	if n.Due > 0 {
		c, err := x.world.working()
		if err != nil {
			return err
		}
		t.Due = c.AddWorking(tx.Now().Day(), n.Due)
	}
	w.Row = t.ID
	if err := insertTask(tx, t); err != nil {
		return err
	}
	return publishEvent(tx, EventTaskOpen, about{Instance: r.ID, Key: r.Key, Version: r.Version, Subject: r.Subject, Node: n.ID, Task: t.ID})
}
