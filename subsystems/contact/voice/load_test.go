package voice

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"praya/kernel/when"
)

// TestLoad makes VOICE_LOAD calls at once to a server in a process of its own,
// and says how many packets were lost and how evenly they came. Odd calls are
// joined with even ones when VOICE_JOIN is set; otherwise all hear music.
func TestLoad(t *testing.T) {
	n := 0
	_, _ = fmt.Sscan(os.Getenv("VOICE_LOAD"), &n)
	if os.Getenv("VOICE_SERVE") != "" {
		serveLoad(t)
		return
	}
	if n == 0 {
		t.Skip("VOICE_LOAD is not set")
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestLoad$")
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
	server := &Service{}
	server.setup()
	server.bound.UDP = netip.MustParseAddrPort(strings.TrimSpace(line))
	close(server.ready)
	ends := make([]*end, n)
	began := time.Now()
	for i := range ends {
		e := newEnd(t, server, "127.0.0.1")
		e.number = itoa(i)
		if !e.call() {
			t.Fatal("no call ", i)
		}
		ends[i] = e
	}
	t.Logf("%d calls stand after %v", n, time.Since(began))
	arrivals := measure(ends, 10*time.Second)
	_ = stdin.Close()
	_ = cmd.Wait()
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("server: %.1f s of processor in all, %d MB", time.Duration(use.Utime.Nano()+use.Stime.Nano()).Seconds(), use.Maxrss/1024)
	arrivals.report(t)
}

type arrivals struct {
	sent, got, lost int64
	off             []time.Duration // between two packets, of 20 ms, or of the pace at which the other end sent them
}

func (a *arrivals) report(t *testing.T) {
	slices.Sort(a.off)
	at := func(q float64) time.Duration { return a.off[int(q*float64(len(a.off)-1))] }
	t.Logf("sent %d, got %d, lost %d; off an even pace: p50 %v, p99 %v, p99.9 %v", a.sent, a.got, a.lost, at(0.5), at(0.99), at(0.999))
}

// measure lets all ends speak and listen for so long.
func measure(ends []*end, long time.Duration) *arrivals {
	var sent atomic.Int64
	var wg sync.WaitGroup
	a := &arrivals{}
	var mu sync.Mutex
	for _, e := range ends {
		wg.Go(func() {
			got, lost, off := e.watch(long)
			mu.Lock()
			defer mu.Unlock()
			a.got, a.lost, a.off = a.got+got, a.lost+lost, append(a.off, off...)
		})
	}
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
				_, _ = ends[i].media.WriteToUDPAddrPort(buffer[:k+frame], ends[i].serverMedia())
				sent.Add(1)
			}
		}
	}
	wg.Wait()
	a.sent = sent.Load()
	return a
}

func (e *end) watch(long time.Duration) (got, lost int64, off []time.Duration) {
	e.mu.Lock()
	e.watching = make(chan arrival, 1000)
	ch := e.watching
	e.mu.Unlock()
	end := time.After(long)
	var last arrival
	for {
		select {
		case <-end:
			return got, lost, off
		case a := <-ch:
			if got++; got > 100 { // after two seconds all stand
				if gap := a.seq - last.seq; gap != 1 {
					lost += int64(gap) - 1
				} else {
					even := 20 * time.Millisecond
					if !a.sent.IsZero() && !last.sent.IsZero() {
						even = a.sent.Sub(last.sent)
					}
					off = append(off, (a.at.Sub(last.at) - even).Abs())
				}
			}
			last = a
		}
	}
}

type arrival struct {
	seq  uint16
	at   time.Time
	sent time.Time // of a packet that another end sent
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
