package match

import (
	"cmp"
	"math"
	"slices"
)

// Item is one line of a paper.
type Item struct{ ID, Text string }

// Pair is two items that may be the same promise.
type Pair struct {
	From, To string
	Score    int      // 0 to 1000
	Same     bool     // the words are equal, but for how the line begins and ends
	Inside   int      // how much of the lighter item's weight the other has: 1000 when all
	Shared   []string // the longest phrases that both have
}

const (
	threshold  = 200 // below it two items share no more than their office's phrases
	candidates = 4   // proposed for one item at most
	phrases    = 4   // shown as the reason at most
)

// Match proposes, for every item of from, the items of to that may be the same promise: best
// first for each, in the order of from.
func Match(from, to []Item) []Pair {
	x := newIndex(from, to)
	var out []Pair
	common := make([]float64, len(to))
	for i := range from {
		out = append(out, x.pairs(i, common)...)
	}
	return out
}

// index holds the weights of all terms, and where the second list has them.
type index struct {
	from, to       []Item
	wordsA, wordsB []words
	weight         []float64 // by term
	termsA         [][]int   // of each item, each term once
	sizeA, sizeB   []float64 // total weight
	postings       [][]int32 // by term: items of to
}

func newIndex(from, to []Item) *index {
	x := &index{from: from, to: to}
	number := map[string]int{}
	count := []int{}
	list := func(items []Item) (all []words, lists [][]int) {
		for _, it := range items {
			w := read(it.Text)
			all = append(all, w)
			var own []int
			for _, term := range terms(w.text()) {
				n, ok := number[term]
				if !ok {
					n = len(count)
					number[term] = n
					count = append(count, 0)
				}
				own = append(own, n)
			}
			slices.Sort(own)
			own = slices.Compact(own)
			for _, n := range own {
				count[n]++
			}
			lists = append(lists, own)
		}
		return all, lists
	}
	var termsB [][]int
	x.wordsA, x.termsA = list(from)
	x.wordsB, termsB = list(to)
	all := float64(len(from) + len(to))
	x.weight = make([]float64, len(count))
	for n, c := range count {
		x.weight[n] = math.Log(1 + all/float64(c+1))
	}
	size := func(list []int) (sum float64) {
		for _, n := range list {
			sum += x.weight[n]
		}
		return sum
	}
	x.postings = make([][]int32, len(count))
	for i, list := range termsB {
		x.sizeB = append(x.sizeB, size(list))
		for _, n := range list {
			x.postings[n] = append(x.postings[n], int32(i)) //nolint:gosec // a paper's items
		}
	}
	for _, list := range x.termsA {
		x.sizeA = append(x.sizeA, size(list))
	}
	return x
}

// found is an item of the second list that has something in common with one of the first.
type found struct {
	place         int
	score, inside int
}

// pairs proposes for one item. common is as long as the second list, and comes back as zeros.
func (x *index) pairs(i int, common []float64) []Pair {
	var touched []int32
	for _, n := range x.termsA[i] {
		for _, j := range x.postings[n] {
			if common[j] == 0 {
				touched = append(touched, j)
			}
			common[j] += x.weight[n]
		}
	}
	var best []found
	for _, j := range touched {
		w := common[j]
		common[j] = 0
		f := found{place: int(j), inside: permille(w, min(x.sizeA[i], x.sizeB[j]))}
		// The share of all that both say, raised where one says all of the other.
		f.score = (2*permille(2*w, x.sizeA[i]+x.sizeB[j]) + f.inside) / 3
		if x.same(i, int(j)) {
			f.score = 1000
		}
		best = keep(best, f)
	}
	out := make([]Pair, len(best))
	for k, f := range best {
		out[k] = Pair{
			From: x.from[i].ID, To: x.to[f.place].ID, Score: f.score, Inside: f.inside, Same: x.same(i, f.place),
			Shared: shared(x.wordsA[i], x.wordsB[f.place], phrases),
		}
	}
	return out
}

func (x *index) same(i, j int) bool { return slices.Equal(x.wordsA[i].folded, x.wordsB[j].folded) }

// keep puts a find among the best, which stand in their order and are few.
func keep(best []found, f found) []found {
	if f.score < threshold {
		return best
	}
	at, _ := slices.BinarySearchFunc(best, f, func(a, b found) int {
		return cmp.Or(b.score-a.score, a.place-b.place)
	})
	if at == candidates {
		return best
	}
	if len(best) == candidates {
		best = best[:candidates-1]
	}
	return slices.Insert(best, at, f)
}

func permille(part, whole float64) int {
	if whole == 0 {
		return 0
	}
	return min(1000, int(math.Round(1000*part/whole)))
}
