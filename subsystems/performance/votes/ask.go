package votes

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
)

// longest bounds what is typed into one field.
const longest = 500

// mostAsked bounds what one request holds.
const mostAsked = 2000

// outcome is what a request would do: examined against everything that the rules say, and not
// yet done.
type outcome struct {
	year string
	// alone says that no second officer is needed.
	alone bool
	do    func(r Request) error
}

// Ask asks for a change. What the rules forbid is refused at once, with the sums; what needs a
// second officer waits; a payment that needs none is posted.
func (s *Service) Ask(ctx context.Context, head string, body Asked, reason string) (r Request, err error) {
	if _, err := s.may(ctx, "votes.enter", head); err != nil {
		return r, err
	}
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) > longest {
		return r, wrong("reason", "votes.wrong.long")
	}
	text, err := json.Marshal(body)
	if err != nil {
		return r, err
	}
	return r, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := touchHead(tx, head); err != nil {
			return err
		}
		r = Request{
			ID: id.New[RequestID](tx.Now()), Head: head, Kind: body.kind(), Body: text, Reason: reason,
			By: person(who.From(ctx).Actor), At: tx.Now(), State: Pending,
		}
		if r.needsReason() && reason == "" {
			return wrong("reason", "votes.wrong.reason")
		}
		plan, err := s.examine(tx, r)
		if err != nil {
			return err
		}
		r.Year = plan.year
		if err := unlikeOthers(tx, r, body); err != nil {
			return err
		}
		splits, err := splitsOf(tx, r)
		if err != nil {
			return err
		}
		plan.alone = plan.alone && len(splits) == 0
		if plan.alone {
			r.State, r.Decider, r.DecidedAt = Approved, byRule, tx.Now()
		}
		if err := insertRequest(tx, r); err != nil {
			return err
		}
		r.Version = 1
		if !plan.alone {
			return record(tx, "ask."+string(r.Kind), string(r.ID))
		}
		return plan.do(r)
	})
}

// needsReason: a payment has its particulars, an estimate its explanation, posts one each.
func (r Request) needsReason() bool {
	return r.Kind == AskReversal || r.Kind == AskVirement || r.Kind == AskSupplement || r.Kind == AskItem || r.Kind == AskRefund
}

// unlikeOthers refuses a second request for the figure that another one would change: whoever
// asks must see the first.
func unlikeOthers(tx *db.Tx, r Request, body Asked) error {
	change, ok := body.(EstimateChange)
	if !ok {
		return nil
	}
	waiting, err := requestsOf(tx, r.Head, Pending, mostAsked)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		asked, err := w.Asked()
		if err != nil {
			return err
		}
		other, ok := asked.(EstimateChange)
		if ok && w.Year == r.Year && other.Kind == change.Kind && other.Code == change.Code && other.Phase == change.Phase {
			return fault.New(fault.Conflict, "votes.fault.asked-already")
		}
	}
	return nil
}

// Request gives one request of a head, for its officers.
func (s *Service) Request(ctx context.Context, head string, request RequestID) (r Request, err error) {
	if _, err := s.may(ctx, "votes.draft", head); err != nil {
		return r, err
	}
	return r, s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err = ownRequest(tx, head, request)
		return err
	})
}

func ownRequest(tx *db.Tx, head string, request RequestID) (Request, error) {
	r, err := requestByID(tx, request)
	if fault.Is(err, fault.NotFound) || err == nil && r.Head != head {
		return Request{}, fault.New(fault.NotFound, "votes.fault.no-request")
	}
	return r, err
}

// Requests lists the newest requests of a head in a state, for its officers.
func (s *Service) Requests(ctx context.Context, head string, state State) (out []Request, err error) {
	if _, err := s.may(ctx, "votes.draft", head); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = requestsOf(tx, head, state, mostAsked)
		return err
	})
}

// Approve makes a request true. Every rule is asked again, since others may have spent the
// same money meanwhile; version is that of the request which the approver read.
func (s *Service) Approve(ctx context.Context, head string, request RequestID, version int64, why string) (Request, error) {
	return s.decide(ctx, head, request, version, Approved, why)
}

// Refuse sets a request aside, with a reason.
func (s *Service) Refuse(ctx context.Context, head string, request RequestID, version int64, why string) (Request, error) {
	if strings.TrimSpace(why) == "" {
		return Request{}, wrong("why", "votes.wrong.reason")
	}
	return s.decide(ctx, head, request, version, Refused, why)
}

func (s *Service) decide(ctx context.Context, head string, request RequestID, version int64, state State, why string) (r Request, err error) {
	if _, err := s.may(ctx, "votes.approve", head); err != nil {
		return r, err
	}
	if utf8.RuneCountInString(why) > longest {
		return r, wrong("why", "votes.wrong.long")
	}
	return r, s.DB.Write(ctx, func(tx *db.Tx) error {
		if r, err = ownRequest(tx, head, request); err != nil {
			return err
		}
		actor := who.From(ctx).Actor
		if err := r.mayDecide(actor); err != nil {
			return err
		}
		if r.State != Pending || r.Version != version {
			return fault.New(fault.Conflict, "votes.fault.decided")
		}
		if err := touchHead(tx, head); err != nil {
			return err
		}
		r.State, r.Decider, r.DecidedAt, r.Decision = state, person(actor), tx.Now(), strings.TrimSpace(why)
		if err := decideRequest(tx, r); err != nil {
			return err
		}
		r.Version++
		if state == Refused {
			return audit.Record(tx, audit.Act{What: "votes.refuse." + string(r.Kind), On: string(r.ID), Outcome: audit.Refused})
		}
		act := "approve." + string(r.Kind)
		splits, err := splitsOf(tx, r)
		if err != nil {
			return err
		}
		if len(splits) > 0 {
			if r.Decision == "" { // whoever lets parts stand side by side says why they are not one
				return wrong("why", "votes.wrong.split")
			}
			act += ".split"
		}
		plan, err := s.examine(tx, r)
		if err != nil {
			return err
		}
		if err := plan.do(r); err != nil {
			return err
		}
		return record(tx, act, string(r.ID))
	})
}

// examine decides what a request would do, and whether the rules let it.
func (s *Service) examine(tx *db.Tx, r Request) (outcome, error) {
	asked, err := r.Asked()
	if err != nil {
		return outcome{}, err
	}
	switch a := asked.(type) {
	case Payments:
		return s.examinePayments(tx, r, a)
	case Reversal:
		return s.examineReversal(tx, r, a)
	case Virement:
		return examineVirement(tx, r, a)
	case Supplement:
		return examineSupplement(tx, r, a)
	case NewItem:
		return examineItem(tx, r, a)
	case EstimateChange:
		return examineEstimate(tx, r, a)
	case PostChanges:
		return examinePosts(tx, r, a)
	case Refund:
		return examineRefund(tx, r, a)
	}
	return outcome{}, fault.New(fault.Invalid, "votes.fault.kind")
}
