package identity

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
)

// registrar is a directory that links, unless the program dies before it could.
type registrar struct {
	mu     sync.Mutex
	dies   bool
	linked []string
}

var errDied = errors.New("the program died here")

func (r *registrar) Accepted(_ context.Context, officer, account string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dies {
		return errDied
	}
	r.linked = append(r.linked, officer+" "+account)
	return nil
}

func (r *registrar) set(dies bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dies = dies
}

func (r *registrar) links() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.linked)
}

func (*registrar) Department(context.Context, string) (lang.Text, error) { return lang.Text{}, nil }

func (*registrar) Departments(context.Context) (map[string]lang.Text, error) { return nil, nil }

// TestAnOfficerIsLinkedAfterACrash: the account stands and the directory was not told; whoever
// works next tells it, once.
func TestAnOfficerIsLinkedAfterACrash(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		r := &registrar{dies: true}
		w.Staff = r
		production := who.AsSystem(public(), who.Production)
		enrols := func(officer string) (Account, error) {
			path, err := w.InviteOfficer(production, officer, "LAM Sample")
			w.must(err)
			token, err := w.Accept(public(), strings.TrimPrefix(path, "/join/"))
			w.must(err)
			e, err := w.Enrolment(public(), token)
			w.must(err)
			c, err := w.AskNew(public(), origin, e.Account, e.Label, hashed(token))
			w.must(err)
			p := newPhone()
			return w.Enrol(public(), origin, token, c.Note, p.makes(w, c), "Chrome, Android")
		}
		queue := jobs.New(w.DB, slog.New(slog.DiscardHandler))
		queue.Every = 5 * time.Millisecond
		w.Jobs(queue)
		works := func() {
			t.Helper()
			ctx, stop := context.WithCancel(production)
			var work sync.WaitGroup
			work.Go(func() { _ = queue.Run(ctx) })
			defer work.Wait()
			defer stop()
			for range 1000 {
				if !w.due(production) {
					return
				}
				time.Sleep(5 * time.Millisecond)
			}
			t.Fatal("the jobs do not end")
		}

		a, err := enrols("officer-1")
		if !errors.Is(err, errDied) || a.ID == "" {
			t.Fatalf("%v, %v", a, err)
		}
		r.set(false)
		works()
		if got := r.links(); len(got) != 0 {
			t.Errorf("before its time the job links %v", got)
		}
		w.wait(acceptAfter + time.Second)
		works()
		if got := r.links(); !slices.Equal(got, []string{"officer-1 " + string(a.ID)}) {
			t.Errorf("after the crash: linked %v", got)
		}

		// One who was linked at once is not linked again: they may have left meanwhile.
		b, err := enrols("officer-2")
		w.must(err)
		w.wait(time.Hour)
		works()
		if got := r.links(); len(got) != 2 || got[1] != "officer-2 "+string(b.ID) {
			t.Errorf("without a crash: linked %v", got)
		}

		// An account that was closed before it was linked stays without duties.
		r.set(true)
		c, err := enrols("officer-3")
		if !errors.Is(err, errDied) {
			t.Fatal(err)
		}
		r.set(false)
		w.must(w.EndOfficer(production, string(c.ID)))
		w.wait(time.Hour)
		works()
		if got := r.links(); len(got) != 2 {
			t.Errorf("a closed account: linked %v", got)
		}
	})
}

// due reports whether a job runs or should have begun.
func (w town) due(ctx context.Context) (some bool) {
	w.t.Helper()
	w.must(w.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := jobs.List(tx, 1000, 0)
		some = slices.ContainsFunc(all, func(j jobs.Job) bool {
			return j.Kind == jobAccept && (j.State == jobs.Running || j.State == jobs.Ready && !tx.Now().Before(j.RunAt))
		})
		return err
	}))
	return some
}
