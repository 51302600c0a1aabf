package httpsig_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	cf "github.com/common-fate/httpsig"
	"github.com/common-fate/httpsig/alg_ecdsa"
	"github.com/common-fate/httpsig/alg_ed25519"
	"github.com/common-fate/httpsig/inmemory"
	"github.com/common-fate/httpsig/sigbase"
	"github.com/common-fate/httpsig/signature"
	cfsigner "github.com/common-fate/httpsig/signer"
	"github.com/common-fate/httpsig/sigparams"
	"github.com/common-fate/httpsig/sigset"
	cfverifier "github.com/common-fate/httpsig/verifier"
	remitly "github.com/remitly-oss/httpsig-go"
	"github.com/remitly-oss/httpsig-go/keyman"
	yaronf "github.com/yaronf/httpsign"

	"praya/kernel/when"
	"praya/platform/httpsig"
)

const (
	tag   = "praya-exchange"
	keyID = "transport-2026-1"
	body  = `{"subject":"commitment","fields":["address"]}`
)

// pair is a key of the profile.
type pair struct {
	alg     httpsig.Algorithm
	private crypto.Signer
}

func pairs(t testing.TB) []pair {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return []pair{{httpsig.Ed25519, ed}, {httpsig.P256, ec}}
}

func (p pair) keys() httpsig.Keys {
	return httpsig.KeysFunc(func(_ context.Context, id string) (crypto.PublicKey, error) {
		if id != keyID {
			return nil, httpsig.ErrUnknownKey
		}
		return p.private.Public(), nil
	})
}

func (p pair) sides(t testing.TB, profile httpsig.Profile) (*httpsig.Signer, *httpsig.Verifier) {
	t.Helper()
	profile.Tag = tag
	s, err := httpsig.NewSigner(profile, keyID, p.private, when.System)
	if err != nil {
		t.Fatal(err)
	}
	v, err := httpsig.NewVerifier(profile, p.keys(), when.System)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

func ask(t testing.TB) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "https://gateway.example.gov.hk/exchange/address?as=json&of=a%2Fb", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Purpose", "dpv:ServiceProvision")
	return r
}

// wire sends a request through net/http's own writing and reading.
func wire(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	out, err := http.ReadRequest(bufio.NewReader(&b))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func held(t testing.TB, v *httpsig.Verifier, r *http.Request) httpsig.Signature {
	t.Helper()
	got, err := v.Request(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := httpsig.ReadBody(r.Body)
	if err != nil || string(text) != body {
		t.Fatalf("body %q, %v", text, err)
	}
	if got.KeyID != keyID || got.Tag != tag || len(got.Nonce) < 16 {
		t.Errorf("%+v", got)
	}
	return got
}

func digest512(t testing.TB, r *http.Request) {
	t.Helper()
	text := io.NopCloser(strings.NewReader(body))
	field, err := yaronf.GenerateContentDigestHeader(&text, []string{yaronf.DigestSha512})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Digest", field)
}

func yaronfSides(t testing.TB, p pair, fields yaronf.Fields) (*yaronf.Signer, *yaronf.Verifier) {
	t.Helper()
	sc := yaronf.NewSignConfig().SetKeyID(keyID).SetTag(tag).SignAlg(true).SignCreated(true).
		SetNonce(rand.Text()).SetExpires(time.Now().Add(30 * time.Second).Unix())
	vc := yaronf.NewVerifyConfig().SetKeyID(keyID).SetAllowedTags([]string{tag}).SetAllowedAlgs([]string{string(p.alg)})
	var s *yaronf.Signer
	var v *yaronf.Verifier
	var err, err2 error
	switch k := p.private.(type) {
	case ed25519.PrivateKey:
		s, err = yaronf.NewEd25519Signer(k, sc, fields)
		v, err2 = yaronf.NewEd25519Verifier(k.Public().(ed25519.PublicKey), vc, fields)
	case *ecdsa.PrivateKey:
		s, err = yaronf.NewP256Signer(*k, sc, fields)
		v, err2 = yaronf.NewP256Verifier(k.PublicKey, vc, fields)
	}
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return s, v
}

func TestWithYaronfHttpsign(t *testing.T) {
	fields := yaronf.Headers("@method", "@authority", "@path", "@query", "content-digest", "content-type", "x-purpose")
	for _, p := range pairs(t) {
		theirSigner, theirVerifier := yaronfSides(t, p, fields)
		ours, verifier := p.sides(t, httpsig.Profile{Parts: true, Headers: []string{"X-Purpose"}})
		t.Run(string(p.alg)+", ours to theirs", func(t *testing.T) {
			r := ask(t)
			if _, err := ours.Request(r); err != nil {
				t.Fatal(err)
			}
			r = wire(t, r)
			if err := yaronf.VerifyRequest("sig1", *theirVerifier, r); err != nil {
				t.Error(err)
			}
			r.Header.Set("X-Purpose", "dpv:Marketing")
			if err := yaronf.VerifyRequest("sig1", *theirVerifier, r); err == nil {
				t.Error("theirs holds with a field changed: this test shows nothing")
			}
		})
		t.Run(string(p.alg)+", theirs to ours", func(t *testing.T) {
			r := ask(t)
			digest512(t, r)
			in, sig, err := yaronf.SignRequest("sig1", *theirSigner, r)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Signature-Input", in)
			r.Header.Set("Signature", sig)
			held(t, verifier, wire(t, r))
		})
	}
}

func TestResponsesWithYaronfHttpsign(t *testing.T) {
	fields := *yaronf.NewFields().AddHeaders("@status", "content-digest", "content-type").AddDictHeaderExt("signature", "sig1", false, true, false)
	for _, p := range pairs(t) {
		theirSigner, theirVerifier := yaronfSides(t, p, fields)
		ours, verifier := p.sides(t, httpsig.Profile{})
		r := ask(t)
		if _, err := ours.Request(r); err != nil {
			t.Fatal(err)
		}
		answer := func() *http.Response {
			h := http.Header{"Content-Type": {"application/json"}, "Content-Digest": {httpsig.DigestOf([]byte(body))}}
			return &http.Response{StatusCode: http.StatusOK, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		}
		t.Run(string(p.alg)+", ours to theirs", func(t *testing.T) {
			a := answer()
			if _, err := ours.Response(a.Header, 200, r); err != nil {
				t.Fatal(err)
			}
			if err := yaronf.VerifyResponse("sig1", *theirVerifier, a, r); err != nil {
				t.Error(err)
			}
		})
		t.Run(string(p.alg)+", theirs to ours", func(t *testing.T) {
			a := answer()
			in, sig, err := yaronf.SignResponse("sig1", *theirSigner, a, r)
			if err != nil {
				t.Fatal(err)
			}
			a.Header.Set("Signature-Input", in)
			a.Header.Set("Signature", sig)
			if _, err := verifier.Response(a, r); err != nil {
				t.Fatal(err)
			}
			if text, err := httpsig.ReadBody(a.Body); err != nil || string(text) != body {
				t.Error(string(text), err)
			}
		})
	}
}

func TestWithRemitlyHttpsig(t *testing.T) {
	names := []string{"@method", "@authority", "@path", "@query", "content-digest", "content-type", "x-purpose"}
	meta := []remitly.Metadata{remitly.MetaCreated, remitly.MetaExpires, remitly.MetaNonce, remitly.MetaKeyID, remitly.MetaAlgorithm, remitly.MetaTag}
	for _, p := range pairs(t) {
		ours, verifier := p.sides(t, httpsig.Profile{Parts: true, Headers: []string{"X-Purpose"}, Life: 5 * time.Minute})
		t.Run(string(p.alg)+", ours to theirs", func(t *testing.T) {
			r := ask(t)
			r.URL.RawQuery = "as=json"
			if _, err := ours.Request(r); err != nil {
				t.Fatal(err)
			}
			r = wire(t, r)
			keys := keyman.NewKeyFetchInMemory(map[string]remitly.KeySpec{keyID: {KeyID: keyID, Algo: remitly.Algorithm(p.alg), PubKey: p.private.Public()}})
			profile := remitly.VerifyProfile{
				SignatureLabel: "sig1", RequiredFields: remitly.Fields(names...), RequiredMetadata: meta,
				AllowedAlgorithms: []remitly.Algorithm{remitly.Algorithm(p.alg)}, CreatedValidDuration: time.Minute,
			}
			if got, err := remitly.Verify(r, keys, profile); err != nil || !got.Verified {
				t.Error(got.Verified, err)
			}
			r.Header.Set("X-Purpose", "dpv:Marketing")
			if _, err := remitly.Verify(r, keys, profile); err == nil {
				t.Error("theirs holds with a field changed: this test shows nothing")
			}
		})
		t.Run(string(p.alg)+", theirs to ours", func(t *testing.T) {
			r := ask(t)
			err := remitly.Sign(r, remitly.SigningProfile{
				Algorithm: remitly.Algorithm(p.alg), Digest: remitly.DigestSHA512, Fields: remitly.Fields(names...), Metadata: meta,
				Nonce: remitly.NonceRandom32,
			}, remitly.SigningKey{Key: p.private, MetaKeyID: keyID, MetaTag: tag})
			if err != nil {
				t.Fatal(err)
			}
			held(t, verifier, wire(t, r))
		})
	}
}

func TestWithCommonFateHttpsig(t *testing.T) {
	names := []string{"@method", "@target-uri", "content-digest", "content-type", "content-length", "x-purpose"}
	for _, p := range pairs(t) {
		var signs cfsigner.Algorithm
		var keys cfverifier.KeyDirectory
		switch k := p.private.(type) {
		case ed25519.PrivateKey:
			signs, keys = alg_ed25519.Ed25519{PrivateKey: k}, alg_ed25519.SingleKeyDirectory{Key: k.Public().(ed25519.PublicKey)}
		case *ecdsa.PrivateKey:
			signs, keys = alg_ecdsa.NewP256Signer(k), alg_ecdsa.StaticKeyDirectory{Key: &k.PublicKey}
		}
		ours, verifier := p.sides(t, httpsig.Profile{Headers: []string{"X-Purpose", "Content-Length"}})
		theirs := cfverifier.Verifier{
			NonceStorage: inmemory.NewNonceStorage(), KeyDirectory: keys, Tag: tag,
			Validation: cf.DefaultValidationOpts(), Scheme: "https", Authority: "gateway.example.gov.hk",
		}
		t.Run(string(p.alg)+", ours to theirs", func(t *testing.T) {
			r := ask(t)
			if p.alg == httpsig.Ed25519 { // theirs hashes with SHA-512 for this key, whatever the field says
				digest512(t, r)
			}
			if _, err := ours.Request(r); err != nil {
				t.Fatal(err)
			}
			r = wire(t, r)
			again := r.Clone(t.Context())
			again.Body = io.NopCloser(strings.NewReader(body))
			again.Header.Set("X-Purpose", "dpv:Marketing")
			if _, _, err := theirs.Parse(nil, r, time.Now()); err != nil {
				t.Error(err)
			}
			theirs.NonceStorage = inmemory.NewNonceStorage()
			if _, _, err := theirs.Parse(nil, again, time.Now()); err == nil {
				t.Error("theirs holds with a field changed: this test shows nothing")
			}
		})
		t.Run(string(p.alg)+", theirs to ours", func(t *testing.T) {
			r := ask(t)
			// Their transport sends no expires, so their parts are put together here.
			in := sigparams.Params{
				KeyID: keyID, Tag: tag, Alg: signs.Type(), CoveredComponents: names, Nonce: rand.Text(),
				Created: time.Now(), Expires: time.Now().Add(30 * time.Second),
			}
			base, err := sigbase.Derive(in, nil, r, signs.ContentDigest())
			if err != nil {
				t.Fatal(err)
			}
			text, err := base.CanonicalString(in)
			if err != nil {
				t.Fatal(err)
			}
			value, err := signs.Sign(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Digest", base.Values["content-digest"])
			set := sigset.Set{Messages: map[string]*signature.Message{"sig1": {Input: in, Signature: value}}}
			if err := set.Include(r); err != nil {
				t.Fatal(err)
			}
			held(t, verifier, wire(t, r))
		})
	}
}
