package governance

import "praya/platform/db"

const (
	levelColumns = `id, tc, en, sc, provider, served, agreed, unit, direction, from_day, to_day, invented, version`

	sqlLevels = `select ` + levelColumns + ` from performance_governance_levels where realm = $1 order by id`

	sqlLevel = `select ` + levelColumns + ` from performance_governance_levels where realm = $1 and id = $2`

	sqlAddLevel = `insert into performance_governance_levels (realm, ` + levelColumns + `, busy)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, 0)`

	sqlEndLevel = `update performance_governance_levels set to_day = $4, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlTouchLevel = `update performance_governance_levels set busy = busy + 1 where realm = $1 and id = $2`

	judgementColumns = `level, from_day, to_day, revision, measured, met, evidence, at, actor`

	sqlJudgements = `select ` + judgementColumns + ` from performance_governance_judgements where realm = $1
		order by level, from_day desc, revision desc`

	sqlJudgementsOfLevel = `select ` + judgementColumns + ` from performance_governance_judgements
		where realm = $1 and level = $2 order by from_day desc, revision desc`

	sqlAddJudgement = `insert into performance_governance_judgements (realm, ` + judgementColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	auditColumns = `id, tc, en, sc, department, auditor_tc, auditor_en, auditor_sc, scope_tc, scope_en, scope_sc, from_day, to_day, invented, version`

	sqlAudits = `select ` + auditColumns + ` from performance_governance_audits where realm = $1 order by from_day desc, id desc`

	sqlAudit = `select ` + auditColumns + ` from performance_governance_audits where realm = $1 and id = $2`

	sqlAddAudit = `insert into performance_governance_audits (realm, ` + auditColumns + `, busy)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, 0)`

	sqlTouchAudit = `update performance_governance_audits set busy = busy + 1 where realm = $1 and id = $2`

	findingColumns = `id, audit, number, what_tc, what_en, what_sc, recommendation_tc, recommendation_en, recommendation_sc, owner, due, status, version`

	sqlFindings = `select ` + findingColumns + ` from performance_governance_findings where realm = $1 order by audit, number`

	sqlFindingsOfAudit = `select ` + findingColumns + ` from performance_governance_findings
		where realm = $1 and audit = $2 order by number`

	sqlFinding = `select ` + findingColumns + ` from performance_governance_findings where realm = $1 and id = $2`

	sqlAddFinding = `insert into performance_governance_findings (realm, ` + findingColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)`

	sqlFollowFinding = `update performance_governance_findings set status = $4, version = version + 1
		where realm = $1 and id = $2 and version = $3`
)

func scanLevel(s db.Scanner) (x Level, err error) {
	return x, s.Scan(&x.ID, &x.Service.TC, &x.Service.EN, &x.Service.SC, &x.Provider, &x.User, &x.Agreed, &x.Unit, &x.Direction,
		&x.From, &x.To, &x.Invented, &x.Version)
}

func levels(tx *db.Tx) ([]Level, error) { return db.List(tx, scanLevel, sqlLevels, tx.Realm()) }

func levelByID(tx *db.Tx, id string) (Level, error) {
	return scanLevel(tx.Row(sqlLevel, tx.Realm(), id))
}

func addLevel(tx *db.Tx, x Level) error {
	_, err := tx.Exec(sqlAddLevel, tx.Realm(), x.ID, x.Service.TC, x.Service.EN, x.Service.SC, x.Provider, x.User, x.Agreed,
		string(x.Unit), string(x.Direction), x.From, x.To, x.Invented)
	return err
}

func endLevel(tx *db.Tx, x Level) error {
	return tx.Change(sqlEndLevel, tx.Realm(), x.ID, x.Version, x.To)
}

// touchLevel makes two who judge one level at a time meet.
func touchLevel(tx *db.Tx, id string) error {
	_, err := tx.Exec(sqlTouchLevel, tx.Realm(), id)
	return err
}

func scanJudgement(s db.Scanner) (x Judgement, err error) {
	return x, s.Scan(&x.Level, &x.From, &x.To, &x.Revision, &x.Measured, &x.Met, &x.Evidence, &x.At, &x.Actor)
}

func judgements(tx *db.Tx) ([]Judgement, error) {
	return db.List(tx, scanJudgement, sqlJudgements, tx.Realm())
}

func judgementsOf(tx *db.Tx, level string) ([]Judgement, error) {
	return db.List(tx, scanJudgement, sqlJudgementsOfLevel, tx.Realm(), level)
}

func addJudgement(tx *db.Tx, x Judgement) error {
	_, err := tx.Exec(sqlAddJudgement, tx.Realm(), x.Level, x.From, x.To, x.Revision, x.Measured, x.Met, x.Evidence, x.At, x.Actor)
	return err
}

func scanAudit(s db.Scanner) (x Audit, err error) {
	return x, s.Scan(&x.ID, &x.Service.TC, &x.Service.EN, &x.Service.SC, &x.Department, &x.Auditor.TC, &x.Auditor.EN, &x.Auditor.SC,
		&x.Scope.TC, &x.Scope.EN, &x.Scope.SC, &x.From, &x.To, &x.Invented, &x.Version)
}

func audits(tx *db.Tx) ([]Audit, error) { return db.List(tx, scanAudit, sqlAudits, tx.Realm()) }

func auditByID(tx *db.Tx, id string) (Audit, error) {
	return scanAudit(tx.Row(sqlAudit, tx.Realm(), id))
}

func addAudit(tx *db.Tx, x Audit) error {
	_, err := tx.Exec(sqlAddAudit, tx.Realm(), x.ID, x.Service.TC, x.Service.EN, x.Service.SC, x.Department, x.Auditor.TC,
		x.Auditor.EN, x.Auditor.SC, x.Scope.TC, x.Scope.EN, x.Scope.SC, x.From, x.To, x.Invented)
	return err
}

func touchAudit(tx *db.Tx, id string) error {
	_, err := tx.Exec(sqlTouchAudit, tx.Realm(), id)
	return err
}

func scanFinding(s db.Scanner) (x Finding, err error) {
	return x, s.Scan(&x.ID, &x.Audit, &x.Number, &x.What.TC, &x.What.EN, &x.What.SC, &x.Recommendation.TC, &x.Recommendation.EN,
		&x.Recommendation.SC, &x.Owner, &x.Due, &x.Status, &x.Version)
}

func findings(tx *db.Tx) ([]Finding, error) { return db.List(tx, scanFinding, sqlFindings, tx.Realm()) }

func findingsOf(tx *db.Tx, audit string) ([]Finding, error) {
	return db.List(tx, scanFinding, sqlFindingsOfAudit, tx.Realm(), audit)
}

func findingByID(tx *db.Tx, id string) (Finding, error) {
	return scanFinding(tx.Row(sqlFinding, tx.Realm(), id))
}

func addFinding(tx *db.Tx, x Finding) error {
	_, err := tx.Exec(sqlAddFinding, tx.Realm(), x.ID, x.Audit, x.Number, x.What.TC, x.What.EN, x.What.SC, x.Recommendation.TC,
		x.Recommendation.EN, x.Recommendation.SC, x.Owner, x.Due, string(x.Status))
	return err
}

func followFinding(tx *db.Tx, x Finding) error {
	return tx.Change(sqlFollowFinding, tx.Realm(), x.ID, x.Version, string(x.Status))
}
