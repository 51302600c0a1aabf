package app

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/subsystems/directory"
	"praya/subsystems/identity"
)

// officerOf appoints an officer with roles, who makes a passkey in the tab.
func officerOf(t *testing.T, p *Praya, r resident, department, email string, roles ...string) {
	t.Helper()
	ctx := who.AsSystem(t.Context(), who.Production)
	from := directory.Period{From: when.Day{Year: 2025, Month: 1, Date: 1}}
	post := directory.Post{Department: department, Period: from}
	post.Title.TC, post.Title.EN, post.Title.SC = "行政主任", "Executive Officer", "行政主任"
	id, err := p.Directory.PutPost(ctx, post)
	if err != nil {
		t.Fatal(err)
	}
	done, err := p.Directory.Appoint(ctx, directory.Newcomer{Email: email, Name: directory.PersonName{Chinese: "林樣本", English: "LAM Sample"}},
		directory.Appointment{Post: id, Period: from})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range roles {
		if _, err := p.Directory.Grant(ctx, directory.Grant{Officer: done.Officer, Department: department, Role: role, Period: from}); err != nil {
			t.Fatal(err)
		}
	}
	path, err := p.Identity.InviteOfficer(ctx, string(done.Officer), "LAM Sample")
	if err != nil {
		t.Fatal(err)
	}
	r.Open(r.base + "/tc" + path)
	r.Press("接受邀請")
	r.Press("製作通行密鑰")
	r.sees()
}

// TestPortal: an officer registers a service, another one approves it, and a person signs in
// to it. In the browser are pages; the service itself is a plain HTTP client.
func TestPortal(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	r := newResident(t, base)
	officers := r.Authenticator()
	key, public := serviceKey(t)
	came := make(chan url.Values, 1)
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/back" {
			came <- q.URL.Query()
		}
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>Library</title><link rel="icon" href="data:,"><main><h1>Welcome</h1></main>`)
	}))
	t.Cleanup(program.Close)
	back := program.URL + "/back"

	r.Open(base + "/tc/developers")
	r.sees("開發人員專區", "persona:approves", "/sandbox/.well-known/openid-configuration", "openid-client")
	officerOf(t, p, r, "DPO", "dev.sample@dpo.gov.hk", identity.DeveloperRole)
	r.Open(base + "/tc/developers/services")
	r.sees("尚未登記任何服務")
	r.Press("登記網上服務")
	r.Press("繼續")
	r.sees("請填寫此欄")
	r.Fill("name-tc", "圖書續借", "name-en", "Library renewals", "name-sc", "图书续借")
	r.Press("繼續")
	r.sees("圖書續借", "草稿", "名稱及聯絡方法")
	service := r.Address()
	client := service[strings.LastIndex(service, "/")+1:]
	r.Press("名稱及聯絡方法")
	r.Fill("purpose-tc", "續借圖書", "purpose-en", "Renew books", "purpose-sc", "续借图书", "contact", "team@library.example")
	r.Press("儲存")
	r.Press("登入方式")
	r.sees("FAPI 2.0")
	r.Fill("redirects", back)
	r.Press("儲存")
	r.Press("公開密鑰")
	r.Fill("jwks", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")
	r.Press("儲存")
	r.sees("這是私人密鑰")
	r.Fill("jwks", public)
	r.Press("儲存")
	r.Press("所需個人資料")
	r.Fill("field", "birthDate", "reason-tc", "通知續借結果", "reason-en", "To tell you the result", "reason-sc", "通知续借结果", "months", "６")
	r.Press("儲存")
	r.sees("出生日期", "6個月")
	for _, l := range []string{"/tc", "/en", "/sc"} {
		for _, path := range []string{"", "/edit/about", "/edit/protocol", "/edit/keys", "/edit/fields"} {
			r.Open(base + l + "/developers/services/" + client + path)
			r.sees()
		}
	}
	r.Open(service)
	r.Press("遞交審批")
	r.sees("已遞交", "等候審批")
	r.Press("登出")

	officerOf(t, p, r, "ITIB", "approver.sample@itib.gov.hk", identity.ApproverRole)
	for _, l := range []string{"/en", "/sc", "/tc"} {
		r.Open(base + l + "/developers/approvals")
		r.sees()
	}
	r.Press("圖書續借")
	r.sees(back, "通知續借結果", "team@library.example")
	r.Fill("decision", "approve")
	r.Press("記錄決定")
	r.sees("決定已記錄")
	r.Press("登出")

	officerOf(t, p, r, "DPO", "counter.sample@dpo.gov.hk", identity.CounterRole, identity.ApproverRole)
	r.Open(base + "/tc/counter")
	r.Press("製作邀請")
	r.sees("請聲明你已查看身份證及本人")
	for _, l := range []string{"/en", "/sc", "/tc"} {
		r.Open(base + l + "/counter")
		r.sees()
	}
	r.Fill("chName", "陳小巴", "idNo", "B765432(A)", "birthDate-year", "1980", "birthDate-month", "1", "birthDate-day", "2", "gender", "M", "seen", "yes")
	r.Press("製作邀請")
	r.sees("邀請", "/tc/join/")
	r.Open(base + "/tc/adoption/edit/new")
	r.Press("儲存")
	r.sees("請填寫此欄")
	r.Fill("department", "DPO", "name-tc", "圖書續借", "name-en", "Library renewals", "name-sc", "图书续借", "due-year", "2026", "due-month", "1", "due-day", "31", "service", client)
	r.Press("儲存")
	r.sees("項目已儲存", "逾期", "2026年1月31日")
	for _, l := range []string{"/en", "/sc", "/tc"} {
		for _, path := range []string{"/adoption?show=late", "/adoption/import"} {
			r.Open(base + l + path)
			r.sees()
		}
	}
	r.Press("登出")

	r.Lose(officers) // Chromium's device keeps three passkeys
	r.Authenticator()
	r.registers("C123456(9)")
	rp := &relyingParty{T: t, base: base, client: client, key: key}
	verifier := base64.RawURLEncoding.EncodeToString([]byte("a verifier of at least forty-three characters"))
	challenge := sha256.Sum256([]byte(verifier))
	pushed := rp.post("/par", url.Values{
		"response_type": {"code"}, "redirect_uri": {back}, "scope": {"openid"}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
		"authorization_details": {`[{"type":"form_filling","form_name":"Renewal","purpose":"Renew books","fields":["birthDate"]}]`},
	})
	refused := rp.post("/par", url.Values{
		"response_type": {"code"}, "redirect_uri": {back}, "scope": {"openid"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
		"authorization_details": {`[{"type":"form_filling","form_name":"Renewal","purpose":"Renew books","fields":["idNo"]}]`},
	})
	if refused["error"] != "invalid_authorization_details" || !strings.Contains(refused["error_description"].(string), "idNo") {
		t.Errorf("a field that was not approved: %v", refused)
	}
	r.Open(base + "/authorize?client_id=" + client + "&request_uri=" + url.QueryEscape(pushed["request_uri"].(string)))
	r.sees("Library renewals", "Digital Policy Office", "31 December 1990")
	r.Press("Agree")
	got := <-came
	if got.Get("state") != "s" || got.Get("iss") != base || got.Get("code") == "" {
		t.Fatalf("the service gets %v", got)
	}
	tokens := rp.post("/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {got.Get("code")}, "redirect_uri": {back}, "code_verifier": {verifier},
	})
	if tokens["token_type"] != "DPoP" || tokens["id_token"] == nil {
		t.Fatalf("tokens: %v", tokens)
	}
	if err := p.Identity.FlushLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, l := range []string{"/en", "/sc", "/tc"} {
		r.Open(base + l + "/sandbox/developers/log?client=nobody")
		r.sees()
		r.Open(base + l + "/developers")
		r.sees()
	}
}

// serviceKey makes a service's key, and the public half as openssl writes it.
func serviceKey(t *testing.T) (*ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// relyingParty is a service as its developer would write it with the standard library only.
type relyingParty struct {
	*testing.T
	base, client string
	key          *ecdsa.PrivateKey
	nonce        string
}

func (rp *relyingParty) jwk() map[string]string {
	raw, err := rp.key.PublicKey.Bytes()
	if err != nil {
		rp.Fatal(err)
	}
	return map[string]string{
		"kty": "EC", "crv": "P-256", "x": base64.RawURLEncoding.EncodeToString(raw[1:33]), "y": base64.RawURLEncoding.EncodeToString(raw[33:]),
	}
}

func (rp *relyingParty) sign(header, claims map[string]any) string {
	header["alg"] = "ES256"
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	signed := base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(c)
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, rp.key, sum[:])
	if err != nil {
		rp.Fatal(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// post asks an endpoint with an assertion and a proof, again when a nonce is asked for.
func (rp *relyingParty) post(endpoint string, form url.Values) map[string]any {
	rp.Helper()
	for range 2 {
		now := when.System().Time().Unix()
		form.Set("client_id", rp.client)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", rp.sign(map[string]any{}, map[string]any{
			"iss": rp.client, "sub": rp.client, "aud": rp.base, "jti": rand.Text(), "iat": now, "exp": now + 60,
		}))
		proof := map[string]any{"jti": rand.Text(), "htm": "POST", "htu": rp.base + endpoint, "iat": now}
		if rp.nonce != "" {
			proof["nonce"] = rp.nonce
		}
		request, err := http.NewRequestWithContext(rp.Context(), http.MethodPost, rp.base+endpoint, strings.NewReader(form.Encode()))
		if err != nil {
			rp.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("DPoP", rp.sign(map[string]any{"typ": "dpop+jwt", "jwk": rp.jwk()}, proof))
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			rp.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			rp.Fatal(err)
		}
		rp.nonce = response.Header.Get("DPoP-Nonce")
		var out map[string]any
		if err := json.NewDecoder(bytes.NewReader(body)).Decode(&out); err != nil {
			rp.Fatalf("%s answers %d %s", endpoint, response.StatusCode, body)
		}
		if out["error"] != "use_dpop_nonce" {
			return out
		}
	}
	rp.Fatal("the server asks for a nonce again and again")
	return nil
}
