package papers

import (
	"context"

	"praya/kernel/lang"
	"praya/kernel/money"
)

// Heads tells whose a Head is.
type Heads interface {
	Head(ctx context.Context, head string) (Head, error)
}

// A Head as this package needs it: its department (code in the directory) and
// name.
type Head struct {
	Number     string
	Department string
	Name       lang.Text
}

// Material gives the figures and words from which a report is drafted: what
// the Estimates, the initiatives, the measures and the votes hold for that year.
type Material interface {
	Material(ctx context.Context, head, year string) (Sheet, error)
}

// Reader reads the Chinese text form of a report back, as the Estimates read
// any paper.
type Reader interface {
	ReadBack(ctx context.Context, name string, text []byte) (Reading, error)
}

// A Reading is what the reader found in a text.
type Reading struct {
	Head, Year, Title string
	Facts             []Fact
	Checks            []Check
	Problems          []string
}

// A Fact is one figure as the reader knows it; its words are those of
// docs/apis/estimates-facts.md.
type Fact struct {
	Kind, Table, Row, Column string
	Code, Group, Total       string
	Value                    *money.Decimal // nil for words, and for a figure that is not known
	Unit                     string
	How                      string // printed, derived or inferred
	Marks                    []string
	Line                     int
}

// A Check is one identity of the paper and how it stands.
type Check struct {
	Name, Outcome, Row, Column, Why string
	Difference                      *money.Decimal
	Lines                           []int
}

// Outcomes of a check, as the Estimates name them.
const (
	OutcomeAgrees      = "agrees"
	OutcomeRounding    = "rounding"
	OutcomeFootnote    = "footnote"
	OutcomeNote        = "note"
	OutcomeFault       = "fault"
	OutcomeUncheckable = "uncheckable"
)

// Faults are the checks that contradict the paper or could not be worked out.
func (r Reading) Faults() []Check {
	var out []Check
	for _, c := range r.Checks {
		if c.Outcome == OutcomeFault || c.Outcome == OutcomeUncheckable {
			out = append(out, c)
		}
	}
	return out
}

// PostNames names the post that somebody acted on; it may be missing.
type PostNames interface {
	Post(ctx context.Context, id string) (lang.Text, error)
	// Posts are the titles of a department's listed posts, by id.
	Posts(ctx context.Context, department string) (map[string]lang.Text, error)
}

// Reminders tells officers that work waits, once for each key, without saying
// what.
type Reminders interface {
	// Remind tells everybody of a department who has one of the roles.
	Remind(ctx context.Context, department string, roles []string, key, path string) error
	// RemindPost tells whoever holds a post of a department, and says whether anybody does.
	RemindPost(ctx context.Context, department, post, key, path string) (told bool, err error)
}
