package forms

import (
	"encoding/json"
	"slices"
	"strconv"

	"praya/kernel/lang"
	"praya/subsystems/services/rule"
)

// The bounds of a file that is taken unless the form says less.
const (
	defaultBytes = 5 << 20
	mostBytes    = 50 << 20
	mostFiles    = 20
)

func (b *builder) readField(n node, p *Page, from map[string]any, language *rule.Language) *Field {
	m := n.object("at", "label", "hint", "as", "optional", "when", "said", "source", "lock", "compute",
		"choices", "types", "bytes", "files", "missing", "checks")
	x := &Field{
		Label: m["label"].text(true), Hint: m["hint"].text(false), As: Widget(m["as"].str()),
		Optional: m["optional"].boolean(), When: m["when"].str(), Said: m["said"].text(false),
		Source: m["source"].str(), Lock: m["lock"].boolean(), Compute: m["compute"].str(), missing: m["missing"].text(false),
	}
	x.holds = b.condition(m["when"], language)
	if x.As == Heading {
		return x
	}
	if x.Pointer = m["at"].pointer(); x.Pointer == "" || !b.once(m["at"].at, p.place(x.Pointer)) {
		return nil
	}
	shape, ok := describes(b.form.shape, from, x.Pointer)
	if !ok {
		b.wrong(m["at"].at, "not-in-schema", "pointer", x.Pointer)
		return nil
	}
	x.checks = b.readChecks(m["checks"], language)
	if x.Compute != "" {
		var err error
		if x.compute, err = language.Compile(x.Compute); err != nil {
			b.wrong(m["compute"].at, "rule", "why", err.Error())
		}
	}
	b.readWidget(x, m, shape)
	return x
}

// readWidget settles how the field is asked; the schema decides where the form does not.
func (b *builder) readWidget(x *Field, m map[string]node, shape map[string]any) {
	kind, _ := shape["type"].(string)
	if x.As == "" {
		x.As = usual(shape, kind)
	}
	if !slices.Contains(kindsOf(x.As), kind) {
		b.wrong(m["at"].at, "widget", "widget", string(x.As), "type", kind)
		return
	}
	x.many, x.whole, x.most = kind == "array", kind == "integer", 500
	if x.As == Lines {
		x.most = 10_000
	}
	if n, ok := shape["maxLength"].(json.Number); ok {
		if most, err := strconv.Atoi(n.String()); err == nil {
			x.most = min(most, x.most)
		}
	}
	switch x.As {
	case One, Select, Many:
		b.readChoices(x, m["choices"], shape)
	case File:
		b.readFile(x, m)
	case Tick:
		x.Optional = false
	}
	if x.As != File && (m["types"].there() || m["bytes"].there() || m["files"].there()) {
		b.wrong(m["at"].at, "widget", "widget", string(x.As), "type", "file")
	}
	if x.Lock && x.Source == "" {
		b.wrong(m["lock"].at, "lock")
	}
}

// kindsOf is the types that a widget's answer may have in the schema.
func kindsOf(w Widget) []string {
	switch w {
	case Text, Lines, Day, One, Select, HKID, Phone, Email, ChineseName, EnglishName:
		return []string{"string"}
	case Number:
		return []string{"number"}
	case Integer, Money:
		return []string{"integer"}
	case YesNo, Tick:
		return []string{"boolean"}
	case Many:
		return []string{"array"}
	case Place:
		return []string{"object"}
	case File:
		return []string{"object", "array"}
	}
	return nil
}

// usual is the widget for a schema that the form says nothing about.
func usual(shape map[string]any, kind string) Widget {
	switch kind {
	case "boolean":
		return YesNo
	case "integer":
		return Integer
	case "number":
		return Number
	case "array":
		return Many
	case "object":
		return Place
	}
	switch shape["format"] {
	case "date":
		return Day
	case "email":
		return Email
	case "hkid":
		return HKID
	case "phone":
		return Phone
	}
	if options := optionsOf(shape); len(options) > 7 {
		return Select
	} else if len(options) > 0 {
		return One
	}
	return Text
}

// optionsOf is the values that a schema leaves open: enum, or const in each of oneOf.
func optionsOf(shape map[string]any) []string {
	var out []string
	list, _ := shape["enum"].([]any)
	for _, v := range list {
		s, _ := v.(string)
		out = append(out, s)
	}
	ways, _ := shape["oneOf"].([]any)
	for _, w := range ways {
		way, _ := w.(map[string]any)
		s, _ := way["const"].(string)
		out = append(out, s)
	}
	return out
}

func (b *builder) readChoices(x *Field, n node, shape map[string]any) {
	if x.As == Many {
		shape = resolved(b.form.shape, shape["items"])
	}
	options := optionsOf(shape)
	for _, c := range n.list(300) {
		m := c.object("value", "label", "hint")
		choice := Choice{m["value"].str(), m["label"].text(true), m["hint"].text(false)}
		if !slices.Contains(options, choice.Value) || choice.Value == "" {
			b.wrong(m["value"].at, "choice", "value", choice.Value)
		}
		x.Choices = append(x.Choices, choice)
	}
	for _, o := range options {
		if !slices.ContainsFunc(x.Choices, func(c Choice) bool { return c.Value == o }) {
			b.wrong(n.at, "choice", "value", o)
		}
	}
	if len(x.Choices) == 0 {
		b.wrong(n.at, "no-choices")
	}
}

func (b *builder) readFile(x *Field, m map[string]node) {
	x.MaxBytes = m["bytes"].number(1, mostBytes, defaultBytes)
	x.MostFiles = int(m["files"].number(1, mostFiles, 1))
	if x.MostFiles > 1 && !x.many {
		b.wrong(m["files"].at, "files-list")
	}
	for _, t := range m["types"].list(20) {
		media, ok := mediaOf(t.str())
		if !ok {
			b.wrong(t.at, "file-type", "name", t.str())
			continue
		}
		x.Types = append(x.Types, media)
	}
	if len(x.Types) == 0 {
		b.wrong(m["types"].at, "no-types")
	}
}

// label is a choice's label, or the value itself.
func (x *Field) choice(value string) (lang.Text, bool) {
	for _, c := range x.Choices {
		if c.Value == value {
			return c.Label, true
		}
	}
	return lang.Text{}, false
}
