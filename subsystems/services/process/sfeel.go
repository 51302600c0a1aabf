package process

import (
	"fmt"
	"regexp"
	"strings"
)

// Unary tests of S-FEEL (DMN 1.3, 9.2), the part that tables of departments use: values, lists of
// them, comparisons, intervals, not(…), and dates. Each becomes CEL over the column's value.

var (
	literal  = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)$`)
	dateCall = regexp.MustCompile(`^date\(\s*("\d{4}-\d{2}-\d{2}")\s*\)$`)
	compared = regexp.MustCompile(`^(<=|>=|!=|<|>|=)\s*(.+)$`)
	interval = regexp.MustCompile(`^([\[\](])\s*(.+?)\s*\.\.\s*(.+?)\s*([\[\])])$`)
)

// unaryTests brings a cell into CEL.
func unaryTests(text string) (string, error) {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "not("); ok && strings.HasSuffix(inner, ")") {
		tests, err := anyOf(strings.TrimSuffix(inner, ")"))
		return "!(" + tests + ")", err
	}
	return anyOf(text)
}

func anyOf(text string) (string, error) {
	parts, err := splitTests(text)
	if err != nil {
		return "", err
	}
	for i, p := range parts {
		if parts[i], err = unaryTest(p); err != nil {
			return "", err
		}
	}
	return strings.Join(parts, " || "), nil
}

// splitTests cuts at commas that stand in no text and no brackets.
func splitTests(text string) (out []string, err error) {
	depth, begin, within := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case within && c == '\\':
			i++
		case c == '"':
			within = !within
		case within:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			out = append(out, strings.TrimSpace(text[begin:i]))
			begin = i + 1
		}
	}
	if within {
		return nil, fmt.Errorf("a text without its end: %s", text)
	}
	return append(out, strings.TrimSpace(text[begin:])), nil
}

func unaryTest(text string) (string, error) {
	if m := interval.FindStringSubmatch(text); m != nil {
		low, errLow := endpoint(m[2])
		high, errHigh := endpoint(m[3])
		if errLow != nil {
			return "", errLow
		}
		if errHigh != nil {
			return "", errHigh
		}
		from, to := ">", "<"
		if m[1] == "[" {
			from = ">="
		}
		if m[4] == "]" {
			to = "<="
		}
		return fmt.Sprintf("(input != null && input %s %s && input %s %s)", from, low, to, high), nil
	}
	operator := "="
	if m := compared.FindStringSubmatch(text); m != nil {
		operator, text = m[1], m[2]
	}
	value, err := endpoint(text)
	switch operator {
	case "=":
		return "(input == " + value + ")", err
	case "!=":
		return "(input != " + value + ")", err
	}
	return fmt.Sprintf("(input != null && input %s %s)", operator, value), err
}

// endpoint is a value: a literal, a date, or the name of a variable. Days are text that sorts.
func endpoint(text string) (string, error) {
	text = strings.TrimSpace(text)
	if m := dateCall.FindStringSubmatch(text); m != nil {
		return m[1], nil
	}
	if !literal.MatchString(text) {
		return "", fmt.Errorf("no value: %s", text)
	}
	return text, nil
}
