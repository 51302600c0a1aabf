package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/sign"
)

const origin = "http://localhost:8080"

// town is an identity service on a store, with a clock that tests move.
type town struct {
	*Service
	t     *testing.T
	now   *time.Time
	party virtualwebauthn.RelyingParty
}

func towns(t *testing.T, test func(t *testing.T, w town)) {
	t.Helper()
	dbtest.EachURL(t, func(t *testing.T, address string) {
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, when.HongKong)
		clock := func() when.Instant { return when.At(now) }
		d, err := db.Open(t.Context(), db.Config{URL: address}, clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		if _, err := d.Migrate(t.Context(), schemas()...); err != nil {
			t.Fatal(err)
		}
		test(t, newTown(t, d, &now))
	})
}

func newTown(t *testing.T, d *db.DB, now *time.Time) town {
	t.Helper()
	dir, clock := t.TempDir(), func() when.Instant { return when.At(*now) }
	ring, err := sign.OpenRing(filepath.Join(dir, "ring"), filepath.Join(dir, "key"), clock)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{DB: d, Keys: ring, Policy: policy, Verifier: Simulation{}, Rules: Rules{}.WithDefaults()}
	s.NewProtocol(origin, clock, slog.New(slog.NewTextHandler(io.Discard, nil)))
	return town{s, t, now, virtualwebauthn.RelyingParty{Name: "Praya", ID: "localhost", Origin: origin}}
}

func (w town) wait(d time.Duration) { *w.now = w.now.Add(d) }

func public() context.Context {
	return who.With(context.Background(), who.Request{Actor: who.Actor{Kind: who.Public}, Lang: "tc", Realm: who.Production})
}

func as(a Account) context.Context {
	return who.With(context.Background(), who.Request{Actor: a.Actor(), Lang: "tc", Realm: who.Production})
}

// phone is a device with one passkey.
type phone struct {
	authenticator virtualwebauthn.Authenticator
	key           virtualwebauthn.Credential
}

func newPhone() phone {
	for {
		key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		// The library leaves out leading zeros of a coordinate, which RFC 9053, 7.1.1 forbids;
		// such a key is rightly refused.
		if len(key.Key.AttestationData()) == 77 {
			return phone{virtualwebauthn.NewAuthenticator(), key}
		}
	}
}

// makes answers a ceremony that asks for a new passkey.
func (p *phone) makes(w town, c Ceremony) string {
	w.t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(`{"publicKey":` + c.Options + `}`)
	if err != nil {
		w.t.Fatal(err)
	}
	p.authenticator.Options.UserHandle = []byte(options.UserID)
	p.authenticator.AddCredential(p.key)
	return virtualwebauthn.CreateAttestationResponse(w.party, p.authenticator, p.key, *options)
}

// answers answers a ceremony that asks for a passkey.
func (p *phone) answers(w town, c Ceremony) string {
	w.t.Helper()
	options, err := virtualwebauthn.ParseAssertionOptions(`{"publicKey":` + c.Options + `}`)
	if err != nil {
		w.t.Fatal(err)
	}
	p.key.Counter++
	return virtualwebauthn.CreateAssertionResponse(w.party, p.authenticator, p.key, *options)
}

func claimFor(number DocumentNumber) Claim {
	return Claim{Document: number, Values: []Value{
		{Field: NameEnglish, Text: "CHAN Very Unusual", Source: BySimulation},
		{Field: DocumentNo, Text: string(number), Source: BySimulation},
		{Field: BirthDate, Text: "1990-12-31", Source: BySimulation},
	}}
}

func (w town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// registers opens an account with a passkey on a new phone.
func (w town) registers(number DocumentNumber) (Account, phone) {
	w.t.Helper()
	token, err := w.Verify(public(), claimFor(number))
	w.must(err)
	return w.enrols(token)
}

func (w town) enrols(token string) (Account, phone) {
	w.t.Helper()
	e, err := w.Enrolment(public(), token)
	w.must(err)
	c, err := w.AskNew(public(), origin, e.Account, e.Label, hashed(token))
	w.must(err)
	p := newPhone()
	a, err := w.Enrol(public(), origin, token, c.Note, p.makes(w, c), "Chrome, Android")
	w.must(err)
	return a, p
}

// signsIn proves who somebody is with a phone.
func (w town) signsIn(p *phone) (Account, error) {
	w.t.Helper()
	c, err := w.AskPasskey(public(), origin)
	w.must(err)
	return w.Prove(public(), origin, c.Note, p.answers(w, c), false)
}

func (w town) refused(what string, err error, kind fault.Kind, key string) {
	w.t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(err.Error(), key) {
		w.t.Errorf("%s: %v, want %s %s", what, err, kind, key)
	}
}

func TestCeremonies(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, p := w.registers("A1234563")
		if b, err := w.signsIn(&p); err != nil || b.ID != a.ID || b.Level != Basic {
			t.Fatalf("%+v, %v", b, err)
		}
		// An answer works once.
		c, err := w.AskPasskey(public(), origin)
		w.must(err)
		answer := p.answers(w, c)
		_, err = w.Prove(public(), origin, c.Note, answer, false)
		w.must(err)
		_, err = w.Prove(public(), origin, c.Note, answer, false)
		w.refused("replayed", err, fault.Invalid, "ceremony")
		// Not for another purpose, not in another realm, not too late, not for another origin.
		_, err = w.Prove(as(a), origin, c.Note, answer, true)
		w.refused("for another purpose", err, fault.Invalid, "ceremony")
		c, err = w.AskPasskey(public(), origin)
		w.must(err)
		answer = p.answers(w, c)
		_, err = w.Prove(who.AsSystem(public(), who.Sandbox), origin, c.Note, answer, false)
		w.refused("in another realm", err, fault.Invalid, "ceremony")
		_, err = w.Prove(public(), "https://evil.example", c.Note, answer, false)
		w.refused("at another origin", err, fault.Invalid, "passkey-wrong")
		w.wait(ceremonyTime + time.Second)
		_, err = w.Prove(public(), origin, c.Note, answer, false)
		w.refused("too late", err, fault.Invalid, "ceremony")
		// A key that is not ours; a note that is not ours; a counter that went back.
		stranger := newPhone()
		stranger.authenticator.Options.UserHandle = p.authenticator.Options.UserHandle
		_, err = w.signsIn(&stranger)
		w.refused("a stranger's key", err, fault.Invalid, "passkey-unknown")
		_, err = w.Prove(public(), origin, "AAAA", answer, false)
		w.refused("a forged note", err, fault.Invalid, "ceremony")
		p.key.Counter = 0
		_, err = w.signsIn(&p)
		w.refused("a copied key", err, fault.Forbidden, "passkey-copied")
	})
}

func TestProvingAgainIsForOneself(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, p := w.registers("A1234563")
		b, q := w.registers("C2345674")
		c, err := w.AskAgain(as(a), origin)
		w.must(err)
		_, err = w.Prove(as(b), origin, c.Note, p.answers(w, c), true)
		w.refused("another's challenge", err, fault.Invalid, "ceremony")
		_, err = w.Prove(as(a), origin, c.Note, q.answers(w, c), true)
		w.refused("another's key", err, fault.Invalid, "passkey-wrong")
		if got, err := w.Prove(as(a), origin, c.Note, p.answers(w, c), true); err != nil || got.ID != a.ID {
			t.Errorf("%v %v", got, err)
		}
	})
}

func TestRegistration(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		young := claimFor("A1234563")
		young.Values[2].Text = "2020-01-01"
		_, err := w.Verify(public(), young)
		w.refused("a child", err, fault.Forbidden, "too-young")
		refused := claimFor("A1234563")
		refused.Scripted = "mismatch"
		_, err = w.Verify(public(), refused)
		w.refused("another's face", err, fault.Invalid, "mismatch")

		first, err := w.Verify(public(), claimFor("A1234563"))
		w.must(err)
		second, err := w.Verify(public(), claimFor("A1234563")) // at once, on two devices
		w.must(err)
		a, _ := w.enrols(first)
		_, err = w.Enrolment(public(), first)
		w.refused("an enrolment used twice", err, fault.NotFound, "used")
		e, err := w.Enrolment(public(), second)
		w.must(err)
		c, err := w.AskNew(public(), origin, e.Account, e.Label, hashed(second))
		w.must(err)
		p := newPhone()
		_, err = w.Enrol(public(), origin, second, c.Note, p.makes(w, c), "")
		w.refused("a second account for one card", err, fault.Conflict, "known")
		_, err = w.Verify(public(), claimFor("A1234563"))
		w.refused("a card that has an account", err, fault.Conflict, "known")

		// The account is closed: nothing is left of the person, and the card is free.
		w.must(w.Close(as(a)))
		if n := w.finds("CHAN Very Unusual", "A1234563"); n != 0 {
			t.Errorf("%d values are left", n)
		}
		b, _ := w.registers("A1234563")
		if b.ID == a.ID {
			t.Error("a closed account opened again")
		}
	})
}

// finds counts values of the profile that open to one of the texts.
func (w town) finds(texts ...string) (n int) {
	w.t.Helper()
	w.must(w.DB.Read(who.AsSystem(public(), who.Production), func(tx *db.Tx) error {
		rows, err := sealedProfiles(tx, sign.Row{})
		for _, r := range rows {
			plain, openErr := w.Keys.Decrypt(place(tx, "identity_profile", r.Part, r.Owner), r.Sealed)
			if openErr != nil {
				return openErr
			}
			for _, text := range texts {
				if string(plain) == text {
					n++
				}
			}
		}
		return err
	}))
	return n
}

// A dump of the whole store reveals no name, number or address, before and after a rotation.
func TestTheStoreRevealsNobody(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, p := w.registers("A1234563")
		w.must(w.Change(as(a), Email, "very.unusual@example.hk", ""))
		w.must(w.Change(as(a), Residence, `{"kind":"lines","lines":["Unusual Street 5"]}`, ""))
		hidden := []string{"Unusual", "unusual", "A1234563", "A123456", "1990-12-31"}
		look := func(when string) {
			t.Helper()
			w.must(w.DB.Read(public(), func(tx *db.Tx) error {
				tables, err := tx.Tables()
				if err != nil {
					return err
				}
				for _, table := range tables {
					rows, err := tx.Dump(table)
					if err != nil {
						return err
					}
					for rows.Next() {
						cells := make([]any, len(table.Columns))
						to := make([]any, len(cells))
						for i := range cells {
							to[i] = &cells[i]
						}
						if err := rows.Scan(to...); err != nil {
							return err
						}
						for i, c := range cells {
							text, ok := c.([]byte)
							if s, isText := c.(string); isText {
								text, ok = []byte(s), true
							}
							for _, h := range hidden {
								if ok && bytes.Contains(text, []byte(h)) {
									t.Errorf("%s: %s.%s holds %q", when, table.Name, table.Columns[i].Name, h)
								}
							}
						}
					}
					if err := rows.Err(); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		look("as written")
		before := w.Keys.Keys()
		w.must(w.Keys.Rotate(sign.Fields))
		w.must(w.reseal(who.AsSystem(public(), who.Production), func(int64) {}))
		look("after a rotation")
		if left, err := w.Stale(who.AsSystem(public(), who.Production)); err != nil || left != 0 {
			t.Errorf("%d values are under older keys, %v", left, err)
		}
		w.must(w.DB.Read(who.AsSystem(public(), who.Production), func(tx *db.Tx) error {
			profiles, err := sealedProfiles(tx, sign.Row{})
			keys, keysErr := sealedPasskeys(tx, sign.Row{})
			for _, r := range append(profiles, keys...) {
				for _, k := range before {
					if bytes.HasPrefix(r.Sealed, append([]byte(k.ID), 0)) {
						t.Errorf("a value is still sealed with %s", k.ID)
					}
				}
			}
			if len(profiles) < 5 || len(keys) != 1 {
				t.Errorf("%d values, %d keys", len(profiles), len(keys))
			}
			if err == nil {
				err = keysErr
			}
			return err
		}))
		if b, err := w.signsIn(&p); err != nil || b.ID != a.ID {
			t.Errorf("after a rotation: %v", err)
		}
	})
}

func TestRecoveryWaitsAndCanBeStopped(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, p := w.registers("A1234563")
		codes, err := w.MakeCodes(as(a), "")
		w.must(err)
		if len(codes) != codesMade {
			t.Fatal(codes)
		}
		_, _, err = w.Recover(public(), "AAAA-AAAA-AAAA-AAAA", "")
		w.refused("a wrong code", err, fault.Invalid, "code")
		token, ready, err := w.Recover(public(), strings.ToLower(codes[0]), "")
		w.must(err)
		_, _, err = w.Recover(public(), codes[0], "")
		w.refused("a used code", err, fault.Invalid, "code")
		if ready.Sub(when.At(*w.now)) != 24*time.Hour {
			t.Errorf("ready at %v", ready)
		}
		_, err = w.Finish(public(), token)
		w.refused("too early", err, fault.Forbidden, "waits")
		if n, err := w.StopRecoveries(as(a), ""); err != nil || n != 1 {
			t.Errorf("stopped %d, %v", n, err)
		}
		w.wait(25 * time.Hour)
		_, err = w.Finish(public(), token)
		w.refused("stopped", err, fault.Forbidden, "over")

		token, _, err = w.Recover(public(), codes[1], "")
		w.must(err)
		w.wait(25 * time.Hour)
		enrolment, err := w.Finish(public(), token)
		w.must(err)
		b, q := w.enrols(enrolment)
		if b.ID != a.ID {
			t.Errorf("led to %s, not %s", b.ID, a.ID)
		}
		_, err = w.signsIn(&p)
		w.refused("the lost phone", err, fault.Invalid, "unknown")
		if _, err := w.signsIn(&q); err != nil {
			t.Error(err)
		}
		_, err = w.Finish(public(), token)
		w.refused("a second time", err, fault.Forbidden, "over")
		// New codes make the old ones worthless.
		_, err = w.MakeCodes(as(b), "")
		w.must(err)
		_, _, err = w.Recover(public(), codes[2], "")
		w.refused("an old sheet's code", err, fault.Invalid, "code")
	})
}

func TestPhoneApproval(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, _ := w.registers("A1234563")
		asked, browser, err := w.AskPhone(public(), "Firefox, Windows")
		w.must(err)
		_, err = w.Collect(public(), asked.ID, browser)
		w.refused("before the answer", err, fault.Unavailable, "waiting")
		_, err = w.Answer(public(), asked.ID, true, "")
		w.refused("by nobody", err, fault.Unauthenticated, "")
		_, err = w.Answer(as(a), asked.ID, true, "")
		w.must(err)
		_, err = w.Collect(public(), asked.ID, "another browser")
		w.refused("by another browser", err, fault.NotFound, "")
		if b, err := w.Collect(public(), asked.ID, browser); err != nil || b.ID != a.ID {
			t.Errorf("%v %v", b, err)
		}
		_, err = w.Collect(public(), asked.ID, browser)
		w.refused("twice", err, fault.Forbidden, "over")
		late, browser, err := w.AskPhone(public(), "")
		w.must(err)
		w.wait(approvalTime)
		_, err = w.Answer(as(a), late.ID, true, "")
		w.refused("too late", err, fault.Conflict, "over")
		_, err = w.Collect(public(), late.ID, browser)
		w.refused("after its end", err, fault.Forbidden, "over")
		if strings.ContainsAny(asked.Code, "01IO") || len(asked.Code) != 6 {
			t.Error(asked.Code)
		}
	})
}

func TestInvitations(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		path, err := w.Invite(who.AsSystem(public(), who.Production), Enrolment{Kind: who.Person, Level: Plus, Values: claimFor("A1234563").Values})
		w.must(err)
		invitation := strings.TrimPrefix(path, "/join/")
		token, err := w.Accept(public(), invitation)
		w.must(err)
		_, err = w.Accept(public(), invitation)
		w.refused("an invitation used twice", err, fault.NotFound, "used")
		a, p := w.enrols(token)
		if a.Level != Plus {
			t.Errorf("level %s", a.Level)
		}
		w.must(w.EndOfficer(who.AsSystem(public(), who.Production), string(a.ID)))
		_, err = w.signsIn(&p)
		w.refused("an account that was ended", err, fault.Invalid, "unknown")
	})
}

func TestPasskeysOfAnAccount(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, p := w.registers("A1234563")
		keys, err := w.Passkeys(as(a))
		w.must(err)
		w.refused("the last one", w.RemovePasskey(as(a), keys[0].ID, ""), fault.Conflict, "last")
		c, err := w.AskNew(as(a), origin, a.ID, "x", string(a.ID))
		w.must(err)
		q := newPhone()
		answer := q.makes(w, c)
		w.must(w.AddPasskey(as(a), origin, c.Note, answer, "Safari, iPhone"))
		w.refused("the same answer again", w.AddPasskey(as(a), origin, c.Note, answer, ""), fault.Invalid, "ceremony")
		b, _ := w.registers("C2345674")
		w.refused("another's name", w.RenamePasskey(as(b), keys[0].ID, "mine", ""), fault.NotFound, "")
		w.refused("a name that turns the text", w.RenamePasskey(as(a), keys[0].ID, "a\u202eb", ""), fault.Invalid, "passkey-name")
		w.refused("a long name", w.RenamePasskey(as(a), keys[0].ID, strings.Repeat("長", longestPasskeyName+1), ""), fault.Invalid, "passkey-name")
		w.must(w.RenamePasskey(as(a), keys[0].ID, " 大文的電話 ", "x"))
		called := func() string {
			list, err := w.Passkeys(as(a))
			w.must(err)
			return list[slices.IndexFunc(list, func(k Passkey) bool { return k.ID == keys[0].ID })].Name
		}
		if called() != "大文的電話" {
			t.Errorf("it is called %q", called())
		}
		w.must(w.Keys.Rotate(sign.Fields))
		w.must(w.reseal(as(a), func(int64) {}))
		if called() != "大文的電話" {
			t.Errorf("after a rotation it is called %q", called())
		}
		w.must(w.RenamePasskey(as(a), keys[0].ID, "", ""))
		if called() != keys[0].Name {
			t.Errorf("the first name is %q, was %q", called(), keys[0].Name)
		}
		past, _, err := w.History(as(a), 10, 0)
		w.must(err)
		if !slices.ContainsFunc(past, func(h HistoryEntry) bool { return h.What == PasskeyRenamed && h.Device == "x" }) {
			t.Errorf("history %+v", past)
		}
		w.refused("another's passkey", w.RemovePasskey(as(b), keys[0].ID, ""), fault.Conflict, "last")
		w.must(w.RemovePasskey(as(a), keys[0].ID, ""))
		_, err = w.signsIn(&p)
		w.refused("a removed passkey", err, fault.Invalid, "unknown")
		if _, err := w.signsIn(&q); err != nil {
			t.Error(err)
		}
		var out Export
		raw, err := w.Export(as(a), "")
		w.must(err)
		w.must(json.Unmarshal(raw, &out))
		if len(out.Profile) != 3 || len(out.Passkeys) != 1 || len(out.History) < 4 {
			t.Errorf("the export holds %d values, %d passkeys, %d entries", len(out.Profile), len(out.Passkeys), len(out.History))
		}
	})
}

// TestAskedTooOften: the requests to one person's phone are counted over all services, and
// personas' are not.
func TestAskedTooOften(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, _ := w.registers("A1234563")
		production, sandbox := who.AsSystem(public(), who.Production), who.AsSystem(public(), who.Sandbox)
		for range accountBurst {
			w.must(w.mayBeAsked(production, string(a.ID)))
			w.must(w.mayBeAsked(sandbox, string(a.ID)))
		}
		w.refused("one more", w.mayBeAsked(production, string(a.ID)), fault.TooMany, "")
		w.must(w.mayBeAsked(sandbox, string(a.ID)))
	})
}

func TestSubjectsArePairwise(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, _ := w.registers("A1234563")
		w.must(w.DB.Write(who.AsSystem(public(), who.Production), func(tx *db.Tx) error {
			one, err := w.Subject(tx, a.ID, "one.example")
			w.must(err)
			again, err := w.Subject(tx, a.ID, "one.example")
			w.must(err)
			other, err := w.Subject(tx, a.ID, "other.example")
			if one != again || one == other || strings.Contains(one, string(a.ID)) {
				t.Errorf("%s %s %s", one, again, other)
			}
			return err
		}))
	})
}

// Many sign-ins at once may be the first at a service: all get the same name.
func TestSubjectsMadeAtOnce(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		a, _ := w.registers("A1234563")
		for round := range 5 {
			var names [8]string
			var errs [8]error
			var work sync.WaitGroup
			for i := range names {
				work.Go(func() {
					errs[i] = w.DB.Write(who.AsSystem(public(), who.Production), func(tx *db.Tx) (err error) {
						names[i], err = w.Subject(tx, a.ID, fmt.Sprintf("new-%d.example", round))
						return err
					})
				})
			}
			work.Wait()
			for i := range names {
				if errs[i] != nil || names[i] == "" || names[i] != names[0] {
					t.Fatalf("%q beside %q, %v", names[i], names[0], errs[i])
				}
			}
		}
	})
}

// office is a directory that keeps who was linked.
type office struct{ linked map[string]string }

func (o office) Accepted(_ context.Context, officer, account string) error {
	if officer == "" {
		return fault.New(fault.NotFound, "web.fault.not-found.text")
	}
	o.linked[officer] = account
	return nil
}

func (office) Department(context.Context, string) (lang.Text, error) { return lang.Text{}, nil }

func (office) Departments(context.Context) (map[string]lang.Text, error) { return nil, nil }

func TestAnOfficerRecovers(t *testing.T) {
	towns(t, func(t *testing.T, w town) {
		o := office{map[string]string{}}
		w.Staff = o
		path, err := w.InviteOfficer(who.AsSystem(public(), who.Production), "officer-1", "LAM Sample")
		w.must(err)
		token, err := w.Accept(public(), strings.TrimPrefix(path, "/join/"))
		w.must(err)
		a, _ := w.enrols(token)
		if o.linked["officer-1"] != string(a.ID) {
			t.Fatalf("linked %v", o.linked)
		}
		codes, err := w.MakeCodes(as(a), "")
		w.must(err)
		recovery, _, err := w.Recover(public(), codes[0], "")
		w.must(err)
		w.wait(25 * time.Hour)
		token, err = w.Finish(public(), recovery)
		w.must(err)
		if b, _ := w.enrols(token); b.ID != a.ID || len(o.linked) != 1 {
			t.Errorf("%s came back as %s; linked %v", a.ID, b.ID, o.linked)
		}
	})
}
