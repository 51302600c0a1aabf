package queue

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"praya/kernel/when"
)

func noon() when.Instant { return when.At(time.Date(2026, 3, 2, 12, 0, 0, 0, when.HongKong)) }

// act is the only act of a kind, or the test fails.
func only(t *testing.T, acts []Act, kind ActKind) Act {
	t.Helper()
	var out []Act
	for _, a := range acts {
		if a.Kind == kind {
			out = append(out, a)
		}
	}
	if len(out) != 1 {
		t.Fatalf("%d acts %s in %+v", len(out), kind, acts)
	}
	return out[0]
}

func none(t *testing.T, acts []Act, kind ActKind) {
	t.Helper()
	for _, a := range acts {
		if a.Kind == kind {
			t.Fatalf("an act %s: %+v", kind, acts)
		}
	}
}

func yue(id string) Caller { return Caller{ID: CallID(id), Language: Cantonese} }

func agent(name string, languages ...string) Agent {
	return Agent{Account: name, Languages: languages, State: Ready}
}

func TestScarceAbilitiesAreKept(t *testing.T) {
	now := noon()
	c := NewCore(Rules{})
	a := agent("polyglot", Cantonese, Putonghua, English)
	a.Skills = []string{"tax"}
	c.SetAgent(now, a)
	for i := range 4 {
		c.SetAgent(now.Add(time.Minute), agent(fmt.Sprint("b", i), Cantonese))
	}
	// the polyglot has been idle longest, but is the only one with English, Putonghua and tax
	acts, _ := c.Arrive(now.Add(2*time.Minute), yue("1"))
	if got := only(t, acts, Offer); got.Agent != "b0" {
		t.Errorf("offered to %s", got.Agent)
	}
	acts, _ = c.Arrive(now.Add(2*time.Minute), Caller{ID: "2", Language: English, Skill: "tax"})
	if got := only(t, acts, Offer); got.Agent != "polyglot" {
		t.Errorf("offered to %s", got.Agent)
	}
	// but nobody waits while the last one who could serve is ready
	d := NewCore(Rules{})
	d.SetAgent(now, a)
	acts, _ = d.Arrive(now, yue("1"))
	only(t, acts, Offer)
}

func TestAMissedCallGoesToTheFront(t *testing.T) {
	now := noon()
	c := NewCore(Rules{RingFor: 15 * time.Second})
	c.SetAgent(now, agent("a", Cantonese))
	c.Arrive(now, yue("1"))
	c.Arrive(now.Add(time.Second), Caller{ID: "2", Language: Cantonese, Priority: 5})
	acts, _ := c.Tick(now.Add(14 * time.Second))
	none(t, acts, Withdraw)
	acts, _ = c.Tick(now.Add(15 * time.Second))
	only(t, acts, Withdraw)
	if a, _, _ := c.Agent("a"); a.State != Break {
		t.Errorf("who missed a call is %s", a.State)
	}
	acts, _ = c.SetAgent(now.Add(20*time.Second), agent("b", Cantonese))
	if got := only(t, acts, Offer); got.Call != "1" || got.Agent != "b" {
		t.Errorf("%+v: who was missed is first, before priority", got)
	}
	if _, ok := c.Answered(now.Add(21*time.Second), "1", "a"); ok {
		t.Error("an answer to an offer that was withdrawn counts")
	}
	if _, ok := c.Answered(now.Add(21*time.Second), "1", "b"); !ok {
		t.Error("the answer does not count")
	}
}

func TestPriorityIsAHeadStart(t *testing.T) {
	now := noon()
	c := NewCore(Rules{HeadStart: time.Minute})
	c.Arrive(now, yue("usual"))
	c.Arrive(now.Add(59*time.Second), Caller{ID: "urgent", Language: Cantonese, Priority: 1})
	c.Arrive(now.Add(61*time.Second), Caller{ID: "late", Language: Cantonese, Priority: 1})
	for _, want := range []CallID{"urgent", "usual", "late"} {
		acts, _ := c.SetAgent(now.Add(2*time.Minute), agent("agent of "+string(want), Cantonese))
		if got := only(t, acts, Offer); got.Call != want {
			t.Errorf("%s is served, want %s", got.Call, want)
		}
	}
}

func TestCallBackKeepsItsPlace(t *testing.T) {
	now := noon()
	c := NewCore(Rules{RetryAfter: 10 * time.Minute, Tries: 2, DialFor: time.Minute, Handling: 4 * time.Minute, ProposeAfter: 3 * time.Minute})
	c.SetAgent(now, agent("a", Cantonese))
	c.Arrive(now, yue("0"))
	c.Answered(now, "0", "a")
	acts, _ := c.Arrive(now, yue("1"))
	if got := only(t, acts, Announce); got.Place != 1 || got.Wait != 4*time.Minute {
		t.Errorf("%+v", got)
	}
	only(t, acts, ProposeCallBack)
	c.Arrive(now.Add(time.Second), yue("2"))
	c.Promise(now.Add(2*time.Second), "1")
	if place, _ := c.Estimate("2"); place != 2 {
		t.Errorf("place %d behind a promised call-back", place)
	}
	c.Ended(now.Add(time.Minute), "0")
	acts, _ = c.Wrapped(now.Add(time.Minute), "0")
	if got := only(t, acts, PlaceCallBack); got.Call != "1" {
		t.Errorf("%+v", got)
	}
	acts, gone, ok := c.CallBackFailed(now.Add(90*time.Second), "1")
	if got := only(t, acts, Offer); got.Call != "2" || gone || !ok {
		t.Errorf("%+v %v %v", got, gone, ok)
	}
	c.Leave(now.Add(91*time.Second), "2")
	acts, _ = c.Tick(now.Add(11*time.Minute + 29*time.Second))
	none(t, acts, PlaceCallBack)
	acts, _ = c.Tick(now.Add(11*time.Minute + 30*time.Second))
	only(t, acts, PlaceCallBack)
	if _, gone, _ := c.CallBackFailed(now.Add(12*time.Minute), "1"); !gone {
		t.Error("tried more often than the rule says")
	}
	if _, promised := c.Waiting(); promised != 0 {
		t.Errorf("%d promised", promised)
	}
}

func TestLevels(t *testing.T) {
	now := noon()
	c := NewCore(Rules{MostWaiting: 3, Overload: Overload{BusyWait: time.Minute, OverWait: 2 * time.Minute, BusyLine: 100, OverLine: 100, Calm: time.Minute, Urgent: 1}})
	c.SetAgent(now, agent("a", Cantonese))
	c.Arrive(now, yue("0"))
	c.Answered(now, "0", "a")
	c.Arrive(now, yue("1"))
	for _, at := range []struct {
		after time.Duration
		want  Level
	}{{59 * time.Second, Normal}, {time.Minute, Busy}, {2 * time.Minute, Overloaded}} {
		if c.Tick(now.Add(at.after)); c.Level() != at.want {
			t.Errorf("%s after %s", c.Level(), at.after)
		}
	}
	acts, _ := c.Arrive(now.Add(2*time.Minute), yue("2"))
	only(t, acts, PutOff)
	acts, _ = c.Arrive(now.Add(2*time.Minute), Caller{ID: "3", Language: Cantonese, Priority: 1})
	only(t, acts, Announce)
	c.Arrive(now.Add(2*time.Minute), Caller{ID: "4", Language: Cantonese, Priority: 1})
	acts, _ = c.Arrive(now.Add(2*time.Minute), Caller{ID: "5", Language: Cantonese, Priority: 1})
	only(t, acts, PutOff) // beyond MostWaiting the urgent too
	for _, id := range []CallID{"1", "3", "4"} {
		c.Leave(now.Add(3*time.Minute), id)
	}
	if c.Tick(now.Add(3 * time.Minute)); c.Level() != Overloaded {
		t.Error("a level falls at once")
	}
	if c.Tick(now.Add(4 * time.Minute)); c.Level() != Normal {
		t.Errorf("%s after a calm minute", c.Level())
	}
	if c.Override(Overloaded); c.Level() != Overloaded {
		t.Error("the supervisor's word does not count")
	}
	acts, _ = c.Arrive(now.Add(5*time.Minute), yue("6"))
	only(t, acts, PutOff)
	if acts, ok := c.Promise(now.Add(5*time.Minute), "6"); !ok || len(acts) != 0 {
		t.Errorf("%v %v", acts, ok)
	}
	c.Override("")
	if c.Level() != Normal {
		t.Error("the rule is not back")
	}
}

func TestWhoTalksChangesStateAfterwards(t *testing.T) {
	now := noon()
	c := NewCore(Rules{WrapFor: time.Minute})
	c.SetAgent(now, agent("a", Cantonese))
	c.Arrive(now, yue("1"))
	c.Answered(now, "1", "a")
	off := agent("a", Cantonese)
	off.State = Off
	c.SetAgent(now, off)
	if a, call, _ := c.Agent("a"); a.State != Talking || call != "1" {
		t.Errorf("%+v %s", a, call)
	}
	c.Ended(now.Add(time.Minute), "1")
	if a, call, _ := c.Agent("a"); a.State != Wrap || call != "1" {
		t.Errorf("%+v %s", a, call)
	}
	c.Tick(now.Add(2 * time.Minute))
	if a, _, _ := c.Agent("a"); a.State != Off {
		t.Errorf("%+v", a)
	}
	if w := c.Written(); len(w) != 1 || w[0].Call != "1" {
		t.Errorf("%v", w)
	}
}

func TestNobodyIsOfferedToASilentTelephone(t *testing.T) {
	now := noon()
	c := NewCore(Rules{Connected: true, WrapFor: time.Minute, ProposeAfter: time.Hour})
	c.SetAgent(now, agent("a", Cantonese))
	acts, _ := c.Arrive(now, yue("1"))
	none(t, acts, Offer)
	if got := only(t, acts, Announce); got.Wait != Unknown {
		t.Errorf("waits %s for an agent without a telephone", got.Wait)
	}
	if a, _, _ := c.Agent("a"); a.State != Unconnected {
		t.Errorf("%+v", a)
	}
	acts, _ = c.Reach(now.Add(time.Second), "a", true)
	only(t, acts, Offer)
	acts, _ = c.Reach(now.Add(2*time.Second), "a", false)
	only(t, acts, Withdraw)
	c.SetAgent(now.Add(2*time.Second), agent("b", Cantonese))
	acts, _ = c.Reach(now.Add(3*time.Second), "b", true)
	if got := only(t, acts, Offer); got.Agent != "b" || got.Call != "1" {
		t.Errorf("%+v", got)
	}
	c.Answered(now.Add(4*time.Second), "1", "b")
	c.Reach(now.Add(5*time.Second), "b", false) // while they talk
	if a, call, _ := c.Agent("b"); a.State != Talking || call != "1" {
		t.Errorf("%+v %s", a, call)
	}
	c.Ended(now.Add(6*time.Second), "1")
	c.Wrapped(now.Add(7*time.Second), "1")
	for _, name := range []string{"a", "b"} {
		if a, _, _ := c.Agent(name); a.State != Unconnected {
			t.Errorf("%+v", a)
		}
	}
}

// TestCore is the properties of the queue over random histories: nobody is lost or served twice,
// no agent has two callers, first come first served within language, skill and priority, and
// nobody waits for whom somebody is ready.
func TestCore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newHistory(t)
		t.Repeat(map[string]func(*rapid.T){
			"arrive": m.arrive, "leave": m.leave, "promise": m.promise, "answer": m.answer, "miss": m.miss, "fail": m.fail,
			"end": m.end, "reach": m.reach, "wrap": m.wrap, "agent": m.agent, "tick": m.tick, "": m.check,
		})
	})
}

// history is what a test knows from the acts alone.
type history struct {
	c       *Core
	now     when.Instant
	next    int
	callers map[CallID]Caller
	front   map[CallID]bool
	offers  map[CallID]string
	talks   map[CallID]string
	reached map[string]bool
	idle    map[CallID]bool // put off, or tried later: not in the line
}

func newHistory(*rapid.T) *history {
	return &history{
		c: NewCore(Rules{MostWaiting: 5, MostPromised: 4, Tries: 2, RetryAfter: time.Minute, Handling: time.Minute, ProposeAfter: time.Minute, Connected: true}), now: noon(), reached: map[string]bool{},
		callers: map[CallID]Caller{}, front: map[CallID]bool{}, offers: map[CallID]string{}, talks: map[CallID]string{}, idle: map[CallID]bool{},
	}
}

func (m *history) step(t *rapid.T) when.Instant {
	m.now = m.now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
	return m.now
}

func (m *history) pick(t *rapid.T, from map[CallID]string) CallID {
	var ids []CallID
	for id := range from {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(ids) == 0 {
		t.Skip("nobody")
	}
	return rapid.SampledFrom(ids).Draw(t, "call")
}

func (m *history) anybody(t *rapid.T) CallID {
	all := map[CallID]string{}
	for id := range m.callers {
		all[id] = ""
	}
	return m.pick(t, all)
}

// take follows the acts, and holds each against the rules.
func (m *history) take(t *rapid.T, acts []Act) {
	for _, a := range acts {
		switch a.Kind {
		case Offer, PlaceCallBack:
			m.offered(t, a)
		case Withdraw:
			if m.offers[a.Call] != a.Agent {
				t.Fatalf("withdrawn from %s, offered to %s", a.Agent, m.offers[a.Call])
			}
			delete(m.offers, a.Call)
			m.front[a.Call] = true
		case PutOff:
			m.idle[a.Call] = true
		}
	}
}

func (m *history) offered(t *rapid.T, a Act) {
	who, known := m.callers[a.Call]
	if !known || m.offers[a.Call] != "" || m.talks[a.Call] != "" {
		t.Fatalf("%s is served again: %+v", a.Call, a)
	}
	if (a.Kind == PlaceCallBack) != who.CallBack {
		t.Fatalf("%+v for %+v", a, who)
	}
	for _, busy := range []map[CallID]string{m.offers, m.talks} {
		for call, agent := range busy {
			if agent == a.Agent {
				t.Fatalf("%s has %s and %s", agent, call, a.Call)
			}
		}
	}
	if !m.reached[a.Agent] {
		t.Fatalf("%s has no telephone: %+v", a.Agent, a)
	}
	if !m.c.seats[a.Agent].serves(who.Language, who.Skill) {
		t.Fatalf("%s can't serve %+v", a.Agent, who)
	}
	delete(m.idle, a.Call) // who was tried later is back
	for id, other := range m.callers {
		same := other.Language == who.Language && other.Skill == who.Skill && other.Priority == who.Priority
		if same && id != a.Call && m.offers[id] == "" && m.talks[id] == "" && !m.idle[id] && !m.front[a.Call] && other.Arrived.Before(who.Arrived) {
			t.Fatalf("%s came before %s and waits", id, a.Call)
		}
	}
	m.offers[a.Call] = a.Agent
}

func (m *history) gone(id CallID) {
	for _, x := range []map[CallID]string{m.offers, m.talks} {
		delete(x, id)
	}
	delete(m.callers, id)
	delete(m.idle, id)
}

func (m *history) arrive(t *rapid.T) {
	now := m.step(t)
	m.next++
	who := Caller{
		ID: CallID(fmt.Sprint(m.next)), Arrived: now, Language: rapid.SampledFrom([]string{Cantonese, English}).Draw(t, "language"),
		Skill: rapid.SampledFrom([]string{"", "tax"}).Draw(t, "skill"), Priority: rapid.IntRange(0, 1).Draw(t, "priority"),
	}
	m.callers[who.ID] = who
	acts, ok := m.c.Arrive(now, who)
	if !ok {
		t.Fatal("not taken in")
	}
	m.take(t, acts)
	if _, again := m.c.Arrive(now, who); again {
		t.Fatal("taken in twice")
	}
}

func (m *history) leave(t *rapid.T) {
	id, now := m.anybody(t), m.step(t)
	acts, ok := m.c.Leave(now, id)
	if ok == (m.talks[id] != "") {
		t.Fatalf("leaving says %v", ok)
	}
	if ok {
		if m.offers[id] != "" { // the first act withdraws
			m.take(t, acts[:1])
			acts = acts[1:]
		}
		m.gone(id)
	}
	m.take(t, acts)
}

func (m *history) promise(t *rapid.T) {
	id, now := m.anybody(t), m.step(t)
	acts, ok := m.c.Promise(now, id)
	if ok {
		if m.offers[id] != "" {
			m.take(t, acts[:1])
			acts = acts[1:]
		}
		who := m.callers[id]
		who.CallBack = true
		m.callers[id] = who
		delete(m.idle, id)
	}
	m.take(t, acts)
}

func (m *history) answer(t *rapid.T) {
	id, now := m.pick(t, m.offers), m.step(t)
	acts, ok := m.c.Answered(now, id, m.offers[id])
	if !ok {
		t.Fatal("the answer does not count")
	}
	m.talks[id] = m.offers[id]
	delete(m.offers, id)
	m.take(t, acts)
}

func (m *history) miss(t *rapid.T) {
	id, now := m.pick(t, m.offers), m.step(t)
	agent := m.offers[id]
	delete(m.offers, id)
	m.front[id] = true
	acts, ok := m.c.Missed(now, id, agent)
	if !ok {
		t.Fatal("not missed")
	}
	m.take(t, acts)
}

func (m *history) fail(t *rapid.T) {
	id, now := m.pick(t, m.offers), m.step(t)
	if !m.callers[id].CallBack {
		t.Skip("on the line")
	}
	delete(m.offers, id)
	m.idle[id] = true
	acts, gone, ok := m.c.CallBackFailed(now, id)
	if !ok {
		t.Fatal("not failed")
	}
	if gone {
		m.gone(id)
	}
	m.take(t, acts)
}

func (m *history) end(t *rapid.T) {
	id, now := m.pick(t, m.talks), m.step(t)
	acts, ok := m.c.Ended(now, id)
	if !ok {
		t.Fatal("not ended")
	}
	m.gone(id)
	m.take(t, acts)
}

func (m *history) wrap(t *rapid.T) {
	for id := range m.c.wraps {
		acts, ok := m.c.Wrapped(m.step(t), id)
		if !ok {
			t.Fatal("not wrapped")
		}
		m.take(t, acts)
		return
	}
	t.Skip("nobody wraps")
}

func (m *history) agent(t *rapid.T) {
	a := Agent{
		Account:   rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "agent"),
		Languages: rapid.SampledFrom([][]string{{Cantonese}, {English}, {Cantonese, English}}).Draw(t, "languages"),
		Skills:    rapid.SampledFrom([][]string{nil, {"tax"}, {AllSkills}}).Draw(t, "skills"),
		State:     rapid.SampledFrom([]AgentState{Ready, Ready, Ready, Break, Off, ""}).Draw(t, "state"),
	}
	acts, _ := m.c.SetAgent(m.step(t), a)
	m.take(t, acts)
}

func (m *history) reach(t *rapid.T) {
	account := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "agent")
	m.reached[account] = rapid.IntRange(0, 3).Draw(t, "connected") > 0
	acts, _ := m.c.Reach(m.step(t), account, m.reached[account])
	m.take(t, acts)
}

func (m *history) tick(t *rapid.T) {
	acts, _ := m.c.Tick(m.step(t))
	m.take(t, acts)
}

// check holds what the core says against what the acts said.
func (m *history) check(t *rapid.T) {
	if len(m.c.calls) != len(m.callers) {
		t.Fatalf("%d callers in the queue, %d came and did not go", len(m.c.calls), len(m.callers))
	}
	onLine, promised := 0, 0
	for _, l := range m.c.lines {
		for i, p := range l.waiting {
			if i > 0 && p.before(l.waiting[i-1]) {
				t.Fatal("a line is out of order")
			}
			if p.stage != waiting || m.offers[p.ID] != "" || m.talks[p.ID] != "" {
				t.Fatalf("%s stands in a line and is served", p.ID)
			}
			if !p.CallBack {
				onLine++
			}
			for _, s := range m.c.staff {
				if s.State == Ready && s.serves(p.Language, p.Skill) {
					t.Fatalf("%s waits while %s is ready", p.ID, s.Account)
				}
			}
			if place, _ := m.c.Estimate(p.ID); place < i+1 {
				t.Fatalf("place %d of the %d. of a line", place, i+1)
			}
		}
	}
	for _, p := range m.c.calls {
		if p.CallBack && p.stage != talking {
			promised++
		}
	}
	if a, b := m.c.Waiting(); a != onLine || b != promised {
		t.Fatalf("%d, %d waiting, counted %d, %d", onLine, promised, a, b)
	}
	for _, s := range m.c.staff {
		if (s.State == Ready || s.State == Offered) && !m.reached[s.Account] || s.State == Unconnected && m.reached[s.Account] {
			t.Fatalf("%s is %s, connected %v", s.Account, s.State, m.reached[s.Account])
		}
		if (s.call != nil) != (s.State == Offered || s.State == Talking) || (s.last != "") != (s.State == Wrap) {
			t.Fatalf("%s is %s with %v, %s", s.Account, s.State, s.call, s.last)
		}
	}
}
