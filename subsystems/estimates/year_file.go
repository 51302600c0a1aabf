package estimates

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/events"
	"praya/platform/files"
	"praya/platform/jobs"
)

// The file of a whole year is large and asked for often: after an import it is made once, in
// the background, and kept as a blob. Until it is there, a download is written as it goes.

// JobYearFile is the kind of job that makes the file of a year.
const JobYearFile = "estimates.year-file"

// gathering is how long imports of one year are gathered before its file is made.
const gathering = 10 * time.Second

type yearArgs struct {
	Year string `json:"year"`
}

// YearFiles asks for the file of a year to be made anew when one of its versions was imported.
func (s *Service) YearFiles() events.Consumer {
	return events.Consumer{Name: "estimates.year-files", Subjects: []string{subjectImported}, Handle: func(tx *db.Tx, e events.Event) error {
		var args yearArgs
		if err := json.Unmarshal(e.Data, &args); err != nil {
			return err
		}
		body, err := json.Marshal(args)
		if err != nil {
			return err
		}
		end := tx.Now().Time().Truncate(gathering).Add(gathering)
		_, err = jobs.Enqueue(tx, jobs.Job{
			Kind: JobYearFile, Key: args.Year + " " + end.Format(time.RFC3339), Args: body, RunAt: when.At(end),
		})
		return err
	}}
}

// MakeYearFile is the job: all heads of a year as one CSV, kept as a blob.
func (s *Service) MakeYearFile(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
	var args yearArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return err
	}
	heads, state, err := s.yearState(ctx, args.Year)
	if err != nil {
		return err
	}
	r, w := io.Pipe()
	go func() {
		w.CloseWithError(s.writeYear(ctx, w, heads, func(done int) { p.Report(ctx, int64(done), int64(len(heads)), args.Year) }))
	}()
	blob, err := s.Files.Put(ctx, r)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return putYearFile(tx, args.Year, string(blob.Address), state) })
}

// yearState is the heads of a year and the state that a file of them shows: when the newest
// version of any of its sources was imported, also of one that no head prefers.
func (s *Service) yearState(ctx context.Context, year string) (heads []Version, state when.Instant, err error) {
	if err := s.may(ctx, "estimates.download"); err != nil {
		return nil, state, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := latestOfYear(tx, year)
		heads, state = bestOfEach(all), newest(all)
		return err
	})
	if err == nil && len(heads) == 0 {
		return nil, state, fault.New(fault.NotFound, "estimates.fault.no-year", "year", year)
	}
	return heads, state, err
}

func newest(versions []Version) (at when.Instant) {
	for _, v := range versions {
		if at.Before(v.ImportedAt) {
			at = v.ImportedAt
		}
	}
	return at
}

// yearFile opens the file of a year if it shows what is known now.
func (s *Service) yearFile(ctx context.Context, year string, state when.Instant) (io.ReadCloser, error) {
	var document string
	var shows when.Instant
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		document, shows, err = readYearFile(tx, year)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && shows != state {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.Files.Open(ctx, files.Address(document))
}
