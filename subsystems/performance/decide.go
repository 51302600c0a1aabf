package performance

import (
	"context"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/platform/db"
)

// owner is the department that answers for a head.
func owner(tx *db.Tx, head string) (string, error) {
	h, err := headByNumber(tx, head)
	return h.Department, err
}

// DecideLink accepts or rejects a proposed link. What was decided may be decided anew, by whoever
// has seen the newest decision.
func (s *Service) DecideLink(ctx context.Context, linkID string, version int64, state Decision, relation Relation, note string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		l, err := link(tx, linkID)
		if err != nil {
			return err
		}
		if err := s.mayLink(tx, l.Earlier); err != nil {
			return err
		}
		if err := changed(version, l.Version); err != nil {
			return err
		}
		if state != Accepted && state != Rejected && state != Proposed || !slices.Contains(Relations(), relation) {
			return wrong("relation", "choose")
		}
		l.State, l.Relation, l.Note, l.DecidedBy, l.DecidedAt = state, relation, note, by(ctx), tx.Now()
		if err := updateLink(tx, l); err != nil {
			return err
		}
		if err := record(tx, "link.decide", l.ID); err != nil {
			return err
		}
		return publish(tx, subjectDecided, "link", l.ID, "state", string(state))
	})
}

func (s *Service) mayLink(tx *db.Tx, of InitiativeID) error {
	i, err := initiative(tx, of)
	if err != nil {
		return err
	}
	department, err := owner(tx, i.Head)
	if err != nil {
		return err
	}
	return s.mayWork(tx.Context(), department)
}

// AddLink joins two items that nothing had proposed.
func (s *Service) AddLink(ctx context.Context, earlier, later InitiativeID, relation Relation, note string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.mayLink(tx, earlier); err != nil {
			return err
		}
		a, err := initiative(tx, earlier)
		if err != nil {
			return err
		}
		b, err := initiative(tx, later)
		if err != nil {
			return err
		}
		if a.Part != ToDo || a.Year >= b.Year || !slices.Contains(Relations(), relation) {
			return wrong("later", "not-later")
		}
		l := Link{
			ID: id.New[string](tx.Now()), Earlier: earlier, Later: later, Relation: relation, Shared: []string{}, State: Accepted,
			Note: note, DecidedBy: by(ctx), DecidedAt: tx.Now(),
		}
		known, err := linksOf(tx, earlier)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(known, func(k Link) bool { return k.Earlier == earlier && k.Later == later }); i >= 0 {
			known[i].State, known[i].Relation, known[i].Note = Accepted, relation, note
			known[i].DecidedBy, known[i].DecidedAt = l.DecidedBy, l.DecidedAt
			l = known[i]
			err = updateLink(tx, l)
		} else {
			err = proposeLink(tx, l)
		}
		if err != nil {
			return err
		}
		if err := record(tx, "link.add", l.ID); err != nil {
			return err
		}
		return publish(tx, subjectDecided, "link", l.ID, "state", string(Accepted))
	})
}

// AcceptLikely accepts, in one act, every undecided link between two papers whose words are the
// same or as good as the same, and says how many.
func (s *Service) AcceptLikely(ctx context.Context, head, year string) (n int, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n = 0
		department, err := owner(tx, head)
		if err != nil {
			return err
		}
		if err := s.mayWork(ctx, department); err != nil {
			return err
		}
		all, err := linksFromPaper(tx, head, year)
		if err != nil {
			return err
		}
		for _, l := range all {
			if l.State != Proposed || l.Score < certain {
				continue
			}
			l.State, l.DecidedBy, l.DecidedAt = Accepted, by(ctx), tx.Now()
			if err := updateLink(tx, l); err != nil {
				return err
			}
			n++
		}
		return record(tx, "link.accept-likely", head+"/"+year)
	})
	return n, err
}

// certain is the score from which words are as good as the same.
const certain = 850

// Settle says what became of a promise: finished, dropped or gone, with the reason; an empty fate
// takes the decision back.
func (s *Service) Settle(ctx context.Context, of InitiativeID, version int64, fate Fate, why string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.workOn(tx, of, version)
		if err != nil {
			return err
		}
		if i.Part != ToDo || !slices.Contains([]Fate{"", FateDone, FateDrop, Gone}, fate) {
			return wrong("fate", "choose")
		}
		if fate != "" && why == "" {
			return wrong("why", "why")
		}
		old := i
		i.Fate, i.FateWhy, i.FateBy, i.FateAt = fate, why, by(ctx), tx.Now()
		switch fate {
		case FateDone:
			i.State = Finished
		case FateDrop:
			i.State = Dropped
		}
		if err := writeInitiative(tx, i, old); err != nil {
			return err
		}
		if err := record(tx, "promise.settle", string(i.ID)); err != nil {
			return err
		}
		return publish(tx, subjectFate, "initiative", string(i.ID), "fate", string(fate))
	})
}

// workOn reads an initiative for a change by somebody who may, and refuses an older version.
func (s *Service) workOn(tx *db.Tx, of InitiativeID, version int64) (Initiative, error) {
	i, err := initiative(tx, of)
	if err != nil {
		return i, err
	}
	department := i.Department
	if department == "" {
		if department, err = owner(tx, i.Head); err != nil {
			return i, err
		}
	}
	if err := s.mayWork(tx.Context(), department); err != nil {
		return i, err
	}
	return i, changed(version, i.Version)
}

// Succeed says what a programme or a head became; a succession is taken back by Unsucceed.
func (s *Service) Succeed(ctx context.Context, x Succession) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		department, err := owner(tx, x.To.Head)
		if err != nil {
			return err
		}
		if err := s.mayWork(ctx, department); err != nil {
			return err
		}
		if !slices.Contains(SuccessionKinds(), x.Kind) {
			return wrong("kind", "choose")
		}
		if x.From.Year >= x.To.Year {
			return wrong("from", "not-earlier")
		}
		if x.Reason.TC == "" || x.Reason.EN == "" {
			return wrong("reason-tc", "why")
		}
		x.ID, x.DecidedBy, x.DecidedAt = id.New[string](tx.Now()), by(ctx), tx.Now()
		if err := insertSuccession(tx, x); err != nil {
			return err
		}
		return record(tx, "succession.add", x.ID)
	})
}

// Unsucceed takes a succession back.
func (s *Service) Unsucceed(ctx context.Context, head, successionID string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		department, err := owner(tx, head)
		if err != nil {
			return err
		}
		if err := s.mayWork(ctx, department); err != nil {
			return err
		}
		all, err := successions(tx, head)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(x Succession) bool { return x.ID == successionID }) {
			return notFound("succession")
		}
		if err := deleteSuccession(tx, successionID); err != nil {
			return err
		}
		return record(tx, "succession.remove", successionID)
	})
}

// GiveHead says which department answers for a head.
func (s *Service) GiveHead(ctx context.Context, number, department string) error {
	if err := s.mayTake(ctx); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := headByNumber(tx, number)
		if fault.Is(err, fault.NotFound) {
			return addHead(tx, number, department)
		}
		if err != nil || h.Department == department {
			return err
		}
		h.Department = department
		if err := writeHead(tx, h); err != nil {
			return err
		}
		return record(tx, "head.department", number)
	})
}
