package sign

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
)

// Place is where a field stands: what is sealed for one place opens in no other.
type Place struct {
	Realm  who.Realm
	Table  string
	Column string
}

func (p Place) bytes() []byte {
	return fmt.Appendf(nil, "%d:%s%d:%s%d:%s", len(p.Realm), p.Realm, len(p.Table), p.Table, len(p.Column), p.Column)
}

// generation is one set of keys.
type generation struct {
	Number  uint32       `json:"number"`
	Made    when.Instant `json:"made"`
	Field   []byte       `json:"field"`   // 32 bytes, from which each place's key is derived
	Signing []byte       `json:"signing"` // seed of Ed25519
}

// Ring is a set of generations. It is a value: Rotate gives a new one.
type Ring struct {
	Generations []generation `json:"generations"` // oldest first; the last is active
	Index       []byte       `json:"index"`
}

// NewRing makes a ring with one generation.
func NewRing(now when.Instant) Ring {
	r := Ring{Index: random(32)}
	return r.Rotate(now)
}

// Rotate gives a ring with a new active generation; all others stay readable.
func (r Ring) Rotate(now when.Instant) Ring {
	next := generation{Number: 1, Made: now, Field: random(32), Signing: random(ed25519.SeedSize)}
	if n := len(r.Generations); n > 0 {
		next.Number = r.Generations[n-1].Number + 1
	}
	return Ring{Generations: append(append([]generation(nil), r.Generations...), next), Index: r.Index}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // documented never to fail
	return b
}

// String keeps the keys out of logs.
func (r Ring) String() string { return fmt.Sprintf("[key ring of %d generations]", len(r.Generations)) }

// GoString keeps them out of %#v too.
func (r Ring) GoString() string { return r.String() }

// Active is the number of the active generation.
func (r Ring) Active() uint32 { return r.active().Number }

func (r Ring) active() generation { return r.Generations[len(r.Generations)-1] }

func (r Ring) generation(n uint32) (generation, error) {
	for _, g := range r.Generations {
		if g.Number == n {
			return g, nil
		}
	}
	return generation{}, fmt.Errorf("sign: no key of generation %d: was the ring restored from an older backup?", n)
}

// ringPlace binds a sealed ring to its purpose.
const ringPlace = "praya key ring 1"

// Sealed gives the ring in the form that is stored: no one reads it without the key file.
func (r Ring) Sealed(k KeyFile) (string, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	sealed, err := seal(k.key[:], b, []byte(ringPlace))
	return base64.StdEncoding.EncodeToString(sealed), err
}

// OpenRing opens a stored ring.
func OpenRing(k KeyFile, stored string) (r Ring, err error) {
	b, err := base64.StdEncoding.DecodeString(stored)
	if err == nil {
		b, err = open(k.key[:], b, []byte(ringPlace))
	}
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err == nil && len(r.Generations) == 0 {
		err = errors.New("sign: the ring is empty")
	}
	if err != nil {
		return Ring{}, fault.New(fault.Invalid, "sign.wrong-key-file").Because(err)
	}
	return r, nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(b)
}

func seal(key, plain, bound []byte) ([]byte, error) {
	a, err := gcm(key)
	if err != nil {
		return nil, err
	}
	return a.Seal(nil, nil, plain, bound), nil
}

func open(key, sealed, bound []byte) ([]byte, error) {
	a, err := gcm(key)
	if err != nil {
		return nil, err
	}
	return a.Open(nil, nil, sealed, bound)
}

func (g generation) key(p Place) ([]byte, error) {
	return hkdf.Key(sha256.New, g.Field, nil, "praya field "+string(p.bytes()), 32)
}

// Seal encrypts a field for its place.
func (r Ring) Seal(p Place, plain []byte) ([]byte, error) {
	g := r.active()
	key, err := g.key(p)
	if err != nil {
		return nil, err
	}
	sealed, err := seal(key, plain, p.bytes())
	return append(binary.BigEndian.AppendUint32(nil, g.Number), sealed...), err
}

// Open decrypts a field of a place, of any generation.
func (r Ring) Open(p Place, sealed []byte) ([]byte, error) {
	if len(sealed) < 4 {
		return nil, errors.New("sign: not a sealed field")
	}
	g, err := r.generation(binary.BigEndian.Uint32(sealed))
	if err != nil {
		return nil, err
	}
	key, err := g.key(p)
	if err != nil {
		return nil, err
	}
	plain, err := open(key, sealed[4:], p.bytes())
	if err != nil {
		return nil, fmt.Errorf("sign: a field of %s.%s does not open: %w", p.Table, p.Column, err)
	}
	return plain, nil
}

// Reseal moves a field to the active generation; changed is false when it is there.
func (r Ring) Reseal(p Place, sealed []byte) (out []byte, changed bool, err error) {
	if len(sealed) >= 4 && binary.BigEndian.Uint32(sealed) == r.Active() {
		return sealed, false, nil
	}
	plain, err := r.Open(p, sealed)
	if err != nil {
		return nil, false, err
	}
	out, err = r.Seal(p, plain)
	return out, true, err
}

// BlindIndex gives what a field's value is found by. Values are brought into one form
// (case, width) by the caller.
func (r Ring) BlindIndex(p Place, value []byte) []byte {
	m := hmac.New(sha256.New, r.Index)
	m.Write(p.bytes())
	m.Write([]byte{0})
	m.Write(value)
	return m.Sum(nil)[:16]
}

// Sign signs a message for a purpose with the active generation.
func (r Ring) Sign(purpose string, message []byte) (generation uint32, signature []byte) {
	g := r.active()
	return g.Number, ed25519.Sign(ed25519.NewKeyFromSeed(g.Signing), purposed(purpose, message))
}

// Check checks a signature.
func (r Ring) Check(purpose string, message []byte, generation uint32, signature []byte) bool {
	key, err := r.PublicKey(generation)
	return err == nil && ed25519.Verify(key, purposed(purpose, message), signature)
}

// PublicKey gives a generation's key for others to check with.
func (r Ring) PublicKey(generation uint32) (ed25519.PublicKey, error) {
	g, err := r.generation(generation)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(g.Signing).Public().(ed25519.PublicKey), nil
}

// purposed keeps a signature for one purpose from standing for another.
func purposed(purpose string, message []byte) []byte {
	return append(fmt.Appendf(nil, "praya %d:%s\n", len(purpose), purpose), message...)
}
