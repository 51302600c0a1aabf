package governance

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// asked is how a question is asked.
type asked int

const (
	asText asked = iota
	asArea
	asDay
	asSelect
	asRadios
	asTick
)

// question is a question of a form.
type question struct {
	as asked
	web.Field
	Choices []web.Choice
	Date    web.DateInput
}

// form is a page that asks, and what is done with the answers. The handler of the same path
// shows it and takes it.
type form struct {
	Title, Lead, Submit, Back string
	Known                     []web.Entry // what stands already
	Danger                    bool
	Questions                 []question
	Given                     url.Values // what stands in the fields at first
	Version                   int64      // of what is changed
	// Act does it, and gives the next page and what to say there.
	Act func(a *answers) (next, notice string, err error)
}

// formView is a form as it is shown.
type formView struct {
	web.Form
	Known     []web.Entry
	Questions []question
	Errors    []web.FieldError
}

// answer shows a form, or does what it asks for. Answers that are wrong come back with what
// to do about them.
func (s *Service) answer(v *web.Visit, f form) error {
	if f.Given == nil {
		f.Given = url.Values{}
	}
	if v.R.Method != http.MethodPost {
		return f.show(v, http.StatusOK, f.Given, f.Version, nil)
	}
	given, err := v.Form()
	if err != nil {
		return err
	}
	a := &answers{given: given}
	a.Version, _ = strconv.ParseInt(given.Get("version"), 10, 64) // one that is no number is no version: a Conflict
	var next, notice string
	err = v.SubmitOnce(given, func() (err error) {
		next, notice, err = f.Act(a)
		if a.bad() {
			return a.err()
		}
		return err
	})
	var bad *fault.Fault
	if errors.As(err, &bad) && bad.Kind == fault.Invalid && len(bad.Fields) > 0 {
		return f.show(v, http.StatusUnprocessableEntity, given, a.Version, bad)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(next, web.Notice{Text: notice})
}

func (f form) show(v *web.Visit, status int, given url.Values, version int64, bad *fault.Fault) error {
	d := formView{Known: f.Known, Form: web.Form{
		Action: v.Path, Submit: f.Submit, Cancel: f.Back, Danger: f.Danger,
		Hidden: [][2]string{v.Once(), {"version", strconv.FormatInt(version, 10)}},
	}}
	wrong := map[string]string{}
	if bad != nil {
		for _, field := range bad.Fields {
			said, err := v.Lookup(field.Key)
			if err != nil {
				return err
			}
			at := f.nearest(field.Name)
			if wrong[at] == "" {
				wrong[at] = said
			}
			d.Errors = append(d.Errors, web.FieldError{Name: at, Text: said})
		}
		slices.SortStableFunc(d.Errors, func(a, b web.FieldError) int { return f.place(a.Name) - f.place(b.Name) })
	}
	for _, q := range f.Questions {
		d.Questions = append(d.Questions, q.with(given, wrong[q.Name]))
	}
	return v.RenderStatus(status, web.Page{
		Title: f.Title, Lead: f.Lead, Back: f.Back, Failed: bad != nil, Secret: true,
	}, formPage(v.View, d))
}

func (f form) place(name string) int {
	return slices.IndexFunc(f.Questions, func(q question) bool { return q.Name == name })
}

// nearest is the question to which an error leads: its own, else the first.
func (f form) nearest(name string) string {
	if f.place(name) < 0 && len(f.Questions) > 0 {
		return f.Questions[0].Name
	}
	return name
}

// with is the question with what was answered, and what is wrong with that.
func (q question) with(given url.Values, wrong string) question {
	q.Error = wrong
	q.Value = given.Get(q.Name)
	if q.as == asDay {
		q.Date = web.DateOf(given, q.Field)
	}
	chosen := make([]web.Choice, len(q.Choices))
	for i, c := range q.Choices {
		c.Chosen = c.Value == q.Value
		chosen[i] = c
	}
	q.Choices = chosen
	return q
}

// answers reads a posted form, and collects what is wrong with it.
type answers struct {
	given   url.Values
	Version int64
	wrongs
}

// plain is an answer in half-width signs: codes and numbers.
func (a *answers) plain(name string) string { return web.HalfWidth(a.given.Get(name)) }

// words is an answer whose full-width signs are meant so. Browsers send lines with \r\n.
func (a *answers) words(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(a.given.Get(name), "\r\n", "\n"))
}

func (a *answers) three(prefix string) lang.Text {
	return lang.Text{TC: a.words(prefix + "tc"), EN: a.words(prefix + "en"), SC: a.words(prefix + "sc")}
}

func (a *answers) day(name string) when.Day {
	input := web.DateOf(a.given, web.Field{Name: name})
	if input.Year+input.Month+input.Date == "" {
		return when.Day{}
	}
	d, err := input.Day()
	a.need(err == nil, name, "day-form")
	return d
}

func (a *answers) period() Period { return Period{From: a.day("from"), To: a.day("to")} }

func (a *answers) figure(name string) Figure {
	f, err := ParseFigure(a.plain(name))
	a.need(err == nil, name, "amount")
	return f
}

func (a *answers) whole(name string) int64 {
	n, err := strconv.ParseInt(a.plain(name), 10, 64)
	a.need(err == nil, name, "minutes")
	return n
}

func (a *answers) yes(name string) bool { return a.given.Get(name) == "yes" }

// put sets the fields of a form at first: pairs of a name and a value.
func put(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

func putDay(in url.Values, name string, d when.Day) {
	if !d.IsZero() {
		in.Set(name+"-year", strconv.Itoa(d.Year))
		in.Set(name+"-month", strconv.Itoa(int(d.Month)))
		in.Set(name+"-day", strconv.Itoa(d.Date))
	}
}

func putThree(in url.Values, prefix string, t lang.Text) {
	in.Set(prefix+"tc", t.TC)
	in.Set(prefix+"en", t.EN)
	in.Set(prefix+"sc", t.SC)
}

// ask asks one question; its words stand under governance.field, and a hint under
// governance.hint where there is one.
func ask(v *web.Visit, as asked, name string, optional bool) question {
	q := question{as: as, Field: web.Field{Name: name, Label: v.T("governance.field." + name), Optional: optional, MaxLength: longestLine}}
	if as == asArea {
		q.MaxLength = longestText
	}
	if hint := "governance.hint." + name; v.Has(hint) {
		q.Hint = v.T(hint)
	}
	return q
}

// askFigure asks for a number.
func askFigure(v *web.Visit, name string, optional bool) question {
	q := ask(v, asText, name, optional)
	q.Inputmode, q.Width, q.MaxLength = "decimal", "short", 20
	return q
}

// askThree asks for a text in three languages; at least one is needed.
func askThree(v *web.Visit, as asked, prefix string) []question {
	var out []question
	for _, l := range lang.All() {
		q := ask(v, as, prefix+string(l), true)
		q.Lang = l
		out = append(out, q)
	}
	return out
}

func askOne(v *web.Visit, as asked, name string, choices []web.Choice) question {
	q := ask(v, as, name, false)
	if as == asSelect {
		choices = append([]web.Choice{{Label: v.T("governance.choose")}}, choices...)
	}
	q.Choices = choices
	return q
}

func askYes(v *web.Visit, name string) question {
	return askOne(v, asRadios, name, []web.Choice{
		{Value: "yes", Label: v.T("governance.answer.yes")}, {Value: "no", Label: v.T("governance.answer.no")},
	})
}

// askDepartment offers the departments that exist today and for which the actor may do this.
func (s *Service) askDepartment(v *web.Visit, name, action string) (question, error) {
	q := ask(v, asSelect, name, action == "")
	all, err := s.Departments.All(v.Context())
	q.Choices = []web.Choice{{Label: v.T("governance.choose")}}
	if action == "" {
		q.Choices[0].Label = v.T("governance.levels.everybody")
	}
	for _, d := range all {
		if d.On(v.Now().Day()) && (action == "" || s.can(v.Context(), action, d.Code)) {
			q.Choices = append(q.Choices, web.Choice{Value: d.Code, Label: d.Code + " " + d.Name.In(v.Lang())})
		}
	}
	return q, err
}

func why(v *web.Visit, optional bool) question { return ask(v, asArea, "why", optional) }
