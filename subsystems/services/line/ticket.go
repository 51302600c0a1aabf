package line

import (
	"math"
	"time"

	"praya/kernel/when"
)

// TurnKept is how long a turn is kept for somebody who is not there.
const TurnKept = 5 * time.Minute

// The bounds of a line's settings.
const (
	maxInside  = 100_000
	maxRate    = 60_000
	maxMinutes = 24 * 60
)

// Settings are what an operator decides about a line.
type Settings struct {
	Line      string
	Most      int64 // people inside at once
	PerMinute int64 // people called in a minute
	Minutes   int64 // that somebody may be inside without a sign of life
	ByItself  bool  // opens when more are inside than Most
}

// State is a line as it stands.
type State struct {
	Settings
	Open    bool
	ByLine  bool // it opened by itself
	Opened  when.Instant
	Round   int64
	Last    int64 // the last number given
	Called  int64 // the last number called
	Inside  int64 // called and not over
	paceAt  when.Instant
	quietAt when.Instant
	found   bool
}

// Waiting is how many have not been called yet.
func (s State) Waiting() int64 { return s.Last - s.Called }

// Standing is what a ticket is at this moment.
type Standing string

// The standings.
const (
	None    Standing = ""        // has no ticket
	Waiting Standing = "waiting" // in the line
	Called  Standing = "called"  // may go in until Until
	Inside  Standing = "inside"
	Lost    Standing = "lost" // did not come when called
	Over    Standing = "over" // went out, or stayed away too long
)

// Ticket is somebody's place.
type Ticket struct {
	Standing Standing
	Number   int64
	Ahead    int64        // tickets that are called before this one
	Until    when.Instant // of a turn, or of being inside
	From, To when.Instant // when the turn is likely to come; zero: nothing is known
}

// pace is the time that one call uses up.
func (s State) pace() time.Duration { return time.Minute / time.Duration(s.PerMinute) }

// allowed is how many the rate lets in at an instant. What a quiet line has saved up is at most
// ten seconds' worth, and always one.
func (s State) allowed(now when.Instant) (int64, when.Instant) {
	from := s.paceAt
	saved := max(10*time.Second, s.pace())
	if earliest := now.Add(-saved); from.IsZero() || from.Before(earliest) {
		from = earliest
	}
	if now.Before(from) {
		return 0, from
	}
	return int64(now.Sub(from) / s.pace()), from
}

// next is how many are called now: as many as wait, as there is room for, and as the rate allows.
func (s State) next(now when.Instant) (int64, when.Instant) {
	n, from := s.allowed(now)
	n = max(0, min(n, s.Waiting(), s.Most-s.Inside))
	return n, from.Add(time.Duration(n) * s.pace())
}

// measured is the window from which the rate is taken.
const measured = 10 * time.Minute

// estimate says when the turn of somebody with so many ahead is likely to come: from four fifths
// to three halves of the time that the last minutes' rate gives, to whole minutes outwards. Calls
// come in bursts and people stay away, so one clock time would be a promise that nobody keeps.
func estimate(now when.Instant, ahead int64, called int64, over time.Duration) (from, to when.Instant) {
	if called <= 0 || over <= 0 {
		return from, to
	}
	each := float64(over) / float64(called)
	wait := each * float64(ahead+1)
	if wait > float64(24*time.Hour) {
		return from, to
	}
	low := time.Duration(math.Floor(wait*0.8/float64(time.Minute))) * time.Minute
	high := time.Duration(math.Ceil(wait*1.5/float64(time.Minute))+1) * time.Minute
	return now.Add(low), now.Add(high)
}

// Again is how long a waiting page waits before it looks again: longer for those far behind, and
// not all at the same moment.
func (t Ticket) Again() time.Duration {
	spread := time.Duration(t.Number%7) * time.Second
	switch {
	case t.Standing != Waiting:
		return 30 * time.Second
	case t.Ahead < 20:
		return 10*time.Second + spread/2
	case t.Ahead < 500:
		return 20*time.Second + spread
	}
	return 60*time.Second + 3*spread
}
