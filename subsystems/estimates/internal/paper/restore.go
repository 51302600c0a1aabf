package paper

import "slices"

// Restore makes a Paper of facts that were read before and kept without their text.
func Restore(head, year, source, title string, facts []Fact) *Paper {
	p := &Paper{Head: head, Year: year, Source: source, Title: title, Facts: facts}
	for _, f := range facts {
		switch f.Kind {
		case KindOfficer:
			p.Officer = f.Raw
		case KindPolicyArea:
			p.PolicyArea = f.Raw
		}
	}
	return p
}

// Known reports whether a fact that comes from outside keeps to the closed lists.
func Known(f Fact) bool {
	return slices.Contains(Kinds(), f.Kind) && slices.Contains(Tables(), f.Table) &&
		slices.Contains(Sources(), f.Source) && slices.Contains([]string{Printed, Derived, Inferred}, f.How) &&
		(f.Why == "" || slices.Contains(Whys(), f.Why))
}

// Outcomes lists every outcome of a check, the worst first.
func Outcomes() []string {
	return []string{Fault, Uncheckable, Note, Footnoted, Rounding, Agrees}
}
