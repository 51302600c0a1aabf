package identity

import (
	"strings"

	"praya/kernel/fault"
	"praya/platform/web"
)

// DocumentNumber is a Hong Kong identity-card number (身份證號碼) in its one form: one or
// two letters, six digits, and the check digit without brackets: "A1234563".
type DocumentNumber string

// ParseDocumentNumber reads a number as people type it: lower case, full width, spaces,
// with or without brackets. The check digit must agree.
func ParseDocumentNumber(s string) (DocumentNumber, error) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ()[]-", r) {
			return -1
		}
		return r
	}, strings.ToUpper(web.HalfWidth(s)))
	letters := len(s) - 7
	if letters != 1 && letters != 2 || !only(s[:letters], 'A', 'Z') || !only(s[letters:len(s)-1], '0', '9') {
		return "", fault.New(fault.Invalid, "identity.fault.document-form")
	}
	if checkDigit(s[:len(s)-1]) != s[len(s)-1] {
		return "", fault.New(fault.Invalid, "identity.fault.document-check")
	}
	return DocumentNumber(s), nil
}

func only(s string, low, high byte) bool {
	for i := range len(s) {
		if s[i] < low || s[i] > high {
			return false
		}
	}
	return true
}

// checkDigit weighs the places from 9 down to 2; a missing first letter counts as a
// space, which is 36, and A is 10. The digit makes the sum divisible by 11; ten is A.
func checkDigit(body string) byte {
	sum := 0
	for i, weight := len(body)-1, 2; weight <= 9; i, weight = i-1, weight+1 {
		value := 36
		switch {
		case i >= 0 && body[i] <= '9':
			value = int(body[i] - '0')
		case i >= 0:
			value = int(body[i]-'A') + 10
		}
		sum += weight * value
	}
	switch d := (11 - sum%11) % 11; d {
	case 10:
		return 'A'
	default:
		return byte('0' + d)
	}
}

// String is the number as it stands on the card: A123456(3).
func (n DocumentNumber) String() string {
	if n == "" {
		return ""
	}
	return string(n[:len(n)-1]) + "(" + string(n[len(n)-1]) + ")"
}

// Masked is what pages show: A123XXX(X).
func (n DocumentNumber) Masked() string {
	if len(n) < 8 {
		return ""
	}
	return string(n[:len(n)-4]) + "XXX(X)"
}

// GoString keeps the number out of %#v.
func (n DocumentNumber) GoString() string { return n.Masked() }
