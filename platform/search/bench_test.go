package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// corpus makes bilingual items of a budget; 智慧 stands in a tenth of them.
func corpus(n int) func(func(Doc) bool) {
	r := rand.New(rand.NewPCG(7, 7))
	zh := strings.Fields("開支 預算 服務 部門 計劃 資訊 科技 總監 辦公室 維修 工程 設備 更換 系統 數據 中心 社區 健康 教育 運輸 停車 公園 道路 渠務 供水 消防 救護 入境 海關 統計")
	en := strings.Fields("replacement system equipment service programme maintenance works data centre community health education transport parking road drainage water fire ambulance immigration customs statistics operation provision vehicle")
	return func(yield func(Doc) bool) {
		for i := range n {
			var a, b strings.Builder
			for range 4 {
				a.WriteString(zh[r.IntN(len(zh))])
			}
			if i%10 == 0 {
				a.WriteString("智慧")
			}
			for range 12 {
				b.WriteString(en[r.IntN(len(en))] + " ")
				if r.IntN(3) == 0 {
					b.WriteString(zh[r.IntN(len(zh))])
				}
			}
			d := Doc{
				Scope: "estimates", ID: fmt.Sprint(i), Title: a.String(), Body: b.String(), Weight: i % 20,
				Facets: []Facet{{"year", fmt.Sprint(i % 20)}, {"head", fmt.Sprint(i % 100)}},
			}
			if !yield(d) {
				return
			}
		}
	}
}

func BenchmarkFind(b *testing.B) {
	n := 200_000
	if testing.Short() {
		n = 5_000
	}
	queries := []Query{
		{Text: "智慧"},
		{Text: "智"},
		{Text: "智慧 system"},
		{Text: "system"},
		{Text: "消防"},
		{Text: "統計 海關 customs"},
		{Text: "智慧", Filters: []Facet{{"year", "7"}}},
		{Text: "智慧", Offset: 200},
		{Text: "渠務供水"},
		{Text: "沒有的"},
	}
	for name, address := range map[string]string{"sqlite": dbtest.SQLite(b), "postgresql": dbtest.PostgreSQL(b)} {
		d := dbtest.Open(b, address)
		if _, err := d.Migrate(b.Context(), Schema()); err != nil {
			b.Fatal(err)
		}
		x := index(b)
		began := time.Now()
		err := d.Write(b.Context(), func(tx *db.Tx) error { _, err := x.Add(tx, corpus(n)); return err })
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%s: %d documents added in %v", name, n, time.Since(began).Round(time.Millisecond))
		for _, q := range queries {
			q.Scopes = []string{"estimates"}
			b.Run(fmt.Sprintf("%s/%s%v+%d", name, q.Text, q.Filters, q.Offset), func(b *testing.B) {
				var took []time.Duration
				total := 0
				for b.Loop() {
					t := when.System()
					_, total = find(b, d, x, q)
					took = append(took, when.System().Sub(t))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				b.ReportMetric(float64(total), "hits")
			})
		}
	}
}
