package forms

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// HeadBytes and TailBytes are how much of a file's ends SniffType wants to see; of a smaller
// file both are the whole of it.
const (
	HeadBytes = 4 << 10
	TailBytes = 66 << 10 // a ZIP's directory of a hundred entries, and its longest comment
)

// mediaOf is the media type of a kind of file that a form may name.
func mediaOf(kind string) (string, bool) {
	kinds := fileKinds()
	i := slices.IndexFunc(kinds, func(k [2]string) bool { return k[0] == kind })
	if i < 0 {
		return "", false
	}
	return kinds[i][1], true
}

// fileKinds are the kinds that SniffType tells apart, with their media types.
func fileKinds() [][2]string {
	return [][2]string{
		{"pdf", "application/pdf"},
		{"png", "image/png"},
		{"jpeg", "image/jpeg"},
		{"webp", "image/webp"},
		{"heic", "image/heic"},
		{"text", "text/plain"},
		{"csv", "text/csv"},
		{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	}
}

// kindOf is the short name of a media type, for people: PDF.
func kindOf(media string) string {
	for _, k := range fileKinds() {
		if k[1] == media {
			return k[0]
		}
	}
	return media
}

// SniffType says by its first and last bytes what a file is; size is the whole file's. False: it
// is no kind that is known here, or it ends as something else than it began (a polyglot, which
// two readers take for two things). The name decides only between plain text and CSV.
func SniffType(head, tail []byte, size int64, name string) (string, bool) {
	kind := kindBy(head, tail, size, name)
	if kind == "" {
		return "", false
	}
	return mediaOf(kind)
}

func kindBy(head, tail []byte, size int64, name string) string {
	zip := bytes.Contains(tail, []byte("PK\x05\x06"))
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return office(tail, size)
	case zip: // something else in front, a ZIP behind
		return ""
	case bytes.HasPrefix(head, []byte("%PDF-")):
		// Readers look for the end mark in the last 1,024 bytes (ISO 32000-1, note in 7.5.5).
		if bytes.Contains(last(tail, 1024), []byte("%%EOF")) {
			return "pdf"
		}
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		if bytes.HasSuffix(tail, []byte("IEND\xaeB`\x82")) {
			return "png"
		}
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		// Phones write zeros behind the end of image; anything else does not belong there.
		if bytes.HasSuffix(bytes.TrimRight(tail, "\x00"), []byte("\xff\xd9")) {
			return "jpeg"
		}
	case len(head) >= 16 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		if n := int64(binary.LittleEndian.Uint32(head[4:])) + 8; n == size || n+n%2 == size {
			return "webp"
		}
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && isHEIC(string(head[8:12])):
		return "heic"
	default:
		return plainText(head, tail, name)
	}
	return ""
}

func last(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// isHEIC knows the brands of still pictures (ISO/IEC 23008-12).
func isHEIC(brand string) bool {
	return slices.Contains([]string{"heic", "heix", "mif1", "msf1"}, brand)
}

// plainText is UTF-8 without control characters, and nothing that a browser or a shell would run.
func plainText(head, tail []byte, name string) string {
	text := strings.TrimPrefix(string(head), "\ufeff")
	if strings.TrimSpace(text) == "" || !printable(text) || !printable(string(tail)) {
		return ""
	}
	start := strings.TrimSpace(text)
	if strings.HasPrefix(start, "<") || strings.HasPrefix(start, "#!") || strings.HasPrefix(start, "%!") || strings.Contains(strings.ToLower(text), "<script") {
		return ""
	}
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		return "csv"
	}
	return "text"
}

// printable looks at a cut of a text: a character may be cut at either end.
func printable(s string) bool {
	for i := 0; i < 3 && s != "" && !utf8.RuneStart(s[0]); i++ {
		s = s[1:]
	}
	for i := 0; i < utf8.UTFMax && s != ""; i++ {
		if r, n := utf8.DecodeLastRuneInString(s); r != utf8.RuneError || n != 1 {
			break
		}
		s = s[:len(s)-1]
	}
	if !utf8.ValidString(s) {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || turns(r)
	}) < 0
}

// office reads a ZIP's directory: it says what the package is. A package with macros or with
// other programs inside is refused.
func office(tail []byte, size int64) string {
	names, ok := zipNames(tail, size)
	if !ok || !slices.Contains(names, "[Content_Types].xml") {
		return ""
	}
	for _, n := range names {
		low := strings.ToLower(n)
		if strings.HasSuffix(low, ".bin") && strings.Contains(low, "vba") || strings.HasSuffix(low, ".exe") || strings.HasSuffix(low, ".dll") ||
			strings.Contains(low, "/embeddings/") || strings.Contains(low, "activex") {
			return ""
		}
	}
	switch {
	case slices.Contains(names, "word/document.xml") && !slices.Contains(names, "xl/workbook.xml"):
		return "docx"
	case slices.Contains(names, "xl/workbook.xml"):
		return "xlsx"
	}
	return ""
}

// zipNames reads the names of a ZIP's central directory (APPNOTE 4.3.12 and 4.3.16), which must
// end the file and lie wholly in the tail.
func zipNames(tail []byte, size int64) ([]string, bool) {
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || at+22 > len(tail) {
		return nil, false
	}
	end := tail[at:]
	count, length, offset := int(binary.LittleEndian.Uint16(end[10:])), int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	comment := int(binary.LittleEndian.Uint16(end[20:]))
	if len(end) != 22+comment || offset+length+int64(len(end)) != size {
		return nil, false
	}
	from := offset - (size - int64(len(tail)))
	if from < 0 || from+length > int64(at) {
		return nil, false
	}
	dir := tail[from : from+length]
	var names []string
	for len(dir) >= 46 && string(dir[:4]) == "PK\x01\x02" {
		n := int(binary.LittleEndian.Uint16(dir[28:]))
		whole := 46 + n + int(binary.LittleEndian.Uint16(dir[30:])) + int(binary.LittleEndian.Uint16(dir[32:]))
		if whole > len(dir) {
			return nil, false
		}
		names = append(names, string(dir[46:46+n]))
		dir = dir[whole:]
	}
	return names, len(dir) == 0 && len(names) == count
}
