package identity

import "praya/platform/db"

const (
	sqlSealedProfiles = `select account, account, field, value from identity_profile
		where realm = $1 and (account > $2 or account = $2 and field > $3) order by account, field limit $4`
	sqlSealedPasskeys = `select id, account, '', record from identity_passkeys where realm = $1 and id > $2 order by id limit $3`
	sqlSealedReleases = `select id, account, '', sealed from identity_releases where realm = $1 and id > $2 order by id limit $3`
	sqlSealedLabels   = `select id, account, '', label from identity_passkeys where realm = $1 and id > $2 and length(label) > 0 order by id limit $3`
	sqlResealProfile  = `update identity_profile set value = $4 where realm = $1 and account = $2 and field = $3`
	sqlResealPasskey  = `update identity_passkeys set record = $3, version = version + 1 where realm = $1 and id = $2`
	sqlResealLabel    = `update identity_passkeys set label = $4 where realm = $1 and id = $2 and label = $3`
	sqlResealRelease  = `update identity_releases set sealed = $3 where realm = $1 and id = $2`
)

func scanSealed(row db.Scanner) (r sealedRow, err error) {
	err = row.Scan(&r.ID, &r.Account, &r.Column, &r.Sealed)
	return r, err
}

func sealedProfiles(tx *db.Tx, after sealedRow) ([]sealedRow, error) {
	return db.List(tx, scanSealed, sqlSealedProfiles, tx.Realm(), after.Account, after.Column, slice)
}

func sealedPasskeys(tx *db.Tx, after sealedRow) ([]sealedRow, error) {
	return db.List(tx, scanSealed, sqlSealedPasskeys, tx.Realm(), after.ID, slice)
}

func sealedLabels(tx *db.Tx, after sealedRow) ([]sealedRow, error) {
	return db.List(tx, scanSealed, sqlSealedLabels, tx.Realm(), after.ID, slice)
}

func sealedReleases(tx *db.Tx, after sealedRow) ([]sealedRow, error) {
	return db.List(tx, scanSealed, sqlSealedReleases, tx.Realm(), after.ID, slice)
}

func resealProfile(tx *db.Tx, r sealedRow, sealed []byte) error {
	_, err := tx.Exec(sqlResealProfile, tx.Realm(), r.Account, r.Column, sealed)
	return err
}

func resealPasskey(tx *db.Tx, r sealedRow, sealed []byte) error {
	_, err := tx.Exec(sqlResealPasskey, tx.Realm(), r.ID, sealed)
	return err
}

func resealLabel(tx *db.Tx, r sealedRow, sealed []byte) error {
	_, err := tx.Exec(sqlResealLabel, tx.Realm(), r.ID, r.Sealed, sealed)
	return err
}

func resealRelease(tx *db.Tx, r sealedRow, sealed []byte) error {
	_, err := tx.Exec(sqlResealRelease, tx.Realm(), r.ID, sealed)
	return err
}
