package governance

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

const (
	longestLine = 200  // characters
	longestText = 2000 // characters
)

// wrongs collects the wrong fields of what was given.
type wrongs struct{ found *fault.Fault }

func (w *wrongs) add(field, key string) {
	if w.found == nil {
		w.found = fault.New(fault.Invalid, "governance.fault.invalid")
	}
	w.found = w.found.At(field, "governance.wrong."+key)
}

// need asks for something when it does not hold.
func (w *wrongs) need(ok bool, field, key string) {
	if !ok {
		w.add(field, key)
	}
}

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
func line(s string) bool {
	return utf8.RuneCountInString(s) <= longestLine && printed(s, "")
}

// prose reports whether a text is one that people can read, of several lines perhaps.
func prose(s string) bool {
	return utf8.RuneCountInString(s) <= longestText && printed(s, "\n\r\t")
}

func printed(s, also string) bool {
	return utf8.ValidString(s) && s == strings.TrimSpace(s) && strings.IndexFunc(s, func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsGraphic(r) && !strings.ContainsRune(also, r)
	}) < 0
}

// text asks for a text in at least one language; which ones, officers choose.
func (w *wrongs) text(t lang.Text, prefix string, fits func(string) bool) {
	w.need(t != lang.Text{}, prefix+"tc", "one-language")
	w.need(fits(t.TC), prefix+"tc", "line")
	w.need(fits(t.EN), prefix+"en", "line")
	w.need(fits(t.SC), prefix+"sc", "line")
}

// reason asks for why something was done.
func (w *wrongs) reason(why string) {
	w.need(why != "", "why", "reason")
	w.need(prose(why), "why", "line")
}

// Period is a stretch of days; both its first and its last day belong to it. No last day
// means that none is fixed.
type Period struct {
	From when.Day `json:"from,omitzero"`
	To   when.Day `json:"to,omitzero"`
}

// On reports whether a day lies in the period.
func (p Period) On(d when.Day) bool { return !d.Before(p.From) && (p.To.IsZero() || !p.To.Before(d)) }

// Overlaps reports whether two periods share a day.
func (p Period) Overlaps(q Period) bool {
	return (p.To.IsZero() || !p.To.Before(q.From)) && (q.To.IsZero() || !q.To.Before(p.From))
}

func (w *wrongs) period(p Period, open bool) {
	w.need(!p.From.IsZero(), "from", "day")
	w.need(open || !p.To.IsZero(), "to", "day")
	w.need(p.To.IsZero() || !p.To.Before(p.From), "to", "order")
}
