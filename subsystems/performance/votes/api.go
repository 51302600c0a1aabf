package votes

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"praya/kernel/fault"
	"praya/kernel/money"
	"praya/kernel/when"
	"praya/platform/web"
)

// apiBase is where the API of this folder stands.
const apiBase = "/api/votes/v1"

// API gives the HTTP API (OpenAPI 3.1 at /api/votes/v1/openapi.json): what the public may see.
func (s *Service) API() http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Praya posts and money", "1.0.0")
	config.Info.Description = "Subheads, commitments and posts of a head. Reading needs no key. Figures are exact decimals; names of fields say the unit."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = apiBase+"/openapi", "", apiBase+"/schemas"
	// What writes itself as a number literal is a number to callers too.
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[money.Decimal](), reflect.TypeFor[float64]())
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[Cents](), reflect.TypeFor[float64]())
	api := humago.New(mux, config)
	operation(api, "list-years", "/heads/{head}", "The years of which a head has figures", s.apiYears)
	operation(api, "get-book", "/heads/{head}/years/{year}", "All figures of a head and a year", s.apiBook)
	operation(api, "list-subheads", "/heads/{head}/years/{year}/subheads", "Subheads with provision, spending by month and forecast", s.apiSubheads)
	operation(api, "list-commitments", "/heads/{head}/commitments", "Commitments and other items with their balances", s.apiItems)
	operation(api, "get-commitment", "/heads/{head}/commitments/{code}", "One item through the years", s.apiItem)
	operation(api, "get-posts", "/heads/{head}/posts", "Posts by rank, and the ceiling", s.apiPosts)
	return mux
}

func operation[I, O any](api huma.API, name, path, summary string, handle func(context.Context, *I) (O, error)) {
	type answer struct{ Body O }
	huma.Register(api, huma.Operation{
		OperationID: name, Method: http.MethodGet, Path: apiBase + path, Summary: summary, Tags: []string{"votes"},
		Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, func(ctx context.Context, in *I) (*answer, error) {
		out, err := handle(ctx, in)
		return &answer{out}, refusalOf(err)
	})
}

// refusalOf makes a problem (RFC 9457) of a fault, without its cause.
func refusalOf(err error) error {
	switch f := asFault(err); {
	case err == nil:
		return nil
	case f == nil:
		return huma.Error500InternalServerError("our defect")
	case f.Kind == fault.NotFound:
		return huma.Error404NotFound("there is no such thing here")
	case f.Kind == fault.Invalid:
		return huma.Error422UnprocessableEntity(f.Key)
	case f.Kind == fault.Forbidden, f.Kind == fault.Unauthenticated:
		return huma.Error403Forbidden("not allowed")
	}
	return huma.Error500InternalServerError("our defect")
}

type ofHead struct {
	Head string `path:"head" maxLength:"6" doc:"Number of the head"`
}

type ofYear struct {
	Head string `path:"head" maxLength:"6" doc:"Number of the head"`
	Year string `path:"year" maxLength:"7" doc:"Financial year, such as 2025-26"`
}

// YearList is the answer of list-years.
type YearList struct {
	Years []string `json:"years"`
}

func (s *Service) apiYears(ctx context.Context, in *ofHead) (YearList, error) {
	years, err := s.Years(ctx, in.Head)
	return YearList{append([]string{}, years...)}, err
}

func (s *Service) apiBook(ctx context.Context, in *ofYear) (Book, error) {
	return s.Book(ctx, in.Head, in.Year)
}

func (s *Service) apiSubheads(ctx context.Context, in *ofYear) (Overview, error) {
	return s.Overview(ctx, in.Head, in.Year)
}

// ItemList is the answer of list-commitments.
type ItemList struct {
	Items []Item `json:"items"`
}

func (s *Service) apiItems(ctx context.Context, in *ofHead) (ItemList, error) {
	items, err := s.Commitments(ctx, in.Head)
	return ItemList{append([]Item{}, items...)}, err
}

func (s *Service) apiItem(ctx context.Context, in *struct {
	Head string `path:"head" maxLength:"6" doc:"Number of the head"`
	Code string `path:"code" maxLength:"24" doc:"Code of the item"`
},
) (CommitmentView, error) {
	return s.Commitment(ctx, in.Head, in.Code)
}

// PostList is the answer of get-posts.
type PostList struct {
	Day     string      `json:"day"`
	Year    string      `json:"year"`
	Known   bool        `json:"known" doc:"Whether posts by rank were entered"`
	Ranks   []RankCount `json:"ranks"`
	Value   Cents       `json:"value" doc:"Dollars a year of non-directorate posts at their mid-points"`
	Ceiling *Cents      `json:"ceiling"`
	Net     []NetChange `json:"net_change"`
}

func (s *Service) apiPosts(ctx context.Context, in *struct {
	Head string `path:"head" maxLength:"6" doc:"Number of the head"`
	Day  string `query:"day" maxLength:"10" doc:"Day, such as 2026-03-31; today by default"`
},
) (PostList, error) {
	day, err := when.ParseDay(in.Day)
	if err != nil {
		return PostList{}, wrong("day", "votes.wrong.day")
	}
	v, err := s.Staffing(ctx, in.Head, day)
	return PostList{v.Day.String(), v.Year, v.Known, append([]RankCount{}, v.Ranks...), v.Value, v.Ceiling, append([]NetChange{}, v.Net...)}, err
}

// mountAPI hands the API to the site.
func (s *Service) mountAPI(site *web.Site) {
	site.API("GET "+apiBase+"/", web.Raw(s.API()), web.OpenData())
	site.API("GET /api/votes/download/{head}/{year}/{file}", s.download, web.OpenData())
}
