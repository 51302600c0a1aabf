package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"praya/kernel/who"
	"praya/platform/db/dbtest"
	"praya/subsystems/estimates"
)

// rounds is how often a test of crashes tries: two, or what `make faults` says.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("PRAYA_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 2
}

// place is a data folder, on either engine, with the configuration that names it.
type place struct{ dir, config, database string }

// somewhere makes a place; an address that is not PostgreSQL's means the embedded store.
func somewhere(t *testing.T, address string) place {
	t.Helper()
	p := place{dir: t.TempDir()}
	text := "operator = \"off\"\n"
	if strings.HasPrefix(address, "postgres") {
		p.database = address
		text += "database = " + strconv.Quote(address) + "\n"
	}
	p.config = filepath.Join(t.TempDir(), "praya.toml")
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// command is the program as another process, this test binary under its name.
func (p place) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{"praya", "--config", p.config, "--data", p.dir}, args...)
	return cmd
}

// run runs a command to its end, and wants it to succeed.
func (p place) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := p.command(t, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%.3s: %v\n%s", args, err, errOut.String())
	}
	return out.String()
}

// refuse wants a command to fail with exit code 1, and gives what it says.
func (p place) refuse(t *testing.T, args ...string) string {
	t.Helper()
	out, err := p.command(t, args...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Errorf("%.3s: %v\n%s", args, err, out)
	}
	return string(out)
}

// open opens the place in this process, for looking at it.
func (p place) open(t *testing.T) *Praya {
	t.Helper()
	config := Config{Data: p.dir, Database: p.database, Operator: "off"}.WithDefaults()
	out, err := Open(who.AsSystem(t.Context(), who.Production), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	})
	return out
}

// invented writes papers of n heads into a folder.
func invented(t *testing.T, n int, seed uint64) (names []string) {
	t.Helper()
	dir := t.TempDir()
	for _, p := range estimates.Invent(n, 2040, seed) {
		name := filepath.Join(dir, p.Name)
		if err := os.WriteFile(name, []byte(p.Text), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// known is all that a program knows of each head: what its version says, how many facts and
// checks are really there, how long its text is, and how often the search leads to it.
func known(t *testing.T, p *Praya) map[string]string {
	t.Helper()
	ctx := who.AsSystem(t.Context(), who.Production)
	all, total, err := p.Estimates.VersionsPage(ctx, "", "", 10_000, 0)
	if err != nil || total != len(all) {
		t.Fatalf("%d of %d versions, %v", len(all), total, err)
	}
	out := map[string]string{}
	for _, v := range all {
		_, facts, err := p.Estimates.Version(ctx, v.ID)
		if err != nil {
			t.Fatal(err)
		}
		h, err := p.Estimates.Head(ctx, v.Year, v.Head, "")
		if err != nil {
			t.Fatal(err)
		}
		text, err := p.Estimates.Text(ctx, v)
		if err != nil {
			t.Fatal(err)
		}
		if len(facts) != v.Summary.Facts || v.Number != 1 {
			t.Errorf("head %s: %d facts of %d, version %d", v.Head, len(facts), v.Summary.Facts, v.Number)
		}
		hits, err := p.Estimates.Find(ctx, estimates.Query{Text: estimates.InventedWords()[0], Head: v.Head, Year: v.Year})
		if err != nil {
			t.Fatal(err)
		}
		out[v.Year+" "+v.Head] = fmt.Sprint(v.Digest, " ", len(facts), " facts ", len(h.Checks), " checks ", v.Summary.Outcomes, " ", len(text), " lines ", hits.Total, " hits")
	}
	hits, err := p.Estimates.Find(ctx, estimates.Query{Text: estimates.InventedWords()[0]})
	if err != nil {
		t.Fatal(err)
	}
	out["hits"] = fmt.Sprint(hits.Total)
	return out
}

// TestKilledImport: an import of many papers is killed in the middle, and started again. What
// was stored is whole, what was not is not there at all, the search agrees with the facts, and
// in the end all is as if nothing had happened.
func TestKilledImport(t *testing.T) {
	names := invented(t, 72, 11)
	args := append([]string{"estimates", "import"}, names...)
	calm := somewhere(t, "")
	calm.run(t, args...)
	want := known(t, calm.open(t))
	if len(want) != len(names)+1 {
		t.Fatalf("%d heads of %d papers", len(want)-1, len(names))
	}
	dbtest.EachURL(t, func(t *testing.T, address string) {
		for round := range rounds() {
			t.Run(strconv.Itoa(round+1), func(t *testing.T) {
				if round > 0 && strings.HasPrefix(address, "postgres") {
					address = dbtest.PostgreSQL(t)
				}
				p := somewhere(t, address)
				p.run(t, "migrate")
				killInTheMiddle(t, p, args)
				seen := p.open(t)
				got := known(t, seen)
				stored := len(got) - 1
				if stored == 0 || stored == len(names) {
					t.Logf("%d of %d stored: the middle was missed", stored, len(names))
				}
				hits := 0
				for head, told := range got {
					if head == "hits" {
						continue
					}
					if told != want[head] {
						t.Errorf("head %s: %s\nwant %s", head, told, want[head])
					}
					var n int
					if _, err := fmt.Sscan(told[strings.LastIndex(told, " lines ")+7:], &n); err != nil {
						t.Fatal(err)
					}
					hits += n
				}
				if got["hits"] != strconv.Itoa(hits) {
					t.Errorf("the search finds %s, in the heads that are stored there are %d", got["hits"], hits)
				}
				out := p.run(t, args...)
				if !strings.Contains(out, fmt.Sprintf("%d known already", stored)) || !strings.Contains(out, fmt.Sprintf("%d stored", len(names)-stored)) {
					t.Errorf("after %d stored, the second import says %s", stored, out)
				}
				if d := cmp.Diff(want, known(t, seen)); d != "" {
					t.Error(d)
				}
			})
		}
	})
}

// killInTheMiddle starts an import, waits until something of it is stored, and kills it.
func killInTheMiddle(t *testing.T, p place, args []string) {
	t.Helper()
	watch := p.open(t)
	cmd := p.command(t, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx := who.AsSystem(context.Background(), who.Production)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		_, total, err := watch.Estimates.VersionsPage(ctx, "", "", 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		if total > 0 {
			break
		}
	}
	time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed, which Wait reports
}
