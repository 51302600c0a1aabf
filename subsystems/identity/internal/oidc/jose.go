package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// algorithms is every signature that is accepted and given (FAPI 2.0 Security Profile,
// 5.4.1). What is not here, none and the HMACs above all, does not exist.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.PS256, jose.EdDSA}
}

func algorithmNames() []string { return []string{"ES256", "PS256", "EdDSA"} }

// keySet is a client's public keys, those of kinds we know.
type keySet []jose.JSONWebKey

const maxKeys = 20

// readKeySet reads a JWK set (RFC 7517, 5). Keys of other kinds are passed over; a
// private key is an accident that its owner should hear of.
func readKeySet(raw []byte) (keySet, error) {
	o, err := readObject(raw)
	if err != nil {
		return nil, fmt.Errorf("the key set %w", err)
	}
	var list []json.RawMessage
	if json.Unmarshal(o["keys"], &list) != nil {
		return nil, errors.New("the key set has no list named keys")
	}
	if len(list) > maxKeys {
		return nil, fmt.Errorf("the key set has more than %d keys", maxKeys)
	}
	var set keySet
	for _, one := range list {
		if m, err := readObject(one); err != nil || m.has("d") || m.has("k") || m.has("p") {
			return nil, errors.New("the key set holds a private or symmetric key, or something that is no key")
		}
		var k jose.JSONWebKey
		if k.UnmarshalJSON(one) == nil && usable(k) {
			k.Certificates = nil
			set = append(set, k)
		}
	}
	if len(set) == 0 {
		return nil, errors.New("the key set has no key that can be used: EC P-256, RSA of 2048 to 4096 bits, or Ed25519")
	}
	return set, nil
}

// usable: FAPI 2.0 Security Profile, 5.4.1: RSA of at least 2048 bits, curves of at least 160.
// The upper bound keeps the cost of a check bounded.
func usable(k jose.JSONWebKey) bool {
	switch key := k.Key.(type) {
	case *ecdsa.PublicKey:
		return key.Curve == elliptic.P256()
	case *rsa.PublicKey:
		return key.N.BitLen() >= 2048 && key.N.BitLen() <= 4096 && key.E < 1<<31
	case ed25519.PublicKey:
		return true
	}
	return false
}

func fits(k jose.JSONWebKey, alg string) bool {
	if k.Algorithm != "" && k.Algorithm != alg {
		return false
	}
	switch k.Key.(type) {
	case *ecdsa.PublicKey:
		return alg == string(jose.ES256) || alg == string(jose.ECDH_ES_A256KW)
	case *rsa.PublicKey:
		return alg == string(jose.PS256) || alg == string(jose.RSA_OAEP_256)
	case ed25519.PublicKey:
		return alg == string(jose.EdDSA)
	}
	return false
}

// verifying gives the keys that may have made a signature.
func (s keySet) verifying(kid, alg string) (out keySet) {
	for _, k := range s {
		if k.Use != "enc" && fits(k, alg) && (kid == "" || k.KeyID == kid) {
			out = append(out, k)
		}
	}
	return out
}

// encrypting gives the key that a client wants to be written to with.
func (s keySet) encrypting(alg string) (jose.JSONWebKey, bool) {
	for _, k := range s {
		if k.Use != "sig" && fits(k, alg) {
			return k, true
		}
	}
	return jose.JSONWebKey{}, false
}

// signed is a JWT whose signature has not been looked at yet.
type signed struct {
	jws    *jose.JSONWebSignature
	header jose.Header
	typ    string
}

// parseSigned takes a compact JWS apart. what names it in errors.
func parseSigned(what, raw string) (signed, error) {
	if len(raw) > maxJWT {
		return signed{}, fmt.Errorf("%s is longer than %d bytes", what, maxJWT)
	}
	jws, err := jose.ParseSignedCompact(raw, algorithms())
	var alg *jose.ErrUnexpectedSignatureAlgorithm
	switch {
	case errors.As(err, &alg):
		return signed{}, fmt.Errorf("%s is signed with %s; only ES256, PS256 and EdDSA are accepted", what, clip(string(alg.Got)))
	case err != nil:
		return signed{}, fmt.Errorf("%s is not a compact JWS with a JSON header", what)
	}
	h := jws.Signatures[0].Protected
	typ, _ := h.ExtraHeaders[jose.HeaderType].(string)
	return signed{jws, h, typ}, nil
}

// open checks the signature and reads the claims.
func (s signed) open(what string, keys keySet) (object, error) {
	for _, k := range keys {
		payload, err := s.jws.Verify(k.Key)
		if err != nil {
			continue
		}
		claims, err := readObject(payload)
		if err != nil {
			return nil, fmt.Errorf("%s's payload %w", what, err)
		}
		return claims, nil
	}
	return nil, fmt.Errorf("%s's signature does not fit the key", what)
}

// opened checks a JWT that a client signed, with the client's keys.
func (p *Provider) opened(ctx context.Context, c *Client, what string, s signed) (object, error) {
	keys, err := p.keysOf(ctx, c, func(all keySet) keySet { return all.verifying(s.header.KeyID, s.header.Algorithm) })
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s names a kid and alg that no key of the client has", what)
	}
	return s.open(what, keys)
}

// is reports whether the typ header is one of these; an empty name stands for none.
func (s signed) is(names ...string) bool {
	for _, n := range names {
		if strings.EqualFold(strings.TrimPrefix(s.typ, "application/"), n) {
			return true
		}
	}
	return false
}

// texts is a JSON list of strings; nil when it is anything else.
func texts(raw json.RawMessage) (list []string) {
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// encrypted wraps a signed JWT for a client (OpenID Connect Core, 10.2).
func encrypted(jwt, alg, kid string, key any) (string, error) {
	o := (&jose.EncrypterOptions{}).WithContentType("JWT")
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.KeyAlgorithm(alg), Key: key, KeyID: kid}, o)
	if err != nil {
		return "", err
	}
	jwe, err := e.Encrypt([]byte(jwt))
	if err != nil {
		return "", err
	}
	return jwe.CompactSerialize()
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

func same(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
