package voice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
)

// signIn answers a challenge with an algorithm of the list that was offered.
func signed(t *testing.T, text, method, uri, user, password, algorithm string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(name, "WWW-Authenticate") {
			continue
		}
		c, err := digest.ParseChallenge(strings.TrimSpace(value))
		if err != nil {
			t.Fatal(err)
		}
		if c.Algorithm == algorithm {
			d, err := digest.Digest(c, digest.Options{Method: method, URI: uri, Username: user, Password: password})
			if err != nil {
				t.Fatal(err)
			}
			return "Authorization: " + d.String()
		}
	}
	t.Fatalf("%s is not offered: %s", algorithm, text)
	return ""
}

func (e *end) register(more ...string) (int, string) {
	e.toTag = ""
	text := e.message("REGISTER", e.cseq+1, "", more...)
	e.cseq++
	text = strings.Replace(text, "To: <sip:1823@"+e.server.String()+">", "To: <sip:"+e.number+"@praya>", 1)
	e.send(text)
	answer, ok := e.read("SIP/2.0 ", 5*time.Second)
	if !ok {
		e.t.Fatal("no answer to REGISTER")
	}
	code := 0
	_, _ = fmt.Sscanf(answer, "SIP/2.0 %d", &code)
	return code, answer
}

func TestTelephonesProveThemselves(t *testing.T) {
	t.Parallel()
	s := serving(t, &Service{Phones: people{
		"new": {SecretOf("new", "praya", "pw"), "a-1"}, "old": {OldSecretOf("old", "praya", "pw"), "a-2"},
	}})
	uri := "sip:" + s.Bound().UDP.String()
	for user, algorithm := range map[string]string{"new": "SHA-256", "old": "MD5"} {
		e := newEnd(t, s, "127.0.0.1")
		e.number = user
		code, challenge := e.register()
		if code != 401 || strings.Contains(challenge, "SHA-256") != (user == "new") {
			t.Fatalf("%s: %s", user, challenge)
		}
		proof := signed(t, challenge, "REGISTER", uri, user, "pw", algorithm)
		if code, text := e.register(proof, "Expires: 10"); code != 423 || headerOf(text, "Min-Expires") != "30" {
			t.Errorf("too brief: %s", text)
		}
		_, challenge = e.register()
		proof = signed(t, challenge, "REGISTER", uri, user, "pw", algorithm)
		if code, text := e.register(proof, "Expires: 60"); code != 200 || !strings.Contains(text, "expires=") {
			t.Errorf("%s: %s", user, text)
		}
		if code, text := e.register(proof, "Expires: 60"); code != 401 || !strings.Contains(text, "stale=true") {
			t.Errorf("a replayed proof: %s", text)
		}
		other := newEnd(t, s, "127.0.0.1")
		other.number = "somebody"
		_, challenge = e.register()
		if code, _ := other.register(signed(t, challenge, "REGISTER", uri, user, "pw", algorithm)); code != 403 {
			t.Errorf("another's name registers with %d", code)
		}
	}
	if n := s.Counts().Phones; n != 2 {
		t.Errorf("%d telephones", n)
	}
	// Guessing from one host is slowed down; the right secret waits too, another host doesn't.
	guess := newEnd(t, s, "127.0.0.3")
	guess.number = "new"
	refused, slowed := 0, false
	for range failsAtOnce + 3 {
		_, challenge := guess.register()
		if code, text := guess.register(signed(t, challenge, "REGISTER", uri, "new", "guess", "SHA-256")); code == 403 {
			refused++
			slowed = headerOf(text, "Retry-After") != ""
		}
	}
	if refused != failsAtOnce+3 || !slowed {
		t.Errorf("%d refused, slowed down: %v", refused, slowed)
	}
	e := newEnd(t, s, "127.0.0.1")
	e.number = "new"
	_, challenge := e.register()
	if code, _ := e.register(signed(t, challenge, "REGISTER", uri, "new", "pw", "SHA-256"), "Expires: 0"); code != 200 {
		t.Error("the telephone is locked out by another host's guesses")
	}
}

// registered makes an end a telephone of an account.
func phoneOf(t *testing.T, s *Service, user string) *end {
	t.Helper()
	e := newEnd(t, s, "127.0.0.1")
	e.number = user
	_, challenge := e.register()
	if code, text := e.register(signed(t, challenge, "REGISTER", "sip:praya", user, "pw", "SHA-256"), "Expires: 60"); code != 200 {
		t.Fatal(text)
	}
	return e
}

// TestWhoCanRingIsTold: at a telephone's registration, when it takes it back,
// and when it runs out; each change once.
func TestWhoCanRingIsTold(t *testing.T) {
	t.Parallel()
	told := make(chan string, 10)
	s := &Service{
		Phones: people{"x": {SecretOf("x", "praya", "pw"), "a-1"}, "y": {SecretOf("y", "praya", "pw"), "a-1"}},
		Reach:  func(account string, on bool) { told <- fmt.Sprint(account, " ", on) },
	}
	serving(t, s)
	want := func(what string) {
		t.Helper()
		select {
		case got := <-told:
			if got != what {
				t.Errorf("told %q, not %q", got, what)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("never told %q", what)
		}
	}
	e := phoneOf(t, s, "x")
	want("a-1 true")
	other := phoneOf(t, s, "y")
	leave := func(e *end, user string) {
		t.Helper()
		_, challenge := e.register()
		if code, text := e.register(signed(t, challenge, "REGISTER", "sip:praya", user, "pw", "SHA-256"), "Expires: 0"); code != 200 {
			t.Fatal(text)
		}
	}
	leave(e, "x") // the other one can still ring
	leave(other, "y")
	want("a-1 false")
	phoneOf(t, s, "x")
	want("a-1 true")
	s.phones.mu.Lock()
	s.phones.phones[0].until = s.Clock() // it was switched off, and its time has come
	s.phones.mu.Unlock()
	want("a-1 false")
	if len(told) != 0 {
		t.Errorf("and told %q", <-told)
	}
}

func TestAnAgentsTelephoneRingsTransfersAndIsReferred(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	s := &Service{Phones: people{"x": {SecretOf("x", "praya", "pw"), "a-1"}}}
	s.Transfer = func(_ context.Context, leg *Call, to string) error {
		asked <- leg.Account() + ">" + to
		return nil
	}
	incoming := make(chan string, 1)
	s.Incoming = func(ctx context.Context, c *Call) {
		incoming <- c.Account()
		c.Reject(480, "Later", 0)
	}
	serving(t, s)
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	if _, err := s.RingPhone(ctx, "a-1", ""); !errors.Is(err, ErrNoPhone) {
		t.Error(err)
	}
	e := phoneOf(t, s, "x")
	if !s.Registered("a-1") || s.Registered("a-2") {
		t.Error("who is registered is not known")
	}
	ring := func(code int, body string) (*Call, error) {
		type result struct {
			c   *Call
			err error
		}
		done := make(chan result, 1)
		go func() {
			c, err := s.RingPhone(ctx, "a-1", "21801234")
			done <- result{c, err}
		}()
		invite, ok := e.read("INVITE ", 3*time.Second)
		if !ok || !strings.Contains(headerOf(invite, "From"), "sip:21801234@") {
			t.Fatalf("it doesn't ring: %q", invite)
		}
		_, e.toTag, _ = strings.Cut(headerOf(invite, "From"), "tag=")
		e.callID = headerOf(invite, "Call-ID")
		e.answer(invite, code, body)
		r := <-done
		return r.c, r.err
	}
	if _, err := ring(486, ""); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	c, err := ring(200, e.offer("sendrecv"))
	if err != nil {
		t.Fatal(err)
	}
	// The telephone's own tag in what follows is the one of its answer.
	from := func(text string) string {
		return strings.Replace(text, ";tag="+e.callID[:6], ";tag="+e.callID[:6], 1)
	}
	e.cseq++
	e.send(from(e.message("REFER", e.cseq, "", "Refer-To: <sip:29990000@example.org>")))
	if text, ok := e.read("SIP/2.0 202", 3*time.Second); !ok {
		t.Fatalf("REFER: %q", text)
	}
	if to := <-asked; to != "a-1>29990000" {
		t.Error(to)
	}
	for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 200 OK"} {
		text, ok := e.read("NOTIFY ", 3*time.Second)
		if !ok || !strings.Contains(text, want) {
			t.Fatalf("NOTIFY: %q", text)
		}
		e.answer(text, 200, "")
	}
	referred := make(chan error, 1)
	go func() { referred <- c.Refer(ctx, "25550000") }()
	text, ok := e.read("REFER ", 3*time.Second)
	if !ok || !strings.Contains(headerOf(text, "Refer-To"), "sip:25550000@") {
		t.Fatalf("REFER: %q", text)
	}
	e.answer(text, 202, "")
	e.cseq++
	e.send(e.message("NOTIFY", e.cseq, "SIP/2.0 200 OK\r\n", "Event: refer", "Subscription-State: terminated", "Content-Type: message/sipfrag"))
	if err := <-referred; err != nil || c.Why() != WhyReferred {
		t.Errorf("%v %q", err, c.Why())
	}
	// A call from where the telephone is registered is the agent's, once it has proved itself.
	e.toTag, e.callID = "", tag()
	code, challenge := e.ask("INVITE", e.offer("sendrecv"))
	if code != 401 {
		t.Fatalf("an agent's call without proof: %d", code)
	}
	e.toTag = ""
	if code, _ = e.ask("INVITE", e.offer("sendrecv"), signed(t, challenge, "INVITE", "sip:1823@praya", "x", "pw", "SHA-256")); code != 480 {
		t.Errorf("an agent's call: %d", code)
	}
	if account := <-incoming; account != "a-1" {
		t.Errorf("the agent calls as %q", account)
	}
	stranger := newEnd(t, s, "127.0.0.4")
	stranger.number = "x"
	if code, _ := stranger.ask("INVITE", stranger.offer("sendrecv")); code != 480 {
		t.Errorf("who only writes an agent's name: %d", code)
	}
	if account := <-incoming; account != "" {
		t.Errorf("who only writes an agent's name calls as %q", account)
	}
}

func TestGivingUpRingingCancels(t *testing.T) {
	t.Parallel()
	s := serving(t, &Service{Phones: people{"x": {SecretOf("x", "praya", "pw"), "a-1"}}})
	e := phoneOf(t, s, "x")
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { _, err := s.RingPhone(ctx, "a-1", ""); done <- err }()
	invite, ok := e.read("INVITE ", 3*time.Second)
	if !ok || !strings.Contains(headerOf(invite, "From"), "anonymous.invalid") {
		t.Fatalf("%q", invite)
	}
	e.answer(invite, 180, "")
	time.Sleep(100 * time.Millisecond)
	stop()
	cancel, ok := e.read("CANCEL ", 3*time.Second)
	if !ok {
		t.Fatal("no CANCEL")
	}
	if headerOf(cancel, "Via") != headerOf(invite, "Via") {
		t.Errorf("CANCEL's Via %q is not the INVITE's", headerOf(cancel, "Via"))
	}
	e.answer(cancel, 200, "")
	e.answer(invite, 487, "")
	if _, ok := e.read("ACK ", 3*time.Second); !ok {
		t.Error("487 is not confirmed")
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	eventually(t, "nothing is left", func() bool { return s.Counts().Calls == 0 })
}
