package governance

import "praya/platform/db"

const (
	planColumns = `id, department, kind, tc, en, sc, from_day, to_day, document, filed, withdrawn, invented, version`

	sqlPlans = `select ` + planColumns + ` from performance_governance_plans where realm = $1 order by department, from_day, id`

	sqlPlan = `select ` + planColumns + ` from performance_governance_plans where realm = $1 and id = $2`

	sqlAddPlan = `insert into performance_governance_plans (realm, ` + planColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)`

	sqlWithdrawPlan = `update performance_governance_plans set withdrawn = $4, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	orderColumns = `id, department, reference, title, year, value, outsourced, project, cancelled, invented, version`

	sqlOrders = `select ` + orderColumns + ` from performance_governance_orders
		where realm = $1 and ($2 = '' or year = $2) order by id`

	sqlOrdersOfProject = `select ` + orderColumns + ` from performance_governance_orders
		where realm = $1 and project = $2 and project <> '' order by year desc, reference`

	sqlOrder = `select ` + orderColumns + ` from performance_governance_orders where realm = $1 and id = $2`

	sqlOrderReference = `select ` + orderColumns + ` from performance_governance_orders
		where realm = $1 and department = $2 and reference = $3`

	sqlAddOrder = `insert into performance_governance_orders (realm, ` + orderColumns + `, folded, worth)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13)`

	sqlChangeOrder = `update performance_governance_orders set reference = $4, title = $5, year = $6, value = $7, outsourced = $8,
		project = $9, cancelled = $10, folded = $11, worth = $12, version = version + 1 where realm = $1 and id = $2 and version = $3`
)

func scanPlan(s db.Scanner) (x Plan, err error) {
	return x, s.Scan(&x.ID, &x.Department, &x.Kind, &x.Title.TC, &x.Title.EN, &x.Title.SC, &x.From, &x.To, &x.Document,
		&x.Filed, &x.Withdrawn, &x.Invented, &x.Version)
}

func plans(tx *db.Tx) ([]Plan, error) { return db.List(tx, scanPlan, sqlPlans, tx.Realm()) }

func planByID(tx *db.Tx, id string) (Plan, error) {
	return scanPlan(tx.Row(sqlPlan, tx.Realm(), id))
}

func addPlan(tx *db.Tx, x Plan) error {
	_, err := tx.Exec(sqlAddPlan, tx.Realm(), x.ID, x.Department, string(x.Kind), x.Title.TC, x.Title.EN, x.Title.SC, x.From, x.To,
		x.Document, x.Filed, x.Withdrawn, x.Invented)
	return err
}

func withdrawPlan(tx *db.Tx, x Plan) error {
	return tx.Change(sqlWithdrawPlan, tx.Realm(), x.ID, x.Version, x.Withdrawn)
}

func scanOrder(s db.Scanner) (x Order, err error) {
	return x, s.Scan(&x.ID, &x.Department, &x.Reference, &x.Title, &x.Year, &x.ValueThousands, &x.Outsourced, &x.Project,
		&x.Cancelled, &x.Invented, &x.Version)
}

// orders gives the orders of a financial year, or with an empty one all.
func orders(tx *db.Tx, year string) ([]Order, error) {
	return db.List(tx, scanOrder, sqlOrders, tx.Realm(), year)
}

func ordersOf(tx *db.Tx, project string) ([]Order, error) {
	return db.List(tx, scanOrder, sqlOrdersOfProject, tx.Realm(), project)
}

func orderByID(tx *db.Tx, id string) (Order, error) {
	return scanOrder(tx.Row(sqlOrder, tx.Realm(), id))
}

func orderByReference(tx *db.Tx, department, reference string) (Order, error) {
	return scanOrder(tx.Row(sqlOrderReference, tx.Realm(), department, reference))
}

func writeOrder(tx *db.Tx, x Order) error {
	if x.Version == 0 {
		_, err := tx.Exec(sqlAddOrder, tx.Realm(), x.ID, x.Department, x.Reference, x.Title, x.Year, x.ValueThousands, x.Outsourced,
			x.Project, x.Cancelled, x.Invented, x.folded(), x.worth())
		return err
	}
	return tx.Change(sqlChangeOrder, tx.Realm(), x.ID, x.Version, x.Reference, x.Title, x.Year, x.ValueThousands, x.Outsourced,
		x.Project, x.Cancelled, x.folded(), x.worth())
}
