package exchange

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/events"
	"praya/platform/httpsig"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/observe"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
)

func schemas() []db.Schema {
	return []db.Schema{audit.Schema(), events.Schema(), jobs.Schema(), limits.Schema(), web.Schema(), Schema()}
}

// list is a ledger that keeps what it was given in order: enough to see what is committed to. The
// real one is tried in app.
type list struct {
	mu  sync.Mutex
	all []Commitment
}

func (l *list) Commit(_ *db.Tx, all []Commitment) (out []Logged, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range all {
		l.all = append(l.all, c)
		leaf, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		out = append(out, Logged{fmt.Sprintf("entry-%d", len(l.all)), leaf})
	}
	return out, nil
}

func (*list) Trust(context.Context) (LedgerTrust, error) { return LedgerTrust{}, nil }

func (*list) Bundle(context.Context, string) ([]byte, bool, error) { return []byte("{}"), false, nil }

// people are two accounts with a document, and one without.
type people struct {
	mu   sync.Mutex
	told []string
}

func (*people) Subject(_ context.Context, account string, _ SubjectKind) (string, error) {
	if number, ok := map[string]string{"chan": "A1234563", "lee": "B2345678"}[account]; ok {
		return number, nil
	}
	return "", fault.New(fault.Conflict, "exchange.fault.no-document")
}

func (p *people) Tell(_ context.Context, account, key, _ string, _, _ lang.Text) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, account+" "+key)
	return nil
}

func (*people) Department(context.Context, string) (lang.Text, error) { return lang.Text{}, nil }
func (*people) Departments(context.Context) (map[string]lang.Text, error) {
	return map[string]lang.Text{}, nil
}

// moved is a clock that a test moves.
type moved struct{ ahead atomic.Int64 }

func (m *moved) now() when.Instant  { return when.System().Add(time.Duration(m.ahead.Load())) }
func (m *moved) by(d time.Duration) { m.ahead.Add(int64(d)) }

// world is a gateway with a consumer and a provider, each with its own key.
type world struct {
	t      testing.TB
	s      *Service
	ctx    context.Context
	ledger *list
	people *people
	clock  *moved
	gate   *httptest.Server

	consumer *httpsig.Signer
	second   ed25519.PrivateKey // of the consumer too
	provider *source
}

// source is a provider's program.
type source struct {
	*httptest.Server
	w      *world
	key    ed25519.PrivateKey
	asked  atomic.Int64
	mu     sync.Mutex
	answer func(r *http.Request, body []byte) answer
}

// answer is what a provider says, and where it lies.
type answer struct {
	status      int
	contentType string
	body        []byte
	about       string
	id          string
	key         ed25519.PrivateKey
	keyID       string
	digest      string
	wait        time.Duration
	stop        bool
	pieces      bool // the length is not told before
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	dbtest.EachURL(t, func(t *testing.T, address string) { test(t, newWorld(t, address)) })
}

func newWorld(t testing.TB, address string) *world {
	t.Helper()
	w := &world{t: t, clock: &moved{}, ledger: &list{}, people: &people{}, ctx: who.AsSystem(t.Context(), who.Production)}
	d, err := db.Open(t.Context(), db.Config{URL: address}, w.clock.now)
	w.must(err)
	t.Cleanup(func() { _ = d.Close() })
	_, err = d.Migrate(t.Context(), schemas()...)
	w.must(err)
	folder := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), w.clock.now)
	w.must(err)
	w.open(d, ring)
	w.admit()
	return w
}

// open is a gateway on a store; two of them are two processes.
func (w *world) open(d *db.DB, ring *sign.Ring) {
	policy, err := access.New(Policy())
	w.must(err)
	log := slog.New(slog.DiscardHandler)
	w.s = &Service{
		DB: d, Keys: ring, Policy: policy, Ledger: w.ledger, People: w.people, Departments: w.people, Words: mustBook(w.t), Clock: w.clock.now, Log: log,
		Origin: "http://gateway.example", Transport: NewTransport(),
	}
	w.must(w.s.Seed(w.ctx))
	book := mustBook(w.t)
	site, err := web.New(web.Config{Operator: "off"}, web.Parts{Words: book, Policy: policy, Log: log, Clock: w.clock.now, DB: d, Metrics: observe.NewMetrics(), Health: observe.NewHealth()})
	w.must(err)
	w.s.Mount(site)
	w.gate = httptest.NewServer(site.Handler())
	w.t.Cleanup(w.gate.Close)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func newKey(t testing.TB) (ed25519.PrivateKey, []byte) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return key, der
}

const openAPI = `{"openapi":"3.1.0","info":{"title":"Addresses","version":"1"},"paths":{"/addresses":{"get":{"responses":{"200":{"description":"the address","content":{"application/json":{"schema":{"type":"object","properties":{"name":{},"address":{},"phone":{}}}}}}}}}}}`

func text(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

func addressService(base string) DataService {
	return DataService{
		Code: "immd.address", Provider: "immd", Title: text("Addresses"), Base: base, OpenAPI: []byte(openAPI),
		Fields:  []Field{{"name", text("Name"), Ordinary}, {"address", text("Address"), Ordinary}, {"phone", text("Telephone"), Sensitive}},
		Subject: ByDocument, Surplus: Refuse, Content: JSONFields, Methods: []string{"GET", "POST", "HEAD"}, Patience: 2 * time.Second, State: Open,
	}
}

// admit registers both parties, the service and the right.
func (w *world) admit() {
	consumerKey, consumerPublic := newKey(w.t)
	providerKey, providerPublic := newKey(w.t)
	w.provider = &source{w: w, key: providerKey}
	w.provider.Server = httptest.NewServer(w.provider)
	w.t.Cleanup(w.provider.Close)
	w.must(w.s.PutParty(w.ctx, Party{Code: "transport", Department: "TD", Name: text("Transport"), Clients: []string{"td-licence"}}))
	w.must(w.s.PutParty(w.ctx, Party{Code: "immd", Department: "IMMD", Name: text("Immigration")}))
	start := w.clock.now().Add(-time.Hour)
	w.must(w.s.AddKey(w.ctx, PartyKey{ID: "transport/1", Party: "transport", Use: Signing, Public: consumerPublic, From: start}))
	w.must(w.s.AddKey(w.ctx, PartyKey{ID: "immd/1", Party: "immd", Use: Signing, Public: providerPublic, From: start}))
	w.must(w.s.PutService(w.ctx, addressService(w.provider.URL+"/v1")))
	w.right(Right{Service: "immd.address", Consumer: "transport", Fields: []string{"name", "address", "phone"}, Purpose: "licence-application", Why: "to fill the form", Basis: OnConsent})
	var err error
	w.consumer, err = httpsig.NewSigner(CallProfile("http"), "transport/1", consumerKey, w.clock.now)
	w.must(err)
}

func (w *world) as(officer, department string, roles ...string) context.Context {
	return who.With(w.ctx, who.Request{Realm: who.Production, Actor: who.Actor{
		Kind: who.Officer, ID: "account-" + officer, Duty: who.Duty{Officer: officer, Department: department, Roles: strings.Join(roles, " ")},
	}})
}

// right asks for a right and has it granted.
func (w *world) right(r Right) RightID {
	w.t.Helper()
	id, err := w.s.AskRight(w.as("td-developer", "TD", DeveloperRole), r)
	w.must(err)
	w.must(w.s.DecideRight(w.as("steward-1", "IMMD", StewardRole), id, true, "tested by hand"))
	if r.Basis == ByLaw {
		w.must(w.s.DecideRight(w.as("steward-2", "IMMD", StewardRole), id, true, "tested by hand"))
	}
	return id
}

func wish(fields ...string) Wish {
	return Wish{Type: DetailType, Service: "immd.address", Purpose: "licence-application", Fields: fields, KeepDays: 30}
}

// standing is a wish that holds for a month.
func (w *world) standing(fields ...string) Wish {
	x := wish(fields...)
	x.Until = w.clock.now().Day().Add(30).String()
	return x
}

func (w *world) give(account string, x Wish) Consent {
	w.t.Helper()
	c, err := w.s.Give(w.ctx, "td-licence", x, account, account, x.OptionalFields)
	w.must(err)
	return c
}

// request is a call on a consent, not yet signed.
func (w *world) request(method string, c ConsentID, path string, body []byte) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.gate.URL+callBase+"immd.address"+path, bytes.NewReader(body))
	w.must(err)
	if body == nil {
		r.Body, r.ContentLength = http.NoBody, 0
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set(headBasis, "consent "+string(c))
	return r
}

// reply is what the consumer got.
type reply struct {
	*http.Response
	body []byte
	code Refusal
}

func (w *world) send(r *http.Request) reply {
	w.t.Helper()
	_, err := w.consumer.Request(r)
	w.must(err)
	return w.sendRaw(r)
}

// sendRaw sends, and verifies the answer as a consumer does: who signed it, what it is bound to,
// and the receipt.
func (w *world) sendRaw(r *http.Request) reply {
	w.t.Helper()
	resp, err := (&http.Client{Transport: &http.Transport{DisableCompression: true}}).Do(r)
	w.must(err)
	defer resp.Body.Close()
	out := reply{Response: resp}
	if resp.Header.Get("Signature") != "" {
		verify, err := httpsig.NewVerifier(CallProfile("http"), w.s, w.clock.now)
		w.must(err)
		if _, err := verify.Response(resp, r); err != nil {
			w.t.Errorf("the answer does not verify: %v", err)
		}
	}
	out.body, err = io.ReadAll(resp.Body)
	w.must(err)
	if resp.StatusCode >= 400 {
		var p refusalProblem
		w.must(json.Unmarshal(out.body, &p))
		out.code = p.Code
	}
	if field := resp.Header.Get(headReceipt); field != "" {
		receipt, err := ParseReceipt(field)
		w.must(err)
		if err := receipt.Verify(func(id string) (crypto.PublicKey, error) { return w.s.PublicKey(w.ctx, id) }); err != nil {
			w.t.Errorf("the receipt does not verify: %v", err)
		}
	}
	return out
}

func (w *world) get(c ConsentID) reply { return w.send(w.request("GET", c, "/addresses", nil)) }

// ServeHTTP is the provider: it verifies the gateway, and signs what it answers.
func (p *source) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	p.asked.Add(1)
	verify, err := httpsig.NewVerifier(ForwardProfile("http"), p.w.s, p.w.clock.now)
	if err == nil {
		_, err = verify.Request(r)
	}
	var body []byte
	if err == nil {
		body, err = io.ReadAll(r.Body)
	}
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	a := answer{
		status: http.StatusOK, contentType: "application/json", body: []byte(`{"name":"陳大文","address":"1 Queen's Road"}`),
		about: about(r.Header.Get(headSalt), r.Header.Get(headSubject)), id: r.Header.Get(headID), key: p.key, keyID: "immd/1",
	}
	p.mu.Lock()
	change := p.answer
	p.mu.Unlock()
	if change != nil {
		b := change(r, body)
		a = merge(a, b)
	}
	time.Sleep(a.wait)
	if a.stop {
		panic(http.ErrAbortHandler)
	}
	h := rw.Header()
	h.Set("Content-Type", a.contentType)
	h.Set(headID, a.id)
	h.Set(headAbout, a.about)
	if a.digest == "" {
		a.digest = httpsig.DigestOf(a.body)
	}
	h.Set("Content-Digest", a.digest)
	if r.Method == http.MethodHead {
		h.Set("Content-Digest", httpsig.DigestOf(nil))
	}
	if !a.pieces {
		h.Set("Content-Length", fmt.Sprint(len(a.body)))
	}
	signer, err := httpsig.NewSigner(CallProfile("http"), a.keyID, a.key, p.w.clock.now)
	if err == nil {
		_, err = signer.Response(h, a.status, r)
	}
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.body)
}

func merge(a, b answer) answer {
	if b.status != 0 {
		a.status = b.status
	}
	if b.contentType != "" {
		a.contentType = b.contentType
	}
	if b.body != nil {
		a.body = b.body
	}
	if b.about != "" {
		a.about = b.about
	}
	if b.id != "" {
		a.id = b.id
	}
	if b.key != nil {
		a.key = b.key
	}
	if b.keyID != "" {
		a.keyID = b.keyID
	}
	a.digest, a.wait, a.stop, a.pieces = b.digest, b.wait, b.stop, b.pieces
	return a
}

// lies makes the provider answer otherwise.
func (p *source) lies(how func(r *http.Request, body []byte) answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = how
}

func mustBook(t testing.TB) *words.Book {
	t.Helper()
	book, err := words.New(web.Words(), Words())
	if err != nil {
		t.Fatal(err)
	}
	return book
}
