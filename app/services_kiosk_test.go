package app

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/kernel/who"
)

// TestKiosk: a browser is made a kiosk, somebody applies there with what it offers, and nothing of
// theirs stays.
func TestKiosk(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	_, token, err := p.Services.AddKiosk(who.AsSystem(t.Context(), who.Production), lang.Text{TC: "深圳示範站", EN: "Shenzhen sample kiosk", SC: "深圳示范站"}, "gba")
	if err != nil {
		t.Fatal(err)
	}
	r := newResident(t, base)
	r.Authenticator()
	r.registers("A123456(3)")
	r.Open(base + "/tc/me")
	r.Press("登出")

	r.Open(base + "/tc/kiosk")
	r.sees("設定自助服務站")
	r.Fill("token", "nonsense")
	r.Press("設定")
	r.sees("沒有自助服務站使用這個權杖")
	r.Fill("token", token)
	r.Press("設定")
	r.sees("深圳示範站", "你想辦理甚麼？", "住址證明（示範）", "續領車輛牌照（示範）")
	if strings.Contains(r.Text(), "食物業牌照") {
		t.Error("a kiosk offers what does not apply where it stands")
	}
	r.goes("住址證明（示範）")
	r.Press("登入並開始申請")
	r.sees("用通行密鑰登入")
	r.Press("用通行密鑰登入")
	r.sees("住址證明（示範）")
	r.Press("開始申請")
	r.Press("同意")
	r.Fill("phone", "91234567")
	r.Press("儲存並繼續")
	r.Fill("for", "school")
	r.Press("儲存並繼續")
	r.Fill("declare", "yes")
	r.Press("遞交申請")
	r.sees("已完成", "你已登出", "申請編號")
	r.Open(base + "/tc/me/applications")
	r.sees("用通行密鑰登入")
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/tc/services", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	q.AddCookie(&http.Cookie{Name: "kiosk", Value: token})
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = a.Body.Close()
	if kept, back := a.Header.Get("Cache-Control"), a.Header.Get("Refresh"); kept != "no-store" || !strings.HasSuffix(back, "/tc/kiosk") {
		t.Errorf("kept %q, led back %q", kept, back)
	}
}

// TestCounter: an officer applies for a person who shows a code, and that stands in the case.
func TestCounter(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	links := invitations(t, p)
	r := newResident(t, base)
	r.Authenticator()
	r.registers("A123456(3)")
	r.Open(base + "/tc/me/approvals")
	r.Press("顯示識別碼")
	code := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]`).FindString(r.Text())

	o := officer(t, base, links[2])
	o.Open(base + "/tc/services/desk/counter")
	o.sees("在櫃位代人申請")
	o.Fill("code", "AAAA-AAAA-A", "service", "living-benefit")
	o.Press("開始")
	o.sees("有1項需要更正")
	o.Fill("code", code, "service", "living-benefit")
	o.Press("開始")
	o.sees("你正為在場的人填寫表格", "陳示範")
	o.Fill("phone", "91234567")
	o.Press("儲存並繼續")
	o.sees("同住家人")
	o.Press("儲存並繼續")
	o.Fill("income", "6,000", "savings", "1,000")
	o.Press("儲存並繼續")
	o.sees("核對你的答案", "6,000")
	o.Fill("declare", "yes")
	o.Press("遞交申請")
	o.sees("已為在場的人遞交申請")

	r.Open(base + "/tc/me/applications")
	r.Press("短期生活津貼（示範）")
	r.sees("櫃位", "櫃位職員代申請人", "核對文件")
}
