package voice

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// expect prepares for the ACK of an answer with this number.
func (c *Call) expect(seq uint32) <-chan *sip.Request {
	ch := make(chan *sip.Request, 1)
	c.mu.Lock()
	c.acks[seq] = ch
	c.mu.Unlock()
	return ch
}

// acknowledged takes an ACK.
func (s *Service) acknowledged(req *sip.Request, _ sip.ServerTransaction) {
	c := s.find(req)
	if c == nil || !c.dialog.from(req) {
		return
	}
	c.take(req)
}

func (c *Call) take(ack *sip.Request) {
	c.mu.Lock()
	ch := c.acks[ack.CSeq().SeqNo]
	delete(c.acks, ack.CSeq().SeqNo)
	c.mu.Unlock()
	if ch != nil {
		ch <- ack
	}
}

// awaitAck says a 2xx again and again until it is confirmed, for 32 seconds
// (RFC 3261, 13.3.1.4); nil when it never is, or the call ends.
func (c *Call) awaitAck(tx sip.ServerTransaction, res *sip.Response, acked <-chan *sip.Request) *sip.Request {
	const t1, t2 = 500 * time.Millisecond, 4 * time.Second // RFC 3261, 17.1.1.1
	pause := t1
	again := time.NewTimer(pause)
	defer again.Stop()
	over := time.NewTimer(c.s.unconfirmed)
	defer over.Stop()
	for {
		select {
		case ack := <-acked:
			return ack
		case ack := <-tx.Acks(): // of an end that confirms with the INVITE's own branch
			c.take(ack)
		case <-again.C:
			_ = tx.Respond(res)
			pause = min(2*pause, t2)
			again.Reset(pause)
		case <-over.C:
			return nil
		case <-c.ctx.Done():
			return nil
		}
	}
}

// reinvited takes an INVITE within a call: another address, hold, a refreshed
// session. What we refuse leaves the call as it was.
func reinvited(c *Call, req *sip.Request, tx sip.ServerTransaction) {
	if !c.claim() {
		respond(tx, req, 491, "Request Pending")
		return
	}
	defer c.release()
	res, o, timer := c.reanswer(req)
	if res == nil {
		refuseOffer(tx, req, timer)
		return
	}
	acked := c.expect(req.CSeq().SeqNo)
	if err := tx.Respond(res); err != nil {
		return
	}
	c.settled(req, o, timer)
	ack := c.awaitAck(tx, res, acked)
	if ack == nil {
		c.finish(WhyNoAck)
	} else if o == nil {
		c.answered(ack) // an ACK that leaves it out leaves all as it was
	}
}

// update is the same without an ACK (RFC 3311).
func update(c *Call, req *sip.Request, tx sip.ServerTransaction) {
	if !c.claim() {
		respond(tx, req, 491, "Request Pending")
		return
	}
	defer c.release()
	if len(req.Body()) == 0 {
		timer, ok := askedTimer(req)
		if !ok {
			refuseOffer(tx, req, sessionTimer{short: true})
			return
		}
		res := sip.NewResponseFromRequest(req, 200, "OK", nil)
		c.headers(res, timer)
		_ = tx.Respond(res)
		c.settled(req, nil, timer)
		return
	}
	res, o, timer := c.reanswer(req)
	if res == nil {
		refuseOffer(tx, req, timer)
		return
	}
	_ = tx.Respond(res)
	c.settled(req, o, timer)
}

func refuseOffer(tx sip.ServerTransaction, req *sip.Request, timer sessionTimer) {
	if timer.short {
		respond(tx, req, 422, "Session Interval Too Small", sip.NewHeader("Min-SE", strconv.Itoa(shortestSession)))
		return
	}
	respond(tx, req, 488, "Not Acceptable Here")
}

// claim takes the right to change the call's sound; one at a time.
func (c *Call) claim() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.offering || !c.begun {
		return false
	}
	c.offering = true
	return true
}

func (c *Call) release() {
	c.mu.Lock()
	c.offering = false
	c.mu.Unlock()
}

// reanswer makes the answer to an offer within the call; nil refuses it.
func (c *Call) reanswer(req *sip.Request) (*sip.Response, *offer, sessionTimer) {
	timer, ok := askedTimer(req)
	if !ok {
		return nil, nil, sessionTimer{short: true}
	}
	body, err := description(req)
	if err != nil {
		return nil, nil, timer
	}
	c.mu.Lock()
	u := c.ours
	c.mu.Unlock()
	u.version++
	var o *offer
	text := u.offer()
	if body != nil {
		if o, err = readOffer(body); err != nil || !c.s.mayHear(o, c.dialog.signaller(), c.dialog.transport) {
			return nil, nil, timer
		}
		text = u.answer(o)
	}
	c.mu.Lock()
	c.ours = u
	c.mu.Unlock()
	res := sip.NewSDPResponseFromRequest(req, text)
	c.headers(res, timer)
	return res, o, timer
}

func (c *Call) headers(res *sip.Response, timer sessionTimer) {
	res.AppendHeader(c.s.contact(c.dialog.transport, c.dialog.where()))
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("Supported", supported))
	timer.write(res)
}

func (c *Call) settled(req *sip.Request, o *offer, timer sessionTimer) {
	c.dialog.refreshed(req, req.Source())
	if o != nil {
		c.agree(o)
	}
	c.session(timer)
}

// Hold asks the other end to be silent and listen, or takes this back. Music
// is for Keep to play.
func (c *Call) Hold(ctx context.Context, on bool) error {
	if c.dialog == nil {
		return nil // a browser sends on; nobody need listen
	}
	if !c.claim() {
		return ErrGone
	}
	defer c.release()
	c.mu.Lock()
	c.ours.hold = on
	c.ours.version++
	body := c.ours.offer()
	c.mu.Unlock()
	res, err := c.dialog.request(ctx, sip.INVITE, body, sip.NewHeader("Content-Type", "application/sdp"))
	if err != nil {
		return err
	}
	if !res.IsSuccess() {
		return errors.Join(ErrRefused, errors.New(res.Reason))
	}
	o, err := readOffer(res.Body())
	if err != nil {
		return err
	}
	if !c.s.mayHear(o, c.dialog.signaller(), c.dialog.transport) {
		return errElsewhere
	}
	c.agree(o)
	return nil
}

const shortestSession = 90 // seconds (RFC 4028, 4)

// sessionTimer is what an INVITE or UPDATE says about refreshing (RFC 4028).
type sessionTimer struct {
	seconds int
	theirs  bool // the end that asked refreshes
	knows   bool // it knows what a session timer is
	short   bool
}

// askedTimer reads a request; false when the interval is too short.
func askedTimer(req *sip.Request) (sessionTimer, bool) {
	t := sessionTimer{knows: has(req, "timer", "Supported", "k")}
	seconds, refresher, ok := expires(req)
	if !ok {
		return t, true
	}
	if seconds < shortestSession {
		return t, !t.knows // who doesn't know the header can't be told: a proxy wrote it
	}
	t.seconds = seconds
	t.theirs = refresher == "uac" || refresher == "" && t.knows
	return t, true
}

func expires(m interface{ GetHeader(string) sip.Header }) (seconds int, refresher string, ok bool) {
	h := m.GetHeader("Session-Expires")
	if h == nil {
		h = m.GetHeader("x")
	}
	if h == nil {
		return 0, "", false
	}
	value, params, _ := strings.Cut(h.Value(), ";")
	seconds, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || seconds <= 0 || seconds > 1<<24 {
		return 0, "", false
	}
	for _, p := range strings.Split(params, ";") {
		if name, v, _ := strings.Cut(p, "="); strings.EqualFold(strings.TrimSpace(name), "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(v))
		}
	}
	return seconds, refresher, true
}

// write says in an answer who refreshes.
func (t sessionTimer) write(res *sip.Response) {
	if t.seconds == 0 {
		return
	}
	if t.theirs {
		res.AppendHeader(sip.NewHeader("Session-Expires", strconv.Itoa(t.seconds)+";refresher=uac"))
		res.AppendHeader(sip.NewHeader("Require", "timer"))
		return
	}
	res.AppendHeader(sip.NewHeader("Session-Expires", strconv.Itoa(t.seconds)+";refresher=uas"))
}

// session winds the call's timer: we refresh at half the interval, or end the
// call when the other end has not (RFC 4028, 10).
func (c *Call) session(t sessionTimer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if t.seconds == 0 || c.ctx.Err() != nil {
		return
	}
	whole := time.Duration(t.seconds) * time.Second
	if t.theirs {
		c.timer = time.AfterFunc(whole-min(32*time.Second, whole/3), func() { c.finish(WhyExpired) })
		return
	}
	c.timer = time.AfterFunc(whole/2, func() { c.refresh(t) })
}

func (c *Call) refresh(t sessionTimer) {
	if !c.claim() {
		c.session(t)
		return
	}
	defer c.release()
	ctx, stop := context.WithTimeout(c.ctx, 32*time.Second)
	defer stop()
	c.mu.Lock()
	body := c.ours.offer()
	c.mu.Unlock()
	res, err := c.dialog.request(ctx, sip.INVITE, body, sip.NewHeader("Content-Type", "application/sdp"),
		sip.NewHeader("Supported", supported), sip.NewHeader("Session-Expires", strconv.Itoa(t.seconds)+";refresher=uac"))
	if err != nil || res.StatusCode == sip.StatusRequestTimeout || res.StatusCode == sip.StatusCallTransactionDoesNotExists {
		c.finish(WhyExpired)
		return
	}
	if o, err := readOffer(res.Body()); res.IsSuccess() && err == nil && c.s.mayHear(o, c.dialog.signaller(), c.dialog.transport) {
		c.agree(o)
	}
	c.session(t)
}
