package contact

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	recordingColumns = `id, call, kind, agent, address, seconds, made`

	sqlAddRecording = `insert into contact_recordings (realm, id, call, kind, agent, address, seconds, made) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (realm, id) do nothing`

	sqlRecording = `select ` + recordingColumns + ` from contact_recordings where realm = $1 and id = $2`

	sqlRecordingsOfCall = `select ` + recordingColumns + ` from contact_recordings where realm = $1 and call = $2 order by made`

	sqlOldRecordings = `select ` + recordingColumns + ` from contact_recordings where realm = $1 and made < $2 order by made limit $3`

	sqlForgetRecording = `delete from contact_recordings where realm = $1 and id = $2`

	sqlPutPhone = `insert into contact_phones (realm, name, account, sealed, made) values ($1, $2, $3, $4, $5)
		on conflict (realm, account) do update set name = excluded.name, sealed = excluded.sealed, made = excluded.made`

	sqlPhone = `select account, sealed from contact_phones where realm = $1 and name = $2`

	sqlPhoneOf = `select name, made from contact_phones where realm = $1 and account = $2`

	sqlForgetPhone = `delete from contact_phones where realm = $1 and account = $2`
)

// Recording is a conversation or a message that was kept.
type Recording struct {
	ID, Call, Kind, Agent string
	Address               string
	Seconds               int64
	Made                  when.Instant
}

func scanRecording(from db.Scanner) (r Recording, err error) {
	return r, from.Scan(&r.ID, &r.Call, &r.Kind, &r.Agent, &r.Address, &r.Seconds, &r.Made)
}

func recordingsOf(tx *db.Tx, call string) ([]Recording, error) {
	return db.List(tx, scanRecording, sqlRecordingsOfCall, tx.Realm(), call)
}

func addRecording(tx *db.Tx, r Recording) error {
	_, err := tx.Exec(sqlAddRecording, tx.Realm(), r.ID, r.Call, r.Kind, r.Agent, r.Address, r.Seconds, r.Made)
	return err
}
