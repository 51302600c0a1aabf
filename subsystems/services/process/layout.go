package process

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// Sizes of the shapes, as bpmn.io draws them, and the space between them.
const (
	eventSize   = 36
	gatewaySize = 50
	taskWidth   = 100
	taskHeight  = 80
	gapX        = 60
	gapY        = 50
	margin      = 40
)

// box is where a shape stands.
type box struct{ x, y, w, h int }

func (b box) left() (int, int)   { return b.x, b.y + b.h/2 }
func (b box) right() (int, int)  { return b.x + b.w, b.y + b.h/2 }
func (b box) bottom() (int, int) { return b.x + b.w/2, b.y + b.h }

// layout places the nodes of a definition that has no diagram: each to the right of what leads to
// it, those of one column below each other.
type layout struct {
	m     *Model
	boxes map[string]box
}

// withDiagram adds a diagram to the XML (BPMN 2.0.2, 12), so that an editor can open it.
func withDiagram(m *Model) []byte {
	l := &layout{m: m, boxes: map[string]box{}}
	l.place("", margin, margin)
	at := rootEnd(m.raw)
	var b bytes.Buffer
	b.Write(m.raw[:at])
	l.write(&b)
	b.Write(m.raw[at:])
	return b.Bytes()
}

// rootEnd is where the end tag of the root begins.
func rootEnd(raw []byte) int {
	d := xml.NewDecoder(bytes.NewReader(raw))
	end := int64(len(raw))
	for {
		t, err := d.RawToken()
		if err != nil {
			return bytes.LastIndex(raw[:end], []byte("</"))
		}
		if _, ok := t.(xml.EndElement); ok {
			end = d.InputOffset()
		}
	}
}

func size(n *Node) (w, h int) {
	switch {
	case n.Kind.activity():
		return taskWidth, taskHeight
	case n.Kind.gateway():
		return gatewaySize, gatewaySize
	}
	return eventSize, eventSize
}

// place places a scope from a corner on, and gives the size that it takes.
func (l *layout) place(scope string, x, y int) (w, h int) {
	columns := l.columns(l.m.scopes[scope])
	right, bottom := x, y
	for _, column := range columns {
		top, widest := y, 0
		for _, n := range column {
			w, h := size(n)
			if n.Kind == SubProcess {
				w, h = l.place(n.ID, right+margin, top+margin)
				w, h = w+2*margin, h+2*margin
			}
			l.boxes[n.ID] = box{right, top, w, h}
			for i, b := range n.boundaries {
				l.boxes[b.ID] = box{right + 10 + i*(eventSize+8), top + h - eventSize/2, eventSize, eventSize}
			}
			top += h + gapY
			widest, bottom = max(widest, w), max(bottom, top-gapY)
		}
		right += widest + gapX
	}
	return max(right-gapX-x, taskWidth), max(bottom-y, taskHeight)
}

// columns sorts the nodes of a scope by how far they are from the start. Flows that lead back are
// left out; boundary events go with what they stand on.
func (l *layout) columns(s *scope) [][]*Node {
	depth, open := map[string]int{}, map[string]bool{}
	var visit func(n *Node, at int)
	steps := 0
	visit = func(n *Node, at int) {
		if steps++; open[n.ID] || steps > maxElements {
			return
		}
		if d, ok := depth[n.ID]; ok && d >= at {
			return
		}
		depth[n.ID], open[n.ID] = at, true
		for _, x := range l.m.next(n) {
			if x.Kind == BoundaryEvent {
				visit(x, at)
			} else {
				visit(x, at+1)
			}
		}
		open[n.ID] = false
	}
	for _, n := range s.starts {
		visit(n, 0)
	}
	var out [][]*Node
	for _, n := range s.nodes {
		if n.Kind == BoundaryEvent {
			continue
		}
		for len(out) <= depth[n.ID] {
			out = append(out, nil)
		}
		out[depth[n.ID]] = append(out[depth[n.ID]], n)
	}
	return out
}

func (l *layout) write(b *bytes.Buffer) {
	fmt.Fprintf(b, `<bpmndi:BPMNDiagram xmlns:bpmndi="%s" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="praya_diagram">`, spaceDI)
	fmt.Fprintf(b, "\n"+`<bpmndi:BPMNPlane id="praya_plane" bpmnElement="%s">`+"\n", escaped(l.m.Process))
	for i, id := range l.m.Order {
		x, expanded := l.boxes[id], ""
		if l.m.Nodes[id].Kind == SubProcess {
			expanded = ` isExpanded="true"`
		}
		fmt.Fprintf(b, `<bpmndi:BPMNShape id="praya_shape_%d" bpmnElement="%s"%s><dc:Bounds x="%d" y="%d" width="%d" height="%d"/></bpmndi:BPMNShape>`+"\n",
			i, escaped(id), expanded, x.x, x.y, x.w, x.h)
	}
	count := 0
	for _, id := range l.m.Order {
		for _, f := range l.m.Nodes[id].Out {
			fmt.Fprintf(b, `<bpmndi:BPMNEdge id="praya_edge_%d" bpmnElement="%s">%s</bpmndi:BPMNEdge>`+"\n", count, escaped(f.ID), l.waypoints(f))
			count++
		}
	}
	b.WriteString("</bpmndi:BPMNPlane>\n</bpmndi:BPMNDiagram>\n")
}

// waypoints lead out on the right, or at the bottom of a boundary event, and in on the left.
func (l *layout) waypoints(f *Flow) string {
	x1, y1 := l.boxes[f.From].right()
	x2, y2 := l.boxes[f.To].left()
	points := [][2]int{{x1, y1}}
	if l.m.Nodes[f.From].Kind == BoundaryEvent {
		x1, y1 = l.boxes[f.From].bottom()
		points = [][2]int{{x1, y1}, {x1, y1 + 16}}
		y1 += 16
	}
	if middle := x2 - gapX/2; y1 != y2 {
		points = append(points, [2]int{middle, y1}, [2]int{middle, y2})
	}
	points = append(points, [2]int{x2, y2})
	var b strings.Builder
	for _, p := range points {
		fmt.Fprintf(&b, `<di:waypoint x="%d" y="%d"/>`, p[0], p[1])
	}
	return b.String()
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
