package voice

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

const (
	longestMessage = 16 << 10
	mostConns      = 2000 // over TCP and TLS at once
	connsPerHost   = 50
	stillest       = 65 * time.Minute // a connection that says nothing for longer is closed
)

// listen binds the listeners and starts the SIP stack on them. The stack has a
// silent log: it would write messages, and with them who calls whom.
func (s *Service) listen(ctx context.Context) (<-chan error, error) {
	silent := slog.New(slog.DiscardHandler)
	sip.SetDefaultLogger(silent) // what it writes without asking has addresses of callers in it
	parser := sip.NewParser()
	parser.MaxMessageLength = longestMessage
	stack, err := sipgo.NewUA(
		sipgo.WithUserAgent("praya"),
		sipgo.WithUserAgentParser(parser),
		sipgo.WithUserAgenTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(silent), sip.WithTransportLayerReadFilter(s.filter(parser))),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(silent),
			sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})))
	if err != nil {
		return nil, err
	}
	s.stack = stack
	if s.client, err = sipgo.NewClient(stack, sipgo.WithClientLogger(silent)); err != nil {
		return nil, err
	}
	server, err := sipgo.NewServer(stack, sipgo.WithServerLogger(silent))
	if err != nil {
		return nil, err
	}
	s.route(server)
	if err := s.addresses(ctx); err != nil {
		return nil, err
	}
	return s.serve(ctx, server)
}

func (s *Service) serve(ctx context.Context, server *sipgo.Server) (<-chan error, error) {
	failed := make(chan error, 3)
	run := func(l interface{ Close() error }, serve func() error) {
		context.AfterFunc(ctx, func() { _ = l.Close() })
		go func() {
			if err := serve(); err != nil && ctx.Err() == nil && !errors.Is(err, net.ErrClosed) {
				failed <- fmt.Errorf("voice: %w", err)
			}
		}()
	}
	c := s.Config
	if c.UDP != "" {
		conn, err := net.ListenPacket("udp", c.UDP)
		if err != nil {
			return nil, err
		}
		_ = conn.(*net.UDPConn).SetReadBuffer(4 << 20)
		s.bound.UDP = conn.LocalAddr().(*net.UDPAddr).AddrPort()
		s.heardFrom.most = or(s.heardFrom.most, mostSources)
		read := func(d *datagrams) { run(conn, func() error { return server.ServeUDP(d) }) }
		read(newDatagrams(ctx, conn, &s.heardFrom, read))
		s.listening(ctx)
	}
	if c.TCP != "" {
		l, err := net.Listen("tcp", c.TCP)
		if err != nil {
			return nil, err
		}
		s.bound.TCP = l.Addr().(*net.TCPAddr).AddrPort()
		run(l, func() error { return server.ServeTCP(newBounded(l)) })
	}
	if c.TLS != "" {
		l, err := net.Listen("tcp", c.TLS)
		if err != nil {
			return nil, err
		}
		s.bound.TLS = l.Addr().(*net.TCPAddr).AddrPort()
		secure := tls.NewListener(newBounded(l), &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.Certificate})
		run(l, func() error { return server.ServeTLS(secure) })
	}
	return failed, nil
}

// listening waits until the stack knows our datagram listener: before that, it
// would bind a second one to call anybody.
func (s *Service) listening(ctx context.Context) {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for range 1000 {
		if _, err := s.stack.TransportLayer().GetConnection("udp", s.bound.UDP.String()); err == nil {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
	}
}

// addresses learns which addresses are this machine's, and which the trunk's.
func (s *Service) addresses(ctx context.Context) error {
	s.own, s.trunks = map[netip.Addr]bool{}, map[netip.Addr]bool{}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			s.own[p.Addr().Unmap()] = true
		}
	}
	if s.Config.Trunk.Address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(s.Config.Trunk.Address)
	if err != nil {
		host = s.Config.Trunk.Address
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		s.Log.WarnContext(ctx, "voice: the trunk's address is not known now", "error", err)
	}
	for _, a := range found {
		s.trunks[a.Unmap()] = true
	}
	return nil
}

// filter looks at datagrams before the stack does. Too many from one source
// are dropped unread. What can't be parsed is dropped too: the stack would
// write it into a log; and a message that its parser panics on ends here, not
// the program. Messages on connections are bounded by the parser's length.
func (s *Service) filter(parser *sip.Parser) sip.TransportReadFilter {
	return func(p sip.TransportReadProps, data []byte) ([]byte, error) {
		from, ok := p.RemoteAddr.(*net.UDPAddr)
		if !ok {
			return data, nil
		}
		addr := from.AddrPort().Addr().Unmap()
		if !s.trusted(addr) && !s.within(addr, data) || len(data) > longestMessage || !parses(parser, data) {
			s.counted.ignored.Add(1)
			return nil, nil
		}
		s.heardFrom.add(from.AddrPort())
		return data, nil
	}
}

// within bounds what one source sends. An INVITE over its bound is dropped: an
// answer would be repeated until it is confirmed, at a host that may never
// have asked.
func (s *Service) within(from netip.Addr, data []byte) bool {
	now, calls := s.Clock(), float64(s.Config.PerSource)
	if bytes.HasPrefix(data, []byte("INVITE ")) && !s.invitesFrom.take(from, now, 2*calls, 4*calls) {
		return false
	}
	return s.bytesFrom.take(from, now, 30*calls, 60*calls)
}

func parses(parser *sip.Parser, data []byte) (ok bool) {
	defer func() { ok = recover() == nil && ok }()
	if len(strings.TrimSpace(string(data))) == 0 {
		return true // keep-alive
	}
	m, err := parser.ParseSIP(data)
	if err != nil {
		return false
	}
	// The stack reads these headers when it is too late to recover.
	return m.Via() != nil && m.CSeq() != nil && m.CallID() != nil && m.From() != nil && m.To() != nil
}

// trusted are sources whose rate is only bounded by the whole: the trunk.
func (s *Service) trusted(a netip.Addr) bool { return s.trunks[a] }

// bounded is a listener that bounds how many connections stand, in all and
// from one host.
type bounded struct {
	net.Listener
	mu  sync.Mutex
	all int
	per map[string]int
}

func newBounded(l net.Listener) *bounded { return &bounded{Listener: l, per: map[string]int{}} }

func (b *bounded) Accept() (net.Conn, error) {
	for {
		conn, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
		b.mu.Lock()
		if b.all >= mostConns || b.per[host] >= connsPerHost {
			b.mu.Unlock()
			_ = conn.Close()
			continue
		}
		b.all++
		b.per[host]++
		b.mu.Unlock()
		idle := time.AfterFunc(30*time.Second, func() { _ = conn.Close() }) // its reader sees it, and closes
		return &counted{Conn: conn, done: func() { b.leave(host) }, idle: idle}, nil
	}
}

func (b *bounded) leave(host string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all--
	if b.per[host]--; b.per[host] <= 0 {
		delete(b.per, host)
	}
}

// counted is a connection that is closed when nothing comes for longer than a
// long conversation; a new one has half a minute.
type counted struct {
	net.Conn
	once sync.Once
	done func()
	idle *time.Timer
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.idle.Reset(stillest)
	}
	return n, err
}

func (c *counted) Close() error {
	c.idle.Stop()
	c.once.Do(c.done)
	return c.Conn.Close()
}

// listener is the address of ours that a transport uses.
func (s *Service) listener(transport string) netip.AddrPort {
	switch strings.ToUpper(transport) {
	case "TCP":
		return s.bound.TCP
	case "TLS":
		return s.bound.TLS
	}
	return s.bound.UDP
}

// host is our address as a peer sees it.
func (s *Service) host(transport, peer string) string {
	if s.Config.Host != "" {
		return s.Config.Host
	}
	if a := s.listener(transport).Addr(); a.IsValid() && !a.IsUnspecified() {
		return a.Unmap().String()
	}
	conn, err := net.Dial("udp", peer) // sends nothing: asks which of our addresses leads there
	if err != nil {
		return "127.0.0.1"
	}
	defer conn.Close() //nolint:errcheck // nothing was sent
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().String()
}

func (s *Service) contact(transport, peer string) *sip.ContactHeader {
	uri := sip.Uri{Scheme: "sip", User: "praya", Host: bracketed(s.host(transport, peer)), Port: int(s.listener(transport).Port())}
	if t := strings.ToLower(transport); t != "udp" {
		uri.UriParams = sip.HeaderParams{{K: "transport", V: t}}
	}
	return &sip.ContactHeader{Address: uri}
}

func (s *Service) via(transport, peer string) *sip.ViaHeader {
	v := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: strings.ToUpper(transport),
		Host: bracketed(s.host(transport, peer)), Port: int(s.listener(transport).Port()),
	}
	v.Params.Add("branch", sip.GenerateBranchN(16))
	v.Params.Add("rport", "")
	return v
}

func bracketed(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

// dialled makes the address of a host or host:port with a transport's port.
func dialled(address, transport string) string {
	if _, _, err := net.SplitHostPort(address); err == nil {
		return address
	}
	return net.JoinHostPort(strings.Trim(address, "[]"), strconv.Itoa(sip.DefaultPort(transport)))
}
