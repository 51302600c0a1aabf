package identity

import (
	"encoding/json"
	"slices"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/subsystems/identity/internal/oidc"
)

// OnlineID names an online service; it is its client_id in production.
type OnlineID string

// OnlineState is where an online service (網上服務) stands.
type OnlineState string

// The states. What was approved goes on working while a change of it is a draft.
const (
	OnlineDraft     OnlineState = "draft"
	OnlineSubmitted OnlineState = "submitted"
	OnlineApproved  OnlineState = "approved"
	OnlineReturned  OnlineState = "returned" // with a reason, to be mended
	OnlineSuspended OnlineState = "suspended"
	OnlineEnded     OnlineState = "ended" // for ever
)

// Online is a service that a department or a company offers to people who sign in with us.
type Online struct {
	ID           OnlineID
	Owner        AccountID // the person who registered a company's service
	Department   string    // code; empty for a company's
	State        OnlineState
	Asked        Particulars  // what the developer wants
	Approved     *Particulars // what an approver allowed last; nil before that
	Contact      string       // e-mail of the team, sealed at rest
	Reason       string       // why it was returned or suspended
	RegisteredBy string       // actors as actorName gives them
	EditedBy     string
	Made         when.Instant
	Changed      when.Instant
	ApprovedAt   when.Instant
	Version      int64
}

// Particulars are what an approver judges. They hold no secret and no personal datum.
type Particulars struct {
	Company string    `json:"company,omitempty"`
	Name    lang.Text `json:"name"`
	Purpose lang.Text `json:"purpose"`

	Kind        oidc.Kind `json:"kind"`
	PlainReason string    `json:"plain_reason,omitempty"`
	Grants      []string  `json:"grants,omitempty"`
	Scopes      []string  `json:"scopes,omitempty"`
	Serves      string    `json:"serves,omitempty"` // scope, of a resource server

	Redirects         []string `json:"redirects,omitempty"`
	PostLogout        []string `json:"post_logout,omitempty"`
	BackchannelLogout string   `json:"backchannel_logout,omitempty"`
	CIBAMode          string   `json:"ciba_mode,omitempty"`
	CIBAEndpoint      string   `json:"ciba_endpoint,omitempty"`

	JWKS    json.RawMessage `json:"jwks,omitempty"`
	JWKSURI string          `json:"jwks_uri,omitempty"`

	Fields []FieldWanted `json:"fields,omitempty"`
}

// FieldWanted is a field of the profile that a service wants, why, and for how long it
// keeps the value; zero months is until the form has been dealt with.
type FieldWanted struct {
	Field  Field     `json:"field"`
	Reason lang.Text `json:"reason"`
	Months int       `json:"months"`
}

// Bounds of what a developer writes.
const (
	longestOnline = 200
	longestWhy    = 1000
	longestKeys   = 16 << 10
	mostKeys      = 5
	mostAddresses = 20 // internal/oidc takes no more
	mostMonths    = 120
)

// plainMust is how long the reason of a client without keys is at least: a sentence.
const plainMust = 20

const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantClient  = "client_credentials"
	grantCIBA    = "urn:openid:params:grant-type:ciba"
)

// grantTypes and scopeNames are what may be asked for.
func grantTypes() []string { return []string{grantCode, grantRefresh, grantClient, grantCIBA} }

func scopeNames() []string {
	return []string{"openid", "profile", "email", "phone", "address", NotifyScope, AnchorScope}
}

func onlineKinds() []oidc.Kind {
	return []oidc.Kind{oidc.FAPI, oidc.MessageSigning, oidc.Plain}
}

// actorName is who did something, as four eyes compare it.
func actorName(a who.Actor) string { return string(a.Kind) + " " + a.ID }

// Live reports whether people can sign in to it.
func (o Online) Live() bool {
	return o.Approved != nil && o.State != OnlineSuspended && o.State != OnlineEnded
}

// Shown is what it is called: as approved, else as asked for.
func (o Online) Shown() Particulars {
	if o.Approved != nil {
		return *o.Approved
	}
	return o.Asked
}

// mayEdit says why a service may not be edited now.
func (o Online) mayEdit() error {
	switch o.State {
	case OnlineDraft, OnlineReturned, OnlineApproved:
		return nil
	}
	return fault.New(fault.Conflict, "identity.online.fault.not-now")
}

// edited is the service after its developer changed it: a draft again.
func (o Online) edited(by string) (Online, error) {
	if err := o.mayEdit(); err != nil {
		return o, err
	}
	o.State, o.EditedBy = OnlineDraft, by
	return o, nil
}

// submitted asks for approval; the particulars must be whole.
func (o Online) submitted() (Online, error) {
	if o.State != OnlineDraft && o.State != OnlineReturned {
		return o, fault.New(fault.Conflict, "identity.online.fault.not-now")
	}
	if missing := o.missing(); len(missing) > 0 {
		return o, fault.New(fault.Invalid, "identity.online.fault.missing-"+missing[0])
	}
	o.State, o.Reason = OnlineSubmitted, ""
	return o, nil
}

// fourEyes: nobody approves what they registered or last edited. No policy overrides it.
func (o Online) fourEyes(by string) error {
	if by == o.RegisteredBy || by == o.EditedBy {
		return fault.New(fault.Forbidden, "identity.online.fault.four-eyes")
	}
	return nil
}

// approved is the service after somebody else let it in.
func (o Online) approved(by string, now when.Instant) (Online, error) {
	if err := o.fourEyes(by); err != nil {
		return o, err
	}
	if o.State != OnlineSubmitted {
		return o, fault.New(fault.Conflict, "identity.online.fault.not-now")
	}
	asked := o.Asked
	o.State, o.Approved, o.ApprovedAt, o.Reason = OnlineApproved, &asked, now, ""
	return o, nil
}

// decided is the service after an approver returned, suspended, resumed or ended it.
func (o Online) decided(to OnlineState, reason string) (Online, error) {
	from := map[OnlineState][]OnlineState{
		OnlineReturned:  {OnlineSubmitted},
		OnlineSuspended: {OnlineApproved, OnlineDraft, OnlineReturned, OnlineSubmitted},
		OnlineApproved:  {OnlineSuspended}, // resumed, with what had been approved
		OnlineEnded:     {OnlineDraft, OnlineSubmitted, OnlineReturned, OnlineApproved, OnlineSuspended},
	}
	if !slices.Contains(from[to], o.State) || to == OnlineSuspended && o.Approved == nil {
		return o, fault.New(fault.Conflict, "identity.online.fault.not-now")
	}
	reason = strings.TrimSpace(reason)
	if to != OnlineApproved && (reason == "" || len([]rune(reason)) > longestWhy) {
		return o, fault.New(fault.Invalid, "identity.online.fault.reason").At("reason", "identity.online.fault.reason")
	}
	if to == OnlineApproved {
		o.Asked = *o.Approved
	}
	o.State, o.Reason = to, reason
	return o, nil
}

// onlineSteps are the parts of the task list, in order.
func onlineSteps() []string { return []string{"about", "protocol", "keys", "fields"} }

// missing are the steps that are not whole yet.
func (o Online) missing() (out []string) {
	p := o.Asked
	if !p.Name.Complete() || !p.Purpose.Complete() || o.Contact == "" || o.Department == "" && p.Company == "" {
		out = append(out, "about")
	}
	signsIn := slices.Contains(p.Grants, grantCode)
	if p.Kind == "" || len(p.Grants) == 0 || signsIn && len(p.Redirects) == 0 ||
		p.Kind == oidc.Plain && len([]rune(p.PlainReason)) < plainMust {
		out = append(out, "protocol")
	}
	if p.Kind != oidc.Plain && len(p.JWKS) == 0 && p.JWKSURI == "" {
		out = append(out, "keys")
	}
	if slices.ContainsFunc(p.Fields, func(f FieldWanted) bool { return !f.Reason.Complete() }) {
		out = append(out, "fields")
	}
	return out
}

// allows reports which of the fields were approved: by themselves, or by a scope.
func (p Particulars) allows(f Field) bool {
	if slices.ContainsFunc(p.Fields, func(w FieldWanted) bool { return w.Field == f }) {
		return true
	}
	for scope, fields := range map[string][]Field{
		"profile": {NameEnglish, NameChinese, BirthDate, Sex}, "email": {Email}, "phone": {Mobile}, "address": {Residence},
	} {
		if slices.Contains(p.Scopes, scope) && slices.Contains(fields, f) {
			return true
		}
	}
	return false
}

// metadata is what the protocol knows of the service, by the names of RFC 7591.
func (p Particulars) metadata() oidc.Metadata {
	m := oidc.Metadata{
		Name: p.Name.EN, Profile: string(p.Kind), RedirectURIs: p.Redirects, PostLogoutURIs: p.PostLogout,
		BackchannelLogoutURI: p.BackchannelLogout, GrantTypes: p.Grants, Scope: strings.Join(p.Scopes, " "), Serves: p.Serves,
		JWKS: p.JWKS, JWKSURI: p.JWKSURI, AuthMethod: "private_key_jwt",
	}
	if p.Kind == oidc.Plain && len(p.JWKS) == 0 && p.JWKSURI == "" {
		m.AuthMethod = "client_secret_basic"
	}
	if slices.Contains(p.Grants, grantCIBA) {
		m.BackchannelMode, m.BackchannelEndpoint = firstOf(p.CIBAMode, "poll"), p.CIBAEndpoint
	}
	if slices.ContainsFunc(p.Redirects, func(u string) bool { return !strings.HasPrefix(u, "https://") }) {
		m.ApplicationType = "native" // RFC 8252, 7: an application on the person's own device
	}
	if len(p.Fields) > 0 {
		m.DetailTypes = []string{FormFilling}
	}
	m.DetailTypes = append(m.DetailTypes, AgreementType) // the exchange knows which clients may
	return m
}

// secretive reports whether the client proves itself with a secret.
func (p Particulars) secretive() bool { return p.metadata().AuthMethod == "client_secret_basic" }
