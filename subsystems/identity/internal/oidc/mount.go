package oidc

import (
	"errors"
	"net/http"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/web"
)

// The endpoints, under the issuer of each realm.
const (
	pathPAR         = "/par"
	pathAuthorize   = "/authorize"
	pathToken       = "/token"
	pathIntrospect  = "/introspect"
	pathRevoke      = "/revoke"
	pathUserinfo    = "/userinfo"
	pathBackchannel = "/bc-authorize"
	pathEndSession  = "/end-session"
	pathRegister    = "/register"
	pathJWKS        = "/jwks"

	wellKnownOpenID = "/.well-known/openid-configuration"
	wellKnownOAuth  = "/.well-known/oauth-authorization-server"

	published = 5 * time.Minute // how long anybody may keep keys and metadata: less than Lifetimes.Publish
)

// Mount registers every route of both realms.
func (p *Provider) Mount(site *web.Site) {
	p.mount(site, who.Production, "", wellKnownOAuth)
	// RFC 8414, 3.1: the path of the issuer stands behind the well-known one.
	p.mount(site, who.Sandbox, SandboxPath, wellKnownOAuth+SandboxPath)
	site.API("POST "+SandboxPath+pathRegister, in(who.Sandbox, p.Register), web.Secret(), web.Body(maxBody+1))
}

func (p *Provider) mount(site *web.Site, realm who.Realm, under, oauth string) {
	open := []web.Option{web.OpenData(), web.Cache(published)}
	for path, handle := range map[string]web.Handler{under + wellKnownOpenID: p.Discovery, oauth: p.Discovery, under + pathJWKS: p.JWKS} {
		site.API("GET "+path, in(realm, handle), open...)
	}
	for path, handle := range map[string]web.Handler{
		pathPAR: p.PAR, pathToken: p.Token, pathIntrospect: p.Introspect, pathRevoke: p.Revoke,
		pathBackchannel: p.BackchannelAuthorize, pathUserinfo: p.Userinfo,
	} {
		site.API("POST "+under+path, in(realm, handle), web.Secret(), web.Body(maxBody+1))
	}
	site.API("GET "+under+pathUserinfo, in(realm, p.Userinfo), web.Secret())
	for pattern, handle := range map[string]web.Handler{
		"GET " + under + pathAuthorize:   p.Authorize,
		"GET " + under + pathEndSession:  p.EndSession,
		"POST " + under + pathEndSession: p.EndSession,
	} {
		handle = in(realm, notByHead(handle))
		site.API(pattern, shownToPeople(handle), web.Secret(), web.Body(maxBody+1))
		site.Page(pattern, handle, web.Secret(), web.Body(maxBody+1)) // where the error page's language switch leads
	}
}

// in answers in a realm.
func in(realm who.Realm, handle web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if r := who.From(v.Context()); r.Realm != realm {
			r.Realm = realm
			v.R = v.R.WithContext(who.With(v.Context(), r))
		}
		return handle(v)
	}
}

// notByHead refuses HEAD, which ServeMux takes for GET: to look is not to use up a request.
func notByHead(handle web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if v.R.Method != http.MethodHead {
			return handle(v)
		}
		v.W.Header().Set("Allow", "GET")
		v.W.WriteHeader(http.StatusMethodNotAllowed)
		return nil
	}
}

// shownToPeople makes a page of an endpoint's faults: its address has no language, but a
// person looks at it.
func shownToPeople(handle web.Handler) web.Handler {
	return func(v *web.Visit) error {
		err := handle(v)
		var known *fault.Fault
		if !errors.As(err, &known) || known.Kind != fault.Invalid || !v.Has(known.Key) {
			return err
		}
		v.W.Header().Set("Cache-Control", "no-store")
		page := web.Page{Title: v.T("identity.oidc.title"), Lead: v.T(known.Key), Secret: true}
		return v.RenderStatus(http.StatusBadRequest, page, web.SummaryList(v.View, explained(v, err)))
	}
}

// explained tells the reader's reference, and the developer what is wrong.
func explained(v *web.Visit, err error) []web.Entry {
	rows := []web.Entry{{Label: v.T("identity.oidc.reference"), Value: v.ID}}
	var cause *Refusal
	if errors.As(err, &cause) {
		rows = append(rows, web.Entry{Label: v.T("identity.oidc.developer"), Value: cause.Code + ": " + cause.Description})
	}
	return rows
}
