package process

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Check gives everything that keeps a table from deciding.
func (t *Table) Check() []Problem {
	out := slices.Clone(t.problems)
	switch t.HitPolicy {
	case Unique, First, Any, Collect:
	default:
		out = append(out, problem(t.ID, "table-policy", "policy", string(t.HitPolicy)))
	}
	switch t.Aggregation {
	case "", "SUM", "MIN", "MAX", "COUNT":
	default:
		out = append(out, problem(t.ID, "table-policy", "policy", t.Aggregation))
	}
	if len(out) == 0 && t.HitPolicy == Unique {
		out = t.overlaps()
	}
	return out
}

var (
	textIn   = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	numberIn = regexp.MustCompile(`-?\d+(?:\.\d+)?`)
)

// samples are the values at which the cells of a column can change their answer: what stands in
// them, what lies between, and what none of them names.
func (t *Table) samples(column int) []any {
	out := []any{nil, true, false, "\u0000"}
	var numbers []float64
	for _, r := range t.Rows {
		cell := r.Inputs[column]
		for _, m := range textIn.FindAllStringSubmatch(cell, -1) {
			if s, err := strconv.Unquote(m[0]); err == nil {
				out = append(out, s, s+"\u0000") // and what comes right after, for days
			}
		}
		for _, n := range numberIn.FindAllString(strings.ReplaceAll(textIn.ReplaceAllString(cell, ""), "..", " "), -1) {
			if x, err := strconv.ParseFloat(n, 64); err == nil {
				numbers = append(numbers, x)
			}
		}
	}
	slices.Sort(numbers)
	for i, x := range slices.Compact(numbers) {
		out = append(out, whole(x), whole(x-0.5), whole(x+0.5))
		if i > 0 {
			out = append(out, whole((x+numbers[i-1])/2))
		}
	}
	return out
}

// overlaps finds rows that the same values fit. A column's tests see its value only, so two rows
// overlap when in every column one value fits both. Tests that ask for other variables fit nothing
// here: what they do together shows when the table decides.
func (t *Table) overlaps() (out []Problem) {
	both := make([][]bool, len(t.Rows)) // [i][j]: not yet told apart
	for i := range both {
		both[i] = make([]bool, len(t.Rows))
		for j := range both[i] {
			both[i][j] = i < j
		}
	}
	for c := range t.Inputs {
		t.tellApart(both, c)
	}
	for i := range both {
		for j, overlap := range both[i] {
			if overlap && len(out) < 20 {
				out = append(out, problem(t.Rows[j].ID, "table-overlap", "first", fmt.Sprint(i+1), "second", fmt.Sprint(j+1)))
			}
		}
	}
	return out
}

// maxTests bounds the work of one column.
const maxTests = 100_000

func (t *Table) tellApart(both [][]bool, column int) {
	samples := t.samples(column)
	samples = samples[:min(len(samples), maxTests/len(t.Rows)+1)]
	fits := make([][]uint64, len(t.Rows)) // a bit for each sample
	for i, r := range t.Rows {
		fits[i] = make([]uint64, len(samples)/64+1)
		for k, v := range samples {
			test := r.tests[column]
			holds := test == nil
			if !holds {
				holds, _ = test.Holds(map[string]any{inputName: v}) // an error is of another type: no fit
			}
			if holds {
				fits[i][k/64] |= 1 << (k % 64)
			}
		}
	}
	for i := range both {
		for j := range both[i] {
			both[i][j] = both[i][j] && meet(fits[i], fits[j])
		}
	}
}

func meet(a, b []uint64) bool {
	for i := range a {
		if a[i]&b[i] != 0 {
			return true
		}
	}
	return false
}
