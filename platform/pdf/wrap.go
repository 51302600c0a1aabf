package pdf

import (
	"fmt"
	"strings"
	"unicode"
)

// shown is the text as the font can show it: a character without a glyph is
// named, a control character is a space.
func (d *Document) shown(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsControl(r):
			b.WriteByte(' ')
		case d.runeWidth(r) < 0:
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// runeWidth is the width at size 1000; -1 for what the font lacks.
func (d *Document) runeWidth(r rune) float64 {
	if w, ok := d.width[r]; ok {
		return w
	}
	w := -1.0
	if has, err := d.ink.IsCurrFontContainGlyph(r); err == nil && has {
		if err := d.ink.SetFontSize(1000); err == nil {
			if m, err := d.ink.MeasureTextWidth(string(r)); err == nil {
				w = m
			}
		}
	}
	d.width[r] = w
	return w
}

func (d *Document) measure(s string, size float64) float64 {
	sum := 0.0
	for _, r := range s {
		sum += max(d.runeWidth(r), 0)
	}
	return sum * size / 1000
}

// Characters that a line may not begin or end with (clreq, 3.1.2).
const (
	closing = "。，、；：？！）」』》〉】〕％…—·‧﹑﹔﹕)]},.;:!?%’”／/"
	opening = "（「『《〈【〔([{“‘＄$"
)

// wide says that a line may break on either side of a character.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303F || r >= 0x3100 && r <= 0x312F || r >= 0xFE30 && r <= 0xFE4F ||
		r >= 0xFF00 && r <= 0xFFEF
}

// pieces cuts a text where lines may break: between Chinese characters and at
// spaces, never before closing or after opening marks. A space ends its piece.
func pieces(s string) []string {
	var out []string
	var b strings.Builder
	var last rune
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
			b.Reset()
		}
	}
	for _, r := range s {
		if last != 0 && breaks(last, r) {
			flush()
		}
		b.WriteRune(r)
		last = r
	}
	flush()
	return out
}

// breaks says whether a line may end after a and begin with b.
func breaks(a, b rune) bool {
	switch {
	case b == ' ' || strings.ContainsRune(closing, b) || strings.ContainsRune(opening, a):
		return false
	case a == ' ':
		return true
	}
	return wide(a) || wide(b)
}

// wrap cuts a text into lines of a width. Only a piece that is wider than a
// whole line is cut within.
func (d *Document) wrap(s string, size, width float64) []string {
	var out []string
	line, used := "", 0.0
	for _, p := range pieces(d.shown(s)) {
		w := d.measure(strings.TrimRight(p, " "), size)
		if used+w > width+0.01 && line != "" {
			out = append(out, strings.TrimRight(line, " "))
			line, used = "", 0
		}
		for w > width+0.01 {
			head := d.fitting(p, size, width)
			out = append(out, head)
			p = p[len(head):]
			w = d.measure(strings.TrimRight(p, " "), size)
		}
		line, used = line+p, used+d.measure(p, size)
	}
	return append(out, strings.TrimRight(line, " "))
}

// fitting is the longest start of a piece that fits, one character at least.
func (d *Document) fitting(p string, size, width float64) string {
	used := 0.0
	for i, r := range p {
		used += max(d.runeWidth(r), 0) * size / 1000
		if used > width && i > 0 {
			return p[:i]
		}
	}
	return p
}
