package process

import (
	"cmp"
	"slices"
)

// Known are the names that a definition may use. A nil list is not checked.
type Known struct{ Roles, Operations, Forms, Decisions, Messages []string }

// Check gives everything that keeps a definition from running, in the order of the elements.
func (m *Model) Check(k Known) []Problem {
	c := &checker{m: m, k: k, problems: slices.Clone(m.problems)}
	for _, id := range m.Order {
		n := m.Nodes[id]
		c.node(n)
		c.known(n)
	}
	for _, s := range m.scopes {
		c.scope(s)
	}
	c.conditions()
	if len(c.problems) == 0 { // what is broken can't be played through
		for _, s := range m.scopes {
			for _, id := range deadJoins(m, s) {
				c.complain(id, "join-never")
			}
		}
	}
	place := map[string]int{}
	for i, id := range m.Order {
		place[id] = i
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(place[a.Element], place[b.Element]), cmp.Compare(a.Element, b.Element), cmp.Compare(a.Key, b.Key))
	})
	return c.problems
}

type checker struct {
	m        *Model
	k        Known
	problems []Problem
}

func (c *checker) complain(element, key string, args ...string) {
	c.problems = append(c.problems, problem(element, key, args...))
}

// node checks what one node needs by itself.
func (c *checker) node(n *Node) {
	switch n.Kind {
	case UserTask:
		if n.Role == "" {
			c.complain(n.ID, "no-role")
		}
		c.fourEyes(n)
	case ServiceTask, SendTask:
		if n.Operation == "" {
			c.complain(n.ID, "no-operation")
		}
	case BusinessRuleTask:
		if n.Decision == "" {
			c.complain(n.ID, "no-decision")
		}
	case ScriptTask:
		if len(n.Set) == 0 {
			c.complain(n.ID, "empty-script")
		}
	case CallActivity:
		if n.Called == "" {
			c.complain(n.ID, "no-called")
		}
	case ExclusiveGateway, InclusiveGateway:
		c.split(n)
	case EventBasedGateway:
		c.events(n)
	}
	if n.defaultTo != "" && !slices.ContainsFunc(n.Out, func(f *Flow) bool { return f.Default }) {
		c.complain(n.ID, "default-not-there")
	}
}

func (c *checker) fourEyes(n *Node) {
	if n.FourEyes == "" {
		return
	}
	other := c.m.Nodes[n.FourEyes]
	if other == nil || other.Kind != UserTask || other == n {
		c.complain(n.ID, "four-eyes", "task", n.FourEyes)
	}
}

// split wants a default of every gateway that chooses, and a condition on every other flow.
func (c *checker) split(n *Node) {
	if len(n.Out) < 2 {
		return
	}
	if !slices.ContainsFunc(n.Out, func(f *Flow) bool { return f.Default }) {
		c.complain(n.ID, "no-default")
	}
	for _, f := range n.Out {
		if !f.Default && f.Condition == "" {
			c.complain(f.ID, "no-condition")
		}
	}
}

func (c *checker) conditions() {
	for _, f := range c.m.flows {
		if n := c.m.Nodes[f.From]; n != nil && f.Condition != "" && (n.Kind == ParallelGateway || n.Kind == EventBasedGateway || f.Default) {
			c.complain(f.ID, "condition-unused")
		}
	}
}

func (c *checker) events(n *Node) {
	if len(n.Out) < 2 {
		c.complain(n.ID, "events-few")
	}
	for _, f := range n.Out {
		if to := c.m.Nodes[f.To]; to.Kind != CatchEvent && to.Kind != ReceiveTask {
			c.complain(f.ID, "events-only")
		} else if len(to.boundaries) > 0 {
			c.complain(to.ID, "events-boundary")
		}
	}
}

func (c *checker) known(n *Node) {
	for _, x := range []struct {
		name, key string
		list      []string
	}{
		{n.Role, "unknown-role", c.k.Roles},
		{n.Operation, "unknown-operation", c.k.Operations},
		{n.Form, "unknown-form", c.k.Forms},
		{n.Decision, "unknown-decision", c.k.Decisions},
		{n.Message, "unknown-message", c.k.Messages},
	} {
		if x.name != "" && x.list != nil && x.name != "applicant" && !slices.Contains(x.list, x.name) {
			c.complain(n.ID, x.key, "name", x.name)
		}
	}
}

// scope checks a process or sub-process as a graph.
func (c *checker) scope(s *scope) {
	name := s.id
	if name == "" {
		name = c.m.Process
	}
	switch {
	case len(s.starts) == 0:
		c.complain(name, "no-start")
	case len(s.starts) > 1:
		c.complain(s.starts[1].ID, "two-starts")
	case s.id != "" && s.starts[0].Trigger != None:
		c.complain(s.starts[0].ID, "start-trigger")
	case s.starts[0].Trigger == OnTimer && !s.starts[0].Timer.starts():
		c.complain(s.starts[0].ID, "timer-when")
	}
	if !slices.ContainsFunc(s.nodes, func(n *Node) bool { return n.Kind == EndEvent }) {
		c.complain(name, "no-end")
	}
	from, to := c.reach(s)
	for _, n := range s.nodes {
		switch {
		case !from[n.ID] && len(s.starts) > 0:
			c.complain(n.ID, "unreachable")
		case !to[n.ID]:
			c.complain(n.ID, "dead-end")
		}
	}
}

// next are the nodes that come directly after one; of an activity its boundary events too.
func (m *Model) next(n *Node) (out []*Node) {
	for _, f := range n.Out {
		out = append(out, m.Nodes[f.To])
	}
	return append(out, n.boundaries...)
}

// reach gives the nodes that the starts lead to, and those that lead to an end.
func (c *checker) reach(s *scope) (from, to map[string]bool) {
	from, to = map[string]bool{}, map[string]bool{}
	before := map[string][]*Node{}
	for _, n := range s.nodes {
		for _, x := range c.m.next(n) {
			before[x.ID] = append(before[x.ID], n)
		}
	}
	walk(s.starts, from, c.m.next)
	var ends []*Node
	for _, n := range s.nodes {
		if n.Kind == EndEvent {
			ends = append(ends, n)
		}
	}
	walk(ends, to, func(n *Node) []*Node { return before[n.ID] })
	return from, to
}

func walk(queue []*Node, seen map[string]bool, next func(*Node) []*Node) {
	queue = slices.Clone(queue)
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if !seen[n.ID] {
			seen[n.ID] = true
			queue = append(queue, next(n)...)
		}
	}
}
