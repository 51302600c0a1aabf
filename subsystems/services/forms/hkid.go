package forms

import (
	"errors"
	"strings"

	"praya/platform/web"
)

// The ways in which a text is no identity-card number.
var (
	errForm  = errors.New("forms: not in the form of an identity-card number")
	errCheck = errors.New("forms: the check digit does not fit")
)

// ParseHKID reads an identity-card number (身份證號碼) as people type it: lower case, full
// width, spaces, with or without brackets. It gives the form that the card has, A123456(3).
func ParseHKID(s string) (string, error) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ()[]-", r) {
			return -1
		}
		return r
	}, strings.ToUpper(web.HalfWidth(s)))
	letters := len(s) - 7
	if letters != 1 && letters != 2 || !only(s[:letters], 'A', 'Z') || !only(s[letters:len(s)-1], '0', '9') {
		return "", errForm
	}
	body, digit := s[:len(s)-1], s[len(s)-1:]
	if checkDigit(body) != digit {
		return "", errCheck
	}
	return body + "(" + digit + ")", nil
}

func only(s string, low, high byte) bool {
	for i := range len(s) {
		if s[i] < low || s[i] > high {
			return false
		}
	}
	return true
}

// checkDigit makes the weighted sum of all places divisible by 11. The digit itself weighs 1 and
// the places before it 2, 3 and so on up to 9; an absent first letter counts as 36, A as 10.
func checkDigit(body string) string {
	const places = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ "
	for len(body) < 8 {
		body = " " + body
	}
	sum := 0
	for i := range body {
		sum += (9 - i) * strings.IndexByte(places, body[i])
	}
	return places[(11-sum%11)%11:][:1]
}

// maskHKID leaves what is enough to tell a person from another of the same case: A123XXX(X).
func maskHKID(s string) string {
	open := strings.IndexByte(s, '(')
	if open < 4 {
		return strings.Repeat("X", len([]rune(s)))
	}
	return s[:open-3] + "XXX(X)"
}

// phone gives 8 digits for a number in Hong Kong, and + with digits for one elsewhere (E.164).
func phone(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ()-.", r) {
			return -1
		}
		return r
	}, web.HalfWidth(s))
	if n, ok := strings.CutPrefix(s, "+852"); ok {
		s = n
	} else if n, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + strings.TrimPrefix(n, "+")
	}
	if digits, foreign := strings.CutPrefix(s, "+"); foreign {
		return s, len(digits) >= 7 && len(digits) <= 15 && only(digits, '0', '9') && digits[0] != '0'
	}
	// Numbers of eight digits begin with 2 to 9: the Communications Authority's numbering plan.
	return s, len(s) == 8 && only(s, '0', '9') && s[0] >= '2'
}
