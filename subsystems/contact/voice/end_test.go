package voice

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// end speaks SIP byte by byte, so that it can also say what no telephone says.
type end struct {
	t        *testing.T
	conn     *net.UDPConn // signals
	media    *net.UDPConn // sound
	server   netip.AddrPort
	callID   string
	number   string
	toTag    string
	cseq     int
	sdp      string // of the last answer
	mu       sync.Mutex
	heard    []int16
	got      int // packets
	watching *watch
	to       netip.AddrPort // where its sound goes
}

func newEnd(t *testing.T, s *Service, host string) *end {
	t.Helper()
	e := &end{t: t, server: s.Bound().UDP, callID: tag(), number: "21801234"}
	for _, c := range []**net.UDPConn{&e.conn, &e.media} {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(host)})
		if err != nil {
			t.Fatal(err)
		}
		*c = conn
	}
	t.Cleanup(func() {
		_ = e.media.Close()
		go e.leave()
	})
	if e.server.Addr().IsUnspecified() {
		e.server = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), e.server.Port())
	}
	go e.listen()
	return e
}

// leave answers good-byes until no more come.
func (e *end) leave() {
	defer e.conn.Close()
	for {
		text, ok := e.read("BYE ", 3*time.Second)
		if !ok {
			return
		}
		e.answer(text, 200, "")
	}
}

func (e *end) listen() {
	buffer, aside := make([]byte, 2048), make([]byte, 64)
	stamped(e.media)
	for {
		n, m, _, _, err := e.media.ReadMsgUDPAddrPort(buffer, aside)
		if err != nil {
			return
		}
		var p rtp.Packet
		if p.Unmarshal(buffer[:n]) != nil {
			continue
		}
		e.mu.Lock()
		e.got++
		if e.watching != nil {
			a := arrival{seq: p.SequenceNumber, at: stamp(aside[:m])}
			if joined := len(p.Payload) > 8 && p.Payload[8] == 0; joined {
				a.sent = time.Unix(0, int64(binary.BigEndian.Uint64(p.Payload)))
			}
			e.watching.see(a)
		} else {
			for _, b := range p.Payload {
				e.heard = append(e.heard, int16(decodeMu(b)))
			}
		}
		e.mu.Unlock()
	}
}

// stamped asks the kernel for the time at which each packet came: a tester
// that is late to read is no lateness of the server's.
func stamped(conn *net.UDPConn) {
	if raw, err := conn.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
		})
	}
}

func stamp(aside []byte) time.Time {
	messages, err := syscall.ParseSocketControlMessage(aside)
	if err != nil || len(messages) == 0 || len(messages[0].Data) < 16 {
		return time.Now()
	}
	d := messages[0].Data
	return time.Unix(int64(binary.LittleEndian.Uint64(d)), int64(binary.LittleEndian.Uint64(d[8:])))
}

func (e *end) packets() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.got
}

func (e *end) lastSecond() []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]int16(nil), e.heard[max(0, len(e.heard)-rate):]...)
}

func (e *end) host() string { return e.conn.LocalAddr().(*net.UDPAddr).IP.String() }

func (e *end) offer(way string) string {
	return offerTo(e.host(), e.media.LocalAddr().(*net.UDPAddr).Port, way)
}

func offerTo(host string, port int, way string) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\nm=audio %[2]d RTP/AVP 0 101\r\n"+
		"a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=%[3]s\r\n", host, port, way)
}

// message writes a request. more are header lines.
func (e *end) message(method string, seq int, body string, more ...string) string {
	to := fmt.Sprintf("<sip:1823@%s>", e.server)
	if e.toTag != "" {
		to += ";tag=" + e.toTag
	}
	lines := []string{
		fmt.Sprintf("%s sip:1823@%s SIP/2.0", method, e.server),
		fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bK%s%s%d;rport", e.conn.LocalAddr(), e.callID[:8], method, seq),
		fmt.Sprintf("From: <sip:%s@%s>;tag=%s", e.number, e.host(), e.callID[:6]),
		"To: " + to, "Call-ID: " + e.callID, fmt.Sprintf("CSeq: %d %s", seq, method),
		fmt.Sprintf("Contact: <sip:%s@%s>", e.number, e.conn.LocalAddr()), "Max-Forwards: 70",
	}
	lines = append(lines, more...)
	if body != "" && !strings.Contains(strings.Join(more, "\n"), "Content-Type") {
		lines = append(lines, "Content-Type: application/sdp")
	}
	return strings.Join(append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body), "\r\n")
}

func (e *end) send(text string) {
	e.t.Helper()
	if _, err := e.conn.WriteToUDPAddrPort([]byte(text), e.server); err != nil {
		e.t.Fatal(err)
	}
}

// read gives the next message that begins so; others are passed over.
func (e *end) read(beginning string, wait time.Duration) (string, bool) {
	buffer := make([]byte, 4096)
	_ = e.conn.SetReadDeadline(time.Now().Add(wait))
	for {
		n, err := e.conn.Read(buffer)
		if err != nil {
			return "", false
		}
		if text := string(buffer[:n]); strings.HasPrefix(text, beginning) {
			return text, true
		}
	}
}

// ask sends a request and gives the final answer's code and text.
func (e *end) ask(method, body string, more ...string) (int, string) {
	e.t.Helper()
	e.cseq++
	e.send(e.message(method, e.cseq, body, more...))
	for {
		text, ok := e.read("SIP/2.0 ", 10*time.Second)
		if !ok {
			e.t.Fatalf("no answer to %s", method)
		}
		code := 0
		_, _ = fmt.Sscanf(text, "SIP/2.0 %d", &code)
		if code < 200 || !strings.Contains(text, fmt.Sprintf("CSeq: %d %s", e.cseq, method)) {
			continue
		}
		if method == "INVITE" {
			if _, tag, ok := strings.Cut(headerOf(text, "To"), "tag="); ok && (code < 300 || e.toTag == "") {
				was := e.toTag
				e.toTag = tag
				if code >= 300 {
					e.ack(code)
					e.toTag = was
				}
			} else if code >= 300 {
				e.ack(code)
			}
			if code < 300 {
				_, e.sdp, _ = strings.Cut(text, "\r\n\r\n")
			}
		}
		return code, text
	}
}

func (e *end) ack(code int) {
	seq := e.cseq
	text := e.message("ACK", seq, "")
	if code >= 300 { // belongs to the INVITE's transaction
		text = strings.Replace(text, "ACK"+itoa(seq)+";rport", "INVITE"+itoa(seq)+";rport", 1)
	}
	e.send(text)
}

// call invites and confirms; false when it was refused.
func (e *end) call(more ...string) bool {
	e.t.Helper()
	code, _ := e.ask("INVITE", e.offer("sendrecv"), more...)
	if code == 200 {
		e.ack(200)
	}
	return code == 200
}

func headerOf(text, name string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// serverMedia is where the server wants our sound.
func (e *end) serverMedia() netip.AddrPort {
	var port int
	var host string
	for line := range strings.Lines(e.sdp) {
		_, _ = fmt.Sscanf(line, "m=audio %d", &port)
		_, _ = fmt.Sscanf(line, "c=IN IP4 %s", &host)
	}
	return netip.AddrPortFrom(netip.MustParseAddr(host), uint16(port))
}

// hum says a tone for so long, from a socket of one's choice.
func (e *end) hum(from *net.UDPConn, frequency float64, long time.Duration) {
	to := e.serverMedia()
	began := time.Now()
	for n := range int(long / (20 * time.Millisecond)) {
		time.Sleep(time.Until(began.Add(time.Duration(n+1) * 20 * time.Millisecond)))
		payload := make([]byte, frame)
		for i := range payload {
			payload[i] = encodeMu(int(8000 * math.Sin(2*math.Pi*frequency*float64(n*frame+i)/rate)))
		}
		p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 7, SequenceNumber: uint16(n), Timestamp: uint32(n * frame)}, Payload: payload}
		raw, _ := p.Marshal()
		_, _ = from.WriteToUDPAddrPort(raw, to)
	}
}
