// Command cdi is a stub of the Commercial Data Interchange (商業數據通), in a process of its own. The
// specification of the interchange is not public: this one is invented, shaped as far as a data
// provider's guide shows it. It says nothing of how the real one behaves.
//
//	go run ./conformance/cdi -gateway http://localhost:8080
//
// Banks send it consents and data requests (POST /consents, /data-requests); it signs and forwards
// them to the gateway, and keeps a journal of what it is told (POST /events, GET /journal), in
// which each line holds the hash of the one before. It keeps no data: none come by here.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"praya/kernel/when"
	"praya/platform/httpsig"
)

const tag = "praya-exchange"

func main() {
	listen := flag.String("listen", "localhost:8096", "address of this program")
	gateway := flag.String("gateway", "http://localhost:8080", "address of the gateway")
	name := flag.String("name", "cdi", "code of the interchange as a party")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *listen, strings.TrimSuffix(*gateway, "/"), *name+"/1"); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen, gateway, keyID string) error {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return err
	}
	i := &interchange{gateway: gateway, consents: map[string]json.RawMessage{}, heard: map[string]bool{}}
	profile := httpsig.Profile{Tag: tag, Label: "call", Scheme: "http", Parts: true}
	if i.sign, err = httpsig.NewSigner(profile, keyID, key, when.System); err != nil {
		return err
	}
	if i.verify, err = httpsig.NewVerifier(profile, httpsig.KeysFunc(i.gatewayKey), when.System); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("key %s\n%sready http://%s\n", keyID, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), listener.Addr())
	mux := http.NewServeMux()
	mux.HandleFunc("POST /consents", i.submit)
	mux.HandleFunc("POST /data-requests", i.request)
	mux.HandleFunc("POST /events", i.event)
	mux.HandleFunc("GET /journal", i.read)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Shutdown(context.WithoutCancel(ctx)) })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// interchange is what the stub remembers: consents' public parts, and the journal.
type interchange struct {
	gateway string
	sign    *httpsig.Signer
	verify  *httpsig.Verifier

	mu       sync.Mutex
	consents map[string]json.RawMessage
	heard    map[string]bool
	journal  []line
}

// line is a line of the journal.
type line struct {
	Event    json.RawMessage `json:"event"`
	Previous string          `json:"previous"`
	Hash     string          `json:"hash"`
}

func (i *interchange) submit(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	var consent map[string]json.RawMessage
	if err != nil || json.Unmarshal(body, &consent) != nil {
		http.Error(w, "not a consent", http.StatusBadRequest)
		return
	}
	delete(consent, "private") // it goes by, to the provider alone
	public, err := json.Marshal(consent)
	if err == nil {
		i.mu.Lock()
		i.consents[string(bytes.Trim(consent["consentId"], `"`))] = public
		i.mu.Unlock()
	}
	i.forward(w, r, "/api/exchange/cdi/v1/consents", body)
}

func (i *interchange) request(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	var asked struct{ RequestID, ConsentID, DataConsumerID string }
	if err != nil || json.Unmarshal(body, &asked) != nil {
		http.Error(w, "not a data request", http.StatusBadRequest)
		return
	}
	i.mu.Lock()
	_, known := i.consents[asked.ConsentID]
	i.mu.Unlock()
	if !known {
		http.Error(w, "no such consent", http.StatusNotFound)
		return
	}
	i.forward(w, r, "/api/exchange/cdi/v1/data-requests", body)
}

func (i *interchange) forward(w http.ResponseWriter, r *http.Request, path string, body []byte) {
	out, err := http.NewRequestWithContext(r.Context(), http.MethodPost, i.gateway+path, bytes.NewReader(body))
	if err == nil {
		out.Header.Set("Content-Type", "application/json")
		_, err = i.sign.Request(out)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	resp, err := http.DefaultClient.Do(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// event takes what the gateway signed, once each.
func (i *interchange) event(w http.ResponseWriter, r *http.Request) {
	sig, err := i.verify.Request(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	body, err := httpsig.ReadBody(r.Body)
	var e struct {
		ID string `json:"eventId"`
	}
	if err != nil || json.Unmarshal(body, &e) != nil || e.ID == "" || !strings.HasPrefix(sig.KeyID, "gateway/") {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.heard[e.ID] {
		i.heard[e.ID] = true
		l := line{Event: body}
		if n := len(i.journal); n > 0 {
			l.Previous = i.journal[n-1].Hash
		}
		sum := sha256.Sum256(append([]byte(l.Previous), body...))
		l.Hash = hex.EncodeToString(sum[:])
		i.journal = append(i.journal, l)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (i *interchange) read(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"journal": i.journal, "consents": i.consents})
}

// gatewayKey reads the gateway's list.
func (i *interchange) gatewayKey(ctx context.Context, id string) (crypto.PublicKey, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, i.gateway+"/api/exchange/v1/keys", http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	var list struct {
		Keys []struct {
			ID string `json:"kid"`
			X  string `json:"x"`
		} `json:"keys"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		return nil, err
	}
	for _, k := range list.Keys {
		if raw, err := base64.RawURLEncoding.DecodeString(k.X); err == nil && k.ID == id && len(raw) == ed25519.PublicKeySize {
			return ed25519.PublicKey(raw), nil
		}
	}
	return nil, httpsig.ErrUnknownKey
}
