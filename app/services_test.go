package app

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestCertificateAtOnce: a resident looks for a certificate in everyday words, agrees that a
// department is asked, and has it at once; a stranger verifies it.
func TestCertificateAtOnce(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	r := newResident(t, demonstration(t))
	r.Authenticator()
	r.registers("A123456(3)")

	r.Open(r.base + "/tc/services")
	r.sees("公共服務", "申請食物業牌照（示範）")
	r.Fill("q", "我想攞住址證明")
	r.Press("尋找")
	r.sees("1項服務", "住址證明（示範）")
	r.Press("住址證明（示範）")
	r.sees("免費", "即時", "示範服務署（虛構）")
	r.Press("開始申請")
	r.sees("可以向入境事務處索取資料嗎？", "登記住址", "最多30日", "你不能在網上申請")
	r.Press("同意")
	r.sees("申請人", "第1頁，共2頁", "A123456(3)", "資料已填妥")
	r.Fill("phone", "123")
	r.Press("儲存並繼續")
	r.sees("有1項需要更正", "請填寫8位數字")
	r.Fill("phone", "91234567")
	r.Press("儲存並繼續")
	r.sees("登記地址", "入境事務處", "（虛構）")
	r.Fill("for", "bank")
	r.Press("儲存並繼續")
	r.sees("核對你的答案", "9123 4567")
	r.Press("遞交申請")
	r.sees("剔選聲明才可遞交申請")
	r.Fill("declare", "yes")
	r.Press("遞交申請")
	r.sees("我們已收到你的申請", "已批准", "已發出：住址證明")
	r.goes("你的牌照")
	r.sees("住址證明")
	r.Screenshot("licence")
}

// TestNewcomer is the main journey of the whole program: a person registers with a passkey, finds
// a licence, agrees that two departments are asked, sees the form filled from both, pays, books
// the visit, is approved by an officer in another window, receives the licence, has it verified
// by a stranger, and sees every access to their data with proof.
func TestNewcomer(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	links := invitations(t, p)
	r := newResident(t, base)
	r.Authenticator()
	r.registers("A123456(3)")

	r.Open(r.base + "/tc")
	r.sees("你需要甚麼？", "開業與營商")
	r.Fill("q", "想開茶餐廳")
	r.Press("尋找")
	r.sees("申請食物業牌照（示範）")
	r.Press("申請食物業牌照（示範）")
	r.Press("開始申請")
	r.sees("可以向入境事務處索取資料嗎？")
	r.Press("同意")
	r.sees("可以向稅務局索取資料嗎？", "業務名稱")
	r.Press("同意")
	r.sees("申請人", "陳示範")
	r.Fill("phone", "９１２３ ４５６７")
	r.Press("儲存並繼續")
	r.sees("住址", "由入境事務處提供")
	r.Press("儲存並繼續")
	r.sees("商業登記", "由稅務局提供", "（虛構）")
	r.Press("儲存並繼續")
	r.Fill("kind", "restaurant", "partnered", "no")
	r.Press("儲存，稍後繼續")
	r.sees("我的申請", "草稿")
	r.Press("申請食物業牌照（示範）")
	r.sees("處所地址")
	r.addresses("premises")
	r.Fill("area", "85.5", "seats", "４０")
	r.Press("儲存並繼續")
	r.sees("處所圖則")
	r.Press("儲存並繼續")
	r.sees("核對你的答案", "普通食肆", "85.5", "40")
	r.Fill("declare", "yes")
	r.Press("遞交申請")
	r.sees("我們已收到你的申請", "等你回覆", "繳付2,640元")
	r.Press("繳付2,640元")
	r.pays()
	r.sees("我們已收到你的款項", "收據")
	r.Press("查看申請")
	r.sees("預約時間", "等你回覆")
	r.Press("預約時間")
	r.sees("選擇時間", "只顯示仍有名額的時間")
	r.Press("預約這個時間")
	r.sees("請選擇時間")
	r.chooses("start")
	r.Press("預約這個時間")
	r.sees("已預約", "處理中", "實地視察")
	reference := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]`).FindString(r.Text())

	o := officer(t, base, links[2])
	o.Open(o.base + "/tc/services/desk")
	o.sees("辦公桌", reference, "實地視察", "尚餘工作天")
	find := o.base + "/tc/services/desk/find?reference=" + reference
	o.Open(find)
	o.goes("實地視察")
	o.sees("這事項未有人處理", "普通食肆", "陳示範")
	o.Press("接手處理")
	o.sees("這事項由你處理")
	o.Press("記錄決定")
	o.sees("請選擇決定")
	o.Fill("outcome", "pass", "note", "廚房合規")
	o.Press("記錄決定")
	o.sees("已為"+reference+"記錄決定", "審批")
	o.Open(find)
	o.goes("審批")
	o.Fill("outcome", "refuse")
	o.Press("記錄決定")
	o.sees("請選擇理由")
	o.Fill("outcome", "more-information", "text", "請說明廚房的通風設備。")
	o.Press("記錄決定")

	r.Open(r.base + "/tc")
	r.sees("你的申請進展", "等你回覆", "未讀：", "有效的授權")
	r.Press("申請食物業牌照（示範）")
	r.sees("請說明廚房的通風設備。")
	r.goes("回覆部門")
	r.Fill("text", "設有抽氣扇兩台。")
	r.Press("送出")
	r.sees("我們已收到你的訊息", "處理中")

	o.Open(find)
	o.goes("審批")
	o.sees("設有抽氣扇兩台。", "內部備註", "廚房合規")
	o.Fill("outcome", "approve")
	o.Press("記錄決定")
	o.sees("已為" + reference + "記錄決定")

	r.Open(r.base + "/tc/me/applications")
	r.Press("申請食物業牌照（示範）")
	r.sees("已批准", "信件：申請獲批准", "你的牌照FL-")
	if strings.Contains(r.Text(), "廚房合規") {
		t.Error("the applicant reads the officers' note")
	}
	r.goes("信件：申請獲批准")
	r.sees("陳示範：", "示範服務署（虛構）", "牌照或證明編號為FL-")
	r.verified()
	r.checksAccesses()
}

// chooses takes the first answer that is offered.
func (r resident) chooses(name string) {
	r.t.Helper()
	var value string
	r.Eval(`document.querySelector('main input[name="`+name+`"]').value`, &value)
	r.Fill(name, value)
}

// verified opens the licence, and has a stranger read its code on a phone.
func (r resident) verified() {
	r.t.Helper()
	r.Open(r.base + "/tc/me/licences")
	r.goes("食物業牌照")
	r.sees("食物業牌照", "有效")
	var shot []byte
	r.Do(chromedp.Screenshot("main svg.qr", &shot, chromedp.ByQuery))
	address := zbar(r.t, shot)
	stranger := newResident(r.t, r.base)
	stranger.Open(address)
	stranger.sees("In force", "FL-", "（虛構）", "The signature of the code is good")
	stranger.Open(strings.Replace(address, "c=", "c=x", 1))
	stranger.sees("Not valid")
}

// checksAccesses has the browser check both accesses to the person's data.
func (r resident) checksAccesses() {
	r.t.Helper()
	r.Open(r.base + "/tc/me/exchange/accesses")
	r.sees("入境事務處", "稅務局")
	var all []string
	r.Eval(`[...document.querySelectorAll('main a')].map(a => a.href).filter(a => /accesses.[0-9a-f-]{36}$/.test(a))`, &all)
	if len(all) != 2 {
		r.t.Fatalf("%d accesses:\n%s", len(all), r.Text())
	}
	for _, address := range all {
		r.Open(address)
		r.Do(chromedp.Click("form[data-exchange] button"), chromedp.WaitReady(`[data-result][data-done="1"]`))
		r.sees("可以核對的部分全部相符")
	}
}

// addresses fills an address of premises in.
func (r resident) addresses(field string) {
	r.t.Helper()
	r.Fill(field+".floor", "G", field+".building", "示範大廈", field+".number", "1", field+".street", "海旁道", field+".district", "CW")
}

// pays pays the bill that is shown, with the simulated provider.
func (r resident) pays() {
	r.t.Helper()
	r.goesOn("繳付")
	r.sees("這是模擬付款")
	r.Fill("outcome", "paid")
	r.Press("繼續")
}

// goesOn presses the button that begins so.
func (r resident) goesOn(text string) {
	r.t.Helper()
	var whole string
	r.Eval(`[...document.querySelectorAll('main button')].map(b => b.innerText).find(b => b.startsWith(`+quoted(text)+`)) || ''`, &whole)
	r.Press(whole)
}

// zbar reads the QR code of a picture, with a decoder that has nothing to do with ours.
func zbar(t *testing.T, picture []byte) string {
	t.Helper()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("run .ci/install first: ", err)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
