package triage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/jobs"
	"praya/platform/limits"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/web/browsertest"
	"praya/platform/words"
)

//nolint:gochecknoglobals // one browser for the whole package
var chrome browsertest.Browser

func TestMain(m *testing.M) { os.Exit(chrome.Run(m)) }

// clock is one that a test turns.
type clock struct {
	base when.Instant
	move atomic.Int64
}

func (c *clock) now() when.Instant { return c.base.Add(time.Duration(c.move.Add(1000))) }

type world struct {
	*Service
	*testing.T
	clock   *clock
	lessons []Lesson
	system  context.Context
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) { test(newWorld(t, address)) })
}

func newWorld(t *testing.T, address string) *world {
	t.Helper()
	base := when.At(time.Date(2026, 3, 2, 8, 0, 0, 0, when.HongKong))
	w := &world{T: t, clock: &clock{base: base}, system: who.AsSystem(t.Context(), who.Production)}
	d, err := db.Open(t.Context(), db.Config{URL: address, Connections: 8}, w.clock.now)
	w.ok(err)
	t.Cleanup(func() { w.ok(d.Close()) })
	_, err = d.Migrate(t.Context(), audit.Schema(), jobs.Schema(), limits.Schema(), web.Schema(), Schema())
	w.ok(err)
	folder := t.TempDir()
	ring, err := sign.OpenRing(filepath.Join(folder, "ring"), filepath.Join(folder, "key"), w.clock.now)
	w.ok(err)
	policy, err := access.New(Policy())
	w.ok(err)
	book, err := words.New(web.Words(), Words())
	w.ok(err)
	w.Service = &Service{
		DB: d, Keys: ring, Policy: policy, Words: book, Clock: w.clock.now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Lessons: func(_ context.Context, yield func(Lesson) bool) error {
			for _, l := range w.lessons {
				if !yield(l) {
					break
				}
			}
			return nil
		},
	}
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			w.Fatal(err, f.Args, f.Fields)
		}
		w.Fatal(err)
	}
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.DB.Write(w.system, fn))
}

// subject is what generated lessons of one subject are made of.
type subject struct {
	code, department string
	tc, en           []string
}

func subjects() []subject {
	return []subject{
		{"street-light", "HYD", []string{"街燈", "燈柱", "不亮", "閃爍"}, []string{"lamp", "street light", "dark", "flickers"}},
		{"road-surface", "HYD", []string{"路面", "坑洞", "行人路", "凹凸"}, []string{"pothole", "road surface", "pavement", "bumpy"}},
		{"street-cleaning", "FEHD", []string{"垃圾", "老鼠", "清潔", "臭味"}, []string{"refuse", "rats", "cleaning", "smell"}},
		{"noise", "EPD", []string{"噪音", "打樁", "地盤", "深夜"}, []string{"noise", "piling", "building site", "midnight"}},
	}
}

// generated are invented lessons in both scripts: words of a subject among words of all, some of them
// mislabelled, as people do. They measure the machinery, not how well real letters are sorted.
func generated(n int, mislabelled float64) (out []Lesson) {
	//nolint:gosec // the same lessons each time
	random := rand.New(rand.NewPCG(7, uint64(n)))
	all := subjects()
	common := map[bool][]string{true: {"請", "盡快", "處理", "市民", "昨日", "附近", "多謝", "虛構街"}, false: {"please", "look", "into", "yesterday", "near", "Invented", "Street", "thanks"}}
	for i := range n {
		chinese := i%2 == 0
		s := all[random.IntN(len(all))]
		var words []string
		for range 2 + random.IntN(2) {
			from := s
			if random.Float64() < 0.25 {
				from = all[random.IntN(len(all))]
			}
			pool := from.en
			if chinese {
				pool = from.tc
			}
			words = append(words, pool[random.IntN(len(pool))])
		}
		for range 4 {
			words = append(words, common[chinese][random.IntN(8)])
		}
		random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		between := " "
		if chinese {
			between = "，"
		}
		told := s
		if random.Float64() < mislabelled {
			told = all[random.IntN(len(all))]
		}
		language := "en"
		if chinese {
			language = "tc"
		}
		out = append(out, Lesson{fmt.Sprintf("case-%d", i), strings.Join(words, between), map[string]string{Category: told.code, Department: told.department, Language: language}})
	}
	return out
}
