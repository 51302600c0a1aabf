package identity

import (
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlWishes    = `select muted, quiet_from, quiet_to from identity_notice_settings where realm = $1 and account = $2`
	sqlPutWishes = `insert into identity_notice_settings (realm, account, muted, quiet_from, quiet_to) values ($1, $2, $3, $4, $5)
		on conflict (realm, account) do update set muted = excluded.muted, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to`

	sqlBrowsers   = `select id, account, sealed, device, made from identity_notice_browsers where realm = $1 and account = $2 order by made, id`
	sqlAddBrowser = `insert into identity_notice_browsers (realm, id, account, endpoint_index, sealed, device, made) values ($1, $2, $3, $4, $5, $6, $7)`
	sqlDropSame   = `delete from identity_notice_browsers where realm = $1 and endpoint_index = $2`
	sqlDropOwn    = `delete from identity_notice_browsers where realm = $1 and account = $2 and id = $3`

	sqlPushKey    = `select sealed from identity_notice_keys where realm = $1`
	sqlAddPushKey = `insert into identity_notice_keys (realm, sealed, made) values ($1, $2, $3) on conflict do nothing`

	sqlMailCode    = `select id, sealed, tries, ends from identity_notice_codes where realm = $1 and account = $2`
	sqlPutMailCode = `insert into identity_notice_codes (realm, account, id, sealed, tries, ends) values ($1, $2, $3, $4, 0, $5)
		on conflict (realm, account) do update set id = excluded.id, sealed = excluded.sealed, tries = 0, ends = excluded.ends`
	sqlTryMailCode    = `update identity_notice_codes set tries = tries + 1 where realm = $1 and account = $2 and id = $3 and tries < $4`
	sqlRemoveMailCode = `delete from identity_notice_codes where realm = $1 and account = $2`
)

func wishesOf(tx *db.Tx, account AccountID) (w NoticeWishes, err error) {
	var muted string
	err = tx.Row(sqlWishes, tx.Realm(), account).Scan(&muted, &w.QuietFrom, &w.QuietTo)
	if fault.Is(err, fault.NotFound) {
		return w, nil
	}
	w.Muted = strings.Fields(muted)
	return w, err
}

func putWishes(tx *db.Tx, account AccountID, w NoticeWishes) error {
	_, err := tx.Exec(sqlPutWishes, tx.Realm(), account, strings.Join(w.Muted, " "), w.QuietFrom, w.QuietTo)
	return err
}

// storedBrowser is a subscription's row.
type storedBrowser struct {
	ID      string
	Account AccountID
	Sealed  []byte
	Device  string
	Made    when.Instant
}

func browsersOf(tx *db.Tx, account AccountID) ([]storedBrowser, error) {
	return db.List(tx, func(row db.Scanner) (b storedBrowser, err error) {
		err = row.Scan(&b.ID, &b.Account, &b.Sealed, &b.Device, &b.Made)
		return b, err
	}, sqlBrowsers, tx.Realm(), account)
}

// addBrowser keeps a subscription; the browser belongs to whoever subscribed last.
func addBrowser(tx *db.Tx, b storedBrowser, index []byte) error {
	if _, err := tx.Exec(sqlDropSame, tx.Realm(), index); err != nil {
		return err
	}
	_, err := tx.Exec(sqlAddBrowser, tx.Realm(), b.ID, b.Account, index, b.Sealed, b.Device, tx.Now())
	return err
}

func removeBrowser(tx *db.Tx, account AccountID, browser string) error {
	_, err := tx.Exec(sqlDropOwn, tx.Realm(), account, browser)
	return err
}

func sealedPushKey(tx *db.Tx) (sealed []byte, err error) {
	err = tx.Row(sqlPushKey, tx.Realm()).Scan(&sealed)
	return sealed, err
}

// addPushKey keeps the first key that comes.
func addPushKey(tx *db.Tx, sealed []byte) error {
	_, err := tx.Exec(sqlAddPushKey, tx.Realm(), sealed, tx.Now())
	return err
}

// mailCode is the code's row.
type mailCode struct {
	ID     string
	Sealed []byte
	Tries  int
	Ends   when.Instant
}

func findMailCode(tx *db.Tx, account AccountID) (c mailCode, err error) {
	err = tx.Row(sqlMailCode, tx.Realm(), account).Scan(&c.ID, &c.Sealed, &c.Tries, &c.Ends)
	return c, err
}

func putMailCode(tx *db.Tx, account AccountID, c mailCode) error {
	_, err := tx.Exec(sqlPutMailCode, tx.Realm(), account, c.ID, c.Sealed, c.Ends)
	return err
}

// tryMailCode counts an attempt, and reports whether there was one left.
func tryMailCode(tx *db.Tx, account AccountID, code string) (bool, error) {
	n, err := tx.Exec(sqlTryMailCode, tx.Realm(), account, code, mailCodeTries)
	return n > 0, err
}

func removeMailCode(tx *db.Tx, account AccountID) error {
	_, err := tx.Exec(sqlRemoveMailCode, tx.Realm(), account)
	return err
}
