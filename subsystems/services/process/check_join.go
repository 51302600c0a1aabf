package process

import (
	"slices"
	"strconv"
	"strings"
)

// The bounds of playing a definition through: beyond them nothing is said.
const (
	maxMarkings  = 2_000
	maxOnOneFlow = 2
	maxWays      = 6 // of a gateway that may take any of its flows; of more, all are taken
)

// deadJoins are the parallel joins where tokens come, and that never go on whichever way the
// gateways choose. The scope is played through as a net of flows: conditions and time are left
// out, so that what is said here holds whatever the data are.
func deadJoins(m *Model, s *scope) (out []string) {
	g := &game{m: m, fired: map[string]bool{}, came: map[string]bool{}, seen: map[string]bool{}, ids: map[string]int{}}
	for _, n := range s.nodes {
		for _, f := range n.Out {
			g.ids[f.ID] = len(g.ids)
			g.to = append(g.to, m.Nodes[f.To])
		}
	}
	if !g.play(s.starts[0]) {
		return nil
	}
	for _, n := range s.nodes {
		if n.Kind == ParallelGateway && len(n.In) > 1 && g.came[n.ID] && !g.fired[n.ID] {
			out = append(out, n.ID)
		}
	}
	return out
}

// game is a scope played through: a marking says how many tokens are on each flow.
type game struct {
	m           *Model
	ids         map[string]int
	to          []*Node
	fired, came map[string]bool
	seen        map[string]bool
	queue       [][]int8
}

func (g *game) play(start *Node) bool {
	empty := make([]int8, len(g.to))
	for _, way := range g.choices(start) {
		g.add(g.put(empty, way))
	}
	for len(g.queue) > 0 {
		marking := g.queue[0]
		g.queue = g.queue[1:]
		if len(g.seen) > maxMarkings || slices.ContainsFunc(marking, func(n int8) bool { return n > maxOnOneFlow }) {
			return false
		}
		g.step(marking)
	}
	return true
}

func (g *game) add(marking []int8) {
	var b strings.Builder
	for _, n := range marking {
		b.WriteString(strconv.Itoa(int(n)))
	}
	if !g.seen[b.String()] {
		g.seen[b.String()] = true
		g.queue = append(g.queue, marking)
	}
}

func (g *game) put(marking []int8, way []*Flow) []int8 {
	out := slices.Clone(marking)
	for _, f := range way {
		out[g.ids[f.ID]]++
	}
	return out
}

// step adds every marking that one node can make of this one.
func (g *game) step(marking []int8) {
	for i, n := range marking {
		if n == 0 {
			continue
		}
		node := g.to[i]
		g.came[node.ID] = true
		taken := slices.Clone(marking)
		taken[i]--
		if node.Kind == ParallelGateway {
			if taken = g.takeAll(marking, node); taken == nil {
				continue
			}
			g.fired[node.ID] = true
		}
		if node.Kind == InclusiveGateway && len(node.In) > 1 {
			taken = g.takeSome(marking, node)
		}
		for _, way := range g.choices(node) {
			g.add(g.put(taken, way))
		}
	}
}

func (g *game) takeAll(marking []int8, n *Node) []int8 {
	out := slices.Clone(marking)
	for _, f := range n.In {
		if out[g.ids[f.ID]]--; out[g.ids[f.ID]] < 0 {
			return nil
		}
	}
	return out
}

func (g *game) takeSome(marking []int8, n *Node) []int8 {
	out := slices.Clone(marking)
	for _, f := range n.In {
		out[g.ids[f.ID]] = max(0, out[g.ids[f.ID]]-1)
	}
	return out
}

// choices are the sets of flows by which a token may leave a node.
func (g *game) choices(n *Node) (out [][]*Flow) {
	switch {
	case n.Kind == ExclusiveGateway || n.Kind == EventBasedGateway:
		for _, f := range n.Out {
			out = append(out, []*Flow{f})
		}
	case n.Kind == ParallelGateway || len(n.Out) > maxWays || !slices.ContainsFunc(n.Out, func(f *Flow) bool { return f.Condition != "" || f.Default }):
		out = append(out, n.Out)
	default: // any of them, but at least one
		for set := 1; set < 1<<len(n.Out); set++ {
			var way []*Flow
			for i, f := range n.Out {
				if set&(1<<i) != 0 {
					way = append(way, f)
				}
			}
			out = append(out, way)
		}
	}
	var besides []*Flow
	for _, b := range n.boundaries {
		out = append(out, b.Out)
		if !b.Interrupts {
			besides = append(besides, b.Out...)
		}
	}
	if len(besides) > 0 {
		out = append(out, append(slices.Clone(n.Out), besides...))
	}
	return out
}
