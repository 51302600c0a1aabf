package oidc

import (
	"encoding/hex"
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/sign"
)

const (
	sqlAddClient = `insert into identity_oidc_clients (realm, id, kind, metadata, secret, made_at, ended_at, version)
	values ($1, $2, $3, $4, $5, $6, '', 1)`
	sqlChangeClient = `update identity_oidc_clients set kind = $3, metadata = $4, secret = $5, version = version + 1
	where realm = $1 and id = $2 and version = $6`
	sqlClient    = `select id, kind, metadata, secret, made_at, ended_at, version from identity_oidc_clients where realm = $1 and id = $2`
	sqlEndClient = `update identity_oidc_clients set ended_at = $3, version = version + 1 where realm = $1 and id = $2 and ended_at = ''`

	sqlClientGrants  = `update identity_oidc_grants set ended_at = $3 where realm = $1 and client = $2 and ended_at = ''`
	sqlClientTokens  = `delete from identity_oidc_tokens where realm = $1 and client = $2`
	sqlClientAsks    = `delete from identity_oidc_requests where realm = $1 and client = $2`
	sqlClientRefused = `delete from identity_oidc_codes where realm = $1 and client = $2`

	sqlKeys   = `select id, alg, state, public, sealed, made_at, ends_at from identity_oidc_keys where realm = $1 order by made_at, id`
	sqlAddKey = `insert into identity_oidc_keys (realm, id, alg, state, public, sealed, made_at, ends_at)
	values ($1, $2, $3, $4, $5, $6, $7, '') on conflict do nothing`
	sqlNextKey   = `select id, made_at from identity_oidc_keys where realm = $1 and alg = $2 and state = 'next'`
	sqlRetireKey = `update identity_oidc_keys set state = 'retired', ends_at = $3 where realm = $1 and alg = $2 and state = 'current'`
	sqlUseKey    = `update identity_oidc_keys set state = 'current' where realm = $1 and id = $2 and state = 'next'`

	sqlAddReplay = `insert into identity_oidc_replays (realm, hash, expires_at) values ($1, $2, $3) on conflict do nothing`

	sqlExpiredRequests = `delete from identity_oidc_requests where (realm, hash) in
	(select realm, hash from identity_oidc_requests where expires_at < $1 order by expires_at limit $2)`
	sqlExpiredCodes = `delete from identity_oidc_codes where (realm, hash) in
	(select realm, hash from identity_oidc_codes where expires_at < $1 order by expires_at limit $2)`
	sqlExpiredTokens = `delete from identity_oidc_tokens where (realm, hash) in
	(select realm, hash from identity_oidc_tokens where expires_at < $1 order by expires_at limit $2)`
	sqlExpiredReplays = `delete from identity_oidc_replays where (realm, hash) in
	(select realm, hash from identity_oidc_replays where expires_at < $1 order by expires_at limit $2)`
	sqlExpiredGrants = `delete from identity_oidc_grants where (realm, id) in
	(select realm, id from identity_oidc_grants where ends_at < $1 order by ends_at limit $2)`
	sqlExpiredKeys = `delete from identity_oidc_keys where (realm, id) in
	(select realm, id from identity_oidc_keys where state = 'retired' and ends_at < $1 limit $2)`
)

func saveClient(tx *db.Tx, c Client) error {
	metadata, err := json.Marshal(c.Metadata)
	if err != nil {
		return err
	}
	if c.Version == 0 {
		_, err := tx.Exec(sqlAddClient, tx.Realm(), c.ID, string(c.Kind), string(metadata), blob(c.secret), tx.Now())
		return err
	}
	return tx.Change(sqlChangeClient, tx.Realm(), c.ID, string(c.Kind), string(metadata), blob(c.secret), c.Version)
}

// blob keeps nil out of columns that are not null.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func readClient(tx *db.Tx, id string) (*Client, error) {
	c := &Client{}
	var kind, metadata string
	if err := tx.Row(sqlClient, tx.Realm(), id).Scan(&c.ID, &kind, &metadata, &c.secret, &c.MadeAt, &c.EndedAt, &c.Version); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(metadata), &c.Metadata); err != nil {
		return nil, err
	}
	c.Kind = Kind(kind)
	if len(c.JWKS) > 0 {
		keys, err := readKeySet(c.JWKS)
		if err != nil {
			return nil, err
		}
		c.keys = keys
	}
	return c, nil
}

// endClient ends what a client holds.
func endClient(tx *db.Tx, id string) error {
	if _, err := tx.Exec(sqlClientGrants, tx.Realm(), id, tx.Now()); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlClientTokens, tx.Realm(), id); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlClientAsks, tx.Realm(), id); err != nil {
		return err
	}
	_, err := tx.Exec(sqlClientRefused, tx.Realm(), id)
	return err
}

func listKeys(tx *db.Tx) ([]signingKey, error) {
	return db.List(tx, func(s db.Scanner) (k signingKey, err error) {
		var public string
		if err := s.Scan(&k.id, &k.alg, &k.state, &public, &k.sealed, &k.madeAt, &k.endsAt); err != nil {
			return k, err
		}
		return k, k.public.UnmarshalJSON([]byte(public))
	}, sqlKeys, tx.Realm())
}

func addKey(tx *db.Tx, k signingKey) error {
	public, err := k.public.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlAddKey, tx.Realm(), k.id, k.alg, k.state, string(public), k.sealed, tx.Now())
	return err
}

func nextKey(tx *db.Tx, alg string) (k signingKey, err error) {
	err = tx.Row(sqlNextKey, tx.Realm(), alg).Scan(&k.id, &k.madeAt)
	return k, err
}

// addReplay reports whether a hash is seen for the first time.
func addReplay(tx *db.Tx, hash []byte, ends when.Instant) (bool, error) {
	n, err := tx.Exec(sqlAddReplay, tx.Realm(), hash, ends)
	return n == 1, err
}

// place is where a sealed column of ours stands.
func place(tx *db.Tx, table, id string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: table, Column: "content", ID: id}
}

func hexOf(hash []byte) string { return hex.EncodeToString(hash) }

// sweepSlice keeps a sweep's transactions short.
const sweepSlice = 500

func sweepSome(tx *db.Tx, statement int, before when.Instant) (int64, error) {
	switch statement {
	case 0:
		return tx.Exec(sqlExpiredRequests, before, sweepSlice)
	case 1:
		return tx.Exec(sqlExpiredCodes, before, sweepSlice)
	case 2:
		return tx.Exec(sqlExpiredTokens, before, sweepSlice)
	case 3:
		return tx.Exec(sqlExpiredReplays, before, sweepSlice)
	case 4:
		return tx.Exec(sqlExpiredGrants, before, sweepSlice)
	case 5:
		return tx.Exec(sqlExpiredKeys, before, sweepSlice)
	}
	return 0, fault.New(fault.NotFound, "db.none")
}

const sweepKinds = 6
