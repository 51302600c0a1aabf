package votes

import (
	"encoding/json"

	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
)

// The facts that this folder publishes.
const (
	// subjectPayment: head, subhead, item (empty for none), year, month, thousands as text, entry.
	// A reversal is one with a negative amount.
	subjectPayment = "performance.payment.posted"
	// subjectPosts: head, day, rank, delta.
	subjectPosts = "performance.posts.changed"
)

// PaymentPosted is the data of performance.payment.posted.
type PaymentPosted struct {
	Head      string `json:"head"`
	Subhead   string `json:"subhead"`
	Item      string `json:"item,omitempty"`
	Year      string `json:"year"`
	Month     Month  `json:"month"`
	Thousands string `json:"thousands"`
	Entry     string `json:"entry"`
}

// PostsChanged is the data of performance.posts.changed.
type PostsChanged struct {
	Head  string `json:"head"`
	Day   string `json:"day"`
	Rank  string `json:"rank"`
	Delta int64  `json:"delta"`
}

func publish(tx *db.Tx, subject string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: subject, Data: body})
}

// record writes an act into the audit trail.
func record(tx *db.Tx, what, on string) error {
	return audit.Record(tx, audit.Act{What: "votes." + what, On: on, Outcome: audit.Done})
}
