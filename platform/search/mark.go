package search

// Range is a part of a text, in bytes.
type Range struct{ From, To int }

// Mark says which parts of a text a query found, in order and without overlap, for a
// page to highlight.
func Mark(text, query string) []Range {
	ws, err := words(query)
	if err != nil {
		return nil
	}
	var all []token
	tokens(text, func(t token) bool {
		all = append(all, t)
		return true
	})
	hit := make([]bool, len(text))
	for _, w := range ws {
		for i := range all {
			if to, ok := at(all[i:], w); ok {
				for j := all[i].from; j < to; j++ {
					hit[j] = true
				}
			}
		}
	}
	var out []Range
	for i := 0; i < len(hit); i++ {
		if !hit[i] {
			continue
		}
		from := i
		for i < len(hit) && hit[i] {
			i++
		}
		out = append(out, Range{from, i})
	}
	return out
}

// at reports whether a word stands at the beginning of the tokens, and where it ends.
func at(all []token, w word) (int, bool) {
	if w.lone {
		first := []rune(all[0].text)[0]
		if string(first) != w.tokens[0] {
			return 0, false
		}
		return all[0].from + len(string(first)), true
	}
	if len(all) < len(w.tokens) {
		return 0, false
	}
	for i, want := range w.tokens {
		got := all[i].text
		if last := i == len(w.tokens)-1; last && w.prefix && len(got) >= len(want) && got[:len(want)] == want {
			return all[i].from + len(want), true
		}
		if got != want {
			return 0, false
		}
	}
	return all[len(w.tokens)-1].to, true
}
