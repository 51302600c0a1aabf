package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/kernel/when"
)

// Asked is how a question is asked.
type Asked int

// The ways to ask.
const (
	AsText   Asked = iota // one line
	AsLines               // several lines
	AsDay                 // a civil day in three fields
	AsSelect              // one of many
	AsRadios              // one of a few
	AsTick                // any of a few
	AsHidden              // not asked: what the form remembers, such as a version
)

// Question is a field of a question page.
type Question struct {
	Field
	As      Asked
	Choices []Choice
	Date    DateInput // of AsDay; filled in when it is shown
}

// Questions is a page that asks, and what is done with the answers. The handler of one path
// shows it (GET) and takes it (POST).
type Questions struct {
	Title, Lead, Submit, Back string
	Crumbs                    []Crumb // instead of Back
	Warnings                  []string
	Danger                    bool
	Asked                     []Question
	Given                     url.Values      // what stands in the fields at first: see Given
	Above, Below              templ.Component // what the reader needs to see to answer; may be nil
	// Act does it, and gives the next page and what to say there. What it finds wrong with an
	// answer it says by Answers.Wrong, or returns a fault with fields; then the page comes back
	// with everything that was typed.
	Act func(a *Answers) (next, notice string, err error)
}

// Answers reads a posted question page, and collects what is wrong with it.
type Answers struct {
	Values url.Values
	found  *fault.Fault
}

// questionView is a question page as it is shown.
type questionView struct {
	Form
	Questions
	Errors []FieldError
}

// Ask shows a question page, or does what it asks for. Answers that are wrong come back with
// what to do about them; those that somebody else overtook come back too, so that nothing that
// was typed is lost.
func (v *Visit) Ask(q Questions) error {
	if v.R.Method != http.MethodPost {
		return v.showQuestions(http.StatusOK, q, q.Given, nil)
	}
	given, err := v.Form()
	if err != nil {
		return err
	}
	var next, notice string
	acted := false
	err = v.SubmitOnce(given, func() (err error) {
		a := &Answers{Values: given}
		acted = true
		next, notice, err = q.Act(a)
		if err == nil && a.Bad() {
			return a.found
		}
		return err
	})
	var bad *fault.Fault
	if errors.As(err, &bad) && bad.Kind == fault.Invalid && len(bad.Fields) > 0 {
		return v.showQuestions(http.StatusUnprocessableEntity, q, given, bad)
	}
	if bad != nil && bad.Kind == fault.Conflict && acted && len(q.Asked) > 0 {
		return v.showQuestions(http.StatusConflict, q, given, bad)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(next, Notice{Text: notice})
}

func (v *Visit) showQuestions(status int, q Questions, given url.Values, bad *fault.Fault) error {
	action := v.Path
	if len(v.Query) > 0 {
		action += "?" + v.Query.Encode()
	}
	d := questionView{Questions: q, Form: Form{
		Action: action, Submit: q.Submit, Cancel: q.Back, Hidden: [][2]string{v.Once()}, Danger: q.Danger,
	}}
	wrong := map[string]string{}
	if bad != nil {
		if status == http.StatusConflict {
			d.Errors = append(d.Errors, FieldError{Name: q.nearest(""), Text: v.say(bad.Key, bad.Args)})
		}
		for _, field := range bad.Fields {
			said, err := v.Lookup(field.Key, pairs(bad.Args)...)
			if err != nil {
				return err
			}
			if wrong[field.Name] == "" {
				wrong[field.Name] = said
			}
			d.Errors = append(d.Errors, FieldError{Name: q.nearest(field.Name), Text: said})
		}
	}
	d.Asked = make([]Question, len(q.Asked))
	for i, x := range q.Asked {
		d.Asked[i] = x.with(given, wrong[x.Name])
	}
	return v.RenderStatus(status, Page{
		Title: q.Title, Lead: q.Lead, Back: q.Back, Crumbs: q.Crumbs, Failed: bad != nil, Secret: true,
	}, questionPage(v.View, d))
}

// nearest is the question to which an error's link leads: its own, else the first.
func (q Questions) nearest(name string) string {
	for _, x := range q.Asked {
		if x.Name == name {
			return name
		}
	}
	if len(q.Asked) > 0 {
		return q.Asked[0].Name
	}
	return name
}

// with is the question with what was answered, and what is wrong with that.
func (q Question) with(given url.Values, wrong string) Question {
	q.Error, q.Value = wrong, given.Get(q.Name)
	if q.As == AsDay {
		q.Date = DateOf(given, q.Field)
	}
	chosen := make([]Choice, len(q.Choices))
	for i, c := range q.Choices {
		c.Chosen = false
		for _, said := range given[q.Name] {
			c.Chosen = c.Chosen || said == c.Value
		}
		chosen[i] = c
	}
	q.Choices = chosen
	return q
}

// Remember is a field that is not asked but comes back with the answers, such as the version of
// what the reader saw.
func Remember(name string) Question { return Question{As: AsHidden, Field: Field{Name: name}} }

// Given sets the fields of a question page at first: pairs of a name and a value.
func Given(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Add(pairs[i], pairs[i+1])
	}
	return out
}

// GiveDay sets the three fields of a day.
func GiveDay(in url.Values, name string, d when.Day) {
	if !d.IsZero() {
		in.Set(name+"-year", strconv.Itoa(d.Year))
		in.Set(name+"-month", strconv.Itoa(int(d.Month)))
		in.Set(name+"-day", strconv.Itoa(d.Date))
	}
}

// GiveThree sets the fields PREFIXtc, PREFIXen and PREFIXsc.
func GiveThree(in url.Values, prefix string, t lang.Text) {
	in.Set(prefix+"tc", t.TC)
	in.Set(prefix+"en", t.EN)
	in.Set(prefix+"sc", t.SC)
}

// Text is an answer in half width, without spaces at its ends.
func (a *Answers) Text(name string) string { return HalfWidth(a.Values.Get(name)) }

// Words is an answer whose full-width signs are meant so.
func (a *Answers) Words(name string) string { return strings.TrimSpace(a.Values.Get(name)) }

// Three is an answer in three languages: the fields PREFIXtc, PREFIXen and PREFIXsc.
func (a *Answers) Three(prefix string) lang.Text {
	return lang.Text{TC: a.Words(prefix + "tc"), EN: a.Words(prefix + "en"), SC: a.Words(prefix + "sc")}
}

// Ticked says whether a box of AsTick was ticked.
func (a *Answers) Ticked(name, value string) bool {
	for _, said := range a.Values[name] {
		if said == value {
			return true
		}
	}
	return false
}

// Day is a day; the zero day when nothing was typed, and wrong (with key) when it is none.
func (a *Answers) Day(name, key string) when.Day {
	input := DateOf(a.Values, Field{Name: name})
	if input.Year+input.Month+input.Date == "" {
		return when.Day{}
	}
	d, err := input.Day()
	a.Need(err == nil, name, key)
	return d
}

// Decimal is a number with grouping commas allowed; wrong (with key) when it is none.
func (a *Answers) Decimal(name, key string) money.Decimal {
	d, err := money.Parse(strings.ReplaceAll(strings.ReplaceAll(a.Text(name), ",", ""), " ", ""))
	a.Need(err == nil, name, key)
	return d
}

// Wrong says what is wrong with an answer, by the full key of the words.
func (a *Answers) Wrong(field, key string) {
	if a.found == nil {
		a.found = fault.New(fault.Invalid, "web.fault.invalid.text")
	}
	a.found = a.found.At(field, key)
}

// Need says what is wrong with an answer when something does not hold, and whether it did.
func (a *Answers) Need(ok bool, field, key string) bool {
	if !ok {
		a.Wrong(field, key)
	}
	return ok
}

// Bad reports whether anything was wrong: then Act returns without doing anything.
func (a *Answers) Bad() bool { return a.found != nil }
