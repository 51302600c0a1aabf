package identity

import (
	"praya/kernel/when"
	"praya/platform/db"
)

const noticeColumns = `id, account, sender, category, state, made, send_at, sent, opened, version, sealed, content_index`

const (
	sqlAddNotice = `insert into identity_notices (realm, id, account, sender, repeat_key, content_index, category, state, sealed, made, send_at, sent, opened, ends, version)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', $12, 1)`
	sqlNotice         = `select ` + noticeColumns + ` from identity_notices where realm = $1 and id = $2`
	sqlRepeatedNotice = `select ` + noticeColumns + ` from identity_notices where realm = $1 and sender = $2 and repeat_key = $3`
	sqlInbox          = `select ` + noticeColumns + ` from identity_notices
		where realm = $1 and account = $2 and sent <> '' order by sent desc, id desc limit $3 offset $4`
	sqlCountInbox  = `select count(*) from identity_notices where realm = $1 and account = $2 and sent <> ''`
	sqlCountUnread = `select count(*) from identity_notices where realm = $1 and account = $2 and sent <> '' and opened = ''`
	sqlAllNotices  = `select ` + noticeColumns + ` from identity_notices where realm = $1 and account = $2 and sent <> '' order by sent, id`

	sqlChangeNotice = `update identity_notices set state = $4, sent = $5, opened = $6, version = version + 1
		where realm = $1 and id = $2 and version = $3`
	sqlWithdrawNotice = `update identity_notices set state = $4, sealed = $5, ends = $6, version = version + 1
		where realm = $1 and id = $2 and version = $3`

	sqlWithdrawFrom = `update identity_notices set state = $5, sealed = $6, ends = $7, version = version + 1
		where realm = $1 and account = $2 and sender = $3 and state = $4`

	sqlForgetDeliveries = `delete from identity_notice_deliveries where realm = $1 and notice in
		(select id from identity_notices where realm = $1 and account = $2)`
	sqlForgetNotices  = `delete from identity_notices where realm = $1 and account = $2`
	sqlForgetWishes   = `delete from identity_notice_settings where realm = $1 and account = $2`
	sqlForgetBrowsers = `delete from identity_notice_browsers where realm = $1 and account = $2`

	sqlSweepDeliveries = `delete from identity_notice_deliveries where (realm, notice) in (select realm, id from identity_notices where ends <= $1)`
	sqlSweepNotices    = `delete from identity_notices where ends <= $1`
	sqlSweepMailCodes  = `delete from identity_notice_codes where ends <= $1`

	sqlAddDelivery = `insert into identity_notice_deliveries (realm, notice, channel, target, outcome, at) values ($1, $2, $3, $4, $5, $6)`
	sqlDelivered   = `select target from identity_notice_deliveries where realm = $1 and notice = $2 and channel = $3`

	sqlKnownDevice = `select count(*) from identity_history where realm = $1 and account = $2 and device = $3`
	sqlAnyDevice   = `select count(*) from identity_history where realm = $1 and account = $2 and device <> ''`
)

type storedNotice struct {
	Notice
	sealed, contentIndex []byte
}

func scanNotice(row db.Scanner) (n storedNotice, err error) {
	err = row.Scan(&n.ID, &n.Account, &n.Sender, &n.Category, &n.State, &n.Made, &n.SendAt, &n.Sent, &n.Opened, &n.Version, &n.sealed, &n.contentIndex)
	return n, err
}

func addNotice(tx *db.Tx, n Notice, repeatKey string, contentIndex, sealed []byte, ends when.Instant) error {
	_, err := tx.Exec(sqlAddNotice, tx.Realm(), n.ID, n.Account, n.Sender, repeatKey, contentIndex, n.Category, n.State, sealed, n.Made, n.SendAt, ends)
	return err
}

func findNotice(tx *db.Tx, notice NoticeID) (storedNotice, error) {
	return scanNotice(tx.Row(sqlNotice, tx.Realm(), notice))
}

func repeatedNotice(tx *db.Tx, sender, repeatKey string) (storedNotice, error) {
	return scanNotice(tx.Row(sqlRepeatedNotice, tx.Realm(), sender, repeatKey))
}

// inboxOf lists what was sent, newest first.
func inboxOf(tx *db.Tx, account AccountID, limit, offset int) ([]storedNotice, error) {
	return db.List(tx, scanNotice, sqlInbox, tx.Realm(), account, limit, offset)
}

func allNoticesOf(tx *db.Tx, account AccountID) ([]storedNotice, error) {
	return db.List(tx, scanNotice, sqlAllNotices, tx.Realm(), account)
}

func countInbox(tx *db.Tx, account AccountID) (n int, err error) {
	err = tx.Row(sqlCountInbox, tx.Realm(), account).Scan(&n)
	return n, err
}

func countUnread(tx *db.Tx, account AccountID) (n int, err error) {
	err = tx.Row(sqlCountUnread, tx.Realm(), account).Scan(&n)
	return n, err
}

func changeNotice(tx *db.Tx, n Notice) error {
	return tx.Change(sqlChangeNotice, tx.Realm(), n.ID, n.Version, n.State, n.Sent, n.Opened)
}

// withdrawNotice forgets at once what the notice said.
func withdrawNotice(tx *db.Tx, n Notice, ends when.Instant) error {
	return tx.Change(sqlWithdrawNotice, tx.Realm(), n.ID, n.Version, NoticeWithdrawn, []byte{}, ends)
}

// withdrawFrom takes back all that a sender had scheduled for a person.
func withdrawFrom(tx *db.Tx, account AccountID, sender string, ends when.Instant) error {
	_, err := tx.Exec(sqlWithdrawFrom, tx.Realm(), account, sender, NoticeScheduled, NoticeWithdrawn, []byte{}, ends)
	return err
}

// forgetNotices takes out all that belongs to notices of an account that is closed.
func forgetNotices(tx *db.Tx, account AccountID) error {
	if _, err := tx.Exec(sqlForgetDeliveries, tx.Realm(), account); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlForgetNotices, tx.Realm(), account); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlForgetWishes, tx.Realm(), account); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlForgetBrowsers, tx.Realm(), account); err != nil {
		return err
	}
	return removeMailCode(tx, account)
}

// sweepNotices deletes what has ended, of every realm.
func sweepNotices(tx *db.Tx) (int64, error) {
	if _, err := tx.Exec(sqlSweepDeliveries, tx.Now()); err != nil {
		return 0, err
	}
	n, err := tx.Exec(sqlSweepNotices, tx.Now())
	if err != nil {
		return n, err
	}
	m, err := tx.Exec(sqlSweepMailCodes, tx.Now())
	return n + m, err
}

// addDelivery writes down what became of a notice at a target, once.
func addDelivery(tx *db.Tx, notice NoticeID, c Channel, target, outcome string) error {
	_, err := tx.Exec(sqlAddDelivery, tx.Realm(), notice, c, target, outcome, tx.Now())
	return err
}

// delivered lists the targets that need nothing more.
func delivered(tx *db.Tx, notice NoticeID, c Channel) ([]string, error) {
	return db.List(tx, db.Value[string], sqlDelivered, tx.Realm(), notice, c)
}

// newDevice reports whether an account that was used before was never used on this kind of device.
func newDevice(tx *db.Tx, account AccountID, device string) (bool, error) {
	if device == "" {
		return false, nil
	}
	var known, any int
	if err := tx.Row(sqlKnownDevice, tx.Realm(), account, device).Scan(&known); err != nil || known > 0 {
		return false, err
	}
	err := tx.Row(sqlAnyDevice, tx.Realm(), account).Scan(&any)
	return any > 0, err
}
