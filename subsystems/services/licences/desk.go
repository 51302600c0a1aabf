package licences

import (
	"context"
	"encoding/json"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
)

// What people and officers do here by themselves. These ask policy; an officer's department is the
// one of the licence.

// Own is a licence of the person who asks, with its kind, code and history.
type Own struct {
	Licence Licence
	Kind    Kind
	Code    Code
	History []Change
}

// Owns lists the licences of the person who asks, with their kinds.
func (s *Service) Owns(ctx context.Context) (out []Licence, kinds map[string]Kind, err error) {
	actor := who.From(ctx).Actor
	if err := s.may(ctx, "licences.own", ""); err != nil {
		return nil, nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out, err = s.OwnOf(tx, actor.ID); err != nil {
			return err
		}
		kinds, err = kindsByCode(tx)
		return err
	})
	return out, kinds, err
}

// OwnLicence is one of them. Somebody else's is not there.
func (s *Service) OwnLicence(ctx context.Context, of LicenceID) (o Own, err error) {
	actor := who.From(ctx).Actor
	if err := s.may(ctx, "licences.own", ""); err != nil {
		return o, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if o.Licence, err = s.ByID(tx, of); err != nil {
			return err
		}
		if o.Licence.Holder == "" || o.Licence.Holder != actor.ID {
			return fault.New(fault.NotFound, "licences.fault.no-licence")
		}
		if o.Kind, err = kindByCode(tx, o.Licence.Kind); err != nil {
			return err
		}
		if o.Code, err = s.Code(tx, o.Licence); err != nil {
			return err
		}
		o.History, err = s.History(tx, of)
		o.History = sinceTransfer(o.History)
		return err
	})
	return o, err
}

// sinceTransfer is the part of a history that concerns the present holder: what was before the last
// transfer is somebody else's.
func sinceTransfer(all []Change) []Change {
	for i, c := range all {
		if c.Act == Transferred {
			return all[:i+1]
		}
	}
	return all
}

// Proof is what proves a change to anybody: record and salt, whose SHA-256 the ledger has, and the
// ledger's proof of that.
type Proof struct {
	Salt   []byte          `json:"salt"`
	Record json.RawMessage `json:"record"`
	Digest string          `json:"digest"`
	Entry  string          `json:"entry"`
	Ledger json.RawMessage `json:"ledger"`
}

// OwnProof proves a change of one's own licence. It gives Unavailable while the ledger has no
// checkpoint over it yet.
func (s *Service) OwnProof(ctx context.Context, of LicenceID, number int64) (p Proof, err error) {
	o, err := s.OwnLicence(ctx, of)
	if err != nil {
		return p, err
	}
	for _, c := range o.History {
		if c.Number == number {
			return s.proofOf(ctx, c)
		}
	}
	return p, fault.New(fault.NotFound, "licences.fault.no-change")
}

func (s *Service) proofOf(ctx context.Context, c Change) (p Proof, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		raw, err := s.proof(tx, c)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &p)
	})
	if err != nil {
		return p, err
	}
	bundle, waiting, err := s.Ledger.Bundle(ctx, c.Entry)
	if err == nil && waiting {
		err = fault.New(fault.Unavailable, "licences.fault.proof-waits")
	}
	p.Digest, p.Entry, p.Ledger = c.Digest, c.Entry, bundle
	return p, err
}

// Desk lists the licences of the officer's department, and how many there are.
func (s *Service) Desk(ctx context.Context, f Filter, limit, offset int) (out []Licence, total int, err error) {
	f.Department = who.From(ctx).Actor.Duty.Department
	if err := s.may(ctx, "licences.inspect", f.Department); err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if number, ok := ParseNumber(f.Words); ok {
			l, err := s.ByNumber(tx, number)
			if out, total = []Licence{}, 0; err == nil && l.Department == f.Department {
				out, total = []Licence{l}, 1
			}
			return absent(err)
		}
		if total, err = listCount(tx, f); err != nil {
			return err
		}
		rows, err := listPage(tx, f, limit, offset)
		out, err = s.openedAll(tx, rows, err)
		return err
	})
	return out, total, err
}

// absent takes what is not there for nothing wrong.
func absent(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// mostWaiting bounds the proposals that a desk shows at once.
const mostWaiting = 100

// Waiting lists the licences of the officer's department whose revocation waits for a decision.
func (s *Service) Waiting(ctx context.Context) (out []Licence, err error) {
	department := who.From(ctx).Actor.Duty.Department
	if err := s.may(ctx, "licences.inspect", department); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := proposed(tx, department, mostWaiting)
		out, err = s.openedAll(tx, rows, err)
		return err
	})
	return out, err
}

// Inspected is a licence as officers of its department see it.
type Inspected struct {
	Licence  Licence
	Kind     Kind
	History  []Change
	Proposal *Proposal
}

// Inspect is a licence with all its values and its history. Another department's is not there.
func (s *Service) Inspect(ctx context.Context, of LicenceID) (in Inspected, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := one(tx, sqlByID, of)
		if err != nil {
			return err
		}
		if err := s.may(ctx, "licences.inspect", r.Department); err != nil {
			if fault.Is(err, fault.Forbidden) {
				err = fault.New(fault.NotFound, "licences.fault.no-licence").Because(err)
			}
			return err
		}
		if in.Licence, err = s.opened(tx, r, nil); err != nil {
			return err
		}
		if in.Kind, err = kindByCode(tx, r.Kind); err != nil {
			return err
		}
		if in.History, err = s.History(tx, of); err != nil {
			return err
		}
		p, err := s.ProposalOf(tx, of)
		if in.Proposal = nil; err == nil {
			in.Proposal = &p
		}
		return absent(err)
	})
	return in, err
}

// Do does an officer's act on a licence, in a transaction with its line in the audit trail.
func (s *Service) Do(ctx context.Context, of LicenceID, action, what string, act func(tx *db.Tx, by string) error) error {
	in, err := s.Inspect(ctx, of)
	if err != nil {
		return err
	}
	if err := s.may(ctx, action, in.Licence.Department); err != nil {
		return err
	}
	by := who.From(ctx).Actor.Duty.Officer
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := act(tx, by); err != nil {
			return err
		}
		return note(tx, what, string(of))
	})
}
