package cases

import (
	"encoding/json"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/platform/db"
)

// Category is a service of the centre: what a case is about. Open311 calls it a service, with its
// service_code.
type Category struct {
	Code       string
	Name       lang.Text
	About      lang.Text
	Department string // which usually leads; empty for none
	Group      string
	Keywords   []string
	Attributes []Attribute
	Public     bool // place, day and state of its cases may be shown to everybody
	Active     bool
	Version    int64
}

// Attribute is a question that a service asks, as in a GeoReport service definition.
type Attribute struct {
	Code     string            `json:"code"`
	Text     lang.Text         `json:"text"`
	Hint     lang.Text         `json:"hint"`
	Type     string            `json:"type"` // string, number, datetime, text, singlevaluelist, multivaluelist
	Required bool              `json:"required"`
	Fixed    bool              `json:"fixed"` // only said, not asked: GeoReport's variable=false
	Values   []AttributeChoice `json:"values,omitempty"`
}

// AttributeChoice is a value of a list.
type AttributeChoice struct {
	Key  string    `json:"key"`
	Name lang.Text `json:"name"`
}

func attributeTypes() []string {
	return []string{"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
}

const maxAttributes = 20

func (x Category) check() error {
	ok := codeForm.MatchString(x.Code) && x.Name.Complete() && size(x.Name.TC) <= 100 && size(x.Name.EN) <= 100 && size(x.About.TC) <= 500 &&
		size(x.About.EN) <= 500 && size(x.Group) <= 60 && len(x.Keywords) <= 20 && len(x.Attributes) <= maxAttributes
	for _, a := range x.Attributes {
		list := a.Type == "singlevaluelist" || a.Type == "multivaluelist"
		ok = ok && codeForm.MatchString(a.Code) && a.Text.Complete() && slices.Contains(attributeTypes(), a.Type) && list == (len(a.Values) > 0) && len(a.Values) <= 100
		for _, v := range a.Values {
			ok = ok && codeForm.MatchString(v.Key) && v.Name.Complete()
		}
	}
	if !ok {
		return invalid("category")
	}
	return nil
}

// checkAttributes says which answers of a service's questions are missing or wrong.
func (x Category) checkAttributes(given map[string][]string) error {
	bad := fault.New(fault.Invalid, "cases.fault.attributes")
	wrong := false
	for _, a := range x.Attributes {
		v := given[a.Code]
		fits := len(v) <= 1 || a.Type == "multivaluelist"
		for _, y := range v {
			known := len(a.Values) == 0 || slices.ContainsFunc(a.Values, func(c AttributeChoice) bool { return c.Key == y })
			fits = fits && known && size(y) <= 1000
		}
		if !fits || a.Required && !a.Fixed && (len(v) == 0 || v[0] == "") {
			wrong = true
			bad = bad.At("attribute["+a.Code+"]", "cases.wrong.attribute")
		}
	}
	for code := range given {
		if !slices.ContainsFunc(x.Attributes, func(a Attribute) bool { return a.Code == code }) {
			wrong = true
			bad = bad.At("attribute["+code+"]", "cases.wrong.attribute")
		}
	}
	if wrong {
		return bad
	}
	return nil
}

// PutCategory keeps a service of the centre. A Version of 0 makes a new one.
func (s *Service) PutCategory(tx *db.Tx, x Category) error {
	if err := x.check(); err != nil {
		return err
	}
	if x.Keywords == nil {
		x.Keywords = []string{}
	}
	if x.Attributes == nil {
		x.Attributes = []Attribute{}
	}
	if err := putCategory(tx, x); err != nil {
		return err
	}
	return note(tx, "category", x.Code)
}

// Categories lists the centre's services by group and code.
func (s *Service) Categories(tx *db.Tx) ([]Category, error) {
	return db.List(tx, scanCategory, sqlCategories, tx.Realm())
}

// Category finds a service of the centre.
func (s *Service) Category(tx *db.Tx, code string) (Category, error) {
	x, err := scanCategory(tx.Row(sqlCategory, tx.Realm(), code))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "cases.fault.no-category")
	}
	return x, err
}

// service is the active service of a code; the empty code is none.
func (s *Service) service(tx *db.Tx, code string) (Category, error) {
	if code == "" {
		return Category{}, nil
	}
	x, err := s.Category(tx, code)
	if fault.Is(err, fault.NotFound) || err == nil && !x.Active {
		err = fault.New(fault.Invalid, "cases.fault.no-category").At("service", "cases.wrong.service")
	}
	return x, err
}

// Title is what a case is called where its person's own words don't stand: the service, or the kind.
func (s *Service) Title(tx *db.Tx, c Case) string {
	t := s.Words.In(c.Language)
	if c.Service != "" {
		if x, err := s.Category(tx, c.Service); err == nil {
			return x.Name.In(c.Language)
		}
	}
	return t.T("cases.kind." + string(c.Kind))
}

func scanCategory(s db.Scanner) (x Category, err error) {
	var name, about, keywords, attributes string
	err = s.Scan(&x.Code, &name, &about, &x.Department, &x.Group, &keywords, &attributes, &x.Public, &x.Active, &x.Version)
	for _, p := range []struct {
		text string
		into any
	}{{name, &x.Name}, {about, &x.About}, {keywords, &x.Keywords}, {attributes, &x.Attributes}} {
		if err == nil {
			err = json.Unmarshal([]byte(p.text), p.into)
		}
	}
	return x, err
}
