package votes

import (
	"slices"
	"strconv"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// Book is every figure of a head and a financial year that its paper has, and that the next
// paper needs. Where Derived is true no paper was loaded for this year: the columns are last
// year's carried forward, with what officers decided since.
type Book struct {
	Head    string `json:"head"`
	Year    string `json:"year"`
	Source  string `json:"source"`  // where the figures come from, for people: "paper, version …"
	Derived bool   `json:"derived"` // carried forward from the year before
	// Invented marks figures that were made up for a demonstration.
	Invented    bool         `json:"invented"`
	Subheads    []Subhead    `json:"subheads"`
	Components  []Component  `json:"components"`
	Programmes  []Programme  `json:"programmes"`
	Commitments []Commitment `json:"commitments"`
	Posts       Posts        `json:"posts"`
	// CeilingThousands is the ceiling of the mid-point values of non-directorate posts.
	CeilingThousands *money.Decimal `json:"ceiling_thousands"`
	// Decided names the figures that officers decided here, as kind/code/column.
	Decided []string `json:"decided,omitempty"`
	// Restated names the columns (actual, original, revised) whose programmes a footnote of the
	// paper restates after a reorganisation or a transfer: they need not agree with the subheads.
	Restated []string `json:"restated,omitempty"`
}

// Columns are the four amounts of a paper for its year Y. nil: not known.
type Columns struct {
	Actual   *money.Decimal `json:"actual"`   // of Y−2
	Original *money.Decimal `json:"original"` // of Y−1, as approved
	Revised  *money.Decimal `json:"revised"`  // of Y−1
	Estimate *money.Decimal `json:"estimate"` // of Y
}

func (c Columns) list() [4]*money.Decimal {
	return [4]*money.Decimal{c.Actual, c.Original, c.Revised, c.Estimate}
}

func columnsOf(l [4]*money.Decimal) Columns { return Columns{l[0], l[1], l[2], l[3]} }

// Account is the account that a subhead stands in.
type Account string

// The accounts of the General Revenue Account's expenditure.
const (
	Operating Account = "operating" // 經營帳目
	Capital   Account = "capital"   // 非經營帳目
)

// Subhead is a spending line.
type Subhead struct {
	Code      string    `json:"code"`
	Name      lang.Text `json:"name"`
	Account   Account   `json:"account"`
	Group     lang.Text `json:"group"` // 經常開支, 非經常開支, 機器、設備及工程
	Thousands Columns   `json:"thousands"`
}

// Component is a part of subhead 000. Papers give no codes: an empty one is made of the name.
type Component struct {
	Code      string    `json:"code"`
	Group     lang.Text `json:"group"` // 個人薪酬 …
	Name      lang.Text `json:"name"`
	Thousands Columns   `json:"thousands"`
}

// Programme is a programme's provision, in millions as papers print it, with one place.
type Programme struct {
	Number   string    `json:"number"`
	Name     lang.Text `json:"name"`
	Millions Columns   `json:"millions"`
}

// Commitment is an item of subhead 700 as a paper has it: Approved − Accumulated − Revised =
// Balance. Accumulated is at the 31 March that ends year Y−2, Revised of year Y−1.
type Commitment struct {
	Code                 string         `json:"code"`
	Subhead              string         `json:"subhead"` // 700 when empty
	Name                 lang.Text      `json:"name"`
	ApprovedThousands    *money.Decimal `json:"approved_thousands"`
	AccumulatedThousands *money.Decimal `json:"accumulated_thousands"`
	RevisedThousands     *money.Decimal `json:"revised_thousands"`
	BalanceThousands     *money.Decimal `json:"balance_thousands"`
	Note                 lang.Text      `json:"note"`
}

// Posts are the posts at the two 31 Marches that enclose year Y. nil: not known.
type Posts struct {
	NonDirectorateBefore *int64      `json:"non_directorate_before"`
	NonDirectorateAfter  *int64      `json:"non_directorate_after"`
	DirectorateBefore    *int64      `json:"directorate_before"`
	DirectorateAfter     *int64      `json:"directorate_after"`
	NetChange            []NetChange `json:"net_change"` // of programmes that change
}

// NetChange is how many posts a programme gains (or loses) in the year.
type NetChange struct {
	Programme string `json:"programme"`
	Change    int64  `json:"change"`
}

// ProvisionCheck sets programmes beside subheads in one column.
type ProvisionCheck struct {
	Column              string         `json:"column"` // actual, original, revised, estimate
	ProgrammesThousands *money.Decimal `json:"programmes_thousands"`
	SubheadsThousands   *money.Decimal `json:"subheads_thousands"`
	DifferenceThousands *money.Decimal `json:"difference_thousands"`
	// Agrees says whether the difference can be rounding of programmes printed to a place of a
	// million.
	Agrees bool `json:"agrees"`
	// Restated says that a footnote of the paper explains a difference.
	Restated bool `json:"restated,omitempty"`
}

// columnNames name the four columns.
func columnNames() []string { return []string{"actual", "original", "revised", "estimate"} }

// Provision compares the sum of the programmes with that of the subheads, column by column.
// Where either is not known in full, there is nothing to compare and no difference.
func (b Book) Provision() (out []ProvisionCheck) {
	for i, name := range columnNames() {
		c := ProvisionCheck{Column: name, Restated: slices.Contains(b.Restated, name)}
		var band money.Interval
		whole := len(b.Programmes) > 0
		for _, p := range b.Programmes {
			d := p.Millions.list()[i]
			if d == nil {
				whole = false
				break
			}
			r, err := d.Rounding()
			if err == nil {
				r, err = r.Shift(3)
			}
			if err == nil {
				band, err = band.Add(r)
			}
			var t money.Decimal
			if err == nil {
				t, err = d.Shift(3)
			}
			if err == nil {
				c.ProgrammesThousands, err = sumInto(c.ProgrammesThousands, t)
			}
			whole = whole && err == nil
		}
		if !whole {
			c.ProgrammesThousands = nil
		}
		c.SubheadsThousands = total(b.Subheads, func(s Subhead) *money.Decimal { return s.Thousands.list()[i] })
		if c.ProgrammesThousands != nil && c.SubheadsThousands != nil {
			if d, err := c.ProgrammesThousands.Sub(*c.SubheadsThousands); err == nil {
				c.DifferenceThousands = &d
				c.Agrees = band.Contains(*c.SubheadsThousands)
			}
		}
		out = append(out, c)
	}
	return out
}

// total adds figures; nil when there is none or one is not known.
func total[T any](list []T, of func(T) *money.Decimal) (sum *money.Decimal) {
	for _, x := range list {
		d := of(x)
		if d == nil {
			return nil
		}
		var err error
		if sum, err = sumInto(sum, *d); err != nil {
			return nil
		}
	}
	return sum
}

func sumInto(sum *money.Decimal, d money.Decimal) (*money.Decimal, error) {
	if sum == nil {
		return &d, nil
	}
	s, err := sum.Add(d)
	return &s, err
}

// faults lists what is wrong with a book by itself: what LoadBook refuses.
func (b Book) faults() (out []string) {
	bad := func(what, code string) { out = append(out, what+" "+code) }
	if !headForm.MatchString(b.Head) {
		bad("head", b.Head)
	}
	if _, err := parseYear(b.Year); err != nil {
		bad("year", b.Year)
	}
	for _, name := range b.Restated {
		if !slices.Contains(columnNames(), name) {
			bad("restated", name)
		}
	}
	seen := map[string]bool{}
	for _, l := range b.lines() {
		key := string(l.Kind) + "/" + l.Code
		form := codeForm
		if l.Kind == Components {
			form = componentForm
		}
		if l.Kind != Ceilings && !form.MatchString(l.Code) {
			bad("code", key)
		}
		if seen[key] {
			bad("twice", key)
		}
		seen[key] = true
		for i, d := range l.Columns {
			if d == nil || l.Kind == Programmes {
				continue
			}
			if _, err := CentsOfThousands(*d); err != nil {
				bad("amount", key+"/"+strconv.Itoa(i))
			}
		}
	}
	for _, c := range b.Commitments {
		if ok, known := c.balances(); known && !ok {
			bad("balance", c.Code)
		}
	}
	return out
}

// balances reports whether the identity of a commitment holds, and whether all four are known.
func (c Commitment) balances() (ok, known bool) {
	if c.ApprovedThousands == nil || c.AccumulatedThousands == nil || c.RevisedThousands == nil || c.BalanceThousands == nil {
		return false, false
	}
	d, err1 := c.ApprovedThousands.Sub(*c.AccumulatedThousands)
	e, err2 := d.Sub(*c.RevisedThousands)
	return err1 == nil && err2 == nil && e.Cmp(*c.BalanceThousands) == 0, true
}

// lines are the rows of a book as the store keeps them.
func (b Book) lines() (out []line) {
	for _, s := range b.Subheads {
		out = append(out, line{Kind: Subheads, Code: s.Code, Account: string(s.Account), Group: s.Group, Name: s.Name, Columns: s.Thousands.list()})
	}
	for _, c := range b.Components {
		code := c.Code
		if code == "" {
			code = ComponentCode(c.Name)
		}
		out = append(out, line{Kind: Components, Code: code, Within: Recurrent, Group: c.Group, Name: c.Name, Columns: c.Thousands.list()})
	}
	for _, p := range b.Programmes {
		out = append(out, line{Kind: Programmes, Code: p.Number, Name: p.Name, Columns: p.Millions.list()})
	}
	for _, c := range b.Commitments {
		subhead := c.Subhead
		if subhead == "" {
			subhead = CommitmentSubhead
		}
		out = append(out, line{
			Kind: Items, Code: c.Code, Within: subhead, Name: c.Name, Note: c.Note,
			Columns: [4]*money.Decimal{c.ApprovedThousands, c.AccumulatedThousands, c.RevisedThousands, c.BalanceThousands},
		})
	}
	if b.CeilingThousands != nil {
		out = append(out, line{Kind: Ceilings, Columns: [4]*money.Decimal{nil, nil, nil, b.CeilingThousands}})
	}
	return out
}

// put sets a row of the store into the book.
func (b *Book) put(l line) {
	switch l.Kind {
	case Subheads:
		b.Subheads = append(b.Subheads, Subhead{l.Code, l.Name, Account(l.Account), l.Group, columnsOf(l.Columns)})
	case Components:
		b.Components = append(b.Components, Component{l.Code, l.Group, l.Name, columnsOf(l.Columns)})
	case Programmes:
		b.Programmes = append(b.Programmes, Programme{l.Code, l.Name, columnsOf(l.Columns)})
	case Items:
		b.Commitments = append(b.Commitments, Commitment{l.Code, l.Within, l.Name, l.Columns[0], l.Columns[1], l.Columns[2], l.Columns[3], l.Note})
	case Ceilings:
		b.CeilingThousands = l.Columns[3]
	}
}
