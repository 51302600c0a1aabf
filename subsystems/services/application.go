package services

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/subsystems/services/forms"
)

// ApplicationID names an application for ever.
type ApplicationID string

// Stage is where an application stands.
type Stage string

// The stages.
const (
	Draft      Stage = "draft"
	InProgress Stage = "in-progress"
	Waiting    Stage = "waiting" // for the applicant
	Approved   Stage = "approved"
	Refused    Stage = "refused"
	Withdrawn  Stage = "withdrawn"
	Abandoned  Stage = "abandoned" // a draft that was deleted, or too old
)

// ended reports whether nothing more will happen.
func (s Stage) ended() bool {
	return slices.Contains([]Stage{Approved, Refused, Withdrawn, Abandoned}, s)
}

// Application is an application for a public service, from its first page to its end.
type Application struct {
	ID         ApplicationID
	Reference  string
	Service    string
	Number     int64 // version of the service
	Department string
	Account    string // whose it is
	Lang       lang.Lang
	Stage      Stage
	Channel    Channel
	Helper     string // the officer or kiosk through whom it is made
	Due        when.Day
	Made       when.Instant
	Changed    when.Instant
	Submitted  when.Instant
	Ended      when.Instant
	Version    int64
	Content
}

// Content is what is sealed.
type Content struct {
	Answers  forms.Answers     `json:"answers"`
	Origins  forms.Origins     `json:"origins,omitempty"`
	Consents map[string]string `json:"consents,omitempty"` // by the exchange's service
	Declined []string          `json:"declined,omitempty"` // services that the applicant did not consent to
	Name     string            `json:"name,omitempty"`     // of the applicant, for letters and the desk
	Page     string            `json:"page,omitempty"`     // the last one that was answered
	Wrong    map[string]string `json:"wrong,omitempty"`    // what the applicant says of a fetched value, by pointer
}

// HashValue is the hash by which a fetched value is known again: SHA-256 of its JSON.
func HashValue(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("services: " + err.Error()) // it came out of JSON
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// digest is what co-applicants confirm and the receipt names.
func (c Content) digest() string {
	return HashValue(map[string]any{"answers": c.Answers, "origins": c.Origins})
}

// intact reports whether every locked value is still what was fetched.
func (c Content) intact() error {
	for pointer, o := range c.Origins {
		if o.Hash == "" {
			continue
		}
		if v, ok := c.Answers.Get(pointer); !ok || HashValue(v) != o.Hash {
			return fault.New(fault.Conflict, "services.fault.altered")
		}
	}
	return nil
}

// HistoryKind says what happened.
type HistoryKind string

// What happens in a case.
const (
	DidSubmit   HistoryKind = "submitted"
	DidAnswer   HistoryKind = "answered" // the applicant, when asked for more
	DidAsk      HistoryKind = "asked"    // an officer, for more
	DidDecide   HistoryKind = "decided"  // an officer, a step
	DidWrite    HistoryKind = "letter"
	DidMessage  HistoryKind = "message"
	DidNote     HistoryKind = "note"
	DidPay      HistoryKind = "paid"
	DidBill     HistoryKind = "billed"
	DidBook     HistoryKind = "booked"
	DidUnbook   HistoryKind = "unbooked" // a time was given up
	DidIssue    HistoryKind = "issued"
	DidEnd      HistoryKind = "ended"
	DidWithdraw HistoryKind = "withdrawn"
	DidConfirm  HistoryKind = "confirmed" // a co-applicant
	DidComputed HistoryKind = "computed"  // a decision table
)

// Entry is something that happened in a case.
type Entry struct {
	Number    int64
	Kind      HistoryKind
	At        when.Instant
	ActorKind string
	Actor     string
	Post      string
	Internal  bool
	Said
}

// Said is the words of an entry; they are sealed.
type Said struct {
	Task    lang.Text `json:"task,omitzero"` // what was decided on
	Outcome string    `json:"outcome,omitempty"`
	Reason  lang.Text `json:"reason,omitzero"`
	Title   lang.Text `json:"title,omitzero"`
	Text    string    `json:"text,omitempty"`
	Letter  lang.Text `json:"letter,omitzero"`
	Result  lang.Text `json:"result,omitzero"` // of a decision table, for its reader's language
	Path    string    `json:"path,omitempty"`
	Files   []string  `json:"files,omitempty"`
}

// limits of what one person may hold.
const (
	mostDrafts  = 20
	mostMessage = 4_000
	mostFiles   = 100 // of an application, those that were replaced too
)
