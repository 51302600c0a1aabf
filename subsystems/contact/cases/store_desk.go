package cases

import (
	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	isOpen = ` state in ('new', 'referred', 'escalated', 'replied', 'answered')`

	deskFilter = ` and ($3 = '' or kind = $3) and ($4 = '' or channel = $4)`

	sqlDeskByState = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and state = $2 and ` + isOpen + deskFilter + `
		order by refer_due, id limit $5 offset $6`

	sqlDeskByLevel = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and level > 0 and level <= $2` + deskFilter + `
		order by level desc, changed_at, id limit $5 offset $6`

	sqlDeskByHolder = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and holder = $2 and holder <> '' and ` + isOpen + deskFilter + `
		order by id desc limit $5 offset $6`

	sqlDeskAll = `select ` + caseColumns + ` from contact_cases_cases where realm = $1 and opened_at >= $2` + deskFilter + `
		order by opened_at desc, id desc limit $5 offset $6`

	sqlKeys = `select id, name, department, made_at, ended_at from contact_cases_keys where realm = $1 order by id`

	sqlKeyByHash = `select id, name, department, made_at, ended_at from contact_cases_keys where realm = $1 and hash = $2`

	sqlInsertKey = `insert into contact_cases_keys (realm, id, hash, name, department, made_by, made_at, ended_at) values ($1, $2, $3, $4, $5, $6, $7, '')`

	sqlEndKey = `update contact_cases_keys set ended_at = $3 where realm = $1 and id = $2 and ended_at = ''`
)

// desk is which cases a list of the desk shows.
type desk struct {
	view    string // a state, "mine", "level" or "all"
	kind    string
	channel string
	by      string
	level   int
	limit   int
	offset  int
}

func deskCases(tx *db.Tx, d desk) ([]Case, error) {
	switch d.view {
	case "mine":
		return db.List(tx, scanCase, sqlDeskByHolder, tx.Realm(), d.by, d.kind, d.channel, d.limit, d.offset)
	case "level":
		return db.List(tx, scanCase, sqlDeskByLevel, tx.Realm(), d.level, d.kind, d.channel, d.limit, d.offset)
	case "all":
		return db.List(tx, scanCase, sqlDeskAll, tx.Realm(), "", d.kind, d.channel, d.limit, d.offset)
	}
	return db.List(tx, scanCase, sqlDeskByState, tx.Realm(), d.view, d.kind, d.channel, d.limit, d.offset)
}

// APIKey lets a program bring cases by Open311. Only its hash is kept.
type APIKey struct {
	ID         string
	Name       string
	Department string // whose program it is; empty for an app of somebody else's
	MadeAt     when.Instant
	EndedAt    when.Instant
}

func scanKey(s db.Scanner) (k APIKey, err error) {
	return k, s.Scan(&k.ID, &k.Name, &k.Department, &k.MadeAt, &k.EndedAt)
}

func allKeys(tx *db.Tx) ([]APIKey, error) { return db.List(tx, scanKey, sqlKeys, tx.Realm()) }

func keyByHash(tx *db.Tx, hash []byte) (APIKey, error) {
	return scanKey(tx.Row(sqlKeyByHash, tx.Realm(), hash))
}

func insertKey(tx *db.Tx, k APIKey, hash []byte, by string) error {
	_, err := tx.Exec(sqlInsertKey, tx.Realm(), k.ID, hash, k.Name, k.Department, by, k.MadeAt)
	return err
}

func endKey(tx *db.Tx, id string) error {
	n, err := tx.Exec(sqlEndKey, tx.Realm(), id, tx.Now())
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "cases.fault.no-key")
	}
	return err
}
