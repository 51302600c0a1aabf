package knowledge

import (
	"context"
	"math"
	"strings"
	"unicode"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/search"
)

// term is a word of a question that matters: a Latin word, or a pair of Han characters, folded.
type term struct {
	text string
	han  bool
}

// straddling is what a pair of Han characters weighs that stands nowhere: most such pairs are the end of
// one word and the beginning of the next.
const straddling = 0.2

// weight is how much a term says: less the more articles have it.
func (t term) weight(articles int) float64 {
	if t.han && articles == 0 {
		return straddling
	}
	return 1 / math.Log2(float64(articles)+4)
}

// asking are the words by which people ask, not what they ask about, folded: Simplified, lower case.
// Longer ones come before those that they begin with.
func asking() []string {
	return []string{
		"请问", "怎样", "怎么", "如何", "点样", "点解", "可唔可以", "可不可以", "可以", "我想", "想问", "哪里", "哪儿", "边度", "边个", "几时", "何时", "几多", "多少",
		"什么", "甚么", "为什么", "乜嘢", "有没有", "有冇", "是否", "是不是", "系咪", "应该", "需要", "唔该", "多谢", "点做", "点办", "要", "呀", "啊", "啦", "吗", "呢", "嘅", "的", "了", "咗", "喺", "我", "你", "佢",
	}
}

func english() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq("a an the how do does did i my me we our you your to of for is are am be can could may should would will where what when which who why in on at by and or not with from about please want need get have has it this that there any if") {
		out[w] = true
	}
	return out
}

// terms are the words of a question that matter, each once, at most so many.
func terms(text string, most int) (out []term) {
	text = search.Fold(text)
	for _, w := range asking() {
		text = strings.ReplaceAll(text, w, " ")
	}
	stop, seen := english(), map[string]bool{}
	add := func(s string, isHan bool) {
		if s != "" && !stop[s] && !seen[s] && len(out) < most {
			seen[s] = true
			out = append(out, term{s, isHan})
		}
	}
	var word, han []rune
	flush := func() {
		add(singular(string(word)), false)
		if len(han) == 1 {
			add(string(han), true)
		}
		for i := 0; i+1 < len(han); i++ {
			add(string(han[i:i+2]), true)
		}
		word, han = word[:0], han[:0]
	}
	for _, r := range text {
		isHan, letter := unicode.Is(unicode.Han, r), unicode.IsLetter(r) || unicode.IsDigit(r)
		if !letter || isHan && len(word) > 0 || !isHan && len(han) > 0 {
			flush()
		}
		switch {
		case isHan:
			han = append(han, r)
		case letter:
			word = append(word, r)
		}
	}
	flush()
	return out
}

func singular(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
		return w[:len(w)-1]
	}
	return w
}

// Unanswered is what was asked and not found.
type Unanswered struct {
	Words string
	Times int64
	Last  when.Instant
}

// Bounds of what is counted.
const (
	mostUnanswered = 2000
	maxAsked       = 60
)

// normal is a question as it is counted; empty for what isn't kept: too short, too long, or with what
// may name somebody.
func normal(text string) string {
	out := strings.Join(strings.FieldsFunc(search.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
	digits := 0
	for _, r := range out {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if n := len([]rune(out)); n < 2 || n > maxAsked || digits >= 4 || strings.ContainsRune(text, '@') || strings.ContainsRune(text, '＠') {
		return ""
	}
	return out
}

// count counts a question that found nothing.
func (s *Service) count(ctx context.Context, text string) error {
	words := normal(text)
	if words == "" {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return asked(tx, words, mostUnanswered) })
}

// Unanswered lists what was asked and not found, the most frequent first.
func (s *Service) Unanswered(tx *db.Tx, most int) ([]Unanswered, error) { return unanswered(tx, most) }

// Settled takes words off the list of what found nothing: there is an answer, or there will be none.
func (s *Service) Settled(tx *db.Tx, words string) error { return forgetAsked(tx, words) }
