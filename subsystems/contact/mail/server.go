package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"

	"praya/kernel/when"
)

// Server takes mail in. Its fields are set before Run.
type Server struct {
	Address  string // to listen at
	Domain   string // by which it greets
	Ours     []string
	TLS      *tls.Config // nil: no STARTTLS
	DNS      Resolver
	MaxBytes int64 // of one message; 0 = 25 MiB
	// Patience is how long we wait for a command, and for all of a message; 0 = a minute.
	Patience time.Duration
	// Longest is how long a connection stands at most; 0 = ten minutes.
	Longest time.Duration
	Log     *slog.Logger
	Clock   when.Clock
	// Deliver keeps a message. An error means: not kept, and the sender's server tries again.
	Deliver func(ctx context.Context, in Inbound) error

	bound  chan struct{}
	once   sync.Once
	listen net.Listener
	failed error
	gate   gate
	held   atomic.Int64 // bytes of messages that are arriving
}

// Inbound is a message that arrived.
type Inbound struct {
	Sender  string // of the envelope; empty for bounces
	To      []string
	Verdict Verdict
	Message Message
}

const (
	usualBytes = 25 << 20
	most       = 100 // connections
	mostOfOne  = 10  // of them, of one address
	mostHeld   = 256 << 20
	mostTo     = 10
	perSource  = 30 // messages a minute of one address
	patience   = time.Minute
	longestRun = 10 * time.Minute
	judging    = 20 * time.Second
)

func (s *Server) ready() chan struct{} {
	s.once.Do(func() { s.bound = make(chan struct{}) })
	return s.bound
}

// Bound waits until Run listens, and says where.
func (s *Server) Bound() (string, error) {
	<-s.ready()
	if s.failed != nil {
		return "", s.failed
	}
	return s.listen.Addr().String(), nil
}

// Run takes mail until the context ends.
func (s *Server) Run(ctx context.Context) error {
	var lc net.ListenConfig
	s.listen, s.failed = lc.Listen(ctx, "tcp", s.Address)
	close(s.ready())
	if s.failed != nil {
		return s.failed
	}
	server := smtp.NewServer(backend{s, ctx})
	server.Domain, server.TLSConfig, server.MaxRecipients = s.Domain, s.TLS, mostTo
	wait := cmp.Or(s.Patience, patience)
	server.ReadTimeout, server.WriteTimeout, server.MaxLineLength = wait, wait, 2000
	server.MaxMessageBytes, server.EnableSMTPUTF8 = s.most(), true
	server.ErrorLog = quiet{s.Log}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	err := server.Serve(&crowd{Listener: s.listen, free: make(chan struct{}, most), of: map[string]int{}, longest: cmp.Or(s.Longest, longestRun)})
	if ctx.Err() != nil || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

func (s *Server) most() int64 {
	if s.MaxBytes > 0 {
		return s.MaxBytes
	}
	return usualBytes
}

// quiet logs what the library complains of, which is the other side's doing.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, _ ...any) { q.log.Debug("mail in", "complaint", format) }
func (q quiet) Println(...any)                 { q.log.Debug("mail in") }

// crowd lets only so many connections stand at once, and for so long; who is over it waits in the
// kernel's queue. An address that has its share already is told to come back (RFC 5321, 3.8).
type crowd struct {
	net.Listener
	free    chan struct{}
	longest time.Duration

	mu sync.Mutex
	of map[string]int
}

// Accept waits for a place.
func (c *crowd) Accept() (net.Conn, error) {
	for {
		c.free <- struct{}{}
		conn, err := c.Listener.Accept()
		if err != nil {
			<-c.free
			return nil, err
		}
		source, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
		if c.enters(source) {
			s := &seat{Conn: conn, leave: sync.OnceFunc(func() { c.leaves(source); <-c.free })}
			s.end = time.AfterFunc(c.longest, func() { _ = conn.Close() })
			return s, nil
		}
		_, _ = io.WriteString(conn, "421 4.7.0 Too many connections, come back later\r\n") // a new socket has room for it
		_ = conn.Close()
		<-c.free
	}
}

func (c *crowd) enters(source string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[source] >= mostOfOne {
		return false
	}
	c.of[source]++
	return true
}

func (c *crowd) leaves(source string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[source]--; c.of[source] == 0 {
		delete(c.of, source)
	}
}

type seat struct {
	net.Conn
	leave func()
	end   *time.Timer
}

// Close gives the place back.
func (s *seat) Close() error {
	defer s.leave()
	s.end.Stop()
	return s.Conn.Close()
}

// gate counts messages by source and minute.
type gate struct {
	mu     sync.Mutex
	minute int64
	seen   map[string]int
}

func (g *gate) lets(source string, now when.Instant) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m := now.Time().Unix() / 60; m != g.minute || g.seen == nil {
		g.minute, g.seen = m, map[string]int{}
	}
	g.seen[source]++
	return g.seen[source] <= perSource
}

type backend struct {
	s   *Server
	ctx context.Context //nolint:containedctx // the library's sessions have none
}

// NewSession begins a connection.
func (b backend) NewSession(c *smtp.Conn) (smtp.Session, error) {
	host, _, err := net.SplitHostPort(c.Conn().RemoteAddr().String())
	return &session{s: b.s, ctx: b.ctx, conn: c.Conn(), ip: net.ParseIP(host), helo: c.Hostname()}, err
}

type session struct {
	s      *Server
	ctx    context.Context //nolint:containedctx // see backend
	conn   net.Conn
	ip     net.IP
	helo   string
	sender string
	to     []string
}

func refuse(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

// Mail begins a message.
func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if !x.s.gate.lets(x.ip.String(), x.s.Clock()) {
		return refuse(451, smtp.EnhancedCode{4, 7, 1}, "Too many messages, come back later")
	}
	x.sender, x.to = from, nil
	return nil
}

// Rcpt names who it is for.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !slices.ContainsFunc(x.s.Ours, func(own string) bool { return strings.EqualFold(own, to) }) {
		return refuse(550, smtp.EnhancedCode{5, 1, 1}, "No such address here")
	}
	x.to = append(x.to, to)
	return nil
}

// Data takes the message.
func (x *session) Data(r io.Reader) error {
	arriving := &holder{from: r, all: &x.s.held}
	defer arriving.release()
	raw, err := io.ReadAll(arriving)
	if cut := net.Error(nil); errors.As(err, &cut) {
		_ = x.conn.Close() // what comes yet of this message must not be taken for commands
	}
	if err != nil {
		return err
	}
	m, err := Read(raw)
	if errors.Is(err, ErrLoop) {
		return refuse(554, smtp.EnhancedCode{5, 4, 6}, "Too many hops")
	}
	if err != nil {
		return refuse(554, smtp.EnhancedCode{5, 6, 0}, "The message can't be read")
	}
	if x.sender == "" {
		m.Automatic = true
	}
	ctx, stop := context.WithTimeout(x.ctx, judging)
	defer stop()
	v := judge(ctx, x.s.DNS, x.ip, x.helo, x.sender, m.From, raw)
	if v.Reject && m.Bounce == nil {
		return refuse(550, smtp.EnhancedCode{5, 7, 1}, "The sender's domain refuses this message")
	}
	if err := x.s.Deliver(x.ctx, Inbound{Sender: x.sender, To: x.to, Verdict: v, Message: m}); err != nil {
		x.s.Log.WarnContext(x.ctx, "mail was not kept", "error", err)
		return refuse(451, smtp.EnhancedCode{4, 3, 0}, "Not kept, try again later")
	}
	return nil
}

// holder counts what of all messages stands in memory while it arrives. Over the bound the sender
// comes back (RFC 5321, 4.2.3: 452).
type holder struct {
	from io.Reader
	all  *atomic.Int64
	own  int64
}

// Read takes more of a message.
func (h *holder) Read(b []byte) (int, error) {
	n, err := h.from.Read(b)
	h.own += int64(n)
	if h.all.Add(int64(n)) > mostHeld {
		return n, refuse(452, smtp.EnhancedCode{4, 3, 1}, "Too much is arriving, come back later")
	}
	return n, err
}

func (h *holder) release() { h.all.Add(-h.own) }

// Reset begins anew.
func (x *session) Reset() { x.sender, x.to = "", nil }

// Logout ends the connection.
func (*session) Logout() error { return nil }
