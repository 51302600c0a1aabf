package directory

import (
	"context"
	"fmt"
	"io"
	"os"

	"praya/kernel/lang"
	"praya/platform/words"
)

// Commands is `praya directory`.
type Commands struct {
	Import ImportCommand `cmd:"" help:"Import a CSV sheet: departments, posts, officers or roles."`
	Export ExportCommand `cmd:"" help:"Write a CSV sheet, which import reads back."`
}

// Output is where a command writes.
type Output struct{ io.Writer }

// ImportCommand imports one sheet.
type ImportCommand struct {
	Sheet string `arg:"" enum:"departments,posts,officers,roles" help:"What is in the file."`
	File  string `arg:"" help:"The CSV file." type:"existingfile"`
	Try   bool   `name:"dry-run" help:"Check only, change nothing."`
}

// Run imports the file, or says line by line what is wrong with it.
func (c *ImportCommand) Run(ctx context.Context, s *Service, out Output) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := s.Import(ctx, Sheet(c.Sheet), f, c.Try)
	if err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		return told(r, out)
	}
	verb := "imported"
	if r.DryRun {
		verb = "would import"
	}
	fmt.Fprintf(out, "%s %s: %d added, %d changed, %d as they were\n", verb, c.Sheet, r.Added, r.Changed, r.Same)
	return nil
}

// told writes what is wrong with a sheet.
func told(r Report, out io.Writer) error {
	book, err := words.New(Words())
	if err != nil {
		return err
	}
	texts := book.In(lang.EN)
	for _, p := range r.Problems {
		at := "file"
		if p.Line > 0 {
			at = fmt.Sprintf("line %d", p.Line)
		}
		if p.Column != "" {
			at += ", column " + p.Column
		}
		fmt.Fprintf(out, "%s: %s\n", at, texts.T(p.Key))
	}
	return fmt.Errorf("%d things in the file must be mended; nothing was imported", len(r.Problems))
}

// ExportCommand writes one sheet.
type ExportCommand struct {
	Sheet      string `arg:"" enum:"departments,posts,officers,roles" help:"What to write."`
	Department string `help:"Code of one department; all by default." placeholder:"CODE"`
}

// Run writes the sheet.
func (c *ExportCommand) Run(ctx context.Context, s *Service, out Output) error {
	return s.Export(ctx, Sheet(c.Sheet), c.Department, out)
}
