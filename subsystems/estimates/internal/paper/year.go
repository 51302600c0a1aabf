package paper

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A fiscal is a financial year 財政年度 by its first calendar year; 0 is none.
type fiscal int

// String writes the year as papers do: 2025-26, 1999-2000.
func (y fiscal) String() string {
	if y == 0 {
		return ""
	}
	if y%100 == 99 {
		return strconv.Itoa(int(y)) + "-" + strconv.Itoa(int(y)+1)
	}
	return strconv.Itoa(int(y)) + "-" + pad((int(y)+1)%100)
}

func plausibleYear(y int) bool { return y >= 1950 && y <= 2150 }

// fiscalAt reads "2025-26" at the start of a folded text: the year, whether
// its two halves fit, and the length read (0 when there is none).
func fiscalAt(s string) (y fiscal, fits bool, n int) {
	first, n := digitsAt(s, 4)
	if n != 4 || len(s) < 7 || s[4] != '-' {
		return 0, false, 0
	}
	second, m := digitsAt(s[5:], 4)
	if m != 2 && m != 4 {
		return 0, false, 0
	}
	want := first + 1
	if m == 2 {
		want %= 100
	}
	return fiscal(first), second == want && plausibleYear(first), 5 + m
}

// chineseFiscal finds the first 二零二五至二六(年度) in a folded text.
func chineseFiscal(s string) (y fiscal, fits bool, end int) {
	at := 0
	for {
		i := strings.Index(s[at:], "至")
		if i < 0 {
			return 0, false, -1
		}
		i += at
		at = i + len("至")
		first, n := digitsBefore(s[:i])
		second, m, size := digitsAfter(s[at:])
		if n != 4 || m != 2 && m != 4 {
			continue
		}
		want := first + 1
		if m == 2 {
			want %= 100
		}
		return fiscal(first), second == want && plausibleYear(first), at + size
	}
}

// chineseDate reads 二零二五年三月三十一日 at its first place in a folded text.
func chineseDate(s string) (iso string, end int) {
	at := 0
	for {
		i := strings.Index(s[at:], "年")
		if i < 0 {
			return "", -1
		}
		i += at
		at = i + len("年")
		year, n := digitsBefore(s[:i])
		if n != 4 {
			continue
		}
		rest := s[at:]
		m := strings.Index(rest, "月")
		if m < 0 || m > 9 {
			continue
		}
		d := strings.Index(rest[m:], "日")
		if d < 0 || d > 12 {
			continue
		}
		month, day := chineseNumber(rest[:m]), chineseNumber(rest[m+len("月"):m+d])
		if month < 1 || month > 12 || day < 1 || day > 31 {
			continue
		}
		return pad(year) + "-" + pad(month) + "-" + pad(day), at + m + d + len("日")
	}
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// chineseNumber reads 三十一 or 31; 0 for anything else.
func chineseNumber(s string) int {
	if n, m := digitsAt(s, 2); m > 0 && m == len(s) {
		return n
	}
	n, ten := 0, false
	for _, r := range s {
		switch d := chineseDigit(r); {
		case r == '十' && !ten:
			ten, n = true, max(n, 1)*10
		case d > 0 && ten:
			n += d
		case d > 0 && n == 0:
			n = d
		default:
			return 0
		}
	}
	return n
}

func chineseDigit(r rune) int {
	switch r {
	case '零':
		return 0
	case '一':
		return 1
	case '二':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

// digitsBefore reads the run of Chinese or ASCII digits that ends a text.
func digitsBefore(s string) (value, count int) {
	unit := 1
	for len(s) > 0 && count < 5 {
		r, n := utf8.DecodeLastRuneInString(s)
		d := anyDigit(r)
		if d < 0 {
			break
		}
		value += d * unit
		unit *= 10
		count++
		s = s[:len(s)-n]
	}
	return value, count
}

// digitsAfter reads the run of Chinese or ASCII digits that starts a text.
func digitsAfter(s string) (value, count, size int) {
	for _, r := range s {
		d := anyDigit(r)
		if d < 0 || count == 5 {
			break
		}
		value = value*10 + d
		count++
		size += utf8.RuneLen(r)
	}
	return value, count, size
}

func anyDigit(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	return chineseDigit(r)
}

// digitsAt reads at most limit ASCII digits.
func digitsAt(s string, limit int) (value, count int) {
	for count < len(s) && count < limit && s[count] >= '0' && s[count] <= '9' {
		value = value*10 + int(s[count]-'0')
		count++
	}
	return value, count
}
