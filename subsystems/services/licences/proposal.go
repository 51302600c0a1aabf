package licences

import (
	"slices"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/platform/db"
)

// Proposal is a revocation that one officer asks for. There is at most one of a licence.
type Proposal struct {
	Licence LicenceID
	By      string
	At      when.Instant
	Why     lang.Text
	Version int64
}

// Propose asks for a revocation, which somebody else decides.
func (s *Service) Propose(tx *db.Tx, of LicenceID, o Order) error {
	l, err := s.ByID(tx, of)
	if err != nil {
		return err
	}
	if err := o.check(true); err != nil {
		return err
	}
	if standing := l.StateOn(tx.Now().Day()); !slices.Contains(leads[RevokedAct].from, standing) {
		return fault.New(fault.Conflict, "licences.fault.not-from-"+string(standing))
	}
	if _, err := s.ProposalOf(tx, of); !fault.Is(err, fault.NotFound) {
		if err == nil {
			err = fault.New(fault.Conflict, "licences.fault.proposed")
		}
		return err
	}
	sealed, err := s.sealJSON(proposalPlace(tx.Realm(), of), o.Why)
	if err != nil {
		return err
	}
	return insertProposal(tx, Proposal{Licence: of, By: o.By, At: tx.Now()}, sealed)
}

// Decide revokes a licence as somebody else proposed, or drops the proposal.
func (s *Service) Decide(tx *db.Tx, p Proposal, by string, agree bool) error {
	there, err := s.ProposalOf(tx, p.Licence)
	if err != nil {
		return err
	}
	if there.By == by {
		return fault.New(fault.Forbidden, "licences.fault.own-proposal")
	}
	if err := deleteProposal(tx, p.Licence, p.Version); err != nil {
		return err
	}
	if !agree {
		return nil
	}
	_, err = s.Revoke(tx, p.Licence, Order{By: by, Second: there.By, Why: there.Why})
	return err
}

// ProposalOf is the open proposal about a licence.
func (s *Service) ProposalOf(tx *db.Tx, of LicenceID) (Proposal, error) {
	r, err := scanProposal(tx.Row(sqlProposal, tx.Realm(), of))
	if err != nil {
		return r.Proposal, err
	}
	err = s.openJSON(proposalPlace(tx.Realm(), of), r.sealed, &r.Why)
	return r.Proposal, err
}
