package directory

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"praya/kernel/fault"
	"praya/kernel/when"
)

// apiBase is where the API of this subsystem stands.
const apiBase = "/api/directory"

// API gives the HTTP API (OpenAPI 3.1 at /api/directory/openapi.json).
func (s *Service) API() http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Praya Directory", "1.0.0")
	config.Info.Description = "Bureaux and departments. Reading needs no key."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = apiBase+"/openapi", "", apiBase+"/schemas"
	api := humago.New(mux, config)
	register(api, "list-departments", "/departments", "Bureaux and departments, by code", s.apiDepartments)
	register(api, "get-department", "/departments/{code}", "One bureau or department, with its listed posts", s.apiDepartment)
	return mux
}

func register[I, O any](api huma.API, name, path, summary string, handle func(context.Context, *I) (*O, error)) {
	huma.Register(api, huma.Operation{
		OperationID: name, Method: http.MethodGet, Path: apiBase + path, Summary: summary, Tags: []string{"directory"},
		Errors: []int{http.StatusNotModified, http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
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
		return huma.Error404NotFound("there is no such department")
	case fault.Invalid:
		return huma.Error422UnprocessableEntity("a parameter is wrong")
	case fault.Forbidden, fault.Unauthenticated:
		return huma.Error403Forbidden("not allowed")
	}
	return huma.Error500InternalServerError("our defect") // the cause is for the log, not for the caller
}

type departmentsBody struct {
	Body struct {
		Total       int          `json:"total"`
		Departments []Department `json:"departments"`
	}
}

func (s *Service) apiDepartments(ctx context.Context, in *struct {
	Text   string `query:"q" maxLength:"200" doc:"Words of a name, short form or code, in either script"`
	On     string `query:"on" doc:"Only those that there are on this day, 2024-07-25"`
	Parent string `query:"parent" doc:"Only those right under this one"`
},
) (*departmentsBody, error) {
	found, err := s.Find(ctx, in.Text)
	if err != nil {
		return nil, err
	}
	if in.On != "" {
		day, err := when.ParseDay(in.On)
		if err != nil {
			return nil, wrong("on", "day-form")
		}
		found = onDay(found, day)
	}
	out := &departmentsBody{}
	out.Body.Departments = []Department{}
	for _, d := range found {
		if in.Parent == "" || d.Parent == strings.ToUpper(in.Parent) {
			out.Body.Departments = append(out.Body.Departments, d)
		}
	}
	out.Body.Total = len(out.Body.Departments)
	return out, nil
}

type departmentBody struct {
	ETag string `header:"ETag"`
	Body struct {
		Department Department `json:"department"`
		Posts      []Post     `json:"posts"`
	}
}

func (s *Service) apiDepartment(ctx context.Context, in *struct {
	IfNoneMatch string `header:"If-None-Match"`
	Code        string `path:"code" doc:"Such as DPO"`
},
) (*departmentBody, error) {
	code := strings.ToUpper(in.Code)
	d, err := s.Department(ctx, code)
	if err != nil {
		return nil, err
	}
	posts, err := s.ListedPosts(ctx, code)
	if err != nil {
		return nil, err
	}
	out := &departmentBody{ETag: tagOf(d, posts)}
	out.Body.Department, out.Body.Posts = d, append([]Post{}, posts...)
	if in.IfNoneMatch == out.ETag || in.IfNoneMatch == "W/"+out.ETag {
		return nil, huma.Status304NotModified()
	}
	return out, nil
}

// tagOf names what an answer says by the versions of its parts.
func tagOf(d Department, posts []Post) string {
	var b strings.Builder
	b.WriteString(strconv.FormatInt(d.Version, 10))
	for _, p := range posts {
		b.WriteString("." + string(p.ID) + "-" + strconv.FormatInt(p.Version, 10))
	}
	return strconv.Quote(digest(b.String()))
}
