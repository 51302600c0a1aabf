package services

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/sign"
)

// PartyKey is the key with which a department that offers services here signs its calls of the
// exchange. It is made when it is not there, and sealed in the store.
func (s *Service) PartyKey(ctx context.Context, department string) (key ed25519.PrivateKey, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		key, err = s.partyKey(tx, department)
		return err
	})
	if !fault.Is(err, fault.NotFound) {
		return key, err
	}
	_, fresh, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		sealed, err := s.Keys.Encrypt(partyPlace(tx, department), fresh.Seed())
		if err != nil {
			return err
		}
		if err := tx.Do(sqlAddParty, tx.Realm(), department, sealed); err != nil {
			return err
		}
		key, err = s.partyKey(tx, department) // another process may have been faster
		return err
	})
	return key, err
}

func partyPlace(tx *db.Tx, department string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "services_parties", Column: "sealed", ID: department}
}

func (s *Service) partyKey(tx *db.Tx, department string) (ed25519.PrivateKey, error) {
	var sealed []byte
	if err := tx.Row(sqlParty, tx.Realm(), department).Scan(&sealed); err != nil {
		return nil, err
	}
	seed, err := s.Keys.Decrypt(partyPlace(tx, department), sealed)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}
