package governance

import "praya/platform/db"

const (
	systemColumns = `code, tc, en, sc, department, kind, body_tc, body_en, body_sc, page, state, live_from, risk, reason, invented, version`

	sqlSystems = `select ` + systemColumns + ` from performance_governance_systems where realm = $1 order by code`

	sqlSystem = `select ` + systemColumns + ` from performance_governance_systems where realm = $1 and code = $2`

	sqlAddSystem = `insert into performance_governance_systems (realm, ` + systemColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)`

	sqlChangeSystem = `update performance_governance_systems set tc = $4, en = $5, sc = $6, department = $7, kind = $8, body_tc = $9,
		body_en = $10, body_sc = $11, page = $12, state = $13, live_from = $14, risk = $15, reason = $16, version = version + 1
		where realm = $1 and code = $2 and version = $3`

	sqlTouchSystem = `update performance_governance_systems set version = version + 1 where realm = $1 and code = $2 and version = $3`

	sqlSubscriptions = `select id, system, department, from_day, to_day, version from performance_governance_subscriptions
		where realm = $1 and system = $2 order by department, from_day`

	sqlAddSubscription = `insert into performance_governance_subscriptions (realm, id, system, department, from_day, to_day, version)
		values ($1, $2, $3, $4, $5, $6, 1)`

	sqlChangeSubscription = `update performance_governance_subscriptions set from_day = $4, to_day = $5, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlMonths = `select system, month, agreed, available, cost, version from performance_governance_months
		where realm = $1 and system = $2 order by month desc`

	sqlAddMonth = `insert into performance_governance_months (realm, system, month, agreed, available, cost, version)
		values ($1, $2, $3, $4, $5, $6, 1)`

	sqlChangeMonth = `update performance_governance_months set agreed = $5, available = $6, cost = $7, version = version + 1
		where realm = $1 and system = $2 and month = $3 and version = $4`

	sqlIncidents = `select id, system, day, minutes, what from performance_governance_incidents
		where realm = $1 and system = $2 order by day desc, id desc`

	sqlAddIncident = `insert into performance_governance_incidents (realm, id, system, day, minutes, what) values ($1, $2, $3, $4, $5, $6)`

	sqlChecks = `select system, kind, state, evidence, day, version from performance_governance_checks where realm = $1 and system = $2`

	sqlAllChecks = `select system, kind, state, evidence, day, version from performance_governance_checks where realm = $1`

	sqlAddCheck = `insert into performance_governance_checks (realm, system, kind, state, evidence, day, version)
		values ($1, $2, $3, $4, $5, $6, 1)`

	sqlChangeCheck = `update performance_governance_checks set state = $5, evidence = $6, day = $7, version = version + 1
		where realm = $1 and system = $2 and kind = $3 and version = $4`
)

func scanSystem(s db.Scanner) (x System, err error) {
	return x, s.Scan(&x.Code, &x.Name.TC, &x.Name.EN, &x.Name.SC, &x.Department, &x.Kind, &x.Body.TC, &x.Body.EN, &x.Body.SC,
		&x.Page, &x.State, &x.LiveFrom, &x.Risk, &x.Reason, &x.Invented, &x.Version)
}

func systems(tx *db.Tx) ([]System, error) { return db.List(tx, scanSystem, sqlSystems, tx.Realm()) }

func systemByCode(tx *db.Tx, code string) (System, error) {
	return scanSystem(tx.Row(sqlSystem, tx.Realm(), code))
}

func writeSystem(tx *db.Tx, x System) error {
	if x.Version == 0 {
		_, err := tx.Exec(sqlAddSystem, tx.Realm(), x.Code, x.Name.TC, x.Name.EN, x.Name.SC, x.Department, string(x.Kind),
			x.Body.TC, x.Body.EN, x.Body.SC, x.Page, string(x.State), x.LiveFrom, string(x.Risk), x.Reason, x.Invented)
		return err
	}
	return tx.Change(sqlChangeSystem, tx.Realm(), x.Code, x.Version, x.Name.TC, x.Name.EN, x.Name.SC, x.Department, string(x.Kind),
		x.Body.TC, x.Body.EN, x.Body.SC, x.Page, string(x.State), x.LiveFrom, string(x.Risk), x.Reason)
}

// touchSystem makes two who decide about a system at one time meet.
func touchSystem(tx *db.Tx, x System) error {
	return tx.Change(sqlTouchSystem, tx.Realm(), x.Code, x.Version)
}

func scanSubscription(s db.Scanner) (x Subscription, err error) {
	return x, s.Scan(&x.ID, &x.System, &x.Department, &x.From, &x.To, &x.Version)
}

func subscriptions(tx *db.Tx, system string) ([]Subscription, error) {
	return db.List(tx, scanSubscription, sqlSubscriptions, tx.Realm(), system)
}

func writeSubscription(tx *db.Tx, x Subscription) error {
	if x.Version == 0 {
		_, err := tx.Exec(sqlAddSubscription, tx.Realm(), x.ID, x.System, x.Department, x.From, x.To)
		return err
	}
	return tx.Change(sqlChangeSubscription, tx.Realm(), x.ID, x.Version, x.From, x.To)
}

func scanMonth(s db.Scanner) (x Availability, err error) {
	return x, s.Scan(&x.System, &x.Month, &x.AgreedMinutes, &x.AvailableMinutes, &x.CostThousands, &x.Version)
}

func months(tx *db.Tx, system string) ([]Availability, error) {
	return db.List(tx, scanMonth, sqlMonths, tx.Realm(), system)
}

func writeMonth(tx *db.Tx, x Availability) error {
	if x.Version == 0 {
		_, err := tx.Exec(sqlAddMonth, tx.Realm(), x.System, x.Month, x.AgreedMinutes, x.AvailableMinutes, x.CostThousands)
		return err
	}
	return tx.Change(sqlChangeMonth, tx.Realm(), x.System, x.Month, x.Version, x.AgreedMinutes, x.AvailableMinutes, x.CostThousands)
}

func scanIncident(s db.Scanner) (x Incident, err error) {
	return x, s.Scan(&x.ID, &x.System, &x.Day, &x.Minutes, &x.What)
}

func incidents(tx *db.Tx, system string) ([]Incident, error) {
	return db.List(tx, scanIncident, sqlIncidents, tx.Realm(), system)
}

func addIncident(tx *db.Tx, x Incident) error {
	_, err := tx.Exec(sqlAddIncident, tx.Realm(), x.ID, x.System, x.Day, x.Minutes, x.What)
	return err
}

func scanCheck(s db.Scanner) (x Check, err error) {
	return x, s.Scan(&x.System, &x.Kind, &x.State, &x.Evidence, &x.Day, &x.Version)
}

func checksOf(tx *db.Tx, system string) ([]Check, error) {
	return db.List(tx, scanCheck, sqlChecks, tx.Realm(), system)
}

func allChecks(tx *db.Tx) (map[string][]Check, error) {
	all, err := db.List(tx, scanCheck, sqlAllChecks, tx.Realm())
	out := map[string][]Check{}
	for _, c := range all {
		out[c.System] = append(out[c.System], c)
	}
	return out, err
}

func writeCheck(tx *db.Tx, x Check) error {
	if x.Version == 0 {
		_, err := tx.Exec(sqlAddCheck, tx.Realm(), x.System, x.Kind, string(x.State), x.Evidence, x.Day)
		return err
	}
	return tx.Change(sqlChangeCheck, tx.Realm(), x.System, x.Kind, x.Version, string(x.State), x.Evidence, x.Day)
}
