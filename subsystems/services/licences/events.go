package licences

import (
	"encoding/json"

	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
)

// subjectPrefix and an act are the subjects of what this folder publishes: services.licence.issued,
// .renewed, .amended, .suspended, .restored, .revoked, .surrendered, .transferred.
const subjectPrefix = "services.licence."

// Changed is the data of those events.
type Changed struct {
	Licence LicenceID `json:"licence"`
	Kind    string    `json:"kind"`
	Case    string    `json:"case,omitempty"`
	Change  int64     `json:"change"`
}

func publish(tx *db.Tx, l Licence, c Change) error {
	data, err := json.Marshal(Changed{l.ID, l.Kind, c.Case, c.Number})
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: subjectPrefix + string(c.Act), Data: data})
}

// note writes an officer's act into the audit trail.
func note(tx *db.Tx, what, on string) error {
	return audit.Record(tx, audit.Act{What: "licences." + what, On: on, Outcome: audit.Done})
}
