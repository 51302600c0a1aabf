package performance

import (
	"slices"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/subsystems/performance/votes"
)

// lineName is what a line that papers print in Chinese is called in English, and the code that it
// always has.
type lineName struct{ English, Code string }

func lineNames() (map[string]lineName, error) {
	all, err := rows(seedFiles, "seed/lines.csv")
	out := map[string]lineName{}
	for _, r := range all {
		out[squeeze(r["tc"])] = lineName{r["en"], r["code"]}
	}
	return out, err
}

// Book is the paper's money and posts, as the votes keep them.
func (p Paper) Book() (votes.Book, error) {
	names, err := lineNames()
	if err != nil {
		return votes.Book{}, err
	}
	b := bookOf{Book: votes.Book{Head: p.Head, Year: p.Year, Source: p.Year}, names: names}
	for _, f := range p.Facts {
		b.take(f)
	}
	for _, x := range p.provisions() {
		if x.Programme == "" && x.Moved && slices.Contains([]string{"actual", "original", "revised"}, x.Role) && !slices.Contains(b.Restated, x.Role) {
			b.Restated = append(b.Restated, x.Role)
		}
	}
	return b.Book, nil
}

type bookOf struct {
	votes.Book
	names map[string]lineName
}

func (b *bookOf) name(tc string) lang.Text {
	return lang.Text{TC: tc, EN: b.names[squeeze(tc)].English}
}

// phase finds the column of four in which a figure stands.
func phase(c *votes.Columns, column string) **money.Decimal {
	_, role, _ := strings.Cut(column, " ")
	switch role {
	case "actual":
		return &c.Actual
	case "original":
		return &c.Original
	case "revised":
		return &c.Revised
	case "estimate":
		return &c.Estimate
	}
	return nil
}

func (b *bookOf) take(f Fact) {
	if f.Value == nil || f.Total != "" && f.Kind != "ceiling" {
		return
	}
	switch {
	case f.Kind == "subhead":
		b.subhead(f)
	case f.Kind == "expense":
		b.component(f)
	case f.Kind == "commitment":
		b.commitment(f)
	case f.Kind == "provision" && f.Table == "analysis":
		b.programme(f)
	case f.Kind == "posts":
		b.posts(f)
	case f.Kind == "ceiling" && f.Unit == "元":
		if d, err := f.Value.Quo(money.Int(1000), 0); err == nil {
			b.CeilingThousands = &d
		}
	case f.Kind == "ceiling" && b.CeilingThousands == nil && f.Unit == "億元":
		if d, err := f.Value.Shift(5); err == nil {
			if d, err = d.At(0); err == nil {
				b.CeilingThousands = &d
			}
		}
	}
}

func (b *bookOf) subhead(f Fact) {
	account, group, _ := strings.Cut(f.Group, "/")
	if f.Code == "" {
		f.Code = b.names[squeeze(f.Name)].Code // its cell was lost; its name says it
	}
	if f.Code == "" {
		return
	}
	at := slices.IndexFunc(b.Subheads, func(s votes.Subhead) bool { return s.Code == f.Code })
	if at < 0 {
		s := votes.Subhead{Code: f.Code, Name: b.name(f.Name), Account: votes.Operating, Group: b.name(group)}
		if account == "非經營帳目" {
			s.Account = votes.Capital
		}
		b.Subheads = append(b.Subheads, s)
		at = len(b.Subheads) - 1
	}
	if c := phase(&b.Subheads[at].Thousands, f.Column); c != nil {
		*c = f.Value
	}
}

func (b *bookOf) component(f Fact) {
	if f.Row == "total" {
		return
	}
	at := slices.IndexFunc(b.Components, func(c votes.Component) bool { return c.Name.TC == f.Name && c.Group.TC == f.Group })
	if at < 0 {
		b.Components = append(b.Components, votes.Component{Group: b.name(f.Group), Name: b.name(f.Name)})
		at = len(b.Components) - 1
	}
	if c := phase(&b.Components[at].Thousands, f.Column); c != nil {
		*c = f.Value
	}
}

func (b *bookOf) programme(f Fact) {
	if f.Code == "" {
		return
	}
	at := slices.IndexFunc(b.Programmes, func(p votes.Programme) bool { return p.Number == f.Code })
	if at < 0 {
		_, name, _ := strings.Cut(f.Row, " ")
		b.Programmes = append(b.Programmes, votes.Programme{Number: f.Code, Name: lang.Text{TC: name}})
		at = len(b.Programmes) - 1
	}
	if c := phase(&b.Programmes[at].Millions, f.Column); c != nil {
		*c = f.Value
	}
}

func (b *bookOf) commitment(f Fact) {
	if f.Code == "" {
		return
	}
	at := slices.IndexFunc(b.Commitments, func(c votes.Commitment) bool { return c.Code == f.Code })
	if at < 0 {
		b.Commitments = append(b.Commitments, votes.Commitment{Code: f.Code, Subhead: f.Group, Name: b.name(f.Name)})
		at = len(b.Commitments) - 1
	}
	c := &b.Commitments[at]
	switch {
	case f.Column == "approved":
		c.ApprovedThousands = f.Value
	case f.Column == "accumulated":
		c.AccumulatedThousands = f.Value
	case f.Column == "balance":
		c.BalanceThousands = f.Value
	case strings.HasSuffix(f.Column, " revised"):
		c.RevisedThousands = f.Value
	}
}

func (b *bookOf) posts(f Fact) {
	n := f.Value.Coef()
	before := f.Column == "at "+b.Year[:4]+"-03-31"
	after := strings.HasPrefix(f.Column, "at ") && !before
	set := func(first, last **int64) {
		switch {
		case before:
			*first = &n
		case after:
			*last = &n
		}
	}
	switch {
	case f.Row == "non-directorate":
		set(&b.Posts.NonDirectorateBefore, &b.Posts.NonDirectorateAfter)
	case f.Row == "directorate":
		set(&b.Posts.DirectorateBefore, &b.Posts.DirectorateAfter)
	case f.Group == "programme" && strings.HasSuffix(f.Column, " change"):
		b.Posts.NetChange = append(b.Posts.NetChange, votes.NetChange{Programme: f.Code, Change: n})
	}
}
