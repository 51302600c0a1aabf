package ledger

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/digitorus/timestamp"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
)

const (
	// JobStamp asks an authority for a time stamp on the newest checkpoint.
	JobStamp = "ledger.stamp"

	stampPatience = 20 * time.Second
	maxReply      = 1 << 16
	// stampPause is how often it is looked whether a stamp is due.
	stampPause = 5 * time.Second
	// stampsEvery is how often an authority is asked when nothing else is said.
	stampsEvery = 10 * time.Minute
)

// stampArgs say whom to ask.
type stampArgs struct {
	Authority string `json:"authority"`
}

// Jobs registers who asks the authorities. An authority that is down for days is asked again and
// again, at most every quarter of an hour: nothing waits for it.
func (s *Service) Jobs(q *jobs.Queue) {
	q.Register(JobStamp, s.Stamp, jobs.Options{Attempts: 100_000, Base: 5 * time.Second, Cap: 15 * time.Minute, Lease: time.Minute})
}

// planStamps enqueues a job for each authority whose turn it is, one at a time. It is called
// often, and looks from time to time.
func (s *Service) planStamps(ctx context.Context, last when.Instant) when.Instant {
	now := s.Clock()
	if len(s.Authorities) == 0 || who.From(ctx).Realm != who.Production || !now.Before(last) && now.Sub(last) < stampPause {
		return last
	}
	for _, a := range s.Authorities {
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.planStamp(tx, a.Name) }); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "ledger: planning a time stamp", "authority", a.Name, "error", err)
		}
	}
	return now
}

func (s *Service) planStamp(tx *db.Tx, authority string) error {
	id, at, err := findStampJob(tx, authority)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	every := s.StampEvery
	if every <= 0 {
		every = stampsEvery
	}
	// A clock that was set back does not put stamps off.
	if id != "" && !tx.Now().Before(at) && tx.Now().Before(at.Add(every)) {
		return nil
	}
	if j, err := jobs.Get(tx, id); err == nil && (j.State == jobs.Ready || j.State == jobs.Running) {
		return nil
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	l, err := findLog(tx)
	if err != nil {
		return err
	}
	p, err := findCheckpoint(tx)
	if fault.Is(err, fault.NotFound) || err == nil && p.Size == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := findStamp(tx, l.Origin, p.Size, authority); !fault.Is(err, fault.NotFound) {
		return err
	}
	args, err := json.Marshal(stampArgs{authority})
	if err != nil {
		return err
	}
	j, err := jobs.Enqueue(tx, jobs.Job{Kind: JobStamp, Key: authority + " " + strconv.FormatInt(p.Size, 10) + " " + tx.Now().String(), Args: args})
	if err != nil {
		return err
	}
	return putStampJob(tx, authority, j.ID)
}

// Stamp asks an authority about the checkpoint that is the newest now, and keeps an answer that
// is good.
func (s *Service) Stamp(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var args stampArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return fault.New(fault.Invalid, "ledger.fault.stamp").Because(err)
	}
	i := slices.IndexFunc(s.Authorities, func(a Authority) bool { return a.Name == args.Authority })
	if i < 0 {
		return nil // no longer in the configuration
	}
	p, err := s.Checkpoint(ctx)
	if err != nil {
		return err
	}
	reply, err := s.Authorities[i].ask(ctx, p.Note)
	if err != nil {
		return fmt.Errorf("ledger: a time stamp of %s: %w", args.Authority, err)
	}
	roots, err := readRoots(s.Authorities[i].Roots)
	if err != nil {
		return err
	}
	t, _, err := readReply(reply, p.Note, roots)
	if err != nil {
		return fmt.Errorf("ledger: the time stamp of %s: %w", args.Authority, err)
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		origin, _, _ := strings.Cut(string(p.Note), "\n")
		return insertStamp(tx, origin, stampRow{p.Size, args.Authority, p.Note, reply, when.At(t.Time)})
	})
}

// ask sends a request (RFC 3161, 3.4) for the certificates too, with a number that only the
// answer to it can hold.
func (a Authority) ask(ctx context.Context, text []byte) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, err
	}
	asked, err := timestamp.CreateRequest(bytes.NewReader(text), &timestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true, Nonce: nonce})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, stampPatience)
	defer stop()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(asked))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "application/timestamp-query")
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := c.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(r.Body, maxReply))
	if err != nil {
		return nil, err
	}
	if r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", r.Status)
	}
	t, err := timestamp.ParseResponse(reply)
	if err != nil {
		return nil, err
	}
	if t.Nonce == nil || t.Nonce.Cmp(nonce) != 0 {
		return nil, errors.New("it answers another request")
	}
	return reply, nil
}
