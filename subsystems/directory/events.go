package directory

import (
	"encoding/json"

	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
)

// The facts that the directory publishes; all data are ids.
const (
	subjectDepartment = "directory.department.changed" // department
	subjectAppointed  = "directory.officer.appointed"  // officer, appointment, post, department
	subjectLeft       = "directory.officer.left"       // officer
	subjectGranted    = "directory.role.granted"       // officer, grant, role, department
	subjectEnded      = "directory.role.ended"         // officer, grant, role, department
)

// publish publishes a fact; data are pairs of a name and an id.
func publish(tx *db.Tx, subject string, data ...string) error {
	ids := map[string]string{}
	for i := 0; i+1 < len(data); i += 2 {
		ids[data[i]] = data[i+1]
	}
	body, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: subject, Data: body})
}

// record writes an act into the audit trail.
func record(tx *db.Tx, what, on string) error {
	return audit.Record(tx, audit.Act{What: "directory." + what, On: on, Outcome: audit.Done})
}
