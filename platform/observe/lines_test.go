package observe

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"praya/kernel/fault"
)

// writings keeps what was written each time.
type writings struct {
	mu  sync.Mutex
	all []string
}

func (w *writings) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, string(b))
	return len(b), nil
}

func (w *writings) times() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.all)
}

func (w *writings) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.all, "")
}

func TestALoneLineGoesOutAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writings
		lines := NewLines(&out)
		for i := range 3 {
			_, _ = io.WriteString(lines, "x\n")
			if out.times() != i+1 {
				t.Fatalf("line %d waits", i)
			}
			time.Sleep(3 * linesWait) // rests: one wait with nothing in it
		}
	})
}

func TestLinesOfAMomentGoTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writings
		lines := NewLines(&out)
		for range 100 {
			_, _ = io.WriteString(lines, "x\n")
		}
		if out.times() != 1 {
			t.Errorf("%d writings, want the first line's only", out.times())
		}
		time.Sleep(linesWait + time.Millisecond)
		if out.times() != 2 || out.text() != strings.Repeat("x\n", 100) {
			t.Errorf("after a moment %d writings and %d bytes", out.times(), len(out.text()))
		}
		_, _ = io.WriteString(lines, "y\n") // the next moment has begun
		if err := lines.Flush(); err != nil || !strings.HasSuffix(out.text(), "x\ny\n") {
			t.Errorf("a flush left a line behind: %v", err)
		}
		time.Sleep(3 * linesWait)
	})
}

func TestLinesTakeNoMoreRoomThanSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writings
		lines := NewLines(&out)
		line := strings.Repeat("x", 1023) + "\n"
		for range 1000 {
			_, _ = io.WriteString(lines, line)
			lines.mu.Lock()
			waiting := len(lines.waiting)
			lines.mu.Unlock()
			if waiting >= linesRoom {
				t.Fatalf("%d bytes wait", waiting)
			}
		}
		time.Sleep(3 * linesWait)
		if len(out.text()) != 1000*1024 {
			t.Errorf("%d bytes of %d", len(out.text()), 1000*1024)
		}
	})
}

func TestAnErrorDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writings
		log := NewLog(NewLines(&out), true)
		good := Line{What: "request", Method: "GET", Route: "GET /x", Status: 200}
		good.Log(t.Context(), log)
		good.Log(t.Context(), log)
		if n := strings.Count(out.text(), "\n"); n != 1 {
			t.Fatalf("%d lines are out", n)
		}
		Line{What: "request", Route: "GET /y", Status: 500, Err: errors.New("torn")}.Log(t.Context(), log)
		if n := strings.Count(out.text(), "\n"); n != 3 {
			t.Errorf("%d lines are out after an error", n)
		}
		good.Log(t.Context(), log)
		log.With("part", "x").WarnContext(t.Context(), "late")
		if n := strings.Count(out.text(), "\n"); n != 5 {
			t.Errorf("%d lines are out after a warning", n)
		}
		time.Sleep(3 * linesWait)
	})
}

func TestManyWritersLoseNoLine(t *testing.T) {
	var out writings
	log := NewLog(NewLines(&out), false)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 500 {
				Line{What: "request", Route: "GET /x", Err: fault.New(fault.NotFound, "web.x")}.Log(context.Background(), log)
			}
		})
	}
	writers.Wait()
	log.Error("last")
	lines := strings.Split(strings.TrimSpace(out.text()), "\n")
	if len(lines) != 8*500+1 {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		if strings.Count(l, "msg=") != 1 {
			t.Fatalf("a broken line: %q", l)
		}
	}
}
