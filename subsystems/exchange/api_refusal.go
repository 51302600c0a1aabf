package exchange

import (
	"context"
	"errors"
	"net/http"

	"praya/platform/httpsig"
	"praya/platform/web"
)

// status is the HTTP status of a refusal.
func (r Refusal) status() int {
	switch r {
	case BadSignature, Replayed:
		return http.StatusUnauthorized
	case BadBasis, BadSubject:
		return http.StatusBadRequest
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case UnknownService:
		return http.StatusNotFound
	case BadMethod:
		return http.StatusMethodNotAllowed
	case ServiceClosed, ProviderBusy:
		return http.StatusServiceUnavailable
	case ProviderLate:
		return http.StatusGatewayTimeout
	case ProviderSilent, ProviderUnsigned, ProviderDigest, ProviderSubject, ProviderFields, ProviderContent, ProviderCut:
		return http.StatusBadGateway
	default:
		return http.StatusForbidden
	}
}

// refuse makes a refusal evidence, and says why. A message whose sender is not known is refused
// without: anybody could fill the ledger.
func (s *Service) refuse(v *web.Visit, c *call, why Refusal) error {
	c.Outcome = why
	if c.evidence.Request.Key != "" {
		if err := s.finish(v.Context(), c); err != nil {
			return err
		}
	}
	return s.sayRefusal(v, c)
}

// refusalProblem is a refusal for programs (RFC 9457), in words that a developer can act on.
type refusalProblem struct {
	Type     string   `json:"type"`
	Title    string   `json:"title"`
	Status   int      `json:"status"`
	Detail   string   `json:"detail"`
	Code     Refusal  `json:"code"`
	Exchange AccessID `json:"exchange"`
	Instance string   `json:"instance"`
}

func (s *Service) sayRefusal(v *web.Visit, c *call) error {
	status := c.Outcome.status()
	body := []byte(jsonText(refusalProblem{
		"urn:praya:exchange:refusal:" + string(c.Outcome), v.T("exchange.refusal." + string(c.Outcome)), status,
		v.T("exchange.refusal.do." + string(c.Outcome)), c.Outcome, c.ID, "urn:praya:request:" + v.ID,
	}) + "\n")
	h := v.W.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if c.receipt.Key != "" {
		h.Set(headReceipt, c.receipt.String())
	}
	if c.evidence.Request.Key != "" {
		if err := s.signAnswer(v, c, status, body); err != nil {
			return err
		}
	}
	v.W.WriteHeader(status)
	_, err := v.W.Write(body)
	return err
}

func bodyRefusal(err error) Refusal {
	if httpsig.RuleOf(err) == httpsig.RuleSize {
		return TooLarge
	}
	return BadSignature
}

// providerRefusal says what a provider did wrong.
func (s *Service) providerRefusal(ctx context.Context, err error) Refusal {
	switch rule := httpsig.RuleOf(err); {
	case errors.Is(err, errBusy):
		return ProviderBusy
	case rule == httpsig.RuleDigest:
		return ProviderDigest
	case rule == httpsig.RuleSize:
		return ProviderContent
	case rule != "" || errors.Is(err, errOtherSigner):
		return ProviderUnsigned
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ProviderLate
	}
	return ProviderSilent
}
