package paper

// A Paper is what one file says about one head and year.
type Paper struct {
	Head       string
	Year       string
	Source     string
	Title      string
	Officer    string
	PolicyArea string
	Facts      []Fact
	Problems   []Problem
	Lines      []string // the text, for the page that shows the source
	// LineNumbers gives the number of each of Lines in the file; nil when they
	// are all of its lines, from 1 on. A CSV of many heads gives each paper
	// its own lines.
	LineNumbers []int
}
