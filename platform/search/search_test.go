package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"智慧燈柱":            "智慧灯柱",
		"開支預算":            "开支预算",
		"裏裡里":             "里里里",
		"台臺":              "台台",
		"為爲为":             "为为为",
		"啟啓启":             "启启启",
		"綫線线":             "线线线",
		"ＡＢＣ１２":           "abc12",
		"Café ÉCOLE":      "cafe ecole",
		"e\u0301":         "e",
		"of a Department": "of a department",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
	if len(foldFrom) != len(foldTo) || len(foldFrom)%3 != 0 {
		t.Fatalf("the table has %d and %d bytes", len(foldFrom), len(foldTo))
	}
	if runes := []rune(foldFrom); !slices.IsSorted(runes) || len(runes)*3 != len(foldFrom) {
		t.Error("the table is not sorted")
	}
	for i, r := range []rune(foldWide) {
		if common := i%2 == 0 && r >= 0x4E00 && r <= 0x9FA5; common && !foldsWide(r) {
			t.Errorf("%c is in no list of those that fold", r)
		}
	}
	for _, r := range foldFrom + foldWide {
		if once := FoldRune(r); FoldRune(once) != once {
			t.Errorf("%c folds to %c, which folds to %c", r, once, FoldRune(once))
		}
	}
}

func TestTokens(t *testing.T) {
	for in, want := range map[string]string{
		"智慧燈柱":                  "智慧 慧灯 灯柱 柱",
		"燈":                     "灯",
		"總目47：衞生署":              "总目 目 47 卫生 生署 署",
		"Programmes, policies":  "programme policy",
		"class analysis status": "class analysi status",
		"$1,234,567.8 in 2,5":   "1234567 8 in 2 5",
		"12,34 1,2345 1234,567": "12 34 1 2345 1234 567",
		"2025-26":               "2025 26",
		"A座":                    "a 座",
		"。，！":                   "",
		"公\u0301司":              "公 司",
	} {
		var got []string
		tokens(in, func(tk token) bool {
			got = append(got, tk.text)
			if tk.from >= tk.to || tk.to > len(in) {
				t.Errorf("%q: %+v", in, tk)
			}
			return true
		})
		if s := strings.Join(got, " "); s != want {
			t.Errorf("tokens of %q are %q, want %q", in, s, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"智慧燈柱 A1", "1,234,", "\xff\xe4\xbd", "é́", "𠮷野家", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		tokens(s, func(tk token) bool {
			if tk.from < last-4 || tk.to > len(s) || tk.from >= tk.to || strings.ContainsAny(tk.text, " '\"\\\uE000") {
				t.Errorf("%q: %+v", s, tk)
			}
			last = tk.from
			return true
		})
		for _, r := range Mark(s, s) {
			if r.From >= r.To || r.To > len(s) {
				t.Errorf("%q: %+v", s, r)
			}
		}
	})
}

func TestMark(t *testing.T) {
	for _, test := range []struct{ text, query, want string }{
		{"多功能智慧燈柱試驗計劃", "智慧灯柱", "[智慧燈柱]"},
		{"路燈", "燈", "[燈]"},
		{"Smart Lampposts and lamppost", "lamppost", "[Lampposts][lamppost]"},
		{"撥款 1,234 千元", "1234", "[1,234]"},
		{"A座樓上", "A座", "[A座]"},
		{"總目 47", "總目 47", "[總目][47]"},
		{"無", "有", ""},
	} {
		var got strings.Builder
		for _, r := range Mark(test.text, test.query) {
			got.WriteString("[" + test.text[r.From:r.To] + "]")
		}
		if got.String() != test.want {
			t.Errorf("%s in %s: %s, want %s", test.query, test.text, got.String(), test.want)
		}
	}
}

func index(t testing.TB) *Index {
	x, err := New("estimates", "services")
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func put(t *testing.T, d *db.DB, x *Index, docs ...Doc) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, doc := range docs {
			if err := x.Put(tx, doc); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, d *db.DB, x *Index, q Query) (ids []string, total int) {
	t.Helper()
	if q.Scopes == nil {
		q.Scopes = []string{"estimates"}
	}
	var hits Hits
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		hits, err = x.Find(tx, q)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hits.Page {
		ids = append(ids, h.ID)
	}
	return ids, hits.Total
}

func TestFind(t *testing.T) {
	docs := []Doc{
		{ID: "head", Title: "總目 47－政府總部：政府資訊科技總監辦公室", Weight: 9, Facets: []Facet{{"year", "2025"}, {"kind", "head"}}},
		{ID: "lamp", Title: "多功能智慧燈柱", Body: "Smart lampposts in 觀塘", Weight: 5, Facets: []Facet{{"year", "2025"}, {"kind", "item"}}},
		{ID: "lamp24", Title: "多功能智慧燈柱", Body: "Smart lampposts", Weight: 4, Facets: []Facet{{"year", "2024"}, {"kind", "item"}}},
		{ID: "body", Title: "其他", Body: "包括智慧燈柱及路燈", Weight: 8, Facets: []Facet{{"year", "2024"}}},
		{ID: "exact", Title: "智慧燈柱", Facets: []Facet{{"year", "2023"}}},
		{ID: "block", Title: "A座樓", Body: "a 1,234 thousand"},
		{ID: "apart", Title: "智慧", Body: "燈柱"},
	}
	for i := range docs {
		docs[i].Scope = "estimates"
	}
	other := Doc{Scope: "services", ID: "other", Title: "智慧燈柱", Card: "other's card"}
	tests := []struct {
		query Query
		want  string
	}{
		{Query{Text: "智慧燈柱"}, "exact lamp lamp24 body"},
		{Query{Text: "智慧灯柱"}, "exact lamp lamp24 body"},
		{Query{Text: "燈柱"}, "lamp lamp24 exact body apart"},
		{Query{Text: "燈"}, "lamp lamp24 exact body apart"},
		{Query{Text: "柱"}, "lamp lamp24 exact body apart"},
		{Query{Text: "lamppost"}, "lamp lamp24"},
		{Query{Text: "智慧 觀塘"}, "lamp"},
		{Query{Text: "慧燈"}, "lamp lamp24 exact body"},
		{Query{Text: `"smart lamppost"`}, "lamp lamp24"},
		{Query{Text: `"lamppost smart"`}, ""},
		{Query{Text: "A座"}, "block"},
		{Query{Text: "1234"}, "block"},
		{Query{Text: "總目 47"}, "head"},
		{Query{Text: "資訊科技"}, "head"},
		{Query{Text: "燈柱", Filters: []Facet{{"year", "2024"}}}, "lamp24 body"},
		{Query{Text: "燈柱", Filters: []Facet{{"year", "2024"}, {"year", "2023"}}}, "lamp24 exact body"},
		{Query{Text: "燈柱", Filters: []Facet{{"year", "2025"}, {"kind", "item"}}}, "lamp"},
		{Query{Text: "", Filters: []Facet{{"year", "2025"}}}, "head lamp"},
		{Query{Text: "智慧燈柱", Limit: 2, Offset: 1}, "lamp lamp24"},
		{Query{Text: "智慧燈柱", Limit: 2, Offset: 3}, "body"},
		{Query{Text: "智慧燈柱", Scopes: []string{"services"}}, "other"},
		{Query{Text: "沒有"}, ""},
		{Query{Text: "？！"}, ""},
		{Query{Text: `" OR title:* NEAR(' & | !`}, ""},
	}
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		x := index(t)
		put(t, d, x, append(docs, other)...)
		check := func(when string) {
			for _, test := range tests {
				ids, total := find(t, d, x, test.query)
				if got := strings.Join(ids, " "); got != test.want {
					t.Errorf("%s: %+v found %q, want %q", when, test.query, got, test.want)
				}
				if test.query.Limit == 0 && total != len(ids) {
					t.Errorf("%s: %+v: total %d, want %d", when, test.query, total, len(ids))
				}
			}
			if _, total := find(t, d, x, Query{Text: "燈柱", Limit: 1}); total != 5 {
				t.Errorf("%s: total %d, want 5", when, total)
			}
		}
		check("put")
		put(t, d, x, docs...)
		check("put again")
		if err := x.Rebuild(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		check("rebuilt")
		err := d.Write(t.Context(), func(tx *db.Tx) error { return x.Delete(tx, "estimates", "lamp") })
		if err != nil {
			t.Fatal(err)
		}
		if ids, _ := find(t, d, x, Query{Text: "觀塘"}); len(ids) != 0 {
			t.Errorf("deleted, and found %v", ids)
		}
		sandbox := who.AsSystem(t.Context(), who.Sandbox)
		err = d.Read(sandbox, func(tx *db.Tx) error {
			hits, err := x.Find(tx, Query{Text: "智慧燈柱", Scopes: []string{"estimates", "services"}})
			if hits.Total != 0 {
				t.Errorf("the sandbox sees %+v", hits)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return x.Clear(tx, "estimates") }); err != nil {
			t.Fatal(err)
		}
		if ids, total := find(t, d, x, Query{Text: "燈", Scopes: []string{"estimates", "services"}}); total != 1 || ids[0] != "other" {
			t.Errorf("after clearing a scope: %v %d", ids, total)
		}
	})
}

func TestBoundsOfAQuery(t *testing.T) {
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		x := index(t)
		for _, q := range []Query{
			{Text: strings.Repeat("長", 201)}, {Text: strings.Repeat("a ", 17)}, {Text: "a", Offset: -1}, {Text: "a", Offset: 10_000},
		} {
			q.Scopes = []string{"estimates"}
			err := d.Read(t.Context(), func(tx *db.Tx) error { _, err := x.Find(tx, q); return err })
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%d characters, offset %d: %v, want Invalid", len(q.Text), q.Offset, err)
			}
		}
	})
}

// A text with far more words, and far more of one word, than a tsvector holds.
func TestLongTexts(t *testing.T) {
	var b strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&b, "第%d段。", i)
	}
	b.WriteString("最後智慧燈柱。")
	long := Doc{Scope: "estimates", ID: "long", Title: "長文", Body: b.String()}
	wall := Doc{Scope: "estimates", ID: "wall", Title: "牆", Body: strings.Repeat("智慧燈", 10_000) + "柱"}
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		x := index(t)
		put(t, d, x, long, wall, Doc{Scope: "estimates", ID: "short", Title: "智慧燈柱"})
		for _, test := range []struct{ text, want string }{
			{"智慧燈柱", "short long wall"}, {"第29999段", "long"}, {"第0段", "long"}, {"第 段", "long"}, {"長文 智慧燈柱", "long"}, {"燈", "short long wall"},
		} {
			ids, total := find(t, d, x, Query{Text: test.text})
			slices.Sort(ids)
			want := strings.Fields(test.want)
			slices.Sort(want)
			if diff := cmp.Diff(want, ids); diff != "" || total != len(want) {
				t.Errorf("%s: total %d, %s", test.text, total, diff)
			}
		}
		if err := x.Rebuild(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if _, total := find(t, d, x, Query{Text: "智慧燈柱"}); total != 3 {
			t.Errorf("rebuilt: %d", total)
		}
	})
}

// The engines are held against a search that has no index: tokens compared one by one.
func TestHitsAreThoseOfAPlainSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"燈", "柱", "智", "慧", "灯", "路", " ", "，", "a", "b", "7", "lamps", "lamp"}
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		return b.String()
	}
	var docs []Doc
	for i := range 150 {
		docs = append(docs, Doc{Scope: "estimates", ID: fmt.Sprint(i), Title: text(1 + r.IntN(6)), Body: text(r.IntN(15)), Weight: r.IntN(4)})
	}
	var queries []string
	for range 300 {
		queries = append(queries, text(1+r.IntN(5)))
	}
	answers := map[string][]string{}
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		x := index(t)
		put(t, d, x, docs...)
		for _, q := range queries {
			ws, err := words(q)
			if err != nil {
				t.Fatal(err)
			}
			if len(ws) == 0 {
				continue
			}
			var want []string
			for _, doc := range docs {
				if matches(doc, ws) {
					want = append(want, doc.ID)
				}
			}
			ids, total := find(t, d, x, Query{Text: q, Limit: 100})
			if earlier, ok := answers[q]; ok && !slices.Equal(ids, earlier) {
				t.Errorf("%q: the engines' orders differ", q)
			}
			answers[q] = slices.Clone(ids)
			if total != len(want) {
				t.Errorf("%q: %d hits, want %d", q, total, len(want))
			}
			if total <= 100 {
				slices.Sort(ids)
				slices.Sort(want)
				if !slices.Equal(ids, want) {
					t.Errorf("%q: %v, want %v", q, ids, want)
				}
			}
		}
	})
}

func matches(doc Doc, ws []word) bool {
	for _, w := range ws {
		found := false
		for _, s := range []string{doc.Title, doc.Body} {
			var all []token
			tokens(s, func(t token) bool { all = append(all, t); return true })
			for i := range all {
				if _, ok := at(all[i:], w); ok {
					found = true
				}
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func TestStatements(t *testing.T) {
	if n := dbtest.Prepare(t, []db.Schema{Schema()}, "."); n < 20 {
		t.Errorf("%d statements", n)
	}
	dbtest.Homes(t, ".")
}
