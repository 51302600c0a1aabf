// Package app puts the program together: the only place that knows everyone.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"praya/kernel/who"
	"praya/subsystems/directory"
	"praya/subsystems/estimates"
	"praya/subsystems/exchange"
	"praya/subsystems/ledger"
	"praya/subsystems/services"
)

// Exit codes of the command line.
const (
	exitOK     = 0
	exitFailed = 1
	exitFaults = 2 // a check found a fault
	exitUsage  = 64
)

// version of the program; release builds state it by -ldflags "-X praya/app.version=…".
var version = "dev" //nolint:gochecknoglobals // the linker sets it

// commands is the whole command line.
type commands struct {
	Config string `short:"c" help:"Configuration file (TOML)." type:"path" placeholder:"praya.toml"`
	Data   string `help:"Data folder (default praya-data)." type:"path" placeholder:"FOLDER"`

	Demo        demoCommand           `cmd:"" help:"Start the whole program with the demonstration government."`
	Serve       serveCommand          `cmd:"" help:"Start the program."`
	Migrate     migrateCommand        `cmd:"" help:"Bring the database up to date, and say what was done."`
	CheckConfig checkConfigCommand    `cmd:"" help:"Say what was understood of the configuration."`
	Backup      backupCommand         `cmd:"" help:"Write a backup, also while the program serves."`
	Restore     restoreCommand        `cmd:"" help:"Restore a backup into an empty data folder or database."`
	Estimates   estimates.Commands    `cmd:"" help:"Read, check and import papers of the Estimates 開支預算."`
	Directory   directory.Commands    `cmd:"" help:"Import and export departments, posts, officers and roles 局和部門."`
	Ledger      ledger.Commands       `cmd:"" help:"Check proofs, and follow a log as a monitor 共用區塊鏈平台."`
	Exchange    exchange.Commands     `cmd:"" help:"Check a person's proof of an access 授權數據交換閘."`
	Services    services.Commands     `cmd:"" help:"Check, publish and export the files of public services 一網通辦."`
	Witness     ledger.WitnessCommand `cmd:"" help:"Cosign the checkpoints of other bodies' logs, and refuse a forked history."`
	Version     versionCommand        `cmd:"" help:"Say which version this is."`
}

// Main runs a command and returns its exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	defer Roomy()()
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("praya"), kong.Writers(out, errOut),
		kong.Description("The digital front office and back office of a government, in one program."),
		kong.Exit(func(n int) { code = n }), kong.UsageOnError())
	if err != nil {
		fmt.Fprintln(errOut, "praya:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // --help
		return code
	}
	if err != nil {
		fmt.Fprintf(errOut, "praya: %v\nTry: praya --help\n", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	config, err := c.load()
	if err != nil {
		fmt.Fprintln(errOut, "praya:", err)
		return exitFailed
	}
	term := estimates.Terminal{Out: out, Err: errOut, Progress: isTerminal(errOut)}
	ctx = who.AsSystem(ctx, who.Production)
	log, lines := newLog(config, errOut)
	var opened *Praya
	parsed.BindTo(ctx, (*context.Context)(nil))
	open := func() (*Praya, error) {
		var err error
		if opened == nil {
			opened, err = Open(ctx, config, log)
		}
		return opened, err
	}
	err = errors.Join(
		parsed.BindToProvider(func() (*estimates.Service, error) {
			p, err := open()
			if err != nil {
				return nil, err
			}
			return p.Estimates, nil
		}),
		parsed.BindToProvider(func() (*directory.Service, error) {
			p, err := open()
			if err != nil {
				return nil, err
			}
			return p.Directory, nil
		}),
		parsed.BindToProvider(func() (*ledger.Service, error) {
			p, err := open()
			if err != nil {
				return nil, err
			}
			return p.Ledger, nil
		}),
		parsed.BindToProvider(func() (*services.Service, error) {
			p, err := open()
			if err != nil {
				return nil, err
			}
			return p.Services, nil
		}),
		parsed.Run(config, term, config.limits(), directory.Output{Writer: out}, ledger.Output{Writer: out}, exchange.Output{Writer: out},
			services.Output{Writer: out}))
	if opened != nil {
		err = errors.Join(err, opened.Close())
	}
	err = errors.Join(err, lines.Flush())
	return exitCode(err, errOut)
}

func exitCode(err error, errOut io.Writer) int {
	var faults estimates.FaultsFound
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &faults):
		return exitFaults
	}
	fmt.Fprintln(errOut, "praya:", say(err))
	return exitFailed
}

// load reads the configuration; flags come before the file, the file before defaults.
func (c *commands) load() (Config, error) {
	config, err := LoadConfig(c.Config)
	if c.Data != "" {
		config.Data = c.Data
	}
	return config, err
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

type checkConfigCommand struct{}

// Run prints the configuration with its defaults. It holds no secrets: those are in files.
func (checkConfigCommand) Run(config Config, t estimates.Terminal) error {
	e := json.NewEncoder(t.Out)
	e.SetIndent("", "  ")
	return e.Encode(config)
}

type versionCommand struct{}

// Run prints version, commit and platform.
func (versionCommand) Run(t estimates.Terminal) error {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = " " + s.Value
			}
		}
	}
	_, err := fmt.Fprintf(t.Out, "praya %s%s %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
