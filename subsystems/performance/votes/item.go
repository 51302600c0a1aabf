package votes

import (
	"strings"

	"praya/kernel/lang"
)

// Item is something approved by itself under a subhead: a commitment of subhead 700, or a
// machine of subhead 661. Approved − Accumulated − Spent = Balance, always: Accumulated is
// what had been spent before the journal began, Spent what the journal has.
type Item struct {
	Code    string    `json:"code"`
	Subhead string    `json:"subhead"`
	Name    lang.Text `json:"name"`
	Note    lang.Text `json:"note"`
	Opened  string    `json:"opened,omitempty"` // year of the book that the opening rests on
	// GoneFrom is the year of the first paper that lists items and this one no more: nothing is
	// paid out of it from then on.
	GoneFrom    string `json:"gone_from,omitempty"`
	Approved    Cents  `json:"approved"`
	Accumulated Cents  `json:"accumulated"`
	Spent       Cents  `json:"spent"`
	Balance     Cents  `json:"balance"`
	Version     int64  `json:"-"`
}

// ItemPoint is an item in one year: as that year's paper has it, and as the journal does.
type ItemPoint struct {
	Year  string      `json:"year"`
	Paper *Commitment `json:"paper,omitempty"`
	Paid  *Cents      `json:"paid,omitempty"`    // by the journal, in the year
	Plan  *Cents      `json:"planned,omitempty"` // cash flow
	// Break says that the paper gives the code to something of another name than the paper
	// before did: the two are not one series.
	Break bool `json:"break,omitempty"`
}

// CommitmentView is all that is known of an item.
type CommitmentView struct {
	Head string `json:"head"`
	Item
	Series []ItemPoint `json:"series"`
}

// itemFlow is what the legs of an item's account tell: the kinds of entry keep approval apart
// from spending.
type itemFlow struct {
	kind          EntryKind
	debit, credit Cents
}

// settle fills in the four amounts of an item from the flows of its account.
func (i *Item) settle(flows []itemFlow) {
	for _, f := range flows {
		switch f.kind {
		case EntryPayment, EntryReversal:
			i.Spent += f.debit - f.credit
		case EntryCarried:
			i.Accumulated += f.debit - f.credit
		default:
			i.Approved += f.credit - f.debit
		}
	}
	i.Balance = i.Approved - i.Accumulated - i.Spent
}

// sameName reports whether two papers mean the same thing by a code: the names agree but for
// spaces. Nothing is joined by number alone. A paper without a name says nothing else.
func sameName(a, b lang.Text) bool {
	plain := func(s string) string { return strings.Join(strings.Fields(s), "") }
	switch {
	case a.TC != "" && b.TC != "":
		return plain(a.TC) == plain(b.TC)
	case a.EN != "" && b.EN != "":
		return strings.EqualFold(plain(a.EN), plain(b.EN))
	}
	return true
}
