package estimates

import (
	"io"

	"praya/subsystems/estimates/internal/paper"
	"praya/subsystems/estimates/internal/paper/gen"
)

// Invented is a paper of an office that does not exist, for measurements and trials.
type Invented struct{ Name, Text string }

// Invent writes consistent papers of n heads, numbered from 1, for the financial year that
// begins in the given calendar year. The same seed writes the same papers.
func Invent(n, year int, seed uint64) []Invented {
	out := make([]Invented, n)
	for i := range n {
		d := gen.Write(gen.Options{Seed: seed*1_000_003 + uint64(i), Head: i + 1, Year: year})
		out[i] = Invented{d.Name, d.Text}
	}
	return out
}

// InventedWords is a fixed list of searches over invented papers, of which the first word
// stands in about a tenth of all items.
func InventedWords() []string { return gen.Words() }

// CommonInventedWords stand in a quarter to two fifths of all items.
func CommonInventedWords() []string { return gen.CommonWords() }

// ReadAndCheck reads a paper, places its figures and checks it, and keeps nothing.
func ReadAndCheck(name string, r io.Reader) error {
	papers, err := paper.Read(name, r, Limits{})
	if err == nil {
		paper.Checks(papers...)
	}
	return err
}
