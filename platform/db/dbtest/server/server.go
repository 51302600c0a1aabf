//go:build unix

// Package server starts a real PostgreSQL for tests: on a free port, in a folder of
// its own, stopped and removed when the process that started it ends, however it ends.
//
// The system's own cluster is never touched. As root the server runs as the user
// postgres, since PostgreSQL refuses to run as root.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env is the environment variable that says where a server is running already.
const Env = "PRAYA_TEST_POSTGRES"

// ErrNone says that this machine has no PostgreSQL.
var ErrNone = errors.New("server: no PostgreSQL on this machine (Debian: apt-get install postgresql)")

// Server is a running PostgreSQL.
type Server struct {
	URL   string
	Local string // the same by a socket in a folder, as programs of one machine connect
	dir   string
	life  io.WriteCloser // while it is open, the server lives
	cmd   *exec.Cmd
}

// keeper starts the server and waits until its standard input ends, which happens
// also when the process that holds the other end is killed.
const keeper = `
"$1/initdb" -D "$2/data" -U praya --auth=trust --encoding=UTF8 --locale=C --no-sync >"$2/initdb.log" 2>&1 || exit 1
"$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 -c max_connections=200 \
	-c fsync="$4" -c synchronous_commit="$4" -c full_page_writes="$4" -c shared_buffers=128MB \
	-c log_min_messages=fatal -c logging_collector=off >"$2/postgres.log" 2>&1 </dev/null &
pid=$!
trap 'exit 1' TERM
( while kill -0 $pid 2>/dev/null; do sleep 0.2; done; kill -TERM $$ 2>/dev/null ) &
read -r _
trap '' TERM
kill -QUIT $pid 2>/dev/null
wait $pid
rm -rf "$2"
`

// Start starts a server. durable keeps fsync on, as tests of crashes want it.
func Start(ctx context.Context, durable bool) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	var last error
	for range 3 { // another program may take the port before the server does
		s, err := start(bin, durable)
		if err != nil {
			return nil, err
		}
		if last = s.answer(ctx); last == nil {
			return s, nil
		}
		last = fmt.Errorf("%w\n%s", last, s.log())
		s.Stop()
	}
	return nil, last
}

func start(bin string, durable bool) (*Server, error) {
	attr, uid, gid, err := owner()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "praya-postgres-")
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	sync := "off"
	if durable {
		sync = "on"
	}
	cmd := exec.Command("/bin/sh", "-c", keeper, "keeper", bin, dir, strconv.Itoa(port), sync)
	cmd.Dir = dir
	cmd.SysProcAttr = attr
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TMPDIR=" + dir}
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Server{
		URL:   fmt.Sprintf("postgres://praya@127.0.0.1:%d/postgres?sslmode=disable", port),
		Local: fmt.Sprintf("postgres://praya@/postgres?host=%s&port=%d", url.QueryEscape(dir), port),
		dir:   dir, life: life, cmd: cmd,
	}, nil
}

// owner says as whom the server runs: its own process group, so that Ctrl-C reaches
// the test alone, and the user postgres instead of root.
func owner() (*syscall.SysProcAttr, int, int, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return attr, os.Getuid(), os.Getgid(), nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, 0, 0, fmt.Errorf("server: as root the user postgres is needed: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, 0, 0, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, 0, 0, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, uid, gid, nil
}

// binaries finds the newest version of Debian's package, or what stands on the path.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", ErrNone
}

func version(path string) int {
	n, err := strconv.Atoi(strings.Split(path, "/")[4])
	if err != nil {
		return 0
	}
	return n
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// answer waits until the server does.
func (s *Server) answer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	for {
		c, err := pgx.Connect(ctx, s.URL)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case e := <-ended:
			ended <- e
			return fmt.Errorf("server: PostgreSQL ended: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("server: PostgreSQL did not answer: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *Server) log() string {
	a, _ := os.ReadFile(filepath.Join(s.dir, "initdb.log"))
	b, _ := os.ReadFile(filepath.Join(s.dir, "postgres.log"))
	return string(a) + string(b)
}

// Stop stops the server and removes its folder.
func (s *Server) Stop() {
	_ = s.life.Close()
	for range 200 {
		if _, err := os.Stat(s.dir); os.IsNotExist(err) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	_ = os.RemoveAll(s.dir) // the keeper itself was killed, or gave up
}
