package ledger

import (
	"strings"

	"praya/kernel/fault"
	"praya/platform/web"
)

// apiQR gives the QR code of the address at which a document is checked, to be printed beside
// it. The document need not be in the log yet.
func (s *Service) apiQR(contentType string, draw func(text string) ([]byte, error)) web.Handler {
	return func(v *web.Visit) error {
		if err := s.mayRead(v); err != nil {
			return err
		}
		digest := strings.ToLower(v.PathValue("digest"))
		if !isDigest(digest) {
			return fault.New(fault.Invalid, "ledger.fault.digest")
		}
		picture, err := draw(face{View: v.View}.addressOf(digest))
		if err != nil {
			return err
		}
		return sendRaw(v, contentType, picture)
	}
}
