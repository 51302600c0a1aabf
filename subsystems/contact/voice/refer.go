package voice

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Refer asks an agent's telephone to call somebody else in our place
// (RFC 3515), and waits for what it says about that. Nobody but our own agents
// is asked: a caller would be sent anywhere at their own cost.
func (c *Call) Refer(ctx context.Context, to string) error {
	if c.account == "" || c.dialog == nil {
		return ErrNotAgent
	}
	if to = dialable(to); to == "" {
		return ErrRefused
	}
	said := make(chan int, 4)
	c.mu.Lock()
	c.refers = said
	c.mu.Unlock()
	d := c.dialog
	goal := sip.Uri{Scheme: "sip", User: to, Host: bracketed(c.s.host(d.transport, d.peer)), Port: int(c.s.listener(d.transport).Port())}
	res, err := d.request(ctx, sip.REFER, nil, sip.NewHeader("Refer-To", "<"+goal.String()+">"))
	if err != nil {
		return err
	}
	if !res.IsSuccess() {
		return fmt.Errorf("%w: %d %s", ErrRefused, res.StatusCode, res.Reason)
	}
	for {
		select {
		case code := <-said:
			if code >= 200 && code < 300 {
				c.finish(WhyReferred)
				return nil
			}
			if code >= 300 {
				return fmt.Errorf("%w: %d", ErrRefused, code)
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-c.ctx.Done():
			if c.Why() == WhyPeer { // the telephone has taken the call elsewhere
				return nil
			}
			return ErrGone
		}
	}
}

// notified takes what a telephone says about a transfer.
func notified(c *Call, req *sip.Request, tx sip.ServerTransaction) {
	c.mu.Lock()
	said := c.refers
	c.mu.Unlock()
	if said == nil {
		respond(tx, req, 481, "Subscription Does Not Exist")
		return
	}
	respond(tx, req, 200, "OK")
	if fields := strings.Fields(string(req.Body())); len(fields) > 1 && strings.HasPrefix(fields[0], "SIP/") {
		if code, err := strconv.Atoi(fields[1]); err == nil {
			select {
			case said <- code:
			default:
			}
		}
	}
}

// referred takes the transfer key of an agent's telephone. The contact centre
// decides what it does; the telephone hears how it went.
func referred(c *Call, req *sip.Request, tx sip.ServerTransaction) {
	if c.account == "" || c.s.Transfer == nil {
		respond(tx, req, 403, "Forbidden")
		return
	}
	h := req.ReferTo()
	if h == nil || len(req.GetHeaders("Refer-To")) != 1 {
		respond(tx, req, 400, "Bad Request")
		return
	}
	to := dialable(h.Address.User)
	if to == "" {
		respond(tx, req, 603, "Decline")
		return
	}
	respond(tx, req, 202, "Accepted", c.s.contact(c.dialog.transport, c.dialog.peer))
	go func() {
		said := make(chan struct{})
		go func() { // a telephone that is slow to hear it doesn't delay the transfer
			defer close(said)
			c.notify("SIP/2.0 100 Trying", "active;expires=60")
		}()
		text := "SIP/2.0 200 OK"
		if err := c.s.Transfer(c.ctx, c, to); err != nil {
			text = "SIP/2.0 503 Service Unavailable"
		}
		<-said
		c.notify(text, "terminated;reason=noresource")
	}()
}

func (c *Call) notify(text, state string) {
	ctx, stop := context.WithTimeout(c.ctx, 4*time.Second)
	defer stop()
	_, _ = c.dialog.request(ctx, sip.NOTIFY, []byte(text+"\r\n"), // a telephone that doesn't hear it sees the result
		sip.NewHeader("Event", "refer"), sip.NewHeader("Subscription-State", state), sip.NewHeader("Content-Type", "message/sipfrag;version=2.0"))
}
