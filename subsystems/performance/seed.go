package performance

import (
	"bytes"
	"embed"
	"encoding/csv"
	"io/fs"
	"strings"

	"praya/kernel/lang"
)

//go:embed seed/*.csv
var seedFiles embed.FS

// rows reads an embedded sheet as maps from its headings to its cells.
func rows(files fs.FS, name string) ([]map[string]string, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	var out []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, head := range lines[0] {
			row[head] = line[i]
		}
		out = append(out, row)
	}
	return out, nil
}

// define gives a measure that papers print the definition that ships with the program, and what
// counts it, where there is one.
func (m *Measure) define(seeds []map[string]string) {
	for _, r := range seeds {
		if !sameWords(r["name"], m.Name.TC) {
			continue
		}
		m.Name.EN = r["en"]
		m.Definition = lang.Text{TC: r["definition_tc"], EN: r["definition_en"]}
		m.Numerator, m.Denominator = r["numerator_tc"], r["denominator_tc"]
		m.Stream, m.Formula, m.Direction, m.Days = r["stream"], Formula(r["formula"]), Direction(r["direction"]), atoi(r["days"])
		m.State = MeasurePublished
	}
}

// seeds are the measures whose definitions ship with the program.
func seeds() ([]map[string]string, error) { return rows(seedFiles, "seed/measures.csv") }

// split cuts a list in a cell.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ";")
}
