package identity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/sign"
	"praya/subsystems/identity/internal/oidc"
)

// mostOwned is how many services one person may register.
const mostOwned = 20

// onlineList is how many services a developer's page lists.
const onlineList = 200

// resource is what policy is asked about: whose service it is.
func (o Online) resource(ctx context.Context) access.Resource {
	actor := who.From(ctx).Actor
	own := actor.Kind == who.Person && o.Owner != "" && string(o.Owner) == actor.ID
	return access.Resource{Type: "OnlineService", ID: string(o.ID), Attrs: map[string]any{"department": o.Department, "own": own}}
}

func (s *Service) mayApprove(ctx context.Context) error {
	return s.Policy.Allow(ctx, "identity.online.approve", access.Resource{Type: "Identity", ID: "identity"})
}

func contactPlace(tx *db.Tx, id OnlineID) sign.Place {
	return place(tx, "identity_online", "contact", string(id))
}

func (s *Service) unsealOnline(tx *db.Tx, row storedOnline) (Online, error) {
	plain, err := s.Keys.Decrypt(contactPlace(tx, row.ID), row.sealed)
	row.Contact = string(plain)
	return row.Online, err
}

func (s *Service) sealOnline(tx *db.Tx, o Online) (storedOnline, error) {
	sealed, err := s.Keys.Encrypt(contactPlace(tx, o.ID), []byte(o.Contact))
	return storedOnline{Online: o, sealed: sealed}, err
}

// readOnline reads a service; who may see it was decided before or is after.
func (s *Service) readOnline(ctx context.Context, id OnlineID) (o Online, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := findOnline(tx, id)
		if err != nil {
			return err
		}
		o, err = s.unsealOnline(tx, row)
		return err
	})
	return o, err
}

// Online reads a service for its developer. Others learn nothing, not even that it exists.
func (s *Service) Online(ctx context.Context, id OnlineID) (Online, error) {
	o, err := s.readOnline(ctx, id)
	if err != nil {
		return o, err
	}
	if err := s.Policy.Allow(ctx, "identity.online.write", o.resource(ctx)); err != nil {
		if fault.Is(err, fault.Forbidden) {
			err = fault.New(fault.NotFound, "web.fault.not-found.text")
		}
		return Online{}, err
	}
	return o, nil
}

// OwnOnline lists the services of the signed-in person, or of the officer's department.
func (s *Service) OwnOnline(ctx context.Context) (out []Online, err error) {
	actor := who.From(ctx).Actor
	if err := s.Policy.Allow(ctx, "identity.online.write", s.newOnline(actor).resource(ctx)); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var rows []storedOnline
		if actor.Kind == who.Officer {
			rows, err = onlineOf(tx, actor.Duty.Department, onlineList)
		} else {
			rows, err = onlineOwned(tx, AccountID(actor.ID), onlineList)
		}
		out = nil
		for _, row := range rows {
			out = append(out, row.Online)
		}
		return err
	})
	return out, err
}

// newOnline is an empty service of whoever registers it.
func (s *Service) newOnline(actor who.Actor) Online {
	o := Online{State: OnlineDraft, RegisteredBy: actorName(actor), EditedBy: actorName(actor)}
	if actor.Kind == who.Officer {
		o.Department = actor.Duty.Department
	} else {
		o.Owner = AccountID(actor.ID)
	}
	o.Asked = Particulars{Kind: oidc.FAPI, Grants: []string{grantCode}, Scopes: []string{"openid"}}
	return o
}

// RegisterOnline begins a service with its name.
func (s *Service) RegisterOnline(ctx context.Context, name lang.Text) (o Online, err error) {
	o = s.newOnline(who.From(ctx).Actor)
	if err := s.Policy.Allow(ctx, "identity.online.write", o.resource(ctx)); err != nil {
		return o, err
	}
	o.Asked.Name = name
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if n, err := countOwned(tx, o.Owner); err != nil || o.Owner != "" && n >= mostOwned {
			return errors.Join(err, fault.New(fault.TooMany, "identity.online.fault.many"))
		}
		o.ID = id.New[OnlineID](tx.Now())
		row, err := s.sealOnline(tx, o)
		if err != nil {
			return err
		}
		return errors.Join(addOnline(tx, row), recordOnline(tx, "register", o.ID))
	})
	return o, err
}

func recordOnline(tx *db.Tx, what string, id OnlineID) error {
	return audit.Record(tx, audit.Act{What: "identity.online." + what, On: string(id), Outcome: audit.Done})
}

// ChangeOnline reads a service, lets change edit it, and keeps it. Version is the one that
// the developer's page was made of.
func (s *Service) ChangeOnline(ctx context.Context, id OnlineID, version int64, what string, change func(Online) (Online, error)) error {
	if _, err := s.Online(ctx, id); err != nil {
		return err
	}
	return s.changeOnline(ctx, id, version, what, change, nil)
}

// changeOnline is read, decide and write in one transaction, with the trail's entry.
func (s *Service) changeOnline(ctx context.Context, id OnlineID, version int64, what string,
	change func(Online) (Online, error), also func(*db.Tx, Online) error,
) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := findOnline(tx, id)
		if err != nil {
			return err
		}
		if row.Version != version {
			return fault.New(fault.Conflict, "web.fault.conflict.text")
		}
		o, err := s.unsealOnline(tx, row)
		if err != nil {
			return err
		}
		if o, err = change(o); err != nil {
			return err
		}
		if row, err = s.sealOnline(tx, o); err != nil {
			return err
		}
		if err := changeOnline(tx, row); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx, o); err != nil {
				return err
			}
		}
		return recordOnline(tx, what, id)
	})
}

// EditOnline changes what is asked for.
func (s *Service) EditOnline(ctx context.Context, id OnlineID, version int64, edit func(*Online) error) error {
	by := actorName(who.From(ctx).Actor)
	return s.ChangeOnline(ctx, id, version, "edit", func(o Online) (Online, error) {
		o, err := o.edited(by)
		if err != nil {
			return o, err
		}
		return o, edit(&o)
	})
}

// SubmitOnline asks for approval, after the protocol has looked at what would be registered.
func (s *Service) SubmitOnline(ctx context.Context, id OnlineID, version int64) error {
	o, err := s.Online(ctx, id)
	if err != nil {
		return err
	}
	if _, err := s.clientOf(ctx, o); err != nil {
		return err
	}
	return s.ChangeOnline(ctx, id, version, "submit", Online.submitted)
}

// clientOf makes the client that the particulars ask for, and checks it as the protocol does.
func (s *Service) clientOf(ctx context.Context, o Online) (oidc.Client, error) {
	raw, err := json.Marshal(o.Asked.metadata())
	if err != nil {
		return oidc.Client{}, err
	}
	c, err := s.protocol.ReadMetadata(ctx, raw)
	var refused *oidc.Refusal
	if errors.As(err, &refused) {
		return c, fault.New(fault.Invalid, "identity.online.fault.refused", "what", refused.Description)
	}
	c.ID = string(o.ID)
	return c, err
}

// known is the client that the protocol has already, or nil.
func (s *Service) known(ctx context.Context, id OnlineID) (*oidc.Client, error) {
	c, err := s.protocol.Client(ctx, string(id))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return c, err
}

// ApproveOnline lets a service into production: the client is written in the same transaction.
func (s *Service) ApproveOnline(ctx context.Context, id OnlineID, version int64) error {
	if err := s.mayApprove(ctx); err != nil {
		return err
	}
	o, err := s.readOnline(ctx, id)
	if err != nil {
		return err
	}
	if o.Version != version {
		return fault.New(fault.Conflict, "web.fault.conflict.text")
	}
	c, err := s.clientOf(ctx, o)
	if err != nil {
		return err
	}
	before, err := s.known(ctx, id)
	if err != nil {
		return err
	}
	if before != nil { // keeps its secret and its age
		before.Metadata, before.Kind = c.Metadata, c.Kind
		c = *before
	}
	by := actorName(who.From(ctx).Actor)
	return s.changeOnline(ctx, id, version, "approve",
		func(o Online) (Online, error) { return o.approved(by, s.DB.Clock()()) },
		func(tx *db.Tx, _ Online) error { return s.protocol.SaveClient(tx, c, "") })
}

// DecideOnline returns, suspends, resumes or ends a service.
func (s *Service) DecideOnline(ctx context.Context, id OnlineID, version int64, to OnlineState, reason string) error {
	if err := s.mayApprove(ctx); err != nil {
		return err
	}
	by := actorName(who.From(ctx).Actor)
	what := map[OnlineState]string{OnlineReturned: "return", OnlineSuspended: "suspend", OnlineApproved: "resume", OnlineEnded: "end"}[to]
	was := Online{}
	return s.changeOnline(ctx, id, version, what, func(o Online) (Online, error) {
		was = o
		if to == OnlineApproved {
			if err := o.fourEyes(by); err != nil {
				return o, err
			}
		}
		return o.decided(to, reason)
	}, func(tx *db.Tx, o Online) error {
		switch {
		case to == OnlineApproved:
			return reopenClient(tx, id)
		case was.Live() && !o.Live():
			return s.protocol.EndClient(tx, string(id))
		}
		return nil
	})
}

// NewSecret makes a new secret for a plain client, and gives it this once. The old one is
// worth nothing from now on.
func (s *Service) NewSecret(ctx context.Context, id OnlineID) (string, error) {
	o, err := s.Online(ctx, id)
	if err != nil {
		return "", err
	}
	if !o.Live() || !o.Approved.secretive() {
		return "", fault.New(fault.Conflict, "identity.online.fault.no-secret")
	}
	c, err := s.protocol.Client(ctx, string(id))
	if err != nil {
		return "", err
	}
	secret := token()
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(s.protocol.SaveClient(tx, *c, secret), recordOnline(tx, "secret", id))
	})
	return secret, err
}

// Approvals lists services for an approver, those that waited longest first.
func (s *Service) Approvals(ctx context.Context, state OnlineState, limit, offset int) (out []Online, total int, err error) {
	if err := s.mayApprove(ctx); err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := onlineIn(tx, state, limit, offset)
		if err != nil {
			return err
		}
		out = nil
		for _, row := range rows {
			out = append(out, row.Online)
		}
		total, err = countOnlineIn(tx, state)
		return err
	})
	return out, total, err
}

// ForApproval reads a service for an approver.
func (s *Service) ForApproval(ctx context.Context, id OnlineID) (Online, error) {
	if err := s.mayApprove(ctx); err != nil {
		return Online{}, err
	}
	return s.readOnline(ctx, id)
}

// putField sets a field that is wanted, or replaces what was said of it.
func (p *Particulars) putField(w FieldWanted) {
	p.dropField(w.Field)
	p.Fields = append(p.Fields, w)
	order := Fields()
	slices.SortFunc(p.Fields, func(a, b FieldWanted) int { return slices.Index(order, a.Field) - slices.Index(order, b.Field) })
}

func (p *Particulars) dropField(f Field) {
	p.Fields = slices.DeleteFunc(slices.Clone(p.Fields), func(w FieldWanted) bool { return w.Field == f })
}

// addSample keeps the demonstration's sample service as one that was approved.
func (s *Service) addSample(tx *db.Tx, sample Sample) error {
	o := Online{
		ID: OnlineID(sample.Client), State: OnlineDraft, Department: sample.Department, Contact: "sample@example.hk", RegisteredBy: string(who.System), EditedBy: string(who.System), Version: 1,
	}
	o.Asked = Particulars{
		Name: sample.Name, Purpose: sample.Purpose,
		Kind: oidc.Plain, PlainReason: "A demonstration of the plain profile.", Grants: []string{grantCode, grantClient}, Scopes: []string{"openid"},
		Redirects: []string{sample.Callback},
	}
	for _, f := range sample.Fields {
		o.Asked.putField(FieldWanted{Field: f, Reason: lang.Text{TC: "填寫申請表", EN: "To fill in the form", SC: "填写申请表"}})
	}
	row, err := s.sealOnline(tx, o)
	if err != nil {
		return err
	}
	if err := addOnline(tx, row); err != nil {
		return err
	}
	row.State, row.Online.Approved, row.ApprovedAt = OnlineApproved, &row.Asked, tx.Now()
	return changeOnline(tx, row)
}
