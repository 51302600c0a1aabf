package forms

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"praya/kernel/lang"
	"praya/subsystems/services/rule"
)

// Form is a form that has been read. It does not change, and is safe for concurrent use.
type Form struct {
	ID    string
	Title lang.Text
	Pages []*Page

	raw    json.RawMessage // the JSON Schema, as it was written
	shape  map[string]any  // the same, decoded
	schema *jsonschema.Schema
}

// Page is one question, or one group of questions.
type Page struct {
	ID                string
	Title, Lead, Help lang.Text
	When              string    // the condition, as it was written; empty: always
	Said              lang.Text // the condition in words
	Fields            []*Field
	Repeat            *Repeat // the fields are asked for each item of a list

	holds  *rule.Rule
	checks []check
	form   *Form
	item   int     // from 1: the page of one item; 0: any other page
	each   []*Page // the pages of items
}

// Repeat is a list whose items all have the fields of the page (重複組別).
type Repeat struct {
	Pointer     string
	Item        lang.Text // "Partner"
	Least, Most int
	Each        bool // the list has a page, and each item one of its own
}

// Field is something that is asked or shown.
type Field struct {
	Pointer     string // in the answers, or in the item of a repeated page
	Label, Hint lang.Text
	As          Widget
	Optional    bool
	When        string    // the condition, as it was written
	Said        lang.Text // the condition in words
	Source      string    // where a value is fetched from: "identity.chName"
	Lock        bool      // a fetched value stays as it was fetched
	Compute     string    // the expression that gives the value: it is shown, not asked
	Choices     []Choice
	Types       []string // media types that a file may have
	MaxBytes    int64    // of one file
	MostFiles   int

	missing lang.Text // what to say when there is no answer
	many    bool      // the value is a list: of choices or of files
	whole   bool      // the schema says integer
	most    int       // characters
	holds   *rule.Rule
	compute *rule.Rule
	checks  []check
}

// Choice is an answer that is offered.
type Choice struct {
	Value       string
	Label, Hint lang.Text
}

// check is a condition that an answer must fulfil, and what to say when it does not.
type check struct {
	must *rule.Rule
	say  lang.Text
}

// Widget is how a field is asked.
type Widget string

// The widgets.
const (
	Text        Widget = "text"         // one line
	Lines       Widget = "lines"        // several lines
	Number      Widget = "number"       // a decimal number
	Integer     Widget = "integer"      // a whole number
	Money       Widget = "money"        // HK$, kept in cents
	Day         Widget = "day"          // a civil day, 2006-01-02
	YesNo       Widget = "yes-no"       // true or false
	One         Widget = "one"          // one of a few
	Select      Widget = "select"       // one of many
	Many        Widget = "many"         // any of a few
	HKID        Widget = "hkid"         // A123456(3)
	Phone       Widget = "phone"        // 8 digits, or + and a foreign number
	Email       Widget = "email"        // one address
	Place       Widget = "address"      // an Address
	ChineseName Widget = "chinese-name" // as on the identity card
	EnglishName Widget = "english-name" // as on the identity card
	File        Widget = "file"         // one file or several
	Tick        Widget = "tick"         // a declaration: it must be ticked
	Heading     Widget = "heading"      // nothing is asked
)

// Schema is the form's JSON Schema, for other validators.
func (f *Form) Schema() json.RawMessage { return f.raw }

// Page is a page by its id, "partners", or that of an item, "partners.2"; nil when there is none.
func (f *Form) Page(id string) *Page {
	name, item, ofItem := strings.Cut(id, ".")
	for _, p := range f.Pages {
		if p.ID != name {
			continue
		}
		if !ofItem {
			return p
		}
		n, err := strconv.Atoi(item)
		if err != nil || p.Repeat == nil || !p.Repeat.Each || n < 1 || n > p.Repeat.Most || strconv.Itoa(n) != item {
			return nil
		}
		return p.each[n-1]
	}
	return nil
}

// of is the page of an item, counted from 1. Its title is the item's name.
func (p *Page) of(n int) *Page {
	out, number := *p, strconv.Itoa(n)
	out.ID, out.item = p.ID+"."+number, n
	out.Title = lang.Text{TC: p.Repeat.Item.TC + number, EN: p.Repeat.Item.EN + " " + number, SC: p.Repeat.Item.SC + number}
	return &out
}

// opened is the page and, where each item has one, those of the items: the list comes first, so
// that people say how many there are before they describe them.
func (p *Page) opened(a Answers) []*Page {
	out := []*Page{p}
	if p.Repeat != nil && p.Repeat.Each {
		for n := range max(p.items(a), p.Repeat.Least) {
			out = append(out, p.each[n])
		}
	}
	return out
}

// asks is the fields that the page itself asks for.
func (p *Page) asks(a Answers) []asked {
	switch {
	case p.item > 0:
		return p.ofItem(p.item - 1)
	case p.Repeat != nil && p.Repeat.Each:
		return nil
	}
	return p.all(a)
}

// Wanted is a value that can be fetched, so that nobody types what government knows.
type Wanted struct {
	Pointer  string
	Source   string
	Lock     bool
	Optional bool
	Label    lang.Text
}

// Wanted lists what can be fetched, in the order of the form. The items of a repeated page are
// not fetched one by one: a source of theirs is left out.
func (f *Form) Wanted() []Wanted {
	var out []Wanted
	for _, p := range f.Pages {
		for _, x := range p.Fields {
			if x.Source != "" && p.Repeat == nil {
				out = append(out, Wanted{x.Pointer, x.Source, x.Lock, x.Optional, x.Label})
			}
		}
	}
	return out
}

// HasFiles reports whether the page takes files: its form is sent as multipart then.
func (p *Page) HasFiles() bool {
	for _, x := range p.Fields {
		if x.As == File {
			return true
		}
	}
	return false
}

// FileAt is the field that takes the file posted under a name, and its pointer.
func (p *Page) FileAt(name string) (*Field, string, bool) {
	pointer := "/" + strings.ReplaceAll(name, ".", "/")
	for _, x := range p.Fields {
		if x.As != File {
			continue
		}
		if p.Repeat == nil {
			if x.Pointer == pointer {
				return x, pointer, true
			}
			continue
		}
		item, rest, ok := strings.Cut(strings.TrimPrefix(pointer, p.Repeat.Pointer+"/"), "/")
		if n, err := strconv.Atoi(item); ok && err == nil && n >= 0 && n < p.Repeat.Most && "/"+rest == x.Pointer {
			return x, p.Repeat.Pointer + "/" + strconv.Itoa(n) + x.Pointer, true
		}
	}
	return nil, "", false
}

// asked is a field at its place: in a repeated page there is one for each item.
type asked struct {
	*Field
	at   string // JSON pointer from the root
	item int    // from 0; -1 outside of repeated pages
}

// name is what the field is called in a posted form.
func (q asked) name() string { return nameOf(q.at) }

func nameOf(pointer string) string {
	return strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
}

// all is every field of the page at its place, also those that items ask for on pages of their own.
func (p *Page) all(a Answers) []asked {
	if p.Repeat == nil {
		out := make([]asked, len(p.Fields))
		for i, x := range p.Fields {
			out[i] = asked{x, x.Pointer, -1}
		}
		return out
	}
	var out []asked
	for n := range p.items(a) {
		out = append(out, p.ofItem(n)...)
	}
	return out
}

func (p *Page) ofItem(n int) []asked {
	out := make([]asked, len(p.Fields))
	for i, x := range p.Fields {
		out[i] = asked{x, p.Repeat.Pointer + "/" + strconv.Itoa(n) + x.Pointer, n}
	}
	return out
}

// items is how many items the list has.
func (p *Page) items(a Answers) int {
	list, _ := a.list(p.Repeat.Pointer)
	return len(list)
}
