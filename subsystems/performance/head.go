package performance

import (
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Head is one office's vote, and the department that answers for it.
type Head struct {
	Number     string
	Department string // code of the directory; empty until somebody says it
	Name       lang.Text
	Years      []string // of its papers, oldest first
	Version    int64
}

// Year is one paper of a head: what the head was called in it.
type Year struct {
	Head, Year string
	Name       lang.Text
	Paper      string // version of the Estimates
	Version    int64
}

// Programme is a programme as one paper prints it.
type Programme struct {
	Head, Year, Number string
	Name               lang.Text
	Line               int
	Note               string // the paper's footnote on where its money came from, if it has one
	NoteLine           int
	Version            int64
}

// Succession says what a programme, or a whole head (without a number), became in a later paper.
type Succession struct {
	ID        string
	From, To  Place
	Kind      SuccessionKind
	Reason    lang.Text
	Line      int // of the later paper
	DecidedBy string
	DecidedAt when.Instant
	Version   int64
}

// Place is a programme of a paper, or a whole head where Number is empty.
type Place struct{ Head, Year, Number string }

// SuccessionKind says what happened between two papers.
type SuccessionKind string

// The kinds. Only Same joins a series; every other draws it as broken, with the reason.
const (
	Same        SuccessionKind = "same"        // the same programme under the same or another number
	Renamed     SuccessionKind = "renamed"     // another name, the same purpose
	Reorganised SuccessionKind = "reorganised" // the purposes were cut anew
	Transferred SuccessionKind = "transferred" // money and duties came from another head
	Ended       SuccessionKind = "ended"
	Reused      SuccessionKind = "reused" // its number was given to another name; never decided, always seen
)

// SuccessionKinds lists them.
func SuccessionKinds() []SuccessionKind {
	return []SuccessionKind{Same, Renamed, Reorganised, Transferred, Ended}
}

// Joins says whether figures before and after may be one line.
func (k SuccessionKind) Joins() bool { return k == Same || k == Renamed }

// Thread is one programme through the papers: what a succession joins, oldest first, and why it
// begins where it does.
type Thread struct {
	Programmes []Programme
	Breaks     []Break
}

// Break says why a series begins anew.
type Break struct {
	Kind   SuccessionKind
	Before Place     // what came before; without a number, the whole head
	Reason lang.Text // as decided, or as the paper's footnote prints it (Chinese only)
	Line   int       // of the later paper; nought where no line says it
}

// threads joins the programmes of a head's papers, oldest first, by what was decided and by
// nothing else. Without a decision only a programme of the same number and the same name goes
// on, and not even that where a footnote says that money was moved.
func threads(programmes []Programme, decided []Succession) []Thread {
	var out []Thread
	end := map[Place]int{} // the thread of each place so far
	for _, p := range programmes {
		here := Place{p.Head, p.Year, p.Number}
		at, breaks := joined(here, decided, end)
		if at < 0 && len(breaks) == 0 {
			at, breaks = undecided(out, p)
		}
		if at < 0 {
			out = append(out, Thread{Breaks: breaks})
			at = len(out) - 1
		}
		out[at].Programmes = append(out[at].Programmes, p)
		end[here] = at
	}
	return out
}

// joined is the thread that a decided succession lets a programme continue, and those that it
// does not continue.
func joined(here Place, decided []Succession, end map[Place]int) (at int, breaks []Break) {
	at = -1
	for _, s := range decided {
		if s.To != here {
			continue
		}
		if i, ok := end[s.From]; ok && s.Kind.Joins() && at < 0 {
			at = i
			continue
		}
		breaks = append(breaks, Break{Kind: s.Kind, Before: s.From, Reason: s.Reason, Line: s.Line})
	}
	return at, breaks
}

// undecided looks at the last programmes of the threads so far: the same number with the same
// name goes on; with another name it is something else, and the break says so.
func undecided(all []Thread, p Programme) (at int, breaks []Break) {
	for i, t := range all {
		last := t.Programmes[len(t.Programmes)-1]
		if last.Head != p.Head || last.Number != p.Number || last.Year >= p.Year {
			continue
		}
		before := Place{last.Head, last.Year, last.Number}
		switch {
		case p.Note != "":
			breaks = append(breaks, Break{Kind: Transferred, Before: before, Reason: lang.Text{TC: p.Note}, Line: p.NoteLine})
		case !sameWords(last.Name.TC, p.Name.TC):
			breaks = append(breaks, Break{Kind: Reused, Before: before, Line: p.Line})
		default:
			return i, nil
		}
	}
	return -1, breaks
}
