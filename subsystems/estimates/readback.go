package estimates

import (
	"bytes"

	"praya/subsystems/estimates/internal/paper"
)

// A ReadPaper is what the reader finds in one paper: its figures, how its sums
// stand, and what is odd about it.
type ReadPaper struct {
	Paper  *paper.Paper
	Checks []paper.Check
}

// ReadBack reads the text of one paper without keeping anything of it, so that
// who writes a paper can have it read by somebody else.
func ReadBack(name string, text []byte) (ReadPaper, error) {
	papers, err := paper.Read(name, bytes.NewReader(text), Limits{})
	if err != nil {
		return ReadPaper{}, err
	}
	if len(papers) != 1 {
		return ReadPaper{}, &paper.InputError{File: name, Line: 1, Key: paper.InputNoPaper, Args: []string{"總目"}}
	}
	return ReadPaper{Paper: papers[0], Checks: paper.Checks(papers[0])}, nil
}
