package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"praya/app"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/subsystems/performance"
	"praya/subsystems/performance/governance"
	"praya/subsystems/performance/papers"
)

// match pairs two papers of a thousand items each, beside looking for each item of one in the
// other as it stands.
func (b *bench) match() error {
	first, second := performance.InventItems(1000)
	pairs := 0
	took, err := fastest(3, func() error {
		pairs = performance.MatchItems(first, second)
		return nil
	})
	if err != nil {
		return err
	}
	grep, err := fastest(3, func() error {
		for _, s := range first {
			for _, t := range second {
				if strings.Contains(t, strings.TrimSuffix(s, "；")) {
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.add(Result{
		Name: "performance.match", Unit: "ms", Ours: ms(took), Beside: map[string]float64{"looking for equal words alone": ms(grep)},
		Size: fmt.Sprintf("two papers of 1,000 items each, %d pairs proposed", pairs),
	})
	return nil
}

// paper drafts a head's report with twenty programmes from what the year holds, and writes the
// text in both languages of one that is complete.
func (b *bench) paper() (err error) {
	p, err := b.cycle("paper")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	last := performance.InventPaper("500", "2025-26", 20, 200)
	if err := p.Cycle.Take(b.ctx, last); err != nil {
		return err
	}
	book, err := last.Book()
	if err != nil {
		return err
	}
	if err := p.Votes.LoadBook(b.ctx, book); err != nil {
		return err
	}
	sheet := papers.Invent(7, 20)
	text := 0
	took, err := fastest(3, func() error {
		draft, err := p.Cycle.Material(b.ctx, "500", "2026-27")
		if err != nil {
			return err
		}
		if n := len(draft.Programmes); n != 20 {
			return fmt.Errorf("%d programmes drafted", n)
		}
		draft.Check()
		text = len(papers.Compose(sheet, lang.TC).Text()) + len(papers.Compose(sheet, lang.EN).Text())
		return nil
	})
	if err != nil {
		return err
	}
	pdf, err := fastest(1, func() error {
		_, err := papers.Compose(sheet, lang.TC).PDF(when.Day{Year: 2026, Month: 2, Date: 25})
		return err
	})
	if err != nil {
		return err
	}
	b.add(Result{
		Name: "performance.report", Unit: "ms", Ours: ms(took), Beside: map[string]float64{"its PDF in Chinese": ms(pdf)},
		Size: fmt.Sprintf("20 programmes drafted from 200 promises, both languages, %d kB of text", text/1000),
	})
	return nil
}

// cycle is the whole program on a store of its own.
func (b *bench) cycle(name string) (*app.Praya, error) {
	config, err := app.LoadConfig("")
	if err != nil {
		return nil, err
	}
	config.Data, config.Operator = filepath.Join(b.dir, name), "off"
	return app.Open(b.ctx, config, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// board asks for the board of a hundred heads with initiatives of twenty years, beside a page
// of the same site that reads nothing.
func (b *bench) board() (err error) {
	p, err := b.cycle("board")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	heads, years, items := 100, 4*b.scale, 12
	if b.scale >= 10 {
		years = 20
	}
	began := time.Now()
	for y := range years {
		year := when.FinancialYear(2007 + y).String()
		for h := range heads {
			if err := p.Cycle.Take(b.ctx, performance.InventPaper(fmt.Sprint(h+1), year, 1, items)); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "\r%d of %d years", y+1, years)
	}
	took := time.Since(began)
	fmt.Fprintln(os.Stderr)
	server := httptest.NewServer(p.Site.Handler())
	defer server.Close()
	ask := func(path string) ([]time.Duration, error) {
		return each(200, func(int) error {
			_, err := get(server.URL + path)
			return err
		})
	}
	board, err := ask("/en/performance/board?year=" + when.FinancialYear(2006+years).String())
	if err != nil {
		return err
	}
	plain, err := ask("/en/display")
	if err != nil {
		return err
	}
	p50, p99 := spread(board)
	_, q99 := spread(plain)
	n := heads * years * 2 * items
	b.add(Result{
		Name: "performance.board", Unit: "ms p99", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{"a page that reads nothing": q99},
		Size: fmt.Sprintf("%d heads, %d years, %d initiatives; taken in at %.0f a second", heads, years, n, float64(n)/took.Seconds()),
	})
	return nil
}

// orders asks for the public list of work orders in every way that its page offers.
func (b *bench) orders() (err error) {
	p, err := b.cycle("orders")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	n := 2000 * b.scale
	for i := range n {
		y := 2016 + i%10
		value := governance.Figure{Known: true, Decimal: money.Int(int32(i * 7919 % 100_000))} //nolint:gosec // far below 2^31
		_, err := p.IT.RecordOrder(b.ctx, governance.Order{
			Department: []string{"DPO", "EPD", "TD", "AFCD", "AUD"}[i%5], Reference: fmt.Sprintf("W-%06d", i), Title: "Invented work",
			Year: when.FinancialYear(y).String(), ValueThousands: value, Outsourced: i%3 > 0,
		}, "")
		if err != nil {
			return err
		}
	}
	server := httptest.NewServer(p.Site.Handler())
	defer server.Close()
	ways := []string{"", "?page=" + fmt.Sprint(n/50), "?year=2020-21", "?department=EPD&by=in-house", "?sort=-value_thousands", "?sort=outsourced&page=9", "?q=work"}
	took, err := each(210, func(i int) error {
		_, err := get(server.URL + "/en/governance/work" + ways[i%len(ways)])
		return err
	})
	if err != nil {
		return err
	}
	plain, err := each(200, func(int) error {
		_, err := get(server.URL + "/en/display")
		return err
	})
	if err != nil {
		return err
	}
	p50, p99 := spread(took)
	_, q99 := spread(plain)
	b.add(Result{
		Name: "performance.orders", Unit: "ms p99", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{"a page that reads nothing": q99},
		Size: fmt.Sprintf("%d work orders, %d ways of asking for the list", n, len(ways)),
	})
	return nil
}
