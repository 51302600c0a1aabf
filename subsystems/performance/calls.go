package performance

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/jobs"
)

// subjectQuarter is the contact centre's: what a quarter of an hour has counted so far.
const subjectQuarter = "contact.queue.interval"

// JobRecount computes the measures of calls anew, at most once a minute: a year's value adds up
// every quarter of an hour, and calls come every second.
const JobRecount = "performance.recount"

// quarterFact is what the event carries.
type quarterFact struct {
	From      when.Instant
	Day       when.Day
	Offered   int32
	Within    int32
	Enquiries int32
	Settled   int32
	Ratings   int32
	RatingSum int32 `json:"rating_sum"`
}

// countQuarter keeps a quarter of an hour as cases, whose page lists its calls, and asks for the
// measures.
func countQuarter(tx *db.Tx, e events.Event) error {
	var q quarterFact
	if err := json.Unmarshal(e.Data, &q); err != nil {
		return err
	}
	path := "/contact/figures?of=" + q.Day.String()
	for _, c := range []struct {
		stream string
		amount int32
	}{{Calls, q.Within}, {offered, q.Offered}, {Settled, q.Settled}, {asked, q.Enquiries}, {Ratings, q.RatingSum}, {rated, q.Ratings}} {
		if _, _, err := dropCase(tx, c.stream, q.From.String()); err != nil {
			return err
		}
		if c.amount == 0 && c.stream == countedIn(c.stream) { // the whole stands for it
			continue
		}
		err := putCase(tx, Case{Stream: c.stream, ID: q.From.String(), Day: q.Day, Good: true, Amount: money.Int(c.amount), Path: path})
		if err != nil {
			return err
		}
	}
	args, err := json.Marshal(q.Day)
	if err != nil {
		return err
	}
	minute := tx.Now().Time().Truncate(time.Minute).Add(time.Minute)
	_, err = jobs.Enqueue(tx, jobs.Job{Kind: JobRecount, Key: q.Day.String() + " " + minute.UTC().Format("2006-01-02T15:04"), Args: args, RunAt: when.At(minute)})
	return err
}

// Recount is that job.
func (s *Service) Recount(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var day when.Day
	if err := json.Unmarshal(j.Args, &day); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, stream := range []string{Calls, Settled, Ratings} {
			if err := recount(tx, stream, []Case{{Stream: stream, Day: day}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// flows says whether a measure counts what happens all day: then a day has one revision.
func (m Measure) flows() bool { return slices.Contains([]string{Calls, Settled, Ratings}, m.Stream) }
