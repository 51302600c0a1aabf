package line

import (
	"fmt"
	"sync/atomic"
	"testing"

	"praya/kernel/when"
	"praya/platform/db/dbtest"
)

// BenchmarkJoin is how many join a line that is full, from many goroutines at once.
func BenchmarkJoin(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgresql": dbtest.PostgreSQL} {
		b.Run(name, func(b *testing.B) {
			s := process(b, address(b), when.System)
			opened(b, s, Settings{Most: 1, PerMinute: 60, Minutes: 10})
			ctx := system(b)
			var n atomic.Int64
			b.SetParallelism(100)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if _, _, err := s.Enter(ctx, "food", fmt.Sprint(n.Add(1))); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
