package votes

import (
	"errors"
	"strings"

	"praya/kernel/when"
)

// EntryID names an entry.
type EntryID string

// EntryKind says what an entry records.
type EntryKind string

// The kinds of entry.
const (
	EntryOpening    EntryKind = "opening"    // provision or commitment as a paper gives it
	EntryCorrection EntryKind = "correction" // of an opening, when a paper was corrected
	EntryCarried    EntryKind = "carried"    // what an item had spent before the journal began
	EntryPayment    EntryKind = "payment"
	EntryReversal   EntryKind = "reversal"
	EntryVirement   EntryKind = "virement"
	EntrySupplement EntryKind = "supplement"
	EntryItem       EntryKind = "item"   // an item is approved
	EntryRefund     EntryKind = "refund" // of an earlier year's spending
)

// Entry is one fact of the journal. Cents is the spending that it makes (negative for a
// reversal of a payment), 0 for entries that only move provision.
type Entry struct {
	ID        EntryID
	Number    int64 // within the head, without gaps
	Head      string
	Year      string
	Month     Month
	Day       when.Day
	Kind      EntryKind
	Subhead   string
	Component string
	Item      string
	Cents     Cents
	Text      string
	Reference string
	Request   RequestID
	Reverses  EntryID
	Of        string // of a refund: the earlier year that had spent it
	By        string
	At        when.Instant
	Legs      []Leg
	Moved     Cents // what it moved between accounts, as the store adds it up
}

// Leg is a debit or a credit of an account. Accounts of items run over years: their Year is
// empty.
type Leg struct {
	Account, Year string
	Debit, Credit Cents
}

// The accounts. What stands after the slash names a line of the vote.
const (
	accountCash      = "cash"      // credited with what the Treasury paid out
	accountVoted     = "voted"     // the other side of all provision of subheads
	accountParts     = "parts"     // the other side of all provision of components
	accountAuthority = "authority" // the other side of all items
	accountFree      = "free/"     // credit: provision of a line that is not spent
	accountSpent     = "spent/"    // debit: spending of a line
	accountItem      = "item/"     // credit: the balance of an item
	accountRevenue   = "revenue"   // credit: what earlier years had spent and came back
)

func freeAccount(subhead, component string) string {
	if component != "" {
		subhead += "/" + component
	}
	return accountFree + subhead
}

func spentAccount(subhead, part string) string {
	if part != "" {
		subhead += "/" + part
	}
	return accountSpent + subhead
}

// held are the accounts that must not turn: what a payment takes from, a subhead's provision
// and an item's balance. Components inform; the law holds the subhead (Cap. 2, section 8).
func held(account string) bool {
	return strings.HasPrefix(account, accountItem) ||
		strings.HasPrefix(account, accountFree) && strings.Count(account, "/") == 1
}

var errUnbalanced = errors.New("votes: an entry's debits are not its credits")

// check is what makes a list of legs an entry.
func (e Entry) check() error {
	var debit, credit Cents
	for _, l := range e.Legs {
		if l.Debit < 0 || l.Credit < 0 || (l.Debit == 0) == (l.Credit == 0) {
			return errUnbalanced
		}
		var err1, err2 error
		debit, err1 = plus(debit, l.Debit)
		credit, err2 = plus(credit, l.Credit)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
	}
	if debit != credit || len(e.Legs) < 2 {
		return errUnbalanced
	}
	return nil
}

// move debits one account and credits another; a negative amount the other way round.
func (e *Entry) move(debit, credit, year string, c Cents) {
	if c < 0 {
		debit, credit, c = credit, debit, -c
	}
	if c != 0 {
		e.Legs = append(e.Legs, Leg{debit, year, c, 0}, Leg{credit, year, 0, c})
	}
}

// spend is the legs of a payment: money goes out, and the provision and balance that it takes
// from go down.
func (e *Entry) spend(c Cents) {
	part := e.Component
	if part == "" {
		part = e.Item
	}
	e.Cents = c
	e.move(spentAccount(e.Subhead, part), accountCash, e.Year, c)
	e.move(freeAccount(e.Subhead, ""), accountVoted, e.Year, c)
	if e.Component != "" {
		e.move(freeAccount(e.Subhead, e.Component), accountParts, e.Year, c)
	}
	if e.Item != "" {
		e.move(accountItem+e.Item, accountAuthority, "", c)
	}
}

// provide adds provision to a line; a negative amount takes it away.
func (e *Entry) provide(subhead, component string, c Cents) {
	if component != "" {
		e.move(accountParts, freeAccount(subhead, component), e.Year, c)
		return
	}
	e.move(accountVoted, freeAccount(subhead, ""), e.Year, c)
}

// authorise adds to an item's balance; a negative amount takes from it.
func (e *Entry) authorise(item string, c Cents) { e.move(accountAuthority, accountItem+item, "", c) }

// reversed is the entry that undoes another, on a day of its own.
func (e Entry) reversed() Entry {
	r := Entry{
		Head: e.Head, Kind: EntryReversal, Subhead: e.Subhead, Component: e.Component, Item: e.Item,
		Cents: -e.Cents, Reverses: e.ID, Reference: e.Reference,
	}
	for _, l := range e.Legs {
		r.Legs = append(r.Legs, Leg{l.Account, l.Year, l.Credit, l.Debit})
	}
	return r
}
