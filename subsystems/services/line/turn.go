package line

import (
	"time"

	"praya/kernel/when"
	"praya/platform/db"
)

// turn is one change of a line that is held: what happened in it is counted and written at the end.
type turn struct {
	tx  *db.Tx
	s   State
	now when.Instant
	m   Minute
}

// change runs fn on a line that is open, with everything settled and called that is due before
// and after it.
func change(tx *db.Tx, line string, fn func(*turn) error) (State, error) {
	s, err := held(tx, line)
	if err != nil || !s.Open {
		return s, err
	}
	t := &turn{tx: tx, s: s, now: tx.Now()}
	if err := t.settle(); err != nil {
		return s, err
	}
	if err := t.call(); err != nil {
		return s, err
	}
	if err := fn(t); err != nil {
		return s, err
	}
	if err := t.call(); err != nil {
		return s, err
	}
	t.quiet()
	if err := t.s.put(tx); err != nil {
		return s, err
	}
	return t.s, count(tx, line, t.m)
}

// settle takes back the places of those who did not come, and of those who stayed away.
func (t *turn) settle() error {
	type ended struct{ highest, lowest, came int64 }
	calls, err := db.List(t.tx, func(r db.Scanner) (c ended, err error) {
		return c, r.Scan(&c.highest, &c.lowest, &c.came)
	}, sqlUnsettled, t.tx.Realm(), t.s.Line, t.s.Round, t.now.Add(-TurnKept))
	if err != nil {
		return err
	}
	for _, c := range calls {
		if _, err := t.tx.Exec(sqlSettle, t.tx.Realm(), t.s.Line, t.s.Round, c.highest); err != nil {
			return err
		}
		lost := c.highest - c.lowest + 1 - c.came
		t.s.Inside -= lost
		t.m.Lost += lost
	}
	n, err := t.tx.Exec(sqlStayedAway, t.tx.Realm(), t.s.Line, t.now, t.s.Round)
	t.s.Inside -= n
	t.m.Over += n
	return err
}

// call moves the counter: the next ones may come in.
func (t *turn) call() error {
	n, pace := t.s.next(t.now)
	if n == 0 {
		return nil
	}
	_, err := t.tx.Exec(sqlCall, t.tx.Realm(), t.s.Line, t.s.Round, t.s.Called+n, t.s.Called+1, t.now)
	t.s.Called += n
	t.s.Inside += n
	t.s.paceAt = pace
	t.m.Called += n
	return err
}

// quiet notes since when nobody waits, so that a line that opened by itself can close again.
func (t *turn) quiet() {
	if t.s.Waiting() > 0 || 2*t.s.Inside > t.s.Most {
		t.s.quietAt = when.Instant{}
	} else if t.s.quietAt.IsZero() {
		t.s.quietAt = t.now
	}
}

// standing says what a ticket is. It only reads.
func standing(tx *db.Tx, s State, holder string, now when.Instant) (Ticket, error) {
	if holder == "" {
		return Ticket{}, nil
	}
	r, found, err := ticketOf(tx, s, holder)
	if err != nil || !found {
		return Ticket{}, err
	}
	t := Ticket{Number: r.number, Until: r.ends}
	switch {
	case r.state == "inside" && now.Before(r.ends):
		t.Standing = Inside
	case r.state != "waiting":
		t.Standing = Over
	case r.number > s.Called:
		t.Standing, t.Ahead = Waiting, r.number-s.Called-1
	default:
		_, at, err := calledAt(tx, s, r.number)
		if err != nil {
			return t, err
		}
		if t.Until = at.Add(TurnKept); now.Before(t.Until) {
			t.Standing = Called
		} else {
			t.Standing = Lost
		}
	}
	return t, nil
}

// join gives a number to who has no ticket that counts; again when there is one that does not.
func (t *turn) join(holder string, again bool) (err error) {
	t.s.Last++
	t.m.Joined++
	if again {
		_, err = t.tx.Exec(sqlAgain, t.tx.Realm(), t.s.Line, t.s.Round, holder, t.s.Last, t.now)
		return err
	}
	_, err = t.tx.Exec(sqlJoin, t.tx.Realm(), t.s.Line, t.s.Round, t.s.Last, holder, "waiting", t.now, "")
	return err
}

// joinAndEnter goes straight in when nobody is before.
func (t *turn) joinAndEnter(holder string, before Ticket) (bool, Ticket, error) {
	if err := t.join(holder, before.Standing != None); err != nil {
		return false, before, err
	}
	ticket := Ticket{Standing: Waiting, Number: t.s.Last}
	if err := t.call(); err != nil || t.s.Called < t.s.Last {
		ticket.Ahead = ticket.Number - t.s.Called - 1
		return false, ticket, err
	}
	ticket.Standing, ticket.Until = Inside, t.now.Add(t.s.kept())
	return true, ticket, t.goIn(holder, ticket.Number)
}

// goIn takes a turn that has come.
func (t *turn) goIn(holder string, number int64) error {
	highest, _, err := calledAt(t.tx, t.s, number)
	if err != nil {
		return err
	}
	if _, err := t.tx.Exec(sqlCame, t.tx.Realm(), t.s.Line, t.s.Round, highest); err != nil {
		return err
	}
	t.m.Came++
	return t.stay(holder)
}

// stay prolongs being inside. A tenth more is given, so that not every page needs a write.
func (t *turn) stay(holder string) error {
	_, err := t.tx.Exec(sqlGoIn, t.tx.Realm(), t.s.Line, t.s.Round, holder, t.now.Add(t.s.kept()))
	return err
}

func (s State) length() time.Duration { return time.Duration(s.Minutes) * time.Minute }

func (s State) kept() time.Duration { return s.length() + s.length()/10 }

// goOut ends a ticket, wherever it stands. Somebody who leaves the line before being called leaves
// a gap: the number is called, and lost.
func (t *turn) goOut(holder string) error {
	ticket, err := standing(t.tx, t.s, holder, t.now)
	if err != nil {
		return err
	}
	switch ticket.Standing {
	case Inside:
		t.s.Inside--
		t.m.Over++
	case Called: // the call counts it as one that came, and it is over at once
		if err := t.goIn(holder, ticket.Number); err != nil {
			return err
		}
		t.s.Inside--
		t.m.Over++
	case Waiting:
	default:
		return nil
	}
	_, err = t.tx.Exec(sqlOver, t.tx.Realm(), t.s.Line, t.s.Round, holder)
	return err
}

// bring makes tickets of those who were inside before the line opened.
func (t *turn) bring(holders []string) error {
	var lowest int64
	if err := t.tx.Row(sqlLowest, t.tx.Realm(), t.s.Line, t.s.Round).Scan(&lowest); err != nil {
		return err
	}
	lowest = min(lowest, 0)
	for _, h := range holders {
		lowest--
		n, err := t.tx.Exec(sqlJoin, t.tx.Realm(), t.s.Line, t.s.Round, lowest, h, "inside", t.now, t.now.Add(t.s.kept()))
		if err != nil {
			return err
		}
		t.s.Inside += n
	}
	return nil
}
