package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"unicode/utf8"
)

const maxDepth = 16

// object is a JSON object whose members' names are compared as they are: encoding/json
// would also take "AUD" for a field named aud.
type object map[string]json.RawMessage

var (
	errUTF8      = errors.New("is not valid UTF-8")
	errJSON      = errors.New("is not valid JSON")
	errNotObject = errors.New("is not a JSON object")
	errDeep      = errors.New("is nested deeper than 16 levels")
	errTwice     = errors.New("names a member twice")
)

// readObject reads bytes of outside as one JSON object of bounded depth, in which no
// name stands twice (RFC 8259, 4: what a second one means is anybody's guess).
func readObject(raw []byte) (object, error) {
	if err := checkJSON(raw); err != nil {
		return nil, err
	}
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if raw[0] != '{' {
		return nil, errNotObject
	}
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, errJSON
	}
	return o, nil
}

func checkJSON(raw []byte) error {
	if !utf8.Valid(raw) {
		return errUTF8
	}
	if tooDeep(raw) { // before json.Valid, which would follow it all the way
		return errDeep
	}
	if !json.Valid(raw) {
		return errJSON
	}
	return twice(raw)
}

func tooDeep(raw []byte) bool {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i = stringEnd(raw, i)
		case '{', '[':
			if depth++; depth > maxDepth {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// stringEnd gives the place of the quotation mark that ends the string begun at i.
func stringEnd(raw []byte, i int) int {
	for i++; i < len(raw) && raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i
}

// twice walks through JSON that is known to be valid.
func twice(raw []byte) error {
	var open []map[string]bool // of each object the names seen; nil for a list
	name := false              // whether a string now would be a name
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '{':
			open, name = append(open, map[string]bool{}), true
		case '[':
			open, name = append(open, nil), false
		case '}', ']':
			open, name = open[:len(open)-1], false
		case ',':
			name = open[len(open)-1] != nil
		case ':':
			name = false
		case '"':
			end := stringEnd(raw, i)
			if name {
				text := string(raw[i+1 : end])
				if bytes.IndexByte(raw[i:end], '\\') >= 0 {
					_ = json.Unmarshal(raw[i:end+1], &text) // valid already
				}
				seen := open[len(open)-1]
				if seen[text] {
					return errTwice
				}
				seen[text] = true
			}
			i = end
		}
	}
	return nil
}

// text is a member that is a string; false when it is not there or something else.
func (o object) text(name string) (string, bool) {
	raw := o[name]
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	var s string
	return s, json.Unmarshal(raw, &s) == nil
}

// seconds is a member that is a NumericDate (RFC 7519, 2), cut to the second.
func (o object) seconds(name string) (int64, bool) {
	raw, there := o[name]
	if !there {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > 1<<40 {
		return 0, false
	}
	return int64(f), true
}

func (o object) has(name string) bool { _, ok := o[name]; return ok }
