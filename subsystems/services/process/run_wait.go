package process

import "slices"

// stand makes a token stand still for its node's own wait, and for what may happen meanwhile.
func (r *run) stand(t *token, n *Node, w *wait) {
	if !r.attach(t, n) {
		return
	}
	r.await(t, w)
}

func (r *run) await(t *token, w *wait) {
	w.ID, w.Token, w.fresh = r.s.number(), t.ID, true
	r.s.Waits = append(r.s.Waits, w)
}

// event is the wait for a message or a day; nil when the day can't be computed.
func (r *run) event(t *token, n *Node) *wait {
	if n.Trigger == OnMessage {
		return &wait{Kind: ForMessage, Node: n.ID, Name: n.Message}
	}
	until, err := n.Timer.until(r.world.now(), r.world.working, r.env)
	if err != nil {
		r.stick(t, "timer")
		return nil
	}
	return &wait{Kind: ForTimer, Node: n.ID, Until: until}
}

// attach begins to wait for the events on a node's boundary.
func (r *run) attach(t *token, n *Node) bool {
	var waits []*wait
	for _, b := range n.boundaries {
		if b.Trigger == OnError {
			continue // thrown, not waited for
		}
		w := r.event(t, b)
		if w == nil {
			return false
		}
		waits = append(waits, w)
	}
	for _, w := range waits {
		r.await(t, w)
	}
	return true
}

// choose waits for the first of several events.
func (r *run) choose(t *token, n *Node) {
	var waits []*wait
	for _, f := range n.Out {
		w := r.event(t, r.m.Nodes[f.To])
		if w == nil {
			return
		}
		waits = append(waits, w)
	}
	for _, w := range waits {
		r.await(t, w)
	}
}

// detach gives up all that a token waits for.
func (r *run) detach(t *token) {
	r.s.Waits = slices.DeleteFunc(r.s.Waits, func(w *wait) bool {
		if w.Token != t.ID {
			return false
		}
		if !w.fresh {
			r.gone = append(r.gone, w)
		}
		return true
	})
}

// withdraw takes out what stands within a token's sub-process, and all its waits.
func (r *run) withdraw(t *token) {
	r.detach(t)
	for _, inner := range slices.Clone(r.s.Tokens) {
		if inner.Scope == t.ID {
			r.withdraw(inner)
			r.remove(inner)
		}
	}
}

func (r *run) remove(t *token) {
	r.s.Tokens = slices.DeleteFunc(r.s.Tokens, func(x *token) bool { return x == t })
}

// come lets a token go on because what it waited for came.
func (r *run) come(w *wait, outcome string) {
	t, n := r.s.token(w.Token), r.m.Nodes[w.Node]
	if t == nil || n == nil {
		return
	}
	if n.Kind == BoundaryEvent {
		r.happen(t, n, w)
		return
	}
	r.detach(t)
	if t.Node != n.ID { // an event-based gateway
		r.pass(t.Node, "")
		t.Node = n.ID
	}
	r.done(t, n, outcome)
}

// happen is an event on the boundary of the node where a token stands.
func (r *run) happen(t *token, b *Node, w *wait) {
	if b.Interrupts {
		r.withdraw(t)
		t.Node, t.Stuck, t.Parked = b.ID, "", false
		r.done(t, b, "")
		return
	}
	if w != nil && w.Kind == ForTimer { // once; a message may come again
		r.s.Waits = slices.DeleteFunc(r.s.Waits, func(x *wait) bool { return x == w })
	}
	beside := &token{ID: r.s.number(), Node: b.ID, Scope: t.Scope}
	r.s.Tokens = append(r.s.Tokens, beside)
	r.done(beside, b, "")
}

// throw looks for an error boundary: on the node, then on the sub-processes around it.
func (r *run) throw(t *token, n *Node, code string) {
	if b := n.takes(code); b != nil {
		r.happen(t, b, nil)
		return
	}
	for around := r.s.token(t.Scope); around != nil; around = r.s.token(around.Scope) {
		if b := r.m.Nodes[around.Node].takes(code); b != nil {
			r.happen(around, b, nil)
			return
		}
	}
	if n.Kind == EndEvent {
		r.thrown = code
		r.stop(n)
		return
	}
	r.stick(t, "error")
}

// takes is the error boundary for a code: one that names it before one that takes all.
func (n *Node) takes(code string) (b *Node) {
	for _, x := range n.boundaries {
		if x.Trigger == OnError && (x.Error == code || x.Error == "" && b == nil) {
			b = x
			if x.Error == code {
				return b
			}
		}
	}
	return b
}

// stop ends the instance with all that it still has.
func (r *run) stop(n *Node) {
	for _, t := range slices.Clone(r.s.Tokens) {
		r.detach(t)
	}
	r.s.Tokens, r.ready, r.finish = nil, nil, n.ID
}

// end consumes a token at an end event.
func (r *run) end(t *token, n *Node) {
	r.pass(n.ID, "")
	switch n.Trigger {
	case OnError:
		r.throw(t, n, n.Error)
		return
	case Terminate:
		around := r.s.token(t.Scope)
		if around == nil {
			r.stop(n)
			return
		}
		for _, x := range slices.Clone(r.s.Tokens) {
			if x.Scope == around.ID && x != t {
				r.withdraw(x)
				r.remove(x)
			}
		}
	}
	r.consume(t, n.ID)
}

// consume takes a token out; the last one of a sub-process lets that go on, the last of all ends
// the instance.
func (r *run) consume(t *token, finish string) {
	r.remove(t)
	if slices.ContainsFunc(r.s.Tokens, func(x *token) bool { return x.Scope == t.Scope }) {
		return
	}
	if around := r.s.token(t.Scope); around != nil {
		r.detach(around)
		r.done(around, r.m.Nodes[around.Node], "")
		return
	}
	if len(r.s.Tokens) == 0 {
		r.finish = finish
	}
}
