package paper

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"praya/subsystems/estimates/internal/paper/gen"
)

// A mutant is a copy of a paper with one thing changed, and a map back to where
// each of its cells stood.
type mutant struct {
	what  string
	lines [][]string
	from  [][][2]int // original line and cell, 1-based
	line  int        // original line that was changed
	cell  int        // original cell, 0 for a row or column
	col   int        // index of a dropped column
	rows  [2]int     // original lines of a dropped column
	head  bool       // the change is in a line of headings
}

func original(lines []string) *mutant {
	m := &mutant{}
	for i, l := range lines {
		cells := strings.Split(l, "\t")
		at := make([][2]int, len(cells))
		for j := range cells {
			at[j] = [2]int{i + 1, j + 1}
		}
		m.lines, m.from = append(m.lines, cells), append(m.from, at)
	}
	return m
}

func (m *mutant) text() string {
	out := make([]string, len(m.lines))
	for i, c := range m.lines {
		out[i] = strings.Join(c, "\t")
	}
	return strings.Join(out, "\n") + "\n"
}

func (m *mutant) dropCell(i, j int) {
	m.lines[i] = append(append([]string{}, m.lines[i][:j]...), m.lines[i][j+1:]...)
	m.from[i] = append(append([][2]int{}, m.from[i][:j]...), m.from[i][j+1:]...)
}

// mutate makes one change chosen by the generator.
func mutate(r *rand.Rand, lines []string) *mutant {
	m := original(lines)
	var tabbed []int
	for i, c := range m.lines {
		if len(c) > 2 {
			tabbed = append(tabbed, i)
		}
	}
	i := tabbed[r.IntN(len(tabbed))]
	j := r.IntN(len(m.lines[i]))
	m.line, m.cell = i+1, j+1
	m.head = headingLine(lines[i])
	switch r.IntN(8) {
	case 0, 1, 2, 3:
		if r.IntN(4) == 0 { // digits of prose and headings too
			i = r.IntN(len(m.lines))
			j = r.IntN(len(m.lines[i]))
			m.line, m.cell, m.head = i+1, j+1, headingLine(lines[i])
		}
		return m.changeDigit(r, i, j)
	case 4:
		if blank(m.lines[i][j]) {
			return nil
		}
		m.what = fmt.Sprintf("empty %d.%d %q", i+1, j+1, m.lines[i][j])
		m.lines[i][j] = ""
	case 5:
		m.what = fmt.Sprintf("drop cell %d.%d %q", i+1, j+1, m.lines[i][j])
		m.dropCell(i, j)
	case 6:
		m.what = fmt.Sprintf("drop row %d %q", i+1, strings.Join(m.lines[i], "|"))
		m.cell = 0
		m.lines = append(append([][]string{}, m.lines[:i]...), m.lines[i+1:]...)
		m.from = append(append([][][2]int{}, m.from[:i]...), m.from[i+1:]...)
	case 7:
		return m.dropColumn(i, j)
	}
	return m
}

func headingLine(l string) bool {
	return strings.Contains(l, "實際)") || strings.Contains(l, "實際開支") || strings.Contains(l, "'000") ||
		strings.Contains(l, "承擔額\t") || strings.Contains(l, "累積開支")
}

// changeDigit replaces one ASCII digit of a cell.
func (m *mutant) changeDigit(r *rand.Rand, i, j int) *mutant {
	s := m.lines[i][j]
	var at []int
	for k := 0; k < len(s); k++ {
		if s[k] >= '0' && s[k] <= '9' {
			at = append(at, k)
		}
	}
	if len(at) == 0 {
		return nil
	}
	k := at[r.IntN(len(at))]
	d := byte('0' + (int(s[k]-'0')+1+r.IntN(9))%10)
	m.lines[i][j] = s[:k] + string(d) + s[k+1:]
	m.what = fmt.Sprintf("digit %d.%d %q → %q", i+1, j+1, clip(s), clip(m.lines[i][j]))
	return m
}

// dropColumn removes the same cell of every line of the block of tabbed lines
// around one.
func (m *mutant) dropColumn(i, j int) *mutant {
	from, to := i, i
	for from > 0 && len(m.lines[from-1]) > 2 {
		from--
	}
	for to+1 < len(m.lines) && len(m.lines[to+1]) > 2 {
		to++
	}
	m.what = fmt.Sprintf("drop column %d of %d-%d", j+1, from+1, to+1)
	m.cell, m.col, m.rows = 0, j+1, [2]int{from + 1, to + 1}
	for k := from; k <= to; k++ {
		if j < len(m.lines[k]) {
			m.dropCell(k, j)
		}
	}
	return m
}

// A truth is what the unmutated paper says, by line and cell.
type truth struct {
	facts      map[[2]int]*Fact
	paper      *Paper
	audit      *audit
	identities [][]*Fact
}

func truthOf(p *Paper) *truth {
	tr := &truth{facts: make(map[[2]int]*Fact), paper: p}
	for i := range p.Facts {
		f := &p.Facts[i]
		if f.Raw != "" && f.Cell > 0 && f.Kind != KindPercentage {
			tr.facts[[2]int{f.Line, f.Cell}] = f
		}
	}
	a := newAudit(p)
	a.b.demand()
	a.b.demandProse(a.said)
	tr.audit = a
	for i := range a.b.identities {
		var fs []*Fact
		for _, k := range a.b.identities[i].terms {
			fs = append(fs, a.b.get(k.key))
		}
		tr.identities = append(tr.identities, fs)
	}
	return tr
}

// wrong says what is silently wrong in the reading of a mutant, "" if nothing.
func (tr *truth) wrong(m *mutant) string {
	papers, err := Read("mutant", strings.NewReader(m.text()), Limits{})
	if err != nil {
		return "" // refused with a message
	}
	p := papers[0]
	lineOf := make(map[int]int) // original to mutated line
	for i, cells := range m.from {
		for _, at := range cells {
			lineOf[at[0]] = i + 1
		}
	}
	told := make(map[int]bool)
	for _, x := range p.Problems {
		told[x.Line] = true
	}
	for i := range p.Facts {
		if s := tr.misplaced(m, &p.Facts[i], told); s != "" {
			return s
		}
	}
	return tr.unnoticed(m, p, lineOf)
}

// misplaced checks one fact against the mutated text and the true place.
func (tr *truth) misplaced(m *mutant, f *Fact, told map[int]bool) string {
	if f.Raw == "" || f.Cell == 0 || f.Line == 0 || f.Kind == KindPercentage || f.Value == nil {
		return ""
	}
	cells := m.lines[f.Line-1]
	if f.Cell > len(cells) || len(cells) > 1 && !strings.Contains(cells[f.Cell-1], f.Raw) {
		return fmt.Sprintf("raw %q does not stand at %d.%d", f.Raw, f.Line, f.Cell)
	}
	if len(cells) == 1 || f.Column == "" || f.Table == TableFront { // several facts share a cell there
		return ""
	}
	if v := plainValue(f.Raw); f.Table != TableFront && v != "" && v != f.Value.Abs().String() {
		return fmt.Sprintf("value %s of raw %q", f.Value, f.Raw)
	}
	at := m.from[f.Line-1][f.Cell-1]
	want := tr.facts[at]
	if f.How == Inferred {
		return ""
	}
	if want == nil {
		return fmt.Sprintf("%s %s %s %q at %d.%d is no figure", f.Table, f.Row, f.Column, f.Raw, f.Line, f.Cell)
	}
	sameRow := f.Row == want.Row || at[0] == m.line || told[f.Line] || m.col == 1 || m.col == 2 || f.Table == TableProvision
	if same := fact(tr.paper, f.Table, f.Row, f.Column); same != nil && same.Value.Cmp(*f.Value) == 0 && f.How == Derived {
		return "" // the row has this figure in two columns; which of them was lost is no matter
	}
	if f.Table != want.Table || f.Column != want.Column || !sameRow || f.Total != want.Total && !told[f.Line] && !sameRow {
		return fmt.Sprintf("%q is at %s|%s|%s (%s), truly %s|%s|%s", f.Raw, f.Table, f.Row, f.Column, f.How, want.Table, want.Row, want.Column)
	}
	return ""
}

// plainValue reads a figure in the simplest way there is.
func plainValue(raw string) string {
	s := stripTags(raw)
	if i := strings.IndexAny(s, "(（"); i > 0 {
		s = s[:i]
	}
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' || r == '.' {
			b.WriteRune(r)
		}
	}
	d, err := parsePlain(b.String())
	if err != nil {
		return ""
	}
	return d
}

func parsePlain(s string) (string, error) {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return "", fmt.Errorf("no figure")
	}
	places := 0
	if i := strings.IndexByte(s, '.'); i >= 0 {
		places = len(s) - i - 1
	}
	return r.FloatString(places), nil
}

// unnoticed looks for an identity that the change broke and nothing tells.
func (tr *truth) unnoticed(m *mutant, p *Paper, lineOf map[int]int) string {
	if m.head {
		return ""
	}
	checks := Checks(p)
	switch {
	case strings.HasPrefix(m.what, "digit") && len(m.from[lineOf[m.line]-1]) > 2:
		return tr.digitTold(m, checks, lineOf[m.line])
	case strings.HasPrefix(m.what, "digit"):
		return tr.proseTold(m, p, checks, lineOf[m.line])
	case strings.HasPrefix(m.what, "drop row"):
		return tr.rowTold(m, checks)
	}
	return ""
}

func (tr *truth) digitTold(m *mutant, checks []Check, line int) string {
	changed := tr.facts[[2]int{m.line, m.cell}]
	if changed == nil || changed.Value == nil {
		return ""
	}
	next := plainValue(m.lines[line-1][m.cell-1])
	if next == "" || next == changed.Value.Abs().String() {
		return ""
	}
	for i, fs := range tr.identities {
		id := &tr.audit.b.identities[i]
		if !breaks(id, fs, changed, next) || id.check == CheckProvisionSubheads && tr.mayDiffer(id) {
			continue
		}
		if !told(checks, id, line) {
			return fmt.Sprintf("no fault for %s %s %s", id.check, id.row, id.column)
		}
	}
	return ""
}

// proseTold: a changed digit of a figure in the text that takes part in a
// check must leave a fault on its line, a problem, or a figure uncheckable;
// unless what was changed is no figure, or is within rounding.
func (tr *truth) proseTold(m *mutant, p *Paper, checks []Check, line int) string {
	before, after := tr.figuresAt(tr.paper, m.line), tr.figuresAt(p, line)
	if strings.Join(before, " ") == strings.Join(after, " ") {
		return ""
	}
	takesPart := false
	for _, c := range Checks(tr.paper) {
		for _, l := range c.Lines {
			takesPart = takesPart || l == m.line
		}
	}
	for _, x := range p.Problems {
		if x.Line == line {
			return ""
		}
	}
	for _, c := range checks {
		for _, l := range c.Lines {
			if l == line && (c.Outcome == Fault || c.Outcome == Uncheckable || c.Outcome == Rounding) {
				return ""
			}
		}
	}
	if !takesPart {
		return ""
	}
	return fmt.Sprintf("figures %v became %v and nothing tells", before, after)
}

func (tr *truth) figuresAt(p *Paper, line int) []string {
	var out []string
	for _, f := range p.Facts {
		if f.Line == line && f.Value != nil && f.Kind != KindCount && f.Kind != KindLimit {
			out = append(out, f.Kind+"|"+f.Row+"|"+f.Column+"="+f.Value.String())
		}
	}
	return out
}

// rowTold: a row that is gone breaks every sum in which it was not nil.
func (tr *truth) rowTold(m *mutant, checks []Check) string {
	for i, fs := range tr.identities {
		id := &tr.audit.b.identities[i]
		broken, whole := false, true
		for _, f := range fs {
			whole = whole && f != nil
			broken = broken || f != nil && f.Line == m.line && f.Cell > 0 && f.Table != TableFront && !f.Value.IsZero()
		}
		if len(fs) == 2 && id.check == CheckAnalysisTotal {
			continue // one programme needs no total
		}
		if !broken || !whole || id.check == CheckCommitmentBalance || id.check == CheckReasonChange ||
			id.check == CheckProseAmount || id.check == CheckProseChange {
			continue
		}
		found := told(checks, id, -1)
		for _, c := range checks {
			found = found || c.Column == id.column && (c.Outcome == Fault || c.Outcome == Uncheckable && c.Check != CheckProvisionSubheads)
		}
		if !found && !(id.check == CheckProvisionSubheads && tr.mayDiffer(id)) {
			return fmt.Sprintf("nothing tells of %s %s %s", id.check, id.row, id.column)
		}
	}
	return ""
}

func (tr *truth) mayDiffer(id *identity) bool {
	v := tr.audit.b.judge(id)
	return !v.meets
}

func told(checks []Check, id *identity, line int) bool {
	for _, c := range checks {
		if c.Check == id.check && c.Column == id.column && (c.Outcome == Fault || c.Outcome == Uncheckable) {
			for _, l := range c.Lines {
				if l == line {
					return true
				}
			}
			if c.Outcome == Uncheckable {
				return true
			}
		}
	}
	return false
}

// breaks works an identity out anew with one figure replaced: the distance of
// the two sides against half a unit of each figure's last place.
func breaks(id *identity, fs []*Fact, changed *Fact, next string) bool {
	sum, slack := new(big.Rat), new(big.Rat)
	found := false
	for i, f := range fs {
		if f == nil {
			return false
		}
		v, _ := new(big.Rat).SetString(f.Value.String())
		if f == changed {
			found = true
			v, _ = new(big.Rat).SetString(next)
		}
		exp, _ := exponent(f.Unit)
		scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exp)), nil))
		v.Mul(v, scale)
		half := new(big.Rat).Quo(scale, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(f.Value.Scale())), nil)))
		if f.exact && f != changed {
			half = new(big.Rat)
		}
		slack.Add(slack, half.Mul(half, big.NewRat(1, 2)))
		if id.terms[i].minus != (i == len(fs)-1) {
			v.Neg(v)
		}
		sum.Add(sum, v)
	}
	return found && sum.Abs(sum).Cmp(slack) >= 0
}

// TestMutants: in over 1,000 copies of the two papers with one thing changed,
// no figure is silently wrong and no broken identity goes unnoticed.
func TestMutants(t *testing.T) {
	want, seed := 550, uint64(2026)
	if n, err := strconv.Atoi(os.Getenv("MUTANTS")); err == nil {
		want, seed = n, 7
	}
	for n, name := range []string{paper2023, paper2025} {
		tr := truthOf(readShared(t, name)[0])
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		made, bad := 0, 0
		for made < want {
			m := mutate(r, tr.paper.Lines)
			if m == nil {
				continue
			}
			made++
			if s := tr.wrong(m); s != "" {
				bad++
				t.Errorf("%s: %s: %s", name, m.what, s)
				if os.Getenv("KEEP") != "" {
					_ = os.WriteFile(fmt.Sprintf("%s/m%d-%d.txt", os.Getenv("KEEP"), n, bad), []byte(m.text()), 0o644)
				}
			}
		}
		t.Logf("%s: %d mutants, %d silently wrong", name, made, bad)
	}
}

// TestMutantsOfGenerated does the same with generated papers, whose layouts
// differ more and whose figures are known without the reader.
func TestMutantsOfGenerated(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	papers := uint64(40)
	if n, err := strconv.Atoi(os.Getenv("MUTANTS")); err == nil {
		papers = uint64(n / 20)
	}
	for seed := range papers {
		d := gen.Write(gen.Options{Seed: seed + 1000, Head: 600 + int(seed), Year: 2010 + int(seed%20)})
		ps, err := Read(d.Name, strings.NewReader(d.Text), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		tr := truthOf(ps[0])
		for made := 0; made < 20; {
			m := mutate(r, ps[0].Lines)
			if m == nil {
				continue
			}
			made++
			if s := tr.wrong(m); s != "" {
				t.Errorf("seed %d: %s: %s", seed+1000, m.what, s)
			}
		}
	}
}
