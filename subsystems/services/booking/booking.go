package booking

import (
	"context"
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/sign"
	"praya/platform/words"
)

// Service has the use cases. Its fields are given by app/wire.go.
type Service struct {
	DB     *db.DB
	Keys   *sign.Ring
	Policy *access.Policy
	Clock  when.Clock
	Words  *words.Book
	People People
	Cases  Cases  // may be nil: then pages book for no case
	Origin string // scheme and host under which feeds lead here
}

// The functions that take a transaction check no policy: whoever opened it did. They keep all
// rules of bookings.

// PutPlace keeps a place. A Version of 0 makes a new one; any other must be the one that was read.
// Code and department stay.
func (s *Service) PutPlace(tx *db.Tx, p Place) error {
	if err := p.check(); err != nil {
		return err
	}
	if p.Version == 0 {
		return insertPlace(tx, p)
	}
	old, err := placeByCode(tx, p.Code)
	if err == nil && old.Department != p.Department {
		err = fault.New(fault.Invalid, "booking.fault.department-fixed")
	}
	if err != nil {
		return err
	}
	return updatePlace(tx, p)
}

// PutSchedule keeps a schedule. Without an ID it makes a new one; otherwise its version must be the
// one that was read. Place and service stay.
func (s *Service) PutSchedule(tx *db.Tx, o Schedule) (Schedule, error) {
	if err := o.check(); err != nil {
		return o, err
	}
	if _, err := placeByCode(tx, o.Place); err != nil {
		return o, err
	}
	if o.Closed == nil {
		o.Closed = []when.Day{}
	}
	if o.ID == "" {
		o.ID, o.Version = id.New[ScheduleID](tx.Now()), 1
		return o, insertSchedule(tx, o)
	}
	old, err := scheduleByID(tx, o.ID)
	if err == nil && (old.Place != o.Place || old.Service != o.Service) {
		err = fault.New(fault.Invalid, "booking.fault.schedule-fixed")
	}
	if err != nil {
		return o, err
	}
	if err := updateSchedule(tx, o); err != nil {
		return o, err
	}
	o.Version++
	return o, nil
}

// Places lists the places by code.
func (s *Service) Places(tx *db.Tx) ([]Place, error) { return allPlaces(tx) }

// PlaceOf finds a place by its code.
func (s *Service) PlaceOf(tx *db.Tx, code string) (Place, error) { return placeByCode(tx, code) }

// Schedules lists the schedules of a service, at every place when place is empty.
func (s *Service) Schedules(tx *db.Tx, service, place string) ([]Schedule, error) {
	return schedulesOf(tx, service, place)
}

// ByID finds a booking.
func (s *Service) ByID(tx *db.Tx, of BookingID) (Booking, error) {
	r, err := one(tx, sqlBooking, of)
	return s.opened(tx, r, err)
}

// ByReference finds a booking by its reference, in its one written form.
func (s *Service) ByReference(tx *db.Tx, reference string) (Booking, error) {
	r, err := one(tx, sqlByReference, reference)
	return s.opened(tx, r, err)
}

// Of finds the live booking of a case.
func (s *Service) Of(tx *db.Tx, of string) (Booking, error) {
	r, err := one(tx, sqlOfCase, of)
	return s.opened(tx, r, err)
}

// mostOwn bounds the bookings of one person that are read at once.
const mostOwn = 200

// OwnOf lists a person's bookings from a day on, the last first.
func (s *Service) OwnOf(tx *db.Tx, account string, from when.Day) ([]Booking, error) {
	rows, err := ownOf(tx, account, midnight(from), mostOwn)
	return s.openedAll(tx, rows, err)
}

// OfDay lists the bookings of a place and a day, the first first.
func (s *Service) OfDay(tx *db.Tx, place string, d when.Day) ([]Booking, error) {
	rows, err := ofDay(tx, place, d, mostOfDay)
	return s.openedAll(tx, rows, err)
}

// mostOfDay bounds the bookings of a day at one place.
const mostOfDay = 2000

// History lists what became of a booking, the newest first.
func (s *Service) History(tx *db.Tx, of BookingID) ([]Change, error) { return changesOf(tx, of) }

func notePlace(realm who.Realm, b BookingID) sign.Place {
	return sign.Place{Realm: realm, Table: "services_booking_bookings", Column: "note", ID: string(b)}
}

func (s *Service) sealNote(tx *db.Tx, b Booking) ([]byte, error) {
	if b.Note == "" {
		return []byte{}, nil
	}
	return s.Keys.Encrypt(notePlace(tx.Realm(), b.ID), []byte(b.Note))
}

func (s *Service) opened(tx *db.Tx, r row, err error) (Booking, error) {
	if err != nil || len(r.sealed) == 0 {
		return r.Booking, err
	}
	note, err := s.Keys.Decrypt(notePlace(tx.Realm(), r.ID), r.sealed)
	r.Note = string(note)
	return r.Booking, err
}

func (s *Service) openedAll(tx *db.Tx, rows []row, err error) ([]Booking, error) {
	out := make([]Booking, len(rows))
	for i, r := range rows {
		out[i], err = s.opened(tx, r, err)
	}
	return out, err
}

// subjectPrefix and what happened are the subjects of what this folder publishes:
// services.booking.booked, .moved, .cancelled, .arrived, .served, .no-show, .lapsed.
const subjectPrefix = "services.booking."

// Changed is the data of those events.
type Changed struct {
	Booking BookingID    `json:"booking"`
	Service string       `json:"service"`
	Place   string       `json:"place"`
	Case    string       `json:"case,omitempty"`
	Start   when.Instant `json:"start"`
}

// remember keeps what became of a booking, and publishes it.
func (s *Service) remember(tx *db.Tx, b Booking, what, by string) error {
	if err := insertChange(tx, b, what, by); err != nil {
		return err
	}
	data, err := json.Marshal(Changed{b.ID, b.Service, b.Place, b.Case, b.Start})
	if err != nil {
		return err
	}
	if err := events.Publish(tx, events.Event{Subject: subjectPrefix + what, Data: data}); err != nil {
		return err
	}
	if b.Account == "" || by == b.Account || what != "moved" && what != "cancelled" {
		return nil
	}
	return tellSoon(tx, b, what) // somebody else did it: the person hears of it
}

// note writes an officer's act into the audit trail.
func note(tx *db.Tx, what, on string) error {
	return audit.Record(tx, audit.Act{What: "booking." + what, On: on, Outcome: audit.Done})
}

// may asks policy about a place's department.
func (s *Service) may(ctx context.Context, action, department string) error {
	return s.Policy.Allow(ctx, action, resourceOf(department))
}

func resourceOf(department string) access.Resource {
	return access.Resource{Type: "Place", ID: "any", Attrs: map[string]any{"department": department}}
}
