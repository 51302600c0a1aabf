package httpsig

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// Signers write their fields in one way: a line for each member, without escapes or spaces that
// could be left out. What is written so is read here in a sixth of the library's time; anything
// else, also what is wrong, is the library's to read (FuzzInput holds the two together).

// plainInput reads the member of Signature-Input under a label.
func plainInput(lines []string, label string) (input, bool) {
	in, there, plain := plainMember(lines, label, readInput)
	return in, there && plain
}

// readInput reads a list of components with its parameters, to the text's end.
func readInput(rest string) (in input, ok bool) {
	if !strings.HasPrefix(rest, "(") {
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

// plainBytes reads the member of a field under a name, a byte sequence (RFC 9651, 3.3.5).
func plainBytes(lines []string, name string) ([]byte, bool) {
	value, there, plain := plainMember(lines, name, readBytes)
	return value, there && plain
}

func readBytes(s string) (value []byte, ok bool) {
	if len(s) < 2 || s[0] != ':' || s[len(s)-1] != ':' || strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	value, err := base64.StdEncoding.Strict().DecodeString(s[1 : len(s)-1])
	return value, err == nil
}

// plainlyWithout reports whether a field of signatures is plain and has no member under a label.
func plainlyWithout[T any](lines []string, label string, read func(string) (T, bool)) bool {
	_, there, plain := plainMember(lines, label, read)
	return plain && !there
}

// mostLines is how many members are read plainly: a partner's signature, the gateway's, and one more.
const mostLines = 3

// plainMember reads a dictionary with a member a line, each under another name. It gives the one
// under a name if it is there, and says whether all are plain.
func plainMember[T any](lines []string, under string, read func(string) (T, bool)) (member T, there, plain bool) {
	if len(lines) == 0 || len(lines) > mostLines || tooLong(lines, maxField) {
		return member, false, false
	}
	for i, line := range lines {
		name, text, ok := strings.Cut(line, "=")
		if !ok || !plainName(name) {
			return member, false, false
		}
		for _, before := range lines[:i] {
			if strings.HasPrefix(before, line[:len(name)+1]) {
				return member, false, false
			}
		}
		one, ok := read(text)
		if !ok {
			return member, false, false
		}
		if name == under {
			member, there = one, true
		}
	}
	return member, there, true
}

// plainName reports whether a text is a dictionary's key (RFC 9651, 3.1.2).
func plainName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && c != '*' && (i == 0 || (c < '0' || c > '9') && c != '_' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}
