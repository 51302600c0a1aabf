package jobs

import "praya/platform/db"

const (
	sqlInsert = `insert into jobs_work (id, realm, kind, key, args, state, run_at, attempts, holder, lease_until, done, total, message, failed, created_at, finished_at)
values ($1, $2, $3, $4, $5, 'ready', $6, 0, '', '', 0, 0, '', '', $7, '') on conflict (realm, kind, key) do nothing`
	sqlByKey = partColumns + ` from jobs_work where realm = $1 and kind = $2 and key = $3`
	sqlByID  = partColumns + ` from jobs_work where realm = $1 and id = $2`

	// A look without a write: most looks find nothing.
	sqlWaiting = `select count(*) from (select 1 from jobs_work where kind = $1
	and ((state = 'ready' and run_at <= $2) or (state = 'running' and lease_until < $2)) limit 1) as waiting`

	partTaken     = ` returning id, realm, kind, key, args, attempts`
	partClaimable = `select id from jobs_work where kind = $1 and ((state = 'ready' and run_at <= $2) or (state = 'running' and lease_until < $2)) order by run_at, id limit 1`
	partClaim     = `update jobs_work set state = 'running', holder = $3, lease_until = $4, attempts = attempts + 1 where id in (`

	sqlClaimSQLite     = partClaim + partClaimable + `)` + partTaken
	sqlClaimPostgreSQL = partClaim + partClaimable + ` for update skip locked)` + partTaken

	sqlBeat   = `update jobs_work set lease_until = $3 where id = $1 and holder = $2 and state = 'running'`
	sqlReport = `update jobs_work set done = $3, total = $4, message = $5 where id = $1 and holder = $2 and state = 'running'`
	sqlDone   = `update jobs_work set state = 'done', holder = '', lease_until = '', failed = '', finished_at = $3 where id = $1 and holder = $2 and state = 'running'`
	sqlFail   = `update jobs_work set state = $3, holder = '', lease_until = '', failed = $4, run_at = $5, finished_at = $6 where id = $1 and holder = $2 and state = 'running'`
	sqlGiveUp = `update jobs_work set state = 'ready', holder = '', lease_until = '', attempts = attempts - 1, run_at = $3 where id = $1 and holder = $2 and state = 'running'`

	sqlResume = `update jobs_work set state = 'ready', attempts = 0, run_at = $3, finished_at = '' where realm = $1 and id = $2 and state in ('parked', 'cancelled', 'ready')`
	sqlCancel = `update jobs_work set state = 'cancelled', holder = '', lease_until = '', finished_at = $3 where realm = $1 and id = $2 and state in ('ready', 'running', 'parked')`
	sqlPrune  = `delete from jobs_work where state in ('done', 'cancelled') and finished_at < $1`

	partColumns = `select id, realm, kind, key, args, state, run_at, attempts, done, total, message, failed, created_at, finished_at`
	// Parked first, then what fails, what is late ($2 is the instant before which it
	// should have run), what runs, what waits, and what is over.
	sqlList = partColumns + ` from jobs_work where realm = $1 order by
	case when state = 'parked' then 0 when state = 'ready' and failed <> '' then 1 when state = 'ready' and run_at < $2 then 2
		when state = 'running' then 3 when state = 'ready' then 4 else 5 end,
	case when state in ('done', 'cancelled') then '' else run_at end, finished_at desc, id limit $3 offset $4`
	sqlCounts = `select case when state = 'ready' and failed <> '' then 'failing' when state = 'ready' and run_at < $2 then 'late' else state end as class, count(*)
	from jobs_work where realm = $1 group by 1`
)

// What differs: PostgreSQL's workers skip rows that others are claiming.
func claim() db.PerEngine {
	return db.PerEngine{SQLite: sqlClaimSQLite, PostgreSQL: sqlClaimPostgreSQL}
}
