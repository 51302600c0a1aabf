package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"sync"
	"syscall"
	"time"

	"praya/app"
	"praya/kernel/who"
	"praya/platform/db/dbtest/server"
)

// asOffice is this program again, as one of the processes that serve: DATA DATABASE NUMBER OF
// [PROFILE].
const asOffice = "as-office"

// two is how many processes serve on PostgreSQL.
const two = 2

func officeConfig(data, database string) app.Config {
	return app.Config{Data: data, Database: database, Operator: "off"}.WithDefaults()
}

// servicesOnTwo measures the same on a durable PostgreSQL with two processes, which reach it by
// its socket.
func (b *bench) servicesOnTwo() (err error) {
	s, err := server.Start(b.ctx, true)
	if errors.Is(err, server.ErrNone) {
		fmt.Fprintln(os.Stderr, "services.*"+onTwo+": PostgreSQL is not here; not measured")
		return nil
	}
	if err != nil {
		return err
	}
	defer s.Stop()
	data := filepath.Join(b.dir, "services"+onTwo)
	p, err := app.Open(b.ctx, officeConfig(data, s.Local), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	o := &office{Praya: p, b: b, suffix: onTwo}
	defer func() { err = errors.Join(err, o.close()) }()
	for n := range two {
		cmd := exec.Command(os.Args[0], asOffice, data, s.Local, strconv.Itoa(n), strconv.Itoa(two)) //nolint:gosec // this program
		if f := flag.Lookup("profile").Value.String(); f != "" {
			cmd.Args = append(cmd.Args, fmt.Sprintf("%s%s.%d", f, onTwo, n))
		}
		cmd.Stderr = os.Stderr
		end, err := begin(cmd)
		if err != nil {
			return err
		}
		o.ends, o.processes = append(o.ends, end), append(o.processes, cmd)
	}
	return o.measure()
}

// close ends the processes, and the program.
func (o *office) close() (err error) {
	for _, p := range o.processes {
		err = errors.Join(err, p.Process.Signal(os.Interrupt), p.Wait())
	}
	return errors.Join(err, o.Praya.Close())
}

// everywhere does a work in all processes at once.
func (o *office) everywhere(work string, long time.Duration) (sum seen, err error) {
	if len(o.processes) == 0 {
		return o.do(work, long, 0, 1)
	}
	parts, errs := make([]seen, len(o.ends)), make([]error, len(o.ends))
	var busy sync.WaitGroup
	for i, end := range o.ends {
		busy.Go(func() { parts[i], errs[i] = askToWork(end, work, long) })
	}
	busy.Wait()
	for _, p := range parts {
		sum.join(p)
	}
	return sum, errors.Join(errs...)
}

func askToWork(end, work string, long time.Duration) (s seen, err error) {
	answer, err := http.PostForm(end+"/bench", url.Values{"work": {work}, "long": {long.String()}}) //nolint:gosec // our own process
	if err != nil {
		return s, err
	}
	defer closed(answer.Body)
	if answer.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return s, errors.Join(fmt.Errorf("%s: %s", work, text), err)
	}
	return s, json.NewDecoder(answer.Body).Decode(&s)
}

// apart are the numbers of rows that a process has for itself.
const apart = 1_000_000_000

// serveOffice is one of the processes.
func serveOffice(data, database, number, of, profile string) (err error) {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer closed(f)
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	all, err := strconv.Atoi(of)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p, err := app.Open(ctx, officeConfig(data, database), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	o := &office{Praya: p, b: &bench{ctx: who.AsSystem(context.Background(), who.Production), dir: data}}
	o.rows.Store(int64(n+1) * apart)
	o.letIn()
	mux := http.NewServeMux()
	mux.Handle("/", p.Site.Handler())
	mux.HandleFunc("POST /bench", func(w http.ResponseWriter, r *http.Request) {
		long, err := time.ParseDuration(r.FormValue("long"))
		if err == nil {
			var s seen
			if s, err = o.do(r.FormValue("work"), long, n, all); err == nil {
				err = json.NewEncoder(w).Encode(s)
			}
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	listener := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = p.Services.Run(ctx) }()
	go func() { <-ctx.Done(); _ = listener.Close() }()
	fmt.Println("ready http://" + l.Addr().String())
	if err := listener.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
