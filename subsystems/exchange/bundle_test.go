package exchange

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/httpsig"
)

// tree is a log in the ledger's published form, whose checkpoints it signs itself. What the
// ledger really publishes is tried in app.
type tree struct {
	mu     sync.Mutex
	leaves []string
	hashes []tlog.Hash
	signer note.Signer
	vkey   string
	clock  *moved
	behind bool // the newest entry waits
}

const treeName = "praya.example/ledger"

func newTree(t *testing.T, clock *moved) *tree {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, treeName)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return &tree{signer: signer, vkey: vkey, clock: clock}
}

// ReadHashes is what tlog asks for.
func (l *tree) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, l.hashes[i])
	}
	return out, nil
}

func (l *tree) add(leaf string) error {
	more, err := tlog.StoredHashes(int64(len(l.leaves)), []byte(leaf), l)
	l.leaves, l.hashes = append(l.leaves, leaf), append(l.hashes, more...)
	return err
}

// Commit logs commitments.
func (l *tree) Commit(_ *db.Tx, all []Commitment) (out []Logged, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range all {
		of := []string{}
		for _, h := range c.Of {
			of = append(of, base64.StdEncoding.EncodeToString(h[:]))
		}
		leaf := map[string]any{"v": 1, "type": c.Type, "time": l.clock.now().Time().UTC().Format("2006-01-02T15:04Z"), "commitments": of, "keys": c.Keys}
		if c.Previous != "" {
			leaf["previous"] = c.Previous
		}
		raw, err := json.Marshal(leaf)
		if err != nil {
			return nil, err
		}
		out = append(out, Logged{strconv.Itoa(len(l.leaves)), raw})
		if err := l.add(string(raw)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Bundle proves an entry.
func (l *tree) Bundle(_ context.Context, entry string) ([]byte, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, err := strconv.ParseInt(entry, 10, 64)
	n := int64(len(l.leaves))
	if err != nil || i >= n {
		return nil, false, errors.New("no such entry")
	}
	if l.behind && i == n-1 {
		return nil, true, nil
	}
	root, err := tlog.TreeHash(n, l)
	if err != nil {
		return nil, false, err
	}
	proof, err := tlog.ProveRecord(n, i, l)
	if err != nil {
		return nil, false, err
	}
	signed, err := note.Sign(&note.Note{Text: treeName + "\n" + strconv.FormatInt(n, 10) + "\n" + root.String() + "\n"}, l.signer)
	if err != nil {
		return nil, false, err
	}
	raw, err := json.Marshal(ledgerBundle{ledgerFormat, treeName, l.vkey, string(signed), []ledgerEntry{{l.leaves[i], i, append([]tlog.Hash{}, proof...)}}})
	return raw, false, err
}

// Trust is whom to believe of it.
func (l *tree) Trust(context.Context) (LedgerTrust, error) { return LedgerTrust{Key: l.vkey}, nil }

// proof is a bundle that a test damages, and whom it trusts.
type proof struct {
	*testing.T
	raw   []byte
	trust Trust
}

func (p proof) bundle() Bundle {
	p.Helper()
	b, err := ParseBundle(p.raw)
	if err != nil {
		p.Fatal(err)
	}
	return b
}

// finds checks a bundle after some harm, and wants a step to be broken; none when name is empty.
func (p proof) finds(name string, harm func(b *Bundle)) {
	p.Helper()
	b := p.bundle()
	if harm != nil {
		harm(&b)
	}
	steps := b.Verify(p.trust)
	for _, s := range steps {
		if s.Finding == Broken && (name == "" || s.Name == name) {
			if name == "" {
				p.Errorf("%s is broken: %s", s.Name, s.Why)
			}
			return
		}
	}
	if name != "" {
		p.Errorf("%s is not found broken: %+v", name, steps)
	}
}

// trusted are the keys as the gateway publishes them.
func (w *world) trusted() map[string]crypto.PublicKey {
	w.t.Helper()
	out := map[string]crypto.PublicKey{}
	for _, id := range []string{"transport/1", "transport/hsm", "immd/1"} {
		if key, err := w.s.PublicKey(w.ctx, id); err == nil {
			out[id] = key
		}
	}
	for _, k := range w.s.Keys.Keys() {
		if pub, err := w.s.Keys.PublicKey(k.ID); err == nil {
			out[gatewayKey+k.ID] = pub
		}
	}
	return out
}

func newProofWorld(t *testing.T) (*world, *tree) {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t))
	l := newTree(t, w.clock)
	w.s.Ledger = l
	return w, l
}

// prove makes a call, withdraws, receives the deletion, and proves the access.
func prove(t *testing.T) (proof, *world, *tree) {
	t.Helper()
	w, l := newProofWorld(t)
	c := w.give("chan", w.standing("name", "address"))
	r := w.get(c.ID)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	receipt, err := ParseReceipt(r.Header.Get(headReceipt))
	w.must(err)
	w.must(w.s.Withdraw(w.ctx, "chan", c.ID))
	b, err := w.s.AccessBundle(w.ctx, "chan", receipt.ID, "TD received your address")
	w.must(err)
	raw, err := b.Encode()
	w.must(err)
	return proof{t, raw, Trust{Keys: w.trusted(), Log: l.vkey}}, w, l
}

// TestBundleHolds: what the gateway gives verifies, by Ed25519 and by P-256, also before the
// ledger has proven it.
func TestBundleHolds(t *testing.T) {
	p, w, l := prove(t)
	p.finds("", nil)
	var names []string
	for _, s := range p.bundle().Verify(p.trust) {
		names = append(names, s.Name+" "+string(s.Finding))
	}
	want := "keys good, request good, response good, bound good, said good, consent good, commitments good, inclusion good, checkpoint good, witness unchecked"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must(err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	w.must(err)
	w.must(w.s.AddKey(w.ctx, PartyKey{ID: "transport/hsm", Party: "transport", Use: Signing, Public: der, From: w.clock.now().Add(-time.Hour)}))
	w.consumer, err = httpsig.NewSigner(CallProfile("http"), "transport/hsm", key, w.clock.now)
	w.must(err)
	l.behind = true
	c := w.give("chan", w.standing("name", "address"))
	receipt, err := ParseReceipt(w.get(c.ID).Header.Get(headReceipt))
	w.must(err)
	b, err := w.s.AccessBundle(w.ctx, "chan", receipt.ID, "")
	w.must(err)
	if !b.Access.Ledger.Waiting {
		t.Error("it does not say that it waits")
	}
	for _, s := range b.Verify(Trust{Keys: w.trusted(), Log: l.vkey}) {
		if s.Finding == Broken || s.Name == "inclusion" && s.Finding != Unchecked {
			t.Errorf("%+v", s)
		}
	}
	if _, err := w.s.AccessBundle(w.ctx, "lee", receipt.ID, ""); err == nil {
		t.Error("another person gets the proof")
	}
}

// TestBundleOfARefusal: that nothing went is proven like the rest.
func TestBundleOfARefusal(t *testing.T) {
	w, l := newProofWorld(t)
	c := w.give("chan", w.standing("name"))
	w.must(w.s.Withdraw(w.ctx, "chan", c.ID))
	if r := w.get(c.ID); r.code != WithdrawnConsent {
		t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	all, err := w.s.Accesses(w.ctx, "chan", AccessFilter{}, "", 10)
	w.must(err)
	b, err := w.s.AccessBundle(w.ctx, "chan", all[0].ID, "")
	w.must(err)
	steps := b.Verify(Trust{Keys: w.trusted(), Log: l.vkey})
	if !Good(steps) || b.Access.Outcome != string(WithdrawnConsent) || b.Access.Response != nil {
		t.Errorf("%+v %+v", b.Access, steps)
	}
}

// TestBundleFindsForgery: each thing that a bundle says, said otherwise, breaks the step that
// names it.
func TestBundleFindsForgery(t *testing.T) {
	p, w, l := prove(t)
	other, otherPublic := newKey(t)
	_ = other
	swap := func(s *string, from, to string) {
		if !strings.Contains(*s, from) {
			t.Fatalf("%q is not in %s", from, *s)
		}
		*s = strings.Replace(*s, from, to, 1)
	}
	leaf := func(b *Bundle, from, to string) {
		raw := string(b.Access.Ledger.Bundle)
		swap(&raw, from, to)
		b.Access.Ledger.Bundle = json.RawMessage(raw)
	}
	public, err := x509.ParsePKIXPublicKey(otherPublic)
	w.must(err)
	for _, c := range []struct {
		name, want string
		harm       func(b *Bundle)
	}{
		{"a changed request", "request", func(b *Bundle) { swap(&b.Access.Request.Base, "GET", "PUT") }},
		{"a changed answer", "response", func(b *Bundle) { swap(&b.Access.Response.Base, `"@status": 200`, `"@status": 201`) }},
		{"another's key", "keys", func(b *Bundle) { b.Keys[1] = jwkOf(b.Keys[1].KeyID, public) }},
		{"a key that is missing", "request", func(b *Bundle) { b.Keys = b.Keys[:0] }},
		{"an answer to another request", "bound", func(b *Bundle) { b.Access.Request.Signature = b.Access.Response.Signature }},
		{"another consumer in words", "said", func(b *Bundle) { b.Access.Consumer.Code = "taxes" }},
		{"another provider in words", "said", func(b *Bundle) { b.Access.Provider.Code = "taxes" }},
		{"another service in words", "said", func(b *Bundle) { b.Access.Service.Code = "immd.faces" }},
		{"another access", "said", func(b *Bundle) { b.Access.ID = "0198c1a0-0000-7000-8000-000000000000" }},
		{"another basis", "said", func(b *Bundle) { b.Access.Basis = "right 0198c1a0-0000-7000-8000-000000000000" }},
		{"another time", "commitments", func(b *Bundle) { b.Access.At = w.clock.now().Add(48 * time.Hour).String() }},
		{"a time before it was asked", "said", func(b *Bundle) { b.Access.At = w.clock.now().Add(-48 * time.Hour).String() }},
		{"fewer fields asked for", "consent", func(b *Bundle) { b.Access.Fields[0].Code = "phone" }},
		{"another purpose", "consent", func(b *Bundle) { b.Access.Purpose.Code = "research-statistics" }},
		{"a changed record", "consent", func(b *Bundle) { swap(&b.Consent.Records[0].Record, "licence-application", "law-enforcement") }},
		{"a record that was left out", "consent", func(b *Bundle) { b.Consent.Records = b.Consent.Records[1:] }},
		{"no record", "consent", func(b *Bundle) { b.Consent.Records = nil }},
		{"another outcome", "commitments", func(b *Bundle) { b.Access.Outcome = "withdrawn" }},
		{"another seed", "commitments", func(b *Bundle) { b.Access.Seed[0]++ }},
		{"another salt", "commitments", func(b *Bundle) { b.Consent.Records[0].Salt[3]++ }},
		{"a forged entry", "inclusion", func(b *Bundle) { leaf(b, `\"type\":\"exchange\"`, `\"type\":\"disclosure-delayed\"`) }},
		{"an entry of another kind", "commitments", func(b *Bundle) { leaf(b, `\"type\":\"exchange\"`, `\"type\":\"deletion\"`) }},
		{"another place", "inclusion", func(b *Bundle) { leaf(b, `"index": 1`, `"index": 0`) }},
		{"another size", "checkpoint", func(b *Bundle) { leaf(b, `ledger\n3\n`, `ledger\n4\n`) }},
		{"no proof", "commitments", func(b *Bundle) { b.Access.Ledger.Bundle = json.RawMessage(`{}`) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := p
			p.T = t
			p.finds(c.want, c.harm)
		})
	}
	forked := newTree(t, w.clock)
	p.trust.Log = forked.vkey
	p.finds("checkpoint", nil)
	p.trust.Log, p.trust.Witnesses, p.trust.Quorum = l.vkey, []string{forked.vkey}, 1
	p.finds("witness", nil)
}

// TestVerifyCommand: the command says each step, and fails when one is broken.
func TestVerifyCommand(t *testing.T) {
	p, w, l := prove(t)
	folder := t.TempDir()
	file, keys := filepath.Join(folder, "bundle.json"), filepath.Join(folder, "keys.json")
	set := []jwk{}
	for id, key := range w.trusted() {
		set = append(set, jwkOf(id, key))
	}
	w.must(os.WriteFile(keys, []byte(jsonText(map[string]any{"keys": set})), 0o600))
	run := func(raw []byte) (string, error) {
		w.must(os.WriteFile(file, raw, 0o600))
		var out strings.Builder
		c := VerifyCommand{Bundle: file, Keys: keys, Log: l.vkey}
		err := c.Run(Output{&out})
		return out.String(), err
	}
	said, err := run(p.raw)
	if err != nil || !strings.Contains(said, "good      inclusion") || !strings.Contains(said, "TD received your address") {
		t.Errorf("%v\n%s", err, said)
	}
	if said, err = run([]byte(strings.Replace(string(p.raw), `"outcome": "answered"`, `"outcome": "withdrawn"`, 1))); err == nil || !strings.Contains(said, "bad       commitments") {
		t.Errorf("%v\n%s", err, said)
	}
	if _, err = run([]byte(`{"format":"other"}`)); err == nil {
		t.Error("it reads anything")
	}
}
