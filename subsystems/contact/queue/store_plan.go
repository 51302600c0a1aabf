package queue

import (
	"encoding/json"
	"math"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlPlan = `select made_at, made_by, source, settings, version from contact_queue_plans where realm = $1 and day = $2`

	sqlInsertPlan = `insert into contact_queue_plans (realm, day, made_at, made_by, source, settings, version)
		values ($1, $2, $3, $4, $5, $6, 1) on conflict (realm, day) do nothing`

	sqlUpdatePlan = `update contact_queue_plans set made_at = $3, made_by = $4, source = $5, settings = $6, version = version + 1
		where realm = $1 and day = $2 and version = $7`

	sqlPlanQuarters = `select quarter, calls, agents, rostered, share from contact_queue_plan_quarters
		where realm = $1 and day = $2 order by quarter`

	sqlClearQuarters = `delete from contact_queue_plan_quarters where realm = $1 and day = $2`
)

func planOf(tx *db.Tx, d when.Day) (p Plan, err error) {
	p.Day = d
	var settings string
	err = tx.Row(sqlPlan, tx.Realm(), d).Scan(&p.MadeAt, &p.MadeBy, &p.Source, &settings, &p.Version)
	if fault.Is(err, fault.NotFound) {
		return Plan{Day: d}, nil
	}
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(settings), &p.Settings); err != nil {
		return p, err
	}
	p.Quarters, err = db.List(tx, func(r db.Scanner) (q PlanQuarter, err error) {
		var calls, share int64
		err = r.Scan(&q.Quarter, &calls, &q.Agents, &q.Rostered, &share)
		q.Calls, q.InTime = float64(calls)/100, float64(share)/10000
		return q, err
	}, sqlPlanQuarters, tx.Realm(), d)
	return p, err
}

func putPlan(tx *db.Tx, p Plan) error {
	settings, err := p.Settings.stored()
	if err != nil {
		return err
	}
	if p.Version == 0 {
		ok, err := changedOne(tx, sqlInsertPlan, tx.Realm(), p.Day, p.MadeAt, p.MadeBy, p.Source, settings)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "queue.fault.planned")
		}
	} else if err := tx.Change(sqlUpdatePlan, tx.Realm(), p.Day, p.MadeAt, p.MadeBy, p.Source, settings, p.Version); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlClearQuarters, tx.Realm(), p.Day); err != nil {
		return err
	}
	rows := func(yield func([]any) bool) {
		for _, q := range p.Quarters {
			if !yield([]any{string(tx.Realm()), p.Day.String(), q.Quarter, int64(math.Round(q.Calls * 100)), q.Agents, q.Rostered, int64(math.Round(q.InTime * 10000))}) {
				return
			}
		}
	}
	_, err = tx.InsertMany("contact_queue_plan_quarters", []string{"realm", "day", "quarter", "calls", "agents", "rostered", "share"}, rows)
	return err
}
