package licences

import (
	"context"
	"encoding/json"
	"strconv"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
)

// JobRefresh writes what is sealed anew: all with the present key, after a rotation; or, when its
// arguments name a kind whose public fields changed, the licences of that kind.
const JobRefresh = "licences.refresh"

type refreshArgs struct {
	Kind string `json:"kind,omitempty"`
}

// Refresh is that job. It may run again after a crash, and beside all else.
func (s *Service) Refresh(ctx context.Context, j jobs.Job, progress *jobs.Progress) error {
	report := func(done int64) { progress.Report(ctx, done, 0, "") }
	var a refreshArgs
	if len(j.Args) > 0 {
		if err := json.Unmarshal(j.Args, &a); err != nil {
			return fault.New(fault.Invalid, "licences.fault.no-kind").Because(err)
		}
	}
	if a.Kind != "" {
		return s.part(ctx, a.Kind, report)
	}
	return s.reseal(ctx, report)
}

// partLater parts the licences of a kind anew in those values that stand open and those that are
// sealed.
func partLater(tx *db.Tx, k Kind) error {
	args, err := json.Marshal(refreshArgs{k.Code})
	if err == nil {
		_, err = jobs.Enqueue(tx, jobs.Job{Kind: JobRefresh, Key: "kind." + k.Code + "." + strconv.FormatInt(k.Version, 10), Args: args})
	}
	return err
}

// part does it, a slice at a time. Versions stay: no licence says anything else by it.
func (s *Service) part(ctx context.Context, kind string, report func(done int64)) error {
	after, done := LicenceID(""), int64(0)
	for {
		n, last := 0, after
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			k, err := kindByCode(tx, kind)
			if err != nil {
				return err
			}
			rows, err := ofKind(tx, kind, after, sign.Slice)
			if n, last = len(rows), after; err != nil {
				return err
			}
			for _, r := range rows {
				if err := s.partOne(tx, k, r); err != nil {
					return err
				}
				last = r.ID
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
		after, done = last, done+int64(n)
		report(done)
	}
}

func (s *Service) partOne(tx *db.Tx, k Kind, r row) error {
	l, err := s.opened(tx, r, nil)
	if err != nil {
		return err
	}
	open, private := k.split(l.Values)
	sealed, err := s.sealJSON(valuesPlace(tx.Realm(), l.ID), inside{private, l.Why})
	if err != nil {
		return err
	}
	if err := putParts(tx, l, open, sealed); err != nil {
		return err
	}
	if err := deleteTerms(tx, l.ID); err != nil {
		return err
	}
	return addTerms(tx, l.ID, terms(k, open))
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
