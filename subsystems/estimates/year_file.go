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
	heads, err := s.Heads(ctx, args.Year)
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
	began := newest(heads)
	return s.DB.Write(ctx, func(tx *db.Tx) error { return putYearFile(tx, args.Year, string(blob.Address), began) })
}

// newest is when the newest of these versions was imported: the state that a file shows.
func newest(heads []Version) (at when.Instant) {
	for _, h := range heads {
		if at.Before(h.ImportedAt) {
			at = h.ImportedAt
		}
	}
	return at
}

// yearFile opens the file of a year if it shows what is known now.
func (s *Service) yearFile(ctx context.Context, year string, heads []Version) (io.ReadCloser, error) {
	var document string
	var shows when.Instant
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		document, shows, err = readYearFile(tx, year)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && shows != newest(heads) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.Files.Open(ctx, files.Address(document))
}
