package services

import (
	"context"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/licences"
)

// Mine is what waits for somebody, and what moved: each list by a key, and short.
type Mine struct {
	Open     []Titled // applications that are not ended
	Bills    []fees.Bill
	Bookings []booking.Booking
	Renew    []licences.Licence // that may be renewed now
}

// Titled is an application with its service's name.
type Titled struct {
	Application
	Offer *Offer
}

// onFront is how many of a kind the front page shows.
const onFront = 5

// Mine reads it for the acting person.
func (s *Service) Mine(ctx context.Context) (m Mine, err error) {
	actor := who.From(ctx).Actor
	if actor.Kind != who.Person {
		return m, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		m = Mine{}
		all, err := openApplications(tx, actor.ID, onFront)
		if err != nil {
			return err
		}
		for _, a := range all {
			o, err := s.version(tx, a.Service, a.Number)
			if err != nil {
				return err
			}
			m.Open = append(m.Open, Titled{a, o})
		}
		if m.Bills, err = s.Fees.OwnOf(tx, actor.ID, true, onFront); err != nil {
			return err
		}
		if m.Bookings, err = s.Booking.OwnOf(tx, actor.ID, tx.Now().Day()); err != nil {
			return err
		}
		own, err := s.Licences.OwnOf(tx, actor.ID)
		for _, l := range own {
			ready, err := s.Licences.RenewOpen(tx, l)
			if err != nil {
				return err
			}
			if ready && len(m.Renew) < onFront && renewable(l, tx.Now().Day()) {
				m.Renew = append(m.Renew, l)
			}
		}
		return err
	})
	return m, err
}

// renewable leaves out what nobody needs to be reminded of any more.
func renewable(l licences.Licence, today when.Day) bool {
	return !l.Until.IsZero() && !l.Until.Before(today.Add(-60))
}

// frontView is the portal's part of the front page.
type frontView struct {
	*web.View
	Due    []web.Task
	Moved  []web.Row
	Around []web.Task // what other parts have for them
	Desk   []web.Task
}

// Front is what is due and what moved for who has signed in; for others the ways to services.
func (s *Service) Front(v *web.Visit, around ...web.Task) (templ.Component, error) {
	d := frontView{View: v.View, Around: around}
	m, err := s.Mine(v.Context())
	if err != nil {
		return nil, err
	}
	for _, b := range m.Bills {
		d.Due = append(d.Due, web.Task{Text: v.T("services.front.bill", "amount", money(v.Texts, b.Cents)), Hint: b.Title.In(v.Lang()), Path: "/me/bills/" + string(b.ID), State: web.Waiting})
	}
	for _, a := range m.Open {
		if a.Stage == Draft {
			d.Due = append(d.Due, web.Task{Text: v.T("services.front.draft", "service", a.Offer.Title.In(v.Lang())), Path: casePath(a.ID), State: web.NotStarted})
			continue
		}
		d.Moved = append(d.Moved, web.Row{Cells: []web.Cell{
			{Text: a.Offer.Title.In(v.Lang()), Path: casePath(a.ID), Small: a.Reference}, {Body: tag(v.View, a.Application)}, {Text: v.Date(a.Changed.Day())},
		}})
	}
	for _, b := range m.Bookings {
		d.Due = append(d.Due, web.Task{Text: v.T("services.case.booked", "when", v.Instant(b.Start)), Path: "/me/bookings/" + string(b.ID), State: web.InProgress})
	}
	for _, l := range m.Renew {
		d.Due = append(d.Due, web.Task{Text: v.T("services.front.renew", "number", l.Number, "day", v.Date(l.Until)), Path: "/me/licences/" + string(l.ID), State: web.Waiting})
	}
	if d.Desk, err = s.deskTasks(v); err != nil {
		return nil, err
	}
	return frontPart(d), nil
}

// deskTasks lead an officer to their desk.
func (s *Service) deskTasks(v *web.Visit) ([]web.Task, error) {
	duty := v.Actor().Duty
	if len(roles(duty)) == 0 {
		if duty.In(EditorRole) || duty.In(CounterRole) {
			return []web.Task{{Text: v.T("services.desk.title"), Hint: v.T("services.desk.catalogue-lead"), Path: deskPath + "/catalogue"}}, nil
		}
		return nil, nil
	}
	_, total, err := s.Queue(v.Context(), QueueFilter{Limit: 1})
	if fault.Is(err, fault.Forbidden) {
		return nil, nil
	}
	return []web.Task{{Text: v.T("services.desk.title"), Hint: v.T("services.front.tasks", "count", total), Path: deskPath}}, err
}

// More leads from somebody's account to what the services have for them.
func (s *Service) More(v *web.Visit) []web.Task {
	if v.Actor().Kind != who.Person {
		tasks, err := s.deskTasks(v)
		if err != nil {
			return nil // the desk itself says what is wrong
		}
		return tasks
	}
	return []web.Task{
		{Text: v.T("services.own.title"), Hint: v.T("services.own.lead"), Path: ownPath},
		{Text: v.T("services.front.licences"), Path: "/me/licences"},
		{Text: v.T("services.front.bookings"), Path: "/me/bookings"},
		{Text: v.T("services.front.bills"), Path: "/me/bills"},
	}
}
