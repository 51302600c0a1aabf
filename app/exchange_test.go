package app

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/subsystems/exchange"
	"praya/subsystems/identity"
)

// startProgram starts a built program in a process of its own, and gives the address that it says.
func startProgram(t *testing.T, binary string, args ...string) string {
	t.Helper()
	out := &transcript{}
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = out, t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return out.between(t, "ready ", "\n")
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
}

// licenceService puts the demonstration's exchange together as README says: the sample service of
// one department and the ready provider of another, each a process with a key of its own.
func licenceService(t *testing.T, p *Praya) string {
	t.Helper()
	ctx := who.AsSystem(t.Context(), who.Production)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	licence, provider := built(t, "../examples/licence"), built(t, "../examples/provider")
	holder := startProgram(t, provider, "-listen", "localhost:0", "-gateway", p.Config.BaseURL, "-party", "immd", "-service", addressService, "-path", "/addresses",
		"-csv", filepath.Join("..", "examples", "provider", "people.csv"), "-subject", "document", "-fields", "name,address,since",
		"-key-file", filepath.Join(p.Config.Data, "immd.key"))
	listen := free(t)
	const client = "licence-of-the-test"
	secret, err := p.Identity.LoadService(ctx, identity.Sample{
		Client: client, Callback: "http://" + listen + "/callback", Department: "TD",
		Name:    lang.Text{TC: "續領駕駛執照（示範）", EN: "Renew a driving licence (sample)", SC: "续领驾驶执照（示范）"},
		Purpose: lang.Text{TC: "續領駕駛執照", EN: "Renew a driving licence", SC: "续领驾驶执照"},
	})
	must(err)
	file := filepath.Join(t.TempDir(), "secret")
	must(os.WriteFile(file, []byte(secret), 0o600))
	must(p.Exchange.PutParty(ctx, exchange.Party{
		Code: "transport", Department: "TD", Name: lang.Text{TC: "運輸署", EN: "Transport Department", SC: "运输署"}, Clients: []string{client}, Version: 1,
	}))
	service := demoService(holder)
	service.Version = 1
	must(p.Exchange.PutService(ctx, service))
	return startProgram(t, licence, "-listen", listen, "-issuer", p.Config.BaseURL, "-client", client, "-secret-file", file, "-key", filepath.Join(p.Config.Data, "transport.key"))
}

// TestApplicant is the exchange's main journey: a person applies at one department's service,
// agrees, and sees the address arrive from another department; checks the access; withdraws; and
// the next call is refused and says why.
func TestApplicant(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	service := licenceService(t, p)
	r := newResident(t, base)
	r.Authenticator()
	r.registers("C234567(4)")

	r.Open(service)
	r.Press("申請 Apply")
	r.sees("登記地址（示範）", "入境事務處", "運輸署", "處理牌照或許可證申請", "姓名", "入住日期", "最多30日", "你可查看並自行核實每次存取")
	for l, text := range map[string]string{"English": "Registered address", "简体": "登记地址"} {
		r.Press(l)
		r.sees(text)
	}
	r.Press("繁體")
	r.sees("登記地址")
	r.Press("不同意")
	if text := r.Text(); !strings.Contains(text, "access_denied") {
		t.Fatal(text)
	}
	r.Press("申請 Apply")
	r.Press("同意")
	if text := r.Text(); !strings.Contains(text, "香港示範島海旁道1號海旁樓12樓A室") || strings.Contains(text, "2019-04-01") {
		t.Fatal(text)
	}
	var access string
	r.Eval(`document.getElementById('access').innerText`, &access)
	r.checksAccess(access)

	r.Open(service)
	r.Press("再次索取 Ask again")
	if text := r.Text(); !strings.Contains(text, "當事人已撤回授權") {
		t.Fatal(text)
	}
}

// checksAccess looks an access up, has the browser check it, and withdraws the consent.
func (r resident) checksAccess(access string) {
	r.t.Helper()
	r.Open(r.base + "/tc/me")
	r.Press("誰取得我的資料")
	r.sees("運輸署", "入境事務處", "1次")
	r.Open(r.base + "/tc/me/exchange/accesses/" + access)
	r.Do(chromedp.Click("form[data-exchange] button"), chromedp.WaitReady(`[data-result][data-done="1"]`))
	r.sees("運輸署從入境事務處取得", "請求由索取機構簽署", "回覆由提供機構簽署", "回覆屬於這項請求", "可以核對的部分全部相符")
	r.Open(r.base + "/tc/me/exchange")
	r.Press("撤回給運輸署的授權")
	r.sees("已撤回：由", "運輸署", "確認已刪除收到的資料")
}
