package cases

import (
	"regexp"
	"strings"
	"unicode"
)

// What looks like a way to somebody: addresses, telephone numbers of eight digits or more, numbers of
// identity cards. Both widths of digits.
var (
	anyMail  = regexp.MustCompile(`(?i)[a-z0-9._%+'-]+[@＠][a-z0-9-]+(\.[a-z0-9-]+)+`)
	anyPhone = regexp.MustCompile(`(?:[+＋]?[0-9０-９][ 　\-]?){7,15}[0-9０-９]`)
	aDay     = regexp.MustCompile(`^(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]$`)
	anyCard  = regexp.MustCompile(`(?i)\b[a-z]{1,2}[0-9０-９]{6}\s?[(（]?[0-9a０-９][)）]?`)
)

// withheld stands where something was taken out.
const withheld = "▇▇▇"

// withhold takes out of a text what leads to its writer: the contact that they gave, and what looks
// like another.
func withhold(text string, to Contact) string {
	for _, part := range nameParts(to.Name) {
		text = replaceFold(text, part)
	}
	if to.Mail != "" {
		text = replaceFold(text, to.Mail)
	}
	for line := range strings.SplitSeq(to.Address, "\n") {
		if line = strings.TrimSpace(line); size(line) >= 4 {
			text = replaceFold(text, line)
		}
	}
	text = anyMail.ReplaceAllString(text, withheld)
	text = anyCard.ReplaceAllString(text, withheld)
	return anyPhone.ReplaceAllStringFunc(text, func(found string) string {
		if aDay.MatchString(found) {
			return found
		}
		return withheld
	})
}

// nameParts are the whole name first, and then what of it stands alone: a surname of one Chinese
// character would take too much of the text away.
func nameParts(name string) (out []string) {
	if name == "" {
		return nil
	}
	out = append(out, name)
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '，' }) {
		if part != name && (size(part) >= 3 || size(part) == 2 && unicode.Is(unicode.Han, []rune(part)[0])) {
			out = append(out, part)
		}
	}
	if han := []rune(name); len(han) == 3 && unicode.Is(unicode.Han, han[0]) {
		out = append(out, string(han[1:])) // the given name
	}
	return out
}

func replaceFold(text, part string) string {
	return regexp.MustCompile(`(?i)`+regexp.QuoteMeta(part)).ReplaceAllString(text, withheld)
}
