package papers

import (
	"context"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/platform/audit"
	"praya/platform/db"
)

// A Threshold says from which change on a reason is asked: more than so many
// per cent, or more than so many millions; and in how many days it is due.
type Threshold struct {
	Percent  money.Decimal
	Millions money.Decimal
	Days     int
}

// DefaultThreshold holds where no other was set.
func DefaultThreshold() Threshold {
	return Threshold{Percent: money.Int(5), Millions: money.Int(5), Days: 14}
}

// The bounds of what may be set.
const (
	mostPercent  = 1000
	mostMillions = 1_000_000
	mostDays     = 90
)

func (t Threshold) check(why string) error {
	bad := func(field string) error {
		return fault.New(fault.Invalid, "papers.fault.form").At(field, "papers.fault.threshold-"+field)
	}
	switch {
	case t.Percent.Sign() < 0 || t.Percent.Cmp(money.Int(mostPercent)) > 0:
		return bad("percent")
	case t.Millions.Sign() < 0 || t.Millions.Cmp(money.Int(mostMillions)) > 0:
		return bad("millions")
	case t.Days < 1 || t.Days > mostDays:
		return bad("days")
	case why == "" || utf8.RuneCountInString(why) > longest:
		return bad("why")
	}
	return nil
}

// A ThresholdChange is a threshold with who set it and why.
type ThresholdChange struct {
	Threshold
	Head    string // empty: for all
	Why     string
	By      Step
	Version int64
}

// Threshold is from which change on a reason is asked of a Head.
func (s *Service) Threshold(ctx context.Context, head string) (Threshold, error) {
	var t Threshold
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = threshold(tx, head)
		return err
	})
	return t, err
}

// Thresholds lists what was set for a Head, and for all, the newest first, for
// those who see its drafts.
func (s *Service) Thresholds(ctx context.Context, head string) ([]ThresholdChange, error) {
	if _, err := s.mayOf(ctx, actionSee, head); err != nil {
		return nil, err
	}
	var out []ThresholdChange
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = thresholdChanges(tx, head)
		return err
	})
	return out, err
}

// SetThreshold sets it for one Head, or with an empty head for all; the version
// is the one that was seen, 0 where none was set. Whoever approves a Head's
// reports sets its threshold, and with why it stays on record.
func (s *Service) SetThreshold(ctx context.Context, head string, t Threshold, why string, version int64) error {
	if _, err := s.mayOf(ctx, actionThreshold, head); err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	if err := t.check(why); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c := ThresholdChange{Threshold: t, Head: head, Why: why, By: stepOf(tx), Version: version + 1}
		if err := putThreshold(tx, c); err != nil {
			return err
		}
		if err := askSoon(tx, "threshold "+head, c.By.At); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "papers.threshold", On: "head " + head, Outcome: audit.Done})
	})
}

// mayOf asks policy about a Head by its number; the empty one is all.
func (s *Service) mayOf(ctx context.Context, action, head string) (Head, error) {
	if head == "" {
		return Head{}, s.may(ctx, action, "", "")
	}
	h, err := s.Heads.Head(ctx, head)
	if err != nil {
		return h, err
	}
	return h, s.may(ctx, action, head, h.Department)
}
