package performance

import (
	"encoding/json"

	"praya/kernel/lang"
	"praya/platform/db"
)

const (
	sqlHeads = `select h.head, h.department, h.version, y.year, y.tc, y.en, y.sc from performance_heads h
		join performance_years y on y.realm = h.realm and y.head = h.head where h.realm = $1 order by h.head, y.year`

	sqlHead = `select h.head, h.department, h.version, y.year, y.tc, y.en, y.sc from performance_heads h
		join performance_years y on y.realm = h.realm and y.head = h.head where h.realm = $1 and h.head = $2 order by h.head, y.year`

	sqlHeadsOfYear = `select h.head, h.department, h.version, y.year, y.tc, y.en, y.sc from performance_heads h
		join performance_years y on y.realm = h.realm and y.head = h.head where h.realm = $1 and y.year = $2 order by h.head`

	sqlHeadsNewest = `select h.head, h.department, h.version, y.year, y.tc, y.en, y.sc from performance_heads h
		join performance_years y on y.realm = h.realm and y.head = h.head where h.realm = $1
		and y.year = (select max(z.year) from performance_years z where z.realm = h.realm and z.head = h.head) order by h.head`

	sqlInsertHead = `insert into performance_heads (realm, head, department, version) values ($1, $2, $3, 1)
		on conflict (realm, head) do nothing`

	sqlUpdateHead = `update performance_heads set department = $4, version = version + 1 where realm = $1 and head = $2 and version = $3`

	sqlAnswerMeasures = `update performance_measures set department = $3, version = version + 1 where realm = $1 and head = $2 and department = ''`

	sqlAnswerInitiatives = `update performance_initiatives set department = $3, version = version + 1 where realm = $1 and head = $2 and department = ''`

	yearColumns = `head, year, tc, en, sc, paper, version`

	sqlYears = `select ` + yearColumns + ` from performance_years where realm = $1 and head = $2 order by year`

	sqlInsertYear = `insert into performance_years (realm, head, year, tc, en, sc, paper, version) values ($1, $2, $3, $4, $5, $6, $7, 1)`

	sqlUpdateYear = `update performance_years set tc = $5, en = $6, sc = $7, paper = $8, version = version + 1
		where realm = $1 and head = $2 and year = $3 and version = $4`

	programmeColumns = `head, year, number, tc, en, sc, line, note, note_at, version`

	sqlProgrammes = `select ` + programmeColumns + ` from performance_programmes where realm = $1 and head = $2 order by year, number`

	sqlInsertProgramme = `insert into performance_programmes (realm, head, year, number, tc, en, sc, line, note, note_at, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`

	sqlUpdateProgramme = `update performance_programmes set tc = $6, en = $7, sc = $8, line = $9, note = $10, note_at = $11, version = version + 1
		where realm = $1 and head = $2 and year = $3 and number = $4 and version = $5`

	successionColumns = `id, head, year, number, to_head, to_year, to_number, kind, tc, en, sc, line, decided_by, decided_at, version`

	sqlSuccessions = `select ` + successionColumns + ` from performance_successions
		where realm = $1 and to_head = $2 order by to_year, to_number, id`

	sqlInsertSuccession = `insert into performance_successions (realm, ` + successionColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)`

	sqlDeleteSuccession = `delete from performance_successions where realm = $1 and id = $2`
)

func scanYear(s db.Scanner) (y Year, err error) {
	return y, s.Scan(&y.Head, &y.Year, &y.Name.TC, &y.Name.EN, &y.Name.SC, &y.Paper, &y.Version)
}

// headsBy folds rows of a head and its years: the newest paper names it.
func headsBy(tx *db.Tx, sqlRows string, args ...any) ([]Head, error) {
	type row struct {
		h    Head
		year string
		name lang.Text
	}
	rows, err := db.List(tx, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.h.Number, &r.h.Department, &r.h.Version, &r.year, &r.name.TC, &r.name.EN, &r.name.SC)
	}, sqlRows, args...)
	var out []Head
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].Number != r.h.Number {
			out = append(out, r.h)
		}
		h := &out[len(out)-1]
		h.Years, h.Name = append(h.Years, r.year), r.name
	}
	return out, err
}

func heads(tx *db.Tx) ([]Head, error) { return headsBy(tx, sqlHeads, tx.Realm()) }

// headsOfYear lists the heads that have a paper of a year, by the names that they had in it.
func headsOfYear(tx *db.Tx, year string) ([]Head, error) {
	return headsBy(tx, sqlHeadsOfYear, tx.Realm(), year)
}

// headsNewest lists every head by its newest paper alone.
func headsNewest(tx *db.Tx) ([]Head, error) { return headsBy(tx, sqlHeadsNewest, tx.Realm()) }

func headByNumber(tx *db.Tx, number string) (Head, error) {
	all, err := headsBy(tx, sqlHead, tx.Realm(), number)
	if err == nil && len(all) == 0 {
		return Head{}, notFound("head")
	}
	if err != nil {
		return Head{}, err
	}
	return all[0], nil
}

// addHead knows a head from now on; what is known of it stays.
func addHead(tx *db.Tx, number, department string) error {
	_, err := tx.Exec(sqlInsertHead, tx.Realm(), number, department)
	return err
}

// writeHead says which department answers for a head: for what nobody answered for yet, too.
func writeHead(tx *db.Tx, h Head) error {
	if err := tx.Change(sqlUpdateHead, tx.Realm(), h.Number, h.Version, h.Department); err != nil {
		return err
	}
	for _, sqlAnswer := range []string{sqlAnswerMeasures, sqlAnswerInitiatives} {
		if _, err := tx.Exec(sqlAnswer, tx.Realm(), h.Number, h.Department); err != nil {
			return err
		}
	}
	return nil
}

func years(tx *db.Tx, head string) ([]Year, error) {
	return db.List(tx, scanYear, sqlYears, tx.Realm(), head)
}

func writeYear(tx *db.Tx, y Year) error {
	if y.Version == 0 {
		_, err := tx.Exec(sqlInsertYear, tx.Realm(), y.Head, y.Year, y.Name.TC, y.Name.EN, y.Name.SC, y.Paper)
		return err
	}
	return tx.Change(sqlUpdateYear, tx.Realm(), y.Head, y.Year, y.Version, y.Name.TC, y.Name.EN, y.Name.SC, y.Paper)
}

func scanProgramme(s db.Scanner) (p Programme, err error) {
	return p, s.Scan(&p.Head, &p.Year, &p.Number, &p.Name.TC, &p.Name.EN, &p.Name.SC, &p.Line, &p.Note, &p.NoteLine, &p.Version)
}

func programmes(tx *db.Tx, head string) ([]Programme, error) {
	return db.List(tx, scanProgramme, sqlProgrammes, tx.Realm(), head)
}

func writeProgramme(tx *db.Tx, p Programme) error {
	if p.Version == 0 {
		_, err := tx.Exec(sqlInsertProgramme, tx.Realm(), p.Head, p.Year, p.Number, p.Name.TC, p.Name.EN, p.Name.SC, p.Line, p.Note, p.NoteLine)
		return err
	}
	return tx.Change(sqlUpdateProgramme, tx.Realm(), p.Head, p.Year, p.Number, p.Version, p.Name.TC, p.Name.EN, p.Name.SC, p.Line, p.Note, p.NoteLine)
}

func scanSuccession(s db.Scanner) (x Succession, err error) {
	return x, s.Scan(&x.ID, &x.From.Head, &x.From.Year, &x.From.Number, &x.To.Head, &x.To.Year, &x.To.Number, &x.Kind,
		&x.Reason.TC, &x.Reason.EN, &x.Reason.SC, &x.Line, &x.DecidedBy, &x.DecidedAt, &x.Version)
}

func successions(tx *db.Tx, head string) ([]Succession, error) {
	return db.List(tx, scanSuccession, sqlSuccessions, tx.Realm(), head)
}

func insertSuccession(tx *db.Tx, x Succession) error {
	_, err := tx.Exec(sqlInsertSuccession, tx.Realm(), x.ID, x.From.Head, x.From.Year, x.From.Number, x.To.Head, x.To.Year, x.To.Number,
		string(x.Kind), x.Reason.TC, x.Reason.EN, x.Reason.SC, x.Line, x.DecidedBy, x.DecidedAt)
	return err
}

func deleteSuccession(tx *db.Tx, id string) error {
	_, err := tx.Exec(sqlDeleteSuccession, tx.Realm(), id)
	return err
}

func fromJSON[T any](s string) (v T, err error) {
	if s == "" {
		return v, nil
	}
	return v, json.Unmarshal([]byte(s), &v)
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}
