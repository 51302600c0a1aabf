package paper

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/traditionalchinese"
)

// load reads at most the limit and one byte more, into a string at once.
func load(name string, r io.Reader, lim Limits) (string, error) {
	var b strings.Builder
	if sized, ok := r.(interface{ Len() int }); ok {
		b.Grow(int(min(int64(sized.Len()), lim.MaxBytes+1)))
	}
	n, err := io.CopyBuffer(&b, io.LimitReader(r, lim.MaxBytes+1), make([]byte, 8<<10))
	if err != nil {
		return "", &InputError{File: name, Key: InputUnread, Err: err}
	}
	if n > lim.MaxBytes {
		return "", &InputError{File: name, Key: InputTooLarge, Args: []string{strconv.FormatInt(lim.MaxBytes, 10)}}
	}
	return b.String(), nil
}

// decode refuses what is no text, by name, and gives UTF-8 without its mark.
func decode(name, b string) (string, error) {
	if strings.TrimSpace(b) == "" {
		return "", &InputError{File: name, Key: InputEmpty}
	}
	for _, m := range [...]struct{ magic, key string }{
		{"PK\x03\x04", InputZip},
		{"PK\x05\x06", InputZip},
		{"%PDF", InputPDF},
		{"\xd0\xcf\x11\xe0", InputOffice},
		{"\x1f\x8b", InputGzip},
		{"\xff\xfe", InputUTF16},
		{"\xfe\xff", InputUTF16},
	} {
		if strings.HasPrefix(b, m.magic) {
			return "", &InputError{File: name, Key: m.key}
		}
	}
	if i := strings.IndexByte(b, 0); i >= 0 {
		key := InputBinary
		if alternates(b) {
			key = InputUTF16
		}
		return "", &InputError{File: name, Line: 1 + strings.Count(b[:i], "\n"), Key: key}
	}
	b = strings.TrimPrefix(b, "\xef\xbb\xbf")
	if utf8.ValidString(b) {
		return b, nil
	}
	return big5(name, b)
}

// alternates says whether every other byte is mostly nought: UTF-16 without a mark.
func alternates(b string) bool {
	n := min(len(b), 4096)
	even, odd := 0, 0
	for i := 0; i < n; i++ {
		if b[i] == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	return max(even, odd) >= max(4, n/20) && min(even, odd) <= max(even, odd)/10
}

// big5 reads the old encoding of traditional Chinese. A text in which some
// sequences are no Big5 is refused with the line of the first.
func big5(name, b string) (string, error) {
	out, err := traditionalchinese.Big5.NewDecoder().String(b)
	if err == nil {
		if i := strings.IndexRune(out, utf8.RuneError); i >= 0 {
			err = errors.New("a sequence is no character")
			return "", &InputError{File: name, Line: 1 + strings.Count(out[:i], "\n"), Key: InputEncoding, Err: err}
		}
		return out, nil
	}
	return "", &InputError{File: name, Key: InputEncoding, Err: err}
}
