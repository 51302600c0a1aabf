package papers

import (
	"testing"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// sound is an invented sheet with every part, in which nothing is wrong.
func sound(t *testing.T) Sheet {
	t.Helper()
	for seed := range uint64(500) {
		s := Invent(seed, 3)
		if len(s.Commitments) > 1 && len(s.Components) > 3 && len(s.Footnotes) > 0 && s.Subheads[len(s.Subheads)-1].Each != nil && !s.explained(Original) && len(s.Check()) == 0 {
			return s
		}
	}
	t.Fatal("no seed gives a sheet with every part")
	return Sheet{}
}

func more(f *Figure, n int64, scale int) {
	by, _ := money.New(n, scale)
	d, _ := f.amount().Add(by)
	f.Value = &d
}

func TestCheckNamesWhatDoesNotHold(t *testing.T) {
	for rule, c := range map[string]struct {
		change     func(*Sheet)
		difference string
	}{
		RuleYear:       {change: func(s *Sheet) { s.Year = "2026-28" }},
		RuleHead:       {change: func(s *Sheet) { s.Head = "047" }},
		RuleProgrammes: {change: func(s *Sheet) { s.Programmes[1].Number = s.Programmes[0].Number }},
		RuleWords:      {change: func(s *Sheet) { s.Programmes[0].Aim.EN = " " }},
		RuleCharacters: {change: func(s *Sheet) { s.Programmes[0].Name.TC += "\t1,000" }},
		RulePlaces:     {change: func(s *Sheet) { more(&s.Subheads[0].Amounts[0], 5, 1) }},
		RuleRow:        {change: func(s *Sheet) { s.Subheads[1].Code = s.Subheads[0].Code }},
		RuleProvision:  {func(s *Sheet) { more(&s.Programmes[0].Provision[Original], 4, 1) }, ""},
		RuleComponents: {func(s *Sheet) { more(&s.Components[1].Amounts[Estimate], 7, 0) }, "7"},
		RuleBalance:    {func(s *Sheet) { more(&s.Commitments[0].Balance, -1, 0) }, "1"},
		RuleOverdrawn:  {func(s *Sheet) { more(&s.Commitments[0].Accumulated, 9_999_999, 0) }, ""},
		RuleSubhead:    {func(s *Sheet) { more(&s.Commitments[0].Revised, 9_999, 0) }, ""},
		RulePosts:      {func(s *Sheet) { s.Programmes[0].NetPosts += 2 }, "2"},
		RuleLimits:     {change: func(s *Sheet) { s.Subheads[len(s.Subheads)-1].Each.To = money.Int(1) }},
		RuleMarks:      {change: func(s *Sheet) { s.Commitments[0].Marks = []string{"Φ"} }},
		RuleFootnoteUnneeded: {change: func(s *Sheet) {
			s.Footnotes = append(s.Footnotes, Footnote{"Λ", lang.Text{TC: "無人提及", EN: "unread"}})
		}},
		RuleNegative: {change: func(s *Sheet) { more(&s.Subheads[0].Amounts[Actual], -99_999_999, 0) }},
	} {
		s := sound(t)
		c.change(&s)
		found := false
		for _, p := range s.Check() {
			if p.Rule != rule {
				continue
			}
			found = true
			if c.difference != "" && (p.Difference == nil || p.Difference.String() != c.difference) {
				t.Errorf("%s: %+v", rule, p)
			}
			if p.Refuses == (rule == RuleFootnoteUnneeded) {
				t.Errorf("%s: refuses is %v", rule, p.Refuses)
			}
		}
		if !found {
			t.Errorf("%s was not found: %+v", rule, s.Check())
		}
	}
}

// TestNamesThatEndInAMark: such a name would be read as one with a footnote.
func TestNamesThatEndInAMark(t *testing.T) {
	s := sound(t)
	s.Components[0].Name.TC = "程式C#"
	if list := s.Check(); len(list) != 1 || list[0].Rule != RuleMarks || list[0].Row != "程式C#" {
		t.Errorf("%+v", list)
	}
}

// TestAFootnoteExplains: money from another head lifts the programmes above
// the subheads, and the mark says that a footnote speaks of it.
func TestAFootnoteExplains(t *testing.T) {
	s := sound(t)
	more(&s.Programmes[0].Provision[Actual], 10_000, 1)
	if !Refused(s.Check()) {
		t.Error("a difference without a mark was let through")
	}
	s.Programmes[0].Provision[Actual].Marks = []string{s.Footnotes[0].Mark}
	list := s.Check()
	if Refused(list) || len(list) != 1 || list[0].Rule != RuleExplained {
		t.Errorf("%+v", list)
	}
}
