package identity

import "praya/platform/db"

const approvalColumns = `id, account, code, device, state, made, ends, version`

const (
	sqlAddApproval = `insert into identity_approvals (realm, id, account, code, device, state, token_hash, made, ends, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`
	sqlApproval       = `select ` + approvalColumns + ` from identity_approvals where realm = $1 and id = $2`
	sqlApprovalOf     = `select ` + approvalColumns + ` from identity_approvals where realm = $1 and id = $2 and token_hash = $3`
	sqlChangeApproval = `update identity_approvals set state = $4, account = $5, version = version + 1 where realm = $1 and id = $2 and version = $3`
	sqlSweepApprovals = `delete from identity_approvals where ends <= $1`
)

func scanApproval(row db.Scanner) (a Approval, err error) {
	err = row.Scan(&a.ID, &a.Account, &a.Code, &a.Device, &a.State, &a.Made, &a.Ends, &a.Version)
	return a, err
}

func addApproval(tx *db.Tx, a Approval, tokenHash string) error {
	_, err := tx.Exec(sqlAddApproval, tx.Realm(), a.ID, a.Account, a.Code, a.Device, a.State, tokenHash, tx.Now(), a.Ends)
	return err
}

func findApproval(tx *db.Tx, approval string) (Approval, error) {
	return scanApproval(tx.Row(sqlApproval, tx.Realm(), approval))
}

// approvalOf is an approval for the browser that holds its token.
func approvalOf(tx *db.Tx, approval, tokenHash string) (Approval, error) {
	return scanApproval(tx.Row(sqlApprovalOf, tx.Realm(), approval, tokenHash))
}

func changeApproval(tx *db.Tx, a Approval) error {
	return tx.Change(sqlChangeApproval, tx.Realm(), a.ID, a.Version, a.State, a.Account)
}

// sweepApprovals deletes what has ended, of every realm.
func sweepApprovals(tx *db.Tx) (int64, error) { return tx.Exec(sqlSweepApprovals, tx.Now()) }
