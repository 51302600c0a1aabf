package exchange

import (
	"iter"

	"praya/platform/db"
)

const (
	sqlAddNonce = `insert into exchange_nonces (realm, nonce, call, until) values ($1, $2, $3, $4) on conflict (realm, nonce) do nothing`

	sqlAddNonces8 = `insert into exchange_nonces (realm, nonce, call, until) values ($1, $2, $3, $4), ($1, $5, $6, $7), ($1, $8, $9, $10),
		($1, $11, $12, $13), ($1, $14, $15, $16), ($1, $17, $18, $19), ($1, $20, $21, $22), ($1, $23, $24, $25) on conflict (realm, nonce) do nothing`

	sqlNonce = `select call from exchange_nonces where realm = $1 and nonce = $2`

	sqlSweepNonces = `delete from exchange_nonces where realm = $1 and until < $2`

	accessColumns = `id, at, person, consent, right_id, consumer, service, purpose, fields, method, outcome, status, shown_at, entry, sealed`

	sqlAccess = `select ` + accessColumns + ` from exchange_accesses where realm = $1 and id = $2`

	sqlAccessesOf = `select ` + accessColumns + ` from exchange_accesses
		where realm = $1 and person = $2 and id < $3 and shown_at <= $4 order by id desc limit $5`

	sqlAccessesOfConsent = `select ` + accessColumns + ` from exchange_accesses
		where realm = $1 and person = $2 and consent = $3 and id < $4 and shown_at <= $5 order by id desc limit $6`
)

// addNonces remembers the nonces of a group, and says how many were new.
func addNonces(tx *db.Tx, group []*closing) (added int64, err error) {
	const many = 8
	for len(group) > 0 && err == nil {
		var n int64
		if len(group) < many {
			n, err = tx.Exec(sqlAddNonce, tx.Realm(), group[0].nonce[:], group[0].ID, group[0].until)
			added, group = added+n, group[1:]
			continue
		}
		args := make([]any, 0, 1+3*many)
		args = append(args, tx.Realm())
		for _, c := range group[:many] {
			args = append(args, c.nonce[:], c.ID, c.until)
		}
		n, err = tx.Exec(sqlAddNonces8, args...)
		added, group = added+n, group[many:]
	}
	return added, err
}

func findNonce(tx *db.Tx, k nonceKey) (id AccessID, err error) {
	return id, tx.Row(sqlNonce, tx.Realm(), k[:]).Scan(&id)
}

// sweepNonces forgets what is too old to be played again.
func sweepNonces(tx *db.Tx, before int64) (int64, error) {
	return tx.Exec(sqlSweepNonces, tx.Realm(), before)
}

func addAccesses(tx *db.Tx, group []*closing) error {
	rows := iter.Seq[[]any](func(yield func([]any) bool) {
		for _, c := range group {
			if !yield([]any{
				tx.Realm(), c.ID, c.At, c.Person, c.Consent, c.Right, c.Consumer, c.Service, c.Purpose, c.Fields,
				c.Method, c.outcome.outcome(), c.Status, c.Shown, c.Entry, c.sealed,
			}) {
				return
			}
		}
	})
	_, err := tx.InsertMany("exchange_accesses", []string{
		"realm", "id", "at", "person", "consent", "right_id", "consumer", "service", "purpose", "fields",
		"method", "outcome", "status", "shown_at", "entry", "sealed",
	}, rows)
	return err
}

func scanAccess(s db.Scanner) (a Access, err error) {
	err = s.Scan(&a.ID, &a.At, &a.Person, &a.Consent, &a.Right, &a.Consumer, &a.Service, &a.Purpose, &a.Fields, &a.Method,
		&a.Outcome, &a.Status, &a.Shown, &a.Entry, &a.sealed)
	if a.Outcome == answeredText {
		a.Outcome = ""
	}
	return a, err
}

func findAccess(tx *db.Tx, id AccessID) (Access, error) {
	return scanAccess(tx.Row(sqlAccess, tx.Realm(), id))
}

func accessesOf(tx *db.Tx, person string, before AccessID, limit int) ([]Access, error) {
	return db.List(tx, scanAccess, sqlAccessesOf, tx.Realm(), person, before, tx.Now(), limit)
}

func accessesOfConsent(tx *db.Tx, person string, c ConsentID, before AccessID, limit int) ([]Access, error) {
	return db.List(tx, scanAccess, sqlAccessesOfConsent, tx.Realm(), person, c, before, tx.Now(), limit)
}
