package estimates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"praya/subsystems/estimates/internal/paper"
)

// Commands is `praya estimates`.
type Commands struct {
	Read   ReadCommand   `cmd:"" help:"Print what papers say: a summary, or every fact."`
	Check  CheckCommand  `cmd:"" help:"Check every sum, percentage and cross-reference that papers allow. Exit code 2 if one is wrong."`
	Import ImportCommand `cmd:"" help:"Store papers, so that they are published."`
}

// Terminal is where a command writes.
type Terminal struct {
	Out, Err io.Writer
	// Progress is true where a person watches Err.
	Progress bool
}

// FaultsFound is the error of a check that found a fault: exit code 2.
type FaultsFound struct{ Count int }

func (f FaultsFound) Error() string { return fmt.Sprintf("%d faults found", f.Count) }

// ReadCommand prints what papers say.
type ReadCommand struct {
	Files   []string `arg:"" name:"file" help:"Papers as text, or the public CSV files."`
	JSON    bool     `help:"Every fact, one JSON object a line." xor:"form"`
	CSV     bool     `help:"Every fact as CSV, which import reads back." xor:"form"`
	Figures bool     `help:"Figures and names only, without the papers' sentences."`
}

// Run reads each file and prints it. A file that cannot be read stops it.
func (c *ReadCommand) Run(t Terminal, limits paper.Limits) error {
	var all []paper.Fact
	for _, name := range c.Files {
		papers, err := readFile(name, limits)
		if err != nil {
			return err
		}
		for _, p := range papers {
			facts := p.Facts
			if c.Figures {
				facts = figuresOnly(facts)
			}
			switch {
			case c.JSON:
				err = writeJSON(t.Out, facts)
			case c.CSV:
				all = append(all, facts...)
			default:
				err = printSummary(t.Out, name, p)
			}
			if err != nil {
				return err
			}
		}
	}
	if c.CSV {
		return writeFacts(t.Out, all)
	}
	return nil
}

func readFile(name string, limits paper.Limits) ([]*paper.Paper, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := Service{Limits: limits}
	return s.read(name, f)
}

func printSummary(w io.Writer, name string, p *paper.Paper) error {
	fmt.Fprintf(w, "%s\n  Head %s, %s: %s\n", name, p.Head, p.Year, p.Title)
	counts := map[string]int{}
	derived := 0
	for _, f := range p.Facts {
		counts[f.Kind]++
		if f.How != paper.Printed {
			derived++
		}
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range paper.Kinds() {
		if counts[k] > 0 {
			fmt.Fprintf(out, "  %s\t%d\n", k, counts[k])
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "  %d facts, of which %d derived or inferred\n", len(p.Facts), derived)
	g := headProvision(p.Facts)
	if len(g.Rows) > 0 {
		if err := printGrid(w, g); err != nil {
			return err
		}
	}
	for _, problem := range p.Problems {
		fmt.Fprintf(w, "  line %d: %s\n", problem.Line, problem.Message)
	}
	return nil
}

func printGrid(w io.Writer, g Grid) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "  %s\t%s\t\n", g.Unit, strings.Join(g.Columns, "\t"))
	for _, r := range g.Rows {
		label := r.Code
		if r.Total != "" {
			label = "total"
		}
		fmt.Fprintf(out, "  %s", label)
		for _, c := range g.Columns {
			shown := "?"
			if f, ok := r.Cells[c]; ok && f.Value != nil {
				shown = f.Value.String()
				if f.How != paper.Printed {
					shown += " (" + f.How + ")"
				}
			}
			fmt.Fprintf(out, "\t%s", shown)
		}
		fmt.Fprintln(out, "\t")
	}
	return out.Flush()
}

// CheckCommand checks papers.
type CheckCommand struct {
	Files []string `arg:"" name:"file" help:"Papers as text, or the public CSV files of a year together."`
	JSON  bool     `help:"One JSON object a check."`
}

// Run checks each head and year over all files given.
func (c *CheckCommand) Run(t Terminal, limits paper.Limits) error {
	groups := map[string][]*paper.Paper{}
	var order []string
	for _, name := range c.Files {
		papers, err := readFile(name, limits)
		if err != nil {
			return err
		}
		for _, p := range papers {
			key := p.Head + " " + p.Year + " " + group(p.Source)
			if group(p.Source) == paper.SourcePaper {
				key += " " + name // two papers of one head and year are not one paper
			}
			if groups[key] == nil {
				order = append(order, key)
			}
			groups[key] = append(groups[key], p)
		}
	}
	faults := 0
	for _, key := range order {
		checks := paper.Checks(groups[key]...)
		faults += outcomes(checks)[paper.Fault]
		if err := c.print(t.Out, groups[key][0], checks); err != nil {
			return err
		}
	}
	if faults > 0 {
		return FaultsFound{faults}
	}
	return nil
}

func (c *CheckCommand) print(w io.Writer, p *paper.Paper, checks []paper.Check) error {
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		for _, check := range checks {
			if err := e.Encode(check); err != nil {
				return err
			}
		}
		return nil
	}
	count := outcomes(checks)
	fmt.Fprintf(w, "Head %s, %s: %d checks", p.Head, p.Year, len(checks))
	for _, o := range paper.Outcomes() {
		if count[o] > 0 {
			fmt.Fprintf(w, ", %d %s", count[o], o)
		}
	}
	fmt.Fprintln(w)
	for _, check := range checks {
		if check.Outcome == paper.Agrees || check.Outcome == paper.Rounding {
			continue
		}
		fmt.Fprintf(w, "  %-11s %s", check.Outcome, check.Check)
		if len(check.Lines) > 0 {
			fmt.Fprintf(w, ", lines %s", joinLines(check.Lines))
		}
		if check.Difference != nil {
			fmt.Fprintf(w, ", difference %s", check.Difference)
		}
		if check.Why != "" {
			fmt.Fprintf(w, ": %s", check.Why)
		}
		fmt.Fprintln(w)
	}
	return nil
}

// ImportCommand stores papers.
type ImportCommand struct {
	Files []string `arg:"" name:"file" help:"Papers as text, the public CSV files, or facts as CSV."`
}

// Run imports each file; with several it shows how far it is.
func (c *ImportCommand) Run(ctx context.Context, t Terminal, s *Service) error {
	fresh, known, facts := 0, 0, 0
	err := s.ImportFiles(ctx, c.Files, func(done int, some []Imported) {
		for _, i := range some {
			if i.New {
				fresh++
				facts += i.Version.Summary.Facts
			} else {
				known++
			}
		}
		if t.Progress {
			fmt.Fprintf(t.Err, "\r%s %d of %d files, %d facts", bar(done, len(c.Files)), done, len(c.Files), facts)
		}
	})
	if t.Progress {
		fmt.Fprintln(t.Err)
	}
	if err != nil && fresh+known == 0 {
		return err
	}
	fmt.Fprintf(t.Out, "%d stored with %d facts, %d known already\n", fresh, facts, known)
	return err
}

func bar(done, of int) string {
	const width = 30
	n := width
	if of > 0 {
		n = width * done / of
	}
	return "[" + strings.Repeat("#", n) + strings.Repeat(".", width-n) + "]"
}

// IsInput reports whether an error is about what was given, not about us: exit code 1
// with one clear line.
func IsInput(err error) bool {
	var input *paper.InputError
	return errors.As(err, &input)
}
