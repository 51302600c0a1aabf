package gen

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// phases of a figure
const (
	actual = iota
	original
	revised
)

// draw is a random source for one thing: the same names give the same numbers
// in every paper that prints them.
func (p *plan) draw(names ...int) *rand.Rand {
	h := p.opt.Seed*0x9E3779B97F4A7C15 + uint64(p.opt.Head)
	for _, n := range names {
		h = (h ^ uint64(n+1)) * 0xff51afd7ed558ccd
		h ^= h >> 29
	}
	return rand.New(rand.NewPCG(h, uint64(p.opt.Head)))
}

// leaf is an amount in thousands that drifts from year to year.
func (p *plan) leaf(item, year, phase int) int64 {
	base := p.draw(1, item).Int64N(400_000) + 200
	if item%5 == 4 {
		base /= 300
	}
	v := p.draw(2, item, year, phase)
	if item%7 == 6 && v.IntN(3) == 0 {
		return 0
	}
	return base + base*int64(year-2000)/40 + v.Int64N(base/6+2)
}

// thousands writes an amount with its groups; nought is a dash.
func thousands(n int64) string {
	if n == 0 {
		return "—"
	}
	return grouped(n)
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 && s[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// tenths writes an amount of tenths of a million: 12,345 is 1,234.5.
func tenths(n int64) string {
	return grouped(n/10) + "." + strconv.FormatInt(n%10, 10)
}

// round gives n/d, half away from nought.
func round(n, d int64) int64 {
	if n < 0 {
		return -round(-n, d)
	}
	return (2*n + d) / (2 * d)
}

// percent is the change from y to x in tenths of a per cent.
func percent(x, y int64) string {
	t := round((x-y)*1000, y)
	sign := "+"
	if t < 0 {
		sign, t = "-", -t
	}
	return sign + strconv.FormatInt(t/10, 10) + "." + strconv.FormatInt(t%10, 10) + "%"
}

var numerals = [...]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// words writes the digits of a year: 二零二五.
func words(n int) string {
	var b strings.Builder
	for _, c := range strconv.Itoa(n) {
		b.WriteString(numerals[c-'0'])
	}
	return b.String()
}

// fiscalWords writes 二零二五至二六.
func fiscalWords(y int) string {
	next := words(y + 1)
	if (y+1)%100 == 0 {
		return words(y) + "至" + next
	}
	return words(y) + "至" + next[len("二零"):]
}

// fiscal writes 2025-26.
func fiscal(y int) string {
	next := strconv.Itoa(y + 1)
	if (y+1)%100 == 0 {
		return strconv.Itoa(y) + "-" + next
	}
	return strconv.Itoa(y) + "-" + next[2:]
}

// plain is a decimal of tenths without grouping.
func plainTenths(n int64) string {
	return strconv.FormatInt(n/10, 10) + "." + strconv.FormatInt(n%10, 10)
}
