package app

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// TestTwoProcessesServeOneLogin: what one of two processes began, the other goes on with.
func TestTwoProcessesServeOneLogin(t *testing.T) {
	w, p := twins(t)
	c := w[0].register(t)
	for i := range 4 {
		got, err := c.flow(w[i%2], w[1-i%2])
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range w {
			if err := c.active(one, got.access); err != nil {
				t.Error(err)
			}
			if _, err := c.verified(one, got.id); err != nil {
				t.Error(err)
			}
		}
		a, err := c.bound(w[i%2], c.meta["userinfo"], got.access, nil)
		if err != nil || a.json("sub") == "" {
			t.Errorf("userinfo answers %d %s, %v", a.status, a.body, err)
		}
	}

	person := settles(t, p)
	persona, err := w[0].asPersona()
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range []string{persona, person.signsIn(t, w[0], w[1])} {
		if err := errors.Join(w[0].knows(cookie), w[1].knows(cookie)); err != nil {
			t.Error(err)
		}
		path := everybodys + "/en/sign-out"
		if cookie == persona {
			path = everybodys + "/en/sandbox/sign-out"
		}
		w[1].want(t, http.StatusSeeOther, path, url.Values{}, "Cookie", cookie)
		if w[0].knows(cookie) == nil {
			t.Error("a session that was ended at one goes on at the other")
		}
	}
	limitsAreShared(t, w)
}

// limitsAreShared tries a sign-in at one until it is too often, and then at the other.
func limitsAreShared(t *testing.T, w [2]twin) {
	t.Helper()
	try := func(one twin) int {
		a, err := one.do(everybodys+"/en/sign-in", url.Values{"note": {"x"}, "answer": {"{}"}})
		if err != nil {
			t.Fatal(err)
		}
		return a.status
	}
	n := 0
	for ; try(w[0]) != http.StatusTooManyRequests; n++ {
		if n == 2000 {
			t.Fatal("there is no limit")
		}
	}
	let := 0
	for range 4 {
		if try(w[1]) != http.StatusTooManyRequests {
			let++
		}
	}
	if n == 0 || let > 1 { // one may have become due meanwhile
		t.Errorf("after %d tries at one, the other lets %d of 4 pass", n, let)
	}
}

// TestKeysTurnAtOneProcess: signing keys and the key of personal fields turn at one process,
// while flows go on at the other. No request fails, and tokens of both keys verify at both.
func TestKeysTurnAtOneProcess(t *testing.T) {
	w, p := twins(t)
	c, person := w[0].register(t), settles(t, p)
	first, err := c.flow(w[1], w[1])
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.verified(w[0], first.id)
	if err != nil {
		t.Fatal(err)
	}
	// The next keys have been published for an hour.
	store := p.open(t)
	err = store.DB.Write(who.AsSystem(t.Context(), who.Sandbox), func(tx *db.Tx) error {
		n, err := tx.Exec(`update identity_oidc_keys set made_at = $2 where realm = $1`, tx.Realm(), when.At(time.Now().Add(-time.Hour)))
		if err == nil && n == 0 {
			err = errors.New("there are no keys")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var seen sync.Map // key ids
	var flows atomic.Int64
	stop := make(chan struct{})
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				got, err := c.flow(w[1], w[1])
				if err != nil {
					t.Error(err)
					return
				}
				for _, one := range w {
					kid, err := c.verified(one, got.id)
					if err != nil {
						t.Error(err)
						return
					}
					seen.Store(kid, true)
				}
				flows.Add(1)
			}
		})
	}
	pause := func() {
		for n := flows.Load(); flows.Load() < n+8 && !t.Failed(); {
			time.Sleep(10 * time.Millisecond)
		}
	}
	pause()
	operator := &clerk{T: t, served: w[0].served}
	operator.send(http.MethodPost, "/en/keys", http.StatusSeeOther, url.Values{})
	time.Sleep(1100 * time.Millisecond) // the other process may be a second behind
	pause()
	close(stop)
	work.Wait()
	last, err := c.flow(w[1], w[1])
	if err != nil {
		t.Fatal(err)
	}
	after, err := c.verified(w[0], last.id)
	if err != nil || after == before {
		t.Errorf("the key was %s and is %s, %v", before, after, err)
	}
	if _, old := seen.Load(before); !old {
		t.Error("no token of the old key was seen: nothing went on while it turned")
	}
	if _, err := c.verified(w[1], first.id); err != nil {
		t.Errorf("a token from before: %v", err)
	}
	// What one seals with its new key, the other opens; and the other way.
	for i := range w {
		if err := w[i].knows(person.signsIn(t, w[i], w[1-i])); err != nil {
			t.Error(err)
		}
	}
}

// TestKilledProcessLosesNoSession: one of two is killed in the middle of fifty flows. Every
// token and session that either has answered is known to the one that is left, which
// answered every request that it was sent.
func TestKilledProcessLosesNoSession(t *testing.T) {
	for round := range rounds() {
		t.Run(strconv.Itoa(round+1), killedTwin)
	}
}

func killedTwin(t *testing.T) {
	w, _ := twins(t)
	c := w[0].register(t)
	var mu sync.Mutex
	var cookies, access []string
	var dead, begun atomic.Bool
	keep := func(list *[]string, text string) {
		mu.Lock()
		defer mu.Unlock()
		*list = append(*list, text)
		if len(cookies) >= 10 && len(access) >= 10 {
			begun.Store(true)
		}
	}
	// A flow that the dead one was part of may fail; one of the other alone may not.
	once := func(first, second twin, alone bool) {
		cookie, err := first.asPersona()
		if err == nil {
			keep(&cookies, cookie)
		}
		got, flowErr := c.flow(first, second)
		if flowErr == nil {
			keep(&access, got.access)
		}
		if err := errors.Join(err, flowErr); err != nil && (alone || !dead.Load()) {
			t.Error(err)
		}
	}
	var work sync.WaitGroup
	for i := range 50 {
		work.Go(func() {
			for n := 0; n < 2 || !dead.Load(); n++ {
				once(w[i%2], w[(i+n)%2], i%2 == 1 && (i+n)%2 == 1)
			}
			once(w[1], w[1], true) // after the death of the other
		})
	}
	for end := time.Now().Add(time.Minute); !begun.Load() && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	dead.Store(true)
	if err := w[0].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = w[0].cmd.Wait() // it was killed, which Wait reports
	work.Wait()
	if len(cookies) < 60 || len(access) < 60 {
		t.Errorf("only %d sessions and %d tokens", len(cookies), len(access))
	}
	for _, cookie := range cookies {
		if err := w[1].knows(cookie); err != nil {
			t.Errorf("a session is lost: %v", err)
		}
	}
	for _, token := range access {
		if err := c.active(w[1], token); err != nil {
			t.Errorf("a token is lost: %v", err)
		}
	}
	// A new process takes the place of the dead one, and knows what was before.
	again := startTwin(t, w[0].place)
	if err := errors.Join(again.knows(cookies[0]), c.active(again, access[0])); err != nil {
		t.Error(err)
	}
	t.Logf("%d sessions, %d tokens", len(cookies), len(access))
}
