package process

import (
	"fmt"
	"reflect"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
	"praya/subsystems/services/rule"
)

// HitPolicy says what counts when several rows of a table fit (DMN 1.3, 8.2.10).
type HitPolicy string

// The hit policies.
const (
	Unique  HitPolicy = "UNIQUE"
	First   HitPolicy = "FIRST"
	Any     HitPolicy = "ANY"
	Collect HitPolicy = "COLLECT"
)

// Table is a decision table that has been read. It is safe for concurrent use.
type Table struct {
	ID          string
	Name        lang.Text
	HitPolicy   HitPolicy
	Aggregation string // of COLLECT: SUM, MIN, MAX, COUNT or none
	Inputs      []Column
	Outputs     []Column
	Rows        []TableRow

	problems []Problem
}

// Column is an input, with the expression that gives its value, or an output, with its name.
type Column struct {
	ID, Label, Name, Text string

	rule      *rule.Rule
	otherwise *rule.Rule // of an output, when no row fits
}

// TableRow is a rule of the table.
type TableRow struct {
	ID      string
	Inputs  []string
	Outputs []string

	tests  []*rule.Rule // nil fits all
	values []*rule.Rule
}

// Answer is what a table gave, and why.
type Answer struct {
	Values  map[string]any
	Version int64
	Rows    []int // that fitted, counted from 1
	Inputs  []any // what they were held against
}

// NoRule is the code of the error when no row fits: a business rule task may have a boundary for it.
const NoRule = "no-rule"

// Decide asks a version of a table; 0 is the newest.
func (s *Service) Decide(tx *db.Tx, key string, version int64, vars map[string]any) (Answer, error) {
	var h head
	var err error
	if version != 0 {
		h, err = s.pinned(tx, Decisions, key, version)
	} else {
		h, err = newest(tx, Decisions, key)
	}
	if err != nil {
		return Answer{}, err
	}
	t, err := s.decisions.get(h.digest, func() (*Table, error) {
		raw, err := rawOf(tx, Decisions, key, h.version)
		if err != nil {
			return nil, err
		}
		return ReadTable(raw)
	})
	if err != nil {
		return Answer{}, err
	}
	a, err := t.Evaluate(vars)
	a.Version = h.version
	return a, err
}

// asked is the version of a table that a version of a process asks; 0 where it names none.
func asked(tx *db.Tx, process string, version int64, decision string) (n int64, err error) {
	err = tx.Row(sqlPin, tx.Realm(), process, version, decision).Scan(&n)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return n, err
}

// Evaluate holds variables against the rows.
func (t *Table) Evaluate(vars map[string]any) (a Answer, err error) {
	if len(t.problems) > 0 {
		return a, Refused(t.problems)
	}
	if vars, err = clean(vars); err != nil {
		return a, err
	}
	a.Inputs = make([]any, len(t.Inputs))
	for i, c := range t.Inputs {
		if a.Inputs[i], err = c.rule.Value(vars); err != nil {
			a.Inputs[i] = nil // nobody has answered it: the tests that ask for it don't hold
		}
	}
	for n := range t.Rows {
		fits, err := t.Rows[n].fits(vars, a.Inputs)
		if err != nil {
			return a, fault.New(fault.Invalid, "process.table.cell", "row", fmt.Sprint(n+1)).Because(err)
		}
		if fits {
			a.Rows = append(a.Rows, n+1)
			if t.HitPolicy == First {
				break
			}
		}
	}
	a.Values, err = t.outcome(vars, a.Rows)
	return a, err
}

func (r *TableRow) fits(vars map[string]any, inputs []any) (bool, error) {
	for i, test := range r.tests {
		if test == nil {
			continue
		}
		holds, err := test.Holds(with(vars, inputs[i]))
		if err != nil || !holds {
			return false, err
		}
	}
	return true, nil
}

// with adds the value of the column to the variables.
func with(vars map[string]any, input any) map[string]any {
	out := make(map[string]any, len(vars)+1)
	for k, v := range vars {
		out[k] = v
	}
	out[inputName] = input
	return out
}

func (t *Table) outcome(vars map[string]any, rows []int) (map[string]any, error) {
	if t.HitPolicy == Collect {
		return t.collect(vars, rows)
	}
	if len(rows) == 0 {
		return t.otherwise(vars)
	}
	first, err := t.values(vars, rows[0])
	if err != nil {
		return nil, err
	}
	for _, n := range rows[1:] {
		other, err := t.values(vars, n)
		if err != nil {
			return nil, err
		}
		if t.HitPolicy == Unique || !reflect.DeepEqual(first, other) {
			return nil, fault.New(fault.Invalid, "process.table.several", "first", fmt.Sprint(rows[0]), "second", fmt.Sprint(n))
		}
	}
	return first, nil
}

func (t *Table) otherwise(vars map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, c := range t.Outputs {
		if c.otherwise == nil {
			return nil, &BPMNError{Code: NoRule}
		}
		v, err := c.otherwise.Value(vars)
		if err != nil {
			return nil, err
		}
		out[c.Name] = v
	}
	return out, nil
}

func (t *Table) values(vars map[string]any, row int) (map[string]any, error) {
	out := map[string]any{}
	for i, c := range t.Outputs {
		v, err := t.Rows[row-1].values[i].Value(vars)
		if err != nil {
			return nil, fault.New(fault.Invalid, "process.table.cell", "row", fmt.Sprint(row)).Because(err)
		}
		out[c.Name] = v
	}
	return out, nil
}

// collect gives lists, or of one output its sum, least, greatest or number. A sum of nothing is 0,
// where FEEL would give null: an amount to pay is a number.
func (t *Table) collect(vars map[string]any, rows []int) (map[string]any, error) {
	lists := map[string][]any{}
	for _, n := range rows {
		values, err := t.values(vars, n)
		if err != nil {
			return nil, err
		}
		for k, v := range values {
			lists[k] = append(lists[k], v)
		}
	}
	out := map[string]any{}
	for _, c := range t.Outputs {
		v, err := aggregate(t.Aggregation, lists[c.Name])
		if err != nil {
			return nil, err
		}
		out[c.Name] = v
	}
	return out, nil
}

func aggregate(how string, list []any) (any, error) {
	switch how {
	case "":
		return append([]any{}, list...), nil
	case "COUNT":
		return int64(len(list)), nil
	}
	numbers := make([]float64, len(list))
	for i, v := range list {
		switch x := v.(type) {
		case int64:
			numbers[i] = float64(x)
		case float64:
			numbers[i] = x
		default:
			return nil, fault.New(fault.Invalid, "process.table.not-a-number")
		}
	}
	if how == "SUM" {
		var sum float64
		for _, x := range numbers {
			sum += x
		}
		return whole(sum), nil
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	if how == "MIN" {
		return whole(slices.Min(numbers)), nil
	}
	return whole(slices.Max(numbers)), nil
}
