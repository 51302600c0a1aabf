package performance

import (
	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	measureColumns = `id, head, year, programme, kind, place, tc, en, sc, definition_tc, definition_en, definition_sc, numerator, denominator,
		unit, places, period, direction, target, stream, formula, of_line, days, department, post, state, version`

	sqlMeasure = `select ` + measureColumns + ` from performance_measures where realm = $1 and id = $2`

	sqlMeasures = `select ` + measureColumns + ` from performance_measures where realm = $1 and ($2 = '' or head = $2)
		order by head, case programme when '' then 1 else 0 end, programme, kind desc, place, id`

	sqlMeasuresOfInitiative = `select ` + measureColumns + ` from performance_measures m
		where m.realm = $1 and m.id in (select measure from performance_uses where realm = $1 and initiative = $2)
		order by m.kind desc, m.place`

	sqlMeasuresMissing = `select ` + measureColumns + ` from performance_measures m
		where m.realm = $1 and m.state = 'published' and ($2 = '' or m.head = $2) and not exists (select 1 from performance_values v
		where v.realm = m.realm and v.measure = m.id and v.role = 'actual' and v.state = 'confirmed'
		and v.period = case m.period when 'financial' then $3 else $4 end) order by m.head, m.programme, m.place, m.id limit $5`

	sqlMeasuresOfStream = `select ` + measureColumns + ` from performance_measures where realm = $1 and stream = $2`

	sqlInsertMeasure = `insert into performance_measures (realm, ` + measureColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
		$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, 1)`

	sqlUpdateMeasure = `update performance_measures set year = $4, programme = $5, kind = $6, place = $7, tc = $8, en = $9, sc = $10,
		definition_tc = $11, definition_en = $12, definition_sc = $13, numerator = $14, denominator = $15, unit = $16, places = $17,
		period = $18, direction = $19, target = $20, stream = $21, formula = $22, of_line = $23, days = $24, department = $25, post = $26, state = $27,
		version = version + 1 where realm = $1 and id = $2 and version = $3`

	valueColumns = `id, measure, period, role, revision, value, numerator, denominator, how, source, why, state, given_by, given_at,
		decided_by, decided_at, version`

	sqlValues = `select ` + valueColumns + ` from performance_values where realm = $1 and measure = $2 order by period, role, revision`

	sqlValuesOfHead = `select v.id, v.measure, v.period, v.role, v.revision, v.value, v.numerator, v.denominator, v.how, v.source, v.why,
		v.state, v.given_by, v.given_at, v.decided_by, v.decided_at, v.version
		from performance_values v join performance_measures m on m.realm = v.realm and m.id = v.measure
		where v.realm = $1 and m.head = $2 order by v.measure, v.period, v.role, v.revision`

	sqlValue = `select ` + valueColumns + ` from performance_values where realm = $1 and id = $2`

	sqlWaitingValues = `select v.id, v.measure, v.period, v.role, v.revision, v.value, v.numerator, v.denominator, v.how, v.source, v.why,
		v.state, v.given_by, v.given_at, v.decided_by, v.decided_at, v.version
		from performance_values v join performance_measures m on m.realm = v.realm and m.id = v.measure
		where v.realm = $1 and v.state = 'waiting' and m.department = $2 order by v.given_at, v.id limit $3`

	sqlInsertValue = `insert into performance_values (realm, ` + valueColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1)`

	sqlRewriteValue = `update performance_values set value = $3, numerator = $4, denominator = $5, given_at = $6, decided_at = $6, version = version + 1
		where realm = $1 and id = $2`

	sqlDecideValue = `update performance_values set state = $4, decided_by = $5, decided_at = $6, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlUse = `insert into performance_uses (realm, initiative, measure) values ($1, $2, $3) on conflict (realm, initiative, measure) do nothing`

	sqlDropUses = `delete from performance_uses where realm = $1 and initiative = $2`

	caseColumns = `stream, id, whose, day, until, good, amount, path`

	sqlPutCase = `insert into performance_cases (realm, ` + caseColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (realm, stream, id) do update set whose = excluded.whose, day = excluded.day, until = excluded.until, good = excluded.good,
		amount = excluded.amount, path = excluded.path`

	sqlCaseDay = `select day from performance_cases where realm = $1 and stream = $2 and id = $3`

	sqlDropCase = `delete from performance_cases where realm = $1 and stream = $2 and id = $3`

	sqlCases = `select ` + caseColumns + ` from performance_cases where realm = $1 and stream = $2 and day >= $3 and day <= $4
		order by day, id limit $5`
)

func amountText(d *money.Decimal) string {
	if d == nil {
		return ""
	}
	return d.String()
}

func amountOf(s string) (*money.Decimal, error) {
	if s == "" {
		return nil, nil //nolint:nilnil // no amount is no error
	}
	d, err := money.Parse(s)
	return &d, err
}

func scanMeasure(s db.Scanner) (m Measure, err error) {
	var target string
	if err = s.Scan(&m.ID, &m.Head, &m.Year, &m.Programme, &m.Kind, &m.Place, &m.Name.TC, &m.Name.EN, &m.Name.SC,
		&m.Definition.TC, &m.Definition.EN, &m.Definition.SC, &m.Numerator, &m.Denominator, &m.Unit, &m.Places, &m.Period, &m.Direction,
		&target, &m.Stream, &m.Formula, &m.Line, &m.Days, &m.Department, &m.Post, &m.State, &m.Version); err != nil {
		return m, err
	}
	m.Target, err = amountOf(target)
	return m, err
}

func measure(tx *db.Tx, id MeasureID) (Measure, error) {
	m, err := scanMeasure(tx.Row(sqlMeasure, tx.Realm(), string(id)))
	return m, unknown(err, "measure")
}

// measures lists a head's measures, or all for an empty head.
func measures(tx *db.Tx, head string) ([]Measure, error) {
	return db.List(tx, scanMeasure, sqlMeasures, tx.Realm(), head)
}

func measuresOfInitiative(tx *db.Tx, of InitiativeID) ([]Measure, error) {
	return db.List(tx, scanMeasure, sqlMeasuresOfInitiative, tx.Realm(), string(of))
}

// measuresMissing lists published measures without a confirmed result of the last period.
func measuresMissing(tx *db.Tx, head, financial, calendar string, limit int) ([]Measure, error) {
	return db.List(tx, scanMeasure, sqlMeasuresMissing, tx.Realm(), head, financial, calendar, limit)
}

func measuresOfStream(tx *db.Tx, stream string) ([]Measure, error) {
	return db.List(tx, scanMeasure, sqlMeasuresOfStream, tx.Realm(), stream)
}

func writeMeasure(tx *db.Tx, m Measure) error {
	if m.Version == 0 {
		_, err := tx.Exec(sqlInsertMeasure, tx.Realm(), string(m.ID), m.Head, m.Year, m.Programme, string(m.Kind), m.Place,
			m.Name.TC, m.Name.EN, m.Name.SC, m.Definition.TC, m.Definition.EN, m.Definition.SC, m.Numerator, m.Denominator, m.Unit, m.Places,
			string(m.Period), string(m.Direction), amountText(m.Target), m.Stream, string(m.Formula), m.Line, m.Days, m.Department, m.Post, string(m.State))
		return err
	}
	return tx.Change(sqlUpdateMeasure, tx.Realm(), string(m.ID), m.Version, m.Year, m.Programme, string(m.Kind), m.Place,
		m.Name.TC, m.Name.EN, m.Name.SC, m.Definition.TC, m.Definition.EN, m.Definition.SC, m.Numerator, m.Denominator, m.Unit, m.Places,
		string(m.Period), string(m.Direction), amountText(m.Target), m.Stream, string(m.Formula), m.Line, m.Days, m.Department, m.Post, string(m.State))
}

func scanValue(s db.Scanner) (v Value, err error) {
	var value, numerator, denominator string
	if err = s.Scan(&v.ID, &v.Measure, &v.Period, &v.Role, &v.Revision, &value, &numerator, &denominator, &v.How, &v.Source, &v.Why,
		&v.State, &v.GivenBy, &v.GivenAt, &v.DecidedBy, &v.DecidedAt, &v.Version); err != nil {
		return v, err
	}
	if v.Value, err = money.Parse(value); err != nil {
		return v, err
	}
	if v.Numerator, err = amountOf(numerator); err != nil {
		return v, err
	}
	v.Denominator, err = amountOf(denominator)
	return v, err
}

func values(tx *db.Tx, of MeasureID) ([]Value, error) {
	return db.List(tx, scanValue, sqlValues, tx.Realm(), string(of))
}

// valuesOfHead gives all values of a head's measures, by measure.
func valuesOfHead(tx *db.Tx, head string) (map[MeasureID][]Value, error) {
	all, err := db.List(tx, scanValue, sqlValuesOfHead, tx.Realm(), head)
	out := map[MeasureID][]Value{}
	for _, v := range all {
		out[v.Measure] = append(out[v.Measure], v)
	}
	return out, err
}

func value(tx *db.Tx, id string) (Value, error) {
	v, err := scanValue(tx.Row(sqlValue, tx.Realm(), id))
	return v, unknown(err, "value")
}

func waitingValues(tx *db.Tx, department string, limit int) ([]Value, error) {
	return db.List(tx, scanValue, sqlWaitingValues, tx.Realm(), department, limit)
}

func insertValue(tx *db.Tx, v Value) error {
	_, err := tx.Exec(sqlInsertValue, tx.Realm(), v.ID, string(v.Measure), v.Period, string(v.Role), v.Revision, v.Value.String(),
		amountText(v.Numerator), amountText(v.Denominator), string(v.How), v.Source, v.Why, string(v.State), v.GivenBy, v.GivenAt,
		v.DecidedBy, v.DecidedAt)
	return err
}

// rewriteValue writes over what was computed earlier on the same day.
func rewriteValue(tx *db.Tx, id string, v Value) error {
	_, err := tx.Exec(sqlRewriteValue, tx.Realm(), id, v.Value.String(), amountText(v.Numerator), amountText(v.Denominator), v.GivenAt)
	return err
}

func decideValue(tx *db.Tx, v Value) error {
	return tx.Change(sqlDecideValue, tx.Realm(), v.ID, v.Version, string(v.State), v.DecidedBy, v.DecidedAt)
}

func use(tx *db.Tx, i InitiativeID, m MeasureID) error {
	_, err := tx.Exec(sqlUse, tx.Realm(), string(i), string(m))
	return err
}

func setUses(tx *db.Tx, i InitiativeID, all []MeasureID) error {
	if _, err := tx.Exec(sqlDropUses, tx.Realm(), string(i)); err != nil {
		return err
	}
	for _, m := range all {
		if err := use(tx, i, m); err != nil {
			return err
		}
	}
	return nil
}

func putCase(tx *db.Tx, c Case) error {
	_, err := tx.Exec(sqlPutCase, tx.Realm(), c.Stream, c.ID, c.Whose, c.Day, c.Until, c.Good, c.Amount.String(), c.Path)
	return err
}

// dropCase takes a case out, and gives the day on which it counted; known is false where it never did.
func dropCase(tx *db.Tx, stream, id string) (day when.Day, known bool, err error) {
	err = tx.Row(sqlCaseDay, tx.Realm(), stream, id).Scan(&day)
	if fault.Is(err, fault.NotFound) {
		return day, false, nil
	}
	if err != nil {
		return day, false, err
	}
	_, err = tx.Exec(sqlDropCase, tx.Realm(), stream, id)
	return day, true, err
}

func cases(tx *db.Tx, stream string, from, to when.Day, limit int) ([]Case, error) {
	return db.List(tx, func(s db.Scanner) (c Case, err error) {
		var amount string
		if err = s.Scan(&c.Stream, &c.ID, &c.Whose, &c.Day, &c.Until, &c.Good, &amount, &c.Path); err != nil {
			return c, err
		}
		c.Amount, err = money.Parse(amount)
		return c, err
	}, sqlCases, tx.Realm(), stream, from, to, limit)
}
