package words

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"praya/kernel/lang"
)

// Source is the catalogues of one part: Files holds words/en.json, words/zh-Hant.json
// and words/zh-Hans.json, and Prefix stands before all of their keys.
type Source struct {
	Prefix string
	Files  fs.FS
}

// Book is all catalogues of a program. It does not change once it is made.
type Book struct {
	texts map[lang.Lang]*Texts
}

// Texts is a book opened in one language.
type Texts struct {
	lang    lang.Lang
	entries map[string]entry
}

// New merges catalogues into a book. It fails on a missing file, on a key that stands
// twice, and on languages that differ in keys or placeholders.
func New(sources ...Source) (*Book, error) {
	b := &Book{texts: map[lang.Lang]*Texts{}}
	var errs []error
	for _, l := range lang.All() {
		t := &Texts{lang: l, entries: map[string]entry{}}
		for _, s := range sources {
			errs = append(errs, t.add(s))
		}
		b.texts[l] = t
	}
	errs = append(errs, b.compare())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return b, nil
}

// In opens the book in a language; an unknown one opens it in Traditional Chinese.
func (b *Book) In(l lang.Lang) *Texts {
	if t, ok := b.texts[l]; ok {
		return t
	}
	return b.texts[lang.TC]
}

// Keys lists every key in order.
func (b *Book) Keys() []string { return slices.Sorted(maps.Keys(b.texts[lang.EN].entries)) }

func (t *Texts) add(s Source) error {
	name := "words/" + t.lang.Tag() + ".json"
	raw, err := fs.ReadFile(s.Files, name)
	if err != nil {
		return fmt.Errorf("words: %s: %w", s.Prefix, err)
	}
	entries, err := parse(raw)
	if err != nil {
		return fmt.Errorf("words: %s/%s: %w", s.Prefix, name, err)
	}
	for key, e := range entries {
		if s.Prefix != "" {
			key = s.Prefix + "." + key
		}
		if _, ok := t.entries[key]; ok {
			return fmt.Errorf("words: %s/%s: %s stands in two catalogues", s.Prefix, name, key)
		}
		t.entries[key] = e
	}
	return nil
}

// compare reports where the languages differ in keys or in placeholders.
func (b *Book) compare() error {
	var errs []error
	all := map[string]bool{}
	for _, t := range b.texts {
		for key := range t.entries {
			all[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		var names []string
		for i, l := range lang.All() {
			e, ok := b.texts[l].entries[key]
			if !ok {
				errs = append(errs, fmt.Errorf("words: %s is missing in %s", key, l.Tag()))
				continue
			}
			if got := e.placeholders(); i == 0 {
				names = got
			} else if !slices.Equal(names, got) {
				errs = append(errs, fmt.Errorf("words: %s has placeholders %v in %s, and %v in %s",
					key, names, lang.TC.Tag(), got, l.Tag()))
			}
		}
	}
	return errors.Join(errs...)
}

// Lang is the language that the texts are in.
func (t *Texts) Lang() lang.Lang { return t.lang }

// Has reports whether a key exists.
func (t *Texts) Has(key string) bool {
	_, ok := t.entries[key]
	return ok
}

// T returns the text of a key; args are pairs of a placeholder's name and its value.
// Values that have a written form in each language (days, instants, years, whole
// numbers) get it. The placeholder "count", a whole number, chooses between an
// English text's singular and plural. A missing key or value is a defect: it panics.
func (t *Texts) T(key string, args ...any) string {
	s, err := t.Lookup(key, args...)
	if err != nil {
		panic(err)
	}
	return s
}

// Lookup is T for keys that come from outside, such as a fault's.
func (t *Texts) Lookup(key string, args ...any) (string, error) {
	e, ok := t.entries[key]
	if !ok {
		return "", fmt.Errorf("words: there is no %s", key)
	}
	if len(args)%2 != 0 {
		return "", fmt.Errorf("words: %s: a placeholder has no value", key)
	}
	text := e.choose(args)
	if !strings.Contains(text, "{") {
		return text, nil
	}
	return t.fill(key, text, args)
}

func (t *Texts) fill(key, text string, args []any) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, after, _ := strings.Cut(rest, "}")
		value, ok := argument(args, name)
		if !ok {
			return "", fmt.Errorf("words: %s: {%s} has no value", key, name)
		}
		b.WriteString(t.write(value))
		text = after
	}
}

func argument(args []any, name string) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}
