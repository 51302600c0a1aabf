package app

import (
	"context"

	"praya/subsystems/estimates"
	"praya/subsystems/performance/papers"
)

// paperReader lets the Estimates read what the next paper says.
type paperReader struct{}

func (paperReader) ReadBack(_ context.Context, name string, text []byte) (papers.Reading, error) {
	r, err := estimates.ReadBack(name, text)
	if err != nil {
		return papers.Reading{}, err
	}
	out := papers.Reading{Head: r.Paper.Head, Year: r.Paper.Year, Title: r.Paper.Title}
	for _, f := range r.Paper.Facts {
		out.Facts = append(out.Facts, papers.Fact{
			Kind: f.Kind, Table: f.Table, Row: f.Row, Column: f.Column, Code: f.Code, Group: f.Group, Total: f.Total,
			Value: f.Value, Unit: f.Unit, How: f.How, Marks: f.Marks, Line: f.Line,
		})
	}
	for _, c := range r.Checks {
		out.Checks = append(out.Checks, papers.Check{
			Name: c.Check, Outcome: c.Outcome, Row: c.Row, Column: c.Column, Why: c.Why, Difference: c.Difference, Lines: c.Lines,
		})
	}
	for _, p := range r.Paper.Problems {
		out.Problems = append(out.Problems, p.Message)
	}
	return out, nil
}
