package oidc

import (
	"encoding/hex"

	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealedGrants  = `select id, content from identity_oidc_grants where realm = $1 and id > $2 order by id limit $3`
	sqlResealGrant   = `update identity_oidc_grants set content = $3 where realm = $1 and id = $2`
	sqlSealedDetails = `select hash, details from identity_oidc_tokens where realm = $1 and hash > $2 and length(details) > 0 order by hash limit $3`
	sqlResealDetails = `update identity_oidc_tokens set details = $3 where realm = $1 and hash = $2`
	sqlSealedKeys    = `select id, sealed from identity_oidc_keys where realm = $1 and id > $2 order by id limit $3`
	sqlResealKey     = `update identity_oidc_keys set sealed = $3 where realm = $1 and id = $2`
	// $2 is how the values begin that are sealed with the present key, and $3 its length.
	sqlStale = `select (select count(*) from identity_oidc_grants where realm = $1 and substr(content, 1, $3) <> $2)
		+ (select count(*) from identity_oidc_tokens where realm = $1 and length(details) > 0 and substr(details, 1, $3) <> $2)
		+ (select count(*) from identity_oidc_keys where realm = $1 and substr(sealed, 1, $3) <> $2)`
)

// SealedColumns are what lives longer than the minutes of a request: grants, what tokens
// tell of them, and the private keys.
func (p *Provider) SealedColumns() []sign.Column {
	return []sign.Column{
		{
			Read:  func(tx *db.Tx, after sign.Row) ([]sign.Row, error) { return sealedByID(tx, sqlSealedGrants, after) },
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return place(tx, "identity_oidc_grants", r.ID) },
			Write: func(tx *db.Tx, r sign.Row, sealed []byte) error { return reseal(tx, sqlResealGrant, r.ID, sealed) },
		},
		{Read: sealedDetails, Place: detailsOf, Write: resealDetails},
		{
			Read:  func(tx *db.Tx, after sign.Row) ([]sign.Row, error) { return sealedByID(tx, sqlSealedKeys, after) },
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return keyPlace(tx.Realm(), r.ID) },
			Write: func(tx *db.Tx, r sign.Row, sealed []byte) error { return reseal(tx, sqlResealKey, r.ID, sealed) },
		},
	}
}

// Stale counts what does not begin with the mark of the present key.
func (p *Provider) Stale(tx *db.Tx, mark []byte) (n int64, err error) {
	err = tx.Row(sqlStale, tx.Realm(), mark, len(mark)).Scan(&n)
	return n, err
}

func sealedByID(tx *db.Tx, sqlRows string, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlRows, tx.Realm(), after.ID, sign.Slice)
}

func scanSealed(s db.Scanner) (r sign.Row, err error) {
	err = s.Scan(&r.ID, &r.Sealed)
	return r, err
}

func reseal(tx *db.Tx, sqlSet, id string, sealed []byte) error {
	_, err := tx.Exec(sqlSet, tx.Realm(), id, sealed)
	return err
}

// A token has no id but its hash: a row's id is that in hexadecimal digits.
func sealedDetails(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	last, err := hex.DecodeString(after.ID)
	if err != nil {
		return nil, err
	}
	return db.List(tx, func(s db.Scanner) (r sign.Row, err error) {
		var hash []byte
		err = s.Scan(&hash, &r.Sealed)
		r.ID = hexOf(hash)
		return r, err
	}, sqlSealedDetails, tx.Realm(), last, sign.Slice)
}

func detailsOf(tx *db.Tx, r sign.Row) sign.Place { return place(tx, "identity_oidc_tokens", r.ID) }

func resealDetails(tx *db.Tx, r sign.Row, sealed []byte) error {
	hash, err := hex.DecodeString(r.ID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlResealDetails, tx.Realm(), hash, sealed)
	return err
}
