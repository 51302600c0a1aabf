package httpsig

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// Signers write their fields in one way: a single line with a single member, without escapes or
// spaces that could be left out. What is written so is read here in a sixth of the library's time;
// anything else, also what is wrong, is the library's to read (FuzzInput holds the two together).

// plainInput reads Signature-Input's only member.
func plainInput(lines []string, label string) (in input, ok bool) {
	rest, ok := onlyMember(lines, label)
	if !ok || !strings.HasPrefix(rest, "(") {
		return in, false
	}
	in.text, rest = rest, rest[1:]
	in.components = make([]component, 0, 12)
	for len(in.components) < maxComponents {
		var c component
		if c, rest, ok = plainComponent(rest); !ok || c.refusal() != nil || in.has(c) {
			return in, false
		}
		in.components = append(in.components, c)
		if after, end := strings.CutPrefix(rest, ")"); end {
			return in, in.takePlain(after)
		}
		if rest, ok = strings.CutPrefix(rest, " "); !ok {
			return in, false
		}
	}
	return in, false
}

func (in *input) has(c component) bool {
	return slices.ContainsFunc(in.components, func(d component) bool { return same(c, d) })
}

// plainComponent reads a component's identifier from the beginning of a text.
func plainComponent(s string) (c component, rest string, ok bool) {
	if c.name, rest, ok = plainString(s); !ok {
		return c, rest, false
	}
	for !c.req || c.key == "" {
		if after, found := strings.CutPrefix(rest, ";req"); found && !c.req {
			c.req, c.last, rest = true, c.key != "", after
		} else if after, found := strings.CutPrefix(rest, ";key="); found && c.key == "" {
			if c.key, rest, ok = plainString(after); !ok || c.key == "" {
				return c, rest, false
			}
		} else {
			break
		}
	}
	return c, rest, true
}

// takePlain reads the parameters, to the text's end.
func (in *input) takePlain(s string) bool {
	for range 6 {
		if s == "" {
			break
		}
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			return false
		}
		switch name {
		case ";created":
			ok, s = plainInt(&in.created, value)
		case ";expires":
			ok, s = plainInt(&in.expires, value)
		case ";nonce":
			ok, s = plainOnce(&in.nonce, value)
		case ";keyid":
			ok, s = plainOnce(&in.keyID, value)
		case ";alg":
			ok, s = plainOnce(&in.alg, value)
		case ";tag":
			ok, s = plainOnce(&in.tag, value)
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return s == ""
}

// plainInt reads a number from 1 to 15 digits without a leading zero (RFC 9651, 3.3.1).
func plainInt(into *int64, s string) (ok bool, rest string) {
	end := strings.IndexByte(s, ';')
	if end < 0 {
		end = len(s)
	}
	if *into != 0 || end == 0 || end > 15 || !isDigits(s[:end]) || s[0] == '0' {
		return false, s
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	*into = n
	return err == nil, s[end:]
}

func isDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func plainOnce(into *string, s string) (ok bool, rest string) {
	if *into != "" {
		return false, s
	}
	*into, rest, ok = plainString(s)
	return ok && *into != "", rest
}

// plainString reads a string without escapes (RFC 9651, 3.3.3).
func plainString(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	end := strings.IndexByte(s[1:], '"')
	if end < 0 {
		return "", s, false
	}
	value, rest = s[1:1+end], s[2+end:]
	return value, rest, printable(value) && !strings.ContainsAny(value, "\\\t")
}

// plainBytes reads a field's only member, a byte sequence (RFC 9651, 3.3.5).
func plainBytes(lines []string, name string) (value []byte, ok bool) {
	rest, ok := onlyMember(lines, name)
	if !ok || len(rest) < 2 || rest[0] != ':' || rest[len(rest)-1] != ':' || strings.ContainsAny(rest, "\r\n") {
		return nil, false
	}
	value, err := base64.StdEncoding.Strict().DecodeString(rest[1 : len(rest)-1])
	return value, err == nil
}

// onlyMember gives the value of a dictionary's member when the field is a line that begins with it.
func onlyMember(lines []string, name string) (rest string, ok bool) {
	if len(lines) != 1 || len(lines[0]) > maxField {
		return "", false
	}
	if rest, ok = strings.CutPrefix(lines[0], name); !ok {
		return "", false
	}
	return strings.CutPrefix(rest, "=")
}
