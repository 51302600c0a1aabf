package ledger

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
)

const (
	apiBase = "/api/ledger/v1"
	// maxBody takes a hundred thousand replacements with both digests.
	maxBody     = 24 << 20
	maxLine     = 1024
	maxPatience = 10 * time.Second
)

func (s *Service) mountAPI(site *web.Site, r rates) {
	site.API("POST "+apiBase+"/anchors", s.apiAnchor, web.InSandbox(), web.Secret(), web.Body(maxBody))
	site.API("GET "+apiBase+"/batches/{id}", s.apiBatch, web.InSandbox(), r.proofs)
	site.API("GET "+apiBase+"/batches/{id}/bundles", s.apiBundles, web.InSandbox(), web.Patience(5*time.Minute), r.bundles)
	site.API("GET "+apiBase+"/entries/{id}", s.apiEntry, web.InSandbox(), web.OpenData(), r.proofs)
	site.API("GET "+apiBase+"/documents/{digest}", s.apiDocument, web.InSandbox(), web.OpenData(), r.proofs)
	site.API("GET "+apiBase+"/documents/{digest}/qr.svg", s.apiQR("image/svg+xml", web.QRSVG), web.OpenData(), r.proofs)
	site.API("GET "+apiBase+"/documents/{digest}/qr.png", s.apiQR("image/png", web.QRPNG), web.OpenData(), web.Uncompressed(), r.proofs)
	site.API("GET "+apiBase+"/consistency/{from}/{to}", s.apiConsistency, web.InSandbox(), web.OpenData(), r.proofs)
}

// batchState is what an issuer is told of a batch.
type batchState struct {
	Batch   string  `json:"batch"`
	Count   int64   `json:"count"`
	State   string  `json:"state"` // waiting or included
	Entries string  `json:"entries"`
	Bundles string  `json:"bundles"`
	Bundle  *Bundle `json:"bundle,omitempty"` // of the last entry, when the caller waited for it
}

// apiAnchor takes statements, one JSON object a line. With Prefer: wait=SECONDS (RFC 7240, 4.3)
// the answer waits for the checkpoint, and holds the bundle of the last entry.
func (s *Service) apiAnchor(v *web.Visit) error {
	by, ok, err := s.Programs.Program(v, AnchorScope)
	if err != nil || !ok {
		return err
	}
	all, err := readStatements(v.R.Body)
	if err != nil {
		return err
	}
	batch, repeated, err := s.Anchor(v.Context(), by, v.R.Header.Get("Idempotency-Key"), all)
	if err != nil {
		return err
	}
	v.W.Header().Set("Location", v.Plain(apiBase+"/batches/"+batch))
	out, err := s.batchState(v, batch)
	if err != nil {
		return err
	}
	status := http.StatusAccepted
	if patience := waitOf(v.R.Header.Get("Prefer")); patience > 0 {
		b, err := s.waitFor(v.Context(), entryOf(batch, out.Count-1), patience)
		if err != nil && !errors.Is(err, ErrWaiting) {
			return err
		}
		if err == nil {
			status, out.State, out.Bundle = http.StatusCreated, "included", &b
		}
	}
	if repeated {
		status = http.StatusOK
	}
	return v.JSON(status, out)
}

// readStatements reads lines of JSON strictly.
func readStatements(r io.Reader) (out []Statement, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var st Statement
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		err := d.Decode(&st)
		if err == nil && d.More() {
			err = errors.New("more than one value")
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "ledger.fault.line", "line", strconv.Itoa(n)).Because(err)
		}
		if out = append(out, st); len(out) > maxBatch {
			return nil, fault.New(fault.Invalid, "ledger.fault.batch")
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, fault.New(fault.Invalid, "ledger.fault.line", "line", strconv.Itoa(n+1)).Because(lines.Err())
	}
	return out, lines.Err()
}

// waitOf reads Prefer: wait=SECONDS.
func waitOf(prefer string) time.Duration {
	for _, p := range strings.Split(prefer, ",") {
		if text, ok := strings.CutPrefix(strings.TrimSpace(p), "wait="); ok {
			if n, err := strconv.Atoi(text); err == nil && n > 0 {
				return min(time.Duration(n)*time.Second, maxPatience)
			}
		}
	}
	return 0
}

func (s *Service) batchState(v *web.Visit, id string) (out batchState, err error) {
	out = batchState{
		Batch: id, State: "included", Entries: v.Plain(apiBase+"/entries/"+id) + ".{n}", Bundles: v.Plain(apiBase + "/batches/" + id + "/bundles"),
	}
	err = s.DB.Read(v.Context(), func(tx *db.Tx) error {
		out.Count, out.State = 0, "included"
		rows, err := findBatch(tx, id)
		if err == nil && len(rows) == 0 {
			err = fault.New(fault.NotFound, "ledger.fault.no-entry")
		}
		if err != nil {
			return err
		}
		p, err := findCheckpoint(tx)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		for _, r := range rows {
			out.Count += r.count
			if r.first < 0 || r.first+r.count > p.Size {
				out.State = "waiting"
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) apiBatch(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	out, err := s.batchState(v, v.PathValue("id"))
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, out)
}

// apiBundles gives the bundle of every entry of a batch, one a line, in the order in which they
// were sent.
func (s *Service) apiBundles(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	state, err := s.batchState(v, v.PathValue("id"))
	if err != nil {
		return err
	}
	if state.State != "included" {
		return v.JSON(http.StatusAccepted, state)
	}
	v.W.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(v.W)
	out.SetEscapeHTML(false)
	for part := range (state.Count + partSize - 1) / partSize {
		some, err := s.partBundles(v.Context(), state.Batch, part)
		if err != nil {
			return err
		}
		for _, b := range some {
			if err := out.Encode(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// partBundles proves the entries of one row of a batch.
func (s *Service) partBundles(ctx context.Context, batch string, part int64) (out []Bundle, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := findPart(tx, batch, part)
		if err != nil {
			return err
		}
		leaves, err := entriesBetween(tx, r.first, r.first+r.count)
		if err != nil {
			return err
		}
		all := make([]placed, len(leaves))
		for i, leaf := range leaves {
			all[i] = placed{r.first + int64(i), leaf}
		}
		out, err = bundles(tx, all)
		return err
	})
	return out, err
}

func (s *Service) apiEntry(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	b, err := s.EntryBundle(v.Context(), EntryID(v.PathValue("id")))
	if errors.Is(err, ErrWaiting) {
		v.W.Header().Set("Retry-After", "1")
		return v.JSON(http.StatusAccepted, map[string]string{"state": "waiting"})
	}
	if err != nil {
		return err
	}
	return sendBundle(v, b)
}

func (s *Service) apiDocument(v *web.Visit) error {
	if err := s.mayRead(v); err != nil {
		return err
	}
	b, err := s.DocumentBundle(v.Context(), v.PathValue("digest"))
	if err != nil {
		return err
	}
	return sendBundle(v, b)
}

// sendBundle writes a bundle. What is checked is what stands in leaf: it is not rewritten.
func sendBundle(v *web.Visit, b Bundle) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(b); err != nil {
		return err
	}
	return sendRaw(v, "application/json", out.Bytes())
}
