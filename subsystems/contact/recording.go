package contact

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"time"

	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/voice"
)

// sealedSecond is about what a second of two channels takes, sealed.
const sealedSecond = 16_000

// JobForget takes out recordings whose retention is over, once a day.
const JobForget = "contact.recordings.forget"

// The kinds of recordings.
const (
	ofTalk    = "talk"
	ofMessage = "message"
)

// tape is a recording while it happens; Write fails no call: what can't be kept is logged.
type tape struct {
	s    *Service
	id   string
	to   *voice.Tape
	lost error
}

// Write keeps a second of sound. After a failure it keeps no more: the call goes on.
func (t *tape) Write(frames []byte) error {
	if t.to != nil && t.lost == nil {
		t.lost = t.to.Write(frames)
		return t.lost
	}
	return nil
}

// Close ends it.
func (t *tape) Close() error {
	if t.to == nil {
		return nil
	}
	return t.to.Close()
}

// recordingID names a recording so that its call and kind can be told after a crash.
func recordingID(kind string, call queue.CallID) string {
	return kind + "-" + string(call) + "-" + strings.ToLower(id.Reference()[:4])
}

func parseRecording(name string) (kind string, call queue.CallID, ok bool) {
	kind, rest, ok := strings.Cut(name, "-")
	if i := strings.LastIndexByte(rest, '-'); ok && i > 0 && (kind == ofTalk || kind == ofMessage) {
		return kind, queue.CallID(rest[:i]), true
	}
	return "", "", false
}

func (s *Service) record(ctx context.Context, call queue.CallID, kind string) *tape {
	t := &tape{s: s, id: recordingID(kind, call)}
	to, err := s.Tapes.Start(t.id)
	s.note(ctx, "recording", err)
	if err == nil {
		t.to = to
	}
	return t
}

// keep moves a finished recording from the spool to the blobs, with its row.
func (s *Service) keep(ctx context.Context, t *tape) {
	ctx = context.WithoutCancel(ctx)
	s.note(ctx, "recording", t.lost)
	if t.to != nil {
		s.note(ctx, "recording", s.keepOne(ctx, t.id))
	}
}

func (s *Service) keepOne(ctx context.Context, name string) error {
	s.keeping.Lock()
	defer s.keeping.Unlock()
	kind, call, ok := parseRecording(name)
	if !ok {
		return voice.ErrTape
	}
	var sealed bytes.Buffer
	if err := s.Tapes.Finish(name, &sealed); err != nil {
		if errors.Is(err, fs.ErrNotExist) { // another round, or another process, has kept it
			return nil
		}
		return err
	}
	seconds := int64(sealed.Len() / sealedSecond)
	blob, err := s.Files.Put(ctx, &sealed)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		r := Recording{ID: name, Call: string(call), Kind: kind, Address: string(blob.Address), Seconds: seconds, Made: tx.Now()}
		known, err := s.Queue.Call(tx, call)
		if err == nil {
			r.Agent = known.Agent
			if err := s.Queue.Recorded(tx, call, r.ID); err != nil {
				return err
			}
		}
		return addRecording(tx, r)
	})
	if err != nil {
		return err
	}
	return s.Tapes.Forget(name)
}

// lookLeft is how often a process looks for what others left that share its folder.
const lookLeft = 10 * time.Second

// keepLeft keeps what a process left that died in mid-call: this one before it was started again,
// or another one now. What can't be kept is said once.
func (s *Service) keepLeft(ctx context.Context) {
	told := map[string]bool{}
	say := func(name string, err error) {
		if err != nil && ctx.Err() == nil && !told[name] {
			told[name] = true
			s.note(ctx, "recording left", err)
		}
	}
	for {
		left, err := s.Tapes.Left()
		say("", err)
		for _, name := range left {
			say(name, s.keepOne(ctx, name))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookLeft):
		}
	}
}

// Recording finds one, for whoever may listen to it.
func (s *Service) Recording(ctx context.Context, name string) (r Recording, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err = scanRecording(tx.Row(sqlRecording, tx.Realm(), name))
		return err
	})
	if err != nil {
		return r, err
	}
	return r, s.Policy.Allow(ctx, "contact.listen", access.Resource{Type: "Recording", ID: r.ID, Attrs: map[string]any{"own": r.Agent == who.From(ctx).Actor.ID && r.Agent != "", "message": r.Kind == ofMessage}})
}

// Listen writes a recording as WAV. That it was played stands in the audit trail first.
func (s *Service) Listen(ctx context.Context, r Recording, w io.Writer) error {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, audit.Act{What: "contact.recording.play", On: r.ID, Outcome: audit.Done})
	})
	if err != nil {
		return err
	}
	sealed, err := s.Files.Open(ctx, files.Address(r.Address))
	if err != nil {
		return err
	}
	defer func() { s.note(ctx, "recording", sealed.Close()) }()
	return s.Tapes.WAV(w, r.ID, sealed)
}

// forgotten bounds how many recordings go in one transaction.
const forgotten = 200

// Forget is the job that takes out what is older than its retention.
func (s *Service) Forget(ctx context.Context, _ jobs.Job, _ *jobs.Progress) error {
	for {
		var old []Recording
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			old, err = db.List(tx, scanRecording, sqlOldRecordings, tx.Realm(), tx.Now().Add(-s.Retention), forgotten)
			return err
		})
		if err != nil || len(old) == 0 {
			return err
		}
		for _, r := range old {
			if err := s.Files.Remove(ctx, files.Address(r.Address)); err != nil {
				return err
			}
		}
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			for _, r := range old {
				if _, err := tx.Exec(sqlForgetRecording, tx.Realm(), r.ID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

func (s *Service) recordingPath(_ context.Context, c queue.Call) string {
	if c.Recording == "" {
		return ""
	}
	return recordingsPath + "/" + c.Recording
}
