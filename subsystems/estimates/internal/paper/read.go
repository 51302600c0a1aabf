package paper

import (
	"io"
	"strconv"
	"strings"
)

// Read reads one file: a paper gives one Paper, a CSV of the whole government
// one for each head. Errors are *InputError; what can be read with a warning
// is no error but a Problem of the Paper.
func Read(name string, r io.Reader, lim Limits) ([]*Paper, error) {
	lim = lim.orDefault()
	b, err := load(name, r, lim)
	if err != nil {
		return nil, err
	}
	text, err := decode(name, b)
	if err != nil {
		return nil, err
	}
	lines, err := split(name, text, lim)
	if err != nil {
		return nil, err
	}
	if kind, ok := sniffCSV(text); ok {
		return readCSV(name, kind, text, lines, lim)
	}
	w := &walk{
		lim: lim, votes: make(map[fiscal]int), reasons: make(map[string]bool),
		expected: make(map[string][]string), facts: make([]*Fact, 0, 256), paragraphs: make([]paragraph, 0, 128),
	}
	w.lines = lines
	if oldLayout(lines) {
		w.relayout()
	}
	w.run()
	p, err := w.finish(name)
	if err != nil {
		return nil, err
	}
	return []*Paper{p}, nil
}

// split cuts the text into lines and holds it to its limits.
func split(name, text string, lim Limits) ([]string, error) {
	text = strings.TrimSuffix(text, "\n")
	lines := strings.Split(text, "\n")
	cells := 0
	for i, l := range lines {
		if len(l) > lim.MaxLine {
			return nil, &InputError{File: name, Line: i + 1, Key: InputLongLine, Args: []string{strconv.Itoa(lim.MaxLine)}}
		}
		cells += 1 + strings.Count(l, "\t")
		if cells > lim.MaxCells {
			return nil, &InputError{File: name, Line: i + 1, Key: InputTooMany, Args: []string{strconv.Itoa(lim.MaxCells)}}
		}
	}
	return lines, nil
}
