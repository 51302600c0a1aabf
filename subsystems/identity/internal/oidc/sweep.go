package oidc

import (
	"context"
	"time"

	"praya/platform/db"
)

// sweepKind deletes the expired rows of one table. A minute's grace keeps the answers
// "has expired" and "was used" apart from "is unknown" for a little while.
func (p *Provider) sweepKind(ctx context.Context, kind int) (total int64, err error) {
	before := p.Clock().Add(-time.Minute)
	for {
		var n int64
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			n, err = sweepSome(tx, kind, before)
			return err
		})
		total += n
		if err != nil || n < sweepSlice {
			return total, err
		}
	}
}

// Sweep deletes what has expired, in slices, and says how many rows: for a job, every few
// minutes. It sweeps both realms.
func (p *Provider) Sweep(ctx context.Context) (total int64, err error) {
	for kind := range sweepKinds {
		n, err := p.sweepKind(ctx, kind)
		if total += n; err != nil {
			return total, err
		}
	}
	return total, nil
}
