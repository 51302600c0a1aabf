package exchange

import (
	"iter"

	"praya/platform/db"
)

const (
	sqlAddNonce = `insert into exchange_nonces (realm, slot, nonce, call) values ($1, $2, $3, $4) on conflict (realm, slot, nonce) do nothing`

	sqlAddNonces8 = `insert into exchange_nonces (realm, slot, nonce, call) values ($1, $2, $3, $4), ($1, $5, $6, $7), ($1, $8, $9, $10),
		($1, $11, $12, $13), ($1, $14, $15, $16), ($1, $17, $18, $19), ($1, $20, $21, $22), ($1, $23, $24, $25)
		on conflict (realm, slot, nonce) do nothing`

	sqlNonce = `select call from exchange_nonces where realm = $1 and slot = $2 and nonce = $3`

	sqlSweepNonces = `delete from exchange_nonces where realm = $1 and slot < $2 and nonce >= $3 and nonce <= $4`

	accessColumns = `id, at, person, consent, right_id, consumer, service, purpose, fields, method, outcome, status, shown_at, entry, sealed`

	sqlAccess = `select ` + accessColumns + ` from exchange_accesses where realm = $1 and id = $2`

	sqlReceived = `select count(*) from exchange_accesses where realm = $1 and person = $2 and consent = $3 and outcome = 'answered'`

	sqlAnsweredCalls = `select count(*) from exchange_accesses where realm = $1 and consumer = $2 and service = $3 and outcome = 'answered'`

	sqlAccessesOf = `select ` + accessColumns + ` from exchange_accesses
		where realm = $1 and person = $2 and ($3 = '' or consent = $3) and ($4 = '' or consumer = $4) and id < $5 and shown_at <= $6
		order by id desc limit $7`
)

// addNonces remembers the nonces of a group, and says how many were new.
func addNonces(tx *db.Tx, group []*closing) (added int64, err error) {
	const many = 8
	for len(group) > 0 && err == nil {
		var n int64
		if len(group) < many {
			n, err = tx.Exec(sqlAddNonce, tx.Realm(), group[0].slot(), group[0].nonce[:], group[0].ID)
			added, group = added+n, group[1:]
			continue
		}
		args := make([]any, 0, 1+3*many)
		args = append(args, tx.Realm())
		for _, c := range group[:many] {
			args = append(args, c.slot(), c.nonce[:], c.ID)
		}
		n, err = tx.Exec(sqlAddNonces8, args...)
		added, group = added+n, group[many:]
	}
	return added, err
}

func findNonce(tx *db.Tx, c *closing) (id AccessID, err error) {
	return id, tx.Row(sqlNonce, tx.Realm(), c.slot(), c.nonce[:]).Scan(&id)
}

// sweepNonces forgets nonces of slots that have passed, those that begin with a byte.
func sweepNonces(tx *db.Tx, before int64, first byte) (int64, error) {
	from, to := nonceKey{first}, nonceKey{first}
	for i := 1; i < len(to); i++ {
		to[i] = 0xff
	}
	return tx.Exec(sqlSweepNonces, tx.Realm(), before, from[:], to[:])
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

// received counts how often data went on a consent.
func received(tx *db.Tx, c Consent) (n int64, err error) {
	return n, tx.Row(sqlReceived, tx.Realm(), c.Subject, c.ID).Scan(&n)
}

func answeredCalls(tx *db.Tx, consumer, service string) (n int64, err error) {
	return n, tx.Row(sqlAnsweredCalls, tx.Realm(), consumer, service).Scan(&n)
}

func accessesOf(tx *db.Tx, person string, f AccessFilter, before AccessID, limit int) ([]Access, error) {
	return db.List(tx, scanAccess, sqlAccessesOf, tx.Realm(), person, f.Consent, f.Consumer, before, tx.Now(), limit)
}
