package forms

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"praya/kernel/lang"
	"praya/platform/words"
)

// Address is a place: premises from small to large, or lines for what has none, such as a lot,
// a boat or another country, or a post office box. Its JSON is that of the identity's profile.
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
	return []string{"CW", "EN", "SN", "WC", "KC", "KT", "SSP", "WTS", "YTM", "ID", "KTS", "NT", "SK", "ST", "TP", "TW", "TM", "YL"}
}

// AddressOf reads an answer.
func AddressOf(v any) (a Address, ok bool) {
	raw, err := json.Marshal(v)
	return a, err == nil && json.Unmarshal(raw, &a) == nil && a.Kind != ""
}

// premises are the parts of premises from small to large, without the district.
func (a *Address) premises() map[string]*string {
	return map[string]*string{
		"room": &a.Room, "floor": &a.Floor, "block": &a.Block, "building": &a.Building, "estate": &a.Estate, "number": &a.Number, "street": &a.Street,
	}
}

func premisesOrder(l lang.Lang) []string {
	if l == lang.EN {
		return []string{"room", "floor", "block", "building", "estate", "number", "street"}
	}
	return []string{"street", "number", "estate", "building", "block", "floor", "room"}
}

// Say writes an address on one line: Chinese from large to small, English from small to large.
func (a Address) Say(t *words.Texts) string {
	switch a.Kind {
	case "lines":
		return strings.Join(a.Lines, t.T("forms.address.comma")+space(t))
	case "box":
		return t.T("forms.address.say-box", "office", a.Office, "box", a.Box)
	}
	var said []string
	district := ""
	if t.Has("forms.district." + a.District) {
		district = t.T("forms.district." + a.District)
	}
	parts := a.premises()
	for _, name := range premisesOrder(t.Lang()) {
		value := *parts[name]
		switch {
		case value == "" || name == "number":
			continue
		case name == "street":
			value = t.T("forms.address.say-street", "street", value, "number", a.Number)
		case t.Has("forms.address.say-" + name):
			value = t.T("forms.address.say-"+name, "value", value)
		}
		said = append(said, strings.TrimSpace(value))
	}
	if t.Lang() == lang.EN {
		if district != "" {
			said = append(said, district)
		}
		return strings.Join(said, ", ")
	}
	return district + strings.Join(said, "")
}

// Bounds of an address: no part of a real one is longer.
const (
	maxPart  = 200
	maxLines = 6
)

// readAddress takes an address out of a posted form. The key says what to do when it is none.
func readAddress(posted url.Values, name string) (a Address, key string) {
	get := func(part string) string { return clean(posted.Get(name + "." + part)) }
	a.Kind = get("kind")
	long := false
	switch a.Kind {
	case "lines":
		for _, line := range strings.Split(strings.ReplaceAll(posted.Get(name+".lines"), "\r", ""), "\n") {
			if line = clean(line); line != "" {
				a.Lines = append(a.Lines, line)
				long = long || utf8.RuneCountInString(line) > maxPart
			}
		}
		long = long || len(a.Lines) > maxLines
	case "box":
		a.Box, a.Office = get("box"), get("office")
		long = len(a.Box)+len(a.Office) > maxPart
	default:
		a.Kind, a.District = "premises", get("district")
		for part, to := range a.premises() {
			*to = get(part)
			long = long || utf8.RuneCountInString(*to) > maxPart
		}
	}
	switch {
	case long:
		return a, "forms.wrong.address-long"
	case a.empty():
		return a, ""
	case !a.complete():
		return a, "forms.wrong.address"
	}
	return a, ""
}

func (a Address) empty() bool {
	all := a.District + a.Box + a.Office + strings.Join(a.Lines, "")
	for _, part := range a.premises() {
		all += *part
	}
	return all == ""
}

func (a Address) complete() bool {
	switch a.Kind {
	case "lines":
		return len(a.Lines) > 0
	case "box":
		return a.Box != "" && a.Office != ""
	}
	known := false
	for _, d := range Districts() {
		known = known || d == a.District
	}
	return known && (a.Building != "" || a.Street != "" || a.Estate != "")
}

// space is what English sets after a comma.
func space(t *words.Texts) string {
	if t.Lang() == lang.EN {
		return " "
	}
	return ""
}
