package oidc

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

// The states of a signing key: published, signing, and published until its last token ended.
const (
	keyNext    = "next"
	keyCurrent = "current"
	keyRetired = "retired"
)

// signingKey is a row of the table of keys.
type signingKey struct {
	id, alg, state string
	public         jose.JSONWebKey
	private        crypto.Signer // opened only for current keys
	sealed         []byte
	madeAt, endsAt when.Instant
}

// keySnapshot is the keys of a realm at an instant.
type keySnapshot struct {
	at      when.Instant
	all     []signingKey
	signers map[string]signingKey // by alg
	jwks    []byte
}

type keyCache struct {
	mu   sync.Mutex
	kept map[who.Realm]*keySnapshot
}

func (k *keyCache) get(realm who.Realm) *keySnapshot {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[realm]
}

func (k *keyCache) put(realm who.Realm, s *keySnapshot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[who.Realm]*keySnapshot{}
	}
	if s == nil {
		delete(k.kept, realm)
		return
	}
	k.kept[realm] = s
}

// keys gives the keys of the context's realm, at most a second old; the first call makes them.
func (p *Provider) keys(ctx context.Context) (*keySnapshot, error) {
	realm, now := who.From(ctx).Realm, p.Clock()
	known := p.keyRing.get(realm)
	if known != nil && now.Sub(known.at) < stale && !now.Before(known.at) {
		return known, nil
	}
	list, err := p.readKeys(ctx)
	if err == nil && !signs(list, string(jose.ES256)) {
		if err = p.makeKeys(ctx, jose.ES256, jose.EdDSA); err == nil {
			list, err = p.readKeys(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	if known != nil && unchanged(known.all, list) {
		next := *known
		next.at = now
		p.keyRing.put(realm, &next)
		return &next, nil
	}
	s, err := p.snapshot(realm, list, now)
	if err == nil {
		p.keyRing.put(realm, s)
	}
	return s, err
}

func unchanged(a, b []signingKey) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].id != b[i].id || a[i].state != b[i].state || !bytes.Equal(a[i].sealed, b[i].sealed) {
			return false
		}
	}
	return true
}

func signs(list []signingKey, alg string) bool {
	for _, k := range list {
		if k.alg == alg && k.state == keyCurrent {
			return true
		}
	}
	return false
}

func (p *Provider) readKeys(ctx context.Context) (list []signingKey, err error) {
	return list, p.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = listKeys(tx)
		return err
	})
}

func (p *Provider) snapshot(realm who.Realm, list []signingKey, now when.Instant) (*keySnapshot, error) {
	s := &keySnapshot{at: now, all: list, signers: map[string]signingKey{}}
	var public jose.JSONWebKeySet
	for _, k := range list {
		public.Keys = append(public.Keys, k.public)
		if k.state != keyCurrent {
			continue
		}
		raw, err := p.Ring.Decrypt(keyPlace(realm, k.id), k.sealed)
		if err != nil {
			return nil, fmt.Errorf("oidc: signing key %s: %w", k.id, err)
		}
		key, err := x509.ParsePKCS8PrivateKey(raw)
		if err != nil {
			return nil, err
		}
		k.private = key.(crypto.Signer) // every key that makeKey makes
		s.signers[k.alg] = k
	}
	var err error
	s.jwks, err = json.Marshal(public)
	return s, err
}

func keyPlace(realm who.Realm, id string) sign.Place {
	return sign.Place{Realm: realm, Table: "identity_oidc_keys", Column: "sealed", ID: id}
}

// makeKeys makes for each algorithm the key that signs and the one that comes next. Of
// several processes that try, one succeeds.
func (p *Provider) makeKeys(ctx context.Context, algs ...jose.SignatureAlgorithm) error {
	var made []signingKey
	for _, alg := range algs {
		for _, state := range []string{keyCurrent, keyNext} {
			k, err := p.makeKey(who.From(ctx).Realm, alg, state)
			if err != nil {
				return err
			}
			made = append(made, k)
		}
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		for _, k := range made {
			if err := addKey(tx, k); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Provider) makeKey(realm who.Realm, alg jose.SignatureAlgorithm, state string) (k signingKey, err error) {
	var private crypto.Signer
	switch alg {
	case jose.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.PS256:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		return k, err
	}
	k = signingKey{alg: string(alg), state: state, private: private}
	k.public = jose.JSONWebKey{Key: private.Public(), Algorithm: k.alg, Use: "sig"}
	print, err := k.public.Thumbprint(crypto.SHA256)
	if err != nil {
		return k, err
	}
	k.id = b64(print)
	k.public.KeyID = k.id
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return k, err
	}
	k.sealed, err = p.Ring.Encrypt(keyPlace(realm, k.id), raw)
	return k, err
}

// Rotate lets the next keys of the realm sign, retires those that did, and publishes
// new next ones. It may be called while serving, by any process: a key has been
// published for Lifetimes.Publish before it signs, and one that no longer signs stays
// published until its last token has ended. When no key has been published for long
// enough, it is a Conflict.
func (p *Provider) Rotate(ctx context.Context) error { return p.rotate(ctx, 0) }

// RotateOlder is Rotate for keys that were made longer ago than age: for a job, which may
// run in every process.
func (p *Provider) RotateOlder(ctx context.Context, age time.Duration) error {
	err := p.rotate(ctx, age)
	if fault.Is(err, fault.Conflict) { // none is old enough, or another process was faster
		return nil
	}
	return err
}

func (p *Provider) rotate(ctx context.Context, age time.Duration) error {
	list, err := p.readKeys(ctx)
	if err != nil {
		return err
	}
	var made []signingKey
	for _, k := range list {
		if k.state != keyCurrent || p.Clock().Sub(k.madeAt) < age {
			continue
		}
		next, err := p.makeKey(who.From(ctx).Realm, jose.SignatureAlgorithm(k.alg), keyNext)
		if err != nil {
			return err
		}
		made = append(made, next)
	}
	turned := 0
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		turned = 0
		for _, k := range made {
			did, err := p.turn(tx, k)
			if err != nil {
				return err
			}
			if did {
				turned++
			}
		}
		return nil
	})
	if err == nil && turned == 0 {
		err = fault.New(fault.Conflict, "identity.oidc.fault.key-too-new")
	}
	p.keyRing.put(who.From(ctx).Realm, nil)
	return err
}

// turn moves the keys of one algorithm on by one state, if the next one is known well enough.
func (p *Provider) turn(tx *db.Tx, made signingKey) (bool, error) {
	next, err := nextKey(tx, made.alg)
	if err != nil {
		return false, err
	}
	if tx.Now().Sub(next.madeAt) < p.Lifetimes.Publish {
		return false, nil
	}
	// Longer than any token: clocks differ, and other processes learn of it within a second.
	last := max(p.Lifetimes.IDToken, p.Lifetimes.Interaction)
	if err := tx.Change(sqlRetireKey, tx.Realm(), made.alg, tx.Now().Add(last+p.Lifetimes.Publish)); err != nil {
		return false, err
	}
	if err := tx.Change(sqlUseKey, tx.Realm(), next.id); err != nil {
		return false, err
	}
	return true, addKey(tx, made)
}

// signer gives the key that signs by an algorithm; the first use of one makes it.
func (p *Provider) signer(ctx context.Context, alg string) (signingKey, error) {
	s, err := p.keys(ctx)
	if err != nil {
		return signingKey{}, err
	}
	if k, ok := s.signers[alg]; ok {
		return k, nil
	}
	if err := p.makeKeys(ctx, jose.SignatureAlgorithm(alg)); err != nil {
		return signingKey{}, err
	}
	p.keyRing.put(who.From(ctx).Realm, nil)
	if s, err = p.keys(ctx); err != nil {
		return signingKey{}, err
	}
	k, ok := s.signers[alg]
	if !ok {
		return k, fmt.Errorf("oidc: no key signs by %s", alg)
	}
	return k, nil
}

// sign makes a JWT of claims.
func (p *Provider) sign(ctx context.Context, alg, typ string, claims any) (string, error) {
	k, err := p.signer(ctx, alg)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	o := (&jose.SignerOptions{}).WithType(jose.ContentType(typ)).WithHeader("kid", k.id)
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: k.private}, o)
	if err != nil {
		return "", err
	}
	jws, err := s.Sign(payload)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

// ours reads a JWT that this provider signed once, for a hint: it may have expired.
func (p *Provider) ours(ctx context.Context, raw string) (object, error) {
	s, err := parseSigned("the id_token_hint", raw)
	if err != nil {
		return nil, err
	}
	known, err := p.keys(ctx)
	if err != nil {
		return nil, err
	}
	var fit keySet
	for _, k := range known.all {
		if k.id == s.header.KeyID && k.alg == s.header.Algorithm {
			fit = append(fit, k.public)
		}
	}
	if len(fit) == 0 {
		return nil, fmt.Errorf("the id_token_hint is not signed with a key of this issuer")
	}
	claims, err := s.open("the id_token_hint", fit)
	if err != nil {
		return nil, err
	}
	if iss, _ := claims.text("iss"); iss != p.Issuer(ctx) {
		return nil, fmt.Errorf("the id_token_hint is of another issuer")
	}
	return claims, nil
}
