package booking

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/platform/jobs"
)

// JobTell tells a person that a booking was moved or cancelled by somebody else, or is tomorrow.
const JobTell = "booking.tell"

// JobClose ends, once a day, the bookings of past days of which nobody recorded what became. Its
// key is the day.
const JobClose = "booking.close"

// reminder is how long before its start a booking is brought to mind.
const reminder = 24 * time.Hour

type tellArgs struct {
	Booking  BookingID `json:"booking"`
	What     string    `json:"what"`
	Sequence int64     `json:"sequence"`
}

func tellSoon(tx *db.Tx, b Booking, what string) error {
	return enqueue(tx, jobs.Job{}, tellArgs{b.ID, what, b.Sequence})
}

// remindLater brings a booking to mind a day before, when it is more than a day away.
func remindLater(tx *db.Tx, b Booking) error {
	at := b.Start.Add(-reminder)
	if b.Account == "" || at.Before(tx.Now()) {
		return nil
	}
	return enqueue(tx, jobs.Job{RunAt: at}, tellArgs{b.ID, "tomorrow", b.Sequence})
}

func enqueue(tx *db.Tx, j jobs.Job, a tellArgs) error {
	args, err := json.Marshal(a)
	if err != nil {
		return err
	}
	j.Kind, j.Key, j.Args = JobTell, string(a.Booking)+"."+a.What+"."+strconv.FormatInt(a.Sequence, 10), args
	return jobs.Put(tx, j)
}

// Tell is that job. A booking that changed since says nothing old.
func (s *Service) Tell(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var a tellArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return fault.New(fault.Invalid, "booking.fault.order").Because(err)
	}
	var b Booking
	var o Schedule
	var p Place
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if b, err = s.ByID(tx, a.Booking); err != nil {
			return err
		}
		if p, err = placeByCode(tx, b.Place); err != nil {
			return err
		}
		o, err = scheduleByID(tx, b.Schedule)
		return err
	})
	if err != nil || b.Sequence != a.Sequence || b.Account == "" {
		return err
	}
	title := s.inAll(func(l lang.Lang) string {
		return s.Words.In(l).T("booking.tell."+a.What+".title", "title", o.Title.In(l))
	})
	text := s.inAll(func(l lang.Lang) string {
		return s.Words.In(l).T("booking.tell."+a.What+".text", "title", o.Title.In(l), "place", p.Name.In(l), "at", b.Start, "reference", b.Reference)
	})
	return s.People.Tell(ctx, b.Account, j.Kind+"."+j.Key, ownPath+"/"+string(b.ID), title, text)
}

// inAll is a text in every language.
func (s *Service) inAll(text func(lang.Lang) string) lang.Text {
	return lang.Text{TC: text(lang.TC), EN: text(lang.EN), SC: text(lang.SC)}
}

// closeSlice is how many bookings a transaction of Close ends.
const closeSlice = 100

// Close is that job.
func (s *Service) Close(ctx context.Context, _ jobs.Job, progress *jobs.Progress) error {
	return s.closePast(ctx, func(done int64) { progress.Report(ctx, done, 0, "") })
}

func (s *Service) closePast(ctx context.Context, report func(done int64)) error {
	for done := int64(0); ; {
		n := 0
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			rows, err := over(tx, tx.Now().Day(), closeSlice)
			if err != nil {
				return err
			}
			n = len(rows)
			for _, r := range rows {
				_, err := s.change(tx, r.ID, 0, []State{Booked, Arrived}, "lapsed", "system", func(b *Booking) error {
					b.State = Lapsed
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
		done += int64(n)
		report(done)
	}
}

// ownPath is where a person's bookings stand.
const ownPath = "/me/bookings"
