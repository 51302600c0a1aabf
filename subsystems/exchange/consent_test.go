package exchange

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/httpsig"
	"praya/platform/jobs"
)

// TestWithdrawal: from the next call on nothing goes, the receiver is told and must delete by a
// day, and its receipt is kept; a late one shows.
func TestWithdrawal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		told := w.webhook("transport", "TD", "td-licence")
		c := w.give("chan", w.standing("name", "address"))
		if r := w.get(c.ID); r.StatusCode != http.StatusOK {
			t.Fatalf("%s", r.body)
		}
		w.must(w.s.Withdraw(w.ctx, "chan", c.ID))
		if r := w.get(c.ID); r.code != WithdrawnConsent {
			t.Errorf("%d %s", r.StatusCode, r.body)
		}
		if err := w.s.Withdraw(w.ctx, "chan", c.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn twice: %v", err)
		}
		if err := w.s.Withdraw(w.ctx, "lee", c.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else withdraws: %v", err)
		}
		w.work()
		if got := told(); len(got) != 1 || !strings.Contains(got[0], `"state":"withdrawn"`) || !strings.Contains(got[0], "delete_by") {
			t.Errorf("the receiver was told %v", got)
		}
		d, there, err := w.s.DeletionOf(w.ctx, c.ID)
		if err != nil || !there || d.Late(w.clock.now().Day()) || d.Told.IsZero() {
			t.Errorf("%+v %v", d, err)
		}
		w.clock.by(40 * 24 * time.Hour)
		if !d.Late(w.clock.now().Day()) {
			t.Error("a missing receipt is not late")
		}
		statement := []byte(`{"deleted_at":"` + w.clock.now().Add(-time.Minute).String() + `","statement":"all copies"}`)
		for i, want := range []int{http.StatusCreated, http.StatusConflict} {
			if status, body := w.party("POST", apiBase+"/deletions/"+string(c.ID), statement); status != want {
				t.Errorf("receipt %d: %d %s", i, status, body)
			}
		}
		d, _, err = w.s.DeletionOf(w.ctx, c.ID)
		if err != nil || d.Received.IsZero() || !strings.Contains(d.Receipt, "all copies") || d.Entry == "" {
			t.Errorf("%+v %v", d, err)
		}
		if last := w.ledger.all[len(w.ledger.all)-1]; last.Type != CommitDeletion {
			t.Errorf("logged: %s", last.Type)
		}
	})
}

// TestEndOfADay: what was received on a consent that ended by itself has to be deleted too; where
// nothing was received, nothing has.
func TestEndOfADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		used, unused := w.give("chan", w.standing("name", "address")), w.give("lee", w.standing("name", "address"))
		w.get(used.ID)
		w.clock.by(32 * 24 * time.Hour)
		if r := w.get(used.ID); r.code != EndedConsent {
			t.Errorf("%s", r.body)
		}
		w.must(w.s.keepHouse(w.ctx, 0))
		w.must(w.s.keepHouse(w.ctx, 0))
		if d, there, err := w.s.DeletionOf(w.ctx, used.ID); err != nil || !there || d.Why != "ended" {
			t.Errorf("%+v %v", d, err)
		}
		if _, there, err := w.s.DeletionOf(w.ctx, unused.ID); err != nil || there {
			t.Error("nothing was received, and has to be deleted", err)
		}
	})
}

// TestAmend narrows and extends, and each version is signed and in the ledger after the other.
func TestAmend(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		until := w.clock.now().Add(100 * 24 * time.Hour)
		w.must(w.s.Amend(w.ctx, "chan", c.ID, Change{Fields: []string{"name"}, Until: until}))
		r := w.request("GET", c.ID, "/addresses", nil)
		r.Header.Set(headFields, "address")
		if got := w.send(r); got.code != BeyondConsent {
			t.Errorf("%s", got.body)
		}
		if err := w.s.Amend(w.ctx, "chan", c.ID, Change{Fields: []string{"name", "sex"}, Until: until}); !fault.Is(err, fault.Invalid) {
			t.Errorf("beyond the right: %v", err)
		}
		w.must(w.s.Withdraw(w.ctx, "chan", c.ID))
		records, err := w.s.Records(w.ctx, c.ID)
		w.must(err)
		if len(records) != 3 || records[2].What != "withdrawn" {
			t.Fatalf("%+v", records)
		}
		for i, rec := range records {
			err := verifyJWS(rec.JWS, []byte(rec.Record), func(id string) (ed25519.PublicKey, error) {
				key, err := w.s.PublicKey(w.ctx, id)
				if err != nil {
					return nil, err
				}
				return key.(ed25519.PublicKey), nil
			})
			if err != nil {
				t.Errorf("record %d: %v", i+1, err)
			}
			if strings.Contains(rec.Record, `"chan"`) || strings.Contains(rec.Record, "A1234563") {
				t.Errorf("the record names the person: %s", rec.Record)
			}
			again, err := canonical(json.RawMessage(rec.Record))
			if err != nil || !bytes.Equal(again, []byte(rec.Record)) {
				t.Errorf("record %d is not canonical: %v", i+1, err)
			}
		}
		if w.ledger.all[1].Previous != records[0].Entry || w.ledger.all[len(w.ledger.all)-1].Type != CommitWithdrawal {
			t.Errorf("%+v", w.ledger.all)
		}
	})
}

// TestTwoProcesses: what a person withdraws in one process counts in the other at once, as do a
// suspended party, a revoked key and a revoked right.
func TestTwoProcesses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		other := *w
		other.open(w.s.DB, w.s.Keys)
		if r := other.get(c.ID); r.StatusCode != http.StatusOK {
			t.Fatalf("%s", r.body)
		}
		w.must(w.s.Withdraw(w.ctx, "chan", c.ID))
		if r := other.get(c.ID); r.code != WithdrawnConsent {
			t.Errorf("%s", r.body)
		}
		second := w.give("chan", w.standing("name", "address"))
		w.must(w.s.RevokeRight(w.as("steward-1", "IMMD", StewardRole), second.Right, "a leak"))
		if r := other.get(second.ID); r.code != NoRight {
			t.Errorf("%s", r.body)
		}
		w.must(w.s.EndKey(w.ctx, "transport/1", w.clock.now(), true))
		if r := other.get(second.ID); r.code != BadSignature {
			t.Errorf("%s", r.body)
		}
	})
}

// TestReplayAcrossProcesses: a message that one process took, the other does not take.
func TestReplayAcrossProcesses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		other := *w
		other.open(w.s.DB, w.s.Keys)
		r := w.request("GET", c.ID, "/addresses", nil)
		r.Host = "gateway.example" // both stand behind one name
		if first := w.send(r); first.StatusCode != http.StatusOK {
			t.Fatalf("%s", first.body)
		}
		r.URL.Host = strings.TrimPrefix(other.gate.URL, "http://")
		if again := other.sendRaw(r); again.code != Replayed {
			t.Errorf("%d %s", again.StatusCode, again.body)
		}
		w.clock.by(3 * time.Minute)
		w.must(w.s.Sweep(w.ctx, w.slot()))
		if late := other.sendRaw(r); late.code != BadSignature {
			t.Errorf("played when it is forgotten: %d %s", late.StatusCode, late.body)
		}
	})
}

// TestLateResult: a provider answers 202 and sends the result later; it goes to the consumer's
// webhook while the consent holds, and nowhere after.
func TestLateResult(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		told := w.webhook("transport", "TD", "td-licence")
		c := w.give("chan", w.standing("name", "address"))
		w.provider.lies(func(*http.Request, []byte) answer { return answer{status: http.StatusAccepted, body: []byte(`{}`)} })
		first := w.get(c.ID)
		if first.StatusCode != http.StatusAccepted {
			t.Fatalf("%d %s", first.StatusCode, first.body)
		}
		id := first.Header.Get(headID)
		result := []byte(`{"name":"later"}`)
		if status, body := w.source("POST", apiBase+"/results/"+id, result); status != http.StatusOK {
			t.Errorf("%d %s", status, body)
		}
		if got := told(); len(got) != 1 || got[0] != string(result) {
			t.Errorf("%v", got)
		}
		if status, body := w.source("POST", apiBase+"/results/"+id, []byte(`{"phone":"2345"}`)); status != http.StatusBadGateway {
			t.Errorf("more than was agreed to: %d %s", status, body)
		}
		if status, body := w.party("POST", apiBase+"/results/"+id, result); status != http.StatusNotFound {
			t.Errorf("the consumer answers itself: %d %s", status, body)
		}
		w.must(w.s.Withdraw(w.ctx, "chan", c.ID))
		if status, body := w.source("POST", apiBase+"/results/"+id, result); status != http.StatusForbidden || !strings.Contains(body, "withdrawn") {
			t.Errorf("after the withdrawal: %d %s", status, body)
		}
		if got := told(); len(got) != 1 {
			t.Errorf("%v", got)
		}
	})
}

// TestConsentForParties: consumer and provider may know how a consent stands; others can't.
func TestConsentForParties(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.give("chan", w.standing("name", "address"))
		w.get(c.ID)
		status, body := w.party("GET", apiBase+"/consents/"+string(c.ID), nil)
		if status != http.StatusOK || !strings.Contains(body, `"uses":1`) || !strings.Contains(body, "dpv:ConsentGiven") {
			t.Errorf("%d %s", status, body)
		}
		w.must(w.s.PutParty(w.ctx, Party{Code: "bank", Name: text("Bank")}))
		key, public := newKey(t)
		w.must(w.s.AddKey(w.ctx, PartyKey{ID: "bank/1", Party: "bank", Use: Signing, Public: public, From: w.clock.now().Add(-time.Minute)}))
		if status, body := w.signed("bank/1", key, "GET", apiBase+"/consents/"+string(c.ID), nil); status != http.StatusNotFound {
			t.Errorf("%d %s", status, body)
		}
	})
}

// webhook gives a party one, and says what it was sent.
func (w *world) webhook(code, department string, clients ...string) func() []string {
	var mu sync.Mutex
	var got []string
	verify, err := httpsig.NewVerifier(PartyProfile("http"), w.s, w.clock.now)
	w.must(err)
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if sig, err := verify.Request(r); err != nil || !strings.HasPrefix(sig.KeyID, gatewayKey) {
			http.Error(rw, "not signed by the gateway", http.StatusForbidden)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, string(body))
	}))
	w.t.Cleanup(hook.Close)
	reg, err := w.s.fresh(w.ctx)
	w.must(err)
	p := reg.parties[code]
	p.Webhook = hook.URL
	w.must(w.s.PutParty(w.ctx, p))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), got...)
	}
}

// work does the jobs that wait.
func (w *world) work() {
	w.t.Helper()
	var all []jobs.Job
	w.must(w.s.DB.Read(w.ctx, func(tx *db.Tx) (err error) {
		all, err = jobs.List(tx, 100, 0)
		return err
	}))
	for _, j := range all {
		if j.Kind == JobTell {
			w.must(w.s.Tell(w.ctx, j, nil))
		}
	}
}

// party sends what the consumer signs.
func (w *world) party(method, path string, body []byte) (int, string) {
	reg, err := w.s.fresh(w.ctx)
	w.must(err)
	if _, ok := reg.keys["transport/9"]; !ok {
		key, public := newKey(w.t)
		w.second = key
		w.must(w.s.AddKey(w.ctx, PartyKey{ID: "transport/9", Party: "transport", Use: Signing, Public: public, From: w.clock.now().Add(-time.Minute)}))
	}
	return w.signed("transport/9", w.second, method, path, body)
}

// source sends what the provider signs.
func (w *world) source(method, path string, body []byte) (int, string) {
	return w.signed("immd/1", w.provider.key, method, path, body)
}

func (w *world) signed(keyID string, key ed25519.PrivateKey, method, path string, body []byte) (int, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.gate.URL+path, bytes.NewReader(body))
	w.must(err)
	r.Header.Set("Content-Type", "application/json")
	signer, err := httpsig.NewSigner(PartyProfile("http"), keyID, key, w.clock.now)
	w.must(err)
	_, err = signer.Request(r)
	w.must(err)
	resp, err := http.DefaultClient.Do(r)
	w.must(err)
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	w.must(err)
	return resp.StatusCode, string(out)
}

func (w *world) slot() int64 { return w.clock.now().Time().Unix() / slotSeconds }
