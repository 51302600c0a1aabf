package ledger

import (
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Tiles have height 8: 256 hashes of 32 bytes each (C2SP tlog-tiles).
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tileAt names a tile of hashes.
type tileAt struct{ Level, Number int64 }

// edge is the right edge of a tree: on each level the tile that is not full yet. It is all
// that is needed to make the tree grow.
type edge struct {
	size  int64
	tiles [][]byte
}

// edgeTiles names the tiles on the edge of a tree of a size that hold at least one hash, with
// how many, lowest level first.
func edgeTiles(size int64) (at []tileAt, widths []int) {
	for level := int64(0); size > 0; level++ {
		at, widths = append(at, tileAt{level, size >> tileHeight}), append(widths, int(size%tileWidth))
		size >>= tileHeight
	}
	return at, widths
}

// grow adds leaves, and gives every tile that changed.
func (e *edge) grow(leaves []tlog.Hash) map[tileAt][]byte {
	changed := map[tileAt][]byte{}
	for _, leaf := range leaves {
		h, n := leaf, e.size
		for level := int64(0); ; level++ {
			if int(level) == len(e.tiles) {
				e.tiles = append(e.tiles, nil)
			}
			e.tiles[level] = append(e.tiles[level], h[:]...)
			tile := e.tiles[level]
			if len(tile) < tileWidth*tlog.HashSize {
				break
			}
			changed[tileAt{level, n >> tileHeight}] = tile
			h, e.tiles[level] = subtree(tile), nil
			n >>= tileHeight
		}
		e.size++
	}
	at, widths := edgeTiles(e.size)
	for i, a := range at {
		if widths[i] > 0 {
			changed[a] = e.tiles[i]
		}
	}
	return changed
}

// root is the tree's hash (RFC 9162, 2.1.1): the full subtrees on the edge, hashed from the
// right.
func (e *edge) root() tlog.Hash {
	var acc *tlog.Hash
	for _, tile := range e.tiles {
		end := len(tile) / tlog.HashSize
		for end > 0 {
			width := end & -end // the rightmost full subtree in the tile
			h := subtree(tile[(end-width)*tlog.HashSize : end*tlog.HashSize])
			if acc != nil {
				h = tlog.NodeHash(h, *acc)
			}
			acc, end = &h, end-width
		}
	}
	if acc == nil {
		empty, _ := tlog.TreeHash(0, nil) // reads nothing
		return empty
	}
	return *acc
}

// subtree hashes the hashes of a full subtree.
func subtree(hashes []byte) tlog.Hash {
	if len(hashes) == tlog.HashSize {
		return tlog.Hash(hashes)
	}
	half := len(hashes) / 2
	return tlog.NodeHash(subtree(hashes[:half]), subtree(hashes[half:]))
}

// inOrder lists tiles by level and number.
func inOrder(tiles map[tileAt][]byte) []tileAt {
	return slices.SortedFunc(maps.Keys(tiles), func(a, b tileAt) int {
		if a.Level != b.Level {
			return int(a.Level - b.Level)
		}
		return int(a.Number - b.Number)
	})
}

// tiles reads tiles for proofs: what tlog wants of a store.
type tiles struct {
	read func(at tileAt) ([]byte, error)
}

// Height of our tiles.
func (tiles) Height() int { return tileHeight }

// SaveTiles keeps nothing: the store is near.
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles gives tiles in the width asked for: a wider one begins with it.
func (t tiles) ReadTiles(asked []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(asked))
	for i, a := range asked {
		data, err := t.read(tileAt{int64(a.L), a.N})
		if err != nil {
			return nil, err
		}
		if len(data) < a.W*tlog.HashSize {
			return nil, errShort
		}
		out[i] = data[:a.W*tlog.HashSize]
	}
	return out, nil
}
