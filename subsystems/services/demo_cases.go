package services

import (
	"context"
	"errors"
	"path"
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
)

// demoCase is an invented application of an invented person, and how far it got.
type demoCase struct {
	service, name, hkid string
	answers             map[string]any
	declined            bool // of the exchange: the invented person fills in by hand
	pay, book           bool
	decisions           []Decision // of the tasks that come, in order
	draft, withdrawn    bool
}

// demoCases are cases at every stage.
func demoCases() []demoCase {
	place := map[string]any{"kind": "premises", "floor": "G", "building": "虛構大廈", "number": "8", "street": "海旁道", "district": "CW"}
	food := func(kind string, seats int) map[string]any {
		return map[string]any{
			"home": "虛構邨虛構樓8樓A室", "business": "虛構小廚", "kind": kind, "partnered": false, "premises": place, "area": 60.0, "seats": float64(seats),
		}
	}
	approve, pass := Decision{Outcome: "approve"}, Decision{Outcome: "pass"}
	check := Decision{Outcome: "complete"}
	hall := map[string]any{"purpose": "虛構的社區活動", "people": 40.0, "children": false}
	car := func(plate string) map[string]any {
		return map[string]any{"plate": plate, "fuel": "electric", "months": "12", "insured": "DEMO-" + plate}
	}
	money := func(income int) map[string]any {
		return map[string]any{"income": float64(income), "savings": 2_000_000.0}
	}
	return []demoCase{
		{service: "food-licence", name: "CHEUNG Invented One", hkid: "Z100001(3)", answers: food("restaurant", 30), declined: true, draft: true},
		{service: "food-licence", name: "LAU Invented Two", hkid: "Z100002(1)", answers: food("light", 12), declined: true},
		{service: "food-licence", name: "NG Invented Three", hkid: "Z100003(A)", answers: food("restaurant", 80), declined: true, pay: true},
		{service: "food-licence", name: "HO Invented Four", hkid: "Z100004(8)", answers: food("factory", 0), declined: true, pay: true, book: true},
		{service: "food-licence", name: "LAM Invented Five", hkid: "Z100005(6)", answers: food("light", 20), declined: true, pay: true, book: true, decisions: []Decision{pass}},
		{
			service: "food-licence", name: "TSANG Invented Six", hkid: "Z100006(4)", answers: food("restaurant", 45), declined: true, pay: true, book: true,
			decisions: []Decision{pass, {Outcome: moreInformation, Text: "請提供通風系統的圖則。"}},
		},
		{service: "food-licence", name: "YIP Invented Seven", hkid: "Z100007(2)", answers: food("light", 16), declined: true, pay: true, book: true, decisions: []Decision{pass, approve}},
		{
			service: "food-licence", name: "FUNG Invented Eight", hkid: "Z100008(0)", answers: food("restaurant", 60), declined: true, pay: true, book: true,
			decisions: []Decision{{Outcome: "fail", Reason: "unsuitable", Text: "廚房沒有足夠的通風。"}},
		},
		{service: "vehicle-renewal", name: "KWOK Invented Nine", hkid: "Z100009(9)", answers: car("DEMO1"), pay: true},
		{service: "vehicle-renewal", name: "SO Invented Ten", hkid: "Z100010(2)", answers: car("DEMO2")},
		{service: "hall-booking", name: "MAK Invented Eleven", hkid: "Z100011(0)", answers: hall, book: true, pay: true},
		{service: "hall-booking", name: "LUI Invented Twelve", hkid: "Z100012(9)", answers: hall},
		{service: "living-benefit", name: "TAM Invented Thirteen", hkid: "Z100013(7)", answers: money(800_000)},
		{service: "living-benefit", name: "CHIU Invented Fourteen", hkid: "Z100014(5)", answers: money(700_000), decisions: []Decision{check}},
		{service: "living-benefit", name: "KAM Invented Fifteen", hkid: "Z100015(3)", answers: money(9_000_000)},
		{
			service: "decision-review", name: "FUNG Invented Eight", hkid: "Z100008(0)",
			answers: map[string]any{"reference": "DEMO", "why": "已加裝抽氣系統，請重新考慮。"},
		},
		{
			service: "decision-review", name: "POON Invented Sixteen", hkid: "Z100016(1)", withdrawn: true,
			answers: map[string]any{"reference": "DEMO", "why": "我再想想。"},
		},
	}
}

// LoadCases invents the cases of the demonstration, once. Nobody of these names has an account:
// each is an account's id that nothing else knows. Officers are the two that are given.
func (s *Service) LoadCases(ctx context.Context, officers [2]who.Actor) error {
	_, total, err := s.casesOf(ctx, officers[0])
	if err != nil || total > 0 {
		return err
	}
	for i, c := range demoCases() {
		if err := s.loadCase(ctx, "demonstration-"+strconv.Itoa(i+1), c, officers); err != nil {
			return errors.Join(errors.New("services: "+c.name), err)
		}
	}
	return nil
}

func (s *Service) casesOf(ctx context.Context, officer who.Actor) (all []Application, total int64, err error) {
	return s.Cases(acting(ctx, officer), InProgress, 1, 0)
}

func acting(ctx context.Context, a who.Actor) context.Context {
	r := who.From(ctx)
	r.Actor, r.Lang = a, lang.TC
	return who.With(ctx, r)
}

func (s *Service) loadCase(ctx context.Context, account string, c demoCase, officers [2]who.Actor) error {
	own := acting(ctx, who.Actor{Kind: who.Person, ID: account, Level: "plus"})
	a, err := s.Begin(own, Beginning{Service: c.service, Account: account, Channel: Online})
	if err != nil {
		return err
	}
	_, err = s.edit(own, a.ID, func(tx *db.Tx, a *Application, o Offer) error {
		a.Name = c.name
		for _, w := range o.Wishes {
			a.Declined = append(a.Declined, w.Service)
		}
		a.Answers = a.Answers.With("/nameEn", c.name).With("/hkid", c.hkid).With("/phone", "90000000")
		for name, v := range c.answers {
			a.Answers = a.Answers.With("/"+name, v)
		}
		a.Answers, err = o.Form.Compute(a.Answers, tx.Now().Day())
		return err
	})
	if err != nil || c.draft {
		return err
	}
	if a, err = s.Submit(own, a.ID); err != nil {
		return err
	}
	return s.carryOn(own, a, c, officers)
}

// carryOn does what the case's persons do next.
func (s *Service) carryOn(own context.Context, a Application, c demoCase, officers [2]who.Actor) error {
	book := func() error {
		if !c.book {
			return nil
		}
		return s.bookFirst(own, a.ID)
	}
	pay := func() error {
		if !c.pay {
			return nil
		}
		return s.payCase(own, a.ID)
	}
	steps := []func() error{pay, book}
	if c.service == "hall-booking" {
		steps = []func() error{book, pay}
	}
	for i, d := range c.decisions {
		steps = append(steps, func() error { return s.decideNext(acting(own, officers[i%2]), a.ID, d) })
	}
	if c.withdrawn {
		steps = append(steps, func() error { return s.Withdraw(own, a.ID) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) bookFirst(own context.Context, id ApplicationID) error {
	_, o, err := s.Own(own, id)
	if err != nil {
		return err
	}
	for _, place := range o.Places {
		var free []booking.Slot
		err := s.DB.Read(own, func(tx *db.Tx) error {
			free, err = s.Booking.Free(tx, o.Booking, place.Code, tx.Now().Day().Add(2), daysShown)
			return err
		})
		if err != nil {
			return err
		}
		for _, slot := range free {
			if slot.Left > 0 {
				_, err = s.Book(own, id, place.Code, slot.Start)
				return err
			}
		}
	}
	return fault.New(fault.Conflict, "services.book.none")
}

// payCase pays a case's bill with the simulated provider, as a person does on its page.
func (s *Service) payCase(own context.Context, id ApplicationID) error {
	c, err := s.Case(own, id)
	if err != nil {
		return err
	}
	b, ok := c.DueBill()
	if !ok {
		return fault.New(fault.Conflict, "services.fault.ended")
	}
	to, err := s.Fees.Pay(own, b.ID, fees.SimulatedName)
	if err != nil {
		return err
	}
	for _, p := range s.Fees.Providers {
		sim, ok := p.(*fees.Simulated)
		if !ok {
			continue
		}
		signature, body, _, err := sim.Choose(own, fees.PaymentID(path.Base(to)), fees.IsPaid)
		if err != nil {
			return err
		}
		n, err := sim.Read(own, signature, body)
		if err != nil {
			return err
		}
		return s.Fees.Hear(own, sim.Name(), n)
	}
	return fault.New(fault.Unavailable, "services.fault.no-provider")
}

// decideNext decides on the first open task of a case.
func (s *Service) decideNext(officer context.Context, id ApplicationID, d Decision) error {
	c, err := s.CaseAtDesk(officer, id)
	if err != nil {
		return err
	}
	if len(c.Tasks) == 0 {
		return fault.New(fault.Conflict, "services.fault.ended")
	}
	d.Task, d.Version = c.Tasks[0].ID, c.Tasks[0].Version
	_, err = s.Decide(officer, d)
	return err
}
