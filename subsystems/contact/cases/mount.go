package cases

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
func Words() words.Source { return words.Source{Prefix: "cases", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "contact_cases", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "cases", Policy: policyText} }

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	s.mountPages(site)
	s.mountAPI(site)
}
