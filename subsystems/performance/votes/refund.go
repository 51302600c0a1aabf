package votes

import (
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

// Refund is money that comes back of what an earlier financial year spent. It is revenue of the
// year in which it comes: the year that spent it is closed, and this year's provision and the
// item's balance do not grow by it. Money that comes back within the year is a reversal.
type Refund struct {
	Day       when.Day `json:"day"`
	Year      string   `json:"year"` // that had spent it
	Subhead   string   `json:"subhead"`
	Component string   `json:"component,omitempty"`
	Item      string   `json:"item,omitempty"`
	Cents     Cents    `json:"dollars"`
	Reference string   `json:"reference,omitempty"`
}

func (Refund) kind() RequestKind { return AskRefund }

// refund is the legs of a refund: cash comes in, and revenue is credited.
func (e *Entry) refund(c Cents) { e.move(accountCash, accountRevenue, e.Year, c) }

func examineRefund(tx *db.Tx, r Request, a Refund) (outcome, error) {
	if err := past(tx, a.Day); err != nil {
		return outcome{}, err
	}
	year := a.Day.FinancialYear().String()
	_, err := parseYear(a.Year)
	switch {
	case a.Cents <= 0 || a.Cents > mostCents:
		return outcome{}, wrong("cents", "votes.wrong.amount")
	case err != nil:
		return outcome{}, wrong("year", "votes.wrong.year")
	case a.Year >= year:
		return outcome{}, wrong("year", "votes.wrong.refund-year")
	case !codeForm.MatchString(a.Subhead):
		return outcome{}, wrong("line", "votes.wrong.subhead")
	case !plain(a.Reference, 60):
		return outcome{}, wrong("reference", "votes.wrong.long")
	}
	if err := refundable(tx, r.Head, a); err != nil {
		return outcome{}, err
	}
	e := Entry{
		Day: a.Day, Year: year, Kind: EntryRefund, Subhead: a.Subhead, Component: a.Component, Item: a.Item, Text: r.Reason,
		Reference: strings.TrimSpace(a.Reference), Of: a.Year,
	}
	e.refund(a.Cents)
	entries := []Entry{e}
	return outcome{year: year, do: func(r Request) error { return post(tx, r, entries) }}, admit(tx, r.Head, entries)
}

// refundable refuses more than the year had spent on the line and did not get back yet. Of a year
// before the journal began nothing is known, and nothing is refused.
func refundable(tx *db.Tx, head string, a Refund) error {
	lines, err := spentByMonth(tx, head, a.Year)
	if err != nil || len(lines) == 0 {
		return err
	}
	var spent Cents
	for _, l := range lines {
		if l.Subhead == a.Subhead && l.Component == a.Component && l.Item == a.Item {
			spent += l.Cents
		}
	}
	back, err := refunded(tx, head, a)
	if err != nil {
		return err
	}
	if a.Cents > spent-back {
		return fault.New(fault.Invalid, "votes.fault.refund", "year", a.Year, "spent", (spent-back).String(), "amount", a.Cents.String()).
			At("cents", "votes.fault.refund")
	}
	return nil
}
