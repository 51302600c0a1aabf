package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/db/dbtest"
	"praya/platform/sign"
	"praya/subsystems/identity/internal/oidc"
)

func three(s string) lang.Text { return lang.Text{TC: s, EN: s, SC: s} }

// publicPEM is a new public key as openssl writes it.
func publicPEM(t *testing.T) (public, private string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	priv, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pub})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: priv}))
}

func TestKeysAreRead(t *testing.T) {
	public, private := publicPEM(t)
	set, err := readKeys(public)
	if err != nil || !strings.Contains(string(set), `"kid":"`) {
		t.Fatalf("%s, %v", set, err)
	}
	again, err := readKeys(string(set))
	if err != nil || string(again) != string(set) {
		t.Errorf("the set comes back as %s, %v", again, err)
	}
	one := strings.TrimSuffix(strings.TrimPrefix(string(set), `{"keys":[`), `]}`)
	if got, err := readKeys(one); err != nil || string(got) != string(set) {
		t.Errorf("one JWK: %s, %v", got, err)
	}
	if two, err := readKeys(public + public); err != nil || strings.Count(string(two), `"kty"`) != 2 {
		t.Errorf("two blocks: %s, %v", two, err)
	}
	for text, key := range map[string]string{
		private: "private", strings.Replace(one, `"kty"`, `"d":"AAAA","kty"`, 1): "private", `{"kty":"oct","k":"AAAA"}`: "private",
		"{": "form", "[]": "form", `{"keys":[]}`: "form", `{"keys":[1]}`: "form", "-----BEGIN PUBLIC KEY-----": "form", public + "x": "form",
		strings.Repeat(public, mostKeys+1): "many", strings.Repeat("x", longestKeys+1): "long",
	} {
		if _, err := readKeys(text); err == nil || !strings.Contains(err.Error(), "keys-"+key) {
			t.Errorf("%.40q: %v, want keys-%s", text, err, key)
		}
	}
}

func FuzzKeys(f *testing.F) {
	for _, s := range []string{"{}", `{"keys":[{"kty":"EC"}]}`, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		set, err := readKeys(s)
		if err != nil || set == nil {
			return
		}
		if again, err := readKeys(string(set)); err != nil || string(again) != string(set) {
			t.Errorf("%q: %s comes back as %s, %v", s, set, again, err)
		}
	})
}

// whole is a service that may be submitted.
func whole(t *testing.T) Online {
	t.Helper()
	public, _ := publicPEM(t)
	keys, err := readKeys(public)
	if err != nil {
		t.Fatal(err)
	}
	return Online{State: OnlineDraft, Department: "DPO", Contact: "team@dpo.example", RegisteredBy: "Officer a", EditedBy: "Officer b", Asked: Particulars{
		Name: three("Library"), Purpose: three("Renew books"), Kind: oidc.FAPI, Grants: []string{grantCode}, Scopes: []string{"openid"},
		Redirects: []string{"https://library.example/back"}, JWKS: keys,
		Fields: []FieldWanted{{Field: Mobile, Reason: three("To tell you"), Months: 6}},
	}}
}

func TestWhatIsMissing(t *testing.T) {
	for step, spoil := range map[string]func(*Online){
		"":         func(*Online) {},
		"about":    func(o *Online) { o.Asked.Purpose.SC = "" },
		"protocol": func(o *Online) { o.Asked.Redirects = nil },
		"keys":     func(o *Online) { o.Asked.JWKS = nil },
		"fields":   func(o *Online) { o.Asked.Fields[0].Reason.TC = "" },
	} {
		o := whole(t)
		spoil(&o)
		if got := strings.Join(o.missing(), " "); got != step {
			t.Errorf("missing %q, want %q", got, step)
		}
	}
	o := whole(t)
	o.Asked.Kind = oidc.Plain
	if got := o.missing(); !slices.Equal(got, []string{"protocol"}) {
		t.Errorf("a plain client without a reason lacks %v", got)
	}
	o.Asked.PlainReason, o.Asked.JWKS = "The vendor ends it in 2027.", nil
	if got := o.missing(); len(got) != 0 || !o.Asked.secretive() {
		t.Errorf("a plain client with a reason lacks %v", got)
	}
}

// TestOnlineStates: which decision is possible where. What is not named is refused.
func TestOnlineStates(t *testing.T) {
	acts := map[string]func(Online) (Online, error){
		"edit":    func(o Online) (Online, error) { return o.edited("Officer b") },
		"submit":  Online.submitted,
		"approve": func(o Online) (Online, error) { return o.approved("Officer c", when.Instant{}) },
		"return":  func(o Online) (Online, error) { return o.decided(OnlineReturned, "why") },
		"suspend": func(o Online) (Online, error) { return o.decided(OnlineSuspended, "why") },
		"resume":  func(o Online) (Online, error) { return o.decided(OnlineApproved, "") },
		"end":     func(o Online) (Online, error) { return o.decided(OnlineEnded, "why") },
	}
	want := map[OnlineState]map[string]OnlineState{
		OnlineDraft:     {"edit": OnlineDraft, "submit": OnlineSubmitted, "suspend": OnlineSuspended, "end": OnlineEnded},
		OnlineSubmitted: {"approve": OnlineApproved, "return": OnlineReturned, "suspend": OnlineSuspended, "end": OnlineEnded},
		OnlineReturned:  {"edit": OnlineDraft, "submit": OnlineSubmitted, "suspend": OnlineSuspended, "end": OnlineEnded},
		OnlineApproved:  {"edit": OnlineDraft, "suspend": OnlineSuspended, "end": OnlineEnded},
		OnlineSuspended: {"resume": OnlineApproved, "end": OnlineEnded},
		OnlineEnded:     {},
	}
	for from, may := range want {
		for name, act := range acts {
			o := whole(t)
			o.State, o.Approved = from, &Particulars{}
			got, err := act(o)
			if to, ok := may[name]; ok != (err == nil) || ok && got.State != to {
				t.Errorf("%s a %s service: %s, %v", name, from, got.State, err)
			}
		}
	}
	o := whole(t)
	o.State = OnlineSubmitted
	for _, by := range []string{"Officer a", "Officer b"} {
		if _, err := o.approved(by, when.Instant{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s approves what they made: %v", by, err)
		}
	}
	if _, err := o.decided(OnlineReturned, " "); !fault.Is(err, fault.Invalid) {
		t.Error("a service is returned without a reason")
	}
}

func TestAllowedFields(t *testing.T) {
	p := Particulars{Scopes: []string{"openid", "email"}, Fields: []FieldWanted{{Field: Mobile}}}
	for f, want := range map[Field]bool{Mobile: true, Email: true, Residence: false, BirthDate: false} {
		if p.allows(f) != want {
			t.Errorf("%s: %t", f, !want)
		}
	}
}

// desk is the use cases on an empty store.
func desk(t *testing.T, d *db.DB) *Service {
	t.Helper()
	ring, err := sign.OpenRing(filepath.Join(t.TempDir(), "ring"), filepath.Join(t.TempDir(), "new-key"), when.System)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.New(Policy())
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{DB: d, Keys: ring, Policy: policy, Verifier: Simulation{}, Rules: Rules{}.WithDefaults()}
	s.NewProtocol("https://id.example", when.System, slog.New(slog.NewTextHandler(t.Output(), nil)))
	return s
}

func officer(ctx context.Context, account, department, roles string) context.Context {
	return who.With(ctx, who.Request{Realm: who.Production, Lang: lang.EN, Actor: who.Actor{
		Kind: who.Officer, ID: account, Duty: who.Duty{Officer: account, Department: department, Post: "p", Roles: roles},
	}})
}

// TestOnlineService: registered, submitted, approved by another, changed, suspended, resumed
// and ended; the client of the protocol goes with it, and every act is in the trail.
func TestOnlineService(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		s := desk(t, d)
		developer, approver := officer(t.Context(), "dev", "DPO", DeveloperRole+" "+ApproverRole), officer(t.Context(), "app", "ITB", ApproverRole)
		o, err := s.RegisterOnline(developer, three("Library"))
		must(t, err)
		must(t, s.EditOnline(developer, o.ID, 1, func(o *Online) error {
			o.Asked, o.Contact = whole(t).Asked, "team@dpo.example"
			return nil
		}))
		if err := s.EditOnline(developer, o.ID, 1, func(*Online) error { return nil }); !fault.Is(err, fault.Conflict) {
			t.Errorf("a lost update: %v", err)
		}
		for name, ctx := range map[string]context.Context{
			"another department": officer(t.Context(), "x", "ITB", DeveloperRole), "no role": officer(t.Context(), "y", "DPO", ""),
			"the sandbox": who.AsSystem(t.Context(), who.Sandbox),
		} {
			if _, err := s.Online(ctx, o.ID); err == nil {
				t.Errorf("%s reads the service", name)
			}
		}
		must(t, s.SubmitOnline(developer, o.ID, 2))
		if err := s.ApproveOnline(developer, o.ID, 3); !fault.Is(err, fault.Forbidden) {
			t.Errorf("its developer approves it: %v", err)
		}
		if err := s.mayAsk(approver, string(o.ID), []Field{Mobile}); err == nil {
			t.Error("a service asks before it was approved")
		}
		must(t, s.ApproveOnline(approver, o.ID, 3))
		client := func() *oidc.Client {
			c, err := s.protocol.Client(approver, string(o.ID))
			must(t, err)
			return c
		}
		if c := client(); c.Kind != oidc.FAPI || c.RedirectURIs[0] != "https://library.example/back" || !c.EndedAt.IsZero() {
			t.Errorf("the client is %+v", c)
		}
		if err := s.mayAsk(approver, string(o.ID), []Field{Mobile}); err != nil {
			t.Error(err)
		}
		if err := s.mayAsk(approver, string(o.ID), []Field{Mobile, Residence}); err == nil || !strings.Contains(err.Error(), "residentialAddress") || strings.Contains(err.Error(), "mobile") {
			t.Errorf("a field that was not approved: %v", err)
		}
		must(t, s.EditOnline(developer, o.ID, 4, func(o *Online) error { o.Asked.Name = three("Books"); return nil }))
		if name := s.named(approver, string(o.ID), lang.EN); name != "Library" {
			t.Errorf("people see %q before it was approved", name)
		}
		must(t, s.SubmitOnline(developer, o.ID, 5))
		must(t, s.ApproveOnline(approver, o.ID, 6))
		if name := s.named(approver, string(o.ID), lang.EN); name != "Books" {
			t.Errorf("people see %q", name)
		}
		must(t, s.DecideOnline(approver, o.ID, 7, OnlineSuspended, "a leak"))
		if client().EndedAt.IsZero() {
			t.Error("a suspended service still works")
		}
		must(t, s.DecideOnline(approver, o.ID, 8, OnlineApproved, ""))
		if !client().EndedAt.IsZero() {
			t.Error("a resumed service does not work")
		}
		must(t, s.DecideOnline(approver, o.ID, 9, OnlineEnded, "closed"))
		if client().EndedAt.IsZero() {
			t.Error("an ended service still works")
		}
		entries, total, err := audit.New(d).Page(t.Context(), 20, 0)
		must(t, err)
		if total != 10 || entries[0].What != "identity.online.end" {
			t.Errorf("%d acts in the trail, last %+v", total, entries[0])
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestPlainSecret: the secret of a plain client is made on demand, and is needed then.
func TestPlainSecret(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		s := desk(t, d)
		company := who.With(t.Context(), who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Person, ID: "me", Level: "plus"}})
		approver := officer(t.Context(), "app", "ITB", ApproverRole)
		o, err := s.RegisterOnline(company, three("Shop"))
		must(t, err)
		must(t, s.EditOnline(company, o.ID, 1, func(o *Online) error {
			o.Asked, o.Contact = whole(t).Asked, "team@shop.example"
			o.Asked.Company, o.Asked.Kind, o.Asked.JWKS, o.Asked.PlainReason = "Shop Ltd", oidc.Plain, nil, "The vendor ends it in 2027."
			return nil
		}))
		if _, err := s.NewSecret(company, o.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a secret before approval: %v", err)
		}
		must(t, s.SubmitOnline(company, o.ID, 2))
		must(t, s.ApproveOnline(approver, o.ID, 3))
		first, err := s.NewSecret(company, o.ID)
		must(t, err)
		second, err := s.NewSecret(company, o.ID)
		if err != nil || len(first) < 40 || first == second {
			t.Errorf("secrets %d long, %v", len(first), err)
		}
		if _, err := s.NewSecret(approver, o.ID); err == nil {
			t.Error("an approver makes a secret")
		}
	})
}

// TestRequestLog: kept per client, bounded, with sign-ins counted; strangers' ids are not kept.
func TestRequestLog(t *testing.T) {
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		s := desk(t, d)
		sandbox := who.AsSystem(t.Context(), who.Sandbox)
		must(t, d.Write(sandbox, func(tx *db.Tx) error {
			return s.protocol.SaveClient(tx, oidc.Client{ID: "c", Metadata: oidc.Metadata{RedirectURIs: []string{"https://c.example/"}}}, "secret")
		}))
		now := d.Clock()()
		for i := range logKept + 20 {
			s.noteMessage(sandbox, oidc.Message{
				Realm: who.Sandbox, Endpoint: "/token", ClientID: "c", Outcome: map[bool]string{true: "ok", false: "invalid_grant"}[i%2 == 0],
				Parameters: map[string]string{"grant_type": grantCode, "long": strings.Repeat("x", 1000)}, At: now.Add(time.Duration(i) * time.Microsecond), RequestID: fmt.Sprint(i), Status: 200,
			})
		}
		s.noteMessage(sandbox, oidc.Message{Realm: who.Sandbox, Endpoint: "/par", ClientID: "stranger", At: now})
		must(t, s.FlushLog(t.Context()))
		all, total, err := s.ClientLog(sandbox, "c", "", 10, 0)
		must(t, err)
		if total != logKept || len(all) != 10 || len([]rune(all[0].Parameters["long"])) != longestLog+1 {
			t.Errorf("%d of %d entries, a value of %d", len(all), total, len(all[0].Parameters["long"]))
		}
		if _, total, err := s.ClientLog(sandbox, "c", "refused", 10, 0); err != nil || total != logKept/2 {
			t.Errorf("%d refused, %v", total, err)
		}
		if _, total, _ := s.ClientLog(sandbox, "stranger", "", 10, 0); total != 0 {
			t.Error("a stranger's id was kept")
		}
		if _, _, err := s.ClientLog(officer(t.Context(), "x", "DPO", DeveloperRole), "c", "", 10, 0); err == nil {
			t.Error("production reads the sandbox's log")
		}
		must(t, d.Read(sandbox, func(tx *db.Tx) error {
			uses, err := useSince(tx, now.Day().Add(-signInsDays))
			if uses["c"] != (logKept+20)/2 {
				t.Errorf("%d sign-ins were counted", uses["c"])
			}
			return err
		}))
	})
}

// TestLogIsBounded: one client has room for what is kept of it, and the newest win; what finds
// no room at all is dropped and counted; sign-ins are counted in any case.
func TestLogIsBounded(t *testing.T) {
	var s Service
	for i := range logKept + 7 {
		s.noteMessage(t.Context(), oidc.Message{Endpoint: "/token", ClientID: "c", Outcome: "ok", Status: i, Parameters: map[string]string{"grant_type": grantCIBA}})
	}
	messages, uses := s.log.take()
	if len(messages) != logKept || messages[0].Status != 7 || messages[logKept-1].Status != logKept+6 || s.Dropped() != 0 {
		t.Errorf("%d wait, from %d; %d were dropped", len(messages), messages[0].Status, s.Dropped())
	}
	for _, n := range uses {
		if n != logKept+7 {
			t.Errorf("%d sign-ins", n)
		}
	}
	for i := range logRoom + 7 {
		s.noteMessage(t.Context(), oidc.Message{Endpoint: "/token", ClientID: strconv.Itoa(i)})
	}
	if messages, _ := s.log.take(); len(messages) != logRoom || s.Dropped() != 7 {
		t.Errorf("%d wait, %d were dropped", len(messages), s.Dropped())
	}
}
