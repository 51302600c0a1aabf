package estimates

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"praya/kernel/fault"
	"praya/platform/web"
	"praya/subsystems/estimates/internal/paper"
)

// apiBase is where the API of this subsystem stands.
const apiBase = "/api/estimates/v1"

// API gives the HTTP API (OpenAPI 3.1 at /api/estimates/v1/openapi.json).
func (s *Service) API() http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Praya Estimates", "1.0.0")
	config.Info.Description = "Facts and checks of the Estimates. Reading needs no key. Lists are paged; entities have an ETag."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = apiBase+"/openapi", "", apiBase+"/schemas"
	api := humago.New(mux, config)
	register(api, "list-years", "/years", "The financial years that are known", s.apiYears)
	register(api, "list-versions", "/versions", "The newest version of every source, paged", s.apiVersions)
	register(api, "get-version", "/versions/{id}", "One version, an old one too", s.apiVersion)
	register(api, "list-facts", "/versions/{id}/facts", "The facts of a version, paged", s.apiFacts)
	register(api, "list-checks", "/heads/{year}/{head}/checks", "The checks of a head in a year", s.apiChecks)
	register(api, "search", "/search", "Search heads, programmes and items", s.apiSearch)
	return mux
}

func register[I, O any](api huma.API, name, path, summary string, handle func(context.Context, *I) (*O, error)) {
	huma.Register(api, huma.Operation{
		OperationID: name, Method: http.MethodGet, Path: apiBase + path, Summary: summary, Tags: []string{"estimates"},
		Errors: []int{http.StatusNotModified, http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		return out, problem(err)
	})
}

// problem makes a problem (RFC 9457) of a fault.
func problem(err error) error {
	var status huma.StatusError
	switch fault.Of(err) {
	case fault.NotFound:
		return huma.Error404NotFound("there is no such thing here")
	case fault.Invalid:
		return huma.Error422UnprocessableEntity(refusalOf(err))
	case fault.Forbidden, fault.Unauthenticated:
		return huma.Error403Forbidden("not allowed")
	}
	if err == nil || asStatus(err, &status) {
		return err
	}
	return huma.Error500InternalServerError("our defect") // the cause is for the log, not for the caller
}

// refusalOf names what is wrong with a request, without the cause.
func refusalOf(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return string(fault.Invalid)
}

func asStatus(err error, status *huma.StatusError) bool {
	s, ok := err.(huma.StatusError) //nolint:errorlint // made a line above, never wrapped
	*status = s
	return ok
}

// Paging is what a list takes.
type Paging struct {
	Limit  int `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"How many to give"`
	Offset int `query:"offset" default:"0" minimum:"0" doc:"How many to leave out before"`
}

type yearsBody struct {
	Body struct {
		Years []Year `json:"years"`
	}
}

func (s *Service) apiYears(ctx context.Context, _ *struct{}) (*yearsBody, error) {
	years, err := s.Years(ctx)
	out := &yearsBody{}
	out.Body.Years = years
	return out, err
}

type versionsBody struct {
	Body struct {
		Total    int       `json:"total"`
		Versions []Version `json:"versions"`
	}
}

func (s *Service) apiVersions(ctx context.Context, in *struct {
	Paging
	Year string `query:"year" doc:"Financial year, such as 2025-26"`
	Head string `query:"head" doc:"Number of the head"`
},
) (*versionsBody, error) {
	versions, total, err := s.VersionsPage(ctx, in.Year, in.Head, in.Limit, in.Offset)
	out := &versionsBody{}
	out.Body.Total, out.Body.Versions = total, versions
	return out, err
}

// Conditional is what a caller has already.
type Conditional struct {
	IfNoneMatch string `header:"If-None-Match"`
}

func (c Conditional) unchanged(tag string) error {
	if c.IfNoneMatch == tag || c.IfNoneMatch == "W/"+tag {
		return huma.Status304NotModified()
	}
	return nil
}

type versionBody struct {
	ETag string `header:"ETag"`
	Body Version
}

func (s *Service) apiVersion(ctx context.Context, in *struct {
	Conditional
	ID string `path:"id" doc:"The version's id"`
},
) (*versionBody, error) {
	v, _, err := s.FactsPage(ctx, VersionID(in.ID), "", 0, 1)
	if err != nil {
		return nil, err
	}
	tag := strconv.Quote(v.Digest + strconv.FormatBool(v.Latest))
	return &versionBody{tag, v}, in.unchanged(tag)
}

type factsBody struct {
	ETag string `header:"ETag"`
	Body struct {
		Version string       `json:"version"`
		Facts   []paper.Fact `json:"facts"`
		Next    int          `json:"next,omitempty" doc:"Give this as after to read on; absent at the end"`
	}
}

func (s *Service) apiFacts(ctx context.Context, in *struct {
	Conditional
	ID    string `path:"id" doc:"The version's id"`
	Kind  string `query:"kind" doc:"Only facts of this kind"`
	After int    `query:"after" default:"0" minimum:"0" doc:"Next of the page before"`
	Limit int    `query:"limit" default:"500" minimum:"1" maximum:"5000" doc:"How many to give"`
},
) (*factsBody, error) {
	v, facts, err := s.FactsPage(ctx, VersionID(in.ID), in.Kind, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &factsBody{ETag: strconv.Quote(v.Digest)}
	out.Body.Version, out.Body.Facts = in.ID, []paper.Fact{}
	for _, f := range facts {
		out.Body.Facts = append(out.Body.Facts, f.Fact)
	}
	if len(facts) == in.Limit {
		out.Body.Next = facts[len(facts)-1].Seq
	}
	return out, in.unchanged(out.ETag)
}

type checksBody struct {
	ETag string `header:"ETag"`
	Body struct {
		Checks   []paper.Check   `json:"checks"`
		Problems []paper.Problem `json:"problems"`
	}
}

func (s *Service) apiChecks(ctx context.Context, in *struct {
	Conditional
	Year   string `path:"year" doc:"Financial year"`
	Head   string `path:"head" doc:"Number of the head"`
	Source string `query:"sources" doc:"paper, csv or series-csv; the best there is by default"`
},
) (*checksBody, error) {
	h, err := s.Head(ctx, in.Year, in.Head, in.Source)
	if err != nil {
		return nil, err
	}
	out := &checksBody{ETag: strconv.Quote(tagOf(h.Versions))}
	out.Body.Checks, out.Body.Problems = append([]paper.Check{}, h.Checks...), append([]paper.Problem{}, h.Problems...)
	return out, in.unchanged(out.ETag)
}

type searchBody struct {
	Body struct {
		Total int   `json:"total"`
		Hits  []Hit `json:"hits"`
	}
}

func (s *Service) apiSearch(ctx context.Context, in *struct {
	Text string `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"Words, in either script or in English"`
	Year string `query:"year" doc:"Financial year"`
	Head string `query:"head" doc:"Number of the head"`
	Kind string `query:"kind" doc:"Kind of fact"`
	Page int    `query:"page" default:"1" minimum:"1" maximum:"10000" doc:"From 1, twenty hits each"`
},
) (*searchBody, error) {
	hits, err := s.Find(ctx, Query{in.Text, in.Year, in.Head, in.Kind, in.Page})
	out := &searchBody{}
	out.Body.Total, out.Body.Hits = hits.Total, append([]Hit{}, hits.Hits...)
	return out, err
}

// mountAPI hands the API to the site.
func (s *Service) mountAPI(site *web.Site) {
	site.API("GET "+apiBase+"/", web.Raw(s.API()))
}
