package queue

import (
	"math"
	"time"
)

// Traffic is how much work comes: calls an hour, each taking Handling, from people who hang up
// after Patience on average (exponential; 0: never).
type Traffic struct {
	PerHour            float64
	Handling, Patience time.Duration
}

// Load is the offered load in erlangs.
func (t Traffic) Load() float64 { return t.PerHour / 3600 * t.Handling.Seconds() }

// ErlangB is the share of calls that find all n lines taken, without waiting (A. K. Erlang, 1917).
// The recursion is numerically stable: B(0) = 1, B(k) = A·B(k−1) / (k + A·B(k−1)).
func ErlangB(load float64, n int) float64 {
	b := 1.0
	for k := 1; k <= n; k++ {
		b = load * b / (float64(k) + load*b)
	}
	return b
}

// Trunks is how many lines block at most a share of calls.
func Trunks(load, blocked float64) int {
	n, b := 0, 1.0
	for b > blocked {
		n++
		b = load * b / (float64(n) + load*b)
	}
	return n
}

// ErlangC is the share of calls that wait when nobody ever hangs up (A. K. Erlang, 1917):
// B / (1 − (A/N)(1 − B)). With load for more than n agents everybody waits.
func ErlangC(load float64, n int) float64 {
	if load >= float64(n) {
		return 1
	}
	b := ErlangB(load, n)
	return b / (1 - load/float64(n)*(1-b))
}

// Forecast is what a staffing leads to.
type Forecast struct {
	InTime    float64 // share of all calls answered within the target
	Abandoned float64 // share of all calls that hang up
	Wait      time.Duration
}

// PatientForecast is Erlang C: the share in time is 1 − P(wait)·e^(−(N−A)t/AHT), the mean wait
// P(wait)·AHT/(N−A). With too few agents the line grows without end: nobody is in time, and the
// wait is Unknown.
func PatientForecast(t Traffic, n int, target time.Duration) Forecast {
	spare := float64(n) - t.Load()
	if spare <= 0 {
		return Forecast{Wait: Unknown}
	}
	p := ErlangC(t.Load(), n)
	return Forecast{
		InTime: 1 - p*math.Exp(-spare*target.Seconds()/t.Handling.Seconds()),
		Wait:   time.Duration(p / spare * float64(t.Handling)),
	}
}

// ForecastOf is Erlang A, M/M/N+M (C. Palm, 1957; A. Mandelbaum and S. Zeltyn, "Service Engineering
// in Action: The Palm/Erlang-A Queue, with Applications to Call Centers", 2007). Without patience
// to lose it is Erlang C.
//
// With λ calls a second, service rate μ and patience rate θ, the number in the system is a birth
// and death process with deaths kμ up to N, and Nμ + jθ with j waiting. Who comes upon j waiting is
// served after j+1 departures, whose times are exponential with rates Nμ + iθ, i = 0…j, unless
// their own patience ends before. That gives
//
//	P(served within t | j) = Nμ / (Nμ + (j+1)θ) · P(j+1 departures at rates Nμ + (i+1)θ within t)
//
// and the number of such departures within t is negative binomial (a Yule process with
// immigration), so that its terms follow from each other by one factor.
func ForecastOf(t Traffic, n int, target time.Duration) Forecast {
	if t.Patience <= 0 {
		return PatientForecast(t, n, target)
	}
	if t.PerHour <= 0 {
		return Forecast{InTime: 1}
	}
	if n <= 0 {
		return Forecast{Abandoned: 1, Wait: t.Patience}
	}
	lambda, mu, theta := t.PerHour/3600, 1/t.Handling.Seconds(), 1/t.Patience.Seconds()
	capacity, x := float64(n)*mu, target.Seconds()

	// Weights relative to the state in which all n are busy and nobody waits.
	below := 1/ErlangB(t.Load(), n) - 1
	if math.IsInf(below, 1) {
		return Forecast{InTime: 1}
	}
	weight, sum, waiting, inTime := 1.0, 0.0, 0.0, 0.0
	term := -(capacity + theta) * x // logarithm of the probability of no departure within the target
	fewer := math.Exp(term)         // of at most j departures
	grow := (1 - math.Exp(-theta*x)) / theta
	for j := 0; ; j++ {
		k := float64(j)
		sum += weight
		waiting += weight * k
		inTime += weight * capacity / (capacity + (k+1)*theta) * max(1-fewer, 0)
		if sum > 1e200 { // in heavy overload the weights outgrow a float: all of them shrink alike
			sum, below, waiting, inTime, weight = sum*1e-200, below*1e-200, waiting*1e-200, inTime*1e-200, weight*1e-200
		}
		if weight < 1e-14*(sum+below) && lambda < capacity+k*theta {
			break
		}
		term += math.Log((capacity + theta + k*theta) * grow / (k + 1))
		fewer += math.Exp(term)
		weight *= lambda / (capacity + (k+1)*theta)
	}
	whole := below + sum
	return Forecast{
		InTime:    (below + inTime) / whole,
		Abandoned: theta * waiting / whole / lambda,
		Wait:      time.Duration(waiting / whole / lambda * float64(time.Second)),
	}
}

// mostAgents bounds the search for a staffing.
const mostAgents = 5000

// Needed is how many agents at the telephones answer a share of calls within the target.
func Needed(t Traffic, share float64, target time.Duration) int {
	low, high := 0, 1
	for high < mostAgents && ForecastOf(t, high, target).InTime < share {
		low, high = high, high*2
	}
	for low+1 < high {
		if n := (low + high) / 2; ForecastOf(t, n, target).InTime < share {
			low = n
		} else {
			high = n
		}
	}
	if t.PerHour <= 0 {
		return 0
	}
	return high
}

// Rostered is how many must be on the roster so that n are at the telephones: shrinkage is the
// share of paid time that goes to breaks, training, leave and illness.
func Rostered(n int, shrinkage float64) int {
	if shrinkage <= 0 {
		return n
	}
	return int(math.Ceil(float64(n)/(1-min(shrinkage, 0.9)) - 1e-9))
}
