package process

import (
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealed = `select id, '', stands from services_process_instances where realm = $1 and id > $2 order by id limit $3`

	// The revision stays: nothing has changed but the key.
	sqlReseal = `update services_process_instances set stands = $3 where realm = $1 and id = $2`

	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStale = `select count(*) from services_process_instances where realm = $1 and substr(stands, 1, $3) <> $2`
)

// Sealed are the columns that are written anew when the ring turns: for whoever refreshes all of
// the services.
func Sealed() []sign.Column {
	return []sign.Column{{
		Read: func(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
			return db.List(tx, func(from db.Scanner) (r sign.Row, err error) {
				return r, from.Scan(&r.ID, &r.Part, &r.Sealed)
			}, sqlSealed, tx.Realm(), after.ID, sign.Slice)
		},
		Place: func(tx *db.Tx, r sign.Row) sign.Place { return placeOf(tx, r.ID) },
		Write: func(tx *db.Tx, r sign.Row, sealed []byte) error {
			return tx.Do(sqlReseal, tx.Realm(), r.ID, sealed)
		},
	}}
}

// Stale counts what is sealed with an older key than the one that a mark is of.
func Stale(tx *db.Tx, mark []byte) (n int64, err error) {
	return n, tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
}
