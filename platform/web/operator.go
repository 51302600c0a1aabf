package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"praya/kernel/who"
)

// operatorID names the one operator that holds the token.
const operatorID = "operator"

// readToken reads the operator's token from its file, which is made when it is missing.
// A file that others may read is refused.
func (s *Site) readToken() error {
	if s.config.TokenFile == "" {
		return errors.New("web: the operator's listener needs a token file")
	}
	raw, err := os.ReadFile(s.config.TokenFile)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = newToken(s.config.TokenFile)
	}
	if err != nil {
		return fmt.Errorf("web: the operator's token: %w", err)
	}
	info, err := os.Stat(s.config.TokenFile)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("web: %s may be read by others; its mode must be 0600", s.config.TokenFile)
	}
	token := strings.TrimSpace(string(raw))
	if len(token) < 32 {
		return fmt.Errorf("web: the token in %s is shorter than 32 characters", s.config.TokenFile)
	}
	s.token = sha256.Sum256([]byte(token))
	return nil
}

func newToken(file string) ([]byte, error) {
	token := []byte(randomToken() + "\n")
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(token)
	return token, errors.Join(err, f.Sync(), f.Close())
}

// randomToken has 256 bits.
func randomToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (s *Site) isToken(given string) bool {
	sum := sha256.Sum256([]byte(strings.TrimSpace(given)))
	return subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1
}

// become makes the visitor the operator, in the context and on the page.
func (v *Visit) become(a who.Actor) {
	r := who.From(v.R.Context())
	r.Actor = a
	v.actor = a
	v.R = v.R.WithContext(who.With(v.R.Context(), r))
}
