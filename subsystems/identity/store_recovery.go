package identity

import "praya/platform/db"

const recoveryColumns = `id, account, via, state, begun, ready, version`

const (
	sqlAddRecovery = `insert into identity_recoveries (realm, id, account, via, state, begun, ready, token_hash, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 1)`
	sqlRecovery       = `select ` + recoveryColumns + ` from identity_recoveries where realm = $1 and token_hash = $2`
	sqlRecoveryNamed  = `select ` + recoveryColumns + ` from identity_recoveries where realm = $1 and account = $2 and id = $3`
	sqlRecoveries     = `select ` + recoveryColumns + ` from identity_recoveries where realm = $1 and account = $2 and state = $3 order by id`
	sqlChangeRecovery = `update identity_recoveries set state = $4, version = version + 1 where realm = $1 and id = $2 and version = $3`
)

func scanRecovery(row db.Scanner) (r Recovery, err error) {
	err = row.Scan(&r.ID, &r.Account, &r.Via, &r.State, &r.Begun, &r.Ready, &r.Version)
	return r, err
}

func addRecovery(tx *db.Tx, r Recovery, tokenHash string) error {
	_, err := tx.Exec(sqlAddRecovery, tx.Realm(), r.ID, r.Account, r.Via, r.State, tx.Now(), r.Ready, tokenHash)
	return err
}

func findRecovery(tx *db.Tx, tokenHash string) (Recovery, error) {
	return scanRecovery(tx.Row(sqlRecovery, tx.Realm(), tokenHash))
}

func recoveryNamed(tx *db.Tx, account AccountID, recovery string) (Recovery, error) {
	return scanRecovery(tx.Row(sqlRecoveryNamed, tx.Realm(), account, recovery))
}

// recoveriesOf lists those that wait.
func recoveriesOf(tx *db.Tx, account AccountID) ([]Recovery, error) {
	return db.List(tx, scanRecovery, sqlRecoveries, tx.Realm(), account, recoveryWaits)
}

func changeRecovery(tx *db.Tx, r Recovery) error {
	return tx.Change(sqlChangeRecovery, tx.Realm(), r.ID, r.Version, r.State)
}
