package governance

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/platform/db"
)

// RecordOrder records a work order, or corrects the one of this id and version with a reason.
func (s *Service) RecordOrder(ctx context.Context, o Order, why string) (orderID string, err error) {
	if err := s.may(ctx, "keep", o.Department); err != nil {
		return "", err
	}
	if err := s.existing(ctx, map[string]string{"department": o.Department}); err != nil {
		return "", err
	}
	orderID = o.ID
	err = s.act(ctx, "order", &orderID, func(tx *db.Tx, by hand) error {
		if o.ID == "" {
			orderID, err = recordOrder(tx, by, o)
			return err
		}
		return s.correctOrder(ctx, tx, by, o, why)
	})
	return orderID, err
}

func recordOrder(tx *db.Tx, by hand, o Order) (string, error) {
	o.ID, o.Version, o.Cancelled = id.New[string](tx.Now()), 0, false
	if err := o.check(); err != nil {
		return "", err
	}
	if err := orderFits(tx, o); err != nil {
		return "", err
	}
	if err := writeOrder(tx, o); err != nil {
		return "", err
	}
	if err := note(tx, by, o.ID, "recorded", ""); err != nil {
		return "", err
	}
	return o.ID, publishOrder(tx, o)
}

// orderFits asks whether an order's reference is its own, and its project the department's.
func orderFits(tx *db.Tx, o Order) error {
	var w wrongs
	other, err := orderByReference(tx, o.Department, o.Reference)
	switch {
	case err == nil && other.ID != o.ID:
		w.add("reference", "taken")
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	}
	if o.Project != "" {
		p, err := projectByID(tx, o.Project)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		w.need(err == nil && p.Department == o.Department, "project", "no-project")
	}
	return w.err()
}

func (s *Service) correctOrder(ctx context.Context, tx *db.Tx, by hand, o Order, why string) error {
	before, err := orderByID(tx, o.ID)
	if err != nil {
		return unknown(err, "order")
	}
	if err := s.may(ctx, "keep", before.Department); err != nil {
		return err
	}
	var w wrongs
	w.reason(why)
	w.need(!before.Cancelled, "why", "cancelled")
	if w.bad() {
		return w.err()
	}
	o.Department = before.Department
	if err := o.check(); err != nil {
		return err
	}
	if err := orderFits(tx, o); err != nil {
		return err
	}
	if err := writeOrder(tx, o); err != nil {
		return err
	}
	if err := note(tx, by, o.ID, "corrected", why); err != nil {
		return err
	}
	return publishOrder(tx, o)
}

// CancelOrder cancels an order with the reason: it stays to be seen, and counts no longer.
func (s *Service) CancelOrder(ctx context.Context, orderID string, version int64, why string) error {
	return s.act(ctx, "order.cancel", &orderID, func(tx *db.Tx, by hand) error {
		o, err := orderByID(tx, orderID)
		if err != nil {
			return unknown(err, "order")
		}
		if err := s.may(ctx, "keep", o.Department); err != nil {
			return err
		}
		var w wrongs
		w.reason(why)
		w.need(!o.Cancelled, "why", "cancelled")
		if w.bad() {
			return w.err()
		}
		o.Cancelled, o.Version = true, version
		if err := writeOrder(tx, o); err != nil {
			return err
		}
		if err := note(tx, by, orderID, "cancelled", why); err != nil {
			return err
		}
		return publishOrder(tx, o)
	})
}
