package praya_test

import (
	"reflect"
	"testing"
	"unicode"

	"github.com/a-h/templ/parser/v2"
)

// TestTemplatesHoldNoText: what a person reads comes from the words of a subsystem, in three
// languages; a template holds marks between them at most.
func TestTemplatesHoldNoText(t *testing.T) {
	templates, texts := 0, 0
	walk(t, ".templ", func(path string) {
		if path == "platform/web/gallery.templ" {
			return // samples for developers and tests, in no catalogue on purpose
		}
		file, err := parser.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		templates++
		inTemplate(reflect.ValueOf(file), map[uintptr]bool{}, func(text string) {
			texts++
			for _, r := range text {
				if unicode.IsLetter(r) {
					t.Errorf("%s: %q stands in the template: it belongs into words/*.json", path, text)
					return
				}
			}
		})
	})
	if templates < 5 || texts == 0 {
		t.Errorf("%d templates with %d texts: is the walk still looking?", templates, texts)
	}
}

// spoken are the attributes that are read out or shown.
var spoken = map[string]bool{"aria-label": true, "title": true, "alt": true, "placeholder": true, "content": false}

// inTemplate visits every literal text of a parsed template.
func inTemplate(v reflect.Value, seen map[uintptr]bool, visit func(string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		inTemplate(v.Elem(), seen, visit)
	case reflect.Interface:
		if !v.IsNil() {
			inTemplate(v.Elem(), seen, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			inTemplate(v.Index(i), seen, visit)
		}
	case reflect.Struct:
		switch node := v.Interface().(type) {
		case parser.Text:
			visit(node.Value)
			return
		case parser.ConstantAttribute:
			if spoken[node.Key.String()] {
				visit(node.Value)
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				inTemplate(v.Field(i), seen, visit)
			}
		}
	}
}
