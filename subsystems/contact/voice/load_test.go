package voice

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"praya/kernel/when"
)

// TestLoad makes VOICE_LOAD calls at once to a server in a process of its own,
// and says how many packets were lost and how evenly they came. Odd calls are
// joined with even ones when VOICE_JOIN is set; otherwise all hear music. With
// VOICE_RELAY the same packets go through a bare relay instead, which knows no
// calls: what this machine and Go cost without us.
func TestLoad(t *testing.T) {
	n := 0
	_, _ = fmt.Sscan(os.Getenv("VOICE_LOAD"), &n)
	relay := os.Getenv("VOICE_RELAY") != ""
	switch {
	case os.Getenv("VOICE_SERVE") != "" && relay:
		serveRelay(t, n)
		return
	case os.Getenv("VOICE_SERVE") != "":
		serveLoad(t)
		return
	case n == 0:
		t.Skip("VOICE_LOAD is not set")
	}
	args := []string{"-test.run", "^TestLoad$"}
	if p := os.Getenv("VOICE_PROFILE"); p != "" {
		args = append(args, "-test.cpuprofile", p)
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "VOICE_SERVE=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin, _ := cmd.StdinPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	ends := make([]*end, n)
	if relay {
		relayed(t, ends, strings.Fields(line))
	} else {
		calling(t, ends, netip.MustParseAddrPort(strings.TrimSpace(line)))
	}
	t.Logf("%d calls stand after %v", n, time.Since(began))
	before := processor(cmd.Process.Pid)
	arrivals := measure(ends, 10*time.Second)
	used := processor(cmd.Process.Pid) - before
	_ = stdin.Close()
	_ = cmd.Wait()
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("server: %.1f µs of processor a packet, %d MB", float64(used.Microseconds())/float64(max(arrivals.sent, 1)), use.Maxrss/1024)
	arrivals.report(t)
}

// calling lets every end call the server.
func calling(t *testing.T, ends []*end, to netip.AddrPort) {
	t.Helper()
	server := &Service{}
	server.setup()
	server.bound.UDP = to
	close(server.ready)
	for i := range ends {
		e := newEnd(t, server, "127.0.0.1")
		e.number = itoa(i)
		if !e.call() {
			t.Fatal("no call ", i)
		}
		e.to, ends[i] = e.serverMedia(), e
	}
}

// relayed are ends without a call, each with a port of the relay's.
func relayed(t *testing.T, ends []*end, ports []string) {
	t.Helper()
	for i := range ends {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		ends[i] = &end{t: t, media: conn, to: netip.MustParseAddrPort(ports[i])}
		go ends[i].listen()
	}
}

// processor is what a process has used (proc(5), in hundredths of a second).
func processor(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, ok := strings.Cut(string(stat), ") ")
	if err != nil || !ok {
		return 0
	}
	var user, system int64
	if f := strings.Fields(rest); len(f) > 12 {
		_, _ = fmt.Sscan(f[11], &user)
		_, _ = fmt.Sscan(f[12], &system)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// arrivals are the packets that came. off is how much longer or shorter than
// the one before each was on its way: D of RFC 3550, 6.4.1, so that what the
// tester sends unevenly doesn't count. jitter is J of the same section.
type arrivals struct {
	sent, got, lost int64
	off, jitter     []time.Duration
}

func (a *arrivals) report(t *testing.T) {
	if len(a.off) == 0 {
		t.Fatal("nothing arrived")
	}
	at := func(of []time.Duration, q float64) time.Duration { return of[int(q*float64(len(of)-1))] }
	slices.Sort(a.off)
	slices.Sort(a.jitter)
	t.Logf("sent %d, got %d, lost %d; off an even pace: p50 %v, p99 %v, p99.9 %v; jitter: p50 %v, p99 %v", a.sent, a.got, a.lost,
		at(a.off, 0.5), at(a.off, 0.99), at(a.off, 0.999), at(a.jitter, 0.5), at(a.jitter, 0.99))
}

// measure lets all ends speak and listen for so long.
func measure(ends []*end, long time.Duration) *arrivals {
	for _, e := range ends {
		e.mu.Lock()
		e.watching = &watch{off: make([]time.Duration, 0, 2*int(long/(20*time.Millisecond))), jitter: make([]time.Duration, 0, 2*int(long/(20*time.Millisecond)))}
		e.mu.Unlock()
	}
	a := &arrivals{}
	// One ticker of the tester's for all, like ours.
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	start, beat := time.Now(), 0
	buffer := make([]byte, 200)
	for time.Since(start) < long {
		<-ticker.C
		for due := int(time.Since(start) / (5 * time.Millisecond)); beat < due; beat++ {
			for i := beat % 4; i < len(ends); i += 4 {
				h := rtp.Header{Version: 2, SSRC: uint32(i), SequenceNumber: uint16(beat / 4), Timestamp: uint32(beat / 4 * frame)}
				k, _ := h.MarshalTo(buffer)
				clear(buffer[k:])
				binary.BigEndian.PutUint64(buffer[k:], uint64(time.Now().UnixNano()))
				_, _ = ends[i].media.WriteToUDPAddrPort(buffer[:k+frame], ends[i].to)
				a.sent++
			}
		}
	}
	time.Sleep(100 * time.Millisecond) // what is on its way
	for _, e := range ends {
		e.mu.Lock()
		w := e.watching
		e.watching = &watch{}
		e.mu.Unlock()
		a.got, a.lost, a.off, a.jitter = a.got+w.got, a.lost+w.lost, append(a.off, w.off...), append(a.jitter, w.jitter...)
	}
	return a
}

// watch is what one end sees.
type watch struct {
	got, lost   int64
	last        arrival
	j           time.Duration
	off, jitter []time.Duration
}

func (w *watch) see(a arrival) {
	if w.got++; w.got > 100 { // after two seconds all stand
		if gap := a.seq - w.last.seq; gap != 1 {
			w.lost += int64(gap) - 1
		} else {
			even := 20 * time.Millisecond
			if !a.sent.IsZero() && !w.last.sent.IsZero() {
				even = a.sent.Sub(w.last.sent)
			}
			d := (a.at.Sub(w.last.at) - even).Abs()
			w.j += (d - w.j) / 16
			w.off, w.jitter = append(w.off, d), append(w.jitter, w.j)
		}
	}
	w.last = a
}

type arrival struct {
	seq  uint16
	at   time.Time
	sent time.Time // of a packet that another end sent
}

// serveRelay is the relay's process: each socket's packets go out of its
// neighbour's.
func serveRelay(t *testing.T, n int) {
	type side struct {
		conn *net.UDPConn
		peer atomic.Pointer[netip.AddrPort]
	}
	sides := make([]*side, n)
	for i := range sides {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		sides[i] = &side{conn: conn}
	}
	for i, s := range sides {
		other := sides[(i^1)%n]
		go func() {
			buffer := make([]byte, 2048)
			for {
				k, from, err := s.conn.ReadFromUDPAddrPort(buffer)
				if err != nil {
					return
				}
				if s.peer.Load() == nil {
					s.peer.Store(&from)
				}
				if to := other.peer.Load(); to != nil {
					_, _ = other.conn.WriteToUDPAddrPort(buffer[:k], *to)
				}
			}
		}()
		_, _ = fmt.Print(s.conn.LocalAddr(), " ")
	}
	_, _ = fmt.Println()
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// serveLoad is the server's process.
func serveLoad(t *testing.T) {
	waiting := make(chan *Call, 1)
	s := &Service{Config: Config{UDP: "127.0.0.1:0", MaxCalls: 5000, PerSecond: 1000, PerSource: 1000, Quiet: time.Hour}, Clock: when.System}
	s.Incoming = func(ctx context.Context, c *Call) {
		if c.Answer(ctx) != nil {
			return
		}
		if os.Getenv("VOICE_JOIN") == "" {
			c.Keep(ctx, Music())
			return
		}
		select {
		case other := <-waiting:
			room := NewRoom(other, c)
			if dir := os.Getenv("VOICE_TAPE"); dir != "" {
				tape, err := spool(t, dir).Start(c.ID())
				if err != nil {
					t.Error(err)
				}
				room.Record(tape)
			}
		case waiting <- c:
		}
		<-c.Done()
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	_, _ = fmt.Println(s.Bound().UDP)
	_, _ = os.Stdin.Read(make([]byte, 1))
	fmt.Fprintf(os.Stderr, "server: %+v\n", s.Counts())
	stop()
	<-ended
}
