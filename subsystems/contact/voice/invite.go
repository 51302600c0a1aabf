package voice

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"mime/multipart"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// invitation is a call that came and is not yet decided.
type invitation struct {
	req     *sip.Request
	tx      sip.ServerTransaction
	offer   *offer // nil: the telephone wants ours
	timer   sessionTimer
	decided chan struct{}
	answer  *sip.Response // set before decided is closed, when it is a yes
	ack     <-chan *sip.Request
}

// invited takes an INVITE. It stays until the call is decided and confirmed:
// the stack ends a transaction when its handler returns.
func (s *Service) invited(req *sip.Request, tx sip.ServerTransaction) {
	if _, within := req.To().Params.Get("tag"); within {
		s.said(reinvited)(req, tx)
		return
	}
	if !s.acceptable(req, tx) {
		return
	}
	account, ok := s.caller(req, tx)
	if !ok || !s.admitted(req, tx) {
		return
	}
	c, inv, ok := s.arrive(req, tx, account)
	if !ok {
		return
	}
	respond(tx, req, 100, "Trying")
	go s.attend(c)
	select {
	case <-inv.decided:
	case <-c.ctx.Done():
	}
	c.mu.Lock()
	undecided := c.incoming != nil
	c.incoming = nil
	c.mu.Unlock()
	if undecided { // ended before an answer: the stack has said 487 to a CANCEL
		respond(tx, inv.req, 480, "Temporarily Unavailable")
	}
	select {
	case <-inv.decided:
		if inv.answer != nil {
			c.confirmed(inv)
		}
	default:
	}
}

// confirmed waits for the ACK of our answer, and begins the sound.
func (c *Call) confirmed(inv *invitation) {
	ack := c.awaitAck(inv.tx, inv.answer, inv.ack)
	switch {
	case ack == nil:
		c.finish(WhyNoAck)
	case inv.offer == nil && !c.answered(ack):
		c.HangUp()
	default:
		c.connected()
	}
}

// attend gives the call to the contact centre.
func (s *Service) attend(c *Call) {
	defer c.HangUp()
	defer func() {
		if r := recover(); r != nil {
			s.Log.ErrorContext(c.ctx, "voice: a call's handler panicked", "error", r)
		}
	}()
	if s.Incoming != nil {
		s.Incoming(c.ctx, c)
	}
}

// acceptable refuses what RFC 3261, 8.2 wants refused.
func (s *Service) acceptable(req *sip.Request, tx sip.ServerTransaction) bool {
	scheme := strings.ToLower(req.Recipient.Scheme)
	contact := req.Contact()
	_, tagged := req.From().Params.Get("tag")
	switch {
	case scheme != "sip" && scheme != "sips" && scheme != "tel":
		respond(tx, req, 416, "Unsupported URI Scheme")
	case required(req) != "":
		respond(tx, req, 420, "Bad Extension", sip.NewHeader("Unsupported", required(req)))
	case contact == nil || contact.Address.Host == "" || contact.Address.Wildcard || !tagged:
		respond(tx, req, 400, "Bad Request")
	case len(req.GetHeaders("Record-Route")) > 10 || len(req.CallID().Value()) > 256:
		respond(tx, req, 513, "Message Too Large")
	default:
		return true
	}
	s.counted.refused.Add(1)
	return false
}

// admitted bounds how many calls come, in all and from one source.
func (s *Service) admitted(req *sip.Request, tx sip.ServerTransaction) bool {
	from, now := hostOf(req.Source()), s.Clock()
	perSource := float64(s.Config.PerSource)
	if !s.trusted(from) && !s.newBySource.take(from, now, perSource, 2*perSource) {
		s.busy(req, tx)
		return false
	}
	s.mu.Lock()
	perSecond := float64(s.Config.PerSecond)
	ok := !s.closing && len(s.calls) < s.Config.MaxCalls && s.newCalls.take(now, perSecond, perSecond)
	s.mu.Unlock()
	if !ok {
		s.busy(req, tx)
	}
	return ok
}

func (s *Service) busy(req *sip.Request, tx sip.ServerTransaction) {
	s.counted.refused.Add(1)
	respond(tx, req, 503, "Service Unavailable", sip.NewHeader("Retry-After", "5"))
}

// arrive makes the call of an INVITE.
func (s *Service) arrive(req *sip.Request, tx sip.ServerTransaction, account string) (*Call, *invitation, bool) {
	refuse := func(code int, reason string, more ...sip.Header) (*Call, *invitation, bool) {
		s.counted.refused.Add(1)
		respond(tx, req, code, reason, more...)
		return nil, nil, false
	}
	inv := &invitation{req: req, tx: tx, decided: make(chan struct{})}
	var ok bool
	if inv.timer, ok = askedTimer(req); !ok {
		return refuse(422, "Session Interval Too Small", sip.NewHeader("Min-SE", strconv.Itoa(shortestSession)))
	}
	body, err := description(req)
	if errors.Is(err, errBodyKind) {
		return refuse(415, "Unsupported Media Type", sip.NewHeader("Accept", "application/sdp"))
	}
	if err == nil && body != nil {
		inv.offer, err = readOffer(body)
	}
	if err == nil && inv.offer != nil && !s.mayHear(inv.offer, hostOf(req.Source()), req.Transport()) {
		err = errElsewhere
	}
	if err != nil {
		return refuse(488, "Not Acceptable Here", sip.NewHeader("Warning", `304 praya "Sound must be PCMU or PCMA to the host that calls"`))
	}
	c, err := s.newCall(account, number(req, s.trusted(hostOf(req.Source()))), part(req.Recipient.User))
	if err != nil {
		s.busy(req, tx)
		return nil, nil, false
	}
	// Every answer of ours carries the dialog's tag.
	inv.req = req.Clone()
	inv.req.To().Params.Add("tag", c.id)
	c.mu.Lock()
	c.dialog, c.incoming = s.uasDialog(req, c.id), inv
	c.mu.Unlock()
	if err := c.open(c.dialog.transport, req.Source()); err != nil {
		s.Log.ErrorContext(c.ctx, "voice: no port for a call's sound", "error", err)
		s.busy(req, tx)
		c.finish(WhyRefused)
		return nil, nil, false
	}
	if !tx.OnCancel(func(*sip.Request) { c.finish(WhyCancelled) }) {
		c.finish(WhyCancelled)
	}
	tx.OnTerminate(func(string, error) {
		c.mu.Lock()
		waiting := c.incoming != nil
		c.mu.Unlock()
		if waiting {
			c.finish(WhyLost)
		}
	})
	return c, inv, true
}

var (
	errBodyKind  = errors.New("voice: the body is no description of sound")
	errElsewhere = errors.New("voice: sound for a third host")
)

// description is the SDP of a message: its body, or a part of it (trunks send
// the telephone network's own signals beside it). nil when there is none.
func description(m interface {
	ContentType() *sip.ContentTypeHeader
	Body() []byte
},
) ([]byte, error) {
	if len(m.Body()) == 0 {
		return nil, nil
	}
	if m.ContentType() == nil {
		return nil, errBodyKind
	}
	kind, params, err := mime.ParseMediaType(m.ContentType().Value())
	switch {
	case err != nil:
		return nil, errBodyKind
	case kind == "application/sdp":
		return m.Body(), nil
	case kind != "multipart/mixed" || params["boundary"] == "":
		return nil, errBodyKind
	}
	parts := multipart.NewReader(bytes.NewReader(m.Body()), params["boundary"])
	for range 10 {
		p, err := parts.NextRawPart()
		if err != nil {
			break
		}
		if kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind == "application/sdp" {
			var text bytes.Buffer
			if _, err := text.ReadFrom(p); err != nil {
				break
			}
			return text.Bytes(), nil
		}
	}
	return nil, errBodyKind
}

// mayHear decides where sound may be sent: to the host that signals, and for
// the trunk to the hosts that a site lists. An offer for a third host is
// refused, or we would be a machine that sends 64 kbit/s to anybody's victim.
// A private address that comes from a public one stands behind a translator:
// its sound comes from, and goes to, the host that signals. Addresses of this
// machine are one host.
//
// Keys of encrypted sound count over TLS only.
func (s *Service) mayHear(o *offer, signaller netip.Addr, transport string) bool {
	if o.must && !strings.EqualFold(transport, "TLS") {
		return false
	}
	media := o.addr.Addr()
	switch {
	case !o.hears && media.IsUnspecified(), media == signaller:
		return true
	case s.trusted(signaller) && slices.ContainsFunc(s.Config.Trunk.Media, func(p netip.Prefix) bool { return p.Contains(media) }):
		return true
	case (s.own[media] && s.own[signaller]) || media.IsPrivate() && !signaller.IsPrivate() && !signaller.IsLoopback():
		o.addr = netip.AddrPortFrom(signaller, o.addr.Port())
		return true
	}
	return false
}

// Ringing says that the telephone rings.
func (c *Call) Ringing() {
	c.mu.Lock()
	inv := c.incoming
	c.mu.Unlock()
	if inv == nil {
		return
	}
	res := sip.NewResponseFromRequest(inv.req, 180, "Ringing", nil)
	res.AppendHeader(c.s.contact(c.dialog.transport, c.dialog.where()))
	_ = inv.tx.Respond(res)
}

// decide takes the invitation; nil when it is decided already, or gone.
func (c *Call) decide() *invitation {
	c.mu.Lock()
	defer c.mu.Unlock()
	inv := c.incoming
	c.incoming = nil
	return inv
}

// Reject refuses the call; retryAfter of 0 says nothing about when to try again.
func (c *Call) Reject(code int, reason string, retryAfter time.Duration) {
	inv := c.decide()
	if inv == nil {
		c.HangUp()
		return
	}
	var more []sip.Header
	if retryAfter > 0 {
		more = append(more, sip.NewHeader("Retry-After", strconv.Itoa(int((retryAfter+time.Second-1)/time.Second))))
	}
	respond(inv.tx, inv.req, max(code, 300), reason, more...)
	close(inv.decided)
	c.finish(WhyRefused)
}

// Answer takes the call, and returns when the other end has confirmed it. Only
// then sound is sent: an answer to a forged address would otherwise be a
// stream to a host that never called.
func (c *Call) Answer(ctx context.Context) error {
	inv := c.decide()
	if inv == nil {
		return ErrGone
	}
	c.mu.Lock()
	body := c.ours.offer()
	if inv.offer != nil {
		body = c.ours.answer(inv.offer)
	}
	c.mu.Unlock()
	if inv.offer != nil {
		c.agree(inv.offer)
	}
	res := sip.NewSDPResponseFromRequest(inv.req, body)
	res.AppendHeader(c.s.contact(c.dialog.transport, c.dialog.where()))
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("Supported", supported))
	inv.timer.write(res)
	c.session(inv.timer)
	inv.answer, inv.ack = res, c.expect(inv.req.CSeq().SeqNo)
	c.mu.Lock()
	c.up = true
	c.mu.Unlock()
	err := inv.tx.Respond(res)
	close(inv.decided)
	if err != nil {
		c.finish(WhyLost)
		return errors.Join(ErrGone, err)
	}
	select {
	case <-c.on:
		return nil
	case <-ctx.Done():
		c.HangUp()
		return ctx.Err()
	case <-c.ctx.Done():
		return ErrGone
	}
}

// agree takes what the other end says about its sound.
func (c *Call) agree(o *offer) {
	c.mu.Lock()
	ours := c.ours
	if plain := !ours.secure || o.crypto == nil; plain && c.socket.cipher.Swap(nil) != nil {
		c.ours.key = newSDES() // a key that was used is not begun anew
	}
	c.mu.Unlock()
	if ours.secure && o.crypto != nil {
		if err := c.socket.encrypt(ours.key, *o.crypto); err != nil {
			c.finish(WhyLost)
			return
		}
	}
	c.socket.aim(o.addr)
	c.sound.agree(o.terms(), nil)
}

// answered takes the description that comes with an ACK, after our offer.
func (c *Call) answered(ack *sip.Request) bool {
	body, err := description(ack)
	if err != nil || body == nil {
		return false
	}
	o, err := readOffer(body)
	if err != nil || !c.s.mayHear(o, c.dialog.signaller(), c.dialog.transport) {
		return false
	}
	c.agree(o)
	return true
}
