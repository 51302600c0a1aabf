package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"praya/kernel/who"
)

// demonstration is the whole program with the demonstration loaded, on a store of its own.
func demonstration(t *testing.T) string {
	t.Helper()
	base, _ := demonstrated(t)
	return base
}

// demonstrated is demonstration for tests that also reach into the program.
func demonstrated(t *testing.T, with ...func(*Config)) (string, *Praya) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Data: t.TempDir(), Operator: "off", BaseURL: "http://localhost:" + port}.WithDefaults()
	for _, change := range with {
		change(&config)
	}
	ctx := who.AsSystem(context.Background(), who.Production)
	p := loaded(ctx, t, config)
	server.Config.Handler = p.Site.Handler()
	server.Start()
	background, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { _ = p.Jobs.Run(background) })
	work.Go(func() { _ = p.Ledger.Run(background) })
	t.Cleanup(func() {
		stop()
		work.Wait()
		server.Close()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return config.BaseURL, p
}

// seedOrigin is where the demonstration was loaded that the tests copy; nobody serves there.
const seedOrigin = "http://localhost:1"

// seed is a data folder with the demonstration, loaded once for all tests of the package.
type seed struct {
	once sync.Once
	dir  string
	err  error
}

//nolint:gochecknoglobals // one seed for the whole package
var seeded seed

func (s *seed) data() (string, error) {
	s.once.Do(s.load)
	return filepath.Join(s.dir, "data"), s.err
}

func (s *seed) load() {
	if s.dir, s.err = os.MkdirTemp("", "praya-seed-"); s.err != nil {
		return
	}
	ctx := who.AsSystem(context.Background(), who.Production)
	config := Config{Data: filepath.Join(s.dir, "data"), Operator: "off", BaseURL: seedOrigin}.WithDefaults()
	p, err := Open(ctx, config, slog.New(slog.DiscardHandler))
	if err != nil {
		s.err = err
		return
	}
	s.err = errors.Join(loadDemo(ctx, p), p.Close())
}

// gone removes it after all tests.
func (s *seed) gone() {
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// loaded opens the program on a copy of the seed, as a demonstration that is started again, and
// at an address of its own.
func loaded(ctx context.Context, t *testing.T, config Config) *Praya {
	t.Helper()
	from, err := seeded.data()
	if err == nil {
		err = copied(from, config.Data)
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open(ctx, config, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		t.Fatal(err)
	}
	if err := loadDemo(ctx, p); err != nil {
		t.Fatal(errors.Join(err, p.Close()))
	}
	return p
}

// copied copies a folder; nobody else may read the files, which hold keys.
func copied(from, to string) error {
	return filepath.WalkDir(from, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		within, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		at := filepath.Join(to, within)
		if e.IsDir() {
			return os.MkdirAll(at, 0o700)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(at, raw, 0o600)
	})
}
