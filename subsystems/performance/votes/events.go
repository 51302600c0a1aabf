package votes

import (
	"encoding/json"
	"strconv"
	"strings"

	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
)

// The facts that this folder publishes.
const (
	// subjectPayment: head, subhead, item (empty for none), year, month, day, thousands as text, entry.
	// A reversal is one with a negative amount.
	subjectPayment = "performance.payment.posted"
	// subjectProvision: head, subhead, item (empty: provision of a year), day, thousands as text, entry.
	// What an item had spent before the journal began says before.
	subjectProvision = "performance.provision.changed"
	// subjectPosts: head, day, rank, programme, delta, change. Posts that stood when they were first
	// entered say opening.
	subjectPosts = "performance.posts.changed"
)

// PaymentPosted is the data of performance.payment.posted.
type PaymentPosted struct {
	Head      string `json:"head"`
	Subhead   string `json:"subhead"`
	Item      string `json:"item,omitempty"`
	Year      string `json:"year"`
	Month     Month  `json:"month"`
	Day       string `json:"day"`
	Thousands string `json:"thousands"`
	Entry     string `json:"entry"`
}

// ProvisionChanged is the data of performance.provision.changed.
type ProvisionChanged struct {
	Head      string `json:"head"`
	Subhead   string `json:"subhead"`
	Item      string `json:"item,omitempty"`
	Day       string `json:"day"`
	Thousands string `json:"thousands"`
	Entry     string `json:"entry"`
	Before    bool   `json:"before,omitempty"`
}

// PostsChanged is the data of performance.posts.changed.
type PostsChanged struct {
	Head      string `json:"head"`
	Day       string `json:"day"`
	Rank      string `json:"rank"`
	Programme string `json:"programme"`
	Delta     int64  `json:"delta"`
	Change    string `json:"change"`
	Opening   bool   `json:"opening,omitempty"`
}

// tell publishes what an entry spends, and what it gives or takes of what may be spent.
func (e Entry) tell(tx *db.Tx) error {
	if e.Kind == EntryPayment || e.Kind == EntryReversal {
		return publish(tx, subjectPayment, PaymentPosted{
			Head: e.Head, Subhead: e.Subhead, Item: e.Item, Year: e.Year, Month: e.Month, Day: e.Day.String(),
			Thousands: e.Cents.Thousands().String(), Entry: string(e.ID),
		})
	}
	for i, l := range e.Legs {
		p := ProvisionChanged{Head: e.Head, Subhead: e.Subhead, Day: e.Day.String(), Entry: string(e.ID) + "/" + strconv.Itoa(i)}
		c := l.Credit - l.Debit
		switch {
		case !held(l.Account):
			continue
		case strings.HasPrefix(l.Account, accountItem):
			if p.Item, p.Before = e.Item, e.Kind == EntryCarried; p.Before {
				c = -c
			}
		default:
			p.Subhead = strings.TrimPrefix(l.Account, accountFree)
		}
		p.Thousands = c.Thousands().String()
		if err := publish(tx, subjectProvision, p); err != nil {
			return err
		}
	}
	return nil
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
