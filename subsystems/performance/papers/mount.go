package papers

import (
	"embed"
	"time"

	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/limits"
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
func Words() words.Source { return words.Source{Prefix: "papers", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "performance_papers", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "papers", Policy: policyText} }

// Mount registers every route.
func (s *Service) Mount(site *web.Site) {
	secret := web.Secret()
	site.Page("GET /papers", s.showList)
	site.Page("GET /papers/begin", s.begin, secret)
	site.Page("POST /papers/begin", s.begin, secret)
	site.Page("GET /papers/{head}/{year}", s.showReport)
	site.Page("GET /papers/{head}/{year}/check", s.showCheck, web.Limit(s.unhurried))
	site.Page("GET /papers/{head}/{year}/files", s.showFiles)
	site.Page("GET /papers/{head}/{year}/files/{kind}", s.download, web.Uncompressed())
	site.Page("GET /papers/{head}/{year}/work", s.work, secret)
	site.Page("POST /papers/{head}/{year}/work", s.work, secret)
	site.Page("GET /papers/{head}/threshold", s.setThreshold, secret)
	site.Page("POST /papers/{head}/threshold", s.setThreshold, secret)
	site.Page("GET /papers/{head}/owner", s.setOwner, secret)
	site.Page("POST /papers/{head}/owner", s.setOwner, secret)
	site.Page("GET /papers/{head}/{year}/words", s.showWords, secret)
	site.Page("GET /papers/{head}/{year}/words/edit", s.edit, secret)
	site.Page("POST /papers/{head}/{year}/words/edit", s.edit, secret)
	site.Page("GET /papers/{head}/{year}/comments", s.comment, secret)
	site.Page("POST /papers/{head}/{year}/comments", s.comment, secret)
}

// unhurried bounds how often one visitor has a report read back: that costs
// tens of milliseconds, and everybody may ask for it.
func (s *Service) unhurried(v *web.Visit) error {
	_, err := limits.Take(v.Context(), s.DB, "papers.check "+v.Client().String(), limits.Rate{Burst: 30, Per: 2 * time.Second})
	return err
}
