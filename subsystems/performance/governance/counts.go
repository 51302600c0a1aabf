package governance

import (
	"context"
	"strconv"

	"praya/kernel/when"
	"praya/platform/db"
)

// Counts are the figures of a day: what the overview shows, and others compute measures from.
type Counts struct {
	Day             when.Day      `json:"day"`
	PlanHolders     int           `json:"plan_holders" doc:"Departments that hold a current IT plan"`
	StrategyHolders int           `json:"strategy_holders" doc:"Departments that hold a current digital strategy"`
	Systems         int           `json:"systems" doc:"Live systems"`
	Stages          map[Stage]int `json:"stages" doc:"Projects by stage"`
	LateReturns     int           `json:"late_returns"`
	Year            int           `json:"year" doc:"Calendar year of the rates and the levels"`
	Rates           Rates         `json:"rates"`
	LevelsMet       Share         `json:"levels_met" doc:"Judged periods that met their level, in the year"`
	Work            WorkTotal     `json:"work" doc:"Of the financial year of the day"`
	OpenFindings    int           `json:"open_findings"`
	LateFindings    int           `json:"late_findings"`
	Departments     int           `json:"departments" doc:"Bureaux and departments that exist on the day, by the directory"`
}

// Counts counts on a day: plans in force on it, rates and levels of its calendar year, work of
// its financial year; what is late, as of today.
func (s *Service) Counts(ctx context.Context, day when.Day) (c Counts, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		c, err = s.counts(tx, day)
		return err
	})
	if err != nil {
		return c, err
	}
	all, err := s.Departments.All(ctx)
	for _, d := range all {
		if !d.Body && d.On(day) {
			c.Departments++
		}
	}
	return c, err
}

func (s *Service) counts(tx *db.Tx, day when.Day) (c Counts, err error) {
	c = Counts{Day: day, Year: day.Year, Stages: map[Stage]int{}}
	filed, err := plans(tx)
	if err != nil {
		return c, err
	}
	c.PlanHolders, c.StrategyHolders = holders(filed, ITPlan, day), holders(filed, DigitalStrategy, day)
	running, err := systems(tx)
	if err != nil {
		return c, err
	}
	for _, x := range running {
		if x.State == Live {
			c.Systems++
		}
	}
	if err := s.countProjects(tx, &c); err != nil {
		return c, err
	}
	judged, err := judgements(tx)
	if err != nil {
		return c, err
	}
	c.LevelsMet = shareMet(judged, day.Year)
	if c.Work, err = workOf(tx, day.FinancialYear().String()); err != nil {
		return c, err
	}
	found, err := findings(tx)
	for _, f := range found {
		if f.Status == FindingOpen || f.Status == FindingAccepted {
			c.OpenFindings++
		}
		if f.Late(tx.Now().Day()) {
			c.LateFindings++
		}
	}
	return c, err
}

func (s *Service) countProjects(tx *db.Tx, c *Counts) error {
	all, err := projects(tx)
	if err != nil {
		return err
	}
	filed, err := returns(tx)
	if err != nil {
		return err
	}
	c.Rates = ratesOf(filed, c.Year)[""]
	of := byProject(filed)
	for _, p := range all {
		c.Stages[p.Stage]++
		if s.rules().view(p, of[p.ID], tx.Now().Day()).Late {
			c.LateReturns++
		}
	}
	return nil
}

// ratesOf counts the returns of a calendar year: by department, and all under an empty code.
func ratesOf(all []Return, year int) map[string]Rates {
	out := map[string]Rates{}
	for _, r := range all {
		if r.State != Confirmed || r.Day.Year != year {
			continue
		}
		for _, department := range []string{"", r.Department} {
			rates := out[department]
			rates.count(r.Answers)
			out[department] = rates
		}
	}
	return out
}

// RatesOf are the rates of a calendar year as they stand: all under an empty code, and each
// department's.
func (s *Service) RatesOf(ctx context.Context, year int) (out map[string]Rates, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		all, err := returns(tx)
		out = ratesOf(all, year)
		return err
	})
	return out, err
}

// Years are the calendar years that have returns that count, with their rates.
func (s *Service) Years(ctx context.Context) (out map[int]Rates, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		all, err := returns(tx)
		out = map[int]Rates{}
		for _, r := range all {
			if r.State == Confirmed {
				rates := out[r.Day.Year]
				rates.count(r.Answers)
				out[r.Day.Year] = rates
			}
		}
		return err
	})
	return out, err
}

// Compilation is the rates of a calendar year as they were compiled.
type Compilation struct {
	Year        int
	Edition     int // 0: never compiled
	At          when.Instant
	All         Rates
	Departments map[string]Rates
}

func compilationName(year int) string { return "compilation " + strconv.Itoa(year) }

// Compilation gives the newest compilation of a calendar year.
func (s *Service) Compilation(ctx context.Context, year int) (c Compilation, err error) {
	err = s.read(ctx, func(tx *db.Tx) error {
		c = Compilation{Year: year, Departments: map[string]Rates{}}
		if c.Edition, err = lastEdition(tx, year); err != nil || c.Edition == 0 {
			return err
		}
		rows, err := compilation(tx, year, c.Edition)
		for _, row := range rows {
			c.At = row.At
			if row.Department == "" {
				c.All = row.Rates
			} else {
				c.Departments[row.Department] = row.Rates
			}
		}
		return err
	})
	return c, err
}
