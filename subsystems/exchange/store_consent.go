package exchange

import (
	"encoding/json"
	"strings"

	"praya/kernel/when"
	"praya/platform/db"
)

const (
	consentColumns = `id, right_id, subject, by_account, client, consumer, provider, service, purpose, fields, optional,
		from_at, until_at, often, keep, state, uses, period, in_period, made_at, changed_at, subject_id, hash, settle_at, version`

	sqlConsent = `select ` + consentColumns + ` from exchange_consents where realm = $1 and id = $2`

	sqlConsentsOf = `select ` + consentColumns + ` from exchange_consents where realm = $1 and subject = $2 order by id desc limit $3`

	// For a call: the consent, and the numbers of its realm, in one look.
	sqlForCall = `select c.right_id, c.subject, c.consumer, c.provider, c.service, c.purpose, c.fields,
		c.from_at, c.until_at, c.often, c.state, c.uses, c.period, c.in_period, c.subject_id, c.hash, c.version, r.register, r.consents
		from exchange_realms r, exchange_consents c where r.realm = $1 and c.realm = $1 and c.id = $2`

	sqlAddConsent = `insert into exchange_consents (realm, ` + consentColumns + `)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, 1)`

	sqlChangeConsent = `update exchange_consents set fields = $4, until_at = $5, state = $6, changed_at = $7, hash = $8, settle_at = $9, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlUseConsent = `update exchange_consents set state = $4, uses = $5, period = $6, in_period = $7, settle_at = $8, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlAddRecord = `insert into exchange_records (realm, consent, number, what, at, record, jws, salt, entry)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	sqlRecords = `select consent, number, what, at, record, jws, salt, entry from exchange_records where realm = $1 and consent = $2 order by number`

	sqlAddDeletion = `insert into exchange_deletions (realm, consent, consumer, why, since, due, told_at, receipt, received, entry, version)
		values ($1, $2, $3, $4, $5, $6, '', '', '', '', 1) on conflict (realm, consent) do nothing`

	sqlDeletion = `select consent, consumer, why, since, due, told_at, receipt, received, entry, version
		from exchange_deletions where realm = $1 and consent = $2`

	sqlDeletionsOf = `select consent, consumer, why, since, due, told_at, receipt, received, entry, version
		from exchange_deletions where realm = $1 and consumer = $2 order by due, consent limit $3`

	sqlChangeDeletion = `update exchange_deletions set told_at = $4, receipt = $5, received = $6, entry = $7, version = version + 1
		where realm = $1 and consent = $2 and version = $3`

	// Consents that have ended and whose consumers were not asked yet to delete.
	sqlEnded = `select ` + consentColumns + ` from exchange_consents
		where realm = $1 and settle_at <> '' and settle_at < $2 order by settle_at limit $3`

	sqlSettled = `update exchange_consents set settle_at = '' where realm = $1 and id = $2`
)

func scanConsent(s db.Scanner) (c Consent, err error) {
	var fields, optionals, often string
	err = s.Scan(&c.ID, &c.Right, &c.Subject, &c.By, &c.Client, &c.Consumer, &c.Provider, &c.Service, &c.Purpose, &fields, &optionals,
		&c.From, &c.Until, &often, &c.Keep, &c.State, &c.Uses, &c.Period, &c.InPeriod, &c.Made, &c.Changed, &c.subjectID, &c.hash, optional{&c.settle}, &c.Version)
	if err != nil {
		return c, err
	}
	c.Fields, c.Optional = strings.Fields(fields), strings.Fields(optionals)
	return c, json.Unmarshal([]byte(often), &c.Often)
}

func findConsent(tx *db.Tx, id ConsentID) (Consent, error) {
	return scanConsent(tx.Row(sqlConsent, tx.Realm(), id))
}

func consentsOf(tx *db.Tx, account string, limit int) ([]Consent, error) {
	return db.List(tx, scanConsent, sqlConsentsOf, tx.Realm(), account, limit)
}

func endedConsents(tx *db.Tx, at when.Instant, limit int) ([]Consent, error) {
	return db.List(tx, scanConsent, sqlEnded, tx.Realm(), at, limit)
}

// forCall reads what a call needs of a consent, with the realm's numbers.
func forCall(tx *db.Tx, id ConsentID) (c Consent, n numbers, err error) {
	c.ID = id
	var fields, often string
	err = tx.Row(sqlForCall, tx.Realm(), id).Scan(&c.Right, &c.Subject, &c.Consumer, &c.Provider, &c.Service, &c.Purpose, &fields,
		&c.From, &c.Until, &often, &c.State, &c.Uses, &c.Period, &c.InPeriod, &c.subjectID, &c.hash, &c.Version, &n.register, &n.consents)
	if err != nil {
		return c, n, err
	}
	c.Fields = strings.Fields(fields)
	if often != "{}" {
		err = json.Unmarshal([]byte(often), &c.Often)
	}
	return c, n, err
}

func addConsent(tx *db.Tx, c Consent) error {
	_, err := tx.Exec(sqlAddConsent, tx.Realm(), c.ID, c.Right, c.Subject, c.By, c.Client, c.Consumer, c.Provider, c.Service, c.Purpose,
		strings.Join(c.Fields, " "), strings.Join(c.Optional, " "), c.From, c.Until, jsonText(c.Often), c.Keep, c.State,
		c.Uses, c.Period, c.InPeriod, c.Made, c.Changed, c.subjectID, c.hash, instantText(c.settle))
	return err
}

func changeConsent(tx *db.Tx, c Consent) error {
	return tx.Change(sqlChangeConsent, tx.Realm(), c.ID, c.Version, strings.Join(c.Fields, " "), c.Until, c.State, c.Changed, c.hash, instantText(c.settle))
}

func useConsent(tx *db.Tx, c *Consent) error {
	return tx.Change(sqlUseConsent, tx.Realm(), c.ID, c.Version, c.State, c.Uses, c.Period, c.InPeriod, instantText(c.settle))
}

func settled(tx *db.Tx, id ConsentID) error {
	_, err := tx.Exec(sqlSettled, tx.Realm(), id)
	return err
}

// SignedRecord is a version of a consent, as it was signed.
type SignedRecord struct {
	Consent ConsentID
	Number  int64
	What    string // given, changed, withdrawn
	At      when.Instant
	Record  string
	JWS     string
	Entry   string

	salt      []byte // sealed
	plainSalt [32]byte
}

func addRecord(tx *db.Tx, r SignedRecord) error {
	_, err := tx.Exec(sqlAddRecord, tx.Realm(), r.Consent, r.Number, r.What, r.At, r.Record, r.JWS, r.salt, r.Entry)
	return err
}

func recordsOf(tx *db.Tx, id ConsentID) ([]SignedRecord, error) {
	return db.List(tx, func(s db.Scanner) (r SignedRecord, err error) {
		return r, s.Scan(&r.Consent, &r.Number, &r.What, &r.At, &r.Record, &r.JWS, &r.salt, &r.Entry)
	}, sqlRecords, tx.Realm(), id)
}

// Deletion is that a consumer must delete what it received on a consent.
type Deletion struct {
	Consent  ConsentID
	Consumer string
	Why      string // withdrawn, ended
	Since    when.Instant
	Due      when.Day
	Told     when.Instant
	Receipt  string
	Received when.Instant
	Entry    string
	Version  int64
}

// Late reports whether the receipt should have come.
func (d Deletion) Late(on when.Day) bool { return d.Received.IsZero() && d.Due.Before(on) }

func scanDeletion(s db.Scanner) (d Deletion, err error) {
	return d, s.Scan(&d.Consent, &d.Consumer, &d.Why, &d.Since, &d.Due, optional{&d.Told}, &d.Receipt, optional{&d.Received}, &d.Entry, &d.Version)
}

func findDeletion(tx *db.Tx, id ConsentID) (Deletion, error) {
	return scanDeletion(tx.Row(sqlDeletion, tx.Realm(), id))
}

func deletionsOf(tx *db.Tx, consumer string, limit int) ([]Deletion, error) {
	return db.List(tx, scanDeletion, sqlDeletionsOf, tx.Realm(), consumer, limit)
}

func addDeletion(tx *db.Tx, d Deletion) error {
	_, err := tx.Exec(sqlAddDeletion, tx.Realm(), d.Consent, d.Consumer, d.Why, d.Since, d.Due)
	return err
}

func changeDeletion(tx *db.Tx, d Deletion) error {
	return tx.Change(sqlChangeDeletion, tx.Realm(), d.Consent, d.Version, instantText(d.Told), d.Receipt, instantText(d.Received), d.Entry)
}
