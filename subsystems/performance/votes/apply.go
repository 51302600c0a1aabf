package votes

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// post writes entries whose accounts were examined in the same transaction, and tells of
// payments.
func post(tx *db.Tx, r Request, entries []Entry) error {
	for _, e := range entries {
		e.ID, e.Head, e.Request, e.At = id.New[EntryID](tx.Now()), r.Head, r.ID, tx.Now()
		if e.By = r.By; e.By == "" {
			e.By = person(who.From(tx.Context()).Actor)
		}
		e.Month, e.Year = MonthOf(e.Day), e.Day.FinancialYear().String()
		var err error
		if e.Number, err = nextNumber(tx, r.Head); err != nil {
			return err
		}
		if err := insertEntry(tx, e); err != nil {
			return err
		}
		if err := e.tell(tx); err != nil {
			return err
		}
	}
	return nil
}

// admit decides whether entries may stand together: their periods are open, and no account that
// is held to what it has turns. The refusal shows the sums.
func admit(tx *db.Tx, head string, entries []Entry) error {
	moved := map[accountKey]Cents{}
	for i, e := range entries {
		if err := open(tx, head, e.Day); err != nil {
			return atRow(err, i)
		}
		for _, l := range e.Legs {
			sum, err := plus(moved[accountKey{l.Account, l.Year}], l.Credit-l.Debit)
			if err != nil {
				return err
			}
			moved[accountKey{l.Account, l.Year}] = sum
		}
	}
	keys := make([]accountKey, 0, len(moved))
	for key := range moved {
		keys = append(keys, key)
	}
	// Items first: an item's balance is the nearer reason.
	slices.SortFunc(keys, func(a, b accountKey) int { return strings.Compare(b.account+b.year, a.account+a.year) })
	for _, key := range keys {
		if moved[key] >= 0 || !held(key.account) {
			continue
		}
		has, err := balance(tx, head, key.account, key.year)
		if err != nil {
			return err
		}
		if has+moved[key] < 0 {
			return atRow(beyond(key, has, -moved[key]), turning(entries, key, has))
		}
	}
	return nil
}

// turning is the entry at which an account turns.
func turning(entries []Entry, key accountKey, has Cents) int {
	for i, e := range entries {
		for _, l := range e.Legs {
			if (accountKey{l.Account, l.Year}) == key {
				has += l.Credit - l.Debit
			}
		}
		if has < 0 {
			return i
		}
	}
	return 0
}

// atRow says which of many things asked for together a refusal is about, from 0.
func atRow(err error, row int) error {
	var f *fault.Fault
	if errors.As(err, &f) {
		if f.Args == nil {
			f.Args = map[string]string{}
		}
		f.Args["row"] = strconv.Itoa(row)
	}
	return err
}

// beyond refuses what takes more than there is, with the sums.
func beyond(key accountKey, has, amount Cents) error {
	if item, ok := strings.CutPrefix(key.account, accountItem); ok {
		return fault.New(fault.Invalid, "votes.fault.balance", "item", item, "balance", has.String(), "amount", amount.String(),
			"over", (amount-has).String()).At("cents", "votes.fault.balance")
	}
	return fault.New(fault.Invalid, "votes.fault.provision", "subhead", strings.TrimPrefix(key.account, accountFree), "year", key.year,
		"balance", has.String(), "amount", amount.String(), "over", (amount-has).String()).At("cents", "votes.fault.provision")
}

// open refuses a day in a closed period.
func open(tx *db.Tx, head string, d when.Day) error {
	closed, err := isClosed(tx, head, MonthOf(d))
	if err != nil {
		return err
	}
	if closed {
		return fault.New(fault.Invalid, "votes.fault.closed", "month", string(MonthOf(d))).At("day", "votes.fault.closed")
	}
	return nil
}

// past refuses days that have not come, and none at all.
func past(tx *db.Tx, d when.Day) error {
	switch {
	case d.IsZero():
		return wrong("day", "votes.wrong.day")
	case tx.Now().Day().Before(d):
		return wrong("day", "votes.wrong.future")
	}
	return nil
}

func plain(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

// subheadOf finds a subhead in the book of a year, and whether a component belongs to it.
func subheadOf(tx *db.Tx, head, year string, p Place) (Subhead, error) {
	b, err := bookOf(tx, head, year)
	if fault.Is(err, fault.NotFound) {
		return Subhead{}, wrong("subhead", "votes.wrong.year-unknown")
	}
	if err != nil {
		return Subhead{}, err
	}
	i := slices.IndexFunc(b.Subheads, func(x Subhead) bool { return x.Code == p.Subhead })
	if i < 0 {
		return Subhead{}, wrong("subhead", "votes.wrong.subhead")
	}
	known := slices.ContainsFunc(b.Components, func(c Component) bool { return c.Code == p.Component })
	switch {
	case p.Component != "" && (p.Subhead != Recurrent || !known):
		return Subhead{}, wrong("component", "votes.wrong.component")
	case p.Component == "" && p.Subhead == Recurrent && len(b.Components) > 0:
		return Subhead{}, wrong("component", "votes.wrong.component-needed")
	}
	return b.Subheads[i], nil
}

func (s *Service) examinePayments(tx *db.Tx, r Request, a Payments) (outcome, error) {
	if len(a.Payments) == 0 || len(a.Payments) > mostAsked {
		return outcome{}, wrong("cents", "votes.wrong.count")
	}
	rules, err := rulesOf(tx)
	if err != nil {
		return outcome{}, err
	}
	plan := outcome{year: a.Payments[0].Day.FinancialYear().String(), alone: true}
	together := map[string]Cents{} // by subhead: one amount in parts is still one amount
	var entries []Entry
	for i, p := range a.Payments {
		e, err := entryOf(tx, r.Head, p, rules)
		if err != nil {
			return plan, atRow(err, i)
		}
		if e.Year != plan.year {
			return plan, atRow(wrong("day", "votes.wrong.years"), i)
		}
		if together[p.Subhead], err = plus(together[p.Subhead], p.Cents); err != nil {
			return plan, err
		}
		plan.alone = plan.alone && !rules.secondEyes(r.Head, p.Subhead, plan.year, together[p.Subhead])
		entries = append(entries, e)
	}
	plan.do = func(r Request) error { return post(tx, r, entries) }
	return plan, admit(tx, r.Head, entries)
}

// entryOf checks a payment by itself, and makes its entry.
func entryOf(tx *db.Tx, head string, p Payment, rules Rules) (Entry, error) {
	if err := past(tx, p.Day); err != nil {
		return Entry{}, err
	}
	year := p.Day.FinancialYear().String()
	switch {
	case p.Cents <= 0 || p.Cents > mostCents:
		return Entry{}, wrong("cents", "votes.wrong.amount")
	case strings.TrimSpace(p.Text) == "" || !plain(p.Text, longest):
		return Entry{}, wrong("text", "votes.wrong.text")
	case !plain(p.Reference, 60):
		return Entry{}, wrong("reference", "votes.wrong.long")
	}
	if _, err := subheadOf(tx, head, year, Place{p.Subhead, p.Component}); err != nil {
		return Entry{}, err
	}
	if err := itemFits(tx, head, year, p, rules); err != nil {
		return Entry{}, err
	}
	e := Entry{
		Day: p.Day, Year: year, Kind: EntryPayment, Subhead: p.Subhead, Component: p.Component, Item: p.Item,
		Text: strings.TrimSpace(p.Text), Reference: p.Reference,
	}
	e.spend(p.Cents)
	return e, nil
}

// itemFits: payments of a subhead of items name one of them, others none.
func itemFits(tx *db.Tx, head, year string, p Payment, rules Rules) error {
	if p.Item == "" {
		if rules.namesItems(head, p.Subhead, year) {
			return wrong("item", "votes.wrong.item-needed")
		}
		return nil
	}
	i, err := itemByCode(tx, head, p.Item)
	if fault.Is(err, fault.NotFound) || err == nil && i.Subhead != p.Subhead {
		return wrong("item", "votes.wrong.item")
	}
	if err == nil && i.GoneFrom != "" && i.GoneFrom <= year {
		return wrong("item", "votes.wrong.item-gone")
	}
	return err
}

func (s *Service) examineReversal(tx *db.Tx, r Request, a Reversal) (outcome, error) {
	e, err := entryByID(tx, a.Entry)
	if fault.Is(err, fault.NotFound) || err == nil && e.Head != r.Head {
		return outcome{}, fault.New(fault.NotFound, "votes.fault.no-entry")
	}
	if err != nil {
		return outcome{}, err
	}
	if e.Kind != EntryPayment {
		return outcome{}, wrong("day", "votes.wrong.reverse")
	}
	done, err := wasReversed(tx, e.ID)
	if err != nil {
		return outcome{}, err
	}
	if done {
		return outcome{}, fault.New(fault.Conflict, "votes.fault.reversed")
	}
	if err := past(tx, a.Day); err != nil {
		return outcome{}, err
	}
	// The reversal belongs to the year of the payment, whose provision it gives back.
	if a.Day.Before(e.Day) || a.Day.FinancialYear() != e.Day.FinancialYear() {
		return outcome{}, wrong("day", "votes.wrong.reverse-day")
	}
	back := e.reversed()
	back.Day, back.Text = a.Day, r.Reason
	entries := []Entry{back}
	return outcome{year: e.Year, do: func(r Request) error { return post(tx, r, entries) }}, admit(tx, r.Head, entries)
}

func examineVirement(tx *db.Tx, r Request, a Virement) (outcome, error) {
	if err := past(tx, a.Day); err != nil {
		return outcome{}, err
	}
	year := a.Day.FinancialYear().String()
	switch {
	case a.Cents <= 0 || a.Cents > mostCents:
		return outcome{}, wrong("cents", "votes.wrong.amount")
	case a.From == a.To:
		return outcome{}, wrong("to", "votes.wrong.same-line")
	}
	for _, p := range []Place{a.From, a.To} {
		if _, err := subheadOf(tx, r.Head, year, p); err != nil {
			return outcome{}, err
		}
	}
	e := Entry{Day: a.Day, Year: year, Kind: EntryVirement, Subhead: a.To.Subhead, Component: a.To.Component, Text: r.Reason, Reference: a.From.String()}
	if a.From.Subhead != a.To.Subhead {
		e.provide(a.From.Subhead, "", -a.Cents)
		e.provide(a.To.Subhead, "", a.Cents)
	}
	for _, x := range []struct {
		Place
		c Cents
	}{{a.From, -a.Cents}, {a.To, a.Cents}} {
		if x.Component != "" {
			e.provide(x.Subhead, x.Component, x.c)
		}
	}
	// A virement takes no more from a component than it has left either.
	if a.From.Component != "" {
		account := freeAccount(a.From.Subhead, a.From.Component)
		has, err := balance(tx, r.Head, account, year)
		if err != nil {
			return outcome{}, err
		}
		if has < a.Cents {
			return outcome{}, beyond(accountKey{account, year}, has, a.Cents)
		}
	}
	entries := []Entry{e}
	return outcome{year: year, do: func(r Request) error { return post(tx, r, entries) }}, admit(tx, r.Head, entries)
}

func examineSupplement(tx *db.Tx, r Request, a Supplement) (outcome, error) {
	if err := past(tx, a.Day); err != nil {
		return outcome{}, err
	}
	year := a.Day.FinancialYear().String()
	switch {
	case a.Cents <= 0 || a.Cents > mostCents:
		return outcome{}, wrong("cents", "votes.wrong.amount")
	case strings.TrimSpace(a.Authority) == "" || !plain(a.Authority, longest):
		return outcome{}, wrong("authority", "votes.wrong.authority")
	}
	e := Entry{Day: a.Day, Year: year, Kind: EntrySupplement, Subhead: a.To.Subhead, Component: a.To.Component, Item: a.Item, Text: r.Reason, Reference: a.Authority}
	if a.Item != "" {
		i, err := itemByCode(tx, r.Head, a.Item)
		if fault.Is(err, fault.NotFound) {
			return outcome{}, wrong("item", "votes.wrong.item")
		}
		if err != nil {
			return outcome{}, err
		}
		rules, err := rulesOf(tx)
		if err != nil {
			return outcome{}, err
		}
		sum, err := plus(i.Approved, a.Cents)
		if err != nil {
			return outcome{}, err
		}
		if err := rules.item(r.Head, i.Subhead, year, sum); err != nil {
			return outcome{}, err
		}
		e.Subhead, e.Component = i.Subhead, ""
		e.authorise(a.Item, a.Cents)
	} else {
		if _, err := subheadOf(tx, r.Head, year, a.To); err != nil {
			return outcome{}, err
		}
		e.provide(a.To.Subhead, "", a.Cents)
		if a.To.Component != "" {
			e.provide(a.To.Subhead, a.To.Component, a.Cents)
		}
	}
	entries := []Entry{e}
	return outcome{year: year, do: func(r Request) error { return post(tx, r, entries) }}, admit(tx, r.Head, entries)
}

func examineItem(tx *db.Tx, r Request, a NewItem) (outcome, error) {
	if err := past(tx, a.Day); err != nil {
		return outcome{}, err
	}
	year := a.Day.FinancialYear().String()
	switch {
	case !codeForm.MatchString(a.Code):
		return outcome{}, wrong("code", "votes.wrong.code")
	case a.Cents <= 0 || a.Cents > mostCents:
		return outcome{}, wrong("cents", "votes.wrong.amount")
	case a.Name.TC == "" || a.Name.EN == "":
		return outcome{}, wrong("tc", "votes.wrong.name")
	case !plain(a.Supplier, longest):
		return outcome{}, wrong("supplier", "votes.wrong.long")
	case a.Subhead == CommitmentSubhead && strings.TrimSpace(a.Authority) == "" || !plain(a.Authority, longest):
		return outcome{}, wrong("authority", "votes.wrong.authority")
	}
	if _, err := subheadOf(tx, r.Head, year, Place{Subhead: a.Subhead}); err != nil {
		return outcome{}, err
	}
	rules, err := rulesOf(tx)
	if err != nil {
		return outcome{}, err
	}
	if !rules.namesItems(r.Head, a.Subhead, year) {
		return outcome{}, wrong("subhead", "votes.wrong.no-items")
	}
	if err := rules.item(r.Head, a.Subhead, year, a.Cents); err != nil {
		return outcome{}, err
	}
	if _, err := itemByCode(tx, r.Head, a.Code); !fault.Is(err, fault.NotFound) {
		if err == nil {
			err = wrong("code", "votes.wrong.code-taken")
		}
		return outcome{}, err
	}
	e := Entry{Day: a.Day, Year: year, Kind: EntryItem, Subhead: a.Subhead, Item: a.Code, Text: r.Reason, Reference: a.Authority}
	e.authorise(a.Code, a.Cents)
	entries := []Entry{e}
	return outcome{year: year, do: func(r Request) error {
		if err := putItem(tx, r.Head, Item{Code: a.Code, Subhead: a.Subhead, Name: a.Name, Note: a.Note}); err != nil {
			return err
		}
		return post(tx, r, entries)
	}}, admit(tx, r.Head, entries)
}

func examinePosts(tx *db.Tx, r Request, a PostChanges) (outcome, error) {
	if len(a.Changes) == 0 || len(a.Changes) > mostAsked {
		return outcome{}, wrong("delta", "votes.wrong.count")
	}
	for _, c := range a.Changes {
		if !plain(c.Reason, longest) || !plain(c.Approval, longest) {
			return outcome{}, wrong("reason", "votes.wrong.long")
		}
		if c.Opening != a.Changes[0].Opening {
			return outcome{}, wrong("opening", "votes.wrong.opened")
		}
	}
	all, err := establishmentOf(tx, r.Head)
	if err != nil {
		return outcome{}, err
	}
	ranks, err := ranksOf(tx)
	if err != nil {
		return outcome{}, err
	}
	limits, err := ceilings(tx, r.Head)
	if err != nil {
		return outcome{}, err
	}
	plan := outcome{year: a.Changes[0].Day.FinancialYear().String(), do: func(r Request) error {
		if err := insertPosts(tx, r, a.Changes); err != nil {
			return err
		}
		for i, c := range a.Changes {
			told := PostsChanged{
				Head: r.Head, Day: c.Day.String(), Rank: c.Rank, Programme: c.Programme, Delta: c.Delta,
				Change: string(r.ID) + "/" + strconv.Itoa(i), Opening: c.Opening,
			}
			if err := publish(tx, subjectPosts, told); err != nil {
				return err
			}
		}
		return nil
	}}
	return plan, all.admits(a.Changes, ranks, func(year string) (Cents, bool) { c, ok := limits[year]; return c, ok })
}
