package fees

import (
	"embed"

	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/web"
	"praya/platform/words"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed schema/*.sql
var schemaFiles embed.FS

//go:embed policy.cedar
var policyText string

// Words is what this folder says.
func Words() words.Source { return words.Source{Prefix: "fees", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "services_fees", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "fees", Policy: policyText} }

const (
	ownPath  = "/me/bills"
	deskPath = "/fees/desk"
)

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	secret := web.Secret()
	site.Page("GET "+ownPath, s.showOwns, secret)
	site.Page("GET "+ownPath+"/{id}", s.showOwn, secret)
	site.Page("POST "+ownPath+"/{id}", s.pay, secret)
	site.Page("GET "+ownPath+"/{id}/return", s.comeBack, secret)
	site.Page("GET "+ownPath+"/{id}/receipt", s.showReceipt, secret)
	site.Page("GET "+ownPath+"/{id}/receipt/print", s.printReceipt, secret)

	for _, p := range s.Providers {
		if sim, ok := p.(*Simulated); ok {
			x := simulation{sim, s}
			site.Page("GET "+simulatedPath+"/{payment}", x.show, secret)
			site.Page("POST "+simulatedPath+"/{payment}", x.choose, secret)
		}
	}
	site.API("POST /api/fees/notifications/{provider}", s.notified, web.Body(mostNotice))

	site.Page("GET "+deskPath, s.showDesk, secret)
	site.Page("GET "+deskPath+"/export", s.exportDay, secret)
	site.Page("POST "+deskPath+"/reconcile", s.reconcileNow, secret)
	site.Page("GET "+deskPath+"/bills/{id}", s.showBill, secret)
	for path, ask := range map[string]web.Handler{
		"/bills/{id}/refund": s.askRefund,
		"/refunds/{id}":      s.askDecision,
		"/differences/{id}":  s.askSettlement,
	} {
		site.Page("GET "+deskPath+path, ask, secret)
		site.Page("POST "+deskPath+path, ask, secret)
	}
}
