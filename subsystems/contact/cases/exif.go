package cases

import (
	"bytes"
	"encoding/binary"
	"math"
)

// A photo's description (Exif 2.3, CIPA DC-008) is read here by ourselves, and only the five tags that
// we need: a reader of everything can be kept busy for a minute by a few kilobytes that were made for
// that. Each directory is read once, up to mostTags.

const mostTags = 200

// The tags.
const (
	tagOrientation = 0x0112
	tagGPS         = 0x8825
	tagLatRef      = 1
	tagLat         = 2
	tagLonRef      = 3
	tagLon         = 4
)

// exifOf is the TIFF structure of a photo's first Exif segment, or nothing.
func exifOf(jpeg []byte) []byte {
	for at := 2; at+4 <= len(jpeg) && jpeg[at] == 0xff; {
		marker, size := jpeg[at+1], int(binary.BigEndian.Uint16(jpeg[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(jpeg) { // the picture itself, or nonsense
			return nil
		}
		if body := jpeg[at+4 : at+2+size]; marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return body[6:]
		}
		at += 2 + size
	}
	return nil
}

// tiff is that structure with its byte order.
type tiff struct {
	raw   []byte
	order binary.ByteOrder
}

func tiffOf(raw []byte) (tiff, bool) {
	switch {
	case bytes.HasPrefix(raw, []byte("II*\x00")):
		return tiff{raw, binary.LittleEndian}, len(raw) >= 8
	case bytes.HasPrefix(raw, []byte("MM\x00*")):
		return tiff{raw, binary.BigEndian}, len(raw) >= 8
	}
	return tiff{}, false
}

// find gives the entry of a tag in the directory at an offset: 12 bytes.
func (t tiff) find(directory uint32, tag uint16) []byte {
	at := uint64(directory)
	if at+2 > uint64(len(t.raw)) {
		return nil
	}
	n := min(int(t.order.Uint16(t.raw[at:])), mostTags)
	for i := range n {
		from := at + 2 + uint64(i)*12
		if from+12 > uint64(len(t.raw)) {
			return nil
		}
		if t.order.Uint16(t.raw[from:]) == tag {
			return t.raw[from : from+12]
		}
	}
	return nil
}

// short and long are values that stand in the entry itself.
func (t tiff) short(directory uint32, tag uint16) int {
	if e := t.find(directory, tag); e != nil && t.order.Uint16(e[2:]) == 3 {
		return int(t.order.Uint16(e[8:]))
	}
	return 0
}

func (t tiff) long(directory uint32, tag uint16) uint32 {
	if e := t.find(directory, tag); e != nil && t.order.Uint16(e[2:]) == 4 {
		return t.order.Uint32(e[8:])
	}
	return 0
}

// letter is the first letter of a short text, such as N or E.
func (t tiff) letter(directory uint32, tag uint16) byte {
	if e := t.find(directory, tag); e != nil && t.order.Uint16(e[2:]) == 2 {
		return e[8]
	}
	return 0
}

// degrees reads three fractions: degrees, minutes, seconds.
func (t tiff) degrees(directory uint32, tag uint16) (float64, bool) {
	e := t.find(directory, tag)
	if e == nil || t.order.Uint16(e[2:]) != 5 || t.order.Uint32(e[4:]) != 3 {
		return 0, false
	}
	at := uint64(t.order.Uint32(e[8:]))
	if at+24 > uint64(len(t.raw)) {
		return 0, false
	}
	sum := 0.0
	for i, part := range []float64{1, 60, 3600} {
		over, under := t.order.Uint32(t.raw[at+uint64(i)*8:]), t.order.Uint32(t.raw[at+uint64(i)*8+4:])
		if under == 0 {
			if over != 0 {
				return 0, false
			}
			continue
		}
		sum += float64(over) / float64(under) / part
	}
	return sum, true
}

// orientation is how a photo is turned, from 1 to 8; 0 when it doesn't say.
func orientation(plain []byte) int {
	t, ok := tiffOf(exifOf(plain))
	if !ok {
		return 0
	}
	return t.short(t.order.Uint32(t.raw[4:]), tagOrientation)
}

// takenAt is where a photo says that it was taken, when that is in Hong Kong.
func takenAt(plain []byte) (lat, lon float64) {
	t, ok := tiffOf(exifOf(plain))
	if !ok {
		return 0, 0
	}
	gps := t.long(t.order.Uint32(t.raw[4:]), tagGPS)
	lat, ok1 := t.degrees(gps, tagLat)
	lon, ok2 := t.degrees(gps, tagLon)
	if gps == 0 || !ok1 || !ok2 || t.letter(gps, tagLatRef) != 'N' || t.letter(gps, tagLonRef) != 'E' || !inHongKong(lat, lon) {
		return 0, 0
	}
	return math.Round(lat*1e6) / 1e6, math.Round(lon*1e6) / 1e6
}
