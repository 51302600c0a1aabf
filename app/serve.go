package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"praya/subsystems/estimates"
)

type serveCommand struct {
	Listen string `help:"Public address, host:port." placeholder:"ADDRESS"`
}

// Run serves until it is told to stop.
func (c serveCommand) Run(ctx context.Context, config Config, t estimates.Terminal) error {
	return serve(ctx, config.listening(c.Listen), t.Out, t.Err, nil)
}

type demoCommand struct {
	Listen string `help:"Public address, host:port." placeholder:"ADDRESS"`
}

// Run serves with the demonstration government loaded. What is there already stays.
func (c demoCommand) Run(ctx context.Context, config Config, t estimates.Terminal) error {
	return serve(ctx, config.listening(c.Listen), t.Out, t.Err, loadDemo)
}

// listening sets the public address, and with it the address that links are made of.
func (c Config) listening(address string) Config {
	if address == "" {
		return c
	}
	if c.BaseURL == "http://"+c.Listen {
		c.BaseURL = "http://" + address
	}
	c.Listen = address
	return c
}

func serve(ctx context.Context, config Config, out, errOut io.Writer, prepare func(context.Context, *Praya) error) error {
	if err := config.check(); err != nil {
		return err
	}
	p, err := Open(ctx, config, newLog(config, errOut))
	if err != nil {
		return err
	}
	if prepare != nil {
		err = prepare(ctx, p)
	}
	if err == nil {
		err = p.Serve(ctx, func(public, operator string) {
			fmt.Fprintln(out, "ready", public)
			if operator != "" {
				fmt.Fprintln(errOut, "operator", operator, "token in", p.Config.tokenFile())
			}
		})
	}
	return errors.Join(err, p.Close())
}

type migrateCommand struct{}

// Run brings the database up to date.
func (migrateCommand) Run(ctx context.Context, config Config, t estimates.Terminal) error {
	d, err := openDB(ctx, config)
	if err != nil {
		return err
	}
	done, err := d.Migrate(ctx, Schemas()...)
	err = errors.Join(err, d.Close())
	for _, name := range done {
		fmt.Fprintln(t.Out, "applied", name)
	}
	if err == nil && len(done) == 0 {
		fmt.Fprintln(t.Out, "nothing to do")
	}
	return err
}
