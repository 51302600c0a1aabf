package services

import (
	"regexp"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/forms"
	"praya/subsystems/services/licences"
)

// State is whether a public service may be applied for.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed" // shown, with a word that it takes no applications now
	Hidden State = "hidden" // being prepared
)

// PublicService is what a department offers, as service.json says it.
type PublicService struct {
	Code       string      `json:"code"`
	Department string      `json:"department"` // code of the directory
	Title      lang.Text   `json:"title"`
	About      lang.Text   `json:"about"`
	Audience   lang.Text   `json:"audience"` // for whom
	Needed     []lang.Text `json:"needed,omitempty"`
	Fee        lang.Text   `json:"fee"`
	Days       int         `json:"days"` // working days promised; 0: at once
	Law        []Source    `json:"law,omitempty"`
	Appeal     lang.Text   `json:"appeal,omitzero"`
	Channels   []Channel   `json:"channels"`
	Events     []string    `json:"events"` // life and business events, see [LifeEvents]
	Keywords   []string    `json:"keywords,omitempty"`
	Regions    []string    `json:"regions,omitempty"` // where kiosks may offer it; nil: in Hong Kong only
	Checked    when.Day    `json:"checked"`           // when the department last read all this

	Declaration   lang.Text           `json:"declaration"`
	CoApplicants  int                 `json:"co_applicants,omitempty"` // at most
	Level         string              `json:"level,omitempty"`         // of assurance that the applicant needs
	Wishes        []Wish              `json:"exchange,omitempty"`
	Facts         map[string]string   `json:"facts,omitempty"`   // what the process may know: name → CEL over answers
	Reasons       map[string][]Reason `json:"reasons,omitempty"` // by outcome
	Letters       map[string]Letter   `json:"letters,omitempty"`
	Licence       *licences.Kind      `json:"licence,omitempty"`
	LicenceValues map[string]string   `json:"licence_values,omitempty"` // of its fields: name → CEL over answers
	Places        []booking.Place     `json:"places,omitempty"`
	Schedules     []booking.Schedule  `json:"schedules,omitempty"`
	Booking       string              `json:"booking,omitempty"` // service code of the schedules that its applicants book
	At            []string            `json:"at,omitempty"`      // form pointers of a decision that is complained about
}

// Channel is how a service is reached.
type Channel string

// The channels.
const (
	Online    Channel = "online"
	AtCounter Channel = "counter"
	AtKiosk   Channel = "kiosk"
)

// Source is a law or page that a service rests on.
type Source struct {
	Text    lang.Text `json:"text"`
	Address string    `json:"address,omitempty"`
}

// Wish is what a service would like to fetch from another department, by consent.
type Wish struct {
	Service  string   `json:"service"` // of the exchange
	Path     string   `json:"path"`
	Purpose  string   `json:"purpose"`
	Fields   []string `json:"fields"`
	KeepDays int      `json:"keep_days"`
	Required bool     `json:"required,omitempty"` // without it there is no application online
}

// Reason is an entry of a list of reasons.
type Reason struct {
	Code string    `json:"code"`
	Text lang.Text `json:"text"`
}

// Letter is a template; {name}, {reference}, {service}, {reason}, {note}, {number}, {until} and
// {day} are filled in.
type Letter struct {
	Title lang.Text `json:"title"`
	Text  lang.Text `json:"text"`
}

// LifeEvents are the occasions by which people look for services, in the order of the page.
func LifeEvents() []string {
	return []string{"living", "driving", "business", "family", "hardship", "leisure", "document", "complaint"}
}

var code = regexp.MustCompile(`^[a-z][a-z0-9-]{1,47}$`)

// check says what is wrong with what service.json says.
func (p PublicService) check() (out []Problem) {
	wrong := func(where, key string) { out = append(out, Problem{File: serviceFile, Where: where, Key: key}) }
	if !code.MatchString(p.Code) {
		wrong("code", "services.problem.code")
	}
	if p.Department == "" {
		wrong("department", "services.problem.department")
	}
	for name, t := range map[string]lang.Text{"title": p.Title, "about": p.About, "audience": p.Audience, "fee": p.Fee, "declaration": p.Declaration} {
		if !t.Complete() {
			wrong(name, "services.problem.languages")
		}
	}
	if p.Days < 0 || p.Days > 366 {
		wrong("days", "services.problem.days")
	}
	for _, c := range p.Channels {
		if !slices.Contains([]Channel{Online, AtCounter, AtKiosk}, c) {
			wrong("channels", "services.problem.channel")
		}
	}
	for _, e := range p.Events {
		if !slices.Contains(LifeEvents(), e) {
			wrong("events", "services.problem.event")
		}
	}
	if p.CoApplicants < 0 || p.CoApplicants > 10 {
		wrong("co_applicants", "services.problem.co-applicants")
	}
	for _, l := range p.Letters {
		if !l.Title.Complete() || !l.Text.Complete() {
			wrong("letters", "services.problem.languages")
		}
	}
	for _, list := range p.Reasons {
		for _, r := range list {
			if !r.Text.Complete() || r.Code == "" {
				wrong("reasons", "services.problem.languages")
			}
		}
	}
	for _, where := range p.foreign() {
		wrong(where, "services.problem.foreign")
	}
	for _, w := range p.Wishes {
		if w.Service == "" || len(w.Fields) == 0 || w.Purpose == "" {
			wrong("exchange", "services.problem.exchange")
		}
	}
	return out
}

// foreign names what a bundle would put in place for another department: whoever may publish for
// one department changes no licence, place or schedule of another one.
func (p PublicService) foreign() (out []string) {
	if p.Licence != nil && p.Licence.Department != p.Department {
		out = append(out, "licence")
	}
	own := map[string]bool{}
	for _, x := range p.Places {
		if own[x.Code] = x.Department == p.Department; !own[x.Code] {
			out = append(out, "places."+x.Code)
		}
	}
	for _, x := range p.Schedules {
		if !own[x.Place] {
			out = append(out, "schedules."+x.Place)
		}
	}
	return out
}

// Offer is a published version of a public service.
type Offer struct {
	PublicService
	Number  int64
	Process int64 // version of its process
	State   State
	At      when.Instant // when the version was published
	Version int64        // of the row of its state
	Form    *forms.Form

	facts, licenceValues rules // of this version, compiled once
}

// Reason finds a reason by its code.
func (p PublicService) Reason(outcome, code string) (Reason, bool) {
	for _, r := range p.Reasons[outcome] {
		if r.Code == code {
			return r, true
		}
	}
	return Reason{}, false
}

func noService() error { return fault.New(fault.NotFound, "services.fault.no-service") }

// published reads the present version of a service.
func (s *Service) published(tx *db.Tx, code string) (o Offer, err error) {
	number, state, version, err := findCurrent(tx, code)
	if fault.Is(err, fault.NotFound) {
		return o, noService()
	}
	if err != nil {
		return o, err
	}
	p, err := s.version(tx, code, number)
	if err != nil {
		return o, err
	}
	o = *p
	o.State, o.Version = state, version
	return o, nil
}

// version reads a version: one that is published never changes, so it is read once.
func (s *Service) version(tx *db.Tx, code string, number int64) (*Offer, error) {
	key := versionKey{tx.Realm(), code, number}
	if o, ok := s.versions.get(key); ok {
		return o, nil
	}
	o, form, err := findVersion(tx, code, number)
	if err != nil {
		return nil, err
	}
	if o.Form, err = forms.Read(form); err != nil {
		return nil, err
	}
	if o.facts, err = s.compile(o.Facts); err != nil {
		return nil, err
	}
	if o.licenceValues, err = s.compile(o.LicenceValues); err != nil {
		return nil, err
	}
	s.versions.put(key, &o)
	return &o, nil
}
