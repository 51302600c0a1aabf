package papers

import "praya/kernel/lang"

// A Report is a sheet set in one language: the blocks of the paper in their
// order. Text, page, PDF and tables are made from it, so that no figure is
// written twice.
type Report struct {
	Lang     lang.Lang
	Title    string // 總目 47—政府總部：數字政策辦公室
	Year     string
	Invented bool
	Blocks   []Block
}

// Kinds of block.
const (
	BlockNotice    = "notice" // what stands above a report from invented figures
	BlockHeading   = "heading"
	BlockLine      = "line" // a line of the front page: words and an amount
	BlockParagraph = "paragraph"
	BlockItem      = "item"
	BlockTable     = "table"
	BlockFootnote  = "footnote"
	BlockPage      = "page" // a new page begins, with the title at its top
)

// A Block is one piece of a report.
type Block struct {
	Kind    string
	Section string // what it belongs to: front, programme-1, analysis, subheads, details, commitments
	Level   int    // of a heading, 2 to 5, one below the other
	Number  int    // of a paragraph, 0 for none
	Text    string
	Amount  string // of a line of the front page
	ID      string // initiative of an item
	Table   *Table
}

// A Table as it is printed. The first Labels cells of a row are words, the
// others figures.
type Table struct {
	Kind      string // provision, analysis, targets, indicators, subheads, expenses, commitments
	Programme string // number, of tables within a programme
	Labels    int
	Heads     [][]string
	Rows      []Row
}

// A Row of a printed table.
type Row struct {
	Cells  []string
	Title  bool   // a heading within the table
	Head   bool   // another row of headings: what follows stands under other years
	Strong bool   // a total
	ID     string // measure, item or subhead that the row is about
}

// Section names of a report.
const (
	SectionFront       = "front"
	SectionAnalysis    = "analysis"
	SectionSubheads    = "subheads"
	SectionDetails     = "details"
	SectionCommitments = "commitments"
)

// ProgrammeSection names the section of a programme.
func ProgrammeSection(number string) string { return "programme-" + number }
