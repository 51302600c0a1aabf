package estimates

import (
	"encoding/json"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
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

	sqlFacts = `select body from estimates_facts where realm = $1 and version = $2`

	sqlInsertFacts = `insert into estimates_facts (realm, version, body) values ($1, $2, $3)`

	sqlYearFile = `select document, made_at from estimates_years where realm = $1 and year = $2`

	sqlPutYearFile = `insert into estimates_years (realm, year, document, made_at) values ($1, $2, $3, $4)
		on conflict (realm, year) do update set document = excluded.document, made_at = excluded.made_at`

	sqlChecks = `select body from estimates_checks where realm = $1 and head = $2 and year = $3 and sources = $4`

	sqlPutChecks = `insert into estimates_checks (realm, head, year, sources, body) values ($1, $2, $3, $4, $5)
		on conflict (realm, head, year, sources) do update set body = excluded.body`
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
func insertVersion(tx *db.Tx, v *Version, found []paper.Problem, facts []byte) error {
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
	problems, err := json.Marshal(found)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(sqlInsertVersion, tx.Realm(), v.ID, v.Head, v.Year, v.Source, v.Number,
		v.Title, v.Digest, v.Document, joinLines(v.Numbers), v.File, string(summary), string(problems), v.ImportedAt); err != nil {
		return err
	}
	_, err = tx.Exec(sqlInsertFacts, tx.Realm(), v.ID, facts)
	return err
}

// factsOf reads all facts of a version, in the paper's order.
func factsOf(tx *db.Tx, v Version) ([]paper.Fact, error) {
	var body []byte
	if err := tx.Row(sqlFacts, tx.Realm(), v.ID).Scan(&body); err != nil {
		return nil, err
	}
	return unpack[paper.Fact](body)
}

// NumberedFact is a fact with its place in its version, from 1, for paging.
type NumberedFact struct {
	Seq int
	paper.Fact
}

// factsPage gives at most limit facts of a kind (any, when it is empty) after a place.
func factsPage(tx *db.Tx, v Version, kind string, after, limit int) ([]NumberedFact, error) {
	facts, err := factsOf(tx, v)
	var out []NumberedFact
	for i := after; i < len(facts) && len(out) < limit; i++ {
		if kind == "" || facts[i].Kind == kind {
			out = append(out, NumberedFact{i + 1, facts[i]})
		}
	}
	return out, err
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

func putChecks(tx *db.Tx, head, year, sources string, checks []paper.Check) error {
	body, err := pack(checks)
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlPutChecks, tx.Realm(), head, year, sources, body)
	return err
}

func checksOf(tx *db.Tx, head, year, sources string) ([]paper.Check, error) {
	var body []byte
	err := tx.Row(sqlChecks, tx.Realm(), head, year, sources).Scan(&body)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return unpack[paper.Check](body)
}

func readYearFile(tx *db.Tx, year string) (document string, shows when.Instant, err error) {
	err = tx.Row(sqlYearFile, tx.Realm(), year).Scan(&document, &shows)
	return document, shows, err
}

func putYearFile(tx *db.Tx, year, document string, shows when.Instant) error {
	_, err := tx.Exec(sqlPutYearFile, tx.Realm(), year, document, shows)
	return err
}
