package exchange

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/platform/httpsig"
)

func example(change func(*viewed)) viewed {
	at := when.At(time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC))
	v := viewed{
		Consent: Consent{
			ID: "0198c1a0-0000-7000-8000-000000000001", Right: "0198c1a0-0000-7000-8000-000000000002", Subject: "chan", By: "chan",
			Consumer: "transport", Provider: "immd", Service: "immd.address", Purpose: "licence-application", Fields: []string{"name", "address"},
			From: at, Until: at.Add(30 * 24 * time.Hour), Keep: 30, State: Active, Made: at, Changed: at,
		},
		state: string(Active), consumer: Party{Code: "transport", Name: text("Transport")}, provider: Party{Code: "immd", Name: text("Immigration")}, salt: make([]byte, 32),
	}
	if change != nil {
		change(&v)
	}
	return v
}

// TestReBIT: each of our rules as a consent artefact of account aggregators says it.
func TestReBIT(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*viewed)
		want   string
	}{
		{"without bound", nil, `"fetchType":"PERIODIC"`},
		{"without bound, how often", nil, `"Frequency":{"unit":"INF","value":0}`},
		{"kept", nil, `"consentMode":"STORE"`},
		{"for how long", nil, `"DataLife":{"unit":"DAY","value":30}`},
		{"not kept", func(v *viewed) { v.Keep = 0 }, `"consentMode":"VIEW"`},
		{"once", func(v *viewed) { v.Often = Once() }, `"fetchType":"ONETIME"`},
		{"once in all", func(v *viewed) { v.Often = Once() }, `"Frequency":{"unit":"INF","value":1}`},
		{"daily", func(v *viewed) { v.Often = Often{3, PerDay} }, `"Frequency":{"unit":"DAY","value":3}`},
		{"monthly", func(v *viewed) { v.Often = Often{2, PerMonth} }, `"Frequency":{"unit":"MONTH","value":2}`},
		{"who gets it", nil, `"DataConsumer":{"id":"transport","type":"FIU"},"DataProvider":{"id":"immd","type":"FIP"}`},
		{"what for", nil, `"Purpose":{"code":"licence-application","refUri":"https://w3id.org/dpv#ServiceProvision"`},
		{"which service", nil, `"fiTypes":["immd.address"]`},
		{"which fields", nil, `"DataFilter":[{"type":"FIELD","operator":"=","value":"name"},{"type":"FIELD","operator":"=","value":"address"}]`},
		{"from when", nil, `"consentStart":"2026-11-22T02:00:00`},
		{"until when", nil, `"consentExpiry":"2026-12-22T02:00:00`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := jsonText(rebitOf(example(c.change)))
			if !strings.Contains(got, c.want) {
				t.Errorf("%s\nlacks %s", got, c.want)
			}
			if strings.Contains(got, "chan") {
				t.Error("it names the account")
			}
		})
	}
}

// TestCDI: states and parts of a consent of the interchange.
func TestCDI(t *testing.T) {
	for state, want := range map[string]string{
		string(Active): cdiConfirmed, string(Withdrawn): cdiRevoked, string(Used): cdiExpired, "ended": cdiExpired,
	} {
		c, err := cdiOf(example(func(v *viewed) { v.state = state }))
		if err != nil || c.Status != want {
			t.Errorf("%s: %s %v", state, c.Status, err)
		}
	}
	c, err := cdiOf(example(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Scope != (cdiScope{"DataScopeTypeDateRange", "2026-11-22", "2026-12-22"}) || c.DataConsumerID != "transport" || c.DataProviderName != "Immigration" {
		t.Errorf("%+v", c)
	}
	// The public part gives nothing of the private one away, and is bound to all of it.
	public := c
	public.Private = cdiPrivate{}
	if text := jsonText(public); strings.Contains(text, "address") || strings.Contains(text, c.Private.DataOwnerID) || strings.Contains(text, "chan") {
		t.Errorf("%s", text)
	}
	secret, err := base64.RawURLEncoding.DecodeString(c.Private.Secret)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := hashKey(secret, c.Private); err != nil || opened != c.HashKey {
		t.Errorf("%s is not %s: %v", opened, c.HashKey, err)
	}
	forged := c.Private
	forged.DataOwnerID = "another"
	if opened, err := hashKey(secret, forged); err != nil || opened == c.HashKey {
		t.Errorf("another owner opens it too, %v", err)
	}
	other, err := cdiOf(example(func(v *viewed) { v.salt = []byte(strings.Repeat("x", 32)) }))
	if err != nil || other.HashKey == c.HashKey {
		t.Errorf("the salt does not matter: %v", err)
	}
}

// TestViewsAreServed to the parties of a consent, and to nobody else.
func TestViewsAreServed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		key, public := newKey(t)
		w.must(w.s.PutParty(w.ctx, Party{Code: "stranger", Name: text("Stranger")}))
		w.must(w.s.AddKey(w.ctx, PartyKey{ID: "stranger/1", Party: "stranger", Use: Signing, Public: public, From: w.clock.now().Add(-time.Minute)}))
		stranger, err := httpsig.NewSigner(PartyProfile("http"), "stranger/1", key, w.clock.now)
		w.must(err)
		provider, err := httpsig.NewSigner(PartyProfile("http"), "immd/1", w.provider.key, w.clock.now)
		w.must(err)
		ask := func(s *httpsig.Signer, view string) (int, map[string]any) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.gate.URL+apiBase+"/consents/"+string(c.ID)+"?view="+view, http.NoBody)
			w.must(err)
			_, err = s.Request(r)
			w.must(err)
			resp, err := http.DefaultClient.Do(r)
			w.must(err)
			defer resp.Body.Close()
			var out map[string]any
			w.must(json.NewDecoder(resp.Body).Decode(&out))
			return resp.StatusCode, out
		}
		if status, out := ask(provider, "rebit"); status != http.StatusOK || out["fetchType"] != "PERIODIC" {
			t.Errorf("%d %v", status, out)
		}
		status, first := ask(provider, "cdi")
		if status != http.StatusOK || first["status"] != cdiConfirmed || first["hashKey"] == "" {
			t.Errorf("%d %v", status, first)
		}
		if _, again := ask(provider, "cdi"); again["hashKey"] != first["hashKey"] {
			t.Error("hashKey differs the second time")
		}
		w.must(w.s.Withdraw(w.ctx, "chan", c.ID))
		if _, after := ask(provider, "cdi"); after["status"] != cdiRevoked || after["hashKey"] == first["hashKey"] {
			t.Errorf("%v", after)
		}
		if status, _ := ask(provider, "x"); status != http.StatusUnprocessableEntity && status != http.StatusBadRequest {
			t.Errorf("an unknown view: %d", status)
		}
		for _, view := range []string{"rebit", "cdi", ""} {
			if status, out := ask(stranger, view); status != http.StatusNotFound {
				t.Errorf("a stranger sees %d %v", status, out)
			}
		}
	})
}

// dpvTerms are those of the W3C Data Privacy Vocabulary that a record uses; all of them stand in
// its releases 2.0, 2.1, 2.2 and 2.3 (repository w3c/dpv, N.N/dpv/dpv.csv).
var dpvTerms = map[string]bool{
	"ConsentRecord": true, "hasDataSubject": true, "isIndicatedBy": true, "hasDataController": true, "hasDataSource": true, "hasPurpose": true,
	"hasPersonalData": true, "PersonalData": true, "SensitivePersonalData": true, "hasLegalBasis": true, "ExplicitlyExpressedConsent": true,
	"hasConsentStatus": true, "ConsentGiven": true, "ConsentExpired": true, "ConsentWithdrawn": true, "hasDuration": true, "UntilTimeDuration": true,
	"hasFrequency": true, "hasStorageCondition": true,
	"ServiceProvision": true, "FulfilmentOfObligation": true, "RecordManagement": true, "IdentityVerification": true,
	"CustomerSolvencyMonitoring": true, "CustomerManagement": true, "LegalCompliance": true, "ResearchAndDevelopment": true,
}

// TestTermsOfDPV: a record says nothing in words that the vocabulary does not have.
func TestTermsOfDPV(t *testing.T) {
	used := map[string]bool{}
	note := func(s string) {
		if term, ok := strings.CutPrefix(s, "dpv:"); ok {
			used[term] = true
		}
	}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, value := range v {
				note(name)
				look(value)
			}
		case []any:
			for _, value := range v {
				look(value)
			}
		case string:
			note(v)
		}
	}
	for _, p := range Purposes() {
		note(p.Term)
	}
	for state := range recordStatus {
		d := addressService("http://localhost")
		v := example(func(v *viewed) { v.State, v.Fields = state, []string{"name", "phone"} })
		var record any
		if err := json.Unmarshal([]byte(jsonText(recordOf(v.Consent, d, v.consumer, v.provider, 1))), &record); err != nil {
			t.Fatal(err)
		}
		look(record)
	}
	for term := range used {
		if !dpvTerms[term] {
			t.Errorf("dpv:%s is not in the vocabulary", term)
		}
	}
	for term := range dpvTerms {
		if !used[term] {
			t.Errorf("dpv:%s is never used", term)
		}
	}
}
