package ledger

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" //nolint:gosec // certificates may be named by it (RFC 3161); the signature does not rest on that
	"crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
	"golang.org/x/mod/sumdb/tlog"

	"praya/kernel/when"
	"praya/platform/db"
)

// Authority is a time-stamping authority (RFC 3161), which says when it has seen a checkpoint.
type Authority struct {
	Name  string `toml:"name" json:"name"`   // in addresses and bundles: a word such as postal
	URL   string `toml:"url" json:"url"`     // where requests are sent by HTTP
	Roots string `toml:"roots" json:"roots"` // file of the certificates that we trust for it, PEM
}

// Check says what is wrong with an authority's entry in the configuration.
func (a Authority) Check() error {
	if !isKeyName(a.Name) || bytes.ContainsAny([]byte(a.Name), "/+=") || a.Name == "." || a.Name == ".." {
		return fmt.Errorf("the name of a time-stamping authority: %q is not a word such as postal", a.Name)
	}
	if u, err := url.Parse(a.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("the address of %s: %q is not like https://tsa.example", a.Name, a.URL)
	}
	_, err := readRoots(a.Roots)
	return err
}

// readRoots reads certificates.
func readRoots(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: there is no certificate in PEM form", file)
	}
	return pool, nil
}

// Stamp proves that a checkpoint, and so every entry before it, was there at a time: the
// checkpoint as the authority saw it, the authority's answer to it, and the proof that the
// bundle's checkpoint grows from that one (RFC 9162, 2.1.4).
type Stamp struct {
	Authority  string      `json:"authority"`
	Checkpoint string      `json:"checkpoint"`
	Reply      []byte      `json:"reply"` // TimeStampResp, DER
	Growth     []tlog.Hash `json:"growth"`
}

// Stamped is a time stamp that was found good.
type Stamped struct {
	Size    int64 // of the checkpoint
	At      when.Instant
	Signer  string // subject of the authority's certificate
	Trusted bool   // its chain leads to a root that was given
}

// verify checks a stamp against the tree of its bundle.
func (s Stamp) verify(trust Trust, now tlog.Tree) (out Stamped, err error) {
	was, _, err := openCheckpoint(Trust{Key: trust.Key}, []byte(s.Checkpoint))
	if err != nil {
		return out, err
	}
	if err := tlog.CheckTree(s.Growth, now.N, now.Hash, was.N, was.Hash); err != nil {
		return out, fmt.Errorf("ledger: the checkpoint does not grow from the one that %s stamped: %w", s.Authority, err)
	}
	t, signer, err := readReply(s.Reply, []byte(s.Checkpoint), trust.Stamps)
	if err != nil {
		return out, fmt.Errorf("ledger: the time stamp of %s: %w", s.Authority, err)
	}
	return Stamped{Size: was.N, At: when.At(t.Time), Signer: signer.Subject.String(), Trusted: trust.Stamps != nil}, nil
}

// What a time stamp must say of itself (RFC 3161, 2.4.2; RFC 5816).
func oidTSTInfo() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
}

func oidSigningCertificate() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
}

func oidSigningCertificateV2() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
}

// readReply checks that an answer stamps this text: imprint, signature, and that the signer's
// certificate is one for time stamps. With roots, also that its chain leads there at the time
// that it states.
func readReply(reply, text []byte, roots *x509.CertPool) (*timestamp.Timestamp, *x509.Certificate, error) {
	t, err := timestamp.ParseResponse(reply)
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(text)
	if t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, sum[:]) {
		return nil, nil, errors.New("it stamps something else")
	}
	signed, err := pkcs7.Parse(t.RawToken)
	if err != nil {
		return nil, nil, err
	}
	signer := signed.GetOnlySigner()
	if signer == nil { // the library then checks no signature
		return nil, nil, errors.New("it does not hold its one signer's certificate")
	}
	if err := signed.Verify(); err != nil {
		return nil, nil, err
	}
	if err := boundTo(signed, signer); err != nil {
		return nil, nil, err
	}
	return t, signer, forStamps(signer, signed.Certificates, roots, t.Time)
}

// signingCertificate names certificates by their hashes, the signer's first (RFC 5035, 3 and 4).
// In the older form the hash is SHA-1 and not named.
type signingCertificate struct {
	Certs    []certificateID
	Policies asn1.RawValue `asn1:"optional"`
}

type certificateID struct {
	Hash   pkix.AlgorithmIdentifier `asn1:"optional"`
	Value  []byte
	Issuer asn1.RawValue `asn1:"optional"`
}

// boundTo checks the two attributes that tie a signature to time stamps and to a certificate.
func boundTo(signed *pkcs7.PKCS7, signer *x509.Certificate) error {
	var content asn1.ObjectIdentifier
	if err := signed.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &content); err != nil || !content.Equal(oidTSTInfo()) {
		return errors.New("what is signed is no time stamp")
	}
	var named signingCertificate
	standard := crypto.SHA256
	if signed.UnmarshalSignedAttribute(oidSigningCertificateV2(), &named) != nil {
		standard = crypto.SHA1
		if err := signed.UnmarshalSignedAttribute(oidSigningCertificate(), &named); err != nil {
			return errors.New("it does not name its signer's certificate")
		}
	}
	if len(named.Certs) == 0 || !named.Certs[0].is(signer, standard) {
		return errors.New("it names another certificate than its signer's")
	}
	return nil
}

// is reports whether a certificate is the one that was named.
func (c certificateID) is(cert *x509.Certificate, standard crypto.Hash) bool {
	hash := standard
	for oid, h := range map[string]crypto.Hash{
		"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512,
	} {
		if c.Hash.Algorithm.String() == oid {
			hash = h
		}
	}
	h := hash.New()
	h.Write(cert.Raw)
	return bytes.Equal(h.Sum(nil), c.Value)
}

// forStamps checks what a certificate is for, and its chain when there are roots.
func forStamps(signer *x509.Certificate, more []*x509.Certificate, roots *x509.CertPool, at time.Time) error {
	if len(signer.ExtKeyUsage) != 1 || signer.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping { // RFC 3161, 2.3
		return errors.New("its signer's certificate is not one for time stamps alone")
	}
	if at.Before(signer.NotBefore) || at.After(signer.NotAfter) {
		return errors.New("its time is outside the life of the certificate")
	}
	if roots == nil {
		return nil
	}
	between := x509.NewCertPool()
	for _, c := range more {
		between.AddCert(c)
	}
	_, err := signer.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	return err
}

// stamps finds for entries in their order the first stamps that cover them. What covers one
// covers those after it too, up to the stamp's size.
type stamps struct {
	asked bool
	until int64 // the answer holds for entries before this
	found []stampRow
}

func (s *stamps) of(tx *db.Tx, origin string, place int64) ([]stampRow, error) {
	if s.asked && place < s.until {
		return s.found, nil
	}
	var err error
	if s.found, err = firstStamps(tx, origin, place); err != nil {
		return nil, err
	}
	s.asked, s.until = true, math.MaxInt64
	for _, r := range s.found {
		s.until = min(s.until, r.size)
	}
	return s.found, nil
}

// stamp adds to a bundle the stamps that cover an entry, unless they are there.
func (p prover) stamp(b *Bundle, place int64) error {
	all, err := p.stamps.of(p.tx, b.Origin, place)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.size > p.tree.N || slices.ContainsFunc(b.Stamps, func(s Stamp) bool { return s.Authority == r.authority && s.Checkpoint == string(r.note) }) {
			continue
		}
		path, err := tlog.ProveTree(p.tree.N, r.size, p)
		if err != nil {
			return err
		}
		b.Stamps = append(b.Stamps, Stamp{Authority: r.authority, Checkpoint: string(r.note), Reply: r.reply, Growth: append([]tlog.Hash{}, path...)})
	}
	return nil
}
