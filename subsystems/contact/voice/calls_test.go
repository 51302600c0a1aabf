package voice

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

// answering takes every call, plays a tone over and over, and gives the call.
func answering(t *testing.T, config Config) (*Service, <-chan *Call) {
	t.Helper()
	calls := make(chan *Call, 100)
	s := &Service{Config: config, unconfirmed: 2 * time.Second}
	s.Incoming = func(ctx context.Context, c *Call) {
		if c.Answer(ctx) != nil {
			return
		}
		calls <- c
		c.Keep(ctx, tone(rate, 8000, 500))
		<-c.Done()
	}
	return serving(t, s), calls
}

func TestSoundGoesToTheNegotiatedPeerOnly(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{})
	victim, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP("127.0.0.9")})
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close()
	port := victim.LocalAddr().(*net.UDPAddr).Port

	e := newEnd(t, s, "127.0.0.1")
	for _, host := range []string{"8.8.8.8", "192.0.2.7", "224.0.0.1"} {
		if code, _ := e.ask("INVITE", offerTo(host, port, "sendrecv")); code != 488 {
			t.Errorf("sound for %s: %d", host, code)
		}
		e.callID = tag()
	}
	if !e.call() {
		t.Fatal("no call")
	}
	c := <-calls
	eventually(t, "sound comes", func() bool { return e.packets() > 30 })
	if code, _ := e.ask("INVITE", offerTo("192.0.2.7", port, "sendrecv")); code != 488 {
		t.Errorf("a third host within the call: %d", code)
	}
	before := e.packets()
	eventually(t, "the call's sound goes on after a refused address", func() bool { return e.packets() > before+10 })
	// Sound from another host, and after the first packet from another port.
	e.hum(victim, 300, 200*time.Millisecond)
	e.hum(e.media, 300, 200*time.Millisecond)
	e.hum(e.conn, 300, 200*time.Millisecond)
	eventually(t, "20 packets are dropped", func() bool { return s.Counts().Dropped == 20 })
	if n := c.sound.heardN; n != 10 {
		t.Errorf("heard %d packets, want 10", n)
	}
	_ = victim.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := victim.Read(make([]byte, 100)); err == nil {
		t.Errorf("the victim got %d bytes", n)
	}
}

func TestNoSoundBeforeTheAnswerIsConfirmed(t *testing.T) {
	t.Parallel()
	s, _ := answering(t, Config{})
	e := newEnd(t, s, "127.0.0.1")
	if code, _ := e.ask("INVITE", e.offer("sendrecv")); code != 200 {
		t.Fatal(code)
	}
	if _, ok := e.read("SIP/2.0 200", time.Second); !ok {
		t.Error("the answer is not repeated")
	}
	if _, ok := e.read("BYE ", 4*time.Second); !ok {
		t.Error("an unconfirmed call is not ended")
	}
	if n := e.packets(); n != 0 {
		t.Errorf("%d packets to an end that never confirmed", n)
	}
	eventually(t, "the call is gone", func() bool { return s.Counts().Calls == 0 })
}

func TestHoldByEitherEnd(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{})
	e := newEnd(t, s, "127.0.0.1")
	if !e.call() {
		t.Fatal("no call")
	}
	c := <-calls
	eventually(t, "sound comes", func() bool { return e.packets() > 5 })
	code, text := e.ask("INVITE", e.offer("sendonly"))
	e.ack(code)
	if code != 200 || !strings.Contains(text, "a=recvonly") {
		t.Errorf("hold: %s", text)
	}
	time.Sleep(100 * time.Millisecond)
	before := e.packets()
	time.Sleep(300 * time.Millisecond)
	if e.packets() != before {
		t.Error("sound goes on while on hold")
	}
	if code, text = e.ask("UPDATE", e.offer("sendrecv")); code != 200 || !strings.Contains(text, "a=sendrecv") {
		t.Errorf("back: %s", text)
	}
	eventually(t, "sound comes again", func() bool { return e.packets() > before+5 })

	held := make(chan error, 1)
	go func() { held <- c.Hold(context.Background(), true) }()
	text, ok := e.read("INVITE ", 3*time.Second)
	if !ok || !strings.Contains(text, "a=sendonly") {
		t.Fatalf("our hold: %q", text)
	}
	e.answer(text, 200, e.offer("recvonly"))
	if _, ok := e.read("ACK ", 3*time.Second); !ok {
		t.Error("our hold is not confirmed")
	}
	if err := <-held; err != nil {
		t.Error(err)
	}
	if c.sound.turn(-1) {
		t.Error("an end on hold is missed")
	}
}

// answer replies to a request of the server.
func (e *end) answer(request string, code int, body string, more ...string) {
	lines := []string{"SIP/2.0 " + itoa(code) + " OK"}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		v := headerOf(request, name)
		if name == "To" && !strings.Contains(v, "tag=") {
			v += ";tag=" + e.callID[:6]
		}
		lines = append(lines, name+": "+v)
	}
	lines = append(lines, "Contact: <sip:"+e.number+"@"+e.conn.LocalAddr().String()+">")
	lines = append(lines, more...)
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	e.send(strings.Join(append(lines, "Content-Length: "+itoa(len(body)), "", body), "\r\n"))
}

func TestSessionTimers(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{})
	e := newEnd(t, s, "127.0.0.1")
	if code, text := e.ask("INVITE", e.offer("sendrecv"), "Supported: timer", "Session-Expires: 30"); code != 422 || headerOf(text, "Min-SE") != "90" {
		t.Errorf("too short: %s", text)
	}
	e.callID = tag()
	code, text := e.ask("INVITE", e.offer("sendrecv"), "Supported: timer", "Session-Expires: 90;refresher=uac")
	e.ack(code)
	if headerOf(text, "Session-Expires") != "90;refresher=uac" || headerOf(text, "Require") != "timer" {
		t.Errorf("answer: %s", text)
	}
	c := <-calls
	c.session(sessionTimer{seconds: 1, theirs: true})
	if _, ok := e.read("BYE ", 3*time.Second); !ok || c.Why() != WhyExpired {
		t.Errorf("a session that is not refreshed goes on: %q", c.Why())
	}
	e = newEnd(t, s, "127.0.0.1")
	if !e.call() {
		t.Fatal("no call")
	}
	c = <-calls
	c.session(sessionTimer{seconds: 2})
	text, ok := e.read("INVITE ", 3*time.Second)
	if !ok || headerOf(text, "Session-Expires") != "2;refresher=uac" {
		t.Fatalf("we don't refresh: %q", text)
	}
	e.answer(text, 200, e.offer("sendrecv"))
	if text, ok = e.read("INVITE ", 3*time.Second); !ok {
		t.Error("we don't refresh again")
	}
	e.answer(text, 481, "")
	eventually(t, "a refused refresh ends the call", func() bool { return c.Why() == WhyExpired })
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{MaxCalls: 1, Quiet: 500 * time.Millisecond})
	for name, c := range map[string]struct {
		body string
		more []string
		want int
	}{
		"video only":         {"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\n", nil, 488},
		"another body":       {"hello", []string{"Content-Type: text/plain"}, 415},
		"unknown extension":  {offerTo("127.0.0.1", 4000, "sendrecv"), []string{"Require: 100rel, sec-agree"}, 420},
		"encrypted RTP only": {strings.Replace(offerTo("127.0.0.1", 4000, "sendrecv"), "RTP/AVP", "RTP/SAVP", 1), nil, 488},
		"a broken offer":     {"v=0\r\nnonsense", nil, 488},
		"within no call":     {offerTo("127.0.0.1", 4000, "sendrecv"), []string{"X-Tag: yes"}, 481},
	} {
		e := newEnd(t, s, "127.0.0.1")
		if c.want == 481 {
			e.toTag = "unknown"
		}
		if code, text := e.ask("INVITE", c.body, c.more...); code != c.want {
			t.Errorf("%s: %s", name, text)
		}
	}
	e := newEnd(t, s, "127.0.0.1")
	if code, text := e.ask("OPTIONS", ""); code != 200 || headerOf(text, "Allow") != allowed {
		t.Errorf("OPTIONS: %s", text)
	}
	if code, _ := newEnd(t, s, "127.0.0.1").ask("PUBLISH", ""); code != 405 {
		t.Errorf("PUBLISH: %d", code)
	}
	e = newEnd(t, s, "127.0.0.1")
	if !e.call() {
		t.Fatal("no call")
	}
	c := <-calls
	if code, text := newEnd(t, s, "127.0.0.1").ask("INVITE", e.offer("sendrecv")); code != 503 || headerOf(text, "Retry-After") == "" {
		t.Errorf("one too many: %s", text)
	}
	if code, _ := e.ask("REFER", "", "Refer-To: <sip:999@127.0.0.1>"); code != 403 {
		t.Errorf("a caller's REFER: %d", code)
	}
	if code, _ := e.ask("INFO", "Signal=5\r\nDuration=160\r\n", "Content-Type: application/dtmf-relay"); code != 200 {
		t.Errorf("INFO: %d", code)
	}
	if k := <-c.sound.keys; k.key != '5' {
		t.Errorf("key %q", k.key)
	}
	stranger := newEnd(t, s, "127.0.0.5")
	stranger.callID, stranger.toTag, stranger.cseq = e.callID, e.toTag, e.cseq
	if code, _ := stranger.ask("BYE", ""); code != 403 {
		t.Errorf("a stranger's BYE: %d", code)
	}
	if _, ok := e.read("BYE ", 3*time.Second); !ok || c.Why() != WhyQuiet {
		t.Errorf("a call without sound goes on: %q", c.Why())
	}
}

func TestGivingUpAndRejecting(t *testing.T) {
	t.Parallel()
	ends := make(chan string, 2)
	s := serving(t, &Service{Incoming: func(ctx context.Context, c *Call) {
		if c.From() == "1" {
			c.Reject(486, "Busy Here", 1500*time.Millisecond)
		} else {
			c.Ringing()
			<-c.Done()
		}
		ends <- c.Why()
	}})
	e := newEnd(t, s, "127.0.0.1")
	e.number = "1"
	if code, text := e.ask("INVITE", e.offer("sendrecv")); code != 486 || headerOf(text, "Retry-After") != "2" {
		t.Error(text)
	}
	if why := <-ends; why != WhyRefused {
		t.Error(why)
	}
	e = newEnd(t, s, "127.0.0.1")
	e.cseq = 1
	invite := e.message("INVITE", 1, e.offer("sendrecv"))
	e.send(invite)
	if _, ok := e.read("SIP/2.0 180", 3*time.Second); !ok {
		t.Fatal("it doesn't ring")
	}
	e.send(strings.Replace(e.message("CANCEL", 1, ""), "CANCEL1;rport", "INVITE1;rport", 1))
	text, ok := e.read("SIP/2.0 487", 3*time.Second)
	if !ok {
		t.Error("a CANCEL is not followed by 487")
	}
	_, e.toTag, _ = strings.Cut(headerOf(text, "To"), "tag=")
	e.ack(487)
	if why := <-ends; why != WhyCancelled {
		t.Error(why)
	}
	eventually(t, "nothing is left", func() bool { return s.Counts().Calls == 0 })
}

func TestWithoutAnOfferOursIsAnsweredInTheAck(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{})
	e := newEnd(t, s, "127.0.0.1")
	code, text := e.ask("INVITE", "")
	if code != 200 || !strings.Contains(text, "PCMA/8000") {
		t.Fatal(text)
	}
	e.send(e.message("ACK", e.cseq, e.offer("sendrecv")))
	<-calls
	eventually(t, "sound comes", func() bool { return e.packets() > 5 })
}

func TestAnEndMayMoveToAnotherPort(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{UDP: ":0"})
	e := newEnd(t, s, "127.0.0.1")
	if !e.call() {
		t.Fatal("no call")
	}
	c := <-calls
	e.hum(e.media, 300, 100*time.Millisecond)
	moved := newEnd(t, s, "127.0.0.1")
	code, _ := e.ask("INVITE", moved.offer("sendrecv"))
	e.ack(code)
	eventually(t, "sound comes at the new port", func() bool { return moved.packets() > 10 })
	e.hum(e.media, 300, 100*time.Millisecond) // still on its way from the old port
	time.Sleep(100 * time.Millisecond)
	old, now := e.packets(), moved.packets()
	moved.sdp = e.sdp
	moved.hum(moved.media, 300, 400*time.Millisecond)
	eventually(t, "sound goes on to the new port", func() bool { return moved.packets() > now+10 })
	if e.packets() != old {
		t.Errorf("%d packets still go to the old port", e.packets()-old)
	}
	eventually(t, "what came from the old port is dropped", func() bool { return s.Counts().Dropped >= 5 })
	if c.Why() != "" {
		t.Error(c.Why())
	}
}
