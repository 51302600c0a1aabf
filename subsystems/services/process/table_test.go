package process

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/platform/db"
)

// tableOf makes a table: inputs and outputs by name, and a row "in | in => out | out".
func tableOf(policy, inputs, outputs string, rows ...string) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d"><decision id="t" name="表"><decisionTable id="dt" ` + policy + `>`)
	for i, x := range strings.Fields(inputs) {
		fmt.Fprintf(&b, `<input id="i%d"><inputExpression typeRef="string"><text>%s</text></inputExpression></input>`, i, x)
	}
	for i, x := range strings.Fields(outputs) {
		fmt.Fprintf(&b, `<output id="o%d" name="%s"/>`, i, x)
	}
	for n, row := range rows {
		in, out, _ := strings.Cut(row, "=>")
		fmt.Fprintf(&b, `<rule id="r%d">`, n+1)
		for i, x := range strings.Split(in, "|") {
			fmt.Fprintf(&b, `<inputEntry id="c%d_%d"><text><![CDATA[%s]]></text></inputEntry>`, n+1, i+1, strings.TrimSpace(x))
		}
		for i, x := range strings.Split(out, "|") {
			fmt.Fprintf(&b, `<outputEntry id="v%d_%d"><text><![CDATA[%s]]></text></outputEntry>`, n+1, i+1, strings.TrimSpace(x))
		}
		b.WriteString("</rule>")
	}
	b.WriteString("</decisionTable></decision></definitions>")
	return []byte(b.String())
}

func TestTablesDecide(t *testing.T) {
	sizes := []string{`< 50 => 1`, `[50..100) => 2`, `>= 100 => 3`}
	fees := []string{`"a","b" | - => 100`, `- | > 10 => 20.5`, `not("a") | [5..10] => 3`}
	for _, c := range []struct {
		name, policy, in, out string
		rows                  []string
		vars                  map[string]any
		want                  map[string]any
		hit                   []int
		err                   string
	}{
		{"unique", "", "size", "class", sizes, map[string]any{"size": 50}, map[string]any{"class": int64(2)}, []int{2}, ""},
		{"unique below", "", "size", "class", sizes, map[string]any{"size": 49.9}, map[string]any{"class": int64(1)}, []int{1}, ""},
		{"unanswered", "", "size", "class", sizes, nil, nil, nil, NoRule},
		{"within", "", "shop.size", "class", sizes, map[string]any{"shop": map[string]any{"size": 200}}, map[string]any{"class": int64(3)}, []int{3}, ""},
		{"several", "", "size", "class", append(sizes, `> size_of => 9`), map[string]any{"size": 120, "size_of": 110}, nil, []int{3, 4}, "process.table.several"},
		{"first", `hitPolicy="FIRST"`, "size", "class", []string{`< 10 => "s"`, `- => "l"`}, map[string]any{"size": 5}, map[string]any{"class": "s"}, []int{1}, ""},
		{"any agrees", `hitPolicy="ANY"`, "size", "class", []string{`< 10 => "s"`, `< 5 => "s"`}, map[string]any{"size": 3}, map[string]any{"class": "s"}, []int{1, 2}, ""},
		{"any differs", `hitPolicy="ANY"`, "size", "class", []string{`< 10 => "s"`, `< 5 => "t"`}, map[string]any{"size": 3}, nil, []int{1, 2}, "process.table.several"},
		{"sum", `hitPolicy="COLLECT" aggregation="SUM"`, "kind n", "fee", fees, map[string]any{"kind": "b", "n": 7}, map[string]any{"fee": int64(103)}, []int{1, 3}, ""},
		{"sum of fractions", `hitPolicy="COLLECT" aggregation="SUM"`, "kind n", "fee", fees, map[string]any{"kind": "a", "n": 11}, map[string]any{"fee": 120.5}, []int{1, 2}, ""},
		{"sum of nothing", `hitPolicy="COLLECT" aggregation="SUM"`, "kind n", "fee", fees, map[string]any{"kind": "z", "n": 1}, map[string]any{"fee": int64(0)}, nil, ""},
		{"most", `hitPolicy="COLLECT" aggregation="MAX"`, "kind n", "fee", fees, map[string]any{"kind": "b", "n": 7}, map[string]any{"fee": int64(100)}, []int{1, 3}, ""},
		{"count", `hitPolicy="COLLECT" aggregation="COUNT"`, "kind n", "fee", fees, map[string]any{"kind": "b", "n": 7}, map[string]any{"fee": int64(2)}, []int{1, 3}, ""},
		{"list", `hitPolicy="COLLECT"`, "kind n", "fee", fees, map[string]any{"kind": "b", "n": 7}, map[string]any{"fee": []any{int64(100), int64(3)}}, []int{1, 3}, ""},
		{"days", "", "born", "old", []string{`< date("2000-01-01") => true`, `>= date("2000-01-01") => false`}, map[string]any{"born": "1999-12-31"}, map[string]any{"old": true}, []int{1}, ""},
		{"computed", "", "years(born,today)", "old", []string{`>= 65 => true`, `< 65 => false`}, map[string]any{"born": "1950-01-01", "today": "2026-11-22"}, map[string]any{"old": true}, []int{1}, ""},
		{"cel", `expressionLanguage="cel"`, "n", "x", []string{`input > 3 && m == 2 => n + 1`}, map[string]any{"n": 4, "m": 2}, map[string]any{"x": int64(5)}, []int{1}, ""},
		{"text and number", "", "n", "x", []string{`< 5 => 1`}, map[string]any{"n": "five"}, nil, nil, "process.table.cell"},
	} {
		table, err := ReadTable(tableOf(c.policy, c.in, c.out, c.rows...))
		if err != nil || len(table.Check()) > 0 {
			t.Errorf("%s: %v %v", c.name, err, table.Check())
			continue
		}
		a, err := table.Evaluate(c.vars)
		var f *fault.Fault
		var e *BPMNError
		got := ""
		switch {
		case errors.As(err, &e):
			got = e.Code
		case errors.As(err, &f):
			got = f.Key
		case err != nil:
			got = err.Error()
		}
		if got != c.err || !reflect.DeepEqual(a.Rows, c.hit) || (c.want != nil && !reflect.DeepEqual(a.Values, c.want)) {
			t.Errorf("%s: %+v %v", c.name, a, err)
		}
	}
}

func TestTablesThatCannotDecide(t *testing.T) {
	for name, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"overlap":      {tableOf("", "n", "x", `<= 10 => 1`, `[10..20] => 2`), "r2:table-overlap"},
		"inside":       {tableOf("", "n", "x", `(5..10) => 1`, `(9.9..12) => 2`), "r2:table-overlap"},
		"texts":        {tableOf("", "n k", "x", `- | "a" => 1`, `> 5 | not("b") => 2`), "r2:table-overlap"},
		"apart":        {tableOf("", "n k", "x", `- | "a" => 1`, `> 5 | "b" => 2`), ""},
		"days":         {tableOf("", "d", "x", `< date("2026-01-01") => 1`, `>= date("2026-01-01") => 2`), ""},
		"cell":         {tableOf("", "n", "x", `about ten => 1`), "c1_1:table-cell"},
		"output":       {tableOf("", "n", "x", `1 => 1 +`), "v1_1:table-cell"},
		"policy":       {tableOf(`hitPolicy="PRIORITY"`, "n", "x", `1 => 1`), "t:table-policy"},
		"missing cell": {tableOf("", "n m", "x", `1 => 1`), "r1:table-cells"},
		"no rows":      {tableOf("", "n", "x"), "t:table-empty"},
		"unended":      {tableOf("", "n", "x", `"a => 1`), "c1_1:table-cell"},
	} {
		table, err := ReadTable(c.raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(keysOf(table.Check()), " "); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	p := func() Problem {
		table, _ := ReadTable(tableOf("", "n", "x", `1 => 1`, `about two => 2`))
		return table.Check()[0]
	}()
	if p.Args["row"] != "2" || p.Args["column"] != "1" {
		t.Errorf("%+v", p)
	}
}

func TestAProcessAsksATable(t *testing.T) {
	each(t, func(w *site) {
		body := `<startEvent id="s"/><businessRuleTask id="d" praya:decision="fee"/>` + boundary("b", "d", "", `<errorEventDefinition/>`) + user("a", "") +
			`<exclusiveGateway id="x" default="f_x_e"/><endEvent id="e"/><endEvent id="none"/>` + flow("s>d", "d>x", "x>a:d.fee > 150", "x>e", "a>e", "b>none")
		w.publish("ask", body)
		publish := func(raw []byte) (v int64) {
			w.write(func(tx *db.Tx) (err error) { v, err = w.PublishDecision(tx, "fee", "FEHD", raw); return err })
			return v
		}
		cheap := tableOf("", "size", "fee", `< 50 => 100`, `[50..500] => 200`)
		for range 2 {
			if v := publish(cheap); v != 1 {
				t.Error("the same bytes are the same version", v)
			}
		}
		if i := w.start("ask", "1", map[string]any{"size": 10}); i.End != "e" || i.Vars["fee"] != int64(100) {
			t.Errorf("%+v", i)
		}
		if i := w.start("ask", "2", map[string]any{"size": 60}); i.State != Running || len(w.open("2")) != 1 {
			t.Errorf("%+v", i)
		}
		if i := w.start("ask", "3", map[string]any{"size": 1000}); i.End != "none" {
			t.Errorf("%+v", i)
		}
		if i := w.start("ask", "text", map[string]any{"size": "large"}); i.State != Failed || i.Why != "process.failed.decision" {
			t.Errorf("%+v", i)
		}
		if publish(tableOf("", "size", "fee", `< 50 => 300`, `[50..500] => 200`)) != 2 {
			t.Error("version")
		}
		if i := w.start("ask", "4", map[string]any{"size": 10}); i.State != Running || i.Vars["fee"] != int64(300) {
			t.Errorf("%+v", i)
		}
	})
}

// What was begun under a table is decided by it, whatever is published meanwhile.
func TestAVersionAsksItsOwnTable(t *testing.T) {
	each(t, func(w *site) {
		body := `<startEvent id="s"/>` + user("a", "") + `<businessRuleTask id="d" praya:decision="fee"/><endEvent id="e"/>` + flow("s>a", "a>d", "d>e")
		publish := func(raw []byte) (v int64) {
			w.write(func(tx *db.Tx) error { _, err := w.PublishDecision(tx, "fee", "FEHD", raw); return err })
			w.write(func(tx *db.Tx) (err error) { v, err = w.Publish(tx, "pin", "FEHD", definitionOf(body)); return err })
			return v
		}
		old, young := tableOf("", "size", "fee", `- => 100`), tableOf("", "size", "fee", `- => 300`)
		for range 2 {
			if v := publish(old); v != 1 {
				t.Error("the same bytes and tables are the same version", v)
			}
		}
		w.start("pin", "before", map[string]any{"size": 1})
		if v := publish(young); v != 2 {
			t.Error("a table that changed makes a version", v)
		}
		w.start("pin", "after", map[string]any{"size": 1})
		for subject, fee := range map[string]int64{"before": 100, "after": 300} {
			if i := w.complete(subject, "a", "ann", "", nil); i.State != Ended || i.Vars["fee"] != fee {
				t.Errorf("%s: %+v", subject, i)
			}
		}
	})
}

func FuzzReadTable(f *testing.F) {
	f.Add(tableOf("", "n", "x", `<= 10 => 1`, `]10..20] => 2`))
	f.Add(tableOf(`hitPolicy="COLLECT" aggregation="MIN"`, "n k", "x y", `not("a","b"), "c" | - => 1 | "q"`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		table, err := ReadTable(raw)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			return
		}
		if len(table.Check()) == 0 {
			_, _ = table.Evaluate(map[string]any{"n": 3, "k": "c"}) // must come back
		}
	})
}
