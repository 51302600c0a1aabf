package identity

import (
	"encoding/json"

	"praya/kernel/when"
	"praya/platform/db"
)

const onlineColumns = `id, owner, department, state, content, approved, contact, reason, registered_by, edited_by, made, changed, approved_at, version`

const (
	sqlAddOnline = `insert into identity_online (realm, id, owner, department, state, content, approved, contact, reason, registered_by, edited_by, made, changed, approved_at, version)
		values ($1, $2, $3, $4, $5, $6, '', $7, '', $8, $8, $9, $9, '', 1)`
	sqlOnline        = `select ` + onlineColumns + ` from identity_online where realm = $1 and id = $2`
	sqlOnlineOf      = `select ` + onlineColumns + ` from identity_online where realm = $1 and department = $2 and department <> '' order by id desc limit $3`
	sqlOnlineOwned   = `select ` + onlineColumns + ` from identity_online where realm = $1 and owner = $2 and owner <> '' order by id desc limit $3`
	sqlOnlineIn      = `select ` + onlineColumns + ` from identity_online where realm = $1 and state = $2 order by changed, id limit $3 offset $4`
	sqlCountOnlineIn = `select count(*) from identity_online where realm = $1 and state = $2`
	sqlOnlineCount   = `select count(*) from identity_online where realm = $1 and owner = $2`
	sqlChangeOnline  = `update identity_online set state = $4, content = $5, approved = $6, contact = $7, reason = $8, edited_by = $9, changed = $10, approved_at = $11,
		version = version + 1 where realm = $1 and id = $2 and version = $3`
	// What was suspended is taken in again; what was ended stays so, by the caller's states.
	sqlReopenClient = `update identity_oidc_clients set ended_at = '', version = version + 1 where realm = $1 and id = $2`
)

// storedOnline is a row: the contact is sealed.
type storedOnline struct {
	Online
	sealed []byte
}

func scanOnline(row db.Scanner) (o storedOnline, err error) {
	var content, approved string
	err = row.Scan(&o.ID, &o.Owner, &o.Department, &o.State, &content, &approved, &o.sealed, &o.Reason, &o.RegisteredBy, &o.EditedBy,
		&o.Made, &o.Changed, &o.ApprovedAt, &o.Version)
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal([]byte(content), &o.Asked); err != nil || approved == "" {
		return o, err
	}
	o.Online.Approved = &Particulars{}
	return o, json.Unmarshal([]byte(approved), o.Online.Approved)
}

func findOnline(tx *db.Tx, id OnlineID) (storedOnline, error) {
	return scanOnline(tx.Row(sqlOnline, tx.Realm(), id))
}

func addOnline(tx *db.Tx, o storedOnline) error {
	content, err := json.Marshal(o.Asked)
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlAddOnline, tx.Realm(), o.ID, o.Owner, o.Department, o.State, string(content), o.sealed, o.RegisteredBy, tx.Now())
	return err
}

func changeOnline(tx *db.Tx, o storedOnline) error {
	content, err := json.Marshal(o.Asked)
	if err != nil {
		return err
	}
	approved := []byte{}
	if o.Online.Approved != nil {
		if approved, err = json.Marshal(o.Online.Approved); err != nil {
			return err
		}
	}
	return tx.Change(sqlChangeOnline, tx.Realm(), o.ID, o.Version, o.State, string(content), string(approved), o.sealed, o.Reason, o.EditedBy,
		tx.Now(), o.ApprovedAt)
}

func onlineOf(tx *db.Tx, department string, limit int) ([]storedOnline, error) {
	return db.List(tx, scanOnline, sqlOnlineOf, tx.Realm(), department, limit)
}

func onlineOwned(tx *db.Tx, owner AccountID, limit int) ([]storedOnline, error) {
	return db.List(tx, scanOnline, sqlOnlineOwned, tx.Realm(), owner, limit)
}

func countOwned(tx *db.Tx, owner AccountID) (n int, err error) {
	err = tx.Row(sqlOnlineCount, tx.Realm(), owner).Scan(&n)
	return n, err
}

func onlineIn(tx *db.Tx, state OnlineState, limit, offset int) ([]storedOnline, error) {
	return db.List(tx, scanOnline, sqlOnlineIn, tx.Realm(), state, limit, offset)
}

func countOnlineIn(tx *db.Tx, state OnlineState) (n int, err error) {
	err = tx.Row(sqlCountOnlineIn, tx.Realm(), state).Scan(&n)
	return n, err
}

func reopenClient(tx *db.Tx, id OnlineID) error {
	return atLeastOne(tx.Exec(sqlReopenClient, tx.Realm(), id))
}

const (
	sqlOnlineLog = `select id, at, endpoint, parameters, status, outcome, description, request from identity_online_log
		where realm = $1 and client = $2 and ($3 = '' or outcome = $3 or $3 = 'refused' and outcome <> 'ok') order by id desc limit $4 offset $5`
	sqlCountOnlineLog = `select count(*) from identity_online_log
		where realm = $1 and client = $2 and ($3 = '' or outcome = $3 or $3 = 'refused' and outcome <> 'ok')`
	sqlTrimOnlineLog = `delete from identity_online_log where realm = $1 and client = $2 and id <
		(select min(id) from (select id from identity_online_log where realm = $1 and client = $2 order by id desc limit $3) newest)`
	sqlSweepOnlineLog = `delete from identity_online_log where realm = $1 and at < $2`
	sqlAddUse         = `insert into identity_online_use (realm, client, day, times) values ($1, $2, $3, $4)
		on conflict (realm, client, day) do update set times = identity_online_use.times + excluded.times`
	sqlUse      = `select client, sum(times) from identity_online_use where realm = $1 and day > $2 group by client`
	sqlSweepUse = `delete from identity_online_use where day < $1`
)

// LogEntry is a message of the protocol as its developer reads it.
type LogEntry struct {
	ID          string
	At          when.Instant
	Endpoint    string
	Parameters  map[string]string
	Status      int
	Outcome     string // ok, or the error's code
	Description string
	Request     string
}

func scanLogEntry(row db.Scanner) (e LogEntry, err error) {
	var parameters string
	if err := row.Scan(&e.ID, &e.At, &e.Endpoint, &parameters, &e.Status, &e.Outcome, &e.Description, &e.Request); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(parameters), &e.Parameters)
}

func logOf(tx *db.Tx, client, outcome string, limit, offset int) ([]LogEntry, error) {
	return db.List(tx, scanLogEntry, sqlOnlineLog, tx.Realm(), client, outcome, limit, offset)
}

func countLog(tx *db.Tx, client, outcome string) (n int, err error) {
	err = tx.Row(sqlCountOnlineLog, tx.Realm(), client, outcome).Scan(&n)
	return n, err
}

// trimLog keeps the newest entries of a client.
func trimLog(tx *db.Tx, client string, keep int) error {
	_, err := tx.Exec(sqlTrimOnlineLog, tx.Realm(), client, keep)
	return err
}

func sweepLog(tx *db.Tx, before when.Instant) (int64, error) {
	return tx.Exec(sqlSweepOnlineLog, tx.Realm(), before)
}

func addUse(tx *db.Tx, client string, day when.Day, times int64) error {
	_, err := tx.Exec(sqlAddUse, tx.Realm(), client, day, times)
	return err
}

func sweepUse(tx *db.Tx, before when.Day) (int64, error) { return tx.Exec(sqlSweepUse, before) }

// useSince is how many sign-ins each client has had after a day.
func useSince(tx *db.Tx, day when.Day) (map[string]int64, error) {
	type use struct {
		client string
		n      int64
	}
	list, err := db.List(tx, func(row db.Scanner) (u use, err error) {
		err = row.Scan(&u.client, &u.n)
		return u, err
	}, sqlUse, tx.Realm(), day)
	out := map[string]int64{}
	for _, u := range list {
		out[u.client] = u.n
	}
	return out, err
}
