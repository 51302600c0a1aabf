package ledger

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// shelf is tiles in memory, for rules that need no store.
type shelf map[tileAt][]byte

func (s shelf) grow(e *edge, from, n int) {
	hashes := make([]tlog.Hash, n)
	for i := range hashes {
		hashes[i] = tlog.RecordHash(leafNumber(from + i))
	}
	for at, data := range e.grow(hashes) {
		s[at] = bytes.Clone(data)
	}
}

func (s shelf) reader(t tlog.Tree) tlog.HashReader {
	return tlog.TileHashReader(t, tiles{func(at tileAt) ([]byte, error) {
		if s[at] == nil {
			return nil, fmt.Errorf("no tile %v", at)
		}
		return s[at], nil
	}})
}

func leafNumber(n int) []byte { return fmt.Appendf(nil, "entry %d", n) }

// TestTreeGrowsAsOthersSay: whatever the sizes of the steps, the root is that of another
// library, and our proofs pass its checks.
func TestTreeGrowsAsOthersSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, s := &edge{}, shelf{}
		theirs := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
		var trees []tlog.Tree
		for _, n := range rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(200, 600)), 1, 8).Draw(t, "steps") {
			for i := range n {
				if err := theirs.Append(rfc6962.DefaultHasher.HashLeaf(leafNumber(int(e.size)+i)), nil); err != nil {
					t.Fatal(err)
				}
			}
			s.grow(e, int(e.size), n)
			want, err := theirs.GetRootHash(nil)
			if err != nil {
				t.Fatal(err)
			}
			root := e.root()
			if e.size > 0 && !bytes.Equal(root[:], want) {
				t.Fatalf("root of %d leaves is %x, not %x", e.size, root, want)
			}
			trees = append(trees, tlog.Tree{N: e.size, Hash: root})
		}
		newest := trees[len(trees)-1]
		if newest.N == 0 {
			return
		}
		place := rapid.Int64Range(0, newest.N-1).Draw(t, "place")
		checkInclusion(t, s, newest, place)
		checkConsistency(t, s, rapid.SampledFrom(trees).Draw(t, "older"), newest)
	})
}

func checkInclusion(t *rapid.T, s shelf, tree tlog.Tree, place int64) {
	path, err := tlog.ProveRecord(tree.N, place, s.reader(tree))
	if err != nil {
		t.Fatal(err)
	}
	leaf := leafNumber(int(place))
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(place), uint64(tree.N), rfc6962.DefaultHasher.HashLeaf(leaf), raws(path), tree.Hash[:]); err != nil {
		t.Fatal(err)
	}
	if proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(place), uint64(tree.N), rfc6962.DefaultHasher.HashLeaf(leafNumber(-1)), raws(path), tree.Hash[:]) == nil {
		t.Fatal("another leaf passes")
	}
}

func checkConsistency(t *rapid.T, s shelf, older, newer tlog.Tree) {
	if older.N == 0 {
		return
	}
	path, err := tlog.ProveTree(newer.N, older.N, s.reader(newer))
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older.N), uint64(newer.N), raws(path), older.Hash[:], newer.Hash[:]); err != nil {
		t.Fatal(err)
	}
}

func raws(path []tlog.Hash) (out [][]byte) {
	for _, h := range path {
		out = append(out, bytes.Clone(h[:]))
	}
	return out
}

// TestTilePaths: addresses as tlog-tiles writes them, and nothing else.
func TestTilePaths(t *testing.T) {
	for path, want := range map[string]tlog.Tile{
		"0/000":                  {H: 8, L: 0, N: 0, W: 256},
		"0/x001/x234/067":        {H: 8, L: 0, N: 1234067, W: 256},
		"1/000.p/3":              {H: 8, L: 1, N: 0, W: 3},
		"entries/x001/000.p/255": {H: 8, L: -1, N: 1000, W: 255},
		"entries/000":            {H: 8, L: -1, N: 0, W: 256},
	} {
		if got, err := parseTilePath(path); err != nil || got != want {
			t.Errorf("%s is %v, %v", path, got, err)
		}
	}
	for _, path := range []string{"", "0", "0/0", "0/000.p/256", "0/000.p/0", "data/000", "-1/000", "0/x000/001", "entries/../checkpoint", "entries/1"} {
		if got, err := parseTilePath(path); err == nil {
			t.Errorf("%s is read as %v", path, got)
		}
	}
}

func FuzzBundle(f *testing.F) {
	f.Add(appendEntry(appendEntry(nil, []byte("a")), nil))
	f.Add([]byte{0})
	f.Add([]byte{0, 2, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		leaves, err := splitBundle(raw)
		if err != nil {
			return
		}
		var again []byte
		for _, leaf := range leaves {
			again = appendEntry(again, leaf)
		}
		if !bytes.Equal(again, raw) {
			t.Errorf("%x comes back as %x", raw, again)
		}
	})
}
