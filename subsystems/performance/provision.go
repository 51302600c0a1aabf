package performance

import (
	"cmp"
	"slices"
	"strings"

	"praya/kernel/money"
)

// Provision is what one paper prints of a programme, or of the whole head, in millions.
type Provision struct {
	Head, Year, Programme string
	About, Role           string // the year that the figure is about, and which figure of it
	Value                 money.Decimal
	Line                  int
	Moved                 bool // a footnote says that money came from elsewhere
}

// provisions are the paper's tables of provision: the analysis, which has the head's total too.
func (p Paper) provisions() (out []Provision) {
	var moved []string
	for _, f := range p.Facts {
		if f.Kind == "footnote" && len(f.Marks) > 0 && (strings.Contains(f.Raw, "轉撥") || strings.Contains(f.Raw, "重組")) {
			moved = append(moved, f.Marks[0])
		}
	}
	for _, f := range p.Facts {
		if f.Kind != "provision" || f.Table != "analysis" || f.Value == nil {
			continue
		}
		about, role, ok := strings.Cut(f.Column, " ")
		if !ok || strings.Contains(role, " ") {
			continue
		}
		x := Provision{Head: p.Head, Year: p.Year, Programme: f.Code, About: about, Role: role, Value: *f.Value, Line: f.Line}
		if f.Total != "" || f.Row == "total" {
			x.Programme = ""
		}
		for _, m := range f.Marks {
			x.Moved = x.Moved || slices.Contains(moved, m)
		}
		out = append(out, x)
	}
	for i := range out { // a total holds what its programmes hold
		for _, x := range out {
			if out[i].Programme == "" && x.About == out[i].About && x.Role == out[i].Role {
				out[i].Moved = out[i].Moved || x.Moved
			}
		}
	}
	return out
}

// Outcome is one financial year of a head: what was estimated, revised and spent, each as the
// paper that first said it prints it.
type Outcome struct {
	Year                      string
	Estimate, Revised, Actual *Provision
	Break                     bool // the actual includes money that the estimate did not
}

// Outcomes sets each year's estimate beside what came of it.
func (h HeadLife) Outcomes() []Outcome { return outcomes(h.Provisions) }

// outcomes sets a head's estimate of each year beside what came of it.
func outcomes(all []Provision) (out []Outcome) {
	at := func(year string) *Outcome {
		for i := range out {
			if out[i].Year == year {
				return &out[i]
			}
		}
		out = append(out, Outcome{Year: year})
		return &out[len(out)-1]
	}
	for i := range all {
		p := &all[i]
		if p.Programme != "" {
			continue
		}
		o := at(p.About)
		switch {
		case p.Role == "estimate":
			o.Estimate = p
		case p.Role == "original" && o.Estimate == nil:
			o.Estimate = p
		case p.Role == "revised":
			o.Revised = p
		case p.Role == "actual":
			o.Actual = p
		}
	}
	for i := range out {
		o := &out[i]
		o.Break = o.Estimate != nil && !o.Estimate.Moved && (o.Actual != nil && o.Actual.Moved || o.Revised != nil && o.Revised.Moved)
	}
	slices.SortFunc(out, func(a, b Outcome) int { return cmp.Compare(a.Year, b.Year) })
	return out
}

// estimateOf is a programme's estimate as its own paper prints it.
func estimateOf(all []Provision, p Programme) (Provision, bool) {
	for _, x := range all {
		if x.Year == p.Year && x.Programme == p.Number && x.Role == "estimate" {
			return x, true
		}
	}
	return Provision{}, false
}
