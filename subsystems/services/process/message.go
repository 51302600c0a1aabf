package process

import (
	"encoding/json"
	"maps"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// Message brings a message to what waits for it about a subject. When nobody waits, it starts the
// processes that begin with it. It reports whether anything did.
func (s *Service) Message(tx *db.Tx, subject, name string, vars map[string]any) (bool, error) {
	list, err := s.rowsOf(tx, subject)
	if err != nil {
		return false, err
	}
	woke := false
	for _, r := range list {
		if !r.stands.awaits(name) {
			continue
		}
		if woke { // the one before may have moved this one
			if r, err = s.row(tx, r.ID); err != nil {
				return false, err
			}
		}
		if err := s.deliver(tx, r, name, vars); err != nil {
			return false, err
		}
		woke = true
	}
	if woke {
		return true, nil
	}
	starts, err := startedBy(tx, name)
	for _, key := range slices.Sorted(maps.Keys(starts)) {
		if _, err := s.Start(tx, key, subject, starts[key], vars); err != nil {
			return false, err
		}
	}
	return len(starts) > 0, err
}

func (s *stands) awaits(name string) bool {
	return slices.ContainsFunc(s.Waits, func(w *wait) bool { return w.Kind == ForMessage && w.Name == name })
}

// Hears reports whether a subject's running processes have somewhere to wait for a message, now or
// later.
func (s *Service) Hears(tx *db.Tx, subject, name string) (bool, error) {
	list, err := s.rowsOf(tx, subject)
	if err != nil {
		return false, err
	}
	for _, r := range list {
		m, err := s.model(tx, r.Key, r.Version, r.digest)
		if err != nil {
			return false, err
		}
		for _, n := range m.Nodes {
			if n.Message == name && n.Kind != StartEvent {
				return true, nil
			}
		}
	}
	return false, nil
}

// deliver wakes all that waited for the message when it came.
func (s *Service) deliver(tx *db.Tx, r row, name string, vars map[string]any) error {
	_, err := s.step(tx, r, "", false, func(x *run) error {
		if err := x.merge(vars); err != nil {
			return fault.New(fault.Invalid, "process.vars").Because(err)
		}
		for _, w := range slices.Clone(x.s.Waits) {
			if w.Kind == ForMessage && w.Name == name && x.s.wait(w.ID) != nil {
				x.come(w, "")
			}
		}
		return x.move()
	})
	return err
}

// Wait is what an instance stands still for.
type Wait struct {
	Instance, Key string
	Node          string
	Name          lang.Text
	Kind          WaitKind
	Task          string // id of the task
	Role          string
	Until         when.Instant // of a timer
	Message       string
	Aside         bool // may happen while something else is done: on a boundary
}

// Waiting says what a subject's instances wait for.
func (s *Service) Waiting(tx *db.Tx, subject string) (out []Wait, err error) {
	list, err := s.rowsOf(tx, subject)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		m, err := s.model(tx, r.Key, r.Version, r.digest)
		if err != nil {
			return nil, err
		}
		for _, w := range r.stands.Waits {
			n := m.Nodes[w.Node]
			x := Wait{Instance: r.ID, Key: r.Key, Node: w.Node, Name: n.Name, Kind: w.Kind, Role: n.Role, Until: w.Until, Message: w.Name, Aside: n.Kind == BoundaryEvent}
			if w.Kind == ForTask {
				x.Task = w.Row
			}
			out = append(out, x)
		}
	}
	return out, nil
}

// Step is a node that an instance passed.
type Step struct {
	Instance, Key string
	Node          string
	Kind          Kind
	Name          lang.Text
	At            when.Instant
	By            string // account, for a task; empty when Praya did it
	Outcome       string
}

// History is every node that a subject's instances passed, in order.
func (s *Service) History(tx *db.Tx, subject string) (out []Step, err error) {
	list, err := s.rowsOf(tx, subject)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		m, err := s.model(tx, r.Key, r.Version, r.digest)
		if err != nil {
			return nil, err
		}
		recorded, err := stepsOf(tx, r.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range recorded {
			if out, err = x.unpack(out, m, r); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Step) int {
		switch {
		case a.At.Before(b.At):
			return -1
		case b.At.Before(a.At):
			return 1
		}
		return 0
	})
	return out, nil
}

func (x recorded) unpack(out []Step, m *Model, r row) ([]Step, error) {
	var nodes []passed
	if err := json.Unmarshal([]byte(x.nodes), &nodes); err != nil {
		return nil, err
	}
	for _, p := range nodes {
		step := Step{Instance: r.ID, Key: r.Key, Node: p.Node, At: x.at, Outcome: p.Outcome}
		if n := m.Nodes[p.Node]; n != nil { // a migrated instance has passed nodes that are no more
			step.Kind, step.Name = n.Kind, n.Name
			if n.Kind == UserTask {
				step.By = x.by
			}
		}
		out = append(out, step)
	}
	return out, nil
}
