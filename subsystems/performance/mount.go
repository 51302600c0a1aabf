package performance

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

// Words is what this package says.
func Words() words.Source { return words.Source{Prefix: "performance", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "performance", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "performance", Policy: policyText} }

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	site.Page("GET /performance", s.showIndex)
	site.Page("GET /performance/board", s.showBoard)
	site.Page("GET /performance/search", s.showSearch)
	site.Page("GET /performance/heads/{head}", s.showHead)
	site.Page("GET /performance/heads/{head}/history", s.showHistory)
	site.Page("GET /performance/heads/{head}/{year}", s.showPaper)
	site.Page("GET /performance/initiatives/{id}", s.showInitiative)
	site.Page("GET /performance/carried/{kind}/{head}/{code}", s.showCarried)
	site.Page("GET /performance/measures", s.showMeasures)
	site.Page("GET /performance/measures/{id}", s.showMeasure)
	site.Page("GET /performance/measures/{id}/{period}", s.showCases)

	secret := web.Secret()
	site.Page("GET /performance/desk", s.showDesk, secret)
	site.Page("GET /performance/heads/{head}/{year}/match", s.showMatch, secret)
	site.Page("POST /performance/heads/{head}/{year}/match", s.acceptLikely, secret)
	for path, form := range map[string]web.Handler{
		"/initiatives/{id}/follow":          s.follow,
		"/initiatives/{id}/milestone":       s.newMilestone,
		"/initiatives/{id}/evidence":        s.addEvidence,
		"/initiatives/{id}/review":          s.addReview,
		"/initiatives/{id}/settle":          s.settle,
		"/milestones/{id}":                  s.editMilestone,
		"/links/{id}":                       s.decideLink,
		"/heads/{head}/history/new":         s.addSuccession,
		"/heads/{head}/history/{id}/remove": s.removeSuccession,
		"/heads/{head}/measures/new":        s.newMeasure,
		"/measures/{id}/edit":               s.editMeasure,
		"/measures/{id}/give":               s.giveValue,
		"/values/{id}":                      s.confirmValue,
	} {
		site.Page("GET /performance"+path, form, secret)
		site.Page("POST /performance"+path, form, secret)
	}
	s.mountAPI(site)
}
