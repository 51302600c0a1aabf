package exchange

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"praya/platform/web"
)

// govStackBase is where the metadata of GovStack's information mediator stand: services and
// parties as its Service Metadata API names them (GovStack IM Service Metadata API 1.0). Its
// specification puts /r1 before the paths of a member and its test suite does not: both are
// served.
const govStackBase = "/api/exchange/govstack"

// The names that parties and services have there when none are given: ours is one instance,
// departments and companies are classes, and a party is one application of itself.
const (
	govStackInstance    = "HK"
	govStackDepartments = "GOV"
	govStackCompanies   = "COM"
	govStackApplication = "exchange"
)

// GovStackName says under which name GovStack knows a party, where that is not our own.
type GovStackName struct {
	Party       string `json:"party"`
	Instance    string `json:"instance"`
	Class       string `json:"member_class"`
	Member      string `json:"member_code"`
	Application string `json:"application_code"`
	// Services are codes that services have there, and ours.
	Services map[string]string `json:"services,omitempty"`
}

func (s *Service) mountGovStack(site *web.Site) {
	open := []web.Option{web.InSandbox(), web.OpenData()}
	site.API("GET "+govStackBase+"/listClients", s.apiListClients, open...)
	for _, base := range []string{govStackBase + "/r1", govStackBase} {
		member := "GET " + base + "/{instance}/{class}/{member}/{application}/"
		site.API(member+"listMethods", s.apiListMethods, open...)
		site.API(member+"allowedMethods", s.apiAllowedMethods, open...)
		site.API(member+"getOpenAPI", s.apiGetOpenAPI, open...)
	}
}

// The answers, as the specification's schemas have them. A service's objectType and instanceId
// are optional there, and its test suite refuses both: they are left out.
type govStackList[T any] struct {
	Member []T `json:"member"`
}

type govStackClient struct {
	Name string     `json:"name"`
	ID   govStackID `json:"id"`
}

type govStackID struct {
	ObjectType  string `json:"objectType"`
	Instance    string `json:"instanceId"`
	Class       string `json:"memberClass"`
	Member      string `json:"memberCode"`
	Application string `json:"applicationCode"`
}

type govStackService struct {
	ServiceType string                         `json:"serviceType"`
	Class       string                         `json:"memberClass"`
	Member      string                         `json:"memberCode"`
	Application string                         `json:"applicationCode"`
	Code        string                         `json:"serviceCode"`
	Version     string                         `json:"serviceVersion"`
	Endpoints   govStackList[govStackEndpoint] `json:"endpointList"`
}

type govStackEndpoint struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

// nameOf is what GovStack calls a party.
func (s *Service) nameOf(p Party) GovStackName {
	for _, n := range s.GovStack {
		if n.Party == p.Code {
			return n
		}
	}
	n := GovStackName{Party: p.Code, Instance: govStackInstance, Class: govStackDepartments, Member: p.Code, Application: govStackApplication}
	if p.Department == "" {
		n.Class = govStackCompanies
	}
	return n
}

// codeOf is what GovStack calls a service.
func (n GovStackName) codeOf(service string) string {
	for theirs, ours := range n.Services {
		if ours == service {
			return theirs
		}
	}
	_, name, _ := strings.Cut(service, ".")
	return name
}

func (n GovStackName) id() govStackID {
	return govStackID{"APPLICATION", n.Instance, n.Class, n.Member, n.Application}
}

// apiListClients lists the parties. We know no other instance: of one that is not ours, the list
// is empty.
func (s *Service) apiListClients(v *web.Visit) error {
	reg, err := s.fresh(v.Context())
	if err != nil {
		return err
	}
	instance, out := v.R.URL.Query().Get("instanceId"), []govStackClient{}
	for _, p := range reg.parties {
		if n := s.nameOf(p); !p.Suspended && (instance == "" || instance == n.Instance) {
			out = append(out, govStackClient{p.Name.EN, n.id()})
		}
	}
	slices.SortFunc(out, func(a, b govStackClient) int { return cmp.Compare(a.ID.Member, b.ID.Member) })
	return v.JSON(http.StatusOK, govStackList[govStackClient]{out})
}

// askedMember is the party that a path names, if there is one. The client names itself in a
// header, of which the suite has an older name; nothing here is secret, so it need not prove who
// it is.
func (s *Service) askedMember(v *web.Visit, reg *register) (name GovStackName, client string) {
	client = cmp.Or(v.R.Header.Get("X-GovStack-Client"), v.R.Header.Get("Information-Mediator-Client"))
	for _, p := range reg.parties {
		n := s.nameOf(p)
		if n.Instance == v.PathValue("instance") && n.Class == v.PathValue("class") && n.Member == v.PathValue("member") && n.Application == v.PathValue("application") {
			return n, client
		}
	}
	return name, client
}

const noClient = "The header X-GovStack-Client is missing"

func (s *Service) apiListMethods(v *web.Visit) error {
	return s.listMethods(v, func(*register, string, string) bool { return true })
}

// apiAllowedMethods lists the services that a client has a right to.
func (s *Service) apiAllowedMethods(v *web.Visit) error {
	today := s.Clock().Day()
	return s.listMethods(v, func(reg *register, client, service string) bool {
		for _, r := range reg.rights {
			n := s.nameOf(reg.parties[r.Consumer])
			if r.Service == service && r.holds(today) && client == strings.Join([]string{n.Instance, n.Class, n.Member, n.Application}, "/") {
				return true
			}
		}
		return false
	})
}

func (s *Service) listMethods(v *web.Visit, may func(reg *register, client, service string) bool) error {
	reg, err := s.fresh(v.Context())
	if err != nil {
		return err
	}
	n, client := s.askedMember(v, reg)
	if client == "" {
		return govStackText(v, http.StatusBadRequest, noClient)
	}
	out := []govStackService{}
	for _, d := range reg.services { // a member that is not known offers nothing
		if d.Provider == n.Party && d.State == Open && may(reg, client, d.Code) {
			out = append(out, govStackService{"OPENAPI", n.Class, n.Member, n.Application, n.codeOf(d.Code), "v1", endpointsOf(d.DataService)})
		}
	}
	slices.SortFunc(out, func(a, b govStackService) int { return cmp.Compare(a.Code, b.Code) })
	return v.JSON(http.StatusOK, govStackList[govStackService]{out})
}

// endpointsOf are the operations that a service describes and takes.
func endpointsOf(d DataService) (out govStackList[govStackEndpoint]) {
	out.Member = []govStackEndpoint{}
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if json.Unmarshal(d.OpenAPI, &doc) != nil {
		return out
	}
	for path, operations := range doc.Paths {
		for method := range operations {
			if method = strings.ToUpper(method); slices.Contains(d.Methods, method) {
				out.Member = append(out.Member, govStackEndpoint{method, path})
			}
		}
	}
	slices.SortFunc(out.Member, func(a, b govStackEndpoint) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return out
}

// apiGetOpenAPI gives a service's description: as the specification has it, a JSON string. The
// address in it is the gateway's, where the service is called.
func (s *Service) apiGetOpenAPI(v *web.Visit) error {
	reg, err := s.fresh(v.Context())
	if err != nil {
		return err
	}
	n, client := s.askedMember(v, reg)
	switch {
	case client == "":
		return govStackText(v, http.StatusBadRequest, noClient)
	case n.Party == "":
		return govStackText(v, http.StatusBadRequest, "There is no such member or application")
	}
	code := v.R.URL.Query().Get("serviceCode")
	for _, d := range reg.services {
		if d.Provider == n.Party && d.State != Draft && n.codeOf(d.Code) == code && code != "" {
			text, err := servedAt(d.OpenAPI, s.path(v.Context(), callBase+url.PathEscape(d.Code)))
			if err != nil {
				return err
			}
			return govStackText(v, http.StatusOK, text)
		}
	}
	return govStackText(v, http.StatusBadRequest, "There is no such service: give its code as serviceCode")
}

// servedAt says in a description where the service is called.
func servedAt(openapi json.RawMessage, address string) (string, error) {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(openapi, &doc); err != nil {
		return "", err
	}
	doc["servers"] = json.RawMessage(jsonText([]map[string]string{{"url": address}}))
	return jsonText(doc), nil
}

// govStackText answers with a JSON string, and the content type to the letter as the suite
// compares it.
func govStackText(v *web.Visit, status int, text string) error {
	v.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	v.W.WriteHeader(status)
	_, err := v.W.Write([]byte(jsonText(text) + "\n"))
	return err
}
