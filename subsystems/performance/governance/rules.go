package governance

import (
	_ "embed" // rules/checks.csv
	"encoding/csv"
	"slices"
	"strings"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// Rules are what a site may decide otherwise. What is zero has the value of DefaultRules.
type Rules struct {
	// ReturnMonths after a project was finished its return is due.
	ReturnMonths int
	// Checks that large and high-risk systems pass before they go live.
	Checks []CheckKind
}

// CheckKind is an extra check, and which systems need it.
type CheckKind struct {
	Code  string
	Risks []Risk
	Name  lang.Text
}

//go:embed rules/checks.csv
var checksFile string

// DefaultRules are the rules that the program ships with: rules/checks.csv has the checks.
func DefaultRules() Rules {
	rows, err := csv.NewReader(strings.NewReader(checksFile)).ReadAll()
	if err != nil {
		panic(err) // the file is embedded
	}
	r := Rules{ReturnMonths: 6}
	for _, row := range rows[1:] {
		kind := CheckKind{Code: row[0], Name: lang.Text{TC: row[2], EN: row[3], SC: row[4]}}
		for _, risk := range strings.Fields(row[1]) {
			kind.Risks = append(kind.Risks, Risk(risk))
		}
		r.Checks = append(r.Checks, kind)
	}
	return r
}

func (s *Service) rules() Rules {
	r, d := s.Rules, DefaultRules()
	if r.ReturnMonths == 0 {
		r.ReturnMonths = d.ReturnMonths
	}
	if r.Checks == nil {
		r.Checks = d.Checks
	}
	return r
}

// checksOf are the kinds of check that a risk asks for.
func (r Rules) checksOf(risk Risk) []CheckKind {
	return slices.DeleteFunc(slices.Clone(r.Checks), func(k CheckKind) bool { return !slices.Contains(k.Risks, risk) })
}

// dueAfter is the last day on which the return of a project is in time.
func (r Rules) dueAfter(finished when.Day) when.Day { return monthsAfter(finished, r.ReturnMonths) }

// monthsAfter is the same date some months later; the last day of a month that lacks it.
func monthsAfter(d when.Day, n int) when.Day {
	if d.IsZero() {
		return d
	}
	months := d.Year*12 + int(d.Month) - 1 + n
	first := when.Day{Year: months / 12, Month: 1, Date: 1}
	first.Month += monthOf(months)
	next := when.Day{Year: (months + 1) / 12, Month: 1 + monthOf(months+1), Date: 1}
	if last := next.Add(-1); d.Date > last.Date {
		return last
	}
	first.Date = d.Date
	return first
}

// monthOf is the months since January of a count of months.
func monthOf(months int) time.Month { return time.Month(months % 12) }
