package sign

import (
	"bytes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"praya/kernel/who"
)

// Place is where an encrypted field stands. It opens there only.
type Place struct {
	Realm             who.Realm
	Table, Column, ID string
}

// bound is the place as associated data: each part with its length, so that no two places
// read alike.
func (p Place) bound() []byte {
	var b []byte
	for _, s := range []string{string(p.Realm), p.Table, p.Column, p.ID} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

var errSealed = errors.New("sign: the value was changed, moved, or is not ours")

// Encrypt seals a personal field for its place: the key's id, a zero byte, nonce and
// ciphertext.
func (r *Ring) Encrypt(at Place, plain []byte) ([]byte, error) {
	k, err := r.present(Fields)
	if err != nil {
		return nil, err
	}
	aead, err := gcm(k.Secret)
	if err != nil {
		return nil, err
	}
	sealed, err := closed(aead, plain, at.bound())
	return append(append([]byte(k.ID), 0), sealed...), err
}

// Decrypt opens a field that was sealed for this place, by whichever key.
func (r *Ring) Decrypt(at Place, sealed []byte) ([]byte, error) {
	id, body, ok := bytes.Cut(sealed, []byte{0})
	if !ok {
		return nil, errSealed
	}
	k, err := r.byID(string(id), Fields)
	if err != nil {
		return nil, errSealed
	}
	aead, err := gcm(k.Secret)
	if err != nil {
		return nil, err
	}
	return open(aead, body, at.bound())
}

// Refresh seals a field anew with the present key; changed is false when it was sealed with
// it already.
func (r *Ring) Refresh(at Place, sealed []byte) (out []byte, changed bool, err error) {
	k, err := r.present(Fields)
	if err != nil {
		return nil, false, err
	}
	if bytes.HasPrefix(sealed, append([]byte(k.ID), 0)) {
		return sealed, false, nil
	}
	plain, err := r.Decrypt(at, sealed)
	if err != nil {
		return nil, false, err
	}
	out, err = r.Encrypt(at, plain)
	return out, err == nil, err
}

// BlindIndex is what a value is found by: the same for the same value of a field in a
// realm, and of no meaning without the key. The caller brings the value into one form first.
func (r *Ring) BlindIndex(realm who.Realm, table, column, value string) ([]byte, error) {
	k, err := r.present(Index)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, k.Secret)
	m.Write(Place{realm, table, column, value}.bound()) // a hash never fails
	return m.Sum(nil)[:16], nil
}

func closed(aead cipher.AEAD, plain, bound []byte) ([]byte, error) {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, plain, bound), nil
}

func open(aead cipher.AEAD, sealed, bound []byte) ([]byte, error) {
	if len(sealed) < aead.NonceSize() {
		return nil, errSealed
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], bound)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
