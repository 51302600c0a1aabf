package forms

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/mail"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"praya/kernel/when"
)

// dialect is the only one that schemas of forms are written in.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// maxNodes bounds a schema with all its references followed: ten definitions that each name the
// one before twice already are a thousand.
const maxNodes = 20_000

// noFetch refuses what a schema asks for from elsewhere.
type noFetch struct{}

func (noFetch) Load(address string) (any, error) {
	return nil, fmt.Errorf("%s: a form's schema stands by itself", address)
}

func compile(shape map[string]any) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(noFetch{})
	c.AssertFormat()
	for _, f := range formats() {
		c.RegisterFormat(f)
	}
	const address = "form:schema"
	if err := c.AddResource(address, shape); err != nil {
		return nil, err
	}
	return c.Compile(address)
}

// formats are ours beside those of the specification. An answer is kept in its normal form, so
// that is the only one that passes.
func formats() []*jsonschema.Format {
	text := func(name string, ok func(string) bool) *jsonschema.Format {
		return &jsonschema.Format{Name: name, Validate: func(v any) error {
			if s, is := v.(string); is && !ok(s) {
				return errors.New(name)
			}
			return nil
		}}
	}
	return []*jsonschema.Format{
		text("hkid", func(s string) bool { n, err := ParseHKID(s); return err == nil && n == s }),
		text("phone", func(s string) bool { n, ok := phone(s); return ok && n == s }),
		text("email", emailOK),
		text("date", func(s string) bool { _, err := when.ParseDay(s); return err == nil }),
	}
}

func emailOK(s string) bool {
	m, err := mail.ParseAddress(s)
	return err == nil && m.Address == s && m.Name == "" && strings.Contains(s[strings.LastIndex(s, "@")+1:], ".") && len(s) <= 254
}

// expanded counts a schema's nodes with its references followed, and says what it may not have.
func expanded(root map[string]any) error {
	left := maxNodes
	var walk func(v any, depth int) error
	walk = func(v any, depth int) error {
		left--
		if left < 0 || depth > 100 {
			return errors.New("the schema is too large once its references are followed, or it refers to itself")
		}
		switch x := v.(type) {
		case []any:
			for _, y := range x {
				if err := walk(y, depth+1); err != nil {
					return err
				}
			}
		case map[string]any:
			for k, y := range x {
				switch k {
				case "$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor", "$id", "$vocabulary":
					return fmt.Errorf("%s is not taken: a form's schema stands by itself", k)
				case "$schema":
					if y != dialect {
						return fmt.Errorf("the schema must be of %s", dialect)
					}
				case "$ref":
					to, ok := refer(root, y)
					if !ok {
						return fmt.Errorf("$ref %v leads nowhere in this schema", y)
					}
					if err := walk(to, depth+1); err != nil {
						return err
					}
					continue
				}
				if err := walk(y, depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return walk(root, 0)
}

// refer follows a reference within the schema, "#/$defs/address".
func refer(root map[string]any, ref any) (any, bool) {
	s, _ := ref.(string)
	path, ok := strings.CutPrefix(s, "#/")
	if !ok {
		return nil, false
	}
	var v any = root
	for _, name := range strings.Split(path, "/") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]; !ok {
			return nil, false
		}
	}
	return v, true
}

// resolved is a schema without a reference on top.
func resolved(root map[string]any, v any) map[string]any {
	m, _ := v.(map[string]any)
	for range 10 {
		ref, ok := m["$ref"]
		if !ok {
			return m
		}
		to, _ := refer(root, ref)
		m, _ = to.(map[string]any)
	}
	return nil
}

// describes is the part of a schema that describes what stands at a pointer beneath another part.
func describes(root, from map[string]any, pointer string) (map[string]any, bool) {
	at := resolved(root, from)
	for _, name := range parts(pointer) {
		properties, _ := at["properties"].(map[string]any)
		next, ok := properties[name]
		if !ok {
			return nil, false
		}
		at = resolved(root, next)
	}
	return at, at != nil
}

func itemsOf(root, list map[string]any) (map[string]any, bool) {
	items := resolved(root, list["items"])
	return items, items != nil && list["type"] == "array"
}

// whole turns numbers that the schema calls integers into such, since CEL adds no double to an
// int. The rest is taken as it is.
func whole(v any, at, root map[string]any) any {
	at = resolved(root, at)
	switch x := v.(type) {
	case map[string]any:
		properties, _ := at["properties"].(map[string]any)
		out := make(map[string]any, len(x))
		for k, y := range x {
			p, _ := properties[k].(map[string]any)
			out[k] = whole(y, p, root)
		}
		return out
	case []any:
		items, _ := at["items"].(map[string]any)
		out := make([]any, len(x))
		for i, y := range x {
			out[i] = whole(y, items, root)
		}
		return out
	case float64:
		if at["type"] == "integer" && x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return int64(x)
		}
	}
	return v
}

// found is what the schema finds wrong with answers, one problem for each leaf of its error.
func (f *Form) found(a Answers) Problems {
	err := f.schema.Validate(copied(a.Plain()))
	if err == nil {
		return nil
	}
	var bad *jsonschema.ValidationError
	if !errors.As(err, &bad) {
		return Problems{problem("", "forms.wrong.value")}
	}
	var out Problems
	var leaves func(e *jsonschema.ValidationError)
	leaves = func(e *jsonschema.ValidationError) {
		switch e.ErrorKind.(type) {
		case *kind.OneOf, *kind.AnyOf: // which of the ways was meant can't be known
			out = append(out, problem(pointerOf(e.InstanceLocation), "forms.wrong.choice"))
			return
		}
		for _, c := range e.Causes {
			leaves(c)
		}
		if len(e.Causes) == 0 {
			out = append(out, said(e)...)
		}
	}
	leaves(bad)
	return out
}

func pointerOf(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return "/" + strings.Join(path, "/")
}

// said turns an error of the schema's into problems in words.
func said(e *jsonschema.ValidationError) Problems {
	at := pointerOf(e.InstanceLocation)
	one := func(key string, args ...string) Problems {
		return Problems{problem(at, "forms.wrong."+key, args...)}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		var out Problems
		for _, name := range k.Missing {
			out = append(out, problem(at+"/"+name, "forms.wrong.missing"))
		}
		return out
	case *kind.MinLength:
		return one("short", "least", strconv.Itoa(k.Want))
	case *kind.MaxLength:
		return one("long", "most", strconv.Itoa(k.Want))
	case *kind.Minimum:
		return one("least", "least", figure(k.Want))
	case *kind.Maximum:
		return one("most", "most", figure(k.Want))
	case *kind.ExclusiveMinimum:
		return one("above", "least", figure(k.Want))
	case *kind.ExclusiveMaximum:
		return one("below", "most", figure(k.Want))
	case *kind.MultipleOf:
		return one("multiple", "step", figure(k.Want))
	case *kind.MinItems:
		return one("few", "least", strconv.Itoa(k.Want))
	case *kind.MaxItems:
		return one("many", "most", strconv.Itoa(k.Want))
	case *kind.UniqueItems:
		return one("twice")
	case *kind.Enum, *kind.Const:
		return one("choice")
	case *kind.Format:
		return one("format-" + known(k.Want))
	case *kind.Pattern:
		return one("pattern")
	case *kind.AdditionalProperties, *kind.FalseSchema:
		return one("extra")
	}
	return one("value")
}

func known(format string) string {
	switch format {
	case "hkid", "phone", "email", "date":
		return format
	}
	return "other"
}

func figure(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	places, exact := r.FloatPrec()
	if !exact {
		places = 6
	}
	return r.FloatString(places)
}

// decode reads JSON into plain values, and refuses what follows it.
func decode(raw []byte) (any, error) {
	return jsonschema.UnmarshalJSON(bytes.NewReader(raw))
}
