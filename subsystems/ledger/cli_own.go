package ledger

import (
	"context"
	"errors"
	"fmt"

	"praya/kernel/who"
)

// own are the flags of commands that are about our own log.
type own struct {
	Sandbox bool `help:"The log of the test environment."`
}

func (o own) realm(ctx context.Context) context.Context {
	if o.Sandbox {
		return who.AsSystem(ctx, who.Sandbox)
	}
	return who.AsSystem(ctx, who.Production)
}

// StatusCommand says how the log does.
type StatusCommand struct{ own }

// errStopped is what a log that stands still exits with.
var errStopped = errors.New("the log stands still: what the store holds does not grow from what was published. " +
	"Most likely an older backup was restored. Either restore a newer one; or, if there is none, run `praya ledger renew NAME`: " +
	"the log goes on under that name with a new key, departments anchor again what they sent since the backup, " +
	"and proofs under the old name stay good for what they prove")

// Run reads the store, also while the program serves.
func (c *StatusCommand) Run(ctx context.Context, s *Service, out Output) error {
	l, p, former, err := s.status(c.realm(ctx))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d entries, %d of them published\nkey %s\n", l.Origin, l.Size, p.Size, l.VKey)
	for _, f := range former {
		fmt.Fprintf(out, "until %s it was %s with %d entries\nkey %s\n", f.EndedAt, f.Origin, f.Size, f.VKey)
	}
	m, err := s.Marks.find(l.Origin)
	if err != nil {
		return err
	}
	if m.Size > 0 {
		fmt.Fprintf(out, "published from here at the most: %d entries\n", m.Size)
	}
	if l.Stopped != "" || m.Size > l.Size {
		return errStopped
	}
	return nil
}

// RenewCommand goes on under another name.
type RenewCommand struct {
	own
	Name string `arg:"" help:"The new name, as HOST/ledger-2."`
}

// Run changes the store; a program that serves goes on with the new name within a second.
func (c *RenewCommand) Run(ctx context.Context, s *Service, out Output) error {
	ctx = c.realm(ctx)
	if err := s.Renew(ctx, c.Name); err != nil {
		return err
	}
	l, _, former, err := s.status(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s goes on as %s with %d entries\nkey %s\npublish the key, give it to the witnesses, and tell those who hold proofs\n", former[0].Origin, l.Origin, l.Size, l.VKey)
	return nil
}
