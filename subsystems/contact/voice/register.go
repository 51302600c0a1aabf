package voice

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"praya/kernel/when"
)

const (
	briefest    = 30  // seconds; shorter registrations are refused
	longest     = 120 // longer ones are cut: after a restart nobody is reached who has not registered again
	usual       = 120
	mostOfAUser = 5 // telephones of one user
)

// registry is where the agents' telephones are now. It lives in memory: after
// a restart they register again by themselves.
type registry struct {
	nonces
	mu     sync.Mutex
	phones []phone
}

// phone is a telephone that registered.
type phone struct {
	user, account string
	uri           sip.Uri // what it calls itself
	peer          string  // where it is
	transport     string
	until         when.Instant
}

func (r *registry) count(now when.Instant) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep(now)
	return len(r.phones)
}

func (r *registry) sweep(now when.Instant) {
	kept := r.phones[:0]
	for _, p := range r.phones {
		if now.Before(p.until) {
			kept = append(kept, p)
		}
	}
	r.phones = kept
}

func (r *registry) of(account string, now when.Instant) []phone {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep(now)
	var out []phone
	for _, p := range r.phones {
		if p.account == account {
			out = append(out, p)
		}
	}
	return out
}

// at reports whether a registered telephone signals from there.
func (r *registry) at(peer, user string, now when.Instant) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.phones {
		if p.peer == peer && p.user == user && now.Before(p.until) {
			return true
		}
	}
	return false
}

// put stores or, with no time left, removes a telephone; false when the user
// has as many as may be.
func (r *registry) put(p phone, now when.Instant) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep(now)
	kept, others := r.phones[:0], 0
	for _, old := range r.phones {
		if old.user == p.user && old.uri.String() == p.uri.String() {
			continue
		}
		if old.user == p.user {
			others++
		}
		kept = append(kept, old)
	}
	r.phones = kept
	if !now.Before(p.until) {
		return true
	}
	if others >= mostOfAUser {
		return false
	}
	r.phones = append(r.phones, p)
	return true
}

func (r *registry) remove(user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.phones[:0]
	for _, p := range r.phones {
		if p.user != user {
			kept = append(kept, p)
		}
	}
	r.phones = kept
}

// registered takes a REGISTER (RFC 3261, 10).
func (s *Service) registered(req *sip.Request, tx sip.ServerTransaction) {
	if unknown := required(req); unknown != "" {
		respond(tx, req, 420, "Bad Extension", sip.NewHeader("Unsupported", unknown))
		return
	}
	user, account, ok := s.signedIn(req, tx)
	if !ok {
		return
	}
	if part(req.To().Address.User) != user {
		respond(tx, req, 403, "Forbidden")
		return
	}
	kept := s.bindings(req, tx, user, account)
	s.tell(account)
	if !kept {
		return
	}
	var now []sip.Header
	for _, p := range s.phones.of(account, s.Clock()) {
		if p.user == user {
			left := int(p.until.Sub(s.Clock()) / time.Second)
			now = append(now, &sip.ContactHeader{Address: *p.uri.Clone(), Params: sip.HeaderParams{{K: "expires", V: strconv.Itoa(left)}}})
		}
	}
	respond(tx, req, 200, "OK", now...)
}

// bindings takes the contacts of a REGISTER; false when it was refused.
func (s *Service) bindings(req *sip.Request, tx sip.ServerTransaction, user, account string) bool {
	contacts := req.GetHeaders("Contact")
	if len(contacts) > mostOfAUser {
		respond(tx, req, 403, "Forbidden")
		return false
	}
	for _, h := range contacts {
		if strings.TrimSpace(h.Value()) == "*" {
			if seconds, ok := number32(req.GetHeader("Expires")); !ok || seconds != 0 {
				respond(tx, req, 400, "Bad Request")
				return false
			}
			s.phones.remove(user)
			continue
		}
		contact, ok := h.(*sip.ContactHeader)
		if !ok {
			var uri sip.Uri
			contact = &sip.ContactHeader{}
			if _, err := sip.ParseAddressValue(h.Value(), &uri, &contact.Params); err != nil {
				respond(tx, req, 400, "Bad Request")
				return false
			}
			contact.Address = uri
		}
		seconds := lifetime(contact, req)
		if seconds > 0 && seconds < briefest {
			respond(tx, req, 423, "Interval Too Brief", sip.NewHeader("Min-Expires", strconv.Itoa(briefest)))
			return false
		}
		now := s.Clock()
		p := phone{
			user: user, account: account, uri: *contact.Address.Clone(), peer: req.Source(),
			transport: strings.ToUpper(req.Transport()), until: now.Add(time.Duration(min(seconds, longest)) * time.Second),
		}
		if !s.phones.put(p, now) {
			respond(tx, req, 403, "Too many telephones")
			return false
		}
	}
	return true
}

func lifetime(c *sip.ContactHeader, req *sip.Request) int {
	if v, ok := c.Params.Get("expires"); ok {
		if n, err := strconv.ParseUint(v, 10, 31); err == nil {
			return int(n)
		}
	}
	if n, ok := number32(req.GetHeader("Expires")); ok {
		return n
	}
	return usual
}

func number32(h sip.Header) (int, bool) {
	if h == nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 31)
	return int(n), err == nil
}

// caller says whose telephone calls; "" for the public. Who calls from where a
// telephone of that name is registered proves it first; who only writes an
// agent's name is a caller like any other.
func (s *Service) caller(req *sip.Request, tx sip.ServerTransaction) (account string, ok bool) {
	if req.GetHeader("Authorization") == nil && !s.phones.at(req.Source(), part(req.From().Address.User), s.Clock()) {
		return "", true
	}
	_, account, ok = s.signedIn(req, tx)
	return account, ok
}

// RingPhone rings every telephone that the account has registered, shows them
// the caller's number, and returns the one that answers first.
func (s *Service) RingPhone(ctx context.Context, account, caller string) (*Call, error) {
	phones := s.phones.of(account, s.Clock())
	if len(phones) == 0 {
		return nil, ErrNoPhone
	}
	ctx, others := context.WithCancel(ctx)
	defer others()
	type outcome struct {
		c   *Call
		err error
	}
	outcomes := make(chan outcome)
	for _, p := range phones {
		go func() {
			c, err := s.call(ctx, goal{account: account, uri: p.uri, peer: p.peer, transport: p.transport, from: part(caller)})
			outcomes <- outcome{c, err}
		}()
	}
	var won *Call
	err := error(nil)
	for range phones {
		o := <-outcomes
		switch {
		case o.err != nil:
			err = errors.Join(err, o.err)
		case won == nil:
			won = o.c
			others()
		default:
			o.c.HangUp()
		}
	}
	if won != nil {
		return won, nil
	}
	if errors.Is(err, ErrBusy) {
		return nil, ErrBusy
	}
	return nil, errors.Join(ErrNoAnswer, err)
}

// part keeps what may stand in the user's part of an address.
func part(user string) string {
	user, _, _ = strings.Cut(user, ";")
	if len(user) > 64 {
		return ""
	}
	for _, r := range user {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("+*#._-", r) {
			return ""
		}
	}
	return user
}

// number is the caller's number as it was sent; "" when it is withheld. What
// the trunk asserts (RFC 3325) counts before what the caller wrote.
func number(req *sip.Request, trunk bool) string {
	if has(req, "id", "Privacy") || has(req, "user", "Privacy") || has(req, "header", "Privacy") {
		return ""
	}
	from := req.From().Address
	if trunk {
		if h := req.GetHeader("P-Asserted-Identity"); h != nil {
			var uri sip.Uri
			var params sip.HeaderParams
			if _, err := sip.ParseAddressValue(h.Value(), &uri, &params); err == nil {
				from = uri
			}
		}
	}
	user := from.User
	if strings.EqualFold(from.Scheme, "tel") {
		user = from.Raw()
	}
	if strings.EqualFold(user, "anonymous") || strings.EqualFold(from.Host, "anonymous.invalid") {
		return ""
	}
	return part(user)
}
