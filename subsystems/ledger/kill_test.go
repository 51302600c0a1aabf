package ledger

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/sign"
)

// childVariable makes the test binary a process that anchors and sequences until it is killed.
const childVariable = "PRAYA_LEDGER_CHILD" // address of the store, folder of the keys, first number

// child anchors one document after the other, says so on standard output once each is durable,
// and sequences meanwhile.
func child() int {
	parts := strings.Split(os.Getenv(childVariable), "|")
	ctx := who.AsSystem(context.Background(), who.Production)
	d, err := db.Open(ctx, db.Config{URL: parts[0]}, when.System)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ring, err := sign.OpenRing(parts[1]+"/ring", parts[1]+"/key", when.System)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	first, _ := strconv.Atoi(parts[2])
	s := &Service{DB: d, Keys: ring, Clock: when.System, Log: slog.New(slog.DiscardHandler), Origin: "praya.example/ledger"}
	if len(parts) > 3 {
		return brim(ctx, s, first)
	}
	s.Marks = NewMarks(parts[1] + "/marks-" + parts[2])
	var work sync.WaitGroup
	for i := range 4 {
		work.Go(func() {
			for n := first + i; ; n += 4 {
				if _, _, err := s.Anchor(ctx, works, "", issue(n, n+1)); err == nil {
					fmt.Println(n)
				}
			}
		})
	}
	for { // without the lease: two children sequence at once
		_ = s.step(ctx, s.newCircle(ctx))
		time.Sleep(time.Millisecond)
	}
}

// TestKillLosesAndDoublesNothing: two processes anchor and sequence at once and are killed, again
// and again. What they acknowledged stands in the log once, nothing twice, and fsck agrees.
func TestKillLosesAndDoublesNothing(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, address string) {
		d := dbtest.Open(t, address)
		if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		ring, err := sign.OpenRing(folder+"/ring", folder+"/key", when.System)
		if err != nil {
			t.Fatal(err)
		}
		o := officeWith(t, d, ring)
		acknowledged := map[string]bool{}
		for round := range rounds() {
			for _, digest := range killedOnes(t, address, folder, round) {
				acknowledged[digest] = true
			}
		}
		o.once(t, acknowledged)
		if len(acknowledged) < 50 {
			t.Errorf("only %d acknowledged: no load", len(acknowledged))
		}
	})
}

// killedOnes runs two processes, kills them under load, and gives what they acknowledged.
func killedOnes(t *testing.T, address, folder string, round int) (out []string) {
	t.Helper()
	var mu sync.Mutex
	var work sync.WaitGroup
	for i := range 2 {
		first := (round*2 + i) * 1_000_000
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", childVariable, address, folder, first))
		cmd.Stderr = os.Stderr
		said, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		work.Go(func() {
			lines := bufio.NewScanner(said)
			for lines.Scan() {
				if n, err := strconv.Atoi(lines.Text()); err == nil {
					mu.Lock()
					out = append(out, digestOf(n))
					mu.Unlock()
				}
			}
			_ = cmd.Wait() // killed
		})
		time.AfterFunc(2*time.Second, func() { _ = cmd.Process.Kill() })
	}
	work.Wait()
	return out
}
