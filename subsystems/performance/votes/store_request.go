package votes

import (
	"praya/platform/db"
)

// Requests, posts and plans.
const (
	requestColumns = `id, head, year, kind, body, reason, asked_by, asked_at, state, decided_by, decided_at, decision, version`

	sqlRequest = `select ` + requestColumns + ` from performance_votes_requests where realm = $1 and id = $2`

	sqlRequests = `select ` + requestColumns + ` from performance_votes_requests
		where realm = $1 and head = $2 and state = $3 order by id desc limit $4`

	sqlRequestsOfYear = `select ` + requestColumns + ` from performance_votes_requests
		where realm = $1 and head = $2 and kind = $3 and year = $4 and state <> 'refused' order by id`

	sqlInsertRequest = `insert into performance_votes_requests
		(realm, id, head, year, kind, body, reason, asked_by, asked_at, state, decided_by, decided_at, decision, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)`

	sqlDecideRequest = `update performance_votes_requests set state = $3, decided_by = $4, decided_at = $5, decision = $6,
		version = version + 1 where realm = $1 and id = $2 and version = $7 and state = 'pending'`

	sqlPosts = `select day, grade, programme, delta, permanent, opening, reason, approval from performance_votes_posts
		where realm = $1 and head = $2 order by day, request, place`

	sqlInsertPost = `insert into performance_votes_posts
		(realm, request, place, head, day, grade, programme, delta, permanent, opening, reason, approval)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

	sqlPlans = `select kind, code, year, month, cents, version from performance_votes_plans
		where realm = $1 and head = $2 and kind = $3 and code = $4 and ($5 = '' or year = $5) order by year, month`

	sqlInsertPlan = `insert into performance_votes_plans (realm, head, kind, code, year, month, cents, version)
		values ($1, $2, $3, $4, $5, $6, $7, 1) on conflict (realm, head, kind, code, year, month) do nothing`

	sqlUpdatePlan = `update performance_votes_plans set cents = $7, version = version + 1
		where realm = $1 and head = $2 and kind = $3 and code = $4 and year = $5 and month = $6 and version = $8`
)

func scanRequest(s db.Scanner) (r Request, err error) {
	var body string
	err = s.Scan(&r.ID, &r.Head, &r.Year, &r.Kind, &body, &r.Reason, &r.By, &r.At, &r.State, &r.Decider, &r.DecidedAt, &r.Decision, &r.Version)
	r.Body = []byte(body)
	return r, err
}

func requestByID(tx *db.Tx, id RequestID) (Request, error) {
	return scanRequest(tx.Row(sqlRequest, tx.Realm(), id))
}

func requestsOf(tx *db.Tx, head string, state State, limit int) ([]Request, error) {
	return db.List(tx, scanRequest, sqlRequests, tx.Realm(), head, state, limit)
}

// requestsOfYear are the requests of a kind and a year that were not refused.
func requestsOfYear(tx *db.Tx, head string, kind RequestKind, year string) ([]Request, error) {
	return db.List(tx, scanRequest, sqlRequestsOfYear, tx.Realm(), head, kind, year)
}

func insertRequest(tx *db.Tx, r Request) error {
	_, err := tx.Exec(sqlInsertRequest, tx.Realm(), r.ID, r.Head, r.Year, r.Kind, string(r.Body), r.Reason, r.By, r.At, r.State,
		r.Decider, r.DecidedAt, r.Decision)
	return err
}

func decideRequest(tx *db.Tx, r Request) error {
	return tx.Change(sqlDecideRequest, tx.Realm(), r.ID, r.State, r.Decider, r.DecidedAt, r.Decision, r.Version)
}

func establishmentOf(tx *db.Tx, head string) (Establishment, error) {
	return db.List(tx, func(s db.Scanner) (c PostChange, err error) {
		return c, s.Scan(&c.Day, &c.Rank, &c.Programme, &c.Delta, &c.Permanent, &c.Opening, &c.Reason, &c.Approval)
	}, sqlPosts, tx.Realm(), head)
}

func insertPosts(tx *db.Tx, r Request, changes []PostChange) error {
	for i, c := range changes {
		_, err := tx.Exec(sqlInsertPost, tx.Realm(), r.ID, i, r.Head, c.Day, c.Rank, c.Programme, c.Delta, c.Permanent, c.Opening, c.Reason, c.Approval)
		if err != nil {
			return err
		}
	}
	return nil
}

// Plan is what is meant to be spent: of a subhead in a month, of an item in a year.
type Plan struct {
	Kind    LineKind `json:"kind"`
	Code    string   `json:"code"`
	Year    string   `json:"year"`
	Month   Month    `json:"month,omitempty"`
	Cents   Cents    `json:"dollars"`
	Version int64    `json:"-"` // 0: new
}

func plansOf(tx *db.Tx, head string, kind LineKind, code, year string) ([]Plan, error) {
	return db.List(tx, func(s db.Scanner) (p Plan, err error) {
		return p, s.Scan(&p.Kind, &p.Code, &p.Year, &p.Month, &p.Cents, &p.Version)
	}, sqlPlans, tx.Realm(), head, kind, code, year)
}

// putPlan writes a plan, or gives Conflict when somebody else wrote it since it was read.
func putPlan(tx *db.Tx, head string, p Plan) error {
	if p.Version > 0 {
		return tx.Change(sqlUpdatePlan, tx.Realm(), head, p.Kind, p.Code, p.Year, p.Month, int64(p.Cents), p.Version)
	}
	return tx.Change(sqlInsertPlan, tx.Realm(), head, p.Kind, p.Code, p.Year, p.Month, int64(p.Cents))
}
