package cases

import "math"

// The outlines here are our own, drawn by hand from general knowledge of the map and very coarse: a
// few dozen points for all of Hong Kong, harbours and islands filled in. They serve for proposing a
// district to a person, who may say another, and for a map to choose from; they are no boundaries in
// the sense of any ordinance. Each point is east and north in degrees (WGS 84).

// outline is the coarse shape of a district.
type outline struct {
	code   string
	points [][2]float64
}

// Districts are the codes of the 18 districts (十八區), as the forms of this site know them.
func Districts() []string {
	return []string{"CW", "EN", "SN", "WC", "KC", "KT", "SSP", "WTS", "YTM", "ID", "KTS", "NT", "SK", "ST", "TP", "TW", "TM", "YL"}
}

func outlines() []outline {
	return []outline{
		{"CW", [][2]float64{{114.110, 22.280}, {114.130, 22.292}, {114.165, 22.288}, {114.166, 22.277}, {114.158, 22.268}, {114.130, 22.262}, {114.115, 22.270}}},
		{"WC", [][2]float64{{114.165, 22.288}, {114.192, 22.286}, {114.196, 22.270}, {114.190, 22.256}, {114.170, 22.262}, {114.158, 22.268}, {114.166, 22.277}}},
		{"EN", [][2]float64{{114.192, 22.286}, {114.215, 22.296}, {114.240, 22.287}, {114.258, 22.262}, {114.236, 22.258}, {114.215, 22.262}, {114.196, 22.270}}},
		{"SN", [][2]float64{{114.115, 22.270}, {114.130, 22.262}, {114.158, 22.268}, {114.170, 22.262}, {114.190, 22.256}, {114.196, 22.270}, {114.215, 22.262}, {114.236, 22.258}, {114.258, 22.262}, {114.262, 22.210}, {114.215, 22.185}, {114.150, 22.195}, {114.120, 22.230}}},
		{"YTM", [][2]float64{{114.150, 22.290}, {114.182, 22.292}, {114.180, 22.305}, {114.176, 22.325}, {114.158, 22.325}, {114.150, 22.312}}},
		{"SSP", [][2]float64{{114.125, 22.330}, {114.150, 22.312}, {114.158, 22.325}, {114.176, 22.325}, {114.178, 22.338}, {114.168, 22.347}, {114.160, 22.352}, {114.135, 22.350}}},
		{"KC", [][2]float64{{114.182, 22.292}, {114.200, 22.300}, {114.215, 22.310}, {114.200, 22.325}, {114.195, 22.337}, {114.178, 22.338}, {114.176, 22.325}, {114.180, 22.305}}},
		{"WTS", [][2]float64{{114.178, 22.338}, {114.195, 22.337}, {114.210, 22.333}, {114.225, 22.345}, {114.215, 22.357}, {114.180, 22.358}, {114.168, 22.347}}},
		{"KT", [][2]float64{{114.200, 22.325}, {114.215, 22.310}, {114.232, 22.290}, {114.250, 22.290}, {114.246, 22.310}, {114.238, 22.325}, {114.225, 22.345}, {114.210, 22.333}, {114.195, 22.337}}},
		{"KTS", [][2]float64{{114.078, 22.330}, {114.100, 22.325}, {114.125, 22.330}, {114.135, 22.350}, {114.160, 22.352}, {114.150, 22.385}, {114.128, 22.365}, {114.118, 22.362}, {114.100, 22.360}, {114.078, 22.352}}},
		{"TW", [][2]float64{{114.045, 22.345}, {114.078, 22.352}, {114.100, 22.360}, {114.118, 22.362}, {114.128, 22.365}, {114.150, 22.385}, {114.145, 22.410}, {114.115, 22.420}, {114.100, 22.415}, {114.070, 22.400}, {114.070, 22.385}, {114.045, 22.372}}},
		{"ST", [][2]float64{{114.160, 22.352}, {114.168, 22.347}, {114.180, 22.358}, {114.215, 22.357}, {114.225, 22.365}, {114.255, 22.395}, {114.262, 22.425}, {114.235, 22.440}, {114.205, 22.425}, {114.180, 22.420}, {114.145, 22.410}, {114.150, 22.385}}},
		{"TP", [][2]float64{{114.145, 22.410}, {114.180, 22.420}, {114.205, 22.425}, {114.235, 22.440}, {114.262, 22.425}, {114.300, 22.420}, {114.360, 22.420}, {114.400, 22.440}, {114.380, 22.500}, {114.280, 22.480}, {114.230, 22.490}, {114.190, 22.490}, {114.150, 22.475}, {114.120, 22.450}, {114.115, 22.420}}},
		{"NT", [][2]float64{{114.075, 22.515}, {114.090, 22.480}, {114.120, 22.450}, {114.150, 22.475}, {114.190, 22.490}, {114.230, 22.490}, {114.280, 22.480}, {114.380, 22.500}, {114.330, 22.570}, {114.230, 22.560}, {114.160, 22.565}, {114.115, 22.540}, {114.085, 22.530}}},
		{"YL", [][2]float64{{113.985, 22.430}, {114.000, 22.418}, {114.035, 22.405}, {114.070, 22.400}, {114.100, 22.415}, {114.115, 22.420}, {114.120, 22.450}, {114.090, 22.480}, {114.075, 22.515}, {114.050, 22.505}, {113.990, 22.485}, {113.950, 22.460}}},
		{"TM", [][2]float64{{113.880, 22.400}, {113.895, 22.370}, {113.960, 22.355}, {114.045, 22.372}, {114.070, 22.385}, {114.070, 22.400}, {114.035, 22.405}, {114.000, 22.418}, {113.985, 22.430}, {113.950, 22.460}, {113.910, 22.435}}},
		{"SK", [][2]float64{{114.238, 22.325}, {114.246, 22.310}, {114.250, 22.290}, {114.262, 22.265}, {114.320, 22.250}, {114.420, 22.330}, {114.420, 22.400}, {114.400, 22.440}, {114.360, 22.420}, {114.300, 22.420}, {114.262, 22.425}, {114.255, 22.395}, {114.225, 22.365}, {114.215, 22.357}, {114.225, 22.345}}},
		{"ID", [][2]float64{{113.840, 22.200}, {113.880, 22.160}, {114.020, 22.150}, {114.120, 22.145}, {114.150, 22.195}, {114.120, 22.230}, {114.100, 22.280}, {114.060, 22.310}, {114.045, 22.345}, {113.960, 22.340}, {113.895, 22.330}, {113.830, 22.260}}},
	}
}

// The edges of the map.
const (
	south, north = 22.13, 22.58
	west, east   = 113.81, 114.45
)

func inHongKong(lat, lon float64) bool {
	return lat >= south && lat <= north && lon >= west && lon <= east
}

// nearestWithin is how far from an outline, in degrees, a point on the water still counts to it.
const nearestWithin = 0.05

// DistrictAt proposes the district of a point: the one whose outline holds it, else the nearest;
// empty when it is far from all.
func DistrictAt(lat, lon float64) string {
	best, nearest := "", nearestWithin
	for _, o := range outlines() {
		if o.holds(lat, lon) {
			return o.code
		}
		if d := o.distance(lat, lon); d < nearest {
			best, nearest = o.code, d
		}
	}
	return best
}

// holds counts how often a ray to the east crosses the outline.
func (o outline) holds(lat, lon float64) bool {
	in := false
	for i, j := 0, len(o.points)-1; i < len(o.points); j, i = i, i+1 {
		a, b := o.points[i], o.points[j]
		if (a[1] > lat) != (b[1] > lat) && lon < (b[0]-a[0])*(lat-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

// distance is how far a point lies from the outline's edges.
func (o outline) distance(lat, lon float64) float64 {
	least := math.Inf(1)
	for i, j := 0, len(o.points)-1; i < len(o.points); j, i = i, i+1 {
		a, b := o.points[j], o.points[i]
		dx, dy := b[0]-a[0], b[1]-a[1]
		t := ((lon-a[0])*dx + (lat-a[1])*dy) / (dx*dx + dy*dy)
		t = math.Min(1, math.Max(0, t))
		least = math.Min(least, math.Hypot(lon-a[0]-t*dx, lat-a[1]-t*dy))
	}
	return least
}

// metres is how far two points lie from each other, on a plane: good to a metre within a kilometre.
func metres(a, b Where) float64 {
	const degree = 111_195.0
	x := (a.Lon - b.Lon) * math.Cos((a.Lat+b.Lat)*math.Pi/360)
	return degree * math.Hypot(x, a.Lat-b.Lat)
}
