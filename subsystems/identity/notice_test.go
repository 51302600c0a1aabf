package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/sign"
	"praya/subsystems/identity/internal/oidc"
)

const callback = "https://water.example/cb"

// plainClient is a service that signs people in with a secret.
func plainClient(id, name string) oidc.Client {
	return oidc.Client{ID: id, Kind: oidc.Plain, Metadata: oidc.Metadata{
		Name: name, RedirectURIs: []string{callback}, Scope: "openid notify", AuthMethod: "client_secret_basic",
		GrantTypes: []string{"authorization_code", "client_credentials"},
	}}
}

// bureau is a service in the sandbox: it has signed a person in, and has a token of its own.
type bureau struct {
	w              *borough
	id, sub, token string
}

func (w *borough) bureau(id string) *bureau {
	w.t.Helper()
	b := &bureau{w: w, id: id}
	ctx := who.AsSystem(w.t.Context(), who.Sandbox)
	if err := w.DB.Write(ctx, func(tx *db.Tx) error { return w.protocol.SaveClient(tx, plainClient(id, "水務署"), "secret") }); err != nil {
		w.t.Fatal(err)
	}
	b.token = b.asks(url.Values{"grant_type": {"client_credentials"}, "scope": {"notify"}})["access_token"].(string)
	return b
}

func (b *bureau) asks(form url.Values) (out map[string]any) {
	b.w.t.Helper()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(b.id+":secret"))
	r, body := b.w.do("POST", "/sandbox/token", form.Encode(), map[string]string{"Authorization": basic, "Content-Type": "application/x-www-form-urlencoded"})
	if err := json.Unmarshal([]byte(body), &out); err != nil || r.StatusCode != http.StatusOK {
		b.w.t.Fatalf("%d %s %v", r.StatusCode, body, err)
	}
	return out
}

// signsIn lets the persona into the service: afterwards the service knows them by sub.
func (b *bureau) signsIn(persona string) {
	b.w.t.Helper()
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {b.id}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "login_hint": {"persona:" + persona},
	}
	r, body := b.w.do("GET", "/sandbox/authorize?"+q.Encode(), "", nil)
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || to.Query().Get("code") == "" {
		b.w.t.Fatalf("%d %s %s", r.StatusCode, to, body)
	}
	answer := b.asks(url.Values{"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {callback}, "code_verifier": {verifier}})
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(answer["id_token"].(string), ".")[1])
	if err != nil {
		b.w.t.Fatal(err)
	}
	var claims struct{ Sub string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		b.w.t.Fatal(err)
	}
	b.sub = claims.Sub
}

// notice is what the service sends, with changes; a nil takes a field away.
func (b *bureau) notice(change map[string]any) string {
	body := map[string]any{
		"sub": b.sub, "category": "bill", "idempotency_key": "bill-1", "link": "https://water.example/pay", "due": "2027-01-31",
		"title": map[string]string{"tc": "水費帳單", "en": "Water bill", "sc": "水费账单"},
		"text":  map[string]string{"tc": "應繳123元。", "en": "HK$123 is due.", "sc": "应缴123元。"},
	}
	for k, v := range change {
		if body[k] = v; v == nil {
			delete(body, k)
		}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return string(raw)
}

func (b *bureau) calls(method, path, body string) (int, map[string]any, http.Header) {
	b.w.t.Helper()
	r, text := b.w.do(method, "/sandbox/api/identity/v1/notices"+path, body, map[string]string{"Authorization": "Bearer " + b.token, "Content-Type": "application/json"})
	var out map[string]any
	if text != "" {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			b.w.t.Fatalf("%d %q", r.StatusCode, text)
		}
	}
	if r.StatusCode >= 400 && r.Header.Get("Content-Type") != "application/problem+json" {
		b.w.t.Errorf("%s %s: an error of type %s", method, path, r.Header.Get("Content-Type"))
	}
	return r.StatusCode, out, r.Header
}

func TestServicesTellPeople(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		b := w.bureau("water")
		b.signsIn("approves")
		a, err := w.Persona(who.AsSystem(t.Context(), who.Sandbox), "approves")
		if err != nil {
			t.Fatal(err)
		}
		ctx := w.as(a, who.Sandbox)
		status, out, header := b.calls("POST", "", b.notice(nil))
		if status != http.StatusCreated || out["state"] != "sent" || header.Get("Location") != "/sandbox/api/identity/v1/notices/"+out["id"].(string) {
			t.Fatalf("%d %v %v", status, out, header)
		}
		first := out["id"].(string)
		if status, out, _ = b.calls("POST", "", b.notice(nil)); status != http.StatusOK || out["id"] != first {
			t.Errorf("the second call: %d %v", status, out)
		}
		if status, out, _ = b.calls("POST", "", b.notice(map[string]any{"due": "2027-02-01"})); status != http.StatusUnprocessableEntity {
			t.Errorf("the same key for something else: %d %v", status, out)
		}
		list, total, err := w.Inbox(ctx, 10, 0)
		if err != nil || total != 1 || string(list[0].ID) != first || list[0].Title.TC != "水費帳單" || list[0].State != NoticeSent {
			t.Fatalf("%+v %d %v", list, total, err)
		}
		if n, err := w.Unread(ctx); err != nil || n != 1 {
			t.Errorf("%d unread, %v", n, err)
		}
		if n, err := w.OpenNotice(ctx, NoticeID(first)); err != nil || n.Text.EN != "HK$123 is due." || n.Due.String() != "2027-01-31" {
			t.Errorf("%+v %v", n, err)
		}
		if n, err := w.Unread(ctx); err != nil || n != 0 {
			t.Errorf("%d unread after reading, %v", n, err)
		}
		if status, out, _ = b.calls("GET", "/"+first, ""); status != http.StatusOK || out["state"] != "read" {
			t.Errorf("%d %v", status, out)
		}
		if status, out, _ = b.calls("DELETE", "/"+first, ""); status != http.StatusConflict {
			t.Errorf("what was sent was withdrawn: %d %v", status, out)
		}
		other := w.bureau("tax")
		if status, out, _ = other.calls("GET", "/"+first, ""); status != http.StatusNotFound {
			t.Errorf("another service reads it: %d %v", status, out)
		}
		basic, err := w.Persona(who.AsSystem(t.Context(), who.Sandbox), "basic")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.OpenNotice(w.as(basic, who.Sandbox), NoticeID(first)); !fault.Is(err, fault.NotFound) {
			t.Errorf("another person reads it: %v", err)
		}
		if _, err := w.OpenNotice(w.as(a, who.Production), NoticeID(first)); !fault.Is(err, fault.NotFound) {
			t.Errorf("production reads the sandbox: %v", err)
		}
		w.settles(who.Sandbox)
		if n := len(w.post.letters()); n != 0 {
			t.Errorf("%d letters left the sandbox", n)
		}
		w.silent("水費", "Water bill", "HK$123", b.sub)
	})
}

func TestStrangersAreNotReached(t *testing.T) {
	w := newBorough(t, dbAddress(t))
	b, other := w.bureau("water"), w.bureau("tax")
	b.signsIn("approves")
	said := func(c *bureau, sub string) string {
		t.Helper()
		status, out, _ := c.calls("POST", "", b.notice(map[string]any{"sub": sub}))
		if status != http.StatusNotFound {
			t.Errorf("%d %v", status, out)
		}
		return fmt.Sprint(out["type"], out["title"], out["detail"])
	}
	unknown := said(b, "nobody-by-this-name")
	if s := said(other, b.sub); s != unknown {
		t.Errorf("another service's sub reads %q, an unknown one %q", s, unknown)
	}
	a, err := w.Persona(who.AsSystem(t.Context(), who.Sandbox), "approves")
	if err != nil {
		t.Fatal(err)
	}
	later := w.now().Add(time.Hour).Time().Format(time.RFC3339)
	status, out, _ := b.calls("POST", "", b.notice(map[string]any{"send_at": later, "idempotency_key": "later"}))
	if status != http.StatusCreated || out["state"] != "scheduled" {
		t.Fatalf("%d %v", status, out)
	}
	if err := w.EndAccess(w.as(a, who.Sandbox), "water", ""); err != nil {
		t.Fatal(err)
	}
	if s := said(b, b.sub); s != unknown {
		t.Errorf("who has ended it reads %q, an unknown sub %q", s, unknown)
	}
	w.ahead.Add(int64(2 * time.Hour))
	w.settles(who.Sandbox)
	if list, _, err := w.Inbox(w.as(a, who.Sandbox), 10, 0); err != nil || len(list) != 0 {
		t.Errorf("a reminder reached somebody who had ended it: %+v %v", list, err)
	}
}

func TestRemindersWaitAndAreWithdrawn(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		b := w.bureau("water")
		b.signsIn("approves")
		a, err := w.Persona(who.AsSystem(t.Context(), who.Sandbox), "approves")
		if err != nil {
			t.Fatal(err)
		}
		inbox := func() int {
			t.Helper()
			_, n, err := w.Inbox(w.as(a, who.Sandbox), 10, 0)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		later := w.now().Add(24 * time.Hour).Time().Format(time.RFC3339)
		var ids []string
		for i := range 2 {
			status, out, _ := b.calls("POST", "", b.notice(map[string]any{"send_at": later, "idempotency_key": fmt.Sprint("k", i)}))
			if status != http.StatusCreated || out["state"] != "scheduled" {
				t.Fatalf("%d %v", status, out)
			}
			ids = append(ids, out["id"].(string))
		}
		for range 2 {
			if status, out, _ := b.calls("DELETE", "/"+ids[0], ""); status != http.StatusNoContent {
				t.Errorf("%d %v", status, out)
			}
		}
		if n := inbox(); n != 0 {
			t.Errorf("%d notices before their time", n)
		}
		w.ahead.Add(int64(25 * time.Hour))
		w.until("the reminder comes", func() bool { return inbox() == 1 })
		w.settles(who.Sandbox)
		b.token = b.asks(url.Values{"grant_type": {"client_credentials"}, "scope": {"notify"}})["access_token"].(string)
		for i, want := range []string{"withdrawn", "sent"} {
			if _, out, _ := b.calls("GET", "/"+ids[i], ""); out["state"] != want {
				t.Errorf("%v, want %s", out, want)
			}
		}
		err = w.DB.Read(who.AsSystem(t.Context(), who.Sandbox), func(tx *db.Tx) error {
			row, err := findNotice(tx, NoticeID(ids[0]))
			if len(row.sealed) != 0 {
				t.Error("what was withdrawn is still there")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.ahead.Add(int64(500 * 24 * time.Hour))
		if _, err := w.Sweep(t.Context()); err != nil || inbox() != 0 {
			t.Errorf("%d notices after the time that they are kept: %v", inbox(), err)
		}
	})
}

func TestOneKeyIsOneNotice(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		b := w.bureau("water")
		b.signsIn("approves")
		o := NoticeOrder{Client: "water", Subject: b.sub, RepeatKey: "once", Category: Bill, Content: NoticeContent{
			Title: lang.Text{TC: "一", EN: "One", SC: "一"}, Text: lang.Text{TC: "一", EN: "One", SC: "一"},
		}}
		var mu sync.Mutex
		ids := map[NoticeID]int{}
		var work sync.WaitGroup
		for range 8 {
			work.Go(func() {
				n, _, err := w.Notify(who.AsSystem(t.Context(), who.Sandbox), o)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				ids[n.ID]++
			})
		}
		work.Wait()
		if len(ids) != 1 {
			t.Errorf("one key made %d notices: %v", len(ids), ids)
		}
	})
}

func TestNoticesThatAreRefused(t *testing.T) {
	w := newBorough(t, dbAddress(t))
	b := w.bureau("water")
	b.signsIn("approves")
	long := strings.Repeat("長", maxNoticeTitle+1)
	three := func(s string) map[string]string { return map[string]string{"tc": s, "en": s, "sc": s} }
	for name, change := range map[string]map[string]any{
		"no key":               {"idempotency_key": nil},
		"long key":             {"idempotency_key": strings.Repeat("k", maxRepeatKey+1)},
		"category":             {"category": "advertisement"},
		"category of ours":     {"category": "account"},
		"title in two":         {"title": map[string]string{"tc": "一", "en": "One"}},
		"long title":           {"title": three(long)},
		"title of two lines":   {"title": three("a\nBcc: b@example.hk")},
		"title turned around":  {"title": three("a\u202eb")},
		"empty text":           {"text": three(" ")},
		"long text":            {"text": three(strings.Repeat("x", maxNoticeText+1))},
		"http link":            {"link": "http://water.example"},
		"script link":          {"link": "javascript:alert(1)"},
		"link of another site": {"link": "//evil.example"},
		"link with a user":     {"link": "https://praya@evil.example"},
		"backslash":            {"link": "/\\evil.example"},
		"due":                  {"due": "31/1/2027"},
		"send_at":              {"send_at": "tomorrow"},
		"send_at far":          {"send_at": "2099-01-01T00:00:00Z"},
		"no sub":               {"sub": nil},
		"unknown field":        {"urgent": true},
	} {
		if status, out, _ := b.calls("POST", "", b.notice(change)); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	for name, body := range map[string]string{"no JSON": "{", "two values": b.notice(nil) + "{}", "not UTF-8": strings.Replace(b.notice(nil), "Water", "W\xff", 1), "": ""} {
		if status, out, _ := b.calls("POST", "", body); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	if status, out, _ := b.calls("POST", "", `{"sub":"`+strings.Repeat("x", maxNotice)+`"}`); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d %v", status, out)
	}
	statuses := map[int]int{}
	for i := range 30 {
		status, _, _ := b.calls("POST", "", b.notice(map[string]any{"idempotency_key": fmt.Sprint("flood", i)}))
		statuses[status]++
	}
	if statuses[http.StatusTooManyRequests] == 0 || statuses[http.StatusCreated] == 0 {
		t.Errorf("one person can be flooded: %v", statuses)
	}
	good := b.token
	for name, token := range map[string]string{"none": "", "invented": "abc"} {
		b.token = token
		if status, out, header := b.calls("POST", "", b.notice(nil)); status != http.StatusUnauthorized || len(header.Values("WWW-Authenticate")) != 2 {
			t.Errorf("%s: %d %v %v", name, status, out, header)
		}
	}
	b.token = b.asks(url.Values{"grant_type": {"client_credentials"}, "scope": {"openid"}})["access_token"].(string)
	if status, out, _ := b.calls("GET", "/x", ""); status != http.StatusForbidden || out["error"] != "insufficient_scope" {
		t.Errorf("without the scope: %d %v", status, out)
	}
	b.token = good
	if r, _ := w.do("POST", "/api/identity/v1/notices", b.notice(nil), map[string]string{"Authorization": "Bearer " + good}); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token of the sandbox opens production: %d", r.StatusCode)
	}
}

func TestQuietHours(t *testing.T) {
	at := func(s string) when.Instant {
		i, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return when.At(i)
	}
	bill, safety, own := Notice{Sender: "x", Category: Bill}, Notice{Sender: "x", Category: Safety}, Notice{Category: OnAccount}
	for _, c := range []struct {
		from, to  int
		n         Notice
		now, want string
	}{
		{0, 0, bill, "2026-11-22T03:00:00+08:00", "2026-11-22T03:00:00+08:00"},
		{22, 7, bill, "2026-11-22T21:59:59+08:00", "2026-11-22T21:59:59+08:00"},
		{22, 7, bill, "2026-11-22T22:00:00+08:00", "2026-11-23T07:00:00+08:00"},
		{22, 7, bill, "2026-11-22T06:59:59+08:00", "2026-11-22T07:00:00+08:00"},
		{22, 7, bill, "2026-11-22T07:00:00+08:00", "2026-11-22T07:00:00+08:00"},
		{22, 7, bill, "2026-11-22T15:30:00Z", "2026-11-23T07:00:00+08:00"},
		{9, 18, bill, "2026-11-22T12:00:00+08:00", "2026-11-22T18:00:00+08:00"},
		{9, 0, bill, "2026-11-22T12:00:00+08:00", "2026-11-23T00:00:00+08:00"},
		{22, 7, safety, "2026-11-22T23:00:00+08:00", "2026-11-22T23:00:00+08:00"},
		{22, 7, own, "2026-11-22T23:00:00+08:00", "2026-11-22T23:00:00+08:00"},
	} {
		w := NoticeWishes{QuietFrom: c.from, QuietTo: c.to}
		if got := w.after(c.n, at(c.now)); got != at(c.want) {
			t.Errorf("%d to %d at %s: %s, want %s", c.from, c.to, c.now, got, at(c.want))
		}
	}
}

func TestWishes(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		a := w.person(who.Production, lang.EN, "chan@example.hk")
		ctx := w.as(a, who.Production)
		for _, bad := range []NoticeWishes{{Muted: []string{"fax.bill"}}, {Muted: []string{"mail.gossip"}}, {QuietFrom: 24}, {QuietTo: -1}} {
			if err := w.Wish(ctx, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		want := NoticeWishes{Muted: []string{"mail.bill"}, QuietFrom: 0, QuietTo: 0}
		if err := w.Wish(ctx, want); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Wishes(ctx); err != nil || !slices.Equal(got.Muted, want.Muted) {
			t.Errorf("%+v %v", got, err)
		}
		send := func(c Category, key string) {
			t.Helper()
			err := w.DB.Write(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) error {
				x := lang.Text{TC: string(c), EN: string(c), SC: string(c)}
				_, err := w.keepNew(tx, Notice{Account: a.ID, Sender: "water", Category: c, NoticeContent: NoticeContent{Title: x, Text: x}}, key)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.DB.Write(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) error {
			return w.protocol.SaveClient(tx, plainClient("water", "水務署"), "secret")
		}); err != nil {
			t.Fatal(err)
		}
		send(Bill, "1")
		send(Licence, "2")
		w.settles(who.Production)
		if got := w.post.letters(); len(got) != 1 || readLetter(t, got[0]).subject != "licence" {
			t.Errorf("%d letters", len(got))
		}
		policy, err := access.New(Policy())
		if err != nil {
			t.Fatal(err)
		}
		w.Policy = policy
		for i, about := range []Category{Bill, Application, OnAccount} { // other parts of the program, with the wish from above
			x := lang.Text{TC: "甲", EN: string(about), SC: "甲"}
			if err := w.TellAbout(who.AsSystem(t.Context(), who.Production), a.ID, about, fmt.Sprint("part ", i), "/me", x, x); err != nil {
				t.Fatal(err)
			}
		}
		w.settles(who.Production)
		if got := w.post.letters(); len(got) != 3 || readLetter(t, got[1]).subject != "application" && readLetter(t, got[2]).subject != "application" {
			t.Errorf("%d letters after the program's own", len(got))
		}
		if err := w.TellAbout(who.AsSystem(t.Context(), who.Production), a.ID, "gossip", "x", "/me", lang.Text{}, lang.Text{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a category that nobody can choose: %v", err)
		}
		hour := w.now().Time().In(when.HongKong).Hour()
		if err := w.Wish(ctx, NoticeWishes{QuietFrom: hour, QuietTo: (hour + 2) % 24}); err != nil {
			t.Fatal(err)
		}
		send(Bill, "3")
		send(Safety, "4")
		w.settles(who.Production)
		if got := w.post.letters(); len(got) != 4 || readLetter(t, got[3]).subject != "safety" {
			t.Errorf("%d letters in quiet hours", len(got))
		}
		w.ahead.Add(int64(3 * time.Hour))
		w.until("the quiet hours end", func() bool { return len(w.post.letters()) == 5 })
	})
}

func TestClosingForgetsNotices(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		a := w.person(who.Production, lang.EN, "chan@example.hk")
		ctx := w.as(a, who.Production)
		w.tells(a, who.Production, Message{Key: "recovered", Link: "/me"})
		w.settles(who.Production)
		if _, n, err := w.Inbox(ctx, 10, 0); err != nil || n != 1 {
			t.Fatalf("%d %v", n, err)
		}
		out, err := w.Export(ctx, "")
		if err != nil || !strings.Contains(string(out), `"key": "recovered"`) || strings.Contains(string(out), string(a.ID)) {
			t.Errorf("%s %v", out, err)
		}
		if err := w.Close(ctx); err != nil {
			t.Fatal(err)
		}
		if _, n, err := w.Inbox(ctx, 10, 0); err != nil || n != 0 {
			t.Errorf("%d notices of a closed account, %v", n, err)
		}
	})
}

// All that we ourselves say has words in every language, with all that it speaks of.
func TestOwnMessagesHaveWords(t *testing.T) {
	w := newBorough(t, dbAddress(t))
	a := w.person(who.Production, lang.EN, "")
	for _, key := range []string{"recovery", "recovered", "passkey-added", "asked", "new-device"} {
		w.tells(a, who.Production, Message{Key: key, Link: "/me", Day: w.now(), Device: "Chrome, Linux"})
	}
	list, _, err := w.Inbox(w.as(a, who.Production), 10, 0)
	if err != nil || len(list) != 5 {
		t.Fatal(len(list), err)
	}
	for _, n := range list {
		for _, l := range lang.All() {
			title, text := n.said(w.Words.In(l), "水務署")
			if title == "" || text == "" || strings.ContainsAny(title+text, "{}") {
				t.Errorf("%s %s: %q %q", n.Key, l, title, text)
			}
		}
	}
}

// A sign-in on a kind of device that was never used is told; the first one ever is not.
func TestNewKindOfDeviceIsTold(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		a := w.person(who.Production, lang.EN, "")
		ctx := w.as(a, who.Production)
		for _, c := range []struct {
			device string
			told   int
		}{{"Chrome, Linux", 0}, {"Chrome, Linux", 0}, {"Safari, iOS", 1}, {"Safari, iOS", 1}, {"", 1}, {"Chrome, Linux", 1}} {
			if err := w.noteSignIn(context.Background(), a, HistoryEntry{What: SignedIn, Device: c.device}); err != nil {
				t.Fatal(err)
			}
			if _, n, err := w.Inbox(ctx, 10, 0); err != nil || n != c.told {
				t.Errorf("%s: %d told, want %d, %v", c.device, n, c.told, err)
			}
		}
	})
}

// What was sealed under an old key is sealed anew while we serve, and a dump of the tables
// tells nothing of what people were told.
func TestNoticesTurnKeysAndRevealNothing(t *testing.T) {
	eachBorough(t, func(t *testing.T, w *borough) {
		a := w.person(who.Sandbox, lang.EN, "")
		ctx, me := w.as(a, who.Sandbox), newReader(t)
		key, err := w.PushKey(ctx)
		if err != nil {
			t.Fatal(err)
		}
		const endpoint = "http://127.0.0.1:1/very-unusual-endpoint"
		if err := w.Subscribe(ctx, Subscription{Endpoint: endpoint, Public: me.key.PublicKey().Bytes(), Auth: me.auth}, "Chrome, Linux"); err != nil {
			t.Fatal(err)
		}
		x := lang.Text{TC: "非常罕見", EN: "Very unusual", SC: "非常罕见"}
		err = w.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.keepNew(tx, Notice{Account: a.ID, Sender: "water", Category: Bill, NoticeContent: NoticeContent{Title: x, Text: x}}, "1")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		before := w.dump(ctx)
		if err := w.Keys.Rotate(sign.Fields); err != nil {
			t.Fatal(err)
		}
		if err := w.reseal(ctx, func(int64) {}); err != nil {
			t.Fatal(err)
		}
		after := w.dump(ctx)
		for table, old := range before {
			for _, told := range []string{"Very unusual", "罕見", "very-unusual-endpoint"} {
				if strings.Contains(old+after[table], told) {
					t.Errorf("%s reveals %q", table, told)
				}
			}
			if old == after[table] || old == "" {
				t.Errorf("%s was not sealed anew", table)
			}
		}
		if list, _, err := w.Inbox(ctx, 10, 0); err != nil || len(list) != 1 || list[0].Title != x {
			t.Errorf("%+v %v", list, err)
		}
		if again, err := w.PushKey(ctx); err != nil || again != key {
			t.Errorf("%s %s %v", key, again, err)
		}
	})
}

// dump is what stands in the tables of notices that hold something sealed.
func (w *borough) dump(ctx context.Context) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	err := w.DB.Read(ctx, func(tx *db.Tx) error {
		for _, name := range []string{"identity_notices", "identity_notice_browsers", "identity_notice_keys"} {
			rows, err := tx.Dump(db.Table{Name: name, Columns: []db.Column{{Name: "sealed", Type: "bytea"}}})
			if err != nil {
				return err
			}
			for rows.Next() {
				var sealed []byte
				if err := rows.Scan(&sealed); err != nil {
					return err
				}
				out[name] += string(sealed)
			}
			rows.Close()
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}
