package fees

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlInsertSimulated = `insert into services_fees_simulated
		(realm, id, kind, department, reference, cents, state, at, day, back, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)
		on conflict (realm, id) do nothing`

	sqlSimulated = `select id, kind, department, reference, cents, state, at, day, back, version from services_fees_simulated
		where realm = $1 and id = $2`

	sqlUpdateSimulated = `update services_fees_simulated set state = $3, at = $4, day = $5, version = version + 1
		where realm = $1 and id = $2 and version = $6`

	sqlSimulatedOn = `select id, cents from services_fees_simulated
		where realm = $1 and department = $2 and day = $3 and state = 'paid' order by id`
)

func insertSimulated(tx *db.Tx, r simulated) error {
	return tx.Do(sqlInsertSimulated, tx.Realm(), r.ID, r.Kind, r.Department, r.Reference, r.Cents, r.State, r.At, r.Day, r.Back)
}

func simulatedByID(tx *db.Tx, id string) (r simulated, err error) {
	err = tx.Row(sqlSimulated, tx.Realm(), id).Scan(&r.ID, &r.Kind, &r.Department, &r.Reference, &r.Cents, &r.State, &r.At, &r.Day, &r.Back, &r.Version)
	return r, missing(err, "fees.fault.no-payment")
}

func updateSimulated(tx *db.Tx, r simulated) error {
	return tx.Change(sqlUpdateSimulated, tx.Realm(), r.ID, r.State, r.At, r.Day, r.Version)
}

func simulatedOn(tx *db.Tx, department string, day when.Day) ([]Entry, error) {
	return db.List(tx, func(from db.Scanner) (e Entry, err error) { return e, from.Scan(&e.ID, &e.Cents) }, sqlSimulatedOn, tx.Realm(), department, day)
}
