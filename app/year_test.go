package app

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/who"
	"praya/platform/jobs"
)

// officer opens an invitation in a browser of their own, and makes a passkey.
func officer(t *testing.T, base, link string) resident {
	t.Helper()
	r := newResident(t, base)
	r.Authenticator()
	r.Open(link)
	r.Press("接受邀請")
	r.Press("製作通行密鑰")
	r.sees("你的帳戶已開立")
	return r
}

// invitations are the links that the demonstration leaves for its officers.
func invitations(t *testing.T, p *Praya) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.Config.Data, demoOfficersFile))
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`http://\S+/join/\S+`).FindAllString(string(text), -1)
}

// goes follows a link by its words.
func (r resident) goes(text string) {
	r.t.Helper()
	var found bool
	r.Eval(`(() => {
		const a = [...document.querySelectorAll('main a')].find(a => a.innerText.trim().startsWith(`+quoted(text)+`));
		if (a) a.id = 'the-link';
		return !!a;
	})()`, &found)
	if !found {
		r.t.Fatalf("%s has no link %q:\n%s", r.Address(), text, r.Text())
	}
	var to string
	r.Eval(`document.getElementById('the-link').href`, &to)
	r.Open(to)
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }

// counted waits until the demonstration's own facts have been counted.
func counted(t *testing.T, p *Praya) {
	t.Helper()
	ctx, stop := context.WithCancel(who.AsSystem(t.Context(), who.Production))
	var work sync.WaitGroup
	work.Go(func() { _ = p.Events.Run(ctx) })
	t.Cleanup(func() { stop(); work.Wait() })
	for range 600 {
		life, err := p.Cycle.Life(ctx, "47")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range life.Measures {
			for _, v := range m.Values {
				if m.Stream == "it-plans" && v.How == "computed" && v.Value.String() == "67" {
					return
				}
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("nothing was counted")
}

// TestTheYear: the public follows a promise to its system, its measure, the cases behind it and
// its money, in three clicks each way; two officers run the year and publish the next paper.
func TestTheYear(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p := demonstrated(t)
	counted(t, p)
	public := newResident(t, base)
	followThePromise(public)

	links := invitations(t, p)
	if len(links) != 8 { // two of the yearly cycle, two of the services, then four of the contact centre
		t.Fatal(links)
	}
	maker := officer(t, base, links[0])
	runTheYear(maker)
	beReminded(t, p, maker)
	draftThePaper(t, maker)
	checker := officer(t, base, links[1])
	checker.Open(base + "/tc/performance/desk")
	checker.sees("等待第二人確認的數字")
	checker.goes("在12秒鐘內接聽來電")
	checker.sees("確認這個數字", "82%")
	checker.Fill("confirm", "confirmed")
	checker.Press("儲存")
	publishThePaper(t, checker)
	readThePaper(t, base)
}

// followThePromise walks the chain, and back.
func followThePromise(r resident) {
	r.t.Helper()
	r.Open(r.base + "/tc/performance/heads/47/2025-26")
	r.sees("總目47：2025-26年度承諾與成果", "數據治理")
	r.goes("推行優化版「智方便」")
	promise := r.Address()
	r.sees("系統或計劃", "「智方便」", "衡量準則", "撥款")
	r.goes("打開運作中的系統") // 1: the running system
	r.Open(promise)
	r.goes("依期完成的項目") // 1: its measure
	r.sees("依期完成的資訊科技項目", "數字")
	var cases string
	r.Eval(`[...document.querySelectorAll('main a')].map(a => a.getAttribute('href')).find(h => /measures\/[^/]+\/20\d\d$/.test(h))`, &cases)
	r.Open(r.base + cases) // 2: the cases behind it
	r.sees("個案")
	r.goes("打開個案") // 3: one of them
	r.sees("示範")
	r.Open(promise)
	r.goes("2 數據治理") // 1: its money
	r.Open(r.base + "/tc/governance/systems/digital-identity")
	r.goes("這個系統承載的承諾") // and back: 1
	r.sees("推行優化版「智方便」")
	r.goes("推行優化版「智方便」") // 2
	if r.Address() != promise {
		r.t.Errorf("the way back leads to %s", r.Address())
	}
	r.Open(r.base + "/tc/performance/heads/47/2023-24")
	r.sees("不再提及", "可能：延續")
	r.Open(r.base + "/tc/performance/heads/47/history")
	r.sees("重新開始", "重組")
}

// runTheYear: an officer decides matches, follows an initiative with a mistake in the form, and
// gives a figure.
func runTheYear(r resident) {
	r.t.Helper()
	r.Open(r.base + "/tc/performance/desk")
	r.sees("有待配對的承諾")
	r.Open(r.base + "/tc/performance/heads/47/2023-24/match")
	r.sees("相似度")
	r.Press("接受所有幾乎相同的項目")
	r.sees("已接受：")
	r.Open(r.base + "/tc/performance/heads/47/2025-26")
	r.goes("更廣泛使用科技")
	r.goes("更改負責人、狀況和連結")
	r.Fill("due-year", "2026", "due-month", "13", "due-day", "1")
	r.Press("儲存")
	r.sees("請填寫日期")
	r.Fill("due-month", "１０", "due-day", "31")
	r.Press("儲存")
	r.sees("已儲存", "逾期")
	r.goes("在12秒鐘內接聽來電")
	r.goes("填報數字")
	r.Fill("period", "2025", "value", "82", "numerator", "820", "denominator", "1000", "evidence", "來電記錄", "why", "")
	r.Press("送交確認")
	r.sees("請說明更改的理由")
	r.Fill("why", "核實後更正")
	r.Press("送交確認")
	r.sees("已送交")
}

// draftThePaper begins the 2026-27 paper, explains what is asked, and submits it.
func draftThePaper(t *testing.T, r resident) {
	t.Helper()
	r.Open(r.base + "/tc/papers/begin")
	r.Fill("head", "47", "year", "2026-27")
	r.Press("開始擬稿")
	r.sees("已開始擬稿", "數目是否相符")
	r.Open(r.base + "/tc/papers/47/2026-27/work")
	r.sees("報告內所有數目都相符", "變動原因")
	for range 12 {
		var place string
		r.Eval(`(() => { const a = [...document.querySelectorAll('main a')].find(a => /place=[^&]*reason/.test(a.getAttribute('href')) && /未開始/.test(a.closest('li, tr')?.innerText || '')); return a ? a.getAttribute('href') : ''; })()`, &place)
		if place == "" {
			break
		}
		r.Open(r.base + place)
		r.Fill("tc", "部門開支所需的撥款增加", "en", "more being needed for departmental expenses")
		r.Press("儲存文字")
		r.Open(r.base + "/tc/papers/47/2026-27/work")
	}
	r.Open(r.base + "/tc/papers/47/2026-27/check")
	r.sees("回讀結果與所寫的一致")
	r.Open(r.base + "/en/papers/47/2026-27")
	r.sees("Digital Policy Office", "invented")
	r.Open(r.base + "/tc/papers/47/2026-27/work")
	r.Press("呈交批准")
	r.sees("擬稿正等候批准")
}

// publishThePaper is what the second officer does.
func publishThePaper(t *testing.T, r resident) {
	t.Helper()
	r.Open(r.base + "/tc/papers/47/2026-27/work")
	r.Press("批准這個版本")
	r.sees("報告已批准")
	r.Press("公布報告")
	r.sees("報告已公布")
}

// readThePaper: everybody reads the published paper, and its PDF is one.
func readThePaper(t *testing.T, base string) {
	t.Helper()
	public := newResident(t, base)
	public.Open(base + "/tc/papers")
	public.sees("2026-27")
	public.Open(base + "/tc/papers/47/2026-27/files")
	public.sees("SHA-256")
	response, err := http.Get(base + "/tc/papers/47/2026-27/files/pdf-tc") //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || !strings.HasPrefix(string(body), "%PDF-") {
		t.Errorf("%d %.40q %v", response.StatusCode, body, err)
	}
}

// beReminded: what is late is told to the department's officers once a day, without saying what.
func beReminded(t *testing.T, p *Praya, r resident) {
	t.Helper()
	ctx := who.AsSystem(t.Context(), who.Production)
	for range 2 {
		if err := p.Cycle.Remind(ctx, jobs.Job{Key: "2026-11-22"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	r.Open(r.base + "/tc/me/inbox")
	r.sees("你的部門有工作到期")
	if n := strings.Count(r.Text(), "你的部門有工作到期"); n != 1 {
		t.Errorf("told %d times", n)
	}
	r.goes("你的部門有工作到期")
	r.sees("詳見工作台")
}
