package cases

import (
	"context"

	"praya/kernel/fault"
	"praya/platform/db"
)

// mostErased is how many cases a transaction erases.
const mostErased = 20

// Erase takes a closed case away with all that was written about it, and the cases that were merged into
// it. Counts of months stay, since they hold nobody. Its files are nobody's then, and go with the next
// sweep.
func (s *Service) Erase(tx *db.Tx, of CaseID, by string) error {
	c, err := holdCase(tx, of)
	if err != nil {
		return err
	}
	if c.State.Open() || by == "" {
		return conflict("not-closed")
	}
	if c.State == Merged && c.MergedInto != "" {
		if _, err := s.Case(tx, c.MergedInto); !fault.Is(err, fault.NotFound) {
			return errorsOf(err, conflict("merged")) // it goes with the case in which it goes on
		}
	}
	if err := s.eraseFollowers(tx, of); err != nil {
		return err
	}
	return errorsOf(s.eraseOne(tx, of), note(tx, "erased", string(of)))
}

func (s *Service) eraseFollowers(tx *db.Tx, of CaseID) error {
	for {
		all, err := casesBy(tx, sqlMergedInto, of, mostFollowers)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, f := range all {
			if err := errorsOf(s.eraseFollowers(tx, f.ID), s.eraseOne(tx, f.ID)); err != nil {
				return err
			}
		}
	}
}

func (s *Service) eraseOne(tx *db.Tx, of CaseID) error {
	all, err := referralRows(tx, of)
	if err != nil {
		return err
	}
	ids := []string{string(of)}
	for _, r := range all {
		ids = append(ids, string(r.ID))
	}
	for _, id := range ids {
		if s.Index == nil {
			break
		}
		if err := s.Index.Delete(tx, SearchScope, id); err != nil {
			return err
		}
	}
	if s.Erased != nil {
		if err := s.Erased(tx, of); err != nil {
			return err
		}
	}
	return eraseRows(tx, of)
}

// eraseOld erases cases that were closed before the retention began.
func (s *Service) eraseOld(ctx context.Context) error {
	if s.Retention <= 0 {
		return nil // for ever
	}
	for {
		n := 0
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			old, err := closedBefore(tx, tx.Now().Add(-s.Retention), mostErased)
			n = len(old)
			for _, of := range old {
				if err == nil {
					err = s.Erase(tx, of, Machine)
				}
			}
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
