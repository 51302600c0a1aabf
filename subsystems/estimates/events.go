package estimates

import (
	"encoding/json"

	"praya/platform/db"
	"praya/platform/events"
)

// subjectImported says that a version was stored: version, head, year and source.
const subjectImported = "estimates.version.imported"

func publish(tx *db.Tx, v Version) error {
	data, err := json.Marshal(map[string]string{"version": string(v.ID), "head": v.Head, "year": v.Year, "source": v.Source})
	if err != nil {
		return err
	}
	return events.Publish(tx, events.Event{Subject: subjectImported, Data: data})
}
