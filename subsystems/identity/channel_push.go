package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"praya/kernel/when"
)

// Subscription is where a push service reaches a browser (W3C Push API, 8), and the keys
// under which only that browser reads (RFC 8291, 2).
type Subscription struct {
	Endpoint string `json:"endpoint"`
	Public   []byte `json:"p256dh"`
	Auth     []byte `json:"auth"`
}

const maxEndpoint = 2000

// check holds what a browser sent against what a subscription is.
func (x Subscription) check() error {
	u, err := url.Parse(x.Endpoint)
	if err != nil || len(x.Endpoint) > maxEndpoint || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return errors.New("identity: the endpoint is no address")
	}
	if _, err := ecdh.P256().NewPublicKey(x.Public); err != nil {
		return errors.New("identity: p256dh is no key of P-256")
	}
	if len(x.Auth) != 16 {
		return errors.New("identity: auth has not 16 bytes")
	}
	return nil
}

// origin is the audience of what we show the push service (RFC 8292, 2).
func (x Subscription) origin() string {
	u, err := url.Parse(x.Endpoint)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// recordSize is one record for all that we send (RFC 8188, 2.1): push services take 4096 bytes.
const recordSize = 4096

// maxPush is what fits: salt, size, key, delimiter and tag go off (RFC 8291, 4).
const maxPush = recordSize - 16 - 4 - 1 - 65 - 1 - 16

// sealPush encrypts a message for a browser with a key pair and salt of its own (RFC 8291,
// 3.4, and RFC 8188, 2: one record, aes128gcm).
func sealPush(x Subscription, plain []byte, own *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	if len(plain) > maxPush {
		return nil, errors.New("identity: a push message is too long")
	}
	theirs, err := ecdh.P256().NewPublicKey(x.Public)
	if err != nil {
		return nil, err
	}
	shared, err := own.ECDH(theirs)
	if err != nil {
		return nil, err
	}
	public := own.PublicKey().Bytes()
	info := "WebPush: info\x00" + string(x.Public) + string(public)
	input, err := hkdf.Key(sha256.New, shared, x.Auth, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, input, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, input, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	out := append([]byte{}, salt...)
	out = binary.BigEndian.AppendUint32(out, recordSize)
	out = append(out, byte(len(public)))
	out = append(out, public...)
	const last = 2 // the delimiter of the last record
	return gcm.Seal(out, nonce, append(append([]byte{}, plain...), last), nil), nil
}

// freshPush is sealPush with a new key pair and salt.
func freshPush(x Subscription, plain []byte) ([]byte, error) {
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	return sealPush(x, plain, own, salt)
}

// newPushKey makes the key by which push services know us, as PKCS #8.
func newPushKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return x509.MarshalPKCS8PrivateKey(key)
}

func readPushKey(raw []byte) (*ecdsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(raw)
	if err != nil {
		return nil, err
	}
	k, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("identity: the push key is not of P-256")
	}
	return k, nil
}

// publicPushKey is the key's public half as browsers take it: an uncompressed point.
func publicPushKey(key *ecdsa.PrivateKey) (string, error) {
	b, err := key.PublicKey.Bytes()
	return base64.RawURLEncoding.EncodeToString(b), err
}

// vapidTime is how long what we show lasts; at most a day (RFC 8292, 2).
const vapidTime = 12 * time.Hour

// vapid is the Authorization header for a push service (RFC 8292, 3): a JWT by ES256 (RFC
// 7518, 3.4) for that service alone, with an address at which its operator finds us.
func vapid(key *ecdsa.PrivateKey, audience, contact string, now when.Instant) (string, error) {
	b64 := base64.RawURLEncoding.EncodeToString
	claims, err := json.Marshal(map[string]any{"aud": audience, "exp": now.Add(vapidTime).Time().Unix(), "sub": contact})
	if err != nil {
		return "", err
	}
	signed := b64([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + b64(claims)
	hash := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, hash[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	public, err := publicPushKey(key)
	return "vapid t=" + signed + "." + b64(signature) + ", k=" + public, err
}
