package directory

import (
	"log/slog"
	"regexp"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
)

// OfficerID names an officer.
type OfficerID string

// PersonName is an officer's name as it is written in Chinese and in English; either may be
// absent. It is personal data, and redacts itself.
type PersonName struct{ Chinese, English string }

// In is the name for a reader of a language.
func (n PersonName) In(l lang.Lang) string {
	s, _ := n.With(l)
	return s
}

// With is the name for a reader of a language, and the language it is written in. Nobody's
// name is converted to another script: it is theirs as it is.
func (n PersonName) With(l lang.Lang) (string, lang.Lang) {
	if n.Chinese == "" || l == lang.EN && n.English != "" {
		return n.English, lang.EN
	}
	return n.Chinese, lang.TC
}

// String keeps a name out of what is printed by accident.
func (PersonName) String() string { return "[name]" }

// Officer is a person who holds posts. Version is 0 for a new one.
type Officer struct {
	ID      OfficerID
	Name    PersonName
	Email   string   // at work; personal data
	Account string   // by which the officer signs in; empty: none yet
	Left    when.Day // last day of service; zero: serves on
	Version int64
}

// LogValue keeps all but the id out of the logs.
func (o Officer) LogValue() slog.Value { return slog.StringValue(string(o.ID)) }

// String keeps all but the id out of what is printed.
func (o Officer) String() string { return string(o.ID) }

// Gone reports whether the officer has left before a day.
func (o Officer) Gone(day when.Day) bool { return !o.Left.IsZero() && o.Left.Before(day) }

var emailForm = regexp.MustCompile(`^[a-z0-9._%+'-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// check finds what is wrong with an officer.
func (o Officer) check() error {
	var w wrongs
	w.need(o.Name.Chinese != "" || o.Name.English != "", "name_zh", "name")
	w.need(line(o.Name.Chinese, longestLine), "name_zh", "line")
	w.need(line(o.Name.English, longestLine), "name_en", "line")
	w.need(len(o.Email) <= 254 && emailForm.MatchString(o.Email), "email", "email")
	return w.err()
}

// foldEmail brings an e-mail into the one form in which it is kept and found.
func foldEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
