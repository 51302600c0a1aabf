package observe

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// patience is how long all checks together may take: a probe that hangs is a failure.
const patience = 3 * time.Second

// Health holds the checks that must pass before the program is ready.
type Health struct {
	mu       sync.Mutex
	checks   map[string]func(context.Context) error
	draining bool
}

// NewHealth makes a health without checks, which is ready.
func NewHealth() *Health { return &Health{checks: map[string]func(context.Context) error{}} }

// Check adds a check under a name; a second one of the same name replaces it.
func (h *Health) Check(name string, check func(context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks[name] = check
}

// Drain makes the program not ready for good, so that a balancer sends no more.
func (h *Health) Drain() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draining = true
}

// Result is the answer of one check.
type Result struct {
	Name string
	Err  error
}

// Ready asks every check, side by side, and reports whether all passed.
func (h *Health) Ready(ctx context.Context) (bool, []Result) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	h.mu.Lock()
	checks, draining := maps.Clone(h.checks), h.draining
	h.mu.Unlock()
	results := make([]Result, len(checks))
	var wait sync.WaitGroup
	for i, name := range slices.Sorted(maps.Keys(checks)) {
		wait.Go(func() { results[i] = Result{name, ask(ctx, checks[name])} })
	}
	wait.Wait()
	ready := !draining
	for _, r := range results {
		ready = ready && r.Err == nil
	}
	return ready, results
}

// ask gives up on a check that ignores its context.
func ask(ctx context.Context, check func(context.Context) error) error {
	done := make(chan error, 1)
	go func() { done <- check(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
