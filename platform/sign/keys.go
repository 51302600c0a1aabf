package sign

import (
	"context"
	"embed"
	"sync"

	"praya/kernel/fault"
	"praya/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is what this package keeps in the store.
func Schema() db.Schema { return db.Schema{Owner: "sign", Files: files} }

// Keys is the ring of a store.
type Keys struct {
	d    *db.DB
	file KeyFile
	mu   sync.RWMutex
	ring Ring
}

// OpenKeys reads the ring from the store, and makes it on the first start.
func OpenKeys(ctx context.Context, d *db.DB, file KeyFile) (*Keys, error) {
	k := &Keys{d: d, file: file}
	err := k.Reload(ctx)
	if !fault.Is(err, fault.NotFound) {
		return k, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		sealed, err := NewRing(tx.Now()).Sealed(file)
		if err != nil {
			return err
		}
		_, err = tx.Exec(sqlInsert, sealed)
		return err
	})
	if err != nil && !fault.Is(err, fault.Conflict) { // another process was faster
		return nil, err
	}
	return k, k.Reload(ctx)
}

// Ring is the ring as it was read last.
func (k *Keys) Ring() Ring {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.ring
}

// Reload reads the ring again: a process does so when it meets a generation that it
// does not know, since another may have rotated.
func (k *Keys) Reload(ctx context.Context) error {
	ring, _, err := k.read(ctx)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ring = ring
	return nil
}

func (k *Keys) read(ctx context.Context) (ring Ring, version int64, err error) {
	var sealed string
	err = k.d.Read(ctx, func(tx *db.Tx) error { return tx.Row(sqlRing).Scan(&sealed, &version) })
	if err != nil {
		return Ring{}, 0, err
	}
	ring, err = OpenRing(k.file, sealed)
	return ring, version, err
}

// Rotate makes a new active generation. Fields move to it by Reseal, at leisure.
func (k *Keys) Rotate(ctx context.Context) error {
	ring, version, err := k.read(ctx)
	if err != nil {
		return err
	}
	err = k.d.Write(ctx, func(tx *db.Tx) error {
		sealed, err := ring.Rotate(tx.Now()).Sealed(k.file)
		if err != nil {
			return err
		}
		return tx.Change(sqlUpdate, sealed, version)
	})
	if err != nil {
		return err
	}
	return k.Reload(ctx)
}
