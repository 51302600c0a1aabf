package estimates

import (
	"encoding/json"
	"strconv"
	"strings"

	"praya/kernel/money"
	"praya/platform/db"
	"praya/subsystems/estimates/internal/paper"
)

const (
	versionColumns = `id, head, year, source, number, latest, title, digest, document, numbers, file, summary, imported_at`

	sqlVersion = `select ` + versionColumns + ` from estimates_versions where realm = $1 and id = $2`

	sqlVersionsOfHeadYear = `select ` + versionColumns + ` from estimates_versions
		where realm = $1 and head = $2 and year = $3 order by source, number desc`

	sqlLatestOfHead = `select ` + versionColumns + ` from estimates_versions
		where realm = $1 and latest and head = $2 order by year, source`

	sqlLatestOfYear = `select ` + versionColumns + ` from estimates_versions
		where realm = $1 and latest and year = $2 order by head, source`

	sqlYears = `select year, count(distinct head) from estimates_versions
		where realm = $1 and latest group by year order by year desc`

	sqlLatestPage = `select ` + versionColumns + ` from estimates_versions
		where realm = $1 and latest and ($2 = '' or year = $2) and ($3 = '' or head = $3)
		order by year desc, head, source limit $4 offset $5`

	sqlLatestCount = `select count(*) from estimates_versions
		where realm = $1 and latest and ($2 = '' or year = $2) and ($3 = '' or head = $3)`

	sqlSupersede = `update estimates_versions set latest = false
		where realm = $1 and head = $2 and year = $3 and source = $4 and latest`

	sqlLastNumber = `select coalesce(max(number), 0) from estimates_versions
		where realm = $1 and head = $2 and year = $3 and source = $4`

	sqlInsertVersion = `insert into estimates_versions
		(realm, id, head, year, source, number, latest, title, digest, document, numbers, file, summary, problems, imported_at)
		values ($1, $2, $3, $4, $5, $6, true, $7, $8, $9, $10, $11, $12, $13, $14)`

	sqlSetSummary = `update estimates_versions set summary = $3 where realm = $1 and id = $2`

	sqlProblems = `select problems from estimates_versions where realm = $1 and id = $2`

	factColumns = `kind, in_table, in_row, in_column, value, unit, raw, line, cell, marks, how,
		from_lines, why, code, name, in_group, total, row_order, seq`

	sqlFacts = `select ` + factColumns + ` from estimates_facts where realm = $1 and version = $2 order by seq`

	sqlFactsPage = `select ` + factColumns + ` from estimates_facts
		where realm = $1 and version = $2 and seq > $3 and ($4 = '' or kind = $4) order by seq limit $5`

	sqlChecks = `select body from estimates_checks
		where realm = $1 and head = $2 and year = $3 and sources = $4 order by seq`

	sqlDeleteChecks = `delete from estimates_checks where realm = $1 and head = $2 and year = $3 and sources = $4`
)

func scanVersion(s db.Scanner) (Version, error) {
	var v Version
	var summary, numbers string
	err := s.Scan(&v.ID, &v.Head, &v.Year, &v.Source, &v.Number, &v.Latest, &v.Title, &v.Digest,
		&v.Document, &numbers, &v.File, &summary, &v.ImportedAt)
	if err != nil {
		return v, err
	}
	if v.Numbers, err = splitLines(numbers); err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(summary), &v.Summary)
}

func versionByID(tx *db.Tx, id VersionID) (Version, error) {
	return scanVersion(tx.Row(sqlVersion, tx.Realm(), id))
}

func versionsOfHeadYear(tx *db.Tx, head, year string) ([]Version, error) {
	return db.List(tx, scanVersion, sqlVersionsOfHeadYear, tx.Realm(), head, year)
}

func latestOfHead(tx *db.Tx, head string) ([]Version, error) {
	return db.List(tx, scanVersion, sqlLatestOfHead, tx.Realm(), head)
}

func latestOfYear(tx *db.Tx, year string) ([]Version, error) {
	return db.List(tx, scanVersion, sqlLatestOfYear, tx.Realm(), year)
}

func latestPage(tx *db.Tx, year, head string, limit, offset int) (all []Version, total int, err error) {
	if err = tx.Row(sqlLatestCount, tx.Realm(), year, head).Scan(&total); err != nil {
		return nil, 0, err
	}
	all, err = db.List(tx, scanVersion, sqlLatestPage, tx.Realm(), year, head, limit, offset)
	return all, total, err
}

func years(tx *db.Tx) ([]Year, error) {
	return db.List(tx, func(s db.Scanner) (y Year, err error) { return y, s.Scan(&y.Year, &y.Heads) }, sqlYears, tx.Realm())
}

// insertVersion makes a version the latest of its source, with its facts.
func insertVersion(tx *db.Tx, v *Version, p *paper.Paper) error {
	if _, err := tx.Exec(sqlSupersede, tx.Realm(), v.Head, v.Year, v.Source); err != nil {
		return err
	}
	if err := tx.Row(sqlLastNumber, tx.Realm(), v.Head, v.Year, v.Source).Scan(&v.Number); err != nil {
		return err
	}
	v.Number++
	v.Latest, v.ImportedAt = true, tx.Now()
	summary, err := json.Marshal(v.Summary)
	if err != nil {
		return err
	}
	problems, err := json.Marshal(p.Problems)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(sqlInsertVersion, tx.Realm(), v.ID, v.Head, v.Year, v.Source, v.Number,
		v.Title, v.Digest, v.Document, joinLines(v.Numbers), v.File, string(summary), string(problems), v.ImportedAt); err != nil {
		return err
	}
	return insertFacts(tx, v.ID, p.Facts)
}

func insertFacts(tx *db.Tx, id VersionID, facts []paper.Fact) error {
	columns := []string{"realm", "version", "seq", "kind", "in_table", "in_row", "in_column", "value", "unit",
		"raw", "line", "cell", "marks", "how", "from_lines", "why", "code", "name", "in_group", "total", "row_order"}
	realm := string(tx.Realm())
	_, err := tx.InsertMany("estimates_facts", columns, func(yield func([]any) bool) {
		for i, f := range facts {
			value := ""
			if f.Value != nil {
				value = f.Value.String()
			}
			if !yield([]any{
				realm, string(id), i + 1, f.Kind, f.Table, f.Row, f.Column, value, f.Unit,
				f.Raw, f.Line, f.Cell, strings.Join(f.Marks, " "), f.How, joinLines(f.From), f.Why,
				f.Code, f.Name, f.Group, f.Total, f.Order,
			}) {
				return
			}
		}
	})
	return err
}

// factsOf reads all facts of a version, in the paper's order.
func factsOf(tx *db.Tx, v Version) ([]paper.Fact, error) {
	return db.List(tx, func(s db.Scanner) (paper.Fact, error) {
		f, _, err := scanFact(s, v)
		return f, err
	}, sqlFacts, tx.Realm(), v.ID)
}

// NumberedFact is a fact with its place in its version, for paging.
type NumberedFact struct {
	Seq int
	paper.Fact
}

func factsPage(tx *db.Tx, v Version, kind string, after, limit int) ([]NumberedFact, error) {
	return db.List(tx, func(s db.Scanner) (NumberedFact, error) {
		f, seq, err := scanFact(s, v)
		return NumberedFact{seq, f}, err
	}, sqlFactsPage, tx.Realm(), v.ID, after, kind, limit)
}

func scanFact(s db.Scanner, v Version) (paper.Fact, int, error) {
	f := paper.Fact{Head: v.Head, Year: v.Year, Source: v.Source}
	var value, marks, from string
	var seq int
	err := s.Scan(&f.Kind, &f.Table, &f.Row, &f.Column, &value, &f.Unit, &f.Raw, &f.Line, &f.Cell,
		&marks, &f.How, &from, &f.Why, &f.Code, &f.Name, &f.Group, &f.Total, &f.Order, &seq)
	if err != nil {
		return f, 0, err
	}
	f.Marks = strings.Fields(marks)
	if f.From, err = splitLines(from); err != nil {
		return f, 0, err
	}
	if value != "" {
		d, err := money.Parse(value)
		if err != nil {
			return f, 0, err
		}
		f.Value = &d
	}
	return f, seq, nil
}

func joinLines(lines []int) string {
	var b strings.Builder
	for i, n := range lines {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

func splitLines(s string) (out []int, err error) {
	for _, n := range strings.Fields(s) {
		line, err := strconv.Atoi(n)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, nil
}

func problemsOf(tx *db.Tx, id VersionID) (problems []paper.Problem, err error) {
	var text string
	if err = tx.Row(sqlProblems, tx.Realm(), id).Scan(&text); err != nil {
		return nil, err
	}
	return problems, json.Unmarshal([]byte(text), &problems)
}

func setSummary(tx *db.Tx, id VersionID, s Summary) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlSetSummary, tx.Realm(), id, string(text))
	return err
}

func replaceChecks(tx *db.Tx, head, year, sources string, checks []paper.Check) error {
	if _, err := tx.Exec(sqlDeleteChecks, tx.Realm(), head, year, sources); err != nil {
		return err
	}
	bodies := make([]string, len(checks))
	for i, c := range checks {
		body, err := json.Marshal(c)
		if err != nil {
			return err
		}
		bodies[i] = string(body)
	}
	realm := string(tx.Realm())
	_, err := tx.InsertMany("estimates_checks", []string{"realm", "head", "year", "sources", "seq", "outcome", "body"},
		func(yield func([]any) bool) {
			for i, c := range checks {
				if !yield([]any{realm, head, year, sources, i + 1, c.Outcome, bodies[i]}) {
					return
				}
			}
		})
	return err
}

func checksOf(tx *db.Tx, head, year, sources string) ([]paper.Check, error) {
	return db.List(tx, func(s db.Scanner) (c paper.Check, err error) {
		var body string
		if err = s.Scan(&body); err != nil {
			return c, err
		}
		return c, json.Unmarshal([]byte(body), &c)
	}, sqlChecks, tx.Realm(), head, year, sources)
}
