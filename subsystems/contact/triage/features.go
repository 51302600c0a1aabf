package triage

import (
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"praya/platform/search"
)

const (
	places   = 1 << 18 // features are hashed into
	maxRunes = 4000    // of a text that count
	maxTimes = 16      // that one feature counts
)

// feature is a place and how much of it a text has.
type feature struct {
	at    uint32
	value float64
}

// counted are a text's features and how often each occurs, in the order of their places.
func counted(text string) []feature {
	times := map[uint32]int{}
	add := func(kind string, s string) {
		h := fnv.New32a()
		h.Write([]byte(kind + s)) //nolint:errcheck // a hash takes everything
		times[h.Sum32()%places]++
	}
	text = shortened(text)
	for _, r := range text {
		if unicode.Is(unicode.Han, r) && search.FoldRune(r) != r {
			add("script ", "traditional")
		}
	}
	var word, han []rune
	flush := func() {
		latin(word, add)
		for i := 0; i+1 < len(han); i++ {
			add("han ", string(han[i:i+2]))
		}
		if len(han) == 1 {
			add("han ", string(han))
		}
		word, han = word[:0], han[:0]
	}
	for _, r := range search.Fold(text) {
		isHan := unicode.Is(unicode.Han, r)
		letter := isHan || unicode.IsLetter(r) || unicode.IsDigit(r)
		if !letter || isHan && len(word) > 0 || !isHan && len(han) > 0 {
			flush()
		}
		switch {
		case isHan:
			han = append(han, r)
			add("script ", "han")
		case letter:
			word = append(word, r)
		}
	}
	flush()
	out := make([]feature, 0, len(times))
	for at, n := range times {
		out = append(out, feature{at, 1 + math.Log(float64(min(n, maxTimes)))})
	}
	slices.SortFunc(out, func(a, b feature) int { return int(a.at) - int(b.at) })
	return out
}

// latin adds a word and its parts of three and four letters, with its ends marked.
func latin(word []rune, add func(kind, s string)) {
	if len(word) == 0 {
		return
	}
	add("word ", string(word))
	add("script ", "latin")
	marked := slices.Concat([]rune{'^'}, word[:min(len(word), 40)], []rune{'$'})
	for n := 3; n <= 4; n++ {
		for i := 0; i+n <= len(marked); i++ {
			add("part ", string(marked[i:i+n]))
		}
	}
}

// shortened is the beginning of a text, valid as UTF-8.
func shortened(text string) string {
	if len(text) > maxRunes*utf8.UTFMax {
		text = text[:maxRunes*utf8.UTFMax]
	}
	text = strings.ToValidUTF8(text, " ")
	n := 0
	for i := range text {
		if n == maxRunes {
			return text[:i]
		}
		n++
	}
	return text
}
