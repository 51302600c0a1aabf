package queue

import (
	"slices"
	"time"

	"praya/kernel/when"
)

// CallID names a call.
type CallID string

// The languages in which calls are answered (BCP 47: Cantonese, Mandarin as spoken, English).
const (
	Cantonese = "yue"
	Putonghua = "cmn"
	English   = "en"
)

// Languages lists them.
func Languages() []string { return []string{Cantonese, Putonghua, English} }

// AllSkills is the skill of an agent who knows every topic.
const AllSkills = "*"

// Caller is somebody who asked for an agent.
type Caller struct {
	ID       CallID
	Language string
	Skill    string // topic or department; empty: any
	Priority int    // 0 is the usual; from 1 on urgent
	Arrived  when.Instant
	CallBack bool // is called back; Arrived is that of the first call
}

// AgentState is what an agent does.
type AgentState string

// The states of an agent.
const (
	Off         AgentState = "off"
	Ready       AgentState = "ready"
	Unconnected AgentState = "unconnected" // would be ready, but no telephone of theirs can ring
	Offered     AgentState = "offered"
	Talking     AgentState = "talking"
	Wrap        AgentState = "wrap"
	Break       AgentState = "break"
)

// AgentStates lists them, those who work first.
func AgentStates() []AgentState {
	return []AgentState{Talking, Wrap, Offered, Ready, Unconnected, Break, Off}
}

// present reports whether somebody in this state serves callers, now or next.
func (s AgentState) present() bool {
	return s == Ready || s == Offered || s == Talking || s == Wrap
}

// Agent is an officer who answers.
type Agent struct {
	Account           string
	Languages, Skills []string
	State             AgentState
	Since             when.Instant
}

// serves reports whether an agent can answer a caller of this language and skill.
func (a Agent) serves(language, skill string) bool {
	return slices.Contains(a.Languages, language) && a.knows(skill)
}

func (a Agent) knows(skill string) bool {
	return skill == "" || slices.Contains(a.Skills, skill) || slices.Contains(a.Skills, AllSkills)
}

// ActKind is what there is to do.
type ActKind string

// The acts.
const (
	Offer           ActKind = "offer"             // ring this agent for this caller
	Withdraw        ActKind = "withdraw"          // stop ringing this agent
	ProposeCallBack ActKind = "propose-call-back" // the caller may choose it, or go on waiting
	PutOff          ActKind = "put-off"           // call-back or voicemail: there is no place on the line
	PlaceCallBack   ActKind = "place-call-back"   // this agent is free: dial the person now
	Announce        ActKind = "announce"          // say place and wait
)

// Act is something that the caller of the core carries out. A Wait below zero is not known.
type Act struct {
	Kind  ActKind
	Call  CallID
	Agent string
	Place int
	Wait  time.Duration
}

// Unknown is a wait that nobody can tell, because no agent is there for this caller.
const Unknown time.Duration = -1
