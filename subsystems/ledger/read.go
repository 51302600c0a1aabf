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

// Trust is whom to believe about this realm's log: its key, and the witnesses of the policy.
func (s *Service) Trust(ctx context.Context) (Trust, error) {
	l, err := s.log(ctx)
	t := Trust{Key: l.VKey, Quorum: s.Quorum}
	for _, w := range s.Witnesses {
		t.Witnesses = append(t.Witnesses, w.Key)
	}
	return t, err
}
