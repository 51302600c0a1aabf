package queue

import (
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealedNumbers = `select id, '', number from contact_queue_calls where realm = $1 and id > $2 and length(number) > 0 order by id limit $3`

	sqlResealNumber = `update contact_queue_calls set number = $3 where realm = $1 and id = $2`

	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStaleNumbers = `select count(*) from contact_queue_calls where realm = $1 and length(number) > 0 and substr(number, 1, $3) <> $2`

	// What was erased has an empty index: the rows that are left are found by it.
	sqlForget = `update contact_queue_calls set number = $3, number_index = $3 where realm = $1 and number_index > $3 and arrived < $2
		and state = 'over'`
)

func sealedNumbers(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, func(s db.Scanner) (r sign.Row, err error) { return r, s.Scan(&r.ID, &r.Part, &r.Sealed) }, sqlSealedNumbers, tx.Realm(), after.ID, sign.Slice)
}

func resealNumber(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealNumber, tx.Realm(), r.ID, sealed)
	return err
}

func countStale(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStaleNumbers, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}

// forget erases the numbers of calls that are over and arrived before an instant.
func forget(tx *db.Tx, before when.Instant) (int64, error) {
	return tx.Exec(sqlForget, tx.Realm(), before, []byte{})
}
