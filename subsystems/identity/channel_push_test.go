package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
)

func unb64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, 5, byte for byte.
func TestPushIsSealedAsInTheStandard(t *testing.T) {
	own, err := ecdh.P256().NewPrivateKey(unb64(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	if err != nil {
		t.Fatal(err)
	}
	x := Subscription{
		Public: unb64(t, "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
		Auth:   unb64(t, "BTBZMqHH6r4Tts7J_aSIgg"),
	}
	got, err := sealPush(x, []byte("When I grow up, I want to be a watermelon"), own, unb64(t, "DGv6ra1nlYgDCS1FRnbzlw"))
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if err != nil || base64.RawURLEncoding.EncodeToString(got) != want {
		t.Errorf("%v\n%s\n%s", err, base64.RawURLEncoding.EncodeToString(got), want)
	}
	if _, err := sealPush(x, make([]byte, maxPush+1), own, make([]byte, 16)); err == nil {
		t.Error("a message of more than a record is sealed")
	}
}

// reader is a browser's side: it opens what its push service hands it (RFC 8291, 3.4).
type reader struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newReader(t *testing.T) reader {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return reader{key, []byte("sixteen bytes ok")}
}

func (r reader) opens(t *testing.T, body []byte) string {
	t.Helper()
	salt, public, sealed := body[:16], body[21:21+int(body[20])], body[21+int(body[20]):]
	theirs, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := r.key.ECDH(theirs)
	if err != nil {
		t.Fatal(err)
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		out, err := hkdf.Key(sha256.New, secret, salt, info, n)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	input := derive(shared, r.auth, "WebPush: info\x00"+string(r.key.PublicKey().Bytes())+string(public), 32)
	block, err := aes.NewCipher(derive(input, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gcm.Open(nil, derive(input, salt, "Content-Encoding: nonce\x00", 12), sealed, nil)
	if err != nil || plain[len(plain)-1] != 2 {
		t.Fatalf("%v %q", err, plain)
	}
	return string(plain[:len(plain)-1])
}

// pushService is a push service that answers each endpoint as it was told to.
type pushService struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string][]int
	got     map[string][][]byte
	headers []http.Header
}

func newPushService(t *testing.T) *pushService {
	t.Helper()
	p := &pushService{answers: map[string][]int{}, got: map[string][][]byte{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		status := http.StatusCreated
		if left := p.answers[q.URL.Path]; len(left) > 0 {
			status, p.answers[q.URL.Path] = left[0], left[1:]
		}
		if err == nil && status == http.StatusCreated {
			p.got[q.URL.Path] = append(p.got[q.URL.Path], body)
			p.headers = append(p.headers, q.Header.Clone())
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(p.Close)
	return p
}

func TestPushReachesEachBrowserOnce(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		p := newPushService(t)
		p.answers["/again"] = []int{http.StatusInternalServerError, http.StatusTooManyRequests}
		p.answers["/gone"] = []int{http.StatusGone}
		p.answers["/refused"] = []int{http.StatusForbidden}
		a := w.person(who.Sandbox, lang.TC, "")
		ctx, me := w.as(a, who.Sandbox), newReader(t)
		public, err := w.PushKey(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.PushKey(ctx); err != nil || again != public {
			t.Errorf("the key changes: %s, %s, %v", public, again, err)
		}
		for _, path := range []string{"/good", "/again", "/gone", "/refused"} {
			x := Subscription{Endpoint: p.URL + path, Public: me.key.PublicKey().Bytes(), Auth: me.auth}
			for range 2 { // a browser that subscribes twice is one
				if err := w.Subscribe(ctx, x, "Chrome, Linux"); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.tells(a, who.Sandbox, Message{Key: "passkey-added", Link: "/me/passkeys"})
		w.settles(who.Sandbox)
		list, _, err := w.Inbox(ctx, 10, 0)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.got["/good"]) != 1 || len(p.got["/again"]) != 1 || len(p.got) != 2 {
			t.Fatalf("%d and %d of %d\n%s", len(p.got["/good"]), len(p.got["/again"]), len(p.got), w.log)
		}
		var n pushed
		if err := json.Unmarshal([]byte(me.opens(t, p.got["/again"][0])), &n); err != nil {
			t.Fatal(err)
		}
		want := pushed{Title: "帳戶已加入新的通行密鑰", Body: "海旁帳戶", Path: "/tc/sandbox/me/inbox/" + string(list[0].ID), Tag: string(list[0].ID)}
		if n != want {
			t.Errorf("%+v, want %+v", n, want)
		}
		known(t, p.headers[0], public, p.URL)
		left, err := w.Browsers(ctx)
		if err != nil || len(left) != 3 {
			t.Errorf("%d browsers are left of four, one of which was gone: %v", len(left), err)
		}
		w.silent(p.URL, "/good")
		if err := w.Unsubscribe(ctx, left[0].ID); err != nil {
			t.Fatal(err)
		}
		if left, err = w.Browsers(ctx); err != nil || len(left) != 2 {
			t.Errorf("%d browsers, %v", len(left), err)
		}
	})
}

// known checks what shows a push service who we are (RFC 8292), with another JOSE library.
func known(t *testing.T, h http.Header, public, audience string) {
	t.Helper()
	if h.Get("Content-Encoding") != "aes128gcm" || h.Get("TTL") == "" || h.Get("Urgency") != "high" || len(h.Get("Topic")) > 32 || h.Get("Topic") == "" {
		t.Errorf("%v", h)
	}
	shown, found := strings.CutPrefix(h.Get("Authorization"), "vapid t=")
	token, key, also := strings.Cut(shown, ", k=")
	if !found || !also || key != public {
		t.Fatalf("%q", h.Get("Authorization"))
	}
	point, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), unb64(t, key))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := signed.Verify(point)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(payload, &claims); err != nil || claims.Aud != audience || claims.Sub != "mailto:praya@praya.example" || claims.Exp == 0 {
		t.Errorf("%s %v", payload, err)
	}
}

func TestSubscriptionsThatAreRefused(t *testing.T) {
	w := newBorough(t, dbAddress(t))
	a := w.person(who.Production, lang.EN, "")
	ctx, me := w.as(a, who.Production), newReader(t)
	good := Subscription{Endpoint: "https://push.example/abc", Public: me.key.PublicKey().Bytes(), Auth: me.auth}
	if err := w.Subscribe(ctx, good, ""); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Subscription){
		"plain":     func(x *Subscription) { x.Endpoint = "http://push.example/abc" },
		"file":      func(x *Subscription) { x.Endpoint = "file:///etc/passwd" },
		"user":      func(x *Subscription) { x.Endpoint = "https://a@push.example/" },
		"long":      func(x *Subscription) { x.Endpoint += strings.Repeat("x", maxEndpoint) },
		"no point":  func(x *Subscription) { x.Public = make([]byte, 65) },
		"short":     func(x *Subscription) { x.Auth = x.Auth[:15] },
		"no server": func(x *Subscription) { x.Endpoint = "https:///abc" },
	} {
		x := good
		change(&x)
		if err := w.Subscribe(ctx, x, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// In production nothing is sent to an address inside, whatever a browser claims.
func TestPushStaysOutside(t *testing.T) {
	w := newBorough(t, dbAddress(t))
	touched := make(chan struct{}, 10)
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { touched <- struct{}{} }))
	defer inside.Close()
	a := w.person(who.Production, lang.EN, "")
	ctx, me := w.as(a, who.Production), newReader(t)
	if _, err := w.PushKey(ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.Subscribe(ctx, Subscription{Endpoint: inside.URL + "/x", Public: me.key.PublicKey().Bytes(), Auth: me.auth}, ""); err != nil {
		t.Fatal(err)
	}
	w.tells(a, who.Production, Message{Key: "passkey-added", Link: "/me"})
	w.until("the push fails", func() bool {
		for _, j := range w.jobs(who.Production) {
			if j.Kind == jobDeliver+"push" && strings.Contains(j.Failed, "not public") {
				return true
			}
		}
		return false
	})
	if len(touched) > 0 {
		t.Error("an address inside was called")
	}
	w.silent(inside.URL)
}
