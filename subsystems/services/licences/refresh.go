package licences

import (
	"context"
	"strconv"

	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// JobRefresh writes what is sealed anew with the present key, after a rotation.
const JobRefresh = "licences.refresh"

// Refresh is that job. It may run again after a crash, and beside all else.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.reseal(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) reseal(ctx context.Context, report func(done int64)) error {
	return s.Keys.RefreshColumns(ctx, s.DB, []sign.Column{
		{
			Read:  sealedValues,
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return valuesPlace(tx.Realm(), LicenceID(r.ID)) },
			Write: resealValues,
		},
		{
			Read:  sealedRecords,
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return recordPlace(tx.Realm(), LicenceID(r.ID), numberOf(r)) },
			Write: resealRecord,
		},
		{
			Read:  sealedProposals,
			Place: func(tx *db.Tx, r sign.Row) sign.Place { return proposalPlace(tx.Realm(), LicenceID(r.ID)) },
			Write: resealProposal,
		},
	}, report)
}

// numberOf is a change's number, which stands in its row as text.
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
