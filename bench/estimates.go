package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"praya/app"
	"praya/subsystems/estimates"
)

// read measures how fast papers are read, placed and checked on one core, beside the
// standard library's CSV reader cutting the same bytes into cells.
func (b *bench) read() error {
	papers := estimates.Invent(100, 2025, 1)
	var text []string
	bytes := 0
	for _, p := range papers {
		text = append(text, p.Text)
		bytes += len(p.Text)
	}
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	rounds := 5
	ours, err := fastest(rounds, func() error {
		for _, p := range papers {
			if err := estimates.ReadAndCheck(p.Name, strings.NewReader(p.Text)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	cells, err := fastest(rounds, func() error {
		for _, t := range text {
			r := csv.NewReader(strings.NewReader(t))
			r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = '\t', true, -1, true
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				} else if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	rate := func(d time.Duration) float64 { return float64(bytes) / 1e6 / d.Seconds() }
	b.add(Result{
		Name: "estimates.read", Unit: "MB/s", Ours: rate(ours), Beside: map[string]float64{"encoding/csv": rate(cells)},
		Size: fmt.Sprintf("100 different papers, %.1f MB, one core", float64(bytes)/1e6),
	})
	return nil
}

func fastest(rounds int, work func() error) (best time.Duration, err error) {
	for range rounds {
		start := time.Now()
		if err := work(); err != nil {
			return 0, err
		}
		if d := time.Since(start); best == 0 || d < best {
			best = d
		}
	}
	return best, nil
}

// government loads 100 heads of many years, and then asks for pages and searches.
func (b *bench) government() (err error) {
	years := 2 * b.scale
	files, err := b.write(years)
	if err != nil {
		return err
	}
	config, err := app.LoadConfig("")
	if err != nil {
		return err
	}
	config.Data, config.Operator = filepath.Join(b.dir, "government"), "off"
	p, err := app.Open(b.ctx, config, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := b.load(p, files, years); err != nil {
		return err
	}
	server := httptest.NewServer(p.Site.Handler())
	defer server.Close()
	size := fmt.Sprintf("100 heads, %d years", years)
	if err := b.pages(server.URL, years, size); err != nil {
		return err
	}
	return b.searches(server.URL, files, size)
}

func (b *bench) write(years int) ([]string, error) {
	dir := filepath.Join(b.dir, "papers")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var files []string
	for y := range years {
		for _, p := range estimates.Invent(100, 2006+y, uint64(y)) {
			name := filepath.Join(dir, fmt.Sprintf("%d-%s", y, p.Name))
			if err := os.WriteFile(name, []byte(p.Text), 0o600); err != nil {
				return nil, err
			}
			files = append(files, name)
		}
	}
	return files, nil
}

func (b *bench) load(p *app.Praya, files []string, years int) error {
	start, facts := time.Now(), 0
	err := p.Estimates.ImportFiles(b.ctx, files, func(done int, one []estimates.Imported) {
		for _, i := range one {
			facts += i.Version.Summary.Facts
		}
		if done%100 == 0 {
			fmt.Fprintf(os.Stderr, "\r%d of %d papers", done, len(files))
		}
	})
	took := time.Since(start)
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return err
	}
	plain, err := plainRows(b.ctx, filepath.Join(b.dir, "plain.db"), min(facts, 100_000))
	if err != nil {
		return err
	}
	b.add(Result{
		Name: "estimates.import", Unit: "facts/s", Ours: float64(facts) / took.Seconds(),
		Beside: map[string]float64{"rows alone, one table, no reading, checks or search": plain},
		Size:   fmt.Sprintf("100 heads, %d years, %d papers, %d facts", years, len(files), facts),
	})
	return nil
}

// pages asks for head pages one after the other, beside a handler that sends a page of the
// same size from memory.
func (b *bench) pages(base string, years int, size string) error {
	var page []byte
	took, err := each(400, func(i int) error {
		y := 2006 + i%years
		body, err := get(fmt.Sprintf("%s/tc/estimates/%d-%02d/%d", base, y, (y+1)%100, 1+i%100))
		page = body
		return err
	})
	if err != nil {
		return err
	}
	p50, p99 := spread(took)
	static := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) }))
	defer static.Close()
	plain, err := each(400, func(int) error {
		_, err := get(static.URL)
		return err
	})
	if err != nil {
		return err
	}
	_, q99 := spread(plain)
	b.add(Result{
		Name: "estimates.page", Unit: "ms p99", Ours: p99, P50: p50, P99: p99,
		Beside: map[string]float64{"the same bytes from memory": q99}, Size: size,
	})
	return nil
}

// searches asks fixed lists of queries, beside a reading of every paper from the disk's cache,
// as grep does it.
func (b *bench) searches(base string, files []string, size string) error {
	queries := estimates.InventedWords()
	grep, err := each(3, func(i int) error {
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			_ = strings.Count(string(text), queries[i%len(queries)])
		}
		return nil
	})
	if err != nil {
		return err
	}
	g50, _ := spread(grep)
	for _, list := range []struct {
		name, note string
		queries    []string
	}{
		{"estimates.search", "one word in a tenth of all items", queries},
		{"estimates.search-common", "words in a quarter to two fifths of all items", estimates.CommonInventedWords()},
	} {
		took, err := each(40*len(list.queries), func(i int) error {
			_, err := get(base + "/tc/estimates/search?q=" + url.QueryEscape(list.queries[i%len(list.queries)]))
			return err
		})
		if err != nil {
			return err
		}
		p50, p99 := spread(took)
		b.add(Result{
			Name: list.name, Unit: "ms p99", Ours: p99, P50: p50, P99: p99, Beside: map[string]float64{"reading every paper": g50},
			Size: fmt.Sprintf("%s, %d queries, %s", size, len(list.queries), list.note),
		})
	}
	return nil
}

func each(n int, work func(int) error) ([]time.Duration, error) {
	for i := range min(n, 20) { // warm up
		if err := work(i); err != nil {
			return nil, err
		}
	}
	took := make([]time.Duration, n)
	for i := range n {
		start := time.Now()
		if err := work(i); err != nil {
			return nil, err
		}
		took[i] = time.Since(start)
	}
	return took, nil
}

func get(address string) ([]byte, error) {
	response, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d", address, response.StatusCode)
	}
	return body, err
}
