package governance

import (
	"context"
	"slices"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/platform/db"
)

// PutSystem registers a system, or changes the one of this code and version. What it is
// becomes live by GoLive only.
func (s *Service) PutSystem(ctx context.Context, x System) error {
	if err := s.may(ctx, "register", x.Department); err != nil {
		return err
	}
	if err := x.check(); err != nil {
		return err
	}
	if err := s.existing(ctx, map[string]string{"department": x.Department}); err != nil {
		return err
	}
	return s.act(ctx, "system", &x.Code, func(tx *db.Tx, by hand) error {
		if x.Version == 0 {
			return register(tx, by, x)
		}
		before, err := systemByCode(tx, x.Code)
		if err != nil {
			return unknown(err, "system")
		}
		if err := s.may(ctx, "register", before.Department); err != nil {
			return err
		}
		x.State, x.LiveFrom = before.State, before.LiveFrom
		if err := writeSystem(tx, x); err != nil {
			return err
		}
		return note(tx, by, x.Code, "changed", "")
	})
}

// register adds a system that is not live yet.
func register(tx *db.Tx, by hand, x System) error {
	if _, err := systemByCode(tx, x.Code); err == nil {
		return wrong("code", "taken")
	}
	x.State, x.LiveFrom, x.Version = Building, when.Day{}, 0
	if err := writeSystem(tx, x); err != nil {
		return err
	}
	return note(tx, by, x.Code, "registered", "")
}

// onSystem reads a system that the actor may register, and makes those who change what
// belongs to it meet.
func (s *Service) onSystem(ctx context.Context, what, code string, do func(tx *db.Tx, by hand, x System) error) error {
	return s.act(ctx, what, &code, func(tx *db.Tx, by hand) error {
		x, err := systemByCode(tx, code)
		if err != nil {
			return unknown(err, "system")
		}
		if err := s.may(ctx, "register", x.Department); err != nil {
			return err
		}
		return do(tx, by, x)
	})
}

// GoLive says that a system is live from a day on. It is refused while a check is open.
func (s *Service) GoLive(ctx context.Context, code string, version int64, day when.Day) error {
	return s.onSystem(ctx, "system.live", code, func(tx *db.Tx, by hand, x System) error {
		x.Version = version
		return s.goLive(tx, by, x, day)
	})
}

func (s *Service) goLive(tx *db.Tx, by hand, x System, day when.Day) error {
	var w wrongs
	w.need(x.State == Building, "state", "state")
	w.need(!day.IsZero(), "day", "day")
	if w.bad() {
		return w.err()
	}
	recorded, err := checksOf(tx, x.Code)
	if err != nil {
		return err
	}
	if err := mayGoLive(s.rules().checksFor(x, recorded)); err != nil {
		return err
	}
	x.State, x.LiveFrom = Live, day
	if err := writeSystem(tx, x); err != nil {
		return err
	}
	return note(tx, by, x.Code, "live", "")
}

// Retire says that a system runs no longer, and why.
func (s *Service) Retire(ctx context.Context, code string, version int64, why string) error {
	return s.onSystem(ctx, "system.retire", code, func(tx *db.Tx, by hand, x System) error {
		var w wrongs
		w.need(x.State != Retired, "state", "state")
		w.reason(why)
		if w.bad() {
			return w.err()
		}
		x.State, x.Version = Retired, version
		if err := writeSystem(tx, x); err != nil {
			return err
		}
		return note(tx, by, code, "retired", why)
	})
}

// RecordCheck records how an extra check of a system stands.
func (s *Service) RecordCheck(ctx context.Context, c Check) error {
	return s.onSystem(ctx, "system.check", c.System, func(tx *db.Tx, by hand, x System) error {
		if err := touchSystem(tx, x); err != nil {
			return err
		}
		return s.recordCheck(tx, by, x, c)
	})
}

func (s *Service) recordCheck(tx *db.Tx, by hand, x System, c Check) error {
	var w wrongs
	w.need(slices.ContainsFunc(s.rules().checksOf(x.Risk), func(k CheckKind) bool { return k.Code == c.Kind }), "kind", "choose")
	if w.bad() {
		return w.err()
	}
	if err := c.check(tx.Now().Day()); err != nil {
		return err
	}
	if err := writeCheck(tx, c); err != nil {
		return err
	}
	return note(tx, by, x.Code, "check-"+string(c.State), c.Kind)
}

// Subscribe says that a department uses a system; with a version it changes the days of the
// subscription.
func (s *Service) Subscribe(ctx context.Context, sub Subscription) error {
	if err := s.existing(ctx, map[string]string{"department": sub.Department}); err != nil {
		return err
	}
	return s.onSystem(ctx, "system.subscriber", sub.System, func(tx *db.Tx, by hand, x System) error {
		if err := touchSystem(tx, x); err != nil {
			return err
		}
		return subscribe(tx, by, sub)
	})
}

func subscribe(tx *db.Tx, by hand, sub Subscription) error {
	var w wrongs
	w.need(sub.Department != "", "department", "choose")
	w.period(sub.Period, true)
	there, err := subscriptions(tx, sub.System)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(there, func(t Subscription) bool {
		return t.ID != sub.ID && t.Department == sub.Department && t.Overlaps(sub.Period)
	}) {
		w.add("from", "overlap")
	}
	if w.bad() {
		return w.err()
	}
	if sub.Version == 0 {
		sub.ID = id.New[string](tx.Now())
	}
	if err := writeSubscription(tx, sub); err != nil {
		return err
	}
	return note(tx, by, sub.System, "subscriber", sub.Department)
}

// RecordMonth records a month of a system. The same month again corrects it; with a version
// it must be the one that was read.
func (s *Service) RecordMonth(ctx context.Context, a Availability) error {
	return s.onSystem(ctx, "system.month", a.System, func(tx *db.Tx, by hand, x System) error {
		if err := touchSystem(tx, x); err != nil {
			return err
		}
		there, err := months(tx, a.System)
		if err != nil {
			return err
		}
		now := a // the function may run again
		if i := slices.IndexFunc(there, func(t Availability) bool { return t.Month == a.Month }); i >= 0 && a.Version == 0 {
			now.Version = there[i].Version
		}
		return recordMonth(tx, by, now)
	})
}

func recordMonth(tx *db.Tx, by hand, a Availability) error {
	if err := a.check(); err != nil {
		return err
	}
	if err := writeMonth(tx, a); err != nil {
		return err
	}
	return note(tx, by, a.System, "month", a.Month)
}

// RecordIncident records an incident of a system.
func (s *Service) RecordIncident(ctx context.Context, i Incident) error {
	if err := i.check(); err != nil {
		return err
	}
	return s.onSystem(ctx, "system.incident", i.System, func(tx *db.Tx, by hand, _ System) error {
		i.ID = id.New[string](tx.Now())
		if err := addIncident(tx, i); err != nil {
			return err
		}
		return note(tx, by, i.System, "incident", i.Day.String())
	})
}
