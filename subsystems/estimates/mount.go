package estimates

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

// Words is what this subsystem says.
func Words() words.Source { return words.Source{Prefix: "estimates", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "estimates", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "estimates", Policy: policyText} }

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	site.Page("GET /estimates", s.showIndex)
	site.Page("GET /estimates/search", s.showSearch)
	site.Page("GET /estimates/compare", s.showCompare)
	site.Page("GET /estimates/{year}", s.showYear)
	site.Page("GET /estimates/{year}/{head}", s.showHead)
	site.Page("GET /estimates/{year}/{head}/items", s.showItems)
	site.Page("GET /estimates/{year}/{head}/measures", s.showMeasures)
	site.Page("GET /estimates/{year}/{head}/subheads", s.showSubheads)
	site.Page("GET /estimates/{year}/{head}/commitments", s.showCommitments)
	site.Page("GET /estimates/{year}/{head}/checks", s.showChecks)
	site.Page("GET /estimates/{year}/{head}/source", s.showSource)

	s.mountAPI(site)
	site.API("GET /api/estimates/download/{year}/all.csv", s.downloadYear, web.Patience(yearPatience))
	site.API("GET /api/estimates/download/{year}/{head}/{group}/{file}", s.download)

	site.Operator("GET /estimates/import", s.showImport)
	site.Operator("POST /estimates/import", s.doImport, web.Body(s.bodyLimit()), web.Patience(yearPatience))
	site.OperatorAPI("POST /api/estimates/import", s.importAPI, web.Body(s.bodyLimit()), web.Patience(yearPatience))
}
