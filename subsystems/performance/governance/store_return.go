package governance

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	returnColumns = `id, project, department, revision, state, day, on_schedule, in_budget, to_specification, with_benefits,
		schedule_evidence, budget_evidence, specification, benefits, schedule_computed, budget_computed,
		filed_at, filed_by, confirmed_at, confirmed_by, reason, invented, version`

	sqlReturns = `select ` + returnColumns + ` from performance_governance_returns where realm = $1 order by id`

	sqlReturn = `select ` + returnColumns + ` from performance_governance_returns where realm = $1 and id = $2`

	sqlReturnsOfProject = `select ` + returnColumns + ` from performance_governance_returns
		where realm = $1 and project = $2 order by revision desc`

	sqlAddReturn = `insert into performance_governance_returns (realm, ` + returnColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 1)`

	sqlChangeReturn = `update performance_governance_returns set state = $4, confirmed_at = $5, confirmed_by = $6, reason = $7,
		version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlEdition = `select coalesce(max(edition), 0) from performance_governance_compilations where realm = $1 and year = $2`

	sqlAddCompilation = `insert into performance_governance_compilations
		(realm, year, edition, department, returns, on_schedule, in_budget, to_specification, with_benefits, at, actor)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	sqlCompilation = `select department, returns, on_schedule, in_budget, to_specification, with_benefits, at
		from performance_governance_compilations where realm = $1 and year = $2 and edition = $3 order by department`
)

func scanReturn(s db.Scanner) (x Return, err error) {
	return x, s.Scan(&x.ID, &x.Project, &x.Department, &x.Revision, &x.State, &x.Day, &x.OnSchedule, &x.InBudget,
		&x.ToSpecification, &x.WithBenefits, &x.Evidence.Schedule, &x.Evidence.Budget, &x.Evidence.Specification,
		&x.Evidence.Benefits, &x.ScheduleComputed, &x.BudgetComputed, &x.FiledAt, &x.FiledBy, &x.ConfirmedAt, &x.ConfirmedBy,
		&x.Reason, &x.Invented, &x.Version)
}

func returns(tx *db.Tx) ([]Return, error) { return db.List(tx, scanReturn, sqlReturns, tx.Realm()) }

func returnByID(tx *db.Tx, id string) (Return, error) {
	return scanReturn(tx.Row(sqlReturn, tx.Realm(), id))
}

// returnsOf gives the revisions of a project's return, newest first.
func returnsOf(tx *db.Tx, project string) ([]Return, error) {
	return db.List(tx, scanReturn, sqlReturnsOfProject, tx.Realm(), project)
}

func addReturn(tx *db.Tx, x Return) error {
	_, err := tx.Exec(sqlAddReturn, tx.Realm(), x.ID, x.Project, x.Department, x.Revision, string(x.State), x.Day, x.OnSchedule,
		x.InBudget, x.ToSpecification, x.WithBenefits, x.Evidence.Schedule, x.Evidence.Budget, x.Evidence.Specification,
		x.Evidence.Benefits, x.ScheduleComputed, x.BudgetComputed, x.FiledAt, x.FiledBy, x.ConfirmedAt, x.ConfirmedBy, x.Reason, x.Invented)
	return err
}

func changeReturn(tx *db.Tx, x Return) error {
	return tx.Change(sqlChangeReturn, tx.Realm(), x.ID, x.Version, string(x.State), x.ConfirmedAt, x.ConfirmedBy, x.Reason)
}

func lastEdition(tx *db.Tx, year int) (n int, err error) {
	return n, tx.Row(sqlEdition, tx.Realm(), year).Scan(&n)
}

func addCompilation(tx *db.Tx, by hand, year, edition int, department string, r Rates) error {
	_, err := tx.Exec(sqlAddCompilation, tx.Realm(), year, edition, department, r.Returns, r.OnSchedule.Part, r.InBudget.Part,
		r.ToSpecification.Part, r.WithBenefits.Part, tx.Now(), by.Actor)
	return err
}

// compiled is a row of a compilation.
type compiled struct {
	Department string
	Rates
	At when.Instant
}

func scanCompiled(s db.Scanner) (x compiled, err error) {
	err = s.Scan(&x.Department, &x.Returns, &x.OnSchedule.Part, &x.InBudget.Part, &x.ToSpecification.Part, &x.WithBenefits.Part, &x.At)
	x.OnSchedule.Of, x.InBudget.Of, x.ToSpecification.Of, x.WithBenefits.Of = x.Returns, x.Returns, x.Returns, x.Returns
	return x, err
}

func compilation(tx *db.Tx, year, edition int) ([]compiled, error) {
	return db.List(tx, scanCompiled, sqlCompilation, tx.Realm(), year, edition)
}
