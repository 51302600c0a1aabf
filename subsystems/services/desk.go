package services

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/subsystems/services/process"
)

// Queued is a task with the case that it is about.
type Queued struct {
	process.Task
	Case  Application
	Title lang.Text // of the service
}

// QueueFilter says which tasks an officer wants to see.
type QueueFilter struct {
	Mine   bool // that the officer holds
	Free   bool // that nobody holds
	Role   string
	Limit  int
	Offset int
}

// roles are those of an officer that processes may ask for.
func roles(d who.Duty) (out []string) {
	for _, r := range []string{HandlerRole, InspectorRole, ApproverRole} {
		if d.In(r) {
			out = append(out, r)
		}
	}
	return out
}

// Queue lists the open tasks of the officer's department and roles, overdue ones first.
func (s *Service) Queue(ctx context.Context, f QueueFilter) (out []Queued, total int, err error) {
	actor := who.From(ctx).Actor
	if err := s.mayWork(ctx, actor.Duty.Department); err != nil {
		return nil, 0, err
	}
	want := process.TaskFilter{Department: actor.Duty.Department, Roles: roles(actor.Duty), OpenOnly: true, Unclaimed: f.Free, Limit: f.Limit, Offset: f.Offset}
	if f.Mine {
		want.Holder = actor.ID
	}
	if f.Role != "" && slices.Contains(want.Roles, f.Role) {
		want.Roles = []string{f.Role}
	}
	if len(want.Roles) == 0 {
		return nil, 0, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		tasks, n, err := s.Process.Tasks(tx, want)
		if err != nil {
			return err
		}
		total = n
		for _, t := range tasks {
			q := Queued{Task: t}
			if q.Case, err = findHead(tx, ApplicationID(t.Subject)); err != nil {
				return err
			}
			o, err := s.version(tx, q.Case.Service, q.Case.Number)
			if err != nil {
				return err
			}
			q.Title = o.Title
			out = append(out, q)
		}
		return nil
	})
	return out, total, err
}

// taskFor reads a task that the acting officer may do.
func (s *Service) taskFor(tx *db.Tx, id string) (t process.Task, a Application, o Offer, err error) {
	if t, err = s.Process.Task(tx, id); err != nil {
		return t, a, o, err
	}
	if a, err = s.atDesk(tx, ApplicationID(t.Subject)); err != nil {
		return t, a, o, err
	}
	duty := who.From(tx.Context()).Actor.Duty
	if !slices.Contains(roles(duty), t.Role) {
		return t, a, o, fault.New(fault.Forbidden, "services.fault.role")
	}
	p, err := s.version(tx, a.Service, a.Number)
	if err != nil {
		return t, a, o, err
	}
	return t, a, *p, nil
}

// TaskAtDesk reads a task, its case and its service for an officer who may do it.
func (s *Service) TaskAtDesk(ctx context.Context, id string) (t process.Task, c Case, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var a Application
		var o Offer
		if t, a, o, err = s.taskFor(tx, id); err != nil {
			return err
		}
		c, err = s.whole(tx, a, o)
		return err
	})
	return t, c, err
}

// Claim takes a task, so that nobody else does it too.
func (s *Service) Claim(ctx context.Context, id string) error {
	return s.onTask(ctx, id, func(tx *db.Tx, t process.Task, account string) error { return s.Process.Claim(tx, t.ID, account) })
}

// Release gives a task back.
func (s *Service) Release(ctx context.Context, id string) error {
	return s.onTask(ctx, id, func(tx *db.Tx, t process.Task, account string) error {
		if t.Holder != account && !who.From(tx.Context()).Actor.Duty.In(ApproverRole) {
			return fault.New(fault.Forbidden, "services.fault.not-holder")
		}
		return s.Process.Release(tx, t.ID, t.Holder)
	})
}

// Delegate hands a task to a colleague.
func (s *Service) Delegate(ctx context.Context, id, to string) error {
	return s.onTask(ctx, id, func(tx *db.Tx, t process.Task, account string) error {
		if t.Holder != account && !who.From(tx.Context()).Actor.Duty.In(ApproverRole) {
			return fault.New(fault.Forbidden, "services.fault.not-holder")
		}
		return s.Process.Delegate(tx, t.ID, t.Holder, to)
	})
}

func (s *Service) onTask(ctx context.Context, id string, do func(*db.Tx, process.Task, string) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		t, _, _, err := s.taskFor(tx, id)
		if err != nil {
			return err
		}
		return do(tx, t, who.From(tx.Context()).Actor.ID)
	})
}

// Decision is what an officer decides on a task.
type Decision struct {
	Task    string
	Version int64 // of the task that was looked at
	Outcome string
	Reason  string // code of the list
	Text    string // told to the applicant
	Note    string // for officers only
}

// Decide does a task.
func (s *Service) Decide(ctx context.Context, d Decision) (a Application, err error) {
	d.Text, d.Note = strings.TrimSpace(d.Text), strings.TrimSpace(d.Note)
	if len(d.Text) > mostMessage || len(d.Note) > mostMessage {
		return a, fault.New(fault.Invalid, "services.fault.message").At("text", "services.fault.message")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		var t process.Task
		var o Offer
		if t, a, o, err = s.taskFor(tx, d.Task); err != nil {
			return err
		}
		return s.decide(tx, t, a, o, d)
	})
	return a, err
}

func (s *Service) decide(tx *db.Tx, t process.Task, a Application, o Offer, d Decision) error {
	reason, err := d.reason(o)
	if err != nil {
		return err
	}
	account := who.From(tx.Context()).Actor.ID
	if t.Holder != "" && t.Holder != account {
		return fault.New(fault.Conflict, "services.fault.held")
	}
	kind := DidDecide
	if d.Outcome == moreInformation {
		kind = DidAsk
	}
	if err := s.note(tx, a.ID, by(tx, Entry{Kind: kind, Said: Said{Task: t.Name, Outcome: d.Outcome, Reason: reason.Text, Text: d.Text}})); err != nil {
		return err
	}
	if d.Note != "" {
		if err := s.note(tx, a.ID, by(tx, Entry{Kind: DidNote, Internal: true, Said: Said{Task: t.Name, Text: d.Note}})); err != nil {
			return err
		}
	}
	if err := audit.Record(tx, audit.Act{What: "services.decide", On: string(a.ID) + " " + t.Node, Outcome: audit.Done}); err != nil {
		return err
	}
	_, err = s.Process.Complete(tx, t.ID, account, d.Outcome, nil)
	return err
}

// moreInformation is the outcome by which an officer asks the applicant for more.
const moreInformation = "more-information"

// reason finds the reason that an outcome needs.
func (d Decision) reason(o Offer) (Reason, error) {
	if len(o.Reasons[d.Outcome]) == 0 {
		if d.Outcome == moreInformation && d.Text == "" {
			return Reason{}, fault.New(fault.Invalid, "services.fault.ask-text").At("text", "services.fault.ask-text")
		}
		return Reason{}, nil
	}
	r, ok := o.Reason(d.Outcome, d.Reason)
	if !ok {
		return r, fault.New(fault.Invalid, "services.fault.reason").At("reason", "services.fault.reason")
	}
	return r, nil
}

// Write sends a message to the applicant, or keeps a note for officers.
func (s *Service) Write(ctx context.Context, id ApplicationID, text string, internal bool) error {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > mostMessage {
		return fault.New(fault.Invalid, "services.fault.message").At("text", "services.fault.message")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := s.atDesk(tx, id)
		if err != nil {
			return err
		}
		kind := DidMessage
		if internal {
			kind = DidNote
		}
		if err := s.note(tx, a.ID, by(tx, Entry{Kind: kind, Internal: internal, Said: Said{Text: text}})); err != nil || internal {
			return err
		}
		return s.tell(tx, a.ID, "message")
	})
}

// Cases lists a department's cases by their stage, newest first.
func (s *Service) Cases(ctx context.Context, stage Stage, limit, offset int) (all []Application, total int64, err error) {
	department := who.From(ctx).Actor.Duty.Department
	if err := s.mayWork(ctx, department); err != nil {
		return nil, 0, err
	}
	if stage == Draft {
		return nil, 0, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, total, err = ofDepartment(tx, department, stage, limit, offset)
		return err
	})
	return all, total, err
}

// FindCase finds a case of the officer's department by its reference.
func (s *Service) FindCase(ctx context.Context, reference string) (a Application, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if a, err = findByReference(tx, reference); err != nil {
			return err
		}
		a, err = s.atDesk(tx, a.ID)
		return err
	})
	return a, err
}
