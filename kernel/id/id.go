// Package id makes the names that things are stored and read aloud by.
//
// A stored id is a UUIDv7 (RFC 9562, 5.7): it sorts by the time at which it was
// made, so that rows written together stand together. A spoken reference (參考編號)
// is short, has no letters that are mistaken for digits, and ends in a check
// character, so that a slip of the tongue is caught before a look-up.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"praya/kernel/when"
)

// New returns a new id of the caller's own string type, made at the given instant.
// Within one microsecond the order is random.
func New[T ~string](at when.Instant) T {
	var b [16]byte
	if _, err := rand.Read(b[6:]); err != nil {
		panic("id: the system gives no randomness: " + err.Error()) // documented never to happen
	}
	micros := at.Time().UnixMicro()
	ms := uint64(micros / 1000)
	b[0], b[1], b[2] = byte(ms>>40), byte(ms>>32), byte(ms>>24)
	b[3], b[4], b[5] = byte(ms>>16), byte(ms>>8), byte(ms)
	// RFC 9562, 6.2, method 3: the twelve bits after the version carry the fraction of the millisecond.
	fraction := uint16(micros % 1000 * 4096 / 1000)
	binary.BigEndian.PutUint16(b[6:8], 0x7000|fraction&0x0fff)
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	out[8] = '-'
	hex.Encode(out[9:13], b[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], b[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], b[8:10])
	out[23] = '-'
	hex.Encode(out[24:36], b[10:16])
	return T(out[:])
}

// Valid reports whether s has the form of an id made by New.
func Valid(s string) bool {
	if len(s) != 36 || s[14] != '7' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// alphabet is Crockford's base 32: no I, L, O or U.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Reference returns a new spoken reference in the form ABCD-EFGH-J: eight random
// characters (40 bits) and the check character.
func Reference() string {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("id: the system gives no randomness: " + err.Error())
	}
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	s := string(b[:])
	return s[:4] + "-" + s[4:] + "-" + string(check(s))
}

// ParseReference reads a reference as a person types it: lower case, spaces or no
// hyphens, O for 0, I or L for 1. It returns the one written form, and false
// when the check character does not fit.
func ParseReference(s string) (string, bool) {
	var b []byte
	for _, r := range strings.ToUpper(s) {
		switch {
		case r == '-' || r == ' ' || r == '　':
			continue
		case r == 'O':
			r = '0'
		case r == 'I' || r == 'L':
			r = '1'
		case r >= '０' && r <= '９':
			r = r - '０' + '0'
		}
		if r > 127 || strings.IndexByte(alphabet, byte(r)) < 0 || len(b) == 9 {
			return "", false
		}
		b = append(b, byte(r))
	}
	if len(b) != 9 || check(string(b[:8])) != b[8] {
		return "", false
	}
	return string(b[:4]) + "-" + string(b[4:8]) + "-" + string(b[8:]), true
}

// check is the Luhn character modulo 32 (ISO/IEC 7812-1, annex B, with base 32):
// it finds every single wrong character and nearly every swapped neighbour.
func check(s string) byte {
	sum, double := 0, true
	for i := len(s) - 1; i >= 0; i-- {
		v := strings.IndexByte(alphabet, s[i])
		if double {
			v *= 2
			v = v/32 + v%32
		}
		sum += v
		double = !double
	}
	return alphabet[(32-sum%32)%32]
}
