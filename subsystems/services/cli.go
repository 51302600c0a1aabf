package services

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"praya/kernel/lang"
	"praya/platform/words"
	"praya/subsystems/services/process"
)

// Commands is `praya services`: a department keeps its services as files, in version control.
type Commands struct {
	Check   CheckCommand   `cmd:"" help:"Say what is wrong with a service's files. Exit code 1 if anything is."`
	Publish PublishCommand `cmd:"" help:"Publish a service from its files, a folder or a ZIP."`
	Export  ExportCommand  `cmd:"" help:"Write a service's files into a ZIP, as they were published."`
	List    ListCommand    `cmd:"" help:"List the services, with version and state."`
}

// Output is where the commands write.
type Output struct{ io.Writer }

// CheckCommand checks a bundle without a store.
type CheckCommand struct {
	Bundle string `arg:"" help:"A folder with service.json, form.json, process.bpmn and decision tables, or a ZIP of it."`
}

// Run needs no configuration and no store.
func (c *CheckCommand) Run(out Output) error {
	b, err := readPath(c.Bundle)
	if err != nil {
		return err
	}
	s := &Service{Process: &process.Service{}}
	if err := s.prepare(); err != nil {
		return err
	}
	p, problems := s.Check(b)
	if len(problems) > 0 {
		return tellProblems(out, problems)
	}
	fmt.Fprintf(out, "%s: %d files, nothing wrong\n", p.Code, len(b))
	return nil
}

// PublishCommand publishes a bundle.
type PublishCommand struct {
	Bundle string `arg:"" help:"A folder or a ZIP."`
	State  string `enum:"open,closed,hidden" default:"hidden" help:"open, closed or hidden."`
}

// Run publishes it, or says what is wrong with it.
func (c *PublishCommand) Run(ctx context.Context, s *Service, out Output) error {
	b, err := readPath(c.Bundle)
	if err != nil {
		return err
	}
	p, problems := s.Check(b)
	if len(problems) > 0 {
		return tellProblems(out, problems)
	}
	number, err := s.Publish(ctx, b, State(c.State))
	var found Problems
	if errors.As(err, &found) {
		return tellProblems(out, found)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: version %d, %s\n", p.Code, number, c.State)
	return nil
}

// ExportCommand writes a bundle.
type ExportCommand struct {
	Code    string `arg:"" help:"Code of the service."`
	File    string `arg:"" help:"The ZIP to write; it must not be there yet."`
	Version int64  `help:"An older version; the present one otherwise."`
}

// Run writes the file.
func (c *ExportCommand) Run(ctx context.Context, s *Service, out Output) error {
	raw, err := s.Export(ctx, c.Code, c.Version)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Close()); err == nil {
		fmt.Fprintf(out, "%s: %d bytes\n", c.File, len(raw))
	}
	return err
}

// ListCommand lists services.
type ListCommand struct{}

// Run lists them.
func (*ListCommand) Run(ctx context.Context, s *Service, out Output) error {
	all, err := s.All(ctx)
	for _, o := range all {
		fmt.Fprintf(out, "%-24s %-8s version %-3d %-7s %s\n", o.Code, o.Department, o.Number, o.State, o.Title.EN)
	}
	return err
}

// readPath reads a folder or a ZIP.
func readPath(path string) (Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return ReadBundle(os.DirFS(path))
	}
	if info.Size() > maxBundle {
		return nil, tooLarge()
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ReadZIP(raw)
}

// tellProblems writes what is wrong, each with its file and place.
func tellProblems(out io.Writer, all Problems) error {
	book, err := words.New(Words()...)
	if err != nil {
		return err
	}
	texts := book.In(lang.EN)
	for _, p := range all {
		args := make([]any, 0, 2*len(p.Args))
		for name, value := range p.Args {
			args = append(args, name, value)
		}
		said, err := texts.Lookup(p.Key, args...)
		if err != nil {
			said = p.Key
		}
		fmt.Fprintf(out, "%s %s: %s\n", p.File, p.Where, said)
	}
	return fmt.Errorf("%d things are wrong: nothing was published", len(all))
}
