package cases

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
	"praya/platform/web"
)

// writing is what somebody has filled in so far. It is kept for a day under a token that only their
// browser knows, sealed.
type writing struct {
	Kind      Kind      `json:"k,omitempty"`
	Service   string    `json:"s,omitempty"`
	Title     string    `json:"t,omitempty"`
	Text      string    `json:"x,omitempty"`
	Where     Where     `json:"w,omitzero"`
	Files     []FileRef `json:"f,omitempty"`
	Contact   Contact   `json:"c,omitzero"`
	Anonymous bool      `json:"a,omitempty"`
	Answered  bool      `json:"o,omitempty"` // how to answer was said
	Same      CaseID    `json:"m,omitempty"` // theirs is the same as this one
	SameName  string    `json:"n,omitempty"`
	Account   string    `json:"u,omitempty"` // who began, when signed in
	Follow    CaseID    `json:"l,omitempty"` // not a form: the right to follow a case for a day
	Reference string    `json:"r,omitempty"` // it was sent
	Code      string    `json:"d,omitempty"`
}

func draftHash(token string) []byte {
	sum := sha256.Sum256([]byte("contact.cases.draft\x00" + token))
	return sum[:]
}

func writingPlace(realm who.Realm, hash []byte) sign.Place {
	return sign.Place{Realm: realm, Table: "contact_cases_drafts", Column: "content", ID: hex.EncodeToString(hash)}
}

func (f face) keepDraft(tx *db.Tx, token string, d writing) error {
	hash := draftHash(token)
	sealed, err := f.sealJSON(writingPlace(tx.Realm(), hash), d)
	if err != nil {
		return err
	}
	return putDraft(tx, hash, sealed)
}

func (f face) draft(token string) (d writing, err error) {
	err = f.read(func(tx *db.Tx) error {
		hash := draftHash(token)
		sealed, err := draftBy(tx, hash, tx.Now().Add(-keepLoose))
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "cases.fault.draft")
		}
		if err != nil {
			return err
		}
		return f.openJSON(writingPlace(tx.Realm(), hash), sealed, &d)
	})
	if err == nil && d.Account != "" && d.Account != f.by() {
		err = fault.New(fault.NotFound, "cases.fault.draft")
	}
	return d, err
}

// beginning is the token of a form that nobody has filled in yet: the first answer makes another one.
const beginning = "new"

func (s *Service) beginWriting(v *web.Visit) error {
	to := writePath + "/" + beginning + "/kind"
	if kind := v.Query.Get("kind"); slices.Contains(Kinds(), Kind(kind)) {
		to += "?kind=" + kind
	}
	return v.Redirect(to)
}

func steps() []string { return []string{"kind", "what", "photos", "where", "near", "answer", "check"} }

func stepPath(token, step string) string { return writePath + "/" + token + "/" + step }

// onward is the step after one; before is the one before.
func (f face) next(token, step string) string {
	if f.Query.Get("to") == "check" {
		return stepPath(token, "check")
	}
	return stepPath(token, steps()[slices.Index(steps(), step)+1])
}

func (f face) back(token, step string) string {
	i := slices.Index(steps(), step)
	if f.Query.Get("to") == "check" {
		return stepPath(token, "check")
	}
	switch {
	case i == 0:
		return rootPath
	case steps()[i-1] == "near":
		i--
	}
	return stepPath(token, steps()[i-1])
}

// begun is the form of the visit's token. A link from another site doesn't lead into one: it could be
// the form of somebody who wants to read it.
func (f face) begun() (string, writing, error) {
	token := f.PathValue("token")
	if f.R.Referer() != "" && f.FromElsewhere() {
		return token, writing{}, fault.New(fault.NotFound, "cases.fault.draft")
	}
	d, err := f.draft(token)
	if err == nil && d.Follow != "" {
		err = fault.New(fault.NotFound, "cases.fault.draft")
	}
	return token, d, err
}

func (s *Service) askStep(v *web.Visit) error {
	f := face{v, s}
	step := v.PathValue("step")
	token := v.PathValue("token")
	if token == beginning {
		if step != "kind" {
			return v.Redirect(writePath)
		}
		return f.askKind(beginning, writing{})
	}
	token, d, err := f.begun()
	if err != nil {
		return err
	}
	if d.Reference != "" {
		return v.Redirect(stepPath(token, "receipt"))
	}
	switch step {
	case "kind":
		return f.askKind(token, d)
	case "what":
		return f.askWhat(token, d)
	case "where":
		return f.askWhere(token, d)
	case "answer":
		return f.askAnswer(token, d)
	}
	return fault.New(fault.NotFound, "cases.fault.draft")
}

// kept keeps a step's answers and leads to the next.
func (f face) kept(token, step string, d writing) (string, string, error) {
	err := f.write(func(tx *db.Tx) error { return f.keepDraft(tx, token, d) })
	return f.next(token, step), f.T("cases.write.kept"), err
}

func (f face) askKind(token string, d writing) error {
	given := string(d.Kind)
	if given == "" {
		given = f.Query.Get("kind")
	}
	return f.Ask(web.Questions{
		Title: f.T("cases.write.kind"), Submit: f.T("cases.write.next"), Back: f.back(token, "kind"), Given: web.Given("kind", given),
		Asked: []web.Question{{As: web.AsRadios, Field: web.Field{Name: "kind", Label: f.T("cases.write.kind-label")}, Choices: f.kinds()}},
		Act: func(a *web.Answers) (string, string, error) {
			d.Kind = Kind(a.Text("kind"))
			if !a.Need(slices.Contains(Kinds(), d.Kind), "kind", "cases.wrong.kind") {
				return "", "", nil
			}
			to := token
			if token == beginning {
				if err := f.slow("write", 20, time.Minute); err != nil {
					return "", "", err
				}
				to = strings.ToLower(rand.Text())
				if f.Actor().Kind == who.Person {
					d.Account = f.by()
				}
			}
			return f.kept(to, "kind", d)
		},
	})
}

func (f face) askWhat(token string, d writing) error {
	var choices []web.Choice
	err := f.read(func(tx *db.Tx) (err error) {
		choices, err = f.categories(tx, f.T("cases.write.else"))
		return err
	})
	if err != nil {
		return err
	}
	return f.Ask(web.Questions{
		Title: f.T("cases.write.what"), Submit: f.T("cases.write.next"), Back: f.back(token, "what"),
		Given: web.Given("service", d.Service, "text", d.Text, "title", d.Title),
		Asked: []web.Question{
			{As: web.AsSelect, Field: web.Field{Name: "service", Label: f.T("cases.subject")}, Choices: choices},
			{Field: web.Field{Name: "title", Label: f.T("cases.write.title"), Optional: true, MaxLength: MaxTitle}},
			{As: web.AsLines, Field: web.Field{Name: "text", Label: f.T("cases.write.text"), Hint: f.T("cases.write.text-hint")}},
		},
		Act: func(a *web.Answers) (string, string, error) {
			d.Service, d.Title, d.Text = a.Text("service"), tidy(a.Words("title")), tidy(a.Words("text"))
			a.Need(d.Text != "" && size(d.Text) <= MaxText, "text", "cases.wrong.text")
			a.Need(size(d.Title) <= MaxTitle, "title", "cases.wrong.title")
			a.Need(slices.ContainsFunc(choices, func(c web.Choice) bool { return c.Value == d.Service }), "service", "cases.wrong.service")
			if a.Bad() {
				return "", "", nil
			}
			return f.kept(token, "what", d)
		},
	})
}

// askPhotos takes files, as many times as somebody likes, up to the bound.
func (s *Service) askPhotos(v *web.Visit) error {
	f := face{v, s}
	token, d, err := f.begun()
	if err != nil {
		return err
	}
	var wrong []web.FieldError
	if v.R.Method == http.MethodPost {
		if err := f.slow("upload", 30, time.Minute); err != nil {
			return err
		}
		var got []FileRef
		if got, wrong, err = f.uploads(maxFiles - len(d.Files)); err != nil {
			return err
		}
		d.Files = append(d.Files, got...)
		for _, g := range got {
			if g.Lat != 0 && !d.Where.Point() {
				d.Where.Lat, d.Where.Lon = g.Lat, g.Lon
			}
		}
		if err := f.write(func(tx *db.Tx) error { return f.keepDraft(tx, token, d) }); err != nil {
			return err
		}
		if len(wrong) == 0 {
			if len(got) > 0 {
				return v.RedirectWith(v.Path+encoded(v.Query), web.Notice{Text: v.T("cases.file.received", "count", int64(len(got)))})
			}
			return v.Redirect(f.next(token, "photos"))
		}
	}
	parts := []templ.Component{uploadForm(v.View, web.Form{Action: v.Path + encoded(v.Query), Files: true, Submit: v.T("cases.file.submit"), Quiet: len(d.Files) > 0}, wrong, f.fileInput(wrong))}
	var shown []picture
	for i, x := range d.Files {
		if x.Picture() {
			shown = append(shown, picture{v.Link(stepPath(token, "photos") + "/" + x.ID), v.T("cases.file.photo", "number", int64(i+1))})
		}
	}
	parts = append(parts, filesList(f, d.Files), pictures(shown), ways(v.View, []web.Crumb{{Text: v.T("cases.write.go-on"), Path: f.next(token, "photos")}}))
	p := web.Page{Title: v.T("cases.write.photos"), Lead: v.T("cases.write.photos-lead"), Back: f.back(token, "photos"), Secret: true, Failed: len(wrong) > 0}
	status := 200
	if len(wrong) > 0 {
		status = 422
	}
	return v.RenderStatus(status, p, stack(parts))
}

func encoded(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func filesList(f face, all []FileRef) templ.Component {
	var rows []web.Entry
	for i, x := range all {
		rows = append(rows, web.Entry{Label: f.T("cases.file.number", "number", int64(i+1)), Value: f.T("cases.file.named", "name", x.Name, "kilobytes", x.Bytes>>10+1)})
	}
	if len(rows) == 0 {
		return stack(nil)
	}
	return web.SummaryList(f.View, rows)
}

// draftPhoto is a small picture of a file that waits for its case.
func (s *Service) draftPhoto(v *web.Visit) error {
	f := face{v, s}
	_, d, err := f.begun()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(d.Files, func(x FileRef) bool { return x.ID == v.PathValue("file") }) {
		return fault.New(fault.NotFound, "cases.fault.no-file")
	}
	return f.sendFile("", v.PathValue("file"), AsSmall, "")
}

func (f face) askWhere(token string, d writing) error {
	w := d.Where
	if w.District == "" && w.Point() {
		w.District = DistrictAt(w.Lat, w.Lon)
	}
	if asked := f.Query.Get("district"); slices.Contains(Districts(), asked) {
		w.District = asked
	}
	given := web.Given("district", w.District, "address", w.Address)
	lead := f.T("cases.write.where-lead")
	if w.Point() {
		given.Set("point", pointText(w))
		if slices.ContainsFunc(d.Files, func(x FileRef) bool { return x.Lat == w.Lat && x.Lon == w.Lon }) {
			lead = f.T("cases.write.where-photo")
		}
	}
	all, urban := f.shapes(w.District)
	return f.Ask(web.Questions{
		Title: f.T("cases.write.where"), Lead: lead, Submit: f.T("cases.write.next"), Back: f.back(token, "where"), Given: given,
		Below: districtMap(f.View, f.T("cases.write.map"), f.T("cases.write.map-middle"), all, urban),
		Asked: []web.Question{
			{As: web.AsSelect, Field: web.Field{Name: "district", Label: f.T("cases.district-label")}, Choices: f.districts()},
			{Field: web.Field{Name: "address", Label: f.T("cases.address"), Hint: f.T("cases.address-hint"), Optional: true, MaxLength: MaxAddress}},
			{Field: web.Field{Name: "point", Label: f.T("cases.point"), Hint: f.T("cases.point-hint"), Optional: true, Width: "medium"}},
		},
		Act: func(a *web.Answers) (string, string, error) {
			d.Where = whereOf(a)
			if a.Bad() {
				return "", "", nil
			}
			return f.kept(token, "where", d)
		},
	})
}

func pointText(w Where) string {
	return strconv.FormatFloat(w.Lat, 'f', 6, 64) + ", " + strconv.FormatFloat(w.Lon, 'f', 6, 64)
}

// whereOf reads a place: fields district, address and point.
func whereOf(a *web.Answers) (w Where) {
	w.District, w.Address = a.Text("district"), tidy(a.Words("address"))
	a.Need(w.District == "" || slices.Contains(Districts(), w.District), "district", "cases.wrong.district")
	a.Need(size(w.Address) <= MaxAddress, "address", "cases.wrong.address")
	if typed := a.Text("point"); typed != "" {
		north, east, _ := strings.Cut(strings.ReplaceAll(typed, "，", ","), ",")
		var err1, err2 error
		w.Lat, err1 = strconv.ParseFloat(strings.TrimSpace(north), 64)
		w.Lon, err2 = strconv.ParseFloat(strings.TrimSpace(east), 64)
		a.Need(err1 == nil && err2 == nil && inHongKong(w.Lat, w.Lon), "point", "cases.wrong.where")
	}
	return w
}

func (f face) askAnswer(token string, d writing) error {
	given := web.Given("name", d.Contact.Name, "phone", d.Contact.Phone, "mail", d.Contact.Mail)
	if d.Anonymous {
		given.Set("anonymous", "yes")
	}
	return f.Ask(web.Questions{
		Title: f.T("cases.write.answer"), Lead: f.T("cases.write.answer-lead"), Submit: f.T("cases.write.next"), Back: f.back(token, "answer"), Given: given,
		Asked: append(f.contactFields(), web.Question{
			As: web.AsTick, Field: web.Field{Name: "anonymous", Label: f.T("cases.write.anonymous"), Optional: true},
			Choices: []web.Choice{{Value: "yes", Label: f.T("cases.write.anonymous-yes"), Hint: f.T("cases.write.anonymous-hint")}},
		}),
		Act: func(a *web.Answers) (string, string, error) {
			d.Contact, d.Anonymous, d.Answered = contactOf(a), a.Ticked("anonymous", "yes"), true
			if a.Bad() {
				return "", "", nil
			}
			return f.kept(token, "answer", d)
		},
	})
}

func (f face) contactFields() []web.Question {
	return []web.Question{
		{Field: web.Field{Name: "name", Label: f.T("cases.contact.name"), Optional: true, Autocomplete: "name", MaxLength: maxName}},
		{Field: web.Field{Name: "mail", Label: f.T("cases.contact.mail"), Optional: true, Kind: "email", Autocomplete: "email", MaxLength: 254}},
		{Field: web.Field{Name: "phone", Label: f.T("cases.contact.phone"), Optional: true, Kind: "tel", Autocomplete: "tel", Width: "medium", MaxLength: 20}},
	}
}

func contactOf(a *web.Answers) Contact {
	c := Contact{Name: a.Words("name"), Phone: a.Text("phone"), Mail: a.Text("mail"), Address: a.Words("postal")}.tidied()
	c.check(func(ok bool, field, key string) { a.Need(ok, field, "cases.wrong."+key) })
	return c
}
