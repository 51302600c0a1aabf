package queue

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"praya/kernel/when"
)

// Draw gives a random duration.
type Draw func(r *rand.Rand) time.Duration

// Exponential draws durations with a mean, without memory.
func Exponential(mean time.Duration) Draw {
	return func(r *rand.Rand) time.Duration { return time.Duration(r.ExpFloat64() * float64(mean)) }
}

// quartersOfDay is how many quarters a day has.
const quartersOfDay = 96

// Day is a day to be played: how many calls are expected in each quarter, and who calls.
type Day struct {
	Start     when.Instant
	Calls     [quartersOfDay]float64 // expected; they come at random (Poisson)
	Languages map[string]float64     // shares; without any, all Cantonese
	Urgent    float64                // share of calls of priority 1
	Accepts   float64                // share who choose a call-back when it is proposed
	Messages  float64                // share who leave a message when they are put off and want no call-back
	Reached   float64                // share of call-backs that reach the person
}

// PeakDay is a day with so many calls in the shape of a working day: well over one and a half times the mean
// at eleven in the morning, a third of it at eleven at night. Languages, acceptance of call-backs
// and the rest are assumptions, and said so where results are shown.
func PeakDay(start when.Instant, calls float64) Day {
	d := Day{
		Start: start, Languages: map[string]float64{Cantonese: 0.88, English: 0.07, Putonghua: 0.05},
		Urgent: 0.02, Accepts: 0.6, Messages: 0.5, Reached: 0.9,
	}
	sum := 0.0
	for q := range d.Calls {
		d.Calls[q] = 0.9 + 0.6*math.Cos(2*math.Pi*(float64(q)/4-11)/24)
		sum += d.Calls[q]
	}
	for q := range d.Calls {
		d.Calls[q] *= calls / sum
	}
	return d
}

// Played is what a simulated day saw. Busy tones are none by construction: there is no act for one;
// the count stands here to be read beside the others.
type Played struct {
	Calls, InTime, Answered, Abandoned, Voicemail int

	Promised, CalledBack, Unreached, StillPromised int

	BusyTones, PutOff int
	LongestLine       int
	Occupancy         float64
	Waits             Histogram
	Quarters          [quartersOfDay]PlayedQuarter
}

// PlayedQuarter is a quarter of it, by arrival.
type PlayedQuarter struct{ Calls, InTime int }

// Share is the share of all calls that were answered within the target.
func (p Played) Share() float64 { return float64(p.InTime) / float64(max(p.Calls, 1)) }

// event is something that happens at an instant of the simulated day.
type event struct {
	at   when.Instant
	seq  int
	kind eventKind
	call CallID
	q    int
}

type eventKind int

const (
	arrives eventKind = iota
	givesUp
	hangsUp
	shift
	ticks
)

type agenda []event

func (a agenda) Len() int { return len(a) }

func (a agenda) Less(i, j int) bool {
	if a[i].at != a[j].at {
		return a[i].at.Before(a[j].at)
	}
	return a[i].seq < a[j].seq
}

func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

func (a *agenda) Push(x any) { *a = append(*a, x.(event)) }

func (a *agenda) Pop() any {
	old := *a
	x := old[len(old)-1]
	*a = old[:len(old)-1]
	return x
}

// stand is a simulated call.
type stand struct {
	arrived  when.Instant
	quarter  int
	waits    bool // on the line
	promised bool
}

// simulation plays a day through the same core that routes real calls.
type simulation struct {
	day                Day
	core               *Core
	rules              Rules
	random             *rand.Rand
	patience, handling Draw
	staff              []int
	agenda             agenda
	seq                int
	now                when.Instant
	calls              map[CallID]*stand
	onShift            int
	busy, present      float64
	counted            when.Instant
	out                Played
}

// tickSimulated is how often the simulated day does what is due by time alone.
const tickSimulated = 5 * time.Second

// Simulate plays a day with so many agents at the telephones in each quarter. Handling includes the
// wrap; agents answer at once, as with a headset that opens by itself. The same seed gives the same
// day.
func Simulate(day Day, staff []int, rules Rules, patience, handling Draw, seed uint64) Played {
	s := &simulation{
		day: day, core: NewCore(rules), rules: rules.filled(), random: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)),
		patience: patience, handling: handling, staff: staff, calls: map[CallID]*stand{}, now: day.Start, counted: day.Start,
	}
	s.out.Waits = Histogram{}
	for q := range quartersOfDay {
		s.at(day.Start.Add(time.Duration(q)*quarterHour), event{kind: shift, q: q})
	}
	for t := tickSimulated; t <= 24*time.Hour; t += tickSimulated {
		s.at(day.Start.Add(t), event{kind: ticks})
	}
	end := day.Start.Add(24 * time.Hour)
	for len(s.agenda) > 0 {
		e := heap.Pop(&s.agenda).(event)
		if e.at.Sub(end) > 0 && s.core.onLine == 0 {
			break
		}
		s.tally(e.at)
		s.now = e.at
		s.happen(e)
		s.out.LongestLine = max(s.out.LongestLine, s.core.onLine)
	}
	_, s.out.StillPromised = s.core.Waiting()
	if s.present > 0 {
		s.out.Occupancy = s.busy / s.present
	}
	return s.out
}

func (s *simulation) at(t when.Instant, e event) {
	s.seq++
	e.at, e.seq = t, s.seq
	heap.Push(&s.agenda, e)
}

// tally counts agents' time up to an instant.
func (s *simulation) tally(at when.Instant) {
	n := s.core.States()
	d := at.Sub(s.counted).Seconds()
	s.busy += d * float64(n[Talking]+n[Offered]+n[Wrap])
	s.present += d * float64(n[Talking]+n[Offered]+n[Wrap]+n[Ready])
	s.counted = at
}

func (s *simulation) happen(e event) {
	switch e.kind {
	case arrives:
		s.arrive(e)
	case givesUp:
		s.giveUp(e.call)
	case hangsUp:
		s.do(s.core.Ended(s.now, e.call))
		s.do(s.core.Wrapped(s.now, e.call))
	case shift:
		s.change(e.q)
	case ticks:
		s.do(s.core.Tick(s.now))
	}
}

// change puts as many agents at the telephones as the quarter has, and draws its calls.
func (s *simulation) change(q int) {
	want := 0
	if q < len(s.staff) {
		want = s.staff[q]
	}
	for ; s.onShift < want; s.onShift++ {
		s.agent(s.onShift, Ready)
	}
	for ; s.onShift > want; s.onShift-- {
		s.agent(s.onShift-1, Off)
	}
	if s.day.Calls[q] <= 0 {
		return
	}
	mean := float64(quarterHour) / s.day.Calls[q]
	for t := s.random.ExpFloat64() * mean; t < float64(quarterHour); t += s.random.ExpFloat64() * mean {
		s.at(s.now.Add(time.Duration(t)), event{kind: arrives, q: q})
	}
}

func (s *simulation) agent(i int, st AgentState) {
	s.do(s.core.SetAgent(s.now, Agent{Account: "agent " + strconv.Itoa(10000+i), Languages: Languages(), Skills: []string{AllSkills}, State: st}))
}

func (s *simulation) arrive(e event) {
	s.out.Calls++
	s.out.Quarters[e.q].Calls++
	c := Caller{ID: CallID(strconv.Itoa(s.out.Calls)), Language: s.language(), Arrived: s.now}
	if s.random.Float64() < s.day.Urgent {
		c.Priority = 1
	}
	s.calls[c.ID] = &stand{arrived: s.now, quarter: e.q, waits: true}
	s.at(s.now.Add(s.patience(s.random)), event{kind: givesUp, call: c.ID})
	s.do(s.core.Arrive(s.now, c))
}

// language draws by the shares, in the order of Languages so that a seed gives the same day.
func (s *simulation) language() string {
	x := s.random.Float64()
	for _, l := range Languages() {
		if x -= s.day.Languages[l]; x < 0 {
			return l
		}
	}
	return Cantonese
}

func (s *simulation) giveUp(call CallID) {
	c := s.calls[call]
	if c == nil || !c.waits || c.promised {
		return
	}
	delete(s.calls, call)
	s.out.Abandoned++
	s.do(s.core.Leave(s.now, call))
}

// do carries out what the core says.
func (s *simulation) do(acts []Act, _ bool) {
	for _, a := range acts {
		switch a.Kind {
		case Offer:
			s.answer(a)
		case PlaceCallBack:
			s.callBack(a)
		case ProposeCallBack:
			if s.random.Float64() < s.day.Accepts {
				s.promise(a.Call)
			}
		case PutOff:
			s.putOff(a.Call)
		}
	}
}

func (s *simulation) answer(a Act) {
	c := s.calls[a.Call]
	if c == nil {
		return
	}
	wait := s.now.Sub(c.arrived)
	c.waits = false
	s.out.Answered++
	s.out.Waits[binOf(wait)]++
	if wait <= s.rules.Target {
		s.out.InTime++
		s.out.Quarters[c.quarter].InTime++
	}
	s.talk(a)
}

func (s *simulation) talk(a Act) {
	delete(s.calls, a.Call)
	s.do(s.core.Answered(s.now, a.Call, a.Agent))
	s.at(s.now.Add(s.handling(s.random)), event{kind: hangsUp, call: a.Call})
}

func (s *simulation) callBack(a Act) {
	if s.random.Float64() < s.day.Reached {
		s.out.CalledBack++
		s.talk(a)
		return
	}
	acts, gone, ok := s.core.CallBackFailed(s.now, a.Call)
	if gone {
		s.out.Unreached++
		delete(s.calls, a.Call)
	}
	s.do(acts, ok)
}

func (s *simulation) promise(call CallID) bool {
	c := s.calls[call]
	if c == nil || !c.waits || c.promised {
		return false
	}
	acts, ok := s.core.Promise(s.now, call)
	if ok {
		c.promised = true
		s.out.Promised++
	}
	s.do(acts, ok)
	return ok
}

func (s *simulation) putOff(call CallID) {
	s.out.PutOff++
	if s.random.Float64() < s.day.Accepts && s.promise(call) {
		return
	}
	delete(s.calls, call)
	if s.random.Float64() < s.day.Messages {
		s.out.Voicemail++
	} else {
		s.out.Abandoned++
	}
	s.do(s.core.Leave(s.now, call))
}
