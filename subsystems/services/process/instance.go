package process

import (
	"encoding/json"
	"maps"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/events"
)

// InstanceState is where an instance is in its life.
type InstanceState string

// The states.
const (
	Running   InstanceState = "running"
	Ended     InstanceState = "ended"
	Failed    InstanceState = "failed" // a token can't go on: see Retry
	Cancelled InstanceState = "cancelled"
)

// Over reports whether nothing can happen any more.
func (s InstanceState) Over() bool { return s == Ended || s == Cancelled }

// Instance is one run of a definition.
type Instance struct {
	ID, Key, Subject, Department string
	Version                      int64
	State                        InstanceState
	End                          string // id of the end event
	Why                          string // a key of the words when failed; what was said when cancelled
	Vars                         map[string]any
	Started, Ended               when.Instant
}

// maxCalls bounds how deep processes call or trigger each other.
const maxCalls = 8

// Start begins an instance of the newest version that may be started, and runs it up to where it
// waits for somebody. The actor of the transaction's context stands in the history.
func (s *Service) Start(tx *db.Tx, key, subject, department string, vars map[string]any) (Instance, error) {
	return s.start(tx, Instance{ID: id.New[string](tx.Now()), Key: key, Subject: subject, Department: department, Vars: vars}, nil, 0)
}

func (s *Service) start(tx *db.Tx, i Instance, by *caller, depth int) (Instance, error) {
	if depth > maxCalls {
		return Instance{}, fault.New(fault.Invalid, "process.failed.endless")
	}
	var h head
	var err error
	if i.Version > 0 {
		h, err = s.pinned(tx, Processes, i.Key, i.Version)
	} else {
		h, err = newest(tx, Processes, i.Key)
	}
	if err != nil {
		return Instance{}, err
	}
	vars, err := clean(i.Vars)
	if err != nil {
		return Instance{}, fault.New(fault.Invalid, "process.vars").Because(err)
	}
	i.Version, i.State, i.Started = h.version, Running, tx.Now()
	r := row{Instance: i, digest: h.digest, stands: &stands{Vars: vars, Caller: by, Depth: depth}}
	if err := publishEvent(tx, EventStarted, about{Instance: r.ID, Key: r.Key, Version: r.Version, Subject: r.Subject}); err != nil {
		return Instance{}, err
	}
	return s.step(tx, r, "", true, (*run).begin)
}

// step lets an instance move, and writes all that came of it.
func (s *Service) step(tx *db.Tx, r row, by string, first bool, move func(*run) error) (Instance, error) {
	m, err := s.model(tx, r.Key, r.Version, r.digest)
	if err != nil {
		return Instance{}, err
	}
	failed := r.State == Failed
	x := newRun(m, r.stands, &outside{s: s, tx: tx, r: &r}, r.Subject, r.Department)
	if err := move(x); err != nil {
		return Instance{}, err
	}
	calls, err := s.apply(tx, &r, x, by)
	if err != nil {
		return Instance{}, err
	}
	settle(tx, &r, x)
	if first {
		err = s.insertRow(tx, r)
	} else {
		err = s.updateRow(tx, r)
	}
	if err != nil {
		return Instance{}, err
	}
	if err := s.tell(tx, r, x.thrown, failed); err != nil {
		return Instance{}, err
	}
	return s.called(tx, r, calls)
}

// settle says in which state an instance is after a run.
func settle(tx *db.Tx, r *row, x *run) {
	r.Vars = r.stands.Vars
	switch stuck := r.stands.stuck(); {
	case x.finish != "":
		r.State, r.End, r.Ended, r.Why = Ended, x.finish, tx.Now(), ""
	case stuck != "":
		r.State, r.Why = Failed, stuck
	default:
		r.State, r.Why = Running, ""
	}
}

// tell says what became of an instance: as a fact, to the process that called it, and to those
// that begin when it has ended or failed.
func (s *Service) tell(tx *db.Tx, r row, thrown string, before bool) error {
	a := about{Instance: r.ID, Key: r.Key, Version: r.Version, Subject: r.Subject, Node: r.End}
	switch {
	case r.State == Ended:
		if err := publishEvent(tx, EventEnded, a); err != nil {
			return err
		}
		if c := r.stands.Caller; c != nil {
			return s.answer(tx, c, r, thrown)
		}
		return s.trigger(tx, r, AfterEnd+r.Key)
	case r.State == Failed && !before:
		if err := publishEvent(tx, EventFailed, a); err != nil {
			return err
		}
		return s.trigger(tx, r, AfterFailure+r.Key)
	}
	return nil
}

// A process whose start event waits for a message of one of these names and the key of a process
// begins when an instance of that one has ended, or has failed.
const (
	AfterEnd     = "process-ended:"
	AfterFailure = "process-failed:"
)

func (s *Service) trigger(tx *db.Tx, r row, name string) error {
	starts, err := startedBy(tx, name)
	for _, key := range slices.Sorted(maps.Keys(starts)) {
		i := Instance{ID: id.New[string](tx.Now()), Key: key, Subject: r.Subject, Department: starts[key], Vars: r.stands.Vars}
		if _, err := s.start(tx, i, nil, r.stands.Depth+1); err != nil {
			return err
		}
	}
	return err
}

// called starts the instances that this one calls. Theirs may end at once, and move this one on:
// so it is read again.
func (s *Service) called(tx *db.Tx, r row, calls []*wait) (Instance, error) {
	if len(calls) == 0 {
		return r.Instance, nil
	}
	for _, w := range calls {
		m, err := s.model(tx, r.Key, r.Version, r.digest)
		if err != nil {
			return Instance{}, err
		}
		child := Instance{ID: w.Row, Key: m.Nodes[w.Node].Called, Subject: r.Subject, Department: r.Department, Vars: r.stands.Vars}
		if _, err := s.start(tx, child, &caller{r.ID, w.ID}, r.stands.Depth+1); err != nil {
			return Instance{}, err
		}
	}
	again, err := s.row(tx, r.ID)
	return again.Instance, err
}

// answer lets a callActivity go on: with what the called process knew, or with its error.
func (s *Service) answer(tx *db.Tx, c *caller, child row, thrown string) error {
	r, err := s.row(tx, c.Instance)
	if err != nil {
		return err
	}
	w := r.stands.wait(c.Wait)
	if w == nil {
		return nil // interrupted meanwhile
	}
	_, err = s.step(tx, r, "", false, func(x *run) error {
		if thrown != "" {
			t := x.s.token(w.Token)
			x.throw(t, x.m.Nodes[w.Node], thrown)
			return x.move()
		}
		if err := x.merge(child.stands.Vars); err != nil {
			return err
		}
		x.come(w, "")
		return x.move()
	})
	return err
}

// Instance gives an instance.
func (s *Service) Instance(tx *db.Tx, instance string) (Instance, error) {
	r, err := s.row(tx, instance)
	return r.Instance, err
}

// Of gives the instances about a subject, oldest first.
func (s *Service) Of(tx *db.Tx, subject string) ([]Instance, error) {
	list, err := s.rowsOf(tx, subject)
	return plainRows(list), err
}

// Instances lists instances for those who watch over them, newest first; an empty key or state
// is any.
func (s *Service) Instances(tx *db.Tx, key string, state InstanceState, limit, offset int) ([]Instance, error) {
	list, err := s.watched(tx, key, state, limit, offset)
	return plainRows(list), err
}

func plainRows(list []row) []Instance {
	out := make([]Instance, len(list))
	for i := range list {
		out[i] = list[i].Instance
	}
	return out
}

// over refuses what comes to an instance that has ended.
func over(r row) error {
	if r.State.Over() {
		return fault.New(fault.Conflict, "process.over")
	}
	return nil
}

// Cancel ends an instance: its tasks, timers and jobs are withdrawn, and those of processes that
// it called.
func (s *Service) Cancel(tx *db.Tx, instance, why string) error {
	r, err := s.row(tx, instance)
	if err != nil {
		return err
	}
	if err := over(r); err != nil {
		return err
	}
	for _, w := range r.stands.Waits {
		if err := s.withdraw(tx, w); err != nil {
			return err
		}
	}
	r.stands.Tokens, r.stands.Waits = nil, nil
	r.State, r.Why, r.Ended = Cancelled, why, tx.Now()
	if err := publishEvent(tx, EventEnded, about{Instance: r.ID, Key: r.Key, Version: r.Version, Subject: r.Subject}); err != nil {
		return err
	}
	if err := s.updateRow(tx, r); err != nil || r.stands.Caller == nil || why == callerGone {
		return err
	}
	return s.bereave(tx, r.stands.Caller)
}

// callerGone is why a called process is cancelled when nobody waits for it any more.
const callerGone = "process.caller-gone"

// bereave makes a callActivity fail whose process was cancelled: Retry calls it anew.
func (s *Service) bereave(tx *db.Tx, c *caller) error {
	r, err := s.row(tx, c.Instance)
	if err != nil {
		return err
	}
	w := r.stands.wait(c.Wait)
	if w == nil || r.State.Over() {
		return nil
	}
	_, err = s.step(tx, r, "", false, func(x *run) error {
		x.stick(x.s.token(w.Token), "called")
		return x.move()
	})
	return err
}

// Retry lets the tokens of a failed instance try again what they could not.
func (s *Service) Retry(tx *db.Tx, instance string) (Instance, error) {
	r, err := s.row(tx, instance)
	if err != nil {
		return Instance{}, err
	}
	if r.State != Failed {
		return Instance{}, fault.New(fault.Conflict, "process.not-failed")
	}
	return s.step(tx, r, "", false, func(x *run) error {
		for _, t := range slices.Clone(x.s.Tokens) {
			if t.Stuck != "" {
				t.Stuck = ""
				x.detach(t)
				x.ready = append(x.ready, t)
			}
		}
		return x.move()
	})
}

// Forget takes away what the instances about a subject knew, when all of them are over: the
// history of nodes stays, and names nobody but those who did tasks.
func (s *Service) Forget(tx *db.Tx, subject string) error {
	list, err := s.rowsOf(tx, subject)
	if err != nil {
		return err
	}
	for _, r := range list {
		if !r.State.Over() {
			return fault.New(fault.Conflict, "process.not-over")
		}
		r.stands.Vars = nil
		if err := s.updateRow(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// record writes what a run passed.
func record(tx *db.Tx, r *row, x *run, by string) error {
	if len(x.passed) == 0 {
		return nil
	}
	raw, err := json.Marshal(x.passed)
	if err != nil {
		return err
	}
	r.stands.Steps++
	return insertStep(tx, r.ID, r.stands.Steps, by, string(raw))
}

// The facts that processes publish.
const (
	EventStarted  = "services.process.started"
	EventEnded    = "services.process.ended"
	EventFailed   = "services.process.failed"
	EventTaskOpen = "services.process.task.opened"
	EventTaskDone = "services.process.task.done"
)

// about is what an event says: ids only.
type about struct {
	Instance string `json:"instance"`
	Key      string `json:"key"`
	Version  int64  `json:"version"`
	Subject  string `json:"subject"`
	Node     string `json:"node,omitempty"`
	Task     string `json:"task,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
}

func publishEvent(tx *db.Tx, subject string, a about) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: subject, Data: raw})
}
