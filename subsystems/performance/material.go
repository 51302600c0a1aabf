package performance

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/performance/papers"
	"praya/subsystems/performance/votes"
)

// Material is what the next paper of a head is drafted from: last year's words, what was done
// with its promises, measures, money and posts. It is how the papers want it (papers.Material).
func (s *Service) Material(ctx context.Context, head, year string) (papers.Sheet, error) {
	if err := s.mayRead(ctx); err != nil {
		return papers.Sheet{}, err
	}
	y, err := when.ParseFinancialYear(year)
	if err != nil {
		return papers.Sheet{}, wrong("year", "period-financial")
	}
	book, err := s.Votes.Book(ctx, head, year)
	if err != nil {
		return papers.Sheet{}, err
	}
	rules, err := s.Votes.Rules(ctx)
	if err != nil {
		return papers.Sheet{}, err
	}
	var out papers.Sheet
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		m := drafting{tx: tx, year: y, book: book, rules: rules}
		out, err = m.sheet(head)
		return err
	})
	return out, err
}

// drafting is one sheet on its way.
type drafting struct {
	tx    *db.Tx
	year  when.FinancialYear
	book  votes.Book
	rules votes.Rules
	last  string // the newest paper before this one
	front Front
}

func (d *drafting) sheet(head string) (out papers.Sheet, err error) {
	all, err := years(d.tx, head)
	if err != nil {
		return out, err
	}
	title := lang.Text{}
	for _, y := range all {
		if y.Year <= d.year.String() {
			title = y.Name
		}
		if y.Year < d.year.String() {
			d.last = y.Year
		}
	}
	if d.last == "" {
		return out, notFound("paper")
	}
	if d.front, err = frontOf(d.tx, head, d.last); err != nil {
		return out, err
	}
	out = papers.Sheet{
		Head: head, Year: d.year.String(), Title: title, Office: d.front.Office, Officer: d.front.Officer, Invented: d.book.Invented,
		Area: papers.PolicyArea{Number: d.front.Area, Name: d.front.AreaName, Secretary: d.front.Secretary},
	}
	if out.Programmes, err = d.programmes(head); err != nil {
		return out, err
	}
	d.money(&out)
	d.posts(&out)
	return out, nil
}

func (d *drafting) programmes(head string) ([]papers.Programme, error) {
	cut, err := programmes(d.tx, head)
	if err != nil {
		return nil, err
	}
	items, err := outlooks(d.tx, head, d.last)
	if err != nil {
		return nil, err
	}
	known, err := measured(d.tx, head)
	if err != nil {
		return nil, err
	}
	var out []papers.Programme
	for _, p := range cut {
		if p.Year != d.last {
			continue
		}
		x := papers.Programme{Number: p.Number, Name: p.Name, Aim: d.front.Aims[p.Number], Description: d.front.Description[p.Number]}
		x.Done, x.Ahead = d.items(p.Number, items)
		x.Owner = d.front.Officer.TC
		for _, m := range known {
			if m.Head == head && m.Programme == p.Number && m.State != MeasureEnded {
				d.measure(&x, m)
			}
		}
		for _, b := range d.book.Programmes {
			if b.Number == p.Number {
				x.Provision = amounts(b.Millions)
			}
		}
		for _, n := range d.book.Posts.NetChange {
			if n.Programme == p.Number {
				x.NetPosts = int(n.Change)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// items are what last year's promises become: what was worked on is reported, and what is still
// open is promised again.
func (d *drafting) items(programme string, all []Outlook) (reported, ahead []papers.Item) {
	for _, o := range all {
		if o.Programme != programme || o.Part != ToDo || o.Unprinted || o.State == Dropped {
			continue
		}
		if o.State == UnderWay || o.State == Finished {
			reported = append(reported, papers.Item{ID: string(o.ID), Words: o.phrase()})
		}
		if o.State.Open() {
			ahead = append(ahead, papers.Item{ID: string(o.ID), Words: goOn(o.phrase())})
		}
	}
	return reported, ahead
}

// phrase is an item's words without what ends a line of a list.
func (i Initiative) phrase() lang.Text {
	t := i.Title
	if i.Printed != "" {
		t.TC = i.Printed
	}
	t.TC = strings.TrimSuffix(strings.TrimRight(t.TC, "；。"), "；以及")
	t.TC = strings.TrimRight(strings.TrimSuffix(t.TC, "以及"), "；。")
	return t
}

// goOn says that something is carried on, once.
func goOn(t lang.Text) lang.Text {
	if !strings.HasPrefix(t.TC, "繼續") {
		t.TC = "繼續" + t.TC
	}
	return t
}

// measure adds a measure to its table: what a calendar year's columns are, and a financial one's.
func (d *drafting) measure(x *papers.Programme, m Measured) {
	name, unit := unitApart(m.Name, m.Unit)
	y := int(d.year)
	at := func(period string, roles ...Role) papers.Figure {
		var out papers.Figure
		for _, role := range roles {
			for _, v := range newest(m.Values) {
				if v.Period == period && v.Role == role && out.Value == nil {
					out = papers.Known(v.Value)
				}
			}
		}
		return out
	}
	plan := func(period string, roles ...Role) papers.Figure {
		if f := at(period, roles...); f.Value != nil {
			return f
		}
		for _, role := range roles { // nobody has planned the year yet: the last plan stands
			if v, ok := m.Latest(role); ok {
				return papers.Known(v.Value)
			}
		}
		return papers.Figure{}
	}
	switch {
	case m.Kind == Target:
		t := papers.Target{ID: string(m.ID), Name: name, Unit: unit, Before: at(itoa(y-2), Actual), Last: at(itoa(y-1), Actual), Plan: plan(itoa(y), Plan, Estimate)}
		if m.Target != nil {
			t.Target = papers.Known(*m.Target)
		}
		x.Targets = append(x.Targets, t)
	case m.Period == Financial:
		x.Financial = append(x.Financial, papers.Indicator{
			ID: string(m.ID), Name: name, Unit: unit, Before: at((d.year - 2).String(), Actual),
			Last: at((d.year - 1).String(), Revised, Estimate), Coming: plan(d.year.String(), Estimate, Plan),
		})
	default:
		x.Indicators = append(x.Indicators, papers.Indicator{
			ID: string(m.ID), Name: name, Unit: unit, Before: at(itoa(y-2), Actual), Last: at(itoa(y-1), Actual), Coming: plan(itoa(y), Estimate, Plan),
		})
	}
}

// unitApart takes the unit that papers print behind a name off it.
func unitApart(name lang.Text, unit string) (lang.Text, lang.Text) {
	if unit == "" {
		return name, lang.Text{}
	}
	english := unit
	if unit == "百萬元" {
		english = "$ million"
	}
	name.TC = strings.TrimSpace(strings.TrimSuffix(name.TC, "("+unit+")"))
	name.EN = strings.TrimSpace(strings.TrimSuffix(name.EN, "("+english+")"))
	return name, lang.Text{TC: unit, EN: english}
}

func amounts(c votes.Columns) (out papers.Amounts) {
	for i, d := range []*money.Decimal{c.Actual, c.Original, c.Revised, c.Estimate} {
		out[i] = papers.Figure{Value: d}
	}
	return out
}

// kinds of subhead by what papers call them.
func kindOf(group string) string {
	switch group {
	case "經常開支":
		return papers.Recurrent
	case "非經常開支":
		return papers.NonRecurrent
	case "資助金":
		return papers.Subventions
	}
	return papers.Plant
}

func (d *drafting) money(out *papers.Sheet) {
	for _, x := range d.book.Subheads {
		account := papers.Operating
		if x.Account == votes.Capital {
			account = papers.Capital
		}
		line := papers.Subhead{
			Code: x.Code, Name: x.Name, Account: account, Kind: kindOf(x.Group.TC), Amounts: amounts(x.Thousands), Owner: d.front.Officer.TC,
		}
		if from, to, known := d.rules.Limits(out.Head, x.Code, out.Year); known {
			line.Each = &papers.Limits{From: from, To: to}
		}
		out.Subheads = append(out.Subheads, line)
	}
	for _, x := range d.book.Components {
		out.Components = append(out.Components, papers.Component{Group: x.Group, Name: x.Name, Amounts: amounts(x.Thousands)})
	}
	for _, x := range d.book.Commitments {
		out.Commitments = append(out.Commitments, papers.Commitment{
			Subhead: x.Subhead, Item: x.Code, Name: x.Name, Approved: papers.Figure{Value: x.ApprovedThousands},
			Accumulated: papers.Figure{Value: x.AccumulatedThousands}, Revised: papers.Figure{Value: x.RevisedThousands}, Balance: papers.Figure{Value: x.BalanceThousands},
		})
	}
	slices.SortStableFunc(out.Commitments, func(a, b papers.Commitment) int { return strings.Compare(a.Item, b.Item) })
}

func (d *drafting) posts(out *papers.Sheet) {
	count := func(n *int64) int {
		if n == nil {
			return 0
		}
		return int(*n)
	}
	p := d.book.Posts
	out.Posts = papers.Posts{
		NonDirectorateFrom: count(p.NonDirectorateBefore), NonDirectorateTo: count(p.NonDirectorateAfter),
		DirectorateFrom: count(p.DirectorateBefore), DirectorateTo: count(p.DirectorateAfter),
	}
	if d.book.CeilingThousands != nil {
		out.Posts.Ceiling = *d.book.CeilingThousands
	}
}
