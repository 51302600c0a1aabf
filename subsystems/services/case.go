package services

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/events"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/licences"
	"praya/subsystems/services/process"
)

// Case is an application with all that became of it.
type Case struct {
	Application
	Offer   Offer
	History []Entry
	Tasks   []process.Task // open ones
	Waits   []process.Wait
	Bills   []fees.Bill
	Booking *booking.Booking
	Licence *licences.Licence
	Files   []File
	Others  []CoApplicant
	Returns bool // the process itself goes back when a booking is given up
}

// Case reads a case of the actor's own.
func (s *Service) Case(ctx context.Context, id ApplicationID) (c Case, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, o, err := s.own(tx, id)
		if err != nil {
			return err
		}
		c, err = s.whole(tx, a, o)
		c.History = slices.DeleteFunc(c.History, func(e Entry) bool { return e.Internal })
		return err
	})
	return c, err
}

// CaseAtDesk reads a case for an officer of its department.
func (s *Service) CaseAtDesk(ctx context.Context, id ApplicationID) (c Case, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err := s.atDesk(tx, id)
		if err != nil {
			return err
		}
		o, err := s.version(tx, a.Service, a.Number)
		if err != nil {
			return err
		}
		c, err = s.whole(tx, a, *o)
		return err
	})
	return c, err
}

func (s *Service) atDesk(tx *db.Tx, id ApplicationID) (a Application, err error) {
	if a, err = s.application(tx, id); err != nil {
		return a, err
	}
	if err := s.mayWork(tx.Context(), a.Department); err != nil {
		return a, fault.New(fault.NotFound, "services.fault.no-application").Because(err)
	}
	if a.Stage == Draft {
		return a, fault.New(fault.NotFound, "services.fault.no-application") // a draft is nobody's but its owner's
	}
	return a, nil
}

func (s *Service) mayWork(ctx context.Context, department string) error {
	return s.Policy.Allow(ctx, "services.work", access.Resource{Type: "Desk", ID: department, Attrs: map[string]any{"department": department}})
}

func (s *Service) whole(tx *db.Tx, a Application, o Offer) (c Case, err error) {
	c = Case{Application: a, Offer: o}
	subject := string(a.ID)
	steps := []func() error{
		func() (err error) { c.History, err = s.history(tx, a.ID); return err },
		func() (err error) { c.Files, err = s.filesOf(tx, a.ID); return err },
		func() (err error) { c.Others, err = s.coApplicants(tx, a.ID); return err },
	}
	if a.Stage != Draft {
		steps = append(steps,
			func() (err error) {
				c.Tasks, _, err = s.Process.Tasks(tx, process.TaskFilter{Subject: subject, OpenOnly: true, Limit: 20})
				return err
			},
			func() (err error) { c.Waits, err = s.Process.Waiting(tx, subject); return err },
			func() (err error) {
				if o.Booking != "" {
					c.Returns, err = s.Process.Hears(tx, subject, messageUnbooked)
				}
				return err
			},
			func() (err error) { c.Bills, err = s.Fees.Of(tx, subject); return err },
			func() error {
				b, err := s.Booking.Of(tx, subject)
				if fault.Is(err, fault.NotFound) {
					return nil
				}
				c.Booking = &b
				return err
			},
			func() error {
				l, err := s.Licences.ByCase(tx, subject)
				if fault.Is(err, fault.NotFound) {
					return nil
				}
				c.Licence = &l
				return err
			})
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// AwaitsMessage reports whether the process waits for a message.
func (c Case) AwaitsMessage(name string) bool {
	return slices.ContainsFunc(c.Waits, func(w process.Wait) bool { return w.Message == name })
}

// DueBill is a bill that waits for the applicant.
func (c Case) DueBill() (fees.Bill, bool) {
	i := slices.IndexFunc(c.Bills, func(b fees.Bill) bool { return b.State == fees.Due || b.State == fees.Paying })
	if i < 0 {
		return fees.Bill{}, false
	}
	return c.Bills[i], true
}

// DaysLeft is how many working days are left of the time promised; false when none was.
func (c Case) DaysLeft(cal when.Calendar, today when.Day) (int, bool) {
	if c.Due.IsZero() || c.Stage.ended() || c.Stage == Draft {
		return 0, false
	}
	return cal.WorkingBetween(today, c.Due), true
}

// Answer gives the department what it asked for.
func (s *Service) Answer(ctx context.Context, id ApplicationID, text string, files []string) error {
	text = strings.TrimSpace(text)
	if text == "" && len(files) == 0 || len(text) > mostMessage {
		return fault.New(fault.Invalid, "services.fault.message").At("text", "services.fault.message")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, _, err := s.own(tx, id)
		if err != nil {
			return err
		}
		waits, err := s.Process.Waiting(tx, string(id))
		if err != nil {
			return err
		}
		asked := slices.ContainsFunc(waits, func(w process.Wait) bool { return w.Message == messageAnswered })
		e := by(tx, Entry{Kind: DidMessage, Said: Said{Text: text, Files: files}})
		if asked {
			e.Kind = DidAnswer
		}
		if a.Stage == Draft {
			return fault.New(fault.Conflict, "services.fault.draft")
		}
		if err := s.note(tx, id, e); err != nil || !asked {
			return err
		}
		return s.resume(tx, a, messageAnswered, nil)
	})
}

// hearBooking writes into a case what became of its booking.
func (s *Service) hearBooking(tx *db.Tx, e events.Event) error {
	var c booking.Changed
	if err := json.Unmarshal(e.Data, &c); err != nil || c.Case == "" {
		return err
	}
	a, err := findHead(tx, ApplicationID(c.Case))
	if fault.Is(err, fault.NotFound) {
		return nil // booked for something else
	}
	if err != nil {
		return err
	}
	kind := DidBook
	if e.Subject == "services.booking.cancelled" {
		kind = DidUnbook
	}
	if err := s.note(tx, a.ID, system(kind, Said{Text: c.Start.String()})); err != nil || kind == DidBook || a.Stage.ended() {
		return err
	}
	return s.unbooked(tx, a)
}

// unbooked turns a case back to choosing a time: where its process waits for the message, and
// where the process knows nothing of it, the case alone. What is done already needs no time, and
// who has chosen another one meanwhile is not asked again.
func (s *Service) unbooked(tx *db.Tx, a Application) error {
	_, err := s.Booking.Of(tx, string(a.ID))
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	hears, err := s.Process.Hears(tx, string(a.ID), messageUnbooked)
	if err != nil {
		return err
	}
	if hears {
		_, err = s.Process.Message(tx, string(a.ID), messageUnbooked, nil)
		return err
	}
	return s.await(tx, a, "book")
}

// Book books a slot for a case, and goes on with it.
func (s *Service) Book(ctx context.Context, id ApplicationID, place string, start when.Instant) (b booking.Booking, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		a, o, err := s.own(tx, id)
		if err != nil {
			return err
		}
		if a.Stage.ended() || a.Stage == Draft || o.Booking == "" {
			return fault.New(fault.Conflict, "services.fault.ended")
		}
		b, err = s.Booking.Book(tx, booking.Booking{Service: o.Booking, Place: place, Account: a.Account, Case: string(id), Start: start}, a.Account)
		if err != nil {
			return err
		}
		if err := s.note(tx, id, by(tx, Entry{Kind: DidBook, Said: Said{Text: b.Start.String(), Path: "/me/bookings/" + string(b.ID)}})); err != nil {
			return err
		}
		return s.resume(tx, a, messageBooked, map[string]any{"booked": b.Start.Day().String(), "cents": b.Cents})
	})
	return b, err
}
