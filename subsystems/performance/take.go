package performance

import (
	"context"
	"slices"
	"strings"

	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/money"
	"praya/platform/db"
	"praya/platform/search"
	"praya/subsystems/performance/internal/match"
)

// item is an item of a paper as it is read.
type item struct {
	programme string
	part      Part
	line      int
	place     int
	text      string
}

// figures are one measure of a paper as it is read.
type figures struct {
	programme, name, unit string
	kind                  MeasureKind
	place                 int
	target                *money.Decimal
	values                []Value
}

// Take reads a paper into the cycle: its items become initiatives, its measures and their figures
// are known, and links with the papers beside it are proposed. The same paper twice changes
// nothing; a corrected one changes words and lines, and no decision.
func (s *Service) Take(ctx context.Context, p Paper) error {
	if err := s.mayTake(ctx); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		department, err := takeHead(tx, p)
		if err != nil {
			return err
		}
		if err := takeFront(tx, p); err != nil {
			return err
		}
		if err := setProvisions(tx, p.Head, p.Year, p.provisions()); err != nil {
			return err
		}
		if err := s.takeItems(tx, p, department); err != nil {
			return err
		}
		if err := takeMeasures(tx, p, department); err != nil {
			return err
		}
		if err := propose(tx, p.Head, p.Year); err != nil {
			return err
		}
		return publish(tx, subjectTaken, "head", p.Head, "year", p.Year, "version", p.Version)
	})
}

// takeHead knows the head, its year and its programmes, and gives the head's department.
func takeHead(tx *db.Tx, p Paper) (department string, err error) {
	if err := addHead(tx, p.Head, ""); err != nil {
		return "", err
	}
	all, err := years(tx, p.Head)
	if err != nil {
		return "", err
	}
	y := Year{Head: p.Head, Year: p.Year}
	if i := slices.IndexFunc(all, func(x Year) bool { return x.Year == p.Year }); i >= 0 {
		y = all[i]
	}
	if title := p.title(); title != y.Name.TC && title != "" {
		y.Name = lang.Text{TC: title}
	}
	y.Paper = p.Version
	if err := writeYear(tx, y); err != nil {
		return "", err
	}
	if err := takeProgrammes(tx, p); err != nil {
		return "", err
	}
	h, err := headByNumber(tx, p.Head)
	return h.Department, err
}

// takeFront keeps what the paper's front says; what it does not print stays as it was.
func takeFront(tx *db.Tx, p Paper) error {
	old, err := frontOf(tx, p.Head, p.Year)
	if err != nil {
		return err
	}
	f := p.front(p.title())
	f.fill(old)
	f.Version = old.Version
	return writeFront(tx, p.Head, p.Year, f)
}

func (p Paper) title() string {
	for _, f := range p.Facts {
		if f.Kind == "title" {
			return f.Name
		}
	}
	return ""
}

func takeProgrammes(tx *db.Tx, p Paper) error {
	known, err := programmes(tx, p.Head)
	if err != nil {
		return err
	}
	for _, f := range p.Facts {
		if f.Kind != "programme" {
			continue
		}
		x := Programme{Head: p.Head, Year: p.Year, Number: f.Code}
		if i := slices.IndexFunc(known, func(k Programme) bool { return k.Year == p.Year && k.Number == f.Code }); i >= 0 {
			x = known[i]
		}
		old := x
		if f.Name != x.Name.TC {
			x.Name = lang.Text{TC: f.Name}
		}
		x.Line = f.Line
		x.Note, x.NoteLine = p.moved(f.Code)
		if x == old {
			continue
		}
		if err := writeProgramme(tx, x); err != nil {
			return err
		}
	}
	return nil
}

// moved is the footnote on a programme's provision that says that money came from elsewhere.
func (p Paper) moved(programme string) (string, int) {
	var marks []string
	for _, f := range p.Facts {
		if f.Kind == "provision" && f.Table == "provision" && f.Code == programme {
			marks = append(marks, f.Marks...)
		}
	}
	for _, f := range p.Facts {
		if f.Kind == "footnote" && len(f.Marks) > 0 && slices.Contains(marks, f.Marks[0]) &&
			(strings.Contains(f.Raw, "轉撥") || strings.Contains(f.Raw, "重組")) {
			return strings.TrimSpace(strings.TrimPrefix(untag(f.Raw), f.Marks[0])), f.Line
		}
	}
	return "", 0
}

func untag(s string) string {
	return strings.NewReplacer("<sup>", "", "</sup>", "").Replace(s)
}

// items are what the office did and is going to do. A line that only opens a list is none.
func (p Paper) items() (out []item) {
	places := map[[2]string]int{}
	for _, f := range p.Facts {
		part := Part(f.Kind)
		text := strings.TrimSpace(f.Raw)
		if part != Done && part != ToDo || strings.HasSuffix(text, "：") || strings.HasSuffix(text, ":") {
			continue
		}
		k := [2]string{f.Code, f.Kind}
		places[k]++
		out = append(out, item{f.Code, part, f.Line, places[k], text})
	}
	return out
}

// takeItems pairs what the paper prints with what is known of it: by its words, then by its line
// where only that is known, then by likeness; what is left is new, or no longer printed.
func (s *Service) takeItems(tx *db.Tx, p Paper, department string) error {
	known, err := initiativesOfPaper(tx, p.Head, p.Year)
	if err != nil {
		return err
	}
	items := p.items()
	if len(items) == 0 {
		return nil // only its figures are known: its items stay as they are
	}
	paired := pair(items, known)
	used := map[InitiativeID]bool{}
	var texts []search.Doc
	for n, it := range items {
		i := Initiative{
			ID: id.New[InitiativeID](tx.Now()), Head: p.Head, Year: p.Year, Part: it.part, State: Planned, Department: department,
		}
		if it.part == Done {
			i.State = Finished
		}
		if k := paired[n]; k >= 0 {
			i = known[k]
			used[i.ID] = true
		}
		old := i
		i.Programme, i.Line, i.Place, i.Printed, i.Unprinted = it.programme, it.line, it.place, it.text, false
		if i == old {
			continue
		}
		if err := writeInitiative(tx, i, old); err != nil {
			return err
		}
		texts = append(texts, i.document())
	}
	if err := s.index(tx, texts); err != nil {
		return err
	}
	for _, i := range known {
		if used[i.ID] || i.Unprinted {
			continue
		}
		old := i
		i.Unprinted = true
		if err := writeInitiative(tx, i, old); err != nil {
			return err
		}
	}
	return nil
}

// pair gives, for each item, which known initiative it is, or -1.
func pair(items []item, known []Initiative) []int {
	out := make([]int, len(items))
	used := make([]bool, len(known))
	claim := func(n int, fits func(Initiative) bool) {
		for k, i := range known {
			if out[n] < 0 && !used[k] && i.Part == items[n].part && fits(i) {
				out[n], used[k] = k, true
			}
		}
	}
	for n := range items {
		out[n] = -1
		claim(n, func(i Initiative) bool { return i.Printed == items[n].text && i.Programme == items[n].programme })
	}
	for n := range items {
		claim(n, func(i Initiative) bool { return i.Printed == "" && i.Line == items[n].line })
	}
	var left, old []match.Item
	for n, it := range items {
		if out[n] < 0 {
			left = append(left, match.Item{ID: itoa(n), Text: it.text})
		}
	}
	for k, i := range known {
		if !used[k] && i.Printed != "" {
			old = append(old, match.Item{ID: itoa(k), Text: i.Printed})
		}
	}
	for _, m := range match.Match(left, old) {
		n, k := atoi(m.From), atoi(m.To)
		if out[n] < 0 && !used[k] && m.Score >= reportable && known[k].Part == items[n].part {
			out[n], used[k] = k, true
		}
	}
	return out
}

// propose proposes links between a paper and the ones before and after it.
func propose(tx *db.Tx, head, year string) error {
	all, err := years(tx, head)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(y Year) bool { return y.Year == year })
	if at > 0 {
		if err := proposeBetween(tx, all[at-1], all[at]); err != nil {
			return err
		}
	}
	if at >= 0 && at+1 < len(all) {
		return proposeBetween(tx, all[at], all[at+1])
	}
	return nil
}

// proposeBetween matches what one paper promised with what the next promises and reports.
func proposeBetween(tx *db.Tx, earlier, later Year) error {
	if err := forgetProposals(tx, earlier, later); err != nil {
		return err
	}
	from, err := texts(tx, earlier, ToDo)
	if err != nil {
		return err
	}
	for _, part := range []Part{ToDo, Done} {
		to, err := texts(tx, later, part)
		if err != nil {
			return err
		}
		pairs := match.Match(from, to)
		related := relations(pairs)
		for n, m := range pairs {
			err := proposeLink(tx, Link{
				ID: id.New[string](tx.Now()), Earlier: InitiativeID(m.From), Later: InitiativeID(m.To), Relation: related[n],
				Score: m.Score, Inside: m.Inside, Shared: m.Shared, State: Proposed,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func texts(tx *db.Tx, y Year, part Part) (out []match.Item, err error) {
	all, err := initiativesOfPaper(tx, y.Head, y.Year)
	for _, i := range all {
		if i.Part == part && !i.Unprinted {
			out = append(out, match.Item{ID: string(i.ID), Text: i.text()})
		}
	}
	return out, err
}

// text is what is matched: the paper's words, else our own.
func (i Initiative) text() string {
	if i.Printed != "" {
		return i.Printed
	}
	return i.Title.TC
}
