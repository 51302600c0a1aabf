package governance

import (
	"slices"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// Stage is where a project stands.
type Stage string

// The stages.
const (
	Proposed  Stage = "proposed"
	Approved  Stage = "approved"
	Running   Stage = "running"
	Finished  Stage = "finished"
	Shelved   Stage = "shelved"
	Withdrawn Stage = "withdrawn"
)

// Stages lists them all.
func Stages() []Stage { return []Stage{Proposed, Approved, Running, Finished, Shelved, Withdrawn} }

// nextStages are those that a project may come to from a stage. A finished one may be
// finished again, with a reason: its day or its cost was wrong.
func nextStages(from Stage) []Stage {
	switch from {
	case Proposed:
		return []Stage{Approved, Shelved, Withdrawn}
	case Approved:
		return []Stage{Running, Shelved, Withdrawn}
	case Running:
		return []Stage{Finished, Shelved, Withdrawn}
	case Finished:
		return []Stage{Finished}
	case Shelved:
		return []Stage{Approved, Withdrawn}
	}
	return nil
}

// Schedule is what a baseline promises. An old project's may not be known any more.
type Schedule struct {
	Start         when.Day `json:"start,omitzero"`
	End           when.Day `json:"end,omitzero"`
	CostThousands Figure   `json:"cost_thousands" doc:"Approved cost in thousands of dollars; empty: not known"`
}

func (p Schedule) equal(q Schedule) bool {
	return p.Start == q.Start && p.End == q.End && p.CostThousands.Equal(q.CostThousands)
}

func (p Schedule) check() error {
	var w wrongs
	w.need(p.Start.IsZero() || p.End.IsZero() || !p.End.Before(p.Start), "end", "order")
	w.need(!p.CostThousands.Known || p.CostThousands.amount(), "cost", "amount")
	return w.err()
}

// Baseline is a schedule that was approved, with its number and its reason.
type Baseline struct {
	Number int
	Schedule
	Why   string
	At    when.Instant
	Actor string
}

// Project is a piece of work with a beginning and an end.
type Project struct {
	ID             string    `json:"id"`
	Department     string    `json:"department"`
	Reference      string    `json:"reference" doc:"The department's own"`
	Title          lang.Text `json:"title"`
	System         string    `json:"system,omitempty" doc:"Code of the system that it builds or changes"`
	Vote           string    `json:"vote,omitempty" doc:"Head and subhead or commitment that pays"`
	Stage          Stage     `json:"stage" enum:"proposed,approved,running,finished,shelved,withdrawn"`
	First          Schedule  `json:"first" doc:"The first baseline, by which it is judged"`
	Planned        Schedule  `json:"planned" doc:"The newest baseline"`
	Baselines      int       `json:"baselines" doc:"How many there are; more than one: it was planned anew"`
	Started        when.Day  `json:"started,omitzero"`
	Ended          when.Day  `json:"ended,omitzero"`
	SpentThousands Figure    `json:"spent_thousands"`
	Note           string    `json:"-"`
	Invented       bool      `json:"invented,omitempty" doc:"Made up for the demonstration"`
	Version        int64     `json:"version"`
}

// check finds what is wrong with what describes a project.
func (p Project) check() error {
	var w wrongs
	w.need(p.Reference != "" && line(p.Reference), "reference", "reference")
	w.text(p.Title, "title-", line)
	w.need(p.System == "" || codeForm.MatchString(p.System), "system", "code")
	w.need(line(p.Vote), "vote", "line")
	w.need(prose(p.Note), "note", "line")
	return w.err()
}

// Milestone is what a move to another stage says: the day it was reached, and the cost.
type Milestone struct {
	Day            when.Day
	SpentThousands Figure
}

// move brings a project to another stage.
func (p Project) move(to Stage, m Milestone, why string, today when.Day) (Project, error) {
	var w wrongs
	w.need(slices.Contains(nextStages(p.Stage), to), "stage", "stage")
	w.need(to != Running && to != Finished || !m.Day.IsZero() && !today.Before(m.Day), "day", "past-day")
	switch to {
	case Running:
		p.Started = m.Day
	case Finished:
		w.need(p.Started.IsZero() || !m.Day.Before(p.Started), "day", "order")
		w.need(m.SpentThousands.amount(), "cost", "amount")
		p.Ended, p.SpentThousands = m.Day, m.SpentThousands
	case Approved:
		w.need(!p.Planned.Start.IsZero(), "start", "day")
		w.need(!p.Planned.End.IsZero(), "end", "day")
		w.need(p.Planned.CostThousands.Known, "cost", "amount")
	}
	if to == Shelved || to == Withdrawn || p.Stage == Finished || p.Stage == Shelved {
		w.reason(why)
	}
	p.Stage = to
	return p, w.err()
}

// replan changes what is planned. While a project is only proposed its one baseline is
// written anew; what was approved stays, and the new one comes after it with its reason.
func (p Project) replan(to Schedule, why string) (Project, error) {
	if err := to.check(); err != nil {
		return p, err
	}
	var w wrongs
	w.need(p.Stage == Proposed || p.Stage == Approved || p.Stage == Running, "stage", "stage")
	if p.Stage == Proposed {
		p.First = to
	} else {
		w.reason(why)
		w.need(!to.equal(p.Planned), "end", "same")
		w.need(!to.Start.IsZero(), "start", "day")
		w.need(!to.End.IsZero(), "end", "day")
		w.need(to.CostThousands.Known, "cost", "amount")
		p.Baselines++
	}
	p.Planned = to
	return p, w.err()
}

// computed are the answers that a finished project's own days and cost give.
func (p Project) computed() (onSchedule, inBudget *bool) {
	if p.Stage != Finished {
		return nil, nil
	}
	if !p.First.End.IsZero() && !p.Ended.IsZero() {
		yes := !p.First.End.Before(p.Ended)
		onSchedule = &yes
	}
	if p.First.CostThousands.Known && p.SpentThousands.Known {
		yes := p.SpentThousands.Decimal.Cmp(p.First.CostThousands.Decimal) <= 0
		inBudget = &yes
	}
	return onSchedule, inBudget
}

// behind reports whether a project that still goes on has passed the end it first promised.
func (p Project) behind(today when.Day) bool {
	return (p.Stage == Approved || p.Stage == Running) && !p.First.End.IsZero() && p.First.End.Before(today)
}
