package booking

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
)

// contenderAddress tells a process where to contend, and how it begins.
const contenderAddress = "PRAYA_BOOKING_CONTENDER"

const (
	contenders = 1000
	places     = 10
	processes  = 2
	rushStart  = "2026-03-05 09:00"
)

// TestRush: a thousand contenders of two processes for ten places: exactly ten, on both engines,
// each told how it ended, and nobody twice.
func TestRush(t *testing.T) {
	eachAddress(t, func(t *testing.T, w *world, address string) {
		o := w.halls
		o.Quota = places
		w.write(func(tx *db.Tx) error {
			_, err := w.PutSchedule(tx, o)
			return err
		})
		began := time.Now()
		var group sync.WaitGroup
		var got, full atomic.Int64
		for p := range processes {
			group.Go(func() {
				c := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test itself
				c.Env = append(os.Environ(), contenderAddress+"="+address, "PRAYA_BOOKING_PROCESS="+strconv.Itoa(p))
				out, err := c.CombinedOutput()
				var a, b int64
				if _, scanned := fmt.Sscanf(string(out), "got %d full %d", &a, &b); err != nil || scanned != nil {
					t.Errorf("%v: %s", err, out)
				}
				got.Add(a)
				full.Add(b)
			})
		}
		group.Wait()
		t.Logf("%d contenders in %d processes: %d got one, %d found it full, in %s", contenders, processes, got.Load(), full.Load(), time.Since(began).Round(time.Millisecond))
		if got.Load() != places || full.Load() != contenders-places {
			t.Errorf("%d got one, %d found it full", got.Load(), full.Load())
		}
		w.read(func(tx *db.Tx) error {
			all, err := w.OfDay(tx, "mong-kok", at(rushStart).Day())
			seen := map[string]bool{}
			for _, b := range all {
				seen[b.Account] = true
			}
			if len(all) != places || len(seen) != places {
				t.Errorf("%d bookings of %d people", len(all), len(seen))
			}
			return err
		})
		if n := w.left(rushStart); n != 0 {
			t.Errorf("%d left", n)
		}
	})
}

// contend is what a process of TestRush does.
func contend(address string) int {
	ctx := who.AsSystem(context.Background(), who.Production)
	d, err := db.Open(ctx, db.Config{URL: address, Connections: 12}, (&clock{base: monday()}).now)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer d.Close()
	s := &Service{DB: d}
	var got, full, failed atomic.Int64
	var group sync.WaitGroup
	for i := range contenders / processes {
		group.Go(func() {
			b := wish("account-"+os.Getenv("PRAYA_BOOKING_PROCESS")+"-"+strconv.Itoa(i), "", rushStart)
			err := d.WriteLatest(ctx, func(tx *db.Tx) error {
				_, err := s.Book(tx, b, "x")
				return err
			})
			f := asFault(err)
			switch {
			case err == nil:
				got.Add(1)
			case f != nil && f.Kind == fault.Conflict && strings.HasSuffix(f.Key, ".full"):
				full.Add(1)
			default:
				failed.Add(1)
				fmt.Println(err)
			}
		})
	}
	group.Wait()
	fmt.Printf("got %d full %d\n", got.Load(), full.Load())
	if failed.Load() > 0 {
		return 1
	}
	return 0
}

// TestOnePersonInARush: with many hands at once a person still holds three at most, and moves never
// lose or make a place.
func TestOnePersonInARush(t *testing.T) {
	each(t, func(w *world) {
		starts := []string{"09:00", "09:30", "10:00", "10:30"}
		var group sync.WaitGroup
		var got atomic.Int64
		for i := range 24 {
			group.Go(func() {
				err := w.DB.WriteLatest(w.system, func(tx *db.Tx) error {
					_, err := w.Book(tx, wish("chan", "", "2026-03-0"+strconv.Itoa(3+i%4)+" "+starts[i%4]), "chan")
					return err
				})
				if err == nil {
					got.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if got.Load() != mostLive {
			t.Errorf("%d bookings of one person", got.Load())
		}
		// Two who want each other's slot, again and again.
		a, b := w.book(wish("lee", "", "2026-03-09 09:00")), w.book(wish("wong", "", "2026-03-09 09:30"))
		for i, id := range []BookingID{a.ID, b.ID} {
			group.Go(func() {
				for n := range 10 {
					err := w.DB.WriteLatest(w.system, func(tx *db.Tx) error {
						_, err := w.Move(tx, id, "", at("2026-03-09 "+starts[(i+n+1)%2]), "x", 0)
						return err
					})
					if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		if n := w.left("2026-03-09 09:00") + w.left("2026-03-09 09:30"); n != 2 {
			t.Errorf("%d left of four, with two taken", n)
		}
	})
}
