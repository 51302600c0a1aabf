package httpsig

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The bounds of what is read or signed. They are wide for honest messages.
const (
	maxField      = 8 << 10  // one covered field, or one of our own fields, all its lines together
	maxBase       = 64 << 10 // a signature base
	maxComponents = 32
)

// component is the identifier of a message component (RFC 9421, 2).
type component struct {
	name string // lower case
	req  bool   // of the request, in a response's signature (2.4)
	key  string // a dictionary's member (2.1.2); only for "signature"
	last bool   // req was written after key: an identifier keeps its order in the base
}

// append writes the identifier.
func (c component) append(b []byte) []byte {
	b = appendString(b, c.name)
	if c.req && !c.last {
		b = append(b, ";req"...)
	}
	if c.key != "" {
		b = appendString(append(b, ";key="...), c.key)
	}
	if c.req && c.last {
		b = append(b, ";req"...)
	}
	return b
}

// message is what components are taken from: a request, or a response and its request.
type message struct {
	header  http.Header
	length  int64 // of the body; negative when not known
	request *http.Request
	status  int // 0: the message is the request itself
	scheme  string
}

// value is a component's canonical value (RFC 9421, 2.1 and 2.2).
func (m message) value(c component) (string, error) {
	header, length := m.header, m.length
	if c.req {
		header, length = m.request.Header, m.request.ContentLength
	}
	if strings.HasPrefix(c.name, "@") {
		return m.derived(c)
	}
	if c.key != "" {
		return memberOf(header, c.key)
	}
	lines := header.Values(c.name)
	if len(lines) == 0 {
		if c.name == "content-length" && length >= 0 {
			return strconv.FormatInt(length, 10), nil
		}
		return "", refuse(RuleComponents, "send the field, or leave it out of the covered components", "the message has no field %s", c.name)
	}
	if tooLong(lines, maxField) {
		return "", refuse(RuleSize, "send less in it, or don't cover it", "the field %s is longer than %d bytes", c.name, maxField)
	}
	value := strings.Trim(lines[0], " \t")
	for _, line := range lines[1:] {
		value += ", " + strings.Trim(line, " \t")
	}
	if !printable(value) {
		return "", refuse(RuleSyntax, "send visible ASCII, spaces and tabs only", "the field %s has bytes that can't stand in a signature base", c.name)
	}
	return value, nil
}

func (m message) derived(c component) (string, error) {
	if c.name == "@status" {
		return strconv.Itoa(m.status), nil
	}
	r := m.request
	if r.URL == nil || r.URL.Opaque != "" || r.Method == http.MethodConnect || r.URL.Path == "*" {
		return "", refuse(RuleComponents, "send a request with a path", "the request's target is not an address with a path")
	}
	var out string
	switch c.name {
	case "@method":
		out = r.Method
		if out == "" {
			out = http.MethodGet // as net/http sends it
		}
	case "@target-uri":
		out = m.scheme + "://" + authority(r, m.scheme) + pathOf(r.URL)
		if r.URL.RawQuery != "" || r.URL.ForceQuery {
			out += "?" + r.URL.RawQuery
		}
	case "@authority":
		out = authority(r, m.scheme)
	case "@path":
		out = pathOf(r.URL)
	case "@query":
		out = "?" + r.URL.RawQuery // a lone ? when there is none (2.2.7)
	}
	if len(out) > maxField {
		return "", refuse(RuleSize, "ask with a shorter address", "%s is longer than %d bytes", c.name, maxField)
	}
	if !printable(out) {
		return "", refuse(RuleSyntax, "percent-encode it", "%s has bytes that can't stand in a signature base", c.name)
	}
	return out, nil
}

// authority is the host, in lower case, without the scheme's own port (RFC 9421, 2.2.3).
func authority(r *http.Request, scheme string) string {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	host = strings.ToLower(host)
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

func pathOf(u *url.URL) string {
	if p := u.EscapedPath(); p != "" {
		return p
	}
	return "/"
}

// memberOf is a signature of the message as the strict serialisation of its dictionary member.
func memberOf(header http.Header, label string) (string, error) {
	value, err := signatureOf(header, label)
	if err != nil {
		return "", err
	}
	return string(appendBytes(nil, value)), nil
}

// base makes the signature base (RFC 9421, 2.5) of components, and ends it with the text of
// the signature's parameters.
func (m message) base(in input) ([]byte, error) {
	out := make([]byte, 0, 768)
	for _, c := range in.components {
		value, err := m.value(c)
		if err != nil {
			return nil, err
		}
		out = append(append(append(c.append(out), ": "...), value...), '\n')
		if len(out) > maxBase {
			return nil, refuse(RuleSize, "cover fewer or shorter fields", "the signature base is longer than %d bytes", maxBase)
		}
	}
	return append(append(out, `"@signature-params": `...), in.text...), nil
}

// printable reports whether a value is visible ASCII, spaces and tabs: nothing in it can end
// a line of the signature base (RFC 9421, 7.5.3).
func printable(s string) bool {
	for i := range len(s) {
		if s[i] != '\t' && (s[i] < ' ' || s[i] > '~') {
			return false
		}
	}
	return true
}

func tooLong(lines []string, limit int) bool {
	n := 0
	for _, l := range lines {
		n += len(l) + 2
	}
	return n > limit+2
}

// derivedOfRequest are the components of the profile that are derived from a request.
var derivedOfRequest = []string{"@method", "@target-uri", "@authority", "@path", "@query"}

// fieldName reports whether s can be the lower-case name of a field (RFC 9110, 5.1). The
// fields of signatures themselves are covered by [component].key only.
func fieldName(s string) bool {
	for i := range len(s) {
		ch := s[i]
		if (ch < 'a' || ch > 'z') && (ch < '0' || ch > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(ch)) {
			return false
		}
	}
	return s != "" && len(s) <= 64 && s != "signature" && s != "signature-input"
}
