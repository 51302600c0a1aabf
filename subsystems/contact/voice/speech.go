package voice

import (
	"context"
	"fmt"
	"sync"
)

// Transcript is what an engine understood: a partial text may change still.
type Transcript struct {
	Text  string
	Final bool
}

// Transcriber turns speech into text while it is spoken: frames of 20 ms of
// µ-law go in, texts come out; both channels are closed by their senders. A
// site brings the engine; see HTTPSpeech for one that is asked by HTTP.
type Transcriber interface {
	Transcribe(ctx context.Context, language string, frames <-chan []byte) (<-chan Transcript, error)
}

// Speaker turns a text into sound.
type Speaker interface {
	Speak(ctx context.Context, language, text string) (Sound, error)
}

// Simulated stands where no engine is: it hears no words and says so. It
// counts the seconds in which somebody spoke, and speaks in beeps, one for
// each character up to twenty.
type Simulated struct{}

// Transcribe tells after every second of speech how much it heard, and that it
// understands nothing.
func (Simulated) Transcribe(ctx context.Context, _ string, frames <-chan []byte) (<-chan Transcript, error) {
	out := make(chan Transcript)
	go func() {
		defer close(out)
		say := func(t Transcript) bool {
			select {
			case out <- t:
				return true
			case <-ctx.Done():
				return false
			}
		}
		spoken := 0
		text := func() string {
			return fmt.Sprintf("[simulated engine: %d s of speech, not understood]", spoken/50)
		}
		for {
			select {
			case <-ctx.Done():
				return
			case f, more := <-frames:
				if !more {
					say(Transcript{Text: text(), Final: true})
					return
				}
				if loudness(f) > voiced {
					if spoken++; spoken%50 == 0 && !say(Transcript{Text: text()}) {
						return
					}
				}
			}
		}
	}()
	return out, nil
}

// Speak beeps.
func (Simulated) Speak(_ context.Context, _, text string) (Sound, error) {
	var out Sound
	for i := range []rune(text) {
		if i == 20 {
			break
		}
		out = append(out, tone(rate/10, 4000, 500)...)
	}
	return out, nil
}

// Listen gives the frames of what a call says until ctx ends, for a
// Transcriber. A reader that is slow loses frames, not the call.
func (c *Call) Listen(ctx context.Context) <-chan []byte {
	l := &listener{c: c, kept: c.sound.keep(), out: make(chan []byte, 50)}
	c.s.wheel.add(l)
	context.AfterFunc(ctx, l.stop)
	c.ending(l.stop)
	return l.out
}

type listener struct {
	c    *Call
	kept *jitter
	out  chan []byte

	mu   sync.Mutex
	over bool
}

func (l *listener) turn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	f := make([]byte, frame)
	l.c.sound.take(l.kept, f)
	select {
	case l.out <- f:
	default:
	}
}

func (l *listener) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	l.over = true
	close(l.out)
	l.c.sound.drop(l.kept)
	l.c.s.wheel.remove(l)
}
