package exchange

// Refusal is why a call was not answered: stable words that stand in evidence, in problem
// documents and in metrics. Empty is no refusal. exchange.refusal.<code> says it to people.
type Refusal string

// The refusals: of the message, of the right, of the consent, of the provider.
const (
	BadSignature     Refusal = "signature"
	Replayed         Refusal = "replayed"
	BadBasis         Refusal = "basis"
	TooLarge         Refusal = "too-large"
	UnknownService   Refusal = "service"
	ServiceClosed    Refusal = "service-closed"
	BadMethod        Refusal = "method"
	Barred           Refusal = "suspended"
	NoRight          Refusal = "no-right"
	BeyondRight      Refusal = "beyond-right"
	BadSubject       Refusal = "subject"
	NoConsent        Refusal = "no-consent"
	OtherService     Refusal = "other-service"
	WithdrawnConsent Refusal = "withdrawn"
	UsedUp           Refusal = "used-up"
	NotYet           Refusal = "not-yet"
	EndedConsent     Refusal = "ended"
	BeyondConsent    Refusal = "beyond-consent"
	ProviderBusy     Refusal = "provider-busy"
	ProviderSilent   Refusal = "provider-silent"
	ProviderLate     Refusal = "provider-late"
	ProviderUnsigned Refusal = "provider-signature"
	ProviderDigest   Refusal = "provider-digest"
	ProviderSubject  Refusal = "provider-subject"
	ProviderFields   Refusal = "provider-fields"
	ProviderContent  Refusal = "provider-content"
	ProviderCut      Refusal = "provider-cut"
)

// Refusals lists them all.
func Refusals() []Refusal {
	return []Refusal{
		BadSignature, Replayed, BadBasis, TooLarge, UnknownService, ServiceClosed, BadMethod, Barred, NoRight, BeyondRight, BadSubject,
		NoConsent, OtherService, WithdrawnConsent, UsedUp, NotYet, EndedConsent, BeyondConsent,
		ProviderBusy, ProviderSilent, ProviderLate, ProviderUnsigned, ProviderDigest, ProviderSubject, ProviderFields, ProviderContent, ProviderCut,
	}
}
