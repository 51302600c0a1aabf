package triage

import (
	"math"
	"slices"
)

// Lesson is a text and how people answered the questions about it.
type Lesson struct {
	ID, Text string
	Labels   map[string]string // question → answer
}

// Proposal is an answer and how sure the model is.
type Proposal struct {
	Answer     string
	Confidence float64
}

// Model answers questions about texts.
type Model struct{ answerers map[string]*answerer }

// answerer answers one question: a linear model over the features that its lessons had.
type answerer struct {
	answers     []string
	row         map[uint32]int // of a place, in weights
	places      []uint32       // sorted
	idf         []float32      // by row
	weights     []float32      // row by row, one for each answer
	bias        []float32
	temperature float64
}

// Questions lists what the model can answer, sorted.
func (m *Model) Questions() []string {
	var out []string
	for q := range m.answerers {
		out = append(out, q)
	}
	slices.Sort(out)
	return out
}

// Propose gives the likeliest answer to each question, however unlikely.
func (m *Model) Propose(text string) map[string]Proposal {
	out := map[string]Proposal{}
	has := counted(text)
	for q, a := range m.answerers {
		out[q] = a.propose(a.vector(has), a.temperature)
	}
	return out
}

// cell is a row of the weights and how much of it a text has.
type cell struct {
	row   int
	value float64
}

// vector is a text as the model sees it: TF-IDF, of length one.
func (a *answerer) vector(has []feature) []cell {
	out := make([]cell, 0, len(has))
	sum := 0.0
	for _, f := range has {
		if row, ok := a.row[f.at]; ok {
			v := f.value * float64(a.idf[row])
			out = append(out, cell{row, v})
			sum += v * v
		}
	}
	if sum > 0 {
		for i := range out {
			out[i].value /= math.Sqrt(sum)
		}
	}
	return out
}

// scores are the answers' scores before they become chances.
func (a *answerer) scores(v []cell, out []float64) {
	n := len(a.answers)
	for i := range n {
		out[i] = float64(a.bias[i])
	}
	for _, c := range v {
		for i, w := range a.weights[c.row*n : c.row*n+n] {
			out[i] += float64(w) * c.value
		}
	}
}

// chances turns scores into chances, in place.
func chances(scores []float64, temperature float64) {
	top := slices.Max(scores)
	sum := 0.0
	for i, s := range scores {
		scores[i] = math.Exp((s - top) / temperature)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}

func (a *answerer) propose(v []cell, temperature float64) Proposal {
	p := make([]float64, len(a.answers))
	a.scores(v, p)
	chances(p, temperature)
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	return Proposal{a.answers[best], p[best]}
}
