package ledger

import "praya/platform/web"

// Programs tells which program calls the API, as the identity part has registered it.
type Programs interface {
	// Program reads the token of a call. It answers the call itself when it refuses: then ok is
	// false and err is what answering gave.
	Program(v *web.Visit, scope string) (i Issuer, ok bool, err error)
}

// AnchorScope is what a program's token must have to anchor documents.
const AnchorScope = "anchor"
