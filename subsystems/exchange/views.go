package exchange

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"praya/kernel/fault"
)

// view is a consent as another system would write it down. It is made of the consent by mapping
// alone; what is signed is the record.
type view string

const (
	rebitView view = "rebit" // consent artefact of India's account aggregators (ReBIT 2.0)
	cdiView   view = "cdi"   // consent of the Commercial Data Interchange, as a guide shows it
)

// viewed is what a view is made of.
type viewed struct {
	Consent
	state    string // also ended
	consumer Party
	provider Party
	salt     []byte // of the record, for CDI's secret
}

func (v viewed) as(name view) (any, error) {
	switch name {
	case rebitView:
		return rebitOf(v), nil
	case cdiView:
		return cdiOf(v)
	}
	return nil, fault.New(fault.Invalid, "exchange.fault.view")
}

// rebitConsent is ReBIT's consent detail. Its codes for data are of banking: services and fields
// stand in their places under our own names.
type rebitConsent struct {
	ConsentStart  string        `json:"consentStart"`
	ConsentExpiry string        `json:"consentExpiry"`
	ConsentMode   string        `json:"consentMode"` // VIEW: nothing is kept; STORE
	FetchType     string        `json:"fetchType"`   // ONETIME, PERIODIC
	ConsentTypes  []string      `json:"consentTypes"`
	FITypes       []string      `json:"fiTypes"`
	DataConsumer  rebitParty    `json:"DataConsumer"`
	DataProvider  rebitParty    `json:"DataProvider"`
	Customer      rebitCustomer `json:"Customer"`
	Purpose       rebitPurpose  `json:"Purpose"`
	FIDataRange   rebitRange    `json:"FIDataRange"`
	DataLife      rebitAmount   `json:"DataLife"`
	Frequency     rebitAmount   `json:"Frequency"`
	DataFilter    []rebitFilter `json:"DataFilter"`
}

type rebitParty struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type rebitCustomer struct {
	ID string `json:"id"`
}

type rebitPurpose struct {
	Code   string `json:"code"`
	RefURI string `json:"refUri"`
	Text   string `json:"text"`
}

type rebitRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type rebitAmount struct {
	Unit  string `json:"unit"`
	Value int64  `json:"value"`
}

type rebitFilter struct {
	Type     string `json:"type"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

func rebitOf(v viewed) rebitConsent {
	p, _ := PurposeOf(v.Purpose)
	r := rebitConsent{
		ConsentStart: v.From.String(), ConsentExpiry: v.Until.String(), ConsentMode: "STORE", FetchType: "PERIODIC",
		ConsentTypes: []string{"PROFILE"}, FITypes: []string{v.Service},
		DataConsumer: rebitParty{v.consumer.Code, "FIU"}, DataProvider: rebitParty{v.provider.Code, "FIP"},
		Customer: rebitCustomer{pseudonym(v.ID, v.Subject)}, Purpose: rebitPurpose{p.Code, "https://w3id.org/dpv#" + p.Term[len("dpv:"):], p.Label.EN},
		FIDataRange: rebitRange{v.From.String(), v.Until.String()}, DataLife: rebitAmount{"DAY", int64(v.Keep)}, Frequency: rebitOften(v.Often),
	}
	if v.Keep == 0 {
		r.ConsentMode = "VIEW"
	}
	if v.Often.Once() {
		r.FetchType = "ONETIME"
	}
	for _, f := range v.Fields {
		r.DataFilter = append(r.DataFilter, rebitFilter{"FIELD", "=", f})
	}
	return r
}

// rebitOften: INF is the whole life of the consent; 0 times is without bound.
func rebitOften(o Often) rebitAmount {
	switch o.Per {
	case PerDay:
		return rebitAmount{"DAY", o.Times}
	case PerMonth:
		return rebitAmount{"MONTH", o.Times}
	default:
		return rebitAmount{"INF", o.Times}
	}
}

// cdiConsent is a consent of the interchange: what all of it may see, and a private part for the
// two parties, to which hashKey binds it without giving it away.
type cdiConsent struct {
	ConsentID        ConsentID  `json:"consentId"`
	Type             string     `json:"type"`
	DataConsumerID   string     `json:"dataConsumerId"`
	DataConsumerName string     `json:"dataConsumerName"`
	DataProviderID   string     `json:"dataProviderId"`
	DataProviderName string     `json:"dataProviderName"`
	Scope            cdiScope   `json:"scope"`
	HashKey          string     `json:"hashKey"`
	Status           string     `json:"status"`
	ExpireTime       string     `json:"expireTime"`
	CreateTime       string     `json:"createTime"`
	UpdateTime       string     `json:"updateTime"`
	Private          cdiPrivate `json:"private"`
}

type cdiScope struct {
	ScopeType string `json:"scopeType"`
	StartDate string `json:"startDate"`
	EndDate   string `json:"endDate"`
}

type cdiPrivate struct {
	ID                 ConsentID    `json:"id"`
	DataOwnerID        string       `json:"dataOwnerId"`
	DataOwnerName      string       `json:"dataOwnerName"` // nobody's name stands in a consent here
	ConsentFileList    []string     `json:"consentFileList"`
	PurposePrivate     []cdiPurpose `json:"purposePrivate"`
	Secret             string       `json:"secret,omitempty"`
	BRNo               string       `json:"brNo"`
	DataOwnerReference string       `json:"dataOwnerReference"`
}

type cdiPurpose struct {
	Code     string   `json:"code"`
	Service  string   `json:"service"`
	Fields   []string `json:"fields"`
	AuthCode string   `json:"authCode"`
}

// The states of a consent of the interchange. ConsentSubmitted stands in a provider's guide; the
// others are named alike.
const (
	cdiSubmitted = "ConsentSubmitted"
	cdiConfirmed = "ConsentConfirmed"
	cdiRejected  = "ConsentRejected"
	cdiRevoked   = "ConsentRevoked"
	cdiExpired   = "ConsentExpired"
)

func cdiStatus(state string) string {
	switch state {
	case string(Active):
		return cdiConfirmed
	case string(Withdrawn):
		return cdiRevoked
	}
	return cdiExpired // used up, or ended by its day
}

func cdiOf(v viewed) (c cdiConsent, err error) {
	c = cdiConsent{
		ConsentID: v.ID, Type: "ConsentTypeSignedDocNotRequired",
		DataConsumerID: v.consumer.Code, DataConsumerName: v.consumer.Name.EN, DataProviderID: v.provider.Code, DataProviderName: v.provider.Name.EN,
		Scope:  cdiScope{"DataScopeTypeDateRange", v.From.Day().String(), dayWithin(v.Consent)},
		Status: cdiStatus(v.state), ExpireTime: v.Until.String(), CreateTime: v.Made.String(), UpdateTime: v.Changed.String(),
		Private: cdiPrivate{
			ID: v.ID, DataOwnerID: pseudonym(v.ID, v.Subject), ConsentFileList: []string{}, DataOwnerReference: string(v.Right),
			PurposePrivate: []cdiPurpose{{v.Purpose, v.Service, slices.Clone(v.Fields), string(v.ID)}},
		},
	}
	secret, err := hkdf.Expand(sha256.New, v.salt, "praya exchange cdi secret v1", sha256.Size)
	if err != nil {
		return c, err
	}
	if c.HashKey, err = hashKey(secret, c.Private); err != nil {
		return c, err
	}
	c.Private.Secret = base64.RawURLEncoding.EncodeToString(secret)
	return c, nil
}

// dayWithin is the last day on which data may be fetched.
func dayWithin(c Consent) string { return c.Until.Add(-1).Day().String() }

// hashKey commits to the private part without its secret: SHA-256 over the secret's bytes and the
// rest as canonical JSON. Who has both parts can check it; who has the public one learns nothing.
func hashKey(secret []byte, p cdiPrivate) (string, error) {
	p.Secret = ""
	text, err := canonical(p)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(slices.Clone(secret), text...))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// Party reads a party by its code.
func (s *Service) Party(ctx context.Context, code string) (Party, error) {
	reg, err := s.fresh(ctx)
	if err != nil {
		return Party{}, err
	}
	p, ok := reg.parties[code]
	if !ok {
		return p, fault.New(fault.NotFound, "exchange.fault.no-party")
	}
	return p, nil
}
