package forms

import (
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/platform/web"
)

// Preview is the whole form as officers read it: every page and field, whatever its condition,
// with the conditions in words.
func (f *Form) Preview(v *web.View) templ.Component {
	t := saying{v.Texts, false}
	var pages []previewed
	for _, p := range f.Pages {
		x := previewed{ID: p.ID, Title: p.Title.In(v.Lang()), Lead: p.Lead.In(v.Lang()), Help: p.Help.In(v.Lang())}
		if p.When != "" {
			x.When = t.condition(p.When, p.Said)
		}
		if p.Repeat != nil {
			x.Repeat = v.T("forms.preview.repeat", "item", p.Repeat.Item.In(v.Lang()), "least", p.Repeat.Least, "most", p.Repeat.Most)
			if p.Repeat.Each {
				x.Repeat += t.gap() + v.T("forms.preview.each")
			}
		}
		for _, c := range p.checks {
			x.Checks = append(x.Checks, t.rule(c))
		}
		for _, field := range p.Fields {
			x.Fields = append(x.Fields, web.Entry{Label: field.Label.In(v.Lang()), Value: t.field(field)})
		}
		pages = append(pages, x)
	}
	return preview(v, pages)
}

// previewed is a page in a preview.
type previewed struct {
	ID, Title, Lead, Help, When, Repeat string
	Fields                              []web.Entry
	Checks                              []string
}

// condition is what the form's writer says in words, with the expression that decides.
func (t saying) condition(when string, said lang.Text) string {
	if said == (lang.Text{}) {
		return t.T("forms.preview.when", "rule", when)
	}
	return t.T("forms.preview.said", "said", said.In(t.Lang()), "rule", when)
}

func (t saying) rule(c check) string {
	return t.T("forms.preview.check", "rule", c.must.Text, "say", c.say.In(t.Lang()))
}

// field tells how a field is asked, and everything that binds its answer.
func (t saying) field(x *Field) string {
	said := []string{t.T("forms.widget." + string(x.As))}
	add := func(key string, args ...any) { said = append(said, t.T("forms.preview."+key, args...)) }
	if x.Compute != "" {
		add("computed", "rule", x.Compute)
	}
	if x.Optional {
		add("optional")
	}
	if x.Source != "" {
		key := "source"
		if x.Lock {
			key = "locked"
		}
		add(key, "source", x.Source)
	}
	if x.When != "" {
		said = append(said, t.condition(x.When, x.Said))
	}
	if len(x.Choices) > 0 {
		labels := make([]string, len(x.Choices))
		for i, c := range x.Choices {
			labels[i] = c.Label.In(t.Lang())
		}
		add("choices", "choices", t.List(labels...))
	}
	if x.As == File {
		said = append(said, t.T("forms.file.limits", "types", t.kinds(x.Types), "kilobytes", x.MaxBytes>>10, "files", x.MostFiles))
	}
	for _, c := range x.checks {
		said = append(said, t.rule(c))
	}
	return strings.Join(said, t.gap())
}

// gap stands between sentences.
func (t saying) gap() string {
	if t.Lang() == lang.EN {
		return " "
	}
	return ""
}
