package performance

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// Following is what an officer says about an initiative.
type Following struct {
	Version    int64
	Department string
	Post       string
	State      State
	Due        when.Day
	Review     when.Day
	System     string
	Carriers   []Carrier
	Measures   []MeasureID
	Why        string // of a state that goes back, or of a later due day
}

// Follow changes who owns an initiative, how far it is, and what carries it.
func (s *Service) Follow(ctx context.Context, of InitiativeID, f Following) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.workOn(tx, of, f.Version)
		if err != nil {
			return err
		}
		if err := f.check(i); err != nil {
			return err
		}
		if f.Department != i.Department {
			if err := s.mayWork(ctx, f.Department); err != nil && i.Department != "" {
				// Handing over to another department is for whoever answers for the head.
				department, ownerErr := owner(tx, i.Head)
				if ownerErr != nil || s.mayConfirm(ctx, department) != nil {
					return err
				}
			}
		}
		old := i
		i.Department, i.Post, i.State, i.Due, i.Review, i.System = f.Department, f.Post, f.State, f.Due, f.Review, f.System
		if err := writeInitiative(tx, i, old); err != nil {
			return err
		}
		if err := setCarriers(tx, of, f.Carriers); err != nil {
			return err
		}
		if err := setUses(tx, of, f.Measures); err != nil {
			return err
		}
		if err := s.noteChange(tx, old, i, f.Why); err != nil {
			return err
		}
		return publish(tx, subjectFollowed, "initiative", string(of), "state", string(i.State))
	})
}

func (f Following) check(i Initiative) error {
	switch {
	case !slices.Contains(States(), f.State):
		return wrong("state", "choose")
	case f.Department == "":
		return wrong("department", "choose")
	case i.State == Finished && f.State.Open() && f.Why == "":
		return wrong("why", "why-back")
	case !i.Due.IsZero() && i.Due.Before(f.Due) && f.Why == "":
		return wrong("why", "why-later")
	case f.State == Dropped && f.Why == "":
		return wrong("why", "why-dropped")
	}
	return nil
}

// noteChange keeps what changed as an entry, with its reason.
func (s *Service) noteChange(tx *db.Tx, old, now Initiative, why string) error {
	var what []string
	if old.State != now.State {
		what = append(what, "state:"+string(old.State)+">"+string(now.State))
	}
	if old.Due != now.Due {
		what = append(what, "due:"+old.Due.String()+">"+now.Due.String())
	}
	if old.Department != now.Department || old.Post != now.Post {
		what = append(what, "owner")
	}
	if len(what) == 0 && why == "" {
		return nil
	}
	return insertEntry(tx, Entry{
		ID: id.New[string](tx.Now()), Initiative: now.ID, Kind: Changed, Text: strings.Join(append(what, why), "\n"),
		Open: true, At: tx.Now(), Post: who.From(tx.Context()).Actor.Duty.Post,
	})
}

// PutMilestone adds a milestone of version 0, or changes the one of that version.
func (s *Service) PutMilestone(ctx context.Context, m Milestone) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		of := m.Initiative
		if m.Version != 0 {
			old, err := milestone(tx, m.ID)
			if err != nil {
				return err
			}
			if err := changed(m.Version, old.Version); err != nil {
				return err
			}
			of = old.Initiative
		} else {
			m.ID = id.New[string](tx.Now())
		}
		i, err := initiative(tx, of)
		if err != nil {
			return err
		}
		if _, err := s.workOn(tx, of, i.Version); err != nil {
			return err
		}
		m.Initiative = of
		switch {
		case m.Name.TC == "" || m.Name.EN == "":
			return wrong("tc", "both-names")
		case m.Due.IsZero():
			return wrong("due", "day")
		case s.today().Before(m.Done):
			return wrong("done", "future")
		}
		return writeMilestone(tx, m)
	})
}

// longestText bounds what an officer types into one field, in characters.
const longestText = 4000

// AddEntry adds evidence or a review; a review also says when the next one is due.
func (s *Service) AddEntry(ctx context.Context, e Entry, next when.Day) error {
	if e.Text == "" || utf8.RuneCountInString(e.Text) > longestText {
		return wrong("text", "text")
	}
	if e.Kind == Evidence && !ValidAddress(e.Address) && e.Address != "" {
		return wrong("address", "address")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := initiative(tx, e.Initiative)
		if err != nil {
			return err
		}
		if _, err := s.workOn(tx, i.ID, i.Version); err != nil {
			return err
		}
		if e.Kind == Review {
			old := i
			if i.State.Open() && !s.today().Before(next) {
				return wrong("next", "next-review")
			}
			i.Review = next
			if err := writeInitiative(tx, i, old); err != nil {
				return err
			}
		} else if e.Kind != Evidence {
			return fault.New(fault.Invalid, "performance.fault.invalid")
		}
		e.ID, e.At, e.Post = id.New[string](tx.Now()), tx.Now(), who.From(ctx).Actor.Duty.Post
		return insertEntry(tx, e)
	})
}
