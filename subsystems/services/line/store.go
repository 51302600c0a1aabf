package line

import (
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	lineColumns = `line, most, per_minute, minutes, by_itself, state, round, opened_by, opened_at, last, called, inside, pace_at, quiet_at`

	sqlLine = `select ` + lineColumns + ` from services_line_lines where realm = $1 and line = $2`

	sqlLines = `select ` + lineColumns + ` from services_line_lines where realm = $1 order by line`

	sqlSet = `insert into services_line_lines
		(realm, line, most, per_minute, minutes, by_itself, state, round, opened_by, opened_at, last, called, inside, pace_at, quiet_at, busy)
		values ($1, $2, $3, $4, $5, $6, 'closed', 0, '', '', 0, 0, 0, '', '', 0)
		on conflict (realm, line) do update set most = excluded.most, per_minute = excluded.per_minute, minutes = excluded.minutes,
		by_itself = excluded.by_itself, busy = services_line_lines.busy + 1`

	sqlTouch = `update services_line_lines set busy = busy + 1 where realm = $1 and line = $2`

	sqlOpen = `update services_line_lines set state = 'open', round = round + 1, opened_by = $3, opened_at = $4,
		last = 0, called = 0, inside = 0, pace_at = '', quiet_at = $4 where realm = $1 and line = $2`

	sqlClose = `update services_line_lines set state = 'closed', opened_by = '', opened_at = '', busy = busy + 1 where realm = $1 and line = $2`

	sqlMove = `update services_line_lines set last = $3, called = $4, inside = $5, pace_at = $6, quiet_at = $7
		where realm = $1 and line = $2`
)

const (
	sqlTicket = `select number, state, ends_at from services_line_tickets
		where realm = $1 and line = $2 and round = $3 and holder = $4`

	sqlJoin = `insert into services_line_tickets (realm, line, round, number, holder, state, joined_at, ends_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (realm, line, round, holder) do nothing`

	sqlAgain = `update services_line_tickets set number = $5, state = 'waiting', joined_at = $6, ends_at = ''
		where realm = $1 and line = $2 and round = $3 and holder = $4`

	sqlGoIn = `update services_line_tickets set state = 'inside', ends_at = $5
		where realm = $1 and line = $2 and round = $3 and holder = $4`

	sqlOver = `update services_line_tickets set state = 'over', ends_at = ''
		where realm = $1 and line = $2 and round = $3 and holder = $4`

	sqlStayedAway = `update services_line_tickets set state = 'over', ends_at = ''
		where realm = $1 and line = $2 and state = 'inside' and ends_at <= $3 and round = $4`

	sqlRename = `update services_line_tickets set holder = $5
		where realm = $1 and line = $2 and round = $3 and holder = $4`

	sqlLowest = `select coalesce(min(number), 0) from services_line_tickets where realm = $1 and line = $2 and round = $3`

	sqlSweepTickets = `delete from services_line_tickets where realm = $1 and line = $2 and round < $3`
)

const (
	sqlCall = `insert into services_line_calls (realm, line, round, highest, lowest, called_at, came, settled)
		values ($1, $2, $3, $4, $5, $6, 0, false)`

	sqlCallOf = `select highest, called_at from services_line_calls
		where realm = $1 and line = $2 and round = $3 and highest >= $4 order by highest limit 1`

	sqlCame = `update services_line_calls set came = came + 1 where realm = $1 and line = $2 and round = $3 and highest = $4`

	sqlUnsettled = `select highest, lowest, came from services_line_calls
		where realm = $1 and line = $2 and round = $3 and settled = false and called_at <= $4 order by highest`

	sqlSettle = `update services_line_calls set settled = true where realm = $1 and line = $2 and round = $3 and highest = $4`

	sqlSweepCalls = `delete from services_line_calls where realm = $1 and line = $2 and round < $3`

	sqlCount = `insert into services_line_minutes (realm, line, minute, joined, called, came, lost, over)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (realm, line, minute) do update set joined = services_line_minutes.joined + excluded.joined,
		called = services_line_minutes.called + excluded.called, came = services_line_minutes.came + excluded.came,
		lost = services_line_minutes.lost + excluded.lost, over = services_line_minutes.over + excluded.over`

	sqlMinutes = `select minute, joined, called, came, lost, over from services_line_minutes
		where realm = $1 and line = $2 and minute >= $3 order by minute`

	sqlSweepMinutes = `delete from services_line_minutes where realm = $1 and line = $2 and minute < $3`
)

func scanState(r db.Scanner) (s State, err error) {
	var state, by string
	err = r.Scan(&s.Line, &s.Most, &s.PerMinute, &s.Minutes, &s.ByItself, &state, &s.Round, &by, &s.Opened, &s.Last, &s.Called, &s.Inside, &s.paceAt, &s.quietAt)
	s.Open, s.ByLine, s.found = state == "open", by == byItself, err == nil
	return s, err
}

// stateOf reads a line; without a row it is closed, and nobody has set it.
func stateOf(tx *db.Tx, line string) (State, error) {
	s, err := scanState(tx.Row(sqlLine, tx.Realm(), line))
	if fault.Is(err, fault.NotFound) {
		return State{Settings: Settings{Line: line}}, nil
	}
	return s, err
}

// held is a line whose row this transaction has changed: nobody else decides on it meanwhile.
func held(tx *db.Tx, line string) (State, error) {
	if err := tx.Do(sqlTouch, tx.Realm(), line); err != nil {
		return State{}, err
	}
	return stateOf(tx, line)
}

func (s State) put(tx *db.Tx) error {
	return tx.Do(sqlMove, tx.Realm(), s.Line, s.Last, s.Called, s.Inside, s.paceAt, s.quietAt)
}

// row is a ticket as it is stored.
type row struct {
	number int64
	state  string
	ends   when.Instant
}

func ticketOf(tx *db.Tx, s State, holder string) (r row, found bool, err error) {
	err = tx.Row(sqlTicket, tx.Realm(), s.Line, s.Round, holder).Scan(&r.number, &r.state, &r.ends)
	if fault.Is(err, fault.NotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

// calledAt is when a number was called, and in which call.
func calledAt(tx *db.Tx, s State, number int64) (highest int64, at when.Instant, err error) {
	return highest, at, tx.Row(sqlCallOf, tx.Realm(), s.Line, s.Round, number).Scan(&highest, &at)
}

// Minute is what a minute saw.
type Minute struct {
	At                               string
	Joined, Called, Came, Lost, Over int64
}

func minuteOf(at when.Instant) string { return at.Time().Format("2006-01-02T15:04") }

func (m Minute) none() bool { return m.Joined+m.Called+m.Came+m.Lost+m.Over == 0 }

func count(tx *db.Tx, line string, m Minute) error {
	if m.none() {
		return nil
	}
	return tx.Do(sqlCount, tx.Realm(), line, minuteOf(tx.Now()), m.Joined, m.Called, m.Came, m.Lost, m.Over)
}

func minutes(tx *db.Tx, line string, since when.Instant) ([]Minute, error) {
	return db.List(tx, func(r db.Scanner) (m Minute, err error) {
		return m, r.Scan(&m.At, &m.Joined, &m.Called, &m.Came, &m.Lost, &m.Over)
	}, sqlMinutes, tx.Realm(), line, minuteOf(since))
}

const day = 24 * time.Hour
