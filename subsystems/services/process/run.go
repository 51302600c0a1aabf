package process

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// maxNodes bounds how many nodes one transaction passes: a circle without a wait in it stops.
const maxNodes = 1000

// BPMNError is an error that a process may expect: an error boundary takes its code.
type BPMNError struct{ Code string }

func (e *BPMNError) Error() string { return "process: " + e.Code }

// world is what a run needs from outside.
type world interface {
	operate(n *Node, input map[string]any) (map[string]any, error)
	decide(key string, vars map[string]any) (map[string]any, error)
	now() when.Instant
	working() (when.Calendar, error)
}

// passed is a node that a run went through.
type passed struct {
	Node    string `json:"node"`
	Outcome string `json:"outcome,omitempty"`
}

// run moves the tokens of one instance as far as they go by themselves. It changes what it was
// given and touches no store: what it began and gave up is in stands.Waits and gone.
type run struct {
	m     *Model
	s     *stands
	world world
	fixed map[string]any // variables that are not the instance's own

	ready  []*token
	passed []passed
	gone   []*wait // were in the store, and nobody waits for them any more
	finish string  // end event, when the last token was consumed
	thrown string  // code of an error that nothing took
	count  int
	err    error // the whole transaction fails
	env    map[string]any
}

func newRun(m *Model, s *stands, w world, subject, department string) *run {
	r := &run{m: m, s: s, world: w, fixed: map[string]any{
		"today": w.now().Day().String(), "subject": subject, "department": department,
	}}
	r.env = maps.Clone(s.Vars)
	if r.env == nil {
		r.env = map[string]any{}
	}
	if s.Vars == nil {
		s.Vars = map[string]any{}
	}
	maps.Copy(r.env, r.fixed)
	return r
}

// set sets a variable.
func (r *run) set(name string, v any) {
	r.s.Vars[name] = v
	if _, ok := r.fixed[name]; !ok {
		r.env[name] = v
	}
}

func (r *run) merge(vars map[string]any) error {
	vars, err := clean(vars)
	for k, v := range vars {
		r.set(k, v)
	}
	return err
}

// begin puts the first token on the start.
func (r *run) begin() error {
	r.enterScope("", 0)
	return r.move()
}

func (r *run) enterScope(id string, around int) {
	for _, n := range r.m.scopes[id].starts {
		r.fork(n.ID, "", around)
	}
}

func (r *run) fork(node, flow string, scope int) *token {
	t := &token{ID: r.s.number(), Node: node, Flow: flow, Scope: scope}
	r.s.Tokens = append(r.s.Tokens, t)
	r.ready = append(r.ready, t)
	return t
}

// move moves tokens until all stand still.
func (r *run) move() error {
	for r.err == nil {
		if len(r.ready) == 0 && !r.joinInclusive() {
			break
		}
		if len(r.ready) == 0 {
			continue
		}
		t := r.ready[0]
		r.ready = r.ready[1:]
		if r.s.token(t.ID) == nil {
			continue // withdrawn meanwhile
		}
		if r.count++; r.count > maxNodes {
			r.stick(t, "endless")
			continue
		}
		if t.Leaves {
			r.leave(t)
		} else {
			r.enter(t, r.m.Nodes[t.Node])
		}
	}
	r.deadlock()
	return r.err
}

// deadlock finds tokens that wait at joins for others that will never come.
func (r *run) deadlock() {
	if r.err != nil || len(r.s.Waits) > 0 || r.s.stuck() != "" {
		return
	}
	for _, t := range r.s.Tokens {
		if t.Parked {
			r.stick(t, "join")
		}
	}
}

// stick makes a token stand still because it can't go on: a person must look.
func (r *run) stick(t *token, why string) { t.Stuck = "process.failed." + why }

func (r *run) pass(node, outcome string) { r.passed = append(r.passed, passed{node, outcome}) }

// enter does what a node does when a token comes.
func (r *run) enter(t *token, n *Node) {
	switch n.Kind {
	case StartEvent, ThrowEvent:
		r.done(t, n, "")
	case EndEvent:
		r.end(t, n)
	case UserTask:
		r.stand(t, n, &wait{Kind: ForTask, Node: n.ID})
	case CallActivity:
		r.stand(t, n, &wait{Kind: ForCall, Node: n.ID})
	case ServiceTask, SendTask:
		if n.Job {
			r.stand(t, n, &wait{Kind: ForJob, Node: n.ID})
			return
		}
		r.operate(t, n)
	case BusinessRuleTask, ScriptTask:
		r.compute(t, n)
	case ReceiveTask, CatchEvent:
		if w := r.event(t, n); w != nil {
			r.stand(t, n, w)
		}
	case EventBasedGateway:
		r.choose(t, n)
	case SubProcess:
		if r.attach(t, n) {
			r.enterScope(n.ID, t.ID)
		}
	case ExclusiveGateway:
		r.done(t, n, "")
	case ParallelGateway:
		r.joinParallel(t, n)
	case InclusiveGateway:
		if len(n.In) > 1 {
			t.Parked = true // joinInclusive looks when nothing else moves
			return
		}
		r.done(t, n, "")
	}
}

// done passes a node and leaves it.
func (r *run) done(t *token, n *Node, outcome string) {
	r.pass(n.ID, outcome)
	t.Leaves = true
	r.leave(t)
}

// leave takes the flows out of a node: the first continues the token, others fork it.
func (r *run) leave(t *token) {
	n := r.m.Nodes[t.Node]
	flows, err := r.wayOut(n)
	if err != nil {
		r.stick(t, "expression")
		return
	}
	if len(flows) == 0 {
		if len(n.Out) > 0 {
			r.stick(t, "no-way")
			return
		}
		r.consume(t, n.ID)
		return
	}
	for _, f := range flows[1:] {
		r.fork(f.To, f.ID, t.Scope)
	}
	t.Node, t.Flow, t.Leaves, t.Parked = flows[0].To, flows[0].ID, false, false
	r.ready = append(r.ready, t)
}

// wayOut chooses among a node's flows (BPMN 2.0.2, 13.3.1 and 13.4).
func (r *run) wayOut(n *Node) (out []*Flow, err error) {
	if n.Kind == ParallelGateway {
		return n.Out, nil
	}
	var otherwise *Flow
	for _, f := range n.Out {
		switch {
		case f.Default:
			otherwise = f
			continue
		case f.rule != nil:
			holds, err := f.rule.Holds(r.env)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.ID, err)
			}
			if !holds {
				continue
			}
		}
		out = append(out, f)
		if n.Kind == ExclusiveGateway {
			return out, nil
		}
	}
	if conditional := slices.ContainsFunc(out, func(f *Flow) bool { return f.rule != nil }); otherwise != nil && !conditional && (len(out) == 0 || n.Kind != InclusiveGateway) {
		out = append(out, otherwise)
	}
	return out, nil
}

// operate runs an operation in the caller's transaction.
func (r *run) operate(t *token, n *Node) {
	input, err := r.input(n)
	if err != nil {
		r.stick(t, "expression")
		return
	}
	result, err := r.world.operate(n, input)
	var expected *BPMNError
	switch {
	case errors.As(err, &expected):
		r.throw(t, n, expected.Code)
	case err != nil:
		r.err = err
	default:
		r.err = r.merge(result)
		r.detach(t)
		r.done(t, n, "")
	}
}

func (r *run) input(n *Node) (map[string]any, error) {
	input := map[string]any{}
	for _, p := range n.Input {
		v, err := p.rule.Value(r.env)
		if err != nil {
			return nil, err
		}
		input[p.Name] = v
	}
	return input, nil
}

// compute runs a script or a decision table.
func (r *run) compute(t *token, n *Node) {
	if n.Kind == BusinessRuleTask {
		result, err := r.world.decide(n.Decision, r.env)
		var expected *BPMNError
		switch {
		case errors.As(err, &expected):
			r.throw(t, n, expected.Code)
			return
		case fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound):
			r.stick(t, "decision") // of the table, not of who let the token come here
			return
		case err != nil:
			r.err = err
			return
		}
		if result, r.err = clean(result); r.err != nil {
			return
		}
		for k, v := range result {
			r.set(k, v)
		}
		r.set(n.ID, result)
	}
	for _, p := range n.Set {
		v, err := p.rule.Value(r.env)
		if err != nil {
			r.stick(t, "expression")
			return
		}
		r.set(p.Name, v)
	}
	r.done(t, n, "")
}
