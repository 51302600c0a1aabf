package app

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/web/browsertest"
	"praya/subsystems/directory"
)

// resident is somebody at a browser that has a device with passkeys.
type resident struct {
	*browsertest.Tab
	t    *testing.T
	base string
}

// sees checks the page, and looks at it as everybody might.
func (r resident) sees(texts ...string) {
	r.t.Helper()
	page := r.Text()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			r.t.Fatalf("%s does not say %q:\n%s", r.Address(), text, page)
		}
	}
	r.Accessible()
	r.FitsAcross()
	address, _, _ := strings.Cut(strings.TrimPrefix(r.Address(), r.base), "?")
	r.Screenshot("identity" + regexp.MustCompile(`[^a-z]+`).ReplaceAllString(address, "-"))
}

// registers opens an account for an invented person, in Traditional Chinese.
func (r resident) registers(number string) {
	r.t.Helper()
	r.Open(r.base + "/tc/register")
	r.sees("登記", "年滿11歲")
	r.Press("開始")
	r.Press("核對資料")
	r.sees("有4項需要更正", "輸入中文或英文姓名")
	r.Fill("chName", "陳示範", "enName", "CHAN Shi Fan", "idNo", "A123456(4)", "birthDate-year", "1990", "birthDate-month", "１２", "birthDate-day", "31", "gender", "F")
	r.Press("核對資料")
	r.sees("請核對身份證上的號碼")
	r.Fill("idNo", number)
	r.Press("核對資料")
	r.sees("製作通行密鑰")
	r.Press("製作通行密鑰")
	r.sees("你的帳戶已開立", "陳示範", "基本")
}

func newResident(t *testing.T, base string) resident {
	tab := browser.Tab(t)
	tab.Look(browsertest.Look{Width: 360})
	tab.Expect("status of 422")
	return resident{tab, t, base}
}

// TestResident registers with a passkey, signs out and in again, and looks after the account.
func TestResident(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	r := newResident(t, demonstration(t))
	device := r.Authenticator()
	r.registers("A123456(3)")

	r.Press("登出")
	r.sees("你已登出")
	r.Open(r.base + "/tc/me/profile")
	r.sees("用通行密鑰登入")
	r.Press("用通行密鑰登入")
	r.sees("個人資料", "A123456(3)", "1990年12月31日", "示範資料")

	r.Open(r.base + "/tc/me/profile/emailAddress")
	r.Fill("emailAddress", "chan@")
	r.Press("儲存")
	r.sees("輸入電郵地址")
	r.Fill("emailAddress", "chan@example.hk")
	r.Press("儲存")
	r.sees("已儲存", "chan@example.hk")
	r.Open(r.base + "/tc/me/profile/residentialAddress")
	r.Fill("street", "海旁道", "number", "1", "building", "示範大廈", "floor", "12", "room", "B")
	r.Press("儲存")
	r.sees("最少填寫大廈或街道，以及地區")
	r.Fill("district", "CW")
	r.Press("儲存")
	r.sees("中西區海旁道1號示範大廈12樓B室")
	r.Open(r.base + "/en/me/profile")
	r.sees("Flat or room B, Floor 12, 示範大廈, 1 海旁道, Central and Western")

	for _, path := range []string{"/me", "/me/passkeys", "/me/sessions", "/me/history", "/me/recovery", "/me/raise", "/me/close", "/me/approvals", "/me/passkeys/add"} {
		for _, l := range []string{"/en", "/sc", "/tc"} {
			r.Open(r.base + l + path)
			r.sees()
		}
	}
	r.Open(r.base + "/tc/me/raise")
	r.Fill("scripted", "mismatch")
	r.Press("開始核實")
	r.sees("容貌與身份證不符")
	r.Fill("scripted", "")
	r.Press("開始核實")
	r.sees("你的級別已提升至進階", "進階")
	r.Open(r.base + "/tc/me/history")
	r.sees("你登記了帳戶", "級別提升至進階", "你更改了：電郵地址", "Chrome, Linux")

	// Proves again that it is them; then a second device, and the first one goes.
	r.Open(r.base + "/tc/sign-in?again=1&to=%2Fme%2Fhistory")
	r.sees("再次證明是你本人")
	r.Press("使用通行密鑰")
	r.sees("你再次證明了身份")
	r.Open(r.base + "/tc/me/passkeys")
	r.Press("移除")
	r.Press("移除")
	r.sees("這是你唯一的通行密鑰")
	r.Lose(device)
	r.Authenticator()
	r.Open(r.base + "/tc/me/passkeys")
	r.Press("加入通行密鑰")
	r.Press("製作通行密鑰")
	r.sees("已加入通行密鑰")
	r.Press("移除")
	r.sees("移除這個通行密鑰？")
	r.Press("移除")
	r.sees("已移除通行密鑰")
	r.Press("登出")
	r.Open(r.base + "/tc/sign-in")
	r.Press("用通行密鑰登入")
	r.sees("陳示範")
}

// sampleService starts the program of examples/ as a process of its own, and gives its address.
func sampleService(t *testing.T, p *Praya) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "sample-service")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "praya/examples/sample-service").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	address := strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	secret, err := p.Identity.LoadSample(t.Context(), "sample-of-the-test", "http://"+address+"/callback")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "-listen", address, "-issuer", p.Config.BaseURL, "-client", "sample-of-the-test", "-secret-file", file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "ready") {
		t.Fatalf("%q %v", line, err)
	}
	return "http://" + address
}

// TestSampleService is the newcomer's way: register, sign in to a service, let it fill its
// form, see all of it in the history, and shut the service out again.
func TestSampleService(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	service := sampleService(t, p)
	r := newResident(t, base)
	r.Authenticator()
	r.registers("C234567(4)")

	r.Open(service)
	r.Press("用智方便登入 Sign in")
	r.sees("登入泳灘燒烤爐申請", "以只供這項服務使用的代號識別你")
	r.Press("不同意")
	if text := r.Text(); !strings.Contains(text, "access_denied") {
		t.Fatal(text)
	}
	r.Press("用智方便登入 Sign in")
	r.Press("同意")
	if text := r.Text(); !strings.Contains(text, "你在這裏的代號是") {
		t.Fatal(text)
	}
	r.Press("一按填表 Fill in the form")
	r.sees("要求你的資料", "SAMPLE-1", "為你預留燒烤爐", "CHAN Shi Fan", "電郵地址", "未填寫", "30日")
	for _, l := range []string{"English", "简体", "繁體"} {
		r.Press(l)
		r.sees("CHAN Shi Fan")
	}
	r.Press("補上：電郵地址")
	r.Fill("emailAddress", "chan@example.hk")
	r.Press("儲存")
	r.sees("要求你的資料", "chan@example.hk")
	r.Fill("give", "emailAddress")
	r.Press("同意")
	var values map[string]string
	r.Eval(`Object.fromEntries([...document.querySelectorAll('input')].map((e) => [e.name, e.value]))`, &values)
	if values["enName"] != "CHAN Shi Fan" || values["chName"] != "陳示範" || values["emailAddress"] != "chan@example.hk" || len(values) != 3 {
		t.Errorf("the form holds %v", values)
	}

	r.Open(base + "/tc/me/history")
	r.sees("你登入了泳灘燒烤爐申請", "收到：英文姓名、中文姓名和電郵地址", "你沒有同意泳灘燒烤爐申請")
	r.Open(base + "/tc/me/inbox")
	r.sees("已收到燒烤爐申請")
	r.Open(base + "/tc/me/services")
	r.sees("泳灘燒烤爐申請")
	r.Press("終止存取")
	r.sees("已終止", "你還沒有連接任何服務")
}

// TestPhone signs a browser in that has no passkey, by approving on the phone.
func TestPhone(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	phone, desk := newResident(t, base), resident{browser.Tab(t), t, base}
	phone.Authenticator()
	phone.registers("D345678(2)")
	desk.Look(browsertest.Look{Width: 1280})
	desk.Expect("status of 422")
	desk.Open(base + "/tc/me/profile")
	desk.Press("用手機登入")
	desk.sees("在手機上批准", "識別碼")
	var address, code string
	desk.Eval(`[...document.querySelectorAll('.pairing a')].pop().href`, &address)
	desk.Eval(`document.querySelector('.code').innerText`, &code)
	desk.Press("我已批准")
	desk.sees("仍未批准")

	phone.Open(address)
	phone.sees("只有你自己提出要求，才可批准", code, "Chrome, Linux")
	phone.Press("批准")
	phone.sees("已批准")
	desk.Press("我已批准")
	desk.sees("個人資料", "D345678(2)")

	other := resident{browser.Tab(t), t, base}
	other.Open(base + "/tc/sign-in")
	other.Press("用手機登入")
	other.Eval(`[...document.querySelectorAll('.pairing a')].pop().href`, &address)
	phone.Open(address)
	phone.Press("拒絕")
	other.Press("我已批准")
	other.sees("這個要求已在手機上被拒絕")
}

// TestRecovery loses the device, comes back with a printed code, and finds the lost
// passkey worthless.
func TestRecovery(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	p.Identity.Rules.RecoveryWait = time.Second
	r := newResident(t, base)
	device := r.Authenticator()
	r.registers("B765432(A)")
	r.Open(r.base + "/tc/me/recovery")
	r.Press("製作新的恢復碼")
	r.sees("你的恢復碼")
	code := regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){3}`).FindString(r.Text())
	r.Lose(device)
	r.Press("登出")
	r.Authenticator()

	r.Open(r.base + "/tc/recover")
	r.Fill("code", "AAAA-BBBB-CCCC-DDDD")
	r.Press("繼續")
	r.sees("這個恢復碼無效")
	r.Fill("code", strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	r.Press("繼續")
	r.sees("恢復程序已開始", "已通知帳戶的所有聯絡途徑")
	waiting := r.Address()
	for range 50 {
		if r.Open(waiting); strings.Contains(r.Text(), "你現在可以取回帳戶") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	r.sees("你現在可以取回帳戶")
	r.Press("製作通行密鑰")
	r.sees("製作通行密鑰")
	r.Press("製作通行密鑰")
	r.sees("你已取回帳戶", "陳示範")
	r.Open(r.base + "/tc/me/passkeys")
	if n := strings.Count(r.Text(), "只在該裝置"); n != 1 {
		t.Errorf("%d passkeys after recovery:\n%s", n, r.Text())
	}
}

// TestOfficer is invited by the directory, makes a passkey, and manages their department's
// staff; on the day that they leave, they are out.
func TestOfficer(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	ctx := who.AsSystem(t.Context(), who.Production)
	since := directory.Period{From: when.Day{Year: 2025, Month: 1, Date: 1}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	post, err := p.Directory.PutPost(ctx, directory.Post{
		Department: "DPO", Title: lang.Text{TC: "高級系統經理", EN: "Senior Systems Manager", SC: "高级系统经理"}, Period: since,
	})
	must(err)
	held, err := p.Directory.Appoint(ctx, directory.Newcomer{Email: "ho.sample@dpo.example", Name: directory.PersonName{Chinese: "何樣本"}}, directory.Appointment{Post: post, Period: since})
	must(err)
	_, err = p.Directory.Grant(ctx, directory.Grant{Officer: held.Officer, Department: "DPO", Role: directory.StaffManager, Period: since})
	must(err)
	link, err := p.Directory.Invite(ctx, held.Officer, lang.TC)
	must(err)

	r := newResident(t, base)
	r.Authenticator()
	r.Open(base + "/tc/directory/staff")
	r.sees("登入")
	r.Open(link)
	r.sees("你獲邀請登記")
	r.Press("接受邀請")
	r.Press("製作通行密鑰")
	r.sees("你的帳戶已開立")
	r.Open(base + "/tc/directory/staff")
	r.sees("數字政策辦公室", "高級系統經理")
	var header string
	r.Eval(`document.querySelector('header').innerText`, &header)
	if !strings.Contains(header, "數字辦高級系統經理") && !strings.Contains(header, "高級系統經理") {
		t.Errorf("the header says %q", header)
	}
	r.Expect("status of 403")
	r.Open(base + "/tc/directory/staff?department=FEHD")
	if text := r.Text(); strings.Contains(text, "食物環境衞生署") {
		t.Errorf("sees another department's staff:\n%s", text)
	}
	must(p.Directory.Leave(ctx, held.Officer, when.System().Day().Add(-1)))
	r.Open(base + "/tc/directory/staff")
	r.sees("登入")
}
