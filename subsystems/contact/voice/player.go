package voice

import "sync"

// Sound is µ-law, 8,000 samples a second, one channel.
type Sound []byte

// player is what is being played to one end.
type player struct {
	sounds []Sound
	at     int // the sound
	from   int // the sample in it
	loop   bool
	done   chan struct{}
	once   sync.Once
}

func newPlayer(loop bool, sounds ...Sound) *player {
	return &player{sounds: sounds, loop: loop, done: make(chan struct{})}
}

// frame fills the next 20 ms; false after the last.
func (p *player) frame(into []byte) bool {
	n := 0
	began := false
	for n < len(into) {
		if p.at == len(p.sounds) {
			if !p.loop || began && n == 0 {
				break
			}
			p.at, began = 0, true
			continue
		}
		got := copy(into[n:], p.sounds[p.at][p.from:])
		n += got
		if p.from += got; p.from == len(p.sounds[p.at]) {
			p.at, p.from = p.at+1, 0
		}
	}
	for i := n; i < len(into); i++ {
		into[i] = silence
	}
	return n == len(into) || p.loop && n > 0
}

func (p *player) finish() { p.once.Do(func() { close(p.done) }) }
