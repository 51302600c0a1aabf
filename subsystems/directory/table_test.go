package directory

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
)

var two = []string{"code", "name"}

func TestReadTable(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"as it should be", "code,name\nA,甲\n", "2:A|甲"},
		{"with a byte order mark", "\uFEFFcode,name\r\nA,甲\r\n", "2:A|甲"},
		{"columns in another order", "name,code\n甲,A\n", "2:A|甲"},
		{"header in full width", "Ｃｏｄｅ,NAME\nA,甲\n", "2:A|甲"},
		{"a line break in a cell moves the lines on", "code,name\n\"A\n\",甲\nB,乙\n", "2:A|甲, 4:B|乙"},
		{"empty lines count", "code,name\n\n\nA,甲\n", "4:A|甲"},
		{"spaces around", "code,name\n A ,　甲\n", "2:A|甲"},
		{"an apostrophe before a formula", "code,name\nA,'=1+1\n", "2:A|=1+1"},
		{"nothing", "", "0 file-empty"},
		{"a column is missing", "code\nA\n", "1 name column-missing"},
		{"a column too many", "code,name,more\n", "1 more column-unknown"},
		{"a column twice", "code,name,code\n", "1 code column-twice"},
		{"a cell is missing", "code,name\nA\nB,乙\n", "2 cells, 3:B|乙"},
		{"a quote inside", "code,name\nA,b\"c\n", "2 file-quotes"},
		{"a quote left open", "code,name\nA,\"bc\n", "2 file-quotes"},
		{"Big5", "code,name\nA,\xa5\xd2\n", "2 file-encoding"},
		{"UTF-16", "\xff\xfec\x00o\x00", "1 file-encoding"},
		{"a zero byte", "code,name\nA,\x00\n", "2 file-encoding"},
		{"a control character", "code,name\nA,a\x07b\n", "2 name line, 2:A|a\x07b"},
		{"too large", strings.Repeat("x", maxFile+1), "0 file-large"},
	} {
		rows, problems, err := readTable(strings.NewReader(c.text), two)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range problems {
			got = append(got, strings.ReplaceAll(fmt.Sprint(p.Line, " ", p.Column, " ", strings.TrimPrefix(p.Key, "directory.wrong.")), "  ", " "))
		}
		for _, r := range rows {
			got = append(got, fmt.Sprintf("%d:%s|%s", r.line, r.cells["code"], r.cells["name"]))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

func TestTableIsBounded(t *testing.T) {
	rows, problems, err := readTable(strings.NewReader("code,name\n"+strings.Repeat("A,B\n", maxRows+5)), two)
	if err != nil || len(rows) != maxRows || len(problems) != 1 || problems[0].Line != maxRows+2 {
		t.Errorf("%d rows, %v, %v", len(rows), problems, err)
	}
	_, problems, err = readTable(strings.NewReader("code,name\n"+strings.Repeat("A\n", maxRows)), two)
	if err != nil || len(problems) > maxProblems {
		t.Errorf("%d problems, %v", len(problems), err)
	}
}

// TestNoCellIsAFormula: whatever is exported, no cell begins as a formula, and reading gives
// back what there was.
func TestNoCellIsAFormula(t *testing.T) {
	for _, cell := range []string{"=1+1", "+852 2582 4520", "-1+1", "@SUM(A1)", "＝1", "'", "'=", "''", "'quoted", "plain", "", "陳"} {
		var b bytes.Buffer
		if err := writeTable(&b, two, each([]string{cell}, func(c string) []string { return []string{"A", c} })); err != nil {
			t.Fatal(err)
		}
		raw, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\uFEFF"))).ReadAll()
		if err != nil || raw[1][1] != "" && strings.ContainsAny(raw[1][1][:1], "=+-@\t\r") {
			t.Errorf("%q is written as %v, %v", cell, raw, err)
		}
		rows, problems, err := readTable(&b, two)
		if err != nil || len(problems) > 0 || rows[0].cells["name"] != cell {
			t.Errorf("%q comes back as %v, %v, %v", cell, rows, problems, err)
		}
	}
}

// FuzzTable: no file makes the reader fail or grow, and what it reads it reads again from
// what is written of it.
func FuzzTable(f *testing.F) {
	for _, s := range []string{"code,name\nA,甲\n", "\uFEFFname,code\r\n\"'=1\",\"a\"\"b\"\r\n", "code,name\nA\n", "\xff\xfe", "code,name\n\"", "code,name\nA,\u2028\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		rows, problems, err := readTable(bytes.NewReader(body), two)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) > maxRows || len(problems) > maxProblems+2 {
			t.Fatalf("%d rows, %d problems", len(rows), len(problems))
		}
		if len(problems) > 0 {
			return
		}
		var b bytes.Buffer
		err = writeTable(&b, two, each(rows, func(r row) []string { return []string{r.cells["code"], r.cells["name"]} }))
		if err != nil {
			t.Fatal(err)
		}
		if b.Len() > maxFile {
			return
		}
		again, problems, err := readTable(&b, two)
		if err != nil || len(problems) > 0 {
			t.Fatalf("%v, %v", problems, err)
		}
		for i, r := range rows {
			if again[i].cells["code"] != r.cells["code"] || again[i].cells["name"] != r.cells["name"] {
				t.Fatalf("line %d: %q came back as %q", r.line, r.cells, again[i].cells)
			}
		}
	})
}
