package app

import (
	"context"
	"errors"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/triage"
	"praya/subsystems/exchange"
	"praya/subsystems/services"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/licences"
)

// jobRefresh writes personal fields anew with the present key, after a rotation.
const (
	jobRefresh      = "identity.refresh"
	jobRefreshStaff = "directory.refresh"
)

// signingAge is when the provider's signing keys turn by themselves.
const signingAge = 90 * 24 * time.Hour

// showKeys lists the keys of the ring, never their secrets.
func (p *Praya) showKeys(v *web.Visit) error {
	if err := p.allow(v, "app.keys"); err != nil {
		return err
	}
	t := web.Table{Caption: v.T("app.keys.caption"), Columns: []web.Column{
		{Head: v.T("app.keys.key")}, {Head: v.T("app.keys.purpose")}, {Head: v.T("app.keys.made")},
	}}
	for _, k := range p.Keys.Keys() {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: k.ID}, {Text: v.T("app.keys.for-" + string(k.Purpose))}, {Text: v.Instant(k.Made)}}})
	}
	left, err := p.stale(v.Context())
	if err != nil {
		return err
	}
	return v.Render(web.Page{Title: v.T("app.keys.title"), Lead: v.T("app.keys.lead"), Back: "/"}, keysPage(v.View, t, left))
}

// stale counts what is still sealed with an older key. With one key nothing can be, and then
// the store is not gone through.
func (p *Praya) stale(ctx context.Context) (left int64, err error) {
	fields := 0
	for _, k := range p.Keys.Keys() {
		if k.Purpose == sign.Fields {
			fields++
		}
	}
	if fields < 2 {
		return 0, nil
	}
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		for _, count := range []func(context.Context) (int64, error){
			p.Identity.Stale, p.Directory.Stale, p.Exchange.Stale, p.Services.Stale, p.Services.Licences.Stale, p.Services.Booking.Stale,
			p.Contact.Cases.Stale, p.Contact.Queue.Stale, p.Contact.Triage.Stale,
		} {
			n, err := count(who.AsSystem(ctx, realm))
			if err != nil {
				return 0, err
			}
			left += n
		}
	}
	return left, nil
}

// rotateKeys adds a key for personal fields, with which a job then writes them anew, and
// lets the provider's next signing keys sign. Nothing stops meanwhile.
func (p *Praya) rotateKeys(v *web.Visit) error {
	if err := p.allow(v, "app.keys"); err != nil {
		return err
	}
	if err := p.rotate(v.Context()); err != nil {
		return err
	}
	return v.RedirectWith("/keys", web.Notice{Text: v.T("app.keys.done")})
}

func (p *Praya) rotate(ctx context.Context) error {
	if err := p.Keys.Rotate(sign.Fields); err != nil {
		return err
	}
	newest := ""
	for _, k := range p.Keys.Keys() {
		if k.Purpose == sign.Fields {
			newest = k.ID
		}
	}
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		ctx := who.AsSystem(ctx, realm)
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			for _, kind := range []string{jobRefresh, jobRefreshStaff, exchange.JobRefresh, services.JobRefresh, licences.JobRefresh, booking.JobRefresh, cases.JobRefresh, queue.JobRefresh, triage.JobRefresh} {
				if _, err := jobs.Enqueue(tx, jobs.Job{Kind: kind, Key: newest}); err != nil {
					return err
				}
			}
			return nil
		})
		if turned := p.Identity.TurnSigningKeys(ctx, 0); turned != nil && !fault.Is(turned, fault.Conflict) {
			err = errors.Join(err, turned) // a conflict: they have turned a moment ago
		}
		if err != nil {
			return err
		}
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, audit.Act{What: "keys.rotate", On: newest, Outcome: audit.Done})
	})
}

// turnOldKeys lets the provider's next keys sign when those that do are old.
func (p *Praya) turnOldKeys(ctx context.Context) error {
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		if err := p.Identity.TurnSigningKeys(who.AsSystem(ctx, realm), signingAge); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}
