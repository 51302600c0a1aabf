package governance

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// apiBase is where the API of this package stands.
const apiBase = "/api/governance"

// API gives the HTTP API (OpenAPI 3.1 at /api/governance/openapi.json). It answers everybody
// alike: what is public.
func (s *Service) API() http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Praya IT Governance", "1.0.0")
	config.Info.Description = "What departments run, plan and finish in information technology. Public; reading needs no key. Lists are paged."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = apiBase+"/openapi", "", apiBase+"/schemas"
	api := humago.New(mux, config)
	route(api, "get-counts", "/counts", "The figures of a day: plans, rates, levels, work", s.apiCounts)
	route(api, "list-systems", "/systems", "Systems, by code", lists(s.Systems, func(x System) string { return x.Department }))
	route(api, "list-plans", "/plans", "IT plans and digital strategies", lists(s.Plans, func(x Plan) string { return x.Department }))
	route(api, "list-projects", "/projects", "Projects whose returns count", lists(s.apiProjects, func(x Project) string { return x.Department }))
	route(api, "list-returns", "/returns", "Post-implementation departmental returns that count", lists(s.apiReturns, func(x Return) string { return x.Department }))
	route(api, "list-work", "/work", "Work orders with year, value, in-house or outsourced", lists(s.apiOrders, func(x Order) string { return x.Department }))
	route(api, "list-levels", "/levels", "Service level documents with how they were met", lists(s.apiLevels, func(x apiLevel) string { return x.Provider }))
	route(api, "list-audits", "/audits", "E-government audits with how many findings stand where", lists(s.apiAudits, func(x apiAudit) string { return x.Department }))
	return mux
}

func route[I, O any](api huma.API, name, path, summary string, handle func(context.Context, *I) (*O, error)) {
	huma.Register(api, huma.Operation{
		OperationID: name, Method: http.MethodGet, Path: apiBase + path, Summary: summary, Tags: []string{"governance"},
		Errors: []int{http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(asPublic(ctx), in)
		return out, problem(err)
	})
}

// problem makes a problem (RFC 9457) of a fault.
func problem(err error) error {
	if _, ok := err.(huma.StatusError); ok || err == nil { //nolint:errorlint // made by huma, never wrapped
		return err
	}
	switch fault.Of(err) {
	case fault.NotFound:
		return huma.Error404NotFound("there is no such thing")
	case fault.Invalid:
		return huma.Error422UnprocessableEntity("a parameter is wrong")
	case fault.Forbidden, fault.Unauthenticated:
		return huma.Error403Forbidden("not allowed")
	}
	return huma.Error500InternalServerError("our defect") // the cause is for the log, not for the caller
}

// listInput is what a list takes.
type listInput struct {
	Department string `query:"department" maxLength:"20" doc:"Code of a department: only its own"`
	Limit      int    `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"How many to give"`
	Offset     int    `query:"offset" default:"0" minimum:"0" doc:"How many to leave out before"`
}

type listBody[T any] struct {
	Body struct {
		Total int `json:"total"`
		Items []T `json:"items"`
	}
}

func lists[T any](read func(context.Context) ([]T, error), department func(T) string) func(context.Context, *listInput) (*listBody[T], error) {
	return func(ctx context.Context, in *listInput) (*listBody[T], error) {
		all, err := read(ctx)
		if err != nil {
			return nil, err
		}
		out := &listBody[T]{}
		out.Body.Items = []T{}
		for _, x := range all {
			if in.Department != "" && department(x) != in.Department {
				continue
			}
			if out.Body.Total >= in.Offset && len(out.Body.Items) < in.Limit {
				out.Body.Items = append(out.Body.Items, x)
			}
			out.Body.Total++
		}
		return out, nil
	}
}

type countsBody struct{ Body Counts }

func (s *Service) apiCounts(ctx context.Context, in *struct {
	On string `query:"on" doc:"The day, 2025-03-31; today by default"`
},
) (*countsBody, error) {
	day := s.DB.Clock()().Day()
	if in.On != "" {
		var err error
		if day, err = when.ParseDay(in.On); err != nil {
			return nil, wrong("on", "day-form")
		}
	}
	c, err := s.Counts(ctx, day)
	return &countsBody{c}, err
}

func (s *Service) apiProjects(ctx context.Context) ([]Project, error) {
	all, err := s.Projects(ctx)
	out := make([]Project, len(all))
	for i, x := range all {
		out[i] = x.Project
	}
	return out, err
}

func (s *Service) apiReturns(ctx context.Context) ([]Return, error) {
	all, err := s.Returns(ctx)
	out := make([]Return, len(all))
	for i, x := range all {
		out[i] = x.Return
	}
	return out, err
}

func (s *Service) apiOrders(ctx context.Context) ([]Order, error) { return s.Orders(ctx, "") }

type apiLevel struct {
	Level
	Judged Share `json:"judged" doc:"Periods that met the level, of those judged"`
}

func (s *Service) apiLevels(ctx context.Context) ([]apiLevel, error) {
	all, err := s.Levels(ctx)
	out := make([]apiLevel, len(all))
	for i, x := range all {
		out[i] = apiLevel{x.Level, x.Met}
	}
	return out, err
}

type apiAudit struct {
	Audit
	Findings map[string]int `json:"findings" doc:"Findings by status"`
	Late     int            `json:"late"`
}

func (s *Service) apiAudits(ctx context.Context) ([]apiAudit, error) {
	all, err := s.Audits(ctx)
	out := make([]apiAudit, len(all))
	for i, x := range all {
		out[i] = apiAudit{x.Audit, map[string]int{}, x.Late}
		for status, n := range x.Findings {
			out[i].Findings[string(status)] = n
		}
	}
	return out, err
}
