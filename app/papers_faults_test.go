package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"praya/kernel/lang"
	"praya/subsystems/performance/papers"
)

// plant changes one thing in a report and says what; "" when there was nothing
// of the kind to change.
func (l *tally) plant(r *rand.Rand, rep papers.Report, kind int) string {
	var tables []*papers.Table
	for _, b := range rep.Blocks {
		if b.Kind == papers.BlockTable {
			tables = append(tables, b.Table)
		}
	}
	if kind == 4 {
		return l.misspeak(r, rep)
	}
	t := tables[r.IntN(len(tables))]
	row := r.IntN(len(t.Rows))
	if t.Rows[row].Title || t.Rows[row].Head {
		return ""
	}
	col := t.Labels + r.IntN(len(t.Rows[row].Cells)-t.Labels)
	cell := &t.Rows[row].Cells[col]
	was := *cell
	switch kind {
	case 0:
		*cell = otherDigit(r, was)
	case 1:
		*cell = otherSign(was)
	case 2:
		return l.drop(t, row)
	default:
		return swap(r, t)
	}
	if *cell == was {
		return ""
	}
	return fmt.Sprintf("%s row %d: %s for %s", tableKey(t), row, *cell, was)
}

// otherDigit changes one digit of the figure; the first one never to nought.
func otherDigit(r *rand.Rand, cell string) string {
	figure, rest, more := strings.Cut(cell, " (")
	at := r.IntN(len(figure))
	if figure[at] < '0' || figure[at] > '9' {
		return cell
	}
	next := byte('1' + r.IntN(9))
	b := []byte(figure)
	b[at] = next
	if more {
		return string(b) + " (" + rest
	}
	return string(b)
}

func otherSign(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "-"); ok {
		return rest
	}
	if cell[0] < '0' || cell[0] > '9' {
		return cell
	}
	return "-" + cell
}

// drop takes a row out. Measures keep one row under each of their headings.
func (l *tally) drop(t *papers.Table, row int) string {
	if t.Kind == "targets" || t.Kind == "indicators" {
		first, last := row, row
		for first > 0 && !t.Rows[first-1].Head {
			first--
		}
		for last < len(t.Rows)-1 && !t.Rows[last+1].Head {
			last++
		}
		n := 0
		for _, x := range t.Rows[first : last+1] {
			if !x.Title {
				n++
			}
		}
		if n < 2 {
			return ""
		}
	}
	what := fmt.Sprintf("%s without row %d: %v", tableKey(t), row, t.Rows[row].Cells)
	l.gone[tableKey(t)+" "+strconv.Itoa(row)] = true
	return what
}

// swap exchanges two columns of figures, headings left as they are.
func swap(r *rand.Rand, t *papers.Table) string {
	n := len(t.Rows[0].Cells) - t.Labels
	a, b := t.Labels+r.IntN(n), t.Labels+r.IntN(n)
	same := true
	for _, row := range t.Rows {
		if !row.Head && !row.Title {
			x, _, _ := strings.Cut(row.Cells[a], " (")
			y, _, _ := strings.Cut(row.Cells[b], " (")
			same = same && x == y
		}
	}
	if same {
		return ""
	}
	for _, row := range t.Rows {
		if !row.Head {
			row.Cells[a], row.Cells[b] = row.Cells[b], row.Cells[a]
		}
	}
	return fmt.Sprintf("%s columns %d and %d", tableKey(t), a, b)
}

// textOf writes the report without the rows that were dropped.
func (l *tally) textOf(rep papers.Report) string {
	for i, b := range rep.Blocks {
		if b.Kind != papers.BlockTable {
			continue
		}
		t := *b.Table
		t.Rows = nil
		for k, r := range b.Table.Rows {
			if !l.gone[tableKey(b.Table)+" "+strconv.Itoa(k)] {
				t.Rows = append(t.Rows, r)
			}
		}
		rep.Blocks[i].Table = &t
	}
	return rep.Text()
}

// TestPlantedFaultsAreReported: of a digit in a table or a sentence, a sign, a
// row or two columns that were changed in a written paper, the reader reports every one that breaks an
// identity of the paper, and none that does not.
func TestPlantedFaultsAreReported(t *testing.T) {
	for shard := range uint64(4) {
		t.Run(strconv.Itoa(int(shard)), func(t *testing.T) { //nolint:gosec // one of four
			t.Parallel()
			broken, sound := 0, 0
			for seed := shard; seed < sheets(); seed += 4 {
				b, n := plantFaults(t, seed)
				broken, sound = broken+b, sound+n
			}
			t.Logf("%d faults broke an identity, %d did not", broken, sound)
			if broken < 50 || sound < 50 {
				t.Error("too few to say anything")
			}
		})
	}
}

// plantFaults plants one fault of each kind in the paper of a seed.
func plantFaults(t *testing.T, seed uint64) (broken, sound int) {
	t.Helper()
	s := papers.Invent(seed, 0)
	r := rand.New(rand.NewPCG(seed, 1823)) //nolint:gosec // a test
	for kind := range 5 {
		l, rep, what := faulty(t, r, s, kind)
		if what == "" {
			continue
		}
		why := l.broken()
		reading, err := paperReader{}.ReadBack(context.Background(), "draft.txt", []byte(l.textOf(rep)))
		told := err != nil || len(reading.Problems) > 0 || len(reading.Faults()) > 0
		switch {
		case told == (why != ""):
		case told:
			t.Errorf("seed %d: %s breaks nothing, yet: %v %v %+v", seed, what, err, reading.Problems, reading.Faults())
		default:
			t.Errorf("seed %d: %s breaks %s, and nothing was said", seed, what, why)
		}
		if why != "" {
			broken++
		} else {
			sound++
		}
	}
	return broken, sound
}

// faulty tries until there is something of the kind to change.
func faulty(t *testing.T, r *rand.Rand, s papers.Sheet, kind int) (*tally, papers.Report, string) {
	t.Helper()
	for range 50 {
		rep := papers.Compose(s, lang.TC)
		l := newTally(s, rep)
		if why := l.broken(); why != "" {
			t.Fatalf("the tally finds %s in a sound paper", why)
		}
		if what := l.plant(r, rep, kind); what != "" {
			return l, rep, what
		}
	}
	return nil, papers.Report{}, ""
}
