package directory

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// asked is how a question is asked.
type asked int

const (
	asText asked = iota
	asDay
	asChoose
	asTick
)

// question is a question of a form, by the name of its column in the sheet.
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
	Warnings                  []string
	Danger                    bool
	Questions                 []question
	Given                     url.Values // what stands in the fields at first
	// Act does it, and gives the next page and what to say there.
	Act func(given *answers) (next, notice string, err error)
}

// formView is a form as it is shown.
type formView struct {
	web.Form
	Questions []question
	Errors    []web.FieldError
	Warnings  []string
}

// answer shows a form, or does what it asks for. Answers that are wrong come back with what
// to do about them.
func (s *Service) answer(v *web.Visit, f form) error {
	if v.R.Method != http.MethodPost {
		return f.show(v, http.StatusOK, f.Given, nil)
	}
	given, err := v.Form()
	if err != nil {
		return err
	}
	var next, notice string
	err = v.SubmitOnce(given, func() (err error) {
		a := &answers{given: given}
		next, notice, err = f.Act(a)
		if a.bad() {
			return a.err()
		}
		return err
	})
	var bad *fault.Fault
	if errors.As(err, &bad) && bad.Kind == fault.Invalid && len(bad.Fields) > 0 {
		return f.show(v, http.StatusUnprocessableEntity, given, bad)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(next, web.Notice{Text: notice})
}

func (f form) show(v *web.Visit, status int, given url.Values, bad *fault.Fault) error {
	d := formView{Form: web.Form{
		Action: v.Path + querySuffix(v), Submit: f.Submit, Cancel: f.Back, Hidden: [][2]string{v.Once()}, Danger: f.Danger,
	}, Warnings: f.Warnings}
	wrong := map[string]string{}
	if bad != nil {
		for _, field := range bad.Fields {
			said, err := v.Lookup(field.Key)
			if err != nil {
				return err
			}
			if wrong[field.Name] == "" {
				wrong[field.Name] = said
			}
			d.Errors = append(d.Errors, web.FieldError{Name: f.nearest(field.Name), Text: said})
		}
	}
	for _, q := range f.Questions {
		d.Questions = append(d.Questions, q.with(given, wrong[q.Name]))
	}
	return v.RenderStatus(status, web.Page{
		Title: f.Title, Lead: f.Lead, Back: f.Back, Failed: bad != nil, Secret: true,
	}, formPage(v.View, d))
}

func querySuffix(v *web.Visit) string {
	if len(v.Query) == 0 {
		return ""
	}
	return "?" + v.Query.Encode()
}

// nearest is the question to which an error's link leads: its own, else the first.
func (f form) nearest(name string) string {
	for _, q := range f.Questions {
		if q.Name == name {
			return name
		}
	}
	if len(f.Questions) > 0 {
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
	given url.Values
	wrongs
}

func (a *answers) text(name string) string { return web.HalfWidth(a.given.Get(name)) }

// words is an answer whose full-width signs are meant so.
func (a *answers) words(name string) string { return trim(a.given.Get(name)) }

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

func ask(v *web.Visit, as asked, name string, optional bool) question {
	q := question{as: as, Field: web.Field{Name: name, Label: v.T("directory.field." + name), Optional: optional, MaxLength: longestName}}
	if hint := "directory.hint." + name; v.Has(hint) {
		q.Hint = v.T(hint)
	}
	return q
}

func askIn(v *web.Visit, name string, l lang.Lang, optional bool) question {
	q := ask(v, asText, name, optional)
	q.Lang = l
	return q
}

func askThree(v *web.Visit, prefix string, optional bool) []question {
	return []question{
		askIn(v, prefix+"tc", lang.TC, optional), askIn(v, prefix+"en", lang.EN, optional), askIn(v, prefix+"sc", lang.SC, optional),
	}
}

// askPeriod asks for both days; the first may be unknown for a department only.
func askPeriod(v *web.Visit, fromOptional bool) []question {
	return []question{ask(v, asDay, "from", fromOptional), ask(v, asDay, "to", true)}
}

func askYes(v *web.Visit, name string) question {
	q := ask(v, asTick, name, true)
	q.Choices = []web.Choice{{Value: "yes", Label: v.T("directory.yes." + name)}}
	return q
}

func (s *Service) askDepartment(v *web.Visit, name string, optional bool) (question, error) {
	q := ask(v, asChoose, name, optional)
	all, err := s.Departments(v.Context())
	if optional {
		q.Choices = append(q.Choices, web.Choice{Label: v.T("directory.none.parent")})
	}
	for _, d := range all {
		q.Choices = append(q.Choices, web.Choice{Value: d.Code, Label: d.Code + " " + d.Label(v.Lang())})
	}
	return q, err
}
