package process

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// block is a random well-formed part of a process: XML, where it begins and where it ends.
type block struct {
	nodes strings.Builder
	flows []string
	n     int
}

func (b *block) id(kind string) string {
	b.n++
	return fmt.Sprintf("%s%d", kind, b.n)
}

func (b *block) draw(t *rapid.T, depth int) (from, to string) {
	kind := rapid.SampledFrom([]string{"task", "task", "script", "sequence", "parallel", "exclusive", "inclusive", "loop", "sub"}).Draw(t, "kind")
	if depth == 0 {
		kind = "task"
	}
	switch kind {
	case "sequence":
		a, b1 := b.draw(t, depth-1)
		c, d := b.draw(t, depth-1)
		b.flows = append(b.flows, b1+">"+c)
		return a, d
	case "parallel", "exclusive", "inclusive":
		return b.gate(t, kind, depth)
	case "loop":
		// A task stands in every loop: one without a wait would never end, and is stopped as such.
		merge, ask, split, through := b.id("merge"), b.id("ask"), b.id("again"), b.id("through")
		a, z := b.draw(t, depth-1)
		fmt.Fprintf(&b.nodes, `<exclusiveGateway id="%s"/>`+user(ask, "")+`<exclusiveGateway id="%s" default="f_%s_%s"/><intermediateThrowEvent id="%s"/>`, merge, split, split, through, through)
		b.flows = append(b.flows, merge+">"+a, z+">"+ask, ask+">"+split, split+">"+merge+":again", split+">"+through)
		return merge, through
	case "sub":
		id, inner := b.id("sub"), &block{n: b.n * 100}
		a, z := inner.draw(t, depth-1)
		s, e := inner.id("s"), inner.id("e")
		fmt.Fprintf(&inner.nodes, `<startEvent id="%s"/><endEvent id="%s"/>`, s, e)
		inner.flows = append(inner.flows, s+">"+a, z+">"+e)
		fmt.Fprintf(&b.nodes, `<subProcess id="%s">%s%s</subProcess>`, id, inner.nodes.String(), flow(inner.flows...))
		return id, id
	case "script":
		id := b.id("script")
		fmt.Fprintf(&b.nodes, `<scriptTask id="%s"><extensionElements><praya:set name="seen" value="1"/></extensionElements></scriptTask>`, id)
		return id, id
	}
	id := b.id("task")
	b.nodes.WriteString(user(id, ""))
	return id, id
}

func (b *block) gate(t *rapid.T, kind string, depth int) (from, to string) {
	split, join := b.id("split"), b.id("join")
	ways := rapid.IntRange(2, 3).Draw(t, "ways")
	var first string
	for i := range ways {
		a, z := b.draw(t, depth-1)
		switch {
		case i == 0:
			first = a
			b.flows = append(b.flows, split+">"+a)
		case kind == "parallel":
			b.flows = append(b.flows, split+">"+a)
		default:
			b.flows = append(b.flows, fmt.Sprintf("%s>%s:pick > %d", split, a, i))
		}
		b.flows = append(b.flows, z+">"+join)
	}
	way := ""
	if kind != "parallel" {
		way = fmt.Sprintf(` default="f_%s_%s"`, split, first)
	}
	fmt.Fprintf(&b.nodes, `<%sGateway id="%s"%s/><%sGateway id="%s"/>`, kind, split, way, kind, join)
	return split, join
}

// Whatever is put together well runs to its end, and every token is consumed.
func TestWellFormedProcessesEnd(t *testing.T) {
	w := newSite(t, dbtest.SQLite(t))
	count := 0
	rapid.Check(t, func(r *rapid.T) {
		b := &block{}
		a, z := b.draw(r, 3)
		b.flows = append(b.flows, "s>"+a, z+">e")
		raw := definitionOf(`<startEvent id="s"/><endEvent id="e"/>` + b.nodes.String() + flow(b.flows...))
		m, err := ReadModel(raw)
		if err != nil || len(m.Check(Known{})) > 0 {
			r.Fatal(err, m.Check(Known{}), string(raw))
		}
		count++
		subject := fmt.Sprint("subject", count)
		w.write(func(tx *db.Tx) error { _, err := w.Publish(tx, "random", "FEHD", raw); return err })
		i := w.start("random", subject, map[string]any{"pick": rapid.IntRange(0, 4).Draw(r, "pick"), "again": false})
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "order"), 1))
		for step := 0; i.State == Running; step++ {
			open := w.open(subject)
			if len(open) == 0 || step > 500 {
				r.Fatalf("stands still: %+v\n%s", i, raw)
			}
			task := open[order.IntN(len(open))]
			again := step < 20 && order.IntN(4) == 0
			i = w.complete(subject, task.Node, "o", "", map[string]any{"again": again})
		}
		if i.State != Ended || i.End != "e" || len(w.open(subject)) > 0 {
			r.Fatalf("%+v\n%s", i, raw)
		}
		w.write(func(tx *db.Tx) error {
			x, err := w.row(tx, i.ID)
			if err == nil && (len(x.stands.Tokens) > 0 || len(x.stands.Waits) > 0) {
				r.Errorf("left over: %+v", x.stands)
			}
			return err
		})
	})
}
