package cases

import (
	"net/url"
	"slices"
	"strings"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// Answer is what the centre says to the person, in their language. Replies of departments count as
// passed on. Where the lead department set four eyes the first call drafts, and a second by somebody
// else sends: see AnswerTo.
func (s *Service) Answer(tx *db.Tx, of CaseID, text, by string) error {
	_, err := s.AnswerTo(tx, of, Answer{Text: text, By: by})
	return err
}

// Answer is a text to a person.
type Answer struct {
	Text      string
	By        string
	Followers bool // also to those whose cases were merged into this one
	Channel   string
}

// AnswerTo is Answer, and says whether it went: a draft waits for other eyes.
func (s *Service) AnswerTo(tx *db.Tx, of CaseID, a Answer) (sent bool, err error) {
	a.Text = tidy(a.Text)
	if size(a.Text) > MaxText || a.By == "" {
		return false, invalid("answer")
	}
	if a.Channel == "" {
		a.Channel = "web"
	}
	_, err = s.changing(tx, of, func(c *Case) error {
		if !c.State.Open() {
			return conflict("closed")
		}
		set, err := settingsOf(tx, c.Department)
		if err != nil {
			return err
		}
		if set.FourEyes {
			waits, err := eyes(&c.Draft, &c.DraftBy, a.Text, a.By)
			if err != nil {
				return err
			}
			if waits {
				return s.remember(tx, c, Step{What: "drafted", By: a.By})
			}
			a.Text, c.Draft, c.DraftBy = c.Draft, "", ""
		}
		if a.Text == "" {
			return invalid("answer")
		}
		sent = true
		return s.answered(tx, c, a)
	})
	if err == nil && sent && a.Followers {
		err = s.answerFollowers(tx, of, a)
	}
	return sent, err
}

func (s *Service) answered(tx *db.Tx, c *Case, a Answer) error {
	all, err := s.referrals(tx, c.ID)
	if err != nil {
		return err
	}
	for i := range all {
		if (all[i].State == FullReply || all[i].State == InterimGiven) && !all[i].Passed {
			all[i].Passed = true
			if err := s.save(tx, &all[i]); err != nil {
				return err
			}
		}
	}
	if err := s.say(tx, c, a); err != nil {
		return err
	}
	if c.AnsweredAt.IsZero() {
		c.AnsweredAt = tx.Now()
	}
	return errorsOf(s.remember(tx, c, Step{What: "answered", By: a.By}), publish(tx, SubjectAnswered, c.happened()))
}

// say keeps a message to the person, and hands it on.
func (s *Service) say(tx *db.Tx, c *Case, a Answer) error {
	m := Message{From: ByAgent, Channel: a.Channel, Text: a.Text, By: a.By, MailID: s.messageID(tx)}
	number, err := s.write(tx, c, m)
	if err != nil {
		return err
	}
	return s.send(tx, c, number, a.Text, m.MailID)
}

// messageID is a Message-ID (RFC 5322, 3.6.4) that says nothing of the case.
func (s *Service) messageID(tx *db.Tx) string {
	host := "praya.invalid"
	if u, err := url.Parse(s.Origin); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return "<" + id.New[string](tx.Now()) + "@" + host + ">"
}

func (s *Service) send(tx *db.Tx, c *Case, number int64, text, messageID string) error {
	if s.Send == nil || len(c.sealedContact) == 0 && c.Account == "" {
		return nil
	}
	t := s.Words.In(c.Language)
	o := Outgoing{
		Case: c.ID, Number: number, Reference: c.Reference, Language: c.Language, Account: c.Account, To: c.sealedContact,
		Subject: t.T("cases.mail.subject", "reference", c.Reference, "title", s.Title(tx, *c)), Text: text, MessageID: messageID,
	}
	rows, err := messageRows(tx, c.ID, mostMessages)
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(rows) { // the last mail of the person is what this answers
		if r.ofPerson() {
			if o.InReplyTo, err = s.openText(mailPlace(tx, c.ID, r.Number), r.sealedID); err != nil {
				return err
			}
			break
		}
	}
	return s.Send(tx, o)
}

// Acknowledge sends the person the reference and the code of a case that was just opened. The code
// stands nowhere else: whoever takes the text seals it.
func (s *Service) Acknowledge(tx *db.Tx, c Case, code string) error {
	text := s.Words.In(c.Language).T("cases.mail.received", "reference", c.Reference, "code", code, "address", strings.TrimSuffix(s.Origin, "/")+"/"+string(c.Language)+followPath)
	return s.send(tx, &c, 0, text, s.messageID(tx))
}

// mostFollowers bounds those who are answered with another case.
const mostFollowers = 500

func (s *Service) answerFollowers(tx *db.Tx, of CaseID, a Answer) error {
	all, err := casesBy(tx, sqlMergedInto, of, mostFollowers)
	if err != nil {
		return err
	}
	for _, f := range all {
		_, err := s.changing(tx, f.ID, func(c *Case) error {
			if err := s.say(tx, c, a); err != nil {
				return err
			}
			return s.remember(tx, c, Step{What: "answered", By: a.By})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Followers lists the cases that were merged into one.
func (s *Service) Followers(tx *db.Tx, of CaseID) ([]Case, error) {
	all, err := casesBy(tx, sqlMergedInto, of, mostFollowers)
	return s.allOpened(tx, all, err)
}

// Close ends a case. While a department has something to do, or a refused referral waits for a
// decision, or a reply was not passed on, it can't be closed.
func (s *Service) Close(tx *db.Tx, of CaseID, how Outcome, by string) error {
	if !slices.Contains(Outcomes(), how) || by == "" {
		return invalid("outcome")
	}
	_, err := s.changing(tx, of, func(c *Case) error {
		switch c.State {
		case Closed, Merged:
			return conflict("closed")
		case Referred, Escalated, Replied:
			return conflict("outstanding-" + string(c.State))
		case Fresh:
			if how != Dropped && how != Informed && how != Unfounded {
				return conflict("unanswered")
			}
		}
		c.State, c.Outcome, c.ClosedAt, c.Draft, c.DraftBy = Closed, how, tx.Now(), "", ""
		h := c.happened()
		h.Outcome, h.Department = string(how), c.Department
		return errorsOf(s.remember(tx, c, Step{What: "closed", By: by, Other: string(how)}), count(tx, "", "closed", c.ID), publish(tx, SubjectClosed, h))
	})
	return err
}

// Reopen opens a closed case again.
func (s *Service) Reopen(tx *db.Tx, of CaseID, reason, by string) error {
	_, err := s.changing(tx, of, func(c *Case) error {
		if c.State != Closed {
			return conflict("not-closed")
		}
		return s.reopen(tx, c, by, tidy(reason))
	})
	return err
}

func (s *Service) reopen(tx *db.Tx, c *Case, by, reason string) error {
	c.State, c.Outcome, c.ClosedAt, c.AnsweredAt = Fresh, "", when.Instant{}, when.Instant{}
	c.renew(tx.Now())
	return errorsOf(s.remember(tx, c, Step{What: "reopened", By: by, Note: reason}), count(tx, "", "reopened", c.ID), publish(tx, SubjectReopened, c.happened()))
}

// Merge makes a case go on in another: who brought it follows that one. Its open referrals are
// withdrawn.
func (s *Service) Merge(tx *db.Tx, from, into CaseID, by string) error {
	if from == into || by == "" {
		return invalid("merge")
	}
	first, second := from, into // held in one order, so that nobody waits in a circle
	if second < first {
		first, second = second, first
	}
	for _, of := range []CaseID{first, second} {
		if _, err := holdCase(tx, of); err != nil {
			return err
		}
	}
	target, err := s.changing(tx, into, func(c *Case) error {
		if !c.State.Open() {
			return conflict("closed")
		}
		return s.remember(tx, c, Step{What: "merged-here", By: by})
	})
	if err != nil {
		return err
	}
	all, err := s.referrals(tx, from)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.State.Open() || r.Pending {
			if err := s.Withdraw(tx, r.ID, target.Reference, by); err != nil {
				return err
			}
		}
	}
	_, err = s.changing(tx, from, func(c *Case) error {
		if !c.State.Open() {
			return conflict("closed")
		}
		c.State, c.MergedInto = Merged, into
		return errorsOf(s.remember(tx, c, Step{What: "merged", By: by, Other: target.Reference}), count(tx, "", "merged", c.ID))
	})
	return err
}

// Link says that two cases belong together.
func (s *Service) Link(tx *db.Tx, one, other CaseID, by string) error {
	if one == other || by == "" {
		return invalid("merge")
	}
	pair := []CaseID{one, other}
	slices.Sort(pair)
	for i, of := range pair {
		c, err := s.Case(tx, pair[1-i])
		if err != nil {
			return err
		}
		if err := insertLink(tx, of, pair[1-i]); err != nil {
			return err
		}
		_, err = s.changing(tx, of, func(x *Case) error {
			return s.remember(tx, x, Step{What: "linked", By: by, Other: c.Reference})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Linked lists the cases that belong to one.
func (s *Service) Linked(tx *db.Tx, of CaseID) (out []Case, err error) {
	ids, err := linksOf(tx, of)
	for _, x := range ids {
		if err == nil {
			var c Case
			c, err = s.Case(tx, x)
			out = append(out, c)
		}
	}
	return out, err
}

// Assign gives a case to an agent; to nobody when holder is empty.
func (s *Service) Assign(tx *db.Tx, of CaseID, holder, by string) error {
	_, err := s.changing(tx, of, func(c *Case) error {
		if !c.State.Open() {
			return conflict("closed")
		}
		c.Holder = holder
		return s.remember(tx, c, Step{What: "assigned", By: by, Other: holder})
	})
	return err
}

// Rate is what a person thinks of how a case was handled, from 1 to 5.
func (s *Service) Rate(tx *db.Tx, of CaseID, rating int) error {
	if rating < 1 || rating > 5 {
		return invalid("rating")
	}
	_, err := s.changing(tx, of, func(c *Case) error {
		if c.State == Fresh || c.Rating != 0 {
			return conflict("rated")
		}
		c.Rating = rating
		h := c.happened()
		h.Rating = rating
		return errorsOf(s.remember(tx, c, Step{What: "rated", By: Person, Level: rating}), publish(tx, SubjectRated, h))
	})
	return err
}
