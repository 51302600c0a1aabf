package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/observe"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), limits.Schema(), jobs.Schema(), web.Schema(), Schema()}
}

var works = Issuer{Client: "works-permits", Name: lang.Text{TC: "工務示範署", EN: "Works (sample)", SC: "工务示范署"}}

// programs knows one program, whose token is "works".
type programs struct{}

func (programs) Program(v *web.Visit, scope string) (Issuer, bool, error) {
	if scope == AnchorScope && v.R.Header.Get("Authorization") == "Bearer works" {
		return works, true, nil
	}
	return Issuer{}, false, fault.New(fault.Unauthenticated, "web.fault.unauthenticated.text")
}

// office is a ledger with a front.
type office struct {
	*Service
	ctx context.Context
	web *httptest.Server
}

func newOffice(t testing.TB, d *db.DB) *office {
	t.Helper()
	folder := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), when.System)
	if err != nil {
		t.Fatal(err)
	}
	return officeWith(t, d, ring)
}

func officeWith(t testing.TB, d *db.DB, ring *sign.Ring) *office {
	t.Helper()
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	s := &Service{DB: d, Keys: ring, Policy: policy, Programs: programs{}, Clock: when.System, Log: log, Origin: "praya.example/ledger"}
	o := &office{Service: s, ctx: who.AsSystem(t.Context(), who.Production)}
	if err := s.Seed(o.ctx); err != nil {
		t.Fatal(err)
	}
	book, err := words.New(web.Words(), Words())
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Config{Operator: "off"}, web.Parts{Words: book, Policy: policy, Log: log, Clock: when.System, DB: d, Metrics: observe.NewMetrics(), Health: observe.NewHealth()})
	if err != nil {
		t.Fatal(err)
	}
	s.Mount(site)
	o.web = httptest.NewServer(site.Handler())
	t.Cleanup(o.web.Close)
	return o
}

// settle gives everything its place and publishes.
func (o *office) settle(t testing.TB) {
	t.Helper()
	if err := o.step(o.ctx, o.newCircle(o.ctx)); err != nil {
		t.Fatal(err)
	}
}

func digestOf(n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "document %d", n))
	return hex.EncodeToString(sum[:])
}

func issue(from, to int) (out []Statement) {
	for n := from; n < to; n++ {
		out = append(out, Statement{Digest: digestOf(n)})
	}
	return out
}

func (o *office) anchor(t testing.TB, all []Statement) string {
	t.Helper()
	batch, _, err := o.Anchor(o.ctx, works, "", all)
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

func (o *office) verifier(t testing.TB) note.Verifier {
	t.Helper()
	l, err := o.log(o.ctx)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(l.VKey)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fsck derives the log anew over HTTP, with Tessera's code.
func (o *office) fsck(t testing.TB) error {
	t.Helper()
	root, err := url.Parse(o.web.URL + logBase + "/")
	if err != nil {
		t.Fatal(err)
	}
	fetcher, err := client.NewHTTPFetcher(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := o.verifier(t)
	quietly()
	return fsck.New(v.Name(), v, fetcher, hashLeaves, fsck.Opts{N: 2}).Check(o.ctx)
}

// TestLogStandsUpToFsck: what comes in by commitments and by batches is a log that Tessera
// derives anew, and keeps nothing waiting.
func TestLogStandsUpToFsck(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.settle(t)
		for _, n := range []int{1, 254, 1, 3, 700, 1500} {
			o.anchor(t, issue(0, n))
			if err := d.Write(o.ctx, func(tx *db.Tx) error {
				_, err := Commit(tx, Commitment{Type: Exchange, Of: [][32]byte{Blind([32]byte{7}, []byte("A123456(3)"))}, Keys: []string{"k1"}})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			o.settle(t)
			if err := o.fsck(t); err != nil {
				t.Fatal(err)
			}
		}
		if l, err := o.log(o.ctx); err != nil || l.Size != 2459+6 {
			t.Errorf("the log has %d entries, %v", l.Size, err)
		}
	})
}

// TestTwoSequencersNeverFork: several at once, each leaf has one place, and fsck agrees.
func TestTwoSequencersNeverFork(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		const batches, size = 24, 300
		var work sync.WaitGroup
		stop := make(chan struct{})
		var failed [5]error
		for i := range 4 {
			work.Go(func() {
				for failed[i] == nil {
					n, err := o.Sequence(o.ctx)
					failed[i] = err
					select {
					case <-stop:
						if n == 0 {
							return
						}
					default:
					}
				}
			})
		}
		for i := range batches {
			o.anchor(t, issue(i*size, (i+1)*size))
		}
		close(stop)
		work.Wait()
		if err := errors.Join(failed[:]...); err != nil {
			t.Fatal(err)
		}
		o.settle(t)
		if err := o.fsck(t); err != nil {
			t.Fatal(err)
		}
		o.each(t, batches*size)
	})
}

// each checks that every document of a range stands in the log once.
func (o *office) each(t testing.TB, n int) {
	t.Helper()
	seen := map[string]int{}
	err := o.DB.Read(o.ctx, func(tx *db.Tx) error {
		clear(seen)
		leaves, err := entriesBetween(tx, 0, 1<<40)
		for _, raw := range leaves {
			l, _ := parseLeaf(raw)
			seen[l.Digest]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != n {
		t.Errorf("%d documents stand in the log, not %d", len(seen), n)
	}
	for digest, times := range seen {
		if times != 1 {
			t.Errorf("%s stands %d times in the log", digest, times)
		}
	}
}

// TestDamageIsFound: a flipped byte in an entry or a tile, a removed entry: fsck says so, and
// the sequencer does not build on damaged tiles.
func TestDamageIsFound(t *testing.T) {
	for name, harm := range map[string]string{
		"flipped entry": `update ledger_entries set leaf = $2 where realm = $1 and place = 100`,
		"removed entry": `delete from ledger_entries where realm = $1 and place = 100 and leaf <> $2`,
		"flipped tile":  `update ledger_tiles set hashes = $2 where realm = $1 and level = 0 and number = 0`,
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
				o := newOffice(t, d)
				o.anchor(t, issue(0, 200))
				o.settle(t)
				if err := o.fsck(t); err != nil {
					t.Fatal(err)
				}
				if err := d.Write(o.ctx, func(tx *db.Tx) error {
					wrong, err := findTile(tx, tileAt{0, 0})
					if err != nil {
						return err
					}
					wrong[40] ^= 1
					_, err = tx.Exec(harm, tx.Realm(), wrong)
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if o.fsck(t) == nil {
					t.Error("fsck finds nothing wrong")
				}
				o.anchor(t, issue(200, 201))
				if _, err := o.Sequence(o.ctx); (name == "flipped tile") != errors.Is(err, errDamaged) {
					t.Errorf("the sequencer says %v", err)
				}
			})
		})
	}
}

// TestRepeatedRequest: the same key of the same issuer is the same batch.
func TestRepeatedRequest(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		first, again, err := o.Anchor(o.ctx, works, "key", issue(0, 300))
		if err != nil || again {
			t.Fatal(again, err)
		}
		second, again, err := o.Anchor(o.ctx, works, "key", issue(0, 300))
		if err != nil || !again || first != second {
			t.Error(first, second, again, err)
		}
		other := works
		other.Client = "other"
		if third, again, err := o.Anchor(o.ctx, other, "key", issue(0, 1)); err != nil || again || third == first {
			t.Error(third, again, err)
		}
		o.settle(t)
		if l, err := o.log(o.ctx); err != nil || l.Size != 301 {
			t.Errorf("the log has %d entries, %v", l.Size, err)
		}
	})
}

// TestOnlyCommitments: what is no hash is not logged.
func TestOnlyCommitments(t *testing.T) {
	one := [][32]byte{{1}}
	for name, c := range map[string]Commitment{
		"nothing":       {Type: Exchange},
		"document type": {Type: Issued, Of: one},
		"no type":       {Of: one},
		"words as key":  {Type: Exchange, Of: one, Keys: []string{"CHAN Tai Man"}},
		"odd previous":  {Type: Exchange, Of: one, Previous: "x.0"},
		"too many":      {Type: Exchange, Of: make([][32]byte, maxCommitments+1)},
	} {
		if _, err := c.leaf(when.System()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l, err := Commitment{Type: Consent, Of: one, Keys: []string{"k"}}.leaf(when.System())
	raw, encoded := l.encode()
	if err != nil || encoded != nil || !strings.Contains(string(raw), `"type":"consent"`) {
		t.Errorf("%s %v %v", raw, err, encoded)
	}
}

// TestStatementsAreEngineNeutral prepares every statement on both engines.
func TestStatementsAreEngineNeutral(t *testing.T) {
	if n := dbtest.Prepare(t, schemas(), "."); n < 15 {
		t.Errorf("only %d statements", n)
	}
	dbtest.Homes(t, ".")
}

func BenchmarkAnchor(b *testing.B) {
	d := dbtest.Open(b, dbtest.SQLite(b))
	if _, err := d.Migrate(b.Context(), schemas()...); err != nil {
		b.Fatal(err)
	}
	o := newOffice(b, d)
	const size = 20_000
	all := issue(0, size)
	b.ResetTimer()
	for range b.N {
		o.anchor(b, all)
		o.settle(b)
	}
	b.ReportMetric(float64(b.N)*size/b.Elapsed().Seconds(), "digests/s")
}

// TestProofsAreRationed: one network asks without end, and is told to wait.
func TestProofsAreRationed(t *testing.T) {
	o := newOfficeOn(t)
	o.anchor(t, issue(0, 1))
	o.settle(t)
	last := 0
	for n := range 1500 {
		r, err := http.Get(o.web.URL + apiBase + "/documents/" + digestOf(0))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if last = r.StatusCode; last != http.StatusOK {
			if last != http.StatusTooManyRequests || n < 1000 || r.Header.Get("Retry-After") == "" {
				t.Errorf("%d: %s", n, r.Status)
			}
			break
		}
	}
	if last == http.StatusOK {
		t.Error("nobody is held back")
	}
	if o.fsck(t) != nil {
		t.Error("a monitor is held back with it")
	}
}
