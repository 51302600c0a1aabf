package exchange

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"praya/kernel/lang"
)

// Class is how a field is classified (資料分類).
type Class string

// The classes of fields.
const (
	Ordinary  Class = "ordinary"
	Sensitive Class = "sensitive"
)

// Field is a value that a service gives of a subject. Name is what stands in the JSON.
type Field struct {
	Name  string    `json:"name"`
	Label lang.Text `json:"label"`
	Class Class     `json:"class"`
}

// SubjectKind is how the provider knows a subject.
type SubjectKind string

// The kinds of subjects' identifiers.
const (
	ByDocument  SubjectKind = "document-number" // as the identity has verified it
	ByPseudonym SubjectKind = "pseudonym"       // one for each provider, that says nothing elsewhere
)

// Surplus is what happens to fields beyond the consent in an answer.
type Surplus string

// The ways with surplus.
const (
	Refuse Surplus = "refuse"
	Filter Surplus = "filter" // the gateway takes them out, and signs what is left
)

// Content is what an answer is made of.
type Content string

// The kinds of content.
const (
	JSONFields Content = "json"      // an object, or a list of objects, whose members are the fields
	Opaque     Content = "opaque"    // a file: one field stands for all of it
	Encrypted  Content = "encrypted" // JWE to the consumer: the provider alone sees to the fields
)

// State is where a service stands.
type State string

// The states of a service.
const (
	Draft     State = "draft"
	Open      State = "open"
	Suspended State = "suspended"
	Ended     State = "ended"
)

// DataService is what a provider offers.
type DataService struct {
	Code     string // "immd.address"
	Provider string
	Title    lang.Text
	About    lang.Text
	Base     string // the provider's own address
	OpenAPI  json.RawMessage
	Fields   []Field
	Purposes []string // codes of what it may be asked for; empty: any
	Subject  SubjectKind
	Surplus  Surplus
	Content  Content
	Methods  []string
	Patience time.Duration // for an answer
	Level    lang.Text     // the level of service that the provider promises
	State    State
	Version  int64
}

const (
	mostFields  = 60
	maxPatience = time.Minute
)

func (d DataService) check() error {
	provider, _, _ := strings.Cut(d.Code, ".")
	switch {
	case !serviceForm.MatchString(d.Code) || len(d.Code) > 2*longestCode || provider != d.Provider:
		return wrong("code", "exchange.fault.service-code")
	case d.Title.TC == "" || d.Title.EN == "" || tooLong(d.Title, longestName) || tooLong(d.About, 2000) || tooLong(d.Level, 500):
		return wrong("title", "exchange.fault.name")
	case !address(d.Base):
		return wrong("base", "exchange.fault.address")
	case len(d.Fields) == 0 || len(d.Fields) > mostFields || d.Content == Opaque && len(d.Fields) != 1:
		return wrong("fields", "exchange.fault.fields")
	case d.Subject != ByDocument && d.Subject != ByPseudonym:
		return wrong("subject", "exchange.fault.subject")
	case d.Surplus != Refuse && d.Surplus != Filter || d.Content != JSONFields && d.Content != Opaque && d.Content != Encrypted,
		d.Content != JSONFields && d.Surplus == Filter:
		return wrong("content", "exchange.fault.content")
	case d.Patience < 100*time.Millisecond || d.Patience > maxPatience:
		return wrong("patience", "exchange.fault.patience")
	case len(d.Methods) == 0 || slices.ContainsFunc(d.Methods, func(m string) bool { return !slices.Contains(methods, m) }):
		return wrong("methods", "exchange.fault.methods")
	}
	for i, f := range d.Fields {
		known := slices.ContainsFunc(d.Fields[:i], func(g Field) bool { return g.Name == f.Name })
		if known || !fieldForm.MatchString(f.Name) || f.Label.TC == "" || f.Label.EN == "" || f.Class != Ordinary && f.Class != Sensitive {
			return wrong("fields", "exchange.fault.fields")
		}
	}
	for _, p := range d.Purposes {
		if _, ok := PurposeOf(p); !ok {
			return wrong("purposes", "exchange.fault.purpose")
		}
	}
	return nil
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// has reports whether the service gives all of these fields.
func (d DataService) has(fields []string) bool {
	for _, name := range fields {
		if !slices.ContainsFunc(d.Fields, func(f Field) bool { return f.Name == name }) {
			return false
		}
	}
	return len(fields) > 0
}

// Label is a field's name for people.
func (d DataService) Label(field string) lang.Text {
	for _, f := range d.Fields {
		if f.Name == field {
			return f.Label
		}
	}
	return lang.Text{TC: field, EN: field, SC: field}
}
