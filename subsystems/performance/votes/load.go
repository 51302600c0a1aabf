package votes

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"errors"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

//go:embed seed/rules.csv
var seedFiles embed.FS

// DifferenceID names a difference.
type DifferenceID string

// Difference is where an import says something else than what officers decided or the journal
// rests on. Column is which of the line's four columns.
type Difference struct {
	ID           DifferenceID
	Head, Year   string
	Kind         LineKind
	Code         string
	Column       int
	Ours, Theirs string // figures as text, empty where not known
	FoundAt      when.Instant
	State        string // open, taken or kept
	By, Why      string
	Version      int64
}

// The states of a difference.
const (
	DifferenceOpen  = "open"
	DifferenceTaken = "taken"
	DifferenceKept  = "kept"
)

// Seed puts the rules that ship with the program into an empty store; later edits are kept.
func (s *Service) Seed(ctx context.Context) error {
	body, err := seedFiles.ReadFile("seed/rules.csv")
	if err != nil {
		return err
	}
	records, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		return err
	}
	var all []Rule
	for _, r := range records[1:] {
		value, err := money.Parse(r[5])
		if err != nil {
			return err
		}
		all = append(all, Rule{Name: RuleName(r[0]), Head: r[1], Subhead: r[2], From: r[3], To: r[4], Value: value, Source: r[6]})
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		kept, err := rulesOf(tx)
		if err != nil || len(kept) > 0 {
			return err
		}
		for _, r := range all {
			if err := putRule(tx, r); err != nil {
				return err
			}
		}
		return record(tx, "seed", "rules")
	})
}

// LoadRules writes rules, each under its name, head, subhead and first year.
func (s *Service) LoadRules(ctx context.Context, rules ...Rule) error {
	if err := s.mayLoad(ctx); err != nil {
		return err
	}
	known := []RuleName{ItemAbove, ItemUpTo, SecondEyes, ExplainPercent, ExplainAbove}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, r := range rules {
			if _, err := parseYear(r.From); err != nil || !slices.Contains(known, r.Name) || r.Value.Sign() < 0 {
				return wrong("rule", "votes.wrong.rule")
			}
			if err := putRule(tx, r); err != nil {
				return err
			}
			if err := record(tx, "rule", string(r.Name)+"/"+r.Head+"/"+r.Subhead+"/"+r.From); err != nil {
				return err
			}
		}
		return nil
	})
}

// mostMidpoint bounds a mid-point, so that no sum of posts overflows: HK$10 million a year.
const mostMidpoint = 10_000_000

// LoadRanks writes ranks with their mid-points, each under its code and first day.
func (s *Service) LoadRanks(ctx context.Context, ranks ...Rank) error {
	if err := s.mayLoad(ctx); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, r := range ranks {
			if !codeForm.MatchString(r.Code) || r.From.IsZero() || r.MidpointDollars <= 0 || r.MidpointDollars > mostMidpoint || r.Name.In("en") == "" {
				return wrong("rank", "votes.wrong.rank-form")
			}
			if err := putRank(tx, r); err != nil {
				return err
			}
		}
		return record(tx, "ranks", "all")
	})
}

// LoadBook brings the opening figures of a head and a year in from an imported paper. The same
// book twice changes nothing. What officers decided, or what the journal already rests on, is
// not overwritten: a difference is left instead.
func (s *Service) LoadBook(ctx context.Context, b Book) error {
	if err := s.mayLoad(ctx); err != nil {
		return err
	}
	if bad := b.faults(); len(bad) > 0 {
		return fault.New(fault.Invalid, "votes.fault.book", "what", strings.Join(bad, "; "))
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := touchHead(tx, b.Head); err != nil {
			return err
		}
		l := loading{tx: tx, book: b}
		if err := l.load(); err != nil {
			return err
		}
		if !l.changed {
			return nil
		}
		return record(tx, "load", b.Head+"/"+b.Year)
	})
}

// loading is one book on its way in.
type loading struct {
	tx      *db.Tx
	book    Book
	figures []decided
	changed bool
}

func (l *loading) load() (err error) {
	before, found, err := loadedBook(l.tx, l.book.Head, l.book.Year)
	if err != nil {
		return err
	}
	if l.figures, err = figuresOf(l.tx, l.book.Head); err != nil {
		return err
	}
	old := map[string]line{}
	for _, x := range before.lines() {
		old[string(x.Kind)+"/"+x.Code] = x
	}
	if !found || l.book.Source != before.Source || l.book.Invented != before.Invented || !slices.Equal(l.book.Restated, before.Restated) || !samePosts(l.book.Posts, before.Posts) {
		l.changed = true
		if err := putBook(l.tx, l.book); err != nil {
			return err
		}
	}
	for i, x := range l.book.lines() {
		key := string(x.Kind) + "/" + x.Code
		was, known := old[key]
		delete(old, key)
		if err := l.line(i, x, was, known); err != nil {
			return err
		}
	}
	for _, gone := range old { // the corrected paper dropped a line: nothing is taken away unasked
		for column, d := range gone.Columns {
			if d == nil {
				continue
			}
			if err := l.differ(gone, column, d, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// line writes one row, as far as nothing rests on what stood there.
func (l *loading) line(at int, x, was line, known bool) error {
	for column := range x.Columns {
		if d := l.decidedOn(x, column); d != nil && !sameAs(x, *d, x.Columns[column]) {
			if err := l.differ(x, column, *d, x.Columns[column]); err != nil {
				return err
			}
		}
		if !known || same(x.Columns[column], was.Columns[column]) {
			continue
		}
		rests, err := l.rests(x, column)
		if err != nil {
			return err
		}
		if rests {
			if err := l.differ(x, column, was.Columns[column], x.Columns[column]); err != nil {
				return err
			}
			x.Columns[column] = was.Columns[column]
		}
	}
	if !known || was != x && !sameLine(was, x) {
		l.changed = true
	}
	if err := putLine(l.tx, l.book.Head, l.book.Year, at, x); err != nil {
		return err
	}
	return l.opens(x)
}

func sameLine(a, b line) bool {
	for i := range a.Columns {
		if !same(a.Columns[i], b.Columns[i]) {
			return false
		}
	}
	a.Columns, b.Columns = [4]*money.Decimal{}, [4]*money.Decimal{}
	return a == b
}

// decidedOn is the figure that officers decided where a column stands; nil: none.
func (l *loading) decidedOn(x line, at int) (out **money.Decimal) {
	year, phase := column(l.book.Year, at)
	if x.Kind == Items && at != 2 {
		return nil
	}
	for _, f := range l.figures {
		if f.kind == x.Kind && f.code == x.Code && f.year == year && f.phase == phase {
			out = &f.thousands
		}
	}
	return out
}

// sameAs compares a decided figure, in thousands, with a printed one, which is in millions for
// a programme.
func sameAs(x line, ours, theirs *money.Decimal) bool {
	if x.Kind == Programmes && ours != nil {
		return same(inMillions(*ours), theirs)
	}
	return same(ours, theirs)
}

// rests reports whether the journal or the establishment already stands on a figure.
func (l *loading) rests(x line, column int) (bool, error) {
	head, year := l.book.Head, l.book.Year
	periods, err := periodsOf(l.tx, head, year)
	if err != nil {
		return false, err
	}
	if !slices.ContainsFunc(periods, func(p Period) bool { return !p.Closed }) {
		return true, nil // the journal of the year takes no correction any more
	}
	switch {
	case x.Kind == Subheads && column == 3:
		return isUsed(l.tx, head, freeAccount(x.Code, ""), year)
	case x.Kind == Components && column == 3:
		return isUsed(l.tx, head, freeAccount(Recurrent, x.Code), year)
	case x.Kind == Items:
		return isUsed(l.tx, head, accountItem+x.Code, "")
	case x.Kind == Ceilings && column == 3:
		all, err := establishmentOf(l.tx, head)
		return slices.ContainsFunc(all, func(c PostChange) bool { return c.Day.FinancialYear().String() == year }), err
	}
	return false, nil
}

func (l *loading) differ(x line, column int, ours, theirs *money.Decimal) error {
	l.changed = true
	return insertDifference(l.tx, Difference{
		ID: id.New[DifferenceID](l.tx.Now()), Head: l.book.Head, Year: l.book.Year, Kind: x.Kind, Code: x.Code, Column: column,
		Ours: written(ours), Theirs: written(theirs),
	})
}

// opens posts what a line opens in the journal, or what is missing of it.
func (l *loading) opens(x line) error {
	switch x.Kind {
	case Subheads:
		return l.provide(x, Place{Subhead: x.Code})
	case Components:
		return l.provide(x, Place{Recurrent, x.Code})
	case Items:
		return l.openItem(x)
	}
	return nil
}

// provide brings a line's opening provision to its estimate: as officers decided it before,
// else as the paper has it.
func (l *loading) provide(x line, p Place) error {
	figure := x.Columns[3]
	if d := l.decidedOn(x, 3); d != nil {
		figure = *d
	}
	if figure == nil {
		return nil
	}
	want, err := CentsOfThousands(*figure)
	if err != nil {
		return err
	}
	e := Entry{Kind: EntryOpening, Subhead: p.Subhead, Component: p.Component}
	has, err := openedWith(l.tx, l.book.Head, freeAccount(p.Subhead, p.Component), l.book.Year)
	if err != nil || has == want {
		return err
	}
	if has != 0 {
		e.Kind = EntryCorrection
	}
	e.Year = l.book.Year
	e.provide(p.Subhead, p.Component, want-has)
	return l.post(e)
}

// openItem opens a commitment at the 31 March before the book's year: what is approved, and as
// accumulated what the paper has, with the revised estimate of the year that has just ended. A
// newer paper moves the opening on as long as nothing was posted.
func (l *loading) openItem(x line) error {
	item, err := itemByCode(l.tx, l.book.Head, x.Code)
	isNew := fault.Is(err, fault.NotFound)
	if err != nil && !isNew {
		return err
	}
	if isNew {
		item = Item{Code: x.Code, Subhead: x.Within}
	}
	if item.Opened > l.book.Year { // an older paper changes nothing
		return nil
	}
	used, err := isUsed(l.tx, l.book.Head, accountItem+x.Code, "")
	if err != nil {
		return err
	}
	if used || !isNew && !sameName(item.Name, x.Name) { // a code of another name is not joined unasked
		return l.compareItem(x, item)
	}
	if isNew || item.Opened != l.book.Year || item.Name != x.Name || item.Note != x.Note {
		item.Opened, item.Name, item.Note = l.book.Year, x.Name, x.Note
		if err := putItem(l.tx, l.book.Head, item); err != nil {
			return err
		}
	}
	approved, err1 := orNothing(x.Columns[0])
	before, err2 := orNothing(x.Columns[1])
	during, err3 := orNothing(x.Columns[2])
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	for _, step := range []struct {
		kind EntryKind
		c    Cents
	}{{EntryOpening, approved - item.Approved}, {EntryCarried, -(before + during - item.Accumulated)}} {
		if step.c == 0 {
			continue
		}
		e := Entry{Kind: step.kind, Subhead: x.Within, Item: x.Code, Year: l.book.Year}
		e.authorise(x.Code, step.c)
		if err := l.post(e); err != nil {
			return err
		}
	}
	return nil
}

// compareItem sets a newer paper beside an item that the journal has moved: what is approved,
// and what was spent by the 31 March that the paper names.
func (l *loading) compareItem(x line, item Item) error {
	if item.Opened == l.book.Year {
		return nil // column by column already
	}
	if ours := item.Approved.Thousands(); x.Columns[0] != nil && !same(&ours, x.Columns[0]) {
		if err := l.differ(x, 0, &ours, x.Columns[0]); err != nil {
			return err
		}
	}
	if item.Opened == "" || item.Opened > shift(l.book.Year, -2) {
		return nil // that day lies before the journal began
	}
	then := item
	then.Approved, then.Accumulated, then.Spent = 0, 0, 0
	past, err := flows(l.tx, l.book.Head, item.Code, shift(l.book.Year, -2))
	if err != nil {
		return err
	}
	then.settle(past[item.Code])
	ours := (then.Accumulated + then.Spent).RoundThousands()
	if x.Columns[1] != nil && !same(&ours, x.Columns[1]) {
		return l.differ(x, 1, &ours, x.Columns[1])
	}
	return nil
}

func orNothing(thousands *money.Decimal) (Cents, error) {
	if thousands == nil {
		return 0, nil
	}
	return CentsOfThousands(*thousands)
}

// post writes an opening into the first open month of the book's year.
func (l *loading) post(e Entry) error {
	l.changed = true
	periods, err := periodsOf(l.tx, l.book.Head, l.book.Year)
	if err != nil {
		return err
	}
	for _, p := range periods {
		if p.Closed {
			continue
		}
		year, month := p.Month.parts()
		e.Day = when.Day{Year: year, Month: month, Date: 1}
		e.Text = l.book.Source
		if err := admit(l.tx, l.book.Head, []Entry{e}); err != nil {
			return err
		}
		return post(l.tx, Request{Head: l.book.Head}, []Entry{e})
	}
	return fault.New(fault.Invalid, "votes.fault.closed", "month", l.book.Year)
}

// Differences lists what imports say otherwise, for the head's officers and who imports.
func (s *Service) Differences(ctx context.Context, head, state string) (out []Difference, err error) {
	if _, err := s.may(ctx, "votes.draft", head); err != nil {
		return nil, err
	}
	return out, s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = differencesOf(tx, head, state)
		return err
	})
}

// Settle ends a difference: an approver takes the import's figure, or keeps ours, with a reason.
func (s *Service) Settle(ctx context.Context, head string, difference DifferenceID, version int64, take bool, why string) error {
	if _, err := s.may(ctx, "votes.approve", head); err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	if why == "" || !plain(why, longest) {
		return wrong("why", "votes.wrong.reason")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := differenceByID(tx, difference)
		if fault.Is(err, fault.NotFound) || err == nil && d.Head != head {
			return fault.New(fault.NotFound, "votes.fault.no-difference")
		}
		if err != nil {
			return err
		}
		if d.Version != version || d.State != DifferenceOpen {
			return fault.New(fault.Conflict, "votes.fault.decided")
		}
		if err := touchHead(tx, head); err != nil {
			return err
		}
		state := DifferenceKept
		if take {
			state = DifferenceTaken
			if err := takeTheirs(tx, d); err != nil {
				return err
			}
		}
		if err := settleDifference(tx, d, state, person(who.From(ctx).Actor), why); err != nil {
			return err
		}
		return record(tx, "difference."+state, string(d.ID))
	})
}

// takeTheirs sets the import's figure, and corrects what the journal opened with.
func takeTheirs(tx *db.Tx, d Difference) error {
	theirs, err := figure(d.Theirs)
	if err != nil {
		return err
	}
	b, _, err := loadedBook(tx, d.Head, d.Year)
	if err != nil {
		return err
	}
	lines := b.lines()
	at := slices.IndexFunc(lines, func(x line) bool { return x.Kind == d.Kind && x.Code == d.Code })
	if at < 0 {
		return fault.New(fault.Conflict, "votes.fault.decided")
	}
	x := lines[at]
	before := x.Columns
	x.Columns[d.Column] = theirs
	if err := putLine(tx, d.Head, d.Year, at, x); err != nil {
		return err
	}
	l := loading{tx: tx, book: b}
	if l.figures, err = figuresOf(tx, d.Head); err != nil {
		return err
	}
	if l.decidedOn(x, d.Column) != nil {
		year, phase := column(d.Year, d.Column)
		thousands := theirs
		if x.Kind == Programmes && theirs != nil {
			t, err := theirs.Shift(3)
			if err != nil {
				return err
			}
			thousands = &t
		}
		f := decided{kind: d.Kind, code: d.Code, year: year, phase: phase, thousands: thousands}
		if err := insertFigure(tx, string(d.ID), d.Head, f); err != nil {
			return err
		}
		l.figures = append(l.figures, f)
	}
	if x.Kind == Items {
		return l.correctItem(x, d, before)
	}
	return l.opens(x)
}

// correctItem brings what an item was opened with to the paper's figure.
func (l *loading) correctItem(x line, d Difference, before [4]*money.Decimal) error {
	ours, err := figure(d.Ours)
	if err != nil {
		return err
	}
	if ours == nil {
		ours = before[d.Column]
	}
	was, err1 := orNothing(ours)
	is, err2 := orNothing(x.Columns[d.Column])
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	e := Entry{Subhead: x.Within, Item: x.Code, Year: l.book.Year}
	switch d.Column {
	case 0:
		e.Kind = EntryCorrection
		e.authorise(x.Code, is-was)
	case 1, 2:
		e.Kind = EntryCarried
		e.authorise(x.Code, was-is)
	default:
		return nil // the balance follows
	}
	if len(e.Legs) == 0 {
		return nil
	}
	return l.post(e)
}

func samePosts(a, b Posts) bool {
	number := func(n *int64) int64 {
		if n == nil {
			return -1
		}
		return *n
	}
	return number(a.NonDirectorateBefore) == number(b.NonDirectorateBefore) && number(a.NonDirectorateAfter) == number(b.NonDirectorateAfter) &&
		number(a.DirectorateBefore) == number(b.DirectorateBefore) && number(a.DirectorateAfter) == number(b.DirectorateAfter) &&
		slices.Equal(a.NetChange, b.NetChange)
}
