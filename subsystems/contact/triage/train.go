package triage

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
)

// What training takes and gives at most.
const (
	FewestLessons = 200 // of a question; below it nothing is learned
	fewestOf      = 5   // lessons of an answer
	maxAnswers    = 100 // of a question
	maxRows       = 30_000
	rounds        = 15
	firstStep     = 2.0
	decay         = 1e-6 // of weights, against learning by heart
)

// example is a lesson as one question sees it.
type example struct {
	has    []feature
	v      []cell
	answer int
}

// part says where a lesson goes: held out, for the temperature, or to learn from. It depends on the id
// alone, so that what is held out once is held out for ever.
func part(id string) (heldOut, temper bool) {
	sum := sha256.Sum256([]byte("contact.triage\x00" + id))
	return binary.BigEndian.Uint32(sum[:4])%5 == 0, binary.BigEndian.Uint32(sum[4:8])%10 == 0
}

// Train learns from lessons. The same lessons, in the same order, and seed give the same model.
func Train(lessons []Lesson, seed uint64) (*Model, Report) {
	m, report := &Model{answerers: map[string]*answerer{}}, Report{Lessons: len(lessons)}
	features := make([][]feature, len(lessons))
	for i, l := range lessons {
		features[i] = counted(l.Text)
	}
	for _, q := range questions(lessons) {
		a, figures := train(q, lessons, features, seed)
		if a != nil {
			m.answerers[q] = a
		}
		report.Questions = append(report.Questions, figures)
	}
	return m, report
}

func questions(lessons []Lesson) (out []string) {
	seen := map[string]bool{}
	for _, l := range lessons {
		for q := range l.Labels {
			if !seen[q] {
				seen[q] = true
				out = append(out, q)
			}
		}
	}
	slices.Sort(out)
	return out
}

// answersOf are the answers that enough lessons have.
func answersOf(q string, lessons []Lesson) (out []string, labelled int) {
	times := map[string]int{}
	for _, l := range lessons {
		if a := l.Labels[q]; a != "" {
			labelled++
			if held, _ := part(l.ID); !held {
				times[a]++
			}
		}
	}
	for a, n := range times {
		if n >= fewestOf {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if times[a] != times[b] {
			return times[b] - times[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
	if len(out) > maxAnswers {
		out = out[:maxAnswers]
	}
	slices.Sort(out)
	return out, labelled
}

func train(q string, lessons []Lesson, features [][]feature, seed uint64) (*answerer, Figures) {
	answers, labelled := answersOf(q, lessons)
	figures := Figures{Question: q, Lessons: labelled, Answers: len(answers)}
	if labelled < FewestLessons || len(answers) < 2 {
		return nil, figures
	}
	var learn, temper, held []example
	for i, l := range lessons {
		answer := slices.Index(answers, l.Labels[q])
		if l.Labels[q] == "" {
			continue
		}
		isHeld, isTemper := part(l.ID)
		x := example{has: features[i], answer: answer}
		switch {
		case isHeld:
			held = append(held, x) // with answers that aren't known: those count as wrong
		case answer < 0:
		case isTemper:
			temper = append(temper, x)
		default:
			learn = append(learn, x)
		}
	}
	if len(held) == 0 || len(temper) == 0 || len(learn) == 0 {
		return nil, figures
	}
	a := newAnswerer(answers, learn)
	for _, all := range [][]example{learn, temper, held} {
		for i := range all {
			all[i].v = a.vector(all[i].has)
		}
	}
	a.descend(learn, seed)
	a.temperature = a.temper(temper)
	a.quantise()
	figures.Trained = len(learn) + len(temper)
	figures.measure(a, held)
	return a, figures
}

// newAnswerer chooses the features: those that more than one lesson has, the more frequent first.
func newAnswerer(answers []string, learn []example) *answerer {
	times := map[uint32]int{}
	for _, x := range learn {
		for _, f := range x.has {
			times[f.at]++
		}
	}
	var kept []uint32
	for at, n := range times {
		if n > 1 {
			kept = append(kept, at)
		}
	}
	slices.SortFunc(kept, func(a, b uint32) int {
		if times[a] != times[b] {
			return times[b] - times[a]
		}
		return int(a) - int(b)
	})
	kept = kept[:min(len(kept), maxRows)]
	slices.Sort(kept)
	a := &answerer{answers: answers, places: kept, bias: make([]float32, len(answers)), weights: make([]float32, len(kept)*len(answers)), temperature: 1}
	for _, at := range kept {
		a.idf = append(a.idf, float32(math.Log(float64(1+len(learn))/float64(1+times[at]))+1))
	}
	a.number()
	return a
}

// number finds the rows of places.
func (a *answerer) number() {
	a.row = make(map[uint32]int, len(a.places))
	for i, at := range a.places {
		a.row[at] = i
	}
}

// descend learns the weights by stochastic gradient descent.
func (a *answerer) descend(learn []example, seed uint64) {
	//nolint:gosec // an order of lessons that is the same each time, no secret
	random := rand.New(rand.NewPCG(seed, uint64(len(learn))))
	n := len(a.answers)
	p, order := make([]float64, n), make([]int, len(learn))
	for i := range order {
		order[i] = i
	}
	for round := range rounds {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		step := firstStep / (1 + float64(round)/3)
		for _, i := range order {
			x := learn[i]
			a.scores(x.v, p)
			chances(p, 1)
			p[x.answer]--
			for k := range n {
				a.bias[k] -= float32(step * 0.1 * p[k])
			}
			for _, c := range x.v {
				row := a.weights[c.row*n : c.row*n+n]
				for k := range row {
					row[k] -= float32(step * (p[k]*c.value + decay*float64(row[k])))
				}
			}
		}
	}
}

// temper finds the temperature at which the chances fit lessons that weren't learned from: the loss has
// one minimum, which is narrowed down by the golden section.
func (a *answerer) temper(all []example) float64 {
	loss := func(t float64) float64 {
		sum, p := 0.0, make([]float64, len(a.answers))
		for _, x := range all {
			a.scores(x.v, p)
			chances(p, t)
			sum -= math.Log(max(p[x.answer], 1e-12))
		}
		return sum
	}
	low, high, golden := 0.1, 10.0, (math.Sqrt(5)-1)/2
	for range 40 {
		if x, y := high-golden*(high-low), low+golden*(high-low); loss(x) < loss(y) {
			high = y
		} else {
			low = x
		}
	}
	return (low + high) / 2
}
