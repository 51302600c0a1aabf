package governance

import (
	"net/url"
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// form is a page that asks, with what stands already and the version of what is changed.
type form struct {
	Title, Lead, Submit, Back string
	Known                     []web.Entry
	Danger                    bool
	Questions                 []web.Question
	Given                     url.Values // what stands in the fields at first
	Version                   int64
	// Act does it, and gives the next page and what to say there.
	Act func(a *answers) (next, notice string, err error)
}

// answer shows a form, or does what it asks for.
func (s *Service) answer(v *web.Visit, f form) error {
	if f.Given == nil {
		f.Given = url.Values{}
	}
	f.Given.Set("version", strconv.FormatInt(f.Version, 10))
	q := web.Questions{
		Title: f.Title, Lead: f.Lead, Submit: f.Submit, Back: f.Back, Danger: f.Danger, Given: f.Given,
		Asked: append(f.Questions, web.Remember("version")),
		Act: func(given *web.Answers) (string, string, error) {
			a := &answers{Answers: given}
			a.Version, _ = strconv.ParseInt(given.Text("version"), 10, 64) // one that is no number is no version: a Conflict
			return f.Act(a)
		},
	}
	if len(f.Known) > 0 {
		q.Above = web.SummaryList(v.View, f.Known)
	}
	return v.Ask(q)
}

// answers are the answers of a form, read in the kinds of this package.
type answers struct {
	*web.Answers
	Version int64
}

func (a *answers) need(ok bool, field, key string) { a.Need(ok, field, "governance.wrong."+key) }

// words is an answer whose full-width signs are meant so. Browsers send lines with \r\n.
func (a *answers) words(name string) string {
	return strings.ReplaceAll(a.Words(name), "\r\n", "\n")
}

func (a *answers) three(prefix string) lang.Text {
	return lang.Text{TC: a.words(prefix + "tc"), EN: a.words(prefix + "en"), SC: a.words(prefix + "sc")}
}

func (a *answers) day(name string) when.Day { return a.Day(name, "governance.wrong.day-form") }

func (a *answers) period() Period { return Period{From: a.day("from"), To: a.day("to")} }

func (a *answers) figure(name string) Figure {
	f, err := ParseFigure(a.Text(name))
	a.need(err == nil, name, "amount")
	return f
}

func (a *answers) whole(name string) int64 {
	n, err := strconv.ParseInt(a.Text(name), 10, 64)
	a.need(err == nil, name, "minutes")
	return n
}

func (a *answers) chose(name string) string { return a.Values.Get(name) }

func (a *answers) yes(name string) bool { return a.chose(name) == "yes" }

// ask asks one question; its words stand under governance.field, and a hint under
// governance.hint where there is one.
func ask(v *web.Visit, as web.Asked, name string, optional bool) web.Question {
	q := web.Question{As: as, Field: web.Field{Name: name, Label: v.T("governance.field." + name), Optional: optional, MaxLength: longestLine}}
	if as == web.AsLines {
		q.MaxLength = longestText
	}
	if hint := "governance.hint." + name; v.Has(hint) {
		q.Hint = v.T(hint)
	}
	return q
}

// askFigure asks for a number.
func askFigure(v *web.Visit, name string, optional bool) web.Question {
	q := ask(v, web.AsText, name, optional)
	q.Inputmode, q.Width, q.MaxLength = "decimal", "short", 20
	return q
}

// askThree asks for a text in three languages; at least one is needed.
func askThree(v *web.Visit, as web.Asked, prefix string) []web.Question {
	var out []web.Question
	for _, l := range lang.All() {
		q := ask(v, as, prefix+string(l), true)
		q.Lang = l
		out = append(out, q)
	}
	return out
}

func askOne(v *web.Visit, as web.Asked, name string, choices []web.Choice) web.Question {
	q := ask(v, as, name, false)
	if as == web.AsSelect {
		choices = append([]web.Choice{{Label: v.T("governance.choose")}}, choices...)
	}
	q.Choices = choices
	return q
}

func askYes(v *web.Visit, name string) web.Question {
	return askOne(v, web.AsRadios, name, []web.Choice{
		{Value: "yes", Label: v.T("governance.answer.yes")}, {Value: "no", Label: v.T("governance.answer.no")},
	})
}

// askDepartment offers the departments that exist today and for which the actor may do this.
func (s *Service) askDepartment(v *web.Visit, name, action string) (web.Question, error) {
	q := ask(v, web.AsSelect, name, action == "")
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

func why(v *web.Visit, optional bool) web.Question { return ask(v, web.AsLines, "why", optional) }
