package cases

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/platform/search"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

// Service has the use cases. Its fields are given by whoever puts the program together.
//
// The functions that take a transaction check no policy: whoever opened it did. They keep all rules of
// cases.
type Service struct {
	DB          *db.DB
	Keys        *sign.Ring
	Files       *files.Store
	Index       *search.Index // of the scope SearchScope
	Policy      *access.Policy
	Words       *words.Book
	Clock       when.Clock
	Log         *slog.Logger
	Origin      string // scheme and host under which people reach us
	Departments Departments
	Staff       Staff
	People      People
	// Send takes what the centre says to a person, in the transaction that says it; nil: it is only kept.
	Send    func(tx *db.Tx, o Outgoing) error
	Scanner Scanner // nil: none
	// Retention is how long closed cases are kept; 0: for ever.
	Retention time.Duration
	// Caller says from which number and in which language a call came that a case is opened for, and
	// Called that it was opened; nil: calls are others' matter.
	Caller func(tx *db.Tx, call string) (phone string, language lang.Lang, err error)
	Called func(tx *db.Tx, call string, of CaseID) error
	// Recorded leads to the recordings of a call; nil: there are none.
	Recorded func(tx *db.Tx, call string) (paths []string, err error)
	// Beside is what other parts do with a case, and say of it, for the desk's page; nil: nothing.
	Beside func(v *web.View, c Case) (acts []web.Crumb, facts []web.Entry)
	// Sorted hears how a person sorted a case, and Erased that it is gone; nil: nobody does.
	Sorted func(tx *db.Tx, c Case) error
	Erased func(tx *db.Tx, of CaseID) error
	// Alike says which of some cases tell what a text tells, the likeliest first; nil: nothing compares
	// words.
	Alike func(text string, among []Told) []CaseID
	// Ways are other ways to reach the centre, for its front page; nil: none.
	Ways func(v *web.View) []web.Task

	drawing sync.Mutex
}

// What happened is the end of an event's subject, after this.
const subjectPrefix = "contact.case."

// The events' subjects.
const (
	SubjectOpened    = subjectPrefix + "opened"
	SubjectClosed    = subjectPrefix + "closed"
	SubjectReopened  = subjectPrefix + "reopened"
	SubjectReferred  = subjectPrefix + "referred"
	SubjectRefused   = subjectPrefix + "refused"
	SubjectEscalated = subjectPrefix + "escalated"
	SubjectReplied   = subjectPrefix + "replied"
	SubjectAnswered  = subjectPrefix + "answered"
	SubjectRated     = subjectPrefix + "rated"
)

// Happened is the data of those events.
type Happened struct {
	Case       CaseID     `json:"case"`
	Kind       Kind       `json:"kind"`
	Channel    string     `json:"channel"`
	Service    string     `json:"service,omitempty"`
	Call       string     `json:"call,omitempty"`
	Referral   ReferralID `json:"referral,omitempty"`
	Department string     `json:"department,omitempty"`
	Level      int        `json:"level,omitempty"`
	Outcome    string     `json:"outcome,omitempty"`
	InTime     bool       `json:"inTime,omitempty"`
	Rating     int        `json:"rating,omitempty"`
}

func (c Case) happened() Happened {
	return Happened{Case: c.ID, Kind: c.Kind, Channel: c.Channel, Service: c.Service, Call: c.Call}
}

func publish(tx *db.Tx, subject string, h Happened) error {
	data, err := json.Marshal(h)
	if err == nil {
		err = events.Publish(tx, events.Event{Subject: subject, Data: data})
	}
	return err
}

// note writes an administrative act into the audit trail.
func note(tx *db.Tx, what, on string) error {
	return audit.Record(tx, audit.Act{What: "cases." + what, On: on, Outcome: audit.Done})
}

// Step is what became of a case, for its history.
type Step struct {
	Number     int64
	What       string // a word: cases.what.WHAT
	By         string // an account, Machine or Person
	Department string
	Other      string
	Level      int
	Note       string // sealed in the store
	At         when.Instant
}

// remember adds a step to a case's history; the caller saves the case.
func (s *Service) remember(tx *db.Tx, c *Case, x Step) error {
	c.steps++
	x.Number, x.At = c.steps, tx.Now()
	sealed, err := s.sealText(tx, stepPlace(tx, c.ID, x.Number), x.Note)
	if err != nil {
		return err
	}
	return insertStep(tx, c.ID, stepRow{x, sealed})
}

const mostSteps = 500

// History lists what became of a case, the newest first.
func (s *Service) History(tx *db.Tx, of CaseID) ([]Step, error) {
	rows, err := stepRows(tx, of, mostSteps)
	out := make([]Step, len(rows))
	for i, r := range rows {
		if out[i] = r.Step; err == nil {
			out[i].Note, err = s.openText(stepPlace(tx, of, r.Number), r.sealed)
		}
	}
	return out, err
}

// changing holds a case, lets fn change it, and saves it with what follows from its referrals.
func (s *Service) changing(tx *db.Tx, of CaseID, fn func(c *Case) error) (Case, error) {
	c, err := holdCase(tx, of)
	if err == nil {
		c, err = s.opened(tx, c)
	}
	if err != nil {
		return c, err
	}
	if err := fn(&c); err != nil {
		return c, err
	}
	if err := s.settle(tx, &c); err != nil {
		return c, err
	}
	if c.sealedDraft, err = s.sealText(tx, draftPlace(tx, c.ID), c.Draft); err != nil {
		return c, err
	}
	return c, saveCase(tx, c)
}

// settle says how an open case stands by its referrals.
func (s *Service) settle(tx *db.Tx, c *Case) error {
	if !c.State.Open() {
		c.Level, c.chaseAt = 0, when.Instant{}
		return nil
	}
	all, err := referralRows(tx, c.ID)
	if err != nil {
		return err
	}
	open, pending, waiting, level, before := false, false, false, 0, c.State
	c.Department = ""
	for _, r := range all {
		open = open || r.State.Open()
		waiting = waiting || (r.State == FullReply || r.State == InterimGiven) && !r.Passed
		if r.State.Open() {
			level = max(level, r.Late)
		}
		if r.Pending {
			pending, level = true, max(level, r.Level)
		}
		if r.Lead && (r.State.Open() || r.State == FullReply) {
			c.Department = r.Department
		}
	}
	switch {
	case pending:
		c.State = Escalated
	case waiting:
		c.State = Replied
	case open:
		c.State = Referred
	case !c.AnsweredAt.IsZero():
		c.State = Answered
	default:
		c.State = Fresh
	}
	switch {
	case c.State != Fresh:
		c.chaseAt = when.Instant{}
	case before != Fresh: // it is the centre's again
		c.renew(tx.Now())
	default:
		level = c.Late
	}
	c.Level = level
	return nil
}

// tellSoon lets officers be told of something, after the transaction.
func tellSoon(tx *db.Tx, a tellArgs) error {
	args, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = jobs.Enqueue(tx, jobs.Job{Kind: JobTell, Key: a.key(), Args: args})
	return err
}

// may asks policy about a department's referrals.
func (s *Service) may(ctx context.Context, action, department string) error {
	return s.Policy.Allow(ctx, action, access.Resource{Type: "Referral", ID: "any", Attrs: map[string]any{"department": department}})
}

// centre asks policy about the centre.
func (s *Service) centre(ctx context.Context, action string) error {
	return s.Policy.Allow(ctx, action, access.Resource{Type: "Centre", ID: "any"})
}

func invalid(key string, args ...string) error {
	return fault.New(fault.Invalid, "cases.fault."+key, args...)
}

func conflict(key string, args ...string) error {
	return fault.New(fault.Conflict, "cases.fault."+key, args...)
}
