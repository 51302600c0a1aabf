package observe

import (
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	linesWait = 50 * time.Millisecond
	linesRoom = 32 << 10
)

// Lines are where a log goes (記錄緩衝). A line goes out at once, but for those that follow
// within a twentieth of a second: they go together, because asking the system for each cost
// a busy program more than making them. [NewLog] lets what waits go out with each warning and
// each error. So a program that is killed or panics outside a request loses at most the good
// news of its last twentieth of a second, and no error.
type Lines struct {
	out io.Writer

	mu      sync.Mutex
	waiting []byte
	busy    *time.Timer // runs since the last writing; nil while the log rests
}

// NewLines writes to out.
func NewLines(out io.Writer) *Lines { return &Lines{out: out} }

// Write takes whole lines.
func (l *Lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy == nil {
		l.busy = time.AfterFunc(linesWait, l.pass)
		return l.out.Write(b)
	}
	l.waiting = append(l.waiting, b...)
	if len(l.waiting) < linesRoom {
		return len(b), nil
	}
	return len(b), l.flush()
}

// Flush writes what waits: before the program ends.
func (l *Lines) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flush()
}

// pass ends a moment; the next one begins when there were lines in it.
func (l *Lines) pass() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.busy = nil
		return
	}
	_ = l.flush() // nobody is left to be told
	l.busy.Reset(linesWait)
}

func (l *Lines) flush() error {
	if len(l.waiting) == 0 {
		return nil
	}
	_, err := l.out.Write(l.waiting)
	l.waiting = l.waiting[:0]
	return err
}

// NewLog is a log without personal data, as JSON or as text.
func NewLog(lines *Lines, json bool) *slog.Logger {
	var next slog.Handler = slog.NewTextHandler(lines, nil)
	if json {
		next = slog.NewJSONHandler(lines, nil)
	}
	return slog.New(redactor{next, lines})
}
