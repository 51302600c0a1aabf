package identity

import (
	"crypto/sha256"
	"encoding/hex"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

const accountColumns = `id, kind, level, state, persona, lang, created, closed, version`

const (
	sqlAddAccount = `insert into identity_accounts (realm, id, kind, level, state, persona, lang, document_index, created, closed, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`
	sqlAccount           = `select ` + accountColumns + ` from identity_accounts where realm = $1 and id = $2`
	sqlAccountByDocument = `select ` + accountColumns + ` from identity_accounts where realm = $1 and document_index = $2`
	sqlAccountByPersona  = `select ` + accountColumns + ` from identity_accounts
		where realm = $1 and persona = $2 and persona <> '' order by id desc`
	sqlChangeAccount = `update identity_accounts set level = $4, state = $5, lang = $6, closed = $7, version = version + 1
		where realm = $1 and id = $2 and version = $3`
	sqlForgetDocument = `update identity_accounts set document_index = null where realm = $1 and id = $2`

	sqlPasskeys       = `select id, account, name, label, record, created, used, version from identity_passkeys where realm = $1 and account = $2 order by created, id`
	sqlPasskey        = `select id, account, name, label, record, created, used, version from identity_passkeys where realm = $1 and id = $2`
	sqlAddPasskey     = `insert into identity_passkeys (realm, id, account, name, record, created, used, version) values ($1, $2, $3, $4, $5, $6, $7, 1)`
	sqlUsePasskey     = `update identity_passkeys set record = $4, used = $5, version = version + 1 where realm = $1 and id = $2 and version = $3`
	sqlLabelPasskey   = `update identity_passkeys set label = $4 where realm = $1 and account = $2 and id = $3`
	sqlRemovePasskey  = `delete from identity_passkeys where realm = $1 and account = $2 and id = $3`
	sqlRemovePasskeys = `delete from identity_passkeys where realm = $1 and account = $2`

	sqlAddTicket = `insert into identity_tickets (realm, purpose, token_hash, account, sealed, made, ends, used)
		values ($1, $2, $3, $4, $5, $6, $7, '')`
	sqlTicket        = `select account, sealed, made, ends, used from identity_tickets where realm = $1 and purpose = $2 and token_hash = $3`
	sqlUseTicket     = `update identity_tickets set used = $4 where realm = $1 and purpose = $2 and token_hash = $3 and used = '' and ends > $4`
	sqlCountTickets  = `select count(*) from identity_tickets where realm = $1 and account = $2 and purpose = $3 and used = '' and ends > $4`
	sqlRemoveTickets = `delete from identity_tickets where realm = $1 and account = $2 and purpose = $3`
	sqlForgetTickets = `delete from identity_tickets where realm = $1 and account = $2`
	sqlSweepTickets  = `delete from identity_tickets where ends <= $1`
	sqlAddHistory    = `insert into identity_history (realm, account, id, at, what, client, detail, device) values ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlHistory       = `select id, at, what, client, detail, device from identity_history where realm = $1 and account = $2 order by id desc limit $3 offset $4`
	sqlCountHistory  = `select count(*) from identity_history where realm = $1 and account = $2`
	sqlSubject       = `select subject from identity_subjects where realm = $1 and account = $2 and sector = $3`
	sqlAddSubject    = `insert into identity_subjects (realm, account, sector, subject) values ($1, $2, $3, $4)
		on conflict (realm, account, sector) do nothing`
	sqlSubjectAccount = `select account from identity_subjects where realm = $1 and sector = $2 and subject = $3`
)

func scanAccount(row db.Scanner) (a Account, err error) {
	err = row.Scan(&a.ID, &a.Kind, &a.Level, &a.State, &a.Persona, &a.Lang, &a.Created, &a.Closed, &a.Version)
	return a, err
}

func addAccount(tx *db.Tx, a Account, documentIndex []byte) error {
	_, err := tx.Exec(sqlAddAccount, tx.Realm(), a.ID, a.Kind, a.Level, a.State, a.Persona, a.Lang, documentIndex, tx.Now(), a.Closed)
	return err
}

// findAccount gives NotFound for an account of another realm.
func findAccount(tx *db.Tx, account AccountID) (Account, error) {
	return scanAccount(tx.Row(sqlAccount, tx.Realm(), account))
}

func findByDocument(tx *db.Tx, index []byte) (Account, error) {
	return scanAccount(tx.Row(sqlAccountByDocument, tx.Realm(), index))
}

func findByPersona(tx *db.Tx, persona string) (Account, error) {
	return scanAccount(tx.Row(sqlAccountByPersona, tx.Realm(), persona))
}

func changeAccount(tx *db.Tx, a Account) error {
	return tx.Change(sqlChangeAccount, tx.Realm(), a.ID, a.Version, a.Level, a.State, a.Lang, a.Closed)
}

// storedPasskey is a passkey's row: the record and the owner's label are sealed.
type storedPasskey struct {
	ID      string
	Account AccountID
	Name    string
	Label   []byte
	Record  []byte
	Created when.Instant
	Used    when.Instant
	Version int64
}

func scanPasskey(row db.Scanner) (p storedPasskey, err error) {
	err = row.Scan(&p.ID, &p.Account, &p.Name, &p.Label, &p.Record, &p.Created, &p.Used, &p.Version)
	return p, err
}

func findPasskey(tx *db.Tx, credential string) (storedPasskey, error) {
	return scanPasskey(tx.Row(sqlPasskey, tx.Realm(), credential))
}

func passkeysOf(tx *db.Tx, account AccountID) ([]storedPasskey, error) {
	return db.List(tx, scanPasskey, sqlPasskeys, tx.Realm(), account)
}

func addPasskey(tx *db.Tx, p storedPasskey) error {
	_, err := tx.Exec(sqlAddPasskey, tx.Realm(), p.ID, p.Account, p.Name, p.Record, tx.Now(), tx.Now())
	return err
}

func usePasskey(tx *db.Tx, p storedPasskey) error {
	return tx.Change(sqlUsePasskey, tx.Realm(), p.ID, p.Version, p.Record, tx.Now())
}

func labelPasskey(tx *db.Tx, account AccountID, credential string, label []byte) error {
	return atLeastOne(tx.Exec(sqlLabelPasskey, tx.Realm(), account, credential, label))
}

func removePasskey(tx *db.Tx, account AccountID, credential string) error {
	return atLeastOne(tx.Exec(sqlRemovePasskey, tx.Realm(), account, credential))
}

func removePasskeys(tx *db.Tx, account AccountID) error {
	_, err := tx.Exec(sqlRemovePasskeys, tx.Realm(), account)
	return err
}

func atLeastOne(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	return err
}

// ticket is something that works once.
type ticket struct {
	Account AccountID
	Sealed  []byte
	Made    when.Instant
	Ends    when.Instant
	Used    string
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func addTicket(tx *db.Tx, purpose, token string, t ticket) error {
	_, err := tx.Exec(sqlAddTicket, tx.Realm(), purpose, hashed(token), t.Account, t.Sealed, tx.Now(), t.Ends)
	return err
}

// findTicket gives NotFound for one that is unknown, used or past its end.
func findTicket(tx *db.Tx, purpose, token string) (t ticket, err error) {
	err = tx.Row(sqlTicket, tx.Realm(), purpose, hashed(token)).Scan(&t.Account, &t.Sealed, &t.Made, &t.Ends, &t.Used)
	if err == nil && (t.Used != "" || !tx.Now().Before(t.Ends)) {
		err = fault.New(fault.NotFound, "identity.fault.used")
	}
	return t, err
}

// useTicket takes a ticket for ever, or gives NotFound.
func useTicket(tx *db.Tx, purpose, token string) (ticket, error) {
	t, err := findTicket(tx, purpose, token)
	if err != nil {
		return t, err
	}
	n, err := tx.Exec(sqlUseTicket, tx.Realm(), purpose, hashed(token), tx.Now())
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "identity.fault.used")
	}
	return t, err
}

func countTickets(tx *db.Tx, account AccountID, purpose string) (n int, err error) {
	err = tx.Row(sqlCountTickets, tx.Realm(), account, purpose, tx.Now()).Scan(&n)
	return n, err
}

func removeTickets(tx *db.Tx, account AccountID, purpose string) error {
	_, err := tx.Exec(sqlRemoveTickets, tx.Realm(), account, purpose)
	return err
}

func forgetTickets(tx *db.Tx, account AccountID) error {
	_, err := tx.Exec(sqlForgetTickets, tx.Realm(), account)
	return err
}

// sweepTickets deletes what has ended, of every realm.
func sweepTickets(tx *db.Tx) (int64, error) { return tx.Exec(sqlSweepTickets, tx.Now()) }

func addHistory(tx *db.Tx, account AccountID, e HistoryEntry) error {
	_, err := tx.Exec(sqlAddHistory, tx.Realm(), account, id.New[string](tx.Now()), tx.Now(), e.What, e.Client, e.Detail, e.Device)
	return err
}

func historyOf(tx *db.Tx, account AccountID, limit, offset int) ([]HistoryEntry, error) {
	return db.List(tx, func(row db.Scanner) (e HistoryEntry, err error) {
		err = row.Scan(&e.ID, &e.At, &e.What, &e.Client, &e.Detail, &e.Device)
		return e, err
	}, sqlHistory, tx.Realm(), account, limit, offset)
}

func countHistory(tx *db.Tx, account AccountID) (n int, err error) {
	err = tx.Row(sqlCountHistory, tx.Realm(), account).Scan(&n)
	return n, err
}

// subjectFor is what a sector calls an account; it is made when it is first asked for. Of two
// sign-ins at once that ask first, one makes it: the other, which PostgreSQL lets begin again,
// must not be a conflict.
func subjectFor(tx *db.Tx, account AccountID, sector, fresh string) (subject string, err error) {
	err = tx.Row(sqlSubject, tx.Realm(), account, sector).Scan(&subject)
	if !fault.Is(err, fault.NotFound) {
		return subject, err
	}
	_, err = tx.Exec(sqlAddSubject, tx.Realm(), account, sector, fresh)
	return fresh, err
}

func accountOfSubject(tx *db.Tx, sector, subject string) (account AccountID, err error) {
	err = tx.Row(sqlSubjectAccount, tx.Realm(), sector, subject).Scan(&account)
	return account, err
}
