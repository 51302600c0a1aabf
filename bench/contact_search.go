package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"praya/app"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/contact/knowledge"
)

// benchArticles is how many articles are searched, unless ARTICLES says another number.
const benchArticles = 10_000

// asNumber is a number that the environment gives.
func asNumber(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// benchQuestions are as people type: words, phrases, whole sentences in both scripts, and what is in no
// article.
func benchQuestions() []string {
	return []string{
		"駕駛執照", "驾驶执照", "driving licence", "請問點樣續領駕駛執照呀", "how do I renew my driving licence online", "泳池", "水", "街燈 路面 坑洞", "pothole street lamp", "我想申請公屋租金津貼要點做",
		"where can I pay a parking penalty and what is the fee", "退稅限期", "rocket", "火箭發射場", "library court pool park",
	}
}

// search asks the knowledge as people do. What stands beside is the first question of that kind after a
// start, when nothing is remembered of how common words are.
func (b *bench) search() (err error) {
	p, err := b.cycle("knowledge")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	n := asNumber("ARTICLES", benchArticles)
	if err := writeArticles(b.ctx, p, n); err != nil {
		return err
	}
	all := benchQuestions()
	find := func(i int) error {
		_, _, err := p.Contact.Knowledge.Find(b.ctx, knowledge.Query{Text: all[i%len(all)], Lang: lang.TC, Quiet: true})
		return err
	}
	cold := make([]time.Duration, len(all))
	for i := range all {
		began := time.Now()
		if err := find(i); err != nil {
			return err
		}
		cold[i] = time.Since(began)
	}
	warm, err := each(200*len(all), find)
	if err != nil {
		return err
	}
	first := ms(slices.Max(cold))
	p50, p99 := spread(warm)
	b.add(Result{
		Name: "contact.search", Unit: "ms p99", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{"the slowest of the first": first, "the bound": 20},
		Size: fmt.Sprintf("%d articles in three languages, %d questions in turn", n, len(all)),
	})
	return nil
}

// writeArticles publishes invented articles by the use cases themselves.
func writeArticles(ctx context.Context, p *app.Praya, n int) error {
	v := newVocabulary()
	departments := []string{"EPD", "FEHD", "HYD", "IMMD", "LCSD", "TD"}
	review := when.System().Day().Add(180)
	const lot = 250
	for i := 0; i < n; i += lot {
		var all []knowledge.Article
		for k := i; k < min(i+lot, n); k++ {
			text, title := v.some(v.tc, 60, "，"), v.some(v.tc, 3, "")+fmt.Sprint(k)
			all = append(all, knowledge.Article{
				Code: fmt.Sprintf("generated-%d", k), Department: departments[k%len(departments)], Owner: "bench",
				Title:    lang.Text{TC: title, EN: v.some(v.en, 4, " ") + fmt.Sprint(" ", k), SC: title},
				Text:     lang.Text{TC: text, EN: v.some(v.en, 90, " "), SC: text},
				Everyday: lang.Text{TC: v.some(v.tc, 3, " "), EN: v.some(v.en, 3, " ")},
			})
		}
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			for _, a := range all {
				if _, err := p.Contact.Knowledge.Put(tx, a, "bench"); err != nil {
					return err
				}
				if err := p.Contact.Knowledge.Publish(tx, a.Code, review, "second"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "\r%d of %d articles", min(i+lot, n), n)
	}
	fmt.Fprintln(os.Stderr)
	return nil
}

// vocabulary is words as a language uses them (Zipf's law): a few in most texts, and most in few.
type vocabulary struct {
	random *rand.Rand
	often  *rand.Zipf
	tc, en []string
}

func newVocabulary() vocabulary {
	//nolint:gosec // the same articles each time
	r := rand.New(rand.NewPCG(7, 7))
	v := vocabulary{
		random: r,
		tc:     strings.Fields("續領 駕駛 執照 車輛 牌照 身份證 護照 申請 登記 出生 結婚 食物 衞生 街道 清潔 老鼠 滴水 街燈 路面 坑洞 噪音 地盤 回收 泳池 球場 圖書館 公園 學校 醫院 診所 津貼 福利 稅務 退稅 公屋 租金 水費 電費 巴士 泊車 罰款 預約 表格 費用 限期 網上 郵寄 櫃位"),
		en:     strings.Fields("renew driving licence vehicle identity card passport apply register birth marriage food hygiene street cleaning rats dripping lamp road pothole noise site recycle pool court library park school hospital clinic allowance welfare tax refund housing rent water bus parking penalty book form fee deadline online post counter office"),
	}
	r.Shuffle(len(v.tc), func(i, j int) { v.tc[i], v.tc[j] = v.tc[j], v.tc[i] })
	r.Shuffle(len(v.en), func(i, j int) { v.en[i], v.en[j] = v.en[j], v.en[i] })
	for range 6000 {
		v.tc = append(v.tc, string([]rune{rune(0x4e00 + r.IntN(3000)), rune(0x4e00 + r.IntN(3000))}))
		word := make([]byte, 5)
		for i := range word {
			word[i] = byte('a' + r.IntN(26))
		}
		v.en = append(v.en, string(word))
	}
	v.often = rand.NewZipf(r, 1.1, 4, uint64(len(v.tc)-1))
	return v
}

func (v vocabulary) some(from []string, n int, between string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = from[min(int(v.often.Uint64()), len(from)-1)] //nolint:gosec // small
	}
	return strings.Join(out, between)
}
