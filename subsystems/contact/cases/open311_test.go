package cases

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/platform/db"
)

// program is one that speaks Open311.
type program struct {
	*front
	key string
}

func (p program) call(method, path string, form url.Values) (int, string) {
	p.Helper()
	q := httptest.NewRequest(method, "http://praya.example/open311/v2/"+path, strings.NewReader(form.Encode()))
	if method == "POST" {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	q.Header.Set("Accept-Language", "en")
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, q)
	return w.Code, w.Body.String()
}

func (p program) get(want int, path string, into any) string {
	p.Helper()
	status, body := p.call("GET", path, nil)
	if status != want {
		p.Fatalf("%s: %d\n%s", path, status, body)
	}
	p.read(path, body, into)
	return body
}

func (p program) post(want int, path string, into any, pairs ...string) string {
	p.Helper()
	form := url.Values{}
	if p.key != "" {
		form.Set("api_key", p.key)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	status, body := p.call("POST", path, form)
	if status != want {
		p.Fatalf("%s %v: %d\n%s", path, form, status, body)
	}
	p.read(path, body, into)
	return body
}

func (p program) read(path, body string, into any) {
	p.Helper()
	if into == nil {
		return
	}
	var err error
	if strings.Contains(path, ".json") {
		err = json.Unmarshal([]byte(body), into)
	} else {
		err = xml.Unmarshal([]byte(body), into)
	}
	if err != nil {
		p.Fatalf("%s: %v\n%s", path, err, body)
	}
}

func (f *front) newKey(name, department string) string {
	f.Helper()
	var secret string
	f.write(func(tx *db.Tx) (err error) {
		_, secret, err = f.NewKey(tx, name, department, "supervisor")
		return err
	})
	return secret
}

func TestOpen311(t *testing.T) {
	f := newFront(t)
	f.write(func(tx *db.Tx) error {
		return f.PutCategory(tx, Category{
			Code: "pothole", Name: lang.Text{TC: "路面坑洞", EN: "Pothole", SC: "路面坑洞"}, Department: "HYD", Public: true, Active: true, Keywords: []string{"road", "hole"}, Group: "Roads",
			Attributes: []Attribute{{Code: "depth", Text: text("How deep?"), Type: "singlevaluelist", Required: true, Values: []AttributeChoice{{"cm5", text("5 cm")}, {"cm10", text("10 cm")}}}},
		})
	})
	app := program{f, f.newKey("An invented app", "")}

	var discovery struct {
		Endpoints []struct{ URL string }
	}
	app.get(200, "discovery.json", &discovery)
	if len(discovery.Endpoints) != 1 || discovery.Endpoints[0].URL != "https://praya.example/open311/v2" {
		t.Errorf("%+v", discovery)
	}
	app.get(200, "discovery.xml", &struct{ XMLName xml.Name }{})
	var services []geoService
	app.get(200, "services.json", &services)
	if len(services) != 3 || services[2].Code != "pothole" || !services[2].Metadata || services[2].Keywords != "road,hole" {
		t.Errorf("%+v", services)
	}
	var definition geoDefinition
	app.get(200, "services/pothole.xml", &definition)
	if len(definition.Attributes) != 1 || len(definition.Attributes[0].Values) != 2 || definition.Attributes[0].Order != 1 {
		t.Errorf("%+v", definition)
	}

	// What is wrong is said as the standard says it.
	var wrong []geoError
	app.get(404, "services/moon.json", &wrong)
	app.get(404, "services.json?jurisdiction_id=moon.example", nil)
	app.get(200, "services.json?jurisdiction_id=praya.example", nil)
	app.get(404, "services.pdf", nil)
	program{f, ""}.post(403, "requests.json", &wrong, "service_code", "pothole")
	program{f, "wrong"}.post(403, "requests.json", &wrong, "service_code", "pothole")
	if len(wrong) != 1 || wrong[0].Code != 403 || wrong[0].Description == "" {
		t.Errorf("%+v", wrong)
	}
	for _, bad := range [][]string{
		{"service_code", ""},
		{"service_code", "pothole"},
		{"service_code", "pothole", "lat", "51.5", "long", "0", "attribute[depth]", "cm5"},
		{"service_code", "pothole", "lat", "22.3", "long", "114.17"},
		{"service_code", "pothole", "lat", "22.3", "long", "114.17", "attribute[depth]", "cm7"},
		{"service_code", "pothole", "address_string", "x", "attribute[depth]", "cm5", "attribute[other]", "1"},
		{"service_code", "pothole", "address_string", "x", "attribute[depth]", "cm5", "email", "nowhere"},
	} {
		app.post(400, "requests.json", &wrong, bad...)
	}
	app.post(404, "requests.json", &wrong, "service_code", "moon", "address_string", "x")

	var receipts []geoReceipt
	app.post(201, "requests.json", &receipts, "service_code", "pothole", "lat", "22.3193", "long", "114.1694", "attribute[depth]", "cm5",
		"description", "A hole at my door. CHAN, 9123 4567", "first_name", "Invented", "last_name", "CHAN", "email", "chan@example.com", "media_url", "http://127.0.0.1:1/x.jpg")
	ref := receipts[0].ID
	if !strings.Contains(receipts[0].Notice, ref) {
		t.Errorf("%+v", receipts)
	}
	var c Case
	f.read(func(tx *db.Tx) (err error) {
		c, err = f.ByReference(tx, ref)
		return err
	})
	if c.Channel != "open311" || c.District != "YTM" || c.Attributes["depth"][0] != "cm5" || !c.Public || c.Holder != "" {
		t.Errorf("%+v", c)
	}
	f.refer(c.ID, "HYD")
	f.open(New{Kind: Enquiry, Channel: "web", Language: "en", Text: "Not for everybody", Service: "street-light", By: Person})
	f.open(New{Kind: Complaint, Channel: "web", Language: "en", Text: "Nor this", Service: "noise", By: Person})

	var requests []geoRequest
	all := app.get(200, "requests.json?extensions=true", &requests)
	if len(requests) != 1 || requests[0].ID != ref || requests[0].Status != "open" || *requests[0].Agency != "Highways" || *requests[0].Lat != 22.3193 || requests[0].Extended.State != "referred" {
		t.Errorf("%s", all)
	}
	if _, err := time.Parse(time.RFC3339, *requests[0].Expected); err != nil || !strings.HasSuffix(requests[0].Requested, "+08:00") {
		t.Errorf("%s", all)
	}
	one := app.get(200, "requests/"+ref+".xml", nil)
	updates := app.get(200, "servicerequestupdates.xml?service_request_id="+ref, nil)
	for _, secret := range []string{"CHAN", "9123", "chan@", "hole at my", "127.0.0.1", "Please look"} {
		if strings.Contains(all+one+updates, secret) {
			t.Errorf("Open311 shows %q", secret)
		}
	}
	for query, want := range map[string]int{
		"status=open": 1, "status=closed": 0, "status=open,closed": 1, "service_code=pothole,noise": 1, "service_code=noise": 0, "service_request_id=" + ref: 1,
		"start_date=2026-03-01T00:00:00Z": 1, "end_date=2026-03-01T00:00:00%2B08:00": 0, "page=2&per_page=1": 0,
	} {
		requests = nil
		if app.get(200, "requests.json?"+query, &requests); len(requests) != want {
			t.Errorf("%s: %d", query, len(requests))
		}
	}
	for _, query := range []string{"status=moon", "start_date=yesterday", "start_date=2025-01-01T00:00:00Z&end_date=2026-01-01T00:00:00Z", "per_page=1000", "page=0", "service_code=a,b,c,d,e,f"} {
		app.get(400, "requests.json?"+query, nil)
	}
	app.get(404, "requests/AAAA-AAAA-A.json", nil)
	receipts = nil
	if app.get(200, "tokens/"+string(c.ID)+".json", &receipts); receipts[0].ID != ref {
		t.Errorf("%+v", receipts)
	}

	// An app continues what it brought; a department what it was asked.
	other := program{f, f.newKey("Another app", "")}
	other.post(404, "servicerequestupdates.json", nil, "service_request_id", ref, "description", "Mine?")
	app.post(201, "servicerequestupdates.json", nil, "service_request_id", ref, "description", "It is deeper now.")
	drainage := program{f, f.newKey("Drainage's system", "DSD")}
	drainage.post(404, "servicerequestupdates.json", nil, "service_request_id", ref, "description", "Ours?")
	highways := program{f, f.newKey("Highways' system", "HYD")}
	highways.post(201, "servicerequestupdates.xml", nil, "service_request_id", ref, "description", "A crew is sent.", "status", "OPEN")
	highways.post(201, "servicerequestupdates.xml", nil, "service_request_id", ref, "description", "It was filled.", "status", "CLOSED")
	if got := f.get(c.ID); got.State != Replied {
		t.Errorf("%v", got.State)
	}
	f.write(func(tx *db.Tx) error {
		return errorsOf(f.Answer(tx, c.ID, "Filled.", "agent"), f.Close(tx, c.ID, Resolved, "agent"))
	})
	var told []geoUpdate
	app.get(200, "servicerequestupdates.json?service_request_id="+ref, &told)
	if len(told) != 4 || told[3].Status != "closed" {
		t.Errorf("%+v", told)
	}
	var inSpan []geoUpdate
	if app.get(200, "servicerequestupdates.json", &inSpan); len(inSpan) != 4 {
		t.Errorf("%+v", inSpan)
	}
	f.write(func(tx *db.Tx) error {
		all, err := allKeys(tx)
		if err != nil {
			return err
		}
		return f.EndKey(tx, all[0].ID)
	})
	app.post(403, "requests.json", nil, "service_code", "pothole", "address_string", "x", "attribute[depth]", "cm5")
}

// TestOpen311Photos: a photo that comes along is kept without its position, and shown to everybody when
// an agent has looked at it.
func TestOpen311Photos(t *testing.T) {
	f := newFront(t)
	key := f.newKey("An invented app", "")
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, v := range map[string]string{"api_key": key, "service_code": "street-light", "lat": "22.28", "long": "114.16", "description": "Dark"} {
		f.ok(m.WriteField(name, v))
	}
	part, err := m.CreateFormFile("media", "a.jpg")
	f.ok(err)
	_, err = part.Write(gps(photo(300, 200), [3]uint32{22, 16, 48}, [3]uint32{114, 9, 36}, 1))
	f.ok(err)
	f.ok(m.Close())
	q := httptest.NewRequest(http.MethodPost, "http://praya.example/open311/v2/requests.json", &body)
	q.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, q)
	var receipts []geoReceipt
	if w.Code != 201 || json.Unmarshal(w.Body.Bytes(), &receipts) != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	app := program{f, key}
	photo := "photos/" + receipts[0].ID + ".jpg"
	app.get(404, photo, nil)
	f.write(func(tx *db.Tx) error {
		c, err := f.ByReference(tx, receipts[0].ID)
		if err != nil {
			return err
		}
		files, err := f.FilesOf(tx, c.ID)
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		return f.PublishPhoto(tx, c.ID, files[0].ID, "agent")
	})
	var requests []geoRequest
	app.get(200, "requests.json", &requests)
	if len(requests) != 1 || requests[0].Media == nil || !strings.HasSuffix(*requests[0].Media, photo) {
		t.Errorf("%+v", requests)
	}
	if status, body := app.call("GET", photo, nil); status != 200 || strings.Contains(body, "Exif") {
		t.Errorf("%d", status)
	}
}

// TestGuessingIsSlow: reference and code can't be tried without end.
func TestGuessingIsSlow(t *testing.T) {
	f := newFront(t)
	c, code := f.open(lamp())
	b := f.browser("")
	for range 10 {
		b.post(422, "/en/contact/follow", "reference", c.Reference, "code", newCode())
	}
	b.post(429, "/en/contact/follow", "reference", c.Reference, "code", code)
	f.clock.move.Add(int64(5 * time.Minute))
	b.post(303, "/en/contact/follow", "reference", c.Reference, "code", code)
}
