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
