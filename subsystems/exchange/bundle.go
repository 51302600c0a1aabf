package exchange

import (
	"bytes"
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
)

// BundleFormat names the form of a bundle.
const BundleFormat = "praya-exchange-bundle/1"

// Bundle is a person's proof of one access, or of one consent: all that is needed to check it
// without us. What it says in words is only repeated from what is signed: see [Bundle.Verify].
type Bundle struct {
	Format  string         `json:"format"`
	Made    string         `json:"made"`
	Access  *ProvenAccess  `json:"access,omitempty"`
	Consent *ProvenConsent `json:"consent,omitempty"`
	Keys    []jwk          `json:"keys"` // of everybody who signed
}

// Named is a code with its name for people.
type Named struct {
	Code string    `json:"code"`
	Name lang.Text `json:"name"`
}

// ProvenAccess is an access with what was signed.
type ProvenAccess struct {
	ID       AccessID      `json:"id"`
	At       string        `json:"at"`
	Words    string        `json:"words"` // the access as a sentence, in the reader's language
	Consumer Named         `json:"consumer"`
	Provider Named         `json:"provider"`
	Service  Named         `json:"service"`
	Purpose  Named         `json:"purpose"`
	Fields   []Named       `json:"fields"`
	Basis    string        `json:"basis"` // as Exchange-Basis
	Method   string        `json:"method"`
	Status   int           `json:"status"` // of the provider's answer; 0 for none
	Outcome  string        `json:"outcome"`
	Seed     []byte        `json:"seed"`     // of the commitments' salts
	Terms    []byte        `json:"terms"`    // SHA-256 of the consent's record; of a right by law, its terms
	Request  *ProvenSigned `json:"request"`  // the consumer's
	Response *ProvenSigned `json:"response"` // the provider's; null for none
	Ledger   ProvenEntry   `json:"ledger"`
}

// ProvenSigned is a signature base (RFC 9421, 2.5) and its signature.
type ProvenSigned struct {
	Key       string `json:"key"`
	Base      string `json:"base"`
	Signature []byte `json:"signature"`
}

// ProvenConsent is every version of a consent, and what became of the data after its end.
type ProvenConsent struct {
	ID       ConsentID       `json:"id"`
	Records  []ProvenRecord  `json:"records"`
	Deletion *ProvenDeletion `json:"deletion,omitempty"`
}

// ProvenRecord is a signed version of a consent.
type ProvenRecord struct {
	What   string      `json:"what"`
	Record string      `json:"record"` // canonical JSON, as it was signed
	JWS    string      `json:"jws"`    // detached (RFC 7515, Appendix F)
	Salt   []byte      `json:"salt"`
	Ledger ProvenEntry `json:"ledger"`
}

// ProvenDeletion is a consumer's signed word that it has deleted what it received.
type ProvenDeletion struct {
	ProvenSigned
	Statement string      `json:"statement"`
	Salt      []byte      `json:"salt"`
	Ledger    ProvenEntry `json:"ledger"`
}

// ProvenEntry is an entry of the ledger with the ledger's own bundle. Waiting is an entry that is
// durable and not proven yet: a second later it is.
type ProvenEntry struct {
	Entry   string          `json:"entry"`
	Waiting bool            `json:"waiting,omitempty"`
	Bundle  json.RawMessage `json:"bundle,omitempty"` // praya-ledger-bundle/1
}

// ParseBundle reads a bundle strictly.
func ParseBundle(raw []byte) (b Bundle, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err = d.Decode(&b); err != nil {
		return b, fmt.Errorf("exchange: this is no bundle: %w", err)
	}
	if b.Format != BundleFormat || b.Access == nil && b.Consent == nil {
		return b, fmt.Errorf("exchange: a bundle of the form %q cannot be read", b.Format)
	}
	return b, nil
}

// AccessBundle proves one access of a person's own, with the consent that it rests on.
func (s *Service) AccessBundle(ctx context.Context, account string, id AccessID, words string) (b Bundle, err error) {
	a, e, err := s.Access(ctx, account, id)
	if err != nil {
		return b, err
	}
	reg, err := s.fresh(ctx)
	if err != nil {
		return b, err
	}
	if a.Consent != "" {
		if b, err = s.consentBundle(ctx, account, a.Consent); err != nil {
			return b, err
		}
	}
	b.Access = proveAccess(reg, a, e, words)
	if b.Access.Ledger, err = s.entry(ctx, a.Entry); err != nil {
		return b, err
	}
	return s.finishBundle(b, reg)
}

// ConsentBundle proves one consent of a person's own: each version of it, and its end.
func (s *Service) ConsentBundle(ctx context.Context, account string, id ConsentID) (b Bundle, err error) {
	reg, err := s.fresh(ctx)
	if err != nil {
		return b, err
	}
	if b, err = s.consentBundle(ctx, account, id); err != nil {
		return b, err
	}
	return s.finishBundle(b, reg)
}

func proveAccess(reg *register, a Access, e Evidence, words string) *ProvenAccess {
	out := &ProvenAccess{
		ID: a.ID, At: a.At.String(), Words: words, Consumer: Named{a.Consumer, reg.name(a.Consumer)}, Basis: "consent " + string(a.Consent),
		Method: a.Method, Status: a.Status, Outcome: e.Outcome, Seed: e.Seed, Terms: e.Basis,
	}
	if a.Consent == "" {
		out.Basis = "right " + string(a.Right)
	}
	label := func(name string) lang.Text { return lang.Text{TC: name, EN: name, SC: name} }
	if d := reg.services[a.Service]; d != nil {
		out.Provider, out.Service, label = Named{d.Provider, reg.name(d.Provider)}, Named{d.Code, d.Title}, d.Label
	}
	p, _ := PurposeOf(a.Purpose)
	out.Purpose = Named{a.Purpose, p.Label}
	for _, f := range strings.Fields(a.Fields) {
		out.Fields = append(out.Fields, Named{f, label(f)})
	}
	out.Request, out.Response = proveSigned(e.Request), proveSigned(e.Response)
	return out
}

func proveSigned(x Signed) *ProvenSigned {
	if x.Key == "" {
		return nil
	}
	return &ProvenSigned{x.Key, string(x.Base), x.Value}
}

func (s *Service) consentBundle(ctx context.Context, account string, id ConsentID) (b Bundle, err error) {
	if _, err = s.Own(ctx, account, id); err != nil {
		return b, err
	}
	records, err := s.Records(ctx, id)
	if err != nil {
		return b, err
	}
	b.Consent = &ProvenConsent{ID: id}
	realm := who.From(ctx).Realm
	for _, r := range records {
		salt, err := s.Keys.Decrypt(recordPlace(realm, id, r.Number), r.salt)
		if err != nil {
			return b, err
		}
		p := ProvenRecord{What: r.What, Record: r.Record, JWS: r.JWS, Salt: slices.Clone(salt)}
		if p.Ledger, err = s.entry(ctx, r.Entry); err != nil {
			return b, err
		}
		b.Consent.Records = append(b.Consent.Records, p)
	}
	b.Consent.Deletion, err = s.proveDeletion(ctx, id)
	return b, err
}

func (s *Service) proveDeletion(ctx context.Context, id ConsentID) (*ProvenDeletion, error) {
	d, there, err := s.DeletionOf(ctx, id)
	if err != nil || !there || d.Received.IsZero() {
		return nil, err
	}
	var kept struct {
		Key       string `json:"key"`
		Base      string `json:"base"`
		Signature []byte `json:"signature"`
		Statement string `json:"statement"`
		Salt      []byte `json:"salt"`
	}
	if err := json.Unmarshal([]byte(d.Receipt), &kept); err != nil {
		return nil, err
	}
	out := &ProvenDeletion{ProvenSigned: ProvenSigned{kept.Key, kept.Base, kept.Signature}, Statement: kept.Statement, Salt: kept.Salt}
	out.Ledger, err = s.entry(ctx, d.Entry)
	return out, err
}

func (s *Service) entry(ctx context.Context, entry string) (p ProvenEntry, err error) {
	p.Entry = entry
	var raw []byte
	raw, p.Waiting, err = s.Ledger.Bundle(ctx, entry)
	p.Bundle = raw
	return p, err
}

// finishBundle adds the keys of everybody who signed.
func (s *Service) finishBundle(b Bundle, reg *register) (Bundle, error) {
	b.Format, b.Made = BundleFormat, s.Clock().String()
	for _, name := range b.signers() {
		var public crypto.PublicKey
		if own, ok := strings.CutPrefix(name, gatewayKey); ok {
			key, err := s.Keys.PublicKey(own)
			if err != nil {
				return b, err
			}
			public = key
		} else if k, ok := reg.keys[name]; ok {
			public = k.public
		} else {
			return b, fault.New(fault.NotFound, "exchange.fault.no-key")
		}
		b.Keys = append(b.Keys, jwkOf(name, public))
	}
	return b, nil
}

// signers are the keys that signed something in the bundle, each once, in order.
func (b Bundle) signers() (out []string) {
	if b.Access != nil {
		for _, x := range []*ProvenSigned{b.Access.Request, b.Access.Response} {
			if x != nil {
				out = append(out, x.Key)
			}
		}
	}
	if b.Consent != nil {
		for _, r := range b.Consent.Records {
			head, _, _ := strings.Cut(r.JWS, "..")
			out = append(out, jwsKey(head))
		}
		if b.Consent.Deletion != nil {
			out = append(out, b.Consent.Deletion.Key)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Encode writes a bundle for a file.
func (b Bundle) Encode() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // signature bases have quotation marks and angle brackets
	e.SetIndent("", "  ")
	err := e.Encode(b)
	return out.Bytes(), err
}

// keysIn reads the bundle's keys.
func keysIn(all []jwk) (map[string]crypto.PublicKey, error) {
	out := map[string]crypto.PublicKey{}
	for _, j := range all {
		key, err := j.public()
		if err != nil {
			return nil, fmt.Errorf("exchange: the key %q: %w", j.KeyID, err)
		}
		out[j.KeyID] = key
	}
	return out, nil
}

func unbase64url(text string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return raw
}
