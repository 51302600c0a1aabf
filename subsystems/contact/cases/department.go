package cases

import (
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// nine is when officers are reminded in the morning.
const nine = 9 * time.Hour

// Settings are the promises of a department, in working days, and whether its replies need four eyes.
type Settings struct {
	Department string
	Interim    int
	Reply      int
	Remind     int // working days before
	FourEyes   bool
	Version    int64
}

// usual are the promises of a department that set none.
func usual(department string) Settings {
	return Settings{Department: department, Interim: 10, Reply: 21, Remind: 2}
}

// SettingsOf gives a department's settings, or the usual ones.
func (s *Service) SettingsOf(tx *db.Tx, department string) (Settings, error) {
	return settingsOf(tx, department)
}

// PutSettings keeps a department's settings. What was sent before keeps its clock.
func (s *Service) PutSettings(tx *db.Tx, x Settings) error {
	if x.Interim < 1 || x.Reply < x.Interim || x.Reply > 250 || x.Remind < 0 || x.Remind >= x.Interim {
		return invalid("settings")
	}
	if _, err := s.Departments.Department(tx, x.Department); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = invalid("department")
		}
		return err
	}
	if err := putSettings(tx, x); err != nil {
		return err
	}
	return note(tx, "settings", x.Department)
}

// Accept says that a department takes a referral.
func (s *Service) Accept(tx *db.Tx, of ReferralID, by string) error {
	return s.handling(tx, of, func(c *Case, r *Referral, _ []Referral) error {
		if r.State != Sent || by == "" {
			return conflict("ended")
		}
		r.State = Accepted
		return s.remember(tx, c, Step{What: "accepted", By: by, Department: r.Department})
	})
}

// Interim is a department's first reply: what it does, and when more comes.
func (s *Service) Interim(tx *db.Tx, of ReferralID, text, by string) error {
	text = tidy(text)
	if text == "" || size(text) > MaxText || by == "" {
		return invalid("reply")
	}
	return s.handling(tx, of, func(c *Case, r *Referral, _ []Referral) error {
		if err := r.open(); err != nil {
			return err
		}
		if r.State == InterimGiven {
			return conflict("interim-given")
		}
		set, err := settingsOf(tx, r.Department)
		if err != nil {
			return err
		}
		working, err := workingOf(tx)
		if err != nil {
			return err
		}
		if err := s.lateReply(tx, *c, r); err != nil {
			return err
		}
		r.State, r.Interim, r.InterimAt, r.Late, r.Passed = InterimGiven, text, tx.Now(), 0, false
		r.chaseAt = set.reminds(r.ReplyDue, working)
		if r.chaseAt.Before(tx.Now()) {
			r.chaseAt = r.ReplyDue
		}
		return errorsOf(
			s.remember(tx, c, Step{What: "interim", By: by, Department: r.Department, Note: text}),
			tellSoon(tx, tellArgs{What: "replied", Case: c.ID, Referral: r.ID, Account: c.Holder, Level: 0, Number: c.steps}),
		)
	})
}

// lateReply counts a reply that comes after its promise, once for each.
func (s *Service) lateReply(tx *db.Tx, c Case, r *Referral) error {
	if !r.IsLate(tx.Now()) {
		return nil
	}
	return count(tx, r.Department, "replied-late", c.ID)
}

// Reply is a department's full reply, to the centre. Where the department set four eyes the first call
// drafts, and a second by somebody else sends: with the same text, or with none to send the draft.
// Sent reports whether it went.
func (s *Service) Reply(tx *db.Tx, of ReferralID, text, by string) (sent bool, err error) {
	text = tidy(text)
	if size(text) > MaxText || by == "" {
		return false, invalid("reply")
	}
	err = s.handling(tx, of, func(c *Case, r *Referral, _ []Referral) error {
		if err := r.open(); err != nil {
			return err
		}
		set, err := settingsOf(tx, r.Department)
		if err != nil {
			return err
		}
		if set.FourEyes {
			waits, err := eyes(&r.Draft, &r.DraftBy, text, by)
			if err != nil || waits {
				return err
			}
			text, r.Draft, r.DraftBy = r.Draft, "", ""
		}
		if text == "" {
			return invalid("reply")
		}
		sent = true
		return s.replied(tx, c, r, text, by)
	})
	return sent, err
}

// eyes keeps a draft, or says that somebody else than who drafted it sends it now.
func eyes(draft, draftBy *string, text, by string) (waits bool, err error) {
	if text != "" && text != *draft { // a new draft, or a changed one
		*draft, *draftBy = text, by
		return true, nil
	}
	switch {
	case *draft == "":
		return false, invalid("reply")
	case *draftBy == by:
		return false, fault.New(fault.Forbidden, "cases.fault.four-eyes")
	}
	return false, nil
}

func (s *Service) replied(tx *db.Tx, c *Case, r *Referral, text, by string) error {
	h := c.happened()
	h.Referral, h.Department, h.InTime = r.ID, r.Department, tx.Now().Before(r.ReplyDue)
	if err := s.lateReply(tx, *c, r); err != nil {
		return err
	}
	r.State, r.Reply, r.EndedAt, r.Late, r.Passed, r.chaseAt = FullReply, text, tx.Now(), 0, false, when.Instant{}
	return errorsOf(
		s.remember(tx, c, Step{What: "replied", By: by, Department: r.Department}),
		count(tx, r.Department, "replied", c.ID),
		publish(tx, SubjectReplied, h),
		tellSoon(tx, tellArgs{What: "replied", Case: c.ID, Referral: r.ID, Account: c.Holder, Number: c.steps}),
	)
}

// Refuse says that a referral isn't for a department. It must name another department or a reason.
// Named once, the other gets it; otherwise it goes up a level. A direction can't be refused.
func (s *Service) Refuse(tx *db.Tx, of ReferralID, x Refusal, by string) error {
	x.Reason = tidy(x.Reason)
	if by == "" || x.Other == "" && x.Reason == "" || size(x.Reason) > MaxText {
		return invalid("refusal")
	}
	if x.Other != "" {
		if _, err := s.Departments.Department(tx, x.Other); err != nil {
			if fault.Is(err, fault.NotFound) {
				err = invalid("department")
			}
			return err
		}
	}
	return s.handling(tx, of, func(c *Case, r *Referral, all []Referral) error {
		if err := r.open(); err != nil {
			return err
		}
		switch {
		case r.Directed:
			return conflict("directed")
		case x.Other == r.Department:
			return invalid("refusal-self")
		}
		return s.refused(tx, c, r, all, x, by)
	})
}

func (s *Service) refused(tx *db.Tx, c *Case, r *Referral, all []Referral, x Refusal, by string) error {
	lead := r.Lead
	r.State, r.EndedAt, r.RefusedTo, r.Reason, r.chaseAt, r.Late, r.Draft, r.DraftBy = Refused, tx.Now(), x.Other, x.Reason, when.Instant{}, 0, "", ""
	refusals := 0
	for _, other := range all {
		if other.Chain == r.Chain && other.State == Refused {
			refusals++
		}
	}
	h := c.happened()
	h.Referral, h.Department = r.ID, r.Department
	step := Step{What: "refused", By: by, Department: r.Department, Other: x.Other, Note: x.Reason}
	if x.Other != "" {
		step.What = "refused-to"
	}
	err := errorsOf(s.remember(tx, c, step), count(tx, r.Department, "refused", c.ID), publish(tx, SubjectRefused, h))
	if err != nil {
		return err
	}
	next := afterRefusal(*r, x.Other, refusals, refusers(all), asked(all))
	if next.department == "" {
		return s.goUp(tx, c, r, next.level)
	}
	r.Lead = false
	_, err = s.begin(tx, c, all, Referral{Department: next.department, Question: r.Question, Chain: r.Chain, Lead: lead}, Machine)
	return err
}

// goUp leaves a refused referral to whoever decides at a level.
func (s *Service) goUp(tx *db.Tx, c *Case, r *Referral, level int) error {
	r.Pending, r.Level = true, level
	h := c.happened()
	h.Referral, h.Department, h.Level = r.ID, r.Department, level
	return errorsOf(
		s.remember(tx, c, Step{What: "escalated", By: Machine, Department: r.Department, Level: level}),
		count(tx, r.Department, "escalated", c.ID),
		publish(tx, SubjectEscalated, h),
		tellSoon(tx, tellArgs{What: "escalated", Case: c.ID, Referral: r.ID, Level: level}),
	)
}

// Withdraw takes a referral back from a department; of one that was refused and waits for a decision
// it says that no department is needed any more, with a reason. Another one leads then, if there is one.
func (s *Service) Withdraw(tx *db.Tx, of ReferralID, reason, by string) error {
	reason = tidy(reason)
	if reason == "" || size(reason) > MaxText || by == "" {
		return invalid("reason")
	}
	return s.handling(tx, of, func(c *Case, r *Referral, all []Referral) error {
		if !r.State.Open() && !r.Pending {
			return conflict("ended")
		}
		if r.State.Open() {
			r.State = Withdrawn
		}
		lead := r.Lead
		r.Pending, r.Lead, r.EndedAt, r.chaseAt, r.Late = false, false, tx.Now(), when.Instant{}, 0
		if r.Reason == "" {
			r.Reason = reason
		}
		for i := range all {
			if lead && all[i].ID != r.ID && (all[i].State.Open() || all[i].State == FullReply) {
				all[i].Lead = true
				if err := s.save(tx, &all[i]); err != nil {
					return err
				}
				break
			}
		}
		return s.remember(tx, c, Step{What: "withdrawn", By: by, Department: r.Department, Note: reason})
	})
}

// Share lets a department see the contact with a referral, or no longer. Of an anonymous case nothing
// is shared.
func (s *Service) Share(tx *db.Tx, of ReferralID, shared bool, by string) error {
	return s.handling(tx, of, func(c *Case, r *Referral, _ []Referral) error {
		if c.Anonymous && shared {
			return conflict("anonymous")
		}
		if r.Shared == shared {
			return nil
		}
		r.Shared = shared
		what := "shared"
		if !shared {
			what = "unshared"
		}
		return errorsOf(s.remember(tx, c, Step{What: what, By: by, Department: r.Department}), note(tx, what, string(of)))
	})
}

// ContactFor opens the contact for a department to which it was shared, and records the look.
func (s *Service) ContactFor(tx *db.Tx, of ReferralID) (Contact, error) {
	r, err := referralByID(tx, of)
	if err != nil {
		return Contact{}, err
	}
	c, err := oneCase(tx, sqlCase, r.Case)
	if err != nil {
		return Contact{}, err
	}
	if !r.Shared || c.Anonymous || !r.State.Open() {
		return Contact{}, fault.New(fault.Forbidden, "cases.fault.not-shared")
	}
	to, err := s.Contact(tx, r.Case)
	if err != nil {
		return to, err
	}
	return to, note(tx, "contact", string(of))
}
