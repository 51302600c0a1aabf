package web

import (
	"math"
	"slices"
	"strconv"
	"unicode"

	"praya/kernel/lang"
)

// Charts are drawn on the server as SVG without a viewBox: across in percent, down in
// em, so that text keeps its size on a phone and grows with the reader's own. Widths
// that text needs are reckoned for the narrowest page.
const narrowest = 20.5 // em of chart text that 288 px hold, a 320 px page within its margins

// Chart is what stands around every drawing: the conclusion, the drawing told in words,
// and the figures as a table, always there.
type Chart struct {
	ID      string // unique on the page
	Caption string // what the figures say: 撥款連續三年增加
	Title   string // what is drawn, with the unit: 按綱領劃分的撥款（百萬元）
	Summary string // the drawing in words, for those who don't see it
	Data    Table
	CSV     string // full address; empty for none
}

// Certainty is how sure a figure is; with one series the pattern shows it.
type Certainty string

// The columns of a budget paper.
const (
	Actual   Certainty = "actual"
	Original Certainty = "original"
	Revised  Certainty = "revised"
	Estimate Certainty = "estimate"
)

// BarGroup is bars that belong together, under a label.
type BarGroup struct {
	Label string
	Lang  lang.Lang
	Bars  []Bar
}

// Bar is a figure. Value is for the drawing only; Shown is what people read.
type Bar struct {
	Label     string
	Value     float64
	Shown     string
	Certainty Certainty
	Missing   bool
}

// Line is a series over the chart's labels; at most five.
type Line struct {
	Name, Short string // Short stands at the line's end; Name in the key
	Lang        lang.Lang
	Points      []Point
}

// Point is a figure of a series, or a gap.
type Point struct {
	Value   float64
	Shown   string
	Missing bool
	Break   bool // the series is not the same thing before this point: no line across
}

// Part is a share of a whole.
type Part struct {
	Name  string
	Lang  lang.Lang
	Value float64
	Shown string // "42.0%"
}

// ems reckons how wide a text is, in em: Han characters 1, Latin and digits 0.58.
func ems(s string) float64 {
	w := 0.0
	for _, r := range s {
		if unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60 {
			w++
		} else {
			w += 0.58
		}
	}
	return w
}

// reserve is the share of the narrowest page, in percent, that a text needs.
func reserve(s string, atMost float64) float64 { return math.Min(ems(s)/narrowest*100+2, atMost) }

func percent(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) + "%" }

func em(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) + "em" }

// barDrawing is a bar chart laid out.
type barDrawing struct {
	Height string
	Zero   string // x of the zero line
	Rows   []barRow
	Uses   []Certainty
}

type barRow struct {
	Text            string // a group's heading or a bar's label
	Lang            lang.Lang
	TextY           string
	X, Y, W, H      string // of the bar; W empty for none
	Shown           string
	ShownX, ShownY  string
	Certainty       Certainty
	Heading, Absent bool
}

// layBars lays horizontal bars out: with short labels beside the bars, with long ones above.
func layBars(groups []BarGroup) barDrawing {
	labels, shown, low, high := 0.0, 0.0, 0.0, 0.0
	for _, g := range groups {
		for _, b := range g.Bars {
			labels, shown = math.Max(labels, ems(b.Label)), math.Max(shown, ems(b.Shown))
			low, high = math.Min(low, b.Value), math.Max(high, b.Value)
		}
	}
	if high == low {
		high = low + 1
	}
	above := labels > 9
	left := 0.0
	if !above {
		left = labels/narrowest*100 + 3
	}
	right := 100 - math.Min(shown/narrowest*100+4, 45)
	if low < 0 {
		left += shown / narrowest * 100
	}
	scale := func(v float64) float64 { return left + (v-low)/(high-low)*(right-left) }
	d := barDrawing{Zero: percent(scale(0))}
	y := 0.0
	for i, g := range groups {
		if i > 0 {
			y += 0.7
		}
		if g.Label != "" {
			d.Rows = append(d.Rows, barRow{Text: g.Label, Lang: g.Lang, TextY: em(y + 1.3), Heading: true})
			y += 1.9
		}
		for _, b := range g.Bars {
			r := barRow{Text: b.Label, Certainty: b.Certainty, Shown: b.Shown, Absent: b.Missing}
			r.TextY = em(y + 1.25)
			if above {
				y += 1.6
			}
			from, to := math.Min(scale(0), scale(b.Value)), math.Max(scale(0), scale(b.Value))
			r.X, r.W, r.Y, r.H = percent(from), percent(to-from), em(y+0.25), em(1.35)
			r.ShownX, r.ShownY = percent(to), em(y+1.25)
			if b.Missing {
				r.W, r.ShownX = "", percent(left)
			} else if b.Certainty != "" && !slices.Contains(d.Uses, b.Certainty) {
				d.Uses = append(d.Uses, b.Certainty)
			}
			d.Rows = append(d.Rows, r)
			y += 1.95
		}
	}
	d.Height = em(y + 0.3)
	return d
}

// shareDrawing is a whole cut into parts.
type sharePart struct {
	Part
	X, W string
}

func layShares(parts []Part) []sharePart {
	total := 0.0
	for _, p := range parts {
		total += math.Max(p.Value, 0)
	}
	if total == 0 {
		return nil
	}
	out, at := make([]sharePart, len(parts)), 0.0
	for i, p := range parts {
		w := math.Max(p.Value, 0) / total * 100
		out[i] = sharePart{p, percent(at), percent(w)}
		at += w
	}
	return out
}

// series5 names the class of a series: five at most, a sixth looks like "others".
func series5(prefix string, n int) string { return prefix + strconv.Itoa(min(n, 4)+1) }

func seriesFill(id string, n int) string {
	if n <= 0 {
		return "currentColor" // solid, in the series' own colour
	}
	return "url(#" + id + "-" + series5("p", n) + ")"
}

func certaintyFill(id string, c Certainty) string {
	switch c {
	case Original:
		return "none"
	case Revised, Estimate:
		return "url(#" + id + "-" + string(c) + ")"
	}
	return "currentColor"
}
