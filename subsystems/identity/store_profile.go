package identity

import "praya/platform/db"

const (
	sqlProfile  = `select field, value, source, verified, changed from identity_profile where realm = $1 and account = $2`
	sqlPutValue = `insert into identity_profile (realm, account, field, value, source, verified, changed) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (realm, account, field) do update set value = excluded.value, source = excluded.source,
			verified = excluded.verified, changed = excluded.changed`
	sqlRemoveValue   = `delete from identity_profile where realm = $1 and account = $2 and field = $3`
	sqlRemoveValues  = `delete from identity_profile where realm = $1 and account = $2`
	sqlForgetHistory = `delete from identity_history where realm = $1 and account = $2`
)

type sealedValue struct {
	Value
	sealed []byte
}

func profileOf(tx *db.Tx, account AccountID) ([]sealedValue, error) {
	return db.List(tx, func(row db.Scanner) (v sealedValue, err error) {
		err = row.Scan(&v.Field, &v.sealed, &v.Source, &v.Verified, &v.Changed)
		return v, err
	}, sqlProfile, tx.Realm(), account)
}

func putValue(tx *db.Tx, account AccountID, v Value, sealed []byte) error {
	_, err := tx.Exec(sqlPutValue, tx.Realm(), account, v.Field, sealed, v.Source, v.Verified, tx.Now())
	return err
}

func removeValue(tx *db.Tx, account AccountID, f Field) error {
	_, err := tx.Exec(sqlRemoveValue, tx.Realm(), account, f)
	return err
}

func removeValues(tx *db.Tx, account AccountID) error {
	_, err := tx.Exec(sqlRemoveValues, tx.Realm(), account)
	return err
}
