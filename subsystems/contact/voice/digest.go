package voice

import (
	"context"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // what telephones speak (RFC 8760 keeps it for them)
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"praya/kernel/when"
)

const (
	nonceLife    = 5 * time.Minute
	failsAtOnce  = 10         // wrong secrets of one source, then
	failsASecond = 1.0 / 12.0 // five a minute
)

// SecretOf is what Phones keeps of a telephone's password: its digests for
// SHA-256 and MD5, with a space between. Where only one is kept, only this one
// is offered.
func SecretOf(user, realm, password string) string {
	text := []byte(user + ":" + realm + ":" + password)
	strong, old := sha256.Sum256(text), md5.Sum(text) //nolint:gosec // see above
	return hex.EncodeToString(strong[:]) + " " + hex.EncodeToString(old[:])
}

// OldSecretOf is SecretOf for a telephone that gives up when it is offered an
// algorithm that it doesn't know beside MD5, as baresip 1.0 does.
func OldSecretOf(user, realm, password string) string {
	_, old, _ := strings.Cut(SecretOf(user, realm, password), " ")
	return old
}

// secretFor picks the digest of an algorithm.
func secretFor(ha1, algorithm string) string {
	length := md5.Size * 2
	switch strings.ToUpper(algorithm) {
	case "SHA-256":
		length = sha256.Size * 2
	case "", "MD5":
	default:
		return ""
	}
	for _, h := range strings.Fields(ha1) {
		if len(h) == length {
			return h
		}
	}
	return ""
}

// nonces are stateless: a time and its seal. Only a nonce that served is
// remembered, with its count, so that nothing is replayed.
type nonces struct {
	mu     sync.Mutex
	secret []byte
	used   map[string]count
}

type count struct {
	nc    int
	until when.Instant
}

func (n *nonces) fresh(now when.Instant) string {
	var at [8]byte
	binary.BigEndian.PutUint64(at[:], uint64(now.Time().UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(at[:], n.seal(at[:])...))
}

func (n *nonces) seal(at []byte) []byte {
	m := hmac.New(sha256.New, n.secret)
	m.Write(at)
	return m.Sum(nil)[:16]
}

// good reports whether a nonce is ours and not too old.
func (n *nonces) good(nonce string, now when.Instant) bool {
	raw, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(raw) != 24 || !hmac.Equal(raw[8:], n.seal(raw[:8])) {
		return false
	}
	age := now.Sub(when.At(time.UnixMicro(int64(binary.BigEndian.Uint64(raw[:8])))))
	return age >= 0 && age < nonceLife
}

// use counts a nonce that was proven; false when this count was used before.
func (n *nonces) use(nonce string, nc int, now when.Instant) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for old, c := range n.used {
		if c.until.Before(now) {
			delete(n.used, old)
		}
	}
	if n.used == nil {
		n.used = map[string]count{}
	}
	if last, ok := n.used[nonce]; ok && nc <= last.nc {
		return false
	}
	n.used[nonce] = count{nc: nc, until: now.Add(nonceLife)}
	return true
}

// signedIn proves which telephone sent a request; false when it has been
// answered with a challenge or a refusal.
func (s *Service) signedIn(req *sip.Request, tx sip.ServerTransaction) (user, account string, ok bool) {
	from, now := hostOf(req.Source()), s.Clock()
	header := req.GetHeader("Authorization")
	if header == nil || s.Phones == nil {
		s.challenge(req, tx, false)
		return "", "", false
	}
	c, err := digest.ParseCredentials(header.Value())
	if err != nil || c.Realm != s.Config.Realm || c.QOP != "" && c.QOP != "auth" || c.Userhash {
		respond(tx, req, 400, "Bad Request")
		return "", "", false
	}
	if !s.phones.nonces.good(c.Nonce, now) {
		s.challenge(req, tx, true)
		return "", "", false
	}
	if s.refusedFrom.spent(from, now) {
		respond(tx, req, 403, "Forbidden", sip.NewHeader("Retry-After", "60"))
		return "", "", false
	}
	ha1, account, err := s.Phones.Secret(context.Background(), c.Username)
	if err != nil || !proves(c, req.Method.String(), ha1) {
		s.refusedFrom.take(from, now, failsASecond, failsAtOnce)
		s.counted.refused.Add(1)
		respond(tx, req, 403, "Forbidden")
		return "", "", false
	}
	if !s.phones.nonces.use(c.Nonce, c.Nc, now) {
		s.challenge(req, tx, true)
		return "", "", false
	}
	return c.Username, account, true
}

// proves checks a response against a kept digest.
func proves(c *digest.Credentials, method, ha1 string) bool {
	a1 := secretFor(ha1, c.Algorithm)
	if a1 == "" {
		return false
	}
	challenge := &digest.Challenge{Realm: c.Realm, Nonce: c.Nonce, Algorithm: c.Algorithm}
	if c.QOP != "" {
		challenge.QOP = []string{c.QOP}
	}
	want, err := digest.Digest(challenge, digest.Options{Method: method, URI: c.URI, Count: c.Nc, Username: c.Username, A1: a1, Cnonce: c.Cnonce})
	return err == nil && subtle.ConstantTimeCompare([]byte(want.Response), []byte(strings.ToLower(c.Response))) == 1
}

// challenge asks for a proof: by SHA-256 first, by MD5 for old telephones
// (RFC 8760, 2.4: the topmost is liked best). A telephone of which only one
// digest is kept is asked for this one.
func (s *Service) challenge(req *sip.Request, tx sip.ServerTransaction, stale bool) {
	nonce := s.phones.nonces.fresh(s.Clock())
	kept := ""
	if s.Phones != nil {
		kept, _, _ = s.Phones.Secret(context.Background(), part(req.From().Address.User)) // of an unknown one: both
	}
	var ask []sip.Header
	for _, algorithm := range []string{"SHA-256", "MD5"} {
		if kept == "" || secretFor(kept, algorithm) != "" {
			c := &digest.Challenge{Realm: s.Config.Realm, Nonce: nonce, Algorithm: algorithm, QOP: []string{"auth"}, Stale: stale}
			ask = append(ask, sip.NewHeader("WWW-Authenticate", c.String()))
		}
	}
	respond(tx, req, 401, "Unauthorized", ask...)
}
