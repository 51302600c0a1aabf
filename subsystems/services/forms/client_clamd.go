package forms

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Clamd asks a clamd daemon, by the command INSTREAM of its protocol (clamd(8)): chunks with
// their length in network order, ended by an empty one; the answer is a line.
type Clamd struct {
	Network  string // "tcp" or "unix"
	Address  string
	Patience time.Duration // for one file; default 30 seconds
}

// errSource says that the file could not be read to its end: the daemon waits for more then.
var errSource = errors.New("forms: the file could not be read")

// maxAnswer bounds what the daemon may say.
const maxAnswer = 4 << 10

// Scan sends a file and reads what the daemon finds.
func (c Clamd) Scan(ctx context.Context, r io.Reader) error {
	patience := c.Patience
	if patience <= 0 {
		patience = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, c.Network, c.Address)
	if err != nil {
		return fmt.Errorf("forms: clamd: %w", err)
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	sent := stream(conn, r)
	if errors.Is(sent, errSource) {
		return fmt.Errorf("forms: clamd: %w", sent)
	}
	// A daemon that has had enough answers and closes while we still write: its answer counts.
	said, err := bufio.NewReader(io.LimitReader(conn, maxAnswer)).ReadString(0)
	if err != nil {
		return fmt.Errorf("forms: clamd: %w", errors.Join(sent, err, ctx.Err()))
	}
	return verdict(strings.TrimRight(said, "\x00\n"), sent)
}

func stream(w io.Writer, r io.Reader) error {
	if _, err := io.WriteString(w, "zINSTREAM\x00"); err != nil {
		return err
	}
	buffer := make([]byte, 4+64<<10)
	for {
		n, err := io.ReadFull(r, buffer[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buffer, uint32(n))
			if _, err := w.Write(buffer[:4+n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			_, err = w.Write(make([]byte, 4))
			return err
		case err != nil:
			return errors.Join(errSource, err)
		}
	}
}

// verdict reads "stream: OK" or "stream: NAME FOUND". Anything else means that nobody looked.
func verdict(said string, sent error) error {
	said = strings.TrimPrefix(said, "stream: ")
	if name, found := strings.CutSuffix(said, " FOUND"); found {
		return fmt.Errorf("%w: %s", ErrUnsafe, name)
	}
	if said == "OK" && sent == nil {
		return nil
	}
	return fmt.Errorf("forms: clamd: %w", errors.Join(sent, errors.New(said)))
}
