package forms

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// daemon speaks the server's side of INSTREAM. It finds what has the word "harmful" in it, cuts
// off what is longer than its limit as clamd does, and can be silent.
type daemon struct {
	limit  int
	silent bool
}

func (d daemon) serve(t *testing.T, conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	command, err := r.ReadString(0)
	if err != nil || command != "zINSTREAM\x00" {
		t.Errorf("the command is %q, %v", command, err)
		return
	}
	if d.silent {
		io.Copy(io.Discard, r)
		return
	}
	var got bytes.Buffer
	for {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return
		}
		n := binary.BigEndian.Uint32(size[:])
		if n == 0 {
			break
		}
		if got.Len()+int(n) > d.limit {
			conn.Write([]byte("INSTREAM size limit exceeded. ERROR\x00"))
			return
		}
		if _, err := io.CopyN(&got, r, int64(n)); err != nil {
			return
		}
	}
	answer := "stream: OK\x00"
	if strings.Contains(got.String(), "harmful") {
		answer = "stream: Test.Sample FOUND\x00"
	}
	conn.Write([]byte(answer))
}

func (d daemon) start(t *testing.T, network, address string) Clamd {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go d.serve(t, conn)
		}
	}()
	return Clamd{Network: network, Address: l.Addr().String(), Patience: 5 * time.Second}
}

func TestClamd(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "clamd.sock")} {
		c := daemon{limit: 1 << 20}.start(t, network, address)
		if err := c.Scan(t.Context(), strings.NewReader(long)); err != nil {
			t.Errorf("%s: a clean file: %v", network, err)
		}
		if err := c.Scan(t.Context(), strings.NewReader("")); err != nil {
			t.Errorf("%s: an empty file: %v", network, err)
		}
		// The word lies over the border of two chunks.
		if err := c.Scan(t.Context(), strings.NewReader(long[:64<<10-3]+"harmful")); !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "Test.Sample") {
			t.Errorf("%s: a harmful file: %v", network, err)
		}
	}
	small := daemon{limit: 100_000}.start(t, "tcp", "127.0.0.1:0")
	if err := small.Scan(t.Context(), strings.NewReader(long)); err == nil || errors.Is(err, ErrUnsafe) {
		t.Errorf("a file that the daemon did not read to its end: %v", err)
	}
	silent := daemon{silent: true}.start(t, "tcp", "127.0.0.1:0")
	silent.Patience = 50 * time.Millisecond
	if err := silent.Scan(t.Context(), strings.NewReader("x")); err == nil || errors.Is(err, ErrUnsafe) {
		t.Errorf("a daemon that says nothing: %v", err)
	}
	if err := (Clamd{Network: "unix", Address: filepath.Join(t.TempDir(), "none")}).Scan(t.Context(), strings.NewReader("x")); err == nil {
		t.Error("no daemon, but the file is clean")
	}
	broken := io.MultiReader(strings.NewReader("x"), failing{})
	if err := (daemon{limit: 100}.start(t, "tcp", "127.0.0.1:0")).Scan(t.Context(), broken); !errors.Is(err, errSource) {
		t.Errorf("a file that could not be read: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }
