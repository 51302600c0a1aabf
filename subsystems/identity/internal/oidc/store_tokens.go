package oidc

import (
	"encoding/json"

	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlAddGrant = `insert into identity_oidc_grants (realm, id, client, account, session, content, made_at, ends_at, ended_at)
	values ($1, $2, $3, $4, $5, $6, $7, $8, '')`
	sqlGrant         = `select id, client, account, session, content, made_at from identity_oidc_grants where realm = $1 and id = $2 and ended_at = ''`
	sqlEndGrant      = `update identity_oidc_grants set ended_at = $3 where realm = $1 and id = $2 and ended_at = ''`
	sqlSessionGrants = `select id, client, account, session, content, made_at from identity_oidc_grants
	where realm = $1 and session = $2 and ended_at = '' order by made_at, id`
	sqlAccountGrants = `select id, client, account, session, content, made_at from identity_oidc_grants
	where realm = $1 and account = $2 and client = $3 and ended_at = '' order by made_at, id`
	sqlAllGrants = `select id, client, account, session, content, made_at from identity_oidc_grants
	where realm = $1 and account = $2 and ended_at = '' order by made_at, id`
	sqlLiveGrant    = `select id from identity_oidc_grants where realm = $1 and account = $2 and client = $3 and ended_at = '' and ends_at > $4 limit 1`
	sqlLeaveSession = `update identity_oidc_grants set session = '' where realm = $1 and id = $2`

	sqlAddCode = `insert into identity_oidc_codes (realm, hash, grant_id, client, redirect_uri, challenge, jkt, used_at, expires_at)
	values ($1, $2, $3, $4, $5, $6, $7, '', $8)`
	sqlCode    = `select grant_id, client, redirect_uri, challenge, jkt, used_at, expires_at from identity_oidc_codes where realm = $1 and hash = $2`
	sqlUseCode = `update identity_oidc_codes set used_at = $3, expires_at = $4 where realm = $1 and hash = $2 and used_at = ''`

	sqlAddToken = `insert into identity_oidc_tokens (realm, hash, kind, grant_id, client, subject, scope, details, jkt, issued_at, expires_at)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlToken = `select kind, grant_id, client, subject, scope, details, jkt, issued_at, expires_at
	from identity_oidc_tokens where realm = $1 and hash = $2`
	sqlDropToken  = `delete from identity_oidc_tokens where realm = $1 and hash = $2`
	sqlDropTokens = `delete from identity_oidc_tokens where realm = $1 and grant_id = $2 and grant_id <> ''`
	sqlDropAccess = `delete from identity_oidc_tokens where realm = $1 and grant_id = $2 and grant_id <> '' and kind = 'access'`
)

func (p *Provider) addGrant(tx *db.Tx, g Grant, ends when.Instant) error {
	plain, err := json.Marshal(g)
	if err != nil {
		return err
	}
	content, err := p.Ring.Encrypt(place(tx, "identity_oidc_grants", g.ID), plain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlAddGrant, tx.Realm(), g.ID, g.ClientID, g.Account, g.SessionID, content, tx.Now(), ends)
	return err
}

type grantRow struct {
	id, client, account, session string
	content                      []byte
	madeAt                       when.Instant
}

func scanGrant(s db.Scanner) (r grantRow, err error) {
	return r, s.Scan(&r.id, &r.client, &r.account, &r.session, &r.content, &r.madeAt)
}

// openGrant reads what was sealed; the columns tell what can be found.
func (p *Provider) openGrant(tx *db.Tx, r grantRow) (g Grant, err error) {
	plain, err := p.Ring.Decrypt(place(tx, "identity_oidc_grants", r.id), r.content)
	if err != nil {
		return g, err
	}
	err = json.Unmarshal(plain, &g)
	g.ID, g.ClientID, g.Account, g.SessionID, g.MadeAt = r.id, r.client, r.account, r.session, r.madeAt
	return g, err
}

// grant reads a grant that has not ended; NotFound otherwise.
func (p *Provider) grant(tx *db.Tx, id string) (Grant, error) {
	row, err := scanGrant(tx.Row(sqlGrant, tx.Realm(), id))
	if err != nil {
		return Grant{}, err
	}
	return p.openGrant(tx, row)
}

func (p *Provider) openGrants(tx *db.Tx, rows []grantRow, err error) ([]Grant, error) {
	var out []Grant
	for _, r := range rows {
		g, err := p.openGrant(tx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, err
}

func (p *Provider) sessionGrants(tx *db.Tx, session string) ([]Grant, error) {
	rows, err := db.List(tx, scanGrant, sqlSessionGrants, tx.Realm(), session)
	return p.openGrants(tx, rows, err)
}

func (p *Provider) accountGrants(tx *db.Tx, account, client string) ([]Grant, error) {
	if client == "" {
		rows, err := db.List(tx, scanGrant, sqlAllGrants, tx.Realm(), account)
		return p.openGrants(tx, rows, err)
	}
	rows, err := db.List(tx, scanGrant, sqlAccountGrants, tx.Realm(), account, client)
	return p.openGrants(tx, rows, err)
}

// endGrant ends a grant and all its tokens.
func endGrant(tx *db.Tx, id string) error {
	if id == "" {
		return nil
	}
	if _, err := tx.Exec(sqlEndGrant, tx.Realm(), id, tx.Now()); err != nil {
		return err
	}
	_, err := tx.Exec(sqlDropTokens, tx.Realm(), id)
	return err
}

// leaveSession ends a grant's access tokens but leaves its offline access.
func leaveSession(tx *db.Tx, id string) error {
	if _, err := tx.Exec(sqlLeaveSession, tx.Realm(), id); err != nil {
		return err
	}
	_, err := tx.Exec(sqlDropAccess, tx.Realm(), id)
	return err
}

type codeRow struct {
	grantID, client, redirectURI, challenge, jkt string
	usedAt, expiresAt                            when.Instant
}

func addCode(tx *db.Tx, hash []byte, c codeRow) error {
	_, err := tx.Exec(sqlAddCode, tx.Realm(), hash, c.grantID, c.client, c.redirectURI, c.challenge, c.jkt, c.expiresAt)
	return err
}

func findCode(tx *db.Tx, hash []byte) (c codeRow, err error) {
	err = tx.Row(sqlCode, tx.Realm(), hash).Scan(&c.grantID, &c.client, &c.redirectURI, &c.challenge, &c.jkt, &c.usedAt, &c.expiresAt)
	return c, err
}

// useCode marks a code, and keeps it as long as a second use must be recognised.
func useCode(tx *db.Tx, hash []byte, keep when.Instant) (bool, error) {
	n, err := tx.Exec(sqlUseCode, tx.Realm(), hash, tx.Now(), keep)
	return n == 1, err
}

// tokenRow is an access or refresh token as it is stored.
type tokenRow struct {
	kind, grantID, client, subject, scope string
	details                               []byte
	jkt                                   string
	issuedAt, expiresAt                   when.Instant
}

const (
	kindAccess  = "access"
	kindRefresh = "refresh"
)

func addToken(tx *db.Tx, hash []byte, t tokenRow) error {
	_, err := tx.Exec(sqlAddToken, tx.Realm(), hash, t.kind, t.grantID, t.client, t.subject, t.scope, blob(t.details), t.jkt, t.issuedAt, t.expiresAt)
	return err
}

func findToken(tx *db.Tx, hash []byte) (t tokenRow, err error) {
	err = tx.Row(sqlToken, tx.Realm(), hash).Scan(&t.kind, &t.grantID, &t.client, &t.subject, &t.scope, &t.details, &t.jkt, &t.issuedAt, &t.expiresAt)
	return t, err
}

func dropToken(tx *db.Tx, hash []byte) error {
	_, err := tx.Exec(sqlDropToken, tx.Realm(), hash)
	return err
}
