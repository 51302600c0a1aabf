package ledger

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	// sizeType is how a witness says what it has seen (C2SP tlog-witness).
	sizeType = "text/x.tlog.size"
	// maxAddCheckpoint takes 63 hashes and a checkpoint with many signatures.
	maxAddCheckpoint = 1 << 16
	maxProofLines    = 63
)

// Observer is a witness (C2SP tlog-witness): it remembers the last checkpoint of each log that
// it knows, and cosigns the next one only when it grows from that.
type Observer struct {
	signer note.Signer
	logs   map[string]note.Verifier // by origin
	file   string

	mu   sync.Mutex
	seen map[string]seenTree
}

type seenTree struct {
	Size int64     `json:"size"`
	Hash tlog.Hash `json:"hash"`
}

// NewObserver opens a witness: its key (a note signer key), the logs' verifier keys, and the
// file in which it remembers. A file that cannot be read is an error: without its memory a
// witness would sign a fork.
func NewObserver(skey string, logKeys []string, file string) (*Observer, error) {
	signer, err := fnote.NewSignerForCosignatureV1(skey)
	if err != nil {
		return nil, err
	}
	o := &Observer{signer: signer, logs: map[string]note.Verifier{}, file: file, seen: map[string]seenTree{}}
	for _, k := range logKeys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, fmt.Errorf("ledger: the key of a log: %w", err)
		}
		o.logs[v.Name()] = v
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &o.seen)
	}
	return o, err
}

// ServeHTTP answers POST /add-checkpoint.
func (o *Observer) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.Method != http.MethodPost || q.URL.Path != "/add-checkpoint" {
		http.NotFound(w, q)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxAddCheckpoint))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	lines, no := o.add(body)
	switch {
	case no == nil:
		_, _ = w.Write(lines) // nobody is left to be told
	case no.status == http.StatusConflict:
		w.Header().Set("Content-Type", sizeType)
		w.WriteHeader(no.status)
		fmt.Fprintf(w, "%d\n", no.size)
	default:
		http.Error(w, no.why, no.status)
	}
}

// refusal is why a witness does not sign.
type refusal struct {
	status int
	size   int64 // what it has seen, of a conflict
	why    string
}

func refuse(status int, why string) *refusal { return &refusal{status: status, why: why} }

func (o *Observer) add(body []byte) ([]byte, *refusal) {
	old, path, signed, err := parseAddCheckpoint(body)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, err.Error())
	}
	origin, _, _ := strings.Cut(string(signed), "\n")
	known := o.logs[origin]
	if known == nil {
		return nil, refuse(http.StatusNotFound, "this log is not known here")
	}
	n, err := note.Open(signed, note.VerifierList(known))
	if err != nil {
		return nil, refuse(http.StatusForbidden, "the log's signature is not good")
	}
	tree, err := readCheckpoint(origin, n.Text)
	if err != nil || old > tree.N {
		return nil, refuse(http.StatusBadRequest, "the checkpoint cannot be read, or is smaller than the old size")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if no := o.grows(origin, old, path, tree); no != nil {
		return nil, no
	}
	if err := o.remember(origin, tree); err != nil {
		return nil, refuse(http.StatusInternalServerError, "the witness cannot write what it has seen")
	}
	out, err := note.Sign(&note.Note{Text: n.Text}, o.signer)
	if err != nil {
		return nil, refuse(http.StatusInternalServerError, "the witness cannot sign")
	}
	_, lines, _ := bytes.Cut(out, []byte("\n\n"))
	return lines, nil
}

// grows checks a checkpoint against the one seen before, in the order of C2SP tlog-witness.
func (o *Observer) grows(origin string, old int64, path tlog.TreeProof, tree tlog.Tree) *refusal {
	seen := o.seen[origin]
	switch {
	case old != seen.Size, old == tree.N && old > 0 && tree.Hash != seen.Hash:
		return &refusal{status: http.StatusConflict, size: seen.Size}
	case old == 0 || old == tree.N:
		if len(path) > 0 {
			return refuse(http.StatusUnprocessableEntity, "a proof where there is nothing to prove")
		}
		return nil
	}
	if err := tlog.CheckTree(path, tree.N, tree.Hash, old, seen.Hash); err != nil {
		return refuse(http.StatusUnprocessableEntity, "the checkpoint does not grow from the one seen before")
	}
	return nil
}

// remember writes what was seen, and is durable before anything is signed.
func (o *Observer) remember(origin string, tree tlog.Tree) error {
	was := o.seen[origin]
	o.seen[origin] = seenTree{tree.N, tree.Hash}
	raw, err := json.Marshal(o.seen)
	if err == nil {
		err = writeDurably(o.file, raw)
	}
	if err != nil {
		o.seen[origin] = was
	}
	return err
}

// writeDurably replaces a file as a whole: who reads it finds the old or the new one, also after
// a power cut.
func writeDurably(file string, raw []byte) error {
	folder := filepath.Dir(file)
	f, err := os.CreateTemp(folder, filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// parseAddCheckpoint reads a request: "old N", hashes in base64, an empty line, the checkpoint.
func parseAddCheckpoint(body []byte) (old int64, path tlog.TreeProof, signed []byte, err error) {
	head, signed, ok := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	text, isOld := strings.CutPrefix(lines[0], "old ")
	if !ok || !isOld || len(lines) > maxProofLines+1 {
		return 0, nil, nil, errors.New("the request has no old size, no empty line, or too long a proof")
	}
	old, err = strconv.ParseInt(text, 10, 64)
	if err != nil || old < 0 || strconv.FormatInt(old, 10) != text {
		return 0, nil, nil, errors.New("the old size is no whole number")
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, nil, errors.New("the proof holds what is no hash")
		}
		path = append(path, h)
	}
	return old, path, signed, nil
}

// witnessKey reads a witness's key, or makes one. It gives the verifier key to hand out.
func witnessKey(file, name string) (skey, vkey string, err error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		made, known, err := note.GenerateKey(rand.Reader, name)
		if err != nil {
			return "", "", err
		}
		raw = []byte(made + "\n" + known + "\n")
		f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return "", "", err
		}
		_, err = f.Write(raw)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return "", "", err
		}
	} else if err != nil {
		return "", "", err
	}
	skey, vkey, _ = strings.Cut(strings.TrimSpace(string(raw)), "\n")
	vkey, err = fnote.VKeyToCosignatureV1(vkey)
	return skey, vkey, err
}

// serveWitness answers until the context ends.
func serveWitness(ctx context.Context, listen string, o *Observer, ready func(address string)) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: o, ReadTimeout: witnessPatience, WriteTimeout: witnessPatience, MaxHeaderBytes: 1 << 14}
	stop := context.AfterFunc(ctx, func() { _ = s.Shutdown(context.WithoutCancel(ctx)) })
	defer stop()
	ready(l.Addr().String())
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
