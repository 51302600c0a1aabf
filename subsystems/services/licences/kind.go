package licences

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// Kind is what a department issues under one name.
type Kind struct {
	Code       string
	Department string
	Name       lang.Text
	Prefix     string // letters that its numbers begin with
	Fields     []Field
	Months     int    // of a term; 0: no end
	RenewFrom  int    // days before the end from which it may be renewed; 0: at any time
	Remind     []int  // days before the end
	Dynamic    bool   // its codes are good for a minute
	Listed     bool   // the public register lists and searches it
	Renewal    string // path of the service by which it is renewed; may be empty
	Version    int64
}

// Field is a part of what a licence says. The first public field is what a code names it by.
type Field struct {
	Name   string    `json:"name"`
	Label  lang.Text `json:"label"`
	Public bool      `json:"public,omitempty"`
}

var (
	codeForm   = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)
	prefixForm = regexp.MustCompile(`^[A-Z]{1,6}$`)
	fieldForm  = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_-]{0,59}$`)
)

// Bounds of a kind.
const (
	maxFields = 60
	maxMonths = 1200
	maxRemind = 8
	maxDays   = 3660
	maxValue  = 2000
	maxReason = 2000
)

func (k Kind) check() error {
	f := fault.New(fault.Invalid, "licences.fault.kind")
	need := func(ok bool, field string) {
		if !ok {
			f = f.At(field, "licences.wrong.kind")
		}
	}
	need(codeForm.MatchString(k.Code), "code")
	need(k.Department != "" && len(k.Department) <= 40, "department")
	need(k.Name.Complete(), "name")
	need(prefixForm.MatchString(k.Prefix), "prefix")
	need(k.Months >= 0 && k.Months <= maxMonths, "months")
	need(k.RenewFrom >= 0 && k.RenewFrom <= maxDays, "renew_from")
	need(len(k.Remind) <= maxRemind && !slices.ContainsFunc(k.Remind, func(n int) bool { return n < 0 || n > maxDays }), "remind")
	need(k.Renewal == "" || strings.HasPrefix(k.Renewal, "/") && !strings.HasPrefix(k.Renewal, "//") && len(k.Renewal) <= 200, "renewal")
	need(len(k.Fields) <= maxFields, "fields")
	known := map[string]bool{}
	for _, d := range k.Fields {
		need(fieldForm.MatchString(d.Name) && !known[d.Name] && d.Label.Complete(), "fields")
		known[d.Name] = true
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// field finds a field by its name.
func (k Kind) field(name string) (Field, bool) {
	i := slices.IndexFunc(k.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return k.Fields[i], true
}

// public are the values that everybody may read, as the kind says now.
func (k Kind) public(values map[string]string) map[string]string {
	out := map[string]string{}
	for _, f := range k.Fields {
		if v, ok := values[f.Name]; ok && f.Public && v != "" {
			out[f.Name] = v
		}
	}
	return out
}

// publicNames are the names of the public fields, in their order.
func (k Kind) publicNames() (out []string) {
	for _, f := range k.Fields {
		if f.Public {
			out = append(out, f.Name)
		}
	}
	return out
}

// split parts values in those that stand open and those that are sealed.
func (k Kind) split(values map[string]string) (open, sealed map[string]string) {
	open, sealed = k.public(values), map[string]string{}
	for name, v := range values {
		if _, ok := open[name]; !ok {
			sealed[name] = v
		}
	}
	return open, sealed
}

// called is what a code and a list name a licence by: its first public field.
func (k Kind) called(values map[string]string) string {
	for _, f := range k.Fields {
		if f.Public && values[f.Name] != "" {
			return values[f.Name]
		}
	}
	return ""
}

// End is the last day of a term that begins on a day; zero when it has no end. A month whose
// length has not the day ends the term with itself.
func (k Kind) End(from when.Day) when.Day {
	if k.Months == 0 {
		return when.Day{}
	}
	months := int(from.Month) - 1 + k.Months
	year, month := from.Year+months/12, time.Month(months%12+1)
	last := when.DayOf(time.Date(year, month+1, 0, 0, 0, 0, 0, when.HongKong)) // day 0 is the last one of the month before
	if from.Date > last.Date {
		return last
	}
	return when.Day{Year: year, Month: month, Date: from.Date}.Add(-1)
}

// renewable reports whether a licence of this kind may be renewed on a day.
func (k Kind) renewable(l Licence, today when.Day) bool {
	if l.Until.IsZero() || l.State.Final() {
		return false
	}
	return k.RenewFrom == 0 || !today.Before(l.Until.Add(-k.RenewFrom))
}
