package licences

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"sync"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

// JWK is a public key (RFC 7517; RFC 8037, 2).
type JWK struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	KeyID     string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
}

// JWKS is the set of keys that codes and lists are signed with, old ones too: what was signed with
// them is shown for as long as a licence lasts.
type JWKS struct {
	Keys []JWK `json:"keys"`
}

// PublicKeys are the keys by which anybody verifies.
func (s *Service) PublicKeys() (JWKS, error) {
	out := JWKS{[]JWK{}}
	for _, k := range s.Keys.Keys() {
		if k.Purpose != sign.Signature {
			continue
		}
		pub, err := s.Keys.PublicKey(k.ID)
		if err != nil {
			return out, err
		}
		out.Keys = append(out.Keys, jwkOf(k.ID, pub))
	}
	return out, nil
}

func jwkOf(id string, key ed25519.PublicKey) JWK {
	return JWK{"OKP", "Ed25519", base64.RawURLEncoding.EncodeToString(key), id, "sig", "EdDSA"}
}

const (
	listLife   = time.Hour   // how long a status list is good
	listFresh  = time.Minute // how long one is given out
	hashBytes  = 16          // of a number's hash
	mostListed = 1 << 20     // numbers in a list
)

// StatusList is what a status list says: the hashes of the numbers of all licences that are
// suspended, revoked or surrendered and whose end has not come. One whose end has come says so itself.
type StatusList struct {
	Issuer  string   `json:"iss"`
	Issued  int64    `json:"iat"`
	Expires int64    `json:"exp"`
	Invalid []string `json:"invalid"` // the first 16 bytes of SHA-256 over the number, in base64url, sorted
}

// FlatJWS is a signed text in flattened JSON (RFC 7515, 7.2.2).
type FlatJWS struct {
	Payload   string `json:"payload"`
	Protected string `json:"protected"`
	Signature string `json:"signature"`
}

// statusLists keeps the list of each realm for a moment.
type statusLists struct {
	mu   sync.Mutex
	kept map[who.Realm]keptList
}

type keptList struct {
	at   when.Instant
	list FlatJWS
}

// NumberHash is what a status list knows a number by.
func NumberHash(number string) string {
	h := sha256.Sum256([]byte(number))
	return base64.RawURLEncoding.EncodeToString(h[:hashBytes])
}

// Status gives the signed status list, at most a minute old.
func (s *Service) Status(ctx context.Context) (FlatJWS, error) {
	realm, now := who.From(ctx).Realm, s.Clock()
	s.lists.mu.Lock() // who comes meanwhile waits for the same list, and does not make another
	defer s.lists.mu.Unlock()
	if k, ok := s.lists.kept[realm]; ok && now.Sub(k.at) < listFresh && !now.Before(k.at) {
		return k.list, nil
	}
	list, err := s.newStatus(ctx, realm, now)
	if err == nil {
		if s.lists.kept == nil {
			s.lists.kept = map[who.Realm]keptList{}
		}
		s.lists.kept[realm] = keptList{now, list}
	}
	return list, err
}

func (s *Service) newStatus(ctx context.Context, realm who.Realm, now when.Instant) (out FlatJWS, err error) {
	list := StatusList{Issuer: s.issuer(realm), Issued: now.Time().Unix(), Expires: now.Add(listLife).Time().Unix(), Invalid: []string{}}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		numbers, err := invalidNumbers(tx, now.Day(), mostListed+1)
		if len(numbers) > mostListed {
			// Half a list would call revoked licences good.
			return fault.New(fault.Unavailable, "licences.fault.list-long")
		}
		for _, n := range numbers {
			list.Invalid = append(list.Invalid, NumberHash(n))
		}
		return err
	})
	if err != nil {
		return out, err
	}
	slices.Sort(list.Invalid)
	out.Protected, out.Payload, out.Signature, err = s.signParts(statusType, list)
	return out, err
}
