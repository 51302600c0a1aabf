package performance

import (
	"net/url"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// InitiativeID names an initiative.
type InitiativeID string

// Part says in which list of a paper an item stands.
type Part string

// The two lists.
const (
	Done Part = "done"  // during the year the office did
	ToDo Part = "to-do" // matters requiring special attention
)

// State is how far an initiative is.
type State string

// The states. An item of the list of what was done is finished as soon as it is printed.
const (
	Planned  State = "planned"
	UnderWay State = "under-way"
	Finished State = "finished"
	Dropped  State = "dropped"
)

// States lists them in their order.
func States() []State { return []State{Planned, UnderWay, Finished, Dropped} }

// Open says whether something is still to be done.
func (s State) Open() bool { return s == Planned || s == UnderWay }

// Initiative is one item of a paper, and what became of it.
type Initiative struct {
	ID         InitiativeID
	Head, Year string
	Programme  string
	Part       Part
	Line       int
	Place      int
	Printed    string    // the paper's words; empty where only its figures are known
	Title      lang.Text // our own short words; may be empty
	Unprinted  bool      // the corrected paper no longer prints it
	Department string
	Post       string
	State      State
	Due        when.Day
	Review     when.Day // when it is to be looked at again
	System     string
	Fate       Fate
	FateWhy    string
	FateBy     string
	FateAt     when.Instant
	Version    int64
}

// Words is what an initiative is called: the paper's words where the reader reads Chinese or
// there is nothing else, else our own. The language is that of the text.
func (i Initiative) Words(l lang.Lang) (string, lang.Lang) {
	if i.Printed != "" && (l != lang.EN || i.Title.EN == "") {
		return i.Printed, lang.TC
	}
	return i.Title.With(l)
}

// Late says whether it should have been finished before a day.
func (i Initiative) Late(today when.Day) bool {
	return i.State.Open() && !i.Due.IsZero() && i.Due.Before(today)
}

// ReviewDue says whether somebody should have looked at it by a day.
func (i Initiative) ReviewDue(today when.Day) bool {
	return i.State.Open() && !i.Review.IsZero() && !today.Before(i.Review)
}

// Milestone is a step of an initiative with its day.
type Milestone struct {
	ID         string
	Initiative InitiativeID
	Name       lang.Text
	Due, Done  when.Day
	Version    int64
}

// Late says whether it should have been reached before a day.
func (m Milestone) Late(today when.Day) bool { return m.Done.IsZero() && m.Due.Before(today) }

// Entry is something that happened to an initiative; entries are never changed.
type Entry struct {
	ID         string
	Initiative InitiativeID
	Kind       string // evidence, review, change
	Text       string
	Address    string // of evidence: a path of this site, or https
	Open       bool   // the public may see it
	At         when.Instant
	Post       string
}

// The kinds of entry.
const (
	Evidence = "evidence"
	Review   = "review"
	Changed  = "change"
)

// Carrier is the money that an initiative is carried by: a commitment, a subhead, or a
// programme's provision.
type Carrier struct{ Kind, Code string }

// The kinds of carrier.
const (
	ByCommitment = "commitment"
	BySubhead    = "subhead"
	ByProgramme  = "programme"
)

// ValidAddress says whether evidence may lead there: a path of this site, or another by https.
func ValidAddress(s string) bool {
	u, err := url.Parse(s)
	if err != nil || len(s) > 500 || strings.ContainsAny(s, "\\ \t\n") {
		return false
	}
	if u.Scheme == "" && u.Host == "" {
		return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//")
	}
	return u.Scheme == "https" && u.Host != "" && u.User == nil
}
