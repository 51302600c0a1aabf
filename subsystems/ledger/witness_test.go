package ledger

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// watcher is a witness that serves.
type watcher struct {
	*httptest.Server
	skey, vkey, file string
	logs             []string
	inner            http.Handler
}

func newWatcher(t testing.TB, logs ...string) *watcher {
	t.Helper()
	skey, vkey, err := witnessKey(filepath.Join(t.TempDir(), "key"), "audit.example/witness")
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{skey: skey, vkey: vkey, file: filepath.Join(t.TempDir(), "seen.json"), logs: logs}
	w.restart(t)
	w.Server = httptest.NewServer(http.HandlerFunc(func(a http.ResponseWriter, q *http.Request) { w.inner.ServeHTTP(a, q) }))
	t.Cleanup(w.Close)
	return w
}

// restart opens the witness anew from its files.
func (w *watcher) restart(t testing.TB) {
	t.Helper()
	o, err := NewObserver(w.skey, w.logs, w.file)
	if err != nil {
		t.Fatal(err)
	}
	w.inner = o
}

func (w *watcher) add(t testing.TB, old int64, path tlog.TreeProof, signed []byte) (int, string, string) {
	t.Helper()
	r, err := http.Post(w.URL+"/add-checkpoint", "text/plain", bytes.NewReader(addCheckpoint(old, path, signed)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header.Get("Content-Type"), string(body)
}

// paper is a log without a store, which can lie.
type paper struct {
	edge
	shelf
	signer note.Signer
	vkey   string
}

func newPaper(t testing.TB) *paper {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, "praya.example/ledger")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return &paper{shelf: shelf{}, signer: signer, vkey: vkey}
}

func (p *paper) add(n int) { p.shelf.grow(&p.edge, int(p.size), n) }

func (p *paper) tree() tlog.Tree { return tlog.Tree{N: p.size, Hash: p.root()} }

func (p *paper) checkpoint(t testing.TB) []byte {
	t.Helper()
	signed, err := note.Sign(&note.Note{Text: checkpointText(p.signer.Name(), p.tree())}, p.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func (p *paper) proof(t testing.TB, old int64) tlog.TreeProof {
	t.Helper()
	path, err := tlog.ProveTree(p.size, old, p.reader(p.tree()))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWitnessProtocol goes through what C2SP tlog-witness says of add-checkpoint.
func TestWitnessProtocol(t *testing.T) {
	p := newPaper(t)
	w := newWatcher(t, p.vkey)
	p.add(300)
	first := p.checkpoint(t)
	say := func(name string, status int, old int64, path tlog.TreeProof, signed []byte, want string) string {
		t.Helper()
		got, kind, body := w.add(t, old, path, signed)
		if got != status || want != "" && body != want || (got == http.StatusConflict) != (kind == sizeType) {
			t.Errorf("%s: %d %s %q", name, got, kind, body)
		}
		return body
	}
	stranger := newPaper(t)
	stranger.add(5)
	say("another log's key", http.StatusForbidden, 0, nil, stranger.checkpoint(t), "")
	say("unknown log", http.StatusNotFound, 0, nil, bytes.Replace(first, []byte("praya.example"), []byte("other.example"), 1), "")
	say("wrong old size", http.StatusConflict, 7, nil, first, "0\n")
	line := say("first sight", http.StatusOK, 0, nil, first, "")
	checkCosignature(t, w.vkey, first, line)
	say("forgotten", http.StatusConflict, 0, nil, first, "300\n")
	say("the same again", http.StatusOK, 300, nil, first, "")
	p.add(700)
	second := p.checkpoint(t)
	path := p.proof(t, 300)
	say("no proof", http.StatusUnprocessableEntity, 300, nil, second, "")
	say("another proof", http.StatusUnprocessableEntity, 300, path[1:], second, "")
	say("smaller than old", http.StatusBadRequest, 2000, nil, second, "")
	w.restart(t)
	say("grown, after a restart", http.StatusOK, 300, path, second, "")
	say("back to a smaller history", http.StatusBadRequest, 1000, nil, first, "")
}

func checkCosignature(t *testing.T, vkey string, signed []byte, line string) {
	t.Helper()
	v, err := fnote.NewVerifierForCosignatureV1(vkey)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := note.Open(append(bytes.Clone(signed), line...), note.VerifierList(v)); err != nil || len(n.Sigs) != 1 {
		t.Errorf("the cosignature %q is not good: %v", line, err)
	}
}

// TestWitnessRefusesAFork: two histories that begin the same, of the same and of a larger size.
func TestWitnessRefusesAFork(t *testing.T) {
	honest, forked := newPaper(t), newPaper(t)
	forked.signer, forked.vkey = honest.signer, honest.vkey
	w := newWatcher(t, honest.vkey)
	honest.add(500)
	forked.add(400)
	for at, data := range forked.edge.grow([]tlog.Hash{tlog.RecordHash([]byte("another entry"))}) {
		forked.shelf[at] = bytes.Clone(data)
	}
	forked.add(99)
	if status, _, body := w.add(t, 0, nil, honest.checkpoint(t)); status != http.StatusOK {
		t.Fatal(status, body)
	}
	if status, _, body := w.add(t, 500, nil, forked.checkpoint(t)); status != http.StatusConflict || body != "500\n" {
		t.Errorf("a fork of the same size: %d %q", status, body)
	}
	forked.add(100)
	if status, _, body := w.add(t, 500, forked.proof(t, 500), forked.checkpoint(t)); status != http.StatusUnprocessableEntity {
		t.Errorf("a larger fork: %d %q", status, body)
	}
}

// TestWitnessWithoutMemoryDoesNotStart: a damaged state file is not an empty one.
func TestWitnessWithoutMemoryDoesNotStart(t *testing.T) {
	p := newPaper(t)
	w := newWatcher(t, p.vkey)
	if err := os.WriteFile(w.file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewObserver(w.skey, w.logs, w.file); err == nil {
		t.Error("it starts")
	}
}

// TestQuorumGatesPublication: nothing is published that too few witnesses have cosigned; what
// waits is not lost, and a bundle then carries the cosignature.
func TestQuorumGatesPublication(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		l, err := o.log(o.ctx)
		if err != nil {
			t.Fatal(err)
		}
		w := newWatcher(t, l.VKey)
		o.Witnesses, o.Quorum = []Witness{{URL: w.URL, Key: w.vkey}}, 1
		o.settle(t)
		id := entryOf(o.anchor(t, issue(0, 3)), 2)
		up := w.inner
		w.inner = http.NotFoundHandler()
		if err := o.step(o.ctx, o.newCircle(o.ctx)); err == nil {
			t.Error("published without a witness")
		}
		if _, err := o.EntryBundle(o.ctx, id); err == nil {
			t.Error("proven under a checkpoint that nobody cosigned")
		}
		w.inner = up
		o.settle(t) // a new circle: the witness says what it has seen
		o.anchor(t, issue(3, 600))
		o.settle(t)
		b, err := o.EntryBundle(o.ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		v, err := b.Verify(Trust{Key: l.VKey, Witnesses: []string{w.vkey}, Quorum: 1})
		if err != nil || len(v.Cosigns) != 1 || v.Tree.N != 600 {
			t.Errorf("%+v %v", v, err)
		}
		if _, err := b.Verify(Trust{Key: l.VKey, Quorum: 1}); err == nil {
			t.Error("a cosignature of an unknown witness counts")
		}
	})
}

// TestAuditCatches: an honest log passes and grows; a shorter one, a fork of the same size, a
// larger fork, a flipped byte and a removed entry do not pass.
func TestAuditCatches(t *testing.T) {
	o := newOfficeOn(t)
	o.anchor(t, issue(0, 300))
	o.settle(t)
	a := Auditor{URL: o.web.URL + logBase, File: filepath.Join(t.TempDir(), "seen")}
	r, err := a.Audit(o.ctx)
	if err != nil || r.Before != -1 || !r.FirstUse || r.Tree.N != 300 {
		t.Fatalf("%+v %v", r, err)
	}
	o.anchor(t, issue(300, 700))
	o.settle(t)
	if r, err = a.Audit(o.ctx); err != nil || r.Before != 300 || r.FirstUse || r.Tree.N != 700 {
		t.Fatalf("%+v %v", r, err)
	}
	for name, n := range map[string]int{"shorter": 100, "fork of the same size": 700, "larger fork": 900} {
		t.Run(name, func(t *testing.T) {
			other := officeWithLog(t, o)
			other.anchor(t, issue(5000, 5000+n))
			other.settle(t)
			a := a
			a.URL = other.web.URL + logBase
			if _, err := a.Audit(o.ctx); err == nil {
				t.Error("it passes")
			} else {
				t.Log(err)
			}
		})
	}
	// The removal comes last: it is not made good again.
	for _, h := range []struct{ name, harm string }{
		{"flipped byte", `update ledger_entries set leaf = $2 where realm = $1 and place = 650`},
		{"removed entry", `delete from ledger_entries where realm = $1 and place = 650 and leaf <> $2`},
	} {
		name, harm := h.name, h.harm
		t.Run(name, func(t *testing.T) {
			var was []byte
			change := func(sql string, with []byte) error {
				return o.DB.Write(o.ctx, func(tx *db.Tx) (err error) {
					if was == nil {
						if was, err = findEntry(tx, 650); err != nil {
							return err
						}
					}
					if with == nil {
						with = bytes.Replace(was, []byte(`"issued"`), []byte(`"revoked"`), 1)
					}
					_, err = tx.Exec(sql, tx.Realm(), with)
					return err
				})
			}
			if err := change(harm, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Audit(o.ctx); err == nil {
				t.Error("it passes")
			} else {
				t.Log(err)
			}
			if name == "flipped byte" {
				if err := change(harm, was); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func newOfficeOn(t *testing.T) *office {
	t.Helper()
	d := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	return newOffice(t, d)
}

// officeWithLog is another store with the key of a log: what a dishonest operator would have.
func officeWithLog(t *testing.T, from *office) *office {
	t.Helper()
	l, err := from.log(from.ctx)
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	l.Size, l.Root = 0, (&edge{}).root()
	if err := d.Write(from.ctx, func(tx *db.Tx) error { return insertLog(tx, l) }); err != nil {
		t.Fatal(err)
	}
	return officeWith(t, d, from.Keys)
}

// TestBundlesHold: what the API gives is verified by the command; what was changed is not.
func TestBundlesHold(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.anchor(t, issue(0, 500))
		o.settle(t)
		o.anchor(t, []Statement{{State: Replaced, Digest: digestOf(3), By: digestOf(4)}, {State: Revoked, Digest: digestOf(5)}})
		o.settle(t)
		r, err := http.Get(o.web.URL + apiBase + "/documents/" + strings.ToUpper(digestOf(3)))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		raw, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatal(r.StatusCode, err, string(raw))
		}
		folder := t.TempDir()
		bundle, doc := filepath.Join(folder, "bundle.json"), filepath.Join(folder, "doc")
		if err := os.WriteFile(doc, []byte("document 3"), 0o600); err != nil {
			t.Fatal(err)
		}
		check := func(raw []byte) (string, error) {
			t.Helper()
			if err := os.WriteFile(bundle, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			err := (&VerifyCommand{Bundle: bundle, File: doc}).Run(Output{&out})
			return out.String(), err
		}
		said, err := check(raw)
		if err != nil || !strings.Contains(said, "replaced") || !strings.Contains(said, "Works (sample)") || !strings.Contains(said, digestOf(4)) {
			t.Errorf("%v\n%s", err, said)
		}
		for _, change := range [][2]string{{`\"replaced\"`, `\"revoked\"`}, {`"index":3,`, `"index":4,`}, {"praya.example/ledger\\n502", "praya.example/ledger\\n503"}, {digestOf(3), digestOf(9)}, {`"format"`, `"odd"`}} {
			if wrong := bytes.Replace(raw, []byte(change[0]), []byte(change[1]), 1); bytes.Equal(wrong, raw) {
				t.Errorf("%s is not in the bundle: %s", change[0], raw)
			} else if said, err := check(wrong); err == nil {
				t.Errorf("%s passes: %s", change[1], said)
			}
		}
	})
}

// TestAnchorAPI: who may, what is refused, and a proof in the answer.
func TestAnchorAPI(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.settle(t)
		post := func(token, body string, more ...string) (int, []byte) {
			t.Helper()
			q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.web.URL+apiBase+"/anchors", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Authorization", "Bearer "+token)
			for i := 0; i+1 < len(more); i += 2 {
				q.Header.Set(more[i], more[i+1])
			}
			r, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			raw, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			return r.StatusCode, raw
		}
		line := func(n int) string { return fmt.Sprintf(`{"digest":%q}`, digestOf(n)) }
		for name, x := range map[string]struct {
			token, body string
			status      int
		}{
			"nobody":         {"other", line(1), http.StatusUnauthorized},
			"nothing":        {"works", "\n", http.StatusUnprocessableEntity},
			"no digest":      {"works", `{"digest":"abc"}`, http.StatusUnprocessableEntity},
			"unknown field":  {"works", `{"digest":"` + digestOf(1) + `","name":"CHAN"}`, http.StatusUnprocessableEntity},
			"not issued":     {"works", `{"digest":"` + digestOf(1) + `","state":"revoked"}`, http.StatusConflict},
			"long line":      {"works", strings.Repeat("x", 2000), http.StatusUnprocessableEntity},
			"two on a line":  {"works", line(1) + line(2), http.StatusUnprocessableEntity},
			"replaced by it": {"works", `{"digest":"` + digestOf(1) + `","state":"replaced","by":"` + digestOf(1) + `"}`, http.StatusUnprocessableEntity},
		} {
			if status, raw := post(x.token, x.body); status != x.status {
				t.Errorf("%s: %d %s", name, status, raw)
			}
		}
		status, raw := post("works", line(1)+"\n"+line(2)+"\n", "Idempotency-Key", "k")
		o.settle(t)
		if status != http.StatusAccepted {
			t.Fatal(status, string(raw))
		}
		status, raw = post("works", line(1)+"\n"+line(2)+"\n", "Idempotency-Key", "k", "Prefer", "wait=1")
		var got batchState
		if err := json.Unmarshal(raw, &got); err != nil || status != http.StatusOK || got.State != "included" || got.Bundle == nil {
			t.Fatal(status, err, string(raw))
		}
		if v, err := got.Bundle.Verify(Trust{Key: got.Bundle.Key}); err != nil || v.Leaves[0].Digest != digestOf(2) || v.Leaves[0].Issuer != works.Client {
			t.Errorf("%+v %v", v, err)
		}
		r, err := http.Get(o.web.URL + got.Bundles)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		all, err := io.ReadAll(r.Body)
		if err != nil || strings.Count(string(all), "\n") != 2 {
			t.Errorf("%s %v", all, err)
		}
	})
}
