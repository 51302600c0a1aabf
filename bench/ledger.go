package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"praya/subsystems/ledger"
)

const (
	anchorers  = 4    // programs that send batches at once
	batchSize  = 2500 // digests in each
	batchesOne = 10   // of each program, times SCALE
)

// ledger measures how many documents a second programs can anchor, over HTTP, each a leaf of
// its own that is published under a signed checkpoint; beside Tessera's log of files in this
// process, which is what somebody would build upon instead. Its leaves are the same bytes; it
// knows no issuers, answers no digest, and has no HTTP to pay for.
func (b *bench) ledger() (err error) {
	p, err := b.provider()
	if err != nil {
		return err
	}
	if p == nil {
		return errNoProvider
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	token, err := p.anchorToken()
	if err != nil {
		return err
	}
	before := usedBy(p.pid)
	batches, all, took, err := p.anchorAll(token, batchesOne*b.scale)
	if err != nil {
		return err
	}
	n := len(batches) * batchSize
	cpu := (usedBy(p.pid) - before) / float64(n)
	checked, proving, err := p.checkBatch(batches[len(batches)-1])
	if err != nil {
		return err
	}
	beside, err := b.tessera(n, checked.leaf)
	if err != nil {
		return fmt.Errorf("tessera: %w", err)
	}
	p50, p99 := spread(all)
	b.add(Result{
		Name: "ledger.anchor", Unit: "digests/s", Ours: float64(n) / took.Seconds(), P50: p50, P99: p99, RSS: p.memory(),
		Beside: map[string]float64{"Tessera POSIX in-process": beside},
		Size: fmt.Sprintf("%d digests in batches of %d from %d programs, each batch until published; %.2g ms of CPU each; %d proofs fetched and checked at %.0f a second",
			n, batchSize, anchorers, cpu, checked.proofs, float64(checked.proofs)/proving.Seconds()),
	})
	return nil
}

// anchorToken registers a program in the test environment.
func (p *provider) anchorToken() (string, error) {
	c, err := p.register(map[string]any{
		"client_name": "bench", "token_endpoint_auth_method": "client_secret_basic", "praya_profile": "plain",
		"scope": ledger.AnchorScope, "grant_types": []string{"client_credentials"},
	})
	if err != nil {
		return "", err
	}
	q, err := post(p.meta.Token, url.Values{"grant_type": {"client_credentials"}, "scope": {ledger.AnchorScope}})
	if err != nil {
		return "", err
	}
	q.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(c.Secret))
	answer, err := p.client.Do(q)
	if err != nil {
		return "", err
	}
	var out struct {
		Token string `json:"access_token"`
	}
	return out.Token, take(answer, http.StatusOK, &out)
}

// anchorAll sends batches from several programs at once, each as soon as its last is published.
func (p *provider) anchorAll(token string, each int) (batches []string, all []time.Duration, took time.Duration, err error) {
	var mu sync.Mutex
	var work sync.WaitGroup
	began := time.Now()
	for worker := range anchorers {
		work.Go(func() {
			for round := range each {
				start := time.Now()
				batch, wrong := p.anchorBatch(token, statements(worker*each+round))
				mu.Lock()
				batches, all, err = append(batches, batch), append(all, time.Since(start)), errors.Join(err, wrong)
				mu.Unlock()
				if wrong != nil {
					return
				}
			}
		})
	}
	work.Wait()
	return batches, all, time.Since(began), err
}

// statements is the body of a batch.
func statements(number int) string {
	var out strings.Builder
	for n := range batchSize {
		sum := sha256.Sum256(fmt.Appendf(nil, "document %d", number*batchSize+n))
		fmt.Fprintf(&out, "{\"digest\":%q}\n", hex.EncodeToString(sum[:]))
	}
	return out.String()
}

func (p *provider) anchorBatch(token, body string) (string, error) {
	q, err := http.NewRequest(http.MethodPost, p.meta.Issuer+"/api/ledger/v1/anchors", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Prefer", "wait=10")
	answer, err := p.client.Do(q)
	if err != nil {
		return "", err
	}
	var out struct{ Batch string }
	return out.Batch, take(answer, http.StatusCreated, &out) // 202: not published in time
}

type checkedBatch struct {
	proofs int
	leaf   []byte
}

// checkBatch fetches the proof of every leaf of a batch, and checks them all.
func (p *provider) checkBatch(id string) (c checkedBatch, took time.Duration, err error) {
	began := time.Now()
	answer, err := p.client.Get(p.meta.Issuer + "/api/ledger/v1/batches/" + id + "/bundles")
	if err != nil {
		return c, 0, err
	}
	defer answer.Body.Close()
	for lines := json.NewDecoder(answer.Body); ; c.proofs++ {
		var b ledger.Bundle
		if err := lines.Decode(&b); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return c, 0, err
		}
		if _, err := b.Verify(ledger.Trust{Key: b.Key}); err != nil {
			return c, 0, err
		}
		c.leaf = []byte(b.Entries[0].Leaf)
	}
	if c.proofs != batchSize {
		return c, 0, fmt.Errorf("%d proofs of %d", c.proofs, batchSize)
	}
	return c, time.Since(began), nil
}

// tessera adds as many leaves of the same size to a log of files, and waits until the last is
// under a published checkpoint.
func (b *bench) tessera(n int, leaf []byte) (rate float64, err error) {
	skey, _, err := note.GenerateKey(rand.Reader, "bench.example/log")
	if err != nil {
		return 0, err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	driver, err := posix.New(ctx, posix.Config{Path: filepath.Join(b.dir, "tessera")})
	if err != nil {
		return 0, err
	}
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	const atOnce = 1024
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).WithCheckpointInterval(100*time.Millisecond).WithBatching(atOnce, 50*time.Millisecond))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, shutdown(ctx)) }()
	await := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 10*time.Millisecond)
	began := time.Now()
	futures := make([]tessera.IndexFuture, n)
	for i := range futures {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d", i))
		data := append([]byte(base64.StdEncoding.EncodeToString(sum[:])), leaf...)[:len(leaf)]
		futures[i] = appender.Add(ctx, tessera.NewEntry(data))
		if i >= 2*atOnce { // bounded: it refuses more than 4,096 at once
			if _, err := futures[i-2*atOnce](); err != nil {
				return 0, err
			}
		}
	}
	for _, f := range futures[max(0, n-2*atOnce):] {
		if _, _, err := await.Await(ctx, f); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}
