package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"praya/kernel/when"
)

func TestTakesMailForOurAddressOnly(t *testing.T) {
	t.Parallel()
	o := opened(t, &Server{TLS: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair(t)}}})
	in := o.takes("--header", "Subject: Lamp", "--body", "It is dark.")
	if in.Sender != "chan@sender.example" || in.To[0] != ours || in.Message.Subject != "Lamp" || in.Message.Text != "It is dark." || in.Message.From != "chan@sender.example" {
		t.Errorf("%+v", in)
	}
	o.takes("--to", "1823@PRAYA.example")
	o.refuses("550 5.1.1", "--to", "somebody@praya.example")
	o.refuses("550 5.1.1", "--to", "somebody@elsewhere.example")
	said, ok := o.swaks("--tls", "--body", "Behind the lock.")
	if !ok || !strings.Contains(said, "TLS started") || (<-o.kept).Message.Text != "Behind the lock." {
		t.Errorf("STARTTLS:\n%s", said)
	}
}

func TestSaysYesOnlyToWhatWasKept(t *testing.T) {
	t.Parallel()
	o := opened(t, &Server{Deliver: func(context.Context, Inbound) error { return errors.New("the disk is full") }})
	o.refuses("451 4.3.0")
}

func TestTooLargeIsRefusedWhileItArrives(t *testing.T) {
	o := opened(t, &Server{})
	conn, r := o.dial()
	var most runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&most)
	before, peak := most.HeapAlloc, uint64(0)
	o.say(conn, r, "EHLO mx.sender.example", "250")
	o.say(conn, r, "MAIL FROM:<chan@sender.example>", "250") // no SIZE: it shows itself only while it arrives
	o.say(conn, r, "RCPT TO:<"+ours+">", "250")
	o.say(conn, r, "DATA", "354")
	block := []byte(strings.Repeat(strings.Repeat("x", 98)+"\r\n", 10_000))
	for range 50 {
		if _, err := conn.Write(block); err != nil {
			break // hung up on us: refused as well
		}
		runtime.ReadMemStats(&most)
		peak = max(peak, most.HeapAlloc)
	}
	o.say(conn, r, "\r\n.", "552")
	if peak > before+(120<<20) {
		t.Errorf("50 MB took %d MiB", (peak-before)>>20)
	}
	o.say(conn, r, "MAIL FROM:<chan@sender.example> SIZE=50000000", "552")
	if n := o.held.Load(); n != 0 {
		t.Errorf("%d bytes are held after all", n)
	}
	o.takes() // others are served on
}

func TestAllThatArrivesIsBounded(t *testing.T) {
	t.Parallel()
	o := opened(t, &Server{})
	o.held.Store(mostHeld)
	o.refuses("452 4.3.1")
	o.held.Store(0)
	o.takes()
}

func TestFloodOfOneSource(t *testing.T) {
	t.Parallel()
	now := when.System()
	o := opened(t, &Server{Clock: func() when.Instant { return now }})
	conn, r := o.dial()
	o.say(conn, r, "EHLO mx.sender.example", "250")
	for i := range perSource {
		o.say(conn, r, "MAIL FROM:<chan@sender.example>", "250")
		o.say(conn, r, "RSET", "250")
		_ = i
	}
	o.say(conn, r, "MAIL FROM:<chan@sender.example>", "451 4.7.1")
	_ = conn.Close()
	for range mostOfOne {
		c, r := o.dial()
		o.say(c, r, "NOOP", "250")
	}
	for end := time.Now().Add(5 * time.Second); ; {
		c, err := net.Dial("tcp", o.address)
		if err != nil {
			t.Fatal(err)
		}
		said, err := bufio.NewReader(c).ReadString('\n')
		_ = c.Close()
		if err == nil && strings.HasPrefix(said, "421 4.7.0") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the eleventh connection is told %q %v", said, err)
		}
	}
}

func TestSlowSenderTimesOut(t *testing.T) {
	t.Parallel()
	o := opened(t, &Server{Patience: 700 * time.Millisecond, Longest: 3 * time.Second})
	conn, r := o.dial()
	o.say(conn, r, "EHLO mx.sender.example", "250")
	o.say(conn, r, "MAIL FROM:<chan@sender.example>", "250")
	o.say(conn, r, "RCPT TO:<"+ours+">", "250")
	o.say(conn, r, "DATA", "354")
	begun := time.Now()
	for time.Since(begun) < 10*time.Second {
		if _, err := conn.Write([]byte("x")); err != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if d := time.Since(begun); d > 2*time.Second {
		t.Errorf("one who sends drop by drop stays %s", d)
	}
	conn, r = o.dial()
	begun = time.Now()
	for time.Since(begun) < 10*time.Second { // one who always has something to say
		if _, err := fmt.Fprint(conn, "NOOP\r\n"); err != nil {
			break
		}
		if _, err := r.ReadString('\n'); err != nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if d := time.Since(begun); d > 6*time.Second {
		t.Errorf("one who says NOOP for ever stays %s", d)
	}
	if len(o.kept) != 0 {
		t.Error("half a message was kept")
	}
}

func TestLoopAndTwoAuthors(t *testing.T) {
	t.Parallel()
	o := opened(t, &Server{})
	text := func(hops int) string {
		return o.file(strings.Repeat("Received: from a.example by b.example; Mon, 2 Mar 2026 08:00:00 +0800\n", hops) + "From: chan@sender.example\nSubject: Round\n\nOn and on.\n")
	}
	o.takes("--data", text(50))
	o.refuses("554 5.4.6", "--data", text(51))
	o.refuses("554 5.6.0", "--data", o.file("From: chan@sender.example\nFrom: head@bank.example\nSubject: Two\n\nWho?\n"))
}

// dial is a sender of ours, for what no other program would say.
func (o *office) dial() (net.Conn, *bufio.Reader) {
	o.Helper()
	conn, err := net.Dial("tcp", o.address)
	if err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	r := bufio.NewReader(conn)
	if said, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(said, "220 ") {
		o.Fatalf("greeted with %q %v", said, err)
	}
	return conn, r
}

func (o *office) say(conn net.Conn, r *bufio.Reader, line, want string) {
	o.Helper()
	if _, err := fmt.Fprintf(conn, "%s\r\n", line); err != nil {
		o.Fatal(err)
	}
	for {
		said, err := r.ReadString('\n')
		if err != nil {
			o.Fatalf("%s: %v", line, err)
		}
		if len(said) > 3 && said[3] == '-' {
			continue
		}
		if !strings.HasPrefix(said, want) {
			o.Fatalf("%.60s: %q, want %s", line, said, want)
		}
		return
	}
}
