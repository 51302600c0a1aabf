package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/sign"
)

// Newcomer is a person whom another system proofed, and who comes over with a site that
// moves to Praya. Each value says what its source is; one of them is the document number.
type Newcomer struct {
	// ID is chosen here when it is empty. Somebody who keeps a passkey keeps the id by which
	// their device knows them (WebAuthn Level 3, 5.4.3: the user handle).
	ID      AccountID
	Level   Level
	Lang    lang.Lang
	Values  []Value
	Passkey *KeptPasskey
}

// KeptPasskey is a passkey that its owner made at the other system. It works here when the
// site keeps its host name, to which devices bind their keys.
type KeptPasskey struct {
	ID        []byte
	PublicKey []byte // as a COSE key (RFC 9052, 7)
	Counter   uint32
	Synced    bool
	Name      string
}

// KnownError names newcomers who were left out because somebody here has their document,
// their passkey or their id already: by their places in the sequence, from 0.
type KnownError struct{ Places []int }

// Error gives no more than their number.
func (e *KnownError) Error() string {
	return fmt.Sprintf("identity: %d of the newcomers are known already", len(e.Places))
}

// enlistAtOnce is how many people one transaction takes over: others write in between.
const enlistAtOnce = 500

// Enlist takes people over, and says how many accounts it opened. Whoever is known already
// stays as they are, and is named by a KnownError at the end; so an Enlist that was
// interrupted may simply be repeated. Whether they are old enough was decided when they
// were proofed.
func (s *Service) Enlist(ctx context.Context, people iter.Seq[Newcomer]) (n int, err error) {
	known, place := &KnownError{}, 0
	var batch []enlisted
	flush := func() error {
		left, err := s.enlist(ctx, batch)
		if err == nil {
			known.Places = append(known.Places, left...)
			n += len(batch) - len(left)
		}
		batch = batch[:0]
		return err
	}
	for p := range people {
		e, err := s.ready(who.From(ctx).Realm, p)
		if err != nil {
			return n, fmt.Errorf("identity: newcomer %d: %w", place, err)
		}
		e.place = place
		place++
		if batch = append(batch, e); len(batch) == enlistAtOnce {
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	if err := flush(); err != nil {
		return n, err
	}
	if len(known.Places) > 0 {
		return n, fault.New(fault.Conflict, "identity.fault.known").Because(known)
	}
	return n, nil
}

// enlisted is a newcomer as their rows will be, sealed before the transaction begins.
type enlisted struct {
	Account
	place  int
	index  []byte
	values []sealedValue
	key    *storedPasskey
}

func (s *Service) ready(realm who.Realm, p Newcomer) (e enlisted, err error) {
	e.Account = Account{ID: p.ID, Kind: who.Person, Level: p.Level, State: Open, Lang: p.Lang}
	if e.ID == "" {
		e.ID = id.New[AccountID](s.DB.Clock()())
	}
	if e.Lang == "" {
		e.Lang = lang.TC
	}
	if len(e.ID) > 64 || !utf8.ValidString(string(e.ID)) || e.Level != Basic && e.Level != Plus {
		return e, errors.New("an id has 1 to 64 bytes of UTF-8, and the level is basic or plus")
	}
	for _, v := range p.Values {
		if !v.Field.Known() || v.Text == "" || v.Source == "" {
			return e, fmt.Errorf("a value of %q needs a known field, a text and a source", v.Field)
		}
		if v.Field == DocumentNo {
			number, err := ParseDocumentNumber(v.Text)
			if err != nil {
				return e, err
			}
			v.Text = string(number)
			if e.index, err = s.documentIndex(realm, number); err != nil {
				return e, err
			}
		}
		sealed, err := s.Keys.Encrypt(sign.Place{Realm: realm, Table: "identity_profile", Column: string(v.Field), ID: string(e.ID)}, []byte(v.Text))
		if err != nil {
			return e, err
		}
		v.Text = ""
		e.values = append(e.values, sealedValue{Value: v, sealed: sealed})
	}
	if e.index == nil {
		return e, errors.New("there is no document number")
	}
	if p.Passkey != nil {
		e.key, err = s.keep(realm, e.ID, *p.Passkey)
	}
	return e, err
}

// keep seals the record of a passkey that comes along.
func (s *Service) keep(realm who.Realm, account AccountID, k KeptPasskey) (*storedPasskey, error) {
	if _, err := webauthncose.ParsePublicKey(k.PublicKey); err != nil || len(k.ID) == 0 {
		return nil, fmt.Errorf("a passkey needs an id and a COSE key: %w", err)
	}
	record, err := json.Marshal(webauthn.Credential{
		ID: k.ID, PublicKey: k.PublicKey, Authenticator: webauthn.Authenticator{SignCount: k.Counter},
		Flags: webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: k.Synced, BackupState: k.Synced},
	})
	if err != nil {
		return nil, err
	}
	sealed, err := s.Keys.Encrypt(sign.Place{Realm: realm, Table: "identity_passkeys", Column: "record", ID: string(account)}, record)
	return &storedPasskey{ID: base64.RawURLEncoding.EncodeToString(k.ID), Account: account, Name: k.Name, Record: sealed}, err
}

// enlist writes a batch in one transaction, and gives the places of those who are known. At
// first it looks for nobody: the store's own keys say whether somebody is known.
func (s *Service) enlist(ctx context.Context, batch []enlisted) (known []int, err error) {
	if len(batch) == 0 {
		return nil, nil
	}
	write := func(tx *db.Tx, fresh []enlisted) error {
		if len(fresh) == 0 {
			return nil
		}
		act := audit.Act{What: "identity.enlist", On: string(fresh[0].ID), Outcome: audit.Done}
		return errors.Join(addEnlisted(tx, fresh), audit.Record(tx, act))
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error { return write(tx, batch) })
	for try := 0; try < 3 && fault.Is(err, fault.Conflict); try++ { // again, when one registered meanwhile
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			var fresh []enlisted
			fresh, known, err = strangers(tx, batch)
			if err != nil {
				return err
			}
			return write(tx, fresh)
		})
	}
	return known, err
}

// strangers are those of a batch whom nobody knows, and the places of the others.
func strangers(tx *db.Tx, batch []enlisted) (fresh []enlisted, known []int, err error) {
	seen := map[string]bool{} // within the batch
	for _, e := range batch {
		names := []string{"account " + string(e.ID), "document " + string(e.index)}
		_, byID := findAccount(tx, e.ID)
		_, byDocument := findByDocument(tx, e.index)
		found := []error{byID, byDocument}
		if e.key != nil {
			_, byKey := findPasskey(tx, e.key.ID)
			names, found = append(names, "passkey "+e.key.ID), append(found, byKey)
		}
		for _, err := range found {
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, nil, err
			}
		}
		if slices.Contains(found, nil) || slices.ContainsFunc(names, func(n string) bool { return seen[n] }) {
			known = append(known, e.place)
			continue
		}
		for _, n := range names {
			seen[n] = true
		}
		fresh = append(fresh, e)
	}
	return fresh, known, nil
}
