package voice

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// dialog is what two ends remember of each other (RFC 3261, 12). Our requests
// go where the other end's messages come from, not to an address that it
// names: a caller could name anybody's.
type dialog struct {
	s         *Service
	callID    string
	local     sip.FromHeader // with our tag
	remote    sip.ToHeader   // with theirs
	transport string

	mu       sync.Mutex
	target   sip.Uri  // their Contact
	routes   []string // from us to them
	peer     string   // host:port where their messages come from
	ourSeq   uint32
	theirSeq uint32
	theirTag string
}

func tag() string { return strings.ToLower(rand.Text()) }

// uasDialog is the dialog of an INVITE that we answer.
func (s *Service) uasDialog(req *sip.Request, ourTag string) *dialog {
	local := req.To().AsFrom()
	local.Params = sip.HeaderParams{{K: "tag", V: ourTag}}
	remote := req.From().AsTo()
	d := &dialog{
		s: s, callID: req.CallID().Value(), local: local, remote: remote, transport: strings.ToUpper(req.Transport()),
		target: *req.Contact().Address.Clone(), peer: req.Source(), theirSeq: req.CSeq().SeqNo,
	}
	d.theirTag, _ = req.From().Params.Get("tag")
	for _, h := range req.GetHeaders("Record-Route") {
		d.routes = append(d.routes, h.Value())
	}
	return d
}

// heard takes a request of the other end within the dialog; false when it is
// out of order (RFC 3261, 12.2.2).
func (d *dialog) heard(req *sip.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if req.CSeq().SeqNo < d.theirSeq {
		return false
	}
	d.theirSeq = req.CSeq().SeqNo
	return true
}

// refreshed takes a new Contact of the other end.
func (d *dialog) refreshed(m sip.Message, source string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var contact *sip.ContactHeader
	switch m := m.(type) {
	case *sip.Request:
		contact = m.Contact()
	case *sip.Response:
		contact = m.Contact()
	}
	if contact != nil && contact.Address.Host != "" {
		d.target = *contact.Address.Clone()
	}
	if source != "" && sameHost(source, d.peer) {
		d.peer = source
	}
}

// from reports whether a request comes from the dialog's other end.
func (d *dialog) from(req *sip.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return sameHost(req.Source(), d.peer)
}

func sameHost(a, b string) bool {
	ha, _, _ := net.SplitHostPort(a)
	hb, _, _ := net.SplitHostPort(b)
	return ha == hb
}

// signaller is the host that signals.
func (d *dialog) signaller() netip.Addr {
	d.mu.Lock()
	defer d.mu.Unlock()
	return hostOf(d.peer)
}

func hostOf(address string) netip.Addr {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	a, _ := netip.ParseAddr(strings.Trim(host, "[]"))
	return a.Unmap()
}

// make builds a request within the dialog.
func (d *dialog) make(method sip.RequestMethod, seq uint32, body []byte, more ...sip.Header) *sip.Request {
	req := sip.NewRequest(method, *d.target.Clone())
	req.AppendHeader(d.s.via(d.transport, d.peer))
	forwards := sip.MaxForwardsHeader(70)
	req.AppendHeader(&forwards)
	from, to, id := d.local, d.remote, sip.CallIDHeader(d.callID)
	req.AppendHeader(sip.HeaderClone(&from))
	req.AppendHeader(sip.HeaderClone(&to))
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	for _, r := range d.routes {
		req.AppendHeader(sip.NewHeader("Route", r))
	}
	if method == sip.INVITE || method == sip.UPDATE || method == sip.REFER {
		req.AppendHeader(d.s.contact(d.transport, d.peer))
	}
	for _, h := range more {
		req.AppendHeader(h)
	}
	req.SetBody(body)
	req.SetTransport(d.transport)
	req.SetDestination(d.destination())
	d.s.bind(req, d.transport)
	return req
}

// destination is where the other end's messages come from; when their
// connection is gone, the port that they gave, on the same host.
func (d *dialog) destination() string {
	if sip.IsReliable(d.transport) {
		if _, err := d.s.stack.TransportLayer().GetConnection(d.transport, d.peer); err != nil {
			host, _, _ := net.SplitHostPort(d.peer)
			port := d.target.Port
			if port == 0 {
				port = sip.DefaultPort(d.transport)
			}
			return net.JoinHostPort(host, strconv.Itoa(port))
		}
	}
	return d.peer
}

// bind sends a datagram from the listener's own port.
func (s *Service) bind(req *sip.Request, transport string) {
	if a := s.bound.UDP; !sip.IsReliable(transport) && a.IsValid() {
		req.Laddr = sip.Addr{IP: a.Addr().AsSlice(), Port: int(a.Port())}
	}
}

var errUnanswered = errors.New("voice: no answer to a request")

// whole says that a request needs nothing added.
func whole(*sipgo.Client, *sip.Request) error { return nil }

// request sends a request within the dialog and waits for its final answer. A
// 2xx to an INVITE is confirmed.
func (d *dialog) request(ctx context.Context, method sip.RequestMethod, body []byte, more ...sip.Header) (*sip.Response, error) {
	d.mu.Lock()
	d.ourSeq++
	seq := d.ourSeq
	req := d.make(method, seq, body, more...)
	d.mu.Unlock()
	tx, err := d.s.client.TransactionRequest(ctx, req, whole)
	if err != nil {
		return nil, err
	}
	res, err := final(ctx, tx)
	if method == sip.INVITE && err == nil && res.IsSuccess() {
		d.refreshed(res, "")
		d.confirm(tx, seq, nil)
		return res, nil // the transaction stays to see the answer's repetitions
	}
	tx.Terminate()
	return res, err
}

func final(ctx context.Context, tx sip.ClientTransaction) (*sip.Response, error) {
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, errors.Join(errUnanswered, tx.Err())
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// confirm sends the ACK of a 2xx, and again whenever the 2xx comes again
// (RFC 3261, 13.2.2.4).
func (d *dialog) confirm(tx sip.ClientTransaction, seq uint32, body []byte) {
	again := func() {
		d.mu.Lock()
		ack := d.make(sip.ACK, seq, body)
		d.mu.Unlock()
		_ = d.s.client.WriteRequest(ack, whole) // lost like any datagram: the 2xx comes again
	}
	again()
	tx.OnRetransmission(func(r *sip.Response) {
		if r.IsSuccess() {
			go again()
		}
	})
}
