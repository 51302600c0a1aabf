package votes

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/db"
)

// The roles of this folder; the app declares them to the directory.
const (
	OfficerRole  = "votes-officer"  // enters
	ApproverRole = "votes-approver" // approves, closes periods; enters too, but not what they approve
)

// Service has the use cases. Its fields are given by app/wire.go.
type Service struct {
	DB       *db.DB
	Policy   *access.Policy
	Heads    Heads
	Officers Officers // may be nil
}

// may asks policy about a head, and gives what is known of it.
func (s *Service) may(ctx context.Context, action, head string) (Head, error) {
	if !headForm.MatchString(head) {
		return Head{}, fault.New(fault.NotFound, "votes.fault.no-head")
	}
	h, err := s.Heads.Head(ctx, head)
	if err != nil {
		return h, err
	}
	return h, s.Policy.Allow(ctx, action, access.Resource{Type: "Head", ID: head, Attrs: map[string]any{"department": h.Department}})
}

// mayLoad asks for what only the program and whoever runs it do.
func (s *Service) mayLoad(ctx context.Context) error {
	return s.Policy.Allow(ctx, "votes.load", access.Resource{Type: "Head", ID: "all", Attrs: map[string]any{"department": ""}})
}

// read runs fn on one snapshot for somebody who may see what is public of a head.
func (s *Service) read(ctx context.Context, head string, fn func(*db.Tx) error) error {
	if _, err := s.may(ctx, "votes.read", head); err != nil {
		return err
	}
	return s.DB.Read(ctx, fn)
}

// Years lists the years of which a head has a book, oldest first.
func (s *Service) Years(ctx context.Context, head string) (out []string, err error) {
	return out, s.read(ctx, head, func(tx *db.Tx) error {
		out, err = bookYears(tx, head)
		return err
	})
}

// Book gives all figures of a head and a year: as its paper has them, with what officers
// decided since; where there is no paper yet, last year's carried forward.
func (s *Service) Book(ctx context.Context, head, year string) (b Book, err error) {
	if _, err := parseYear(year); err != nil {
		return b, fault.New(fault.NotFound, "votes.fault.no-year")
	}
	return b, s.read(ctx, head, func(tx *db.Tx) error {
		b, err = bookOf(tx, head, year)
		return err
	})
}

func bookOf(tx *db.Tx, head, year string) (Book, error) {
	b, found, err := loadedBook(tx, head, year)
	if err != nil {
		return b, err
	}
	if !found {
		last, known, err := loadedBook(tx, head, shift(year, -1))
		if err != nil {
			return b, err
		}
		if !known {
			return b, fault.New(fault.NotFound, "votes.fault.no-book")
		}
		if b, err = carry(tx, last, year); err != nil {
			return b, err
		}
	}
	figures, err := figuresOf(tx, head)
	if err != nil {
		return b, err
	}
	b.decide(figures)
	return b, nil
}

// carry makes the book of the year after from a paper's: this year's estimate becomes next
// year's original, and what the journal and the officers know fills in the rest.
func carry(tx *db.Tx, last Book, year string) (Book, error) {
	if err := lastDecided(tx, &last); err != nil {
		return Book{}, err
	}
	b := Book{Head: last.Head, Year: year, Source: last.Source, Derived: true, Invented: last.Invented}
	spent, err := yearSpent(tx, last.Head, shift(year, -2))
	if err != nil {
		return b, err
	}
	for _, x := range last.Subheads {
		x.Thousands = Columns{Actual: spent[string(Subheads)+x.Code], Original: x.Thousands.Estimate}
		b.Subheads = append(b.Subheads, x)
	}
	for _, x := range last.Components {
		x.Thousands = Columns{Actual: spent[string(Components)+x.Code], Original: x.Thousands.Estimate}
		b.Components = append(b.Components, x)
	}
	for _, x := range last.Programmes {
		x.Millions = Columns{Original: x.Millions.Estimate}
		b.Programmes = append(b.Programmes, x)
	}
	if b.Commitments, err = carryItems(tx, last, spent); err != nil {
		return b, err
	}
	b.Posts, err = carryPosts(tx, last, year)
	return b, err
}

// lastDecided brings a loaded book up to what officers decided.
func lastDecided(tx *db.Tx, b *Book) error {
	figures, err := figuresOf(tx, b.Head)
	if err == nil {
		b.decide(figures)
	}
	return err
}

// yearSpent is what each line spent in a year, in whole thousands, once all of its periods are
// closed: until then more may come, and a part of a year is no actual.
func yearSpent(tx *db.Tx, head, year string) (map[string]*money.Decimal, error) {
	out := map[string]*money.Decimal{}
	periods, err := periodsOf(tx, head, year)
	if err != nil || slices.ContainsFunc(periods, func(p Period) bool { return !p.Closed }) {
		return out, err
	}
	lines, err := spentByMonth(tx, head, year)
	sums := map[string]Cents{}
	for _, l := range lines {
		sums[string(Subheads)+l.Subhead] += l.Cents
		if l.Component != "" {
			sums[string(Components)+l.Component] += l.Cents
		}
		if l.Item != "" {
			sums[string(Items)+l.Item] += l.Cents
		}
	}
	for key, c := range sums {
		d := c.RoundThousands()
		out[key] = &d
	}
	return out, err
}

func carryItems(tx *db.Tx, last Book, spent map[string]*money.Decimal) ([]Commitment, error) {
	kept, err := itemsOf(tx, last.Head)
	if err != nil {
		return nil, err
	}
	var out []Commitment
	for _, c := range last.Commitments {
		before := c.AccumulatedThousands
		during := c.RevisedThousands // what was expected, until the journal has a year's payments
		if d := spent[string(Items)+c.Code]; d != nil {
			during = d
		}
		c.AccumulatedThousands, c.RevisedThousands, c.BalanceThousands = nil, nil, nil
		if before != nil && during != nil {
			if sum, err := before.Add(*during); err == nil {
				c.AccumulatedThousands = &sum
			}
		}
		i := slices.IndexFunc(kept, func(i Item) bool { return i.Code == c.Code })
		if i >= 0 && kept[i].Approved != 0 {
			d := kept[i].Approved.Thousands()
			c.ApprovedThousands = &d
		}
		out = append(out, c)
	}
	for _, i := range kept {
		known := slices.ContainsFunc(out, func(c Commitment) bool { return c.Code == i.Code })
		if i.Subhead == CommitmentSubhead && i.Opened == "" && !known {
			approved, nothing := i.Approved.Thousands(), money.Int(0)
			out = append(out, Commitment{Code: i.Code, Subhead: i.Subhead, Name: i.Name, Note: i.Note, ApprovedThousands: &approved, AccumulatedThousands: &nothing})
		}
	}
	return out, nil
}

// carryPosts reckons the posts at both 31 Marches: from the posts by rank where they are known,
// else from what the paper expects.
func carryPosts(tx *db.Tx, last Book, year string) (Posts, error) {
	y, err := parseYear(year)
	if err != nil {
		return Posts{}, err
	}
	all, err := establishmentOf(tx, last.Head)
	if err != nil {
		return Posts{}, err
	}
	ranks, err := ranksOf(tx)
	if err != nil {
		return Posts{}, err
	}
	p := Posts{NonDirectorateBefore: last.Posts.NonDirectorateAfter, DirectorateBefore: last.Posts.DirectorateAfter}
	before := firstDay(y).Add(-1)
	if all.known(before) {
		d, n := all.count(before, ranks)
		p.DirectorateBefore, p.NonDirectorateBefore = &d, &n
	}
	d, n := all.moved(y, ranks)
	p.DirectorateAfter, p.NonDirectorateAfter = added(p.DirectorateBefore, d), added(p.NonDirectorateBefore, n)
	net := all.net(y)
	for programme, change := range net {
		if change != 0 {
			p.NetChange = append(p.NetChange, NetChange{programme, change})
		}
	}
	slices.SortFunc(p.NetChange, func(a, b NetChange) int { return strings.Compare(a.Programme, b.Programme) })
	return p, nil
}

// moved is how many directorate and other posts a year adds.
func (e Establishment) moved(year when.FinancialYear, ranks Ranks) (directorate, other int64) {
	for _, c := range e {
		if c.Opening || c.Day.FinancialYear() != year {
			continue
		}
		if r, _ := ranks.on(c.Rank, c.Day); r.Directorate {
			directorate += c.Delta
		} else {
			other += c.Delta
		}
	}
	return directorate, other
}

func added(n *int64, delta int64) *int64 {
	if n == nil {
		return nil
	}
	sum := *n + delta
	return &sum
}

// column gives the year and phase that a column of a book of a year is about.
func column(year string, i int) (string, Phase) {
	switch i {
	case 0:
		return shift(year, -2), Actual
	case 1:
		return shift(year, -1), Original
	case 2:
		return shift(year, -1), Revised
	}
	return year, Original
}

// decide sets what officers decided over what papers say; the newest decision counts.
func (b *Book) decide(figures []decided) {
	newest := map[string]*money.Decimal{}
	for _, f := range figures {
		newest[figureKey(f.kind, f.code, f.year, f.phase)] = f.thousands
	}
	over := func(kind LineKind, code string, columns *Columns, millions bool) {
		list := columns.list()
		for i := range list {
			year, phase := column(b.Year, i)
			d, ok := newest[figureKey(kind, code, year, phase)]
			if !ok {
				continue
			}
			if millions && d != nil {
				d = inMillions(*d)
			}
			list[i] = d
			b.Decided = append(b.Decided, string(kind)+"/"+code+"/"+columnNames()[i])
		}
		*columns = columnsOf(list)
	}
	for i := range b.Subheads {
		over(Subheads, b.Subheads[i].Code, &b.Subheads[i].Thousands, false)
	}
	for i := range b.Components {
		over(Components, b.Components[i].Code, &b.Components[i].Thousands, false)
	}
	for i := range b.Programmes {
		over(Programmes, b.Programmes[i].Number, &b.Programmes[i].Millions, true)
	}
	ceiling := Columns{Estimate: b.CeilingThousands}
	over(Ceilings, "", &ceiling, false)
	b.CeilingThousands = ceiling.Estimate
	for i := range b.Commitments {
		b.Commitments[i].decide(b, newest)
	}
}

// decide sets the revised spending that officers decided, and strikes the balance anew.
func (c *Commitment) decide(b *Book, newest map[string]*money.Decimal) {
	if d, ok := newest[figureKey(Items, c.Code, shift(b.Year, -1), Revised)]; ok {
		c.RevisedThousands = d
		b.Decided = append(b.Decided, string(Items)+"/"+c.Code+"/revised")
		c.BalanceThousands = nil
	}
	if c.BalanceThousands != nil || c.ApprovedThousands == nil || c.AccumulatedThousands == nil || c.RevisedThousands == nil {
		return
	}
	left, err1 := c.ApprovedThousands.Sub(*c.AccumulatedThousands)
	left, err2 := left.Sub(*c.RevisedThousands)
	if err1 == nil && err2 == nil {
		c.BalanceThousands = &left
	}
}

func figureKey(kind LineKind, code, year string, phase Phase) string {
	return string(kind) + "\x00" + code + "\x00" + year + "\x00" + string(phase)
}

// inMillions rounds thousands to a place of a million, half away from zero, as papers do.
func inMillions(thousands money.Decimal) *money.Decimal {
	d, err := thousands.Quo(money.Int(1000), 1)
	if err != nil {
		return nil
	}
	return &d
}
