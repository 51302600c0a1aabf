package exchange

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/platform/httpsig"
)

// TestACall: the data go from holder to asker once the person has agreed, with evidence that
// opens.
func TestACall(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		r := w.get(c.ID)
		if r.StatusCode != http.StatusOK || !strings.Contains(string(r.body), "Queen") || r.Header.Get(headReceipt) == "" {
			t.Fatalf("%d %s", r.StatusCode, r.body)
		}
		receipt, err := ParseReceipt(r.Header.Get(headReceipt))
		w.must(err)
		a, e, err := w.s.Access(w.ctx, "chan", receipt.ID)
		w.must(err)
		if a.Outcome != "" || a.Status != 200 || a.Consumer != "transport" || a.Fields != "name address" || a.Entry != receipt.Entry {
			t.Errorf("%+v", a)
		}
		of, err := e.commitments()
		w.must(err)
		logged := w.ledger.all[len(w.ledger.all)-1]
		if len(of) != parts || logged.Of[partRequest] != of[partRequest] || logged.Of[partResponse] != of[partResponse] {
			t.Error("the commitments do not open")
		}
		if !strings.Contains(string(e.Request.Base), "@method") || !strings.Contains(string(e.Response.Base), `"signature";req;key="call"`) {
			t.Errorf("%s\n%s", e.Request.Base, e.Response.Base)
		}
		if strings.Contains(string(e.Response.Base)+string(e.Request.Base), "A1234563") {
			t.Error("the consumer learns the document number")
		}
		if _, _, err := w.s.Access(w.ctx, "lee", receipt.ID); err == nil {
			t.Error("another person reads the evidence")
		}
		all, err := w.s.Accesses(w.ctx, "chan", AccessFilter{}, "", 10)
		w.must(err)
		if len(all) != 1 || all[0].ID != receipt.ID {
			t.Errorf("%+v", all)
		}
	})
}

// TestRefusals: each reason not to answer, what the consumer is told, and that it is evidence.
func TestRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		standing := w.give("chan", w.standing("name", "address"))
		once := w.give("chan", wish("name", "address"))
		withdrawn := w.give("chan", w.standing("name"))
		if r := w.get(once.ID); r.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", r.StatusCode, r.body)
		}
		w.must(w.s.Withdraw(w.ctx, "chan", withdrawn.ID))
		plain := func(c Consent) *http.Request { return w.request("GET", c.ID, "/addresses", nil) }
		with := func(r *http.Request, pairs ...string) *http.Request {
			for i := 0; i < len(pairs); i += 2 {
				r.Header.Set(pairs[i], pairs[i+1])
			}
			return r
		}
		cases := []struct {
			name string
			r    *http.Request
			want Refusal
		}{
			{"used up", plain(once), UsedUp},
			{"withdrawn", plain(withdrawn), WithdrawnConsent},
			{"beyond the consent", with(plain(standing), headFields, "name, phone"), BeyondConsent},
			{"unknown consent", w.request("GET", "0198c1a0-0000-7000-8000-000000000000", "/addresses", nil), NoConsent},
			{"no basis", with(plain(standing), headBasis, "because"), BadBasis},
			{"a method that is not offered", w.request("DELETE", standing.ID, "/addresses", nil), BadMethod},
			{"a path that leads out", w.request("GET", standing.ID, "/a%2e%2e/secret", nil), BadBasis},
			{"a right on consent, used without", with(plain(standing), headBasis, "right "+string(standing.Right)), NoRight},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				before := w.provider.asked.Load()
				r := w.send(c.r)
				if r.code != c.want || r.StatusCode != c.want.status() {
					t.Errorf("%d %s", r.StatusCode, r.body)
				}
				if c.want != BadBasis && r.Header.Get(headReceipt) == "" {
					t.Error("it leaves no evidence")
				}
				if w.provider.asked.Load() != before {
					t.Error("the provider was asked")
				}
			})
		}
		t.Run("a fetch of fewer fields", func(t *testing.T) {
			w.provider.lies(func(*http.Request, []byte) answer { return answer{body: []byte(`{"name":"x"}`)} })
			defer w.provider.lies(nil)
			if r := w.send(with(plain(standing), headFields, "name")); r.StatusCode != http.StatusOK {
				t.Errorf("%d %s", r.StatusCode, r.body)
			}
		})
		t.Run("played again", func(t *testing.T) {
			r := plain(standing)
			if first := w.send(r); first.StatusCode != http.StatusOK {
				t.Fatalf("%s", first.body)
			}
			if again := w.sendRaw(r); again.code != Replayed {
				t.Errorf("%d %s", again.StatusCode, again.body)
			}
		})
		t.Run("changed on the way", func(t *testing.T) {
			r := plain(standing)
			_, err := w.consumer.Request(r)
			w.must(err)
			r.Header.Set(headBasis, "consent "+string(once.ID))
			if got := w.sendRaw(r); got.code != BadSignature {
				t.Errorf("%d %s", got.StatusCode, got.body)
			}
		})
	})
}

// TestProvidersLies: an answer that is not what it should be does not leave.
func TestProvidersLies(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		other, _ := newKey(t)
		for want, how := range map[Refusal]answer{
			ProviderUnsigned: {key: other},
			ProviderDigest:   {digest: httpsig.DigestOf([]byte("something else"))},
			ProviderSubject:  {about: about("AAAA", "document-number B2345678")},
			ProviderFields:   {body: []byte(`{"name":"x","phone":"2345 6789"}`)},
			ProviderContent:  {body: []byte(`"just a text"`)},
			ProviderSilent:   {stop: true},
			ProviderLate:     {wait: 3 * time.Second},
		} {
			t.Run(string(want), func(t *testing.T) {
				w.provider.lies(func(*http.Request, []byte) answer { return how })
				defer w.provider.lies(nil)
				r := w.get(c.ID)
				if r.code != want || strings.Contains(string(r.body), "2345") {
					t.Errorf("%d %s", r.StatusCode, r.body)
				}
				if r.Header.Get(headReceipt) == "" {
					t.Error("the lie leaves no evidence")
				}
			})
		}
		t.Run("the consumer answers for the provider", func(t *testing.T) {
			key, public := newKey(t)
			w.must(w.s.AddKey(w.ctx, PartyKey{ID: "transport/2", Party: "transport", Use: Signing, Public: public, From: w.clock.now().Add(-time.Minute)}))
			w.provider.lies(func(*http.Request, []byte) answer { return answer{key: key, keyID: "transport/2"} })
			defer w.provider.lies(nil)
			if r := w.get(c.ID); r.code != ProviderUnsigned {
				t.Errorf("%d %s", r.StatusCode, r.body)
			}
		})
		if r := w.get(c.ID); r.StatusCode != http.StatusOK {
			t.Errorf("an honest answer after all: %d %s", r.StatusCode, r.body)
		}
	})
}

// TestOnceIsOnce, also when many ask at the same instant.
func TestOnceIsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", wish("name", "address"))
		var mu sync.Mutex
		got := map[Refusal]int{}
		var wg sync.WaitGroup
		for range 16 {
			r := w.request("GET", c.ID, "/addresses", nil)
			_, err := w.consumer.Request(r)
			w.must(err)
			wg.Go(func() {
				out := w.sendRaw(r)
				mu.Lock()
				defer mu.Unlock()
				got[out.code]++
			})
		}
		wg.Wait()
		if got[""] != 1 || got[UsedUp] != 15 {
			t.Errorf("%v", got)
		}
	})
}

// TestBodies: a body is checked on both ways, and long ones are streamed.
func TestBodies(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name"))
		var seen []byte
		w.provider.lies(func(_ *http.Request, body []byte) answer {
			seen = body
			return answer{body: []byte(`{"name":"x"}`)}
		})
		long := []byte(`"` + strings.Repeat("x", 3<<20) + `"`)
		for name, body := range map[string][]byte{"short": []byte(`{"year":2026}`), "long": long} {
			for _, length := range []int64{int64(len(body)), -1} {
				q := w.request("POST", c.ID, "/addresses?x=1", body)
				q.ContentLength = length
				if r := w.send(q); r.StatusCode != http.StatusOK || !bytes.Equal(seen, body) {
					t.Errorf("%s of length %d: %d %.200s, %d bytes arrived", name, length, r.StatusCode, r.body, len(seen))
				}
			}
		}
		for name, body := range map[string][]byte{"short": []byte(`{"year":2026}`), "long": long} {
			r := w.request("POST", c.ID, "/addresses", body)
			r.Header.Set("Content-Digest", httpsig.DigestOf([]byte("other")))
			if got := w.send(r); got.code != BadSignature {
				t.Errorf("%s with another digest: %d %.200s", name, got.StatusCode, got.body)
			}
		}
	})
}

// TestLongAnswers: a file that is too long to be held goes through whole, or breaks off.
func TestLongAnswers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := addressService(w.provider.URL)
		d.Code, d.Content, d.Fields = "immd.scan", Opaque, []Field{{"scan", text("Scan"), Sensitive}}
		w.must(w.s.PutService(w.ctx, d))
		w.right(Right{Service: "immd.scan", Consumer: "transport", Fields: []string{"scan"}, Purpose: "licence-application", Why: "x", Basis: OnConsent})
		x := w.standing("scan")
		x.Service = "immd.scan"
		c := w.give("chan", x)
		long := bytes.Repeat([]byte("0123456789abcdef"), 5<<16)
		ask := func() (*http.Response, []byte, error) {
			r := w.request("GET", c.ID, "/scan", nil)
			r.URL.Path = callBase + "immd.scan/scan"
			_, err := w.consumer.Request(r)
			w.must(err)
			resp, err := http.DefaultClient.Do(r)
			w.must(err)
			defer resp.Body.Close()
			verify, err := httpsig.NewVerifier(CallProfile("http"), w.s, w.clock.now)
			w.must(err)
			if _, err := verify.Response(resp, r); err != nil {
				t.Error(err)
			}
			var body bytes.Buffer
			_, err = body.ReadFrom(resp.Body)
			return resp, body.Bytes(), err
		}
		cuts := func() (n int) {
			all, err := w.s.Accesses(w.ctx, "chan", AccessFilter{}, "", 10)
			w.must(err)
			for _, a := range all {
				if a.Outcome == ProviderCut {
					n++
				}
			}
			return n
		}
		for i, pieces := range []bool{false, true} {
			w.provider.lies(func(*http.Request, []byte) answer {
				return answer{contentType: "image/tiff", body: long, pieces: pieces}
			})
			if resp, body, err := ask(); err != nil || !bytes.Equal(body, long) || resp.Header.Get(headReceipt) == "" || (resp.ContentLength < 0) != pieces {
				t.Errorf("%d of %d bytes, %v, length %d", len(body), len(long), err, resp.ContentLength)
			}
			w.provider.lies(func(*http.Request, []byte) answer {
				return answer{contentType: "image/tiff", body: long, pieces: pieces, digest: httpsig.DigestOf(long[1:])}
			})
			if _, body, err := ask(); err == nil || len(body) >= len(long) {
				t.Errorf("%d of %d bytes arrived of a file with a wrong digest", len(body), len(long))
			}
			for range 50 { // the note comes after the connection broke
				if cuts() > i {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if cuts() != i+1 {
				t.Error("the break is not evidence")
			}
		}
	})
}

// TestFilter: where the service says so, the gateway takes out what was not agreed to, and signs
// what is left.
func TestFilter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reg, err := w.s.fresh(w.ctx)
		w.must(err)
		d := reg.services["immd.address"].DataService
		d.Surplus = Filter
		w.must(w.s.PutService(w.ctx, d))
		c := w.give("chan", w.standing("name"))
		r := w.get(c.ID)
		if r.StatusCode != http.StatusOK || string(r.body) != `{"name":"陳大文"}` || r.Header.Get(headFiltered) != "?1" || !strings.Contains(r.Header.Get("Signature-Input"), gatewayKey) {
			t.Errorf("%d %s %v", r.StatusCode, r.body, r.Header)
		}
	})
}

// TestByLaw: without consent only by a right that two officers decided, and the person sees it
// after the delay that the right names.
func TestByLaw(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		right := w.right(Right{
			Service: "immd.address", Consumer: "transport", Fields: []string{"name", "address"}, Purpose: "law-enforcement", Why: "to serve a summons",
			Basis: ByLaw, Law: text("Road Traffic Ordinance, section 60"), Delay: 30,
		})
		ask := func(subject string) reply {
			r := w.request("GET", "", "/addresses", nil)
			r.Header.Set(headBasis, "right "+string(right))
			if subject != "" {
				r.Header.Set(headSubject, subject)
			}
			return w.send(r)
		}
		if r := ask("document-number A1234563"); r.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", r.StatusCode, r.body)
		}
		if r := ask(""); r.code != BadSubject {
			t.Errorf("%d %s", r.StatusCode, r.body)
		}
		if last := w.ledger.all[len(w.ledger.all)-2]; last.Type != CommitDelayed {
			t.Errorf("logged as %s", last.Type)
		}
		if all, err := w.s.Accesses(w.ctx, "chan", AccessFilter{}, "", 10); err != nil || len(all) != 0 {
			t.Errorf("it is shown too early: %+v %v", all, err)
		}
		w.clock.by(31 * 24 * time.Hour)
		if all, err := w.s.Accesses(w.ctx, "chan", AccessFilter{}, "", 10); err != nil || len(all) != 1 {
			t.Errorf("it is not shown: %+v %v", all, err)
		}
	})
}

// TestClockJumps: while the gateway's clock is wrong, calls are refused as too old or too new, and
// nothing is answered on a consent that has ended by it; when it is right again, all goes on, and a
// message that was taken before is still known.
func TestClockJumps(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		var seen passes
		taken := w.request("GET", c.ID, "/addresses", nil)
		if r := w.send(taken); r.StatusCode != http.StatusOK {
			t.Fatalf("%s", r.body)
		}
		for _, jump := range []time.Duration{24 * time.Hour, -2 * 24 * time.Hour, 40 * 24 * time.Hour} {
			r := w.request("GET", c.ID, "/addresses", nil)
			_, err := w.consumer.Request(r) // by the right clock
			w.must(err)
			w.clock.by(jump)
			if got := w.sendRaw(r); got.code != BadSignature {
				t.Errorf("%s: %d %s", jump, got.StatusCode, got.body)
			}
			for range passesKept { // as long as a message lives
				w.must(w.s.keepHouse(w.ctx, seen.next(w.slot())))
			}
			seen = nil
			w.clock.by(-jump)
			if got := w.get(c.ID); got.StatusCode != http.StatusOK {
				t.Errorf("after %s: %d %s", jump, got.StatusCode, got.body)
			}
		}
		if again := w.sendRaw(taken); again.StatusCode == http.StatusOK {
			t.Error("a message that was taken is taken again after the clock had jumped")
		}
	})
}
