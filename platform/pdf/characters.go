package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

var errForm = errors.New("pdf: the library writes another form than the one that is mended")

// mendCharacters writes the table of glyphs and characters anew. The library
// gives characters beyond the basic plane five digits where UTF-16 is asked
// for, and more entries in one section than the hundred that are allowed
// (Adobe Technical Note 5411, 1.4.1): without this a copied 𨋢 is another
// character.
func mendCharacters(b []byte) ([]byte, error) {
	at := bytes.Index(b, []byte("stream\n/CIDInit "))
	if at < 0 {
		return nil, errForm
	}
	from := bytes.LastIndex(b[:at], []byte("<<\n/Length "))
	end := bytes.Index(b[at:], []byte("endstream\n"))
	if from < 0 || end < 0 {
		return nil, errForm
	}
	table, err := characters(string(b[at : at+end]))
	if err != nil {
		return nil, err
	}
	object := fmt.Sprintf("<<\n/Length %d\n>>\nstream\n%s", len(table), table)
	out := append([]byte(nil), b[:from]...)
	out = append(out, object...)
	out = append(out, b[at+end:]...)
	return moveOffsets(out, from, len(object)-(at+end-from))
}

// characters makes the table from the library's.
func characters(old string) (string, error) {
	entry, err := regexp.Compile(`(?m)^<([0-9A-F]{4})><[0-9A-F]{4}><([0-9A-F]{4,6})>$`)
	if err != nil {
		return "", err
	}
	list := entry.FindAllStringSubmatch(old, -1)
	head, _, ok := strings.Cut(old, "1 begincodespacerange")
	if !ok || len(list) == 0 {
		return "", errForm
	}
	var s strings.Builder
	s.WriteString(strings.TrimPrefix(head, "stream\n"))
	s.WriteString("1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for len(list) > 0 {
		n := min(len(list), 100)
		fmt.Fprintf(&s, "%d beginbfchar\n", n)
		for _, e := range list[:n] {
			r, err := strconv.ParseInt(e[2], 16, 32)
			if err != nil {
				return "", err
			}
			s.WriteString("<" + e[1] + "> <")
			for _, u := range utf16.Encode([]rune{rune(r)}) {
				fmt.Fprintf(&s, "%04X", u)
			}
			s.WriteString(">\n")
		}
		s.WriteString("endbfchar\n")
		list = list[n:]
	}
	s.WriteString("endcmap CMapName currentdict /CMap defineresource pop end end\n")
	return s.String(), nil
}

// moveOffsets corrects the cross-reference table for bytes that were put in
// (ISO 32000-1, 7.5.4).
func moveOffsets(b []byte, from, by int) ([]byte, error) {
	at := bytes.LastIndex(b, []byte("\nxref\n"))
	trailer := bytes.LastIndex(b, []byte("trailer"))
	if at < 0 || trailer < at {
		return nil, errForm
	}
	entry, err := regexp.Compile(`(?m)^([0-9]{10}) 00000 n`)
	if err != nil {
		return nil, err
	}
	table := entry.ReplaceAllFunc(b[at:trailer], func(e []byte) []byte {
		if n, err := strconv.Atoi(string(e[:10])); err == nil && n > from {
			copy(e, fmt.Sprintf("%010d", n+by))
		}
		return e
	})
	start := bytes.LastIndex(b, []byte("startxref\n"))
	if start < 0 {
		return nil, errForm
	}
	out := append([]byte(nil), b[:at]...)
	out = append(out, table...)
	out = append(out, b[trailer:start]...)
	return append(out, fmt.Sprintf("startxref\n%d\n%%%%EOF\n", at+1)...), nil
}
