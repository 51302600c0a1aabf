package web

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"praya/kernel/lang"
)

// lineDrawing is a line chart laid out.
type lineDrawing struct {
	Height   string
	Left     string // where the plot begins, right of the ticks
	Right    string
	Ticks    []tick
	Labels   []axisLabel
	Segments []segment
	Markers  []marker
	Breaks   []string // x of each break
	Ends     []endLabel
	Foot     string // y of the axis
}

type tick struct{ Y, TextY, Text string }

type axisLabel struct{ X, Text, Anchor string }

type segment struct {
	X1, Y1, X2, Y2 string
	Series         int
}

type marker struct {
	X, Y   string
	Series int
}

type endLabel struct {
	X, Y, Text string
	Lang       lang.Lang
	Series     int
}

const (
	plotTop    = 1.2  // em
	plotBottom = 15.0 // em
)

// layLines lays series out over the labels of the axis.
func layLines(labels []string, series []Line) lineDrawing {
	low, high := extent(series)
	ticks, step := niceTicks(low, high)
	low, high = ticks[0], ticks[len(ticks)-1]
	left, right := 0.0, 100.0
	for _, t := range ticks {
		left = math.Max(left, reserve(tickText(t, step), 30))
	}
	direct := directLabels(series)
	for _, l := range series {
		if direct {
			right = math.Min(right, 100-reserve(l.Short, 40)-3)
		}
	}
	if !direct {
		right = 97
	}
	x := func(i int) float64 {
		if len(labels) < 2 {
			return (left + right) / 2
		}
		return left + 2 + float64(i)/float64(len(labels)-1)*(right-left-2)
	}
	y := func(v float64) float64 { return plotBottom - (v-low)/(high-low)*(plotBottom-plotTop) }
	d := lineDrawing{Height: em(plotBottom + 2.2), Left: percent(left), Right: percent(right), Foot: em(plotBottom)}
	for _, t := range ticks {
		d.Ticks = append(d.Ticks, tick{Y: em(y(t)), TextY: em(y(t) + 0.35), Text: tickText(t, step)})
	}
	d.labels(labels, x, right-left)
	for n, l := range series {
		d.series(n, l, x, y)
	}
	if direct {
		d.spread()
	} else {
		d.Ends = nil
	}
	return d
}

// directLabels: series are named at their ends when the names are short enough.
func directLabels(series []Line) bool {
	for _, l := range series {
		if l.Short == "" || ems(l.Short) > 6.5 {
			return false
		}
	}
	return true
}

func (d *lineDrawing) labels(labels []string, x func(int) float64, width float64) {
	widest := 0.0
	for _, l := range labels {
		widest = math.Max(widest, ems(l))
	}
	every := max(1, int(math.Ceil(float64(len(labels))*(widest+1)/(narrowest*width/100))))
	for i, l := range labels {
		if (len(labels)-1-i)%every == 0 { // counted from the newest, which always has its label
			d.Labels = append(d.Labels, axisLabel{percent(x(i)), l, "middle"})
		}
	}
}

func (d *lineDrawing) series(n int, l Line, x func(int) float64, y func(float64) float64) {
	last := -1
	for i, p := range l.Points {
		if p.Break && i > 0 {
			if at := percent((x(i-1) + x(i)) / 2); !slices.Contains(d.Breaks, at) {
				d.Breaks = append(d.Breaks, at)
			}
		}
		if p.Missing {
			continue
		}
		if last == i-1 && i > 0 && !p.Break {
			before := l.Points[last]
			d.Segments = append(d.Segments, segment{percent(x(last)), em(y(before.Value)), percent(x(i)), em(y(p.Value)), n})
		}
		d.Markers = append(d.Markers, marker{percent(x(i)), em(y(p.Value)), n})
		last = i
	}
	if last >= 0 {
		d.Ends = append(d.Ends, endLabel{percent(x(last)), em(y(l.Points[last].Value) + 0.35), l.Short, l.Lang, n})
	}
}

// spread moves labels at the ends of lines apart, keeping their order.
func (d *lineDrawing) spread() {
	slices.SortStableFunc(d.Ends, func(a, b endLabel) int { return int(math.Copysign(1, emValue(a.Y)-emValue(b.Y))) })
	for i := 1; i < len(d.Ends); i++ {
		if above := emValue(d.Ends[i-1].Y) + 1.3; emValue(d.Ends[i].Y) < above {
			d.Ends[i].Y = em(above)
		}
	}
}

func emValue(s string) float64 {
	f, _ := strconv.ParseFloat(s[:len(s)-len("em")], 64)
	return f
}

func extent(series []Line) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range series {
		for _, p := range l.Points {
			if !p.Missing {
				low, high = math.Min(low, p.Value), math.Max(high, p.Value)
			}
		}
	}
	if low > high {
		return 0, 1
	}
	// A scale that hides how little changes misleads: only series far from zero leave it.
	if low > 0 && low < 0.6*high {
		low = 0
	}
	return low, high
}

// niceTicks are three to six round figures that hold low and high.
func niceTicks(low, high float64) ([]float64, float64) {
	if high <= low {
		low, high = low-1, high+1
	}
	raw := (high - low) / 4
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= raw {
			step = m * power
			break
		}
	}
	var out []float64
	first := math.Floor(low/step+1e-9) * step
	for i := 0; ; i++ {
		t := first + float64(i)*step
		out = append(out, t)
		if t >= high-step*1e-9 && i > 0 {
			return out, step
		}
	}
}

func tickText(t, step float64) string {
	places := 0
	for s := step; places < 4 && math.Abs(s-math.Round(s)) > 1e-9; places++ {
		s *= 10
	}
	text := grouped(strconv.FormatFloat(math.Abs(t), 'f', places, 64))
	if t < 0 {
		return "−" + text
	}
	return text
}

// grouped groups the whole part of a plain decimal by three.
func grouped(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	if fraction != "" {
		fraction = "." + fraction
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + fraction
}
