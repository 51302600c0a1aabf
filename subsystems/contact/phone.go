package contact

import (
	"context"
	"crypto/rand"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/sign"
	"praya/subsystems/contact/voice"
)

// Phones are the agents' own telephones, for the exchange.
type Phones struct {
	DB   *db.DB
	Keys *sign.Ring
}

func phonePlace(realm who.Realm, name string) sign.Place {
	return sign.Place{Realm: realm, Table: "contact_phones", Column: "sealed", ID: name}
}

// Secret gives the digests of a telephone's password, and whose it is.
func (p Phones) Secret(ctx context.Context, name string) (ha1, account string, err error) {
	ctx = who.AsSystem(ctx, who.Production)
	var sealed []byte
	err = p.DB.Read(ctx, func(tx *db.Tx) error { return tx.Row(sqlPhone, tx.Realm(), name).Scan(&account, &sealed) })
	if err != nil {
		return "", "", err
	}
	plain, err := p.Keys.Decrypt(phonePlace(who.Production, name), sealed)
	return string(plain), account, err
}

// NewPhone gives the actor's telephone a name and a password, which is said once. An older one
// ends.
func (s *Service) NewPhone(ctx context.Context) (name, password string, err error) {
	if err := s.mayWork(ctx); err != nil {
		return "", "", err
	}
	account := who.From(ctx).Actor.ID
	name, password = strings.ToLower(rand.Text()[:10]), rand.Text()
	realm := s.Voice.Config.Realm
	if realm == "" {
		realm = "praya"
	}
	sealed, err := s.Keys.Encrypt(phonePlace(who.From(ctx).Realm, name), []byte(voice.OldSecretOf(name, realm, password)))
	if err != nil {
		return "", "", err
	}
	return name, password, s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(sqlPutPhone, tx.Realm(), name, account, sealed, tx.Now()); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "contact.phone.new", On: name, Outcome: audit.Done})
	})
}

// EndPhone takes the actor's telephone away.
func (s *Service) EndPhone(ctx context.Context) error {
	if err := s.mayWork(ctx); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(sqlForgetPhone, tx.Realm(), who.From(ctx).Actor.ID); err != nil {
			return err
		}
		return audit.Record(tx, audit.Act{What: "contact.phone.ended", On: who.From(ctx).Actor.ID, Outcome: audit.Done})
	})
}

// phoneOf is the name of the actor's telephone; empty without one.
func phoneOf(tx *db.Tx, account string) (name string, made when.Instant, err error) {
	err = tx.Row(sqlPhoneOf, tx.Realm(), account).Scan(&name, &made)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return name, made, err
}
