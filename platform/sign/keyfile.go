package sign

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"praya/kernel/fault"
)

// KeyFile is what seals a ring.
type KeyFile struct{ key [32]byte }

// LoadKeyFile reads a key file, or makes it when it is not there; made says which. It
// refuses a file that others than its owner may read.
func LoadKeyFile(path string) (k KeyFile, made bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKeyFile(path)
	}
	if err != nil {
		return k, false, fault.New(fault.Unavailable, "sign.key-file").Because(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return k, false, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return k, false, fault.New(fault.Invalid, "sign.key-file-open", "file", path).
			Because(fmt.Errorf("sign: %s has mode %v; only its owner may read it: chmod 600", path, info.Mode().Perm()))
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(raw) != len(k.key) {
		return k, false, fault.New(fault.Invalid, "sign.key-file-bad", "file", path)
	}
	copy(k.key[:], raw)
	return k, false, nil
}

func makeKeyFile(path string) (k KeyFile, made bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return k, false, err
	}
	_, _ = rand.Read(k.key[:]) // documented never to fail
	// O_EXCL: of two processes that start at once, one makes the file and one reads it.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return LoadKeyFile(path)
	}
	if err != nil {
		return k, false, fault.New(fault.Unavailable, "sign.key-file").Because(err)
	}
	_, err = f.WriteString(hex.EncodeToString(k.key[:]) + "\n")
	return k, true, errors.Join(err, f.Sync(), f.Close())
}

// String keeps the key out of logs.
func (KeyFile) String() string { return "[key file]" }

// GoString keeps it out of %#v too.
func (KeyFile) GoString() string { return "[key file]" }
