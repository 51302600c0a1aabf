package exchange

import (
	"context"
	"strconv"

	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// JobRefresh writes what is sealed anew with the present key, after a rotation.
const JobRefresh = "exchange.refresh"

// Refresh writes a realm's sealed values anew with the present key. It may run again after a
// crash, and beside all else.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.reseal(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) reseal(ctx context.Context, report func(done int64)) error {
	return s.Keys.RefreshColumns(ctx, s.DB, []sign.Column{
		{
			Read:  sealedConsents,
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return subjectPlace(tx.Realm(), ConsentID(r.ID)) },
			Write: resealConsent,
		},
		{
			Read:  sealedRecords,
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return recordPlaceOf(tx.Realm(), r) },
			Write: resealRecord,
		},
		{
			Read:  sealedAccesses,
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return evidencePlace(tx.Realm(), AccessID(r.ID)) },
			Write: resealAccess,
		},
		{
			Read: sealedReports,
			Place: func(tx *db.Tx, r sign.Row) sign.Place {
				return sign.Place{Realm: tx.Realm(), Table: "exchange_reports", Column: r.Part, ID: r.ID}
			},
			Write: resealReport,
		},
	}, report)
}

func recordPlaceOf(realm who.Realm, r sign.Row) sign.Place {
	return recordPlace(realm, ConsentID(r.ID), numberOf(r))
}

// numberOf is a record's number, which stands in its row as text.
func numberOf(r sign.Row) int64 {
	n, err := strconv.ParseInt(r.Part, 10, 64)
	if err != nil {
		return 0 // before the first
	}
	return n
}

// Stale counts the values of a realm that are sealed with an older key.
func (s *Service) Stale(ctx context.Context) (n int64, err error) {
	mark, err := s.Keys.Mark()
	if err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = countStale(tx, mark)
		return err
	})
	return n, err
}
