package process

import (
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// TaskState is where a task is in its life.
type TaskState string

// The states.
const (
	TaskOpen      TaskState = "open"
	TaskDone      TaskState = "done"
	TaskCancelled TaskState = "cancelled"
)

// Task is what a person has to do.
type Task struct {
	ID, Instance, Subject, Department, Node string
	Key                                     string // of the definition, and its version
	DefinitionVersion                       int64
	Name                                    lang.Text
	Role, Form, Reasons                     string
	Decisions                               []string // outcomes to choose from; none: done is done
	State                                   TaskState
	Holder                                  string
	Due                                     when.Day
	Made, Finished                          when.Instant
	Outcome, By                             string
	BarredBy                                string // the account that may not do it: four eyes
	Version                                 int64

	token  int
	digest string
}

// TaskFilter narrows a list. A list about no subject is of open tasks only. Roles that are nil
// are all roles; a list of none finds nothing.
type TaskFilter struct {
	Department, Role, Holder, Subject string
	Roles                             []string
	OpenOnly, Unclaimed               bool
	Limit, Offset                     int
}

// Tasks lists tasks, those that are due first on top, and counts them, up to 10,000.
func (s *Service) Tasks(tx *db.Tx, f TaskFilter) ([]Task, int, error) {
	switch {
	case f.Roles != nil && len(f.Roles) == 0:
		return nil, 0, nil
	case len(f.Roles) > maxRoles:
		return nil, 0, fault.New(fault.Invalid, "process.too-many-roles")
	}
	f.Offset = max(0, f.Offset)
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 1000
	}
	list, n, err := tasks(tx, f)
	if err != nil {
		return nil, 0, err
	}
	for i := range list {
		if list[i], err = s.described(tx, list[i]); err != nil {
			return nil, 0, err
		}
	}
	return list, n, nil
}

// described fills in what the definition says of a task.
func (s *Service) described(tx *db.Tx, t Task) (Task, error) {
	m, err := s.model(tx, t.Key, t.DefinitionVersion, t.digest)
	if err != nil {
		return t, err
	}
	if n := m.Nodes[t.Node]; n != nil {
		t.Name, t.Form, t.Reasons, t.Decisions = n.Name, n.Form, n.Reasons, n.Decisions
	}
	return t, nil
}

// Task gives a task.
func (s *Service) Task(tx *db.Tx, task string) (Task, error) {
	t, err := taskByID(tx, task)
	if err != nil {
		return t, err
	}
	return s.described(tx, t)
}

// open reads a task that somebody wants to do something with.
func openTask(tx *db.Tx, task, account string) (Task, error) {
	t, err := taskByID(tx, task)
	if err != nil {
		return t, err
	}
	return t, t.openTo(account)
}

// openTo refuses what nobody can do any more, and what this account may not do.
func (t Task) openTo(account string) error {
	switch {
	case t.State != TaskOpen:
		return fault.New(fault.Conflict, "process.task.not-open")
	case account != "" && t.BarredBy == account:
		return fault.New(fault.Forbidden, "process.task.four-eyes")
	}
	return nil
}

// Claim gives a task that nobody holds to an account.
func (s *Service) Claim(tx *db.Tx, task, account string) error {
	t, err := openTask(tx, task, account)
	switch {
	case err != nil || t.Holder == account:
		return err
	case t.Holder != "":
		return fault.New(fault.Conflict, "process.task.held")
	}
	return holdTask(tx, t, account)
}

// Release gives a task back to all who may do it.
func (s *Service) Release(tx *db.Tx, task, account string) error {
	t, err := openTask(tx, task, "")
	switch {
	case err != nil || t.Holder == "":
		return err
	case t.Holder != account:
		return fault.New(fault.Conflict, "process.task.held")
	}
	return holdTask(tx, t, "")
}

// Delegate hands a task from one account to another. An empty from is a superior's word: whoever
// holds it.
func (s *Service) Delegate(tx *db.Tx, task, from, to string) error {
	t, err := openTask(tx, task, to)
	switch {
	case err != nil:
		return err
	case from != "" && t.Holder != from:
		return fault.New(fault.Conflict, "process.task.held")
	}
	return holdTask(tx, t, to)
}

// Complete finishes a task with an outcome, and lets the instance go on. The variables are set,
// and beside them outcome, and node.outcome under the task's id.
func (s *Service) Complete(tx *db.Tx, task, account, outcome string, vars map[string]any) (Instance, error) {
	t, r, err := s.taskOfInstance(tx, task)
	if err == nil {
		err = t.openTo(account)
	}
	if err != nil {
		return Instance{}, err
	}
	if t.Holder != "" && t.Holder != account {
		return Instance{}, fault.New(fault.Conflict, "process.task.held")
	}
	if t, err = s.described(tx, t); err != nil {
		return Instance{}, err
	}
	if !slices.Contains(t.Decisions, outcome) && (len(t.Decisions) > 0 || outcome != "") {
		return Instance{}, fault.New(fault.Invalid, "process.task.outcome")
	}
	i := slices.IndexFunc(r.stands.Waits, func(w *wait) bool { return w.Kind == ForTask && w.Row == t.ID })
	if i < 0 {
		return Instance{}, fault.New(fault.Conflict, "process.task.not-open")
	}
	return s.complete(tx, r, t, r.stands.Waits[i], account, outcome, vars)
}

func (s *Service) complete(tx *db.Tx, r row, t Task, w *wait, account, outcome string, vars map[string]any) (Instance, error) {
	if m, err := s.model(tx, r.Key, r.Version, r.digest); err != nil {
		return Instance{}, err
	} else if four := m.Nodes[t.Node].FourEyes; four != "" && r.stands.By[four] == account {
		return Instance{}, fault.New(fault.Forbidden, "process.task.four-eyes")
	}
	if err := finishTask(tx, t, outcome, account); err != nil {
		return Instance{}, err
	}
	err := publishEvent(tx, EventTaskDone, about{
		Instance: r.ID, Key: r.Key, Version: r.Version, Subject: r.Subject, Node: t.Node, Task: t.ID, Outcome: outcome,
	})
	if err != nil {
		return Instance{}, err
	}
	if r.stands.By == nil {
		r.stands.By = map[string]string{}
	}
	r.stands.By[t.Node] = account
	r.stands.Waits = slices.DeleteFunc(r.stands.Waits, func(x *wait) bool { return x == w }) // done, not withdrawn
	return s.step(tx, r, account, false, func(x *run) error {
		if err := x.merge(vars); err != nil {
			return fault.New(fault.Invalid, "process.vars").Because(err)
		}
		x.set("outcome", outcome)
		x.set(t.Node, map[string]any{"outcome": outcome})
		x.come(w, outcome)
		return x.move()
	})
}
