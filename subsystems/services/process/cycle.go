package process

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/jobs"
)

// A cycle is a repeating interval of ISO 8601-1 (5.6): so many times or for ever, from a beginning
// or from now, a span apart. It starts processes by the clock.
type cycle struct {
	times int // 0 for ever
	begin when.Instant
	span  span
}

// shortest is the least time between two starts of a process.
const shortest = time.Minute

var repeating = regexp.MustCompile(`^R(\d{0,4})/(?:([0-9T:.+Z-]+)/)?(P\S+)$`)

func parseCycle(text string) (c cycle, err error) {
	parts := repeating.FindStringSubmatch(text)
	if parts == nil {
		return c, fmt.Errorf("%q is no repeating interval", text)
	}
	if parts[1] != "" {
		if c.times, err = strconv.Atoi(parts[1]); err != nil || c.times == 0 {
			return c, fmt.Errorf("%q never happens", text)
		}
	}
	if parts[2] != "" {
		at, err := time.Parse(time.RFC3339, parts[2])
		if err != nil || !sensible(at.Year()) {
			return c, fmt.Errorf("%q begins on no day", text)
		}
		c.begin = when.At(at)
	}
	if c.span, err = parseSpan(parts[3]); err != nil {
		return c, err
	}
	zero := when.At(time.Date(2026, 1, 1, 0, 0, 0, 0, when.HongKong))
	if c.span.after(zero).Sub(zero) < shortest {
		err = fmt.Errorf("%q comes too often", text)
	}
	return c, err
}

// starts reports whether a timer can start a process: by the clock alone, without variables.
func (t Timer) starts() bool {
	_, fixed := t.fixed()
	return t.Cycle != "" || fixed
}

// first is when a timer starts a process for the first time.
func (t Timer) first(now when.Instant) when.Instant {
	if at, ok := t.fixed(); ok {
		return at
	}
	if t.cycle.begin.IsZero() {
		return t.cycle.span.after(now)
	}
	return t.cycle.begin
}

// start is a start by the clock that is to come.
type start struct {
	Key     string       `json:"key"`
	Version int64        `json:"version"`
	At      when.Instant `json:"at"`
	Left    int          `json:"left"` // how often after this one; below zero for ever
}

// schedule plans the first start of a new version.
func schedule(tx *db.Tx, m *Model, key string, version int64) error {
	n := m.scopes[""].starts[0]
	if n.Trigger != OnTimer {
		return nil
	}
	x := start{Key: key, Version: version, At: n.Timer.first(tx.Now()), Left: n.Timer.cycle.times - 1}
	if _, fixed := n.Timer.fixed(); fixed {
		x.Left = 0
	}
	return plan(tx, x)
}

func (x start) name() string { return fmt.Sprintf("%s/%d/%s", x.Key, x.Version, x.At) }

func plan(tx *db.Tx, x start) error {
	raw, err := json.Marshal(x)
	if err != nil {
		return err
	}
	return jobs.Put(tx, jobs.Job{Kind: JobStart, Key: x.name(), Args: raw, RunAt: x.At})
}

// begin starts a process by the clock, and plans the next time. The subject is the name of the
// start, by which a job that comes twice is known. A version that another has followed starts
// nothing more; one that is disabled skips.
func (s *Service) begin(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var x start
	if err := json.Unmarshal(j.Args, &x); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		h, found, err := last(tx, Processes, x.Key)
		if err != nil || !found || h.version != x.Version {
			return err
		}
		if err := s.next(tx, x, h); err != nil {
			return err
		}
		d, err := definition(tx, Processes, x.Key, x.Version)
		if err != nil || !d.Enabled {
			return err
		}
		there, err := s.rowsOf(tx, x.name())
		if err != nil || len(there) > 0 {
			return err
		}
		_, err = s.Start(tx, x.Key, x.name(), h.department, nil)
		return err
	})
}

// next plans the next time. What was missed while nothing ran is not made up for.
func (s *Service) next(tx *db.Tx, x start, h head) error {
	if x.Left == 0 {
		return nil
	}
	m, err := s.model(tx, x.Key, h.version, h.digest)
	if err != nil {
		return err
	}
	span := m.scopes[""].starts[0].Timer.cycle.span
	const most = 10_000 // of times that were missed; then it begins anew from now
	for range most {
		x.At = span.after(x.At)
		if x.Left--; tx.Now().Before(x.At) || x.Left == 0 {
			return plan(tx, x)
		}
	}
	x.At = span.after(tx.Now())
	return plan(tx, x)
}
