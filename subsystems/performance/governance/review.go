package governance

import (
	"slices"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// Audit is an e-government audit of a service (電子政府審計).
type Audit struct {
	ID         string    `json:"id"`
	Service    lang.Text `json:"service"`
	Department string    `json:"department" doc:"Whose service it is"`
	Auditor    lang.Text `json:"auditor"`
	Scope      lang.Text `json:"-"`
	Period
	Invented bool  `json:"invented,omitempty" doc:"Made up for the demonstration"`
	Version  int64 `json:"version"`
}

func (a Audit) check() error {
	var w wrongs
	w.text(a.Service, "service-", line)
	w.text(a.Auditor, "auditor-", line)
	w.text(a.Scope, "scope-", prose)
	w.period(a.Period, true)
	return w.err()
}

// FindingStatus is how a finding is followed up.
type FindingStatus string

// The statuses.
const (
	FindingOpen        FindingStatus = "open"
	FindingAccepted    FindingStatus = "accepted"
	FindingDone        FindingStatus = "done"
	FindingNotAccepted FindingStatus = "not-accepted"
)

// FindingStatuses lists them all.
func FindingStatuses() []FindingStatus {
	return []FindingStatus{FindingOpen, FindingAccepted, FindingDone, FindingNotAccepted}
}

func nextStatuses(from FindingStatus) []FindingStatus {
	switch from {
	case FindingOpen:
		return []FindingStatus{FindingAccepted, FindingNotAccepted}
	case FindingAccepted:
		return []FindingStatus{FindingDone, FindingNotAccepted}
	}
	return []FindingStatus{FindingOpen} // opened again
}

// Finding is what an audit found, and what came of it.
type Finding struct {
	ID             string
	Audit          string
	Number         int
	What           lang.Text
	Recommendation lang.Text
	Owner          string // the post that answers for it
	Due            when.Day
	Status         FindingStatus
	Version        int64
}

func (f Finding) check() error {
	var w wrongs
	w.text(f.What, "what-", prose)
	w.text(f.Recommendation, "recommendation-", prose)
	w.need(f.Owner != "" && line(f.Owner), "owner", "line")
	w.need(!f.Due.IsZero(), "due", "day")
	return w.err()
}

// follow brings a finding to another status. All but its acceptance say why or how.
func (f Finding) follow(to FindingStatus, why string) (Finding, error) {
	var w wrongs
	w.need(slices.Contains(nextStatuses(f.Status), to), "status", "status")
	if to != FindingAccepted {
		w.reason(why)
	}
	w.need(prose(why), "why", "line")
	f.Status = to
	return f, w.err()
}

// Late reports whether a finding still waits after its day.
func (f Finding) Late(today when.Day) bool {
	return (f.Status == FindingOpen || f.Status == FindingAccepted) && f.Due.Before(today)
}
