package limits

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is what this package keeps in the store.
func Schema() db.Schema { return db.Schema{Owner: "limits", Files: files} }

// Lease is a right that one holder has for a time.
type Lease struct {
	d      *db.DB
	name   string
	holder string
	Until  when.Instant
}

// Acquire takes a lease of the context's realm, or gives Conflict when another has it.
func Acquire(ctx context.Context, d *db.DB, name string, ttl time.Duration) (*Lease, error) {
	l := &Lease{d: d, name: name}
	err := d.WriteLatest(ctx, func(tx *db.Tx) error {
		l.holder, l.Until = id.New[string](tx.Now()), tx.Now().Add(ttl)
		n, err := tx.Exec(sqlAcquire, tx.Realm(), name, l.holder, l.Until, tx.Now())
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "limits.held")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Renew prolongs the lease, or gives Conflict when it has ended.
func (l *Lease) Renew(ctx context.Context, ttl time.Duration) error {
	return l.d.WriteLatest(ctx, func(tx *db.Tx) error {
		until := tx.Now().Add(ttl)
		if err := tx.Change(sqlRenew, tx.Realm(), l.name, l.holder, until, tx.Now()); err != nil {
			return err
		}
		l.Until = until
		return nil
	})
}

// Release gives the lease back; it does not mind when it has ended.
func (l *Lease) Release(ctx context.Context) error {
	return l.d.WriteLatest(ctx, func(tx *db.Tx) error {
		return tx.Do(sqlRelease, tx.Realm(), l.name, l.holder)
	})
}

// Rate allows Burst at once, and then one each Per.
type Rate struct {
	Burst int
	Per   time.Duration
}

// Take takes one of a key's allowance. When there is none it gives TooMany, and how
// long to wait for the next.
func Take(ctx context.Context, d *db.DB, key string, r Rate) (wait time.Duration, err error) {
	return take(ctx, d, key, r, 1)
}

func take(ctx context.Context, d *db.DB, key string, r Rate, lot int) (wait time.Duration, err error) {
	sum := sha256.Sum256([]byte(key))
	hash := hex.EncodeToString(sum[:16])
	err = d.WriteLatest(ctx, func(tx *db.Tx) error {
		wait = 0
		now := tx.Now().Time().UnixMicro()
		cost, burst := r.Per.Microseconds()*int64(lot), r.Per.Microseconds()*int64(r.Burst)
		n, err := tx.Exec(sqlTake, tx.Realm(), hash, now+cost, now, cost, now+burst)
		if err != nil || n > 0 {
			return err
		}
		var full int64
		if err := tx.Row(sqlFullAt, tx.Realm(), hash).Scan(&full); err != nil {
			return err
		}
		wait = max(time.Duration(full+cost-burst-now)*time.Microsecond, 0)
		return nil
	})
	if err == nil && wait > 0 {
		err = fault.New(fault.TooMany, "limits.slower")
	}
	return wait, err
}

// Sweep takes out buckets that are full again and leases that have long ended, of all
// realms.
func Sweep(ctx context.Context, d *db.DB) (n int64, err error) {
	err = d.WriteLatest(ctx, func(tx *db.Tx) error {
		if n, err = tx.Exec(sqlSweep, tx.Now().Time().UnixMicro()); err != nil {
			return err
		}
		m, err := tx.Exec(sqlExpire, tx.Now().Add(-time.Hour))
		n += m
		return err
	})
	return n, err
}
