package exchange

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"praya/kernel/fault"
	"praya/platform/httpsig"
	"praya/platform/web"
)

// apiResult hands a late result on: the provider answered a call with 202, and sends the result
// when it is there. It goes straight to the consumer's webhook, or back with 503 so that the
// provider tries again: a body is never kept here. The consent must still hold.
func (s *Service) apiResult(v *web.Visit) error {
	party, sig, err := s.caller(v)
	if err != nil {
		return err
	}
	a, e, err := s.accessFor(v.Context(), party, AccessID(v.PathValue("id")))
	if err != nil {
		return err
	}
	c := &call{}
	c.Access, c.evidence.Seed = newAccess(v.Now())
	c.Method, c.Consumer, c.Service = v.R.Method, a.Consumer, a.Service
	c.nonce, c.until = nonceOf(sig), expiry(sig).Time().Unix()
	// What the consumer asked is the request of this exchange too; the provider's message answers it.
	c.evidence.Request, c.evidence.Response = e.Request, signed(sig)
	why, err := s.stillMay(v, c, a)
	if err != nil {
		return err
	}
	if why != "" {
		return s.refuse(v, c, why)
	}
	body, err := httpsig.ReadBody(v.R.Body)
	if err != nil {
		return s.refuse(v, c, bodyRefusal(err))
	}
	if _, filtered, why := c.look(v.R.Header, body); why != "" || filtered {
		return s.refuse(v, c, ProviderFields)
	}
	if err := s.finish(v.Context(), c); err != nil {
		return err
	}
	if c.Outcome != "" {
		return s.sayRefusal(v, c)
	}
	if err := s.handOn(v, c, a, body); err != nil {
		return fault.New(fault.Unavailable, "exchange.fault.webhook").Because(err)
	}
	return v.JSON(http.StatusOK, map[string]any{"exchange": c.ID, "delivered": true})
}

// stillMay looks again at everything that the call rested on.
func (s *Service) stillMay(v *web.Visit, c *call, a Access) (Refusal, error) {
	basis := basisOf{consent: a.Consent}
	if a.Consent == "" {
		basis.right = a.Right
	}
	consent, n, found, err := s.lookUp(v.Context(), basis)
	if err != nil {
		return "", err
	}
	if c.register, err = s.current(v.Context(), n.register); err != nil {
		return "", err
	}
	c.seen = n.consents
	c.service = c.register.services[a.Service]
	if c.service == nil || c.service.State != Open {
		return ServiceClosed, nil
	}
	c.fields = strings.Fields(a.Fields)
	c.Fields = a.Fields
	if basis.right != "" {
		c.Person = a.Person
		return c.lawful(basis.right, c.At), nil
	}
	if !found {
		return NoConsent, nil
	}
	if consent.Often.Once() && consent.State == Used { // this very use
		consent.State, consent.Uses = Active, 0
	}
	why := c.consented(&consent, c.At)
	if consent.Often.Times > 0 {
		c.consent = nil // it was counted when it was asked
	}
	return why, nil
}

var errNoWebhook = errors.New("exchange: the consumer has no webhook")

func (s *Service) handOn(v *web.Visit, c *call, a Access, body []byte) error {
	hook := c.register.parties[a.Consumer].Webhook
	if hook == "" {
		return errNoWebhook
	}
	r, err := http.NewRequestWithContext(v.Context(), http.MethodPost, hook, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", v.R.Header.Get("Content-Type"))
	r.Header.Set(headID, string(a.ID))
	r.Header.Set(headReceipt, c.receipt.String())
	return s.deliver(r)
}
