package httpsig

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"sync"
	"sync/atomic"

	"filippo.io/edwards25519"
)

// readyKeys verifies Ed25519. A key that comes again and again is made ready: multiples of it are
// kept, and a signature under it then costs a third. Partners' keys are few and sign everything.
// It decides as crypto/ed25519 does, signature by signature.
type readyKeys struct {
	mu   sync.RWMutex
	all  map[[ed25519.PublicKeySize]byte]*readyKey
	base *multiples // of the generator
}

// readyKey is a key on its way to be ready, or ready.
type readyKey struct {
	uses  atomic.Int64
	once  sync.Once
	minus atomic.Pointer[multiples] // of the key's negative; nil until it is ready
}

// A key is made ready at its sixteenth use, which costs as much as some six verifications. As many
// as this are held, 220 kB each; after that the least used one goes.
const (
	usesToReady = 16
	mostReady   = 64
)

func (r *readyKeys) verify(key ed25519.PublicKey, message, signature []byte) bool {
	k := r.of([ed25519.PublicKeySize]byte(key))
	if k.uses.Add(1) >= usesToReady {
		k.once.Do(func() { r.prepare(k, key) })
	}
	minus := k.minus.Load()
	if minus == nil {
		return ed25519.Verify(key, message, signature)
	}
	return r.holds(minus, key, message, signature)
}

func (r *readyKeys) of(key [ed25519.PublicKeySize]byte) *readyKey {
	r.mu.RLock()
	k := r.all[key]
	r.mu.RUnlock()
	if k != nil {
		return k
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if k = r.all[key]; k != nil {
		return k
	}
	if r.all == nil {
		r.all = map[[ed25519.PublicKeySize]byte]*readyKey{}
	}
	if len(r.all) >= mostReady {
		r.forget()
	}
	k = &readyKey{}
	r.all[key] = k
	return k
}

// forget drops the key that was used least since it came or was last passed over, and halves what
// the others count: who was busy once does not stay for that alone.
func (r *readyKeys) forget() {
	var least [ed25519.PublicKeySize]byte
	fewest := int64(-1)
	for key, k := range r.all {
		n := k.uses.Load()
		if fewest < 0 || n < fewest {
			least, fewest = key, n
		}
		k.uses.Store(n / 2)
	}
	delete(r.all, least)
}

// prepare makes a key ready. One that is no point of the curve never is, and is left to the
// standard library, which refuses it.
func (r *readyKeys) prepare(k *readyKey, key ed25519.PublicKey) {
	a, err := new(edwards25519.Point).SetBytes(key)
	if err != nil {
		return
	}
	r.mu.Lock()
	if r.base == nil {
		r.base = multiplesOf(edwards25519.NewGeneratorPoint())
	}
	r.mu.Unlock()
	k.minus.Store(multiplesOf(a.Negate(a)))
}

// holds verifies as RFC 8032, 5.1.7 without the cofactor, which is what crypto/ed25519 does too:
// R must be, byte by byte, [S]B - [k]A. Nothing here is secret, so it need not take constant time.
func (r *readyKeys) holds(minus *multiples, key ed25519.PublicKey, message, signature []byte) bool {
	if len(signature) != ed25519.SignatureSize {
		return false
	}
	s, err := new(edwards25519.Scalar).SetCanonicalBytes(signature[32:])
	if err != nil {
		return false
	}
	sum := edwards25519.NewIdentityPoint()
	r.base.add(sum, s)
	minus.add(sum, challengeOf(signature[:32], key, message))
	return bytes.Equal(sum.Bytes(), signature[:32])
}

// challengeOf is k of RFC 8032, 5.1.7.
func challengeOf(point []byte, key ed25519.PublicKey, message []byte) *edwards25519.Scalar {
	h := sha512.New()
	h.Write(point)
	h.Write(key)
	h.Write(message)
	var digest [sha512.Size]byte
	k, err := new(edwards25519.Scalar).SetUniformBytes(h.Sum(digest[:0]))
	if err != nil {
		panic("httpsig: " + err.Error()) // only of another length
	}
	return k
}

// A scalar is read as signed digits of so many bits; there is one more for the last carry.
const (
	digitBits = 6
	digits    = 253/digitBits + 1
	half      = 1 << (digitBits - 1)
)

// multiples of a point: 1 to 32 times 64 to the power of i.
type multiples [digits][half]edwards25519.Point

func multiplesOf(p *edwards25519.Point) *multiples {
	m := new(multiples)
	step := new(edwards25519.Point).Set(p)
	for i := range m {
		row := &m[i]
		row[0].Set(step)
		for j := 1; j < half; j++ {
			row[j].Add(&row[j-1], step)
		}
		step.Add(&row[half-1], &row[half-1])
	}
	return m
}

// add adds s times the point to sum.
func (m *multiples) add(sum *edwards25519.Point, s *edwards25519.Scalar) {
	var b [34]byte // two more, so that each digit can be read from two bytes
	copy(b[:], s.Bytes())
	carry := 0
	for i := range m {
		at := i * digitBits
		d := int(uint(b[at/8])|uint(b[at/8+1])<<8)>>(at%8)&(1<<digitBits-1) + carry
		if carry = 0; d > half {
			d, carry = d-1<<digitBits, 1
		}
		switch {
		case d > 0:
			sum.Add(sum, &m[i][d-1])
		case d < 0:
			sum.Subtract(sum, &m[i][-d-1])
		}
	}
}
