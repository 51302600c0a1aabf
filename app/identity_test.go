package app

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"praya/platform/web/browsertest"
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
	r.Screenshot("identity" + regexp.MustCompile(`[^a-z]+`).ReplaceAllString(strings.TrimPrefix(r.Address(), r.base), "-"))
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
	r := newResident(t, demonstration(t))
	r.Authenticator()
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
}

// TestRecovery loses the device, comes back with a printed code, and finds the lost
// passkey worthless.
func TestRecovery(t *testing.T) {
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
