package voice

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
)

// trunkOf makes an end that the service dials by.
func trunkOf(t *testing.T, config Trunk) (*Service, *end) {
	t.Helper()
	probe, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP("127.0.0.8")})
	if err != nil {
		t.Fatal(err)
	}
	config.Address = probe.LocalAddr().String()
	s := serving(t, &Service{Config: Config{Trunk: config, PerSource: 1}})
	e := newEnd(t, s, "127.0.0.8")
	_ = e.conn.Close()
	e.conn = probe
	return s, e
}

func TestDialAnswersTheTrunksChallenge(t *testing.T) {
	t.Parallel()
	s, e := trunkOf(t, Trunk{User: "site", Secret: "trunk-pw", Number: "1823", Media: []netip.Prefix{netip.MustParsePrefix("127.0.0.30/32")}})
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	type result struct {
		c   *Call
		err error
	}
	done := make(chan result, 1)
	dial := func(to string) {
		c, err := s.Dial(ctx, to)
		done <- result{c, err}
	}
	go dial("2180 1234")
	first, ok := e.read("INVITE sip:21801234@", 3*time.Second)
	if !ok || !strings.Contains(headerOf(first, "From"), "sip:1823@") {
		t.Fatalf("%q %v", first, (<-done).err)
	}
	e.answer(first, 407, "", `Proxy-Authenticate: Digest realm="trunk", nonce="abc", algorithm=NEWEST, qop="auth"`,
		`Proxy-Authenticate: Digest realm="trunk", nonce="def", algorithm=SHA-256, qop="auth"`)
	second, ok := e.read("INVITE ", 3*time.Second)
	if !ok {
		t.Fatal("no second INVITE")
	}
	got, err := digest.ParseCredentials(headerOf(second, "Proxy-Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := digest.Digest(&digest.Challenge{Realm: "trunk", Nonce: "def", Algorithm: "SHA-256", QOP: []string{"auth"}},
		digest.Options{Method: "INVITE", URI: got.URI, Username: "site", Password: "trunk-pw", Cnonce: got.Cnonce, Count: got.Nc})
	if err != nil || got.Response != want.Response {
		t.Errorf("the proof is %q, not %q (%v)", got.Response, want.Response, err)
	}
	// The trunk's sound may come from a host that the site lists.
	e.answer(second, 200, offerTo("127.0.0.30", 4000, "sendrecv"))
	r := <-done
	if r.err != nil || r.c.To() != "21801234" {
		t.Fatal(r.err)
	}
	if at := r.c.socket.peer.Load(); at.String() != "127.0.0.30:4000" {
		t.Errorf("sound goes to %s", at)
	}
	r.c.HangUp()
	if text, ok := e.read("BYE ", 3*time.Second); !ok || headerOf(text, "Call-ID") != headerOf(second, "Call-ID") {
		t.Errorf("BYE: %q", text)
	}
	go dial("999")
	text, _ := e.read("INVITE ", 3*time.Second)
	e.answer(text, 486, "")
	if r := <-done; !errors.Is(r.err, ErrBusy) {
		t.Error(r.err)
	}
	for _, bad := range []string{"", "sip:x@y", "1;phone-context=x", "٣", strings.Repeat("1", 40)} {
		if _, err := s.Dial(ctx, bad); !errors.Is(err, ErrRefused) {
			t.Errorf("%q is dialled: %v", bad, err)
		}
	}
	// The trunk brings everybody's calls: its rate is bounded by the whole only.
	for range 8 {
		in := newEnd(t, s, "127.0.0.8")
		if code, _ := in.ask("INVITE", in.offer("sendrecv")); code != 480 {
			t.Errorf("a call by the trunk is answered %d", code)
		}
	}
}

func TestDialReachesSipp(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("sipp")
	if err != nil {
		lacks(t, "sipp (Debian sip-tester) is not installed")
	}
	probe, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := probe.LocalAddr().(*net.UDPAddr).Port
	_ = probe.Close()
	cmd := exec.Command(program, "-sn", "uas", "-i", "127.0.0.1", "-p", itoa(port), "-nostdin", "-m", "1", "-timeout", "20s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	s := serving(t, &Service{Config: Config{Trunk: Trunk{Address: "127.0.0.1:" + itoa(port)}}})
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	c, err := s.Dial(ctx, "21801234")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Play(ctx, Beep()); err != nil {
		t.Error(err)
	}
	c.HangUp()
	eventually(t, "the call is gone", func() bool { return s.Counts().Calls == 0 })
}

func TestSpeechEngines(t *testing.T) {
	t.Parallel()
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != "Bearer tok" || r.URL.Query().Get("language") != "yue" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if r.URL.Path == "/say" {
			_, _ = w.Write(monoWAV(tone(len(body)*100, 8000, 700)))
			return
		}
		sound, err := readMonoWAV(body)
		_ = json.NewEncoder(w).Encode(map[string]any{"text": itoa(len(sound)) + " samples", "error": err})
	}))
	defer engine.Close()
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	texts := func(e Transcriber) (out []Transcript) {
		frames := make(chan []byte)
		heard, err := e.Transcribe(ctx, "yue", frames)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer close(frames)
			for range 300 {
				frames <- tone(frame, 8000, 700)
			}
		}()
		for x := range heard {
			out = append(out, x)
		}
		return out
	}
	web := HTTPSpeech{Hear: engine.URL + "/hear", Say: engine.URL + "/say?x=1", Token: "tok"}
	if got := texts(web); len(got) != 2 || got[0].Text != "40000 samples" || got[1].Text != "8000 samples" || !got[1].Final {
		t.Errorf("%+v", got)
	}
	if s, err := web.Speak(ctx, "yue", "0123456789"); err != nil || len(s) != 1000 || loudness(s) < 1000 {
		t.Errorf("%v %d", err, len(s))
	}
	web.Token = "wrong"
	if _, err := web.Speak(ctx, "yue", "x"); !errors.Is(err, errEngine) {
		t.Error(err)
	}
	if got := texts(Simulated{}); len(got) < 2 || !got[len(got)-1].Final || !strings.Contains(got[0].Text, "simulated") {
		t.Errorf("%+v", got)
	}
}

func TestListenGivesWhatACallSays(t *testing.T) {
	t.Parallel()
	s, calls := answering(t, Config{})
	e := newEnd(t, s, "127.0.0.1")
	if !e.call() {
		t.Fatal("no call")
	}
	ctx, stop := context.WithCancel(context.Background())
	frames := (<-calls).Listen(ctx)
	go e.hum(e.media, 600, time.Second)
	loud := 0
	for range 90 {
		if loudness(<-frames) > 2000 {
			loud++
		}
	}
	stop()
	for range frames { // closed after what was there
	}
	if loud < 20 {
		t.Errorf("%d of 50 frames are heard", loud)
	}
}
