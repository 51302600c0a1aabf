package governance

import (
	"praya/platform/db"
)

const (
	sqlNextStep = `select coalesce(max(number), 0) + 1 from performance_governance_history where realm = $1 and subject = $2`

	sqlAddStep = `insert into performance_governance_history (realm, subject, number, at, department, actor, what, why)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlSteps = `select at, department, actor, what, why from performance_governance_history
		where realm = $1 and subject = $2 order by number desc`
)

// addStep adds a step. Two at one time are a Conflict for one of them, by the key; on
// PostgreSQL its transaction begins again.
func addStep(tx *db.Tx, subject string, s Step) error {
	var number int64
	if err := tx.Row(sqlNextStep, tx.Realm(), subject).Scan(&number); err != nil {
		return err
	}
	_, err := tx.Exec(sqlAddStep, tx.Realm(), subject, number, s.At, s.Department, s.Actor, s.What, s.Why)
	return err
}

func scanStep(s db.Scanner) (x Step, err error) {
	return x, s.Scan(&x.At, &x.Department, &x.Actor, &x.What, &x.Why)
}

// steps gives a thing's history, newest first.
func steps(tx *db.Tx, subject string) ([]Step, error) {
	return db.List(tx, scanStep, sqlSteps, tx.Realm(), subject)
}
