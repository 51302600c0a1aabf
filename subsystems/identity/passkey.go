package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

// Passkey is a key pair on one of the person's devices.
type Passkey struct {
	ID      string
	Name    string
	Created when.Instant
	Used    when.Instant
	Synced  bool // kept by a cloud account, so that it survives the device
}

// What a ceremony is for. An answer to one purpose is worth nothing for another.
const (
	toSignIn = "passkey-sign-in"
	toProve  = "passkey-prove"
	toAdd    = "passkey-add"
)

const ceremonyTime = 5 * time.Minute

// Ceremony is a challenge for the browser: its options in JSON (WebAuthn, 5.1.8 and 5.1.10)
// and a sealed note that comes back with the answer. Nothing is stored for it until the
// answer comes, so that asking costs us nothing.
type Ceremony struct{ Options, Note string }

// note is what we must remember between challenge and answer.
type note struct {
	Purpose string
	About   string       // the account, or what an added passkey is for
	Ends    when.Instant // by our clock; the session's own end is left open
	Session webauthn.SessionData
}

// party is us, as a device knows us: the host of the address that people use.
func (s *Service) party(origin string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("identity: %q is no origin", origin)
	}
	name := s.Rules.Name.EN
	if name == "" {
		name = "Praya"
	}
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
}

// holder is the owner of passkeys, as go-webauthn asks for one. The user handle is the
// account's id: the device keeps it, and no other site learns it.
type holder struct {
	account AccountID
	name    string
	keys    []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.account) }
func (h holder) WebAuthnName() string                       { return h.name }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// AskPasskey makes the challenge for signing in with any passkey of ours.
func (s *Service) AskPasskey(ctx context.Context, origin string) (Ceremony, error) {
	party, err := s.party(origin)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(ctx, options.Response, note{Purpose: toSignIn, Session: *session})
}

// AskAgain makes the challenge for somebody who has signed in, with one of their own keys.
func (s *Service) AskAgain(ctx context.Context, origin string) (Ceremony, error) {
	account, err := owner(ctx)
	if err != nil {
		return Ceremony{}, err
	}
	h, err := s.holder(ctx, account)
	if err != nil {
		return Ceremony{}, err
	}
	party, err := s.party(origin)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := party.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(ctx, options.Response, note{Purpose: toProve, About: string(account), Session: *session})
}

// AskNew makes the challenge for a new passkey of an account; about says what for, and the
// answer must come for the same. Devices that have one of the account's already say so.
func (s *Service) AskNew(ctx context.Context, origin string, account AccountID, label, about string) (Ceremony, error) {
	h := holder{account: account, name: label}
	if known, err := s.holder(ctx, account); err == nil {
		h.keys = known.keys
	}
	party, err := s.party(origin)
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(ctx, options.Response, note{Purpose: toAdd, About: about, Session: *session})
}

func (s *Service) ceremony(ctx context.Context, options any, n note) (c Ceremony, err error) {
	n.Ends, n.Session.Expires = s.DB.Clock()().Add(ceremonyTime), time.Time{}
	text, err := json.Marshal(options)
	if err != nil {
		return c, err
	}
	plain, err := json.Marshal(n)
	if err != nil {
		return c, err
	}
	sealed, err := s.Keys.Encrypt(notePlace(ctx), plain)
	return Ceremony{Options: string(text), Note: base64.RawURLEncoding.EncodeToString(sealed)}, err
}

func notePlace(ctx context.Context) sign.Place {
	return sign.Place{Realm: who.From(ctx).Realm, Table: "identity_tickets", Column: "ceremony"}
}

// answered opens the note of a ceremony. What is not ours, too old or for another purpose
// is refused; that it was used before is found when it is taken.
func (s *Service) answered(ctx context.Context, sealed, purpose string) (n note, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		raw, err = s.Keys.Decrypt(notePlace(ctx), raw)
	}
	if err == nil {
		err = json.Unmarshal(raw, &n)
	}
	if err != nil {
		return n, fault.New(fault.Invalid, "identity.fault.ceremony").Because(err)
	}
	if n.Purpose != purpose || !s.DB.Clock()().Before(n.Ends) {
		return n, fault.New(fault.Invalid, "identity.fault.ceremony")
	}
	return n, nil
}

// take uses a challenge up: a second answer to it is refused.
func take(tx *db.Tx, n note) error {
	err := addTicket(tx, "ceremony", n.Session.Challenge, ticket{Ends: until(tx, 2*ceremonyTime)})
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Invalid, "identity.fault.ceremony").Because(err)
	}
	return err
}

// maxAnswer bounds what a browser sends back: no authenticator's answer is near it.
const maxAnswer = 64 << 10

// Prove checks the answer of a passkey, to sign in or to prove it again, and gives the account.
func (s *Service) Prove(ctx context.Context, origin, sealed, answer string, again bool) (Account, error) {
	purpose := toSignIn
	if again {
		purpose = toProve
	}
	n, err := s.answered(ctx, sealed, purpose)
	if err != nil {
		return Account{}, err
	}
	if len(answer) > maxAnswer {
		return Account{}, fault.New(fault.Invalid, "identity.fault.ceremony")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return Account{}, fault.New(fault.Invalid, "identity.fault.ceremony").Because(err)
	}
	party, err := s.party(origin)
	if err != nil {
		return Account{}, err
	}
	var a Account
	var stored storedPasskey
	var h holder
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if stored, err = findPasskey(tx, base64.RawURLEncoding.EncodeToString(parsed.RawID)); err != nil {
			return err
		}
		if a, err = findAccount(tx, stored.Account); err != nil {
			return err
		}
		h, err = s.holderOf(tx, stored)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.Invalid, "identity.fault.passkey-unknown").Because(err)
	}
	if err != nil {
		return a, err
	}
	var used *webauthn.Credential
	if again {
		if who.From(ctx).Actor.ID != n.About {
			return a, fault.New(fault.Invalid, "identity.fault.ceremony")
		}
		used, err = party.ValidateLogin(h, n.Session, parsed)
	} else {
		find := func(_, _ []byte) (webauthn.User, error) { return h, nil }
		used, err = party.ValidateDiscoverableLogin(find, n.Session, parsed)
	}
	if err != nil {
		if limit := s.accountLimit(ctx, "failed", a.ID); limit != nil {
			return a, limit
		}
		return a, fault.New(fault.Invalid, "identity.fault.passkey-wrong").Because(err)
	}
	if err := a.mayUse(); err != nil {
		return a, err
	}
	return a, s.used(ctx, n, stored, used)
}

// used writes down that a passkey was used, and takes the challenge. A counter that went
// back is a copied key (WebAuthn, 7.2, step 22): refused, and nothing is written.
func (s *Service) used(ctx context.Context, n note, stored storedPasskey, c *webauthn.Credential) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := take(tx, n); err != nil {
			return err
		}
		if c.Authenticator.CloneWarning {
			return fault.New(fault.Forbidden, "identity.fault.passkey-copied")
		}
		var err error
		if stored.Record, err = s.sealKey(tx, stored.Account, *c); err != nil {
			return err
		}
		return usePasskey(tx, stored)
	})
}

// newKey checks the answer of a device that made a passkey; add keeps it.
func (s *Service) newKey(ctx context.Context, origin, sealed, answer, about string) (n note, c *webauthn.Credential, err error) {
	if n, err = s.answered(ctx, sealed, toAdd); err != nil {
		return n, nil, err
	}
	if n.About != about || len(answer) > maxAnswer {
		return n, nil, fault.New(fault.Invalid, "identity.fault.ceremony")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return n, nil, fault.New(fault.Invalid, "identity.fault.ceremony").Because(err)
	}
	party, err := s.party(origin)
	if err != nil {
		return n, nil, err
	}
	c, err = party.CreateCredential(holder{account: AccountID(n.Session.UserID)}, n.Session, parsed)
	if err != nil {
		return n, nil, fault.New(fault.Invalid, "identity.fault.passkey-wrong").Because(err)
	}
	return n, c, nil
}

func (s *Service) add(tx *db.Tx, account AccountID, c webauthn.Credential, name string) error {
	record, err := s.sealKey(tx, account, c)
	if err != nil {
		return err
	}
	return addPasskey(tx, storedPasskey{
		ID: base64.RawURLEncoding.EncodeToString(c.ID), Account: account, Name: name, Record: record,
	})
}

func (s *Service) sealKey(tx *db.Tx, account AccountID, c webauthn.Credential) ([]byte, error) {
	c.Attestation = webauthn.CredentialAttestation{} // we ask for none, and keep none
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return s.Keys.Encrypt(place(tx, "identity_passkeys", "record", string(account)), plain)
}

func (s *Service) openKey(tx *db.Tx, p storedPasskey) (c webauthn.Credential, err error) {
	plain, err := s.Keys.Decrypt(place(tx, "identity_passkeys", "record", string(p.Account)), p.Record)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(plain, &c)
}

// holderOf is the owner of a passkey, with that key alone.
func (s *Service) holderOf(tx *db.Tx, p storedPasskey) (holder, error) {
	key, err := s.openKey(tx, p)
	return holder{account: p.Account, keys: []webauthn.Credential{key}}, err
}

func (s *Service) holder(ctx context.Context, account AccountID) (h holder, err error) {
	h.account = account
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		stored, err := passkeysOf(tx, account)
		for _, p := range stored {
			key, openErr := s.openKey(tx, p)
			if openErr != nil {
				return openErr
			}
			h.keys = append(h.keys, key)
		}
		return err
	})
	if err == nil && len(h.keys) == 0 {
		err = fault.New(fault.NotFound, "identity.fault.no-passkey")
	}
	return h, err
}

// Passkeys lists those of whoever has signed in.
func (s *Service) Passkeys(ctx context.Context) (out []Passkey, err error) {
	account, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		stored, err := passkeysOf(tx, account)
		for _, p := range stored {
			key, openErr := s.openKey(tx, p)
			if openErr != nil {
				return openErr
			}
			name, openErr := s.nameOf(tx, p)
			if openErr != nil {
				return openErr
			}
			out = append(out, Passkey{ID: p.ID, Name: name, Created: p.Created, Used: p.Used, Synced: key.Flags.BackupState})
		}
		return err
	})
	return out, err
}
