package app

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/db/dbtest/server"
	"praya/platform/httpsig"
	"praya/subsystems/exchange"
	"praya/subsystems/ledger"
)

// bazaar is a consumer and a provider who know each other in a place, and consents.
type bazaar struct {
	t        *testing.T
	place    place
	keys     map[string]crypto.PublicKey // the gateway's and the parties'
	consumer *httpsig.Signer
	verify   *httpsig.Verifier
	provider *httptest.Server
	ids      []exchange.ConsentID
}

// PublicKey gives what both ends were told of.
func (b *bazaar) PublicKey(_ context.Context, keyID string) (crypto.PublicKey, error) {
	if k, ok := b.keys[keyID]; ok {
		return k, nil
	}
	return nil, httpsig.ErrUnknownKey
}

func newBazaar(t *testing.T, p place, consents int) *bazaar {
	t.Helper()
	b := &bazaar{t: t, place: p, keys: map[string]crypto.PublicKey{}}
	store := p.open(t)
	defer store.Close()
	ctx := who.AsSystem(t.Context(), who.Production)
	x := store.Exchange
	own := map[string]ed25519.PrivateKey{}
	text := func(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	for _, party := range []string{"asker", "holder"} {
		pub, key, err := ed25519.GenerateKey(rand.Reader)
		must(err)
		der, err := x509.MarshalPKIXPublicKey(pub)
		must(err)
		own[party], b.keys[party+"/1"] = key, pub
		must(x.PutParty(ctx, exchange.Party{Code: party, Name: text(party), Clients: map[string][]string{"asker": {"asker-client"}}[party]}))
		must(x.AddKey(ctx, exchange.PartyKey{ID: party + "/1", Party: party, Use: exchange.Signing, Public: der, From: when.System().Add(-time.Hour)}))
	}
	for _, k := range store.Keys.Keys() {
		if pub, err := store.Keys.PublicKey(k.ID); err == nil {
			b.keys["gateway/"+k.ID] = pub
		}
	}
	verifyGate, err := httpsig.NewVerifier(exchange.ForwardProfile("http"), b, when.System)
	must(err)
	signs, err := httpsig.NewSigner(exchange.CallProfile("http"), "holder/1", own["holder"], when.System)
	must(err)
	b.provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := verifyGate.Request(r); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		body := []byte(`{"name":"示範","address":"1 Queen's Road"}`)
		salt, _ := base64.StdEncoding.DecodeString(r.Header.Get("Exchange-Salt"))
		sum := sha256.Sum256(append(salt, r.Header.Get("Exchange-Subject")...))
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Content-Digest", httpsig.DigestOf(body))
		h.Set("Exchange-Id", r.Header.Get("Exchange-Id"))
		h.Set("Exchange-About", base64.StdEncoding.EncodeToString(sum[:]))
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if _, err := signs.Response(h, http.StatusOK, r); err == nil {
			_, _ = w.Write(body)
		}
	}))
	t.Cleanup(b.provider.Close)
	must(x.PutService(ctx, exchange.DataService{
		Code: "holder.address", Provider: "holder", Title: text("Address"), Base: b.provider.URL, OpenAPI: []byte(demoOpenAPI),
		Fields: []exchange.Field{
			{Name: "name", Label: text("Name"), Class: exchange.Ordinary},
			{Name: "address", Label: text("Address"), Class: exchange.Ordinary},
			{Name: "since", Label: text("Since"), Class: exchange.Ordinary},
		},
		Subject: exchange.ByPseudonym, Surplus: exchange.Refuse, Content: exchange.JSONFields, Methods: []string{"GET"}, Patience: 10 * time.Second, State: exchange.Open,
	}))
	right, err := x.AskRight(who.With(ctx, who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Operator, ID: "x"}}),
		exchange.Right{Service: "holder.address", Consumer: "asker", Fields: []string{"name", "address"}, Purpose: "service-application", Why: "x", Basis: exchange.OnConsent})
	must(err)
	must(x.DecideRight(ctx, right, true, "a test"))
	for i := range consents {
		account := "account-" + strconv.Itoa(i)
		c, err := x.Give(ctx, "asker-client", exchange.Wish{
			Type: exchange.DetailType, Service: "holder.address", Purpose: "service-application", Fields: []string{"name", "address"},
			Until: when.System().Day().Add(30).String(), KeepDays: 30,
		}, account, account, nil)
		must(err)
		b.ids = append(b.ids, c.ID)
	}
	b.consumer, err = httpsig.NewSigner(exchange.CallProfile("http"), "asker/1", own["asker"], when.System)
	must(err)
	b.verify, err = httpsig.NewVerifier(exchange.CallProfile("http"), b, when.System)
	must(err)
	return b
}

var errNotAnswered = errors.New("not answered")

// ask makes a call and gives the receipt of an answer that verified.
func (b *bazaar) ask(client *http.Client, base string, c exchange.ConsentID) (receipt exchange.Receipt, err error) {
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, base+"/api/exchange/call/holder.address/a", nil)
	if err != nil {
		return receipt, err
	}
	r.Header.Set("Exchange-Basis", "consent "+string(c))
	if _, err := b.consumer.Request(r); err != nil {
		return receipt, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return receipt, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 2048))
		return receipt, fmt.Errorf("%w: %d %s", errNotAnswered, resp.StatusCode, body)
	}
	if _, err := b.verify.Response(resp, r); err != nil {
		return receipt, err
	}
	if _, err := httpsig.ReadBody(resp.Body); err != nil {
		return receipt, err
	}
	if receipt, err = exchange.ParseReceipt(resp.Header.Get("Exchange-Receipt")); err != nil {
		return receipt, err
	}
	return receipt, receipt.Verify(func(id string) (crypto.PublicKey, error) { return b.PublicKey(b.t.Context(), id) })
}

// serve starts the gateway as a process of its own.
func (b *bazaar) serve() served {
	s, out := served{place: b.place, log: &transcript{}}, &transcript{}
	s.cmd = b.place.command(b.t, "serve", "--listen", "localhost:0")
	s.cmd.Stdout, s.cmd.Stderr = out, s.log
	if err := s.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	s.public = out.between(b.t, "ready ", "\n")
	return s
}

// answered is an answer that a client received and verified, and whose data it was.
type answered struct {
	exchange.Receipt
	account string
}

// load asks from many clients at once until it is told to stop, and keeps every receipt.
type load struct {
	stop     chan struct{}
	work     sync.WaitGroup
	mu       sync.Mutex
	receipts []answered
	failed   atomic.Int64
}

func (b *bazaar) load(base string, clients int) *load {
	l := &load{stop: make(chan struct{})}
	for n := range clients {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}, Timeout: 20 * time.Second}
		l.work.Go(func() {
			for i := n; ; i += clients {
				select {
				case <-l.stop:
					return
				default:
				}
				receipt, err := b.ask(client, base, b.ids[i%len(b.ids)])
				if err != nil {
					l.failed.Add(1)
					time.Sleep(10 * time.Millisecond)
					continue
				}
				l.mu.Lock()
				l.receipts = append(l.receipts, answered{receipt, "account-" + strconv.Itoa(i%len(b.ids))})
				l.mu.Unlock()
			}
		})
	}
	return l
}

func (l *load) end() []answered {
	close(l.stop)
	l.work.Wait()
	return l.receipts
}

// TestKilledGateway kills the gateway under load: not one answer that a client received lacks its
// evidence afterwards, none is there twice, and Tessera's own fsck finds the log whole.
func TestKilledGateway(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		b := newBazaar(t, somewhere(t, address), 50)
		var all []answered
		for range rounds() {
			s := b.serve()
			l := b.load(s.public, 8)
			for { // until the load runs, and a moment of chance
				l.mu.Lock()
				n := len(l.receipts)
				l.mu.Unlock()
				if n > 60 {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			if err := s.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = s.cmd.Wait()
			all = append(all, l.end()...)
		}
		b.evidenced(all)
	})
}

// evidenced checks that every answer's evidence is in the store and in the log.
func (b *bazaar) evidenced(all []answered) {
	t := b.t
	t.Helper()
	store := b.place.open(t)
	defer store.Close()
	ctx, stop := context.WithCancel(who.AsSystem(t.Context(), who.Production))
	defer stop()
	go func() { _ = store.Ledger.Run(ctx) }()
	seen := map[int64]bool{}
	for _, r := range all {
		a, e, err := store.Exchange.Access(ctx, r.account, r.ID)
		if err != nil || a.Entry != r.Entry || a.Outcome != "" || len(e.Response.Base) == 0 {
			t.Fatalf("an answer was received, and its evidence is missing: %s %+v %v", r.ID, a, err)
		}
		bundle, err := store.Ledger.EntryBundle(ctx, ledger.EntryID(r.Entry))
		for errors.Is(err, ledger.ErrWaiting) {
			time.Sleep(20 * time.Millisecond)
			bundle, err = store.Ledger.EntryBundle(ctx, ledger.EntryID(r.Entry))
		}
		if err != nil || sha256.Sum256(append([]byte{0}, bundle.Entries[0].Leaf...)) != r.Leaf {
			t.Fatalf("the log does not hold what the receipt promised: %+v %v", bundle.Entries, err)
		}
		if n := bundle.Entries[0].Index; seen[n] {
			t.Errorf("entry %d is two accesses'", n)
		} else {
			seen[n] = true
		}
	}
	t.Logf("%d answers, each with its evidence", len(all))
	server := httptest.NewServer(store.Site.Handler())
	defer server.Close()
	if code, said := command("ledger", "audit", server.URL+"/api/ledger/log", "--state", filepath.Join(t.TempDir(), "seen")); code != 0 {
		t.Errorf("the log is not whole: %s", said)
	}
}

// answers waits until the load has had n more answers, and says how many calls failed meanwhile.
func (l *load) answers(t *testing.T, n int) (failed int64) {
	t.Helper()
	count := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.receipts)
	}
	until, before := count()+n, l.failed.Load()
	for deadline := time.Now().Add(2 * time.Minute); count() < until; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the load stands still: %d answers, %d failed", count(), l.failed.Load())
		}
	}
	return l.failed.Load() - before
}

// TestFullDisk: while nothing can be written nothing is answered, and afterwards all goes on
// in the same process; what was answered has its evidence.
func TestFullDisk(t *testing.T) {
	b := newBazaar(t, somewhere(t, ""), 20)
	s := b.serve()
	defer func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() }()
	l := b.load(s.public, 4)
	l.answers(t, 20)
	limit := func(size string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "prlimit", "--pid", strconv.Itoa(s.cmd.Process.Pid), "--fsize="+size+":unlimited").CombinedOutput()
		if err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	limit("1")
	l.mu.Lock()
	full := len(l.receipts)
	l.mu.Unlock()
	for before := l.failed.Load(); l.failed.Load() < before+20; {
		time.Sleep(10 * time.Millisecond)
	}
	l.mu.Lock()
	if more := len(l.receipts) - full; more > 4 { // those that were durable already
		t.Errorf("%d calls were answered on a full disk", more)
	}
	l.mu.Unlock()
	limit("unlimited")
	l.answers(t, 20)
	all := l.end()
	if err := errors.Join(s.cmd.Process.Kill(), ignored(s.cmd.Wait())); err != nil {
		t.Fatal(err)
	}
	b.evidenced(all)
}

func ignored(error) error { return nil }

// TestWithdrawalUnderLoad holds that a withdrawal that a person was told of is not
// followed by an answer, whichever process they and the consumer talk to.
func TestWithdrawalUnderLoad(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		b := newBazaar(t, somewhere(t, address), 20)
		s := b.serve()
		defer func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() }()
		store := b.place.open(t)
		defer store.Close()
		ctx := who.AsSystem(t.Context(), who.Production)
		l := b.load(s.public, 4)
		l.answers(t, 10)
		client := &http.Client{}
		for i := range 5 {
			if _, err := b.ask(client, s.public, b.ids[i]); err != nil {
				t.Fatal(err)
			}
			if err := store.Exchange.Withdraw(ctx, "account-"+strconv.Itoa(i), b.ids[i]); err != nil {
				t.Fatal(err)
			}
			if _, err := b.ask(client, s.public, b.ids[i]); !errors.Is(err, errNotAnswered) {
				t.Errorf("after the withdrawal: %v", err)
			}
		}
		l.answers(t, 10)
		l.end()
	})
}

// TestGatewayAndRestartingDatabase: PostgreSQL crashes and comes back while calls go on. They fail
// meanwhile, go on afterwards in the same process, and what was answered has its evidence.
func TestGatewayAndRestartingDatabase(t *testing.T) {
	pg, err := server.Start(t.Context(), true)
	if errors.Is(err, server.ErrNone) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pg.Stop)
	b := newBazaar(t, somewhere(t, pg.URL), 20)
	s := b.serve()
	defer func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() }()
	l := b.load(s.public, 4)
	for range rounds() {
		l.answers(t, 20)
		before := l.failed.Load()
		crashDatabase(t, pg.URL)
		for l.failed.Load() == before {
			time.Sleep(10 * time.Millisecond)
		}
	}
	l.answers(t, 20)
	all := l.end()
	if err := errors.Join(s.cmd.Process.Kill(), ignored(s.cmd.Wait())); err != nil {
		t.Fatal(err)
	}
	b.evidenced(all)
}

// crashDatabase kills one of the server's processes; the server then ends all others and recovers
// from its log, as after a power cut.
func crashDatabase(t *testing.T, url string) {
	t.Helper()
	ctx := who.AsSystem(t.Context(), who.Production)
	d, err := db.Open(ctx, db.Config{URL: url}, when.System)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var pid int
	if err := d.ReadLatest(ctx, func(tx *db.Tx) error { return tx.Row("select pg_backend_pid()").Scan(&pid) }); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}
