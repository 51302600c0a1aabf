package licences

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// Types of what is signed here (RFC 8725, 3.11): a signature over one is none over the other.
const (
	codeType   = "licence"
	statusType = "licence-status"
)

const (
	dynamicLife = time.Minute // how long a dynamic code is good
	mostCode    = 2000        // bytes of a code that is looked at
	mostAddress = 500         // bytes of the address in a QR code: more makes the squares too small for a phone
	stateBytes  = 12          // of a digest, in a code
	verifyPath  = "/licences/verify"
)

// header is a JWS's (RFC 7515, 4.1).
type header struct {
	Algorithm string `json:"alg"`
	Key       string `json:"kid"`
	Type      string `json:"typ"`
}

// Claims are what a code says (RFC 7519).
type Claims struct {
	Issuer  string   `json:"iss"`
	Number  string   `json:"sub"`
	Kind    string   `json:"kind"`
	Name    string   `json:"name,omitempty"` // the first public value, as much of it as fits
	From    when.Day `json:"from"`
	Until   string   `json:"until,omitempty"`
	State   string   `json:"state"` // beginning of the last record's digest, in base64url
	Issued  int64    `json:"iat"`
	Expires int64    `json:"exp,omitempty"`
}

// Code is a signed text about a licence, and until when it is good.
type Code struct {
	Text    string
	Address string       // of the page that checks it
	Until   when.Instant // zero: no end
	Dynamic bool
}

// issuer is who signs in a realm: a code of the sandbox says so.
func (s *Service) issuer(realm who.Realm) string {
	if realm == who.Sandbox {
		return s.Origin + "/sandbox"
	}
	return s.Origin
}

// Code signs what a licence is at this moment. A licence whose end has come, or that is not valid,
// gets one too: it says what it is, and whoever checks it sees how it stands.
func (s *Service) Code(tx *db.Tx, l Licence) (c Code, err error) {
	k, err := kindByCode(tx, l.Kind)
	if err != nil {
		return c, err
	}
	now := tx.Now()
	claims := Claims{Issuer: s.issuer(tx.Realm()), Number: l.Number, Kind: l.Kind, From: l.From, State: shortDigest(l.Digest), Issued: now.Time().Unix()}
	if !l.Until.IsZero() {
		claims.Until = l.Until.String()
		c.Until = midnight(l.Until.Add(1))
	}
	if c.Dynamic = k.Dynamic; k.Dynamic {
		c.Until = now.Add(dynamicLife)
	}
	if !c.Until.IsZero() {
		claims.Expires = c.Until.Time().Unix()
	}
	bare, err := s.signed(codeType, claims)
	if err != nil {
		return c, err
	}
	// Three bytes of a claim become four of a code; the claim's name and marks take ten.
	claims.Name = cut(k.called(k.public(l.Values)), (mostAddress-len(s.address(bare)))*3/4-10)
	if c.Text, err = s.signed(codeType, claims); err != nil {
		return c, err
	}
	c.Address = s.address(c.Text)
	return c, nil
}

func (s *Service) address(code string) string { return s.Origin + verifyPath + "?c=" + code }

// midnight is the beginning of a day.
func midnight(d when.Day) when.Instant {
	return when.At(time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, when.HongKong))
}

// shortDigest is the beginning of a digest, in base64url.
func shortDigest(digest string) string {
	raw, err := hex.DecodeString(digest)
	if err != nil || len(raw) < stateBytes {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw[:stateBytes])
}

// cut shortens a text to so many bytes of JSON, at a character's end.
func cut(text string, most int) string {
	const mark = "…"
	if len(quoted(text)) <= most {
		return text
	}
	for text != "" && len(quoted(text))+len(mark) > most {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	if text == "" {
		return ""
	}
	return text + mark
}

// quoted is a text as it stands in a claim, without its quotation marks.
func quoted(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		return ""
	}
	return string(raw[1 : len(raw)-1])
}

// signed is a compact JWS of claims (RFC 7515, 3.1), by EdDSA (RFC 8037, 3.1).
func (s *Service) signed(of string, claims any) (string, error) {
	protected, payload, signature, err := s.signParts(of, claims)
	return protected + "." + payload + "." + signature, err
}

func (s *Service) signParts(of string, claims any) (protected, payload, signature string, err error) {
	kid, signer, err := s.Keys.Signer()
	if err != nil {
		return "", "", "", err
	}
	head, err := json.Marshal(header{"EdDSA", kid, of})
	if err != nil {
		return "", "", "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", "", "", err
	}
	enc := base64.RawURLEncoding.EncodeToString
	protected, payload = enc(head), enc(body)
	raw, err := signer.Sign(nil, []byte(protected+"."+payload), crypto.Hash(0))
	return protected, payload, enc(raw), err
}

// Verdict is what became of checking a code or a number.
type Verdict string

// The verdicts besides those that are states.
const (
	Forged     Verdict = "forged"      // not signed by us, or altered
	UnknownKey Verdict = "unknown-key" // signed with a key that we do not have
	TooOld     Verdict = "too-old"     // a dynamic code after its minute
	NoLicence  Verdict = "no-licence"  // no licence has the number
)

// Checked is what became of checking.
type Checked struct {
	Verdict Verdict // valid, or why not
	Claims  *Claims // of a code whose signature is good
	Licence *Public // as it stands now; nil when there is none
	Newer   bool    // the licence changed after the code was made
	At      when.Instant
}

// Good reports whether the licence is in force.
func (c Checked) Good() bool { return c.Verdict == Verdict(Valid) }

// CheckCode checks a code: signature first, and only when that is good, how the licence stands now.
func (s *Service) CheckCode(ctx context.Context, code string) (c Checked, err error) {
	c.At = s.Clock()
	claims, verdict := s.read(code, s.issuer(who.From(ctx).Realm))
	if verdict != "" {
		c.Verdict = verdict
		return c, nil
	}
	c.Claims = &claims
	p, err := s.PublicByNumber(ctx, claims.Number)
	if fault.Is(err, fault.NotFound) {
		c.Verdict = NoLicence // signed by us, but of another store: after a restore
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.Licence, c.Newer, c.Verdict = &p, p.state != claims.State, Verdict(p.State)
	if c.Good() && claims.Expires != 0 && c.At.Time().Unix() >= claims.Expires {
		// Good in the register, but not this code: a dynamic one after its minute, or one from before
		// a renewal, which still says the truth of its own term.
		c.Verdict = TooOld
	}
	return c, nil
}

// read reads a code and checks its signature, type and issuer.
func (s *Service) read(code, issuer string) (claims Claims, v Verdict) {
	parts := strings.Split(code, ".")
	if len(code) > mostCode || len(parts) != 3 {
		return claims, Forged
	}
	var h header
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || !unpack(parts[0], &h) || h.Algorithm != "EdDSA" || h.Type != codeType || !unpack(parts[1], &claims) || claims.Issuer != issuer {
		return claims, Forged
	}
	key, err := s.Keys.PublicKey(h.Key)
	if err != nil {
		return claims, UnknownKey
	}
	if !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), signature) {
		return claims, Forged
	}
	return claims, ""
}

// unpack reads a part of a JWS, in the one form of its base64 (RFC 4648, 3.5).
func unpack(part string, into any) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return err == nil && json.Unmarshal(raw, into) == nil
}
