package queue

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"praya/kernel/when"
	"praya/platform/db"
)

const (
	tallyColumns = `offered, within, answered, abandoned, voicemail, callback, refused, interrupted, called_back,
		enquiries, settled, ratings, rating_sum, handled, handled_ms, waited_ms, busy_ms, ready_ms`

	tallySums = `coalesce(sum(offered), 0), coalesce(sum(within), 0), coalesce(sum(answered), 0), coalesce(sum(abandoned), 0),
		coalesce(sum(voicemail), 0), coalesce(sum(callback), 0), coalesce(sum(refused), 0), coalesce(sum(interrupted), 0),
		coalesce(sum(called_back), 0), coalesce(sum(enquiries), 0), coalesce(sum(settled), 0), coalesce(sum(ratings), 0),
		coalesce(sum(rating_sum), 0), coalesce(sum(handled), 0), coalesce(sum(handled_ms), 0), coalesce(sum(waited_ms), 0),
		coalesce(sum(busy_ms), 0), coalesce(sum(ready_ms), 0)`

	sqlAdd = `insert into contact_queue_intervals as i (realm, span, start, language, skill, ` + tallyColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
		on conflict (realm, span, start, language, skill) do update set
		offered = i.offered + excluded.offered, within = i.within + excluded.within, answered = i.answered + excluded.answered,
		abandoned = i.abandoned + excluded.abandoned, voicemail = i.voicemail + excluded.voicemail,
		callback = i.callback + excluded.callback, refused = i.refused + excluded.refused,
		interrupted = i.interrupted + excluded.interrupted, called_back = i.called_back + excluded.called_back,
		enquiries = i.enquiries + excluded.enquiries, settled = i.settled + excluded.settled, ratings = i.ratings + excluded.ratings,
		rating_sum = i.rating_sum + excluded.rating_sum, handled = i.handled + excluded.handled,
		handled_ms = i.handled_ms + excluded.handled_ms, waited_ms = i.waited_ms + excluded.waited_ms,
		busy_ms = i.busy_ms + excluded.busy_ms, ready_ms = i.ready_ms + excluded.ready_ms`

	sqlAddWait = `insert into contact_queue_waits as w (realm, span, start, bin, calls) values ($1, $2, $3, $4, 1)
		on conflict (realm, span, start, bin) do update set calls = w.calls + 1`

	sqlChanged = `insert into contact_queue_changes as c (realm, start, changes) values ($1, $2, 1)
		on conflict (realm, start) do update set changes = c.changes + 1`

	sqlChanges = `select start, changes from contact_queue_changes where realm = $1 order by start limit $2`

	sqlPublished = `delete from contact_queue_changes where realm = $1 and start = $2 and changes = $3`

	sqlTotals = `select start, ` + tallyColumns + ` from contact_queue_intervals
		where realm = $1 and span = $2 and start >= $3 and start < $4 and language = '-' and skill = '-' order by start`

	sqlTotal = `select ` + tallyColumns + ` from contact_queue_intervals
		where realm = $1 and span = $2 and start = $3 and language = '-' and skill = '-'`

	sqlByLanguage = `select language, ` + tallySums + ` from contact_queue_intervals
		where realm = $1 and span = $2 and start = $3 and language <> '-' group by language order by language`

	sqlBySkill = `select skill, ` + tallySums + ` from contact_queue_intervals
		where realm = $1 and span = $2 and start = $3 and skill <> '-' group by skill order by skill`

	sqlWaits = `select bin, calls from contact_queue_waits where realm = $1 and span = $2 and start = $3`
)

// all stands for every language and every skill.
const all = "-"

// counterKey is a row of counters.
type counterKey struct {
	span            int // of Spans
	start           string
	language, skill string
}

// ledger gathers what a transaction counts, and writes every row once and all in one order, so
// that two writers never wait for each other in a circle.
type ledger struct {
	rows     map[counterKey]Tally
	quarters map[string]when.Instant // whose event is due
}

func newLedger() *ledger {
	return &ledger{map[counterKey]Tally{}, map[string]when.Instant{}}
}

// add counts in the spans of an arrival, for the language and skill and in sum. With all as the
// language it is agents' time, which is counted in sum only and is no part of the event.
func (l *ledger) add(arrived when.Instant, language, skill string, t Tally) {
	for i, s := range Spans() {
		sum := counterKey{i, s.Start(arrived), all, all}
		l.rows[sum] = l.rows[sum].Add(t)
		if language != all {
			part := counterKey{i, s.Start(arrived), language, skill}
			l.rows[part] = l.rows[part].Add(t)
		}
	}
	if language != all {
		l.quarters[quarterOf(arrived).String()] = quarterOf(arrived)
	}
}

func (l *ledger) write(tx *db.Tx) error {
	keys := slices.SortedFunc(maps.Keys(l.rows), func(a, b counterKey) int {
		return cmp.Or(cmp.Compare(a.span, b.span), cmp.Compare(a.start, b.start), cmp.Compare(a.language, b.language), cmp.Compare(a.skill, b.skill))
	})
	for _, k := range keys {
		args := []any{tx.Realm(), Spans()[k.span], k.start, k.language, k.skill}
		t := l.rows[k]
		for _, n := range t.fields() {
			args = append(args, *n)
		}
		if _, err := tx.Exec(sqlAdd, args...); err != nil {
			return err
		}
	}
	for _, q := range slices.Sorted(maps.Keys(l.quarters)) {
		if _, err := tx.Exec(sqlChanged, tx.Realm(), l.quarters[q]); err != nil {
			return err
		}
	}
	return nil
}

// count counts one call.
func count(tx *db.Tx, arrived when.Instant, language, skill string, t Tally) error {
	l := newLedger()
	l.add(arrived, language, skill, t)
	return l.write(tx)
}

func countWait(tx *db.Tx, arrived when.Instant, wait time.Duration) error {
	for _, s := range Spans() {
		if _, err := tx.Exec(sqlAddWait, tx.Realm(), s, s.Start(arrived), binOf(wait)); err != nil {
			return err
		}
	}
	return nil
}

func scanTally(r db.Scanner, before ...any) (t Tally, err error) {
	dest := before
	for _, n := range t.fields() {
		dest = append(dest, n)
	}
	err = r.Scan(dest...)
	return t, err
}

// Interval is a span of time with its counters.
type Interval struct {
	Span  Span
	Start string
	Tally
}

// totals are the spans from one name up to, and without, another.
func totals(tx *db.Tx, s Span, from, to string) ([]Interval, error) {
	return db.List(tx, func(r db.Scanner) (i Interval, err error) {
		i.Span = s
		var start string
		i.Tally, err = scanTally(r, &start)
		i.Start = start
		return i, err
	}, sqlTotals, tx.Realm(), s, from, to)
}

func total(tx *db.Tx, s Span, start string) (Tally, error) {
	rows, err := db.List(tx, func(r db.Scanner) (Tally, error) { return scanTally(r) }, sqlTotal, tx.Realm(), s, start)
	if err != nil || len(rows) == 0 {
		return Tally{}, err
	}
	return rows[0], nil
}

// Part is the counters of a language or a skill.
type Part struct {
	Name string
	Tally
}

func parts(tx *db.Tx, sqlText string, s Span, start string) ([]Part, error) {
	return db.List(tx, func(r db.Scanner) (p Part, err error) {
		var name string
		p.Tally, err = scanTally(r, &name)
		p.Name = name
		return p, err
	}, sqlText, tx.Realm(), s, start)
}

func waits(tx *db.Tx, s Span, start string) (Histogram, error) {
	h := Histogram{}
	rows, err := db.List(tx, func(r db.Scanner) (x [2]int64, err error) { return x, r.Scan(&x[0], &x[1]) }, sqlWaits, tx.Realm(), s, start)
	for _, x := range rows {
		h[x[0]] = x[1]
	}
	return h, err
}

type change struct {
	start   when.Instant
	changes int64
}

func changes(tx *db.Tx, limit int) ([]change, error) {
	return db.List(tx, func(r db.Scanner) (c change, err error) { return c, r.Scan(&c.start, &c.changes) }, sqlChanges, tx.Realm(), limit)
}

const (
	sqlWaitingNow = `select language, count(*), min(arrived) from contact_queue_calls
		where realm = $1 and state = 'waiting' and outcome = '' group by language`

	sqlPromisedNow = `select count(*) from contact_queue_calls where realm = $1 and state = 'promised' and outcome = 'callback'`
)

// boardLines are the languages in their order, also those with nobody in line.
func boardLines(tx *db.Tx) (out []BoardLine, err error) {
	found, err := db.List(tx, func(r db.Scanner) (l BoardLine, err error) {
		var first when.Instant
		err = r.Scan(&l.Language, &l.Waiting, &first)
		l.Longest = tx.Now().Sub(first)
		return l, err
	}, sqlWaitingNow, tx.Realm())
	for _, name := range Languages() {
		line := BoardLine{Language: name}
		for _, l := range found {
			if l.Language == name {
				line = l
			}
		}
		out = append(out, line)
	}
	return out, err
}
