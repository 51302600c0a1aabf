package ledger

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlInsertStamp = `insert into ledger_stamps (realm, origin, size, authority, note, reply, at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (realm, origin, size, authority) do nothing`

	sqlStamp = `select size, authority, note, reply, at from ledger_stamps where realm = $1 and origin = $2 and size = $3 and authority = $4`

	sqlLastStamp = `select size, authority, note, reply, at from ledger_stamps
		where realm = $1 and origin = $2 and authority = $3 order by size desc limit 1`

	sqlStamps = `select size, authority, note, reply, at from ledger_stamps where realm = $1 and origin = $2 order by size desc, authority limit $3`

	// Of each authority the first stamp that covers an entry: the earliest time that it proves.
	sqlFirstStamps = `select s.size, s.authority, s.note, s.reply, s.at
		from ledger_authorities a join ledger_stamps s on s.realm = a.realm and s.origin = $2 and s.authority = a.name
			and s.size = (select min(t.size) from ledger_stamps t where t.realm = a.realm and t.origin = $2 and t.authority = a.name and t.size > $3)
		where a.realm = $1 order by a.name`

	sqlKnowAuthority = `insert into ledger_authorities (realm, name, job, at) values ($1, $2, '', '') on conflict (realm, name) do nothing`

	sqlStampJob = `select job, at from ledger_authorities where realm = $1 and name = $2`

	sqlPutStampJob = `insert into ledger_authorities (realm, name, job, at) values ($1, $2, $3, $4)
		on conflict (realm, name) do update set job = excluded.job, at = excluded.at`
)

// stampRow is an authority's word on a checkpoint.
type stampRow struct {
	size      int64
	authority string
	note      []byte
	reply     []byte
	at        when.Instant
}

func scanStamp(s db.Scanner) (r stampRow, err error) {
	return r, s.Scan(&r.size, &r.authority, &r.note, &r.reply, &r.at)
}

func insertStamp(tx *db.Tx, origin string, r stampRow) error {
	if err := tx.Do(sqlKnowAuthority, tx.Realm(), r.authority); err != nil {
		return err
	}
	return tx.Do(sqlInsertStamp, tx.Realm(), origin, r.size, r.authority, r.note, r.reply, r.at)
}

func findStamp(tx *db.Tx, origin string, size int64, authority string) (stampRow, error) {
	return scanStamp(tx.Row(sqlStamp, tx.Realm(), origin, size, authority))
}

func lastStamp(tx *db.Tx, origin, authority string) (stampRow, error) {
	return scanStamp(tx.Row(sqlLastStamp, tx.Realm(), origin, authority))
}

func newestStamps(tx *db.Tx, origin string, limit int) ([]stampRow, error) {
	return db.List(tx, scanStamp, sqlStamps, tx.Realm(), origin, limit)
}

func firstStamps(tx *db.Tx, origin string, place int64) ([]stampRow, error) {
	return db.List(tx, scanStamp, sqlFirstStamps, tx.Realm(), origin, place)
}

func findStampJob(tx *db.Tx, authority string) (job string, at when.Instant, err error) {
	return job, at, tx.Row(sqlStampJob, tx.Realm(), authority).Scan(&job, &at)
}

func putStampJob(tx *db.Tx, authority, job string) error {
	return tx.Do(sqlPutStampJob, tx.Realm(), authority, job, tx.Now())
}
