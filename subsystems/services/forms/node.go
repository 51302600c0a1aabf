package forms

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"

	"praya/kernel/lang"
)

// reading collects what is wrong with a form's file, so that its writer sees all of it at once.
type reading struct {
	problems Problems
	texts    map[string]lang.Text
}

func (r *reading) wrong(at, key string, args ...string) {
	r.problems = append(r.problems, problem(at, "forms.form."+key, args...))
}

// node is a place in the file.
type node struct {
	*reading
	at string
	v  any
}

func (n node) there() bool { return n.v != nil }

// object gives the members, and names those that nobody reads: a slip of the pen in "optional"
// must not make a question compulsory.
func (n node) object(names ...string) map[string]node {
	out := map[string]node{}
	for _, name := range names {
		out[name] = node{n.reading, n.at + "/" + name, nil}
	}
	if !n.there() {
		return out
	}
	m, ok := n.v.(map[string]any)
	if !ok {
		n.wrong(n.at, "object")
		return out
	}
	for name, v := range m {
		if !slices.Contains(names, name) {
			n.wrong(n.at+"/"+name, "unknown")
		}
		out[name] = node{n.reading, n.at + "/" + name, v}
	}
	return out
}

func (n node) list(most int) []node {
	if !n.there() {
		return nil
	}
	list, ok := n.v.([]any)
	if !ok {
		n.wrong(n.at, "list")
		return nil
	}
	if len(list) > most {
		n.wrong(n.at, "too-many", "most", strconv.Itoa(most))
		list = list[:most]
	}
	out := make([]node, len(list))
	for i, v := range list {
		out[i] = node{n.reading, n.at + "/" + strconv.Itoa(i), v}
	}
	return out
}

func (n node) str() string {
	s, ok := n.v.(string)
	if n.there() && !ok {
		n.wrong(n.at, "string")
	}
	return s
}

func (n node) boolean() bool {
	b, ok := n.v.(bool)
	if n.there() && !ok {
		n.wrong(n.at, "boolean")
	}
	return b
}

func (n node) number(low, high, otherwise int64) int64 {
	if !n.there() {
		return otherwise
	}
	x, _ := n.v.(json.Number)
	i, err := strconv.ParseInt(x.String(), 10, 64)
	if err != nil || i < low || i > high {
		n.wrong(n.at, "number", "least", strconv.FormatInt(low, 10), "most", strconv.FormatInt(high, 10))
		return otherwise
	}
	return i
}

var names = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,59}$`)

var ids = regexp.MustCompile(`^[a-z][a-z0-9-]{0,59}$`)

// id reads a name that stands in addresses.
func (n node) id() string {
	s := n.str()
	if !ids.MatchString(s) {
		n.wrong(n.at, "id")
	}
	return s
}

// pointer reads a place in the answers. Its names are those that a rule can name, too.
func (n node) pointer() string {
	s := n.str()
	if len(s) < 2 || s[0] != '/' {
		n.wrong(n.at, "pointer")
		return ""
	}
	for _, name := range parts(s) {
		if !names.MatchString(name) {
			n.wrong(n.at, "pointer")
			return ""
		}
	}
	return s
}

const maxSaid = 4000

// text reads a text in three languages: an object, or the name of one that stands in texts.
func (n node) text(must bool) lang.Text {
	if !n.there() {
		if must {
			n.wrong(n.at, "text")
		}
		return lang.Text{}
	}
	if name, ok := n.v.(string); ok {
		t, ok := n.texts[name]
		if !ok {
			n.wrong(n.at, "text-name", "name", name)
		}
		return t
	}
	m := n.object("tc", "en", "sc")
	t := lang.Text{TC: m["tc"].str(), EN: m["en"].str(), SC: m["sc"].str()}
	if !t.Complete() || len(t.TC) > maxSaid || len(t.EN) > maxSaid || len(t.SC) > maxSaid {
		n.wrong(n.at, "text")
	}
	return t
}
