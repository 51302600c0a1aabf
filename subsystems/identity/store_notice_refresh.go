package identity

import (
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlSealedNotices = `select id, account, '', sealed from identity_notices
		where realm = $1 and id > $2 and state <> 'withdrawn' order by id limit $3`
	sqlSealedBrowsers = `select id, account, '', sealed from identity_notice_browsers where realm = $1 and id > $2 order by id limit $3`
	sqlSealedPushKeys = `select 'vapid', '', '', sealed from identity_notice_keys where realm = $1 and 'vapid' > $2 limit $3`
	sqlResealNotice   = `update identity_notices set sealed = $3, version = version + 1 where realm = $1 and id = $2 and state <> 'withdrawn'`
	sqlResealBrowser  = `update identity_notice_browsers set sealed = $3 where realm = $1 and id = $2`
	sqlResealPushKey  = `update identity_notice_keys set sealed = $2 where realm = $1`
)

func sealedNotices(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedNotices, tx.Realm(), after.ID, sign.Slice)
}

func sealedBrowsers(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedBrowsers, tx.Realm(), after.ID, sign.Slice)
}

func sealedPushKeys(tx *db.Tx, after sign.Row) ([]sign.Row, error) {
	return db.List(tx, scanSealed, sqlSealedPushKeys, tx.Realm(), after.ID, sign.Slice)
}

func resealNotice(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealNotice, tx.Realm(), r.ID, sealed)
	return err
}

func resealBrowser(tx *db.Tx, r sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealBrowser, tx.Realm(), r.ID, sealed)
	return err
}

func resealPushKey(tx *db.Tx, _ sign.Row, sealed []byte) error {
	_, err := tx.Exec(sqlResealPushKey, tx.Realm(), sealed)
	return err
}
