package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/yaronf/httpsign"
)

// What the signatures are for, and under which labels they stand.
const (
	tag       = "praya-exchange"
	callLabel = "call" // the consumer's, and ours on the answer
	gateLabel = "gate" // the gateway's

	longest  = 2 * time.Minute // from created to the end of a message's life
	skew     = 30 * time.Second
	refetch  = 10 * time.Second
	mostKept = 1 << 20
	mostKeys = 4 << 20
)

// gateFields is what the gateway's signature must cover.
func gateFields() httpsign.Fields {
	return httpsign.Headers("@method", "@authority", "@path", "@query", "exchange-id", "exchange-basis", "exchange-consumer",
		"exchange-service", "exchange-purpose", "exchange-fields", "exchange-subject", "exchange-salt")
}

// gateway is what we know of the gateway: its keys, those of consumers, and the messages that we
// had from it.
type gateway struct {
	keysURL string
	client  *http.Client
	started time.Time

	mu      sync.Mutex
	keys    map[string]publicKey
	fetched time.Time
	nonces  map[string]time.Time
	swept   time.Time
}

// publicKey is one of the gateway's list (RFC 7517).
type publicKey struct {
	ID        string `json:"kid"`
	Party     string `json:"party"`
	Use       string `json:"use"`
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	Y         string `json:"y"`
	NotBefore string `json:"not_before"`
	NotAfter  string `json:"not_after"`
}

func newGateway(base string) *gateway {
	return &gateway{
		keysURL: strings.TrimSuffix(base, "/") + "/api/exchange/v1/keys", client: &http.Client{Timeout: 10 * time.Second},
		started: time.Now().Truncate(time.Second), nonces: map[string]time.Time{},
	}
}

// verify holds a request against the gateway's signature. A message is taken once.
func (g *gateway) verify(r *http.Request) error {
	details, err := httpsign.RequestDetails(gateLabel, r)
	if err != nil {
		return err
	}
	key, err := g.signing(r.Context(), details.KeyID)
	if err != nil {
		return err
	}
	verifier, err := httpsign.NewEd25519Verifier(key, httpsign.NewVerifyConfig().SetKeyID(details.KeyID).SetAllowedAlgs([]string{"ed25519"}).
		SetAllowedTags([]string{tag}).SetNotOlderThan(longest).SetNotNewerThan(skew), gateFields())
	if err != nil {
		return err
	}
	if err := httpsign.VerifyRequest(gateLabel, *verifier, r); err != nil {
		return err
	}
	return g.once(r)
}

// once refuses what was there before. What was made before this program started may have been
// taken by the one before it.
func (g *gateway) once(r *http.Request) error {
	fields, err := httpsfv.UnmarshalDictionary(r.Header.Values("Signature-Input"))
	if err != nil {
		return err
	}
	member, _ := fields.Get(gateLabel)
	list, ok := member.(httpsfv.InnerList)
	if !ok {
		return errors.New("the signature's parameters cannot be read")
	}
	param := func(name string) any { v, _ := list.Params.Get(name); return v }
	nonce, _ := param("nonce").(string)
	created, _ := param("created").(int64)
	expires, _ := param("expires").(int64)
	if len(nonce) < 16 || len(nonce) > 128 || created == 0 || expires == 0 {
		return errors.New("nonce, created and expires are needed")
	}
	if time.Unix(created, 0).Before(g.started) {
		return errors.New("the message is older than this program: send it again")
	}
	return g.remember(nonce, time.Now())
}

func (g *gateway) remember(nonce string, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.swept) > longest {
		for n, until := range g.nonces {
			if until.Before(now) {
				delete(g.nonces, n)
			}
		}
		g.swept = now
	}
	if _, known := g.nonces[nonce]; known {
		return errors.New("the message was taken before")
	}
	if len(g.nonces) >= mostKept {
		return errors.New("too many messages in a short time")
	}
	g.nonces[nonce] = now.Add(longest + skew)
	return nil
}

// signing is a key of the gateway itself.
func (g *gateway) signing(ctx context.Context, id string) (ed25519.PublicKey, error) {
	k, err := g.find(ctx, func(k publicKey) bool { return k.ID == id && k.Party == "gateway" && k.Use == "sig" })
	if err != nil {
		return nil, err
	}
	raw, err := base64.RawURLEncoding.DecodeString(k.X)
	if err != nil || k.Type != "OKP" || k.Curve != "Ed25519" || len(raw) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("the gateway's key %s is of a kind that this program does not know", id)
	}
	return raw, nil
}

// encrypting is the newest key of a consumer to which answers may be encrypted.
func (g *gateway) encrypting(ctx context.Context, party string) (id string, key *ecdsa.PublicKey, err error) {
	now := time.Now().UTC().Format(time.RFC3339)
	var best publicKey
	_, err = g.find(ctx, func(k publicKey) bool {
		holds := k.Party == party && k.Use == "enc" && k.NotBefore <= now && (k.NotAfter == "" || now < k.NotAfter)
		if holds && k.NotBefore >= best.NotBefore {
			best = k
		}
		return holds
	})
	if err != nil {
		return "", nil, fmt.Errorf("%s has registered no key for encryption: %w", party, err)
	}
	x, errX := base64.RawURLEncoding.DecodeString(best.X)
	y, errY := base64.RawURLEncoding.DecodeString(best.Y)
	if errX != nil || errY != nil || best.Curve != "P-256" {
		return "", nil, fmt.Errorf("the key %s is not on P-256", best.ID)
	}
	key, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	return best.ID, key, err
}

// find looks through the gateway's list, and fetches it anew when nothing fits; not more often
// than every few seconds, since anybody may name a key that there is not.
func (g *gateway) find(ctx context.Context, fits func(publicKey) bool) (publicKey, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	look := func() (found publicKey, ok bool) {
		for _, k := range g.keys {
			if fits(k) {
				found, ok = k, true
			}
		}
		return found, ok
	}
	age := time.Since(g.fetched)
	if found, ok := look(); ok && age < time.Minute {
		return found, nil
	}
	if age > refetch {
		keys, err := g.fetch(ctx)
		if err != nil {
			return publicKey{}, err
		}
		g.keys, g.fetched = keys, time.Now()
	}
	if found, ok := look(); ok {
		return found, nil
	}
	return publicKey{}, errors.New("the gateway's list has no such key")
}

func (g *gateway) fetch(ctx context.Context) (map[string]publicKey, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.keysURL, nil)
	if err != nil {
		return nil, err
	}
	resp, err := g.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var list struct {
		Keys []publicKey `json:"keys"`
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d", g.keysURL, resp.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, mostKeys)).Decode(&list); err != nil {
		return nil, err
	}
	out := map[string]publicKey{}
	for _, k := range list.Keys {
		out[k.ID] = k
	}
	return out, nil
}
