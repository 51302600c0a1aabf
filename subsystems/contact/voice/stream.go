package voice

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pion/rtp"

	"praya/kernel/when"
)

// wire carries packets to the other end: a socket, or a browser's connection.
type wire interface {
	send(h *rtp.Header, payload []byte)
	close()
}

// terms are what two ends agreed on.
type terms struct {
	law   law
	pt    uint8 // payload type that the other end wants to hear
	in    map[uint8]law
	event uint8 // of telephone events to the other end; 0: none
	evIn  uint8 // of telephone events from the other end
	sends bool  // the other end sends
	hears bool  // the other end wants to hear
}

// stream is the sound of a call. What the other end hears comes, in this
// order, from: a player, a mixing room, the one other end of a room; and
// silence where none has anything.
type stream struct {
	clock when.Clock
	laws  *laws

	mu     sync.Mutex
	wire   wire
	terms  terms
	open   bool // after the other end has shown that it is there
	closed bool

	out     rtp.Header
	idle    int    // turns since something was sent
	source  uint32 // whose packets are being passed on
	shift   uint32 // added to their timestamps
	passing bool
	sound   [frame * 2]byte
	law     [2048]byte

	player *player
	mixed  bool // a room of three or more sends to it

	onward *stream // who hears this end; a room of two
	mute   bool
	kept   []*jitter // where this end's sound is kept for mixing, recording, listening

	events  events
	byEvent bool // keys come as events: INFO says the same again
	keys    chan press
	quiet   int         // turns since a packet came
	came    atomic.Bool // a packet, since the last turn
	passed  atomic.Bool // one of the other end's was sent to this one, since the last turn
	heardN  uint64
	sentN   uint64
}

// pauses is how many turns nothing may come from the one other end of a room
// before silence fills in. A sender, or we, may be late by less: silence in
// between would only be more to send.
const pauses = 6

func newStream(clock when.Clock, ssrc uint32, seq uint16, ts uint32) *stream {
	return &stream{
		clock: clock, laws: tables(), keys: make(chan press, 32),
		out: rtp.Header{Version: 2, SSRC: ssrc, SequenceNumber: seq, Timestamp: ts},
	}
}

// agree sets what was negotiated; it may change while the call lasts.
func (m *stream) agree(t terms, w wire) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.terms, m.quiet = t, 0
	m.passed.Store(false)
	if w != nil {
		m.wire = w
	}
}

func (m *stream) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open, m.out.Marker, m.quiet = true, true, 0
}

func (m *stream) end() {
	m.mu.Lock()
	w, p := m.wire, m.player
	m.closed, m.open, m.player, m.onward = true, false, nil, nil
	m.mu.Unlock()
	if p != nil {
		p.finish()
	}
	if w != nil {
		w.close()
	}
}

// turn sends what this end is to hear in the next 20 ms, and gives true when
// the other end, which should send, has said nothing for longer than so many
// turns. Where packets pass both ways there is nothing to do, and no lock to
// take: most calls are so at most times.
func (m *stream) turn(patience int) (lost bool) {
	came, passed := m.came.Swap(false), m.passed.Swap(false)
	if came && passed {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !came {
		m.quiet++
	}
	m.say(passed)
	return m.open && m.terms.sends && m.quiet > patience
}

// say is the turn's sound. A packet that was passed on counts its turn itself.
func (m *stream) say(passed bool) {
	if !m.open || !m.terms.hears {
		if m.player != nil && m.open { // nobody listens, but what is played comes to its end
			m.playFrame(m.sound[:frame])
		}
		return
	}
	if !passed {
		m.idle++
	}
	switch {
	case m.player != nil:
		m.passing = false
		m.playFrame(m.sound[:frame])
		m.emit(m.sound[:frame])
	case m.mixed:
	case m.idle >= pauses: // nobody speaks to it: silence keeps the way open
		for i := range m.sound[:frame] {
			m.sound[i] = silence
		}
		if m.idle == pauses {
			m.out.Timestamp += (pauses - 1) * frame // what was left out
		}
		m.passing = false
		m.emit(m.sound[:frame])
		m.idle = pauses
	}
}

func (m *stream) playFrame(into []byte) {
	p := m.player
	if !p.frame(into) {
		m.player = nil
		p.finish()
	}
}

// mixedFrame is a mixing room's turn for this end.
func (m *stream) mixedFrame(sound []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open && m.terms.hears && m.player == nil && m.mixed {
		m.passing = false
		m.emit(sound)
	}
}

// emit sends one frame of µ-law. The lock is held.
func (m *stream) emit(sound []byte) {
	m.idle = 0
	if m.wire == nil {
		return
	}
	m.out.SequenceNumber++
	m.out.Timestamp += uint32(len(sound))
	m.out.PayloadType = m.terms.pt
	m.wire.send(&m.out, m.spoken(sound))
	m.out.Marker = false
	m.sentN++
}

func (m *stream) spoken(sound []byte) []byte {
	if m.terms.law == muLaw {
		return sound
	}
	n := copy(m.law[:], sound)
	for i, b := range m.law[:n] {
		m.law[i] = m.laws.muToA[b]
	}
	return m.law[:n]
}

// hear takes a packet of the other end. The payload may be changed.
func (m *stream) hear(h *rtp.Header, payload []byte) {
	switch onward, isSound := m.receive(h, payload); {
	case onward == nil:
	case isSound:
		onward.pass(h, payload)
	default:
		onward.passEvent(h, payload)
	}
}

// receive keeps a packet's sound or key, and says who else is to hear it.
func (m *stream) receive(h *rtp.Header, payload []byte) (onward *stream, isSound bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, false
	}
	m.quiet, m.heardN = 0, m.heardN+1
	m.came.Store(true)
	l, isSound := m.terms.in[h.PayloadType]
	if !isSound {
		return m.key(h, payload), false
	}
	if l == aLaw {
		for i, b := range payload {
			payload[i] = m.laws.aToMu[b]
		}
	}
	if m.mute {
		for i := range payload {
			payload[i] = silence
		}
	}
	for _, j := range m.kept {
		j.put(h.Timestamp, payload)
	}
	return m.onward, true
}

func (m *stream) key(h *rtp.Header, payload []byte) (onward *stream) {
	if m.terms.evIn == 0 || h.PayloadType != m.terms.evIn {
		return nil
	}
	m.byEvent = true
	if k := m.events.read(h.Timestamp, payload); k != 0 {
		m.pressed(k)
	}
	return m.onward
}

func (m *stream) pressed(k byte) {
	select {
	case m.keys <- press{key: k, at: m.clock()}:
	default: // nobody asks, and 32 keys wait: the rest is noise
	}
}

// info takes a key that came by SIP INFO, unless the telephone says its keys
// as events too.
func (m *stream) info(k byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.byEvent {
		m.pressed(k)
	}
}

// pass sends on a packet of the one other end of a room.
func (m *stream) pass(h *rtp.Header, sound []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.open || !m.terms.hears || m.player != nil || m.mixed || m.wire == nil || len(sound) > len(m.law) || len(sound) == 0 {
		return
	}
	m.place(h, uint32(len(sound)))
	m.out.SequenceNumber++
	m.out.Timestamp = h.Timestamp + m.shift
	m.out.PayloadType = m.terms.pt
	m.wire.send(&m.out, m.spoken(sound))
	m.out.Marker = false
	m.idle = 1
	m.passed.Store(true)
	m.sentN++
}

// place lines up a source's timestamps with what was sent before it.
func (m *stream) place(h *rtp.Header, length uint32) {
	if m.passing && m.source == h.SSRC {
		return
	}
	m.passing, m.source, m.out.Marker = true, h.SSRC, true
	m.shift = m.out.Timestamp + length - h.Timestamp
}

func (m *stream) passEvent(h *rtp.Header, payload []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.open || !m.terms.hears || m.terms.event == 0 || m.player != nil || m.mixed || m.wire == nil {
		return
	}
	m.place(h, frame)
	out := m.out
	m.out.SequenceNumber++
	out.SequenceNumber = m.out.SequenceNumber
	out.Timestamp, out.PayloadType, out.Marker = h.Timestamp+m.shift, m.terms.event, h.Marker
	m.wire.send(&out, payload)
	m.idle = 1
	m.passed.Store(true)
}

// keep begins to hold this end's sound for somebody who mixes, records or
// listens; drop ends it.
func (m *stream) keep() *jitter {
	m.mu.Lock()
	defer m.mu.Unlock()
	j := newJitter()
	m.kept = append(m.kept, j)
	return j
}

func (m *stream) drop(j *jitter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = slices.DeleteFunc(m.kept, func(k *jitter) bool { return k == j })
}

// take gives the next 20 ms of this end.
func (m *stream) take(j *jitter, into []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j.take(into)
}

// set changes how this end stands in a room.
func (m *stream) set(change func(m *stream)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.passed.Store(false) // whoever has something to say now has the next turn
	change(m)
}
