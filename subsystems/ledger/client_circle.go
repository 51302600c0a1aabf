package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"praya/platform/db"
)

// circle is the witnesses of a log, with what each has seen.
type circle struct {
	service *Service
	origin  string // of the log as it was the last time
	all     []*cosigner
	web     *http.Client
}

// cosigner is a witness from the log's side.
type cosigner struct {
	Witness
	seen int64 // what it said that it has; 0 at first
}

// witnessPatience is how long one witness may take.
const witnessPatience = 5 * time.Second

func (s *Service) newCircle(context.Context) *circle {
	c := &circle{service: s, web: &http.Client{
		Timeout:       witnessPatience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, w := range s.Witnesses {
		c.all = append(c.all, &cosigner{Witness: w})
	}
	return c
}

// cosign asks every witness, all at once, and appends the signatures that are good. Fewer than
// the quorum is an error: nothing is published then, and what waits stays durable.
func (c *circle) cosign(ctx context.Context, l logRow, signed []byte) ([]byte, error) {
	if c.origin != l.Origin { // the log was renewed: nobody has seen it
		c.origin = l.Origin
		for _, w := range c.all {
			w.seen = 0
		}
	}
	lines, errs := make([]string, len(c.all)), make([]error, len(c.all))
	var work sync.WaitGroup
	for i, w := range c.all {
		work.Go(func() { lines[i], errs[i] = c.ask(ctx, w, l, signed) })
	}
	work.Wait()
	good := 0
	for i, line := range lines {
		if errs[i] == nil {
			signed = append(signed, line...)
			good++
		}
	}
	var h halt
	if good < c.service.Quorum || c.service.Quorum == 0 && errors.As(errors.Join(errs...), &h) {
		return nil, fmt.Errorf("ledger: %d witnesses cosigned the checkpoint of %d entries, %d must: %w", good, l.Size, c.service.Quorum, errors.Join(errs...))
	}
	return signed, nil
}

// ask sends a checkpoint to a witness (C2SP tlog-witness, add-checkpoint); when the witness has
// seen another size, once more from there.
func (c *circle) ask(ctx context.Context, w *cosigner, l logRow, signed []byte) (string, error) {
	for range 2 {
		line, seen, err := c.send(ctx, w, l, signed)
		if err == nil || seen < 0 {
			if err == nil {
				w.seen = l.Size
			}
			return line, err
		}
		w.seen = seen
	}
	return "", ahead(w, l)
}

// ahead says that a witness has seen more than we have: our past was taken away.
func ahead(w *cosigner, l logRow) error {
	return halt{stoppedByWitness, fmt.Sprintf("%s has seen %d entries, and we have %d", w.URL, w.seen, l.Size)}
}

func (c *circle) send(ctx context.Context, w *cosigner, l logRow, signed []byte) (line string, seen int64, err error) {
	if w.seen > l.Size {
		return "", -1, ahead(w, l)
	}
	body, err := c.request(ctx, w.seen, l, signed)
	if err != nil {
		return "", -1, err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(w.URL, "/")+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return "", -1, err
	}
	a, err := c.web.Do(q)
	if err != nil {
		return "", -1, err
	}
	defer a.Body.Close()
	said, err := io.ReadAll(io.LimitReader(a.Body, 1<<14))
	switch {
	case err != nil:
		return "", -1, err
	case a.StatusCode == http.StatusConflict && a.Header.Get("Content-Type") == sizeType:
		if seen, err = strconv.ParseInt(strings.TrimSpace(string(said)), 10, 64); err != nil || seen == w.seen {
			return "", -1, halt{stoppedByWitness, w.URL + " refuses: it has seen another log of this size"}
		}
		return "", seen, errors.New("ledger: once more")
	case a.StatusCode == http.StatusUnprocessableEntity:
		return "", -1, halt{stoppedByWitness, fmt.Sprintf("%s refuses: what we have does not grow from what it has seen, %d entries", w.URL, w.seen)}
	case a.StatusCode != http.StatusOK:
		return "", -1, fmt.Errorf("ledger: %s answers %s: %.200q", w.URL, a.Status, said)
	}
	return c.good(w, signed, said)
}

// good takes from an answer the signature of this witness's key, when it is good.
func (c *circle) good(w *cosigner, signed, said []byte) (string, int64, error) {
	v, err := fnote.NewVerifierForCosignatureV1(w.Key)
	if err != nil {
		return "", -1, err
	}
	text, _, _ := bytes.Cut(signed, []byte("\n\n"))
	n, err := note.Open(append(append(bytes.Clone(text), "\n\n"...), said...), note.VerifierList(v))
	if err != nil || len(n.Sigs) != 1 {
		return "", -1, fmt.Errorf("ledger: the cosignature of %s is not good: %w", w.URL, err)
	}
	return fmt.Sprintf("— %s %s\n", n.Sigs[0].Name, n.Sigs[0].Base64), -1, nil
}

// request is the body of add-checkpoint: the old size, the proof from there, the checkpoint.
func (c *circle) request(ctx context.Context, old int64, l logRow, signed []byte) ([]byte, error) {
	var path tlog.TreeProof
	if old > 0 && old < l.Size {
		err := c.service.DB.Read(ctx, func(tx *db.Tx) (err error) {
			path, err = tlog.ProveTree(l.Size, old, hashesOf(tx, tlog.Tree{N: l.Size, Hash: l.Root}))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return addCheckpoint(old, path, signed), nil
}

func addCheckpoint(old int64, path tlog.TreeProof, signed []byte) []byte {
	body := fmt.Appendf(nil, "old %d\n", old)
	for _, h := range path {
		body = fmt.Appendf(body, "%s\n", h)
	}
	return append(append(body, '\n'), signed...)
}
