package votes

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/db"
)

// SubheadView is a subhead in its year: what it was given, what it spent, what it will spend.
type SubheadView struct {
	Head       string          `json:"head"`
	Year       string          `json:"year"`
	Code       string          `json:"code"`
	Name       lang.Text       `json:"name"`
	Account    Account         `json:"account"`
	Group      lang.Text       `json:"group"`
	Original   *Cents          `json:"original"`  // of the year, as approved
	Revised    *Cents          `json:"revised"`   // of the year, as officers decided
	Provision  Cents           `json:"provision"` // with virements and supplements
	Months     []MonthFigure   `json:"months"`
	Spent      *Cents          `json:"spent"`    // to date; nil: the journal has nothing of this year
	Forecast   *Forecast       `json:"forecast"` // nil: nothing is spent or planned
	Variance   *Cents          `json:"variance"` // forecast less provision
	Explained  string          `json:"explanation,omitempty"`
	Unanswered bool            `json:"explanation_wanted"`
	Components []ComponentView `json:"components,omitempty"`
}

// total is the forecast of the year; nil: none.
func (v SubheadView) total() *Cents {
	if v.Forecast == nil {
		return nil
	}
	return &v.Forecast.Total
}

// ComponentView is a component in its year.
type ComponentView struct {
	Code      string    `json:"code"`
	Group     lang.Text `json:"group"`
	Name      lang.Text `json:"name"`
	Original  *Cents    `json:"original"`
	Revised   *Cents    `json:"revised"`
	Provision Cents     `json:"provision"`
	Spent     *Cents    `json:"spent"`
}

// Overview is a head in a year.
type Overview struct {
	Head     string           `json:"head"`
	Year     string           `json:"year"`
	Years    []string         `json:"years"`
	Book     Book             `json:"-"`
	Subheads []SubheadView    `json:"subheads"`
	Items    []Item           `json:"items"`
	Checks   []ProvisionCheck `json:"checks"`
	Periods  []Period         `json:"periods"`
	// Refunds is what came back in the year of earlier years' spending, and is revenue.
	Refunds Cents `json:"refunds"`
}

// Overview gives a head in a year with all its subheads. An empty year is the newest.
func (s *Service) Overview(ctx context.Context, head, year string) (o Overview, err error) {
	return o, s.read(ctx, head, func(tx *db.Tx) error {
		o, err = overviewOf(tx, head, year)
		return err
	})
}

func overviewOf(tx *db.Tx, head, year string) (o Overview, err error) {
	o.Head = head
	if o.Years, err = bookYears(tx, head); err != nil {
		return o, err
	}
	if len(o.Years) == 0 {
		return o, fault.New(fault.NotFound, "votes.fault.no-book")
	}
	if year == "" {
		year = o.Years[len(o.Years)-1]
	}
	o.Year = year
	if o.Book, err = bookOf(tx, head, year); err != nil {
		return o, err
	}
	if o.Subheads, err = subheadViews(tx, o.Book); err != nil {
		return o, err
	}
	if o.Items, err = itemsOf(tx, head); err != nil {
		return o, err
	}
	o.Checks = o.Book.Provision()
	if o.Refunds, err = balance(tx, head, accountRevenue, year); err != nil {
		return o, err
	}
	o.Periods, err = periodsOf(tx, head, year)
	return o, err
}

// Subhead gives one subhead in a year, with its components.
func (s *Service) Subhead(ctx context.Context, head, year, code string) (v SubheadView, err error) {
	o, err := s.Overview(ctx, head, year)
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(o.Subheads, func(v SubheadView) bool { return v.Code == code })
	if i < 0 {
		return v, fault.New(fault.NotFound, "votes.fault.no-subhead")
	}
	return o.Subheads[i], nil
}

// yearFacts are what the views of a year are made of.
type yearFacts struct {
	tx       *db.Tx
	book     Book
	accounts map[accountKey]Cents
	spent    []spentLine
	figures  []decided
	rules    Rules
	now      Month
}

func subheadViews(tx *db.Tx, b Book) (out []SubheadView, err error) {
	f := yearFacts{tx: tx, book: b, now: MonthOf(tx.Now().Day())}
	if f.accounts, err = balances(tx, b.Head, b.Year); err != nil {
		return nil, err
	}
	if f.spent, err = spentByMonth(tx, b.Head, b.Year); err != nil {
		return nil, err
	}
	if f.figures, err = figuresOf(tx, b.Head); err != nil {
		return nil, err
	}
	if f.rules, err = rulesOf(tx); err != nil {
		return nil, err
	}
	for _, x := range b.Subheads {
		v, err := f.subhead(x)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (f *yearFacts) subhead(x Subhead) (SubheadView, error) {
	v := SubheadView{
		Head: f.book.Head, Year: f.book.Year, Code: x.Code, Name: x.Name, Account: x.Account, Group: x.Group,
		Original: cents(x.Thousands.Estimate),
	}
	var why string
	v.Revised, why = f.revised(Subheads, x.Code)
	plans, err := plansOf(f.tx, v.Head, Subheads, x.Code, v.Year)
	if err != nil {
		return v, err
	}
	for _, m := range MonthsOf(v.Year) {
		figure := MonthFigure{Month: m}
		if len(f.spent) > 0 {
			var actual Cents
			for _, l := range f.spent {
				if l.Subhead == x.Code && l.Month == m {
					actual += l.Cents
				}
			}
			figure.Actual = &actual
		}
		for _, p := range plans {
			if p.Month == m {
				figure.Plan = &p.Cents
			}
		}
		v.Months = append(v.Months, figure)
	}
	free := f.accounts[accountKey{freeAccount(x.Code, ""), v.Year}]
	expected := v.Revised
	spent := Cents(0)
	for _, m := range v.Months {
		spent += orZero(m.Actual)
	}
	v.Provision = free + spent
	if len(f.spent) > 0 {
		v.Spent = &spent
	}
	if expected == nil {
		expected = &v.Provision
	}
	v.Explained = why
	if v.Spent != nil || len(plans) > 0 {
		outlook := forecast(v.Months, f.now, expected)
		variance := outlook.Total - v.Provision
		v.Forecast, v.Variance = &outlook, &variance
		v.Unanswered = why == "" && f.rules.explains(v.Head, x.Code, v.Year, v.Provision.Thousands(), outlook.Total.Thousands())
	}
	if x.Code == Recurrent {
		v.Components = f.components()
	}
	return v, nil
}

func (f *yearFacts) components() (out []ComponentView) {
	for _, c := range f.book.Components {
		v := ComponentView{Code: c.Code, Group: c.Group, Name: c.Name, Original: cents(c.Thousands.Estimate)}
		v.Revised, _ = f.revised(Components, c.Code)
		var spent Cents
		for _, l := range f.spent {
			if l.Component == c.Code {
				spent += l.Cents
			}
		}
		v.Provision = f.accounts[accountKey{freeAccount(Recurrent, c.Code), f.book.Year}] + spent
		if len(f.spent) > 0 {
			v.Spent = &spent
		}
		out = append(out, v)
	}
	return out
}

// revised is the revised estimate of the book's own year, which the next paper will print, and
// the explanation that came with it.
func (f *yearFacts) revised(kind LineKind, code string) (out *Cents, why string) {
	for _, d := range f.figures {
		if d.kind == kind && d.code == code && d.year == f.book.Year && d.phase == Revised {
			out, why = cents(d.thousands), d.why
		}
	}
	return out, why
}

func cents(thousands *money.Decimal) *Cents {
	if thousands == nil {
		return nil
	}
	c, err := CentsOfThousands(*thousands)
	if err != nil {
		return nil
	}
	return &c
}

// Commitment gives an item of a head with its series through the years.
func (s *Service) Commitment(ctx context.Context, head, code string) (v CommitmentView, err error) {
	return v, s.read(ctx, head, func(tx *db.Tx) error {
		v = CommitmentView{Head: head}
		if v.Item, err = itemByCode(tx, head, code); err != nil {
			if fault.Is(err, fault.NotFound) {
				return fault.New(fault.NotFound, "votes.fault.no-item")
			}
			return err
		}
		v.Series, err = seriesOf(tx, head, code)
		return err
	})
}

// Series gives an item through the years: what each paper says, what was paid, what is planned.
func (s *Service) Series(ctx context.Context, head, code string) ([]ItemPoint, error) {
	v, err := s.Commitment(ctx, head, code)
	return v.Series, err
}

func seriesOf(tx *db.Tx, head, code string) ([]ItemPoint, error) {
	byYear := map[string]*ItemPoint{}
	point := func(year string) *ItemPoint {
		if byYear[year] == nil {
			byYear[year] = &ItemPoint{Year: year}
		}
		return byYear[year]
	}
	lines, err := itemLines(tx, head, code)
	if err != nil {
		return nil, err
	}
	for i, l := range lines {
		var b Book
		b.put(l.line)
		p := point(l.Year)
		p.Paper = &b.Commitments[0]
		p.Break = i > 0 && !sameName(lines[i-1].Name, l.Name)
	}
	paid, err := spentByYear(tx, head, code)
	if err != nil {
		return nil, err
	}
	for year, c := range paid {
		point(year).Paid = &c
	}
	plans, err := plansOf(tx, head, Items, code, "")
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		point(p.Year).Plan = &p.Cents
	}
	out := make([]ItemPoint, 0, len(byYear))
	for _, p := range byYear {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b ItemPoint) int { return strings.Compare(a.Year, b.Year) })
	return out, nil
}

// Commitments lists the items of a head.
func (s *Service) Commitments(ctx context.Context, head string) (out []Item, err error) {
	return out, s.read(ctx, head, func(tx *db.Tx) error {
		out, err = itemsOf(tx, head)
		return err
	})
}

// RankCount is how many posts of a rank there are.
type RankCount struct {
	Rank
	Posts     int64            `json:"posts"`
	Programme map[string]int64 `json:"programmes"`
	Value     Cents            `json:"value"` // at the mid-point of the year
}

// Staffing is a head's establishment on a day.
type Staffing struct {
	Head    string      `json:"head"`
	Day     when.Day    `json:"day"`
	Year    string      `json:"year"`
	Known   bool        `json:"known"` // whether posts by rank were entered
	Ranks   []RankCount `json:"ranks"`
	Value   Cents       `json:"value"` // of non-directorate posts
	Ceiling *Cents      `json:"ceiling"`
	Paper   *Posts      `json:"paper"`   // what the year's paper says
	Counted *Posts      `json:"counted"` // the same by rank; nil where they were not entered
	// Invented says that ranks of a demonstration are among them.
	Invented bool         `json:"invented,omitempty"`
	Changes  []PostChange `json:"changes"`
	Net      []NetChange  `json:"net_change"`
}

// Staffing gives the posts of a head by rank on a day; the zero day is today.
func (s *Service) Staffing(ctx context.Context, head string, day when.Day) (out Staffing, err error) {
	return out, s.read(ctx, head, func(tx *db.Tx) error {
		out, err = staffingOf(tx, head, day)
		return err
	})
}

func staffingOf(tx *db.Tx, head string, day when.Day) (Staffing, error) {
	if day.IsZero() {
		day = tx.Now().Day()
	}
	v := Staffing{Head: head, Day: day, Year: day.FinancialYear().String()}
	all, err := establishmentOf(tx, head)
	if err != nil {
		return v, err
	}
	ranks, err := ranksOf(tx)
	if err != nil {
		return v, err
	}
	limits, err := ceilings(tx, head)
	if err != nil {
		return v, err
	}
	if c, ok := limits[v.Year]; ok {
		v.Ceiling = &c
	}
	b, found, err := loadedBook(tx, head, v.Year)
	if err != nil {
		return v, err
	}
	if found {
		v.Paper = &b.Posts
	}
	v.Known, v.Value = all.known(day), all.value(day, ranks)
	v.Ranks = countRanks(all, ranks, day)
	v.Invented = slices.ContainsFunc(v.Ranks, func(r RankCount) bool { return r.Invented })
	v.Counted = all.counted(day.FinancialYear(), ranks)
	for _, c := range all {
		if c.Day.FinancialYear() == day.FinancialYear() {
			v.Changes = append(v.Changes, c)
		}
	}
	for programme, n := range all.net(day.FinancialYear()) {
		v.Net = append(v.Net, NetChange{programme, n})
	}
	slices.SortFunc(v.Net, func(a, b NetChange) int { return strings.Compare(a.Programme, b.Programme) })
	return v, nil
}

func countRanks(all Establishment, ranks Ranks, day when.Day) []RankCount {
	byRank := map[string]*RankCount{}
	for p, n := range all.at(day) {
		c := byRank[p.rank]
		if c == nil {
			r, _ := ranks.on(p.rank, firstDay(day.FinancialYear()))
			c = &RankCount{Rank: r, Programme: map[string]int64{}}
			c.Code = p.rank
			byRank[p.rank] = c
		}
		c.Posts += n
		c.Programme[p.programme] += n
		c.Value = Cents(c.Posts * c.MidpointDollars * 100)
	}
	out := make([]RankCount, 0, len(byRank))
	for _, c := range byRank {
		if c.Posts != 0 {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b RankCount) int {
		if a.MidpointDollars != b.MidpointDollars {
			return int(min(max(b.MidpointDollars-a.MidpointDollars, -1), 1))
		}
		return strings.Compare(a.Code, b.Code)
	})
	return out
}
