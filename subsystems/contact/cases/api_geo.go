package cases

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// geoPath is where Open311 GeoReport v2 stands.
const geoPath = "/open311/v2"

// geoChanged is the day on which what this speaks changed last.
const geoChanged = "2026-11-22 00:00"

func (s *Service) mountAPI(site *web.Site) {
	read := []web.Option{web.OpenData(), web.InSandbox()}
	site.API("GET "+geoPath+"/{file}", s.geo(s.geoGet), read...)
	site.API("GET "+geoPath+"/services/{file}", s.geo(s.geoDefinition), read...)
	site.API("GET "+geoPath+"/requests/{file}", s.geo(s.geoOne), read...)
	site.API("GET "+geoPath+"/tokens/{file}", s.geo(s.geoToken), read...)
	site.API("GET "+geoPath+"/photos/{file}", s.geo(s.geoPhoto), read...)
	site.API("POST "+geoPath+"/{file}", s.geo(s.geoPost), web.InSandbox(), web.Secret(), web.Body(maxFiles*MaxFile+1<<20), web.Patience(uploadPatience))
}

// asking is one call of Open311.
type asking struct {
	face
	name string // of the resource, without its format
	json bool
	lang lang.Lang
}

// geo answers a call, and says what is wrong with it in the format of the standard.
func (s *Service) geo(h func(a asking) error) web.Handler {
	return func(v *web.Visit) error {
		a := asking{face: face{v, s}, name: v.PathValue("file")}
		format := path.Ext(a.name)
		a.name = strings.TrimSuffix(a.name, format)
		switch format {
		case ".json":
			a.json = true
		case ".xml", ".jpg":
		case "":
			a.json = strings.Contains(v.R.Header.Get("Accept"), "json")
		default:
			return a.wrong(fault.New(fault.NotFound, "cases.fault.geo-format"))
		}
		a.lang = lang.Negotiate(v.R.Header.Get("Accept-Language"))
		if l, ok := lang.Parse(v.Query.Get("locale")); ok {
			a.lang = l
		}
		if j := v.Query.Get("jurisdiction_id"); j != "" && j != s.jurisdiction() {
			return a.wrong(fault.New(fault.NotFound, "cases.fault.geo-jurisdiction"))
		}
		if err := h(a); err != nil {
			return a.wrong(err)
		}
		return nil
	}
}

// jurisdiction is what jurisdiction_id must be when a program says it: the host of this site.
func (s *Service) jurisdiction() string {
	if u, err := url.Parse(s.Origin); err == nil {
		return u.Hostname()
	}
	return ""
}

// wrong is an error in the format of the standard: 404 for what isn't there, 403 for a key, 400 for
// the rest of what a program can mend. Our own defects go to the edge.
func (a asking) wrong(err error) error {
	status := map[fault.Kind]int{
		fault.NotFound: 404, fault.Forbidden: 403, fault.Unauthenticated: 403, fault.Invalid: 400, fault.Conflict: 400, fault.TooMany: 429, fault.Unavailable: 503,
	}[fault.Of(err)]
	var f *fault.Fault
	if status == 0 || !errors.As(err, &f) {
		return err
	}
	text, missing := a.Words.In(a.lang).Lookup(f.Key)
	if missing != nil {
		text = string(f.Kind)
	}
	out := []geoError{{Code: status, Description: text}}
	for _, x := range f.Fields {
		if said, err := a.Words.In(a.lang).Lookup(x.Key); err == nil {
			out = append(out, geoError{Code: status, Description: x.Name + ": " + said})
		}
	}
	return a.answer(status, out, "errors", out)
}

// answer writes JSON, or XML under a root.
func (a asking) answer(status int, asJSON any, root string, asXML any) error {
	var body []byte
	var err error
	kind := "text/xml; charset=utf-8"
	if a.json {
		kind = "application/json; charset=utf-8"
		body, err = json.Marshal(asJSON)
	} else {
		var inner []byte
		inner, err = xml.Marshal(asXML)
		if root != "" {
			inner = []byte("<" + root + ">" + string(inner) + "</" + root + ">")
		}
		body = append([]byte(xml.Header), inner...)
	}
	if err != nil {
		return err
	}
	h := a.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Language", a.lang.Tag())
	h.Add("Vary", "Accept-Language")
	a.W.WriteHeader(status)
	_, err = a.W.Write(append(body, '\n'))
	return err
}

func (s *Service) geoGet(a asking) error {
	switch a.name {
	case "discovery":
		return s.geoDiscovery(a)
	case "services":
		return s.geoServices(a)
	case "requests":
		return s.geoRequests(a)
	case "servicerequestupdates":
		return s.geoUpdates(a)
	}
	return fault.New(fault.NotFound, "cases.fault.geo-format")
}

func (s *Service) geoDiscovery(a asking) error {
	t := a.Words.In(a.lang)
	endpoint := geoEndpoint{
		Specification: "http://wiki.open311.org/GeoReport_v2", URL: s.geoAddress(), Changeset: geoChanged, Type: "production",
		Formats: []string{"text/xml", "application/json"},
	}
	if who.From(a.Context()).Realm == who.Sandbox {
		endpoint.Type, endpoint.URL = "test", strings.TrimSuffix(s.Origin, "/")+"/sandbox"+geoPath
	}
	out := geoDiscovery{
		Changeset: geoChanged, Contact: t.T("cases.geo.contact", "address", strings.TrimSuffix(s.Origin, "/")+rootPath), Key: t.T("cases.geo.key"),
		Endpoints: []geoEndpoint{endpoint},
	}
	return a.answer(http.StatusOK, out, "", out)
}

func (s *Service) geoServices(a asking) error {
	out := []geoService{}
	err := a.read(func(tx *db.Tx) error {
		all, err := s.Categories(tx)
		for _, x := range all {
			if x.Active {
				out = append(out, geoService{
					Code: x.Code, Name: x.Name.In(a.lang), Description: x.About.In(a.lang), Metadata: len(x.Attributes) > 0, Type: "realtime",
					Keywords: strings.Join(x.Keywords, ","), Group: x.Group,
				})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return a.answer(http.StatusOK, out, "services", out)
}

func (s *Service) geoDefinition(a asking) error {
	out := geoDefinition{Attributes: []geoAttribute{}}
	err := a.read(func(tx *db.Tx) error {
		x, err := s.Category(tx, a.name)
		if err == nil && !x.Active {
			err = fault.New(fault.NotFound, "cases.fault.no-category")
		}
		out.Code = x.Code
		for i, y := range x.Attributes {
			z := geoAttribute{Variable: !y.Fixed, Code: y.Code, Type: y.Type, Required: y.Required, TypeDescription: y.Hint.In(a.lang), Order: i + 1, Description: y.Text.In(a.lang)}
			for _, c := range y.Values {
				z.Values = append(z.Values, geoValue{c.Key, c.Name.In(a.lang)})
			}
			out.Attributes = append(out.Attributes, z)
		}
		return err
	})
	if err != nil {
		return err
	}
	return a.answer(http.StatusOK, out, "", out)
}

func (s *Service) geoRequests(a asking) error {
	q, err := geoQueryOf(a.Query.Get, a.Now())
	if err != nil {
		return err
	}
	return a.requests(q, false)
}

func (a asking) requests(q geoQuery, must bool) error {
	var out []geoRequest
	err := a.read(func(tx *db.Tx) (err error) {
		out, err = a.publishedCases(tx, q, a.lang, a.Query.Get("extensions") == "true")
		return err
	})
	if err == nil && must && len(out) == 0 {
		err = fault.New(fault.NotFound, "cases.fault.no-case")
	}
	if err != nil {
		return err
	}
	return a.answer(http.StatusOK, out, "service_requests", out)
}

func (s *Service) geoOne(a asking) error {
	ref, ok := id.ParseReference(a.name)
	if !ok {
		return fault.New(fault.NotFound, "cases.fault.no-case")
	}
	return a.requests(geoQuery{references: []string{ref}}, true)
}

// geoToken gives the id of a request that came without one: the token is the case's own id.
func (s *Service) geoToken(a asking) error {
	if !id.Valid(a.name) {
		return fault.New(fault.NotFound, "cases.fault.no-case")
	}
	var c Case
	if err := a.read(func(tx *db.Tx) (err error) {
		c, err = oneCase(tx, sqlCase, CaseID(a.name))
		return err
	}); err != nil {
		return err
	}
	out := []geoReceipt{{ID: c.Reference, Token: a.name}}
	return a.answer(http.StatusOK, out, "service_requests", out)
}

// geoPhoto is the public photo of a case, small and drawn anew.
func (s *Service) geoPhoto(a asking) error {
	ref, ok := id.ParseReference(a.name)
	var c Case
	err := a.read(func(tx *db.Tx) (err error) {
		c, err = oneCase(tx, sqlCaseByReference, ref)
		return err
	})
	if err == nil && (!ok || !c.Public || c.Photo == "") {
		err = fault.New(fault.NotFound, "cases.fault.no-file")
	}
	if err != nil {
		return err
	}
	return a.sendFile(c.ID, c.Photo, AsSmall, "photo.jpg")
}

func (s *Service) geoUpdates(a asking) error {
	from, to, err := geoSpan(a.Query.Get, a.Now(), geoDays)
	if err != nil {
		return err
	}
	reference := ""
	if x := a.Query.Get("service_request_id"); x != "" {
		var ok bool
		if reference, ok = id.ParseReference(x); !ok {
			return fault.New(fault.NotFound, "cases.fault.no-case")
		}
	}
	var out []geoUpdate
	if err := a.read(func(tx *db.Tx) (err error) {
		out, err = s.publishedUpdates(tx, reference, from, to, a.lang)
		return err
	}); err != nil {
		return err
	}
	return a.answer(http.StatusOK, out, "service_request_updates", out)
}
