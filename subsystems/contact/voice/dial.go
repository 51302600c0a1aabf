package voice

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// goal is whom we call.
type goal struct {
	account   string
	uri       sip.Uri
	peer      string // host:port to which the INVITE goes
	transport string
	from      string // number that is shown; "" = withheld
	user      string // for a digest challenge
	secret    string
}

// Dial calls a number by the trunk, and returns when it is answered.
func (s *Service) Dial(ctx context.Context, to string) (*Call, error) {
	t := s.Config.Trunk
	if t.Address == "" {
		return nil, ErrNoTrunk
	}
	if to = dialable(to); to == "" {
		return nil, ErrRefused
	}
	transport := strings.ToUpper(or(t.Transport, "udp"))
	peer := dialled(t.Address, transport)
	host, port, err := net.SplitHostPort(peer)
	if err != nil {
		return nil, err
	}
	if hostOf(peer).IsValid() == false { //nolint:staticcheck // reads as what it asks
		found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if err != nil || len(found) == 0 {
			return nil, errors.Join(ErrNoAnswer, err)
		}
		peer = net.JoinHostPort(found[0].Unmap().String(), port)
	}
	uri := sip.Uri{Scheme: "sip", User: to, Host: bracketed(host), UriParams: sip.HeaderParams{{K: "user", V: "phone"}}}
	return s.call(ctx, goal{uri: uri, peer: peer, transport: transport, from: t.Number, user: t.User, secret: t.Secret})
}

// dialable keeps what a telephone has keys for; "" when nothing stays.
func dialable(number string) string {
	var out strings.Builder
	for i, r := range number {
		switch {
		case r >= '0' && r <= '9', r == '*', r == '#', r == '+' && i == 0:
			out.WriteRune(r)
		case r == ' ' || r == '-' || r == '(' || r == ')':
		default:
			return ""
		}
	}
	if out.Len() > 32 {
		return ""
	}
	return out.String()
}

// call invites one end and returns when it has answered. When ctx ends first,
// the other end is told.
func (s *Service) call(ctx context.Context, g goal) (*Call, error) {
	c, err := s.newCall(g.account, g.from, g.uri.User)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.dialog = s.uacDialog(g, c.id)
	c.mu.Unlock()
	if err := c.open(g.transport, g.peer); err != nil {
		c.finish(WhyRefused)
		return nil, err
	}
	result := make(chan error, 1)
	go func() { result <- c.ring(ctx, g) }()
	select {
	case err = <-result:
	case <-ctx.Done():
		err = errors.Join(ErrNoAnswer, ctx.Err()) // ring sees it too, and says CANCEL
	}
	if err != nil {
		c.finish(WhyRefused)
		return nil, err
	}
	return c, nil
}

func (s *Service) uacDialog(g goal, ourTag string) *dialog {
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: g.from, Host: bracketed(s.host(g.transport, g.peer))}}
	if g.from == "" { // RFC 3323
		from.DisplayName, from.Address = "Anonymous", sip.Uri{Scheme: "sip", User: "anonymous", Host: "anonymous.invalid"}
	}
	from.Params.Add("tag", ourTag)
	to := g.uri
	to.UriParams, to.Headers = nil, nil
	return &dialog{
		s: s, callID: tag(), local: from, remote: sip.ToHeader{Address: to}, transport: g.transport,
		target: g.uri, peer: g.peer,
	}
}

var errSignIn = errors.New("voice: the other end wants a sign-in that we don't have")

// ring sends the INVITE, answers a challenge, and waits.
func (c *Call) ring(ctx context.Context, g goal) error {
	var credentials sip.Header
	for range 3 {
		res, err := c.inviteOnce(ctx, credentials)
		if err != nil {
			return err
		}
		switch {
		case res.IsSuccess():
			return nil
		case (res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired) && g.secret != "" && credentials == nil:
			if credentials, err = signIn(res, g); err != nil {
				return err
			}
		case res.StatusCode == sip.StatusNotAcceptableHere && c.mustEncrypt(): // it speaks encrypted or not at all
		case res.StatusCode == sip.StatusBusyHere || res.StatusCode == sip.StatusGlobalBusyEverywhere:
			return ErrBusy
		case res.StatusCode == sip.StatusRequestTimeout || res.StatusCode == sip.StatusTemporarilyUnavailable || res.StatusCode == sip.StatusRequestTerminated:
			return ErrNoAnswer
		default:
			return errors.Join(ErrRefused, errors.New(res.Reason))
		}
	}
	return errSignIn
}

// mustEncrypt makes the next offer one for encrypted sound alone; false when
// that is no way out.
func (c *Call) mustEncrypt() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ours.secure || c.ours.must {
		return false
	}
	c.ours.must = true
	return true
}

func signIn(res *sip.Response, g goal) (sip.Header, error) {
	ask, say := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		ask, say = "Proxy-Authenticate", "Proxy-Authorization"
	}
	for _, h := range res.GetHeaders(ask) { // the first that we know is the one that the other end likes best (RFC 8760)
		challenge, err := digest.ParseChallenge(h.Value())
		if err != nil || !digest.CanDigest(challenge) {
			continue
		}
		c, err := digest.Digest(challenge, digest.Options{Method: "INVITE", URI: g.uri.String(), Username: g.user, Password: g.secret})
		if err == nil {
			return sip.NewHeader(say, c.String()), nil
		}
	}
	return nil, errSignIn
}

func (c *Call) inviteOnce(ctx context.Context, credentials sip.Header) (*sip.Response, error) {
	d := c.dialog
	c.mu.Lock()
	body := c.ours.offer()
	c.mu.Unlock()
	more := []sip.Header{sip.NewHeader("Content-Type", "application/sdp"), sip.NewHeader("Allow", allowed), sip.NewHeader("Supported", supported)}
	if credentials != nil {
		more = append(more, credentials)
	}
	d.mu.Lock()
	d.ourSeq++
	seq := d.ourSeq
	req := d.make(sip.INVITE, seq, body, more...)
	d.mu.Unlock()
	tx, err := c.s.client.TransactionRequest(context.Background(), req, whole)
	if err != nil {
		return nil, errors.Join(ErrNoAnswer, err)
	}
	return c.awaitAnswer(ctx, tx, req, seq)
}

// awaitAnswer waits for the final answer of an INVITE. CANCEL may only follow
// a provisional answer (RFC 3261, 9.1); a yes that comes all the same is
// confirmed and hung up.
func (c *Call) awaitAnswer(ctx context.Context, tx sip.ClientTransaction, req *sip.Request, seq uint32) (*sip.Response, error) {
	given, rings, cancelled := ctx.Done(), false, false
	gone := c.ctx.Done()
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				if rings = true; given == nil && !cancelled {
					cancelled = true
					go c.cancelInvite(req)
				}
				continue
			}
			if res.IsSuccess() {
				return res, c.accepted(ctx, tx, res, seq)
			}
			return res, nil
		case <-given:
			if given, gone = nil, nil; rings {
				cancelled = true
				go c.cancelInvite(req)
			}
		case <-gone:
			if given, gone = nil, nil; rings {
				cancelled = true
				go c.cancelInvite(req)
			}
		case <-tx.Done():
			return nil, errors.Join(ErrNoAnswer, tx.Err())
		}
	}
}

func (c *Call) cancelInvite(invite *sip.Request) {
	req := sip.NewRequest(sip.CANCEL, *invite.Recipient.Clone())
	for _, name := range []string{"Via", "Max-Forwards", "From", "To", "Call-ID", "Route"} {
		sip.CopyHeaders(name, invite, req)
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.SetBody(nil)
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	c.s.bind(req, invite.Transport())
	ctx, stop := context.WithTimeout(context.Background(), 32*time.Second)
	defer stop()
	if tx, err := c.s.client.TransactionRequest(ctx, req, whole); err == nil {
		_, _ = final(ctx, tx) // the INVITE's own answer says how it went
		tx.Terminate()
	}
}

// accepted confirms a yes and begins the sound.
func (c *Call) accepted(ctx context.Context, tx sip.ClientTransaction, res *sip.Response, seq uint32) error {
	d := c.dialog
	d.mu.Lock()
	d.remote = sip.ToHeader{Address: res.To().Address, DisplayName: res.To().DisplayName, Params: res.To().Params.Clone()}
	d.theirTag, _ = res.To().Params.Get("tag")
	d.routes = nil
	routes := res.GetHeaders("Record-Route")
	for i := len(routes) - 1; i >= 0; i-- {
		d.routes = append(d.routes, routes[i].Value())
	}
	d.mu.Unlock()
	d.refreshed(res, "")
	d.confirm(tx, seq, nil)
	c.mu.Lock()
	c.up = true
	gone := c.ctx.Err() != nil
	c.mu.Unlock()
	if gone || ctx.Err() != nil { // the one who wanted the call has given up
		end, stop := context.WithTimeout(context.Background(), 4*time.Second)
		defer stop()
		if gone {
			_, _ = d.request(end, sip.BYE, nil)
		}
		c.HangUp()
		return errors.Join(ErrGone, ctx.Err())
	}
	o, err := readOffer(res.Body())
	if err == nil && !c.s.mayHear(o, d.signaller(), d.transport) {
		err = errElsewhere
	}
	if err != nil {
		c.HangUp()
		return err
	}
	if seconds, refresher, ok := expires(res); ok {
		c.session(sessionTimer{seconds: max(seconds, shortestSession), theirs: refresher == "uas", knows: true})
	}
	c.agree(o)
	c.connected()
	return nil
}
