package governance

import (
	"slices"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// PlanKind is the kind of a plan.
type PlanKind string

// The kinds.
const (
	ITPlan          PlanKind = "it-plan"          // 資訊科技計劃
	DigitalStrategy PlanKind = "digital-strategy" // 數碼化策略
)

// PlanKinds lists them all.
func PlanKinds() []PlanKind { return []PlanKind{ITPlan, DigitalStrategy} }

// Plan is a plan that a department has filed.
type Plan struct {
	ID         string    `json:"id"`
	Department string    `json:"department"`
	Kind       PlanKind  `json:"kind" enum:"it-plan,digital-strategy"`
	Title      lang.Text `json:"title"`
	Period
	Document  string       `json:"document,omitempty" doc:"Where it can be read"`
	Filed     when.Instant `json:"filed"`
	Withdrawn string       `json:"-"` // the reason; empty while it stands
	Invented  bool         `json:"invented,omitempty" doc:"Made up for the demonstration"`
	Version   int64        `json:"version"`
}

func (p Plan) check() error {
	var w wrongs
	w.need(slices.Contains(PlanKinds(), p.Kind), "kind", "choose")
	w.text(p.Title, "title-", line)
	w.period(p.Period, false)
	w.need(p.Document == "" || address(p.Document), "document", "address")
	return w.err()
}

// Current reports whether a plan is in force on a day.
func (p Plan) Current(day when.Day) bool { return p.Withdrawn == "" && p.On(day) }

// holders counts the departments that hold a current plan of a kind on a day.
func holders(plans []Plan, kind PlanKind, day when.Day) int {
	seen := map[string]bool{}
	for _, p := range plans {
		if p.Kind == kind && p.Current(day) {
			seen[p.Department] = true
		}
	}
	return len(seen)
}
