package cases

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlCount = `insert into contact_cases_counts (realm, department, month, what, piece, n) values ($1, $2, $3, $4, $5, $6)
		on conflict (realm, department, month, what, piece) do update set n = contact_cases_counts.n + excluded.n`

	sqlCountsBetween = `select department, what, cast(sum(n) as bigint) from contact_cases_counts where realm = $1 and month >= $2 and month <= $3
		group by department, what order by department, what`

	sqlOpenOfDepartmentCount = `select cast(coalesce(sum(n), 0) as bigint) from contact_cases_counts where realm = $1 and department = $2 and month = '' and what = 'open'`

	// Of these only what is late is read, however much is open, and however many cases there ever were.
	sqlLateByDepartment = `select department, count(*) from contact_cases_referrals where realm = $1 and due <= $2
		and state in ('sent', 'accepted', 'interim') group by department order by department`

	sqlLateFresh = `select count(*) from contact_cases_cases where realm = $1 and state = 'new' and refer_due <= $2
		and state in ('new', 'referred', 'escalated', 'replied', 'answered')`
)

// What is counted as it stands, and not by month.
const (
	openReferrals = "open"  // of a department
	openIn        = "open-" // before a state, of the centre
)

// counted is what is counted: of a department or of the centre, in a month or, when it is empty, now.
type counted struct{ department, month, what string }

// pieces is in how many rows a count is cut.
const pieces = 16

// count adds one to what happened this month.
func count(tx *db.Tx, department, what string, of CaseID) error {
	return addCount(tx, counted{department, monthOf(tx.Now().Day()), what}, of, 1)
}

// addCount adds to a count, in the piece of the case by which it changes.
func addCount(tx *db.Tx, x counted, of CaseID, n int64) error {
	_, err := tx.Exec(sqlCount, tx.Realm(), x.department, x.month, x.what, pieceOf(of), n)
	return err
}

func pieceOf(of CaseID) int {
	if of == "" {
		return 0
	}
	return int(of[len(of)-1]) % pieces
}

func monthOf(d when.Day) string { return d.String()[:7] }

// countState follows how many cases are open in each state.
func countState(tx *db.Tx, of CaseID, was, is State) error {
	if was == is {
		return nil
	}
	for _, x := range []struct {
		state State
		n     int64
	}{{was, -1}, {is, 1}} {
		if x.state == "" || !x.state.Open() {
			continue
		}
		if err := addCount(tx, counted{what: openIn + string(x.state)}, of, x.n); err != nil {
			return err
		}
	}
	return nil
}

type countRow struct {
	department, what string
	n                int64
}

// countsBetween are the counts of some months; of the empty one what is open now.
func countsBetween(tx *db.Tx, from, to string) ([]countRow, error) {
	return db.List(tx, func(s db.Scanner) (r countRow, err error) { return r, s.Scan(&r.department, &r.what, &r.n) }, sqlCountsBetween, tx.Realm(), from, to)
}

func openOf(tx *db.Tx, department string) (n int64, err error) {
	err = tx.Row(sqlOpenOfDepartmentCount, tx.Realm(), department).Scan(&n)
	return n, err
}

// late are the open referrals whose promise ran over, by department, and the new cases that should have
// been referred.
func late(tx *db.Tx) (referrals map[string]int64, fresh int64, err error) {
	referrals = map[string]int64{}
	all, err := db.List(tx, func(s db.Scanner) (r countRow, err error) { return r, s.Scan(&r.department, &r.n) }, sqlLateByDepartment, tx.Realm(), tx.Now())
	for _, r := range all {
		referrals[r.department] = r.n
	}
	if err == nil {
		err = tx.Row(sqlLateFresh, tx.Realm(), tx.Now()).Scan(&fresh)
	}
	return referrals, fresh, err
}
