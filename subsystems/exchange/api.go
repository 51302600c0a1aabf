package exchange

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/httpsig"
	"praya/platform/web"
)

const (
	apiBase  = "/api/exchange/v1"
	maxAsked = 64 << 10
)

func (s *Service) mountAPI(site *web.Site) {
	s.mountJoin(site)
	plain := []web.Option{web.InSandbox(), web.Uncompressed(), web.Body(1 << 40), web.Patience(maxPatience + 5e9)}
	site.API(callBase+"{service}/{rest...}", s.apiCall, plain...)
	site.API("GET "+apiBase+"/keys", s.apiKeys, web.InSandbox(), web.OpenData())
	site.API("GET "+apiBase+"/record-context", s.apiContext, web.InSandbox(), web.OpenData())
	site.API("GET "+apiBase+"/services", s.apiServices, web.InSandbox(), web.OpenData())
	site.API("GET "+apiBase+"/consents/{id}", s.apiConsent, web.InSandbox(), web.Secret())
	site.API("POST "+apiBase+"/deletions/{id}", s.apiDeletion, web.InSandbox(), web.Secret(), web.Body(maxAsked))
	site.API("POST "+apiBase+"/results/{id}", s.apiResult, plain...)
}

// jwk is a public key (RFC 7517, RFC 8037).
type jwk struct {
	KeyType   string `json:"kty"`
	KeyID     string `json:"kid"`
	Use       string `json:"use"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	Y         string `json:"y,omitempty"`
	Party     string `json:"party"`
	NotBefore string `json:"not_before,omitempty"`
	NotAfter  string `json:"not_after,omitempty"`
}

func jwkOf(id string, key crypto.PublicKey) (j jwk) {
	j.KeyID, j.Party, j.Use = id, partyOf(id), "sig"
	enc := base64.RawURLEncoding.EncodeToString
	switch k := key.(type) {
	case ed25519.PublicKey:
		j.KeyType, j.Curve, j.X = "OKP", "Ed25519", enc(k)
	case *ecdsa.PublicKey:
		if raw, err := k.Bytes(); err == nil { // 4, X, Y (SEC 1, 2.3.3)
			j.KeyType, j.Curve, j.X, j.Y = "EC", "P-256", enc(raw[1:33]), enc(raw[33:])
		}
	}
	return j
}

// apiKeys is every key that verifies or encrypts messages here, old ones too: evidence is checked
// for years.
func (s *Service) apiKeys(v *web.Visit) error {
	reg, err := s.fresh(v.Context())
	if err != nil {
		return err
	}
	out := []jwk{}
	for _, k := range s.Keys.Keys() {
		if k.Purpose != "signature" {
			continue
		}
		pub, err := s.Keys.PublicKey(k.ID)
		if err != nil {
			return err
		}
		j := jwkOf(gatewayKey+k.ID, pub)
		j.NotBefore = k.Made.String()
		out = append(out, j)
	}
	for _, k := range reg.keys {
		j := jwkOf(k.ID, k.public)
		j.NotBefore, j.NotAfter = k.From.String(), instantText(k.Until)
		if k.Use == Encrypting {
			j.Use = "enc"
		}
		out = append(out, j)
	}
	slices.SortFunc(out, func(a, b jwk) int { return strings.Compare(a.KeyID, b.KeyID) })
	return v.JSON(http.StatusOK, map[string]any{"keys": out})
}

// listedService is a service as everybody may see it.
type listedService struct {
	Code     string          `json:"code"`
	Provider string          `json:"provider"`
	Title    any             `json:"title"`
	About    any             `json:"about"`
	Fields   []Field         `json:"fields"`
	Purposes []string        `json:"purposes"`
	Subject  SubjectKind     `json:"subject"`
	Content  Content         `json:"content"`
	Surplus  Surplus         `json:"surplus"`
	Methods  []string        `json:"methods"`
	Level    any             `json:"service_level"`
	State    State           `json:"state"`
	OpenAPI  json.RawMessage `json:"openapi"`
}

func (s *Service) apiServices(v *web.Visit) error {
	reg, err := s.fresh(v.Context())
	if err != nil {
		return err
	}
	out := []listedService{}
	for _, d := range reg.services {
		if d.State == Draft {
			continue
		}
		out = append(out, listedService{d.Code, d.Provider, d.Title, d.About, d.Fields, d.Purposes, d.Subject, d.Content, d.Surplus, d.Methods, d.Level, d.State, d.OpenAPI})
	}
	slices.SortFunc(out, func(a, b listedService) int { return strings.Compare(a.Code, b.Code) })
	return v.JSON(http.StatusOK, map[string]any{"services": out})
}

// caller verifies a message of a party that is no call.
func (s *Service) caller(v *web.Visit) (party string, sig httpsig.Signature, err error) {
	scheme, _, _ := strings.Cut(s.Origin, "://")
	verify, err := httpsig.NewVerifier(PartyProfile(scheme), s, s.Clock)
	if err != nil {
		return "", sig, err
	}
	if _, err := s.fresh(v.Context()); err != nil {
		return "", sig, err
	}
	sig, err = verify.Request(v.R)
	if rule := httpsig.RuleOf(err); rule != "" {
		return "", sig, fault.New(fault.Unauthenticated, "exchange.fault.signature", "rule", string(rule)).Because(err)
	}
	return partyOf(sig.KeyID), sig, err
}

// apiConsent tells a consumer or a provider how a consent stands.
func (s *Service) apiConsent(v *web.Visit) error {
	party, _, err := s.caller(v)
	if err != nil {
		return err
	}
	c, uses, err := s.consentFor(v.Context(), party, ConsentID(v.PathValue("id")))
	if err != nil {
		return err
	}
	records, err := s.Records(v.Context(), c.ID)
	if err != nil {
		return err
	}
	last := records[len(records)-1]
	if name := v.R.URL.Query().Get("view"); name != "" {
		return s.apiView(v, c, last, view(name))
	}
	d, _, err := s.DeletionOf(v.Context(), c.ID)
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, consentState{
		ID: c.ID, State: stateAt(c, v.Now()), Fields: c.Fields, Until: c.Until.String(), Uses: uses, Keep: c.Keep,
		Record: json.RawMessage(last.Record), JWS: last.JWS, Entry: last.Entry, DeleteBy: dueText(d),
	})
}

type consentState struct {
	ID       ConsentID       `json:"consent_id"`
	State    string          `json:"state"`
	Fields   []string        `json:"fields"`
	Until    string          `json:"until"`
	Uses     int64           `json:"uses"`
	Keep     int             `json:"keep_days"`
	Record   json.RawMessage `json:"record"`
	JWS      string          `json:"jws"`
	Entry    string          `json:"ledger_entry"`
	DeleteBy string          `json:"delete_by,omitempty"`
}

func dueText(d Deletion) string {
	if d.Consent == "" || !d.Received.IsZero() {
		return ""
	}
	return d.Due.String()
}

// stateAt is a consent's state at an instant: one that ended by its day has no state of its own
// in the store.
func stateAt(c Consent, at when.Instant) string {
	if c.State == Active && !at.Before(c.Until) {
		return "ended"
	}
	return string(c.State)
}

// consentFor gives a consent to a party that it names, and how often data went on it.
func (s *Service) consentFor(ctx context.Context, party string, id ConsentID) (Consent, int64, error) {
	c, uses, err := s.consent(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && c.Consumer != party && c.Provider != party {
		return c, 0, fault.New(fault.NotFound, "exchange.fault.no-consent")
	}
	return c, uses, err
}

// apiDeletion takes a deletion receipt.
func (s *Service) apiDeletion(v *web.Visit) error {
	party, sig, err := s.caller(v)
	if err != nil {
		return err
	}
	body, err := httpsig.ReadBody(v.R.Body)
	if err != nil {
		return fault.New(fault.Invalid, "exchange.fault.signature", "rule", string(httpsig.RuleDigest)).Because(err)
	}
	var in struct {
		DeletedAt string `json:"deleted_at"`
		Statement string `json:"statement"`
	}
	if err := json.Unmarshal(body, &in); err != nil || in.DeletedAt == "" || len(in.Statement) > 2000 {
		return fault.New(fault.Invalid, "exchange.fault.deletion").Because(err)
	}
	if at, err := when.ParseInstant(in.DeletedAt); err != nil || v.Now().Add(skew).Before(at) {
		return fault.New(fault.Invalid, "exchange.fault.deletion").Because(err)
	}
	d, err := s.Deleted(v.Context(), party, ConsentID(v.PathValue("id")), sig, body)
	if err != nil {
		return err
	}
	return v.JSON(http.StatusCreated, map[string]any{"consent_id": d.Consent, "received_at": d.Received.String(), "ledger_entry": d.Entry})
}
