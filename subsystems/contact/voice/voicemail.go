package voice

import "sync"

const (
	patience  = 8 * 50 // frames of silence before the first word
	pauseEnds = 5 * 50 // frames of silence after which a message is over
	voiced    = 250    // mean loudness of a frame with somebody speaking: about -42 dBm0
)

// voicemail listens to one caller on the wheel.
type voicemail struct {
	c     *Call
	kept  *jitter
	over  chan struct{}
	left  int // frames
	quiet int
	spoke bool

	mu    sync.Mutex
	tape  *tape
	ended bool
}

func (v *voicemail) turn() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ended {
		return
	}
	var said, none [frame]byte
	for i := range none {
		none[i] = silence
	}
	v.c.sound.take(v.kept, said[:])
	v.tape.write(said[:], none[:])
	if v.quiet++; loudness(said[:]) > voiced {
		v.quiet, v.spoke = 0, true
	}
	v.left--
	if v.left <= 0 || v.spoke && v.quiet > pauseEnds || v.quiet > patience {
		v.ended = true
		close(v.over)
	}
}

// stop ends the recording; the wheel may still hold a turn of it.
func (v *voicemail) stop() {
	v.mu.Lock()
	v.ended = true
	t := v.tape
	v.mu.Unlock()
	t.close()
}

func loudness(sound []byte) int {
	t, sum := tables(), 0
	for _, b := range sound {
		s := int(t.muToLinear[b])
		sum += max(s, -s)
	}
	return sum / max(1, len(sound))
}
