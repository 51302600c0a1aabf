package services

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/calendar"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/subsystems/services/forms"
	"praya/subsystems/services/rule"
)

// Beginning is how an application begins.
type Beginning struct {
	Service string
	Account string // whose it will be
	Channel Channel
	Helper  string            // the officer or kiosk through whom it is made
	Region  string            // where the kiosk stands
	Answers map[string]string // given by a link, by pointer
}

// Begin begins an application, or goes on with the draft that is there.
func (s *Service) Begin(ctx context.Context, b Beginning) (a Application, err error) {
	o, err := s.Offered(ctx, b.Service)
	if err != nil {
		return a, err
	}
	if err := s.mayBegin(ctx, o, b); err != nil {
		return a, err
	}
	known, err := s.People.Profile(ctx, b.Account)
	if err != nil {
		return a, err
	}
	fresh, err := filled(o, b, known, who.From(ctx).Lang, s.Clock().Day())
	if err != nil {
		return a, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err = s.begin(tx, o, b, fresh)
		return err
	})
	return a, err
}

// filled is a new application with what is known of the person and what a link gives. It is made
// before the transaction, which others wait for.
func filled(o Offer, b Beginning, known map[string]Known, l lang.Lang, today when.Day) (a Application, err error) {
	a = Application{
		Service: o.Code, Number: o.Number, Department: o.Department, Account: b.Account, Lang: l, Stage: Draft, Channel: b.Channel, Helper: b.Helper,
		Version: 1, Content: Content{Answers: forms.Answers{}, Origins: forms.Origins{}},
	}
	fillFromProfile(&a, o.Form, known, today)
	given := make(map[string]any, len(b.Answers))
	for pointer, text := range b.Answers {
		given[pointer] = text
	}
	a.Answers, err = o.Form.Compute(a.Answers.WithAll(given), today)
	return a, err
}

func (s *Service) mayBegin(ctx context.Context, o Offer, b Beginning) error {
	switch {
	case o.State != Open:
		return fault.New(fault.Conflict, "services.fault.closed")
	case !slices.Contains(o.Channels, b.Channel):
		return fault.New(fault.Conflict, "services.fault.channel")
	case b.Channel == AtKiosk && b.Region != "" && b.Region != home && !slices.Contains(o.Regions, b.Region):
		return fault.New(fault.Conflict, "services.fault.region")
	case b.Channel == AtCounter:
		return s.mayHelp(ctx, o.Department)
	}
	if err := s.mayOwn(ctx, Application{Account: b.Account}); err != nil {
		return err
	}
	if o.Level != "" && who.From(ctx).Actor.Level != o.Level {
		return fault.New(fault.Forbidden, "services.fault.level")
	}
	return nil
}

func (s *Service) begin(tx *db.Tx, o Offer, b Beginning, a Application) (Application, error) {
	drafts, err := ownDrafts(tx, b.Account)
	if err != nil {
		return a, err
	}
	for _, d := range drafts {
		if d.Service == o.Code && d.Number == o.Number && d.Channel == b.Channel && d.Helper == b.Helper {
			return s.application(tx, d.ID)
		}
	}
	if len(drafts) >= mostDrafts {
		return a, fault.New(fault.Conflict, "services.fault.drafts")
	}
	now := tx.Now()
	a.ID, a.Reference, a.Made, a.Changed = id.New[ApplicationID](now), tx.Draw(id.Reference), now, now
	return a, s.add(tx, a)
}

// Prefixes of the sources of a form's values.
const (
	fromIdentity = "identity."
	fromExchange = "exchange."
)

func fillFromProfile(a *Application, f *forms.Form, known map[string]Known, today when.Day) {
	a.Name = nameOf(known, a.Lang)
	for _, w := range f.Wanted() {
		name, ok := strings.CutPrefix(w.Source, fromIdentity)
		if !ok {
			continue
		}
		k, ok := known[name]
		if !ok {
			continue
		}
		a.Answers = a.Answers.With(w.Pointer, k.Value)
		o := forms.Origin{Source: w.Source, Day: k.Day}
		if o.Day.IsZero() {
			o.Day = today
		}
		if w.Lock && k.Verified {
			a.lock(w.Pointer, &o)
		}
		a.Origins[w.Pointer] = o
	}
}

// lock notes the hash by which a value is known again.
func (a *Application) lock(pointer string, o *forms.Origin) {
	if v, ok := a.Answers.Get(pointer); ok {
		o.Hash = HashValue(v)
	}
}

func nameOf(known map[string]Known, l lang.Lang) string {
	names := []string{"chName", "enName"}
	if l == lang.EN {
		slices.Reverse(names)
	}
	for _, n := range names {
		if text, ok := known[n].Value.(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// mayOwn lets a person act on an application of their own.
func (s *Service) mayOwn(ctx context.Context, a Application) error {
	actor := who.From(ctx).Actor
	return s.Policy.Allow(ctx, "services.own", access.Resource{Type: "Application", ID: string(a.ID), Attrs: map[string]any{
		"own": a.Account == actor.ID, "helped": a.Channel == AtCounter && a.Helper == actor.ID && a.Stage == Draft, "department": a.Department,
	}})
}

// mayHelp lets an officer act for somebody at a counter.
func (s *Service) mayHelp(ctx context.Context, department string) error {
	return s.Policy.Allow(ctx, "services.help", access.Resource{Type: "Counter", ID: department, Attrs: map[string]any{"department": department}})
}

// Own reads an application of the actor's own, with the version of its service.
func (s *Service) Own(ctx context.Context, id ApplicationID) (a Application, o Offer, err error) {
	// The version that it names never changes: two statements see what one snapshot would.
	err = s.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		a, o, err = s.own(tx, id)
		return err
	})
	return a, o, err
}

func (s *Service) own(tx *db.Tx, id ApplicationID) (a Application, o Offer, err error) {
	if a, err = s.application(tx, id); err != nil {
		return a, o, err
	}
	if err := s.mayOwn(tx.Context(), a); err != nil {
		return a, o, fault.New(fault.NotFound, "services.fault.no-application").Because(err) // whose it is, is nobody's business
	}
	p, err := s.version(tx, a.Service, a.Number)
	if err != nil {
		return a, o, err
	}
	return a, *p, nil
}

// edit changes a draft of the actor's own.
func (s *Service) edit(ctx context.Context, id ApplicationID, how func(tx *db.Tx, a *Application, o Offer) error) (a Application, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		var o Offer
		if a, o, err = s.own(tx, id); err != nil {
			return err
		}
		if a.Stage != Draft {
			return fault.New(fault.Conflict, "services.fault.submitted")
		}
		if err := how(tx, &a, o); err != nil {
			return err
		}
		return s.change(tx, a)
	})
	return a, err
}

// Take takes the answers of a page. What is wrong with them is said, and nothing is kept then.
// They are read and computed before the transaction, which others wait for; who saved the same
// draft meanwhile, in another window, makes it begin again.
func (s *Service) Take(ctx context.Context, id ApplicationID, page string, posted url.Values, uploads []forms.Upload) (next string, problems forms.Problems, err error) {
	a, o, err := s.Own(ctx, id)
	if err != nil {
		return "", nil, err
	}
	return s.takeOf(ctx, a, o, page, posted, uploads)
}

// takeOf is Take of a draft as it was read a moment ago: its version tells whether it is still so.
func (s *Service) takeOf(ctx context.Context, a Application, o Offer, page string, posted url.Values, uploads []forms.Upload) (next string, problems forms.Problems, err error) {
	for range mostWindows {
		next, problems, err = s.take(ctx, a, o, page, posted, uploads)
		if !fault.Is(err, fault.Conflict) || len(problems) > 0 {
			break
		}
		var again error
		if a, o, again = s.Own(ctx, a.ID); again != nil {
			return "", nil, again
		}
	}
	return next, problems, err
}

// mostWindows bounds how often a page is read again because another window was saved first.
const mostWindows = 4

func (s *Service) take(ctx context.Context, a Application, o Offer, page string, posted url.Values, uploads []forms.Upload) (next string, problems forms.Problems, err error) {
	p := o.Form.Page(page)
	if p == nil {
		return "", nil, fault.New(fault.NotFound, "services.fault.no-page")
	}
	today := s.Clock().Day()
	if a.Answers, problems = o.Form.Take(p, posted, uploads, a.Answers, a.Origins, today); len(problems) > 0 {
		return "", problems, problems.Fault()
	}
	if a.Answers, err = o.Form.Compute(a.Answers, today); err != nil {
		return "", nil, err
	}
	a.Page = page
	if n, ok := o.Form.Next(a.Answers, today, page); ok {
		next = n.ID
	}
	if err := a.intact(); err != nil {
		return "", nil, err
	}
	return next, nil, s.DB.Write(ctx, func(tx *db.Tx) error {
		if a.Stage != Draft {
			return fault.New(fault.Conflict, "services.fault.submitted")
		}
		return s.change(tx, a)
	})
}

// Submit hands an application in. A second time changes nothing.
func (s *Service) Submit(ctx context.Context, id ApplicationID) (a Application, err error) {
	a, o, err := s.Own(ctx, id)
	if err != nil {
		return a, err
	}
	return s.submitOf(ctx, a, o)
}

// submitOf is Submit of an application as it was read a moment ago: its version tells whether it
// is still so.
func (s *Service) submitOf(ctx context.Context, a Application, o Offer) (done Application, err error) {
	for range mostWindows {
		done, err = s.submit(ctx, a, o)
		if !fault.Is(err, fault.Conflict) {
			break
		}
		var again error
		if a, o, again = s.Own(ctx, a.ID); again != nil {
			return a, again
		}
	}
	return done, err
}

// submit checks the draft before the transaction, which others wait for; a draft that changed
// meanwhile is a conflict.
func (s *Service) submit(ctx context.Context, a Application, o Offer) (done Application, err error) {
	if !a.Submitted.IsZero() {
		return a, nil
	}
	today := s.Clock().Day()
	a.Answers = o.Form.Prune(a.Answers, today)
	if problems := o.Form.Check(a.Answers, today); len(problems) > 0 {
		return a, fault.New(fault.Invalid, "services.fault.incomplete").At("", problems[0].Key)
	}
	if err := a.intact(); err != nil {
		return a, err
	}
	if err := a.backed(o); err != nil {
		return a, err
	}
	facts, err := o.facts.over(a, today)
	if err != nil {
		return a, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.handIn(tx, a, o, today, facts); err != nil {
			return err
		}
		done, err = findHead(tx, a.ID) // the process may have gone on to its end
		done.Content = a.Content
		return err
	})
	return done, err
}

func (s *Service) handIn(tx *db.Tx, a Application, o Offer, today when.Day, facts map[string]any) (err error) {
	if err := s.allConfirmed(tx, a, o); err != nil {
		return err
	}
	if a.Due, err = dueDay(tx, today, o.Days); err != nil {
		return err
	}
	a.Stage, a.Submitted = InProgress, tx.Now()
	if err := s.hold(tx, a); err != nil {
		return err
	}
	if err := s.note(tx, a.ID, by(tx, Entry{Kind: DidSubmit})); err != nil {
		return err
	}
	if err := events.Publish(tx, events.Event{Subject: "services.application.submitted", Data: fact(applicationEvent{a.ID, a.Service, ""})}); err != nil {
		return err
	}
	if err := s.tell(tx, a.ID, "submitted"); err != nil {
		return err
	}
	if _, err = s.Process.StartVersion(tx, a.Service, o.Process, string(a.ID), a.Department, facts); err != nil {
		return err
	}
	return s.release(tx, a.ID)
}

// by fills in who acts.
func by(tx *db.Tx, e Entry) Entry {
	actor := who.From(tx.Context()).Actor
	e.ActorKind, e.Actor, e.Post = string(actor.Kind), actor.ID, actor.Duty.Post
	return e
}

// rules are expressions by name.
type rules map[string]*rule.Rule

func (s *Service) compile(texts map[string]string) (rules, error) {
	out := make(rules, len(texts))
	for name, text := range texts {
		r, err := s.facts.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = r
	}
	return out, nil
}

// over gives expressions over the answers their values.
func (all rules) over(a Application, today when.Day) (map[string]any, error) {
	out := make(map[string]any, len(all))
	vars := map[string]any{"answers": a.Answers.Plain(), "today": today.String(), "reference": a.Reference}
	for name, r := range all {
		v, err := r.Value(vars)
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

func dueDay(tx *db.Tx, today when.Day, days int) (when.Day, error) {
	if days == 0 {
		return today, nil
	}
	c, err := calendar.Working(tx)
	return c.AddWorking(today, days), err
}

// Withdraw takes an application back.
func (s *Service) Withdraw(ctx context.Context, id ApplicationID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, _, err := s.own(tx, id)
		if err != nil {
			return err
		}
		if a.Stage.ended() {
			return fault.New(fault.Conflict, "services.fault.ended")
		}
		if a.Stage == Draft {
			return s.forget(tx, a)
		}
		if err := s.Process.CancelOf(tx, string(id), "withdrawn"); err != nil {
			return err
		}
		return s.end(tx, a, Withdrawn, by(tx, Entry{Kind: DidWithdraw}))
	})
}

// forget deletes a draft, what was uploaded for it, who was invited and who has confirmed.
func (s *Service) forget(tx *db.Tx, a Application) error {
	files, err := s.filesOf(tx, a.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, err := jobs.Enqueue(tx, jobs.Job{Kind: JobForget, Key: f.Address, Args: fact(f.Address)}); err != nil {
			return err
		}
	}
	tx.Keep(keptKey(a.ID), nil)
	for _, sqlOne := range []string{sqlForgetFiles, sqlForgetHistory, sqlForgetCoApplicants, sqlForget} {
		if err := tx.Do(sqlOne, tx.Realm(), a.ID); err != nil {
			return err
		}
	}
	return nil
}

// end ends a case.
func (s *Service) end(tx *db.Tx, a Application, to Stage, e Entry) error {
	if err := move(tx, a, to); err != nil {
		return err
	}
	if err := s.note(tx, a.ID, e); err != nil {
		return err
	}
	if err := s.cancelBills(tx, a.ID); err != nil {
		return err
	}
	if to != Approved {
		if err := s.cancelBooking(tx, a.ID); err != nil {
			return err
		}
	}
	return events.Publish(tx, events.Event{Subject: "services.application.ended", Data: fact(applicationEvent{a.ID, a.Service, string(to)})})
}

// OwnAll lists what an account applied for, last changed first.
func (s *Service) OwnAll(ctx context.Context, account string, limit int) (all []Application, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = ownApplications(tx, account, limit)
		return err
	})
	return all, err
}
