package sheet

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func post() Format {
	return Format{Columns: []string{"code", "name"}, Bytes: 200, Rows: 3, Told: 5}
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, body string
		rows       int
		wrong      []Problem
	}{
		{"in any order, with a mark", "\uFEFFname,CODE \r\n燈塔,1\r\n", 1, nil},
		{"nothing", "", 0, []Problem{{0, "", Empty}}},
		{"too large", strings.Repeat("x", 300), 0, []Problem{{0, "", TooLarge}}},
		{"no UTF-8", "code,name\n1,a\n2,\xff\n", 0, []Problem{{3, "", Encoding}}},
		{"header", "code,code,other\n", 0, []Problem{{1, "name", Missing}, {1, "code", Twice}, {1, "other", Unknown}}},
		{"an open quotation", "code,name\n1,\"a\n", 0, []Problem{{2, "", Quotes}}},
		{"cells", "code,name\n1\n2,b\n", 1, []Problem{{2, "", Cells}}},
		{"a cell of two lines", "code,name\n1,\"a\nb\"\n", 1, []Problem{{2, "name", Cell}}},
		{"too many", "code,name\n1,a\n2,b\n3,c\n4,d\n", 3, []Problem{{5, "", TooMany}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, wrong, err := post().Read(strings.NewReader(c.body))
			if err != nil || len(rows) != c.rows {
				t.Errorf("%v %v", rows, err)
			}
			if d := cmp.Diff(c.wrong, wrong); d != "" {
				t.Error(d)
			}
		})
	}
	f := post()
	f.Others = true
	if rows, wrong, _ := f.Read(strings.NewReader("code,other,name\n1,x,a\n")); len(wrong) > 0 || rows[0].Cells["name"] != "a" {
		t.Errorf("%v %v", rows, wrong)
	}
}

func TestFormulasAreDisarmed(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "＝1": "'＝1", "+852": "'+852", "-1": "-1", "-1,2": "'-1,2", "@a": "'@a", "'a": "''a", "a": "a", "": "", "12.50": "12.50",
	} {
		if got := Disarm(cell); got != want || Arm(got) != cell {
			t.Errorf("%q: %q, back %q", cell, got, Arm(got))
		}
	}
}

func FuzzSheet(f *testing.F) {
	f.Add("code,name\n1,a\n")
	f.Add("code,name\n'=1,\"a\"\"\"\n")
	f.Fuzz(func(t *testing.T, body string) {
		format := Format{Columns: []string{"code", "name"}, Bytes: 1 << 12, Rows: 50, Told: 5}
		rows, wrong, err := format.Read(strings.NewReader(body))
		if err != nil || len(wrong) > 0 {
			return
		}
		var out bytes.Buffer
		w, err := NewWriter(&out, true)
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Write(format.Columns)
		for _, r := range rows {
			_ = w.Write([]string{r.Cells["code"], r.Cells["name"]})
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		format.Bytes = 1 << 14
		again, wrong, err := format.Read(&out)
		same := slices.EqualFunc(rows, again, func(a, b Row) bool { return cmp.Equal(a.Cells, b.Cells) })
		if err != nil || len(wrong) > 0 || !same {
			t.Fatalf("%q: %v %v, read back %v", body, rows, wrong, again)
		}
	})
}
