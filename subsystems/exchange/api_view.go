package exchange

import (
	_ "embed"
	"io"
	"net/http"

	"praya/kernel/who"
	"praya/platform/web"
)

//go:embed context.jsonld
var contextText string

// apiContext is what the names in a record mean (JSON-LD 1.1).
func (*Service) apiContext(v *web.Visit) error {
	v.W.Header().Set("Content-Type", "application/ld+json")
	_, err := io.WriteString(v.W, contextText)
	return err
}

// apiView gives a consent to its parties as another system would write it down.
func (s *Service) apiView(v *web.Visit, c Consent, r SignedRecord, name view) error {
	reg, err := s.fresh(v.Context())
	if err != nil {
		return err
	}
	salt, err := s.Keys.Decrypt(recordPlace(who.From(v.Context()).Realm, c.ID, r.Number), r.salt)
	if err != nil {
		return err
	}
	seen := viewed{Consent: c, state: stateAt(c, v.Now()), consumer: reg.parties[c.Consumer], provider: reg.parties[c.Provider], salt: salt}
	out, err := seen.as(name)
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, out)
}
