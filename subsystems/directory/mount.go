package directory

import (
	"embed"
	"time"

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
func Words() words.Source { return words.Source{Prefix: "directory", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "directory", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "directory", Policy: policyText} }

// Mount registers every route. The staff pages stand on both listeners: for officers, and for
// the operator, who appoints the first staff manager.
func (s *Service) Mount(site *web.Site) {
	site.Page("GET /directory", s.showIndex)
	site.Page("GET /directory/{code}", s.showDepartment)
	site.API("GET /api/directory/", web.Raw(s.API()), web.OpenData())
	site.API("GET /api/directory/departments.csv", s.downloadDepartments, web.OpenData(), web.InSandbox())

	s.mountStaff(site.Page)
	s.mountStaff(site.Operator)
}

// importPatience is how long the largest sheet may take on a slow machine.
const importPatience = 2 * time.Minute

// mountStaff registers the pages of those who administer staff.
func (s *Service) mountStaff(page func(string, web.Handler, ...web.Option)) {
	secret := web.Secret()
	page("GET /directory/staff", s.showPosts, secret)
	page("GET /directory/staff/officers", s.showOfficers, secret)
	page("GET /directory/staff/choose", s.choose, secret)
	page("GET /directory/staff/officers/{id}", s.showOfficer, secret)
	page("GET /directory/staff/export/{sheet}", s.showExport, secret)
	page("GET /directory/staff/import", s.showImport, secret)
	page("POST /directory/staff/import", s.doImport, secret, web.Body(maxFile+1<<16), web.Patience(importPatience))
	for path, form := range map[string]web.Handler{
		"/find":                  s.findOfficer,
		"/posts/new":             s.newPost,
		"/posts/{id}":            s.editPost,
		"/posts/{id}/appoint":    s.appoint,
		"/officers/{id}/edit":    s.editOfficer,
		"/officers/{id}/grant":   s.grantRole,
		"/officers/{id}/leave":   s.leaveService,
		"/officers/{id}/invite":  s.invite,
		"/officers/{id}/unlink":  s.unlinkAccount,
		"/appointments/{id}/end": s.endAppointment,
		"/grants/{id}/end":       s.endGrant,
		"/departments/new":       s.editDepartment,
		"/departments/{code}":    s.editDepartment,
	} {
		page("GET /directory/staff"+path, form, secret)
		page("POST /directory/staff"+path, form, secret)
	}
}
