package services

import (
	"context"
	"fmt"
	"iter"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/services/forms"
)

// Invention is drafts that nobody made: a store is filled with them to see what stays fast.
type Invention struct {
	Service  string
	Account  string // of each: this, and its number
	From, To int    // numbers
	Changed  func(n int) when.Instant
	Answers  forms.Answers
}

// inventAtOnce bounds a transaction.
const inventAtOnce = 5_000

// InventDrafts keeps drafts as Begin would, each sealed for its place, a group in a transaction.
func (s *Service) InventDrafts(ctx context.Context, x Invention) error {
	o, err := s.Offered(ctx, x.Service)
	if err != nil {
		return err
	}
	if err := s.mayEdit(ctx, o.Code, o.Department); err != nil {
		return err
	}
	for from := x.From; from < x.To; from += inventAtOnce {
		err := s.inventGroup(ctx, o, x, from)
		if fault.Is(err, fault.Conflict) { // among so many some references are alike: draw others
			err = s.inventGroup(ctx, o, x, from)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) inventGroup(ctx context.Context, o Offer, x Invention, from int) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		var wrong error
		_, err := tx.InsertMany("services_applications", draftColumns(), s.invented(tx, o, x, from, min(from+inventAtOnce, x.To), &wrong))
		if wrong != nil {
			return wrong
		}
		return err
	})
}

func draftColumns() []string {
	return []string{
		"realm", "id", "reference", "service", "number", "department", "account", "lang", "state", "content",
		"channel", "helper", "due", "made", "changed", "submitted", "ended", "version",
	}
}

func (s *Service) invented(tx *db.Tx, o Offer, x Invention, from, to int, wrong *error) iter.Seq[[]any] {
	content := Content{Answers: x.Answers, Origins: forms.Origins{}}
	realm := tx.Realm()
	return func(yield func([]any) bool) {
		for n := from; n < to; n++ {
			at := x.Changed(n)
			name := id.New[ApplicationID](at)
			sealed, err := s.seal(contentPlace(tx, name), content)
			if err != nil {
				*wrong = err
				return
			}
			if !yield([]any{
				realm, name, id.Reference(), o.Code, o.Number, o.Department, fmt.Sprintf("%s%07d", x.Account, n), lang.TC, Draft, sealed,
				Online, "",
				when.Day{},
				at, at, "", "", int64(1),
			}) {
				return
			}
		}
	}
}
