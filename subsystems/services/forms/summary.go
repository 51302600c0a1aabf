package forms

import (
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
	"praya/platform/words"
)

// Section is a page's answers in a summary.
type Section struct {
	Page    string
	Title   string
	Entries []web.Entry
}

// Summary is what was answered, page by page: what a person checks before they declare, and what
// an officer reads. change gives the path that alters a page, and may be nil. With mask,
// identity-card numbers are shown in part.
func (f *Form) Summary(v *web.View, a Answers, o Origins, today when.Day, change func(page string) string, mask bool) []Section {
	return f.sections(saying{v.Texts, mask}, a, o, today, change)
}

func (f *Form) sections(t saying, a Answers, o Origins, today when.Day, change func(page string) string) []Section {
	a = f.Prune(a, today)
	open, err := f.Visible(a, today)
	if err != nil {
		open = f.Pages
	}
	s, remarks := f.scene(a, today), a.Remarks()
	var out []Section
	for _, p := range open {
		section := Section{Page: p.ID, Title: p.Title.In(t.Lang())}
		asked, err := s.open(p)
		if err != nil {
			asked = p.all(a)
		}
		for _, q := range asked {
			if q.As != Heading {
				section.Entries = append(section.Entries, t.entry(p, q, a, o, change))
				if said := remarks[q.at]; said != "" {
					section.Entries = append(section.Entries, web.Entry{Label: t.T("forms.wrong-value.said", "label", t.label(p, q)), Value: said})
				}
			}
		}
		if p.Repeat != nil && p.item == 0 && p.items(a) == 0 {
			section.Entries = append(section.Entries, t.none(p, change))
		}
		if len(section.Entries) > 0 {
			out = append(out, section)
		}
	}
	return out
}

func (t saying) none(p *Page, change func(string) string) web.Entry {
	e := web.Entry{Label: p.Repeat.Item.In(t.Lang()), Value: t.T("forms.none")}
	if change != nil {
		e.Change = change(p.ID)
	}
	return e
}

func (t saying) entry(p *Page, q asked, a Answers, o Origins, change func(string) string) web.Entry {
	e := web.Entry{Label: t.label(p, q)}
	v, _ := a.Get(q.at)
	e.Value, e.Lang = t.value(q.Field, v)
	switch {
	case v == nil && q.compute != nil:
		e.Value = t.T("forms.uncomputed")
	case v == nil:
		e.Value = t.T("forms.unanswered")
	}
	if origin, ok := o[q.at]; ok {
		e.From = t.from(origin)
	}
	switch {
	case change == nil || q.compute != nil:
	case o.holds(q):
		e.Wrong = change(p.ID)
	default:
		e.Change = change(p.ID)
	}
	return e
}

// label names an item's field with its item: Partner 2, name.
func (t saying) label(p *Page, q asked) string {
	label := q.Label.In(t.Lang())
	if q.item < 0 || p.item > 0 {
		return label
	}
	return t.T("forms.repeat.label", "item", t.itemName(p, q.item), "label", label)
}

func (t saying) itemName(p *Page, n int) string {
	return t.T("forms.repeat.item", "item", p.Repeat.Item.In(t.Lang()), "number", n+1)
}

func (t saying) from(o Origin) string {
	if o.Name == (lang.Text{}) {
		return t.T("forms.from-profile")
	}
	return t.T("forms.from", "department", o.Name.In(t.Lang()), "day", t.Date(o.Day))
}

// Said is an answer as people read it, such as for a letter; empty when there is none.
func (f *Form) Said(t *words.Texts, a Answers, pointer string) string {
	for _, p := range f.Pages {
		for _, q := range p.all(a) {
			if q.at == pointer && q.As != Heading {
				v, _ := a.Get(pointer)
				said, _ := saying{t, false}.value(q.Field, v)
				return said
			}
		}
	}
	return ""
}
