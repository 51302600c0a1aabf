package exchange

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Party is a department or a company that provides or receives data.
type Party struct {
	Code       string // "immd"; stands in addresses and signatures
	Department string // the directory's code; empty for a company
	Name       lang.Text
	Clients    []string // clients of the identity that may ask people for consent in its name
	Webhook    string   // where it is told of withdrawals and late results; may be empty
	Suspended  bool
	Version    int64 // 0 for a new one
}

// KeyUse is what a key is for.
type KeyUse string

// The uses of a party's keys.
const (
	Signing    KeyUse = "sign"
	Encrypting KeyUse = "encrypt"
)

// PartyKey is a public key of a party. A new one may overlap the old one, so that no call fails
// in a rotation.
type PartyKey struct {
	ID      string // as signatures name it: the party's code, a slash, and a name
	Party   string
	Use     KeyUse
	Public  []byte // SubjectPublicKeyInfo, DER
	From    when.Instant
	Until   when.Instant // zero: no end
	Revoked when.Instant
}

var (
	codeForm    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	serviceForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	keyForm     = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	fieldForm   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)
)

const (
	longestCode = 40
	longestName = 120
)

func (p Party) check() error {
	switch {
	case !codeForm.MatchString(p.Code) || len(p.Code) > longestCode:
		return wrong("code", "exchange.fault.code")
	case p.Name.TC == "" || p.Name.EN == "" || tooLong(p.Name, longestName):
		return wrong("name", "exchange.fault.name")
	case p.Webhook != "" && !address(p.Webhook):
		return wrong("webhook", "exchange.fault.address")
	case len(p.Clients) > 20 || slices.ContainsFunc(p.Clients, func(c string) bool { return c == "" || len(c) > 100 || strings.ContainsAny(c, " \t\n") }):
		return wrong("clients", "exchange.fault.clients")
	}
	return nil
}

func (k PartyKey) check() error {
	name, ok := strings.CutPrefix(k.ID, k.Party+"/")
	if !ok || !keyForm.MatchString(name) {
		return wrong("id", "exchange.fault.key-id")
	}
	if _, err := k.key(); err != nil {
		return fault.New(fault.Invalid, "exchange.fault.key").Because(err)
	}
	if k.Use != Signing && k.Use != Encrypting {
		return wrong("use", "exchange.fault.key")
	}
	return nil
}

// key reads the public key: Ed25519, or ECDSA on P-256 for keys in HSMs.
func (k PartyKey) key() (crypto.PublicKey, error) {
	key, err := x509.ParsePKIXPublicKey(k.Public)
	if err != nil {
		return nil, err
	}
	switch pub := key.(type) {
	case ed25519.PublicKey:
		if k.Use == Signing {
			return pub, nil
		}
	case *ecdsa.PublicKey:
		if pub.Curve == elliptic.P256() {
			return pub, nil
		}
	}
	return nil, fault.New(fault.Invalid, "exchange.fault.key")
}

// holds reports whether a key counts at an instant.
func (k PartyKey) holds(at when.Instant) bool {
	return !at.Before(k.From) && (k.Until.IsZero() || at.Before(k.Until)) && k.Revoked.IsZero()
}

// wrong names the field of a form or of an API's body that cannot be taken.
func wrong(field, key string) error {
	f := fault.New(fault.Invalid, key)
	f.Fields = []fault.Field{{Name: field, Key: key}}
	return f
}

func tooLong(t lang.Text, most int) bool {
	return len([]rune(t.TC)) > most || len([]rune(t.EN)) > most || len([]rune(t.SC)) > most
}

// address reports whether s is where another program can be reached: https, or http on this
// machine.
func address(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" || len(s) > 500 {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || host == "127.0.0.1" || host == "::1")
}
