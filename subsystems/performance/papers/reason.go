package papers

import (
	"sort"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// An Ask is a change that needs a reason, and of whom it is asked.
type Ask struct {
	Place  string // where the reason is written
	Row    lang.Text
	Number string // of the programme or subhead
	Owner  string
	Change money.Decimal // in millions for a programme, in thousands for a subhead
	Unit   string        // million or thousand
	Share  *money.Decimal
	Given  bool
}

// Asks lists every change over the threshold of which the paper gives the
// reason: of programmes, and of the subheads that the details speak about.
func Asks(s Sheet, t Threshold) []Ask {
	var out []Ask
	for _, p := range s.Programmes {
		now, before := p.Provision[Estimate].amount(), p.Provision[Revised].amount()
		if a, over := t.over(now, before, 0); over {
			a.Place, a.Row, a.Number, a.Owner, a.Unit = "programme/"+p.Number+"/reason", p.Name, p.Number, p.Owner, "million"
			a.Given = given(p.Reason)
			out = append(out, a)
		}
	}
	for _, h := range s.Subheads {
		now, before := h.Amounts[Estimate].amount(), h.Amounts[Revised].amount()
		if a, over := t.over(now, before, 3); over && h.told() && now.Sign() > 0 {
			a.Place, a.Row, a.Number, a.Owner, a.Unit = "subhead/"+h.Code+"/reason", h.Name, h.Code, h.Owner, "thousand"
			a.Given = given(h.Reason)
			out = append(out, a)
		}
	}
	return out
}

func given(t lang.Text) bool { return strings.TrimSpace(t.TC) != "" && strings.TrimSpace(t.EN) != "" }

// Unexplained are the changes over the threshold without a reason.
func Unexplained(s Sheet, t Threshold) []Ask {
	var out []Ask
	for _, a := range Asks(s, t) {
		if !a.Given {
			out = append(out, a)
		}
	}
	return out
}

// over compares a change with the threshold; exponent is how many digits
// smaller than a million the unit is.
func (t Threshold) over(now, before money.Decimal, exponent int) (Ask, bool) {
	change, err := now.Sub(before)
	if err != nil || change.IsZero() {
		return Ask{}, false
	}
	a := Ask{Change: change}
	limit, err := t.Millions.Shift(exponent)
	if p, ok := percent(now, before); ok {
		a.Share = &p
	}
	big := err == nil && change.Abs().Cmp(limit) > 0
	return a, big || t.steep(change, before)
}

// steep says whether the change is more than so many per cent, exactly; on
// nothing, any change is.
func (t Threshold) steep(change, before money.Decimal) bool {
	if before.IsZero() {
		return true
	}
	c, err := change.Abs().Shift(2)
	if err != nil {
		return true
	}
	share, err := c.Quo(before.Abs(), 9)
	return err != nil || share.Cmp(t.Percent) > 0
}

// A Change is a figure that is not what it was when the material was fetched
// before.
type Change struct{ Table, Row, Column, Was, Is string }

// Changes compares the figures of two sheets.
func Changes(was, is Sheet) []Change {
	before, said := was.wanted()
	after, saidNow := is.wanted()
	out := changesOf(before, after)
	for p, v := range said { // the front page; sentences and percentages follow from the tables
		if p.table == tableFront {
			out = append(out, changesOf(map[place][]string{p: v}, map[place][]string{p: saidNow[p]})...)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Table+out[i].Row+out[i].Column < out[j].Table+out[j].Row+out[j].Column
	})
	return out
}

func changesOf(before, after map[place][]string) []Change {
	var out []Change
	add := func(p place, a, b []string) {
		for _, d := range differ(p, a, b) {
			out = append(out, Change{d.Table, d.Row, d.Column, d.Wanted, d.Read})
		}
	}
	for p, v := range before {
		add(p, v, after[p])
	}
	for p, v := range after {
		if _, ok := before[p]; !ok {
			add(p, nil, v)
		}
	}
	return out
}
