package exchange

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"

	"praya/kernel/when"
	"praya/platform/httpsig"
)

// The fields of a call and of its answer. See the package's own page.
const (
	headBasis    = "Exchange-Basis"
	headFields   = "Exchange-Fields"
	headSubject  = "Exchange-Subject"
	headID       = "Exchange-Id"
	headConsumer = "Exchange-Consumer"
	headService  = "Exchange-Service"
	headPurpose  = "Exchange-Purpose"
	headSalt     = "Exchange-Salt"
	headAbout    = "Exchange-About"
	headReceipt  = "Exchange-Receipt"
	headFiltered = "Exchange-Filtered"
)

// Tag says what the signatures of the exchange are for.
const Tag = "praya-exchange"

// Labels of signatures: the consumer's and, on answers, the provider's; and the gateway's.
const (
	callLabel = "call"
	gateLabel = "gate"
)

// gatewayKey stands before the id of the gateway's own keys; no party has a slash in its code.
const gatewayKey = "gateway/"

// CallProfile is how a consumer signs a call, and how answers to it are signed.
func CallProfile(scheme string) httpsig.Profile {
	return httpsig.Profile{
		Tag: Tag, Label: callLabel, Scheme: scheme, Parts: true, Life: life, Skew: skew,
		Headers: []string{headBasis}, Answers: []string{headID},
		Also: []string{headFields, headSubject, headAbout, headFiltered},
	}
}

// ForwardProfile is how the gateway signs what it sends to a provider.
func ForwardProfile(scheme string) httpsig.Profile {
	return httpsig.Profile{
		Tag: Tag, Label: gateLabel, Scheme: scheme, Parts: true, Life: life, Skew: skew,
		Headers: []string{headID, headBasis, headConsumer, headService, headPurpose, headFields, headSubject, headSalt},
	}
}

// verifier holds calls and answers against the profile that they share.
func (s *Service) verifier() *httpsig.Verifier {
	s.gate.once.Do(func() {
		scheme, _, _ := strings.Cut(s.Origin, "://")
		v, err := httpsig.NewVerifier(CallProfile(scheme), s, s.Clock)
		if err != nil {
			panic("exchange: " + err.Error()) // a profile of ours
		}
		s.gate.verifier = v
	})
	return s.gate.verifier
}

// gate signs with the present key of the ring, and makes a signer anew when that was rotated.
type gate struct {
	once     sync.Once
	verifier *httpsig.Verifier

	mu      sync.Mutex
	key     string
	forward *httpsig.Signer
	answer  *httpsig.Signer
}

func (s *Service) signers() (forward, answer *httpsig.Signer, err error) {
	id, key, err := s.Keys.Signer()
	if err != nil {
		return nil, nil, err
	}
	g := &s.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.key == id {
		return g.forward, g.answer, nil
	}
	if g.forward, err = httpsig.NewSigner(ForwardProfile(""), gatewayKey+id, key, s.Clock); err != nil {
		return nil, nil, err
	}
	if g.answer, err = httpsig.NewSigner(CallProfile(""), gatewayKey+id, key, s.Clock); err != nil {
		return nil, nil, err
	}
	g.key = id
	return g.forward, g.answer, nil
}

// PublicKey gives a key of a party or of the gateway, by the name that signatures have.
func (s *Service) PublicKey(ctx context.Context, keyID string) (crypto.PublicKey, error) {
	if own, ok := strings.CutPrefix(keyID, gatewayKey); ok {
		key, err := s.Keys.PublicKey(own)
		if err != nil {
			return nil, httpsig.ErrUnknownKey
		}
		return key, nil
	}
	r, err := s.current(ctx, 0)
	if err != nil {
		return nil, err
	}
	k, ok := r.keys[keyID]
	if !ok || k.Use != Signing || !k.holds(s.Clock()) {
		return nil, httpsig.ErrUnknownKey
	}
	return k.public, nil
}

// partyOf is whose key it is, by its name.
func partyOf(keyID string) string {
	party, _, _ := strings.Cut(keyID, "/")
	return party
}

// newSalt blinds the subject of one call.
func newSalt() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}

// about is what a provider says of the subject that its answer is about: only who knows salt and
// subject can make it, and nobody else can read it.
func about(salt, subject string) string {
	raw, err := base64.StdEncoding.DecodeString(salt)
	if err != nil {
		return ""
	}
	h := sha256.Sum256(append(raw, subject...))
	return base64.StdEncoding.EncodeToString(h[:])
}

var _ httpsig.Keys = (*Service)(nil)

// expiry is from when on a message is too old to be played again.
func expiry(sig httpsig.Signature) when.Instant { return sig.Expires.Add(skew) }
