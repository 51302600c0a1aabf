package queue

import "time"

// Rules are how a queue is run.
type Rules struct {
	Target       time.Duration // answered within this is in time
	RingFor      time.Duration // then the agent has missed the call
	DialFor      time.Duration // the same for a call-back: agent and person are both dialled
	WrapFor      time.Duration // then the agent is ready by itself
	ProposeAfter time.Duration // estimated wait from which a call-back is proposed
	Announce     time.Duration // place and wait are said this often
	HeadStart    time.Duration // what a step of priority is worth
	RetryAfter   time.Duration // a call-back that reached nobody is tried again after this
	Tries        int           // so often
	MostWaiting  int           // people on the line; beyond it call-back or voicemail
	MostPromised int           // call-backs; beyond it voicemail
	Scarce       int           // an ability is scarce while at most so many agents with it are ready
	Handling     time.Duration // talking and wrapping, until calls have shown it
	KeepNumbers  time.Duration // then callers' numbers are erased
	Connected    bool          // only agents of whom Reach says that a telephone can ring are offered calls
	Overload     Overload
}

// Overload is the rule by which the level rises and falls. The measure is how long whoever waits
// longest has waited, and how many wait for each agent present.
type Overload struct {
	BusyWait, OverWait time.Duration // somebody has waited this long on the line
	BusyLine, OverLine int           // so many on the line for each ten agents present
	Least              int           // fewer on the line than this say nothing
	Calm               time.Duration // a level ends when its measure has not held for this long
	Urgent             int           // in overload, callers below this priority are put off
}

// Defaults are the rules of a centre that promises 12 seconds.
func Defaults() Rules {
	return Rules{
		Target: 12 * time.Second, RingFor: 15 * time.Second, DialFor: time.Minute, WrapFor: time.Minute,
		ProposeAfter: 45 * time.Second, Announce: 45 * time.Second, HeadStart: 2 * time.Minute,
		RetryAfter: 15 * time.Minute, Tries: 3, MostWaiting: 200, MostPromised: 5000, Scarce: 2, Handling: 4 * time.Minute,
		KeepNumbers: 180 * 24 * time.Hour,
		Overload: Overload{
			BusyWait: time.Minute, OverWait: 5 * time.Minute, BusyLine: 2, OverLine: 8, Least: 10,
			Calm: 3 * time.Minute, Urgent: 1,
		},
	}
}

// filled has the defaults where nothing was said.
func (r Rules) filled() Rules {
	d := Defaults()
	for _, x := range []struct {
		is    *time.Duration
		usual time.Duration
	}{
		{&r.Target, d.Target},
		{&r.RingFor, d.RingFor},
		{&r.DialFor, d.DialFor},
		{&r.WrapFor, d.WrapFor},
		{&r.ProposeAfter, d.ProposeAfter},
		{&r.Announce, d.Announce},
		{&r.HeadStart, d.HeadStart},
		{&r.RetryAfter, d.RetryAfter},
		{&r.Handling, d.Handling},
		{&r.KeepNumbers, d.KeepNumbers},
	} {
		if *x.is <= 0 {
			*x.is = x.usual
		}
	}
	for _, x := range []struct {
		is    *int
		usual int
	}{{&r.Tries, d.Tries}, {&r.MostWaiting, d.MostWaiting}, {&r.MostPromised, d.MostPromised}, {&r.Scarce, d.Scarce}} {
		if *x.is <= 0 {
			*x.is = x.usual
		}
	}
	if r.Overload == (Overload{}) {
		r.Overload = d.Overload
	}
	return r
}

// Level is how loaded the queue is.
type Level string

// The levels.
const (
	Normal     Level = "normal"   // callers wait, and hear place and wait
	Busy       Level = "busy"     // the greeting says that it takes longer, and where answers stand
	Overloaded Level = "overload" // only what is urgent waits; the rest is called back or leaves a message
)

// Levels lists them, lowest first.
func Levels() []Level { return []Level{Normal, Busy, Overloaded} }
