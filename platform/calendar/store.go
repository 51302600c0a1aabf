package calendar

const (
	sqlPut    = `insert into calendar_days (realm, day, en, tc, sc) values ($1, $2, $3, $4, $5) on conflict (realm, day) do update set en = excluded.en, tc = excluded.tc, sc = excluded.sc`
	sqlRemove = `delete from calendar_days where realm = $1 and day = $2`
	sqlYear   = `select day, en, tc, sc from calendar_days where realm = $1 and day >= $2 and day <= $3 order by day`
	sqlDays   = `select day from calendar_days where realm = $1`
	sqlListed = `insert into calendar_lists (realm, year) values ($1, $2) on conflict (realm, year) do nothing`
	sqlKnown  = `select coalesce(max(day), '') from calendar_days where realm = $1`
)
