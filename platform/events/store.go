package events

import "praya/platform/db"

const (
	sqlPublishSQLite     = `insert into events_log (id, subject, realm, at, data) values ($1, $2, $3, $4, $5)`
	sqlPublishPostgreSQL = `insert into events_outbox (id, subject, realm, at, data) values ($1, $2, $3, $4, $5)`

	// 0x65766e74 is "evnt" in ASCII.
	sqlSequencerLockPostgreSQL = `select pg_try_advisory_xact_lock(1702260340)`

	// One statement has one snapshot: what it deletes and what it compares with agree.
	sqlSequencePostgreSQL = `with now as (
	select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as low, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as high
), moved as (
	delete from events_outbox o using now where o.xid < now.low or o.xid >= now.high
	returning o.*, o.xid >= now.high as alien
)
insert into events_log (position, id, subject, realm, at, data)
select (select coalesce(max(position), 0) from events_log) + row_number() over (order by alien desc, xid, seq), id, subject, realm, at, data from moved`

	sqlSettleRead   = `select id, subject, realm, at, data from events_outbox order by xid, seq`
	sqlSettleInsert = `insert into events_log (position, id, subject, realm, at, data) values ($1, $2, $3, $4, $5, $6)`
	sqlSettleClear  = `delete from events_outbox`

	sqlLast       = `select coalesce(max(position), 0) from events_log`
	sqlNext       = `select position, id, subject, realm, at, data from events_log where position > $1 order by position limit $2`
	sqlCursor     = `select position, attempts, failed, again_at from events_cursors where consumer = $1`
	sqlCursorNew  = `insert into events_cursors (consumer, position, attempts, failed, again_at) values ($1, 0, 0, '', '') on conflict (consumer) do nothing`
	sqlCursorMove = `update events_cursors set position = $3, attempts = 0, failed = '', again_at = '' where consumer = $1 and position = $2`
	sqlCursorFail = `update events_cursors set attempts = attempts + 1, failed = $3, again_at = $4 where consumer = $1 and position = $2`
	sqlCursorSkip = `update events_cursors set position = $2, attempts = 0, failed = '', again_at = '' where consumer = $1 and position < $2`
	sqlPrune      = `delete from events_log where at < $1 and position < (select coalesce(max(position), 0) from events_log)
	and position <= (select coalesce(min(position), 0) from events_cursors)`

	sqlConsumerLockPostgreSQL = `select pg_try_advisory_xact_lock(1702260341, hashtext($1))`
)

// What differs: how an order is found among writers.

func publish() db.PerEngine {
	return db.PerEngine{SQLite: sqlPublishSQLite, PostgreSQL: sqlPublishPostgreSQL}
}
