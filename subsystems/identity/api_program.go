package identity

import (
	"context"

	"praya/kernel/lang"
	"praya/platform/web"
)

// AnchorScope is what a service's token must have to anchor documents in the ledger.
const AnchorScope = "anchor"

// Program tells which service calls an API of another part with a token of its own that has a
// scope. When it refuses, it has answered the call itself: ok is false.
func (s *Service) Program(v *web.Visit, scope string) (client string, name lang.Text, ok bool, err error) {
	client, err = s.protocol.Bearer(v, scope)
	if err != nil {
		return "", name, false, refusedToken(v, err)
	}
	return client, s.programName(v.Context(), client), true, nil
}

// programName is what a service is called: as approved, else as it calls itself in every language.
func (s *Service) programName(ctx context.Context, client string) lang.Text {
	if p, _ := s.particulars(ctx, client); p != nil {
		return p.Name
	}
	name := s.named(ctx, client, lang.EN)
	return lang.Text{TC: name, EN: name, SC: name}
}
