package services

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"praya/platform/files"
	"praya/platform/sign"
)

// keys counts the blobs of the store by the key that they are sealed with.
func (w *world) keys() map[string]int {
	w.Helper()
	out := map[string]int{}
	for b, err := range w.Files.List(w.system) {
		w.ok(err)
		sealed, err := w.sealedBytes(w.system, b.Address)
		w.ok(err)
		out[keyOf(sealed)]++
	}
	return out
}

func (w *world) presentKey() string {
	w.Helper()
	mark, err := w.Keys.Mark()
	w.ok(err)
	return keyOf(mark)
}

// TestUploadsAreSealedAnew: after the ring has turned no byte of an upload stays under the old
// key. A run that is broken off goes on, a file that the disk has lost is told and stops no other
// one, and the old bytes go once no backup can want them.
func TestUploadsAreSealedAnew(t *testing.T) {
	each(t, func(w *world) {
		type kept struct {
			a    Application
			file string
		}
		var all []kept
		for _, account := range []string{"chan", "lee", "wong", "ho"} {
			a := w.allowance(account)
			up, problems := w.upload(a, "money", "/proof", "proof.pdf", pdf("of "+account))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			all = append(all, kept{a, up.Address})
		}
		old := w.presentKey()
		w.ok(w.Keys.Rotate(sign.Fields))
		fresh := w.presentKey()
		lost, _, err := w.File(w.system, all[3].a.ID, all[3].file)
		w.ok(err)
		w.ok(w.Files.Remove(w.system, files.Address(lost.Address)))

		ctx, stop := context.WithCancel(w.system)
		if err := w.resealUploads(ctx, func(int64) { stop() }); err == nil {
			t.Error("a run that is broken off says nothing")
		}
		if got := w.keys(); got[fresh] != 1 || got[old] != 3 {
			t.Errorf("broken off after one file: %v", got)
		}
		seen := int64(0)
		if err := w.resealUploads(w.system, func(n int64) { seen = n }); err == nil {
			t.Error("a lost file is not told")
		}
		if got := w.keys(); got[fresh] != 3 || got[old] != 3 || seen != 3 {
			t.Errorf("after all: %v, %d looked at", got, seen)
		}
		for i, k := range all[:3] {
			_, plain, err := w.File(w.system, k.a.ID, k.file)
			w.ok(err)
			if want := pdf("of " + k.a.Account); !bytes.Equal(plain, want) {
				t.Errorf("file %d: %s", i, plain)
			}
		}
		w.ok(w.Withdraw(w.as("ho"), all[3].a.ID))
		w.ok(w.reseal(w.system, func(int64) {}))
		if n, err := w.Stale(w.system); err != nil || n != 0 {
			t.Errorf("%d values are left, %v", n, err)
		}
		w.clock.by(keepOld + time.Minute)
		w.until("the old bytes to go", func() bool { return w.blobs() == 3 })
		if got := w.keys(); got[fresh] != 3 {
			t.Errorf("what is left: %v", got)
		}
	})
}

// until does jobs until something is so.
func (w *world) until(what string, so func() bool) {
	w.Helper()
	ctx, stop := context.WithCancel(w.system)
	var work sync.WaitGroup
	work.Go(func() { _ = w.queue.Run(ctx) })
	defer work.Wait()
	defer stop()
	for range 2000 {
		if so() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.Fatal("waited in vain for", what)
}
