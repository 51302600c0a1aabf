package httpsig

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"math/big"
)

// Algorithm is a signature algorithm by its name in the registry of RFC 9421, 6.2.
type Algorithm string

// The algorithms of the profile.
const (
	Ed25519 Algorithm = "ed25519"
	P256    Algorithm = "ecdsa-p256-sha256"
)

// p256Half is the width of r and of s in a P-256 signature (RFC 9421, 3.3.4).
const p256Half = 32

// signatureSize is the same for both algorithms.
const signatureSize = 64

// ErrUnknownKey is what [Keys] gives for a key that is not known, not yet valid, or revoked.
var ErrUnknownKey = errors.New("httpsig: unknown key")

// Keys is the port to whoever knows the partners' keys. An error that is not [ErrUnknownKey]
// is a fault of the look-up and reaches the caller as it is. The key decides the algorithm:
// an ed25519.PublicKey or a *ecdsa.PublicKey on P-256.
type Keys interface {
	PublicKey(ctx context.Context, keyID string) (crypto.PublicKey, error)
}

// KeysFunc makes a function the port.
type KeysFunc func(ctx context.Context, keyID string) (crypto.PublicKey, error)

// PublicKey calls the function.
func (f KeysFunc) PublicKey(ctx context.Context, keyID string) (crypto.PublicKey, error) {
	return f(ctx, keyID)
}

// AlgorithmOf is the algorithm that a public key is for; keys of other kinds are refused.
func AlgorithmOf(key crypto.PublicKey) (Algorithm, error) {
	const do = "use an Ed25519 key, or an ECDSA key on P-256"
	switch key := key.(type) {
	case ed25519.PublicKey:
		if len(key) != ed25519.PublicKeySize {
			return "", refuse(RuleKey, do, "the Ed25519 key has a wrong length")
		}
		return Ed25519, nil
	case *ecdsa.PublicKey:
		if key == nil || key.Curve != elliptic.P256() {
			return "", refuse(RuleKey, do, "the ECDSA key is not on P-256")
		}
		return P256, nil
	}
	return "", refuse(RuleKey, do, "the key is of a kind that the profile doesn't have")
}

// signBase signs a signature base with a key that may stand in an HSM.
func signBase(key crypto.Signer, alg Algorithm, base []byte) ([]byte, error) {
	if alg == Ed25519 {
		return key.Sign(rand.Reader, base, crypto.Hash(0))
	}
	sum := sha256.Sum256(base)
	der, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var pair struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &pair); err != nil || len(rest) > 0 || pair.R.BitLen() > 8*p256Half || pair.S.BitLen() > 8*p256Half || pair.R.Sign() < 0 || pair.S.Sign() < 0 {
		return nil, refuse(RuleConfig, "let the key give ASN.1 as crypto.Signer says", "the key gave no ECDSA signature in ASN.1")
	}
	out := make([]byte, signatureSize)
	pair.R.FillBytes(out[:p256Half])
	pair.S.FillBytes(out[p256Half:])
	return out, nil
}

// fits reports whether a signature fits. The key was checked by [AlgorithmOf].
func (v *Verifier) fits(key crypto.PublicKey, base, signature []byte) bool {
	if len(signature) != signatureSize {
		return false
	}
	switch key := key.(type) {
	case ed25519.PublicKey:
		return v.ready.verify(key, base, signature)
	case *ecdsa.PublicKey:
		sum := sha256.Sum256(base)
		r, s := new(big.Int).SetBytes(signature[:p256Half]), new(big.Int).SetBytes(signature[p256Half:])
		return ecdsa.Verify(key, sum[:], r, s)
	}
	return false
}
