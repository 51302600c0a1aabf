package sign

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"praya/kernel/when"
)

// Purpose is what a key is for.
type Purpose string

// The purposes.
const (
	Fields    Purpose = "fields"    // AES-256
	Index     Purpose = "index"     // HMAC-SHA-256
	Signature Purpose = "signature" // Ed25519
)

// Key is a key of the ring. Secret is 32 bytes: an AES or HMAC key, or an Ed25519 seed.
type Key struct {
	ID      string       `json:"id"`
	Purpose Purpose      `json:"purpose"`
	Made    when.Instant `json:"made"`
	Secret  []byte       `json:"secret"`
}

// String keeps a key's secret out of logs.
func (k Key) String() string { return "key " + k.ID }

// GoString keeps it out of %#v too.
func (k Key) GoString() string { return k.String() }

// Keeper is the port to what holds the site's master key: a key file, or a KMS or HSM that
// a site plugs in and that never lets the key out. It seals the ring, and nothing else.
type Keeper interface {
	Seal(plain []byte) ([]byte, error)
	Open(sealed []byte) ([]byte, error)
}

// Ring is the keys of a site. It is safe for concurrent use.
type Ring struct {
	file  string
	seal  Keeper
	clock when.Clock

	made sync.Map // signature keys that were made ready, by id

	mu     sync.RWMutex
	keys   []Key
	looked when.Instant // when the file was last read again
}

// ErrNoKeyFile says that a ring is there but its key file is not: it must be brought back.
var ErrNoKeyFile = errors.New("sign: the key ring is there, but the key file that opens it is missing")

// OpenRing opens the ring of a site, and makes one, with a key for every purpose, when
// neither ring nor key file is there.
func OpenRing(ringFile, keyFile string, clock when.Clock) (*Ring, error) {
	_, err := os.Stat(ringFile)
	fresh := errors.Is(err, fs.ErrNotExist)
	master, err := readKeyFile(keyFile, fresh)
	if err != nil {
		return nil, err
	}
	keeper, err := fileKeeper(master)
	if err != nil {
		return nil, err
	}
	return OpenKept(ringFile, keeper, clock)
}

// OpenKept is OpenRing with another keeper than a key file.
func OpenKept(ringFile string, keeper Keeper, clock when.Clock) (*Ring, error) {
	_, err := os.Stat(ringFile)
	r := &Ring{file: ringFile, seal: keeper, clock: clock}
	if !errors.Is(err, fs.ErrNotExist) {
		return r, r.read()
	}
	for _, p := range []Purpose{Fields, Index, Signature} {
		if err := r.add(p); err != nil {
			return nil, err
		}
	}
	return r, r.write()
}

// readKeyFile reads 32 bytes, and makes them for a fresh ring.
func readKeyFile(name string, fresh bool) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !fresh:
		return nil, ErrNoKeyFile
	case errors.Is(err, fs.ErrNotExist):
		key := make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return nil, err
		}
		return key, writeFile(name, key)
	case err != nil:
		return nil, err
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("sign: %s can be read by others than its owner: chmod 600 it", name)
	}
	key, err := os.ReadFile(name)
	if err == nil && len(key) != 32 {
		err = fmt.Errorf("sign: %s does not hold 32 bytes", name)
	}
	return key, err
}

// inFile is the keeper that a key file is.
type inFile struct{ aead cipher.AEAD }

func fileKeeper(master []byte) (Keeper, error) {
	key, err := hkdf.Key(sha256.New, master, nil, "praya key ring v1", 32)
	if err != nil {
		return nil, err
	}
	aead, err := gcm(key)
	return inFile{aead}, err
}

// Seal seals the ring.
func (k inFile) Seal(plain []byte) ([]byte, error) { return closed(k.aead, plain, []byte(ringBound)) }

// Open opens the ring.
func (k inFile) Open(sealed []byte) ([]byte, error) { return open(k.aead, sealed, []byte(ringBound)) }

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

const ringBound = "praya key ring"

func (r *Ring) read() error {
	sealed, err := os.ReadFile(r.file)
	if err != nil {
		return err
	}
	plain, err := r.seal.Open(sealed)
	if err != nil {
		return fmt.Errorf("sign: %s does not open with this key: %w", r.file, err)
	}
	var keys []Key // of their own: others still hold what was read before
	if err := json.Unmarshal(plain, &keys); err != nil {
		return err
	}
	r.keys = keys
	return nil
}

func (r *Ring) write() error {
	plain, err := json.Marshal(r.keys)
	if err != nil {
		return err
	}
	sealed, err := r.seal.Seal(plain)
	if err != nil {
		return err
	}
	return writeFile(r.file, sealed)
}

// writeFile replaces a file as a whole, for its owner only.
func writeFile(name string, body []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), name)
}

func (r *Ring) add(p Purpose) error {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	r.keys = append(r.keys, Key{ID: string(p) + "-" + strconv.Itoa(len(r.keys)+1), Purpose: p, Made: r.clock(), Secret: secret})
	return nil
}

// Rotate adds a key for a purpose, which is used from now on; the old ones stay. The index
// key cannot be rotated: every index would have to be written again.
func (r *Ring) Rotate(p Purpose) error {
	if p != Fields && p != Signature {
		return fmt.Errorf("sign: the key for %s does not rotate", p)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	before := slices.Clone(r.keys)
	err := r.read() // another process may have added one
	if err == nil {
		err = r.add(p)
	}
	if err == nil {
		err = r.write()
	}
	if err != nil {
		r.keys = before
	}
	return err
}

// present is the newest key for a purpose.
func (r *Ring) present(p Purpose) (Key, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, k := range slices.Backward(r.keys) {
		if k.Purpose == p {
			return k, nil
		}
	}
	return Key{}, fmt.Errorf("sign: the ring has no key for %s", p)
}

func (r *Ring) byID(id string, p Purpose) (Key, error) {
	if k, ok := r.find(id, p); ok {
		return k, nil
	}
	if err := r.reload(); err != nil {
		return Key{}, err
	}
	if k, ok := r.find(id, p); ok {
		return k, nil
	}
	return Key{}, fmt.Errorf("sign: the ring has no key %q for %s", id, p)
}

func (r *Ring) find(id string, p Purpose) (Key, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, k := range r.keys {
		if k.ID == id && k.Purpose == p {
			return k, true
		}
	}
	return Key{}, false
}

// reload reads the ring again, at most once a second: a key that is not known may be
// another process's new one.
func (r *Ring) reload() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.clock(); now.Sub(r.looked) >= time.Second {
		r.looked = now
		return r.read()
	}
	return nil
}

// Keys lists the keys, oldest first, without their secrets.
func (r *Ring) Keys() []Key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := slices.Clone(r.keys)
	for i := range out {
		out[i].Secret = nil
	}
	return out
}

// Sign signs a message with the present signature key, and names the key.
func (r *Ring) Sign(message []byte) (keyID string, signature []byte, err error) {
	keyID, key, err := r.Signer()
	if err != nil {
		return "", nil, err
	}
	signature, err = key.Sign(nil, message, crypto.Hash(0))
	return keyID, signature, err
}

// Signer gives the present signature key as something that signs: for libraries that want a
// crypto.Signer. It is asked for anew for each message, so that a rotation counts at once.
func (r *Ring) Signer() (keyID string, key crypto.Signer, err error) {
	k, err := r.present(Signature)
	if err != nil {
		return "", nil, err
	}
	return k.ID, r.ready(k), nil
}

// ready makes a key from its seed once: that costs as much as signing.
func (r *Ring) ready(k Key) signer {
	if known, ok := r.made.Load(k.ID); ok {
		return known.(signer)
	}
	known, _ := r.made.LoadOrStore(k.ID, signer{ed25519.NewKeyFromSeed(k.Secret)})
	return known.(signer)
}

// signer keeps a private key from being printed or exported by accident.
type signer struct{ key ed25519.PrivateKey }

// Public is the public half.
func (s signer) Public() crypto.PublicKey { return s.key.Public() }

// Sign signs a message (RFC 8032, 5.1.6: the message itself, not a hash of it).
func (s signer) Sign(random io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.key.Sign(random, message, opts)
}

// String keeps a key out of logs.
func (signer) String() string { return "signature key" }

// GoString keeps it out of %#v too.
func (s signer) GoString() string { return s.String() }

// PublicKey gives the public half of a signature key, an old one too.
func (r *Ring) PublicKey(keyID string) (ed25519.PublicKey, error) {
	k, err := r.byID(keyID, Signature)
	if err != nil {
		return nil, err
	}
	return r.ready(k).Public().(ed25519.PublicKey), nil
}
