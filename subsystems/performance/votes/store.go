package votes

import (
	"encoding/json"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/platform/db"
)

// Books: what papers say.
const (
	sqlBook = `select source, invented, posts, restated from performance_votes_books where realm = $1 and head = $2 and year = $3`

	sqlBookYears = `select year from performance_votes_books where realm = $1 and head = $2 order by year`

	sqlPutBook = `insert into performance_votes_books (realm, head, year, source, invented, posts, restated, loaded_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (realm, head, year) do update set source = excluded.source, invented = excluded.invented,
		posts = excluded.posts, restated = excluded.restated, loaded_at = excluded.loaded_at`

	sqlLines = `select kind, code, within, account, words, first, second, third, fourth from performance_votes_lines
		where realm = $1 and head = $2 and year = $3 order by kind, place, code`

	sqlPutLine = `insert into performance_votes_lines
		(realm, head, year, kind, code, place, within, account, words, first, second, third, fourth)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		on conflict (realm, head, year, kind, code) do update set place = excluded.place, within = excluded.within,
		account = excluded.account, words = excluded.words, first = excluded.first, second = excluded.second,
		third = excluded.third, fourth = excluded.fourth`

	sqlItemLines = `select year, within, words, first, second, third, fourth from performance_votes_lines
		where realm = $1 and head = $2 and kind = 'item' and code = $3 order by year`

	sqlCeilings = `select year, fourth from performance_votes_lines where realm = $1 and head = $2 and kind = 'ceiling'`

	sqlFigures = `select kind, code, year, phase, thousands, why from performance_votes_figures
		where realm = $1 and head = $2 order by at, request`

	sqlInsertFigure = `insert into performance_votes_figures
		(realm, request, head, kind, code, year, phase, thousands, why, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	sqlNewHead = `insert into performance_votes_heads (realm, head, entries, busy) values ($1, $2, 0, 0)
		on conflict (realm, head) do nothing`

	sqlTouchHead = `update performance_votes_heads set busy = busy + 1 where realm = $1 and head = $2`

	sqlNumber = `update performance_votes_heads set entries = entries + 1 where realm = $1 and head = $2`

	sqlLastNumber = `select entries from performance_votes_heads where realm = $1 and head = $2`
)

// Differences between imports and what stands here.
const (
	differenceColumns = `id, head, year, kind, code, place, ours, theirs, found_at, state, settled_by, why, version`

	sqlDifferences = `select ` + differenceColumns + ` from performance_votes_differences
		where realm = $1 and head = $2 and ($3 = '' or state = $3) order by found_at, year, kind, code, place`

	sqlDifference = `select ` + differenceColumns + ` from performance_votes_differences where realm = $1 and id = $2`

	sqlSameDifference = `select count(*) from performance_votes_differences where realm = $1 and head = $2 and year = $3
		and kind = $4 and code = $5 and place = $6 and theirs = $7 and state <> 'taken'`

	sqlInsertDifference = `insert into performance_votes_differences
		(realm, id, head, year, kind, code, place, ours, theirs, found_at, state, settled_by, why, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', '', '', 1)`

	sqlSettleDifference = `update performance_votes_differences set state = $3, settled_by = $4, why = $5, version = version + 1
		where realm = $1 and id = $2 and version = $6 and state = 'open'`
)

// Rules and ranks.
const (
	sqlRules = `select name, head, subhead, from_year, to_year, value, source from performance_votes_rules
		where realm = $1 order by name, head, subhead, from_year`

	sqlPutRule = `insert into performance_votes_rules (realm, name, head, subhead, from_year, to_year, value, source)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (realm, name, head, subhead, from_year) do update set to_year = excluded.to_year,
		value = excluded.value, source = excluded.source`

	sqlRanks = `select code, from_day, words, directorate, midpoint_dollars, invented from performance_votes_ranks
		where realm = $1 order by code, from_day`

	sqlPutRank = `insert into performance_votes_ranks (realm, code, from_day, words, directorate, midpoint_dollars, invented)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (realm, code, from_day) do update set words = excluded.words,
		directorate = excluded.directorate, midpoint_dollars = excluded.midpoint_dollars, invented = excluded.invented`
)

// touchHead changes the row that all decisions about a head share, and makes it when there is
// none. PostgreSQL begins one of two transactions that meet here again.
func touchHead(tx *db.Tx, head string) error {
	if _, err := tx.Exec(sqlNewHead, tx.Realm(), head); err != nil {
		return err
	}
	_, err := tx.Exec(sqlTouchHead, tx.Realm(), head)
	return err
}

func nextNumber(tx *db.Tx, head string) (n int64, err error) {
	if _, err := tx.Exec(sqlNumber, tx.Realm(), head); err != nil {
		return 0, err
	}
	return n, tx.Row(sqlLastNumber, tx.Realm(), head).Scan(&n)
}

// lineWords are the words of a line as JSON.
type lineWords struct {
	Group lang.Text `json:"group"`
	Name  lang.Text `json:"name"`
	Note  lang.Text `json:"note"`
}

func loadedBook(tx *db.Tx, head, year string) (b Book, found bool, err error) {
	b.Head, b.Year = head, year
	var posts, restated string
	err = tx.Row(sqlBook, tx.Realm(), head, year).Scan(&b.Source, &b.Invented, &posts, &restated)
	if fault.Is(err, fault.NotFound) {
		return b, false, nil
	}
	if err != nil {
		return b, false, err
	}
	if err := json.Unmarshal([]byte(posts), &b.Posts); err != nil {
		return b, false, err
	}
	if restated != "" {
		b.Restated = strings.Fields(restated)
	}
	lines, err := linesOf(tx, head, year)
	for _, l := range lines {
		b.put(l)
	}
	return b, true, err
}

func linesOf(tx *db.Tx, head, year string) ([]line, error) {
	return db.List(tx, func(s db.Scanner) (l line, err error) {
		var text string
		var columns [4]string
		if err = s.Scan(&l.Kind, &l.Code, &l.Within, &l.Account, &text, &columns[0], &columns[1], &columns[2], &columns[3]); err != nil {
			return l, err
		}
		return l, fill(&l, text, columns)
	}, sqlLines, tx.Realm(), head, year)
}

func fill(l *line, text string, columns [4]string) error {
	var w lineWords
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return err
	}
	l.Group, l.Name, l.Note = w.Group, w.Name, w.Note
	for i, c := range columns {
		d, err := figure(c)
		if err != nil {
			return err
		}
		l.Columns[i] = d
	}
	return nil
}

// figure reads a stored figure; an empty one is not known.
func figure(s string) (*money.Decimal, error) {
	if s == "" {
		return nil, nil
	}
	d, err := money.Parse(s)
	return &d, err
}

func written(d *money.Decimal) string {
	if d == nil {
		return ""
	}
	return d.String()
}

func putBook(tx *db.Tx, b Book) error {
	posts, err := json.Marshal(b.Posts)
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlPutBook, tx.Realm(), b.Head, b.Year, b.Source, b.Invented, string(posts), strings.Join(b.Restated, " "), tx.Now())
	return err
}

func putLine(tx *db.Tx, head, year string, place int, l line) error {
	text, err := json.Marshal(lineWords{l.Group, l.Name, l.Note})
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlPutLine, tx.Realm(), head, year, l.Kind, l.Code, place, l.Within, l.Account, string(text),
		written(l.Columns[0]), written(l.Columns[1]), written(l.Columns[2]), written(l.Columns[3]))
	return err
}

func bookYears(tx *db.Tx, head string) ([]string, error) {
	return db.List(tx, db.Value[string], sqlBookYears, tx.Realm(), head)
}

// yearLine is a row of one kind and code in one year.
type yearLine struct {
	Year string
	line
}

func itemLines(tx *db.Tx, head, code string) ([]yearLine, error) {
	return db.List(tx, func(s db.Scanner) (l yearLine, err error) {
		var text string
		var columns [4]string
		if err = s.Scan(&l.Year, &l.Within, &text, &columns[0], &columns[1], &columns[2], &columns[3]); err != nil {
			return l, err
		}
		l.Kind, l.Code = Items, code
		return l, fill(&l.line, text, columns)
	}, sqlItemLines, tx.Realm(), head, code)
}

// decided is a figure that officers decided.
type decided struct {
	kind      LineKind
	code      string
	year      string
	phase     Phase
	thousands *money.Decimal
	why       string
}

func figuresOf(tx *db.Tx, head string) ([]decided, error) {
	return db.List(tx, func(s db.Scanner) (d decided, err error) {
		var text string
		if err = s.Scan(&d.kind, &d.code, &d.year, &d.phase, &text, &d.why); err != nil {
			return d, err
		}
		d.thousands, err = figure(text)
		return d, err
	}, sqlFigures, tx.Realm(), head)
}

func insertFigure(tx *db.Tx, request, head string, d decided) error {
	_, err := tx.Exec(sqlInsertFigure, tx.Realm(), request, head, d.kind, d.code, d.year, d.phase, written(d.thousands), d.why, tx.Now())
	return err
}

// ceilings gives the ceilings of a head by year: as loaded, or as officers decided.
func ceilings(tx *db.Tx, head string) (map[string]Cents, error) {
	out := map[string]Cents{}
	type row struct{ year, thousands string }
	rows, err := db.List(tx, func(s db.Scanner) (r row, err error) { return r, s.Scan(&r.year, &r.thousands) }, sqlCeilings, tx.Realm(), head)
	if err != nil {
		return nil, err
	}
	set := func(year string, d *money.Decimal) {
		if d != nil {
			if c, err := CentsOfThousands(*d); err == nil {
				out[year] = c
			}
		}
	}
	for _, r := range rows {
		d, err := figure(r.thousands)
		if err != nil {
			return nil, err
		}
		set(r.year, d)
	}
	figures, err := figuresOf(tx, head)
	for _, f := range figures {
		if f.kind == Ceilings && f.phase == Original {
			set(f.year, f.thousands)
		}
	}
	return out, err
}

func rulesOf(tx *db.Tx) (Rules, error) {
	return db.List(tx, func(s db.Scanner) (r Rule, err error) {
		var value string
		if err = s.Scan(&r.Name, &r.Head, &r.Subhead, &r.From, &r.To, &value, &r.Source); err != nil {
			return r, err
		}
		r.Value, err = money.Parse(value)
		return r, err
	}, sqlRules, tx.Realm())
}

func putRule(tx *db.Tx, r Rule) error {
	_, err := tx.Exec(sqlPutRule, tx.Realm(), r.Name, r.Head, r.Subhead, r.From, r.To, r.Value.String(), r.Source)
	return err
}

func ranksOf(tx *db.Tx) (Ranks, error) {
	return db.List(tx, func(s db.Scanner) (r Rank, err error) {
		var text string
		if err = s.Scan(&r.Code, &r.From, &text, &r.Directorate, &r.MidpointDollars, &r.Invented); err != nil {
			return r, err
		}
		return r, json.Unmarshal([]byte(text), &r.Name)
	}, sqlRanks, tx.Realm())
}

func putRank(tx *db.Tx, r Rank) error {
	text, err := json.Marshal(r.Name)
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlPutRank, tx.Realm(), r.Code, r.From, string(text), r.Directorate, r.MidpointDollars, r.Invented)
	return err
}

func scanDifference(s db.Scanner) (d Difference, err error) {
	return d, s.Scan(&d.ID, &d.Head, &d.Year, &d.Kind, &d.Code, &d.Column, &d.Ours, &d.Theirs, &d.FoundAt, &d.State, &d.By, &d.Why, &d.Version)
}

func differencesOf(tx *db.Tx, head, state string) ([]Difference, error) {
	return db.List(tx, scanDifference, sqlDifferences, tx.Realm(), head, state)
}

func differenceByID(tx *db.Tx, id DifferenceID) (Difference, error) {
	return scanDifference(tx.Row(sqlDifference, tx.Realm(), id))
}

// insertDifference remembers a difference once: not again when it is open or was set aside.
func insertDifference(tx *db.Tx, d Difference) error {
	var n int
	if err := tx.Row(sqlSameDifference, tx.Realm(), d.Head, d.Year, d.Kind, d.Code, d.Column, d.Theirs).Scan(&n); err != nil || n > 0 {
		return err
	}
	_, err := tx.Exec(sqlInsertDifference, tx.Realm(), d.ID, d.Head, d.Year, d.Kind, d.Code, d.Column, d.Ours, d.Theirs, tx.Now())
	return err
}

func settleDifference(tx *db.Tx, d Difference, state, by, why string) error {
	return tx.Change(sqlSettleDifference, tx.Realm(), d.ID, state, by, why, d.Version)
}
