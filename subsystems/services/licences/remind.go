package licences

import (
	"context"
	"slices"
	"strconv"

	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/jobs"
)

// JobRemind tells holders once a day that a licence ends soon. Its key is the day.
const JobRemind = "licences.remind"

// remindSlice is how many licences are read at once.
const remindSlice = 100

// Remind is that job. It may run again after a crash: each reminder has a key by which it is told
// once.
func (s *Service) Remind(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.remind(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) remind(ctx context.Context, report func(done int64)) error {
	var kinds []Kind
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		kinds, err = allKinds(tx)
		return err
	})
	if err != nil {
		return err
	}
	done := int64(0)
	for _, k := range kinds {
		// The nearest first: who is told that a week is left is not told that a month is.
		for _, before := range slices.Sorted(slices.Values(k.Remind)) {
			n, err := s.remindKind(ctx, k, before)
			if err != nil {
				return err
			}
			done += n
			report(done)
		}
	}
	return nil
}

func (s *Service) remindKind(ctx context.Context, k Kind, before int) (done int64, err error) {
	for {
		var rows []row
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			rows, err = due(tx, k.Code, tx.Now().Day(), before, remindSlice)
			return err
		})
		if err != nil || len(rows) == 0 {
			return done, err
		}
		for _, r := range rows {
			if err := s.remindOne(ctx, k, r.Licence, before); err != nil {
				return done, err
			}
			done++
		}
	}
}

func (s *Service) remindOne(ctx context.Context, k Kind, l Licence, before int) error {
	key := "licences.remind." + string(l.ID) + "." + l.Until.String() + "." + strconv.Itoa(before)
	title := s.inAll(func(w lang.Lang) string {
		return s.Words.In(w).T("licences.remind.title", "kind", k.Name.In(w))
	})
	text := s.inAll(func(w lang.Lang) string {
		return s.Words.In(w).T("licences.remind.text", "kind", k.Name.In(w), "number", l.Number, "day", l.Until)
	})
	if err := s.People.Tell(ctx, l.Holder, key, ownPath+"/"+string(l.ID), title, text); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return setReminded(tx, l, before) })
}

// inAll is a text in every language.
func (s *Service) inAll(text func(lang.Lang) string) lang.Text {
	return lang.Text{TC: text(lang.TC), EN: text(lang.EN), SC: text(lang.SC)}
}

// ownPath is where a person's licences stand.
const ownPath = "/me/licences"
