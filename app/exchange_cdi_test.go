package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"praya/kernel/who"
	"praya/platform/events"
	"praya/platform/jobs"
	"praya/subsystems/exchange"
)

// cdi is the stub of the interchange, seen by a bank.
type cdi struct {
	*gateway
	base string
}

func (i cdi) post(path string, body any) (int, map[string]any) {
	i.t.Helper()
	raw, err := json.Marshal(body)
	i.must(err)
	r, err := http.Post(i.base+path, "application/json", bytes.NewReader(raw))
	i.must(err)
	defer r.Body.Close()
	out := map[string]any{}
	i.must(json.NewDecoder(r.Body).Decode(&out))
	return r.StatusCode, out
}

// consent is a bank's consent for the interchange, with its salted private part.
func (i cdi) consent(id, authCode string, fields []string, until string) map[string]any {
	i.t.Helper()
	private := map[string]any{
		"id": id, "dataOwnerId": "customer-17", "dataOwnerName": "", "consentFileList": []string{}, "brNo": "", "dataOwnerReference": "loan-3",
		"purposePrivate": []map[string]any{{"code": "licence-application", "service": "immd.address", "fields": fields, "authCode": authCode}},
	}
	text, err := json.Marshal(private) // names in order, plain characters: canonical (RFC 8785)
	i.must(err)
	secret := make([]byte, 32)
	rand.Read(secret)
	sum := sha256.Sum256(append(append([]byte{}, secret...), text...))
	private["secret"] = base64.RawURLEncoding.EncodeToString(secret)
	return map[string]any{
		"consentId": id, "type": "ConsentTypeSignedDocNotRequired", "dataConsumerId": "transport", "dataProviderId": "immd", "status": "ConsentSubmitted",
		"scope":   map[string]any{"scopeType": "DataScopeTypeDateRange", "startDate": i.Exchange.Clock().Day().String(), "endDate": until},
		"hashKey": base64.RawURLEncoding.EncodeToString(sum[:]), "private": private,
	}
}

// journal waits for a line, and checks that the journal hangs together.
func (i cdi) journal(kind string) map[string]any {
	i.t.Helper()
	for range 200 {
		r, err := http.Get(i.base + "/journal")
		i.must(err)
		var got struct {
			Journal []struct {
				Event          json.RawMessage
				Previous, Hash string
			}
			Consents map[string]map[string]any
		}
		i.must(json.NewDecoder(r.Body).Decode(&got))
		i.must(r.Body.Close())
		for id, c := range got.Consents {
			if c["private"] != nil {
				i.t.Errorf("the interchange keeps the private part of %s", id)
			}
		}
		previous := ""
		for _, l := range got.Journal {
			sum := sha256.Sum256(append([]byte(previous), l.Event...))
			if l.Previous != previous || l.Hash != hex.EncodeToString(sum[:]) {
				i.t.Fatal("the journal does not hang together")
			}
			previous = l.Hash
			var e map[string]any
			i.must(json.Unmarshal(l.Event, &e))
			if e["eventType"] == kind {
				return e
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	i.t.Fatalf("the journal never says %s", kind)
	return nil
}

// TestBankThroughTheInterchange: a bank's consent comes through the interchange, the owner
// authorises it here, the bank fetches by a call of its own, the journal hears of everything and
// sees no data; after the withdrawal nothing goes.
func TestBankThroughTheInterchange(t *testing.T) {
	g, folder := newGateway(t), t.TempDir()
	number := document(t, "approves")
	file := filepath.Join(folder, "people.csv")
	g.must(os.WriteFile(file, []byte("document,name,address\n"+number+",陳大文,1 Queen's Road\n"), 0o600))
	provider, _ := g.provider(built(t, "../examples/provider"), "-listen", "localhost:0", "-gateway", g.base, "-party", "immd", "-service", "immd.address",
		"-csv", file, "-subject", "document", "-fields", "name,address", "-key-file", filepath.Join(folder, "key"))
	g.service("immd.address", provider, exchange.JSONFields)
	g.must(g.Exchange.PutParty(g.ctx, exchange.Party{Code: "cdi", Name: said("Interchange")}))
	base, _ := g.provider(built(t, "../conformance/cdi"), "-listen", "localhost:0", "-gateway", g.base)
	g.Exchange.CDI = exchange.CDI{Party: "cdi", Address: base}
	g.works()
	i := cdi{g, base}

	// Not authorised yet: the bank learns what to ask the owner for.
	until := g.Exchange.Clock().Day().Add(20).String()
	status, out := i.post("/consents", i.consent("cdi-1", "", []string{"address"}, until))
	asked, _ := json.Marshal(out["authorizationDetails"])
	if status != http.StatusOK || out["status"] != "ConsentSubmitted" || !strings.Contains(string(asked), `"fields":["address"]`) {
		t.Fatalf("%d %v", status, out)
	}
	c := g.consent("immd.address", "approves", "address") // by the consent page, as for any client

	for name, try := range map[string]map[string]any{
		"no-consent":     i.consent("cdi-2", "0198c1a0-0000-7000-8000-000000000000", []string{"address"}, until),
		"beyond-consent": i.consent("cdi-3", string(c.ID), []string{"address", "name"}, until),
	} {
		if status, out := i.post("/consents", try); status != http.StatusOK || out["status"] != "ConsentRejected" || out["reasonCode"] != name {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	long := i.consent("cdi-4", string(c.ID), []string{"address"}, g.Exchange.Clock().Day().Add(100).String())
	if _, out := i.post("/consents", long); out["reasonCode"] != "beyond-consent" {
		t.Errorf("longer than the owner agreed to: %v", out)
	}
	forged := i.consent("cdi-5", string(c.ID), []string{"address"}, until)
	forged["private"].(map[string]any)["dataOwnerId"] = "another"
	if status, out := i.post("/consents", forged); status < 400 {
		t.Errorf("a private part that was changed: %d %v", status, out)
	}
	if status, out := i.post("/data-requests", map[string]any{"requestId": "r-0", "consentId": "cdi-2", "dataConsumerId": "transport"}); status != http.StatusNotFound {
		t.Errorf("a request on a rejected consent: %d %v", status, out)
	}
	if e := i.journal("ConsentRejected"); e["reasonCode"] == "" {
		t.Errorf("%v", e)
	}

	if status, out = i.post("/consents", i.consent("cdi-1", string(c.ID), []string{"address"}, until)); out["status"] != "ConsentConfirmed" {
		t.Fatalf("%d %v", status, out)
	}
	i.journal("ConsentConfirmed")
	request := map[string]any{"requestId": "r-1", "consentId": "cdi-1", "dataConsumerId": "transport"}
	status, out = i.post("/data-requests", request)
	if status != http.StatusAccepted || out["basis"] != "consent "+string(c.ID) || !strings.HasSuffix(out["address"].(string), "/sandbox/api/exchange/call/immd.address") {
		t.Fatalf("%d %v", status, out)
	}
	r, body := g.calls("immd.address", c)
	if r.StatusCode != http.StatusOK || string(body) != `{"address":"1 Queen's Road"}` {
		t.Fatalf("%d %s", r.StatusCode, body)
	}
	e := i.journal("DataDelivered")
	receipt, err := exchange.ParseReceipt(r.Header.Get("Exchange-Receipt"))
	g.must(err)
	if e["requestId"] != "r-1" || e["ledgerEntry"] != receipt.Entry || e["exchangeId"] != string(receipt.ID) {
		t.Errorf("%v is not %+v", e, receipt)
	}

	g.must(g.Exchange.Withdraw(g.ctx, c.Subject, c.ID))
	request["requestId"] = "r-2"
	if status, out = i.post("/data-requests", request); status < 400 {
		t.Errorf("a request on a withdrawn consent: %d %v", status, out)
	}
	if e := i.journal("ConsentRevoked"); e["consentId"] != "cdi-1" {
		t.Errorf("%v", e)
	}
}

// works lets jobs and events run, as the program does when it serves.
func (g *gateway) works() {
	g.t.Helper()
	log := slog.New(slog.DiscardHandler)
	queue, bus := jobs.New(g.DB, log), events.New(g.DB, log, g.Exchange.CDIConsumers()...)
	queue.Register(exchange.JobCDIEvent, g.Exchange.CDIEvent, jobs.Options{})
	queue.Register(exchange.JobCDIDelivery, g.Exchange.CDIDelivery, jobs.Options{})
	ctx, stop := context.WithCancel(who.AsSystem(context.Background(), who.Production))
	done := make(chan struct{}, 2)
	go func() { _ = queue.Run(ctx); done <- struct{}{} }()
	go func() { _ = bus.Run(ctx); done <- struct{}{} }()
	g.t.Cleanup(func() { stop(); <-done; <-done })
}
