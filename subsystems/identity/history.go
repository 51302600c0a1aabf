package identity

import "praya/kernel/when"

// HistoryEntry is something that happened to an account. What is one of the words below;
// Client is the service, Detail an id or names of fields, never a value.
type HistoryEntry struct {
	ID     string
	At     when.Instant
	What   string
	Client string
	Detail string
	Device string
}

// What happens to accounts. Each has its sentence in the words, identity.history.<what>.
const (
	Registered      = "registered"
	SignedIn        = "signed-in"
	ProvenAgain     = "proven-again"
	PasskeyAdded    = "passkey-added"
	PasskeyRenamed  = "passkey-renamed"
	PasskeyRemoved  = "passkey-removed"
	CodesMade       = "codes-made"
	SessionEnded    = "session-ended"
	Raised          = "raised"
	RaiseRefused    = "raise-refused"
	ProfileChanged  = "profile-changed"
	RecoveryBegun   = "recovery-begun"
	RecoveryAtDesk  = "recovery-at-counter"
	RecoveryStopped = "recovery-stopped"
	Recovered       = "recovered"
	Exported        = "exported"
	ServiceSignIn   = "service-sign-in"
	Released        = "released"
	Declined        = "declined"
	AccessEnded     = "access-ended"
	Approved        = "approved"
	Rejected        = "rejected"
	Notified        = "notified"
)
