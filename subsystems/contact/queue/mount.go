package queue

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

// The roles that the app declares to the directory.
const (
	AgentRole      = "contact-agent"
	SupervisorRole = "contact-supervisor"
)

// Words is what this folder says.
func Words() words.Source { return words.Source{Prefix: "queue", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "contact_queue", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "queue", Policy: policyText} }

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	s.mountPages(site)
	s.mountAPI(site)
}
