package identity

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

// newcomers are n invented people, from a number on, each with a document of their own.
func newcomers(from, n int) iter.Seq[Newcomer] {
	return func(yield func(Newcomer) bool) {
		for i := from; i < from+n; i++ {
			if !yield(Newcomer{Level: Plus, Lang: "en", Values: []Value{
				{Field: DocumentNo, Text: string(numbered(fmt.Sprintf("K%06d", i))), Source: ByDocument, Verified: when.Instant{}},
				{Field: NameEnglish, Text: fmt.Sprintf("CHAN Number %d", i), Source: ByCounter},
			}}) {
				return
			}
		}
	}
}

// whose opens the profile that belongs to a document.
func (w town) whose(number DocumentNumber) (p Profile) {
	w.t.Helper()
	w.must(w.DB.Read(who.AsSystem(public(), who.Production), func(tx *db.Tx) error {
		index, err := w.documentIndex(who.Production, number)
		w.must(err)
		a, err := findByDocument(tx, index)
		if err != nil {
			return err
		}
		p, err = w.Profile(tx, a.ID)
		return err
	}))
	return p
}

func TestEnlist(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		operator := who.AsSystem(t.Context(), who.Production)
		count := func() (n int) {
			w.must(w.DB.Read(operator, func(tx *db.Tx) error {
				return tx.Row(`select count(*) from identity_accounts where realm = $1`, tx.Realm()).Scan(&n)
			}))
			return n
		}
		// More than two transactions; each person is there with all that belongs to them.
		const many = 2*enlistAtOnce + 7
		n, err := w.Enlist(operator, newcomers(0, many))
		w.must(err)
		if n != many || count() != many {
			t.Fatalf("%d enlisted, %d accounts", n, count())
		}
		for _, i := range []int{0, enlistAtOnce, many - 1} {
			number := numbered(fmt.Sprintf("K%06d", i))
			p := w.whose(number)
			if p.Text(DocumentNo) != string(number) || p[NameEnglish].Source != ByCounter || p.Name("en") != fmt.Sprintf("CHAN Number %d", i) {
				t.Errorf("%d has the profile %+v", i, p)
			}
		}
		// Repeated, with others among them and one twice: nobody is doubled, everybody known is named.
		n, err = w.Enlist(operator, func(yield func(Newcomer) bool) {
			for p := range newcomers(many-2, 4) {
				for range 2 {
					if !yield(p) {
						return
					}
				}
			}
		})
		var known *KnownError
		if n != 2 || !fault.Is(err, fault.Conflict) || !errors.As(err, &known) || !slices.Equal(known.Places, []int{0, 1, 2, 3, 5, 7}) {
			t.Errorf("%d enlisted, %v, %+v", n, err, known)
		}
		if count() != many+2 {
			t.Errorf("%d accounts", count())
		}
		// Who is enlisted cannot register again, and is nobody in the other realm.
		_, err = w.Verify(public(), claimFor(numbered("K000001")))
		w.refused("an enlisted person's card", err, fault.Conflict, "known")
		n, err = w.Enlist(who.AsSystem(t.Context(), who.Sandbox), newcomers(0, 3))
		if err != nil || n != 3 {
			t.Errorf("%d in the sandbox, %v", n, err)
		}
	})
}

// TestEnlistAtOnce: the same people, brought by two at once, are taken over once.
func TestEnlistAtOnce(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		const many = enlistAtOnce + 50
		var opened, known [3]int
		var work sync.WaitGroup
		for i := range opened {
			work.Go(func() {
				n, err := w.Enlist(who.AsSystem(t.Context(), who.Production), newcomers(0, many))
				var left *KnownError
				if errors.As(err, &left) {
					known[i] = len(left.Places)
				} else if err != nil {
					t.Error(err)
				}
				opened[i] = n
			})
		}
		work.Wait()
		for i := range opened {
			if opened[i]+known[i] != many {
				t.Errorf("%d opened and %d known of %d", opened[i], known[i], many)
			}
		}
		if all := opened[0] + opened[1] + opened[2]; all != many {
			t.Errorf("%d accounts of %d people", all, many)
		}
	})
}

// TestEnlistedPasskey: who keeps a passkey signs in with it, and no other may bring it again.
func TestEnlistedPasskey(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		operator := who.AsSystem(t.Context(), who.Production)
		p := newPhone()
		p.key.Counter = 41
		p.authenticator.Options.UserHandle = []byte("moved-person-1")
		p.authenticator.AddCredential(p.key)
		kept := &KeptPasskey{ID: p.key.ID, PublicKey: p.key.Key.AttestationData(), Counter: 41, Name: "Old phone"}
		bring := func(person, number int, k *KeptPasskey) (int, error) {
			return w.Enlist(operator, func(yield func(Newcomer) bool) {
				for n := range newcomers(number, 1) {
					n.ID, n.Passkey = AccountID(fmt.Sprintf("moved-person-%d", person)), k
					yield(n)
				}
			})
		}
		n, err := bring(1, 1, kept)
		w.must(err)
		a, err := w.signsIn(&p)
		if n != 1 || err != nil || a.ID != "moved-person-1" || a.Level != Plus {
			t.Fatalf("%d enlisted, %+v signs in, %v", n, a, err)
		}
		keys, err := w.Passkeys(as(a))
		if err != nil || len(keys) != 1 || keys[0].Name != "Old phone" || keys[0].Synced {
			t.Errorf("%+v %v", keys, err)
		}
		entries, total, err := w.History(as(a), 10, 0)
		if err != nil || total != 1 || entries[0].What != Registered {
			t.Errorf("%+v %v", entries, err)
		}
		p.key.Counter = 40 // before it moved
		_, err = w.signsIn(&p)
		w.refused("a copied key", err, fault.Forbidden, "passkey-copied")
		if n, err := bring(2, 2, kept); n != 0 || !fault.Is(err, fault.Conflict) {
			t.Errorf("another's passkey: %d, %v", n, err)
		}
		if n, err := bring(1, 3, nil); n != 0 || !fault.Is(err, fault.Conflict) {
			t.Errorf("another's id: %d, %v", n, err)
		}
		if n, err := bring(3, 3, &KeptPasskey{ID: []byte("x"), PublicKey: []byte("no key")}); n != 0 || err == nil {
			t.Errorf("a passkey without a key: %d, %v", n, err)
		}
	})
}

func TestEnlistRefuses(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		for what, change := range map[string]func(*Newcomer){
			"no number":        func(p *Newcomer) { p.Values = p.Values[1:] },
			"a wrong number":   func(p *Newcomer) { p.Values[0].Text = "A1234564" },
			"no source":        func(p *Newcomer) { p.Values[1].Source = "" },
			"an unknown field": func(p *Newcomer) { p.Values[1].Field = "shoeSize" },
			"no level":         func(p *Newcomer) { p.Level = "" },
			"a broken id":      func(p *Newcomer) { p.ID = "\xff" },
		} {
			n, err := w.Enlist(who.AsSystem(t.Context(), who.Production), func(yield func(Newcomer) bool) {
				for p := range newcomers(0, 1) {
					change(&p)
					yield(p)
				}
			})
			if n != 0 || err == nil {
				t.Errorf("%s: %d enlisted, %v", what, n, err)
			}
		}
		if n := w.finds("CHAN Number 0"); n != 0 {
			t.Error("something of it was written")
		}
	})
}
