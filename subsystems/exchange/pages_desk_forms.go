package exchange

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// ask is a question of the desk, by the name of its words: exchange.field.<name>, and a hint when
// there is one.
func (d desk) ask(as web.Asked, name string, choices ...web.Choice) web.Question {
	q := web.Question{As: as, Field: web.Field{Name: name, Label: d.T("exchange.field." + name)}, Choices: choices}
	if hint := "exchange.hint." + name; d.Has(hint) {
		q.Hint = d.T(hint)
	}
	return q
}

func (d desk) optional(as web.Asked, name string, choices ...web.Choice) web.Question {
	q := d.ask(as, name, choices...)
	q.Optional = true
	return q
}

// three asks for a text in three languages; Simplified may stay empty.
func (d desk) three(prefix string, as web.Asked, optional bool) (out []web.Question) {
	for _, l := range lang.All() {
		q := d.ask(as, prefix+string(l))
		q.Lang, q.Optional = l, optional || l == lang.SC
		out = append(out, q)
	}
	return out
}

// choices offers codes by words that begin with a key.
func (d desk) choices(key string, codes ...string) (out []web.Choice) {
	for _, c := range codes {
		out = append(out, web.Choice{Value: c, Label: d.T(key + c)})
	}
	return out
}

func (d desk) purposes() (out []web.Choice) {
	for _, p := range Purposes() {
		out = append(out, web.Choice{Value: p.Code, Label: p.Label.In(d.Lang())})
	}
	return out
}

func (s *Service) addKeyForm(v *web.Visit) error {
	d, err := s.desk(v, "keys")
	if err != nil {
		return err
	}
	pemText := d.ask(web.AsLines, "pem")
	pemText.Autocomplete = "off"
	return v.Ask(web.Questions{
		Title: v.T("exchange.key.add"), Lead: v.T("exchange.key.add-lead"), Submit: v.T("exchange.key.add-submit"), Back: d.path("/keys"),
		Asked: []web.Question{
			d.ask(web.AsText, "id"), d.ask(web.AsRadios, "use", d.choices("exchange.key.", string(Signing), string(Encrypting))...), pemText,
			d.optional(web.AsDay, "from"), d.optional(web.AsDay, "until"),
		},
		Given: web.Given("use", string(Signing), "id", d.Party.Code+"/"),
		Act: func(a *web.Answers) (string, string, error) {
			k := PartyKey{ID: a.Text("id"), Party: d.Party.Code, Use: KeyUse(a.Text("use")), From: v.Now()}
			if block, _ := pem.Decode([]byte(a.Words("pem"))); a.Need(block != nil, "pem", "exchange.fault.key") {
				k.Public = block.Bytes
				_, err := k.key()
				a.Need(err == nil, "pem", "exchange.fault.key")
			}
			if day := a.Day("from", "exchange.fault.day"); !day.IsZero() {
				k.From = startOf(day)
			}
			if day := a.Day("until", "exchange.fault.day"); !day.IsZero() {
				k.Until = endOf(day)
				a.Need(k.From.Before(k.Until), "until", "exchange.fault.day-order")
			}
			if a.Bad() {
				return "", "", nil
			}
			return d.path("/keys"), v.T("exchange.key.added"), s.AddKey(v.Context(), k)
		},
	})
}

// startOf is the instant at which a day of Hong Kong begins.
func startOf(d when.Day) when.Instant { return endOf(d.Add(-1)) }

func (s *Service) endKeyForm(v *web.Visit) error {
	d, err := s.desk(v, "keys")
	if err != nil {
		return err
	}
	k, ok := d.reg.keys[v.Query.Get("key")]
	if !ok || k.Party != d.Party.Code {
		return fault.New(fault.NotFound, "exchange.fault.no-key")
	}
	return v.Ask(web.Questions{
		Title: v.T("exchange.key.end", "key", k.ID), Lead: v.T("exchange.key.end-lead"), Submit: v.T("exchange.key.end-submit"), Back: d.path("/keys"), Danger: true,
		Asked: []web.Question{d.ask(web.AsRadios, "how", d.choices("exchange.key.how-", "day", "now")...), d.optional(web.AsDay, "until")},
		Given: web.Given("how", "day"),
		Act: func(a *web.Answers) (string, string, error) {
			revoke := a.Text("how") == "now"
			day := a.Day("until", "exchange.fault.day")
			a.Need(revoke || !day.IsZero(), "until", "exchange.fault.day")
			if a.Bad() {
				return "", "", nil
			}
			var until when.Instant
			if !day.IsZero() {
				until = endOf(day)
			}
			return d.path("/keys"), v.T("exchange.key.end-done"), s.EndKey(v.Context(), k.ID, until, revoke)
		},
	})
}

func (s *Service) newServiceForm(v *web.Visit) error {
	d, err := s.desk(v, "services")
	if err != nil {
		return err
	}
	given := web.Given("code", d.Party.Code+".", "subject", string(ByDocument), "content", string(JSONFields), "surplus", string(Refuse), "patience", "5", "state", string(Draft))
	given["methods"] = []string{"GET"}
	return s.serviceForm(v, d, DataService{Provider: d.Party.Code}, given)
}

func (s *Service) editServiceForm(v *web.Visit) error {
	d, err := s.desk(v, "services")
	if err != nil {
		return err
	}
	x, ok := d.reg.services[v.Query.Get("service")]
	if !ok || x.Provider != d.Party.Code {
		return fault.New(fault.NotFound, "exchange.fault.no-service")
	}
	given := web.Given(
		"code", x.Code, "base", x.Base, "fields", fieldLines(x.Fields), "subject", string(x.Subject), "content", string(x.Content),
		"surplus", string(x.Surplus), "patience", strconv.FormatFloat(x.Patience.Seconds(), 'f', -1, 64), "openapi", string(x.OpenAPI), "state", string(x.State),
		"version", strconv.FormatInt(x.Version, 10),
	)
	given["methods"], given["purposes"] = x.Methods, x.Purposes
	web.GiveThree(given, "title", x.Title)
	web.GiveThree(given, "about", x.About)
	web.GiveThree(given, "level", x.Level)
	return s.serviceForm(v, d, x.DataService, given)
}

// fieldLines writes fields one to a line, as they are typed: name | 中文 | English | 简体 | class.
func fieldLines(all []Field) string {
	lines := make([]string, len(all))
	for i, f := range all {
		lines[i] = strings.Join([]string{f.Name, f.Label.TC, f.Label.EN, f.Label.SC, string(f.Class)}, " | ")
	}
	return strings.Join(lines, "\n")
}

// readFieldLines reads them; the class may be left out for ordinary data.
func readFieldLines(text string) (out []Field, ok bool) {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		parts := strings.Split(strings.ReplaceAll(line, "｜", "|"), "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if len(parts) < 3 || len(parts) > 5 {
			return nil, false
		}
		parts = append(parts, "", "")[:5]
		if parts[4] == "" {
			parts[4] = string(Ordinary)
		}
		out = append(out, Field{Name: parts[0], Label: lang.Text{TC: parts[1], EN: parts[2], SC: parts[3]}, Class: Class(parts[4])})
	}
	return out, len(out) > 0
}

func (d desk) serviceQuestions(states []string) []web.Question {
	purposes := d.optional(web.AsTick, "purposes", d.purposes()...)
	openapi := d.ask(web.AsLines, "openapi")
	openapi.Autocomplete = "off"
	patience := d.ask(web.AsText, "patience")
	patience.Width, patience.Inputmode = "short", "decimal"
	return slices.Concat(
		[]web.Question{d.ask(web.AsText, "code")}, d.three("title", web.AsText, false), d.three("about", web.AsLines, true),
		[]web.Question{
			d.ask(web.AsText, "base"), d.ask(web.AsLines, "fields"), purposes,
			d.ask(web.AsRadios, "subject", d.choices("exchange.subject.", string(ByDocument), string(ByPseudonym))...),
			d.ask(web.AsRadios, "content", d.choices("exchange.content.", string(JSONFields), string(Opaque), string(Encrypted))...),
			d.ask(web.AsRadios, "surplus", d.choices("exchange.surplus.", string(Refuse), string(Filter))...),
			d.ask(web.AsTick, "methods", methodChoices()...), patience,
		},
		d.three("level", web.AsText, true),
		[]web.Question{openapi, d.ask(web.AsRadios, "state", d.choices("exchange.service.", states...)...), web.Remember("version")},
	)
}

func methodChoices() (out []web.Choice) {
	for _, m := range methods {
		out = append(out, web.Choice{Value: m, Label: m})
	}
	return out
}

func (s *Service) serviceForm(v *web.Visit, d desk, was DataService, given url.Values) error {
	states := []string{string(Draft)}
	if d.Steward {
		states = append(states, string(Open), string(Suspended), string(Ended))
	} else if was.State != "" && was.State != Draft {
		return fault.New(fault.Forbidden, "exchange.fault.steward")
	}
	return v.Ask(web.Questions{
		Title: v.T("exchange.service.form"), Lead: v.T("exchange.service.form-lead"), Submit: v.T("exchange.service.save"), Back: d.path("/services"),
		Asked: d.serviceQuestions(states), Given: given,
		Act: func(a *web.Answers) (string, string, error) {
			x := askedService(a, d.Party.Code, was)
			if a.Bad() {
				return "", "", nil
			}
			return d.path("/services"), v.T("exchange.service.saved"), beside("openapi", s.PutService(v.Context(), x))
		},
	})
}

// beside lets a fault that names no field stand beside one: then the form comes back.
func beside(field string, err error) error {
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid && len(f.Fields) == 0 {
		f.Fields = []fault.Field{{Name: field, Key: f.Key}}
	}
	return err
}

// askedService reads the form of a service.
func askedService(a *web.Answers, provider string, was DataService) DataService {
	seconds, err := strconv.ParseFloat(a.Text("patience"), 64)
	a.Need(err == nil && seconds > 0 && seconds <= maxPatience.Seconds(), "patience", "exchange.fault.patience")
	fields, ok := readFieldLines(a.Words("fields"))
	a.Need(ok, "fields", "exchange.fault.fields")
	code := a.Text("code")
	a.Need(was.Code == "" || code == was.Code, "code", "exchange.fault.code-fixed")
	version, _ := strconv.ParseInt(a.Text("version"), 10, 64) // one that is no number is no version: a Conflict
	return DataService{
		Code: code, Provider: provider, Title: a.Three("title"), About: a.Three("about"), Base: a.Text("base"), OpenAPI: json.RawMessage(a.Words("openapi")),
		Fields: fields, Purposes: a.Values["purposes"], Subject: SubjectKind(a.Text("subject")), Surplus: Surplus(a.Text("surplus")),
		Content: Content(a.Text("content")), Methods: a.Values["methods"], Patience: time.Duration(seconds * float64(time.Second)),
		Level: a.Three("level"), State: State(a.Text("state")), Version: version,
	}
}

func (s *Service) askRightForm(v *web.Visit) error {
	d, err := s.desk(v, "rights")
	if err != nil {
		return err
	}
	x, ok := d.reg.services[v.Query.Get("service")]
	if !ok || x.State != Open {
		return fault.New(fault.NotFound, "exchange.fault.no-service")
	}
	fields := d.ask(web.AsTick, "fields")
	for _, f := range x.Fields {
		fields.Choices = append(fields.Choices, web.Choice{Value: f.Name, Label: f.Label.In(v.Lang()), Hint: v.T("exchange.class." + string(f.Class))})
	}
	fields.Hint = ""
	purposes := slices.DeleteFunc(d.purposes(), func(c web.Choice) bool { return len(x.Purposes) > 0 && !slices.Contains(x.Purposes, c.Value) })
	delay := d.optional(web.AsText, "delay")
	delay.Width, delay.Inputmode = "short", "numeric"
	return v.Ask(web.Questions{
		Title: v.T("exchange.right.ask", "service", x.Title.In(v.Lang())), Lead: v.T("exchange.right.ask-lead", "provider", d.name(x.Provider)), Submit: v.T("exchange.right.ask-submit"), Back: d.path("/rights"),
		Asked: slices.Concat(
			[]web.Question{fields, d.ask(web.AsSelect, "purpose", purposes...), d.ask(web.AsLines, "why"), d.ask(web.AsRadios, "basis", d.choices("exchange.basis.", string(OnConsent), string(ByLaw))...)},
			d.three("law", web.AsText, true), []web.Question{delay, d.optional(web.AsDay, "until")},
		),
		Given: web.Given("basis", string(OnConsent)),
		Act: func(a *web.Answers) (string, string, error) {
			r := Right{
				Service: x.Code, Consumer: d.Party.Code, Fields: a.Values["fields"], Purpose: a.Text("purpose"), Why: strings.TrimSpace(a.Words("why")),
				Basis: Basis(a.Text("basis")), Until: a.Day("until", "exchange.fault.day"),
			}
			if r.Basis == ByLaw {
				r.Law = a.Three("law")
				if text := a.Text("delay"); text != "" {
					r.Delay, err = strconv.Atoi(text)
					a.Need(err == nil, "delay", "exchange.fault.delay")
				}
			}
			a.Need(len(r.Fields) > 0, "fields", "exchange.fault.right-fields")
			a.Need(r.Basis != ByLaw || r.Law.TC != "" && r.Law.EN != "", "lawtc", "exchange.fault.law")
			if a.Bad() {
				return "", "", nil
			}
			_, err := s.AskRight(v.Context(), r)
			return d.path("/rights"), v.T("exchange.right.asked-done"), err
		},
	})
}

// deskRight is a right to the party's own data.
func (s *Service) deskRight(v *web.Visit) (d desk, r Right, err error) {
	if d, err = s.desk(v, "rights"); err != nil {
		return d, r, err
	}
	r, ok := d.reg.rights[RightID(v.Query.Get("right"))]
	if !ok || d.provider(r.Service) != d.Party.Code {
		return d, r, fault.New(fault.NotFound, "exchange.fault.no-right")
	}
	return d, r, s.may(v.Context(), "exchange.steward", d.Party)
}

func (d desk) rightEntries(r Right) []web.Entry {
	out := []web.Entry{
		{Label: d.T("exchange.ask.to"), Value: d.name(r.Consumer)},
		{Label: d.T("exchange.ask.service"), Value: d.service(r.Service)},
		{Label: d.T("exchange.me.fields"), Value: d.fields(r.Service, r.Fields)},
		{Label: d.T("exchange.ask.purpose"), Value: d.purpose(r.Purpose)},
		{Label: d.T("exchange.field.why"), Value: r.Why},
		{Label: d.T("exchange.access.basis"), Value: d.T("exchange.basis." + string(r.Basis))},
	}
	if r.Basis == ByLaw {
		law, l := d.law(r.ID)
		out = append(
			out, web.Entry{Label: d.T("exchange.right.law"), Value: law, Lang: l},
			web.Entry{Label: d.T("exchange.field.delay"), Value: d.Number(int64(r.Delay))},
		)
	}
	tested := d.T("exchange.right.untested")
	if r.Tested > 0 {
		tested = d.T("exchange.right.tested", "calls", d.Number(r.Tested))
	}
	out = append(out, web.Entry{Label: d.T("exchange.right.test"), Value: tested}, web.Entry{Label: d.T("exchange.me.state"), Body: rightTag(d.View, r)})
	for _, said := range r.Said {
		out = append(out, web.Entry{Label: d.T("exchange.right." + string(said.Did)), Value: d.Date(said.At.Day())})
		if said.Why != "" {
			out = append(out, web.Entry{Label: d.T("exchange.right.because"), Value: said.Why})
		}
	}
	return out
}

func (s *Service) decideRightForm(v *web.Visit) error {
	d, r, err := s.deskRight(v)
	if err != nil {
		return err
	}
	q := web.Questions{
		Title: v.T("exchange.right.decide"), Submit: v.T("exchange.right.decide-submit"), Back: d.path("/rights"), Above: web.SummaryList(v.View, d.rightEntries(r)),
		Asked: []web.Question{
			d.ask(web.AsRadios, "decision", d.choices("exchange.right.", "agree", "refuse")...), d.optional(web.AsLines, "reason"),
		},
		Act: func(a *web.Answers) (string, string, error) {
			decision, reason := a.Text("decision"), strings.TrimSpace(a.Words("reason"))
			a.Need(decision == "agree" || decision == "refuse", "decision", "exchange.fault.decision")
			a.Need(decision != "refuse" || reason != "", "reason", "exchange.fault.reason")
			if a.Bad() {
				return "", "", nil
			}
			err := s.DecideRight(v.Context(), r.ID, decision == "agree", reason)
			if fault.Is(err, fault.Forbidden) { // shown beside the answer, and not as a page of its own
				a.Wrong("decision", "exchange.fault.four-eyes")
				return "", "", nil
			}
			return d.path("/rights"), v.T("exchange.right.decided"), err
		},
	}
	if r.Basis == ByLaw {
		q.Lead = v.T("exchange.right.four-eyes")
	}
	return v.Ask(q)
}

func (s *Service) revokeRightForm(v *web.Visit) error {
	d, r, err := s.deskRight(v)
	if err != nil {
		return err
	}
	return v.Ask(web.Questions{
		Title: v.T("exchange.right.revoke"), Lead: v.T("exchange.right.revoke-lead"), Submit: v.T("exchange.right.revoke-submit"), Back: d.path("/rights"), Danger: true,
		Above: web.SummaryList(v.View, d.rightEntries(r)), Asked: []web.Question{d.ask(web.AsLines, "reason")},
		Act: func(a *web.Answers) (string, string, error) {
			reason := strings.TrimSpace(a.Words("reason"))
			if !a.Need(reason != "", "reason", "exchange.fault.reason") {
				return "", "", nil
			}
			return d.path("/rights"), v.T("exchange.right.revoked-done"), s.RevokeRight(v.Context(), r.ID, reason)
		},
	})
}

func (s *Service) answerForm(v *web.Visit) error {
	d, err := s.desk(v, "reports")
	if err != nil {
		return err
	}
	r, err := s.reportOn(v.Context(), ReportID(v.Query.Get("report")))
	if err == nil && r.Consumer != d.Party.Code {
		err = fault.New(fault.NotFound, "exchange.fault.no-report")
	}
	if err != nil {
		return err
	}
	known := []web.Entry{{Label: v.T("exchange.report.sent"), Value: v.Instant(r.At)}, {Label: v.T("exchange.report.text"), Value: r.Text}}
	if r.Access != "" {
		known = append(known, web.Entry{Label: v.T("exchange.access.number"), Body: code(string(r.Access))})
	}
	if r.Consent != "" {
		known = append(known, web.Entry{Label: v.T("exchange.deletion.consent"), Body: code(string(r.Consent))})
	}
	return v.Ask(web.Questions{
		Title: v.T("exchange.report.answering"), Lead: v.T("exchange.report.answering-lead"), Submit: v.T("exchange.report.send"), Back: d.path("/reports"),
		Above: web.SummaryList(v.View, known), Asked: []web.Question{d.ask(web.AsLines, "answer")},
		Act: func(a *web.Answers) (string, string, error) {
			return d.path("/reports"), v.T("exchange.report.answer-done"), s.AnswerReport(v.Context(), r.ID, strings.TrimSpace(a.Words("answer")))
		},
	})
}
