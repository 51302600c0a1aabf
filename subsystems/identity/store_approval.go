package identity

import "praya/platform/db"

const approvalColumns = `id, kind, request, account, code, device, message, state, made, ends, version`

const (
	sqlAddApproval = `insert into identity_approvals (realm, id, kind, request, account, code, device, message, state, token_hash, made, ends, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)`
	sqlApproval       = `select ` + approvalColumns + ` from identity_approvals where realm = $1 and id = $2`
	sqlApprovalOf     = `select ` + approvalColumns + ` from identity_approvals where realm = $1 and id = $2 and token_hash = $3`
	sqlApprovals      = `select ` + approvalColumns + ` from identity_approvals where realm = $1 and account = $2 and state = $3 and ends > $4 order by id desc`
	sqlChangeApproval = `update identity_approvals set state = $4, account = $5, version = version + 1 where realm = $1 and id = $2 and version = $3`
	sqlSweepApprovals = `delete from identity_approvals where ends <= $1`
)

func scanApproval(row db.Scanner) (a Approval, err error) {
	err = row.Scan(&a.ID, &a.Kind, &a.Request, &a.Account, &a.Code, &a.Device, &a.Message, &a.State, &a.Made, &a.Ends, &a.Version)
	return a, err
}

func addApproval(tx *db.Tx, a Approval, tokenHash string) error {
	_, err := tx.Exec(sqlAddApproval, tx.Realm(), a.ID, a.Kind, a.Request, a.Account, a.Code, a.Device, a.Message, a.State, tokenHash, tx.Now(), a.Ends)
	return err
}

func findApproval(tx *db.Tx, approval string) (Approval, error) {
	return scanApproval(tx.Row(sqlApproval, tx.Realm(), approval))
}

// approvalOf is an approval for the browser that holds its token.
func approvalOf(tx *db.Tx, approval, tokenHash string) (Approval, error) {
	return scanApproval(tx.Row(sqlApprovalOf, tx.Realm(), approval, tokenHash))
}

// approvalsOf lists those that wait for an account.
func approvalsOf(tx *db.Tx, account AccountID) ([]Approval, error) {
	return db.List(tx, scanApproval, sqlApprovals, tx.Realm(), account, approvalWaits, tx.Now())
}

func changeApproval(tx *db.Tx, a Approval) error {
	return tx.Change(sqlChangeApproval, tx.Realm(), a.ID, a.Version, a.State, a.Account)
}

// sweepApprovals deletes what has ended, of every realm.
func sweepApprovals(tx *db.Tx) (int64, error) { return tx.Exec(sqlSweepApprovals, tx.Now()) }
