package exchange

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"github.com/dunglas/httpsfv"
)

// Receipt is the gateway's signed promise that the ledger will hold the evidence of an access.
// One signature stands for a group of accesses: it is over the root of a Merkle tree (RFC 9162,
// 2.1) of their leaves.
type Receipt struct {
	ID    AccessID
	Entry string
	Leaf  [sha256.Size]byte
	Index int
	Size  int
	Path  [][sha256.Size]byte
	At    int64 // milliseconds since 1970
	Key   string
	Value []byte
	Seed  []byte // opens the commitments for who has the texts
}

// receiptText is what is signed.
func receiptText(root [sha256.Size]byte, size int, at int64) []byte {
	return fmt.Appendf(nil, "praya-exchange-receipt/1\n%d\n%d\n%s\n", at, size, base64.StdEncoding.EncodeToString(root[:]))
}

// receipts signs for a group whose evidence is durable.
func (s *Service) receipts(group []*closing, leaves [][]byte) error {
	hashes := make([][sha256.Size]byte, len(leaves))
	for i, l := range leaves {
		hashes[i] = leafHash(l)
	}
	root := rootOf(hashes)
	at := s.Clock().Time().UnixMilli()
	key, value, err := s.Keys.Sign(receiptText(root, len(hashes), at))
	if err != nil {
		return err
	}
	for i, c := range group {
		c.receipt = Receipt{c.ID, c.Entry, hashes[i], i, len(hashes), pathOf(hashes, i), at, gatewayKey + key, value, c.evidence.Seed}
	}
	return nil
}

func leafHash(leaf []byte) [sha256.Size]byte {
	return sha256.Sum256(append(append(make([]byte, 0, len(leaf)+1), 0), leaf...))
}

func nodeHash(l, r [sha256.Size]byte) [sha256.Size]byte {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], l[:])
	copy(b[1+sha256.Size:], r[:])
	return sha256.Sum256(b[:])
}

// split is the largest power of two below n (RFC 9162, 2.1.1).
func split(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) } //nolint:gosec // n is at least 2

func rootOf(h [][sha256.Size]byte) [sha256.Size]byte {
	if len(h) == 1 {
		return h[0]
	}
	k := split(len(h))
	return nodeHash(rootOf(h[:k]), rootOf(h[k:]))
}

// pathOf is the audit path of a leaf (RFC 9162, 2.1.3.1).
func pathOf(h [][sha256.Size]byte, i int) [][sha256.Size]byte {
	if len(h) == 1 {
		return nil
	}
	k := split(len(h))
	if i < k {
		return append(pathOf(h[:k], i), rootOf(h[k:]))
	}
	return append(pathOf(h[k:], i-k), rootOf(h[:k]))
}

// climb is the root that a leaf and its path give.
func climb(leaf [sha256.Size]byte, i, n int, path [][sha256.Size]byte) (root [sha256.Size]byte, ok bool) {
	if n == 1 {
		return leaf, len(path) == 0
	}
	if len(path) == 0 {
		return root, false
	}
	k, last := split(n), path[len(path)-1]
	if i < k {
		left, ok := climb(leaf, i, k, path[:len(path)-1])
		return nodeHash(left, last), ok
	}
	right, ok := climb(leaf, i-k, n-k, path[:len(path)-1])
	return nodeHash(last, right), ok
}

// String writes a receipt as the field Exchange-Receipt: a dictionary (RFC 9651, 3.2).
func (r Receipt) String() string {
	b := make([]byte, 0, 512)
	b = append(append(b, `id="`...), r.ID...)
	b = append(append(b, `", entry="`...), r.Entry...)
	b = appendSF(append(b, `", leaf=`...), r.Leaf[:])
	b = strconv.AppendInt(append(b, ", index="...), int64(r.Index), 10)
	b = strconv.AppendInt(append(b, ", size="...), int64(r.Size), 10)
	b = append(b, ", path=("...)
	for i, p := range r.Path {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendSF(b, p[:])
	}
	b = strconv.AppendInt(append(b, "), at="...), r.At, 10)
	b = append(append(b, `, key="`...), r.Key...)
	b = appendSF(append(b, `", sig=`...), r.Value)
	b = appendSF(append(b, `, seed=`...), r.Seed)
	return string(b)
}

func appendSF(b, value []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(b, ':'), value), ':')
}

var errReceipt = errors.New("exchange: the receipt cannot be read, or does not hold")

// ParseReceipt reads the field.
func ParseReceipt(field string) (r Receipt, err error) {
	d, err := httpsfv.UnmarshalDictionary([]string{field})
	if err != nil {
		return r, errReceipt
	}
	text := func(name string) (v string) { return item[string](d, name) }
	number := func(name string) int64 { return item[int64](d, name) }
	r = Receipt{
		ID: AccessID(text("id")), Entry: text("entry"), Index: int(number("index")), Size: int(number("size")), At: number("at"),
		Key: text("key"), Value: item[[]byte](d, "sig"), Seed: item[[]byte](d, "seed"),
	}
	if leaf := item[[]byte](d, "leaf"); len(leaf) != copy(r.Leaf[:], leaf) || len(leaf) != sha256.Size {
		return r, errReceipt
	}
	m, _ := d.Get("path")
	list, ok := m.(httpsfv.InnerList)
	if !ok || len(list.Items) > 16 {
		return r, errReceipt
	}
	for _, i := range list.Items {
		h, ok := i.Value.([]byte)
		if !ok || len(h) != sha256.Size {
			return r, errReceipt
		}
		r.Path = append(r.Path, [sha256.Size]byte(h))
	}
	return r, nil
}

func item[T any](d *httpsfv.Dictionary, name string) (v T) {
	if m, ok := d.Get(name); ok {
		if i, ok := m.(httpsfv.Item); ok {
			v, _ = i.Value.(T)
		}
	}
	return v
}

// Verify checks the signature and the path with the gateway's key of that name.
func (r Receipt) Verify(key func(id string) (crypto.PublicKey, error)) error {
	if r.Size < 1 || r.Size > mostInGroup || r.Index < 0 || r.Index >= r.Size || !strings.HasPrefix(r.Key, gatewayKey) {
		return errReceipt
	}
	root, ok := climb(r.Leaf, r.Index, r.Size, r.Path)
	if !ok {
		return errReceipt
	}
	public, err := key(r.Key)
	if err != nil {
		return err
	}
	k, ok := public.(ed25519.PublicKey)
	if !ok || !ed25519.Verify(k, receiptText(root, r.Size, r.At), r.Value) {
		return errReceipt
	}
	return nil
}
