package voice

// jitter lines up the packets of one end by their timestamps, so that a frame
// is there whenever the wheel asks for one. It is used where sound is mixed or
// recorded; between two ends packets are passed on as they come.
type jitter struct {
	ring    [held]byte // µ-law, at its timestamp
	next    uint32     // timestamp of the next frame to take
	newest  uint32     // timestamp behind the newest sample
	started bool
	late    int // packets in a row that came too late
}

const (
	held  = 1 << 13           // samples in the ring: about a second
	delay = 2 * frame         // how long a first packet waits
	most  = delay + 5*frame   // more than this is cut: clocks drift
	jump  = held / 2          // further away is another stream
	stale = uint32(1) << 31   // differences above are negative
	grain = uint32(held) - 1  // mask of the ring
	empty = uint32(held) >> 1 // no packet is longer
)

func newJitter() *jitter {
	j := &jitter{}
	for i := range j.ring {
		j.ring[i] = silence
	}
	return j
}

// put stores a packet's samples.
func (j *jitter) put(at uint32, sound []byte) {
	if len(sound) == 0 || uint32(len(sound)) > empty {
		return
	}
	ahead := at - j.next
	if !j.started || ahead < stale && ahead > jump || ahead >= stale && -ahead > jump {
		j.restart(at)
	} else if ahead >= stale { // late: only what is still to be taken counts
		if j.late++; j.late > 3 { // the sender has fallen behind, and will stay there
			j.restart(at)
		} else if missed := -ahead; missed >= uint32(len(sound)) {
			return
		} else {
			at, sound = at+missed, sound[missed:]
		}
	} else {
		j.late = 0
	}
	for i, b := range sound {
		j.ring[(at+uint32(i))&grain] = b
	}
	if end := at + uint32(len(sound)); end-j.newest < stale {
		j.newest = end
	}
}

func (j *jitter) restart(at uint32) {
	for i := range j.ring {
		j.ring[i] = silence
	}
	j.next, j.newest, j.started, j.late = at-delay, at, true, 0
}

// take gives the next 20 ms; what has not come is silence.
func (j *jitter) take(into []byte) {
	if !j.started {
		for i := range into {
			into[i] = silence
		}
		return
	}
	if wait := j.newest - j.next; wait < stale && wait > most {
		j.skip(wait - delay)
	}
	for i := range into {
		at := (j.next + uint32(i)) & grain
		into[i], j.ring[at] = j.ring[at], silence
	}
	j.next += uint32(len(into))
	if over := j.next - j.newest; over < stale && over > jump {
		j.started = false // nothing came for half a second: wait for a new beginning
	}
}

func (j *jitter) skip(n uint32) {
	for i := range n {
		j.ring[(j.next+i)&grain] = silence
	}
	j.next += n
}
