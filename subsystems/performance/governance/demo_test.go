package governance

import (
	"testing"

	"praya/kernel/lang"
	"praya/kernel/who"
)

// TestDemo: the made-up government says what the paper's real rates are like, everything is
// marked, something is late and something waits; loading it again changes nothing.
func TestDemo(t *testing.T) {
	worlds(t, func(w *world) {
		many := someOffices()
		for a := 'A'; a <= 'Z'; a++ {
			for b := 'A'; b <= 'C'; b++ {
				code := "Q" + string(a) + string(b)
				many = append(many, Department{Code: code, Name: lang.Text{TC: code, EN: code, SC: code}})
			}
		}
		w.Departments = many
		system := who.AsSystem(w.Context(), who.Production)
		for range 2 {
			w.ok(w.LoadDemo(system))
		}
		c, err := w.Counts(system, w.DB.Clock()().Day())
		w.ok(err)
		if c.PlanHolders != 67 || c.StrategyHolders == 0 || c.LateReturns == 0 || c.LateFindings == 0 || c.OpenFindings <= c.LateFindings ||
			c.Systems < 8 || c.Work.Orders != 22 || c.LevelsMet.Of == 0 || c.LevelsMet.Part >= c.LevelsMet.Of {
			t.Errorf("%+v", c)
		}
		years, err := w.Years(w.public())
		w.ok(err)
		var all Rates
		for _, r := range years {
			all.Returns += r.Returns
			all.OnSchedule.Part += r.OnSchedule.Part
			all.InBudget.Part += r.InBudget.Part
		}
		if all.Returns != returned || all.InBudget.Part != returned || all.OnSchedule.Part != 26 || len(years) < 3 {
			t.Errorf("%+v", years)
		}
		listed, err := w.Projects(system)
		w.ok(err)
		waiting := 0
		for _, p := range listed {
			if !p.Invented {
				t.Errorf("%s is not marked as invented", p.Reference)
			}
			if p.Waiting != nil {
				waiting++
			}
		}
		if len(listed) != 42 || waiting == 0 {
			t.Errorf("%d projects, %d returns wait", len(listed), waiting)
		}
		plans, err := w.Plans(w.public())
		w.ok(err)
		for _, p := range plans {
			if !p.Invented {
				t.Errorf("plan %s is not marked", p.ID)
			}
		}
		facts := map[string]int{}
		for _, f := range w.facts() {
			facts[f[:len("performance.xxxx")]]++
		}
		if facts["performance.proj"] != returned || facts["performance.work"] != 66 || facts["performance.plan"] != len(plans) || facts["performance.audi"] < 5 {
			t.Errorf("facts: %v", facts)
		}
	})
}
