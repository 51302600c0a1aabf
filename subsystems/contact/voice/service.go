package voice

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"

	"praya/kernel/when"
)

// Config is how a site's telephones are connected.
type Config struct {
	UDP, TCP, TLS string // listen addresses; "" = off
	Certificate   func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	Host          string // address in Contact and SDP; "" = the listener's own

	FirstPort, LastPort int    // UDP ports of sound; 0 = any
	BrowserPort         string // listen address (UDP) of the browsers' sound; "" = any port of any address

	MaxCalls  int // at once; 0 = 1,000
	PerSecond int // new calls a second; 0 = 100
	PerSource int // new calls a second from one address that is not the trunk's; 0 = a quarter of PerSecond

	Realm   string        // of the telephones' sign-in; "" = praya
	Quiet   time.Duration // a call without a packet of sound for so long is ended; 0 = a minute
	Trunk   Trunk         // where numbers outside are dialled
	Prompts string        // folder with a site's own recordings; "" = none
}

// Trunk is the line to the telephone network.
type Trunk struct {
	Address      string         // host or host:port; "" = nowhere
	Transport    string         // udp, tcp or tls; "" = udp
	User, Secret string         // for its digest challenge
	Number       string         // ours, shown to whom we call
	Media        []netip.Prefix // hosts of its sound, where they are not the one that signals
}

// Phones knows the secrets of the agents' telephones. HA1 is what SecretOf
// gives. An unknown user is an error.
type Phones interface {
	Secret(ctx context.Context, user string) (ha1, account string, err error)
}

// Service is the telephone exchange of the contact centre. Set its fields
// before Run.
type Service struct {
	Config Config
	Log    *slog.Logger
	Clock  when.Clock
	Phones Phones

	// Incoming has a goroutine of its own for each call; when it returns, the call is hung up.
	Incoming func(ctx context.Context, c *Call)
	// Transfer does what an agent's telephone asks for with its transfer key; nil refuses. The leg is the agent's.
	Transfer func(ctx context.Context, leg *Call, to string) error

	// Reach is told when the telephones of an account, or its browser, begin or cease to be able to ring; may be nil.
	Reach func(account string, on bool)

	begin sync.Once
	ready chan struct{}
	bound Bound

	stack   *sipgo.UserAgent
	client  *sipgo.Client
	wheel   wheel
	ports   ports
	own     map[netip.Addr]bool // this machine's addresses
	trunks  map[netip.Addr]bool // the trunk's
	counted counters

	mu       sync.Mutex
	calls    map[string]*Call // by our tag
	browsers map[string]*Call // by account
	closing  bool
	running  sync.WaitGroup // calls that are not yet cleared away

	unconfirmed time.Duration // how long an answer waits for its ACK
	newCalls    allowance
	newBySource sources
	bytesFrom   sources // datagrams
	invitesFrom sources // INVITEs, with their repetitions
	refusedFrom sources // failed sign-ins
	phones      registry
	browserWay  browserWay
	reach       reach
	heardFrom   heardFrom
}

// Bound is where the service listens.
type Bound struct {
	UDP, TCP, TLS netip.AddrPort
	Err           error
}

// Counts are what happened since the start, for the operator.
type Counts struct {
	Calls    int   // now
	Answered int64 // calls in and out
	Refused  int64 // calls turned away: full, too fast, not understood
	Dropped  int64 // packets of sound from others than the negotiated peer
	Ignored  int64 // datagrams that were no SIP, or too many from one source
	Late     int64 // times that sound was made up for
	Fallen   int64 // calls whose sound a defect of ours has stopped
	Phones   int   // telephones registered now
}

type counters struct{ answered, refused, dropped, ignored atomic.Int64 }

func (s *Service) setup() {
	s.begin.Do(func() {
		s.ready = make(chan struct{})
		s.calls, s.browsers = map[string]*Call{}, map[string]*Call{}
		if s.Log == nil {
			s.Log = slog.New(slog.DiscardHandler)
		}
		if s.Clock == nil {
			s.Clock = when.System
		}
		c := &s.Config
		c.MaxCalls = or(c.MaxCalls, 1000)
		c.PerSecond = or(c.PerSecond, 100)
		c.PerSource = or(c.PerSource, max(2, c.PerSecond/4))
		c.Quiet = or(c.Quiet, time.Minute)
		c.Realm = or(c.Realm, "praya")
		s.unconfirmed = or(s.unconfirmed, 32*time.Second)
		s.ports = ports{first: c.FirstPort, last: c.LastPort}
		s.reach.told = map[string]bool{}
		s.phones.secret = []byte(rand.Text())
	})
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Bound waits until Run listens, and says where.
func (s *Service) Bound() Bound {
	s.setup()
	<-s.ready
	return s.bound
}

// Counts says what happened since the start.
func (s *Service) Counts() Counts {
	s.setup()
	s.mu.Lock()
	calls := len(s.calls) + len(s.browsers)
	s.mu.Unlock()
	return Counts{
		Calls: calls, Answered: s.counted.answered.Load(), Refused: s.counted.refused.Load(),
		Dropped: s.counted.dropped.Load(), Ignored: s.counted.ignored.Load(), Late: s.wheel.late.Load(), Fallen: s.wheel.fallen.Load(),
		Phones: s.phones.count(s.Clock()),
	}
}

// Run listens and serves calls until ctx ends; then it says goodbye to every
// call and returns.
func (s *Service) Run(ctx context.Context) error {
	s.setup()
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	failed, err := s.listen(listening)
	s.bound.Err = err
	close(s.ready)
	if err != nil {
		return err
	}
	defer s.stack.Close() //nolint:errcheck // nothing is left to be said
	go s.wheel.run(listening)
	go s.watchReach(listening)
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.goodbye()
	return err
}

func (s *Service) goodbye() {
	s.mu.Lock()
	s.closing = true
	var all []*Call
	for _, c := range s.calls {
		all = append(all, c)
	}
	for _, c := range s.browsers {
		all = append(all, c)
	}
	s.mu.Unlock()
	for _, c := range all {
		c.finish(WhyStopped)
	}
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Second): // ends that don't answer any more
	}
	s.browserWay.close()
}

func random() (ssrc, ts uint32, seq uint16, session uint64) {
	var b [18]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return binary.BigEndian.Uint32(b[:]), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint64(b[10:]) >> 2
}
