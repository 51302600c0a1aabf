package voice

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"praya/kernel/when"
)

// What ends a call, as Why says it.
const (
	WhyPeer      = "other end hung up"
	WhyUs        = "we hung up"
	WhyCancelled = "caller gave up"
	WhyRefused   = "refused"
	WhyNoAck     = "answer never confirmed"
	WhyQuiet     = "no sound arrived"
	WhyExpired   = "session not refreshed"
	WhyStopped   = "server stops"
	WhyLost      = "connection lost"
	WhyReferred  = "transferred"
)

var (
	ErrGone     = errors.New("voice: the call has ended")
	ErrNoKey    = errors.New("voice: no key was pressed")
	ErrNoPhone  = errors.New("voice: no telephone is registered")
	ErrNoAnswer = errors.New("voice: nobody answered")
	ErrBusy     = errors.New("voice: busy")
	ErrNotAgent = errors.New("voice: only an agent's telephone is transferred")
	ErrNoTrunk  = errors.New("voice: no trunk is configured")
	ErrFull     = errors.New("voice: as many calls stand as may")
	ErrRefused  = errors.New("voice: the other end refused")
)

// ending is why a call's context is done.
type ending struct {
	why string
	bye bool // the other end is to be told
}

func (e *ending) Error() string { return "voice: " + e.why }

// Call is one end that we speak with: a caller, an agent's telephone, an
// agent's browser, a number that we dialled.
type Call struct {
	s        *Service
	id       string // our tag
	from, to string
	account  string
	started  when.Instant
	ctx      context.Context //nolint:containedctx // a call is a context of its own
	cancel   context.CancelCauseFunc
	sound    *stream
	socket   *socket // nil: a browser
	dialog   *dialog // nil: a browser

	mu       sync.Mutex
	incoming *invitation // until the call is decided
	up       bool        // answered: the other end is to hear of the end
	begun    bool
	on       chan struct{} // closed when both ends have confirmed
	ours     ours
	room     *Room
	timer    *time.Timer // of the session (RFC 4028)
	offering bool        // an offer is under way within the call
	refers   chan int    // what a transfer that we asked for says
	acks     map[uint32]chan *sip.Request
	atEnd    []func()
}

// newCall makes a call that exits from every list when its context ends.
func (s *Service) newCall(account, from, to string) (*Call, error) {
	ssrc, ts, seq, session := random()
	c := &Call{
		s: s, id: tag(), account: account, from: from, to: to, started: s.Clock(),
		sound: newStream(s.Clock, ssrc, seq, ts), acks: map[uint32]chan *sip.Request{},
		on: make(chan struct{}), ours: ours{session: session, version: 1},
	}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || len(s.calls) >= s.Config.MaxCalls {
		return nil, ErrFull
	}
	s.calls[c.id] = c
	s.running.Add(1)
	context.AfterFunc(c.ctx, c.clear)
	return c, nil
}

// ID names the call.
func (c *Call) ID() string { return c.id }

// From is the number as sent; "" when it is withheld. Nobody proved it.
func (c *Call) From() string { return c.from }

// To is the number that was called.
func (c *Call) To() string { return c.to }

// Account is whose telephone or browser this is; "" for the public.
func (c *Call) Account() string { return c.account }

// Started is when the call reached us or left us.
func (c *Call) Started() when.Instant { return c.started }

// Done is closed when the call has ended.
func (c *Call) Done() <-chan struct{} { return c.ctx.Done() }

// Why says what ended the call; "" while it lasts.
func (c *Call) Why() string {
	var e *ending
	if errors.As(context.Cause(c.ctx), &e) {
		return e.why
	}
	return ""
}

// HangUp ends the call.
func (c *Call) HangUp() { c.finish(WhyUs) }

// finish ends the call for a reason; the other end is told unless it was the
// one to say so. The first reason counts.
func (c *Call) finish(why string) {
	c.cancel(&ending{why: why, bye: why != WhyPeer && why != WhyCancelled && why != WhyRefused})
}

// clear takes an ended call from every list and tells the other end.
func (c *Call) clear() {
	defer c.s.running.Done()
	c.s.mu.Lock()
	delete(c.s.calls, c.id)
	if c.s.browsers[c.account] == c {
		delete(c.s.browsers, c.account)
	}
	c.s.mu.Unlock()
	if c.dialog == nil {
		c.s.tell(c.account)
	}
	c.s.wheel.remove(c)
	c.mu.Lock()
	ends, up, d := c.atEnd, c.up, c.dialog
	c.atEnd = nil
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	for _, f := range ends {
		f()
	}
	c.sound.end()
	var e *ending
	if errors.As(context.Cause(c.ctx), &e) && e.bye && up && d != nil {
		ctx, stop := context.WithTimeout(context.Background(), 4*time.Second)
		defer stop()
		_, _ = d.request(ctx, sip.BYE, nil) // gone for us whatever the other end says
	}
}

// ending runs f when the call ends; at once when it has.
func (c *Call) ending(f func()) {
	c.mu.Lock()
	gone := c.ctx.Err() != nil
	if !gone {
		c.atEnd = append(c.atEnd, f)
	}
	c.mu.Unlock()
	if gone {
		f()
	}
}

// connected begins the sound of a call that both ends confirmed.
func (c *Call) connected() {
	c.mu.Lock()
	already := c.begun || c.ctx.Err() != nil
	c.up, c.begun = true, true
	c.mu.Unlock()
	if already {
		return
	}
	defer close(c.on)
	c.s.counted.answered.Add(1)
	c.sound.begin()
	c.s.wheel.add(c)
	c.ending(func() { c.s.wheel.remove(c) })
	if c.dialog == nil {
		c.s.tell(c.account)
	}
}

// turn is the call's place on the wheel.
func (c *Call) turn() {
	if c.sound.turn(int(c.s.Config.Quiet / (slots * beat))) {
		c.finish(WhyQuiet)
	}
}

// open gives the call a socket of its own for its sound.
func (c *Call) open(transport, peer string) error {
	ip := c.s.listener(transport).Addr()
	if !ip.IsValid() {
		ip = netip.IPv4Unspecified()
	}
	socket, err := newSocket(&c.s.ports, ip, c.s.own, &c.s.counted.dropped)
	if err != nil {
		return err
	}
	host, err := netip.ParseAddr(c.s.host(transport, peer))
	if err != nil { // a name: SDP carries names too, but not every telephone looks them up
		host = ip
	}
	c.socket = socket
	c.ours.secure, c.ours.key = strings.EqualFold(transport, "TLS"), newSDES()
	c.ours.addr = netip.AddrPortFrom(host.Unmap(), uint16(socket.port))
	c.sound.agree(terms{}, socket)
	go socket.run(c.sound, func() { c.finish(WhyLost) })
	return nil
}

// Play plays sounds until their end, until ctx ends, or the call does.
func (c *Call) Play(ctx context.Context, sounds ...Sound) error {
	return c.play(ctx, newPlayer(false, sounds...))
}

// Keep plays music over and over until ctx ends or the call does.
func (c *Call) Keep(ctx context.Context, music Sound) {
	_ = c.play(ctx, newPlayer(true, music)) // both endings are what the caller waits for
}

func (c *Call) play(ctx context.Context, p *player) error {
	c.start(p)
	defer c.stop(p)
	select {
	case <-p.done:
		if c.ctx.Err() != nil {
			return ErrGone
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.ctx.Done():
		return ErrGone
	}
}

// start gives the player the floor; one that had it has ended.
func (c *Call) start(p *player) {
	c.sound.set(func(m *stream) {
		if m.player != nil {
			m.player.finish()
		}
		if m.player = p; m.closed {
			p.finish()
		}
	})
}

func (c *Call) stop(p *player) {
	c.sound.set(func(m *stream) {
		if m.player == p {
			m.player = nil
		}
	})
}

// typedAhead is how long before the question a key still counts: people who
// know the menu don't wait for it.
const typedAhead = 2 * time.Second

// Ask plays sounds and gives the key that is pressed; a key stops them. After
// the sounds it waits so long, and returns ErrNoKey.
func (c *Call) Ask(ctx context.Context, wait time.Duration, sounds ...Sound) (byte, error) {
	p := newPlayer(false, sounds...)
	c.start(p)
	defer c.stop(p)
	asked := c.s.Clock()
	played := p.done
	var over <-chan time.Time
	for {
		select {
		case k := <-c.sound.keys:
			if asked.Sub(k.at) <= typedAhead {
				return k.key, nil
			}
		case <-played:
			played = nil
			t := time.NewTimer(wait)
			defer t.Stop() //nolint:gocritic // once: played is nil from now on
			over = t.C
		case <-over:
			return 0, ErrNoKey
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-c.ctx.Done():
			return 0, ErrGone
		}
	}
}
