//go:build unix

// Command pgserver runs another command beside a PostgreSQL of its own:
//
//	go run ./platform/db/dbtest/pgserver -- go test ./...
//
// The command finds the server in PRAYA_TEST_POSTGRES. Its exit code is pgserver's.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"praya/platform/db/dbtest/server"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: pgserver -- COMMAND [ARGUMENT]...")
		os.Exit(64)
	}
	os.Exit(run(args))
}

func run(args []string) int {
	// The command gets the terminal's Ctrl-C itself; we wait for it, then clean up.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	s, err := server.Start(context.Background(), false)
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgserver:", err)
		return 1
	}
	defer s.Stop()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), server.Env+"="+s.URL)
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "pgserver:", err)
		return 1
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case sig := <-signals:
			if sig == syscall.SIGTERM {
				_ = cmd.Process.Signal(sig)
			}
		case err := <-ended:
			var exit *exec.ExitError
			switch {
			case err == nil:
				return 0
			case errors.As(err, &exit) && exit.ExitCode() >= 0:
				return exit.ExitCode()
			}
			fmt.Fprintln(os.Stderr, "pgserver:", err)
			return 1
		}
	}
}
