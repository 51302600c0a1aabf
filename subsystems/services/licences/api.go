package licences

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"praya/kernel/fault"
	"praya/platform/web"
)

// apiBase is where the API of this folder stands.
const apiBase = "/api/licences"

// API gives the HTTP API (OpenAPI 3.1 at /api/licences/openapi.json): what everybody may ask.
func (s *Service) API() http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Praya licences", "1.0.0")
	config.Info.Description = "How a licence stands now, the keys by which codes verify, and the signed list of licences that are not valid."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = apiBase+"/openapi", "", apiBase+"/schemas"
	api := humago.New(mux, config)
	type byNumber struct {
		Number string `path:"number" maxLength:"60" doc:"Number of the licence, with or without hyphens"`
	}
	operation(api, "get-licence", "/{number}", "A licence as everybody may see it", func(ctx context.Context, in *byNumber) (Public, error) {
		return s.PublicByNumber(ctx, in.Number)
	})
	operation(api, "get-keys", "/jwks.json", "Keys by which codes and lists verify (RFC 7517)", func(context.Context, *struct{}) (JWKS, error) {
		return s.PublicKeys()
	})
	operation(api, "get-status", "/status.json", "Signed list of licences that are not valid (RFC 7515, 7.2.2)", func(ctx context.Context, _ *struct{}) (FlatJWS, error) {
		return s.Status(ctx)
	})
	return mux
}

func operation[I, O any](api huma.API, name, path, summary string, handle func(context.Context, *I) (O, error)) {
	type answer struct{ Body O }
	huma.Register(api, huma.Operation{
		OperationID: name, Method: http.MethodGet, Path: apiBase + path, Summary: summary, Tags: []string{"licences"},
		Errors: []int{http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}, func(ctx context.Context, in *I) (*answer, error) {
		out, err := handle(ctx, in)
		return &answer{out}, refusalOf(err)
	})
}

// refusalOf makes a problem (RFC 9457) of a fault, without its cause.
func refusalOf(err error) error {
	switch {
	case err == nil:
		return nil
	case fault.Is(err, fault.NotFound):
		return huma.Error404NotFound("no licence has this number")
	case fault.Is(err, fault.Unavailable):
		return huma.Error503ServiceUnavailable("try later")
	}
	return huma.Error500InternalServerError("our defect")
}

// mountAPI hands the API to the site. Only numbers are limited: keys and the list are the same for
// everybody.
func (s *Service) mountAPI(site *web.Site) {
	api := web.Raw(s.API())
	site.API("GET "+apiBase+"/", api, web.OpenData(), web.InSandbox())
	site.API("GET "+apiBase+"/jwks.json", api, web.OpenData(), web.InSandbox(), web.Cache(time.Minute))
	site.API("GET "+apiBase+"/status.json", api, web.OpenData(), web.InSandbox(), web.Cache(time.Minute))
	site.API("GET "+apiBase+"/{number}", api, web.OpenData(), web.InSandbox(), web.Limit(s.lookups()))
}
