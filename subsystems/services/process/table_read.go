package process

import (
	"fmt"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/subsystems/services/rule"
)

// The bounds of a table, and the name by which a test sees its column's value.
const (
	maxRows    = 500
	maxColumns = 30
	inputName  = "input"
)

// dmn reports whether a namespace is one of DMN's, 1.1 to 1.5: tables are the same in all.
func dmn(space string) bool {
	switch strings.TrimSuffix(space, "/") {
	case "http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/DMN/20180521/MODEL",
		"https://www.omg.org/spec/DMN/20191111/MODEL", "https://www.omg.org/spec/DMN/20211108/MODEL",
		"https://www.omg.org/spec/DMN/20230324/MODEL":
		return true
	}
	return false
}

// ReadTable reads a DMN definition with one decision table. What it gives may still have problems:
// see Table.Check. An error is a fault of kind Invalid: then the bytes are no table at all.
func ReadTable(raw []byte) (*Table, error) {
	root, err := readXML(raw)
	if err != nil {
		return nil, err
	}
	if root.local != "definitions" || !dmn(root.space) {
		return nil, fault.New(fault.Invalid, "process.xml.not-dmn")
	}
	decisions := root.all("decision")
	if len(decisions) != 1 || decisions[0].child("decisionTable") == nil {
		return nil, fault.New(fault.Invalid, "process.xml.one-table")
	}
	e := decisions[0].child("decisionTable")
	t := &Table{
		ID: decisions[0].id(), Name: nameOf(decisions[0]), HitPolicy: HitPolicy(first(e.attrs["hitPolicy"], string(Unique))),
		Aggregation: e.attrs["aggregation"],
	}
	if len(e.all("rule")) > maxRows || len(e.all("input"))+len(e.all("output")) > maxColumns {
		return nil, fault.New(fault.Invalid, "process.xml.too-big")
	}
	r := &tableReader{t: t, cel: isCEL(root, e)}
	r.columns(e)
	r.rows(e)
	r.compile()
	return t, nil
}

// isCEL reports whether the entries of a table are CEL instead of S-FEEL.
func isCEL(around ...*element) bool {
	for _, e := range slices.Backward(around) {
		if l := e.attrs["expressionLanguage"]; l != "" {
			return strings.Contains(strings.ToLower(l), "cel")
		}
	}
	return false
}

// source is a text of a table that is to be compiled.
type source struct {
	element, text string
	row, column   int
	test          bool
	put           func(*rule.Rule)
}

type tableReader struct {
	t       *Table
	cel     bool
	sources []source
}

func (r *tableReader) complain(element, key string, args ...string) {
	r.t.problems = append(r.t.problems, problem(element, key, args...))
}

func (r *tableReader) columns(e *element) {
	inputs, outputs := e.all("input"), e.all("output")
	r.t.Inputs, r.t.Outputs = make([]Column, len(inputs)), make([]Column, len(outputs))
	for i, x := range inputs {
		c := &r.t.Inputs[i]
		expression := x.child("inputExpression")
		c.ID, c.Label = x.id(), x.attrs["label"]
		if expression != nil {
			c.Text = expression.child("text").words()
		}
		r.sources = append(r.sources, source{c.ID, c.Text, 0, i + 1, false, func(x *rule.Rule) { c.rule = x }})
	}
	for i, x := range outputs {
		c := &r.t.Outputs[i]
		c.ID, c.Label, c.Name = x.id(), x.attrs["label"], x.attrs["name"]
		if !plain.MatchString(c.Name) {
			r.complain(c.ID, "table-output", "name", c.Name)
		}
		if d := x.child("defaultOutputEntry"); d != nil {
			r.sources = append(r.sources, source{c.ID, d.child("text").words(), 0, len(inputs) + i + 1, false, func(x *rule.Rule) { c.otherwise = x }})
		}
	}
	if len(inputs) == 0 || len(outputs) == 0 {
		r.complain(r.t.ID, "table-empty")
	}
}

func (r *tableReader) rows(e *element) {
	rules := e.all("rule")
	r.t.Rows = make([]TableRow, len(rules))
	if len(rules) == 0 {
		r.complain(r.t.ID, "table-empty")
	}
	for n, x := range rules {
		row := &r.t.Rows[n]
		row.ID = x.id()
		inputs, outputs := x.all("inputEntry"), x.all("outputEntry")
		if len(inputs) != len(r.t.Inputs) || len(outputs) != len(r.t.Outputs) {
			r.complain(row.ID, "table-cells", "row", fmt.Sprint(n+1))
			continue
		}
		row.tests, row.values = make([]*rule.Rule, len(inputs)), make([]*rule.Rule, len(outputs))
		for i, c := range inputs {
			row.Inputs = append(row.Inputs, c.child("text").words())
			r.test(first(c.id(), row.ID), c, row, n, i)
		}
		for i, c := range outputs {
			row.Outputs = append(row.Outputs, c.child("text").words())
			r.sources = append(r.sources, source{first(c.id(), row.ID), row.Outputs[i], n + 1, len(inputs) + i + 1, false, func(x *rule.Rule) { row.values[i] = x }})
		}
	}
}

// test takes an input entry: CEL as it stands, or S-FEEL brought into CEL.
func (r *tableReader) test(id string, c *element, row *TableRow, n, i int) {
	text := row.Inputs[i]
	if text == "" || text == "-" {
		return
	}
	if !r.cel && !isCEL(c) {
		var err error
		if text, err = unaryTests(text); err != nil {
			r.complain(id, "table-cell", "row", fmt.Sprint(n+1), "column", fmt.Sprint(i+1), "why", err.Error())
			return
		}
	}
	r.sources = append(r.sources, source{id, text, n + 1, i + 1, true, func(x *rule.Rule) { row.tests[i] = x }})
}

func (r *tableReader) compile() {
	known := append(given(), inputName)
	for _, x := range r.sources {
		known = append(known, names(x.text)...)
	}
	slices.Sort(known)
	language, err := rule.NewLanguage(slices.DeleteFunc(slices.Compact(known), reserved)...)
	if err != nil {
		r.complain(r.t.ID, "expression", "why", err.Error())
		return
	}
	for _, x := range r.sources {
		compile := language.Compile
		if x.test {
			compile = language.Condition
		}
		compiled, err := compile(x.text)
		if err != nil {
			r.complain(x.element, "table-cell", "row", fmt.Sprint(x.row), "column", fmt.Sprint(x.column), "why", brief(err))
			continue
		}
		x.put(compiled)
	}
}
