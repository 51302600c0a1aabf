package identity

import (
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealedProfiles = `select account, account, field, value from identity_profile
		where realm = $1 and (account > $2 or account = $2 and field > $3) order by account, field limit $4`
	sqlSealedPasskeys = `select id, account, '', record from identity_passkeys where realm = $1 and id > $2 order by id limit $3`
	sqlSealedReleases = `select id, account, '', sealed from identity_releases where realm = $1 and id > $2 order by id limit $3`
	sqlSealedLabels   = `select id, account, '', label from identity_passkeys where realm = $1 and id > $2 and length(label) > 0 order by id limit $3`
	sqlSealedContacts = `select id, owner, '', contact from identity_online where realm = $1 and id > $2 and length(contact) > 0 order by id limit $3`
	sqlResealContact  = `update identity_online set contact = $3 where realm = $1 and id = $2`
	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStale = `select (select count(*) from identity_profile where realm = $1 and substr(value, 1, $3) <> $2)
		+ (select count(*) from identity_passkeys where realm = $1 and substr(record, 1, $3) <> $2)
		+ (select count(*) from identity_passkeys where realm = $1 and length(label) > 0 and substr(label, 1, $3) <> $2)
		+ (select count(*) from identity_releases where realm = $1 and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from identity_notices where realm = $1 and state <> 'withdrawn' and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from identity_notice_browsers where realm = $1 and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from identity_notice_keys where realm = $1 and substr(sealed, 1, $3) <> $2)
		+ (select count(*) from identity_online where realm = $1 and length(contact) > 0 and substr(contact, 1, $3) <> $2)`
	sqlResealProfile = `update identity_profile set value = $4 where realm = $1 and account = $2 and field = $3`
	sqlResealPasskey = `update identity_passkeys set record = $3, version = version + 1 where realm = $1 and id = $2`
	sqlResealLabel   = `update identity_passkeys set label = $4 where realm = $1 and id = $2 and label = $3`
	sqlResealRelease = `update identity_releases set sealed = $3 where realm = $1 and id = $2`
)

func scanSealed(row db.Scanner) (r sign.Row, err error) {
	err = row.Scan(&r.ID, &r.Owner, &r.Part, &r.Sealed)
	return r, err
}

func sealedProfiles(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedProfiles, tx.Realm(), after.Owner, after.Part, sign.Slice)
}

func sealedPasskeys(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedPasskeys, tx.Realm(), after.ID, sign.Slice)
}

func sealedLabels(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedLabels, tx.Realm(), after.ID, sign.Slice)
}

func sealedContacts(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedContacts, tx.Realm(), after.ID, sign.Slice)
}

func resealContact(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealContact, tx.Realm(), r.ID, sealed)
	return err
}

func countStale(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}

func sealedReleases(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedReleases, tx.Realm(), after.ID, sign.Slice)
}

func resealProfile(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealProfile, tx.Realm(), r.Owner, r.Part, sealed)
	return err
}

func resealPasskey(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealPasskey, tx.Realm(), r.ID, sealed)
	return err
}

func resealLabel(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealLabel, tx.Realm(), r.ID, r.Sealed, sealed)
	return err
}

func resealRelease(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealRelease, tx.Realm(), r.ID, sealed)
	return err
}
