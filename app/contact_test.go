package app

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/who"
)

// centreOf runs the demonstration with its telephone and its mail.
func centreOf(t *testing.T) (base string, p *Praya, box mailbox) {
	t.Helper()
	box, server := newMailbox(t)
	base, p = demonstrated(t, func(c *Config) {
		c.Contact = Contact{UDP: "127.0.0.1:0", Mail: "1823@praya.example", SMTP: "127.0.0.1:0", Number: "1823"}
		c.Mail = Mail{Server: server.Server, From: server.From, TLS: server.TLS}
	})
	ctx := who.AsSystem(t.Context(), who.Production)
	var work sync.WaitGroup
	work.Go(func() {
		if err := p.Contact.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	work.Go(func() { _ = p.Events.Run(ctx) })
	t.Cleanup(work.Wait)
	return base, p, box
}

// caller is a telephone of sipp, which we did not write. It presses keys, speaks, and listens
// until the other end hangs up.
type caller struct {
	t    *testing.T
	done chan error
	out  *strings.Builder
}

// calls dials the centre from a number, and presses one key every two seconds, as somebody does
// who means it: it chooses a language, then a wish, and rates the call in the end.
func calls(t *testing.T, p *Praya, number string, key byte) *caller {
	t.Helper()
	address := p.Contact.Voice.Bound().UDP
	read := func(name string, pairs ...string) string {
		raw, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer(pairs...).Replace(string(raw))
	}
	var presses strings.Builder
	for i := range 60 { // sipp gives a message that it sends in a loop the same branch each time
		presses.WriteString(read("press.xml", "CALLER", number, "NUMBER", strconv.Itoa(i), "KEY", string(key)))
	}
	scenario := filepath.Join(t.TempDir(), "caller.xml")
	if err := os.WriteFile(scenario, []byte(read("caller.xml", "CALLER", number, "<!-- PRESSES -->", presses.String())), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &caller{t: t, done: make(chan error, 1), out: &strings.Builder{}}
	cmd := exec.CommandContext(t.Context(), "sipp", "-sf", scenario, "-m", "1", "-i", "127.0.0.1", "-nostdin", "-timeout", "180s", "127.0.0.1:"+strconv.Itoa(int(address.Port())))
	cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Dir(scenario), c.out, c.out
	cmd.Env = append(os.Environ(), "TERM=dumb")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { c.done <- cmd.Wait() }()
	return c
}

// hangsUp waits until the call has ended as the scenario says.
func (c *caller) hangsUp() {
	c.t.Helper()
	select {
	case err := <-c.done:
		if err != nil {
			c.t.Fatalf("the caller: %v\n%s", err, c.out)
		}
	case <-time.After(2 * time.Minute):
		c.t.Fatal("the call does not end")
	}
}

// waits looks until a page that changes by itself says something.
func (r resident) waits(texts ...string) {
	r.t.Helper()
	for range 300 {
		all := true
		for _, text := range texts {
			all = all && strings.Contains(r.Text(), text)
		}
		if all {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.t.Fatalf("%s does not come to say %q:\n%s", r.Address(), texts, r.Text())
}

// TestCallerIsAnswered is the contact centre's journey: somebody calls, chooses a language by
// keys and is answered in a browser; the case is referred to two departments, both refuse, it
// goes up; the answer comes by mail; the caller calls again, the agent sees the case, the call is
// rated, and that very call stands in the yearly measure.
func TestCallerIsAnswered(t *testing.T) {
	t.Parallel() // each has a store and a browser window of its own
	base, p, box := centreOf(t)
	links := invitations(t, p)
	agent, head := officer(t, base, links[4]), officer(t, base, links[5])

	agent.Open(base + "/tc/contact/console")
	agent.sees("接聽來電", "你已離線", "你的電話")
	agent.clicks("接通電話")
	agent.waits("已接通。")
	agent.Fill("state", "ready")
	agent.clicks("更改")
	agent.waits("你可接聽來電")

	first := calls(t, p, "91234567", '2') // Putonghua; a report; two of five
	agent.waits("有來電找你", "91234567", "普通話", "報告或投訴", "這個號碼沒有個案")
	agent.Screenshot("console-offered")
	agent.clicks("接聽")
	agent.waits("你的通話", "結束通話")
	time.Sleep(3 * time.Second) // they speak
	agent.Screenshot("console-talking")
	agent.clicks("結束通話")
	agent.waits("記錄通話")
	first.hangsUp()

	agent.goes("為這個通話開立個案")
	agent.sees("開立個案")
	agent.Fill("kind", "complaint", "title", "渠蓋鬆脫", "text", "街市門口的渠蓋鬆脫，車輛駛過有巨響。", "mail", "chan@example.hk")
	agent.Press("開立個案")
	agent.sees("個案已開立", "參考編號")
	agent.goes("前往個案")
	agent.sees("渠蓋鬆脫", "91234567")
	theCase := agent.Address()
	reference := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]`).FindString(agent.Text())
	box.next(t) // the receipt

	agent.goes("轉介")
	agent.Fill("department", "FEHD", "question", "請檢查渠蓋。")
	agent.Press("轉介")
	agent.sees("部門處理中", "食物環境衞生署")

	hygiene := officer(t, base, links[6])
	hygiene.refuses(reference, "HYD", "")
	roads := officer(t, base, links[7])
	roads.refuses(reference, "", "渠務不屬路政署職責。")

	head.Open(theCase)
	head.sees("待決定", "拒收", "上呈至第1級決定")
	head.Screenshot("escalated")
	head.goes("決定")
	head.Fill("department", "DSD", "question", "請渠務署修理。")
	head.Press("決定")
	head.sees("部門處理中", "渠務署")

	agent.Open(theCase)
	agent.goes("答覆來人")
	agent.Fill("text", "渠務署會於三天內修理渠蓋。")
	agent.Press("答覆來人")
	if mail := box.next(t); !strings.Contains(mail, "渠務署會於三天內修理渠蓋。") {
		t.Errorf("the answer: %s", mail)
	}

	agent.Open(base + "/tc/contact/console")
	agent.clicks("接通電話")
	agent.waits("已接通。", "記錄通話")
	agent.Fill("enquiry", "no", "first", "no")
	agent.clicks("儲存")
	agent.waits("你可接聽來電")
	second := calls(t, p, "91234567", '3') // English; follow a case; three of five
	agent.waits("有來電找你", "英語", "跟進個案", "渠蓋鬆脫")
	agent.clicks("接聽")
	agent.waits("你的通話")
	time.Sleep(time.Second)
	agent.clicks("結束通話")
	agent.waits("記錄通話")
	second.hangsUp()
	agent.Fill("enquiry", "yes", "first", "yes")
	agent.clicks("儲存")
	agent.waits("你可接聽來電")

	head.Open(base + "/tc/contact/calls")
	head.sees("已接聽")
	head.Screenshot("calls")
	head.Open(base + "/tc/contact/board")
	head.Screenshot("board")

	public := newResident(t, base)
	public.Open(base + "/tc/performance/measures?head=47")
	public.goes("在12秒鐘內接聽來電")
	measure, year := public.Address(), p.DB.Clock()().Day().String()[:4]
	for range 90 { // a measure of calls is computed at most once a minute
		if strings.Contains(public.Text(), year+" 實際") {
			break
		}
		time.Sleep(time.Second)
		public.Open(measure)
	}
	public.sees(year+" 實際", "100%")
	public.Screenshot("measure")
	public.Open(measure + "/" + year)
	public.sees(year + "所計算的個案")
	public.goes("打開個案")
	public.sees("來電", "100.0%")
	public.Screenshot("counted")
	public.Open(base + "/tc/contact/figures")
	public.sees("來電")
	public.Screenshot("figures")
}

// clicks presses a button that leads nowhere.
func (r resident) clicks(text string) {
	r.t.Helper()
	var found bool
	r.Eval(`(() => {
		const b = [...document.querySelectorAll('main button')].find(b => !b.hidden && b.innerText.trim() === `+quoted(text)+`);
		if (b) b.click();
		return !!b;
	})()`, &found)
	if !found {
		r.t.Fatalf("%s has no button %q:\n%s", r.Address(), text, r.Text())
	}
}

// refuses is an officer's refusal of a referral.
func (r resident) refuses(reference, other, reason string) {
	r.t.Helper()
	r.Open(r.base + "/tc/contact/referrals")
	r.sees("轉介本部門的個案", reference)
	r.goes(reference)
	r.sees("街市門口的渠蓋鬆脫")
	r.goes("拒收")
	r.Fill("other", other, "reason", reason)
	r.Press("拒收")
}
