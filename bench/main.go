// Command bench measures what Praya costs beside what somebody would use instead, in the same
// run. It prints a table for people and writes bench/results.jsonl, one object a line.
//
// What keeps files wants five minutes of rest after another run, or a TMPDIR on a file system of
// its own: for so long ext4 passes over inodes that were just deleted, one by one, whenever it
// makes a file.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"praya/app"
	"praya/kernel/who"
)

// Result is one figure. Beside is what was measured in the same run, by name.
type Result struct {
	Name   string             `json:"name"`
	Unit   string             `json:"unit"`
	Ours   float64            `json:"ours"`
	Beside map[string]float64 `json:"beside"`
	P50    float64            `json:"p50_ms,omitempty"`
	P99    float64            `json:"p99_ms,omitempty"`
	RSS    float64            `json:"rss_mb"`
	Cores  int                `json:"cores"`
	Size   string             `json:"size"`
}

// bench is one run: its size and its results so far.
type bench struct {
	ctx     context.Context
	only    string
	scale   int // years of papers of 100 heads = 2 × scale; 10 is the whole of the claim
	dir     string
	results []Result
}

func main() {
	only := flag.String("only", "", "a subsystem or a figure's name, such as estimates or estimates.read")
	profile := flag.String("profile", "", "write a CPU profile here")
	flag.Parse()
	defer app.Roomy()() // as the program does
	if done, err := another(flag.Args()); done {
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if err := run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(only string) error {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	dir, err := os.MkdirTemp("", "praya-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{ctx: who.AsSystem(context.Background(), who.Production), only: only, scale: 1, dir: dir}
	if n, err := strconv.Atoi(os.Getenv("SCALE")); err == nil && n > 0 {
		b.scale = n
	} else if os.Getenv("SCALE") == "full" {
		b.scale = 10
	}
	for _, part := range []struct {
		names   []string
		measure func(*bench) error
	}{
		{[]string{"estimates.read"}, (*bench).read},
		{[]string{"estimates.import", "estimates.page", "estimates.search"}, (*bench).government},
		{[]string{"identity.client_credentials", "identity.introspection", "identity.fapi_flow"}, (*bench).identity},
		{[]string{
			"identity.passkey", "identity.passkey.scale", "identity.client_credentials.scale", "identity.introspection.scale",
			"identity.fapi_flow.scale", "identity.rest",
		}, (*bench).scaling},
		{[]string{"performance.match"}, (*bench).match},
		{[]string{"performance.report"}, (*bench).paper},
		{[]string{"performance.board"}, (*bench).board},
		{[]string{"ledger.anchor"}, (*bench).ledger},
		{[]string{"exchange.evidenced", "exchange.plain", "exchange.single", "exchange.revoke_to_deny"}, (*bench).exchange},
		{serviceNames(""), (*bench).services},
		{serviceNames(onTwo), (*bench).servicesOnTwo},
		{[]string{"contact.peak_day", "contact.calls", "contact.concurrent"}, (*bench).calls},
		{[]string{"contact.search"}, (*bench).search},
		{[]string{"contact.board"}, (*bench).stored},
		{[]string{"performance.orders"}, (*bench).orders},
		{[]string{"praya.start", "praya.binary", "praya.rest"}, (*bench).start},
	} {
		if slices.ContainsFunc(part.names, b.wants) {
			if err := part.measure(b); err != nil {
				return fmt.Errorf("%s: %w", part.names[0], err)
			}
		}
	}
	return b.report()
}

// wants reports whether a figure is asked for: by its name, or with all of its subsystem.
func (b *bench) wants(figure string) bool {
	subsystem, _, _ := strings.Cut(figure, ".")
	return b.only == "" || b.only == figure || b.only == subsystem
}

func (b *bench) add(r Result) {
	r.Cores = runtime.GOMAXPROCS(0)
	if r.RSS == 0 { // what was measured is this process
		r.RSS = rss(os.Getpid())
	}
	b.results = append(b.results, r)
	fmt.Fprintf(os.Stderr, "%s: %.4g %s\n", r.Name, r.Ours, r.Unit)
}

// report prints the table and writes the lines.
func (b *bench) report() error {
	f, err := os.Create(filepath.Join("bench", "results.jsonl"))
	if err != nil {
		return err
	}
	e := json.NewEncoder(f)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "figure\tours\tunit\tp50 ms\tp99 ms\tbeside\tratio\tRSS MB\tcores\tsize")
	for _, r := range b.results {
		if err := e.Encode(r); err != nil {
			return err
		}
		beside, ratio := "", ""
		for name, v := range r.Beside {
			beside += fmt.Sprintf("%s %.4g ", name, v)
			ratio += fmt.Sprintf("%.2f ", r.Ours/v)
		}
		fmt.Fprintf(t, "%s\t%.4g\t%s\t%.3g\t%.3g\t%s\t%s\t%.0f\t%d\t%s\n",
			r.Name, r.Ours, r.Unit, r.P50, r.P99, beside, ratio, r.RSS, r.Cores, r.Size)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// rss is the memory that a process holds, in MB.
func rss(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err == nil {
				return kb / 1024
			}
		}
	}
	return 0
}

// spread gives the median and the 99th percentile of durations, in milliseconds.
func spread(all []time.Duration) (p50, p99 float64) {
	slices.Sort(all)
	at := func(q float64) float64 { return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000 }
	return at(0.5), at(0.99)
}
