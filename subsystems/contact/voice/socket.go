package voice

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/pion/rtp"
)

// socket is the way of a telephone's sound. It speaks to one address only, and
// hears one host only: the one that was negotiated. Within this host it
// follows the port from which the first packet comes (symmetric RTP,
// RFC 4961), because address translators change it; after that, what comes
// from anywhere else is dropped and counted.
type socket struct {
	conn    *net.UDPConn
	port    int
	peer    atomic.Pointer[netip.AddrPort]
	former  atomic.Pointer[netip.AddrPort] // where the peer was before it said that it moved
	latched atomic.Bool
	own     map[netip.Addr]bool // this machine's addresses, which are one host
	cipher  atomic.Pointer[cipher]
	dropped *atomic.Int64
	packet  [2300]byte // of the sender, who holds the stream's lock
	sealed  [2400]byte // the same, encrypted
}

var errNoPort = errors.New("voice: no free port for sound")

// ports gives out the ports of sound: even ones, in turn.
type ports struct {
	first, last int
	next        atomic.Int64
}

func (p *ports) listen(ip netip.Addr) (*net.UDPConn, error) {
	if p.first == 0 {
		return net.ListenUDP("udp", &net.UDPAddr{IP: ip.AsSlice()})
	}
	first := (p.first + 1) &^ 1
	n := (p.last-first)/2 + 1
	for range max(n, 0) {
		port := first + 2*int(uint64(p.next.Add(1))%uint64(n))
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip.AsSlice(), Port: port})
		if err == nil {
			return conn, nil
		}
	}
	return nil, fmt.Errorf("%w between %d and %d", errNoPort, p.first, p.last)
}

func newSocket(p *ports, ip netip.Addr, own map[netip.Addr]bool, dropped *atomic.Int64) (*socket, error) {
	conn, err := p.listen(ip)
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(1 << 17)
	return &socket{conn: conn, port: conn.LocalAddr().(*net.UDPAddr).Port, own: own, dropped: dropped}, nil
}

// aim sets who is heard and spoken to. The same address again changes nothing.
func (s *socket) aim(to netip.AddrPort) {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	if old := s.peer.Load(); old != nil && *old == to {
		return
	}
	s.former.Store(s.peer.Swap(&to))
	s.latched.Store(false)
}

func (s *socket) send(h *rtp.Header, payload []byte) {
	to := s.peer.Load()
	if to == nil || to.Port() == 0 || !to.Addr().IsValid() {
		return
	}
	n, err := h.MarshalTo(s.packet[:])
	if err != nil {
		return
	}
	n += copy(s.packet[n:], payload)
	if c := s.cipher.Load(); c != nil {
		sealed, err := c.out.EncryptRTP(s.sealed[:0], s.packet[:n], nil)
		if err == nil {
			_, _ = s.conn.WriteToUDPAddrPort(sealed, *to)
		}
		return
	}
	_, _ = s.conn.WriteToUDPAddrPort(s.packet[:n], *to) // an unreachable end is found by its silence
}

func (s *socket) close() { _ = s.conn.Close() }

// run hears packets until the socket is closed.
func (s *socket) run(into *stream, fallen func()) {
	defer func() {
		if recover() != nil { // a defect of ours ends this call, not the others
			fallen()
		}
	}()
	buffer := make([]byte, 2048)
	var h rtp.Header
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // an ICMP message about a port that is closed
		}
		if !s.known(from) {
			s.dropped.Add(1)
			continue
		}
		payload, ok := s.open(&h, buffer[:n])
		if !ok {
			continue
		}
		into.hear(&h, payload)
	}
}

// open reads a packet. Where sound is encrypted, what doesn't open is as
// strange as what comes from elsewhere.
func (s *socket) open(h *rtp.Header, packet []byte) ([]byte, bool) {
	c := s.cipher.Load()
	if c == nil {
		return readRTP(h, packet)
	}
	payload, ok := c.open(h, packet)
	if !ok {
		s.dropped.Add(1)
	}
	return payload, ok
}

// encrypt sets the keys; the same again change nothing.
func (s *socket) encrypt(ours, theirs sdesKey) error {
	if old := s.cipher.Load(); old != nil && old.theirs == theirs && old.ours == ours {
		return nil
	}
	c, err := newCipher(ours, theirs)
	if err != nil {
		return err
	}
	if old := s.cipher.Load(); old != nil && old.ours == ours {
		c.out = old.out // goes on where it is: a packet's number is used once with a key
	}
	s.cipher.Store(c)
	return nil
}

func (s *socket) known(from netip.AddrPort) bool {
	peer := s.peer.Load()
	if peer != nil && *peer == from && s.latched.Load() { // nearly all packets
		return true
	}
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	if peer == nil || peer.Addr() != from.Addr() && (!s.own[peer.Addr()] || !s.own[from.Addr()]) {
		return false
	}
	if *peer == from {
		s.latched.Store(true)
		return true
	}
	if former := s.former.Load(); s.latched.Load() || former != nil && *former == from { // still on its way from there
		return false
	}
	s.peer.Store(&from)
	s.latched.Store(true)
	return true
}

// readRTP reads a packet's header and gives its payload without padding.
// RTCP, which shares the port at some ends (RFC 5761), is no sound.
func readRTP(h *rtp.Header, packet []byte) ([]byte, bool) {
	if len(packet) < 12 || packet[0]>>6 != 2 || packet[1] >= 192 && packet[1] <= 223 {
		return nil, false
	}
	n, err := h.Unmarshal(packet)
	if err != nil || n > len(packet) {
		return nil, false
	}
	payload := packet[n:]
	if h.Padding && len(payload) > 0 {
		pad := int(payload[len(payload)-1])
		if pad > len(payload) {
			return nil, false
		}
		payload = payload[:len(payload)-pad]
	}
	return payload, len(payload) > 0
}
