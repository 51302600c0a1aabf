package audit

import "praya/platform/db"

const (
	columns = `number, at, kind, actor, request, what, target, outcome, before, hash`

	sqlEnd     = `insert into audit_end (realm, number, hash) values ($1, 0, '') on conflict (realm) do nothing`
	sqlTakeEnd = `update audit_end set number = number + 1 where realm = $1`
	sqlReadEnd = `select number, hash from audit_end where realm = $1`
	sqlMoveEnd = `update audit_end set hash = $2 where realm = $1`

	sqlPage   = `select ` + columns + ` from audit_trail where realm = $1 order by number desc limit $2 offset $3`
	sqlFrom   = `select ` + columns + ` from audit_trail where realm = $1 and number >= $2 order by number limit $3`
	sqlCount  = `select count(*) from audit_trail where realm = $1`
	sqlInsert = `insert into audit_trail (realm, ` + columns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
)

func scan(s db.Scanner) (e Entry, err error) {
	return e, s.Scan(&e.Number, &e.At, &e.Actor.Kind, &e.Actor.ID, &e.Request, &e.What, &e.On, &e.Outcome, &e.Before, &e.Hash)
}

// takeEnd makes the next number ours, and gives the hash of the entry before.
func takeEnd(tx *db.Tx) (number int64, before string, err error) {
	if err := tx.Do(sqlEnd, tx.Realm()); err != nil {
		return 0, "", err
	}
	if err := tx.Do(sqlTakeEnd, tx.Realm()); err != nil {
		return 0, "", err
	}
	err = tx.Row(sqlReadEnd, tx.Realm()).Scan(&number, &before)
	return number, before, err
}

func page(tx *db.Tx, limit, offset int) ([]Entry, error) {
	return db.List(tx, scan, sqlPage, tx.Realm(), limit, offset)
}

func from(tx *db.Tx, number int64, limit int) ([]Entry, error) {
	return db.List(tx, scan, sqlFrom, tx.Realm(), number, limit)
}

func count(tx *db.Tx) (n int, err error) { return n, tx.Row(sqlCount, tx.Realm()).Scan(&n) }

func insert(tx *db.Tx, e Entry) error {
	err := tx.Do(sqlInsert, tx.Realm(), e.Number, e.At, e.Actor.Kind, e.Actor.ID, e.Request,
		e.What, e.On, e.Outcome, e.Before, e.Hash)
	if err != nil {
		return err
	}
	return tx.Do(sqlMoveEnd, tx.Realm(), e.Hash)
}
