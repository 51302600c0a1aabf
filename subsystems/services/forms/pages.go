package forms

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/web"
)

// Given is what a page is shown with.
type Given struct {
	Answers Answers
	Posted  url.Values // what was typed, when the page comes back with problems; else nil
	Origins Origins
	Wrong   Problems
	Today   when.Day
}

// Questions is the page's fields, to stand inside of a form's frame.
func (p *Page) Questions(v *web.View, g Given) templ.Component {
	return questions(v, p.show(v, g))
}

// Errors is what is wrong on the page, for web.ErrorSummary.
func (p *Page) Errors(v *web.View, wrong Problems) []web.FieldError {
	var out []web.FieldError
	for _, x := range wrong {
		out = append(out, web.FieldError{Name: p.leads(x), Text: x.Say(v.Texts)})
	}
	return out
}

// leads is the name of the question to which an error's link goes.
func (p *Page) leads(x Problem) string {
	pointer := x.Pointer
	if p.Repeat != nil && p.item == 0 && pointer == p.Repeat.Pointer {
		return actName
	}
	for _, f := range p.Fields {
		if f.As == Place && strings.HasSuffix(pointer, f.Pointer) {
			return nameOf(pointer) + ".kind"
		}
	}
	return nameOf(pointer)
}

// shown is a page as it is drawn.
type shown struct {
	Groups  []group
	Help    string
	Repeat  bool
	Count   int
	Add     web.Field // its id is that of the button
	AddText string
	Full    bool
}

// group is the fields of an item, or all fields of a page without items.
type group struct {
	Title   string
	Remove  string // value of the button; empty for none
	Fields  []drawn
	Entries []web.Entry // of an item that has a page of its own
}

// drawn is a field as it is drawn.
type drawn struct {
	As      Widget
	Field   web.Field
	Choices []web.Choice
	Date    web.DateInput
	File    web.FileInput
	Files   []web.Choice // files that are there; ticking takes one away
	Drop    web.Field
	Place   place18
	Entry   []web.Entry // locked or computed
	Wrong   *web.Field  // where a person says what is wrong with a locked value
	Text    string      // of a heading
}

// place18 is the parts of an address.
type place18 struct {
	Kind, District, Lines, Box, Office web.Field
	Kinds, Districts                   []web.Choice
	Premises                           []web.Field
	Usual                              bool // premises: the other kinds may fold
}

func (p *Page) show(v *web.View, g Given) shown {
	g.Answers = p.ready(g)
	s := p.form.scene(g.Answers, g.Today)
	d := shown{Help: p.Help.In(v.Lang())}
	t := saying{v.Texts, false}
	if p.Repeat == nil || p.item > 0 {
		d.Groups = []group{{Fields: s.draw(t, p, g, p.asks(g.Answers))}}
		return d
	}
	d.Repeat, d.Count = true, p.items(g.Answers)
	for n := range d.Count {
		x := group{Title: t.itemName(p, n)}
		if p.Repeat.Each {
			x.Entries = s.outline(t, p, n)
		} else {
			x.Fields = s.draw(t, p, g, p.ofItem(n))
		}
		if d.Count > p.Repeat.Least {
			x.Remove = actRemove + strconv.Itoa(n)
		}
		d.Groups = append(d.Groups, x)
	}
	d.Full = d.Count >= p.Repeat.Most
	d.AddText = v.T("forms.repeat.add", "item", p.Repeat.Item.In(v.Lang()))
	if x, ok := exactly(g.Wrong, p.Repeat.Pointer); ok {
		d.Add.Error = x.Say(v.Texts)
	}
	return d
}

func exactly(wrong Problems, pointer string) (Problem, bool) {
	for _, x := range wrong {
		if x.Pointer == pointer {
			return x, true
		}
	}
	return Problem{}, false
}

// ready is the answers to show: computed anew, and with as many items as must be there.
func (p *Page) ready(g Given) Answers {
	a := g.Answers.clone()
	if p.Repeat != nil {
		for n := p.items(a); n < p.Repeat.Least; n++ {
			if n == 0 {
				a.set(p.Repeat.Pointer, []any{})
			}
			a.set(p.Repeat.Pointer+"/"+strconv.Itoa(n), map[string]any{})
		}
	}
	computed, err := p.form.Compute(a, g.Today)
	if err != nil {
		return a
	}
	return computed
}

// outline is what was answered about an item, in its first three fields.
func (s scene) outline(t saying, p *Page, n int) []web.Entry {
	var out []web.Entry
	for _, q := range p.ofItem(n) {
		v, there := s.given.Get(q.at)
		if !there || q.As == Heading || len(out) == 3 {
			continue
		}
		said, l := t.value(q.Field, v)
		out = append(out, web.Entry{Label: q.Label.In(t.Lang()), Value: said, Lang: l})
	}
	return out
}

func (s scene) draw(t saying, p *Page, g Given, fields []asked) []drawn {
	var out []drawn
	for _, q := range fields {
		if open, err := s.asks(p, q); err == nil && open {
			out = append(out, t.draw(p, q, g))
		}
	}
	return out
}

func (t saying) draw(p *Page, q asked, g Given) drawn {
	d := drawn{As: q.As, Text: q.Label.In(t.Lang())}
	d.Field = web.Field{Name: q.name(), Label: d.Text, Hint: q.Hint.In(t.Lang()), Optional: q.Optional}
	if x, wrong := g.Wrong.At(q.at); wrong {
		d.Field.Error = x.Say(t.Texts)
	}
	v, _ := g.Answers.Get(q.at)
	switch {
	case q.As == Heading:
		return d
	case q.compute != nil:
		e := t.entry(p, q, g.Answers, nil, nil)
		d.Entry = []web.Entry{e}
		return d
	case g.Origins.holds(q):
		d.Entry = []web.Entry{t.entry(p, q, g.Answers, g.Origins, nil)}
		d.Wrong = &web.Field{
			Name: wrongName + q.name(), Label: t.T("forms.wrong-value.label"), Hint: t.T("forms.wrong-value.hint"),
			Value: g.Answers.Remarks()[q.at], Optional: true,
		}
		return d
	}
	t.fill(&d, q, t.typed(q, v, g.Posted), v)
	return d
}

// typed is what stands in a field's inputs: what was posted, or the answer as it would be typed.
func (t saying) typed(q asked, v any, posted url.Values) url.Values {
	if posted != nil && q.As != File {
		return posted
	}
	in, name := url.Values{}, q.name()
	switch y := v.(type) {
	case nil:
	case bool:
		in.Set(name, map[bool]string{true: "yes", false: "no"}[y])
	case float64:
		in.Set(name, typedFigure(q.Field, y))
	case string:
		in.Set(name, y)
		if d, err := when.ParseDay(y); q.As == Day && err == nil {
			web.GiveDay(in, name, d)
		}
	case []any:
		for _, z := range y {
			if s, ok := z.(string); ok {
				in.Add(name, s)
			}
		}
	}
	if a, ok := AddressOf(v); q.As == Place && ok {
		in.Set(name+".kind", a.Kind)
		for part, value := range a.premises() {
			in.Set(name+"."+part, *value)
		}
		in.Set(name+".district", a.District)
		in.Set(name+".lines", strings.Join(a.Lines, "\n"))
		in.Set(name+".box", a.Box)
		in.Set(name+".office", a.Office)
	}
	return in
}

func typedFigure(x *Field, y float64) string {
	if x.As != Money {
		return strconv.FormatFloat(y, 'f', -1, 64)
	}
	s := strconv.FormatFloat(y/100, 'f', 2, 64)
	return strings.TrimSuffix(s, ".00")
}

// fill sets what a widget needs beside its label.
func (t saying) fill(d *drawn, q asked, in url.Values, v any) {
	d.Field.Value = in.Get(q.name())
	switch q.As {
	case Number, Integer:
		d.Field.Width, d.Field.Inputmode = "short", "decimal"
	case Money:
		d.Field.Width, d.Field.Inputmode = "short", "decimal"
		d.Field.Label = t.T("forms.money-label", "label", d.Field.Label)
	case HKID:
		d.Field.Width = "medium"
	case Phone:
		d.Field.Width, d.Field.Kind, d.Field.Autocomplete = "medium", "tel", "tel"
	case Email:
		d.Field.Kind, d.Field.Autocomplete = "email", "email"
	case ChineseName:
		d.Field.Lang = t.chinese()
	case EnglishName:
		d.Field.Lang = lang.EN
	case Day:
		d.Date = web.DateOf(in, d.Field)
	case YesNo:
		d.Choices = []web.Choice{
			{Value: "yes", Label: t.T("forms.yes"), Chosen: d.Field.Value == "yes"},
			{Value: "no", Label: t.T("forms.no"), Chosen: d.Field.Value == "no"},
		}
	case Tick:
		d.Choices = []web.Choice{{Value: "yes", Label: d.Field.Label, Chosen: d.Field.Value == "yes"}}
		d.Field.Label = t.T("forms.declaration")
	case One, Select, Many:
		d.Choices = t.offered(q, in[q.name()])
	case Place:
		d.Place = t.place(d.Field, in)
	case File:
		t.fillFile(d, q, v)
	}
}

func (t saying) offered(q asked, chosen []string) []web.Choice {
	var out []web.Choice
	if q.As == Select {
		out = append(out, web.Choice{Label: t.T("forms.choose"), Chosen: len(chosen) == 0})
	}
	for _, c := range q.Choices {
		label, l := c.Label.With(t.Lang())
		x := web.Choice{Value: c.Value, Label: label, Lang: l, Hint: c.Hint.In(t.Lang())}
		for _, s := range chosen {
			x.Chosen = x.Chosen || s == c.Value
		}
		out = append(out, x)
	}
	return out
}

func (t saying) fillFile(d *drawn, q asked, v any) {
	d.Field.Value = ""
	limits := t.T("forms.file.limits", "types", t.kinds(q.Types), "kilobytes", q.MaxBytes>>10, "files", q.MostFiles)
	if d.Field.Hint != "" && t.Lang() == lang.EN {
		limits = " " + limits
	}
	d.Field.Hint += limits
	d.File = web.FileInput{Field: d.Field, Accept: strings.Join(q.Types, ","), Many: q.MostFiles > 1}
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v}
	}
	for _, y := range list {
		if u, ok := UploadOf(y); ok {
			d.Files = append(d.Files, web.Choice{
				Value: u.Address, Label: t.T("forms.file.named", "name", u.Name, "kilobytes", kilobytes(u.Bytes)),
			})
		}
	}
	d.Drop = web.Field{Name: dropName + q.name(), Label: t.T("forms.file.drop")}
}

func (t saying) kinds(types []string) string {
	var out []string
	for _, x := range types {
		out = append(out, t.T("forms.kind."+kindOf(x)))
	}
	return t.List(out...)
}

func (t saying) place(f web.Field, in url.Values) place18 {
	part := func(name, width string) web.Field {
		return web.Field{
			Name: f.Name + "." + name, Label: t.T("forms.address." + name), Value: in.Get(f.Name + "." + name), Width: width, Optional: true,
		}
	}
	d := place18{Kind: part("kind", ""), District: part("district", ""), Lines: part("lines", ""), Box: part("box", "short"), Office: part("office", "medium")}
	d.Kind.Label, d.Kind.Hint, d.Kind.Error, d.Kind.Optional = t.T("forms.address.kind"), t.T("forms.address.look"), f.Error, false
	chosen := d.Kind.Value
	if chosen == "" {
		chosen = "premises"
	}
	d.Usual = chosen == "premises"
	for _, k := range []string{"premises", "lines", "box"} {
		d.Kinds = append(d.Kinds, web.Choice{Value: k, Label: t.T("forms.address.is-" + k), Chosen: k == chosen})
	}
	d.Districts = []web.Choice{{Label: t.T("forms.choose"), Chosen: d.District.Value == ""}}
	for _, code := range Districts() {
		d.Districts = append(d.Districts, web.Choice{Value: code, Label: t.T("forms.district." + code), Chosen: code == d.District.Value})
	}
	for _, name := range premisesOrder(t.Lang()) {
		width := ""
		switch name {
		case "room", "floor", "block", "number":
			width = "short"
		}
		d.Premises = append(d.Premises, part(name, width))
	}
	return d
}
