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
	"praya/kernel/when"
	"praya/subsystems/performance"
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

// paper writes a head's report with twenty programmes: text in both languages, and as a PDF.
func (b *bench) paper() error {
	sheet := papers.Invent(7, 20)
	var text int
	took, err := fastest(3, func() error {
		if bad := sheet.Check(); len(bad) > 0 && bad[0].Refuses {
			return fmt.Errorf("the sheet does not add up: %v", bad[0])
		}
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
		Size: fmt.Sprintf("20 programmes, both languages, %d kB of text", text/1000),
	})
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// board asks for the board of a hundred heads with initiatives of twenty years, beside a page
// of the same site that reads nothing.
func (b *bench) board() (err error) {
	config, err := app.LoadConfig("")
	if err != nil {
		return err
	}
	config.Data, config.Operator = filepath.Join(b.dir, "board"), "off"
	p, err := app.Open(b.ctx, config, slog.New(slog.NewTextHandler(io.Discard, nil)))
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
			if err := p.Cycle.Take(b.ctx, performance.InventPaper(fmt.Sprint(h+1), year, items)); err != nil {
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
