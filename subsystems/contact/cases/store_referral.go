package cases

import (
	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	referralColumns = `id, case_id, reference, number, chain, department, lead, state, directed, pending, level, late, shared, passed, refused_to,
		sent_at, interim_due, reply_due, interim_at, ended_at, chase_at, draft_by, words, version`

	sqlReferral = `select ` + referralColumns + ` from contact_cases_referrals where realm = $1 and id = $2`

	sqlReferralsOf = `select ` + referralColumns + ` from contact_cases_referrals where realm = $1 and case_id = $2 order by number`

	sqlInsertReferral = `insert into contact_cases_referrals (realm, ` + referralColumns + `, due)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, 1, $25)`

	sqlSaveReferral = `update contact_cases_referrals set lead = $3, state = $4, pending = $5, level = $6, late = $7, shared = $8, passed = $9,
		refused_to = $10, interim_at = $11, ended_at = $12, chase_at = $13, draft_by = $14, words = $15, due = $16, version = version + 1
		where realm = $1 and id = $2`

	sqlOpenOfDepartment = `select ` + referralColumns + ` from contact_cases_referrals where realm = $1 and department = $2
		and state in ('sent', 'accepted', 'interim') order by due, id limit $3 offset $4`

	sqlPastOfDepartment = `select ` + referralColumns + ` from contact_cases_referrals where realm = $1 and department = $2
		and state not in ('sent', 'accepted', 'interim') order by ended_at desc, id desc limit $3`

	sqlReferralsToChase = `select id, case_id from contact_cases_referrals where realm = $1 and chase_at <> '' and chase_at <= $2 order by chase_at limit $3`

	sqlCasesToChase = `select id from contact_cases_cases where realm = $1 and chase_at <> '' and chase_at <= $2 order by chase_at limit $3`

	sqlSettings = `select code, interim, reply, remind, four_eyes, version from contact_cases_departments where realm = $1 and code = $2`

	sqlInsertSettings = `insert into contact_cases_departments (realm, code, interim, reply, remind, four_eyes, version) values ($1, $2, $3, $4, $5, $6, 1)`

	sqlUpdateSettings = `update contact_cases_departments set interim = $3, reply = $4, remind = $5, four_eyes = $6, version = version + 1
		where realm = $1 and code = $2 and version = $7`
)

func scanReferral(s db.Scanner) (r Referral, err error) {
	err = s.Scan(&r.ID, &r.Case, &r.Reference, &r.Number, &r.Chain, &r.Department, &r.Lead, &r.State, &r.Directed, &r.Pending, &r.Level, &r.Late,
		&r.Shared, &r.Passed, &r.RefusedTo, &r.SentAt, &r.InterimDue, &r.ReplyDue, &r.InterimAt, &r.EndedAt, &r.chaseAt, &r.DraftBy, &r.sealed, &r.Version)
	r.wasOpen = r.State.Open()
	return r, err
}

func referralByID(tx *db.Tx, of ReferralID) (Referral, error) {
	r, err := scanReferral(tx.Row(sqlReferral, tx.Realm(), of))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "cases.fault.no-referral")
	}
	return r, err
}

func referralRows(tx *db.Tx, of CaseID) ([]Referral, error) {
	return db.List(tx, scanReferral, sqlReferralsOf, tx.Realm(), of)
}

// dueColumn is the next promise, and nothing when none is open.
func dueColumn(r Referral) when.Instant {
	if r.State.Open() {
		return r.Due()
	}
	return when.Instant{}
}

func insertReferral(tx *db.Tx, r Referral) error {
	_, err := tx.Exec(sqlInsertReferral, tx.Realm(), r.ID, r.Case, r.Reference, r.Number, r.Chain, r.Department, r.Lead, r.State, r.Directed, r.Pending,
		r.Level, r.Late, r.Shared, r.Passed, r.RefusedTo, r.SentAt, r.InterimDue, r.ReplyDue, r.InterimAt, r.EndedAt, r.chaseAt, r.DraftBy, r.sealed,
		dueColumn(r))
	return errorsOf(err, addCount(tx, counted{department: r.Department, what: openReferrals}, r.Case, 1))
}

func updateReferral(tx *db.Tx, r *Referral) error {
	_, err := tx.Exec(sqlSaveReferral, tx.Realm(), r.ID, r.Lead, r.State, r.Pending, r.Level, r.Late, r.Shared, r.Passed, r.RefusedTo, r.InterimAt,
		r.EndedAt, r.chaseAt, r.DraftBy, r.sealed, dueColumn(*r))
	if open := r.State.Open(); err == nil && open != r.wasOpen {
		by := int64(1)
		if !open {
			by = -1
		}
		r.wasOpen, err = open, addCount(tx, counted{department: r.Department, what: openReferrals}, r.Case, by)
	}
	return err
}

// toChase is a referral whose clock has something to say.
type toChase struct {
	id ReferralID
	of CaseID
}

func referralsToChase(tx *db.Tx, limit int) ([]toChase, error) {
	return db.List(tx, func(s db.Scanner) (t toChase, err error) { return t, s.Scan(&t.id, &t.of) }, sqlReferralsToChase, tx.Realm(), tx.Now(), limit)
}

func casesToChase(tx *db.Tx, limit int) ([]CaseID, error) {
	return db.List(tx, db.Value[CaseID], sqlCasesToChase, tx.Realm(), tx.Now(), limit)
}

func scanSettings(s db.Scanner) (x Settings, err error) {
	return x, s.Scan(&x.Department, &x.Interim, &x.Reply, &x.Remind, &x.FourEyes, &x.Version)
}

func settingsOf(tx *db.Tx, department string) (Settings, error) {
	x, err := scanSettings(tx.Row(sqlSettings, tx.Realm(), department))
	if fault.Is(err, fault.NotFound) {
		return usual(department), nil
	}
	return x, err
}

func putSettings(tx *db.Tx, x Settings) error {
	if x.Version == 0 {
		_, err := tx.Exec(sqlInsertSettings, tx.Realm(), x.Department, x.Interim, x.Reply, x.Remind, x.FourEyes)
		return err
	}
	return tx.Change(sqlUpdateSettings, tx.Realm(), x.Department, x.Interim, x.Reply, x.Remind, x.FourEyes, x.Version)
}

func openOfDepartment(tx *db.Tx, department string, limit, offset int) ([]Referral, error) {
	return db.List(tx, scanReferral, sqlOpenOfDepartment, tx.Realm(), department, limit, offset)
}

func pastOfDepartment(tx *db.Tx, department string, limit int) ([]Referral, error) {
	return db.List(tx, scanReferral, sqlPastOfDepartment, tx.Realm(), department, limit)
}
