package forms

import (
	"encoding/json"
	"slices"
	"sort"
	"strconv"

	"praya/kernel/lang"
	"praya/subsystems/services/rule"
)

// The bounds of a form's file.
const (
	MaxFile   = 512 << 10
	maxPages  = 200
	maxFields = 100 // of a page
	maxAsked  = 600 // of all pages
	maxItems  = 50
)

// builder makes a form of its file.
type builder struct {
	*reading
	form   *Form
	common *rule.Language // answers, today
	ofItem *rule.Language // and item
	taken  map[string]bool
}

// Read reads a form's file. Its error is Problems, each with a JSON pointer into the file.
func Read(raw []byte) (*Form, error) {
	if len(raw) > MaxFile {
		return nil, Problems{problem("", "forms.form.too-large", "most", strconv.Itoa(MaxFile))}
	}
	v, err := decode(raw)
	if err != nil {
		return nil, Problems{problem("", "forms.form.json", "why", err.Error())}
	}
	common, err := rule.NewLanguage("answers", "today")
	if err != nil {
		return nil, err
	}
	ofItem, err := rule.NewLanguage("answers", "today", "item")
	if err != nil {
		return nil, err
	}
	b := &builder{&reading{texts: map[string]lang.Text{}}, &Form{}, common, ofItem, map[string]bool{}}
	b.read(node{b.reading, "", v}, raw)
	if len(b.problems) > 0 {
		sort.SliceStable(b.problems, func(i, j int) bool { return b.problems[i].Pointer < b.problems[j].Pointer })
		return nil, b.problems
	}
	return b.form, nil
}

func (b *builder) read(n node, raw []byte) {
	top := n.object("$id", "title", "schema", "ui", "texts")
	for name, v := range top["texts"].object(keys(top["texts"].v)...) {
		b.texts[name] = v.text(true)
	}
	b.form.ID = top["$id"].id()
	b.form.Title = top["title"].text(true)
	if !b.readSchema(top["schema"], raw) {
		return
	}
	ui := top["ui"].object("pages")
	pages := ui["pages"].list(maxPages)
	if len(pages) == 0 {
		b.wrong(ui["pages"].at, "no-pages")
	}
	for _, p := range pages {
		b.readPage(p)
	}
	asked := 0
	for _, p := range b.form.Pages {
		asked += len(p.Fields)
	}
	if asked > maxAsked {
		b.wrong(ui["pages"].at, "too-many", "most", strconv.Itoa(maxAsked))
	}
	b.everyRequired(top["schema"].at)
}

func keys(v any) []string {
	m, _ := v.(map[string]any)
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

func (b *builder) readSchema(n node, raw []byte) bool {
	shape, ok := n.v.(map[string]any)
	if !ok || shape["type"] != "object" {
		b.wrong(n.at, "schema-object")
		return false
	}
	if err := expanded(shape); err != nil {
		b.wrong(n.at, "schema", "why", err.Error())
		return false
	}
	schema, err := compile(shape)
	if err != nil {
		b.wrong(n.at, "schema", "why", err.Error())
		return false
	}
	var file struct {
		Schema json.RawMessage `json:"schema"`
	}
	if json.Unmarshal(raw, &file) != nil {
		b.wrong(n.at, "schema-object")
		return false
	}
	b.form.raw, b.form.shape, b.form.schema = file.Schema, shape, schema
	return true
}

func (b *builder) readPage(n node) {
	m := n.object("id", "title", "lead", "help", "when", "said", "fields", "repeat", "checks")
	p := &Page{
		ID: m["id"].id(), Title: m["title"].text(true), Lead: m["lead"].text(false), Help: m["help"].text(false),
		When: m["when"].str(), Said: m["said"].text(false), form: b.form,
	}
	if b.form.Page(p.ID) != nil {
		b.wrong(m["id"].at, "twice", "name", p.ID)
	}
	p.holds = b.condition(m["when"], b.common)
	from, language := b.form.shape, b.common
	if m["repeat"].there() {
		var ok bool
		if p.Repeat, from, ok = b.readRepeat(m["repeat"]); !ok {
			return
		}
		language = b.ofItem
	}
	p.checks = b.readChecks(m["checks"], b.common)
	for _, x := range m["fields"].list(maxFields) {
		if field := b.readField(x, p, from, language); field != nil {
			p.Fields = append(p.Fields, field)
		}
	}
	if p.Repeat != nil && p.Repeat.Each {
		for n := range p.Repeat.Most {
			p.each = append(p.each, p.of(n+1))
		}
	}
	b.form.Pages = append(b.form.Pages, p)
}

func (b *builder) readRepeat(n node) (*Repeat, map[string]any, bool) {
	m := n.object("at", "item", "least", "most", "each")
	r := &Repeat{
		Pointer: m["at"].pointer(), Item: m["item"].text(true),
		Least: int(m["least"].number(0, maxItems, 0)), Most: int(m["most"].number(1, maxItems, 10)),
		Each: m["each"].boolean(),
	}
	if r.Pointer == "" || !b.once(m["at"].at, r.Pointer) {
		return nil, nil, false
	}
	list, ok := describes(b.form.shape, b.form.shape, r.Pointer)
	if !ok {
		b.wrong(m["at"].at, "not-in-schema", "pointer", r.Pointer)
		return nil, nil, false
	}
	items, ok := itemsOf(b.form.shape, list)
	if !ok || items["type"] != "object" {
		b.wrong(m["at"].at, "repeat-list")
		return nil, nil, false
	}
	if r.Least > r.Most {
		b.wrong(m["least"].at, "number", "least", "0", "most", strconv.Itoa(r.Most))
	}
	return r, items, true
}

// once notes that a place is asked, and says so when it is asked twice.
func (b *builder) once(at, pointer string) bool {
	for other := range b.taken {
		if within(pointer, other) || within(other, pointer) {
			b.wrong(at, "twice", "name", pointer)
			return false
		}
	}
	b.taken[pointer] = true
	return true
}

func (b *builder) condition(n node, l *rule.Language) *rule.Rule {
	if n.str() == "" {
		return nil
	}
	r, err := l.Condition(n.str())
	if err != nil {
		b.wrong(n.at, "rule", "why", err.Error())
	}
	return r
}

func (b *builder) readChecks(n node, l *rule.Language) []check {
	var out []check
	for _, c := range n.list(20) {
		m := c.object("must", "say")
		if m["must"].str() == "" {
			b.wrong(m["must"].at, "rule", "why", "must is missing")
			continue
		}
		out = append(out, check{b.condition(m["must"], l), m["say"].text(true)})
	}
	return out
}

// everyRequired refuses a form that cannot be completed: what the schema requires but no page
// asks, or asks only under a condition.
func (b *builder) everyRequired(at string) {
	always := map[string]bool{}
	for _, p := range b.form.Pages {
		if p.Repeat != nil && p.When == "" {
			always[p.Repeat.Pointer] = true
		}
		for _, x := range p.Fields {
			if x.As != Heading && p.When == "" && x.When == "" && !x.Optional {
				always[p.full(x.Pointer)] = true
			}
		}
	}
	b.required(at, "", b.form.shape, always)
	for _, p := range b.form.Pages {
		if p.Repeat == nil {
			continue
		}
		list, _ := describes(b.form.shape, b.form.shape, p.Repeat.Pointer)
		items, _ := itemsOf(b.form.shape, list)
		inItem := map[string]bool{}
		for _, x := range p.Fields {
			if x.When == "" && !x.Optional {
				inItem[x.Pointer] = true
			}
		}
		b.required(at, "", items, inItem)
	}
}

// full is a field's pointer from the root, with the list's own for a repeated page.
func (p *Page) full(pointer string) string {
	if p.Repeat == nil {
		return pointer
	}
	return p.Repeat.Pointer + "/-" + pointer
}

// place tells a field of a list's items from the list itself, which is taken too.
func (p *Page) place(pointer string) string {
	if p.Repeat == nil {
		return pointer
	}
	return "-" + p.full(pointer)
}

func (b *builder) required(at, above string, shape map[string]any, always map[string]bool) {
	list, _ := shape["required"].([]any)
	properties, _ := shape["properties"].(map[string]any)
	for _, v := range list {
		name, _ := v.(string)
		pointer := above + "/" + name
		if always[pointer] {
			continue
		}
		below := resolved(b.form.shape, properties[name])
		if _, ok := below["properties"]; ok && slices.ContainsFunc(keysOf(always), func(k string) bool { return within(k, pointer) }) {
			b.required(at, pointer, below, always)
			continue
		}
		b.wrong(at, "required", "pointer", pointer)
	}
}

func keysOf(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}
