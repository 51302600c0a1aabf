package cases

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/limits"
)

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
