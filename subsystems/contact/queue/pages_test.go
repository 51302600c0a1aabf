package queue

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"praya/platform/db"
)

// busyDay is a morning with calls of all kinds by two agents, one of them waiting now.
func (f *front) busyDay() {
	f.Helper()
	f.step()
	for _, name := range []string{an, bo} {
		f.ok(f.PutAgent(f.system, Agent{Account: name, Languages: Languages(), Skills: []string{"FEHD"}}))
		f.ok(f.SetState(f.system, name, Ready))
	}
	for i := range 4 {
		id := fmt.Sprint("call", i)
		f.ok(f.Arrive(f.system, Caller{ID: CallID(id), Language: Cantonese, Skill: "FEHD"}, "91234567"))
		a := f.act(Offer)
		f.clock.by(time.Duration(i*5) * time.Second)
		f.ok(f.Answered(f.system, a.Call, a.Agent))
		f.clock.by(3 * time.Minute)
		f.ok(f.Ended(f.system, a.Call))
		f.ok(f.Wrapped(f.system, a.Call))
		f.write(func(tx *db.Tx) error { return f.Settled(tx, a.Call, true, i != 2) })
		f.step()
	}
	f.ok(f.Rate(f.system, "call0", 4))
	f.ok(f.Rate(f.system, "call1", 5))
	f.ok(f.SetState(f.system, an, Break))
	f.ok(f.SetState(f.system, bo, Off))
	f.ok(f.Arrive(f.system, Caller{ID: "message", Language: English}, ""))
	f.ok(f.Leave(f.system, "message", Voicemail))
	f.ok(f.Arrive(f.system, Caller{ID: "waits", Language: English}, "61112222"))
	f.clock.by(30 * time.Second)
	f.step()
}

func TestBoard(t *testing.T) {
	f := newFront(t)
	f.busyDay()
	f.browser("").get(303, "/en/contact/board") // sign in first
	f.browser("chan").get(403, "/en/contact/board")
	b := f.browser(an)
	b.get(200, "/en/contact/board").sees("The queue now", "Normal", "The level follows the rule", "30 seconds", "Answered within 12 seconds", "80.0%", "50.0%", "75.0%", "4.50").
		misses("Set the level", "Staffing plan", "91234567", "61112222")
	if b.header.Get("Refresh") != "" {
		t.Error("a page that somebody reads changes under them")
	}
	if b.get(200, "/tc/contact/board?screen=1").sees("輪候即時情況", "廣東話", "今天"); b.header.Get("Refresh") != "10" {
		t.Error("a screen on the wall stands still")
	}
	b.get(200, "/sc/contact/board").sees("轮候即时情况")
	b.get(403, "/en/contact/board/level")
	b = f.browser(head)
	b.get(200, "/en/contact/board").sees("Set the level", "Staffing plan", "Agents")
	b.get(200, "/en/contact/board/level").press(422, "/level", "level", "overload").sees("Say why")
	b.press(303, "/level", "level", "overload", "reason", "typhoon").sees("The level is set", "Overload", "typhoon", "post of "+head)
	f.step()
	if l := f.core.Level(); l != Overloaded {
		t.Errorf("the queue is at %s", l)
	}
	b.get(200, "/tc/contact/board/level").press(303, "/level", "level", "rule", "reason", "").sees("負荷級別按規則決定")
}

func TestAgentPages(t *testing.T) {
	f := newFront(t)
	f.busyDay()
	f.browser(an).get(403, "/en/contact/agents")
	b := f.browser(head)
	b.get(200, "/en/contact/agents").sees("post of "+an, "Cantonese, Putonghua and English", "On a break", "Off")
	b.get(200, "/en/contact/agents/new").press(422, "/new", "account", "", "skills", "a").sees("Choose at least one language", "Enter the account")
	b.press(303, "/new", "account", "cy-DPO-"+AgentRole, "languages", "yue & en", "skills", "TD FEHD").sees("Saved.", "TD and FEHD")
	b.get(200, "/tc/contact/agents/cy-DPO-"+AgentRole).sees("TD FEHD").press(303, AgentRole, "languages", "cmn", "skills", "*").sees("普通話", "所有範疇")
	b.get(404, "/en/contact/agents/nobody")
	for _, l := range []string{"en", "tc", "sc"} {
		b.get(200, "/"+l+"/contact/agents")
	}
}

func TestCallPages(t *testing.T) {
	f := newFront(t)
	f.Recordings = func(_ context.Context, c Call) string { return "/recordings/" + string(c.ID) }
	f.busyDay()
	f.write(func(tx *db.Tx) error { return f.Recorded(tx, "call0", "blob") })
	mine := f.call("call0")
	other := bo
	if mine.Agent == bo {
		other = an
	}
	b := f.browser(other)
	b.get(200, "/en/contact/calls").sees("The calls that you answered").misses(mine.Reference)
	b.get(403, "/en/contact/calls/call0")
	b = f.browser(mine.Agent)
	b.get(200, "/en/contact/calls").sees(mine.Reference).misses("Left a message</td>")
	b.get(200, "/en/contact/calls/call0").sees(mine.Reference, "Answered", "4 of 5", "/recordings/call0").misses("91234567")
	b.press(200, "/number").sees("91234567")
	b = f.browser(head)
	b.get(200, "/en/contact/calls").sees(mine.Reference, "Left a message</td>", "Still waiting", "All calls")
	b.get(200, "/en/contact/calls?outcome=voicemail").misses(mine.Reference).sees("Left a message</td>")
	b.get(200, "/en/contact/calls?day=2026-03-01").misses(mine.Reference).sees("No calls.")
	b.get(200, "/tc/contact/calls?from=2&outcome=answered").sees("較新的來電")
	b.get(200, "/sc/contact/calls/message").press(200, "/number").sees("号码没有显示")
	b.get(404, "/en/contact/calls/none")
}

func TestFiguresPages(t *testing.T) {
	f := newFront(t)
	b := f.browser("")
	b.get(200, "/en/contact/figures").sees("No calls were counted", "What is counted")
	f.busyDay()
	for _, of := range []string{"", "?of=2026", "?of=2026-03", "?of=2026-03-02"} {
		b.get(200, "/en/contact/figures"+of).sees("Answered within 12 seconds", "50.0%", "3 of 6 calls", "Left a message", "FEHD", "Occupancy", "Half waited at most").
			misses(an, bo, "post of", "91234567")
		for _, l := range []string{"tc", "sc"} {
			b.get(200, "/"+l+"/contact/figures"+of).misses("queue.")
		}
	}
	b.get(200, "/en/contact/figures?of=2026-03-02").sees("Before: Sunday 1 March 2026", "All of March 2026", "All of 2026").misses("After:")
	b.get(200, "/en/contact/figures?of=2026-02").sees("After: March 2026")
	b.get(404, "/en/contact/figures?of=2026-02-30")
	b.get(200, "/api/contact/figures/quarters.csv?from=2026-03-01&to=2026-03-02")
	rows, err := csv.NewReader(strings.NewReader(b.page)).ReadAll()
	f.ok(err)
	if len(rows) < 2 || rows[0][0] != "from" || rows[1][1] != "2026-03-02" || b.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v %v", rows, b.header)
	}
	b.get(200, "/api/contact/figures/quarters.json")
	var data struct {
		Target   int `json:"target_seconds"`
		Quarters []struct{ Offered, Within, Voicemail int }
	}
	f.ok(json.Unmarshal([]byte(b.page), &data))
	offered := 0
	for _, q := range data.Quarters {
		offered += q.Offered
	}
	if offered != 6 || data.Target != 12 {
		t.Errorf("%+v", data)
	}
	b.get(422, "/api/contact/figures/quarters.csv?from=2020-01-01&to=2026-03-02")
	b.get(422, "/api/contact/figures/quarters.json?from=yesterday")
}

func TestPlanPages(t *testing.T) {
	f := newFront(t)
	f.busyDay()
	f.browser(an).get(403, "/en/contact/plan")
	b := f.browser(head)
	b.get(200, "/en/contact/plan").sees("No plan", "Monday 2 March 2026")
	b.get(303, "/en/contact/plan?day=2026-03-20")
	day := "/en/contact/plan/2026-03-02"
	b.get(200, day).sees("There is no plan", "Plan from a file", "0 calls expected, 6 came")
	b.get(200, day+"/make").sees(`value="80"`).press(303, "/make").sees("None of the last eight weeks", "CSV up to 64 kB")
	b.get(200, day+"/make").press(422, "/make", "patience", "x").sees("0 to 7,200")
	b.get(200, day+"/file").upload(422, "/file", "time,calls\n12:00,many\n").sees("Line 2, column calls", "Write a number of calls")
	b.get(200, day+"/file").upload(422, "/file", "time,calls\n12:00,5\n", "share", "100").sees("1 to 99 percent", `value="100"`)
	b.get(200, day+"/file").upload(303, "/file", "time,calls\n12:00,100\n12:15,80\n").sees("The plan is made", "180 calls expected, 6 came", "30%", "A file", "Agents needed")
	b.get(200, "/tc/contact/plan/2026-03-02").sees("人手計劃", "預計180個來電，實際6個")
	b.get(200, "/sc/contact/plan").sees("人手计划")
	next := "/en/contact/plan/2026-03-09" // the week after: what happened is the forecast
	f.clock.by(3 * 24 * time.Hour)
	f.browser(head).get(200, next+"/make").press(303, "/make").sees("The plan is made", "6 calls expected, 0 came", "The same weekday")
	f.browser(head).get(404, "/en/contact/plan/tomorrow")
}

// upload sends the page's form with a file.
func (b *browser) upload(status int, action, content string, pairs ...string) *browser {
	b.Helper()
	to, answers := b.form(action)
	for i := 0; i+1 < len(pairs); i += 2 {
		answers.Set(pairs[i], pairs[i+1])
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name := range answers {
		if name != "file" {
			b.ok(m.WriteField(name, answers.Get(name)))
		}
	}
	part, err := m.CreateFormFile("file", "calls.csv")
	b.ok(err)
	_, err = part.Write([]byte(content))
	b.ok(err)
	b.ok(m.Close())
	b.send(http.MethodPost, to, m.FormDataContentType(), &body)
	return b.answered(status, action)
}
