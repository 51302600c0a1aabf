package voice

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

type counting struct {
	turns atomic.Int64
	falls bool
}

func (c *counting) turn() {
	if c.turns.Add(1); c.falls {
		panic("defect")
	}
}

func TestTheWheelTurnsEverybodyFiftyTimesASecond(t *testing.T) {
	t.Parallel()
	var w wheel
	var all []*counting
	for range 10 {
		c := &counting{}
		all = append(all, c)
		w.add(c)
	}
	bad := &counting{falls: true}
	w.add(bad)
	for i := range w.slot {
		if n := len(w.in(i)); n < 2 || n > 3 {
			t.Errorf("slot %d has %d of 11", i, n)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { w.run(ctx); close(ended) }()
	time.Sleep(time.Second)
	w.remove(all[0])
	early := all[0].turns.Load()
	time.Sleep(time.Second)
	stop()
	<-ended
	if n := all[0].turns.Load(); n > early+1 {
		t.Errorf("%d turns after it was taken off", n-early)
	}
	for _, c := range all[1:] {
		if n := c.turns.Load(); n < 85 || n > 103 {
			t.Errorf("%d turns in two seconds", n)
		}
	}
	if bad.turns.Load() != 1 || w.fallen.Load() != 1 {
		t.Errorf("one that falls over has %d turns", bad.turns.Load())
	}
}
