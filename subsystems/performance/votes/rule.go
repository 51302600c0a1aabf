package votes

import (
	"praya/kernel/fault"
	"praya/kernel/money"
)

// RuleName says what a rule is about.
type RuleName string

// The rules that are data.
const (
	ItemAbove      RuleName = "item-above"       // an item of the subhead costs more than this, in dollars
	ItemUpTo       RuleName = "item-up-to"       // and not more than this
	SecondEyes     RuleName = "second-eyes"      // a payment above this, in dollars, needs a second officer
	ExplainPercent RuleName = "explain-percent"  // a change above this share needs an explanation
	ExplainAbove   RuleName = "explain-thousand" // or one above this, in thousands of dollars
)

// Rule is a limit that holds for a head and a subhead (empty: for all) from a financial year
// to another (empty: without end).
type Rule struct {
	Name     RuleName      `json:"name"`
	Head     string        `json:"head"`
	Subhead  string        `json:"subhead"`
	From, To string        // years
	Value    money.Decimal `json:"value"`
	Source   string        `json:"source"`
}

// Rules are all rules that are kept.
type Rules []Rule

// of finds the nearest rule: one for the head before one for all, and for the subhead before
// one for all.
func (all Rules) of(name RuleName, head, subhead, year string) (money.Decimal, bool) {
	best, rank := money.Decimal{}, -1
	for _, r := range all {
		if r.Name != name || r.Head != "" && r.Head != head || r.Subhead != "" && r.Subhead != subhead ||
			r.From > year || r.To != "" && r.To < year {
			continue
		}
		n := 0
		if r.Head != "" {
			n += 2
		}
		if r.Subhead != "" {
			n++
		}
		if n > rank {
			best, rank = r.Value, n
		}
	}
	return best, rank >= 0
}

// item checks the cost of an item of a subhead against its limits, which the refusal shows.
func (all Rules) item(head, subhead, year string, cost Cents) error {
	if above, ok := all.of(ItemAbove, head, subhead, year); ok {
		if c, err := CentsOf(above); err != nil || cost <= c {
			return fault.New(fault.Invalid, "votes.fault.item-above", "limit", c.String(), "amount", cost.String(), "subhead", subhead).
				At("cents", "votes.fault.item-above")
		}
	}
	if upTo, ok := all.of(ItemUpTo, head, subhead, year); ok {
		if c, err := CentsOf(upTo); err != nil || cost > c {
			return fault.New(fault.Invalid, "votes.fault.item-up-to", "limit", c.String(), "amount", cost.String(), "subhead", subhead).
				At("cents", "votes.fault.item-up-to")
		}
	}
	return nil
}

// namesItems reports whether payments of a subhead must name an item: where its items have limits.
func (all Rules) namesItems(head, subhead, year string) bool {
	_, above := all.of(ItemAbove, head, subhead, year)
	_, upTo := all.of(ItemUpTo, head, subhead, year)
	return above || upTo || subhead == CommitmentSubhead
}

// secondEyes reports whether a payment needs a second officer. Without a rule every one does.
func (all Rules) secondEyes(head, subhead, year string, c Cents) bool {
	limit, ok := all.of(SecondEyes, head, subhead, year)
	if !ok {
		return true
	}
	most, err := CentsOf(limit)
	return err != nil || c > most
}

// explains reports whether a change from one figure to another needs an explanation: above the
// share or above the amount that the rules give. Without rules every change does.
func (all Rules) explains(head, subhead, year string, from, to money.Decimal) bool {
	change, err := to.Sub(from)
	if err != nil {
		return true
	}
	if change.IsZero() {
		return false
	}
	percent, ok1 := all.of(ExplainPercent, head, subhead, year)
	above, ok2 := all.of(ExplainAbove, head, subhead, year)
	if !ok1 && !ok2 {
		return true
	}
	if ok2 && change.Abs().Cmp(above) > 0 {
		return true
	}
	if !ok1 {
		return false
	}
	hundred, err1 := change.Abs().Mul(100)
	share, err2 := hundred.Quo(from.Abs(), 6)
	return err1 != nil || err2 != nil || share.Cmp(percent) > 0 // from nothing to something too
}

// Limits are what one item of a block vote costs: more than From and not more than To, in
// dollars. known is false where no rule says so.
func (all Rules) Limits(head, subhead, year string) (from, to money.Decimal, known bool) {
	from, above := all.of(ItemAbove, head, subhead, year)
	to, upTo := all.of(ItemUpTo, head, subhead, year)
	return from, to, above && upTo
}
