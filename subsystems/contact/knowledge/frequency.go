package knowledge

import (
	"sync"
	"time"

	"praya/kernel/when"
)

// frequency remembers for a while how many articles have a term. The zero value works.
type frequency struct {
	mu    sync.Mutex
	known map[string]int
	since when.Instant
}

// How long and how much it remembers. What is older weighs terms by yesterday's articles, and finds the
// same ones.
const (
	rememberFor = time.Hour
	mostTerms   = 20_000
)

func (f *frequency) of(term string, now when.Instant) (total int, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil || len(f.known) >= mostTerms || now.Sub(f.since) > rememberFor {
		f.known, f.since = map[string]int{}, now
	}
	total, known = f.known[term]
	return total, known && total > 0
}

// put remembers a term that some articles have: of the others a new article may be the first.
func (f *frequency) put(term string, total int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known != nil && total > 0 {
		f.known[term] = total
	}
}
