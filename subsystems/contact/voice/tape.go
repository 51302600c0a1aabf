package voice

import (
	"context"
	"log/slog"
	"time"
)

// Recorder keeps a recording. Frames are one second (the last may be shorter)
// of two channels of µ-law, sample by sample.
type Recorder interface {
	Write(frames []byte) error
	Close() error
}

// tape gathers seconds on the wheel and writes them beside it, so that a slow
// disk delays nobody's sound.
type tape struct {
	w       Recorder
	log     *slog.Logger
	second  []byte
	seconds chan []byte
	done    chan struct{}
}

const (
	aSecond = rate * 2
	backlog = 30 // seconds that may wait for the disk
)

func newTape(w Recorder, log *slog.Logger) *tape {
	t := &tape{w: w, log: log, seconds: make(chan []byte, backlog), done: make(chan struct{}), second: make([]byte, 0, aSecond)}
	go t.run()
	return t
}

func (t *tape) run() {
	defer close(t.done)
	failed := false
	for s := range t.seconds {
		if failed {
			continue
		}
		if err := t.w.Write(s); err != nil {
			failed = true
			t.log.ErrorContext(context.Background(), "voice: a recording could not be written on", "error", err)
		}
	}
	if err := t.w.Close(); err != nil {
		t.log.ErrorContext(context.Background(), "voice: a recording could not be closed", "error", err)
	}
}

// write adds 20 ms. It never waits: with half a minute behind, seconds are lost.
func (t *tape) write(left, right []byte) {
	for i := range left {
		t.second = append(t.second, left[i], right[i])
	}
	if len(t.second) >= aSecond {
		t.flush()
	}
}

func (t *tape) flush() {
	select {
	case t.seconds <- t.second:
	default:
		t.log.WarnContext(context.Background(), "voice: a second of a recording was lost: the disk is too slow")
	}
	t.second = make([]byte, 0, aSecond)
}

// close writes what is there and returns when it is written. Nothing may be
// written any more.
func (t *tape) close() {
	if t == nil {
		return
	}
	if len(t.second) > 0 {
		t.flush()
	}
	close(t.seconds)
	<-t.done
}

// Voicemail records what the caller says, until they are silent, press #, hang
// up, or the longest time is over.
func (c *Call) Voicemail(ctx context.Context, longest time.Duration, w Recorder) error {
	v := &voicemail{c: c, tape: newTape(w, c.s.Log), left: int(longest / (slots * beat)), over: make(chan struct{}), kept: c.sound.keep()}
	c.s.wheel.add(v)
	defer func() {
		c.s.wheel.remove(v)
		c.sound.drop(v.kept)
		v.stop()
	}()
	for {
		select {
		case k := <-c.sound.keys:
			if k.key == '#' {
				return nil
			}
		case <-v.over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-c.ctx.Done():
			return ErrGone // what was said is kept
		}
	}
}
