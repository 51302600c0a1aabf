package governance

import "praya/platform/db"

const (
	projectColumns = `id, department, reference, tc, en, sc, system, vote, stage, first_start, first_end, first_cost,
		plan_start, plan_end, plan_cost, baselines, started, ended, spent, note, invented, version`

	sqlProjects = `select ` + projectColumns + ` from performance_governance_projects where realm = $1 order by id`

	sqlProject = `select ` + projectColumns + ` from performance_governance_projects where realm = $1 and id = $2`

	sqlProjectReference = `select ` + projectColumns + ` from performance_governance_projects
		where realm = $1 and department = $2 and reference = $3`

	sqlAddProject = `insert into performance_governance_projects (realm, ` + projectColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 1)`

	sqlChangeProject = `update performance_governance_projects set reference = $4, tc = $5, en = $6, sc = $7, system = $8, vote = $9,
		stage = $10, first_start = $11, first_end = $12, first_cost = $13, plan_start = $14, plan_end = $15, plan_cost = $16,
		baselines = $17, started = $18, ended = $19, spent = $20, note = $21, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlBaselines = `select number, start_day, end_day, cost, why, at, actor from performance_governance_baselines
		where realm = $1 and project = $2 order by number`

	sqlDropBaseline = `delete from performance_governance_baselines where realm = $1 and project = $2 and number = $3`

	sqlAddBaseline = `insert into performance_governance_baselines (realm, project, number, start_day, end_day, cost, why, at, actor)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
)

func scanProject(s db.Scanner) (x Project, err error) {
	return x, s.Scan(&x.ID, &x.Department, &x.Reference, &x.Title.TC, &x.Title.EN, &x.Title.SC, &x.System, &x.Vote, &x.Stage,
		&x.First.Start, &x.First.End, &x.First.CostThousands, &x.Planned.Start, &x.Planned.End, &x.Planned.CostThousands,
		&x.Baselines, &x.Started, &x.Ended, &x.SpentThousands, &x.Note, &x.Invented, &x.Version)
}

func projects(tx *db.Tx) ([]Project, error) {
	return db.List(tx, scanProject, sqlProjects, tx.Realm())
}

func projectByID(tx *db.Tx, id string) (Project, error) {
	return scanProject(tx.Row(sqlProject, tx.Realm(), id))
}

func projectByReference(tx *db.Tx, department, reference string) (Project, error) {
	return scanProject(tx.Row(sqlProjectReference, tx.Realm(), department, reference))
}

func writeProject(tx *db.Tx, x Project) error {
	if x.Version == 0 {
		_, err := tx.Exec(sqlAddProject, tx.Realm(), x.ID, x.Department, x.Reference, x.Title.TC, x.Title.EN, x.Title.SC, x.System,
			x.Vote, string(x.Stage), x.First.Start, x.First.End, x.First.CostThousands, x.Planned.Start, x.Planned.End,
			x.Planned.CostThousands, x.Baselines, x.Started, x.Ended, x.SpentThousands, x.Note, x.Invented)
		return err
	}
	return tx.Change(sqlChangeProject, tx.Realm(), x.ID, x.Version, x.Reference, x.Title.TC, x.Title.EN, x.Title.SC, x.System,
		x.Vote, string(x.Stage), x.First.Start, x.First.End, x.First.CostThousands, x.Planned.Start, x.Planned.End,
		x.Planned.CostThousands, x.Baselines, x.Started, x.Ended, x.SpentThousands, x.Note)
}

func scanBaseline(s db.Scanner) (x Baseline, err error) {
	return x, s.Scan(&x.Number, &x.Start, &x.End, &x.CostThousands, &x.Why, &x.At, &x.Actor)
}

func baselines(tx *db.Tx, project string) ([]Baseline, error) {
	return db.List(tx, scanBaseline, sqlBaselines, tx.Realm(), project)
}

// writeBaseline keeps a project's newest baseline. The one of a mere proposal is written anew.
func writeBaseline(tx *db.Tx, by hand, p Project, why string) error {
	if _, err := tx.Exec(sqlDropBaseline, tx.Realm(), p.ID, p.Baselines); err != nil {
		return err
	}
	_, err := tx.Exec(sqlAddBaseline, tx.Realm(), p.ID, p.Baselines, p.Planned.Start, p.Planned.End, p.Planned.CostThousands,
		why, tx.Now(), by.Actor)
	return err
}
