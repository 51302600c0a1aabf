package services

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/files"
	"praya/platform/jobs"
)

// keepOld is for how long bytes stay that were sealed anew: a backup that runs has read the rows
// already, and copies the bytes that they named; and somebody may be reading them.
const keepOld = 24 * time.Hour

// keyOf names the key with which something is sealed: it stands before it, and a zero byte.
func keyOf(sealed []byte) string {
	name, _, _ := bytes.Cut(sealed, []byte{0})
	return string(name)
}

// resealUploads seals the bytes of uploads anew with the present key: one file in a transaction,
// which moves its row to the new bytes. What is done is noted in the row, so that a run that was
// broken off goes on where it was. A file that cannot be read stops no other one.
func (s *Service) resealUploads(ctx context.Context, report func(done int64)) error {
	mark, err := s.Keys.Mark()
	if err != nil {
		return err
	}
	var broken error
	var after upload
	for done := int64(0); ; {
		var some []upload
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			some, err = uploadsUnder(tx, keyOf(mark), after)
			return err
		})
		if err != nil || len(some) == 0 {
			return errors.Join(broken, err)
		}
		for _, u := range some {
			if err := ctx.Err(); err != nil {
				return errors.Join(broken, err)
			}
			if err := s.resealUpload(ctx, u); err != nil {
				broken = errors.Join(broken, fmt.Errorf("file %s of %s: %w", u.file, u.application, err))
			}
			done++
			report(done)
		}
		after = some[len(some)-1]
	}
}

func (s *Service) resealUpload(ctx context.Context, u upload) error {
	sealed, err := s.sealedBytes(ctx, files.Address(u.address))
	if err != nil {
		return s.unlessGone(ctx, u, err)
	}
	fresh, changed, err := s.Keys.Refresh(filePlace(who.From(ctx).Realm, u.application, u.file, "bytes"), sealed)
	if err != nil {
		return err
	}
	to := files.Address(u.address)
	if changed {
		blob, err := s.Files.Put(ctx, bytes.NewReader(fresh))
		if err != nil {
			return err
		}
		to = blob.Address
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		moved, err := moveUpload(tx, u, string(to), keyOf(fresh))
		if err != nil || !changed {
			return err
		}
		over, at := u.address, tx.Now().Add(keepOld)
		if !moved { // the draft was deleted meanwhile
			over, at = string(to), tx.Now()
		}
		_, err = jobs.Enqueue(tx, jobs.Job{Kind: JobForget, Key: over, Args: fact(over), RunAt: at})
		return err
	})
}

// unlessGone passes over a file whose draft was deleted while its bytes were looked for.
func (s *Service) unlessGone(ctx context.Context, u upload, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	there := true
	read := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		there, err = stands(tx, u)
		return err
	})
	if read != nil || there {
		return errors.Join(err, read)
	}
	return nil
}

func (s *Service) sealedBytes(ctx context.Context, at files.Address) (sealed []byte, err error) {
	r, err := s.Files.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
