package exchange

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/httpsig"
	"praya/platform/limits"
	"praya/platform/web"
)

// In the test environment anybody joins by three messages and needs nobody's word: a party with
// its key, a service signed by that key, a right that is granted at once. In production the same
// is done at the desk, by officers.

func (s *Service) mountJoin(site *web.Site) {
	few := web.Limit(func(v *web.Visit) error {
		_, err := limits.Take(v.Context(), s.DB, "exchange.join "+v.Client().String(), limits.Rate{Burst: 20, Per: time.Minute})
		return err
	})
	site.API("POST "+apiBase+"/parties", s.apiJoin, web.InSandbox(), web.Secret(), web.Body(maxAsked), few)
	site.API("PUT "+apiBase+"/services/{code}", s.apiOffer, web.InSandbox(), web.Secret(), web.Body(maxOpenAPI+maxAsked), few)
	site.API("POST "+apiBase+"/rights", s.apiAskRight, web.InSandbox(), web.Secret(), web.Body(maxAsked), few)
}

// inSandbox is the context in which the test environment's own rules say yes; elsewhere there is
// no such address.
func inSandbox(ctx context.Context) (context.Context, error) {
	if who.From(ctx).Realm != who.Sandbox {
		return nil, fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	return who.AsSystem(ctx, who.Sandbox), nil
}

type joining struct {
	Code    string    `json:"code"`
	Name    lang.Text `json:"name"`
	Clients []string  `json:"client_ids"`
	Webhook string    `json:"webhook"`
	Key     string    `json:"key"` // public key, PEM
}

// apiJoin enters a party with its first key, named CODE/1.
func (s *Service) apiJoin(v *web.Visit) error {
	ctx, err := inSandbox(v.Context())
	if err != nil {
		return err
	}
	var in joining
	if err := strictly(v.R.Body, &in); err != nil {
		return err
	}
	block, _ := pem.Decode([]byte(in.Key))
	if block == nil {
		return wrong("key", "exchange.fault.key")
	}
	if in.Webhook != "" && !s.reachable(in.Webhook) {
		return wrong("webhook", "exchange.fault.address")
	}
	k := PartyKey{ID: in.Code + "/1", Party: in.Code, Use: Signing, Public: block.Bytes, From: s.Clock().Add(-skew)}
	if err := k.check(); err != nil {
		return err
	}
	if err := s.PutParty(ctx, Party{Code: in.Code, Name: in.Name, Clients: in.Clients, Webhook: in.Webhook}); err != nil {
		return err
	}
	if err := s.AddKey(ctx, k); err != nil {
		return err
	}
	return v.JSON(http.StatusCreated, map[string]string{"code": in.Code, "key_id": k.ID})
}

// reachable refuses this machine's own addresses where the site itself is elsewhere: nobody may
// have the gateway knock at doors that only it can reach.
func (s *Service) reachable(to string) bool {
	u, err := url.Parse(to)
	return err == nil && (u.Scheme == "https" || strings.HasPrefix(s.Origin, "http://"))
}

type offering struct {
	Title    lang.Text       `json:"title"`
	About    lang.Text       `json:"about"`
	Base     string          `json:"base"`
	OpenAPI  json.RawMessage `json:"openapi"`
	Fields   []Field         `json:"fields"`
	Purposes []string        `json:"purposes"`
	Subject  SubjectKind     `json:"subject"`
	Surplus  Surplus         `json:"surplus"`
	Content  Content         `json:"content"`
	Methods  []string        `json:"methods"`
	Seconds  float64         `json:"patience_seconds"`
	Version  int64           `json:"version"`
}

// apiOffer describes a service of the party that signs, and opens it.
func (s *Service) apiOffer(v *web.Visit) error {
	ctx, err := inSandbox(v.Context())
	if err != nil {
		return err
	}
	party, in, err := signedBody[offering](s, v)
	if err != nil {
		return err
	}
	if !s.reachable(in.Base) {
		return wrong("base", "exchange.fault.address")
	}
	d := DataService{
		Code: v.PathValue("code"), Provider: party, Title: in.Title, About: in.About, Base: in.Base, OpenAPI: in.OpenAPI, Fields: in.Fields,
		Purposes: in.Purposes, Subject: in.Subject, Surplus: in.Surplus, Content: in.Content, Methods: in.Methods,
		Patience: time.Duration(in.Seconds * float64(time.Second)), State: Open, Version: in.Version,
	}
	if err := s.PutService(ctx, d); err != nil {
		return err
	}
	return v.JSON(http.StatusCreated, map[string]any{"code": d.Code, "version": d.Version + 1})
}

type asking struct {
	Service string   `json:"service"`
	Fields  []string `json:"fields"`
	Purpose string   `json:"purpose"`
	Why     string   `json:"why"`
	Until   when.Day `json:"until"`
}

// apiAskRight gives the party that signs a right on consent.
func (s *Service) apiAskRight(v *web.Visit) error {
	ctx, err := inSandbox(v.Context())
	if err != nil {
		return err
	}
	party, in, err := signedBody[asking](s, v)
	if err != nil {
		return err
	}
	// Who asks is the party, and who grants the test environment itself.
	asks := who.With(ctx, who.Request{Realm: who.Sandbox, Actor: who.Actor{Kind: who.Operator, ID: party}, Lang: v.Lang()})
	id, err := s.AskRight(asks, Right{Service: in.Service, Consumer: party, Fields: in.Fields, Purpose: in.Purpose, Why: in.Why, Basis: OnConsent, Until: in.Until})
	if err != nil {
		return err
	}
	if err := s.DecideRight(ctx, id, true, ""); err != nil {
		return err
	}
	return v.JSON(http.StatusCreated, map[string]any{"right_id": id, "state": Granted})
}

// signedBody reads what a party signed.
func signedBody[T any](s *Service, v *web.Visit) (party string, in T, err error) {
	party, _, err = s.caller(v)
	if err != nil {
		return "", in, err
	}
	body, err := httpsig.ReadBody(v.R.Body)
	if err != nil {
		return "", in, fault.New(fault.Invalid, "exchange.fault.signature", "rule", string(httpsig.RuleDigest)).Because(err)
	}
	return party, in, strictly(strings.NewReader(string(body)), &in)
}

// strictly reads one JSON value without members that nobody knows.
func strictly(r io.Reader, to any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fault.New(fault.Invalid, "exchange.fault.body").Because(err)
	}
	return nil
}
