package performance

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	initiativeColumns = `id, head, year, programme, part, line, place, printed, tc, en, sc, unprinted, department, post, state, due, review,
		system, fate, fate_why, fate_by, fate_at, version`

	sqlInitiative = `select ` + initiativeColumns + ` from performance_initiatives where realm = $1 and id = $2`

	sqlInitiativesOfPaper = `select ` + initiativeColumns + ` from performance_initiatives
		where realm = $1 and year = $2 and head = $3 order by programme, part, place, id`

	sqlInitiativesOfSystem = `select ` + initiativeColumns + ` from performance_initiatives
		where realm = $1 and system = $2 and system <> '' order by year desc, head, programme, part, place limit 200`

	sqlInitiativesOfCarrier = `select ` + initiativeColumns + ` from performance_initiatives i
		where i.realm = $1 and i.head = $2 and i.id in (select initiative from performance_carriers
		where realm = $1 and kind = $3 and code = $4) order by i.year desc, i.programme, i.part, i.place limit 200`

	sqlInitiativesOfMeasure = `select ` + initiativeColumns + ` from performance_initiatives i
		where i.realm = $1 and i.id in (select initiative from performance_uses where realm = $1 and measure = $2)
		order by i.year desc, i.programme, i.part, i.place limit 200`

	sqlInsertInitiative = `insert into performance_initiatives (realm, ` + initiativeColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 1)`

	sqlUpdateInitiative = `update performance_initiatives set programme = $4, line = $5, place = $6, printed = $7, tc = $8, en = $9, sc = $10,
		unprinted = $11, department = $12, post = $13, state = $14, due = $15, review = $16, system = $17, fate = $18, fate_why = $19,
		fate_by = $20, fate_at = $21, version = version + 1 where realm = $1 and id = $2 and version = $3`

	sqlTally = `insert into performance_tallies (realm, year, head, state, n) values ($1, $2, $3, $4, $5)
		on conflict (realm, year, head, state) do update set n = performance_tallies.n + excluded.n`

	sqlTallies = `select year, head, state, n from performance_tallies where realm = $1 and year = $2 and n > 0 order by head, state`

	sqlTalliesOfHead = `select year, head, state, n from performance_tallies where realm = $1 and head = $2 and n > 0 order by year, state`

	sqlTallyYears = `select distinct year from performance_tallies where realm = $1 order by year desc`

	sqlLate = `select ` + initiativeColumns + ` from performance_initiatives
		where realm = $1 and due <> '' and due < $2 and state in ('planned', 'under-way') and ($3 = '' or head = $3)
		order by due, id limit $4`

	sqlReviews = `select ` + initiativeColumns + ` from performance_initiatives
		where realm = $1 and review <> '' and review <= $2 and state in ('planned', 'under-way') and ($3 = '' or head = $3)
		order by review, id limit $4`

	milestoneColumns = `id, initiative, tc, en, sc, due, done, version`

	sqlMilestones = `select ` + milestoneColumns + ` from performance_milestones where realm = $1 and initiative = $2 order by due, id`

	sqlMilestone = `select ` + milestoneColumns + ` from performance_milestones where realm = $1 and id = $2`

	sqlLateMilestones = `select m.id, m.initiative, m.tc, m.en, m.sc, m.due, m.done, m.version from performance_milestones m
		join performance_initiatives i on i.realm = m.realm and i.id = m.initiative
		where m.realm = $1 and m.done = '' and m.due < $2 and ($3 = '' or i.head = $3) order by m.due, m.id limit $4`

	sqlInsertMilestone = `insert into performance_milestones (realm, ` + milestoneColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, 1)`

	sqlUpdateMilestone = `update performance_milestones set tc = $4, en = $5, sc = $6, due = $7, done = $8, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlEntries = `select id, initiative, kind, text, address, open, at, by_post from performance_entries
		where realm = $1 and initiative = $2 order by at desc, id desc limit 200`

	sqlInsertEntry = `insert into performance_entries (realm, id, initiative, kind, text, address, open, at, by_post)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	sqlCarriers = `select kind, code from performance_carriers where realm = $1 and initiative = $2 order by kind, code`

	sqlAddCarrier = `insert into performance_carriers (realm, initiative, kind, code) values ($1, $2, $3, $4)
		on conflict (realm, initiative, kind, code) do nothing`

	sqlDropCarriers = `delete from performance_carriers where realm = $1 and initiative = $2`
)

func scanInitiative(s db.Scanner) (i Initiative, err error) {
	return i, s.Scan(&i.ID, &i.Head, &i.Year, &i.Programme, &i.Part, &i.Line, &i.Place, &i.Printed, &i.Title.TC, &i.Title.EN, &i.Title.SC,
		&i.Unprinted, &i.Department, &i.Post, &i.State, &i.Due, &i.Review, &i.System, &i.Fate, &i.FateWhy, &i.FateBy, &i.FateAt, &i.Version)
}

func initiative(tx *db.Tx, id InitiativeID) (Initiative, error) {
	i, err := scanInitiative(tx.Row(sqlInitiative, tx.Realm(), string(id)))
	return i, unknown(err, "initiative")
}

func initiativesOfPaper(tx *db.Tx, head, year string) ([]Initiative, error) {
	return db.List(tx, scanInitiative, sqlInitiativesOfPaper, tx.Realm(), year, head)
}

// writeInitiative inserts an initiative of version 0, else changes the one of that version; old
// is how it was, for the board's tally.
func writeInitiative(tx *db.Tx, i, old Initiative) error {
	if i.Version == 0 {
		_, err := tx.Exec(sqlInsertInitiative, tx.Realm(), string(i.ID), i.Head, i.Year, i.Programme, string(i.Part), i.Line, i.Place,
			i.Printed, i.Title.TC, i.Title.EN, i.Title.SC, i.Unprinted, i.Department, i.Post, string(i.State), i.Due, i.Review,
			i.System, string(i.Fate), i.FateWhy, i.FateBy, i.FateAt)
		if err != nil {
			return err
		}
		return tally(tx, i, 1)
	}
	err := tx.Change(sqlUpdateInitiative, tx.Realm(), string(i.ID), i.Version, i.Programme, i.Line, i.Place, i.Printed,
		i.Title.TC, i.Title.EN, i.Title.SC, i.Unprinted, i.Department, i.Post, string(i.State), i.Due, i.Review, i.System,
		string(i.Fate), i.FateWhy, i.FateBy, i.FateAt)
	if err != nil || i.State == old.State {
		return err
	}
	if err := tally(tx, old, -1); err != nil {
		return err
	}
	return tally(tx, i, 1)
}

func tally(tx *db.Tx, i Initiative, n int) error {
	_, err := tx.Exec(sqlTally, tx.Realm(), i.Year, i.Head, string(i.State), n)
	return err
}

// Tally is how many initiatives of a head's paper are in a state.
type Tally struct {
	Year, Head string
	State      State
	Count      int
}

func scanTally(s db.Scanner) (t Tally, err error) {
	return t, s.Scan(&t.Year, &t.Head, &t.State, &t.Count)
}

func tallies(tx *db.Tx, year string) ([]Tally, error) {
	return db.List(tx, scanTally, sqlTallies, tx.Realm(), year)
}

func tallyYears(tx *db.Tx) ([]string, error) {
	return db.List(tx, db.Value[string], sqlTallyYears, tx.Realm())
}

func late(tx *db.Tx, today when.Day, head string, limit int) ([]Initiative, error) {
	return db.List(tx, scanInitiative, sqlLate, tx.Realm(), today, head, limit)
}

func reviews(tx *db.Tx, today when.Day, head string, limit int) ([]Initiative, error) {
	return db.List(tx, scanInitiative, sqlReviews, tx.Realm(), today, head, limit)
}

func scanMilestone(s db.Scanner) (m Milestone, err error) {
	return m, s.Scan(&m.ID, &m.Initiative, &m.Name.TC, &m.Name.EN, &m.Name.SC, &m.Due, &m.Done, &m.Version)
}

func milestones(tx *db.Tx, of InitiativeID) ([]Milestone, error) {
	return db.List(tx, scanMilestone, sqlMilestones, tx.Realm(), string(of))
}

func milestone(tx *db.Tx, id string) (Milestone, error) {
	m, err := scanMilestone(tx.Row(sqlMilestone, tx.Realm(), id))
	return m, unknown(err, "milestone")
}

func lateMilestones(tx *db.Tx, today when.Day, head string, limit int) ([]Milestone, error) {
	return db.List(tx, scanMilestone, sqlLateMilestones, tx.Realm(), today, head, limit)
}

func writeMilestone(tx *db.Tx, m Milestone) error {
	if m.Version == 0 {
		_, err := tx.Exec(sqlInsertMilestone, tx.Realm(), m.ID, string(m.Initiative), m.Name.TC, m.Name.EN, m.Name.SC, m.Due, m.Done)
		return err
	}
	return tx.Change(sqlUpdateMilestone, tx.Realm(), m.ID, m.Version, m.Name.TC, m.Name.EN, m.Name.SC, m.Due, m.Done)
}

func entries(tx *db.Tx, of InitiativeID) ([]Entry, error) {
	return db.List(tx, func(s db.Scanner) (e Entry, err error) {
		return e, s.Scan(&e.ID, &e.Initiative, &e.Kind, &e.Text, &e.Address, &e.Open, &e.At, &e.Post)
	}, sqlEntries, tx.Realm(), string(of))
}

func insertEntry(tx *db.Tx, e Entry) error {
	_, err := tx.Exec(sqlInsertEntry, tx.Realm(), e.ID, string(e.Initiative), e.Kind, e.Text, e.Address, e.Open, e.At, e.Post)
	return err
}

func carriers(tx *db.Tx, of InitiativeID) ([]Carrier, error) {
	return db.List(tx, func(s db.Scanner) (c Carrier, err error) { return c, s.Scan(&c.Kind, &c.Code) }, sqlCarriers, tx.Realm(), string(of))
}

func setCarriers(tx *db.Tx, of InitiativeID, all []Carrier) error {
	if _, err := tx.Exec(sqlDropCarriers, tx.Realm(), string(of)); err != nil {
		return err
	}
	for _, c := range all {
		if _, err := tx.Exec(sqlAddCarrier, tx.Realm(), string(of), c.Kind, c.Code); err != nil {
			return err
		}
	}
	return nil
}
