package knowledge

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
)

// State is where an article stands.
type State string

// The states.
const (
	Draft     State = "draft" // never published
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// Article is an answer of a department, with the words of one of its versions.
type Article struct {
	Code       string
	Department string
	Owner      string // the account of the officer who looks after it
	Title      lang.Text
	Text       lang.Text
	Everyday   lang.Text
	Review     when.Day // by which it is read again; zero for none
	State      State
	Number     int64 // of the version whose words these are
	Latest     int64 // of the newest version
	Public     int64 // of the version that was published last; 0 for none
	Case       string
	ChangedAt  when.Instant
	Version    int64 // of the row, for who changes it
}

// Open reports whether a draft stands above what was published.
func (a Article) Open() bool { return a.Latest > a.Public }

// Overdue reports whether a published article should have been reviewed by this day.
func (a Article) Overdue(today when.Day) bool {
	return a.State == Published && !a.Review.IsZero() && a.Review.Before(today)
}

// Version is what an article said.
type Version struct {
	Number                int64
	Title, Text, Everyday lang.Text
	By                    string
	At                    when.Instant
	PublishedBy           string // empty: a draft
	PublishedAt           when.Instant
}

// Drafted is what an article is drafted from: a case that was solved.
type Drafted struct {
	Title, Text string
	Case        string
	Department  string
	Language    lang.Lang
	By          string // the account that asked for it
}

// Bounds of an article, in characters.
const (
	MaxTitle    = 200
	MaxText     = 20_000
	MaxEveryday = 1000
)

//nolint:gochecknoglobals // compiled patterns
var (
	codeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,59}$`)
	mailForm = regexp.MustCompile(`[^\s@<>（）()]+@[^\s@<>（）()]+`)
	// A run of digits that may name somebody: telephones, identity cards, accounts.
	numberForm = regexp.MustCompile(`[A-Za-z]{0,2}[0-9][0-9 ()\-]{4,}[0-9A)]`)
)

func (a Article) check() error {
	if !codeForm.MatchString(a.Code) {
		return invalid("code")
	}
	if a.Department == "" || a.Owner == "" {
		return invalid("owner")
	}
	some := false
	for _, l := range lang.All() {
		title, text := only(a.Title, l), only(a.Text, l)
		if !plain(title, MaxTitle) || strings.Contains(title, "\n") || !plain(text, MaxText) || !plain(only(a.Everyday, l), MaxEveryday) {
			return invalid("length")
		}
		some = some || title != ""
	}
	if !some {
		return invalid("title")
	}
	return nil
}

// ready reports whether the words may be published: a title has its text, and there is one of both.
func ready(title, text lang.Text) error {
	some := false
	for _, l := range lang.All() {
		if (only(title, l) == "") != (only(text, l) == "") {
			return invalid("half")
		}
		some = some || only(title, l) != ""
	}
	if !some {
		return invalid("title")
	}
	return nil
}

// only is a text in a language, and nothing else in its place.
func only(t lang.Text, l lang.Lang) string {
	switch l {
	case lang.TC:
		return t.TC
	case lang.EN:
		return t.EN
	}
	return t.SC
}

func put(t *lang.Text, l lang.Lang, s string) {
	switch l {
	case lang.TC:
		t.TC = s
	case lang.EN:
		t.EN = s
	default:
		t.SC = s
	}
}

func each(t lang.Text, fn func(string) string) lang.Text {
	return lang.Text{TC: fn(t.TC), EN: fn(t.EN), SC: fn(t.SC)}
}

// plain reports whether a text is short enough and made of characters that are written.
func plain(s string, most int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' {
			return false
		}
	}
	return true
}

// tidy makes one form of line ends, and takes away spaces at the ends of lines.
func tidy(s string) string {
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRightFunc(strings.ReplaceAll(lines[i], "\t", " "), unicode.IsSpace)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n ")
}

// withheld is a text without what may name somebody.
func withheld(s string) string {
	return numberForm.ReplaceAllString(mailForm.ReplaceAllString(s, "…"), "…")
}

func invalid(key string) *fault.Fault { return fault.New(fault.Invalid, "knowledge.fault."+key) }

func conflict(key string) *fault.Fault { return fault.New(fault.Conflict, "knowledge.fault."+key) }

func missing() *fault.Fault { return fault.New(fault.NotFound, "knowledge.fault.missing") }

func isMissing(err error) bool { return fault.Is(err, fault.NotFound) }
