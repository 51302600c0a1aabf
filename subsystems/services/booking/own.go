package booking

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// What people and officers do here by themselves. These ask policy.

// Shown is a booking with what a page needs to show it.
type Shown struct {
	Booking  Booking
	Place    Place
	Schedule Schedule
}

// showing finds place and schedule of bookings.
func showing(tx *db.Tx, all []Booking) ([]Shown, error) {
	out := make([]Shown, len(all))
	places, schedules := map[string]Place{}, map[ScheduleID]Schedule{}
	for i, b := range all {
		if _, known := places[b.Place]; !known {
			p, err := placeByCode(tx, b.Place)
			if err != nil {
				return nil, err
			}
			places[b.Place] = p
		}
		if _, known := schedules[b.Schedule]; !known {
			o, err := scheduleByID(tx, b.Schedule)
			if err != nil {
				return nil, err
			}
			schedules[b.Schedule] = o
		}
		out[i] = Shown{b, places[b.Place], schedules[b.Schedule]}
	}
	return out, nil
}

// kept is for how many days past bookings are shown.
const kept = 90

// Owns lists the bookings of the person who asks.
func (s *Service) Owns(ctx context.Context) (out []Shown, err error) {
	actor := who.From(ctx).Actor
	if err := s.may(ctx, "booking.own", ""); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.OwnOf(tx, actor.ID, tx.Now().Day().Add(-kept))
		if err != nil {
			return err
		}
		out, err = showing(tx, all)
		return err
	})
	return out, err
}

// Own is a booking of the person who asks. Somebody else's is not there.
func (s *Service) Own(ctx context.Context, of BookingID) (out Shown, err error) {
	actor := who.From(ctx).Actor
	if err := s.may(ctx, "booking.own", ""); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		b, err := s.ByID(tx, of)
		if err == nil && (b.Account == "" || b.Account != actor.ID) {
			err = fault.New(fault.NotFound, "booking.fault.no-booking")
		}
		if err != nil {
			return err
		}
		all, err := showing(tx, []Booking{b})
		if err == nil {
			out = all[0]
		}
		return err
	})
	return out, err
}

// BookOwn books for the person who asks.
func (s *Service) BookOwn(ctx context.Context, b Booking) (Booking, error) {
	actor := who.From(ctx).Actor
	if err := s.may(ctx, "booking.own", ""); err != nil {
		return b, err
	}
	if b.Case != "" {
		if s.Cases == nil {
			return b, fault.New(fault.Invalid, "booking.fault.no-case")
		}
		if err := s.Cases.MayBook(ctx, actor.ID, b.Case, b.Service); err != nil {
			return b, err
		}
	}
	b.Account = actor.ID
	var out Booking
	err := s.DB.WriteLatest(ctx, func(tx *db.Tx) (err error) {
		out, err = s.Book(tx, b, actor.ID)
		if err == nil && out.Account != actor.ID {
			err = fault.New(fault.Conflict, "booking.fault.case-booked")
		}
		return err
	})
	return out, err
}

// ChangeOwn moves or cancels a booking of the person who asks, until its time has come.
func (s *Service) ChangeOwn(ctx context.Context, of BookingID, fn func(tx *db.Tx, by string) error) error {
	own, err := s.Own(ctx, of)
	if err != nil {
		return err
	}
	return s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		if !tx.Now().Before(own.Booking.Start) {
			return fault.New(fault.Conflict, "booking.fault.too-late")
		}
		return fn(tx, own.Booking.Account)
	})
}

// tokenBytes is how long the token of a feed is.
const tokenBytes = 32

// NewFeed gives the person who asks a new private address for their calendar, once. The old one ends.
func (s *Service) NewFeed(ctx context.Context) (token string, err error) {
	actor := who.From(ctx).Actor
	if err := s.may(ctx, "booking.own", ""); err != nil {
		return "", err
	}
	raw := make([]byte, tokenBytes)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, s.DB.Write(ctx, func(tx *db.Tx) error { return putFeed(tx, actor.ID, tokenHash(token)) })
}

// EndFeed ends the private address of the person who asks.
func (s *Service) EndFeed(ctx context.Context) error {
	actor := who.From(ctx).Actor
	if err := s.may(ctx, "booking.own", ""); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return endFeed(tx, actor.ID) })
}

// FeedMade says since when the person who asks has such an address; zero for none.
func (s *Service) FeedMade(ctx context.Context) (at when.Instant, err error) {
	actor := who.From(ctx).Actor
	if err := s.may(ctx, "booking.own", ""); err != nil {
		return at, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		at, err = feedMade(tx, actor.ID)
		return err
	})
	return at, err
}

func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Feed is the calendar of whoever has the token.
func (s *Service) Feed(ctx context.Context, token string, l lang.Lang) (file []byte, err error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return nil, fault.New(fault.NotFound, "booking.fault.no-feed")
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		account, err := feedOwner(tx, tokenHash(token))
		if err != nil {
			return err
		}
		all, err := s.OwnOf(tx, account, tx.Now().Day().Add(-kept))
		if err != nil {
			return err
		}
		shown, err := showing(tx, all)
		file = s.calendar(shown, l)
		return err
	})
	return file, err
}

// calendar writes bookings as a calendar file in a language.
func (s *Service) calendar(all []Shown, l lang.Lang) []byte {
	w := s.Words.In(l)
	events := make([]event, len(all))
	for i, b := range all {
		events[i] = event{
			uid: string(b.Booking.ID) + "@" + hostOf(s.Origin), sequence: b.Booking.Sequence, changed: b.Booking.ChangedAt,
			start: b.Booking.Start, end: b.Booking.End(), summary: b.Schedule.Title.In(l),
			location: b.Place.Name.In(l) + "\n" + b.Place.Address.In(l), text: w.T("booking.ics.text", "reference", b.Booking.Reference),
			address: s.Origin + ownPath + "/" + string(b.Booking.ID), cancelled: b.Booking.State == Cancelled,
		}
	}
	return calendarFile(w.T("booking.me.title"), events)
}

func hostOf(origin string) string {
	_, host, found := strings.Cut(origin, "://")
	if !found {
		return origin
	}
	return host
}

// Desk is what an officer sees of a place and a day.
type Desk struct {
	Place    Place
	Bookings []Shown
	Tickets  []Ticket // that wait or were called, of today
}

// mostTickets bounds the tickets that a desk shows.
const mostTickets = 500

// DeskPlaces lists the places of the officer's department.
func (s *Service) DeskPlaces(ctx context.Context) (out []Place, err error) {
	department := who.From(ctx).Actor.Duty.Department
	if err := s.may(ctx, "booking.inspect", department); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := allPlaces(tx)
		out = nil
		for _, p := range all {
			if p.Department == department {
				out = append(out, p)
			}
		}
		return err
	})
	return out, err
}

// KeepPlace makes a place of the officer's department, or changes it.
func (s *Service) KeepPlace(ctx context.Context, p Place) error {
	if err := s.may(ctx, "booking.schedule", p.Department); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.PutPlace(tx, p); err != nil {
			return err
		}
		return note(tx, "place", p.Code)
	})
}

// mayPlace finds a place of the officer's department. Another department's is not there.
func (s *Service) mayPlace(ctx context.Context, tx *db.Tx, action, code string) (Place, error) {
	p, err := placeByCode(tx, code)
	if err != nil {
		return p, err
	}
	err = s.may(ctx, action, p.Department)
	if fault.Is(err, fault.Forbidden) {
		err = fault.New(fault.NotFound, "booking.fault.no-place").Because(err)
	}
	return p, err
}

// DeskOf is a place's day.
func (s *Service) DeskOf(ctx context.Context, place string, d when.Day) (out Desk, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out.Place, err = s.mayPlace(ctx, tx, "booking.inspect", place); err != nil {
			return err
		}
		all, err := s.OfDay(tx, place, d)
		if err != nil {
			return err
		}
		if out.Bookings, err = showing(tx, all); err != nil {
			return err
		}
		out.Tickets, err = openTickets(tx, place, tx.Now().Day(), mostTickets)
		return err
	})
	return out, err
}

// Do does an officer's act at a place of the department, with its line in the audit trail.
func (s *Service) Do(ctx context.Context, place, action, what, on string, act func(tx *db.Tx, by string) error) error {
	by := who.From(ctx).Actor.Duty.Officer
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.mayPlace(ctx, tx, action, place); err != nil {
			return err
		}
		if err := act(tx, by); err != nil {
			return err
		}
		return note(tx, what, on)
	})
}
