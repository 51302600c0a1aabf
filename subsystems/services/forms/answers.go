package forms

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Answers is what was answered so far: a JSON object that the form's schema describes. Numbers
// are float64, as encoding/json reads them; money is a whole number of cents. Functions of this
// package never change answers that they were given.
type Answers map[string]any

// remarks is where the answers keep what a person says about fetched values. The name can't be
// that of a property: those begin with a letter.
const remarks = "$remarks"

// Remarks is what the person says is wrong with fetched values, by JSON pointer.
func (a Answers) Remarks() map[string]string {
	out := map[string]string{}
	said, _ := a[remarks].(map[string]any)
	for at, text := range said {
		if s, ok := text.(string); ok {
			out[at] = s
		}
	}
	return out
}

// Plain is the answers without remarks: what the schema describes.
func (a Answers) Plain() map[string]any {
	out := maps.Clone(map[string]any(a))
	delete(out, remarks)
	return out
}

// With is the answers with one more value, such as a fetched one. A pointer that leads through
// something else than an object or an item that is there changes nothing.
func (a Answers) With(pointer string, value any) Answers {
	out := a.clone()
	out.set(pointer, plain(value))
	return out
}

// WithAll is the answers with many more values.
func (a Answers) WithAll(values map[string]any) Answers {
	out := a.clone()
	for pointer, v := range values {
		out.set(pointer, plain(v))
	}
	return out
}

// plain is a value as encoding/json would read it back, so that what is kept in memory and what
// comes back from the store are the same.
func plain(value any) any {
	if text, ok := value.(string); ok && utf8.ValidString(text) {
		return text
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}

func (a Answers) clone() Answers {
	if a == nil {
		return Answers{}
	}
	return copied(map[string]any(a)).(map[string]any)
}

func copied(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, y := range x {
			out[k] = copied(y)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, y := range x {
			out[i] = copied(y)
		}
		return out
	}
	return v
}

// parts cuts a JSON pointer (RFC 6901). Names of properties need no escapes: see Read.
func parts(pointer string) []string {
	return strings.Split(strings.TrimPrefix(pointer, "/"), "/")
}

// Get is the value at a JSON pointer.
func (a Answers) Get(pointer string) (any, bool) {
	var v any = map[string]any(a)
	for _, name := range parts(pointer) {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[name]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

func (a Answers) text(pointer string) string {
	v, _ := a.Get(pointer)
	s, _ := v.(string)
	return s
}

func (a Answers) list(pointer string) ([]any, bool) {
	v, _ := a.Get(pointer)
	list, ok := v.([]any)
	return list, ok
}

// set puts a value at its place and makes the objects on the way. An item of a list must be
// there, or be the next one.
func (a Answers) set(pointer string, value any) {
	put(map[string]any(a), parts(pointer), value)
}

func put(in any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	name := path[0]
	switch x := in.(type) {
	case nil:
		if name == "0" {
			return []any{put(nil, path[1:], value)}
		}
		return map[string]any{name: put(nil, path[1:], value)}
	case map[string]any:
		x[name] = put(x[name], path[1:], value)
	case []any:
		i, err := strconv.Atoi(name)
		if err == nil && i == len(x) {
			return append(x, put(nil, path[1:], value))
		}
		if err == nil && i >= 0 && i < len(x) {
			x[i] = put(x[i], path[1:], value)
		}
	}
	return in
}

// remove takes a value away, and the objects that are empty without it.
func (a Answers) remove(pointer string) {
	path := parts(pointer)
	name := path[len(path)-1]
	if len(path) == 1 {
		delete(a, name)
		return
	}
	above := "/" + strings.Join(path[:len(path)-1], "/")
	in, _ := a.Get(above)
	object, ok := in.(map[string]any)
	if !ok {
		return
	}
	delete(object, name)
	if _, err := strconv.Atoi(path[len(path)-2]); len(object) == 0 && err != nil {
		a.remove(above)
	}
}

// removeItem takes an item out of a list.
func (a Answers) removeItem(pointer string, n int) {
	if list, ok := a.list(pointer); ok && n >= 0 && n < len(list) {
		a.set(pointer, slices.Delete(slices.Clone(list), n, n+1))
	}
}

// item is an item of a list, or nil.
func (a Answers) item(pointer string, n int) any {
	list, _ := a.list(pointer)
	if n < 0 || n >= len(list) {
		return nil
	}
	return list[n]
}

func (a Answers) remark(pointer, text string) {
	said, _ := a[remarks].(map[string]any)
	if said == nil {
		said = map[string]any{}
	}
	delete(said, pointer)
	if text != "" {
		said[pointer] = text
	}
	delete(a, remarks)
	if len(said) > 0 {
		a[remarks] = said
	}
}
