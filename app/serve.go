package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"praya/subsystems/estimates"
)

// addresses are the flags that say where to listen.
type addresses struct {
	Listen   string `help:"Public address, host:port." placeholder:"ADDRESS"`
	Operator string `help:"Operator's address on loopback, host:port, or off." placeholder:"ADDRESS"`
}

type serveCommand struct{ addresses }

// Run serves until it is told to stop.
func (c serveCommand) Run(ctx context.Context, config Config, t estimates.Terminal) error {
	return serve(ctx, config.at(c.addresses), t.Out, t.Err, nil)
}

type demoCommand struct{ addresses }

// Run serves with the demonstration government loaded. What is there already stays.
func (c demoCommand) Run(ctx context.Context, config Config, t estimates.Terminal) error {
	if !config.Contact.listens() {
		config.Contact.UDP, config.Contact.Number = demoTelephone, "1823"
	}
	return serve(ctx, config.at(c.addresses), t.Out, t.Err, loadDemo)
}

// at is the configuration with the addresses that flags give.
func (c Config) at(a addresses) Config {
	if a.Listen != "" {
		c.Listen = a.Listen
	}
	if a.Operator != "" {
		c.Operator = a.Operator
	}
	return c
}

func serve(ctx context.Context, config Config, out, errOut io.Writer, prepare func(context.Context, *Praya) error) (err error) {
	if err := config.check(); err != nil {
		return err
	}
	config, err = config.withPort(ctx)
	if err != nil {
		return err
	}
	log, lines := newLog(config, errOut)
	defer func() { err = errors.Join(err, lines.Flush()) }()
	p, err := Open(ctx, config, log)
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
			if p.Contact.Listens {
				fmt.Fprintln(errOut, "telephone", p.Contact.Telephone())
			}
		})
	}
	return errors.Join(err, p.Close())
}

// withPort chooses the port that 0 leaves open before anything begins: the provider's
// issuer names it.
func (c Config) withPort(ctx context.Context) (Config, error) {
	host, port, _ := net.SplitHostPort(c.Listen) // checked
	if port != "0" {
		return c, nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return c, err
	}
	_, port, err = net.SplitHostPort(l.Addr().String())
	c.Listen = net.JoinHostPort(host, port)
	return c, errors.Join(err, l.Close())
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
