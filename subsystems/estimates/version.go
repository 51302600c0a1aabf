package estimates

import (
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/subsystems/estimates/internal/paper"
)

// VersionID names one reading of one source.
type VersionID string

// Version is one reading of one source of a head and a financial year. A corrected
// source becomes a new version with the next number; Latest marks the newest.
type Version struct {
	ID         VersionID    `json:"id"`
	Head       string       `json:"head"`
	Year       string       `json:"year"`
	Source     string       `json:"source"`
	Number     int          `json:"number"`
	Latest     bool         `json:"latest"`
	Title      string       `json:"title"`
	Digest     string       `json:"digest"`
	Document   string       `json:"-"` // where the source's text is; empty when only its figures are known
	Numbers    []int        `json:"-"` // the number of each line of the document in its file; nil: 1, 2, 3 …
	File       string       `json:"file"`
	Summary    Summary      `json:"summary"`
	ImportedAt when.Instant `json:"imported_at"`
}

// Summary is what the overview of a year shows of a version without reading its facts.
type Summary struct {
	Facts      int             `json:"facts"`
	Figures    int             `json:"figures"`
	Problems   int             `json:"problems"`
	Programmes int             `json:"programmes"`
	Actual     *Amount         `json:"actual,omitempty"`
	Original   *Amount         `json:"original,omitempty"`
	Revised    *Amount         `json:"revised,omitempty"`
	Estimate   *Amount         `json:"estimate,omitempty"`
	Outcomes   map[Outcome]int `json:"outcomes,omitempty"`
}

// Amount is a head's total in 百萬元: as printed, or added up from its programmes, and the line
// that it stands on or begins to rest on.
type Amount struct {
	Value money.Decimal `json:"value"`
	How   string        `json:"how"`
	Line  int           `json:"line"`
	Cell  int           `json:"cell,omitempty"`
}

func amount(f paper.Fact) *Amount {
	a := &Amount{Value: *f.Value, How: f.How, Line: f.Line, Cell: f.Cell}
	if a.Line == 0 && len(f.From) > 0 {
		a.Line = f.From[0]
	}
	return a
}

// value is nil where there is no amount.
func (a *Amount) value() *money.Decimal {
	if a == nil {
		return nil
	}
	return &a.Value
}

// Outcome of a check; see docs/apis/estimates-facts.md.
type Outcome = string

// group names the sources that are checked together: a paper stands by itself, the CSV
// files of a year together.
func group(source string) string {
	switch source {
	case paper.SourcePaper, paper.SourceSeries:
		return source
	}
	return "csv"
}

// alone reports whether a source is checked by itself.
func alone(source string) bool { return group(source) == source }

// groupSources lists the sources of a group, in the order in which pages prefer them.
func groupSources(group string) []string {
	if group != "csv" {
		return []string{group}
	}
	return []string{paper.SourceProvision, paper.SourceSubheads, paper.SourceExpenses, paper.SourceCommitments}
}

// summarise reads a version's summary off its facts.
func summarise(p *paper.Paper) Summary {
	s := Summary{Facts: len(p.Facts), Problems: len(p.Problems)}
	for _, f := range p.Facts {
		if f.Value != nil {
			s.Figures++
		}
		if f.Kind == paper.KindProgramme {
			s.Programmes++
		}
	}
	g := headProvision(p.Facts)
	if total, ok := g.total(); ok {
		for _, c := range g.Columns {
			f, ok := total.Cells[c]
			if !ok || f.Value == nil {
				continue
			}
			switch columnRole(c) {
			case "actual":
				s.Actual = amount(f)
			case "original":
				s.Original = amount(f)
			case "revised":
				s.Revised = amount(f)
			case "estimate":
				s.Estimate = amount(f)
			}
		}
	}
	return s
}
