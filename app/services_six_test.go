package app

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"praya/kernel/who"
	"praya/platform/db"
	"praya/subsystems/services"
	"praya/subsystems/services/licences"
)

// The demonstration's other services, each from the search to its end, on a phone's width. The
// first two are in services_test.go.

var licenceNumber = regexp.MustCompile(`[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z-]+`)

// applies fills a whole application in, and hands it in. The answers are those of the pages
// after the applicant's own, in pairs of a name and a value.
func (r resident) applies(s applyWords, pages ...[]string) {
	r.t.Helper()
	r.Press(s.start)
	r.Fill("phone", "91234567")
	r.Press(s.next)
	for _, answers := range pages {
		r.sees()
		r.Fill(answers...)
		r.Press(s.next)
	}
	r.sees(s.check)
	r.Fill("declare", "yes")
	r.Press(s.submit)
	r.sees(s.received)
}

// applyWords is what the pages of an application say in a language.
type applyWords struct{ start, next, check, submit, received, pay, simulation, on, paid string }

func inEnglish() applyWords {
	return applyWords{"Start now", "Save and continue", "Check your answers", "Submit application", "We have received your application", "Pay", "This is a simulation", "Continue", "We have received your payment"}
}

func inTraditional() applyWords {
	return applyWords{"開始申請", "儲存並繼續", "核對你的答案", "遞交申請", "我們已收到你的申請", "繳付", "這是模擬付款", "繼續", "我們已收到你的款項"}
}

func inSimplified() applyWords {
	return applyWords{"开始申请", "储存并继续", "核对你的答案", "递交申请", "我们已收到你的申请", "缴付", "这是模拟付款", "继续", "我们已收到你的款项"}
}

// settles pays what the case asks for.
func (r resident) settles(s applyWords, amount string) {
	r.t.Helper()
	r.Press(s.pay + amount)
	r.goesOn(s.pay)
	r.sees(s.simulation)
	r.Fill("outcome", "paid")
	r.Press(s.on)
	r.sees(s.paid)
}

// TestVehicleRenewal: a first licence, in English; then who cannot renew is told before they pay;
// then a licence whose time has come is renewed.
func TestVehicleRenewal(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	r, say := newResident(t, base), inEnglish()
	r.Authenticator()
	r.registers("A123456(3)")
	r.Open(base + "/en/services")
	r.sees("Public services", "By occasion")
	r.Fill("q", "How do I renew my car licence?")
	r.Press("Find")
	r.sees("Renew a vehicle licence (sample)")
	r.Press("Renew a vehicle licence (sample)")
	r.sees("Fee", "Demonstration Services Department (invented)")
	r.applies(say, []string{"plate", "AB1234", "fuel", "electric", "months", "4", "insured", "P-2026-1"})
	r.settles(say, " HK$691")
	r.Open(base + "/en/me/applications")
	r.goes("Renew a vehicle licence")
	r.sees("The case ended: Approved", "Issued: Vehicle licence", "Letter: Application approved")
	first := licenceNumber.FindString(r.Text())

	of := func(number string) (l licences.Licence) {
		if err := p.DB.Read(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) (err error) {
			l, err = p.Services.Licences.ByNumber(tx, number)
			return err
		}); err != nil {
			t.Fatalf("%q: %v", number, err)
		}
		return l
	}
	old := of(first)
	near := licences.Licence{Kind: old.Kind, Holder: old.Holder, Values: old.Values, From: old.From.Add(-300), Until: old.From.Add(30)}
	if err := p.DB.Write(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) (err error) {
		near, err = p.Services.Licences.Issue(tx, near, "demonstration")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	renew := func(r resident, number string) {
		t.Helper()
		r.Open(base + "/en/services/vehicle-renewal")
		r.applies(say, []string{"plate", "AB1234", "licence", number, "fuel", "petrol", "months", "12", "insured", "P-2026-1"})
	}
	other := newResident(t, base)
	other.Authenticator()
	other.registers("C123456(9)")
	for _, x := range []struct {
		r      resident
		number string
	}{{r, first}, {r, "VL-0000-0000-0"}, {other, near.Number}} {
		renew(x.r, x.number)
		x.r.sees("The case ended: Not approved")
		if strings.Contains(x.r.Text(), "Fee asked for") {
			t.Errorf("%s: who cannot renew is asked to pay", x.number)
		}
		x.r.goes("Letter: Not renewed")
		x.r.sees("You were not charged", "Dear CHAN Shi Fan")
	}
	renew(r, near.Number)
	r.settles(say, " HK$5,074")
	if now := of(near.Number); !near.Until.Add(360).Before(now.Until) {
		t.Errorf("it ends on %s, before on %s", now.Until, near.Until)
	}
	r.Open(base + "/en/me/licences")
	r.sees(near.Number, first)
}

// TestHallBooking: a hall, in Simplified Chinese; a second person finds the time taken. What is
// issued is checked with software that we did not write.
func TestHallBooking(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base := demonstration(t)
	r, say := newResident(t, base), inSimplified()
	r.Authenticator()
	r.registers("A123456(3)")
	r.Open(base + "/sc/services")
	r.sees("公共服务", "康乐与文化")
	r.Fill("q", "我想订场搞活动")
	r.Press("寻找")
	r.Press("租用社区礼堂（示范）")
	r.sees("每节120元", "即时")
	hall := []string{"purpose", "邻里音乐会", "people", "80", "children", "yes", "equipment", "sound"}
	r.Press(say.start)
	r.Fill("phone", "91234567")
	r.Press(say.next)
	r.sees("活动内容")
	r.Fill(hall...)
	r.Press(say.next)
	r.sees("儿童人数") // asked because of what was answered
	r.Fill("minors", "90")
	r.Press(say.next)
	r.sees("儿童人数不可多于参加人数")
	r.Fill("minors", "20")
	r.Press(say.next)
	r.sees(say.check, "邻里音乐会", "音响")
	r.Fill("declare", "yes")
	r.Press(say.submit)
	r.sees(say.received, "预约时间")
	r.Press("预约时间")
	r.sees("选择时间", "海旁社区会堂东翼", "120元")
	r.chooses("start")
	var start string
	r.Eval(`document.querySelector('main input[name="start"]').value`, &start)
	r.Press("预约这个时间")
	r.sees("已预约")
	r.settles(say, "120元")
	r.Open(base + "/sc/me/applications")
	r.goes("租用社区礼堂")
	r.sees("个案完结：已批准", "已发出：礼堂使用许可", "预约时间：")

	other := newResident(t, base)
	other.Authenticator()
	other.registers("C123456(9)")
	other.Open(base + "/sc/services/hall-booking")
	other.applies(say, []string{"purpose", "合唱团练习", "people", "12", "children", "no"})
	other.Press("预约时间")
	var offered []string
	other.Eval(`[...document.querySelectorAll('main input[name="start"]')].map(e => e.value)`, &offered)
	for _, o := range offered {
		if o == start {
			t.Errorf("%s is offered twice", o)
		}
	}
	r.independently(t)
}

// awaited has an evaluation wait for what it promised.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// photographs takes a picture of a part of the page as a camera has it: width, height, and the
// red, green, blue and opacity of each point.
func (r resident) photographs(selector string) []byte {
	r.t.Helper()
	var file []byte
	r.Do(chromedp.Screenshot(selector, &file, chromedp.ByQuery))
	decoded, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		r.t.Fatal(err)
	}
	picture := image.NewNRGBA(decoded.Bounds())
	draw.Draw(picture, picture.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	raw, err := json.Marshal(map[string]any{"width": picture.Rect.Dx(), "height": picture.Rect.Dy(), "points": picture.Pix})
	if err != nil {
		r.t.Fatal(err)
	}
	return raw
}

// independently has npm's jsqr read the code that is shown, jose check it, and ical.js read the booking.
func (r resident) independently(t *testing.T) {
	t.Helper()
	for _, name := range []string{"jsqr", "jose", "ical.js"} {
		if _, err := os.Stat(filepath.Join("..", "conformance", "node_modules", name)); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skipf("run .ci/install first: %v", err)
		}
	}
	r.goes("预约时间")
	r.sees("海旁社区会堂东翼")
	var calendar string
	r.Do(chromedp.Evaluate(`fetch([...document.querySelectorAll('main a')].find(a => a.href.endsWith('/calendar')).href).then(r => r.text())`, &calendar, awaited))
	r.Open(r.base + "/sc/me/licences")
	r.goes("礼堂使用许可")
	r.sees("HP-")
	dir := t.TempDir()
	code, file := filepath.Join(dir, "code.json"), filepath.Join(dir, "booking.ics")
	for name, raw := range map[string][]byte{code: r.photographs(`main svg[role="img"]`), file: []byte(calendar)} {
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "node", filepath.Join("..", "conformance", "services", "licence.mjs"), r.base, code, file).CombinedOutput()
	if err != nil {
		t.Errorf("%v", err)
	}
	t.Logf("%s", out)
}

// TestBenefit: an allowance, in Traditional Chinese. Who is above the limit is told why at once.
// Who is not is looked at by two officers: the one who checked the documents cannot decide.
func TestBenefit(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	links := invitations(t, p)
	r, say := newResident(t, base), inTraditional()
	r.Authenticator()
	r.registers("A123456(3)")
	r.Open(base + "/tc/services")
	r.Fill("q", "失業冇錢交租")
	r.Press("尋找")
	r.Press("短期生活津貼（示範）")
	r.sees("10個工作天內", "家人收入資料")
	r.applies(say, nil, []string{"income", "8,000", "savings", "200000"})
	r.sees("個案完結：不獲批准", "儲蓄超過150,000元", "不同意決定時")
	r.goes("信件：申請不獲批准")
	r.sees("經濟審查結果：儲蓄超過150,000元")

	r.Open(base + "/tc/services/living-benefit")
	r.Press(say.start)
	r.Fill("phone", "91234567")
	r.Press(say.next)
	r.sees("同住家人")
	r.Press("加一項：家人")
	r.Fill("members.0.name", "陳小示", "members.0.income", "5,000")
	r.Press(say.next)
	r.Fill("income", "９,０００", "savings", "20000")
	r.Press(say.next)
	r.sees(say.check, "陳小示", "9,000元")
	r.Fill("declare", "yes")
	r.Press(say.submit)
	r.sees(say.received, "二至三人家庭，收入不超過18,000元", "核對文件")
	reference := reference(r)

	first := officer(t, base, links[2])
	first.takes(reference, "核對文件")
	first.decides(reference, "complete")
	first.Open(base + "/tc/services/desk")
	first.opensTask(reference, "審批")
	first.isBarred("approve")
	second := officer(t, base, links[3])
	second.takes(reference, "審批")
	second.decides(reference, "approve")

	r.Open(base + "/tc/me/applications")
	r.goes("短期生活津貼") // the open one is gone: both have ended, the newest first
	r.sees("個案完結：已批准")
	r.goes("信件：津貼獲批准")
	r.sees("津貼為每月4,600元", "二至三人家庭")
}

// TestReview: a review of a decision, in Simplified Chinese, with scripts switched off from the
// moment that the person has signed in.
func TestReview(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	links := invitations(t, p)
	r, say := unscripted{newResident(t, base)}, inSimplified()
	r.Authenticator()
	r.registers("A123456(3)")
	r.off()
	r.Open(base + "/sc/services")
	r.sees("公共服务", "投诉与覆核")
	r.Fill("q", "不服决定想上诉")
	r.Press("寻找")
	r.Press("申请覆核决定（示范）")
	r.sees("20个工作天内")
	r.Press(say.start)
	r.sees("申请人")
	r.Fill("phone", "91234567")
	r.Press(say.next)
	r.sees("哪个决定")
	r.Fill("reference", "ABCD-EFGH-J", "decided-year", "2099", "decided-month", "1", "decided-day", "2")
	r.Press(say.next)
	r.sees("这一天还未到，请检查年份")
	r.Fill("decided-year", "2026")
	r.Press(say.next)
	r.sees("为何不同意")
	r.Fill("why", "我已提交全部文件。\n<b>请再看</b>")
	r.Press(say.next)
	r.sees(say.check, "2026年1月2日", "<b>请再看</b>")
	r.Press(say.submit)
	r.sees("剔选声明才可递交申请")
	r.Fill("declare", "yes")
	r.Press(say.submit)
	r.sees(say.received, "审视个案")
	reference := reference(r.resident)

	first := officer(t, base, links[2])
	first.takes(reference, "審視個案")
	first.decides(reference, "more-information", "text", "請補交上次的信件。")
	r.Open(base + "/sc/me/applications")
	r.goes("申请覆核决定")
	r.sees("請補交上次的信件。", "回复部门")
	r.goes("回复部门")
	r.Fill("text", "信件编号是示范一号。")
	r.Press("送出")
	r.sees("我们已收到你的讯息")
	first.takes(reference, "審視個案")
	first.sees("信件编号是示范一号。")
	first.decides(reference, "complete")
	first.Open(base + "/tc/services/desk")
	first.opensTask(reference, "覆核決定")
	first.isBarred("vary")
	second := officer(t, base, links[3])
	second.takes(reference, "覆核決定")
	second.decides(reference, "vary", "text", "文件齊備。")
	r.Open(base + "/sc/me/applications")
	r.goes("申请覆核决定")
	r.sees("个案完结：已批准", "信件：覆核结果", "更改原决定")
	r.goes("信件：覆核结果")
	r.sees("更改原有决定")
}

func reference(r resident) string {
	return regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]`).FindString(r.Text())
}

// takes opens the task of a case from the desk, and takes it.
func (r resident) takes(reference, task string) {
	r.t.Helper()
	r.Open(r.base + "/tc/services/desk")
	r.sees("辦公桌", reference)
	r.opensTask(reference, task)
	if strings.Contains(r.Text(), "這事項未有人處理") {
		r.Press("接手處理")
	}
	r.sees("這事項由你處理")
}

// opensTask follows the link of a case's task in the desk's table.
func (r resident) opensTask(reference, task string) {
	r.t.Helper()
	var to string
	r.Eval(`(() => {
		const row = [...document.querySelectorAll('main tbody tr')].find(e => e.innerText.includes(`+quoted(reference)+`) && e.innerText.includes(`+quoted(task)+`));
		return row ? row.querySelector('a[href*="/tasks/"]').href : '';
	})()`, &to)
	if to == "" {
		r.t.Fatalf("%s has no task %q:\n%s", reference, task, r.Text())
	}
	r.Open(to)
}

// decides records what the officer decides on the open task.
func (r resident) decides(reference, outcome string, more ...string) {
	r.t.Helper()
	r.Fill(append([]string{"outcome", outcome}, more...)...)
	r.Press("記錄決定")
	r.sees("已為" + reference + "記錄決定")
}

// publishes sends a bundle in at the desk, and gives what the page says then.
func (r resident) publishes(bundle services.Bundle) string {
	r.t.Helper()
	raw, err := bundle.ZIP()
	if err != nil {
		r.t.Fatal(err)
	}
	file := filepath.Join(r.t.TempDir(), "bundle.zip")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.Open(r.base + "/tc/services/desk/catalogue/upload")
	r.sees("發布服務")
	r.Do(chromedp.SetUploadFiles(`main input[name="bundle"]`, []string{file}, chromedp.ByQuery))
	r.Press("檢查並發布")
	r.sees()
	return r.Text()
}

// TestDepartmentPublishes: an editor downloads a process, which any editor of BPMN can draw, sends
// it in with a dead end, is told where, mends it, and opens the new version.
func TestDepartmentPublishes(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	o := officer(t, base, invitations(t, p)[2])
	o.Open(base + "/tc/services/desk/catalogue/decision-review")
	o.sees("申請會沿用開始時的版本", "流程（BPMN）")
	var xml string
	o.Do(chromedp.Evaluate(`fetch([...document.querySelectorAll('main a')].find(a => a.href.endsWith('/process')).href).then(r => r.text())`, &xml, awaited))
	if !strings.Contains(xml, "BPMNDiagram") || !strings.Contains(xml, "覆核決定") {
		t.Fatalf("the process has no diagram:\n%.2000s", xml)
	}
	raw, err := p.Services.Export(who.AsSystem(t.Context(), who.Production), "decision-review", 0)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := services.ReadZIP(raw)
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Replace(xml, `name="覆核決定" praya:nameEn="Decide on the review"`, `name="再次決定" praya:nameEn="Decide on the review"`, 1)
	bundle["process.bpmn"] = []byte(regexp.MustCompile(`<bpmn:sequenceFlow id="f13"[^>]*/>`).ReplaceAllString(whole, ""))
	if said := o.publishes(bundle); !strings.Contains(said, "process.bpmn") || !strings.Contains(said, "refuse") {
		t.Errorf("a dead end: %s", said)
	}
	bundle["process.bpmn"] = []byte(whole)
	if said := o.publishes(bundle); !strings.Contains(said, "第2版已發布，現時隱藏") {
		t.Errorf("a process that can run: %s", said)
	}
	o.Press("開放、關閉或隱藏")
	o.Fill("state", "open")
	o.Press("儲存")
	o.sees("已儲存")
	stranger := newResident(t, base)
	stranger.Open(base + "/tc/services/decision-review")
	stranger.sees("申請覆核決定（示範）")
}

// isBarred is told that somebody else decides, and refused who tries all the same.
func (r resident) isBarred(outcome string) {
	r.t.Helper()
	r.sees("須由另一人決定")
	r.Expect("status of 403")
	r.Fill("outcome", outcome)
	r.Press("記錄決定")
	r.sees("此步驟須由另一位同事辦理")
}

// unscripted is somebody whose browser runs no scripts. The tests' own still look at the page: axe
// is let in only after a page has loaded without.
type unscripted struct{ resident }

func (r unscripted) off() { r.Do(emulation.SetScriptExecutionDisabled(true)) }

func (r unscripted) sees(texts ...string) {
	r.t.Helper()
	r.Do(emulation.SetScriptExecutionDisabled(false))
	r.resident.sees(texts...)
	r.off()
}

// Press presses without timers, which are scripts too.
func (r unscripted) Press(text string) {
	r.t.Helper()
	var none, found bool
	if r.Eval(`matchMedia('(scripting: none)').matches`, &none); !none {
		r.t.Fatalf("%s may run scripts", r.Address())
	}
	r.Eval(`(() => {
		const e = [...document.querySelectorAll('button, a')].find(e => e.innerText.replace(/\s+/g, '') === `+quoted(text)+`.replace(/\s+/g, ''));
		if (e) { window.pressed = true; e.click(); }
		return !!e;
	})()`, &found)
	if !found {
		r.t.Fatalf("there is no %q at %s:\n%s", text, r.Address(), r.Text())
	}
	gone := false
	for i := 0; i < 200 && !gone; i++ {
		time.Sleep(25 * time.Millisecond)
		r.Do(chromedp.ActionFunc(func(ctx context.Context) error {
			if chromedp.Evaluate(`!window.pressed && document.readyState === 'complete'`, &gone).Do(ctx) != nil {
				gone = false // the page that is being left answers nobody
			}
			return nil
		}))
	}
	if !gone {
		r.t.Fatalf("%q leads nowhere from %s", text, r.Address())
	}
}
