package cases

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// The shapes of Open311 GeoReport v2. The same values are written as JSON and as XML; what is not known
// is null there and empty here.

type geoService struct {
	XMLName     xml.Name `json:"-" xml:"service"`
	Code        string   `json:"service_code" xml:"service_code"`
	Name        string   `json:"service_name" xml:"service_name"`
	Description string   `json:"description" xml:"description"`
	Metadata    bool     `json:"metadata" xml:"metadata"`
	Type        string   `json:"type" xml:"type"`
	Keywords    string   `json:"keywords" xml:"keywords"`
	Group       string   `json:"group" xml:"group"`
}

type geoDefinition struct {
	XMLName    xml.Name       `json:"-" xml:"service_definition"`
	Code       string         `json:"service_code" xml:"service_code"`
	Attributes []geoAttribute `json:"attributes" xml:"attributes>attribute"`
}

type geoAttribute struct {
	Variable        bool       `json:"variable" xml:"variable"`
	Code            string     `json:"code" xml:"code"`
	Type            string     `json:"datatype" xml:"datatype"`
	Required        bool       `json:"required" xml:"required"`
	TypeDescription string     `json:"datatype_description" xml:"datatype_description"`
	Order           int        `json:"order" xml:"order"`
	Description     string     `json:"description" xml:"description"`
	Values          []geoValue `json:"values,omitempty" xml:"values>value,omitempty"`
}

type geoValue struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

type geoRequest struct {
	XMLName   xml.Name     `json:"-" xml:"request"`
	ID        string       `json:"service_request_id" xml:"service_request_id"`
	Status    string       `json:"status" xml:"status"`
	Notes     string       `json:"status_notes" xml:"status_notes"`
	Name      string       `json:"service_name" xml:"service_name"`
	Code      string       `json:"service_code" xml:"service_code"`
	Text      *string      `json:"description" xml:"description"` // never: a person's words
	Agency    *string      `json:"agency_responsible" xml:"agency_responsible"`
	Notice    *string      `json:"service_notice" xml:"service_notice"`
	Requested string       `json:"requested_datetime" xml:"requested_datetime"`
	Updated   string       `json:"updated_datetime" xml:"updated_datetime"`
	Expected  *string      `json:"expected_datetime" xml:"expected_datetime"`
	Address   *string      `json:"address" xml:"address"` // the district
	AddressID *string      `json:"address_id" xml:"address_id"`
	Zipcode   *string      `json:"zipcode" xml:"zipcode"`
	Lat       *float64     `json:"lat" xml:"lat"`
	Long      *float64     `json:"long" xml:"long"`
	Media     *string      `json:"media_url" xml:"media_url"`
	Extended  *geoExtended `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
}

// geoExtended is asked for by extensions=true.
type geoExtended struct {
	State    string `json:"state" xml:"state"`
	Kind     string `json:"kind" xml:"kind"`
	District string `json:"district" xml:"district"`
}

type geoReceipt struct {
	XMLName xml.Name `json:"-" xml:"request"`
	ID      string   `json:"service_request_id" xml:"service_request_id"`
	Token   string   `json:"token,omitempty" xml:"token,omitempty"`
	Notice  string   `json:"service_notice,omitempty" xml:"service_notice,omitempty"`
	Account *string  `json:"account_id" xml:"account_id"`
}

type geoUpdate struct {
	XMLName xml.Name `json:"-" xml:"request_update"`
	ID      string   `json:"update_id" xml:"update_id"`
	Request string   `json:"service_request_id" xml:"service_request_id"`
	Status  string   `json:"status" xml:"status"`
	Updated string   `json:"updated_datetime" xml:"updated_datetime"`
	Text    string   `json:"description" xml:"description"`
	Media   *string  `json:"media_url" xml:"media_url"`
}

type geoError struct {
	XMLName     xml.Name `json:"-" xml:"error"`
	Code        int      `json:"code" xml:"code"`
	Description string   `json:"description" xml:"description"`
}

type geoDiscovery struct {
	XMLName   xml.Name      `json:"-" xml:"discovery"`
	Changeset string        `json:"changeset" xml:"changeset"`
	Contact   string        `json:"contact" xml:"contact"`
	Key       string        `json:"key_service" xml:"key_service"`
	Endpoints []geoEndpoint `json:"endpoints" xml:"endpoints>endpoint"`
}

type geoEndpoint struct {
	Specification string   `json:"specification" xml:"specification"`
	URL           string   `json:"url" xml:"url"`
	Changeset     string   `json:"changeset" xml:"changeset"`
	Type          string   `json:"type" xml:"type"`
	Formats       []string `json:"formats" xml:"formats>format"`
}

// geoTime is W3C's date-time with the zone of Hong Kong.
func geoTime(i when.Instant) string { return i.Time().In(when.HongKong).Format(time.RFC3339) }

func geoStatus(s State) string {
	if s.Open() {
		return "open"
	}
	return "closed"
}

// published brings a public case into the shape that everybody may have: no words of a person, and no
// address that they typed.
func (s *Service) published(tx *db.Tx, c Case, l lang.Lang, extended bool) (geoRequest, error) {
	t := s.Words.In(l)
	c.Language = l
	out := geoRequest{
		ID: c.Reference, Status: geoStatus(c.State), Notes: t.T("cases.told." + string(c.State)), Name: s.Title(tx, c), Code: c.Service,
		Requested: geoTime(c.OpenedAt), Updated: geoTime(c.ChangedAt),
	}
	if c.State == Closed {
		out.Updated = geoTime(c.ClosedAt)
		out.Notes = t.T("cases.outcome." + string(c.Outcome))
	}
	if c.Department != "" {
		d, err := s.Departments.Department(tx, c.Department)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return out, err
		}
		out.Agency = some(d.Name.In(l))
	}
	if c.State.Open() && c.Department != "" {
		all, err := referralRows(tx, c.ID)
		if err != nil {
			return out, err
		}
		for _, r := range all {
			if r.Lead && r.State.Open() {
				out.Expected = some(geoTime(r.ReplyDue.Add(-time.Second)))
			}
		}
	}
	if c.District != "" {
		out.Address = some(t.T("cases.district." + c.District))
	}
	if c.Where.Point() {
		out.Lat, out.Long = &c.Where.Lat, &c.Where.Lon
	}
	if c.Photo != "" {
		out.Media = some(s.geoAddress() + "/photos/" + c.Reference + ".jpg")
	}
	if extended {
		out.Extended = &geoExtended{string(c.State), string(c.Kind), c.District}
	}
	return out, nil
}

func some(s string) *string { return &s }

func (s *Service) geoAddress() string { return strings.TrimSuffix(s.Origin, "/") + geoPath }

// geoQuery is what a program asks for.
type geoQuery struct {
	references []string // overrides all others
	services   []string
	from, to   when.Instant
	status     string // open, closed, or empty for both
	limit      int
	offset     int
}

const (
	geoDays     = 90 * 24 * time.Hour
	geoMost     = 100
	geoServices = 5
	geoFar      = 10_000
)

// geoQueryOf reads the arguments of GET requests.
func geoQueryOf(arg func(string) string, now when.Instant) (q geoQuery, err error) {
	q = geoQuery{from: now.Add(-geoDays), to: now, limit: 50}
	for x := range strings.SplitSeq(arg("service_request_id"), ",") {
		if x = strings.TrimSpace(x); x != "" {
			ref, ok := id.ParseReference(x)
			if !ok {
				return q, fault.New(fault.NotFound, "cases.fault.no-case")
			}
			q.references = append(q.references, ref)
		}
	}
	for x := range strings.SplitSeq(arg("service_code"), ",") {
		if x = strings.TrimSpace(x); x != "" {
			q.services = append(q.services, x)
		}
	}
	if len(q.references) > geoMost || len(q.services) > geoServices {
		return q, invalid("geo-many")
	}
	if q.from, q.to, err = geoSpan(arg, now, geoDays); err != nil {
		return q, err
	}
	if q.status, err = geoStatusOf(arg("status")); err != nil {
		return q, err
	}
	page := 1
	for _, x := range []struct {
		name string
		into *int
		most int
	}{{"per_page", &q.limit, geoMost}, {"page_size", &q.limit, geoMost}, {"page", &page, geoFar}} {
		if arg(x.name) == "" {
			continue
		}
		n, err := strconv.Atoi(arg(x.name))
		if err != nil || n < 1 || n > x.most {
			return q, invalid("geo-page")
		}
		*x.into = n
	}
	if q.offset = (page - 1) * q.limit; q.offset > geoFar {
		return q, invalid("geo-page")
	}
	return q, nil
}

// geoStatusOf reads one or several statuses; both are all.
func geoStatusOf(s string) (string, error) {
	var wanted []string
	for x := range strings.SplitSeq(strings.ToLower(s), ",") {
		switch x = strings.TrimSpace(x); x {
		case "":
		case "open", "closed":
			if !slices.Contains(wanted, x) {
				wanted = append(wanted, x)
			}
		default:
			return "", invalid("geo-status")
		}
	}
	if len(wanted) == 1 {
		return wanted[0], nil
	}
	return "", nil
}

// geoSpan reads start_date and end_date: at most so long, and as long when one of them is missing.
func geoSpan(arg func(string) string, now when.Instant, most time.Duration) (from, to when.Instant, err error) {
	to = now
	if x := arg("end_date"); x != "" {
		t, err := time.Parse(time.RFC3339, x)
		if err != nil {
			return from, to, invalid("geo-date")
		}
		to = when.At(t)
	}
	from = to.Add(-most)
	if x := arg("start_date"); x != "" {
		t, err := time.Parse(time.RFC3339, x)
		if err != nil {
			return from, to, invalid("geo-date")
		}
		if from = when.At(t); arg("end_date") == "" && to.Sub(from) > most {
			to = from.Add(most)
		}
	}
	if to.Before(from) || to.Sub(from) > most {
		return from, to, invalid("geo-span")
	}
	return from, to, nil
}

// Published lists public cases as Open311 shows them, the newest first.
func (s *Service) publishedCases(tx *db.Tx, q geoQuery, l lang.Lang, extended bool) ([]geoRequest, error) {
	out := []geoRequest{}
	var all []Case
	var err error
	if len(q.references) > 0 {
		for _, ref := range q.references {
			c, err := oneCase(tx, sqlCaseByReference, ref)
			if fault.Is(err, fault.NotFound) || err == nil && !c.Public {
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	} else if all, err = publicCases(tx, q); err != nil {
		return nil, err
	}
	if all, err = s.allOpened(tx, all, nil); err != nil {
		return nil, err
	}
	for _, c := range all {
		r, err := s.published(tx, c, l, extended)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// publicSteps are the steps that an update tells of.
func publicSteps() []string { return []string{"opened", "referred", "answered", "closed", "reopened"} }

// publishedUpdates lists what became of public cases, the oldest first: in words of ours, never in
// those of a person or a department.
func (s *Service) publishedUpdates(tx *db.Tx, reference string, from, to when.Instant, l lang.Lang) ([]geoUpdate, error) {
	rows, err := publicHistory(tx, reference, from, to)
	out := []geoUpdate{}
	for _, r := range rows {
		if !slices.Contains(publicSteps(), r.what) {
			continue
		}
		state := map[string]State{"opened": Fresh, "referred": Referred, "answered": Answered, "closed": Closed, "reopened": Fresh}[r.what]
		u := geoUpdate{
			ID: r.reference + "." + strconv.FormatInt(r.number, 10), Request: r.reference, Status: geoStatus(state), Updated: geoTime(r.at),
			Text: s.Words.In(l).T("cases.told." + string(state)),
		}
		out = append(out, u)
	}
	return out, err
}
