package ledger

import (
	"encoding/binary"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"praya/kernel/fault"
)

// EntryID names an entry from the moment at which it was asked for: the batch, a point, and
// the place in it from 0. It is known before the entry has an index in the log.
type EntryID string

var entryForm = regexp.MustCompile(`^[0-9a-f-]{36}\.(0|[1-9][0-9]{0,6})$`)

func (e EntryID) valid() bool { return entryForm.MatchString(string(e)) }

func entryOf(batch string, n int64) EntryID { return EntryID(batch + "." + strconv.FormatInt(n, 10)) }

// split gives batch and place.
func (e EntryID) split() (batch string, n int64, err error) {
	if !e.valid() {
		return "", 0, fault.New(fault.NotFound, "ledger.fault.no-entry")
	}
	batch, rest, _ := strings.Cut(string(e), ".")
	n, err = strconv.ParseInt(rest, 10, 64)
	return batch, n, err
}

// An entry bundle holds up to 256 entries, each after its length in two bytes, big-endian
// (C2SP tlog-tiles, Log Entries). Waiting leaves are kept in the same form.

func appendEntry(bundle, leaf []byte) []byte {
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(leaf))), leaf...) //nolint:gosec // at most maxLeaf
}

var (
	errBundle = errors.New("ledger: an entry bundle is cut off")
	errShort  = errors.New("ledger: a tile is narrower than asked for")
)

func splitBundle(bundle []byte) (leaves [][]byte, err error) {
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return nil, errBundle
		}
		n := int(binary.BigEndian.Uint16(bundle)) + 2
		if len(bundle) < n {
			return nil, errBundle
		}
		leaves, bundle = append(leaves, bundle[2:n]), bundle[n:]
	}
	return leaves, nil
}
