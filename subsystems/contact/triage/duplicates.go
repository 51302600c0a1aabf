package triage

import (
	"cmp"
	"math"
	"slices"
)

// Duplicate is a case that tells the same, perhaps.
type Duplicate struct {
	ID       string
	Likeness float64 // 1 for the same words
}

// Bounds of a search for duplicates.
const (
	AlikeEnough    = 0.6
	maxCandidates  = 2000
	mostDuplicates = 5
)

// Duplicates gives those of some cases, such as the open ones nearby or of the same subject, that tell
// what a text tells: by the cosine of their features, where what all of them say weighs little. The
// likeliest comes first; what isn't alike enough isn't said.
func Duplicates(text string, among []Lesson) (out []Duplicate) {
	among = among[:min(len(among), maxCandidates)]
	mine, times, all := counted(text), map[uint32]int{}, make([][]feature, len(among))
	for i, l := range among {
		all[i] = counted(l.Text)
		for _, f := range all[i] {
			times[f.at]++
		}
	}
	weigh := func(has []feature) (sum float64) {
		for i, f := range has {
			has[i].value = f.value * (math.Log(float64(1+len(among))/float64(1+times[f.at])) + 1)
			sum += has[i].value * has[i].value
		}
		return math.Sqrt(sum)
	}
	length := weigh(mine)
	for i, l := range among {
		other := weigh(all[i])
		if length == 0 || other == 0 {
			continue
		}
		if likeness := product(mine, all[i]) / (length * other); likeness >= AlikeEnough {
			out = append(out, Duplicate{l.ID, likeness})
		}
	}
	slices.SortStableFunc(out, func(a, b Duplicate) int { return cmp.Compare(b.Likeness, a.Likeness) })
	return out[:min(len(out), mostDuplicates)]
}

// product multiplies two lists of features, both in the order of their places.
func product(a, b []feature) (sum float64) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].at < b[j].at:
			i++
		case a[i].at > b[j].at:
			j++
		default:
			sum += a[i].value * b[j].value
			i, j = i+1, j+1
		}
	}
	return sum
}
