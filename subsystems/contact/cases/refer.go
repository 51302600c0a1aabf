package cases

import (
	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// mostReferrals bounds the referrals of one case.
const mostReferrals = 60

// Refer asks a department. The first one leads; the others are children. Where a refused referral
// waits for a decision, this is the decision on it, at its level. Who may decide at a level was
// asked before.
func (s *Service) Refer(tx *db.Tx, of CaseID, department, question, by string) (Referral, error) {
	return s.refer(tx, of, referring{department: department, question: question, by: by})
}

// Decide is Refer for one of several refused referrals that wait.
func (s *Service) Decide(tx *db.Tx, refused ReferralID, department, question, by string) (Referral, error) {
	r, err := referralByID(tx, refused)
	if err == nil && !r.Pending {
		err = conflict("not-pending")
	}
	if err != nil {
		return r, err
	}
	return s.refer(tx, r.Case, referring{department: department, question: question, by: by, on: refused})
}

type referring struct {
	department, question, by string
	on                       ReferralID // the refused one that this decides
}

func (s *Service) refer(tx *db.Tx, of CaseID, x referring) (out Referral, err error) {
	x.question = tidy(x.question)
	if x.by == "" || size(x.question) > MaxText {
		return out, invalid("question")
	}
	if _, err := s.Departments.Department(tx, x.department); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = invalid("department")
		}
		return out, err
	}
	_, err = s.changing(tx, of, func(c *Case) error {
		if !c.State.Open() {
			return conflict("closed")
		}
		all, err := s.referrals(tx, of)
		if err != nil {
			return err
		}
		if len(all) >= mostReferrals {
			return conflict("referrals")
		}
		next := Referral{Department: x.department, Question: x.question, Chain: int64(len(all)) + 1, Lead: !leads(all)}
		if p := pendingOf(all, x.on); p != nil {
			next.Chain, next.Level, next.Lead, next.Directed = p.Chain, p.Level, p.Lead, p.Level >= topLevel
			if next.Question == "" {
				next.Question = p.Question
			}
			p.Pending, p.Lead = false, false
			if err := s.save(tx, p); err != nil {
				return err
			}
		}
		if next.Level < 2 && contains(refusers(all), x.department) {
			return conflict("refused-before")
		}
		out, err = s.begin(tx, c, all, next, x.by)
		return err
	})
	return out, err
}

// pendingOf is the refused referral that waits for a decision: the one that is named, or the one at
// the highest level.
func pendingOf(all []Referral, named ReferralID) *Referral {
	var out *Referral
	for i, r := range all {
		if r.Pending && (named == "" || r.ID == named) && (out == nil || r.Level > out.Level) {
			out = &all[i]
		}
	}
	return out
}

// leads reports whether some referral leads already.
func leads(all []Referral) bool {
	for _, r := range all {
		if r.Lead && (r.State.Open() || r.State == FullReply || r.Pending) {
			return true
		}
	}
	return false
}

// refusers are the departments that refused a case.
func refusers(all []Referral) (out []string) {
	for _, r := range all {
		if r.State == Refused {
			out = append(out, r.Department)
		}
	}
	return out
}

// asked are the departments that have an open referral.
func asked(all []Referral) (out []string) {
	for _, r := range all {
		if r.State.Open() {
			out = append(out, r.Department)
		}
	}
	return out
}

// begin puts a referral into a department's hands, with its clock.
func (s *Service) begin(tx *db.Tx, c *Case, all []Referral, r Referral, by string) (Referral, error) {
	if contains(asked(all), r.Department) {
		return r, conflict("asked-already")
	}
	set, err := settingsOf(tx, r.Department)
	if err != nil {
		return r, err
	}
	working, err := workingOf(tx)
	if err != nil {
		return r, err
	}
	to, err := s.Contact(tx, c.ID)
	if err != nil {
		return r, err
	}
	now := tx.Now()
	r.ID, r.Case, r.Reference, r.Number, r.State, r.SentAt, r.Version = id.New[ReferralID](now), c.ID, c.Reference, int64(len(all))+1, Sent, now, 1
	r.InterimDue, r.ReplyDue = set.dues(now.Day(), working)
	r.chaseAt = set.reminds(r.InterimDue, working)
	r.Brief = withhold(c.Text, to)
	if err := s.sealReferral(tx, &r); err != nil {
		return r, err
	}
	if err := insertReferral(tx, r); err != nil {
		return r, err
	}
	what := "referred"
	if r.Directed {
		what = "directed"
	} else if !r.Lead {
		what = "referred-child"
	}
	h := c.happened()
	h.Referral, h.Department, h.Level, h.InTime = r.ID, r.Department, r.Level, !c.ReferDue.Before(now)
	return r, errorsOf(
		s.remember(tx, c, Step{What: what, By: by, Department: r.Department, Level: r.Level, Note: r.Question}),
		count(tx, r.Department, "referred", c.ID),
		publish(tx, SubjectReferred, h),
		s.putDepartments(tx, *c, append(all, r)),
		tellSoon(tx, tellArgs{What: "referred", Case: c.ID, Referral: r.ID}),
	)
}

// dues are the ends of the days by which a department replies at first and in full.
func (x Settings) dues(from when.Day, working when.Calendar) (interim, reply when.Instant) {
	return endOfDay(working.AddWorking(from, x.Interim)), endOfDay(working.AddWorking(from, x.Reply))
}

// reminds is when a promise is brought to mind: so many working days before it, in the morning.
func (x Settings) reminds(due when.Instant, working when.Calendar) when.Instant {
	d := due.Add(-1).Day()
	for n := 0; n < x.Remind; {
		if d = d.Add(-1); working.IsWorking(d) {
			n++
		}
	}
	return endOfDay(d.Add(-1)).Add(nine)
}

// referrals reads a case's referrals with what is sealed of them.
func (s *Service) referrals(tx *db.Tx, of CaseID) ([]Referral, error) {
	all, err := referralRows(tx, of)
	for i := range all {
		if err == nil {
			all[i], err = s.openedReferral(tx, all[i])
		}
	}
	return all, err
}

// Referrals lists the referrals of a case, the first first.
func (s *Service) Referrals(tx *db.Tx, of CaseID) ([]Referral, error) { return s.referrals(tx, of) }

// Referral finds one referral.
func (s *Service) Referral(tx *db.Tx, of ReferralID) (Referral, error) {
	r, err := referralByID(tx, of)
	if err != nil {
		return r, err
	}
	return s.openedReferral(tx, r)
}

func (s *Service) save(tx *db.Tx, r *Referral) error {
	if err := s.sealReferral(tx, r); err != nil {
		return err
	}
	return updateReferral(tx, r)
}

// handling holds the case of a referral, and lets fn change both.
func (s *Service) handling(tx *db.Tx, of ReferralID, fn func(c *Case, r *Referral, all []Referral) error) error {
	r, err := referralByID(tx, of)
	if err != nil {
		return err
	}
	_, err = s.changing(tx, r.Case, func(c *Case) error {
		all, err := s.referrals(tx, c.ID)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].ID == of {
				if err := fn(c, &all[i], all); err != nil {
					return err
				}
				return s.save(tx, &all[i])
			}
		}
		return fault.New(fault.NotFound, "cases.fault.no-referral")
	})
	return err
}

// open refuses what can't be done to a referral that has ended.
func (r Referral) open() error {
	if !r.State.Open() {
		return conflict("ended")
	}
	return nil
}
