package queue

import (
	"sort"
	"strconv"
	"time"

	"praya/kernel/when"
)

// Tally is what a span of time saw. Every call counts where it arrived.
type Tally struct {
	Offered, Within, Answered, Abandoned, Voicemail, CallBack, Refused, Interrupted int64

	CalledBack          int64 // of the call-backs, those that were kept
	Enquiries, Settled  int64
	Ratings, RatingSum  int64
	Handled             int64 // conversations that ended
	HandledMS, WaitedMS int64
	BusyMS, ReadyMS     int64 // of all agents together
}

// Add sums two.
func (t Tally) Add(u Tally) Tally {
	a, b := t.fields(), u.fields()
	for i := range a {
		*a[i] += *b[i]
	}
	return t
}

// fields are the counters in the order of their columns.
func (t *Tally) fields() []*int64 {
	return []*int64{
		&t.Offered, &t.Within, &t.Answered, &t.Abandoned, &t.Voicemail, &t.CallBack, &t.Refused, &t.Interrupted, &t.CalledBack,
		&t.Enquiries, &t.Settled, &t.Ratings, &t.RatingSum, &t.Handled, &t.HandledMS, &t.WaitedMS, &t.BusyMS, &t.ReadyMS,
	}
}

// StillOpen is how many of the offered still wait.
func (t Tally) StillOpen() int64 {
	return t.Offered - t.Answered - t.Abandoned - t.Voicemail - t.CallBack - t.Refused - t.Interrupted
}

// Share is a part of a whole; false where there is nothing to divide by.
func share(part, whole int64) (float64, bool) {
	if whole == 0 {
		return 0, false
	}
	return float64(part) / float64(whole), true
}

// InTime is within / offered.
func (t Tally) InTime() (float64, bool) { return share(t.Within, t.Offered) }

// AtFirst is settled / enquiries.
func (t Tally) AtFirst() (float64, bool) { return share(t.Settled, t.Enquiries) }

// Satisfaction is the mean rating.
func (t Tally) Satisfaction() (float64, bool) { return share(t.RatingSum, t.Ratings) }

// Occupancy is busy / (busy + ready) of all agents together.
func (t Tally) Occupancy() (float64, bool) { return share(t.BusyMS, t.BusyMS+t.ReadyMS) }

// MeanWait is of answered calls.
func (t Tally) MeanWait() (time.Duration, bool) {
	x, ok := share(t.WaitedMS, t.Answered)
	return time.Duration(x * float64(time.Millisecond)), ok
}

// MeanHandling is of conversations that ended, with their wrap.
func (t Tally) MeanHandling() (time.Duration, bool) {
	x, ok := share(t.HandledMS, t.Handled)
	return time.Duration(x * float64(time.Millisecond)), ok
}

// Span is a length of time for which there are counters.
type Span string

// The spans.
const (
	Quarter Span = "quarter"
	DaySpan Span = "day"
	Month   Span = "month"
	Year    Span = "year" // calendar year
)

// Spans lists them.
func Spans() []Span { return []Span{Quarter, DaySpan, Month, Year} }

const quarterHour = 15 * time.Minute

// quarterOf is the quarter that an instant lies in. Hong Kong's quarters are those of UTC.
func quarterOf(at when.Instant) when.Instant { return when.At(at.Time().Truncate(quarterHour)) }

// Start is the name of the span that an instant lies in.
func (s Span) Start(at when.Instant) string {
	day := at.Day().String()
	switch s {
	case DaySpan:
		return day
	case Month:
		return day[:7]
	case Year:
		return day[:4]
	}
	return quarterOf(at).String()
}

// midnight is the first instant of a day in Hong Kong.
func midnight(d when.Day) when.Instant {
	return when.At(time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, when.HongKong))
}

// Bins are the lower edges, in seconds, of the histogram of waits. 12 is one of them, so that the
// histogram and the target say the same.
func Bins() []int64 {
	return []int64{0, 1, 2, 3, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 420, 600, 900, 1800, 3600}
}

// binOf is the bin of a wait.
func binOf(wait time.Duration) int64 {
	bins, s := Bins(), int64(wait/time.Second)
	return bins[max(sort.Search(len(bins), func(i int) bool { return bins[i] > s })-1, 0)]
}

// Histogram is how many answered calls waited how long, by the lower edge of their bin.
type Histogram map[int64]int64

// Quantile is the wait that a share q of the answered calls did not exceed, interpolated within
// its bin; false without calls.
func (h Histogram) Quantile(q float64) (time.Duration, bool) {
	bins, total := Bins(), int64(0)
	for _, n := range h {
		total += n
	}
	if total == 0 {
		return 0, false
	}
	want, before := q*float64(total), 0.0
	for i, low := range bins {
		n := float64(h[low])
		if n == 0 || before+n < want {
			before += n
			continue
		}
		high := low * 2
		if i+1 < len(bins) {
			high = bins[i+1]
		}
		s := float64(low) + (want-before)/n*float64(high-low)
		return time.Duration(s * float64(time.Second)), true
	}
	return time.Duration(bins[len(bins)-1]) * time.Second, true
}

// quarterName is a quarter of a day, 0 to 95, as the time of its beginning.
func quarterName(q int) string {
	h, m := q/4, q%4*15
	return strconv.Itoa(100 + h)[1:] + ":" + strconv.Itoa(100 + m)[1:]
}
