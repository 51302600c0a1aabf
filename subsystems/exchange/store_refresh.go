package exchange

import (
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealedConsents = `select id, '', subject_id from exchange_consents where realm = $1 and id > $2 order by id limit $3`

	sqlSealedRecords = `select consent, cast(number as text), salt from exchange_records
		where realm = $1 and (consent > $2 or consent = $2 and number > $3) order by consent, number limit $4`

	sqlSealedAccesses = `select id, '', sealed from exchange_accesses where realm = $1 and id > $2 order by id limit $3`

	sqlSealedReports = `select id, part, sealed from (
		select id, 'answer' as part, answer as sealed from exchange_reports where realm = $1 and id >= $2 and length(answer) > 0
		union all select id, 'text', text from exchange_reports where realm = $1 and id >= $2
		) as fields where id > $2 or part > $3 order by id, part limit $4`

	sqlResealAnswer = `update exchange_reports set answer = $3 where realm = $1 and id = $2`

	sqlResealText = `update exchange_reports set text = $3 where realm = $1 and id = $2`

	sqlResealConsent = `update exchange_consents set subject_id = $3 where realm = $1 and id = $2`

	sqlResealRecord = `update exchange_records set salt = $4 where realm = $1 and consent = $2 and number = $3`

	sqlResealAccess = `update exchange_accesses set sealed = $3 where realm = $1 and id = $2`

	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStale = `select (select count(*) from exchange_consents where realm = $1 and substr(subject_id, 1, $3) <> $2)
		+ (select count(*) from exchange_records where realm = $1 and substr(salt, 1, $3) <> $2)
		+ (select count(*) from exchange_accesses where realm = $1 and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from exchange_reports where realm = $1 and substr(text, 1, $3) <> $2)
		+ (select count(*) from exchange_reports where realm = $1 and length(answer) > 0 and substr(answer, 1, $3) <> $2)`
)

func scanSealed(s db.Scanner) (r sign.Row, err error) {
	err = s.Scan(&r.ID, &r.Part, &r.Sealed)
	return r, err
}

func sealedConsents(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedConsents, tx.Realm(), after.ID, sign.Slice)
}

func sealedRecords(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedRecords, tx.Realm(), after.ID, numberOf(after), sign.Slice)
}

func sealedAccesses(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedAccesses, tx.Realm(), after.ID, sign.Slice)
}

// The versions stay: nothing has changed but the key.

func resealConsent(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealConsent, tx.Realm(), r.ID, sealed)
	return err
}

func resealRecord(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealRecord, tx.Realm(), r.ID, numberOf(r), sealed)
	return err
}

func resealAccess(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealAccess, tx.Realm(), r.ID, sealed)
	return err
}

func sealedReports(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedReports, tx.Realm(), after.ID, after.Part, sign.Slice)
}

func resealReport(tx *db.Tx, r sign.Row, sealed []byte) error {
	sqlReseal := map[string]string{"answer": sqlResealAnswer, "text": sqlResealText}[r.Part]
	_, err := tx.Exec(sqlReseal, tx.Realm(), r.ID, sealed)
	return err
}

func countStale(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}
