package voice

import (
	"context"
	"slices"
	"sync"
)

// Room is where calls hear each other. Between two, packets are passed on as
// they come. Three and more are mixed: each hears all others. Who is on hold
// hears music and nobody hears them.
type Room struct {
	mu      sync.Mutex
	members []*member
	changed chan struct{} // closed at every change
	wheel   *wheel        // while the room has turns of its own
	tape    *tape
	left    *Call // on the recording's left channel
}

type member struct {
	call   *Call
	mute   bool
	hold   *player
	kept   *jitter // its sound, for the room's turns
	frame  [frame]byte
	linear [frame]int
}

// NewRoom makes a room of these calls. The first is the left channel of a
// recording, all others are the right one.
func NewRoom(calls ...*Call) *Room {
	r := &Room{changed: make(chan struct{})}
	for _, c := range calls {
		r.Add(c)
	}
	return r
}

// Add brings a call in; it leaves the room where it was. An ended call leaves
// by itself.
func (r *Room) Add(c *Call) {
	c.mu.Lock()
	old := c.room
	c.room = r
	c.mu.Unlock()
	if old == r {
		return
	}
	if old != nil {
		old.Remove(c)
	}
	r.mu.Lock()
	r.members = append(r.members, &member{call: c})
	r.arrange()
	r.mu.Unlock()
	c.ending(func() { r.Remove(c) })
}

// Remove takes a call out. With fewer than two left, the recording ends.
func (r *Room) Remove(c *Call) {
	r.mu.Lock()
	at := slices.IndexFunc(r.members, func(m *member) bool { return m.call == c })
	if at < 0 {
		r.mu.Unlock()
		return
	}
	m := r.members[at]
	r.members = slices.Delete(r.members, at, at+1)
	m.leave()
	var over *tape
	if len(r.members) < 2 {
		over, r.tape = r.tape, nil
	}
	r.arrange()
	r.mu.Unlock()
	c.mu.Lock()
	if c.room == r {
		c.room = nil
	}
	c.mu.Unlock()
	over.close()
}

// Close empties the room.
func (r *Room) Close() {
	for _, c := range r.Calls() {
		r.Remove(c)
	}
}

// Calls lists who is in the room, in the order in which they came.
func (r *Room) Calls() []*Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]*Call, len(r.members))
	for i, m := range r.members {
		out[i] = m.call
	}
	return out
}

// Mute makes a call unheard, in the recording too.
func (r *Room) Mute(c *Call, on bool) {
	r.change(c, func(m *member) { m.mute = on })
}

// Hold lets a call hear music instead of the room; nil music brings it back.
func (r *Room) Hold(c *Call, music Sound) {
	r.change(c, func(m *member) {
		if m.hold != nil {
			m.call.stop(m.hold)
			m.hold.finish()
			m.hold = nil
		}
		if music != nil {
			m.hold = newPlayer(true, music)
			m.call.start(m.hold)
		}
	})
}

func (r *Room) change(c *Call, f func(*member)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if m.call == c {
			f(m)
		}
	}
	r.arrange()
}

// Record writes what is said from now on; nil ends the recording, and returns
// when it is written.
func (r *Room) Record(w Recorder) {
	r.mu.Lock()
	over := r.tape
	r.tape = nil
	if w != nil && len(r.members) > 0 {
		r.left = r.members[0].call
		r.tape = newTape(w, r.left.s.Log)
	}
	r.arrange()
	r.mu.Unlock()
	over.close()
}

// Wait returns when fewer than two calls are left, or ctx ends.
func (r *Room) Wait(ctx context.Context) error {
	for {
		r.mu.Lock()
		n, changed := len(r.members), r.changed
		r.mu.Unlock()
		if n < 2 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// arrange connects the calls anew. The lock is held.
func (r *Room) arrange() {
	close(r.changed)
	r.changed = make(chan struct{})
	active := r.active()
	turns := len(active) > 2 || r.tape != nil
	for _, m := range r.members {
		on := slices.Contains(active, m)
		m.keep(turns && on)
		var onward *stream
		if on && len(active) == 2 {
			other := active[0]
			if other == m {
				other = active[1]
			}
			onward = other.call.sound
		}
		m.call.sound.set(func(s *stream) {
			s.onward, s.mute, s.mixed = onward, m.mute, on && len(active) > 2
		})
	}
	switch {
	case turns && r.wheel == nil && len(r.members) > 0:
		r.wheel = &r.members[0].call.s.wheel
		r.wheel.add(r)
	case !turns && r.wheel != nil:
		r.wheel.remove(r)
		r.wheel = nil
	}
}

func (r *Room) active() []*member {
	var out []*member
	for _, m := range r.members {
		if m.hold == nil {
			out = append(out, m)
		}
	}
	return out
}

func (m *member) keep(on bool) {
	switch {
	case on && m.kept == nil:
		m.kept = m.call.sound.keep()
	case !on && m.kept != nil:
		m.call.sound.drop(m.kept)
		m.kept = nil
	}
}

func (m *member) leave() {
	m.keep(false)
	if m.hold != nil {
		m.call.stop(m.hold)
		m.hold.finish()
	}
	m.call.sound.set(func(s *stream) { s.onward, s.mute, s.mixed = nil, false, false })
}

// turn mixes and records 20 ms.
func (r *Room) turn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := tables()
	var sum [frame]int
	active := 0
	for _, m := range r.members {
		if m.hold != nil {
			continue
		}
		active++
		if m.kept == nil {
			continue
		}
		m.call.sound.take(m.kept, m.frame[:])
		for i, b := range m.frame {
			m.linear[i] = int(t.muToLinear[b])
			sum[i] += m.linear[i]
		}
	}
	var out [frame]byte
	if active > 2 {
		for _, m := range r.members {
			if m.hold != nil {
				continue
			}
			for i := range out {
				out[i] = t.mu(sum[i] - m.linear[i])
			}
			m.call.sound.mixedFrame(out[:])
		}
	}
	if r.tape != nil {
		r.record(t, &sum, &out)
	}
}

// record writes the first call left and all others right.
func (r *Room) record(t *laws, sum *[frame]int, out *[frame]byte) {
	var left [frame]byte
	for i := range left {
		left[i] = silence
	}
	for i := range out {
		out[i] = silence
	}
	for _, m := range r.members {
		if m.hold == nil && m.call == r.left {
			left = m.frame
			for i := range sum {
				sum[i] -= m.linear[i]
			}
		}
	}
	for i := range out {
		out[i] = t.mu(sum[i])
	}
	r.tape.write(left[:], out[:])
}
