package process

import (
	"regexp"
	"slices"
	"strings"

	"praya/subsystems/services/rule"
)

// The variables that are always there.
func given() []string { return []string{"today", "subject", "department", "outcome"} }

var (
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`)
	word   = regexp.MustCompile(`(?:\.\s*\??\s*)?\b[A-Za-z_][A-Za-z0-9_]*\b(?:\s*\()?`)
	plain  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// reserved are words of CEL that are no variables, and names of its libraries.
func reserved(w string) bool {
	switch w {
	case "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
		"let", "loop", "package", "namespace", "return", "var", "void", "while", "math", "strings", "optional":
		return true
	}
	return false
}

// names are the words of an expression that may be variables. It is not the grammar: a name too
// many is a variable that is never asked for.
func names(text string) (out []string) {
	for _, w := range word.FindAllString(quoted.ReplaceAllString(text, `""`), -1) {
		if !strings.HasPrefix(w, ".") && !strings.HasSuffix(w, "(") && !reserved(w) {
			out = append(out, w)
		}
	}
	return out
}

// expression is a text of a model that is to be compiled.
type expression struct {
	element, text string
	condition     bool
	put           func(*rule.Rule)
}

func (r *reader) expressions() (out []expression) {
	for _, f := range r.pending {
		if f.Condition != "" {
			out = append(out, expression{f.ID, f.Condition, true, func(x *rule.Rule) { f.rule = x }})
		}
	}
	for _, id := range r.m.Order {
		n := r.m.Nodes[id]
		for _, list := range [][]Pair{n.Input, n.Set} {
			for i := range list {
				if !plain.MatchString(list[i].Name) || list[i].Text == "" {
					r.m.complain(id, "pair", "name", list[i].Name)
					continue
				}
				out = append(out, expression{id, list[i].Text, false, func(x *rule.Rule) { list[i].rule = x }})
			}
		}
		if _, ok := n.Timer.fixed(); n.Timer.Date != "" && !ok {
			out = append(out, expression{id, n.Timer.Date, false, func(x *rule.Rule) { n.Timer.rule = x }})
		}
	}
	return out
}

// compile compiles all expressions. Where the process declares its variables, other names are
// problems; where it does not, every name that an expression uses is one.
func (r *reader) compile() {
	all := r.expressions()
	known := given()
	for _, id := range r.m.Order {
		if plain.MatchString(id) {
			known = append(known, id)
		}
		for _, p := range r.m.Nodes[id].Set {
			if plain.MatchString(p.Name) {
				known = append(known, p.Name)
			}
		}
	}
	for _, name := range r.m.declared {
		if !plain.MatchString(name) || reserved(name) {
			r.m.complain(r.m.Process, "pair", "name", name)
			continue
		}
		known = append(known, name)
	}
	if !r.m.given {
		for _, x := range all {
			known = append(known, names(x.text)...)
		}
	}
	slices.Sort(known)
	language, err := rule.NewLanguage(slices.DeleteFunc(slices.Compact(known), reserved)...)
	if err != nil {
		r.m.complain(r.m.Process, "expression", "why", err.Error())
		return
	}
	for _, x := range all {
		r.put(language, x)
	}
}

func (r *reader) put(language *rule.Language, x expression) {
	compile := language.Compile
	if x.condition {
		compile = language.Condition
	}
	compiled, err := compile(strings.TrimSpace(strings.TrimPrefix(x.text, "=")))
	if err != nil {
		r.m.complain(x.element, "expression", "why", brief(err))
		return
	}
	x.put(compiled)
}

// brief is the first line of CEL's answer, which is what is wrong and where.
func brief(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return strings.TrimPrefix(line, "ERROR: <input>:")
}
