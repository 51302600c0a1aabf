package governance

import (
	"encoding/json"

	"praya/platform/db"
	"praya/platform/events"
)

// The facts that this package publishes, each in the transaction of its act. Data are ids
// and outcomes only.
const (
	SubjectPlanFiled       = "performance.plan.filed"       // PlanFiled
	SubjectPlanWithdrawn   = "performance.plan.withdrawn"   // PlanWithdrawn
	SubjectProjectReturned = "performance.project.returned" // ProjectReturned
	SubjectReturnWithdrawn = "performance.return.withdrawn" // ReturnWithdrawn
	SubjectWorkRecorded    = "performance.work.recorded"    // WorkRecorded
	SubjectLevelJudged     = "performance.level.judged"     // LevelJudged
	SubjectAuditFinding    = "performance.audit.finding"    // AuditFinding
)

// PlanFiled is a plan that a department has filed.
type PlanFiled struct {
	Plan       string `json:"plan"`
	Department string `json:"department"`
	Kind       string `json:"kind"` // it-plan, digital-strategy
	From       string `json:"from"`
	To         string `json:"to"`
}

// PlanWithdrawn says that a plan counts no longer, from its first day on.
type PlanWithdrawn struct {
	Plan string `json:"plan"`
}

// ProjectReturned is a return that counts from now on. Day is the project's last, and its
// calendar year the return's. A later one of the same project replaces it: ReturnWithdrawn
// comes before that in the same transaction.
type ProjectReturned struct {
	Project         string `json:"project"`
	Department      string `json:"department"`
	Day             string `json:"day"`
	OnSchedule      bool   `json:"on_schedule"`
	InBudget        bool   `json:"in_budget"`
	ToSpecification bool   `json:"to_specification"`
	WithBenefits    bool   `json:"with_benefits"`
}

// ReturnWithdrawn says that a project's return counts no longer.
type ReturnWithdrawn struct {
	Project string `json:"project"`
}

// WorkRecorded is the value of an order, in thousands of dollars as decimal text. The same
// order again replaces what was said before; a cancelled one comes with "0".
type WorkRecorded struct {
	Order      string `json:"order"`
	Year       string `json:"year"`
	Value      string `json:"value"`
	Outsourced bool   `json:"outsourced"`
}

// LevelJudged is a judgement of a period; the same level and period again replace it.
type LevelJudged struct {
	Level      string `json:"level"`
	PeriodFrom string `json:"period_from"`
	PeriodTo   string `json:"period_to"`
	Met        bool   `json:"met"`
}

// AuditFinding is a finding at its present status.
type AuditFinding struct {
	Finding string `json:"finding"`
	Audit   string `json:"audit"`
	Status  string `json:"status"`
}

func publish(tx *db.Tx, subject string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: subject, Data: body})
}

func publishReturn(tx *db.Tx, r Return) error {
	return publish(tx, SubjectProjectReturned, ProjectReturned{
		r.Project, r.Department, r.Day.String(), r.OnSchedule, r.InBudget, r.ToSpecification, r.WithBenefits,
	})
}

func publishOrder(tx *db.Tx, o Order) error {
	value := o.ValueThousands.String()
	if o.Cancelled {
		value = "0"
	}
	return publish(tx, SubjectWorkRecorded, WorkRecorded{o.ID, o.Year, value, o.Outsourced})
}
