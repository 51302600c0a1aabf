package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// Form is a form's frame.
type Form struct {
	ID     string
	Action string // path
	Get    bool   // a search or filter; otherwise it changes something
	Files  bool
	Submit string // what the button does: 遞交申請
	Cancel string // path
	Hidden [][2]string
	Danger bool
	Quiet  bool // not the page's main act
	Filter bool // a search or a filter over a list: its fields stand in a row
}

func (f Form) class() string {
	if f.Filter {
		return "form filters"
	}
	return "form"
}

func (f Form) method() string {
	if f.Get {
		return "get"
	}
	return "post"
}

func (f Form) enctype() string {
	if f.Files {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

func (f Form) dangerous() Form {
	f.Danger = true
	return f
}

// Field is a question. Error is what to do about its answer, when it is wrong.
type Field struct {
	Name, Label, Hint, Value, Error string

	Kind         string // of input: "text" unless said otherwise
	Width        string // "short" or "medium"; full width otherwise
	Autocomplete string
	Inputmode    string
	MaxLength    int
	Lang         lang.Lang // of the answer
	Optional     bool
}

// FieldError is an error of the summary, and leads to the field of that name.
type FieldError struct{ Name, Text string }

// Choice is an answer that is offered.
type Choice struct {
	Value, Label, Hint string
	Lang               lang.Lang
	Chosen             bool
}

// FileInput is a question for files; the hint says types and limit.
type FileInput struct {
	Field
	Accept string
	Many   bool
}

func fieldID(name string) string { return "f-" + name }

func (f Field) id() string { return fieldID(f.Name) }

// choiceID gives the first choice the field's own id, so that the summary leads to it.
func (f Field) choiceID(i int) string {
	if i == 0 {
		return f.id()
	}
	return f.id() + "-" + strconv.Itoa(i)
}

func (f Field) kind() string {
	if f.Kind == "" {
		return "text"
	}
	return f.Kind
}

// described ties a question to its hint and its error.
func (f Field) described() templ.Attributes {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	a := templ.Attributes{}
	if len(ids) > 0 {
		a["aria-describedby"] = strings.Join(ids, " ")
	}
	return a
}

func (f Field) attributes() templ.Attributes {
	a := f.described()
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.Autocomplete != "" {
		a["autocomplete"] = f.Autocomplete
	}
	if f.Inputmode != "" {
		a["inputmode"] = f.Inputmode
	}
	if f.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(f.MaxLength)
	}
	if f.Lang != "" {
		a["lang"] = f.Lang.Tag()
	}
	return a
}

// DateInput is a question for a day. Year, Month and Date are what was typed.
type DateInput struct {
	Field
	Year, Month, Date string
	MayBeUnknown      bool
	Unknown           bool
}

type datePart struct{ name, label, value string }

func (f DateInput) parts(v *View) []datePart {
	year := datePart{"year", v.T("web.date.year"), f.Year}
	month := datePart{"month", v.T("web.date.month"), f.Month}
	date := datePart{"day", v.T("web.date.day"), f.Date}
	if v.Lang() == lang.EN {
		return []datePart{date, month, year}
	}
	return []datePart{year, month, date}
}

func (f DateInput) partID(i int, name string) string {
	if i == 0 {
		return f.id()
	}
	return f.id() + "-" + name
}

// DateOf takes a day's fields out of a posted form, as they were typed.
func DateOf(form url.Values, f Field) DateInput {
	return DateInput{
		Field: f, Year: form.Get(f.Name + "-year"), Month: form.Get(f.Name + "-month"), Date: form.Get(f.Name + "-day"),
		Unknown: form.Get(f.Name+"-unknown") != "",
	}
}

var errDay = errors.New("web: not a day")

// Day reads the three fields; full-width digits and spaces are accepted.
func (f DateInput) Day() (when.Day, error) {
	year, err1 := strconv.Atoi(HalfWidth(f.Year))
	month, err2 := strconv.Atoi(HalfWidth(f.Month))
	date, err3 := strconv.Atoi(HalfWidth(f.Date))
	if errors.Join(err1, err2, err3) != nil || year < 1000 || year > 9999 {
		return when.Day{}, errDay
	}
	d := when.Day{Year: year, Month: time.Month(month), Date: date}
	if d.Add(0) != d { // the 31st of a shorter month
		return when.Day{}, errDay
	}
	return d, nil
}

// HalfWidth turns full-width letters, digits and signs into those of ASCII, and takes
// spaces away at both ends: Chinese keyboards type them.
func HalfWidth(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		}
		return r
	}, s))
}
