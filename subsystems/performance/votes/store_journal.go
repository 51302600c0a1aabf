package votes

import (
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
)

// The journal.
const (
	entryColumns = `id, number, head, year, month, day, kind, subhead, component, item, spent_cents, particulars, reference,
		request, reverses, of_year, entered_by, entered_at`

	// moved is the amount of an entry's legs, which is one and the same but in a payment.
	entryMoved = `, (select cast(coalesce(max(l.debit_cents), 0) as bigint) from performance_votes_legs l
		where l.realm = performance_votes_entries.realm and l.entry = performance_votes_entries.id)`

	sqlEntry = `select ` + entryColumns + entryMoved + ` from performance_votes_entries where realm = $1 and id = $2`

	sqlEntries = `select ` + entryColumns + entryMoved + ` from performance_votes_entries
		where realm = $1 and head = $2 and year = $3 and ($4 = '' or subhead = $4) and ($5 = '' or item = $5)
		order by number desc limit $6 offset $7`

	sqlEntryCount = `select count(*) from performance_votes_entries
		where realm = $1 and head = $2 and year = $3 and ($4 = '' or subhead = $4) and ($5 = '' or item = $5)`

	sqlReversalOf = `select count(*) from performance_votes_entries where realm = $1 and reverses = $2`

	sqlInsertEntry = `insert into performance_votes_entries
		(realm, id, number, head, year, month, day, kind, subhead, component, item, spent_cents, particulars, reference,
		request, reverses, of_year, entered_by, entered_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`

	sqlInsertLeg = `insert into performance_votes_legs (realm, entry, place, account, year, debit_cents, credit_cents)
		values ($1, $2, $3, $4, $5, $6, $7)`

	sqlLegs = `select account, year, debit_cents, credit_cents from performance_votes_legs
		where realm = $1 and entry = $2 order by place`

	sqlBumpAccount = `insert into performance_votes_accounts (realm, head, account, year, debit_cents, credit_cents)
		values ($1, $2, $3, $4, $5, $6)
		on conflict (realm, head, account, year) do update set
		debit_cents = performance_votes_accounts.debit_cents + excluded.debit_cents,
		credit_cents = performance_votes_accounts.credit_cents + excluded.credit_cents`

	sqlAccounts = `select account, year, debit_cents, credit_cents from performance_votes_accounts
		where realm = $1 and head = $2 and (year = $3 or year = '') order by account, year`

	sqlAccount = `select debit_cents, credit_cents from performance_votes_accounts
		where realm = $1 and head = $2 and account = $3 and year = $4`

	// sqlOpened is what openings and their corrections put on an account.
	sqlOpened = `select cast(coalesce(sum(l.credit_cents - l.debit_cents), 0) as bigint)
		from performance_votes_legs l join performance_votes_entries e on e.realm = l.realm and e.id = l.entry
		where l.realm = $1 and e.head = $2 and l.account = $3 and l.year = $4 and e.kind in ('opening', 'correction')`

	// sqlUsed counts the entries of an account that do not come from papers.
	sqlUsed = `select count(*)
		from performance_votes_legs l join performance_votes_entries e on e.realm = l.realm and e.id = l.entry
		where l.realm = $1 and e.head = $2 and l.account = $3 and l.year = $4
		and e.kind not in ('opening', 'correction', 'carried')`

	// sqlFlows is what moved the accounts of items, without payments, which their entries tell.
	sqlFlows = `select e.item, e.kind, cast(sum(l.debit_cents) as bigint), cast(sum(l.credit_cents) as bigint)
		from performance_votes_entries e join performance_votes_legs l on l.realm = e.realm and l.entry = e.id
		where e.realm = $1 and e.head = $2 and e.item <> '' and e.kind not in ('payment', 'reversal') and l.account = $3 || e.item
		and ($4 = '' or e.item = $4) and ($5 = '' or e.year <= $5) group by e.item, e.kind order by e.item, e.kind`

	sqlItemPayments = `select item, cast(sum(spent_cents) as bigint) from performance_votes_entries
		where realm = $1 and head = $2 and item <> '' and kind in ('payment', 'reversal')
		and ($3 = '' or item = $3) and ($4 = '' or year <= $4) group by item order by item`

	sqlSpentByMonth = `select subhead, component, item, month, cast(sum(spent_cents) as bigint) from performance_votes_entries
		where realm = $1 and head = $2 and year = $3 and kind in ('payment', 'reversal')
		group by subhead, component, item, month order by subhead, component, item, month`

	sqlSpentByYear = `select year, cast(sum(spent_cents) as bigint) from performance_votes_entries
		where realm = $1 and head = $2 and item = $3 and kind in ('payment', 'reversal') group by year order by year`

	// sqlRefunded is what came back of a year's spending on a line.
	sqlRefunded = `select cast(coalesce(sum(l.debit_cents), 0) as bigint)
		from performance_votes_entries e join performance_votes_legs l on l.realm = e.realm and l.entry = e.id
		where e.realm = $1 and e.head = $2 and e.kind = 'refund' and e.of_year = $3 and e.subhead = $4 and e.component = $5 and e.item = $6`

	sqlPeriods = `select month, closed, reason, changed_by, changed_at, version from performance_votes_periods
		where realm = $1 and head = $2 and month >= $3 and month <= $4 order by month`

	sqlClosed = `select closed from performance_votes_periods where realm = $1 and head = $2 and month = $3`

	sqlInsertPeriod = `insert into performance_votes_periods (realm, head, month, closed, reason, changed_by, changed_at, version)
		values ($1, $2, $3, $4, $5, $6, $7, 1) on conflict (realm, head, month) do nothing`

	sqlUpdatePeriod = `update performance_votes_periods set closed = $4, reason = $5, changed_by = $6, changed_at = $7,
		version = version + 1 where realm = $1 and head = $2 and month = $3 and version = $8`

	sqlListedItems = `select distinct code, year from performance_votes_lines
		where realm = $1 and head = $2 and kind = 'item' order by year, code`

	itemColumns = `code, subhead, words, opened, version`

	sqlItems = `select ` + itemColumns + ` from performance_votes_items where realm = $1 and head = $2 order by subhead, code`

	sqlItem = `select ` + itemColumns + ` from performance_votes_items where realm = $1 and head = $2 and code = $3`

	sqlPutItem = `insert into performance_votes_items (realm, head, code, subhead, words, opened, version)
		values ($1, $2, $3, $4, $5, $6, 1)
		on conflict (realm, head, code) do update set words = excluded.words, opened = excluded.opened,
		version = performance_votes_items.version + 1`
)

func scanEntry(s db.Scanner) (e Entry, err error) {
	return e, s.Scan(&e.ID, &e.Number, &e.Head, &e.Year, &e.Month, &e.Day, &e.Kind, &e.Subhead, &e.Component, &e.Item,
		&e.Cents, &e.Text, &e.Reference, &e.Request, &e.Reverses, &e.Of, &e.By, &e.At, &e.Moved)
}

func entryByID(tx *db.Tx, id EntryID) (Entry, error) {
	e, err := scanEntry(tx.Row(sqlEntry, tx.Realm(), id))
	if err != nil {
		return e, err
	}
	e.Legs, err = db.List(tx, func(s db.Scanner) (l Leg, err error) {
		return l, s.Scan(&l.Account, &l.Year, &l.Debit, &l.Credit)
	}, sqlLegs, tx.Realm(), id)
	return e, err
}

func entriesPage(tx *db.Tx, head, year, subhead, item string, limit, offset int) (out []Entry, total int, err error) {
	if err = tx.Row(sqlEntryCount, tx.Realm(), head, year, subhead, item).Scan(&total); err != nil {
		return nil, 0, err
	}
	out, err = db.List(tx, scanEntry, sqlEntries, tx.Realm(), head, year, subhead, item, limit, offset)
	return out, total, err
}

func wasReversed(tx *db.Tx, id EntryID) (bool, error) {
	var n int
	err := tx.Row(sqlReversalOf, tx.Realm(), id).Scan(&n)
	return n > 0, err
}

// insertEntry writes an entry with its legs and moves the accounts. It is the only way in.
func insertEntry(tx *db.Tx, e Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	_, err := tx.Exec(sqlInsertEntry, tx.Realm(), e.ID, e.Number, e.Head, e.Year, e.Month, e.Day, e.Kind, e.Subhead, e.Component,
		e.Item, int64(e.Cents), e.Text, e.Reference, e.Request, e.Reverses, e.Of, e.By, e.At)
	if err != nil {
		return err
	}
	for i, l := range e.Legs {
		if _, err := tx.Exec(sqlInsertLeg, tx.Realm(), e.ID, i, l.Account, l.Year, int64(l.Debit), int64(l.Credit)); err != nil {
			return err
		}
		if _, err := tx.Exec(sqlBumpAccount, tx.Realm(), e.Head, l.Account, l.Year, int64(l.Debit), int64(l.Credit)); err != nil {
			return err
		}
	}
	return nil
}

// accountKey names an account in a year.
type accountKey struct{ account, year string }

// balances are the credits less the debits of a head's accounts of a year, and of those
// without one.
func balances(tx *db.Tx, head, year string) (map[accountKey]Cents, error) {
	type row struct {
		accountKey
		debit, credit Cents
	}
	rows, err := db.List(tx, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.account, &r.year, &r.debit, &r.credit)
	}, sqlAccounts, tx.Realm(), head, year)
	out := make(map[accountKey]Cents, len(rows))
	for _, r := range rows {
		out[r.accountKey] = r.credit - r.debit
	}
	return out, err
}

func balance(tx *db.Tx, head, account, year string) (Cents, error) {
	var debit, credit Cents
	err := tx.Row(sqlAccount, tx.Realm(), head, account, year).Scan(&debit, &credit)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return credit - debit, err
}

func openedWith(tx *db.Tx, head, account, year string) (c Cents, err error) {
	return c, tx.Row(sqlOpened, tx.Realm(), head, account, year).Scan(&c)
}

func isUsed(tx *db.Tx, head, account, year string) (bool, error) {
	var n int
	err := tx.Row(sqlUsed, tx.Realm(), head, account, year).Scan(&n)
	return n > 0, err
}

// flows are what the accounts of items tell, by item; of one when code is not empty, up to the
// end of a year when that is not.
func flows(tx *db.Tx, head, code, until string) (map[string][]itemFlow, error) {
	type row struct {
		item string
		itemFlow
	}
	rows, err := db.List(tx, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.item, &r.kind, &r.debit, &r.credit)
	}, sqlFlows, tx.Realm(), head, accountItem, code, until)
	if err != nil {
		return nil, err
	}
	paid, err := db.List(tx, func(s db.Scanner) (r row, err error) {
		r.kind = EntryPayment
		return r, s.Scan(&r.item, &r.debit)
	}, sqlItemPayments, tx.Realm(), head, code, until)
	out := map[string][]itemFlow{}
	for _, r := range append(rows, paid...) {
		out[r.item] = append(out[r.item], r.itemFlow)
	}
	return out, err
}

// spentLine is what a line spent in a month.
type spentLine struct {
	Subhead, Component, Item string
	Month                    Month
	Cents                    Cents
}

func spentByMonth(tx *db.Tx, head, year string) ([]spentLine, error) {
	return db.List(tx, func(s db.Scanner) (l spentLine, err error) {
		return l, s.Scan(&l.Subhead, &l.Component, &l.Item, &l.Month, &l.Cents)
	}, sqlSpentByMonth, tx.Realm(), head, year)
}

func spentByYear(tx *db.Tx, head, item string) (map[string]Cents, error) {
	type row struct {
		year  string
		cents Cents
	}
	rows, err := db.List(tx, func(s db.Scanner) (r row, err error) { return r, s.Scan(&r.year, &r.cents) }, sqlSpentByYear, tx.Realm(), head, item)
	out := map[string]Cents{}
	for _, r := range rows {
		out[r.year] = r.cents
	}
	return out, err
}

func refunded(tx *db.Tx, head string, a Refund) (c Cents, err error) {
	return c, tx.Row(sqlRefunded, tx.Realm(), head, a.Year, a.Subhead, a.Component, a.Item).Scan(&c)
}

// periodsOf lists the twelve months of a year, those that nobody touched too.
func periodsOf(tx *db.Tx, head, year string) ([]Period, error) {
	months := MonthsOf(year)
	if len(months) == 0 {
		return nil, nil
	}
	kept, err := db.List(tx, func(s db.Scanner) (p Period, err error) {
		return p, s.Scan(&p.Month, &p.Closed, &p.Reason, &p.By, &p.At, &p.Version)
	}, sqlPeriods, tx.Realm(), head, months[0], months[11])
	out := make([]Period, len(months))
	for i, m := range months {
		out[i].Month = m
		for _, p := range kept {
			if p.Month == m {
				out[i] = p
			}
		}
	}
	return out, err
}

func isClosed(tx *db.Tx, head string, m Month) (closed bool, err error) {
	err = tx.Row(sqlClosed, tx.Realm(), head, m).Scan(&closed)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return closed, err
}

func putPeriod(tx *db.Tx, head string, p Period) error {
	if p.Version > 0 {
		return tx.Change(sqlUpdatePeriod, tx.Realm(), head, p.Month, p.Closed, p.Reason, p.By, p.At, p.Version)
	}
	return tx.Change(sqlInsertPeriod, tx.Realm(), head, p.Month, p.Closed, p.Reason, p.By, p.At)
}

func scanItem(s db.Scanner) (i Item, err error) {
	var text string
	if err = s.Scan(&i.Code, &i.Subhead, &text, &i.Opened, &i.Version); err != nil {
		return i, err
	}
	var w lineWords
	err = json.Unmarshal([]byte(text), &w)
	i.Name, i.Note = w.Name, w.Note
	return i, err
}

// itemsOf lists the items of a head with their amounts.
func itemsOf(tx *db.Tx, head string) ([]Item, error) {
	out, err := db.List(tx, scanItem, sqlItems, tx.Realm(), head)
	if err != nil {
		return nil, err
	}
	all, err := flows(tx, head, "", "")
	if err != nil {
		return nil, err
	}
	gone, err := goneFrom(tx, head)
	for i := range out {
		out[i].settle(all[out[i].Code])
		out[i].GoneFrom = gone[out[i].Code]
	}
	return out, err
}

func itemByCode(tx *db.Tx, head, code string) (Item, error) {
	i, err := scanItem(tx.Row(sqlItem, tx.Realm(), head, code))
	if err != nil {
		return i, err
	}
	all, err := flows(tx, head, code, "")
	if err != nil {
		return i, err
	}
	gone, err := goneFrom(tx, head)
	i.settle(all[code])
	i.GoneFrom = gone[code]
	return i, err
}

// goneFrom gives, of items that papers listed and list no more, the year of the first paper
// without them.
func goneFrom(tx *db.Tx, head string) (map[string]string, error) {
	type row struct{ code, year string }
	rows, err := db.List(tx, func(s db.Scanner) (r row, err error) { return r, s.Scan(&r.code, &r.year) }, sqlListedItems, tx.Realm(), head)
	var years []string
	last := map[string]string{}
	for _, r := range rows {
		last[r.code] = r.year
		if len(years) == 0 || years[len(years)-1] != r.year {
			years = append(years, r.year)
		}
	}
	out := map[string]string{}
	for code, year := range last {
		for _, y := range years {
			if y > year {
				out[code] = y
				break
			}
		}
	}
	return out, err
}

func putItem(tx *db.Tx, head string, i Item) error {
	text, err := json.Marshal(lineWords{Name: i.Name, Note: i.Note, Group: lang.Text{}})
	if err != nil {
		return err
	}
	_, err = tx.Exec(sqlPutItem, tx.Realm(), head, i.Code, i.Subhead, string(text), i.Opened)
	return err
}
