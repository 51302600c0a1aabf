package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"praya/kernel/when"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/voice"
)

const (
	peakCalls   = 43_000 // the busiest day that 1823 has published
	setUps      = 2_000
	benchRate   = 500 // calls a second that sipp tries
	concurrents = 400
)

// calls measures the telephones and the queue, beside what sipp answers by itself.
func (b *bench) calls() error {
	if b.wants("contact.peak_day") {
		b.peakDay()
	}
	if b.wants("contact.calls") {
		if err := b.setUps(); err != nil {
			return err
		}
	}
	if b.wants("contact.concurrent") {
		return b.concurrent()
	}
	return nil
}

// peakDay plays a day of calls through the queue on a simulated clock, with the staffing that
// Erlang A plans.
func (b *bench) peakDay() {
	const handling, patience = 240 * time.Second, 180 * time.Second
	day := queue.PeakDay(when.At(time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)), peakCalls)
	var staff []int
	promised, all := 0.0, 0.0
	for _, calls := range day.Calls {
		t := queue.Traffic{PerHour: calls * 4, Handling: handling, Patience: patience}
		n := queue.Needed(t, 0.8, 12*time.Second)
		staff = append(staff, n)
		promised += calls * queue.ForecastOf(t, n, 12*time.Second).InTime
		all += calls
	}
	began := time.Now()
	got := queue.Simulate(day, staff, queue.Defaults(), queue.Exponential(patience), queue.Exponential(handling), 1)
	took := time.Since(began).Seconds()
	fewer := make([]int, len(staff))
	for i, n := range staff {
		fewer[i] = n * 8 / 10
	}
	short := queue.Simulate(day, fewer, queue.Defaults(), queue.Exponential(patience), queue.Exponential(handling), 2)
	b.add(Result{
		Name: "contact.peak_day", Unit: "s", Ours: took, Beside: map[string]float64{"the bound": 60},
		Size: fmt.Sprintf("%d calls: %.1f %% answered in 12 s, Erlang A says %.1f %% (%.1f points apart); with a fifth of the agents away %.1f %%, %d called back, %d busy tones",
			got.Calls, 100*got.Share(), 100*promised/all, 100*math.Abs(got.Share()-promised/all), 100*short.Share(), short.CalledBack, short.BusyTones),
	})
}

// setUps measures calls that sipp sets up and ends with our exchange, beside sipp's own answering
// scenario.
func (b *bench) setUps() error {
	program, err := exec.LookPath("sipp")
	if err != nil {
		fmt.Fprintln(os.Stderr, "contact.calls: sipp (Debian's sip-tester) is not here; not measured")
		return nil //nolint:nilerr // said
	}
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	s := &voice.Service{
		Config: voice.Config{UDP: "127.0.0.1:0", MaxCalls: 10 * setUps, PerSecond: 100_000, PerSource: 100_000}, Log: slog.Default(), Clock: when.System,
		Incoming: func(ctx context.Context, c *voice.Call) {
			if c.Answer(ctx) == nil {
				<-c.Done()
			}
		},
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	if err := s.Bound().Err; err != nil {
		return err
	}
	before := usedBy(os.Getpid())
	ours, err := b.sipp(program, s.Bound().UDP)
	used := (usedBy(os.Getpid()) - before) / setUps
	stop()
	if err := errors.Join(err, <-done); err != nil {
		return err
	}
	theirs, err := b.answering(program)
	if err != nil {
		return err
	}
	b.add(Result{
		Name: "contact.calls", Unit: "calls/s", Ours: ours, Beside: map[string]float64{"sipp answering itself": theirs},
		Size: fmt.Sprintf("%d calls over UDP, set up and ended, %d tried a second, signalling alone: %.2g ms of CPU each of ours", setUps, benchRate, used),
	})
	return nil
}

// sipp makes the calls, and gives how many a second stood.
func (b *bench) sipp(program string, to netip.AddrPort) (float64, error) {
	cmd := exec.CommandContext(b.ctx, program, "-sn", "uac", "-m", strconv.Itoa(setUps), "-r", strconv.Itoa(benchRate), "-l", strconv.Itoa(setUps), "-d", "100", "-i", "127.0.0.1", "-nostdin", "-timeout", "60s", to.String())
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), "TERM=dumb")
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("sipp: %w: %s", err, out[max(0, len(out)-1500):])
	}
	return setUps / time.Since(began).Seconds(), nil
}

// answering is sipp's own answering scenario, called the same way.
func (b *bench) answering(program string) (float64, error) {
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	to := netip.MustParseAddrPort(free.LocalAddr().String())
	if err := free.Close(); err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(b.ctx)
	cmd := exec.CommandContext(ctx, program, "-sn", "uas", "-i", "127.0.0.1", "-p", strconv.Itoa(int(to.Port())), "-nostdin")
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), "TERM=dumb")
	if err := cmd.Start(); err != nil {
		stop()
		return 0, err
	}
	time.Sleep(time.Second) // it says nothing when it listens
	rate, err := b.sipp(program, to)
	stop()
	_ = cmd.Wait() // it was told to end
	return rate, err
}

var (
	loadSaid   = regexp.MustCompile(`sent (\d+), got (\d+), lost (\d+); off an even pace: p50 (\S+), p99 (\S+), p99.9 (\S+); jitter: p50 (\S+), p99 (\S+)`)
	loadServer = regexp.MustCompile(`server: (\S+) µs of processor a packet, (\d+) MB`)
)

// load is what the exchange's own load test says.
type load struct {
	sent, lost         float64
	offP99             time.Duration // between neighbours: D of RFC 3550
	jitterP50, jitterP float64       // J of RFC 3550, in ms
	micros             float64       // of the server's processor, a packet
	megabytes          string
}

// concurrent runs the exchange's own load test: calls that are joined in pairs, each of which
// speaks and listens, against a server in a process of its own. Beside it the same packets go
// through a bare relay in Go that knows no calls, in a process of its own too: what the machine,
// Go and the tester add to the jitter is the same in both.
func (b *bench) concurrent() error {
	relay, err := b.carry("VOICE_RELAY=1")
	if err != nil {
		return err
	}
	ours, err := b.carry("VOICE_JOIN=1")
	if err != nil {
		return err
	}
	b.add(Result{
		Name: "contact.concurrent", Unit: "ms jitter", Ours: ours.jitterP, P50: ours.jitterP50, P99: ours.jitterP, Beside: map[string]float64{"a bare UDP relay in Go": relay.jitterP},
		Size: fmt.Sprintf("%d calls at once, in pairs, two ways, 10 s: %.0f of %.0f packets lost, the relay %.0f; jitter p99 of RFC 3550, without the sender's own; between neighbouring packets p99 %.1f ms, the relay %.1f; %.1f µs of processor a packet, the relay %.1f; %s MB, the relay %s",
			concurrents, ours.lost, ours.sent, relay.lost, milli(ours.offP99), milli(relay.offP99), ours.micros, relay.micros, ours.megabytes, relay.megabytes),
	})
	return nil
}

func (b *bench) carry(kind string) (l load, err error) {
	cmd := exec.CommandContext(b.ctx, "go", "test", "./subsystems/contact/voice", "-run", "^TestLoad$", "-count=1", "-v")
	cmd.Env = append(os.Environ(), "VOICE_LOAD="+strconv.Itoa(concurrents), kind)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return l, fmt.Errorf("contact.concurrent: %w: %s", err, out)
	}
	m, server := loadSaid.FindStringSubmatch(string(out)), loadServer.FindStringSubmatch(string(out))
	if m == nil || server == nil {
		return l, fmt.Errorf("contact.concurrent: %s", out)
	}
	spans := make([]time.Duration, 3)
	for i, text := range []string{m[5], m[7], m[8]} {
		if spans[i], err = time.ParseDuration(text); err != nil {
			return l, err
		}
	}
	return load{
		sent: number(m[1]), lost: number(m[3]), offP99: spans[0], jitterP50: milli(spans[1]), jitterP: milli(spans[2]),
		micros: number(server[1]), megabytes: server[2],
	}, nil
}

func milli(d time.Duration) float64 { return d.Seconds() * 1000 }

func number(text string) float64 {
	n, _ := strconv.ParseFloat(text, 64)
	return n
}
