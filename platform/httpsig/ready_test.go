package httpsig

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"filippo.io/edwards25519"
)

// A key that is ready decides as the standard library does, whatever it is given.

func made(t testing.TB, key ed25519.PublicKey) (*readyKeys, *readyKey) {
	r := &readyKeys{}
	k := r.of([ed25519.PublicKeySize]byte(key))
	r.prepare(k, key)
	if k.minus.Load() == nil {
		t.Fatalf("%x is not made ready", key)
	}
	return r, k
}

func random(src *rand.ChaCha8, n int) []byte {
	b := make([]byte, n)
	_, _ = src.Read(b)
	return b
}

func TestReadyDecidesAsTheLibrary(t *testing.T) {
	src := rand.NewChaCha8([32]byte{1})
	for range 20 {
		key := ed25519.NewKeyFromSeed(random(src, 32))
		public := key.Public().(ed25519.PublicKey)
		r, k := made(t, public)
		for i := range 100 {
			message := random(src, i*7)
			signature := ed25519.Sign(key, message)
			if !r.holds(k.minus.Load(), public, message, signature) {
				t.Fatalf("a good signature is refused: key %x, message %x", public, message)
			}
			for _, bit := range []int{int(src.Uint64() % 512), 0, 255, 256, 511} {
				wrong := bytes.Clone(signature)
				wrong[bit/8] ^= 1 << (bit % 8)
				if r.holds(k.minus.Load(), public, message, wrong) {
					t.Fatalf("bit %d is wrong, and it is taken", bit)
				}
			}
			if r.holds(k.minus.Load(), public, append(message, 1), signature) {
				t.Fatal("it is taken for another message")
			}
		}
	}
}

// The order of the generator, little-endian: S and S plus this are the same number to the curve,
// and only the first may be taken (RFC 8032, 5.1.7).
var order, _ = hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")

func TestReadyRefusesASecondForm(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	public := key.Public().(ed25519.PublicKey)
	r, k := made(t, public)
	signature := ed25519.Sign(key, nil)
	carry := 0
	for i := range order {
		sum := int(signature[32+i]) + int(order[i]) + carry
		signature[32+i], carry = byte(sum), sum>>8
	}
	if ed25519.Verify(public, nil, signature) || r.holds(k.minus.Load(), public, nil, signature) {
		t.Error("S above the order is taken")
	}
	if r.holds(k.minus.Load(), public, nil, signature[:63]) || r.holds(k.minus.Load(), public, nil, append(signature, 0)) {
		t.Error("a signature of another length is taken")
	}
}

// Keys of small order, and keys with such a part in them, are where implementations differ: here
// both must say the same, and both answers must come up.
func TestReadyOnSmallOrder(t *testing.T) {
	src := rand.NewChaCha8([32]byte{2})
	said := map[string]int{}
	for _, text := range []string{
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
		"0000000000000000000000000000000000000000000000000000000000000000", // order 4
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
		"0100000000000000000000000000000000000000000000000000000000000000", // order 1
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 1, not canonical
		"0100000000000000000000000000000000000000000000000000000000000080", // order 1, with a sign
	} {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		small, err := new(edwards25519.Point).SetBytes(raw)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, mixed := range []bool{false, true} {
			secret, err := new(edwards25519.Scalar).SetUniformBytes(random(src, 64))
			if err != nil {
				t.Fatal(err)
			}
			public := ed25519.PublicKey(raw)
			if mixed {
				p := new(edwards25519.Point).ScalarBaseMult(secret)
				public = p.Add(p, small).Bytes()
			}
			r, k := made(t, public)
			for i := range 64 {
				message := random(src, 8)
				nonce, _ := new(edwards25519.Scalar).SetUniformBytes(random(src, 64))
				point := new(edwards25519.Point).ScalarBaseMult(nonce)
				for range i % 8 {
					point.Add(point, small)
				}
				challenge := challengeOf(point.Bytes(), public, message)
				s := new(edwards25519.Scalar).Set(nonce)
				if mixed {
					s.MultiplyAdd(challenge, secret, nonce)
				}
				signature := append(point.Bytes(), s.Bytes()...)
				want := ed25519.Verify(public, message, signature)
				if got := r.holds(k.minus.Load(), public, message, signature); got != want {
					t.Fatalf("key %x, message %x, signature %x: %v, the library says %v", public, message, signature, got, want)
				}
				said[fmt.Sprint(want)]++
			}
		}
	}
	if said["true"] < 50 || said["false"] < 50 {
		t.Errorf("the cases are not what they were meant to be: %v", said)
	}
}

// A key is made ready in use; many are used at once, and more of them than are held.
func TestReadyInUse(t *testing.T) {
	r := &readyKeys{}
	busy := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	var work sync.WaitGroup
	for worker := range 4 {
		work.Go(func() {
			for i := range 200 {
				key := busy
				if i%3 == 0 {
					key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(worker), byte(i)}, 16))
				}
				message := []byte{byte(i)}
				signature := ed25519.Sign(key, message)
				if !r.verify(key.Public().(ed25519.PublicKey), message, signature) {
					t.Errorf("worker %d, message %d: refused", worker, i)
				}
				if r.verify(key.Public().(ed25519.PublicKey), []byte("other"), signature) {
					t.Errorf("worker %d, message %d: taken for another message", worker, i)
				}
			}
		})
	}
	work.Wait()
	if n := len(r.all); n != mostReady {
		t.Errorf("%d keys are held, not %d", n, mostReady)
	}
	if k := r.all[[32]byte(busy.Public().(ed25519.PublicKey))]; k == nil || k.minus.Load() == nil {
		t.Error("the busiest key is not ready")
	}
	off := ed25519.PublicKey(bytes.Repeat([]byte{2}, 32)) // no point of the curve
	for range usesToReady + 1 {
		if r.verify(off, nil, make([]byte, 64)) {
			t.Fatal("a key off the curve is taken")
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	public := key.Public().(ed25519.PublicKey)
	message := make([]byte, 700)
	signature := ed25519.Sign(key, message)
	r, k := made(b, public)
	b.Run("library", func(b *testing.B) {
		for b.Loop() {
			ed25519.Verify(public, message, signature)
		}
	})
	b.Run("ready", func(b *testing.B) {
		for b.Loop() {
			r.holds(k.minus.Load(), public, message, signature)
		}
	})
}
