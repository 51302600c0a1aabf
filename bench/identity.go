package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// connections is how many callers ask at once, each of them as soon as it has its answer.
const connections = 32

// identity measures the OpenID Provider beside oidc-provider, a certified one, which keeps
// everything in memory while ours is durable. The load is made here and shares the cores with
// both in the same way: signing assertions and proofs is part of what is measured.
func (b *bench) identity() (err error) {
	anchor, err := b.anchor()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, anchor.stop()) }()
	ours, err := b.provider()
	if err != nil {
		return err
	}
	if ours != nil {
		defer func() { err = errors.Join(err, ours.stop()) }()
	}
	for _, f := range []struct {
		name, unit string
		prepare    func(*provider) (func(worker int) error, error)
	}{
		{"identity.client_credentials", "tokens/s", (*provider).clientCredentials},
		{"identity.introspection", "answers/s", (*provider).introspection},
		{"identity.fapi_flow", "sign-ins/s", (*provider).flow},
	} {
		if !b.wants(f.name) {
			continue
		}
		if err := b.both(f.name, f.unit, anchor, ours, f.prepare); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// both measures one figure at the anchor and at ours, when there is one.
func (b *bench) both(name, unit string, anchor, ours *provider, prepare func(*provider) (func(int) error, error)) error {
	theirs, err := b.loaded(anchor, prepare)
	if err != nil {
		return fmt.Errorf("oidc-provider: %w", err)
	}
	size := fmt.Sprintf("%d connections, %s; oidc-provider in memory: p50 %.3g ms, p99 %.3g ms, %.0f MB, %s",
		connections, theirs.took.Round(time.Second), theirs.p50, theirs.p99, theirs.memory, theirs.cpu)
	r := Result{Name: name, Unit: unit, Beside: map[string]float64{"oidc-provider": theirs.rate}, Size: size + "; no provider of ours to measure"}
	if ours != nil {
		us, err := b.loaded(ours, prepare)
		if err != nil {
			return err
		}
		r.Ours, r.P50, r.P99, r.RSS, r.Size = us.rate, us.p50, us.p99, us.memory, size+fmt.Sprintf("; ours %s", us.cpu)
	}
	b.add(r)
	return nil
}

// figure is what a provider did.
type figure struct {
	rate, p50, p99, memory float64

	cpu  cost
	took time.Duration
}

// cost is processor time, in milliseconds: of one answer it says more than the rate on a
// machine that does other work too.
type cost struct{ user, system, client float64 }

func (c cost) String() string {
	return fmt.Sprintf("%.2g ms of CPU each (%.2g of it in the kernel), the client %.2g ms", c.user+c.system, c.system, c.client)
}

// loaded warms the provider up for a second and then asks for three.
func (b *bench) loaded(p *provider, prepare func(*provider) (func(int) error, error)) (figure, error) {
	ask, err := prepare(p)
	if err != nil {
		return figure{}, err
	}
	if _, _, err := closedLoop(time.Second, ask); err != nil {
		return figure{}, err
	}
	before := p.cost()
	all, took, err := closedLoop(3*time.Second*time.Duration(min(b.scale, 5)), ask)
	if err != nil {
		return figure{}, err
	}
	after, n := p.cost(), float64(len(all))
	p50, p99 := spread(all)
	return figure{
		rate: n / took.Seconds(), p50: p50, p99: p99, memory: p.memory(), took: took,
		cpu: cost{(after.user - before.user) / n, (after.system - before.system) / n, (after.client - before.client) / n},
	}, nil
}

// cost is what the provider and we who ask have used so far.
func (p *provider) cost() cost {
	user, system := processorTime(strconv.Itoa(p.pid))
	mine, kernel := processorTime("self")
	return cost{user, system, mine + kernel}
}

// processorTime is what a process has used so far; 0 for one that is not here.
func processorTime(pid string) (user, system float64) {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	_, rest, ok := strings.Cut(string(stat), ") ") // the name may hold spaces
	fields := strings.Fields(rest)
	if err != nil || !ok || len(fields) < 13 {
		return 0, 0
	}
	user, err1 := strconv.ParseFloat(fields[11], 64)
	system, err2 := strconv.ParseFloat(fields[12], 64)
	if err1 != nil || err2 != nil {
		return 0, 0
	}
	const tick = 10 // milliseconds: Linux counts in hundredths of a second
	return user * tick, system * tick
}

// closedLoop lets every connection ask again as soon as it has its answer.
func closedLoop(long time.Duration, ask func(worker int) error) (all []time.Duration, took time.Duration, err error) {
	type share struct {
		took []time.Duration
		err  error
	}
	shares := make(chan share, connections)
	began := time.Now()
	for worker := range connections {
		go func() {
			var s share
			for s.err == nil && time.Since(began) < long {
				start := time.Now()
				s.err = ask(worker)
				s.took = append(s.took, time.Since(start))
			}
			shares <- s
		}()
	}
	for range connections {
		s := <-shares
		all, err = append(all, s.took...), errors.Join(err, s.err)
	}
	return all, time.Since(began), err
}

// anchor starts oidc-provider as a process of its own.
func (b *bench) anchor() (*provider, error) {
	dir := filepath.Join("conformance", "node_modules", "oidc-provider")
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("run .ci/install first: %w", err)
	}
	cmd := exec.Command("node", filepath.Join("conformance", "identity", "anchor.mjs"))
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	issuer, err := begin(cmd)
	if err != nil {
		return nil, err
	}
	return discover(issuer, cmd.Process.Pid, func() error { return errors.Join(in.Close(), cmd.Wait()) })
}

// provider starts ours on an empty data folder, and gives its test environment, which takes
// registrations; nil when the program has none. PRAYA_BENCH_ISSUER names one that runs already.
func (b *bench) provider() (*provider, error) {
	if issuer := os.Getenv("PRAYA_BENCH_ISSUER"); issuer != "" {
		return discover(issuer, 0, func() error { return nil })
	}
	bin, err := b.binary()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(b.dir, "identity.toml")
	if err := os.WriteFile(config, []byte("operator = \"off\"\n"), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(bin, "--config", config, "--data", filepath.Join(b.dir, "identity"), "serve", "--listen", "localhost:0")
	base, err := begin(cmd)
	if err != nil {
		return nil, err
	}
	stop := func() error { return errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()) }
	p, err := discover(base+"/sandbox", cmd.Process.Pid, stop)
	if errors.Is(err, errNoProvider) {
		return nil, stop()
	}
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	return p, nil
}

// begin starts a program and waits for its "ready ADDRESS".
func begin(cmd *exec.Cmd) (string, error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		return "", errors.Join(fmt.Errorf("%s said %q, %w", cmd.Path, line, err), cmd.Process.Kill(), cmd.Wait())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return address, nil
}
