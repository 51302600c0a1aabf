package identity

import (
	"encoding/json"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/platform/web"
)

// Longest answers, in characters.
const (
	longestName  = 100
	longestLine  = 120
	longestEmail = 254 // RFC 5321, 4.5.3.1.3
)

// read brings the answer of a field into its one form. Empty takes the value away.
func (f Field) read(form url.Values) (string, error) {
	typed := strings.TrimSpace(form.Get(string(f)))
	switch {
	case f.IsAddress():
		return readAddress(form)
	case typed == "":
		return "", nil
	case f.Choices() != nil:
		if !slices.Contains(f.Choices(), typed) {
			return "", fault.New(fault.Invalid, "identity.fault.choice")
		}
		return typed, nil
	case f.IsPhone():
		return readPhone(typed)
	case f == Email:
		return readEmail(typed)
	}
	return readLine(typed, longestName)
}

// readPhone gives E.164: eight digits are Hong Kong's.
func readPhone(s string) (string, error) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -()", r) {
			return -1
		}
		return r
	}, web.HalfWidth(s))
	digits := strings.TrimPrefix(s, "+")
	if len(s) == 8 && only(s, '0', '9') && s[0] >= '2' {
		return "+852" + s, nil
	}
	if s == digits || len(digits) < 8 || len(digits) > 15 || !only(digits, '0', '9') {
		return "", fault.New(fault.Invalid, "identity.fault.phone")
	}
	return s, nil
}

func readEmail(s string) (string, error) {
	a, err := mail.ParseAddress(web.HalfWidth(s))
	if err != nil || a.Name != "" || len(a.Address) > longestEmail || !strings.Contains(a.Address[strings.LastIndex(a.Address, "@"):], ".") {
		return "", fault.New(fault.Invalid, "identity.fault.email")
	}
	return a.Address, nil
}

func readLine(s string, longest int) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > longest || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
		return "", fault.New(fault.Invalid, "identity.fault.long")
	}
	return s, nil
}

func readAddress(form url.Values) (string, error) {
	var failed error
	line := func(name string) string {
		s, err := readLine(strings.TrimSpace(form.Get(name)), longestLine)
		if err != nil {
			failed = err
		}
		return s
	}
	a := Address{Kind: form.Get("kind")}
	switch a.Kind {
	case "lines":
		for text := range strings.SplitSeq(form.Get("lines"), "\n") {
			if s, err := readLine(strings.TrimSpace(text), longestLine); err != nil {
				failed = err
			} else if s != "" && len(a.Lines) < 6 {
				a.Lines = append(a.Lines, s)
			}
		}
	case "box":
		a.Box, a.Office = line("box"), line("office")
	default:
		a = Address{
			Kind: "premises", Room: line("room"), Floor: line("floor"), Block: line("block"), Building: line("building"),
			Estate: line("estate"), Number: line("number"), Street: line("street"), District: form.Get("district"),
		}
	}
	if failed != nil || a.Empty() {
		return "", failed
	}
	if a.Kind == "premises" && (!slices.Contains(Districts(), a.District) || a.Building+a.Estate+a.Street == "") {
		return "", fault.New(fault.Invalid, "identity.fault.address")
	}
	text, err := json.Marshal(a)
	return string(text), err
}

// write is a value as people read it, in the reader's language.
func write(v *web.View, x Value) string {
	switch {
	case x.Text == "":
		return ""
	case x.Field == DocumentNo:
		return DocumentNumber(x.Text).String()
	case x.Field == BirthDate:
		return dayText(v, x.Text)
	case x.Field.Choices() != nil:
		return v.T("identity.choice." + string(x.Field) + "." + x.Text)
	case x.Field.IsAddress():
		if a, err := x.Address(); err == nil {
			return writeAddress(v, a)
		}
	case x.Field.IsPhone():
		if local, ok := strings.CutPrefix(x.Text, "+852"); ok && len(local) == 8 {
			return local[:4] + " " + local[4:]
		}
	}
	return x.Text
}

// writeAddress goes from large to small in Chinese, and from small to large in English.
func writeAddress(v *web.View, a Address) string {
	switch a.Kind {
	case "lines":
		return strings.Join(a.Lines, "\n")
	case "box":
		return join(v, v.T("identity.address.box-number")+" "+a.Box, a.Office)
	}
	district := ""
	if a.District != "" {
		district = v.T("identity.district." + a.District)
	}
	if v.Lang() == "en" {
		room, floor, block := a.Room, a.Floor, a.Block
		for _, part := range []struct{ text, word *string }{
			{&room, ptr("room")}, {&floor, ptr("floor")}, {&block, ptr("block")},
		} {
			if *part.text != "" {
				*part.text = v.T("identity.address."+*part.word) + " " + *part.text
			}
		}
		return join(v, room, floor, block, a.Building, a.Estate, strings.TrimSpace(a.Number+" "+a.Street), district)
	}
	with := func(s, unit string) string {
		if s == "" {
			return ""
		}
		return s + unit
	}
	return district + a.Street + with(a.Number, "號") + a.Estate + a.Building + with(a.Block, "座") + with(a.Floor, "樓") + with(a.Room, "室")
}

func ptr[T any](v T) *T { return &v }

func join(v *web.View, parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if v.Lang() == "en" {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, "，")
}
