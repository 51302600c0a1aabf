package cases

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/limits"
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

// geoPost brings a case, or an update of one, by a program that has a key.
func (s *Service) geoPost(a asking) error {
	if err := s.Policy.Allow(a.Context(), "cases.write", access.Resource{Type: "Centre", ID: "any"}); err != nil {
		return err
	}
	if err := a.slow("open311", 120, time.Second); err != nil {
		return err
	}
	form, files, err := a.posted()
	if err != nil {
		return err
	}
	arg := func(name string) string {
		if x := form.Get(name); x != "" {
			return x
		}
		return a.Query.Get(name)
	}
	if j := arg("jurisdiction_id"); j != "" && j != s.jurisdiction() {
		return fault.New(fault.NotFound, "cases.fault.geo-jurisdiction")
	}
	var key APIKey
	err = a.read(func(tx *db.Tx) (err error) {
		key, err = s.KeyOf(tx, arg("api_key"))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Forbidden, "cases.fault.geo-key")
	}
	if err != nil {
		return err
	}
	if _, err := limits.Take(a.Context(), s.DB, "contact.cases.key."+key.ID, limits.Rate{Burst: 600, Per: 100 * time.Millisecond}); err != nil {
		return err
	}
	switch a.name {
	case "requests":
		return s.geoOpen(a, key, arg, form, files)
	case "servicerequestupdates":
		return s.geoUpdate(a, key, arg)
	}
	return fault.New(fault.NotFound, "cases.fault.geo-format")
}

// mostPosted bounds what is read of one value.
const mostPosted = 64 << 10

// posted reads a form, with its photos when it has some.
func (a asking) posted() (url.Values, [][2]string, error) {
	if kind, _, _ := mime.ParseMediaType(a.R.Header.Get("Content-Type")); kind != "multipart/form-data" {
		form, err := a.Form()
		if err != nil {
			err = fault.New(fault.Invalid, "cases.fault.new").Because(err)
		}
		return form, nil, err
	}
	parts, err := a.R.MultipartReader()
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "cases.fault.new").Because(err)
	}
	form, files := url.Values{}, [][2]string{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, files, nil
		}
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "cases.fault.new").Because(err)
		}
		most := int64(mostPosted)
		if part.FileName() != "" {
			most = MaxFile
		}
		raw, err := io.ReadAll(io.LimitReader(part, most+1))
		if err != nil {
			return nil, nil, err
		}
		switch {
		case int64(len(raw)) > most || len(files) > maxFiles || len(form) > 100:
			return nil, nil, invalid("file-large")
		case part.FileName() != "":
			files = append(files, [2]string{part.FileName(), string(raw)})
		default:
			form.Add(part.FormName(), string(raw))
		}
	}
}

// geoNew is the case that a program brings.
func (s *Service) geoNew(a asking, key APIKey, arg func(string) string, form url.Values) (New, error) {
	n := New{
		Kind: Request, Channel: "open311", Language: a.lang, Text: arg("description"), Service: arg("service_code"), Anonymous: arg("anonymous") == "true",
		Contact: Contact{Name: strings.TrimSpace(arg("first_name") + " " + arg("last_name")), Mail: arg("email"), Phone: arg("phone")},
		Where:   &Where{Address: arg("address_string")}, By: "key." + key.ID, Attributes: map[string][]string{},
	}
	if n.Service == "" {
		return n, invalid("geo-service")
	}
	if lat, long := arg("lat"), arg("long"); lat != "" || long != "" {
		var err1, err2 error
		n.Where.Lat, err1 = strconv.ParseFloat(lat, 64)
		n.Where.Lon, err2 = strconv.ParseFloat(long, 64)
		if err1 != nil || err2 != nil || !inHongKong(n.Where.Lat, n.Where.Lon) {
			return n, invalid("geo-place")
		}
	}
	if !n.Where.Point() && n.Where.Address == "" { // we keep no register of addresses: address_id says nothing here
		return n, invalid("geo-place")
	}
	for name, values := range form {
		if code, ok := strings.CutPrefix(name, "attribute["); ok {
			code = strings.TrimSuffix(strings.TrimSuffix(code, "[]"), "]")
			n.Attributes[code] = append(n.Attributes[code], values...)
		}
	}
	if media := arg("media_url"); media != "" { // it is told, and never fetched
		n.Text = strings.TrimSpace(n.Text + "\n" + media)
	}
	return n, nil
}

func (s *Service) geoOpen(a asking, key APIKey, arg func(string) string, form url.Values, files [][2]string) error {
	n, err := s.geoNew(a, key, arg, form)
	if err != nil {
		return err
	}
	err = a.read(func(tx *db.Tx) error {
		about, err := s.Category(tx, n.Service)
		if err == nil && !about.Active {
			err = fault.New(fault.NotFound, "cases.fault.no-category")
		}
		if err != nil {
			return err
		}
		if n.Text == "" {
			n.Text = about.Name.In(a.lang)
		}
		return about.checkAttributes(n.Attributes)
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		ref, err := s.Receive(a.Context(), f[0], []byte(f[1]))
		if err != nil {
			return err
		}
		n.Files = append(n.Files, ref)
	}
	var out []geoReceipt
	err = a.write(func(tx *db.Tx) error {
		c, code, err := s.Open(tx, n)
		if err != nil {
			return err
		}
		notice := s.Words.In(a.lang).T("cases.geo.notice", "reference", c.Reference, "code", code)
		out = []geoReceipt{{ID: c.Reference, Notice: notice}}
		return s.Acknowledge(tx, c, code)
	})
	if err != nil {
		return err
	}
	return a.answer(http.StatusCreated, out, "service_requests", out)
}

// geoUpdate takes an update: of a department to a case that it has, of an app to a case that it brought.
func (s *Service) geoUpdate(a asking, key APIKey, arg func(string) string) error {
	ref, ok := id.ParseReference(arg("service_request_id"))
	if !ok {
		return fault.New(fault.NotFound, "cases.fault.no-case")
	}
	text := tidy(arg("description"))
	var out []geoUpdate
	err := a.write(func(tx *db.Tx) error {
		c, err := s.ByReference(tx, ref)
		if err != nil {
			return err
		}
		by := "key." + key.ID
		if err := s.updateBy(tx, c, key, by, text, strings.ToLower(arg("status"))); err != nil {
			return err
		}
		if c, err = s.Case(tx, c.ID); err != nil {
			return err
		}
		out = []geoUpdate{{ID: c.Reference + "." + strconv.FormatInt(c.steps, 10), Request: c.Reference, Status: geoStatus(c.State), Updated: geoTime(tx.Now()), Text: text}}
		return nil
	})
	if err != nil {
		return err
	}
	return a.answer(http.StatusCreated, out, "service_request_updates", out)
}

func (s *Service) updateBy(tx *db.Tx, c Case, key APIKey, by, text, status string) error {
	if key.Department != "" {
		all, err := s.Referrals(tx, c.ID)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.Department != key.Department || !r.State.Open() {
				continue
			}
			if status == "closed" || status == "fixed" {
				_, err := s.Reply(tx, r.ID, text, by)
				return err
			}
			return s.Add(tx, c.ID, Message{From: ByDepartment, Channel: "open311", Text: text, By: by, Internal: true})
		}
		return fault.New(fault.NotFound, "cases.fault.no-case")
	}
	brought, err := openedBy(tx, c.ID)
	if err == nil && brought != by {
		err = fault.New(fault.NotFound, "cases.fault.no-case")
	}
	if err != nil {
		return err
	}
	return s.Add(tx, c.ID, Message{From: ByPerson, Channel: "open311", Text: text, By: Person})
}
