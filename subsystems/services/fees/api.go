package fees

import (
	"io"
	"net/http"

	"praya/kernel/fault"
	"praya/platform/web"
)

// mostNotice bounds a notification.
const mostNotice = 16 << 10

// signatureHeader carries a notification's signature.
const signatureHeader = "Praya-Signature"

// notified takes a provider's notification. The answer says that it was taken, not what we make of
// it: a provider that lies learns nothing.
func (s *Service) notified(v *web.Visit) error {
	p, err := s.provider(v.PathValue("provider"))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(v.R.Body, mostNotice+1))
	if err != nil || len(body) > mostNotice {
		return fault.New(fault.Invalid, "fees.fault.notice").Because(err)
	}
	n, err := p.Read(v.Context(), v.R.Header.Get(signatureHeader), body)
	if err != nil {
		return err
	}
	if err := s.Hear(v.Context(), p.Name(), n); err != nil {
		return err
	}
	v.W.WriteHeader(http.StatusNoContent)
	return nil
}

func notFound(key string) error { return fault.New(fault.NotFound, key) }
