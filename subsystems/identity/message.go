package identity

import (
	"praya/kernel/when"
	"praya/platform/db"
)

// Message is something that we ourselves tell a person, on every channel that they have:
// identity.message.<key>.title and .text in their language.
type Message struct {
	Key     string
	Link    string // path
	Service string // client id
	Day     when.Instant
}

// tell puts a message into the person's inbox, and sends it on every channel.
func (s *Service) tell(tx *db.Tx, a Account, m Message) error {
	return addHistory(tx, a.ID, HistoryEntry{What: Notified, Detail: m.Key})
}
