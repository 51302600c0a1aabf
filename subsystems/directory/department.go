package directory

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/search"
)

// Kind is the kind of a department.
type Kind string

// The kinds.
const (
	Bureau         Kind = "bureau"     // 局
	DepartmentKind Kind = "department" // 部門
	Office         Kind = "office"     // 辦公室
	Body           Kind = "body"       // 其他機構
)

// Kinds lists them all.
func Kinds() []Kind { return []Kind{Bureau, DepartmentKind, Office, Body} }

// Department is a unit of the government. Version is 0 for one that is not kept yet.
type Department struct {
	Code      string    `json:"code" doc:"Short and stable, such as DPO"`
	Kind      Kind      `json:"kind" enum:"bureau,department,office,body"`
	Name      lang.Text `json:"name"`
	Short     lang.Text `json:"short" doc:"Short forms, where there are any"`
	Parent    string    `json:"parent,omitempty" doc:"Code of the bureau or office over it"`
	Period    `doc:"Both days included"`
	Telephone string `json:"telephone,omitempty"`
	Website   string `json:"website,omitempty"`
	Version   int64  `json:"version"`
}

// Label is the name with its short form, for a list of choices.
func (d Department) Label(l lang.Lang) string {
	short := d.Short.In(l)
	switch {
	case short == "":
		return d.Name.In(l)
	case l == lang.EN:
		return d.Name.In(l) + " (" + short + ")"
	}
	return d.Name.In(l) + "（" + short + "）"
}

const (
	longestName  = 200 // characters
	longestShort = 40
	longestLine  = 100
)

var (
	codeForm      = regexp.MustCompile(`^[A-Z][A-Z0-9]{1,11}$`)
	telephoneForm = regexp.MustCompile(`^\+?[0-9][0-9 ()-]{2,24}$`)
	websiteForm   = regexp.MustCompile(`^https?://[a-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$`)
)

// ValidCode reports whether a text has the form of a department's code.
func ValidCode(s string) bool { return codeForm.MatchString(s) }

// wrongs collects the wrong fields of what was given.
type wrongs struct{ found *fault.Fault }

func (w *wrongs) add(field, key string) {
	if w.found == nil {
		w.found = fault.New(fault.Invalid, "directory.fault.invalid")
	}
	w.found = w.found.At(field, "directory.wrong."+key)
}

// need asks for something when it does not hold, and reports whether it did.
func (w *wrongs) need(ok bool, field, key string) bool {
	if !ok {
		w.add(field, key)
	}
	return ok
}

// bad reports whether anything was wrong.
func (w *wrongs) bad() bool { return w.found != nil }

// err is nil when nothing was wrong.
func (w *wrongs) err() error {
	if w.found == nil {
		return nil
	}
	return w.found
}

// wrong is a fault with one wrong field.
func wrong(field, key string) error {
	var w wrongs
	w.add(field, key)
	return w.err()
}

// line reports whether a text is one line that people can read.
func line(s string, longest int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= longest && s == strings.TrimSpace(s) &&
		strings.IndexFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || r == utf8.RuneError }) < 0
}

func (w *wrongs) text(t lang.Text, prefix string, longest int) {
	w.need(line(t.TC, longest), prefix+"tc", "line")
	w.need(line(t.EN, longest), prefix+"en", "line")
	w.need(line(t.SC, longest), prefix+"sc", "line")
}

func (w *wrongs) allThree(t lang.Text, prefix string) {
	w.need(t.TC != "", prefix+"tc", "needed")
	w.need(t.EN != "", prefix+"en", "needed")
	w.need(t.SC != "", prefix+"sc", "needed")
}

// check finds what is wrong with a department by itself.
func (d Department) check() error {
	var w wrongs
	w.need(ValidCode(d.Code), "code", "code")
	w.need(d.Kind == Bureau || d.Kind == DepartmentKind || d.Kind == Office || d.Kind == Body, "kind", "kind")
	w.allThree(d.Name, "")
	w.text(d.Name, "", longestName)
	w.text(d.Short, "short_", longestShort)
	w.need(d.Parent == "" || ValidCode(d.Parent), "parent", "code")
	w.need(d.Ordered(), "to", "order")
	w.need(d.Telephone == "" || telephoneForm.MatchString(d.Telephone), "telephone", "telephone")
	w.need(d.Website == "" || len(d.Website) <= longestName && websiteForm.MatchString(d.Website), "website", "website")
	return w.err()
}

// checkAmong finds what is wrong with a department among all of them, itself included as it
// is to be.
func (d Department) checkAmong(all map[string]Department) error {
	seen := map[string]bool{}
	for at := d; at.Parent != ""; {
		if seen[at.Code] {
			return wrong("parent", "circle")
		}
		seen[at.Code] = true
		up, ok := all[at.Parent]
		if !ok {
			return wrong("parent", "no-department")
		}
		at = up
	}
	if d.Parent != "" && !all[d.Parent].To.IsZero() && !d.Ended(all[d.Parent].To.Add(1)) {
		return wrong("parent", "parent-ended")
	}
	for _, child := range all {
		if child.Parent == d.Code && !d.To.IsZero() && !child.Ended(d.To.Add(1)) {
			return wrong("to", "children")
		}
	}
	return nil
}

// matches reports whether every word of a query occurs in a name, short form or code, in
// either script.
func (d Department) matches(query string) bool {
	text := search.Fold(strings.Join([]string{
		d.Code, d.Name.TC, d.Name.EN, d.Name.SC, d.Short.TC, d.Short.EN, d.Short.SC,
	}, "\n"))
	for word := range strings.FieldsSeq(search.Fold(query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// onDay keeps the departments that there are on a day.
func onDay(all []Department, day when.Day) []Department {
	var out []Department
	for _, d := range all {
		if d.On(day) {
			out = append(out, d)
		}
	}
	return out
}

// distance is small for a department that a query names exactly.
func (d Department) distance(query string) int {
	q := search.Fold(strings.TrimSpace(query))
	switch {
	case q == search.Fold(d.Code), q == search.Fold(d.Short.TC), q == search.Fold(d.Short.EN), q == search.Fold(d.Short.SC):
		return 0
	case q == search.Fold(d.Name.TC), q == search.Fold(d.Name.EN), q == search.Fold(d.Name.SC):
		return 1
	}
	return 2
}
