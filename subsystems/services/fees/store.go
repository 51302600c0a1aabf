package fees

import (
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// Bills.
const (
	billColumns = `id, reference, case_id, account, department, title, lines, cents, state, made, paid, due, refunded, version`

	sqlBill = `select ` + billColumns + ` from services_fees_bills where realm = $1 and id = $2`

	sqlBillByReference = `select ` + billColumns + ` from services_fees_bills where realm = $1 and reference = $2`

	sqlBillsOfCase = `select ` + billColumns + ` from services_fees_bills where realm = $1 and case_id = $2 and case_id <> '' order by id`

	sqlBillsOfAccount = `select ` + billColumns + ` from services_fees_bills where realm = $1 and account = $2 order by id desc limit $3`

	sqlOpenBillsOfAccount = `select ` + billColumns + ` from services_fees_bills
		where realm = $1 and account = $2 and state in ('due', 'paying') order by id desc limit $3`

	sqlInsertBill = `insert into services_fees_bills
		(realm, id, reference, case_id, account, department, title, lines, cents, state, made, paid, due, refunded, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)`

	sqlUpdateBill = `update services_fees_bills set state = $3, paid = $4, refunded = $5, version = version + 1
		where realm = $1 and id = $2 and version = $6`

	sqlPutDepartment = `insert into services_fees_departments (realm, department) values ($1, $2) on conflict (realm, department) do nothing`

	sqlDepartments = `select department from services_fees_departments where realm = $1 order by department`
)

// Payments.
const (
	paymentColumns = `id, bill, department, provider, cents, state, made, settled, day, version`

	sqlPayment = `select ` + paymentColumns + ` from services_fees_payments where realm = $1 and id = $2`

	sqlPayments = `select ` + paymentColumns + ` from services_fees_payments where realm = $1 and bill = $2 order by id`

	sqlPaymentsOn = `select ` + paymentColumns + ` from services_fees_payments
		where realm = $1 and department = $2 and day = $3 and day <> '' order by id limit $4 offset $5`

	sqlSumOn = `select count(*), cast(coalesce(sum(cents), 0) as bigint) from services_fees_payments
		where realm = $1 and department = $2 and day = $3 and day <> ''`

	sqlMovedOn = `select id, cents from services_fees_payments
		where realm = $1 and department = $2 and day = $3 and day <> '' and provider = $4 and state in ('paid', 'surplus')`

	sqlInsertPayment = `insert into services_fees_payments (realm, id, bill, department, provider, cents, state, made, settled, day, version)
		values ($1, $2, $3, $4, $5, $6, 'open', $7, '', '', 1)`

	sqlUpdatePayment = `update services_fees_payments set state = $3, settled = $4, day = $5, version = version + 1
		where realm = $1 and id = $2 and version = $6`

	sqlLeaveOthers = `update services_fees_payments set state = 'left', version = version + 1
		where realm = $1 and bill = $2 and id <> $3 and state = 'open'`
)

// missing names what is not there.
func missing(err error, key string) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, key)
	}
	return err
}

func scanBill(from db.Scanner) (b Bill, err error) {
	var title, lines string
	err = from.Scan(&b.ID, &b.Reference, &b.Case, &b.Account, &b.Department, &title, &lines, &b.Cents, &b.State, &b.Made, &b.Paid, &b.Due,
		&b.Refunded, &b.Version)
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal([]byte(title), &b.Title); err != nil {
		return b, err
	}
	return b, json.Unmarshal([]byte(lines), &b.Lines)
}

func billByID(tx *db.Tx, bill BillID) (Bill, error) {
	b, err := scanBill(tx.Row(sqlBill, tx.Realm(), bill))
	return b, missing(err, "fees.fault.no-bill")
}

func billByReference(tx *db.Tx, reference string) (Bill, error) {
	b, err := scanBill(tx.Row(sqlBillByReference, tx.Realm(), reference))
	return b, missing(err, "fees.fault.no-bill")
}

func billsOfCase(tx *db.Tx, caseID string) ([]Bill, error) {
	return db.List(tx, scanBill, sqlBillsOfCase, tx.Realm(), caseID)
}

func billsOfAccount(tx *db.Tx, account string, openOnly bool, limit int) ([]Bill, error) {
	if openOnly {
		return db.List(tx, scanBill, sqlOpenBillsOfAccount, tx.Realm(), account, limit)
	}
	return db.List(tx, scanBill, sqlBillsOfAccount, tx.Realm(), account, limit)
}

func insertBill(tx *db.Tx, b Bill) error {
	title, err := json.Marshal(b.Title)
	if err != nil {
		return err
	}
	lines, err := json.Marshal(b.Lines)
	if err != nil {
		return err
	}
	if err := tx.Do(sqlPutDepartment, tx.Realm(), b.Department); err != nil {
		return err
	}
	return tx.Do(sqlInsertBill, tx.Realm(), b.ID, b.Reference, b.Case, b.Account, b.Department, string(title), string(lines), b.Cents, b.State,
		b.Made, b.Paid, b.Due, b.Refunded)
}

func updateBill(tx *db.Tx, b Bill) error {
	return tx.Change(sqlUpdateBill, tx.Realm(), b.ID, b.State, b.Paid, b.Refunded, b.Version)
}

func departments(tx *db.Tx) ([]string, error) {
	return db.List(tx, db.Value[string], sqlDepartments, tx.Realm())
}

func scanPayment(from db.Scanner) (p Payment, err error) {
	return p, from.Scan(&p.ID, &p.Bill, &p.Department, &p.Provider, &p.Cents, &p.State, &p.Made, &p.Settled, &p.Day, &p.Version)
}

func paymentByID(tx *db.Tx, payment PaymentID) (Payment, error) {
	p, err := scanPayment(tx.Row(sqlPayment, tx.Realm(), payment))
	return p, missing(err, "fees.fault.no-payment")
}

func paymentsOf(tx *db.Tx, bill BillID) ([]Payment, error) {
	return db.List(tx, scanPayment, sqlPayments, tx.Realm(), bill)
}

// paymentsOn lists the payments of a day, and their number and sum.
func paymentsOn(tx *db.Tx, department string, day when.Day, limit, offset int) (out []Payment, n int, cents int64, err error) {
	if err = tx.Row(sqlSumOn, tx.Realm(), department, day).Scan(&n, &cents); err != nil {
		return nil, 0, 0, err
	}
	out, err = db.List(tx, scanPayment, sqlPaymentsOn, tx.Realm(), department, day, limit, offset)
	return out, n, cents, err
}

func insertPayment(tx *db.Tx, p Payment) error {
	return tx.Do(sqlInsertPayment, tx.Realm(), p.ID, p.Bill, p.Department, p.Provider, p.Cents, p.Made)
}

func updatePayment(tx *db.Tx, p Payment) error {
	return tx.Change(sqlUpdatePayment, tx.Realm(), p.ID, p.State, p.Settled, p.Day, p.Version)
}

func leaveOthers(tx *db.Tx, p Payment) error {
	return tx.Do(sqlLeaveOthers, tx.Realm(), p.Bill, p.ID)
}

// moved is what moved on a day by our books: payments, and refunds below zero.
func moved(tx *db.Tx, provider, department string, day when.Day) (map[string]int64, error) {
	type entry struct {
		id    string
		cents int64
	}
	scan := func(from db.Scanner) (e entry, err error) { return e, from.Scan(&e.id, &e.cents) }
	payments, err := db.List(tx, scan, sqlMovedOn, tx.Realm(), department, day, provider)
	if err != nil {
		return nil, err
	}
	refunds, err := db.List(tx, scan, sqlRefundedOn, tx.Realm(), department, day, provider)
	out := map[string]int64{}
	for _, e := range append(payments, refunds...) {
		out[e.id] = e.cents
	}
	return out, err
}
