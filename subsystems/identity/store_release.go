package identity

import "praya/platform/db"

const (
	sqlAddRelease = `insert into identity_releases (realm, id, account, client, form, purpose, fields, sealed, anonymous, at, delivered)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')`
	sqlRelease        = `select id, account, client, form, purpose, fields, sealed, anonymous, at, delivered from identity_releases where realm = $1 and id = $2`
	sqlDeliver        = `update identity_releases set delivered = $3 where realm = $1 and id = $2 and delivered = ''`
	sqlForgetReleases = `delete from identity_releases where realm = $1 and account = $2`
)

func addRelease(tx *db.Tx, r release) error {
	_, err := tx.Exec(sqlAddRelease, tx.Realm(), r.ID, r.Account, r.Client, r.Form, r.Purpose, r.Fields, r.sealed, r.Anonymous, tx.Now())
	return err
}

func findRelease(tx *db.Tx, id string) (r release, err error) {
	err = tx.Row(sqlRelease, tx.Realm(), id).Scan(&r.ID, &r.Account, &r.Client, &r.Form, &r.Purpose, &r.Fields, &r.sealed, &r.Anonymous, &r.At, &r.Delivered)
	return r, err
}

// deliver notes the first reading of a release, and gives NotFound at the second.
func deliver(tx *db.Tx, id string) error {
	return atLeastOne(tx.Exec(sqlDeliver, tx.Realm(), id, tx.Now()))
}

func forgetReleases(tx *db.Tx, account AccountID) error {
	_, err := tx.Exec(sqlForgetReleases, tx.Realm(), account)
	return err
}
