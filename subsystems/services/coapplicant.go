package services

import (
	"context"
	"crypto/rand"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/sign"
)

// CoApplicant is somebody else who confirms an application before it is submitted.
type CoApplicant struct {
	Name    string
	Token   string // its hash: names the invitation
	Account string // empty until they have confirmed
	At      when.Instant
	digest  string
}

func coApplicantPlace(tx *db.Tx, token string) sign.Place {
	return sign.Place{Realm: tx.Realm(), Table: "services_co_applicants", Column: "sealed", ID: token}
}

func (s *Service) coApplicants(tx *db.Tx, id ApplicationID) ([]CoApplicant, error) {
	return db.List(tx, func(r db.Scanner) (c CoApplicant, err error) {
		var sealed []byte
		if err := r.Scan(&c.Token, &c.Account, &c.digest, &sealed, &c.At); err != nil {
			return c, err
		}
		return c, s.open(tx, coApplicantPlace(tx, c.Token), sealed, &c.Name)
	}, sqlCoApplicants, tx.Realm(), id)
}

// Invite makes an address by which somebody confirms an application; its token is kept as a hash
// only.
func (s *Service) Invite(ctx context.Context, id ApplicationID, name string) (token string, err error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 200 {
		return "", fault.New(fault.Invalid, "services.fault.name").At("name", "services.fault.name")
	}
	token = rand.Text()
	_, err = s.edit(ctx, id, func(tx *db.Tx, _ *Application, o Offer) error {
		all, err := s.coApplicants(tx, id)
		if err != nil {
			return err
		}
		if len(all) >= o.CoApplicants {
			return fault.New(fault.Conflict, "services.fault.co-applicants")
		}
		sealed, err := s.seal(coApplicantPlace(tx, hashed(token)), name)
		if err != nil {
			return err
		}
		return tx.Do(sqlAddCoApplicant, tx.Realm(), id, hashed(token), sealed, tx.Now())
	})
	return token, err
}

// Uninvite takes an invitation back.
func (s *Service) Uninvite(ctx context.Context, id ApplicationID, token string) error {
	_, err := s.edit(ctx, id, func(tx *db.Tx, _ *Application, _ Offer) error {
		return tx.Do(sqlRemoveCoApplicant, tx.Realm(), id, token)
	})
	return err
}

// Invited reads the application that an invitation is about. Whoever holds the token, and has
// signed in, may.
func (s *Service) Invited(ctx context.Context, token string) (a Application, o Offer, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		a, o, err = s.invited(tx, token)
		return err
	})
	return a, o, err
}

func (s *Service) invited(tx *db.Tx, token string) (a Application, o Offer, err error) {
	var id ApplicationID
	var account string
	if err := tx.Row(sqlCoApplication, tx.Realm(), hashed(token)).Scan(&id, &account); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "services.fault.no-invitation")
		}
		return a, o, err
	}
	if a, err = s.application(tx, id); err != nil {
		return a, o, err
	}
	actor := who.From(tx.Context()).Actor
	switch {
	case actor.Kind != who.Person:
		return a, o, fault.New(fault.Unauthenticated, "services.fault.sign-in")
	case actor.ID == a.Account:
		return a, o, fault.New(fault.Forbidden, "services.fault.own-invitation")
	case account != "" && account != actor.ID:
		return a, o, fault.New(fault.NotFound, "services.fault.no-invitation")
	}
	p, err := s.version(tx, a.Service, a.Number)
	if err != nil {
		return a, o, err
	}
	return a, *p, nil
}

// Confirm confirms the answers as they stand now; when they change it has to be done again.
func (s *Service) Confirm(ctx context.Context, token string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		a, _, err := s.invited(tx, token)
		if err != nil {
			return err
		}
		if a.Stage != Draft {
			return fault.New(fault.Conflict, "services.fault.submitted")
		}
		account := who.From(tx.Context()).Actor.ID
		all, err := s.coApplicants(tx, a.ID)
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.Account == account && c.Token != hashed(token) {
				return fault.New(fault.Conflict, "services.fault.confirmed-twice")
			}
		}
		if err := tx.Do(sqlConfirm, tx.Realm(), a.ID, hashed(token), account, a.digest()); err != nil {
			return err
		}
		return s.note(tx, a.ID, by(tx, Entry{Kind: DidConfirm}))
	})
}

// Confirmed reports whether somebody confirmed an application as it stands.
func (c CoApplicant) Confirmed(a Application) bool { return c.Account != "" && c.digest == a.digest() }

func (s *Service) allConfirmed(tx *db.Tx, a Application, o Offer) error {
	if o.CoApplicants == 0 {
		return nil
	}
	all, err := s.coApplicants(tx, a.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		if !c.Confirmed(a) {
			return fault.New(fault.Conflict, "services.fault.unconfirmed", "name", c.Name)
		}
	}
	return nil
}
