package votes

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
func Words() words.Source { return words.Source{Prefix: "votes", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "performance_votes", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "votes", Policy: policyText} }

// Mount registers every route. What officers see stands at the same door, behind signing in;
// policy decides.
func (s *Service) Mount(site *web.Site) {
	site.Page("GET /votes/{head}", s.showOverview)
	site.Page("GET /votes/{head}/subheads/{code}", s.showSubhead)
	site.Page("GET /votes/{head}/commitments", s.showCommitments)
	site.Page("GET /votes/{head}/commitments/{code}", s.showCommitment)
	site.Page("GET /votes/{head}/posts", s.showPosts)

	secret := web.Secret()
	site.Page("GET /votes/{head}/queue", s.showQueue, secret)
	site.Page("GET /votes/{head}/journal", s.showJournal, secret)
	site.Page("GET /votes/{head}/journal/export", s.downloadJournal, secret)
	site.Page("GET /votes/{head}/periods", s.showPeriods, secret)
	site.Page("GET /votes/{head}/differences", s.showDifferences, secret)
	site.Page("GET /votes/{head}/import", s.showImport, secret)
	site.Page("POST /votes/{head}/import", s.doImport, secret, web.Body(maxFile+1<<16))
	for path, form := range map[string]web.Handler{
		"/queue/{id}":       s.decideRequest,
		"/enter/{what}":     s.enter,
		"/periods/{month}":  s.setPeriod,
		"/differences/{id}": s.settleDifference,
	} {
		site.Page("GET /votes/{head}"+path, form, secret)
		site.Page("POST /votes/{head}"+path, form, secret)
	}
	s.mountAPI(site)
	site.OperatorAPI("POST /api/votes/load/{sheet}", s.loadSheet, web.Body(maxFile+1))
}
