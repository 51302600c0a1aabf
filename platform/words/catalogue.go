package words

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// entry is one text, or the two forms of a text that counts something. Chinese needs
// one form only; English has one and other (Unicode CLDR's names for the forms).
type entry struct {
	one, other string
}

func (e entry) choose(args []any) string {
	if e.one == "" {
		return e.other
	}
	switch n, _ := argument(args, "count"); n {
	case 1, int64(1):
		return e.one
	}
	return e.other
}

// placeholders lists the names in braces, each once, in order of the alphabet.
// The singular may leave a number out ("one case"), so the plural decides.
func (e entry) placeholders() []string {
	var names []string
	text := e.other
	for {
		_, rest, found := strings.Cut(text, "{")
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		names = append(names, name)
		text = after
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// parse reads a catalogue into dotted keys. The decoder of encoding/json would keep the
// last of two equal keys without a word, hence the walk over its tokens.
func parse(raw []byte) (map[string]entry, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	out := map[string]entry{}
	if tok, err := d.Token(); err != nil || tok != json.Delim('{') {
		return nil, errors.New("a catalogue is a JSON object")
	}
	if err := object(d, "", out); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the catalogue")
	}
	return out, nil
}

func object(d *json.Decoder, prefix string, out map[string]entry) error {
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		key := join(prefix, name.(string))
		if seen[key] {
			return fmt.Errorf("%s stands twice", key)
		}
		seen[key] = true
		if err := value(d, key, out); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	return plural(prefix, out)
}

func value(d *json.Decoder, key string, out map[string]entry) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	switch v := tok.(type) {
	case string:
		if err := wellFormed(v); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if _, ok := out[key]; ok {
			return fmt.Errorf("%s stands twice", key)
		}
		out[key] = entry{other: v}
		return nil
	case json.Delim:
		if v == '{' {
			return object(d, key, out)
		}
	}
	return fmt.Errorf("%s is neither a text nor an object", key)
}

// plural folds {"one": …, "other": …} into one entry.
func plural(key string, out map[string]entry) error {
	other, ok := out[key+".other"]
	if !ok {
		return nil
	}
	one := out[key+".one"]
	delete(out, key+".other")
	delete(out, key+".one")
	if _, ok := out[key]; ok {
		return fmt.Errorf("%s stands twice", key)
	}
	out[key] = entry{one: one.other, other: other.other}
	return nil
}

func wellFormed(text string) error {
	if text == "" {
		return errors.New("the text is empty")
	}
	for {
		before, rest, found := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return errors.New("a } without {")
		}
		if !found {
			return nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.ContainsAny(name, "{ ") {
			return errors.New("a placeholder is written {name}")
		}
		text = after
	}
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}
