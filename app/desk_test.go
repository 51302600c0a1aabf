package app

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"praya/kernel/who"
	"praya/platform/web/browsertest"
	"praya/subsystems/identity"
)

// doors are the addresses of a program that serves on both listeners.
type doors struct {
	public, operator string
	token            string // the operator's
}

// bothDoors serves the demonstration as the program itself does, with the operator's listener.
func bothDoors(t *testing.T) (doors, *Praya) {
	t.Helper()
	ctx, stop := context.WithCancel(who.AsSystem(context.Background(), who.Production))
	config, err := Config{Data: t.TempDir(), Listen: "localhost:0", Operator: "localhost:0"}.WithDefaults().withPort(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p := loaded(ctx, t, config)
	ready, ended := make(chan doors, 1), make(chan error, 1)
	go func() {
		ended <- p.Serve(ctx, func(public, operator string) { ready <- doors{public: public, operator: operator} })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	var d doors
	select {
	case d = <-ready:
	case <-time.After(time.Minute):
		t.Fatal("the program does not serve")
	}
	token, err := os.ReadFile(config.tokenFile())
	if err != nil {
		t.Fatal(err)
	}
	d.token = strings.TrimSpace(string(token))
	return d, p
}

// operatorAt is the operator at a browser, who signs in with the token.
func operatorAt(t *testing.T, d doors) resident {
	t.Helper()
	o := resident{browser.Tab(t), t, d.operator}
	o.Look(browsertest.Look{Width: 360})
	o.Expect("status of 422")
	o.Expect("status of 401")
	o.Open(d.operator + "/tc/sign-in")
	o.Fill("token", "not-the-token")
	o.Press("登入")
	o.sees("核對權杖檔案的內容，再輸入一次")
	o.Fill("token", d.token)
	o.Press("登入")
	o.sees("營運")
	return o
}

// asks posts a form with a client's secret, and gives the status and the answer.
func asks(t *testing.T, address, client, secret string, form url.Values) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	out := map[string]any{}
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil && response.StatusCode != http.StatusOK {
		t.Fatal(err)
	}
	return response.StatusCode, out
}

// TestServiceFromSecretToSuspension: a developer registers a service with a secret, the operator
// approves it at their own door, the developer sees the secret once and then every message of
// the service decoded; the operator suspends the service, and from then on it is refused.
func TestServiceFromSecretToSuspension(t *testing.T) {
	d, p := bothDoors(t)
	developer := newResident(t, d.public)
	developer.Authenticator()
	officerOf(t, p, developer, "DPO", "dev.secret@dpo.example", identity.DeveloperRole)
	client := registersPlain(developer)
	service := d.public + "/tc/developers/services/" + client

	operator := operatorAt(t, d)
	operator.Press("網上服務審批")
	operator.sees("網上服務審批", "水位查詢", "等候審批")
	operator.Press("水位查詢")
	operator.sees("數字政策辦公室", "一般OpenID Connect及客戶端密碼", "現有系統要到明年才能升級，暫時只能用客戶端密碼。")
	operator.Press("記錄決定")
	operator.sees("請選擇決定")
	operator.Fill("decision", "approve")
	operator.Press("記錄決定")
	operator.sees("決定已記錄")

	developer.Open(service)
	developer.sees("已批准", "市民現可登入這項服務")
	secret := makesSecret(developer)
	developer.Open(service)
	if strings.Contains(developer.Text(), secret) || strings.Contains(developer.Text(), "只會顯示一次") {
		t.Error("the secret is shown a second time")
	}
	credentials := url.Values{"grant_type": {"client_credentials"}}
	status, answer := asks(t, d.public+"/token", client, secret, credentials)
	token, _ := answer["access_token"].(string)
	if status != http.StatusOK || token == "" {
		t.Fatalf("the new secret: %d %v", status, answer)
	}
	if status, answer := asks(t, d.public+"/introspect", client, secret, url.Values{"token": {token}}); answer["active"] != true {
		t.Errorf("its token: %d %v", status, answer)
	}
	if status, answer := asks(t, d.public+"/token", client, "guessed", credentials); status != http.StatusUnauthorized || answer["error"] != "invalid_client" {
		t.Errorf("another secret: %d %v", status, answer)
	}
	readsLog(developer, p, service, token, secret)

	operator.Open(d.operator + "/tc/developers/approvals?state=approved")
	operator.sees("水位查詢")
	operator.Press("水位查詢")
	operator.Fill("decision", "suspend")
	operator.Press("記錄決定")
	operator.sees("理由")
	if !strings.Contains(operator.Address(), client) {
		t.Errorf("without a reason it goes on to %s", operator.Address())
	}
	operator.Fill("decision", "suspend", "reason", "懷疑密碼外洩")
	operator.Press("記錄決定")
	operator.sees("決定已記錄")
	operator.Open(d.operator + "/tc/developers/approvals?state=suspended")
	operator.sees("水位查詢", "已暫停")

	for _, form := range []url.Values{credentials, {"grant_type": {"client_credentials"}, "scope": {"notify"}}} {
		if status, answer := asks(t, d.public+"/token", client, secret, form); status != http.StatusUnauthorized || answer["error"] != "invalid_client" {
			t.Errorf("a suspended service gets %d %v", status, answer)
		}
	}
	developer.Expect("status of 400")
	developer.Open(d.public + "/authorize?response_type=code&scope=openid&client_id=" + client)
	developer.sees("is not known here", "invalid_request") // an address without a language: the browser speaks English
	developer.Open(service)
	developer.sees("已暫停", "理由：懷疑密碼外洩")
	if strings.Contains(developer.Text(), "市民現可登入") {
		t.Error("the page says that people can sign in")
	}
}

// registersPlain registers a service with a secret through the pages, and gives its client id.
func registersPlain(r resident) string {
	r.t.Helper()
	r.Open(r.base + "/tc/developers/services/new")
	r.Fill("name-tc", "水位查詢", "name-en", "Water levels", "name-sc", "水位查询")
	r.Press("繼續")
	r.sees("水位查詢", "草稿")
	service := r.Address()
	r.Press("名稱及聯絡方法")
	r.Fill("purpose-tc", "查詢水位", "purpose-en", "Water levels", "purpose-sc", "查询水位", "contact", "team@water.example")
	r.Press("儲存")
	r.Press("登入方式")
	r.Fill("kind", "plain", "grants", "client_credentials", "redirects", "https://water.example/back")
	r.Press("儲存")
	r.sees("請以最少20字說明為何須採用一般規格")
	r.Fill("plain-reason", "現有系統要到明年才能升級，暫時只能用客戶端密碼。")
	r.Press("儲存")
	r.sees("水位查詢", "遞交審批")
	r.Press("遞交審批")
	r.sees("已遞交", "等候審批")
	return service[strings.LastIndex(service, "/")+1:]
}

// makesSecret asks for a secret, and gives it as the page shows it.
func makesSecret(r resident) string {
	r.t.Helper()
	r.sees("舊密碼會即時失效")
	r.Press("製作新密碼")
	r.sees("新的客戶端密碼", "只會顯示一次")
	var shown string
	r.Eval(`document.querySelector('main ul.codes').innerText`, &shown)
	secret := strings.TrimSpace(shown)
	if len(secret) < 32 {
		r.t.Fatalf("the secret is %q", secret)
	}
	return secret
}

// readsLog looks at the messages of a service, in three languages and by outcome.
func readsLog(r resident, p *Praya, service, token, secret string) {
	r.t.Helper()
	if err := p.Identity.FlushLog(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	r.Open(service)
	r.Press("要求紀錄")
	r.sees("/token：ok", "/introspect：ok", "/token：invalid_client", "grant_type", "client_credentials", "200", "401", "錯誤說明", "要求編號")
	if text := r.Text(); strings.Contains(text, token) || strings.Contains(text, secret) {
		r.t.Error("the log tells a token or a secret")
	}
	if !regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-Z]`).MatchString(r.Text()) {
		r.t.Error("no message says its request's reference")
	}
	r.Fill("outcome", "refused")
	r.Press("顯示")
	r.sees("/token：invalid_client")
	if strings.Contains(r.Text(), "：ok") {
		r.t.Error("what was accepted stands among the refused")
	}
	for _, l := range []string{"/en", "/sc"} {
		r.Open(strings.Replace(r.Address(), "/tc", l, 1))
		r.sees("invalid_client")
	}
}

// TestRecoveryAtTheCounter: somebody who has lost everything stands before an officer with their
// card. The officer begins, and cannot finish; the person waits, is told, and comes back.
func TestRecoveryAtTheCounter(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	p.Identity.Rules.RecoveryWait = 2 * time.Second
	person := newResident(t, base)
	device := person.Authenticator()
	person.registers("E456789(0)")
	person.Lose(device)
	person.Press("登出")

	officer := newResident(t, base)
	officer.Authenticator()
	officerOf(t, p, officer, "DPO", "desk.sample@dpo.example", identity.CounterRole)
	officer.Open(base + "/tc/counter")
	officer.sees("遺失所有通行密鑰的市民")
	officer.Fill("number", "E456789(1)")
	officer.Press("開始恢復程序")
	officer.sees("請核對身份證上的號碼")
	officer.Fill("number", "Z683365(A)")
	officer.Press("開始恢復程序")
	officer.sees("沒有使用此號碼的有效帳戶")
	officer.Fill("number", "E456789(0)")
	officer.Press("開始恢復程序")
	officer.sees("恢復程序已開始", "/tc/recover/")
	address := regexp.MustCompile(regexp.QuoteMeta(base) + `/tc/recover/[A-Za-z0-9_-]+`).FindString(officer.Text())
	if address == "" {
		t.Fatalf("there is no address to keep:\n%s", officer.Text())
	}

	person.Authenticator()
	person.Open(address)
	person.sees("恢復程序已開始", "已通知帳戶的所有聯絡途徑")
	for range 100 {
		if person.Open(address); strings.Contains(person.Text(), "你現在可以取回帳戶") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	person.sees("你現在可以取回帳戶")
	person.Press("製作通行密鑰")
	person.Press("製作通行密鑰")
	person.sees("你已取回帳戶", "陳示範")
	person.Open(base + "/tc/me/history")
	person.sees("有人帶同你的身份證，在櫃位要求恢復使用帳戶", "已用新的通行密鑰取回帳戶")
	officer.Expect("status of 403")
	officer.Open(address)
	officer.sees("恢復程序已結束")
}

// TestPasskeysHaveNames: a person calls their passkeys what they like.
func TestPasskeysHaveNames(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	r := newResident(t, demonstration(t))
	r.Authenticator()
	r.registers("G345678(0)")
	r.Open(r.base + "/tc/me/passkeys")
	r.Press("改名")
	r.sees("你怎樣稱呼這個通行密鑰？")
	for _, l := range []string{"/en", "/sc"} {
		r.Open(strings.Replace(r.Address(), "/tc", l, 1))
		r.sees()
	}
	r.Open(r.base + "/tc/me/passkeys")
	r.Press("改名")
	r.Eval(`document.querySelector('input[name=name]').removeAttribute('maxlength')`, nil)
	r.Fill("name", strings.Repeat("長", 41))
	r.Press("改名")
	r.sees("名稱最多40個字")
	r.Fill("name", "抽屜裏的手機")
	r.Press("改名")
	r.sees("已改名", "抽屜裏的手機")
	r.Press("登出")
	r.Open(r.base + "/tc/me/passkeys")
	r.Press("用通行密鑰登入")
	r.sees("抽屜裏的手機")
	r.Press("改名")
	r.Fill("name", "")
	r.Press("改名")
	r.sees("已改名")
	if strings.Contains(r.Text(), "抽屜裏的手機") {
		t.Errorf("an empty name does not bring the first one back:\n%s", r.Text())
	}
}

// TestKeysPageCountsDown: after a rotation the operator sees how much is still sealed with the
// older key, until the jobs have written it anew.
func TestKeysPageCountsDown(t *testing.T) {
	d, p := bothDoors(t)
	r := newResident(t, d.public)
	r.Authenticator()
	r.registers("H456789(9)")
	operator := operatorAt(t, d)
	operator.Press("密鑰")
	operator.sees("本網站的密鑰", "個人資料", "簽署")
	rows := func() (n int) {
		operator.Eval(`document.querySelectorAll('table tbody tr').length`, &n)
		return n
	}
	had := rows()
	operator.Press("更換密鑰")
	operator.sees("密鑰已更換", "仍用舊密鑰加密的資料項")
	if now := rows(); now <= had {
		t.Errorf("%d keys after a rotation, %d before", now, had)
	}
	left := regexp.MustCompile(`仍用舊密鑰加密的資料項\s*([0-9,]+)`)
	count := func() string {
		m := left.FindStringSubmatch(operator.Text())
		if m == nil {
			t.Fatalf("the page counts nothing:\n%s", operator.Text())
		}
		return m[1]
	}
	for range 100 {
		if count() == "0" {
			break
		}
		time.Sleep(100 * time.Millisecond)
		operator.Open(d.operator + "/tc/keys")
	}
	if n := count(); n != "0" {
		left, err := p.stale(who.AsSystem(t.Context(), who.Production))
		t.Errorf("%s items are left on the page, the store says %d, %v", n, left, err)
	}
	operator.sees("本網站的密鑰")
	r.Open(d.public + "/tc/me/profile")
	r.sees("H456789(9)", "1990年12月31日")
}
