package services

import (
	"fmt"
	"math"
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/licences"
	"praya/subsystems/services/process"
)

// The messages for which processes may wait.
const (
	messagePaid      = "paid"
	messageBooked    = "booked"
	messageUnbooked  = "unbooked" // the time that was booked was given up, by whomever
	messageAnswered  = "answered"
	messageConfirmed = "confirmed"
)

// operations are what service tasks of processes may do. Each works in the step's own
// transaction, on the case that the process is about.
func (s *Service) operations() map[string]process.Operation {
	return map[string]process.Operation{
		"bill":          s.inCase(s.billCase),
		"unbill":        s.inCase(s.unbillCase),
		"ask":           s.inCase(s.askMore),
		"await-booking": s.inCase(s.awaitBooking),
		"issue":         s.inCase(s.issueLicence),
		"may-renew":     s.inCase(s.mayRenew),
		"renew":         s.inCase(s.renewLicence),
		"letter":        s.inCase(s.writeLetter),
		"approve":       s.inCase(s.approveCase),
		"refuse":        s.inCase(s.refuseCase),
		"record":        s.inCase(s.recordResult),
	}
}

// work is an operation with its case.
type work struct {
	Application
	Offer
	Vars  map[string]any
	Input map[string]any
}

func (s *Service) inCase(do func(*db.Tx, work) (map[string]any, error)) process.Operation {
	return func(tx *db.Tx, i process.Instance, input map[string]any) (map[string]any, error) {
		a, err := s.application(tx, ApplicationID(i.Subject))
		if err != nil {
			return nil, err
		}
		o, err := s.version(tx, a.Service, a.Number)
		if err != nil {
			return nil, err
		}
		return do(tx, work{Application: a, Offer: *o, Vars: i.Vars, Input: input})
	}
}

func (w work) text(name string) string {
	text, _ := w.Input[name].(string)
	return text
}

// cents reads an amount of money: a whole number of cents.
func (w work) cents(name string) (int64, error) {
	switch n := w.Input[name].(type) {
	case int64:
		return n, nil
	case float64:
		if n == math.Trunc(n) && math.Abs(n) < 1e15 {
			return int64(n), nil
		}
	}
	return 0, fault.New(fault.Invalid, "services.fault.cents", "input", name).Because(fmt.Errorf("%v is no amount", w.Input[name]))
}

func system(kind HistoryKind, said Said) Entry {
	return Entry{Kind: kind, ActorKind: "System", Said: said}
}

// billCase asks for a fee, and has the applicant told. Nothing to pay is paid at once.
func (s *Service) billCase(tx *db.Tx, w work) (map[string]any, error) {
	cents, err := w.cents("cents")
	if err != nil {
		return nil, err
	}
	if cents == 0 {
		return map[string]any{"billed": false}, nil
	}
	b, err := s.Fees.Ask(tx, fees.Bill{
		Case: string(w.ID), Account: w.Account, Department: w.Application.Department, Title: w.Title,
		Lines: []fees.Line{{Label: w.label("label", w.Title), Cents: cents}}, Cents: cents, Due: tx.Now().Day().Add(billDays),
	})
	if err != nil {
		return nil, err
	}
	if err := s.note(tx, w.ID, system(DidBill, Said{Title: w.Title, Path: "/me/bills/" + string(b.ID)})); err != nil {
		return nil, err
	}
	return map[string]any{"billed": true, "bill": string(b.ID)}, s.await(tx, w.Application, "pay")
}

// unbillCase takes back what is not paid yet: what it was for was given up.
func (s *Service) unbillCase(tx *db.Tx, w work) (map[string]any, error) {
	return map[string]any{"billed": false}, s.cancelBills(tx, w.ID)
}

// billDays is for how long a bill waits.
const billDays = 30

// label reads a text in three languages, or one for all.
func (w work) label(name string, otherwise lang.Text) lang.Text {
	return textOf(w.Input[name], otherwise)
}

// textOf is a text that a process carries: by language, as tc, en and sc, or one for all.
func textOf(v any, otherwise lang.Text) lang.Text {
	switch x := v.(type) {
	case string:
		return lang.Text{TC: x, EN: x, SC: x}
	case map[string]any:
		t := lang.Text{}
		t.TC, _ = x["tc"].(string)
		t.EN, _ = x["en"].(string)
		t.SC, _ = x["sc"].(string)
		return t
	}
	return otherwise
}

// await says that the applicant has to do something, and tells them.
func (s *Service) await(tx *db.Tx, a Application, what string) error {
	if err := move(tx, a, Waiting); err != nil {
		return err
	}
	return s.tell(tx, a.ID, what)
}

func (s *Service) askMore(tx *db.Tx, w work) (map[string]any, error) {
	return nil, s.await(tx, w.Application, "ask")
}

func (s *Service) awaitBooking(tx *db.Tx, w work) (map[string]any, error) {
	return nil, s.await(tx, w.Application, "book")
}

// issueLicence issues what service.json says, with values from the answers.
func (s *Service) issueLicence(tx *db.Tx, w work) (map[string]any, error) {
	if w.Licence == nil {
		return nil, fault.New(fault.Invalid, "services.fault.no-licence")
	}
	values, err := w.values(tx.Now().Day())
	if err != nil {
		return nil, err
	}
	until, err := w.term(tx.Now().Day())
	if err != nil {
		return nil, err
	}
	l, err := s.Licences.Issue(tx, licences.Licence{Until: until, Kind: w.Licence.Code, Holder: w.Account, Case: string(w.ID), Values: values}, string(w.ID))
	if err != nil {
		return nil, err
	}
	if err := s.note(tx, w.ID, system(DidIssue, Said{Title: w.Licence.Name, Text: l.Number, Path: "/me/licences/" + string(l.ID)})); err != nil {
		return nil, err
	}
	return map[string]any{"licence": l.Number}, nil
}

// term is the last day of as many months as the process says; zero where it says nothing: then the
// kind of licence does.
func (w work) term(from when.Day) (when.Day, error) {
	months, given := w.Input["months"]
	if !given {
		return when.Day{}, nil
	}
	n, err := strconv.Atoi(fmt.Sprint(months))
	if err != nil || n < 1 || n > 1200 {
		return when.Day{}, fault.New(fault.Invalid, "services.fault.months").Because(err)
	}
	return licences.Kind{Months: n}.End(from), nil
}

// values are what the licence says of this application.
func (w work) values(today when.Day) (map[string]string, error) {
	all, err := w.licenceValues.over(w.Application, today)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, v := range all {
		switch x := v.(type) {
		case string:
			out[name] = x
		case nil:
		default:
			out[name] = fmt.Sprint(x)
		}
	}
	return out, nil
}

// mayRenew refuses what renewLicence would, before anybody is asked to pay for it.
func (s *Service) mayRenew(tx *db.Tx, w work) (map[string]any, error) {
	_, err := s.renewable(tx, w)
	return nil, err
}

// renewable is the applicant's own licence whose number the answers name. A number of nobody's is
// told apart from somebody else's to nobody.
func (s *Service) renewable(tx *db.Tx, w work) (licences.Licence, error) {
	l, err := s.Licences.ByNumber(tx, w.text("number"))
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && (l.Holder != w.Account || w.Licence == nil || l.Kind != w.Licence.Code):
		return l, &process.BPMNError{Code: "not-theirs"}
	case err != nil:
		return l, err
	}
	open, err := s.Licences.RenewOpen(tx, l)
	if err == nil && !open {
		err = &process.BPMNError{Code: "not-now"}
	}
	return l, err
}

// renewLicence prolongs the applicant's own licence whose number the answers name.
func (s *Service) renewLicence(tx *db.Tx, w work) (map[string]any, error) {
	l, err := s.renewable(tx, w)
	if err != nil {
		return nil, err
	}
	from := l.Until.Add(1)
	if today := tx.Now().Day(); from.Before(today) {
		from = today
	}
	until, err := w.term(from)
	if err != nil {
		return nil, err
	}
	l, err = s.Licences.Renew(tx, l.ID, until, licences.Order{By: string(w.ID), Case: string(w.ID)})
	if err != nil {
		return nil, err
	}
	return map[string]any{"licence": l.Number, "until": l.Until.String()},
		s.note(tx, w.ID, system(DidIssue, Said{Title: w.Licence.Name, Text: l.Number, Path: "/me/licences/" + string(l.ID)}))
}

func (s *Service) writeLetter(tx *db.Tx, w work) (map[string]any, error) {
	name := w.text("template")
	t, ok := w.Letters[name]
	if !ok {
		return nil, fault.New(fault.Invalid, "services.fault.no-letter", "name", name)
	}
	said, err := s.fillLetter(tx, w, t)
	if err != nil {
		return nil, err
	}
	if err := s.note(tx, w.ID, system(DidWrite, said)); err != nil {
		return nil, err
	}
	return nil, s.tell(tx, w.ID, "letter")
}

func (s *Service) approveCase(tx *db.Tx, w work) (map[string]any, error) {
	if err := s.end(tx, w.Application, Approved, system(DidEnd, Said{Outcome: string(Approved)})); err != nil {
		return nil, err
	}
	return nil, s.tell(tx, w.ID, "approved")
}

func (s *Service) refuseCase(tx *db.Tx, w work) (map[string]any, error) {
	if err := s.end(tx, w.Application, Refused, system(DidEnd, Said{Outcome: string(Refused)})); err != nil {
		return nil, err
	}
	return nil, s.tell(tx, w.ID, "refused")
}

// recordResult shows the applicant what a decision table gave, so that they can follow it.
func (s *Service) recordResult(tx *db.Tx, w work) (map[string]any, error) {
	said := Said{Title: w.label("title", w.Title)}
	if said.Result = textOf(w.Input["text"], lang.Text{}); said.Result == (lang.Text{}) {
		said.Text = fmt.Sprint(w.Input["text"]) // a number, such as a sum
	}
	return nil, s.note(tx, w.ID, system(DidComputed, said))
}

// cancelBills takes back what a case that has ended still asks for.
func (s *Service) cancelBills(tx *db.Tx, id ApplicationID) error {
	all, err := s.Fees.Of(tx, string(id))
	if err != nil {
		return err
	}
	for _, b := range all {
		if !b.State.Open() {
			continue
		}
		if err := s.Fees.Cancel(tx, b.ID); err != nil {
			return err
		}
	}
	return nil
}

// cancelBooking gives the slot of a case that has ended back, when its time is still to come.
func (s *Service) cancelBooking(tx *db.Tx, id ApplicationID) error {
	b, err := s.Booking.Of(tx, string(id))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || b.State != booking.Booked || !tx.Now().Before(b.Start) {
		return err
	}
	_, err = s.Booking.Cancel(tx, b.ID, string(id), b.Version)
	return err
}

// Paid goes on with a case whose bill was paid. It is given to the fees.
func (s *Service) Paid(tx *db.Tx, b fees.Bill) error {
	a, err := findHead(tx, ApplicationID(b.Case))
	if fault.Is(err, fault.NotFound) {
		return nil // a bill of something else
	}
	if err != nil {
		return err
	}
	if err := s.note(tx, a.ID, system(DidPay, Said{Title: b.Title, Path: "/me/bills/" + string(b.ID)})); err != nil {
		return err
	}
	if a.Stage.ended() {
		return nil // paid a moment after it ended: the fees' desk gives it back
	}
	return s.resume(tx, a, messagePaid, map[string]any{"paid": true})
}

// resume goes on with a case that waited for its applicant.
func (s *Service) resume(tx *db.Tx, a Application, message string, vars map[string]any) error {
	if a.Stage == Waiting {
		if err := move(tx, a, InProgress); err != nil {
			return err
		}
	}
	_, err := s.Process.Message(tx, string(a.ID), message, vars)
	return err
}
