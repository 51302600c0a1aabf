package process

import (
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
)

// ReadModel reads a BPMN definition. What it gives may still have problems: see Model.Check. An
// error is a fault of kind Invalid: then the bytes are no definition at all.
func ReadModel(raw []byte) (*Model, error) {
	root, err := readXML(raw)
	if err != nil {
		return nil, err
	}
	if root.space != spaceBPMN || root.local != "definitions" {
		return nil, fault.New(fault.Invalid, "process.xml.not-bpmn")
	}
	processes := root.all("process")
	if len(processes) != 1 {
		return nil, fault.New(fault.Invalid, "process.xml.one-process")
	}
	m := &Model{
		Process: processes[0].id(), Name: nameOf(processes[0]), Nodes: map[string]*Node{}, flows: map[string]*Flow{},
		scopes: map[string]*scope{}, raw: slices.Clone(raw), digest: digestOf(raw), pictured: pictured(root),
	}
	if text, ok := processes[0].own["variables"]; ok {
		m.declared, m.given = strings.Fields(text), true
	}
	r := &reader{m: m, messages: map[string]string{}, errors: map[string]string{}, seen: map[string]bool{}}
	for _, e := range root.all("message") {
		r.messages[e.id()] = first(e.attrs["name"], e.id())
	}
	for _, e := range root.all("error") {
		r.errors[e.id()] = first(e.attrs["errorCode"], e.attrs["name"], e.id())
	}
	r.scope("", processes[0])
	r.connect()
	r.compile()
	return m, nil
}

func pictured(root *element) bool {
	return slices.ContainsFunc(root.children, func(e *element) bool {
		return e.space == spaceDI && e.local == "BPMNDiagram"
	})
}

// nameOf is an element's name in three languages. BPMN has one: it is the Chinese of Hong Kong.
func nameOf(e *element) lang.Text {
	return lang.Text{TC: e.attrs["name"], EN: e.own["nameEn"], SC: e.own["nameSc"]}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// reader fills a model from the tree.
type reader struct {
	m                *Model
	messages, errors map[string]string // by id
	seen             map[string]bool
	pending          []*Flow
}

func (r *reader) scope(id string, e *element) {
	s := &scope{id: id}
	r.m.scopes[id] = s
	for _, c := range e.children {
		switch {
		case c.space != spaceBPMN || silent(c.local):
		case c.local == "sequenceFlow":
			r.flow(c)
		case slices.Contains(Kinds(), Kind(c.local)):
			r.node(s, c)
		default:
			r.m.complain(c.id(), "unknown-element", "kind", c.local)
		}
	}
}

// name takes an id, and reports whether it is a good one that was not there before.
func (r *reader) name(e *element) bool {
	switch {
	case e.id() == "":
		r.m.complain("", "no-id", "kind", e.local)
	case r.seen[e.id()]:
		r.m.complain(e.id(), "duplicate-id")
	default:
		r.seen[e.id()] = true
		return true
	}
	return false
}

func (r *reader) flow(e *element) {
	if !r.name(e) {
		return
	}
	f := &Flow{ID: e.id(), From: local(e.attrs["sourceRef"]), To: local(e.attrs["targetRef"]), Condition: e.child("conditionExpression").words()}
	r.m.flows[f.ID] = f
	r.pending = append(r.pending, f)
}

// local is a QName without its prefix: what is referred to stands in the same document.
func local(q string) string {
	if i := strings.LastIndexByte(q, ':'); i >= 0 {
		return q[i+1:]
	}
	return q
}

func (r *reader) node(s *scope, e *element) {
	if !r.name(e) {
		return
	}
	n := &Node{
		ID: e.id(), Kind: Kind(e.local), Name: nameOf(e), Parent: s.id, Interrupts: true,
		Role: e.own["role"], Form: e.own["form"], Reasons: e.own["reasons"], FourEyes: e.own["fourEyes"],
		Decisions: strings.Fields(e.own["decisions"]), Operation: e.own["operation"], Decision: e.own["decision"],
		defaultTo: local(e.attrs["default"]), Called: local(e.attrs["calledElement"]),
	}
	r.m.Nodes[n.ID] = n
	r.m.Order = append(r.m.Order, n.ID)
	s.nodes = append(s.nodes, n)
	n.Due = r.whole(n.ID, "due", e.own["due"])
	switch mode := e.own["mode"]; mode {
	case "", "now":
	case "job":
		n.Job = true
	default:
		r.m.complain(n.ID, "unknown-mode", "mode", mode)
	}
	n.Input, n.Set = pairs(e, "input"), pairs(e, "set")
	r.kind(s, n, e)
	r.refuseParts(n, e)
}

func (r *reader) kind(s *scope, n *Node, e *element) {
	switch n.Kind {
	case StartEvent:
		s.starts = append(s.starts, n)
		r.trigger(n, e, None, OnMessage, OnTimer)
	case EndEvent:
		r.trigger(n, e, None, OnError, Terminate)
	case CatchEvent:
		r.trigger(n, e, OnMessage, OnTimer)
	case ThrowEvent:
		r.trigger(n, e, None)
	case BoundaryEvent:
		n.AttachedTo, n.Interrupts = local(e.attrs["attachedToRef"]), e.attrs["cancelActivity"] != "false"
		r.trigger(n, e, OnTimer, OnError, OnMessage)
	case ReceiveTask:
		n.Trigger = OnMessage
		n.Message = r.message(n, e.attrs["messageRef"])
	case SubProcess:
		if e.attrs["triggeredByEvent"] == "true" {
			r.m.complain(n.ID, "unknown-element", "kind", "eventSubProcess")
		}
		r.scope(n.ID, e)
	}
}

// whole reads a whole number of working days.
func (r *reader) whole(id, what, text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 10_000 {
		r.m.complain(id, "not-a-number", "what", what, "text", text)
		return 0
	}
	return n
}

func pairs(e *element, local string) (out []Pair) {
	for _, x := range e.extensions(local) {
		out = append(out, Pair{Name: first(x.own["name"], x.attrs["name"]), Text: first(x.own["value"], x.attrs["value"])})
	}
	return out
}

// trigger reads an event's definition, which must be one of those that the kind may have.
func (r *reader) trigger(n *Node, e *element, may ...Trigger) {
	found := 0
	for _, c := range e.children {
		kind, ok := strings.CutSuffix(c.local, "EventDefinition")
		if !ok || c.space != spaceBPMN {
			continue
		}
		found++
		n.Trigger = Trigger(kind)
		switch n.Trigger {
		case OnMessage:
			n.Message = r.message(n, c.attrs["messageRef"])
		case OnError:
			n.Error = r.code(n, c.attrs["errorRef"])
		case OnTimer:
			n.Timer = r.timer(n, e, c)
		}
	}
	if !slices.Contains(may, n.Trigger) || found > 1 {
		r.m.complain(n.ID, "unknown-element", "kind", string(n.Kind)+" "+string(n.Trigger))
	}
}

func (r *reader) message(n *Node, ref string) string {
	name, ok := r.messages[local(ref)]
	if !ok {
		r.m.complain(n.ID, "no-message")
	}
	return name
}

func (r *reader) code(n *Node, ref string) string {
	if ref == "" {
		if n.Kind == EndEvent {
			r.m.complain(n.ID, "no-error")
		}
		return ""
	}
	code, ok := r.errors[local(ref)]
	if !ok {
		r.m.complain(n.ID, "no-error")
	}
	return code
}

// refuseParts complains about parts of a node that would change what it does, and that do not
// run here: loops, several instances, data that are read and written.
func (r *reader) refuseParts(n *Node, e *element) {
	for _, c := range e.children {
		event := strings.HasSuffix(c.local, "EventDefinition")
		inside := n.Kind == SubProcess // its children were read as a scope
		if c.space == spaceBPMN && !silent(c.local) && !inside && (!event || n.Kind.activity()) || strings.HasSuffix(c.local, "LoopCharacteristics") && !inside {
			if n.Kind == ScriptTask && c.local == "script" {
				r.m.complain(n.ID, "script-text")
				continue
			}
			r.m.complain(n.ID, "unknown-element", "kind", c.local)
		}
	}
}

// connect ties flows and boundary events to the nodes that they name.
func (r *reader) connect() {
	for _, f := range r.pending {
		from, to := r.m.Nodes[f.From], r.m.Nodes[f.To]
		switch {
		case from == nil || to == nil:
			r.m.complain(f.ID, "flow-to-nowhere")
		case from.Parent != to.Parent:
			r.m.complain(f.ID, "flow-across")
		case to.Kind == StartEvent || to.Kind == BoundaryEvent || from.Kind == EndEvent:
			r.m.complain(f.ID, "flow-misplaced")
		default:
			f.Default = from.defaultTo == f.ID
			from.Out, to.In = append(from.Out, f), append(to.In, f)
		}
	}
	for _, id := range r.m.Order {
		n := r.m.Nodes[id]
		if n.Kind != BoundaryEvent {
			continue
		}
		host := r.m.Nodes[n.AttachedTo]
		if host == nil || !host.Kind.activity() || host.Parent != n.Parent {
			r.m.complain(id, "boundary-on-nothing")
			continue
		}
		host.boundaries = append(host.boundaries, n)
	}
}
