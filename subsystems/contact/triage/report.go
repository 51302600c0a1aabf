package triage

import (
	"math"

	"praya/kernel/when"
)

// Report is how well a model does on what it never saw.
type Report struct {
	Lessons   int          `json:"lessons"`
	At        when.Instant `json:"at"`
	Threshold float64      `json:"threshold"`
	Questions []Figures    `json:"questions"`
	// Taught is a hash of the lessons' ids and answers, by which it is known that nothing is new, and
	// Looked when that was found last.
	Taught string       `json:"taught,omitempty"`
	Looked when.Instant `json:"looked"`
}

// bins is how many the expected calibration error has.
const bins = 10

// Bin is proposals of about the same confidence.
type Bin struct {
	Number     int     `json:"n"`
	Right      int     `json:"right"`
	Confidence float64 `json:"confidence"` // their sum
}

// Figures are of one question, on what was held out.
type Figures struct {
	Question  string    `json:"question"`
	Lessons   int       `json:"lessons"` // that have an answer
	Answers   int       `json:"answers"` // that can be proposed
	Trained   int       `json:"trained"` // lessons learned from; 0: too few, there is no model
	HeldOut   int       `json:"heldOut"`
	Accuracy  float64   `json:"accuracy"`
	MacroF1   float64   `json:"macroF1"`
	Error     float64   `json:"error"`     // expected calibration error
	RawError  float64   `json:"rawError"`  // the same before the temperature
	Loss      float64   `json:"loss"`      // mean negative log-likelihood
	RawLoss   float64   `json:"rawLoss"`   // the same before the temperature
	Bins      [bins]Bin `json:"bins"`      // by tenths of confidence
	Said      int       `json:"said"`      // proposals at or above the threshold
	SaidRight int       `json:"saidRight"` // of these
	Taken     bool      `json:"taken"`     // this model is the one that proposes
	Kept      float64   `json:"kept"`      // macro-F1 of the older model that stays because it is better
}

// Threshold is the confidence below which nothing is said.
const Threshold = 0.8

// measure fills in how an answerer does on what was held out.
func (f *Figures) measure(a *answerer, held []example) {
	f.HeldOut = len(held)
	f.Accuracy, f.MacroF1 = score(a, held)
	f.Bins, f.Loss = reliability(a, held, a.temperature)
	raw, rawLoss := reliability(a, held, 1)
	f.Error, f.RawError, f.RawLoss = calibrationError(f.Bins), calibrationError(raw), rawLoss
	for _, x := range held {
		if p := a.propose(x.v, a.temperature); p.Confidence >= Threshold {
			f.Said++
			if x.answer >= 0 && p.Answer == a.answers[x.answer] {
				f.SaidRight++
			}
		}
	}
}

// score gives the share that is right, and the mean of the answers' F1. A lesson whose answer the model
// can't give counts as wrong.
func score(a *answerer, held []example) (accuracy, macro float64) {
	n := len(a.answers)
	right, proposed, is := make([]int, n), make([]int, n), make([]int, n)
	index := map[string]int{}
	for i, x := range a.answers {
		index[x] = i
	}
	all := 0
	for _, x := range held {
		k := index[a.propose(x.v, a.temperature).Answer]
		proposed[k]++
		if x.answer >= 0 {
			is[x.answer]++
			if x.answer == k {
				right[k]++
				all++
			}
		}
	}
	known := 0
	for i := range n {
		if is[i]+proposed[i] > 0 {
			known++
			macro += 2 * float64(right[i]) / float64(is[i]+proposed[i])
		}
	}
	return float64(all) / float64(max(len(held), 1)), macro / float64(max(known, 1))
}

func reliability(a *answerer, held []example, temperature float64) (out [bins]Bin, loss float64) {
	p := make([]float64, len(a.answers))
	known := 0
	for _, x := range held {
		best := a.propose(x.v, temperature)
		b := &out[min(int(best.Confidence*bins), bins-1)]
		b.Number++
		b.Confidence += best.Confidence
		if x.answer < 0 {
			continue
		}
		if a.answers[x.answer] == best.Answer {
			b.Right++
		}
		a.scores(x.v, p)
		chances(p, temperature)
		loss -= math.Log(max(p[x.answer], 1e-12))
		known++
	}
	return out, loss / float64(max(known, 1))
}

// calibrationError is the mean distance of confidence from truth, weighed by how often it is said.
func calibrationError(all [bins]Bin) float64 {
	sum, n := 0.0, 0
	for _, b := range all {
		n += b.Number
		sum += math.Abs(b.Confidence - float64(b.Right))
	}
	return sum / float64(max(n, 1))
}
