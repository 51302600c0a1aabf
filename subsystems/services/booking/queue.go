package booking

import (
	"regexp"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// TicketState is how a ticket stands.
type TicketState string

// The states of a ticket.
const (
	Waiting    TicketState = "waiting"
	Called     TicketState = "called"
	DoneTicket TicketState = "served"
	Gone       TicketState = "gone"
)

// Ticket is a number in the queue of a place and a day.
type Ticket struct {
	Place    string
	Day      when.Day
	Number   int64
	Service  string
	Booking  BookingID    // empty for who walked in
	Due      when.Instant // when the booking begins, or when the ticket was made
	State    TicketState
	Counter  string
	MadeAt   when.Instant
	CalledAt when.Instant
	Version  int64
}

var counterForm = regexp.MustCompile(`^[0-9A-Za-z]{1,8}$`)

// mostBoard is how many called numbers a board shows.
const mostBoard = 6

// WalkIn gives a ticket to somebody who came without a booking.
func (s *Service) WalkIn(tx *db.Tx, place, service string) (Ticket, error) {
	if _, err := placeByCode(tx, place); err != nil {
		return Ticket{}, err
	}
	at, err := schedulesOf(tx, service, place)
	if err == nil && len(at) == 0 {
		err = fault.New(fault.NotFound, "booking.fault.no-service")
	}
	if err != nil {
		return Ticket{}, err
	}
	return s.newTicket(tx, Ticket{Place: place, Service: service, Due: tx.Now()})
}

func (s *Service) newTicket(tx *db.Tx, t Ticket) (Ticket, error) {
	t.Day, t.State, t.MadeAt, t.Version = tx.Now().Day(), Waiting, tx.Now(), 1
	var err error
	if t.Number, err = nextNumber(tx, t.Place, t.Day); err != nil {
		return t, err
	}
	return t, insertTicket(tx, t)
}

// CallNext calls whoever is next to a counter. Nobody waiting is a Conflict.
func (s *Service) CallNext(tx *db.Tx, place, counter string) (t Ticket, err error) {
	p, err := placeByCode(tx, place)
	if err != nil {
		return t, err
	}
	if !counterForm.MatchString(counter) || len(p.Counters) > 0 && !slices.Contains(p.Counters, counter) {
		return t, fault.New(fault.Invalid, "booking.fault.counter")
	}
	today := tx.Now().Day()
	if err := calling(tx, place, today); err != nil {
		return t, err
	}
	t, err = nextTicket(tx, place, today, tx.Now())
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Conflict, "booking.fault.nobody")
	}
	if err != nil {
		return t, err
	}
	t.State, t.Counter, t.CalledAt = Called, counter, tx.Now()
	if err := updateTicket(tx, t); err != nil {
		return t, err
	}
	t.Version++
	return t, nil
}

// EndTicket notes that who was called was served, or did not come to the counter. A booking of the
// ticket is served with it.
func (s *Service) EndTicket(tx *db.Tx, place string, number int64, served bool, by string) (Ticket, error) {
	t, err := ticketByNumber(tx, place, tx.Now().Day(), number)
	if err != nil {
		return t, err
	}
	if t.State != Called {
		return t, fault.New(fault.Conflict, "booking.fault.not-called")
	}
	if t.State = Gone; served {
		t.State = DoneTicket
	}
	if err := updateTicket(tx, t); err != nil {
		return t, err
	}
	t.Version++
	if t.Booking != "" && served {
		_, err = s.Serve(tx, t.Booking, by, 0)
	}
	return t, err
}

// Board is what a screen shows at a place.
type Board struct {
	Called  []Ticket // the newest first
	Waiting int
}

// BoardOf is the board of a place today.
func (s *Service) BoardOf(tx *db.Tx, place string) (b Board, err error) {
	today := tx.Now().Day()
	if b.Called, err = calledTickets(tx, place, today, mostBoard); err != nil {
		return b, err
	}
	b.Waiting, err = waitingCount(tx, place, today)
	return b, err
}
