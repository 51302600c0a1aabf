package governance

import (
	"praya/kernel/fault"
	"praya/kernel/when"
)

// ReturnState is where a return stands.
type ReturnState string

// The states. Only Confirmed counts.
const (
	Filed      ReturnState = "filed"     // waits for another officer of the department
	Confirmed  ReturnState = "confirmed" // counts
	Superseded ReturnState = "superseded"
	TakenBack  ReturnState = "withdrawn"
)

// Answers are the four that a return gives.
type Answers struct {
	OnSchedule      bool `json:"on_schedule"`
	InBudget        bool `json:"in_budget"`
	ToSpecification bool `json:"to_specification"`
	WithBenefits    bool `json:"with_benefits"`
}

// Evidence says on what the answers rest that were not computed.
type Evidence struct{ Schedule, Budget, Specification, Benefits string }

// Return is a post-implementation departmental return: the answers about one finished
// project, in one revision.
type Return struct {
	ID         string      `json:"id"`
	Project    string      `json:"project"`
	Department string      `json:"department"`
	Revision   int         `json:"revision"`
	State      ReturnState `json:"state" enum:"filed,confirmed,superseded,withdrawn"`
	Day        when.Day    `json:"day" doc:"When the project was finished; its calendar year is the return's"`
	Answers
	Evidence         Evidence     `json:"-"`
	ScheduleComputed bool         `json:"schedule_computed"`
	BudgetComputed   bool         `json:"budget_computed"`
	FiledAt          when.Instant `json:"filed_at"`
	FiledBy          string       `json:"-"`
	ConfirmedAt      when.Instant `json:"confirmed_at,omitzero"`
	ConfirmedBy      string       `json:"-"`
	Reason           string       `json:"-"` // of the correction, or of the withdrawal
	Invented         bool         `json:"invented,omitempty" doc:"Made up for the demonstration"`
	Version          int64        `json:"version"`
}

// answer makes the return of a project: what can be computed is, whatever was stated; the
// rest needs evidence.
func (p Project) answer(stated Answers, evidence Evidence) (Return, error) {
	var w wrongs
	w.need(p.Stage == Finished, "project", "not-finished")
	r := Return{Project: p.ID, Department: p.Department, State: Filed, Day: p.Ended, Answers: stated, Evidence: evidence, Invented: p.Invented}
	onSchedule, inBudget := p.computed()
	if onSchedule != nil {
		r.OnSchedule, r.ScheduleComputed = *onSchedule, true
	} else {
		w.need(evidence.Schedule != "", "schedule-evidence", "evidence")
	}
	if inBudget != nil {
		r.InBudget, r.BudgetComputed = *inBudget, true
	} else {
		w.need(evidence.Budget != "", "budget-evidence", "evidence")
	}
	w.need(evidence.Specification != "", "specification-evidence", "evidence")
	w.need(evidence.Benefits != "", "benefits-evidence", "evidence")
	for field, text := range map[string]string{
		"schedule-evidence": evidence.Schedule, "budget-evidence": evidence.Budget,
		"specification-evidence": evidence.Specification, "benefits-evidence": evidence.Benefits,
	} {
		w.need(prose(text), field, "line")
	}
	return r, w.err()
}

// confirm makes a filed return count. That it is another pair of eyes is no policy's to decide.
func (r Return) confirm(by hand, at when.Instant) (Return, error) {
	switch {
	case r.State != Filed:
		return r, fault.New(fault.Conflict, "governance.fault.not-waiting")
	case by.Actor == "" || by.Actor == r.FiledBy:
		return r, fault.New(fault.Forbidden, "governance.fault.four-eyes")
	case by.Department != r.Department:
		return r, fault.New(fault.Forbidden, "governance.fault.other-department")
	}
	r.State, r.ConfirmedAt, r.ConfirmedBy = Confirmed, at, by.Actor
	return r, nil
}

// late reports whether a finished project still lacks a return that counts after it was due.
func (r Rules) late(p Project, confirmed bool, today when.Day) bool {
	return p.Stage == Finished && !confirmed && r.dueAfter(p.Ended).Before(today)
}

// differs reports whether a return no longer says what its project's figures say.
func (r Return) differs(p Project) bool {
	onSchedule, inBudget := p.computed()
	return r.ScheduleComputed && onSchedule != nil && *onSchedule != r.OnSchedule ||
		r.BudgetComputed && inBudget != nil && *inBudget != r.InBudget || r.Day != p.Ended
}
