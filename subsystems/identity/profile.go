package identity

import (
	"encoding/json"
	"slices"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// Field is a field of the profile (e-ME), by the name that integrators of Hong Kong's
// scheme know.
type Field string

// The fields. Those of the document come from proofing only; the others from the person.
const (
	DocumentNo  Field = "idNo"
	NameEnglish Field = "enName"
	NameChinese Field = "chName"
	BirthDate   Field = "birthDate"
	Sex         Field = "gender"

	Prefix        Field = "prefix"
	MaritalStatus Field = "maritalStatus"
	Mobile        Field = "mobileNumber"
	HomePhone     Field = "homeTelNumber"
	OfficePhone   Field = "officeTelNumber"
	Email         Field = "emailAddress"
	Residence     Field = "residentialAddress"
	PostalAddress Field = "postalAddress"
	Education     Field = "educationLevel"
)

// Fields lists them as a form asks: who, then where, then the rest.
func Fields() []Field {
	return []Field{
		NameChinese, NameEnglish, DocumentNo, BirthDate, Sex, Prefix, MaritalStatus,
		Residence, PostalAddress, Mobile, HomePhone, OfficePhone, Email, Education,
	}
}

// Known reports whether there is such a field.
func (f Field) Known() bool { return slices.Contains(Fields(), f) }

// FromDocument reports whether only proofing may set the field.
func (f Field) FromDocument() bool {
	return slices.Contains([]Field{DocumentNo, NameEnglish, NameChinese, BirthDate, Sex}, f)
}

// IsAddress reports whether the field holds an Address.
func (f Field) IsAddress() bool { return f == Residence || f == PostalAddress }

// IsPhone reports whether the field holds a telephone number.
func (f Field) IsPhone() bool { return f == Mobile || f == HomePhone || f == OfficePhone }

// Choices are the answers of a field that has a closed list; the words of each are
// identity.choice.<field>.<answer>.
func (f Field) Choices() []string {
	switch f {
	case Sex:
		return []string{"F", "M", "X"}
	case Prefix:
		return []string{"mr", "mrs", "miss", "ms", "dr", "prof"}
	case MaritalStatus:
		return []string{"single", "married", "divorced", "widowed", "separated"}
	case Education:
		return []string{"primary", "junior-secondary", "senior-secondary", "sub-degree", "degree", "postgraduate"}
	}
	return nil
}

// Source says where a value comes from.
type Source string

// The sources.
const (
	BySelf       Source = "self"       // the person wrote it
	ByDocument   Source = "document"   // read from the document at proofing
	ByCounter    Source = "counter"    // an officer saw the document
	BySimulation Source = "simulation" // the demonstration's verifier: nothing was checked
	ByMessage    Source = "message"    // the person answered from that address or number
)

// Value is a field's value with its source. Text is plain text, one of the field's
// choices, a day (2006-01-02) or an Address in JSON.
type Value struct {
	Field    Field
	Text     string
	Source   Source
	Verified when.Instant // zero: nobody checked it
	Changed  when.Instant
}

// Address is the value of an address field.
func (v Value) Address() (a Address, err error) {
	err = json.Unmarshal([]byte(v.Text), &a)
	return a, err
}

// Profile is all values that a person keeps.
type Profile map[Field]Value

// Text is a field's value, empty when there is none.
func (p Profile) Text(f Field) string { return p[f].Text }

// Name is what the person is called in a language: the Chinese name in Chinese when there
// is one, else the English one.
func (p Profile) Name(l lang.Lang) string {
	first, second := p.Text(NameChinese), p.Text(NameEnglish)
	if l == lang.EN {
		first, second = second, first
	}
	if first == "" {
		return second
	}
	return first
}

// Address is a place in the Hong Kong common schema: premises from small to large, or
// lines for what has none, such as a village without numbers, a boat, or another country.
type Address struct {
	Kind     string   `json:"kind"` // premises, lines or box
	Room     string   `json:"room,omitempty"`
	Floor    string   `json:"floor,omitempty"`
	Block    string   `json:"block,omitempty"`
	Building string   `json:"building,omitempty"`
	Estate   string   `json:"estate,omitempty"` // or village
	Number   string   `json:"number,omitempty"`
	Street   string   `json:"street,omitempty"`
	District string   `json:"district,omitempty"` // code of one of the 18
	Lines    []string `json:"lines,omitempty"`
	Box      string   `json:"box,omitempty"`
	Office   string   `json:"office,omitempty"` // post office of the box
}

// Districts are the codes of the 18 districts (十八區), from the Island outwards.
func Districts() []string {
	return []string{
		"CW", "EN", "SN", "WC", "KC", "KT", "SSP", "WTS", "YTM", "ID", "KTS", "NT", "SK", "ST", "TP", "TW", "TM", "YL",
	}
}

// Empty reports whether nothing was said.
func (a Address) Empty() bool {
	return strings.TrimSpace(a.Room+a.Floor+a.Block+a.Building+a.Estate+a.Number+a.Street+a.District+strings.Join(a.Lines, "")+a.Box+a.Office) == ""
}
