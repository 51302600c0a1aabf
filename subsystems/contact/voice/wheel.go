package voice

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// The wheel is the one ticker of all calls: every 5 ms it turns by a slot, and
// what stands in a slot has its turn every 20 ms. Four slots spread the
// packets of many calls over the frame, and a call keeps its place in the
// order, so that its packets leave at an even pace.
const (
	slots = 4
	beat  = 5 * time.Millisecond
)

// turner is what has a turn every 20 ms: a call, a room, a voicemail.
type turner interface{ turn() }

type wheel struct {
	mu   sync.Mutex
	slot [slots]atomic.Pointer[[]turner]
	late atomic.Int64 // beats that came after their frame
}

func (w *wheel) add(t turner) {
	w.mu.Lock()
	defer w.mu.Unlock()
	best, least := 0, -1
	for i := range w.slot {
		if n := len(w.in(i)); least < 0 || n < least {
			best, least = i, n
		}
	}
	next := append(slices.Clone(w.in(best)), t)
	w.slot[best].Store(&next)
}

func (w *wheel) remove(t turner) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.slot {
		if at := slices.Index(w.in(i), t); at >= 0 {
			next := slices.Delete(slices.Clone(w.in(i)), at, at+1)
			w.slot[i].Store(&next)
		}
	}
}

func (w *wheel) in(slot int) []turner {
	if p := w.slot[slot].Load(); p != nil {
		return *p
	}
	return nil
}

// run turns the wheel until ctx ends. A beat that the machine slept through is
// made up for: nothing that was due is left unsent.
func (w *wheel) run(ctx context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	var start time.Time
	done := int64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C: // carries the monotonic clock
			if start.IsZero() {
				start = now
			}
			due := int64(now.Sub(start)/beat) + 1
			if due-done > slots {
				w.late.Add(1)
			}
			done = max(done, due-slots*50) // a second at most: after a longer sleep there is nothing to catch up
			for ; done < due; done++ {
				for _, t := range w.in(int(done % slots)) {
					t.turn()
				}
			}
		}
	}
}
