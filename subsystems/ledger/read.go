package ledger

import (
	"context"

	"praya/platform/db"
)

// Checkpoint is the newest published checkpoint.
func (s *Service) Checkpoint(ctx context.Context) (p published, err error) {
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		p, err = findCheckpoint(tx)
		return err
	})
	return p, err
}

func (s *Service) log(ctx context.Context) (l logRow, err error) {
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		l, err = findLog(tx)
		return err
	})
	return l, err
}
