package ledger

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"praya/kernel/id"
	"praya/platform/db"
	"praya/platform/db/dbtest"
)

// TestHammer lets Tessera's load test write to our running log and read it back, with two
// sequencers at once, and derives the log anew. POST /add, which a log of ours does not have,
// is made here: what it takes is logged as it comes.
func TestHammer(t *testing.T) {
	hammer := tool(t, "hammer")
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.settle(t)
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				o.web.Config.Handler.ServeHTTP(w, r)
				return
			}
			index, err := o.addRaw(r)
			if err != nil {
				if r.Context().Err() == nil { // the hammer hangs up at its end
					t.Error(err)
				}
				http.Error(w, "no", http.StatusInternalServerError)
				return
			}
			fmt.Fprintln(w, index)
		}))
		defer front.Close()
		second := *o.Service
		done := make(chan struct{}, 2)
		ctx, stop := context.WithCancel(o.ctx)
		for _, s := range []*Service{o.Service, &second} {
			go func() {
				for ctx.Err() == nil {
					if err := s.step(ctx, s.newCircle(ctx)); err != nil && ctx.Err() == nil {
						t.Error(err)
					}
					time.Sleep(pause / 2)
				}
				done <- struct{}{}
			}()
		}
		const goal = 3000
		log := front.URL + logBase + "/"
		out, err := exec.CommandContext(t.Context(), hammer, "--log_url="+log, "--log_public_key="+o.key(t), "--num_writers=128", "--max_write_ops=2000",
			"--num_readers_full=2", "--num_readers_random=2", "--max_read_ops=40", fmt.Sprintf("--leaf_write_goal=%d", goal), "--max_runtime=90s", "--show_ui=false").CombinedOutput()
		stop()
		<-done
		<-done
		if err != nil || !strings.Contains(string(out), "Reached tree size goal") {
			t.Fatalf("%v\n%.4000s", err, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "context canceled") {
				continue // it hangs up on its own readers when it has reached its goal
			}
			if strings.HasPrefix(line, "W") || strings.HasPrefix(line, "E") || strings.HasPrefix(line, "F") {
				t.Error(line)
			}
		}
		o.settle(t)
		if err := o.fsck(t); err != nil {
			t.Fatal(err)
		}
		if p, err := o.Checkpoint(o.ctx); err != nil || p.Size < goal {
			t.Errorf("%d entries, %v", p.Size, err)
		}
	})
}

func (o *office) key(t testing.TB) string {
	t.Helper()
	l, err := o.log(o.ctx)
	if err != nil {
		t.Fatal(err)
	}
	return l.VKey
}

// addRaw logs what a request holds, and waits for its place.
func (o *office) addRaw(r *http.Request) (int64, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err
	}
	var batch string
	if err := o.DB.Write(o.ctx, func(tx *db.Tx) error {
		batch = id.New[string](tx.Now())
		return insertBatch(tx, "", "", waitingRow{id: batch, count: 1, leaves: appendEntry(nil, raw)})
	}); err != nil {
		return 0, err
	}
	for {
		var rows []batchRow
		if err := o.DB.ReadLatest(o.ctx, func(tx *db.Tx) error { rows, err = findBatch(tx, batch); return err }); err != nil {
			return 0, err
		}
		if rows[0].first >= 0 {
			return rows[0].first, nil
		}
		select {
		case <-r.Context().Done():
			return 0, r.Context().Err()
		case <-time.After(pause / 4):
		}
	}
}

// tool finds a program that .ci/install builds.
func tool(t testing.TB, name string) string {
	t.Helper()
	folder := os.Getenv("PRAYA_TOOLS")
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		folder = filepath.Join(home, ".cache", "praya", "bin")
	}
	file := filepath.Join(folder, name)
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("run .ci/install first: ", err)
	}
	return file
}
