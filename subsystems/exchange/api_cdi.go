package exchange

import (
	"encoding/json"
	"net/http"

	"praya/kernel/fault"
	"praya/platform/httpsig"
	"praya/platform/web"
)

const cdiBase = "/api/exchange/cdi/v1"

func (s *Service) mountCDI(site *web.Site) {
	options := []web.Option{web.InSandbox(), web.Secret(), web.Body(maxAsked)}
	site.API("POST "+cdiBase+"/consents", s.apiCDIConsent, options...)
	site.API("POST "+cdiBase+"/data-requests", s.apiCDIRequest, options...)
}

func (s *Service) apiCDIConsent(v *web.Visit) error {
	var in cdiConsent
	if err := s.fromCDI(v, &in); err != nil {
		return err
	}
	out, err := s.submitCDI(v.Context(), in)
	if err != nil {
		return err
	}
	return v.JSON(http.StatusOK, out)
}

func (s *Service) apiCDIRequest(v *web.Visit) error {
	var in cdiDataRequest
	if err := s.fromCDI(v, &in); err != nil {
		return err
	}
	out, err := s.requestCDI(v.Context(), in)
	if err != nil {
		return err
	}
	return v.JSON(http.StatusAccepted, out)
}

// fromCDI reads a message that the interchange signed; nobody else's is taken.
func (s *Service) fromCDI(v *web.Visit, into any) error {
	party, _, err := s.caller(v)
	if err != nil {
		return err
	}
	if s.CDI.Party == "" || party != s.CDI.Party {
		return fault.New(fault.Forbidden, "exchange.fault.cdi-party")
	}
	body, err := httpsig.ReadBody(v.R.Body)
	if err != nil {
		return fault.New(fault.Invalid, "exchange.fault.signature", "rule", string(httpsig.RuleDigest)).Because(err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fault.New(fault.Invalid, "exchange.fault.cdi").Because(err)
	}
	return nil
}
