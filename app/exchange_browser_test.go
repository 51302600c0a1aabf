package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/httpsig"
	"praya/platform/sign"
	"praya/platform/web/browsertest"
	"praya/subsystems/exchange"
	"praya/subsystems/ledger"
)

// holder is a provider that answers every call with an address.
func (g *gateway) holder() string {
	g.t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	g.must(err)
	g.register("immd/1", exchange.Signing, public)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := []byte(`{"name":"測試批准","address":"海旁道1號"}`)
		salt, err := base64.StdEncoding.DecodeString(r.Header.Get("Exchange-Salt"))
		sum := sha256.Sum256(append(salt, r.Header.Get("Exchange-Subject")...))
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Exchange-Id", r.Header.Get("Exchange-Id"))
		h.Set("Exchange-About", base64.StdEncoding.EncodeToString(sum[:]))
		h.Set("Content-Digest", httpsig.DigestOf(body))
		signer, bad := httpsig.NewSigner(exchange.CallProfile("http"), "immd/1", key, when.System)
		if err == nil && bad == nil {
			_, err = signer.Response(h, http.StatusOK, r)
		}
		if err != nil || bad != nil {
			http.Error(w, "cannot sign", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(body)
	}))
	g.t.Cleanup(server.Close)
	return server.URL
}

// witnessed runs the ledger with a witness that must cosign.
func (g *gateway) witnessed() {
	g.t.Helper()
	var keys []string
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		t, err := g.Ledger.Trust(who.AsSystem(g.t.Context(), realm))
		g.must(err)
		keys = append(keys, t.Key)
	}
	folder, out := g.t.TempDir(), &transcript{}
	ctx, stop := context.WithCancel(who.AsSystem(context.Background(), who.Production))
	done := make(chan error, 2)
	w := ledger.WitnessCommand{Listen: "localhost:0", Name: "audit.example/witness", Key: filepath.Join(folder, "key"), State: filepath.Join(folder, "seen"), Log: keys}
	go func() { done <- w.Run(ctx, ledger.Output{Writer: out}) }()
	address, key := out.between(g.t, "ready ", "\n"), out.between(g.t, "key ", "\n")
	g.Ledger.Witnesses, g.Ledger.Quorum = []ledger.Witness{{URL: address, Key: key}}, 1
	go func() { done <- g.Ledger.Run(ctx) }()
	g.t.Cleanup(func() {
		stop()
		<-done
		<-done
	})
}

// proven waits until the ledger has proven an access of an account.
func (g *gateway) proven(account string, id exchange.AccessID) exchange.Bundle {
	g.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		b, err := g.Exchange.AccessBundle(g.ctx, account, id, "Transport received the address")
		g.must(err)
		if !b.Access.Ledger.Waiting {
			return b
		}
		if time.Now().After(end) {
			g.t.Fatal("the ledger never proves it")
		}
	}
}

// logKey is the key with which the operator signs checkpoints: who forks a log has it.
func (g *gateway) logKey() note.Signer {
	g.t.Helper()
	var origin string
	var sealed []byte
	g.must(g.DB.Read(g.ctx, func(tx *db.Tx) error {
		return tx.Row(`select origin, sealed from ledger_logs where realm = $1`, tx.Realm()).Scan(&origin, &sealed)
	}))
	skey, err := g.Keys.Decrypt(sign.Place{Realm: who.Sandbox, Table: "ledger_logs", Column: "sealed", ID: origin}, sealed)
	g.must(err)
	signer, err := note.NewSigner(string(skey))
	g.must(err)
	return signer
}

// proofOf is the ledger's own bundle inside of a bundle, to be damaged.
type proofOf struct {
	Format     string       `json:"format"`
	Origin     string       `json:"origin"`
	Key        string       `json:"key"`
	Checkpoint string       `json:"checkpoint"`
	Entries    []proofEntry `json:"entries"`
}

type proofEntry struct {
	Leaf  string      `json:"leaf"`
	Index int64       `json:"index"`
	Proof []tlog.Hash `json:"proof"`
}

func readProof(t *testing.T, p exchange.ProvenEntry) (out proofOf) {
	t.Helper()
	if err := json.Unmarshal(p.Bundle, &out); err != nil || len(out.Entries) != 1 {
		t.Fatalf("%v %s", err, p.Bundle)
	}
	return out
}

// fork is the access in a log of another history, signed by the same operator.
func (g *gateway) fork(p proofOf) json.RawMessage {
	g.t.Helper()
	other, own := tlog.RecordHash([]byte("another history")), tlog.RecordHash([]byte(p.Entries[0].Leaf))
	root := tlog.NodeHash(other, own)
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n2\n%s\n", p.Origin, root)}, g.logKey())
	g.must(err)
	p.Checkpoint, p.Entries[0].Index, p.Entries[0].Proof = string(signed), 1, []tlog.Hash{other}
	return encodeProof(g.t, p)
}

func encodeProof(t *testing.T, p proofOf) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// pages is where the sandbox's pages stand, in English.
func (g *gateway) pages() string { return strings.TrimSuffix(g.base, "/sandbox") + "/en/sandbox" }

// checker is the public page at which a proof is checked.
type checker struct {
	*browsertest.Tab
	t    *testing.T
	done int
}

// finds checks a file in the browser, and wants it to say something.
func (c *checker) finds(name string, raw []byte, want ...string) {
	c.t.Helper()
	file := filepath.Join(c.t.TempDir(), "proof.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.done++
	var said string
	c.Do(chromedp.SetUploadFiles("[name=bundle]", []string{file}), chromedp.Click("form[data-exchange] button"),
		chromedp.WaitReady(`[data-result][data-done="`+strconv.Itoa(c.done)+`"]`), chromedp.Text("[data-result]", &said))
	for _, text := range want {
		if !strings.Contains(said, text) {
			c.t.Errorf("%s: it does not say %q:\n%s", name, text, said)
		}
	}
}

// TestCheckItInTheBrowser: a person finds the access on their page, has the browser check it
// against the real ledger with a witness, and withdraws. Anybody checks the file; a forged entry, a
// removed one, a forked log, a changed text and another's key are each caught and named.
func TestCheckItInTheBrowser(t *testing.T) {
	g := newGateway(t)
	g.witnessed()
	g.service("immd.address", g.holder(), exchange.JSONFields)
	c := g.consent("immd.address", "approves", "name", "address")
	resp, _ := g.calls("immd.address", c)
	receipt, err := exchange.ParseReceipt(resp.Header.Get("Exchange-Receipt"))
	g.must(err)
	good := g.proven(c.Subject, receipt.ID)

	person := resident{browser.Tab(t), t, g.base}
	person.Look(browsertest.Look{Width: 360})
	person.Open(g.pages() + "/sign-in")
	person.Eval(`[...document.querySelectorAll("form")].find((f) => f.persona?.value === "approves").querySelector("button").click(), true`, new(bool))
	person.Do(chromedp.WaitReady(`a[href$="/me/exchange"]`))
	person.Press("Who gets my data")
	person.sees("Transport", "Name and Address", "1 time")
	person.Press("Every access to your data")
	person.sees("Transport received these data from Immigration: Name and Address")
	person.Open(g.pages() + "/me/exchange/accesses/" + string(receipt.ID))
	person.Do(chromedp.Click("form[data-exchange] button"), chromedp.WaitReady(`[data-result][data-done="1"]`))
	person.sees("The keys are those that the exchange publishes", "The receiver signed this request", "The answer belongs to this request and no other",
		"Witnesses cosigned the checkpoint", "The ledger is the one", "Everything holds.")
	g.forgeries(t, good)

	person.Open(g.pages() + "/me/exchange")
	person.Press("Withdraw what Transport may get")
	person.sees("Withdrawn: nothing goes from", "must confirm by")
	if r, body := g.calls("immd.address", c); r.StatusCode != http.StatusForbidden {
		t.Errorf("the next call gets %d %s", r.StatusCode, body)
	}
	person.Open(g.pages() + "/me/exchange/accesses")
	person.sees("Nothing went: The person has withdrawn the consent")
}

// forgeries are checked by somebody who has not signed in.
func (g *gateway) forgeries(t *testing.T, good exchange.Bundle) {
	t.Helper()
	raw := encoded(t, good)
	page := &checker{Tab: browser.Tab(t), t: t}
	page.Open(g.pages() + "/exchange/check")
	page.finds("good", raw, "Transport received the address", "fingerprint", "The ledger holds exactly this", "Everything holds.")
	const failed = "Do not rely on this proof"
	damaged := func(name, want string, harm func(b *exchange.Bundle)) {
		t.Helper()
		b, err := exchange.ParseBundle(raw)
		g.must(err)
		harm(&b)
		page.finds(name, encoded(t, b), want, failed)
	}
	damaged("a forged entry", "It does not stand in the ledger", func(b *exchange.Bundle) {
		p := readProof(t, b.Access.Ledger)
		p.Entries[0].Leaf = strings.Replace(p.Entries[0].Leaf, `"type":"exchange"`, `"type":"disclosure-delayed"`, 1)
		b.Access.Ledger.Bundle = encodeProof(t, p)
	})
	damaged("a removed entry", "It does not stand in the ledger", func(b *exchange.Bundle) {
		p, neighbour := readProof(t, b.Access.Ledger), readProof(t, b.Consent.Records[0].Ledger)
		p.Checkpoint, p.Entries[0].Index, p.Entries[0].Proof = neighbour.Checkpoint, neighbour.Entries[0].Index, neighbour.Entries[0].Proof
		b.Access.Ledger.Bundle = encodeProof(t, p)
	})
	damaged("a forked log", "The ledger shows another history", func(b *exchange.Bundle) { b.Access.Ledger.Bundle = g.fork(readProof(t, b.Access.Ledger)) })
	damaged("a fork without cosignature", "Too few witnesses cosigned", func(b *exchange.Bundle) { b.Access.Ledger.Bundle = g.fork(readProof(t, b.Access.Ledger)) })
	damaged("a changed request", "The request was changed", func(b *exchange.Bundle) {
		b.Access.Request.Base = strings.Replace(b.Access.Request.Base, `"@method": GET`, `"@method": PUT`, 1)
	})
	damaged("a changed answer", "The answer was changed", func(b *exchange.Bundle) {
		b.Access.Response.Base = strings.Replace(b.Access.Response.Base, `"@status": 200`, `"@status": 404`, 1)
	})
	damaged("another consumer in words", "is not what was signed", func(b *exchange.Bundle) { b.Access.Consumer.Code = "taxes" })
	damaged("another outcome", "This is not what the ledger holds", func(b *exchange.Bundle) { b.Access.Outcome = "withdrawn" })
	damaged("a changed consent", "The consent was changed", func(b *exchange.Bundle) {
		b.Consent.Records[0].Record = strings.Replace(b.Consent.Records[0].Record, "licence-application", "law-enforcement", 1)
	})
	damaged("another's key, and a text that it signed", "A key is not the one that the exchange publishes", func(b *exchange.Bundle) {
		public, key, err := ed25519.GenerateKey(rand.Reader)
		g.must(err)
		b.Access.Request.Signature = ed25519.Sign(key, []byte(b.Access.Request.Base))
		for i := range b.Keys {
			if b.Keys[i].KeyID == b.Access.Request.Key {
				b.Keys[i].X = base64.RawURLEncoding.EncodeToString(public)
			}
		}
	})
	page.finds("no proof", []byte("{}"), "This file is no proof")
	page.finds("good again", raw, "Everything holds.")

	file := filepath.Join(t.TempDir(), "proof.json")
	g.must(os.WriteFile(file, raw, 0o600))
	if code, said := command("exchange", "verify", file); code != 0 || !strings.Contains(said, "good      inclusion") {
		t.Errorf("%d %s", code, said)
	}
	if code, said := command("exchange", "verify", file, "--log", "other.example/ledger+c6908a2e+AYuZk3x481yb1dJM9kwuaxaKK3afHdJoA60m+uBhwUxZ"); code == 0 {
		t.Errorf("another log's key passes: %s", said)
	}
}

func encoded(t *testing.T, b exchange.Bundle) []byte {
	t.Helper()
	raw, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
