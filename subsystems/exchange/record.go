package exchange

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/gowebpki/jcs"

	"praya/kernel/when"
)

// Record is a consent as JSON: the terms of ISO/IEC TS 27560 by those of the W3C DPV profile,
// with a context of its own (context.jsonld) so that nothing has to be fetched to read it. It
// names people by pseudonyms that stand nowhere else. Every dpv: term stands in DPV 2.0 to 2.3.
type Record struct {
	Context    string          `json:"@context"`
	Type       string          `json:"@type"`
	Conforms   string          `json:"dct:conformsTo"`
	ID         ConsentID       `json:"dct:identifier"`
	Version    int64           `json:"dct:hasVersion"`
	Issued     string          `json:"dct:issued"`
	Subject    recordSubject   `json:"dpv:hasDataSubject"`
	Controller recordParty     `json:"dpv:hasDataController"`
	Source     recordParty     `json:"dpv:hasDataSource"`
	Purpose    recordPurpose   `json:"dpv:hasPurpose"`
	Service    string          `json:"hk:dataService"`
	Data       []recordData    `json:"dpv:hasPersonalData"`
	Basis      string          `json:"dpv:hasLegalBasis"`
	Status     string          `json:"dpv:hasConsentStatus"`
	Duration   recordDuration  `json:"dpv:hasDuration"`
	Frequency  recordFrequency `json:"dpv:hasFrequency"`
	Storage    recordStorage   `json:"dpv:hasStorageCondition"`
	Right      string          `json:"hk:accessRight"`
	Blind      bool            `json:"hk:hubBlind"` // the gateway cannot read what is exchanged
}

type recordSubject struct {
	Pseudonym string `json:"dct:identifier"`
	By        string `json:"dpv:isIndicatedBy"`
}

type recordParty struct {
	Code string     `json:"dct:identifier"`
	Name recordText `json:"schema:name"`
}

// recordText is a language map (JSON-LD 1.1, 4.6.2).
type recordText struct {
	TC string `json:"zh-Hant"`
	EN string `json:"en"`
}

type recordPurpose struct {
	Code  string     `json:"dct:identifier"`
	Term  string     `json:"@type"`
	Label recordText `json:"schema:description"`
}

type recordData struct {
	Name     string `json:"dct:identifier"`
	Class    string `json:"@type"`
	Optional bool   `json:"hk:optional"`
}

type recordDuration struct {
	Type  string `json:"@type"`
	From  string `json:"schema:startTime"`
	Until string `json:"schema:endTime"`
}

type recordFrequency struct {
	Times int64  `json:"hk:times,omitempty"`
	Per   Period `json:"hk:per,omitempty"`
}

type recordStorage struct {
	Days int `json:"hk:keepForDays"`
}

const (
	recordContext = "urn:praya:exchange:consent-record:1"
	recordProfile = "https://w3id.org/dpv/schema/dpv-27560#record"
)

var (
	recordStatus = map[ConsentState]string{
		Active: "dpv:ConsentGiven", Used: "dpv:ConsentExpired", Withdrawn: "dpv:ConsentWithdrawn",
	}
	recordClass = map[Class]string{Ordinary: "dpv:PersonalData", Sensitive: "dpv:SensitivePersonalData"}
)

// recordOf writes a consent down.
func recordOf(c Consent, d DataService, consumer, provider Party, number int64) Record {
	p, _ := PurposeOf(c.Purpose)
	r := Record{
		Context: recordContext, Type: "dpv:ConsentRecord", Conforms: recordProfile, ID: c.ID, Version: number, Issued: c.Changed.String(),
		Subject:    recordSubject{Pseudonym: pseudonym(c.ID, c.Subject), By: pseudonym(c.ID, c.By)},
		Controller: partyRecord(consumer), Source: partyRecord(provider),
		Purpose: recordPurpose{p.Code, p.Term, recordText{p.Label.TC, p.Label.EN}},
		Service: c.Service, Basis: "dpv:ExplicitlyExpressedConsent", Status: recordStatus[c.State],
		Duration: recordDuration{"dpv:UntilTimeDuration", c.From.String(), c.Until.String()}, Frequency: recordFrequency(c.Often), Storage: recordStorage{c.Keep},
		Right: string(c.Right), Blind: d.Content == Encrypted,
	}
	optional := map[string]bool{}
	for _, f := range c.Optional {
		optional[f] = true
	}
	for _, name := range c.Fields {
		for _, f := range d.Fields {
			if f.Name == name {
				r.Data = append(r.Data, recordData{name, recordClass[f.Class], optional[name]})
			}
		}
	}
	return r
}

func partyRecord(p Party) recordParty { return recordParty{p.Code, recordText{p.Name.TC, p.Name.EN}} }

// pseudonym names an account in one consent only.
func pseudonym(c ConsentID, account string) string {
	h := sha256.Sum256([]byte("praya consent subject\n" + string(c) + "\n" + account))
	return base64.RawURLEncoding.EncodeToString(h[:12])
}

// canonical is JSON in the form that is hashed and signed (RFC 8785).
func canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(raw)
}

// detachedJWS signs a payload that travels beside the signature (RFC 7515, Appendix F), with
// EdDSA (RFC 8037).
func detachedJWS(keyID string, sign func([]byte) ([]byte, error), payload []byte) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": "EdDSA", "kid": keyID})
	if err != nil {
		return "", err
	}
	head := base64.RawURLEncoding.EncodeToString(header)
	sig, err := sign([]byte(head + "." + base64.RawURLEncoding.EncodeToString(payload)))
	return head + ".." + base64.RawURLEncoding.EncodeToString(sig), err
}

// noHash: Ed25519 signs the message itself.
const noHash = crypto.Hash(0)

// jwsKey is the key that a JWS header names.
func jwsKey(header string) string {
	var h struct {
		KeyID string `json:"kid"`
	}
	if raw, err := base64.RawURLEncoding.DecodeString(header); err != nil || json.Unmarshal(raw, &h) != nil {
		return ""
	}
	return h.KeyID
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

var errJWS = errors.New("exchange: the signature of the record does not hold")

// verifyJWS checks a detached JWS of a key that is asked for by its id.
func verifyJWS(jws string, payload []byte, key func(id string) (ed25519.PublicKey, error)) error {
	head, sig, ok := strings.Cut(jws, "..")
	if !ok {
		return errJWS
	}
	raw, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		return errJWS
	}
	var h struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	value, err := base64.RawURLEncoding.DecodeString(sig)
	if err != nil || json.Unmarshal(raw, &h) != nil || h.Algorithm != "EdDSA" {
		return errJWS
	}
	pub, err := key(h.KeyID)
	if err != nil {
		return err
	}
	if !ed25519.Verify(pub, []byte(head+"."+base64.RawURLEncoding.EncodeToString(payload)), value) {
		return errJWS
	}
	return nil
}

// instantText is an instant, or empty for the zero one.
func instantText(i when.Instant) string {
	if i.IsZero() {
		return ""
	}
	return i.String()
}
