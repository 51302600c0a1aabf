package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
)

// tsa is a time-stamping authority whose stamps openssl makes, each in a process of its own.
type tsa struct {
	t      testing.TB
	folder string
	web    *httptest.Server
	state  atomic.Int32 // what it does
	mu     sync.Mutex
	asked  int
}

const (
	tsaWell = iota
	tsaDown
	tsaLies // stamps something else
)

func (a *tsa) file(name string) string { return filepath.Join(a.folder, name) }

func (a *tsa) openssl(args ...string) (string, error) {
	cmd := exec.Command("openssl", args...)
	cmd.Dir = a.folder
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func newTSA(t testing.TB) *tsa {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("openssl is not here")
	}
	a := &tsa{t: t, folder: t.TempDir()}
	if err := os.WriteFile(a.file("conf"), []byte(`
[req]
distinguished_name = dn
[dn]
[stamps]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
ess_cert_id_alg = sha256
accuracy = secs:1
`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"req -config conf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 30 -subj /CN=Root(sample) -addext basicConstraints=critical,CA:TRUE",
		"req -config conf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem -days 30 -subj /CN=Other(sample) -addext basicConstraints=critical,CA:TRUE",
		"req -config conf -new -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=TimeStamps(sample)",
		"x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 20 -extfile conf -extensions stamps -out tsa.pem",
	} {
		if said, err := a.openssl(strings.Fields(args)...); err != nil {
			t.Fatal(err, said)
		}
	}
	a.web = httptest.NewServer(a)
	t.Cleanup(a.web.Close)
	return a
}

// ServeHTTP has openssl answer one request after the other: its serial number stands in a file.
func (a *tsa) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	query, err := io.ReadAll(r.Body)
	if err != nil || a.state.Load() == tsaDown {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	if err := os.WriteFile(a.file("query"), query, 0o600); err != nil {
		a.t.Error(err)
	}
	if a.state.Load() == tsaLies {
		if said, err := a.openssl("ts", "-query", "-data", "conf", "-sha256", "-cert", "-out", "query"); err != nil {
			a.t.Error(err, said)
		}
	}
	if said, err := a.openssl("ts", "-reply", "-config", "conf", "-section", "one", "-queryfile", "query", "-inkey", "tsa.key", "-signer", "tsa.pem", "-out", "reply"); err != nil {
		a.t.Error(err, said)
	}
	reply, err := os.ReadFile(a.file("reply"))
	if err != nil {
		a.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(reply)
}

// verify is openssl's own opinion.
func (a *tsa) verify(checkpoint, reply []byte, roots string) (string, error) {
	for name, raw := range map[string][]byte{"checked": checkpoint, "checked.reply": reply} {
		if err := os.WriteFile(a.file(name), raw, 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return a.openssl("ts", "-verify", "-data", "checked", "-in", "checked.reply", "-CAfile", roots)
}

// stampedOffice is a ledger with an authority, and its jobs.
func stampedOffice(t testing.TB, d *db.DB, a *tsa) *office {
	t.Helper()
	o := newOffice(t, d)
	o.Authorities = []Authority{{Name: "sample", URL: a.web.URL, Roots: a.file("root.pem")}}
	o.StampEvery = time.Second
	if err := o.Authorities[0].Check(); err != nil {
		t.Fatal(err)
	}
	return o
}

// stampOnce does what the job would.
func (o *office) stampOnce() error {
	return o.Stamp(o.ctx, jobs.Job{Args: json.RawMessage(`{"authority":"sample"}`)}, nil)
}

func (o *office) get(t testing.TB, path string) []byte {
	t.Helper()
	r, err := http.Get(o.web.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(path, r.Status, err, string(raw))
	}
	return raw
}

// TestStampsProvenByOpenSSL: an authority's stamps on checkpoints, served beside them, are good
// for openssl; a bundle holds the first that covers its entry, and the command checks it.
func TestStampsProvenByOpenSSL(t *testing.T) {
	a := newTSA(t)
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := stampedOffice(t, d, a)
		o.anchor(t, issue(0, 300))
		o.settle(t)
		if err := o.stampOnce(); err != nil {
			t.Fatal(err)
		}
		o.anchor(t, issue(300, 900))
		o.settle(t)
		var list []stampFace
		if err := json.Unmarshal(o.get(t, apiBase+"/stamps"), &list); err != nil || len(list) != 1 || list[0].Size != 300 {
			t.Fatal(err, list)
		}
		checkpoint, reply := o.get(t, list[0].Checkpoint), o.get(t, list[0].Reply)
		if said, err := a.verify(checkpoint, reply, "root.pem"); err != nil || !strings.Contains(said, "Verification: OK") {
			t.Fatal(err, said)
		}
		if said, err := a.verify(append(checkpoint, '\n'), reply, "root.pem"); err == nil {
			t.Error("openssl believes a changed checkpoint:", said)
		}
		folder := t.TempDir()
		check := func(digest, roots string) (string, error) {
			file := filepath.Join(folder, "bundle")
			if err := os.WriteFile(file, o.get(t, apiBase+"/documents/"+digest), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			c := &VerifyCommand{Bundle: file}
			if roots != "" {
				c.Stamps = a.file(roots)
			}
			err := c.Run(Output{&out})
			return out.String(), err
		}
		if said, err := check(digestOf(7), "root.pem"); err != nil || !strings.Contains(said, "first 300 entries") || !strings.Contains(said, "TimeStamps(sample)") || strings.Contains(said, "not checked:") {
			t.Error(err, said)
		}
		if said, err := check(digestOf(7), ""); err != nil || !strings.Contains(said, "its certificate was not checked") {
			t.Error(err, said)
		}
		if said, err := check(digestOf(7), "other.pem"); err == nil {
			t.Error("another root passes:", said)
		}
		if said, err := check(digestOf(700), "root.pem"); err == nil {
			t.Error("an entry without a stamp passes:", said)
		}
		if said, err := check(digestOf(700), ""); err != nil || strings.Contains(said, "TimeStamps") {
			t.Error(err, said)
		}
		if err := o.stampOnce(); err != nil {
			t.Fatal(err)
		}
		if said, err := check(digestOf(700), "root.pem"); err != nil || !strings.Contains(said, "first 900 entries") {
			t.Error(err, said)
		}
		if said, err := check(digestOf(7), "root.pem"); err != nil || !strings.Contains(said, "first 300 entries") || strings.Contains(said, "first 900 entries") {
			t.Error(err, said)
		}
	})
}

// TestForgedStamps: a stamp that was moved, changed or cut off is caught.
func TestForgedStamps(t *testing.T) {
	a := newTSA(t)
	d := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	o := stampedOffice(t, d, a)
	for n := range 2 {
		o.anchor(t, issue(n*100, n*100+100))
		o.settle(t)
		if err := o.stampOnce(); err != nil {
			t.Fatal(err)
		}
	}
	bundle := func(n int) Bundle {
		b, err := o.DocumentBundle(o.ctx, digestOf(n))
		if err != nil || len(b.Stamps) != 1 {
			t.Fatal(err, b.Stamps)
		}
		return b
	}
	roots, err := readRoots(a.file("root.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for name, harm := range map[string]func(b *Bundle){
		"nothing":            func(*Bundle) {},
		"another's reply":    func(b *Bundle) { b.Stamps[0].Reply = bundle(150).Stamps[0].Reply },
		"another checkpoint": func(b *Bundle) { b.Stamps[0].Checkpoint = bundle(150).Stamps[0].Checkpoint },
		"no growth":          func(b *Bundle) { b.Stamps[0].Growth = nil },
		"taken out":          func(b *Bundle) { b.Stamps = nil },
		"changed time": func(b *Bundle) {
			b.Stamps[0].Reply = bytes.Replace(b.Stamps[0].Reply, []byte("\x18\x0f20"), []byte("\x18\x0f19"), 1)
		},
		"cut off": func(b *Bundle) { b.Stamps[0].Reply = b.Stamps[0].Reply[:len(b.Stamps[0].Reply)-9] },
	} {
		b := bundle(50)
		harm(&b)
		v, err := b.Verify(Trust{Key: b.Key, Stamps: roots})
		if (err == nil) != (name == "nothing") {
			t.Errorf("%s: %v %v", name, err, v.Stamps)
		}
	}
	if v, err := bundle(50).Verify(Trust{Key: bundle(50).Key, Stamps: roots}); err != nil || time.Since(v.Stamps[0].At.Time()).Abs() > time.Minute {
		t.Error(err, v.Stamps)
	}
}

// TestAuthorityDown: while the authority is down or lies, checkpoints are published as ever, one
// job tries again, and nothing false is kept; then it catches up by itself.
func TestAuthorityDown(t *testing.T) {
	a := newTSA(t)
	d := dbtest.Open(t, dbtest.SQLite(t))
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	o := stampedOffice(t, d, a)
	q := jobs.New(d, slog.New(slog.DiscardHandler))
	q.Register(JobStamp, o.Stamp, jobs.Options{Attempts: 1000, Base: 20 * time.Millisecond, Cap: 50 * time.Millisecond})
	ctx, stop := context.WithCancel(who.AsSystem(t.Context(), who.Production))
	var work sync.WaitGroup
	work.Go(func() { _ = q.Run(ctx) })
	work.Go(func() { _ = o.Run(ctx) })
	defer work.Wait()
	defer stop()
	a.state.Store(tsaDown)
	published := func(n int) {
		t.Helper()
		o.anchor(t, issue(n*10, n*10+10))
		for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			p, err := o.Checkpoint(o.ctx)
			if err == nil && p.Size == int64(n*10+10) {
				return
			}
			if time.Since(began) > 5*time.Second {
				t.Fatal(n, p.Size, err)
			}
		}
	}
	all := func() (out []stampRow, failed string) {
		if err := d.Read(o.ctx, func(tx *db.Tx) (err error) {
			if out, err = newestStamps(tx, o.Origin, 10); err != nil {
				return err
			}
			some, err := jobs.List(tx, 10, 0)
			unfinished := 0
			for _, j := range some {
				if failed += j.Failed; j.State == jobs.Ready || j.State == jobs.Running {
					unfinished++
				}
			}
			if unfinished > 1 {
				err = fmt.Errorf("%d jobs at once", unfinished)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return out, failed
	}
	for n := range 12 {
		published(n)
		if n == 6 {
			a.state.Store(tsaLies)
		}
	}
	until := func(what string, done func() bool) {
		t.Helper()
		for began := time.Now(); !done(); time.Sleep(50 * time.Millisecond) {
			if time.Since(began) > 20*time.Second {
				t.Fatal("never: ", what)
			}
		}
	}
	until("it lies", func() bool { _, failed := all(); return strings.Contains(failed, "another request") })
	if rows, _ := all(); len(rows) != 0 {
		t.Error("a false stamp was kept")
	}
	a.state.Store(tsaWell)
	until("a stamp", func() bool { rows, _ := all(); return len(rows) == 1 && rows[0].size == 120 })
	published(12)
	until("the next stamp", func() bool { rows, _ := all(); return len(rows) == 2 && rows[0].size == 130 })
}

// TestPlanning: one job at a time, not too often, and a clock that goes back puts nothing off.
func TestPlanning(t *testing.T) {
	a := newTSA(t)
	now := when.System()
	d, err := db.Open(t.Context(), db.Config{URL: dbtest.SQLite(t)}, func() when.Instant { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
		t.Fatal(err)
	}
	o := stampedOffice(t, d, a)
	o.Clock, o.StampEvery = d.Clock(), time.Hour
	planned := func() (n int64) {
		t.Helper()
		o.planStamps(o.ctx, when.Instant{})
		if err := d.Read(o.ctx, func(tx *db.Tx) error {
			all, err := jobs.List(tx, 10, 0)
			n = int64(len(all))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	finish := func() {
		t.Helper()
		if err := d.Write(o.ctx, func(tx *db.Tx) error {
			id, _, err := findStampJob(tx, "sample")
			if err != nil {
				return err
			}
			return jobs.Cancel(tx, id)
		}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(n int64) {
		t.Helper()
		if got := planned(); got != n {
			t.Fatalf("%d jobs, not %d", got, n)
		}
	}
	o.settle(t)
	want(0) // an empty log
	o.anchor(t, issue(0, 1))
	o.settle(t)
	want(1)
	now = now.Add(2 * time.Hour)
	want(1) // the first is not done
	finish()
	want(2) // its turn
	finish()
	want(2) // too early
	now = now.Add(-5 * time.Hour)
	want(3)
}
