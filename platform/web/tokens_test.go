package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// themes reads the tokens of the light and the dark theme out of the style sheet.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := assetFiles.ReadFile("assets/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`--([a-z0-9-]+):(#[0-9A-F]{6})`)
	read := func(block string) map[string]string {
		m := map[string]string{}
		for _, x := range token.FindAllStringSubmatch(block, -1) {
			m[x[1]] = x[2]
		}
		return m
	}
	light, rest, _ := strings.Cut(string(css), "prefers-color-scheme:dark")
	system, chosen, ok := strings.Cut(rest, ":root[data-theme=dark]")
	if !ok {
		t.Fatal("tokens.css has no dark theme that a visitor chose")
	}
	dark := read(system)
	if fmt.Sprint(dark) != fmt.Sprint(read(chosen)) {
		t.Error("the system's dark theme differs from the visitor's")
	}
	return map[string]map[string]string{"light": read(light), "dark": dark}
}

func rgb(hex string) [3]float64 {
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		panic(err)
	}
	return [3]float64{float64(n >> 16 & 255), float64(n >> 8 & 255), float64(n & 255)}
}

func linear(c float64) float64 {
	c /= 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

// contrast is WCAG 2.2's ratio, rounded down to one digit.
func contrast(a, b string) float64 {
	luminance := func(hex string) float64 {
		c := rgb(hex)
		return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
	}
	x, y := luminance(a), luminance(b)
	return math.Floor((math.Max(x, y)+0.05)/(math.Min(x, y)+0.05)*10+1e-9) / 10
}

// TestContrast is the table of colours in the design of pages: the lowest ratio on
// paper, mist, wash and mark, unless another ground is named.
func TestContrast(t *testing.T) {
	grounds := []string{"paper", "mist", "wash", "mark"}
	for _, c := range []struct {
		token       string
		on          []string
		light, dark float64
	}{
		{"ink", grounds, 12.8, 7.7},
		{"soft", grounds, 5.9, 4.9},
		{"tide", grounds, 6.4, 5.0},
		{"tide-deep", grounds, 9.7, 6.3},
		{"visited", grounds, 7.0, 4.7},
		{"focus", grounds, 6.2, 4.6},
		{"edge", grounds, 3.7, 3.0},
		{"line", grounds, 1.3, 1.0},
		{"jade", []string{"jade-wash"}, 6.0, 7.6},
		{"amber", []string{"amber-wash"}, 6.6, 8.0},
		{"red", []string{"red-wash"}, 6.4, 7.4},
		{"on", []string{"tide"}, 7.8, 8.9},
		{"on", []string{"red"}, 7.5, 8.2},
		{"ink", []string{"paper"}, 15.6, 15.2},
		{"tide", []string{"paper"}, 7.8, 9.8},
		{"c1", []string{"paper"}, 7.7, 8.6},
		{"c2", []string{"paper"}, 3.7, 8.4},
		{"c3", []string{"paper"}, 3.3, 4.7},
		{"c4", []string{"paper"}, 14.7, 16.4},
		{"c5", []string{"paper"}, 3.3, 3.6},
		// Not in the table, but used: text on the washes of notices and tags.
		{"ink", []string{"jade-wash", "red-wash", "amber-wash"}, 0, 0},
	} {
		for name, theme := range themes(t) {
			lowest := math.Inf(1)
			for _, ground := range c.on {
				lowest = math.Min(lowest, contrast(theme[c.token], theme[ground]))
			}
			want := map[string]float64{"light": c.light, "dark": c.dark}[name]
			if want == 0 && lowest < 4.5 {
				t.Errorf("%s: %s on %v has %.1f, less than 4.5", name, c.token, c.on, lowest)
			}
			if want != 0 && lowest != want {
				t.Errorf("%s: %s on %v has %.1f, the design says %.1f", name, c.token, c.on, lowest, want)
			}
		}
	}
}

// TestChartColours recomputes how far apart the colours of series are (CIEDE2000), in
// normal vision and as people see them without one kind of cone (Machado, Oliveira and
// Fernandes 2009, severity 1.0, in linear RGB).
func TestChartColours(t *testing.T) {
	visions := []struct {
		name   string
		matrix [9]float64
	}{
		{"normal", [9]float64{1, 0, 0, 0, 1, 0, 0, 0, 1}},
		{"protanopia", [9]float64{0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998}},
		{"deuteranopia", [9]float64{0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881}},
		{"tritanopia", [9]float64{1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}},
	}
	want := map[string][4]float64{"light": {25.6, 24.3, 24.3, 24.5}, "dark": {26.0, 22.4, 19.4, 19.9}}
	for name, theme := range themes(t) {
		for i, v := range visions {
			smallest := math.Inf(1)
			for a := 1; a <= 5; a++ {
				for b := a + 1; b <= 5; b++ {
					x, y := theme[fmt.Sprintf("c%d", a)], theme[fmt.Sprintf("c%d", b)]
					smallest = math.Min(smallest, ciede2000(lab(x, v.matrix), lab(y, v.matrix)))
				}
			}
			if math.Abs(smallest-want[name][i]) > 0.11 {
				t.Errorf("%s, %s: %.2f, the design says %.1f", name, v.name, smallest, want[name][i])
			}
		}
	}
}

// lab is CIELAB under D65 of a colour after a simulation.
func lab(hex string, m [9]float64) [3]float64 {
	c := rgb(hex)
	r, g, b := linear(c[0]), linear(c[1]), linear(c[2])
	clip := func(v float64) float64 { return math.Min(math.Max(v, 0), 1) }
	r, g, b = clip(m[0]*r+m[1]*g+m[2]*b), clip(m[3]*r+m[4]*g+m[5]*b), clip(m[6]*r+m[7]*g+m[8]*b)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*r + 0.3575761*g + 0.1804375*b) / 0.95047)
	y := f(0.2126729*r + 0.7151522*g + 0.0721750*b)
	z := f((0.0193339*r + 0.1191920*g + 0.9503041*b) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// ciede2000 follows Sharma, Wu and Dalal (2005).
func ciede2000(p, q [3]float64) float64 {
	rad := math.Pi / 180
	c1, c2 := math.Hypot(p[1], p[2]), math.Hypot(q[1], q[2])
	mean7 := math.Pow((c1+c2)/2, 7)
	g := 0.5 * (1 - math.Sqrt(mean7/(mean7+math.Pow(25, 7))))
	a1, a2 := (1+g)*p[1], (1+g)*q[1]
	c1, c2 = math.Hypot(a1, p[2]), math.Hypot(a2, q[2])
	hue := func(b, a float64) float64 {
		if a == 0 && b == 0 {
			return 0
		}
		return math.Mod(math.Atan2(b, a)/rad+360, 360)
	}
	h1, h2 := hue(p[2], a1), hue(q[2], a2)
	dh := h2 - h1
	if c1*c2 == 0 {
		dh = 0
	} else if dh > 180 {
		dh -= 360
	} else if dh < -180 {
		dh += 360
	}
	dl, dc := q[0]-p[0], c2-c1
	dH := 2 * math.Sqrt(c1*c2) * math.Sin(dh/2*rad)
	l, c, h := (p[0]+q[0])/2, (c1+c2)/2, h1+h2
	switch {
	case c1*c2 == 0:
	case math.Abs(h1-h2) <= 180:
		h /= 2
	case h < 360:
		h = (h + 360) / 2
	default:
		h = (h - 360) / 2
	}
	tt := 1 - 0.17*math.Cos((h-30)*rad) + 0.24*math.Cos(2*h*rad) + 0.32*math.Cos((3*h+6)*rad) - 0.20*math.Cos((4*h-63)*rad)
	c7 := math.Pow(c, 7)
	rt := -math.Sin(60*math.Exp(-square((h-275)/25))*rad) * 2 * math.Sqrt(c7/(c7+math.Pow(25, 7)))
	sl := 1 + 0.015*(l-50)*(l-50)/math.Sqrt(20+(l-50)*(l-50))
	sc, sh := 1+0.045*c, 1+0.015*c*tt
	return math.Sqrt(square(dl/sl) + square(dc/sc) + square(dH/sh) + rt*dc/sc*dH/sh)
}

func square(x float64) float64 { return x * x }

// TestCIEDE2000 holds pairs of the published test data.
func TestCIEDE2000(t *testing.T) {
	for _, c := range []struct {
		a, b [3]float64
		want float64
	}{
		{[3]float64{50, 2.6772, -79.7751}, [3]float64{50, 0, -82.7485}, 2.0425},
		{[3]float64{50, 2.5, 0}, [3]float64{61, -5, 29}, 22.8977},
		{[3]float64{22.7233, 20.0904, -46.6940}, [3]float64{23.0331, 14.9730, -42.5619}, 2.0373},
		{[3]float64{90.8027, -2.0831, 1.4410}, [3]float64{91.1528, -1.6435, 0.0447}, 1.4441},
	} {
		if got := ciede2000(c.a, c.b); math.Abs(got-c.want) > 0.0001 {
			t.Errorf("%v %v: %.4f, want %.4f", c.a, c.b, got, c.want)
		}
	}
}
