package app

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwe"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/httpsig"
	"praya/subsystems/exchange"
	"praya/subsystems/identity"
)

// gateway is the whole program with an exchange in its sandbox: a consumer with keys of its own,
// and persons who may agree.
type gateway struct {
	*Praya
	t       *testing.T
	base    string
	ctx     context.Context
	key     ed25519.PrivateKey
	decrypt *ecdsa.PrivateKey
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + strings.Replace(server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	config := Config{Data: t.TempDir(), Operator: "off", BaseURL: base}.WithDefaults()
	p, err := Open(who.AsSystem(context.Background(), who.Production), config, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})))
	g := &gateway{Praya: p, t: t, base: base + "/sandbox", ctx: who.AsSystem(t.Context(), who.Sandbox)}
	g.must(err)
	server.Config.Handler = p.Site.Handler()
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	g.must(p.Exchange.PutParty(g.ctx, exchange.Party{Code: "transport", Department: "TD", Name: said("Transport"), Clients: []string{"td-licence"}}))
	g.must(p.Exchange.PutParty(g.ctx, exchange.Party{Code: "immd", Department: "IMMD", Name: said("Immigration")}))
	var public ed25519.PublicKey
	public, g.key, err = ed25519.GenerateKey(rand.Reader)
	g.must(err)
	g.register("transport/1", exchange.Signing, public)
	g.decrypt, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	g.must(err)
	g.register("transport/secret", exchange.Encrypting, g.decrypt.Public())
	return g
}

func said(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

func (g *gateway) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *gateway) register(id string, use exchange.KeyUse, public crypto.PublicKey) {
	g.t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	g.must(err)
	party, _, _ := strings.Cut(id, "/")
	g.must(g.Exchange.AddKey(g.ctx, exchange.PartyKey{ID: id, Party: party, Use: use, Public: der, From: when.System().Add(-time.Minute)}))
}

func (g *gateway) as(officer, department, role string) context.Context {
	return who.With(g.ctx, who.Request{Realm: who.Sandbox, Actor: who.Actor{
		Kind: who.Officer, ID: "account-" + officer, Duty: who.Duty{Officer: officer, Department: department, Roles: role},
	}})
}

// service opens a data service and gives the consumer the right to it.
func (g *gateway) service(code, base string, content exchange.Content) {
	g.t.Helper()
	g.must(g.Exchange.PutService(g.ctx, exchange.DataService{
		Code: code, Provider: "immd", Title: said("Addresses"), Base: base, OpenAPI: []byte(addressesOpenAPI),
		Fields:  []exchange.Field{{Name: "name", Label: said("Name"), Class: exchange.Ordinary}, {Name: "address", Label: said("Address"), Class: exchange.Ordinary}},
		Subject: exchange.ByDocument, Surplus: exchange.Refuse, Content: content, Methods: []string{"GET", "HEAD"}, Patience: 10 * time.Second, State: exchange.Open,
	}))
	id, err := g.Exchange.AskRight(g.as("developer", "TD", exchange.DeveloperRole), exchange.Right{
		Service: code, Consumer: "transport", Fields: []string{"name", "address"}, Purpose: "licence-application", Why: "to fill the form", Basis: exchange.OnConsent,
	})
	g.must(err)
	g.must(g.Exchange.DecideRight(g.as("steward", "IMMD", exchange.StewardRole), id, true, ""))
}

const addressesOpenAPI = `{"openapi":"3.1.0","info":{"title":"Addresses","version":"1"},"paths":{"/":{"get":{"responses":{"200":{"description":"the address",
	"content":{"application/json":{"schema":{"type":"object","properties":{"name":{"type":"string"},"address":{"type":"string"}}}}}}}}}}}`

// consent is a test person's, for a month.
func (g *gateway) consent(code, persona string, fields ...string) exchange.Consent {
	g.t.Helper()
	a, err := g.Identity.Persona(g.ctx, persona)
	g.must(err)
	c, err := g.Exchange.Give(g.ctx, "td-licence", exchange.Wish{
		Type: exchange.DetailType, Service: code, Purpose: "licence-application", Fields: fields, KeepDays: 30, Until: when.System().Day().Add(30).String(),
	}, string(a.ID), string(a.ID), nil)
	g.must(err)
	return c
}

// document is a test person's number.
func document(t *testing.T, persona string) string {
	t.Helper()
	for _, p := range identity.Personas() {
		if p.Name == persona {
			return string(p.Document)
		}
	}
	t.Fatal(persona)
	return ""
}

// calls signs a call, sends it, and verifies the answer as a consumer does.
func (g *gateway) calls(code string, c exchange.Consent) (*http.Response, []byte) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.base+"/api/exchange/call/"+code+"/", http.NoBody)
	g.must(err)
	r.Header.Set("Exchange-Basis", "consent "+string(c.ID))
	s, err := httpsig.NewSigner(exchange.CallProfile("http"), "transport/1", g.key, when.System)
	g.must(err)
	_, err = s.Request(r)
	g.must(err)
	resp, err := http.DefaultClient.Do(r)
	g.must(err)
	defer resp.Body.Close()
	v, err := httpsig.NewVerifier(exchange.CallProfile("http"), httpsig.KeysFunc(func(_ context.Context, id string) (crypto.PublicKey, error) {
		return g.Exchange.PublicKey(g.ctx, id)
	}), when.System)
	g.must(err)
	sig, err := v.Response(resp, r)
	g.must(err)
	body, err := io.ReadAll(resp.Body)
	g.must(err)
	if resp.StatusCode == http.StatusOK && !strings.HasPrefix(sig.KeyID, "immd/") {
		g.t.Errorf("the answer is signed by %s", sig.KeyID)
	}
	return resp, body
}

// provider starts the ready program in a process of its own, and gives its address. Its key is
// registered as its operator would.
func (g *gateway) provider(program string, args ...string) (base string, log *transcript) {
	g.t.Helper()
	out, log := &transcript{}, &transcript{}
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = out, log
	g.must(cmd.Start())
	g.t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			g.t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			g.t.Errorf("the provider did not stop cleanly: %v\n%s", err, log)
		}
	})
	base = out.between(g.t, "ready ", "\n")
	id, rest, _ := strings.Cut(strings.TrimPrefix(out.String(), "key "), "\n")
	block, _ := pem.Decode([]byte(rest))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	g.must(err)
	g.register(id, exchange.Signing, public)
	return base, log
}

func built(t *testing.T, folder string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(folder))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", program, folder)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// TestReadyProvider: a department that has only a file or a database joins by starting one
// program; what it answers passes the gateway.
func TestReadyProvider(t *testing.T) {
	program := built(t, "../examples/provider")
	number := document(t, "approves")
	t.Run("csv", func(t *testing.T) {
		g, folder := newGateway(t), t.TempDir()
		file := filepath.Join(folder, "people.csv")
		g.must(os.WriteFile(file, []byte("\ufeffdocument,full name,address,secret\n"+number+",陳大文,1 Queen's Road,no\nB1,other,elsewhere,no\n"), 0o600))
		base, log := g.provider(program, "-listen", "localhost:0", "-gateway", g.base, "-party", "immd", "-service", "immd.address",
			"-csv", file, "-subject", "document", "-fields", "name=full name,address", "-key-file", filepath.Join(folder, "key"))
		g.service("immd.address", base, exchange.JSONFields)
		c := g.consent("immd.address", "approves", "name", "address")
		if r, body := g.calls("immd.address", c); r.StatusCode != http.StatusOK || string(body) != `{"address":"1 Queen's Road","name":"陳大文"}` {
			t.Fatalf("%d %s\n%s", r.StatusCode, body, log)
		}
		if r, body := g.calls("immd.address", g.consent("immd.address", "approves", "address")); string(body) != `{"address":"1 Queen's Road"}` {
			t.Errorf("%d %s", r.StatusCode, body)
		}
		if r, body := g.calls("immd.address", g.consent("immd.address", "refuses", "address")); r.StatusCode != http.StatusNotFound {
			t.Errorf("an unknown person: %d %s", r.StatusCode, body)
		}
		if strings.Contains(log.String(), number) {
			t.Errorf("it logs who was asked about:\n%s", log)
		}
		// The file changes; the next answer knows.
		g.must(os.WriteFile(file, []byte("document,full name,address\n"+number+",陳大文,2 Queen's Road\n"), 0o600))
		if _, body := g.calls("immd.address", c); !strings.Contains(string(body), "2 Queen's") {
			t.Errorf("%s", body)
		}
		strangersAreRefused(t, g, base)
		g.must(g.Exchange.Withdraw(g.ctx, c.Subject, c.ID))
		if r, body := g.calls("immd.address", c); r.StatusCode != http.StatusForbidden {
			t.Errorf("%d %s", r.StatusCode, body)
		}
	})
	t.Run("database", func(t *testing.T) {
		dbtest.EachURL(t, func(t *testing.T, address string) {
			g, folder := newGateway(t), t.TempDir()
			file := peopleDatabase(t, address, number)
			config := filepath.Join(folder, "provider.toml")
			g.must(os.WriteFile(config, []byte(`
listen = "localhost:0"
gateway = "`+g.base+`"
party = "immd"
key_id = "immd/2026"
key_file = "`+filepath.Join(folder, "key")+`"

[[service]]
code = "immd.address"
database = "`+file+`"
query = "select document, name, road as address, born from register_people"
subject = "document"
fields = { name = "name", address = "address" }

[[service]]
code = "immd.sealed"
path = "/sealed"
database = "`+file+`"
query = "register_people"
subject = "document"
fields = { name = "name", address = "road" }
list = true
encrypt = true
`), 0o600))
			base, log := g.provider(program, "-config", config)
			g.service("immd.address", base, exchange.JSONFields)
			g.service("immd.sealed", base+"/sealed", exchange.Encrypted)
			if r, body := g.calls("immd.address", g.consent("immd.address", "approves", "name", "address")); r.StatusCode != http.StatusOK || string(body) != `{"address":"3 Pier Road","name":"測試"}` {
				t.Fatalf("%d %s\n%s", r.StatusCode, body, log)
			}
			r, body := g.calls("immd.sealed", g.consent("immd.sealed", "approves", "address"))
			plain, err := jwe.Decrypt(body, jwe.WithKey(jwa.ECDH_ES_A256KW(), g.decrypt))
			if err != nil || string(plain) != `[{"address":"3 Pier Road"}]` {
				t.Errorf("%d %s: %s %v\n%s", r.StatusCode, body, plain, err, log)
			}
		})
	})
}

// peopleDatabase makes a department's database, on either engine.
func peopleDatabase(t *testing.T, address, number string) string {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{URL: address}, when.System)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.Write(who.AsSystem(t.Context(), who.Production), func(tx *db.Tx) error {
		if _, err := tx.Exec(`create table register_people (document text, name text, road text, born text)`); err != nil {
			return err
		}
		_, err := tx.Exec(`insert into register_people values ($1, $2, $3, $4)`, number, "測試", "3 Pier Road", "1990-01-01")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(address, "sqlite:")
}

// strangersAreRefused: nobody gets anything past the gateway, and nothing twice.
func strangersAreRefused(t *testing.T, g *gateway, base string) {
	t.Helper()
	try := func(name string, change func(r *http.Request), again bool) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/", http.NoBody)
		g.must(err)
		for _, h := range []string{"Exchange-Id", "Exchange-Basis", "Exchange-Consumer", "Exchange-Purpose", "Exchange-Salt"} {
			r.Header.Set(h, "x")
		}
		r.Header.Set("Exchange-Service", "immd.address")
		r.Header.Set("Exchange-Subject", "document-number "+document(t, "approves"))
		r.Header.Set("Exchange-Fields", "address")
		r.Header.Set("Exchange-Salt", "c2FsdA==")
		key, signer, err := g.Keys.Signer()
		g.must(err)
		call, err := httpsig.NewSigner(exchange.CallProfile("http"), "transport/1", g.key, when.System)
		g.must(err)
		_, err = call.Request(r)
		g.must(err)
		gate, err := httpsig.NewSigner(exchange.ForwardProfile("http"), "gateway/"+key, signer, when.System)
		if name == "another's key" {
			gate, err = httpsig.NewSigner(exchange.ForwardProfile("http"), "transport/1", g.key, when.System)
		}
		g.must(err)
		if name != "unsigned" {
			_, err = gate.Request(r)
			g.must(err)
		}
		change(r)
		send := func() int {
			resp, err := http.DefaultClient.Do(r)
			g.must(err)
			defer resp.Body.Close()
			return resp.StatusCode
		}
		if again {
			if status := send(); status != http.StatusOK {
				t.Errorf("%s: the first time answers %d", name, status)
			}
		}
		if status := send(); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, status)
		}
	}
	none := func(*http.Request) {}
	try("played again", none, true)
	try("unsigned", none, false)
	try("another's key", none, false)
	try("another subject", func(r *http.Request) { r.Header.Set("Exchange-Subject", "document-number B1") }, false)
	try("more fields", func(r *http.Request) { r.Header.Set("Exchange-Fields", "address, name") }, false)
	try("another path", func(r *http.Request) { r.URL.Path = "/other" }, false)
}
