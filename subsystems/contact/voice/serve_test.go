package voice

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"praya/kernel/when"
)

// serving runs a service on free ports of the loopback.
func serving(t testing.TB, s *Service) *Service {
	t.Helper()
	if s.Config.UDP == "" {
		s.Config.UDP = "127.0.0.1:0"
	}
	s.Clock = when.System
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	if b := s.Bound(); b.Err != nil {
		t.Fatal(b.Err)
	}
	t.Cleanup(func() {
		stop()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the service does not stop")
		}
	})
	return s
}

// sipp runs sipp against an address; its exit is the test's.
func sipp(t testing.TB, to netip.AddrPort, scenario string, more ...string) string {
	t.Helper()
	program, err := exec.LookPath("sipp")
	if err != nil {
		lacks(t, "sipp (Debian sip-tester) is not installed")
	}
	ctx, stop := context.WithTimeout(context.Background(), 60*time.Second)
	defer stop()
	args := append([]string{to.String(), "-sf", scenario, "-nostdin", "-i", "127.0.0.1", "-timeout", "50s", "-timeout_error"}, more...)
	if strings.Contains(strings.Join(more, " "), "-sn") {
		args = append(append([]string{to.String()}, more...), "-nostdin", "-i", "127.0.0.1", "-timeout", "50s", "-timeout_error")
	}
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("sipp: %v\n%s", err, tail(string(out)))
	}
	return string(out)
}

// sippTry runs the call's scenario and gives what sipp says, however it ends.
func sippTry(t testing.TB, to netip.AddrPort, more ...string) string {
	t.Helper()
	program, err := exec.LookPath("sipp")
	if err != nil {
		lacks(t, "sipp (Debian sip-tester) is not installed")
	}
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	out, err := exec.CommandContext(ctx, program, append([]string{to.String(), "-sf", "testdata/call.xml", "-nostdin", "-i", "127.0.0.1", "-timeout", "15s", "-timeout_error"}, more...)...).CombinedOutput()
	return fmt.Sprint(string(out), err)
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

func TestSippCallsAndPressesAKey(t *testing.T) {
	t.Parallel()
	type heard struct {
		key       byte
		err       error
		from, why string
		packets   uint64
	}
	got := make(chan heard, 3)
	s := serving(t, &Service{Config: Config{UDP: ":0"}, Incoming: func(ctx context.Context, c *Call) {
		c.Ringing()
		var h heard
		if h.err = c.Answer(ctx); h.err == nil {
			h.key, h.err = c.Ask(ctx, 5*time.Second, Music())
		}
		<-c.Done()
		h.from, h.why, h.packets = c.From(), c.Why(), c.sound.heardN
		got <- h
	}})
	sipp(t, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.Bound().UDP.Port()), "testdata/call.xml", "-m", "3", "-r", "3")
	for range 3 {
		h := <-got
		if h.err != nil || h.key != '1' || h.from != "21801234" || h.why != WhyPeer || h.packets < 50 {
			t.Errorf("got %+v %q", h, string(h.key))
		}
	}
	if n := s.Counts(); n.Answered != 3 || n.Calls != 0 {
		t.Errorf("counts %+v", n)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestSippGivesUpAndSendsNonsense(t *testing.T) {
	t.Parallel()
	why := make(chan string, 10)
	s := serving(t, &Service{Incoming: func(_ context.Context, c *Call) {
		c.Ringing()
		<-c.Done()
		why <- c.Why()
	}})
	sipp(t, s.Bound().UDP, "testdata/abandon.xml", "-m", "5", "-r", "5")
	for range 5 {
		if w := <-why; w != WhyCancelled {
			t.Error(w)
		}
	}
	sipp(t, s.Bound().UDP, "testdata/malformed.xml", "-m", "5", "-r", "5")
	eventually(t, "nothing is left", func() bool { return s.Counts().Calls == 0 })
}

// TestNothingIsLeftOfCalls doesn't run beside others: it counts goroutines.
func TestNothingIsLeftOfCalls(t *testing.T) {
	s := serving(t, &Service{Config: Config{PerSecond: 1000, PerSource: 1000}, Incoming: func(ctx context.Context, c *Call) {
		if c.Answer(ctx) == nil {
			c.Keep(ctx, Music())
		}
	}})
	time.Sleep(100 * time.Millisecond)
	before := runtime.NumGoroutine()
	sipp(t, s.Bound().UDP, "", "-sn", "uac", "-m", "300", "-r", "150", "-d", "200")
	eventually(t, "the goroutines of 300 calls have ended", func() bool { return runtime.NumGoroutine() <= before+3 })
	for i := range s.wheel.slot {
		if n := len(s.wheel.in(i)); n != 0 {
			t.Errorf("%d turns are left", n)
		}
	}
	if n := s.Counts(); n.Answered != 300 || n.Calls != 0 {
		t.Errorf("%+v", n)
	}
}

// lacks skips what needs a program that is not here; where CI is set, nothing is skipped.
func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what, ": run .ci/install first")
}
