package web

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/lang"
)

// Entry is a row of a summary list.
type Entry struct {
	Label  string
	Value  string
	Lang   lang.Lang       // of the value, when it isn't the reader's
	Body   templ.Component // instead of Value
	Path   string          // the value leads there
	Change string          // path to change the value
	From   string          // fetched: department and day; the value is locked
	Wrong  string          // path to say that a fetched value is wrong
}

// How says where a figure comes from.
type How string

// The origins of a figure (原文、算出、推斷).
const (
	Printed  How = "printed"
	Derived  How = "derived"
	Inferred How = "inferred"
)

// Figure is a key figure.
type Figure struct {
	Label, Value, Note string
	Source             string // path of the line that it was printed on
	How                How
	Why                string
}

// State is a word of a status tag.
type State string

// The states of a case.
const (
	InProgress State = "in-progress"
	Waiting    State = "waiting"
	Approved   State = "approved"
	Refused    State = "refused"
	Withdrawn  State = "withdrawn"
)

// The outcomes of a check.
const (
	Agrees      State = "agrees"
	Rounding    State = "rounding"
	Explained   State = "footnote"
	Remark      State = "note"
	Disagrees   State = "fault"
	Uncheckable State = "uncheckable"
)

// The states of a task and of work that runs by itself.
const (
	NotStarted State = "not-started"
	Done       State = "done"
	Late       State = "late"
	Failed     State = "failed"
)

func (s State) tone() string {
	switch s {
	case Approved, Agrees, Rounding, Explained, Done:
		return "good"
	case Refused, Disagrees, Failed:
		return "bad"
	case Waiting, Late:
		return "warn"
	}
	return "calm"
}

func (s State) shape() string {
	switch s {
	case Waiting:
		return "diamond"
	case Approved, Agrees, Done:
		return "check"
	case Refused, Disagrees, Failed:
		return "cross"
	case Withdrawn, NotStarted:
		return "ring"
	case Rounding:
		return "about"
	case Explained, Remark:
		return "note"
	case Uncheckable:
		return "question"
	case Late:
		return "warn"
	}
	return "dot"
}

// Event is a step of a timeline.
type Event struct {
	When, What, Who string
	Path            string
	Next            bool // is still to come
}

// Task is a row of a task list. Without a state it is a way to a page, with what is there.
type Task struct {
	Text, Hint, Path string
	State            State
}

// Empty says why a list is empty and what to do about it.
type Empty struct{ Why, Next, Path string }

// Tab is one of the views of a thing.
type Tab struct {
	Text, Path string
	Current    bool
}

// File is a download. Path is a full address of this site, with its language or API.
type File struct {
	Text, Path string
	Format     string // "CSV"
	Bytes      int64  // 0: unknown
}

// fileNote writes format and size: kilobytes of 1,000 bytes, as file managers do.
func (v *View) fileNote(f File) string {
	switch {
	case f.Bytes <= 0:
		return f.Format
	case f.Bytes < 1_000_000:
		return v.T("web.file.kilobytes", "format", f.Format, "size", max(1, (f.Bytes+500)/1000))
	}
	tenths := (f.Bytes + 50_000) / 100_000
	return v.T("web.file.megabytes", "format", f.Format, "size", strconv.FormatInt(tenths/10, 10)+"."+strconv.FormatInt(tenths%10, 10))
}

// Work is how far something long is.
type Work struct {
	ID, Text    string
	Done, Total int64 // Total 0: not known
}

func text64(n int64) string { return strconv.FormatInt(n, 10) }

// Source is lines of a paper.
type Source struct {
	Lang  lang.Lang
	Lines []SourceLine
	Here  int // the line to point at; 0 for none
}

// SourceLine is a line as printed, with its number in the file.
type SourceLine struct {
	Number int
	Text   string
}

func (s Source) first() int {
	if len(s.Lines) == 0 {
		return 1
	}
	return s.Lines[0].Number
}

func lineID(n int) string { return "L" + strconv.Itoa(n) }

// Pages is a place in a long list.
type Pages struct {
	Page  int // from 1
	Size  int // of a page
	Total int // of the list
}

// PageOf reads ?page= of a visit: at least 1, and at most the last.
func (v *View) PageOf(size, total int) Pages {
	n, err := strconv.Atoi(v.Query.Get("page"))
	if err != nil {
		n = 1
	}
	p := Pages{Page: 1, Size: size, Total: total}
	p.Page = min(max(n, 1), p.Last())
	return p
}

// Last is the number of the last page.
func (p Pages) Last() int { return max(1, (p.Total+p.Size-1)/p.Size) }

// Offset is how many items stand on the pages before.
func (p Pages) Offset() int { return (p.Page - 1) * p.Size }

func (p Pages) from() int { return p.Offset() + 1 }
func (p Pages) to() int   { return min(p.Total, p.Page*p.Size) }

// shown lists the numbers to show, with 0 for a gap: the ends, and the neighbours.
func (p Pages) shown() []int {
	var out []int
	for n := 1; n <= p.Last(); n++ {
		near := n >= p.Page-1 && n <= p.Page+1
		switch {
		case n == 1 || n == p.Last() || near:
			out = append(out, n)
		case len(out) > 0 && out[len(out)-1] != 0:
			out = append(out, 0)
		}
	}
	return out
}

func pageValue(n int) string {
	if n <= 1 {
		return ""
	}
	return strconv.Itoa(n)
}

type textPiece struct {
	text string
	hit  bool
}

// cutRanges cuts a text at ranges; what is out of order or out of the text is left out.
func cutRanges(text string, ranges [][2]int) []textPiece {
	var out []textPiece
	at := 0
	for _, r := range ranges {
		if r[0] < at || r[1] <= r[0] || r[1] > len(text) {
			continue
		}
		if r[0] > at {
			out = append(out, textPiece{text[at:r[0]], false})
		}
		out = append(out, textPiece{text[r[0]:r[1]], true})
		at = r[1]
	}
	return append(out, textPiece{text[at:], false})
}

// cutYears cuts a text at financial years, as in 2025-26. A text that is nothing but
// one year, the commonest heading, breaks nowhere worth the mark-up and stays whole.
func cutYears(text string) []textPiece {
	if !strings.Contains(text, "-") || len(text) == len("2025-26") {
		return []textPiece{{text, false}}
	}
	var ranges [][2]int
	for i := 4; i+2 < len(text); i++ {
		whole := (i == 4 || !inWord(text[i-5])) && (i+3 == len(text) || !inWord(text[i+3]))
		if whole && text[i] == '-' && isDigits(text[i-4:i]) && isDigits(text[i+1:i+3]) {
			ranges = append(ranges, [2]int{i - 4, i + 3})
		}
	}
	pieces := cutRanges(text, ranges)
	if last := len(pieces) - 1; pieces[last].text == "" {
		pieces = pieces[:last]
	}
	return pieces
}

// inWord: a reference such as 9263-58GA-E or a date such as 2025-04-01 holds no financial year.
func inWord(b byte) bool {
	return b == '-' || '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
