package line

import (
	"context"
	"fmt"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
)

// Set decides what a line allows.
func (s *Service) Set(ctx context.Context, x Settings) error {
	if err := x.check(); err != nil {
		return err
	}
	return s.decide(ctx, "line.set", x.Line, func(tx *db.Tx) error {
		return tx.Do(sqlSet, tx.Realm(), x.Line, x.Most, x.PerMinute, x.Minutes, x.ByItself)
	})
}

func (x Settings) check() error {
	f := fault.New(fault.Invalid, "line.fault.settings")
	if x.Line == "" || len(x.Line) > 60 {
		f = f.At("line", "line.fault.code")
	}
	for name, v := range map[string][2]int64{"most": {x.Most, maxInside}, "rate": {x.PerMinute, maxRate}, "minutes": {x.Minutes, maxMinutes}} {
		if v[0] < 1 || v[0] > v[1] {
			f = f.At(name, "line.fault."+name)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// Open makes people wait; Close lets everybody in. Both may be called when it is so already.
func (s *Service) Open(ctx context.Context, line string) error {
	if err := s.may(ctx, line); err != nil {
		return err
	}
	_, err := s.open(ctx, line, byOperator)
	return err
}

func (s *Service) open(ctx context.Context, line, by string) (st State, err error) {
	err = s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		if st, err = held(tx, line); err != nil || st.Open {
			return err
		}
		if !st.found {
			return fault.New(fault.NotFound, "line.fault.no-line")
		}
		if err := tx.Do(sqlOpen, tx.Realm(), line, by, tx.Now()); err != nil {
			return err
		}
		if st, err = stateOf(tx, line); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "line.open", On: line, Outcome: audit.Done})
	})
	if err == nil {
		s.remember(ctx, st)
	}
	return st, err
}

// Close lets everybody in.
func (s *Service) Close(ctx context.Context, line string) error {
	return s.decide(ctx, "line.close", line, func(tx *db.Tx) error {
		return tx.Do(sqlClose, tx.Realm(), line)
	})
}

func (s *Service) may(ctx context.Context, line string) error {
	return s.Policy.Allow(ctx, "line.run", access.Resource{Type: "Line", ID: line})
}

func (s *Service) decide(ctx context.Context, what, line string, act func(*db.Tx) error) error {
	if err := s.may(ctx, line); err != nil {
		return err
	}
	err := s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		if err := act(tx); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: what, On: line, Outcome: audit.Done})
	})
	if err != nil {
		return fmt.Errorf("line: %s: %w", line, err)
	}
	_, err = s.look(ctx, line)
	return err
}

// States is every line as it stands, for operators and metrics.
func (s *Service) States(ctx context.Context) (out []State, err error) {
	if err := s.may(ctx, ""); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = db.List(tx, scanState, sqlLines, tx.Realm())
		return err
	})
}

// Minutes is what a line saw since an instant.
func (s *Service) Minutes(ctx context.Context, line string, since when.Instant) (out []Minute, err error) {
	if err := s.may(ctx, line); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = minutes(tx, line, since)
		return err
	})
}

// quietFor is how long a line that opened by itself stays open with nobody waiting.
const quietFor = 5 * time.Minute

// Tick settles and calls in every open line, and closes those that opened by themselves and have
// been quiet: the program calls it every few seconds, so that a line moves though nobody looks.
func (s *Service) Tick(ctx context.Context) error {
	lines, err := s.States(ctx)
	if err != nil {
		return err
	}
	for _, st := range lines {
		if !st.Open {
			continue
		}
		if st, err = s.step(ctx, st.Line); err != nil {
			return err
		}
		if st.ByLine && !st.quietAt.IsZero() && s.DB.Clock()().Sub(st.quietAt) >= quietFor {
			if err := s.Close(ctx, st.Line); err != nil {
				return err
			}
		}
	}
	return nil
}

// Sweep takes out tickets of earlier rounds, and minutes that are a week old.
func (s *Service) Sweep(ctx context.Context) (n int64, err error) {
	lines, err := s.States(ctx)
	for _, st := range lines {
		if err == nil {
			err = s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
				var a, b, c int64
				if a, err = tx.Exec(sqlSweepTickets, tx.Realm(), st.Line, st.Round); err == nil {
					b, err = tx.Exec(sqlSweepCalls, tx.Realm(), st.Line, st.Round)
				}
				if err == nil {
					c, err = tx.Exec(sqlSweepMinutes, tx.Realm(), st.Line, minuteOf(tx.Now().Add(-7*day)))
				}
				n += a + b + c
				return err
			})
		}
	}
	return n, err
}

// Totals is what metrics tell: how many lines are open, how many people are inside of those and
// how many wait.
func (s *Service) Totals(ctx context.Context) (open, inside, waiting int64, err error) {
	lines, err := s.States(ctx)
	for _, st := range lines {
		if st.Open {
			open++
			inside += st.Inside
			waiting += st.Waiting()
		}
	}
	return open, inside, waiting, err
}
