package knowledge

import "strings"

// block is a part of a text: a heading, a list or a paragraph.
type block struct {
	heading string
	items   []string
	lines   []string
}

// blocks cuts a text into its parts. Everything that is neither heading nor list is a paragraph.
func blocks(text string) (out []block) {
	var now block
	flush := func() {
		if now.heading != "" || len(now.items) > 0 || len(now.lines) > 0 {
			out = append(out, now)
		}
		now = block{}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			flush()
			now.heading = strings.TrimSpace(heading)
			flush()
			continue
		}
		if item, ok := strings.CutPrefix(line, "- "); ok {
			if len(now.items) == 0 {
				flush()
			}
			now.items = append(now.items, strings.TrimSpace(item))
			continue
		}
		if strings.TrimSpace(line) == "" {
			flush()
			continue
		}
		if len(now.items) > 0 {
			flush()
		}
		now.lines = append(now.lines, line)
	}
	flush()
	return out
}

// change is a line of two versions: in both, in the newer only, or in the older only.
type change struct {
	kind string // same, added, removed
	line string
}

// maxCompared bounds how many lines are compared; longer texts differ as wholes.
const maxCompared = 1000

// differences compares two texts by lines, by their longest common subsequence.
func differences(older, newer string) []change {
	a, b := strings.Split(older, "\n"), strings.Split(newer, "\n")
	if len(a) > maxCompared || len(b) > maxCompared {
		return []change{{"removed", older}, {"added", newer}}
	}
	long := make([][]int, len(a)+1) // of the ends from i and j on
	for i := range long {
		long[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	var out []change
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out = append(out, change{"same", a[i]})
			i, j = i+1, j+1
		case long[i+1][j] >= long[i][j+1]:
			out = append(out, change{"removed", a[i]})
			i++
		default:
			out = append(out, change{"added", b[j]})
			j++
		}
	}
	for ; i < len(a); i++ {
		out = append(out, change{"removed", a[i]})
	}
	for ; j < len(b); j++ {
		out = append(out, change{"added", b[j]})
	}
	return out
}
