package app

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"

	"praya/platform/post"
)

// mailbox receives mail by SMTP.
type mailbox struct{ letters chan string }

func (m mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (mailbox) Mail(string, *smtp.MailOptions) error          { return nil }
func (mailbox) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (mailbox) Reset()                                        {}
func (mailbox) Logout() error                                 { return nil }
func (m mailbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	m.letters <- string(text)
	return err
}

// next is the body of the next letter.
func (m mailbox) next(t *testing.T) string {
	t.Helper()
	select {
	case text := <-m.letters:
		r, err := mail.CreateReader(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		part, err := r.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	case <-time.After(15 * time.Second):
		t.Fatal("no mail comes")
		return ""
	}
}

func newMailbox(t *testing.T) (mailbox, *post.Server) {
	t.Helper()
	m := mailbox{make(chan string, 10)}
	server := smtp.NewServer(m)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	return m, &post.Server{Server: listener.Addr().String(), From: "praya@praya.example", TLS: "none"}
}

// TestInbox: a resident confirms an address, is told of what happens to the account by mail
// and in the inbox, and chooses what else to be told.
func TestInbox(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	box, server := newMailbox(t)
	p.Identity.Mail = server
	r := newResident(t, base)
	r.Authenticator()
	r.registers("G234567(5)")
	r.Open(base + "/tc/me/inbox")
	r.sees("訊息", "你還沒有訊息")
	r.Open(base + "/tc/me/inbox/settings")
	r.sees("通知設定", "你還沒有填寫電郵地址", "在這部裝置開啟推送通知")

	r.Open(base + "/tc/me/profile/emailAddress")
	r.Fill("emailAddress", "chan@example.hk")
	r.Press("儲存")
	r.sees("確認電郵地址", "chan@example.hk")
	code := regexp.MustCompile(`\d{6}`).FindString(box.next(t))
	r.Fill("code", "12345")
	r.Press("確認")
	r.sees("確認碼不正確")
	r.Fill("code", code)
	r.Press("確認")
	r.sees("已確認你的電郵地址", "電郵會寄到chan@example.hk")

	r.Open(base + "/tc/me/recovery")
	r.Press("製作新的恢復碼")
	recovery := regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){3}`).FindString(r.Text())
	r.Open(base + "/tc/recover")
	r.Fill("code", recovery)
	r.Press("繼續")
	waiting := r.Address()
	letter := box.next(t)
	stop := regexp.MustCompile(`http\S+/recover/stop/\S+`).FindString(letter)
	r.Open(base + "/tc/me")
	r.sees("1則未讀")
	r.Open(base + "/tc/me/inbox")
	r.sees("你有1則未讀訊息", "有人要恢復使用你的帳戶", "海旁帳戶", "未讀")
	r.Press("有人要恢復使用你的帳戶")
	r.sees("如果不是你本人", "前往處理")
	read := strings.TrimPrefix(r.Address(), base+"/tc")
	r.Open(base + "/tc/me/inbox")
	r.sees("已讀")

	r.Open(stop)
	r.sees("停止恢復程序", "你的通行密鑰及其他設定不會改變")
	r.Press("停止恢復程序")
	r.sees("恢復程序已停止")
	r.Expect("status of 404")
	r.Open(stop)
	r.sees("這個連結已失效")
	r.Expect("status of 403")
	r.Open(waiting)

	r.Open(base + "/tc/me/inbox/settings")
	r.Fill("from", "22", "to", "7")
	r.Press("儲存")
	r.sees("已儲存通知設定")
	for _, l := range []string{"/en", "/sc", "/tc"} {
		for _, path := range []string{"/me/inbox", read, "/me/inbox/settings", "/me"} {
			r.Open(base + l + path)
			r.sees()
		}
	}
	r.Press("登出")
	r.Open(base + "/tc/me/inbox")
	r.sees("用通行密鑰登入")
}

// TestServiceTellsPersona: a service registers itself in the sandbox, signs a test person in,
// and tells them something, with nothing but HTTP; the person reads it in a browser.
func TestServiceTellsPersona(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, _ := demonstrated(t)
	x := &outsider{t: t, base: base + "/sandbox"}
	x.registers()
	sub := x.signsIn("approves")
	token := x.token(url.Values{"grant_type": {"client_credentials"}, "scope": {"notify"}})["access_token"].(string)
	status, out := x.send(token, map[string]any{
		"sub": sub, "category": "licence", "idempotency_key": "licence-7", "link": "https://transport.example/renew", "due": "2027-01-31",
		"title": map[string]string{"tc": "駕駛執照快將到期", "en": "Your driving licence ends soon", "sc": "驾驶执照快将到期"},
		"text":  map[string]string{"tc": "請在限期前續期。", "en": "Renew it before the due day.", "sc": "请在限期前续期。"},
	})
	if status != http.StatusCreated || out["state"] != "sent" {
		t.Fatalf("%d %v", status, out)
	}
	r := newResident(t, base)
	r.Open(base + "/tc/sandbox/me/inbox")
	r.Press("以批准的身份繼續")
	r.sees("駕駛執照快將到期", "運輸署試用", "2027年1月31日", "未讀")
	for path, texts := range map[string][]string{
		"/en/sandbox/me/inbox/" + out["id"].(string): {"Your driving licence ends soon", "Renew it before the due day.", "Go to transport.example", "31 January 2027"},
		"/sc/sandbox/me/inbox/" + out["id"].(string): {"驾驶执照快将到期", "请在限期前续期。", "前往transport.example"},
	} {
		r.Open(base + path)
		r.sees(texts...)
	}
}

// outsider is a service as somebody else's program: it knows the protocol and not us.
type outsider struct {
	t                *testing.T
	base, id, secret string
}

func (x *outsider) do(method, address, contentType, authorization string, body string) (*http.Response, map[string]any) {
	x.t.Helper()
	q, err := http.NewRequestWithContext(x.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	q.Header.Set("Content-Type", contentType)
	if authorization != "" {
		q.Header.Set("Authorization", authorization)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Do(q)
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	var out map[string]any
	_ = json.Unmarshal(raw, &out)
	return r, out
}

func (x *outsider) registers() {
	x.t.Helper()
	r, out := x.do("POST", x.base+"/register", "application/json", "", `{"client_name":"運輸署試用","redirect_uris":["https://transport.example/cb"],
		"token_endpoint_auth_method":"client_secret_basic","praya_profile":"plain","scope":"openid notify","grant_types":["authorization_code","client_credentials"]}`)
	if r.StatusCode != http.StatusCreated {
		x.t.Fatalf("%d %v", r.StatusCode, out)
	}
	x.id, x.secret = out["client_id"].(string), out["client_secret"].(string)
}

func (x *outsider) token(form url.Values) map[string]any {
	x.t.Helper()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(x.id)+":"+url.QueryEscape(x.secret)))
	r, out := x.do("POST", x.base+"/token", "application/x-www-form-urlencoded", basic, form.Encode())
	if r.StatusCode != http.StatusOK {
		x.t.Fatalf("%d %v", r.StatusCode, out)
	}
	return out
}

func (x *outsider) signsIn(persona string) string {
	x.t.Helper()
	verifier := strings.Repeat("abc", 15)
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {x.id}, "response_type": {"code"}, "redirect_uri": {"https://transport.example/cb"}, "scope": {"openid"}, "state": {"s"},
		"nonce": {"n"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "login_hint": {"persona:" + persona},
	}
	r, _ := x.do("GET", x.base+"/authorize?"+q.Encode(), "text/plain", "", "")
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil {
		x.t.Fatal(err)
	}
	out := x.token(url.Values{
		"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {"https://transport.example/cb"}, "code_verifier": {verifier},
	})
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(out["id_token"].(string), ".")[1])
	if err != nil {
		x.t.Fatal(err)
	}
	var claims struct{ Sub string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		x.t.Fatal(err)
	}
	return claims.Sub
}

func (x *outsider) send(token string, notice map[string]any) (int, map[string]any) {
	x.t.Helper()
	raw, err := json.Marshal(notice)
	if err != nil {
		x.t.Fatal(err)
	}
	r, out := x.do("POST", x.base+"/api/identity/v1/notices", "application/json", "Bearer "+token, string(raw))
	return r.StatusCode, out
}
