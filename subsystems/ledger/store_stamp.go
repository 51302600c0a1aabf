package ledger

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlInsertStamp = `insert into ledger_stamps (realm, size, authority, note, reply, at) values ($1, $2, $3, $4, $5, $6)
		on conflict (realm, size, authority) do nothing`

	sqlStamp = `select size, authority, note, reply, at from ledger_stamps where realm = $1 and size = $2 and authority = $3`

	sqlLastStamp = `select size, authority, note, reply, at from ledger_stamps
		where realm = $1 and authority = $2 order by size desc limit 1`

	sqlStamps = `select size, authority, note, reply, at from ledger_stamps where realm = $1 order by size desc, authority limit $2`

	// Of each authority the first stamp that covers an entry: the earliest time that it proves.
	sqlFirstStamps = `select s.size, s.authority, s.note, s.reply, s.at
		from ledger_authorities a join ledger_stamps s on s.realm = a.realm and s.authority = a.name
			and s.size = (select min(t.size) from ledger_stamps t where t.realm = a.realm and t.authority = a.name and t.size > $2)
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

func insertStamp(tx *db.Tx, r stampRow) error {
	if _, err := tx.Exec(sqlKnowAuthority, tx.Realm(), r.authority); err != nil {
		return err
	}
	_, err := tx.Exec(sqlInsertStamp, tx.Realm(), r.size, r.authority, r.note, r.reply, r.at)
	return err
}

func findStamp(tx *db.Tx, size int64, authority string) (stampRow, error) {
	return scanStamp(tx.Row(sqlStamp, tx.Realm(), size, authority))
}

func lastStamp(tx *db.Tx, authority string) (stampRow, error) {
	return scanStamp(tx.Row(sqlLastStamp, tx.Realm(), authority))
}

func newestStamps(tx *db.Tx, limit int) ([]stampRow, error) {
	return db.List(tx, scanStamp, sqlStamps, tx.Realm(), limit)
}

func firstStamps(tx *db.Tx, place int64) ([]stampRow, error) {
	return db.List(tx, scanStamp, sqlFirstStamps, tx.Realm(), place)
}

func findStampJob(tx *db.Tx, authority string) (job string, at when.Instant, err error) {
	return job, at, tx.Row(sqlStampJob, tx.Realm(), authority).Scan(&job, &at)
}

func putStampJob(tx *db.Tx, authority, job string) error {
	_, err := tx.Exec(sqlPutStampJob, tx.Realm(), authority, job, tx.Now())
	return err
}
