package oidc

import (
	"context"
	"encoding/json"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlAddRequest = `insert into identity_oidc_requests
	(realm, hash, kind, client, handle, account, state, grant_id, content, polled_at, pause, expires_at)
	values ($1, $2, $3, $4, $5, $6, 'open', '', $7, $8, $9, $10)`
	sqlTakeRequest = `delete from identity_oidc_requests where realm = $1 and hash = $2 and kind = $3
	returning hash, kind, client, state, grant_id, content, polled_at, pause, expires_at`
	sqlRequest = `select hash, kind, client, state, grant_id, content, polled_at, pause, expires_at
	from identity_oidc_requests where realm = $1 and hash = $2 and kind = $3`
	sqlHandled = `select hash, kind, client, state, grant_id, content, polled_at, pause, expires_at
	from identity_oidc_requests where realm = $1 and handle = $2 and kind = 'backchannel'`
	sqlWaiting = `select hash, kind, client, state, grant_id, content, polled_at, pause, expires_at
	from identity_oidc_requests where realm = $1 and account = $2 and kind = 'backchannel' and state = 'open' and expires_at > $3
	order by expires_at limit 50`
	sqlSettle = `update identity_oidc_requests set state = $3, grant_id = $4 where realm = $1 and hash = $2 and state = 'open'`
	sqlPolled = `update identity_oidc_requests set polled_at = $3, pause = $4 where realm = $1 and hash = $2`
)

// The kinds of request that are kept.
const (
	kindPushed      = "pushed"
	kindPending     = "pending"
	kindBackchannel = "backchannel"
	kindLogout      = "logout"

	stateOpen     = "open"
	stateApproved = "approved"
)

// requestRow is a request as it is stored.
type requestRow struct {
	hash, handle, content []byte
	kind, client, account string
	state, grantID        string
	polledAt, expiresAt   when.Instant
	pause                 int64
}

func requestPlace(realm who.Realm, hash []byte) sign.Place {
	return sign.Place{Realm: realm, Table: "identity_oidc_requests", Column: "content", ID: hexOf(hash)}
}

// sealRequest makes the row of a request that is found by a secret.
func (p *Provider) sealRequest(ctx context.Context, found, kind string, r Request) (requestRow, error) {
	row := requestRow{hash: hashOf(found), kind: kind, client: r.ClientID, expiresAt: r.ExpiresAt}
	if kind == kindBackchannel {
		row.handle, row.account = hashOf(r.ID), r.Account
	}
	plain, err := json.Marshal(r)
	if err == nil {
		row.content, err = p.Ring.Encrypt(requestPlace(who.From(ctx).Realm, row.hash), plain)
	}
	return row, err
}

func (p *Provider) openRequest(ctx context.Context, row requestRow) (r Request, err error) {
	plain, err := p.Ring.Decrypt(requestPlace(who.From(ctx).Realm, row.hash), row.content)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(plain, &r)
}

func addRequest(tx *db.Tx, row requestRow) error {
	_, err := tx.Exec(sqlAddRequest, tx.Realm(), row.hash, row.kind, row.client, blob(row.handle), row.account, row.content,
		row.polledAt, row.pause, row.expiresAt)
	return err
}

func scanRequest(s db.Scanner) (row requestRow, err error) {
	return row, s.Scan(&row.hash, &row.kind, &row.client, &row.state, &row.grantID, &row.content, &row.polledAt, &row.pause, &row.expiresAt)
}

// takeRequest removes a request and gives it to the one who did.
func takeRequest(tx *db.Tx, hash []byte, kind string) (row requestRow, err error) {
	err = tx.Row(sqlTakeRequest, tx.Realm(), hash, kind).Scan(&row.hash, &row.kind, &row.client, &row.state, &row.grantID,
		&row.content, &row.polledAt, &row.pause, &row.expiresAt)
	return row, err
}

func findRequest(tx *db.Tx, hash []byte, kind string) (requestRow, error) {
	return scanRequest(tx.Row(sqlRequest, tx.Realm(), hash, kind))
}

func findHandled(tx *db.Tx, handle []byte) (requestRow, error) {
	return scanRequest(tx.Row(sqlHandled, tx.Realm(), handle))
}

func listWaiting(tx *db.Tx, account string) ([]requestRow, error) {
	return db.List(tx, scanRequest, sqlWaiting, tx.Realm(), account, tx.Now())
}

// settleRequest answers a backchannel request, once.
func settleRequest(tx *db.Tx, hash []byte, state, grantID string) error {
	return tx.Change(sqlSettle, tx.Realm(), hash, state, grantID)
}

func notePoll(tx *db.Tx, hash []byte, pause int64) error {
	_, err := tx.Exec(sqlPolled, tx.Realm(), hash, tx.Now(), pause)
	return err
}
