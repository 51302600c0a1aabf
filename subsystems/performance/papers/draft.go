package papers

import (
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Roles of officers.
const (
	DrafterRole  = "papers-drafter"
	ApproverRole = "papers-approver"
)

// DraftID names a draft.
type DraftID string

// State is how far a draft is.
type State string

// The states, in their order.
const (
	Drafting  State = "drafting"
	Submitted State = "submitted"
	Approved  State = "approved"
	Published State = "published"
)

// A Step is who brought a draft into a state, on which post, and when.
type Step struct {
	By, Post string
	At       when.Instant
}

// A Draft 擬稿 of the report of one Head and year. Every revision is a draft of
// its own.
type Draft struct {
	ID         DraftID
	Head, Year string
	Revision   int
	Department string
	State      State
	Material   Sheet // as the figures gave it
	Sheet      Sheet // with the words that officers wrote; of a published one as it was frozen
	Edits      []Edit
	Stale      []Edit // words for places that the material no longer has
	Drawn      when.Instant
	Begun      Step
	Sent       Step
	Approval   Step
	Release    Step
	Returned   string // why it was last sent back
	Version    int64
}

// An Edit is what an officer wrote in a place.
type Edit struct {
	Place        string
	Words        lang.Text
	Author, Post string
	At           when.Instant
	Version      int64
}

// A Comment on a section.
type Comment struct {
	ID       string
	Draft    DraftID
	Section  string
	Body     string
	By       Step
	Resolved Step // without a time: open
	Version  int64
}

// Open says that nobody has resolved it.
func (c Comment) Open() bool { return c.Resolved.At.IsZero() }

// A File that was published.
type File struct {
	Kind, Name, Address string
	Size                int64
}

func closed() error { return fault.New(fault.Conflict, "papers.fault.closed") }

// editable: words change while it is drafted only.
func (d Draft) editable() error {
	if d.State != Drafting {
		return closed()
	}
	return nil
}

// submit hands the draft over for approval. What does not add up stays.
func (d *Draft) submit(s Step) error {
	if d.State != Drafting {
		return closed()
	}
	if Refused(d.Sheet.Check()) {
		return fault.New(fault.Invalid, "papers.fault.sums")
	}
	d.State, d.Sent = Submitted, s
	return nil
}

// sendBack returns a draft to its drafters, with the reason.
func (d *Draft) sendBack(why string) error {
	if d.State != Submitted && d.State != Approved {
		return closed()
	}
	if why == "" {
		return fault.New(fault.Invalid, "papers.fault.form").At("why", "papers.fault.why")
	}
	d.State, d.Returned, d.Approval = Drafting, why, Step{}
	return nil
}

// approve is done by an officer who had no hand in the draft. No policy may
// override that.
func (d *Draft) approve(s Step, t Threshold) error {
	if d.State != Submitted {
		return closed()
	}
	if s.By == "" || s.By == d.Sent.By || s.By == d.Begun.By || slices.ContainsFunc(d.Edits, func(e Edit) bool { return e.Author == s.By }) {
		return fault.New(fault.Forbidden, "papers.fault.four-eyes")
	}
	if Refused(d.Sheet.Check()) {
		return fault.New(fault.Invalid, "papers.fault.sums")
	}
	if n := len(Unexplained(d.Sheet, t)); n > 0 {
		return fault.New(fault.Invalid, "papers.fault.reasons")
	}
	d.State, d.Approval = Approved, s
	return nil
}

func (d *Draft) publish(s Step) error {
	if d.State != Approved {
		return closed()
	}
	d.State, d.Release = Published, s
	return nil
}
