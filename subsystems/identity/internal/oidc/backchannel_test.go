package oidc_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/subsystems/identity/internal/oidc"
)

const ciba = "urn:openid:params:grant-type:ciba"

func TestBackchannelPoll(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, kind := range []oidc.Kind{oidc.FAPI, oidc.MessageSigning, oidc.Plain} {
			p := w.register(kind)
			ask := func(change map[string]string) answer {
				form := map[string]string{"scope": "openid profile", "login_hint": "chan", "binding_message": "K7-42"}
				for k, v := range change {
					form[k] = v
				}
				if kind == oidc.MessageSigning {
					now := w.clock.unix()
					claims := map[string]any{"iss": p.id, "aud": w.issuer(), "nbf": now, "exp": now + 60, "jti": random()}
					for k, v := range form {
						claims[k] = v
					}
					form = map[string]string{"request": jwt(p.key, map[string]any{"kid": "sig-1"}, claims)}
				}
				return p.call("/bc-authorize", form)
			}
			a := ask(nil)
			if a.status != 200 || a.text("auth_req_id") == "" || a.json["interval"] != 5.0 || a.json["expires_in"] != 300.0 {
				t.Fatalf("%v", a)
			}
			poll := func() answer {
				return p.call("/token", map[string]string{"grant_type": ciba, "auth_req_id": a.text("auth_req_id")})
			}
			poll().is(t, "first", 400, "authorization_pending")
			poll().is(t, "at once", 400, "slow_down")
			w.clock.by(6 * time.Second)
			poll().is(t, "too soon by the new pause", 400, "slow_down")
			w.clock.by(16 * time.Second)
			poll().is(t, "in time", 400, "authorization_pending")
			waiting, err := w.p.Waiting(w.ctx(), "chan")
			if err != nil || len(waiting) != 1 || waiting[0].BindingMessage != "K7-42" || waiting[0].ClientID != p.id {
				t.Fatalf("waiting: %v %v", waiting, err)
			}
			if _, err := w.p.Approve(w.ctx(), waiting[0].ID, oidc.Grant{Account: "wong"}); err == nil {
				t.Error("somebody else approved")
			}
			if _, err := w.p.Pending(w.ctx(), a.text("auth_req_id")); err == nil {
				t.Error("the client's own id opens the request")
			}
			if to, err := w.p.Approve(w.ctx(), waiting[0].ID, oidc.Grant{Account: "chan", ACR: "plus"}); err != nil || to != "" {
				t.Fatal(to, err)
			}
			got := poll()
			if got.status != 200 || p.verified(got.text("id_token"))["acr"] != "plus" {
				t.Errorf("tokens: %v", got)
			}
			poll().is(t, "again", 400, "invalid_grant")

			a = ask(nil)
			w.clock.by(time.Second)
			waiting, _ = w.p.Waiting(w.ctx(), "chan")
			if _, err := w.p.Refuse(w.ctx(), waiting[0].ID, "access_denied", "no"); err != nil {
				t.Fatal(err)
			}
			poll().is(t, "refused", 400, "access_denied")
			a = ask(nil)
			w.clock.by(6 * time.Minute)
			poll().is(t, "expired", 400, "expired_token")
			ask(map[string]string{"binding_message": strings.Repeat("x", 21)}).is(t, "long message", 400, "invalid_binding_message")
			ask(map[string]string{"binding_message": "<b>"}).is(t, "odd message", 400, "invalid_binding_message")
			ask(map[string]string{"login_hint": "nobody"}).is(t, "nobody", 400, "unknown_user_id")
			ask(map[string]string{"id_token_hint": got.text("id_token")}).is(t, "two hints", 400, "invalid_request")
			ask(map[string]string{"scope": "profile"}).is(t, "no openid", 400, "invalid_scope")
			ask(map[string]string{"login_hint": "", "id_token_hint": got.text("id_token")}).is(t, "hint", 200, "")
			w.clock.by(6 * time.Minute)
		}
	})
}

// heard is a service's own endpoint.
type heard struct {
	mu    sync.Mutex
	calls []url.Values
	fail  int
	*httptest.Server
}

func listen(t *testing.T) *heard {
	h := &heard{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		raw, _ := io.ReadAll(q.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.fail > 0 {
			h.fail--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		v, _ := url.ParseQuery(string(raw))
		if strings.HasPrefix(string(raw), "{") {
			var o map[string]string
			_ = json.Unmarshal(raw, &o)
			v = url.Values{}
			for k, s := range o {
				v.Set(k, s)
			}
		}
		v.Set("authorization", q.Header.Get("Authorization"))
		h.calls = append(h.calls, v)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *heard) first(t *testing.T) url.Values {
	t.Helper()
	for range 400 {
		h.mu.Lock()
		if len(h.calls) > 0 {
			v := h.calls[0]
			h.mu.Unlock()
			return v
		}
		h.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody called")
	return nil
}

func (w *world) work(t *testing.T) {
	q := jobs.New(w.db, slog.New(slog.DiscardHandler))
	q.Every = 5 * time.Millisecond
	w.p.Jobs(q)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = q.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
}

func TestASignedBackchannelRequestIsGoodForOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.register(oidc.MessageSigning)
		object := func(jti any) map[string]string {
			now := w.clock.unix()
			claims := map[string]any{"iss": p.id, "aud": w.issuer(), "nbf": now, "exp": now + 60, "scope": "openid", "login_hint": "chan"}
			if jti != nil {
				claims["jti"] = jti
			}
			return map[string]string{"request": jwt(p.key, map[string]any{"kid": "sig-1"}, claims)}
		}
		once := object(random())
		p.call("/bc-authorize", once).is(t, "once", 200, "")
		p.call("/bc-authorize", once).is(t, "twice", 400, "invalid_request_object")
		p.call("/bc-authorize", object(nil)).is(t, "no jti", 400, "invalid_request_object")
		p.call("/bc-authorize", map[string]string{"scope": "openid", "login_hint": "chan"}).is(t, "unsigned", 400, "invalid_request")
	})
}

func TestBackchannelPing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w = w.sandbox()
		h := listen(t)
		p := w.register(oidc.FAPI, func(c *oidc.Client) { c.BackchannelMode, c.BackchannelEndpoint = "ping", h.URL })
		form := map[string]string{"scope": "openid", "login_hint": "chan"}
		p.call("/bc-authorize", form).is(t, "no token", 400, "invalid_request")
		form["client_notification_token"] = "tok-1"
		a := p.call("/bc-authorize", form)
		waiting, err := w.p.Waiting(w.ctx(), "chan")
		if err != nil || len(waiting) != 1 {
			t.Fatal(waiting, err)
		}
		w.work(t)
		if _, err := w.p.Approve(w.ctx(), waiting[0].ID, oidc.Grant{Account: "chan"}); err != nil {
			t.Fatal(err)
		}
		if v := h.first(t); v.Get("auth_req_id") != a.text("auth_req_id") || v.Get("authorization") != "Bearer tok-1" {
			t.Errorf("%v", v)
		}
		if got := p.call("/token", map[string]string{"grant_type": ciba, "auth_req_id": a.text("auth_req_id")}); got.status != 200 {
			t.Errorf("%v", got)
		}
	})
}

func TestPersonasAnswerByThemselves(t *testing.T) {
	answered := func(c *oidc.Config) {
		c.People = people{[]string{"chan", "persona:approves", "persona:late", "persona:refuses"}}
		c.Answer = func(ctx context.Context, r oidc.Request) (*oidc.Decision, error) {
			if who.From(ctx).Realm != who.Sandbox {
				t.Error("asked in production")
			}
			switch r.LoginHint {
			case "persona:approves":
				return &oidc.Decision{Grant: oidc.Grant{Account: r.LoginHint, SessionID: "s"}}, nil
			case "persona:late":
				return &oidc.Decision{Grant: oidc.Grant{Account: r.LoginHint}, After: 50 * time.Millisecond}, nil
			case "persona:refuses":
				return &oidc.Decision{Error: "access_denied", Description: "this persona refuses"}, nil
			}
			return nil, nil
		}
	}
	w := open(t, "sqlite:"+t.TempDir()+"/x.db", nil, nil, answered)
	s := w.sandbox()
	p := s.register(oidc.FAPI)
	f := p.start(map[string]string{"login_hint": "persona:approves"})
	if a := f.redeem(nil); a.status != 200 {
		t.Errorf("%v", a)
	}
	if f := p.start(map[string]string{"login_hint": "persona:refuses"}); f.location.Query().Get("error") != "access_denied" || f.location.Query().Get("iss") != s.issuer() {
		t.Errorf("%v", f.location)
	}
	if f := p.start(nil); f.id == "" {
		t.Error("without a persona there is no page")
	}
	s.work(t)
	for _, hint := range []string{"persona:approves", "persona:late"} {
		a := p.call("/bc-authorize", map[string]string{"scope": "openid", "login_hint": hint})
		got := answer{}
		for range 20 {
			got = p.call("/token", map[string]string{"grant_type": ciba, "auth_req_id": a.text("auth_req_id")})
			if got.status == 200 {
				break
			}
			time.Sleep(100 * time.Millisecond)
			w.clock.by(20 * time.Second)
		}
		if got.status != 200 {
			t.Errorf("%s: %v", hint, got)
		}
	}
	in := w.register(oidc.FAPI)
	if f := in.start(map[string]string{"login_hint": "persona:approves"}); f.id == "" {
		t.Error("a persona answered in production")
	}
}

func TestLogout(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w = w.sandbox()
		h := listen(t)
		h.fail = 1
		p := w.register(oidc.FAPI, func(c *oidc.Client) { c.BackchannelLogoutURI = h.URL })
		_, a := p.login(map[string]string{"scope": "openid"})
		_, off := p.login(map[string]string{"scope": "openid offline_access"})
		sid := p.verified(a.text("id_token"))["sid"]
		end := func(change map[string]string) answer {
			q := url.Values{"id_token_hint": {a.text("id_token")}, "post_logout_redirect_uri": {"https://client.example/bye"}, "state": {"s&1"}}
			for k, v := range change {
				q.Set(k, v)
			}
			return w.do("GET", w.issuer()+"/end-session?"+q.Encode(), "", nil)
		}
		for what, change := range map[string]map[string]string{
			"another address": {"post_logout_redirect_uri": "https://client.example/bye/"},
			"another client":  {"client_id": w.register(oidc.Plain).id},
			"no token":        {"id_token_hint": "x.y.z"},
			"nobody's":        {"id_token_hint": "", "client_id": ""},
		} {
			if r := end(change); r.status != 400 || !strings.Contains(r.body, "<html") || r.header.Get("Location") != "" {
				t.Errorf("%s: %d %s", what, r.status, r.header.Get("Location"))
			}
		}
		r := end(nil)
		to, _ := url.Parse(r.header.Get("Location"))
		id := to.Path[strings.LastIndexByte(to.Path, '/')+1:]
		l, err := w.p.PendingLogout(w.ctx(), id)
		if err != nil || l.ClientID != p.id || l.Account != "chan" || l.SID != sid {
			t.Fatalf("%+v %v", l, err)
		}
		if is, err := w.p.IsSession(w.ctx(), l, "session-1"); err != nil || !is {
			t.Error("the session is not recognised", err)
		}
		if is, _ := w.p.IsSession(w.ctx(), l, "session-2"); is {
			t.Error("another session is recognised")
		}
		w.work(t)
		back, err := w.p.FinishLogout(w.ctx(), id, "session-1")
		if err != nil || back != "https://client.example/bye?state=s%261" {
			t.Error(back, err)
		}
		if _, err := w.p.FinishLogout(w.ctx(), id, "session-1"); err == nil {
			t.Error("twice")
		}
		if p.active(a.text("access_token"))["active"] != false || p.active(off.text("access_token"))["active"] != false {
			t.Error("an access token outlives its session")
		}
		if p.active(off.text("refresh_token"))["active"] != true {
			t.Error("offline access ended with the session")
		}
		c := p.verified(h.first(t).Get("logout_token"))
		events, _ := c["events"].(map[string]any)
		if c["sid"] != sid || c["aud"] != p.id || c["iss"] != w.issuer() || c["nonce"] != nil || events["http://schemas.openid.net/event/backchannel-logout"] == nil {
			t.Errorf("logout token: %v", c)
		}
		// A browser without a session here: the service's own part of the session that it names.
		f := p.start(nil)
		f.approve(oidc.Grant{Account: "chan", SessionID: "session-2"})
		other := f.redeem(nil)
		r = end(map[string]string{"id_token_hint": other.text("id_token")})
		to, _ = url.Parse(r.header.Get("Location"))
		if _, err := w.p.FinishLogout(w.ctx(), to.Path[strings.LastIndexByte(to.Path, '/')+1:], ""); err != nil {
			t.Error(err)
		}
		if p.active(other.text("access_token"))["active"] != false {
			t.Error("a service's token outlives the session that it ended")
		}
		if err := w.db.Write(w.ctx(), func(tx *db.Tx) error { return w.p.EndGrants(tx, "chan", p.id) }); err != nil {
			t.Fatal(err)
		}
		if p.active(off.text("refresh_token"))["active"] != false {
			t.Error("offline access outlives the grant")
		}
	})
}
