package events

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is what this package keeps in the store.
func Schema() db.Schema { return db.Schema{Owner: "events", Files: files} }

// Event is a fact. ID, Realm and At are filled in when it is published, Position when
// it has its place in the log.
type Event struct {
	Position int64
	ID       string
	Subject  string // estimates.paper.imported: the publisher's folder first
	Realm    who.Realm
	At       when.Instant
	Data     json.RawMessage // ids and outcome only
}

// largest bounds an event's data: a fact names things, it does not carry them.
const largest = 16 << 10

// Publish publishes an event in the transaction.
func Publish(tx *db.Tx, e Event) error {
	if e.Realm == "" {
		e.Realm = tx.Realm()
	}
	if e.ID == "" {
		e.ID = id.New[string](tx.Now())
	}
	if len(e.Data) == 0 {
		e.Data = json.RawMessage("{}")
	}
	switch {
	case e.Realm != tx.Realm():
		return fmt.Errorf("events: %s of realm %s in a transaction of %s", e.Subject, e.Realm, tx.Realm())
	case strings.Count(e.Subject, ".") < 2:
		return fmt.Errorf("events: %q is no subject like estimates.paper.imported", e.Subject)
	case len(e.Data) > largest || !json.Valid(e.Data):
		return fmt.Errorf("events: %s: data are no JSON of at most %d bytes", e.Subject, largest)
	}
	return tx.DoLast(publish().For(tx.Engine()), e.ID, e.Subject, e.Realm, tx.Now(), string(e.Data))
}

// Settle moves what an outbox of another cluster holds to the end of the log. A restore
// calls it, before anything runs.
func Settle(tx *db.Tx) error {
	rest, err := db.List(tx, func(s db.Scanner) (e Event, err error) {
		return e, s.Scan(&e.ID, &e.Subject, &e.Realm, &e.At, (*[]byte)(&e.Data))
	}, sqlSettleRead)
	if err != nil || len(rest) == 0 {
		return err
	}
	var last int64
	if err := tx.Row(sqlLast).Scan(&last); err != nil {
		return err
	}
	for i, e := range rest {
		if err := tx.Do(sqlSettleInsert, last+int64(i)+1, e.ID, e.Subject, e.Realm, e.At, string(e.Data)); err != nil {
			return err
		}
	}
	return tx.Do(sqlSettleClear)
}

// Consumer works through the log. It sees every event of its subjects from the first
// one that the log still holds. Handle uses only the transaction that it is given, and
// may run again when that did not commit.
type Consumer struct {
	Name     string
	Subjects []string // "estimates.paper.imported", or "estimates." for all that begin so
	Handle   func(tx *db.Tx, e Event) error
}

func (c Consumer) wants(subject string) bool {
	return slices.ContainsFunc(c.Subjects, func(s string) bool {
		return s == subject || strings.HasSuffix(s, ".") && strings.HasPrefix(subject, s)
	})
}

func readEvent(s db.Scanner) (e Event, err error) {
	return e, s.Scan(&e.Position, &e.ID, &e.Subject, &e.Realm, &e.At, (*[]byte)(&e.Data))
}
