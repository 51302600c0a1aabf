package governance

import "praya/platform/db"

// The list of orders, which grows without end: found, sorted and cut by the store.
const (
	// ordersNarrowed: realm, year, department, who did it (outsourced, in-house); empty ones ask for
	// nothing. An index has all of it.
	ordersNarrowed = ` from performance_governance_orders where realm = $1 and ($2 = '' or year = $2) and ($3 = '' or department = $3)
		and ($4 = '' or outsourced = ($4 = 'outsourced'))`

	// ordersWorded: which departments' titles the reader sees (codes with a space between, or * for
	// all), and four patterns, the first empty for none.
	ordersWorded = ` and ($6 = '' or (($5 = '*' or ' ' || $5 || ' ' like '% ' || department || ' %') and folded like $6 escape '\'
		and ($7 = '%' or folded like $7 escape '\') and ($8 = '%' or folded like $8 escape '\') and ($9 = '%' or folded like $9 escape '\')))`

	sqlOrdersCount  = `select count(*)` + ordersNarrowed
	sqlOrdersChosen = `select count(*)` + ordersNarrowed + ordersWorded

	// ordersPage is a page of them; a value that is not known stands before nought.
	ordersPage = `select ` + orderColumns + ordersNarrowed + ordersWorded + ` order by `
	ordersCut  = ` limit $10 offset $11`
	ordersTies = `, year desc, department, reference, id` + ordersCut

	sqlOrdersNewest       = ordersPage + `year desc, department, reference` + ordersCut
	sqlOrdersByID         = ordersPage + `id` + ordersCut
	sqlOrdersByIDDown     = ordersPage + `id desc` + ordersCut
	sqlOrdersByOffice     = ordersPage + `department, year desc, reference` + ordersCut
	sqlOrdersByOfficeDown = ordersPage + `department desc, year desc, reference` + ordersCut
	sqlOrdersByYear       = ordersPage + `year, department, reference` + ordersCut
	sqlOrdersByValue      = ordersPage + `worth` + ordersTies
	sqlOrdersByValueDown  = ordersPage + `worth` + ` desc` + ordersTies
	sqlOrdersByDoneBy     = ordersPage + `outsourced` + ordersTies
	sqlOrdersByDoneByDown = ordersPage + `outsourced desc` + ordersTies

	// The values that occur, one after the other through an index: twenty thousand rows have ten years.
	sqlOrderYears = `with recursive found (v) as (select min(year) from performance_governance_orders where realm = $1
		union all select (select min(year) from performance_governance_orders where realm = $1 and year > v) from found where v is not null)
		select v from found where v is not null order by v`

	sqlOrderOffices = `with recursive found (v) as (select min(department) from performance_governance_orders where realm = $1
		union all select (select min(department) from performance_governance_orders where realm = $1 and department > v) from found
		where v is not null) select v from found where v is not null order by v`

	sqlOrdersUnfolded = `select ` + orderColumns + ` from performance_governance_orders where realm = $1 and folded = '' order by id limit 500`
	sqlFoldOrder      = `update performance_governance_orders set folded = $3, worth = $4 where realm = $1 and id = $2`
)

// orderSorts are the statements by what a list is sorted by.
func orderSorts() map[string]string {
	return map[string]string{
		"": sqlOrdersNewest, "order": sqlOrdersByID, "-order": sqlOrdersByIDDown, "department": sqlOrdersByOffice,
		"-department": sqlOrdersByOfficeDown, "year": sqlOrdersByYear, "-year": sqlOrdersNewest, "value_thousands": sqlOrdersByValue,
		"-value_thousands": sqlOrdersByValueDown, "outsourced": sqlOrdersByDoneBy, "-outsourced": sqlOrdersByDoneByDown,
	}
}

// args are the parameters of ordersNarrowed and ordersWorded.
func (q OrderQuery) args(tx *db.Tx) []any {
	p := q.patterns()
	return []any{tx.Realm(), q.Year, q.Department, q.By, q.seen, p[0], p[1], p[2], p[3]}
}

func ordersCount(tx *db.Tx, q OrderQuery) (n int, err error) {
	if args := q.args(tx); args[5] == "" {
		return n, tx.Row(sqlOrdersCount, args[:4]...).Scan(&n)
	}
	return n, tx.Row(sqlOrdersChosen, q.args(tx)...).Scan(&n)
}

func ordersFound(tx *db.Tx, q OrderQuery) ([]Order, error) {
	sqlSorted, known := orderSorts()[q.Sort]
	if !known {
		sqlSorted = sqlOrdersNewest
	}
	return db.List(tx, scanOrder, sqlSorted, append(q.args(tx), q.Limit, q.Offset)...)
}

func orderYears(tx *db.Tx) ([]string, error) {
	return db.List(tx, db.Value[string], sqlOrderYears, tx.Realm())
}

func orderOffices(tx *db.Tx) ([]string, error) {
	return db.List(tx, db.Value[string], sqlOrderOffices, tx.Realm())
}

func ordersUnfolded(tx *db.Tx) ([]Order, error) {
	return db.List(tx, scanOrder, sqlOrdersUnfolded, tx.Realm())
}

func foldOrder(tx *db.Tx, o Order) error {
	_, err := tx.Exec(sqlFoldOrder, tx.Realm(), o.ID, o.folded(), o.worth())
	return err
}
