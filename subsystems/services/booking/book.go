package booking

import (
	"slices"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/calendar"
	"praya/platform/db"
)

// BookingID names a booking in the store. People say its reference.
type BookingID string

// State is how a booking stands.
type State string

// The states.
const (
	Booked    State = "booked"
	Arrived   State = "arrived"
	Served    State = "served"
	Cancelled State = "cancelled"
	NoShowed  State = "no-show"
	Lapsed    State = "lapsed" // nobody recorded what became of it
)

// Live reports whether a booking takes up its slot.
func (s State) Live() bool { return s == Booked || s == Arrived }

// Booking is somebody's slot.
type Booking struct {
	ID         BookingID
	Reference  string
	Schedule   ScheduleID
	Service    string
	Place      string
	Department string // of the place
	Account    string // empty for who has none
	Case       string
	Start      when.Instant
	Minutes    int
	Cents      int64
	State      State
	Note       string // sealed in the store
	Sequence   int64  // how often it changed, for calendars
	MadeAt     when.Instant
	ChangedAt  when.Instant
	Version    int64
}

// End is when it ends.
func (b Booking) End() when.Instant { return b.Start.Add(time.Duration(b.Minutes) * time.Minute) }

// Book takes a slot at b's place and start for b's service, account and case. A full one is a
// Conflict. Booked again for the same case and slot, it gives the booking that is there.
func (s *Service) Book(tx *db.Tx, b Booking, by string) (Booking, error) {
	if len(b.Note) > maxNote || len(b.Case) > 200 || len(b.Account) > 200 || by == "" {
		return b, fault.New(fault.Invalid, "booking.fault.order")
	}
	if b.Case != "" {
		there, err := s.Of(tx, b.Case)
		if err == nil {
			if there.Place != b.Place || there.Service != b.Service || there.Start != b.Start {
				err = fault.New(fault.Conflict, "booking.fault.case-booked")
			}
			return there, err
		}
		if !fault.Is(err, fault.NotFound) {
			return b, err
		}
	}
	p, err := placeByCode(tx, b.Place)
	if err != nil {
		return b, err
	}
	slot, err := s.take(tx, b.Service, b.Place, b.Start)
	if err != nil {
		return b, err
	}
	if err := holdOne(tx, b.Account, b.Service); err != nil {
		return b, err
	}
	b.ID, b.Reference, b.Department = id.New[BookingID](tx.Now()), tx.Draw(id.Reference), p.Department
	b.Schedule, b.Minutes, b.Cents, b.State = slot.Schedule, slot.Minutes, slot.Cents, Booked
	b.Sequence, b.Version, b.MadeAt, b.ChangedAt = 0, 1, tx.Now(), tx.Now()
	sealed, err := s.sealNote(tx, b)
	if err != nil {
		return b, err
	}
	if err := insertBooking(tx, b, sealed); err != nil {
		return b, err
	}
	if err := s.remember(tx, b, "booked", by); err != nil {
		return b, err
	}
	return b, remindLater(tx, b)
}

// take takes one of a slot's quota, from whichever schedule has it.
func (s *Service) take(tx *db.Tx, service, place string, start when.Instant) (Slot, error) {
	offered, err := offering(tx, service, place, start)
	if err != nil {
		return Slot{}, err
	}
	if len(offered) == 0 {
		return Slot{}, fault.New(fault.Invalid, "booking.fault.no-slot")
	}
	for _, o := range offered {
		taken, err := takeSlot(tx, o, start)
		if taken || err != nil {
			return o.slot(start, 0), err
		}
	}
	return Slot{}, fault.New(fault.Conflict, "booking.fault.full")
}

// offering are the schedules of which a slot begins at an instant, in the order of their ids.
func offering(tx *db.Tx, service, place string, start when.Instant) (out []Schedule, err error) {
	all, err := schedulesOf(tx, service, place)
	if err != nil {
		return nil, err
	}
	holidays, err := calendar.Working(tx)
	for _, o := range all {
		if o.offers(start, tx.Now(), holidays) {
			out = append(out, o)
		}
	}
	return out, err
}

// Free lists the slots of a service from a day on, for so many days; at every place when place is
// empty. Full ones are listed with nothing left.
func (s *Service) Free(tx *db.Tx, service, place string, from when.Day, days int) (out []Slot, err error) {
	all, err := schedulesOf(tx, service, place)
	if err != nil {
		return nil, err
	}
	holidays, err := calendar.Working(tx)
	if err != nil {
		return nil, err
	}
	days = min(max(days, 0), mostDays)
	for _, o := range all {
		taken, err := takenBetween(tx, o.ID, midnight(from), midnight(from.Add(days)))
		if err != nil {
			return nil, err
		}
		for n := range days {
			d := from.Add(n)
			if !o.open(d, tx.Now().Day(), holidays) {
				continue
			}
			for _, start := range o.starts(d) {
				if tx.Now().Before(start) {
					out = append(out, o.slot(start, taken[start]))
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Slot) int {
		if c := strings.Compare(a.Start.String(), b.Start.String()); c != 0 {
			return c
		}
		return strings.Compare(a.Place, b.Place)
	})
	return out, nil
}

// change is the only way in which a booking's row is changed.
func (s *Service) change(tx *db.Tx, of BookingID, version int64, from []State, what, by string, fn func(b *Booking) error) (Booking, error) {
	b, err := s.ByID(tx, of)
	if err != nil {
		return b, err
	}
	if version != 0 && version != b.Version {
		return b, fault.New(fault.Conflict, "booking.fault.overtaken")
	}
	if by == "" {
		return b, fault.New(fault.Invalid, "booking.fault.order")
	}
	if !slices.Contains(from, b.State) {
		return b, fault.New(fault.Conflict, "booking.fault.not-from-"+string(b.State))
	}
	old := b
	// The row first: whoever changes the same booking meets here, before any slot is taken.
	if err := touchBooking(tx, b); err != nil {
		return b, err
	}
	b.Version++
	if err := fn(&b); err != nil {
		return b, err
	}
	b.ChangedAt, b.Sequence = tx.Now(), b.Sequence+1
	if err := updateBooking(tx, b); err != nil {
		return b, err
	}
	if old.State.Live() && !b.State.Live() {
		if b.State == Cancelled {
			if err := giveBack(tx, old.Schedule, old.Start); err != nil {
				return b, err
			}
		}
		if err := letGo(tx, b.Account, b.Service); err != nil {
			return b, err
		}
	}
	return b, s.remember(tx, b, what, by)
}

// Move takes another slot for a booking, at the same place or another one, and gives its own back.
func (s *Service) Move(tx *db.Tx, of BookingID, place string, start when.Instant, by string, version int64) (Booking, error) {
	b, err := s.change(tx, of, version, []State{Booked}, "moved", by, func(b *Booking) error {
		if place == "" {
			place = b.Place
		}
		if place == b.Place && start == b.Start {
			return fault.New(fault.Invalid, "booking.fault.same-slot")
		}
		p, err := placeByCode(tx, place)
		if err != nil {
			return err
		}
		slot, err := s.exchange(tx, *b, place, start)
		if err != nil {
			return err
		}
		b.Schedule, b.Minutes, b.Cents, b.Start, b.Place, b.Department = slot.Schedule, slot.Minutes, slot.Cents, start, place, p.Department
		return nil
	})
	if err != nil {
		return b, err
	}
	return b, remindLater(tx, b)
}

// exchange takes a new slot and gives the old one back, the one with the lower key first: two who
// change places do not wait for each other.
func (s *Service) exchange(tx *db.Tx, b Booking, place string, start when.Instant) (slot Slot, err error) {
	offered, err := offering(tx, b.Service, place, start)
	if err != nil {
		return slot, err
	}
	if len(offered) == 0 {
		return slot, fault.New(fault.Invalid, "booking.fault.no-slot")
	}
	oldKey, newKey := string(b.Schedule)+b.Start.String(), string(offered[0].ID)+start.String()
	if oldKey < newKey {
		if err := giveBack(tx, b.Schedule, b.Start); err != nil {
			return slot, err
		}
		return s.take(tx, b.Service, place, start)
	}
	if slot, err = s.take(tx, b.Service, place, start); err != nil {
		return slot, err
	}
	return slot, giveBack(tx, b.Schedule, b.Start)
}

// Cancel gives a booking's slot back.
func (s *Service) Cancel(tx *db.Tx, of BookingID, by string, version int64) (Booking, error) {
	return s.change(tx, of, version, []State{Booked}, "cancelled", by, func(b *Booking) error {
		b.State = Cancelled
		return nil
	})
}

// Arrive notes that the person is there, and gives a ticket for the queue.
func (s *Service) Arrive(tx *db.Tx, of BookingID, by string, version int64) (b Booking, t Ticket, err error) {
	b, err = s.change(tx, of, version, []State{Booked}, "arrived", by, func(b *Booking) error {
		if b.Start.Day() != tx.Now().Day() {
			return fault.New(fault.Conflict, "booking.fault.other-day")
		}
		b.State = Arrived
		return nil
	})
	if err != nil {
		return b, t, err
	}
	t, err = s.newTicket(tx, Ticket{Place: b.Place, Service: b.Service, Booking: b.ID, Due: b.Start})
	return b, t, err
}

// Serve notes that the person was served.
func (s *Service) Serve(tx *db.Tx, of BookingID, by string, version int64) (Booking, error) {
	return s.change(tx, of, version, []State{Booked, Arrived}, "served", by, func(b *Booking) error {
		b.State = Served
		return nil
	})
}

// NoShow notes that the person did not come. Before the time has come nobody can say so.
func (s *Service) NoShow(tx *db.Tx, of BookingID, by string, version int64) (Booking, error) {
	return s.change(tx, of, version, []State{Booked}, "no-show", by, func(b *Booking) error {
		if tx.Now().Before(b.Start) {
			return fault.New(fault.Conflict, "booking.fault.early")
		}
		b.State = NoShowed
		return nil
	})
}
