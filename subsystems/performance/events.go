package performance

import (
	"encoding/json"

	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/events"
)

// The facts that the cycle itself publishes; all data are ids and outcomes.
const (
	subjectTaken     = "performance.paper.taken"        // head, year, version
	subjectDecided   = "performance.link.decided"       // link, state
	subjectFate      = "performance.promise.settled"    // initiative, fate
	subjectFollowed  = "performance.initiative.changed" // initiative, state
	subjectConfirmed = "performance.value.confirmed"    // measure, period, role
)

// subjectImported is what the Estimates publish when a version was stored.
const subjectImported = "estimates.version.imported"

// publish publishes a fact; data are pairs of a name and an id or outcome.
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
	return audit.Record(tx, audit.Act{What: "performance." + what, On: on, Outcome: audit.Done})
}
