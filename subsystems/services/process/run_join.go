package process

import "slices"

// joinParallel waits until a token came by every flow, then goes on with one.
func (r *run) joinParallel(t *token, n *Node) {
	t.Parked = true
	var others []*token
	for _, f := range n.In {
		i := slices.IndexFunc(r.s.Tokens, func(x *token) bool {
			return x.Parked && x.Node == n.ID && x.Scope == t.Scope && x.Flow == f.ID
		})
		if i < 0 {
			return
		}
		if r.s.Tokens[i] != t {
			others = append(others, r.s.Tokens[i])
		}
	}
	r.joined(t, n, others)
}

func (r *run) joined(t *token, n *Node, others []*token) {
	for _, o := range others {
		if o.Flow != t.Flow {
			r.remove(o)
		}
	}
	t.Parked = false
	r.done(t, n, "")
}

// joinInclusive lets an inclusive join go on for which nobody can come any more. It reports
// whether something moved.
func (r *run) joinInclusive() bool {
	for _, t := range r.s.Tokens {
		if n := r.m.Nodes[t.Node]; t.Parked && t.Stuck == "" && n.Kind == InclusiveGateway && r.complete(t, n) {
			r.fireInclusive(t, n)
			return true
		}
	}
	// Two joins that wait for each other would wait for ever: the first goes on.
	if len(r.s.Waits) > 0 {
		return false
	}
	for _, t := range r.s.Tokens {
		if n := r.m.Nodes[t.Node]; t.Parked && t.Stuck == "" && n.Kind == InclusiveGateway {
			r.fireInclusive(t, n)
			return true
		}
	}
	return false
}

func (r *run) fireInclusive(t *token, n *Node) {
	var others []*token
	seen := []string{t.Flow}
	for _, x := range r.s.Tokens {
		if x.Parked && x.Node == n.ID && x.Scope == t.Scope && !slices.Contains(seen, x.Flow) {
			seen = append(seen, x.Flow)
			others = append(others, x)
		}
	}
	r.joined(t, n, others)
}

// complete reports whether an inclusive join need not wait (BPMN 2.0.2, 13.4.3): no other token
// has a way to a flow where none has come, unless it also has one to a flow where one has.
func (r *run) complete(t *token, n *Node) bool {
	came := map[string]bool{}
	for _, x := range r.s.Tokens {
		if x.Parked && x.Node == n.ID && x.Scope == t.Scope {
			came[x.Flow] = true
		}
	}
	for _, x := range r.s.Tokens {
		if x.Scope != t.Scope || x.Node == n.ID && x.Parked {
			continue
		}
		toEmpty, toFull := false, false
		for _, f := range r.m.ways(x.Node, n.ID) {
			if came[f] {
				toFull = true
			} else {
				toEmpty = true
			}
		}
		if toEmpty && !toFull {
			return false
		}
	}
	return true
}

// ways are the flows into a node that can be reached from another without passing it.
func (m *Model) ways(from, to string) (out []string) {
	seen := map[string]bool{from: true}
	queue := []string{from}
	for len(queue) > 0 {
		n := m.Nodes[queue[0]]
		queue = queue[1:]
		for _, b := range n.boundaries {
			if !seen[b.ID] {
				seen[b.ID] = true
				queue = append(queue, b.ID)
			}
		}
		for _, f := range n.Out {
			if f.To == to {
				out = append(out, f.ID)
			} else if !seen[f.To] {
				seen[f.To] = true
				queue = append(queue, f.To)
			}
		}
	}
	return out
}
