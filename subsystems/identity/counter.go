package identity

import (
	"context"
	"errors"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/limits"
)

// An officer serves one person after the other: what one officer may do in a while.
const (
	counterBurst = 30
	counterPer   = 20 * time.Second
)

// mayServe reports whether an officer may serve people at a counter now.
func (s *Service) mayServe(ctx context.Context) error {
	return s.Policy.Allow(ctx, "identity.counter", access.Resource{Type: "Identity", ID: "identity"})
}

// serves is mayServe for an act: it also takes one of the officer's allowance.
func (s *Service) serves(ctx context.Context) error {
	if err := s.mayServe(ctx); err != nil {
		return err
	}
	_, err := limits.Take(ctx, s.DB, "identity.counter "+actorName(who.From(ctx).Actor), limits.Rate{Burst: counterBurst, Per: counterPer})
	return err
}

// RegisterAtCounter invites a person whose card and face an officer has seen (櫃位登記), and
// gives the path that the person's own device opens.
func (s *Service) RegisterAtCounter(ctx context.Context, c Claim) (string, error) {
	if err := s.serves(ctx); err != nil {
		return "", err
	}
	if err := s.oldEnough(c.Values); err != nil {
		return "", err
	}
	for i := range c.Values {
		c.Values[i].Source, c.Values[i].Verified = ByCounter, s.DB.Clock()()
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		index, err := s.documentIndex(tx.Realm(), c.Document)
		if err != nil {
			return err
		}
		if _, err := findByDocument(tx, index); err == nil {
			return fault.New(fault.Conflict, "identity.fault.known")
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		return audit.Record(tx, audit.Act{What: "identity.counter.declare", On: who.From(ctx).Actor.Duty.Department, Outcome: audit.Done})
	})
	if err != nil {
		return "", err
	}
	return s.Invite(ctx, Enrolment{Kind: who.Person, Level: Plus, Values: c.Values})
}

// RecoverAtCounter begins the recovery of somebody who stands there with their card, and
// gives the path that they keep. The officer learns whether there is an account; an attempt
// that finds none stands in the trail too.
func (s *Service) RecoverAtCounter(ctx context.Context, typed string) (path string, ready when.Instant, err error) {
	if err := s.serves(ctx); err != nil {
		return "", ready, err
	}
	number, err := ParseDocumentNumber(typed)
	if err != nil {
		return "", ready, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		path = ""
		index, err := s.documentIndex(tx.Realm(), number)
		if err != nil {
			return err
		}
		a, err := findByDocument(tx, index)
		if fault.Is(err, fault.NotFound) {
			return audit.Record(tx, audit.Act{What: "identity.counter.recover", On: who.From(ctx).Actor.Duty.Department, Outcome: audit.Refused})
		}
		if err != nil {
			return err
		}
		token, at, err := s.beginRecovery(tx, a.ID, "counter", "")
		path, ready = "/recover/"+token, at
		return errors.Join(err, audit.Record(tx, audit.Act{What: "identity.counter.recover", On: string(a.ID), Outcome: audit.Done}))
	})
	if err == nil && path == "" {
		err = fault.New(fault.Invalid, "identity.online.counter.none").At("number", "identity.online.counter.none")
	}
	return path, ready, err
}

// AtCounter says who stands at a counter, by the code that they show there; it works once. Another
// part of the program lets its officer act for them.
func (s *Service) AtCounter(ctx context.Context, typed string) (account AccountID, err error) {
	reference, ok := id.ParseReference(typed)
	if !ok {
		return "", fault.New(fault.Invalid, "identity.fault.counter-code").At("code", "identity.fault.counter-code")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := useTicket(tx, forCounter, reference)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Invalid, "identity.fault.counter-code").At("code", "identity.fault.counter-code")
		}
		account = t.Account
		return err
	})
	return account, err
}
