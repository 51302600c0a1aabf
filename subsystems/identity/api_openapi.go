package identity

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"praya/kernel/who"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

// openAPIPath is where the document about what programs may call stands, in each realm.
const openAPIPath = "/api/identity/v1/openapi.json"

// The endpoints of OpenID Connect describe themselves by discovery. What this document adds is
// ours alone: telling people something, and registering in the sandbox. Its schemas are made of
// the very types that the handlers read and write.

// problemBody is how a refusal looks (RFC 9457).
type problemBody struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Instance  string `json:"instance" doc:"Names the request, for the log"`
	Reference string `json:"reference" doc:"The same, to be read aloud"`
}

// registeredBody is what a client that registers itself is told (RFC 7591, 3.2.1).
type registeredBody struct {
	oidc.Metadata
	ClientID  string `json:"client_id"`
	IssuedAt  int64  `json:"client_id_issued_at"`
	Secret    string `json:"client_secret,omitempty"`
	SecretEnd *int64 `json:"client_secret_expires_at,omitempty" doc:"0: never"`
}

// refusedBody is a refusal in the words of OAuth (RFC 7591, 3.2.2).
type refusedBody struct {
	Code        string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func (s *Service) apiDocument(v *web.Visit) error {
	raw, err := s.openAPI(s.protocol.Issuer(v.Context()), inSandbox(v)).MarshalJSON()
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	_, _ = v.W.Write(raw) // nobody is left to be told
	return nil
}

// openAPI describes one realm, whose issuer is the server.
func (s *Service) openAPI(issuer string, sandbox bool) *huma.OpenAPI {
	d := document{huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)}
	paths := map[string]*huma.PathItem{
		noticesPath:           {Post: d.sendNotice()},
		noticesPath + "/{id}": {Get: d.readNotice(), Delete: d.withdrawNotice()},
	}
	tags := []*huma.Tag{{Name: "notices", Description: "Tell a person something who has let the service in"}}
	realm := string(who.Production)
	if sandbox {
		realm = "test environment"
		paths["/register"] = &huma.PathItem{Post: d.register()}
		tags = append(tags, &huma.Tag{Name: "registration", Description: "A client registers itself, in the test environment only"})
	}
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Praya identity", Version: "1.0.0",
			Description: "What a service's program may call besides OpenID Connect, in the " + realm + ".",
			Contact:     &huma.Contact{Name: "Developers' pages", URL: s.origin + "/en/developers"},
		},
		Servers: []*huma.Server{{URL: issuer}}, Tags: tags, Paths: paths,
		Components: &huma.Components{
			Schemas: d.Registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token": {
					Type: "oauth2", Description: "By client_credentials; shown as Bearer, or as DPoP with a proof when it is bound to a key.",
					Flows: &huma.OAuthFlows{ClientCredentials: &huma.OAuthFlow{
						TokenURL: issuer + "/token", Scopes: map[string]string{NotifyScope: "Send notices"},
					}},
				},
			},
		},
	}
}

// document collects the schemas of what is described.
type document struct{ huma.Registry }

func (d document) body(kind string, value any) map[string]*huma.MediaType {
	t := reflect.TypeOf(value)
	return map[string]*huma.MediaType{kind: {Schema: d.Schema(t, true, t.Name())}}
}

// refusals are the statuses that an operation may also answer with.
func (d document) refusals(into map[string]*huma.Response, statuses ...int) map[string]*huma.Response {
	content := d.body("application/problem+json", problemBody{})
	d.SchemaFromRef(content["application/problem+json"].Schema.Ref).AdditionalProperties = true // RFC 9457, 3.2
	for _, status := range statuses {
		into[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: content}
	}
	return into
}

func (d document) notice(id, summary string) *huma.Operation {
	return &huma.Operation{
		OperationID: id, Summary: summary, Description: summary + ".", Tags: []string{"notices"},
		Security: []map[string][]string{{"token": {NotifyScope}}},
	}
}

func (d document) sendNotice() *huma.Operation {
	o := d.notice("send-notice", "Tell a person something, now or at a time")
	o.RequestBody = &huma.RequestBody{Required: true, Content: d.body("application/json", noticeBody{})}
	o.Parameters = []*huma.Param{{
		Name: "Idempotency-Key", In: "header", Description: "In place of idempotency_key.", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(maxRepeatKey)},
	}}
	state := d.body("application/json", noticeState{})
	where := map[string]*huma.Param{"Location": {Description: "Where the notice is asked about.", Schema: &huma.Schema{Type: huma.TypeString}}}
	o.Responses = d.refusals(map[string]*huma.Response{
		"201": {Description: "It was taken.", Content: state, Headers: where},
		"200": {Description: "It was taken before, under the same key.", Content: state, Headers: where},
	}, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	return o
}

func (d document) noticeID() []*huma.Param {
	return []*huma.Param{{Name: "id", In: "path", Required: true, Description: "The notice, as it was answered.", Schema: &huma.Schema{Type: huma.TypeString}}}
}

func (d document) readNotice() *huma.Operation {
	o := d.notice("get-notice", "What became of a notice")
	o.Parameters = d.noticeID()
	o.Responses = d.refusals(map[string]*huma.Response{"200": {Description: "Where it stands.", Content: d.body("application/json", noticeState{})}},
		http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound)
	return o
}

func (d document) withdrawNotice() *huma.Operation {
	o := d.notice("withdraw-notice", "Withdraw a notice that was not sent yet")
	o.Parameters = d.noticeID()
	o.Responses = d.refusals(map[string]*huma.Response{"204": {Description: "It is withdrawn."}},
		http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict)
	return o
}

func (d document) register() *huma.Operation {
	asked, told := d.body("application/json", oidc.Metadata{}), d.body("application/json", registeredBody{})
	for _, content := range []map[string]*huma.MediaType{asked, told} {
		schema := d.SchemaFromRef(content["application/json"].Schema.Ref)
		schema.AdditionalProperties = true // RFC 7591, 2: what is not understood is passed over
		schema.Properties["jwks"] = &huma.Schema{Type: huma.TypeObject, Description: "A JWK set (RFC 7517, 5)", AdditionalProperties: true}
	}
	return &huma.Operation{
		OperationID: "register-client", Summary: "Register a client (RFC 7591)", Description: "Open to everybody: nothing here is real.", Tags: []string{"registration"},
		RequestBody: &huma.RequestBody{Required: true, Content: asked},
		Responses: map[string]*huma.Response{
			"201": {Description: "It is registered, with all that was left out filled in.", Content: told},
			"400": {Description: "What is wrong, in the standard's words.", Content: d.body("application/json", refusedBody{})},
		},
	}
}
