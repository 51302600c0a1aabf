package forms

import (
	"encoding/json"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"praya/kernel/lang"
	"praya/platform/words"
)

// Difference is something that two versions of a form do not share.
type Difference struct {
	Kind     string    // added, removed or changed
	Page     string    // id
	Pointer  string    // of a field; empty for the page itself or the schema
	Name     lang.Text // of the page or the field
	What     string    // of what changed: title, when, choices, …
	Old, New lang.Text // the same text in three languages where it has only one
}

// The kinds of difference.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Diff is what changed between two versions of a form, page by page: what an officer reads before
// a version is published.
func Diff(old, new *Form) []Difference {
	var out []Difference
	for _, p := range old.Pages {
		if new.Page(p.ID) == nil {
			out = append(out, Difference{Kind: Removed, Page: p.ID, Name: p.Title})
		}
	}
	for _, p := range new.Pages {
		before := old.Page(p.ID)
		if before == nil {
			out = append(out, Difference{Kind: Added, Page: p.ID, Name: p.Title})
			continue
		}
		out = append(out, compared(Difference{Page: p.ID, Name: p.Title}, before.facts(), p.facts())...)
		out = append(out, diffFields(before, p)...)
	}
	if was, is := order(old, new), order(new, old); was != is {
		out = append(out, Difference{Kind: Changed, What: "order", Old: same(was), New: same(is)})
	}
	return append(out, compared(Difference{}, old.facts(), new.facts())...)
}

func diffFields(before, p *Page) []Difference {
	was, is := before.fields(), p.fields()
	var out []Difference
	for _, x := range before.Fields {
		if _, ok := is[x.Pointer]; !ok && x.Pointer != "" {
			out = append(out, Difference{Kind: Removed, Page: p.ID, Pointer: x.Pointer, Name: x.Label})
		}
	}
	for _, x := range p.Fields {
		y, ok := was[x.Pointer]
		switch {
		case x.Pointer == "":
		case !ok:
			out = append(out, Difference{Kind: Added, Page: p.ID, Pointer: x.Pointer, Name: x.Label})
		default:
			out = append(out, compared(Difference{Page: p.ID, Pointer: x.Pointer, Name: x.Label}, y.facts(), x.facts())...)
		}
	}
	return out
}

func (p *Page) fields() map[string]*Field {
	out := map[string]*Field{}
	for _, x := range p.Fields {
		out[x.Pointer] = x
	}
	return out
}

// order is the pages that both versions have, in one's order.
func order(f, other *Form) string {
	var ids []string
	for _, p := range f.Pages {
		if other.Page(p.ID) != nil {
			ids = append(ids, p.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// facts is what of a thing can change, by name.
type facts map[string]lang.Text

func same(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

func (f *Form) facts() facts {
	return facts{"title": f.Title, "schema": same(squeezed(f.raw))}
}

func squeezed(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	out, err := json.Marshal(v) // names in order, no spaces
	if err != nil {
		return string(raw)
	}
	return string(out)
}

func (p *Page) facts() facts {
	out := facts{"title": p.Title, "lead": p.Lead, "help": p.Help, "when": same(p.When), "checks": checksSaid(p.checks)}
	if r := p.Repeat; r != nil {
		out["repeat"] = same(r.Pointer + " " + strconv.Itoa(r.Least) + "–" + strconv.Itoa(r.Most) + " " + strconv.FormatBool(r.Each))
	}
	return out
}

func (x *Field) facts() facts {
	optional := "no"
	if x.Optional {
		optional = "yes"
	}
	source := x.Source
	if x.Lock {
		source += " (lock)"
	}
	out := facts{
		"label": x.Label, "hint": x.Hint, "as": same(string(x.As)), "optional": same(optional), "when": same(x.When), "source": same(source),
		"compute": same(x.Compute), "checks": checksSaid(x.checks), "types": same(strings.Join(x.Types, ", ")), "missing": x.missing,
	}
	if x.As == File {
		out["bytes"], out["files"] = same(strconv.FormatInt(x.MaxBytes, 10)), same(strconv.Itoa(x.MostFiles))
	}
	var choices lang.Text
	for _, c := range x.Choices {
		choices.TC += c.Value + " " + c.Label.TC + "；"
		choices.EN += c.Value + " " + c.Label.EN + "; "
		choices.SC += c.Value + " " + c.Label.SC + "；"
	}
	out["choices"] = choices
	return out
}

func checksSaid(checks []check) lang.Text {
	var out lang.Text
	for _, c := range checks {
		out.TC += c.must.Text + "：" + c.say.TC + "\n"
		out.EN += c.must.Text + ": " + c.say.EN + "\n"
		out.SC += c.must.Text + "：" + c.say.SC + "\n"
	}
	return out
}

// compared is what differs among the facts of the same thing.
func compared(of Difference, old, new facts) []Difference {
	var names []string
	for name := range old {
		names = append(names, name)
	}
	for name := range new {
		if _, ok := old[name]; !ok {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var out []Difference
	for _, name := range names {
		if !reflect.DeepEqual(old[name], new[name]) {
			d := of
			d.Kind, d.What, d.Old, d.New = Changed, name, old[name], new[name]
			out = append(out, d)
		}
	}
	return out
}

// Say is a difference in a reader's language.
func (d Difference) Say(t *words.Texts) string {
	name := d.Name.In(t.Lang())
	switch {
	case d.Kind == Changed && name == "":
		return t.T("forms.diff.form-changed", "what", t.T("forms.diff.what."+d.What))
	case d.Kind == Changed:
		return t.T("forms.diff.changed", "name", name, "what", t.T("forms.diff.what."+d.What))
	case d.Pointer == "":
		return t.T("forms.diff.page-"+d.Kind, "name", name)
	}
	return t.T("forms.diff.field-"+d.Kind, "name", name)
}
