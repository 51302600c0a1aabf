package voice

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"praya/kernel/who"
	"praya/platform/sign"
)

// Spool keeps recordings while they happen, as files of sealed seconds. A
// second is on the disk before the next one is over: a killed process loses
// one at most. A piece opens at its own place only, so pieces can't be
// exchanged, and a finished recording says how many there are, so none can be
// left out.
type Spool struct {
	Dir   string
	Keys  *sign.Ring
	Realm who.Realm
}

// RFC 8259 texts and sealed seconds alike stand behind their length.
const (
	spoolSuffix  = ".spool"
	beginning    = ".new" // of a name, until the file is locked
	streamMagic  = "praya-voice-1\n"
	longestPiece = 64 << 10
)

var (
	ErrTape   = errors.New("voice: the recording can't be read")
	errTapeID = errors.New("voice: an id of a recording is letters, digits and hyphens")
)

// Tape is a recording that is being spooled; it is a Recorder.
type Tape struct {
	spool Spool
	id    string
	file  *os.File
	next  int
}

// Start begins a recording. Its id may be used once. While it is open its file
// is locked (flock(2)), and has its name from then on only: a process that
// shares the folder sees that somebody lives who writes it.
func (s Spool) Start(id string) (*Tape, error) {
	name, err := s.name(id)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(name); err == nil {
		return nil, fs.ErrExist
	}
	f, err := os.OpenFile(name+beginning, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = os.Rename(name+beginning, name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Tape{spool: s, id: id, file: f}, s.syncDir()
}

func (s Spool) syncDir() error {
	d, err := os.Open(s.Dir)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // only read
	return d.Sync()
}

func (s Spool) name(id string) (string, error) {
	ok := len(id) > 0 && len(id) <= 80 && strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-'
	}) < 0
	if !ok {
		return "", errTapeID
	}
	return filepath.Join(s.Dir, id+spoolSuffix), nil
}

func (s Spool) place(id string, piece string) sign.Place {
	return sign.Place{Realm: s.Realm, Table: "contact_voice_tape", Column: "sound", ID: id + "/" + piece}
}

// Write seals a second and waits until it is on the disk.
func (t *Tape) Write(frames []byte) error {
	sealed, err := t.spool.Keys.Encrypt(t.spool.place(t.id, strconv.Itoa(t.next)), frames)
	if err != nil {
		return err
	}
	if _, err := t.file.Write(framed(sealed)); err != nil {
		return err
	}
	t.next++
	return t.file.Sync()
}

// Close ends the recording; Finish makes something of it.
func (t *Tape) Close() error { return t.file.Close() }

func framed(b []byte) []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(b)), uint32(len(b))), b...)
}

// Left lists the recordings that nobody writes any more: what a dead process
// left, and what ended and is still to be kept.
func (s Spool) Left() ([]string, error) {
	entries, err := os.ReadDir(s.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), spoolSuffix); ok && !written(filepath.Join(s.Dir, e.Name())) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out, err
}

// written reports whether a living process still writes a recording.
func written(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // only looked at
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}

// label is what a finished recording says of itself.
type label struct {
	ID      string `json:"id"`
	Pieces  int    `json:"pieces"`
	Samples int    `json:"samples"` // of each channel
}

// Finish writes a recording as one sealed stream, for the blob store. A last
// piece that a dying process tore is left out. The spool keeps its file until
// Forget, so a failure in between loses nothing.
func (s Spool) Finish(id string, w io.Writer) error {
	name, err := s.name(id)
	if err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	l := label{ID: id}
	in := bufio.NewReader(f)
	for {
		sealed, err := readPiece(in)
		if err != nil {
			break
		}
		plain, err := s.Keys.Decrypt(s.place(id, strconv.Itoa(l.Pieces)), sealed)
		if err != nil {
			break
		}
		l.Pieces++
		l.Samples += len(plain) / 2
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return s.write(w, l, bufio.NewReader(f))
}

func (s Spool) write(w io.Writer, l label, in *bufio.Reader) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	sealed, err := s.Keys.Encrypt(s.place(l.ID, "label"), text)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if _, err := out.WriteString(streamMagic); err != nil {
		return err
	}
	if _, err := out.Write(framed(sealed)); err != nil {
		return err
	}
	for range l.Pieces {
		piece, err := readPiece(in)
		if err != nil {
			return err
		}
		if _, err := out.Write(framed(piece)); err != nil {
			return err
		}
	}
	return out.Flush()
}

func readPiece(in *bufio.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > longestPiece {
		return nil, ErrTape
	}
	b := make([]byte, n)
	_, err := io.ReadFull(in, b)
	return b, err
}

// Forget removes a recording from the spool, when it is kept elsewhere.
func (s Spool) Forget(id string) error {
	name, err := s.name(id)
	if err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return s.syncDir()
}

// WAV opens the sealed stream of a recording and writes it as a file that
// every browser plays: two channels of 16 bits, the caller left.
func (s Spool) WAV(w io.Writer, id string, sealed io.Reader) error {
	in := bufio.NewReader(sealed)
	magic := make([]byte, len(streamMagic))
	if _, err := io.ReadFull(in, magic); err != nil || !bytes.Equal(magic, []byte(streamMagic)) {
		return ErrTape
	}
	l, err := s.label(id, in)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if _, err := out.Write(wavHead(l.Samples)); err != nil {
		return err
	}
	t, written := tables(), 0
	for i := range l.Pieces {
		piece, err := readPiece(in)
		if err != nil {
			return fmt.Errorf("%w: piece %d: %w", ErrTape, i, err)
		}
		plain, err := s.Keys.Decrypt(s.place(id, strconv.Itoa(i)), piece)
		if err != nil {
			return fmt.Errorf("%w: piece %d: %w", ErrTape, i, err)
		}
		linear := make([]byte, 0, 2*len(plain))
		for _, b := range plain {
			linear = binary.LittleEndian.AppendUint16(linear, uint16(t.muToLinear[b]))
		}
		if _, err := out.Write(linear); err != nil {
			return err
		}
		written += len(plain) / 2
	}
	if written != l.Samples {
		return ErrTape
	}
	return out.Flush()
}

func (s Spool) label(id string, in *bufio.Reader) (l label, err error) {
	sealed, err := readPiece(in)
	if err != nil {
		return l, fmt.Errorf("%w: %w", ErrTape, err)
	}
	text, err := s.Keys.Decrypt(s.place(id, "label"), sealed)
	if err != nil {
		return l, fmt.Errorf("%w: %w", ErrTape, err)
	}
	if err := json.Unmarshal(text, &l); err != nil || l.ID != id || l.Pieces < 0 || l.Samples < 0 {
		return l, ErrTape
	}
	return l, nil
}

// wavHead is the beginning of a WAV file of two channels of 16 bits.
func wavHead(samples int) []byte {
	size := uint32(samples * 4)
	b := append(make([]byte, 0, 44), "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, v := range []uint16{1, 2} { // PCM, two channels
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate*4)
	for _, v := range []uint16{4, 16} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, size)
}
