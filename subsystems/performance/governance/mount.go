package governance

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
func Words() words.Source { return words.Source{Prefix: "governance", Files: wordFiles} }

// Schema is what it keeps.
func Schema() db.Schema { return db.Schema{Owner: "performance_governance", Files: schemaFiles} }

// Policy is who may do what.
func Policy() access.Source { return access.Source{Name: "governance", Policy: policyText} }

// Mount registers every route. What officers do stands on the public listener behind their
// sign-in; whoever runs the program reads and imports on the operator's.
func (s *Service) Mount(site *web.Site) {
	for name, read := range s.lists() {
		site.API("GET /api/governance/"+name+".csv", s.downloadList(name, read), web.OpenData())
	}
	site.API("GET /api/governance/datapackage.json", s.sendDescriptor, web.OpenData())
	site.API("GET /api/governance/", web.Raw(s.API()), web.OpenData())

	secret := web.Secret()
	for _, page := range []func(string, web.Handler, ...web.Option){site.Page, site.Operator} {
		page("GET /governance", s.showOverview)
		for name, read := range s.lists() {
			page("GET /governance/"+name, s.showList(name, read))
		}
		page("GET /governance/systems/{code}", s.showSystem)
		page("GET /governance/plans/{id}", s.showPlan)
		page("GET /governance/projects/{id}", s.showProject)
		page("GET /governance/work/{id}", s.showOrder)
		page("GET /governance/levels/{id}", s.showLevel)
		page("GET /governance/audits/{id}", s.showAudit)
		page("GET /governance/rates/{year}", s.showRates)
		page("GET /governance/desk", s.showDesk, secret)
		page("GET /governance/desk/export/{list}", s.exportList, secret)
		page("GET /governance/import", s.showImport, secret)
		page("POST /governance/import", s.doImport, secret, web.Body(maxFile+1<<16))
	}
	for path, form := range s.forms() {
		site.Page("GET /governance"+path, form, secret)
		site.Page("POST /governance"+path, form, secret)
	}
}

// forms are what officers do, by address: each handler shows its form and takes it.
func (s *Service) forms() map[string]web.Handler {
	out := map[string]web.Handler{
		"/projects/new":                 s.newProject,
		"/projects/{id}/edit":           s.editProject,
		"/projects/{id}/plan":           s.planProject,
		"/projects/{id}/stage":          s.stageProject,
		"/projects/{id}/return":         s.fileReturnForm,
		"/returns/{id}/confirm":         s.confirmReturn,
		"/returns/{id}/withdraw":        s.withdrawReturn,
		"/compile":                      s.compileYear,
		"/plans/new":                    s.newPlan,
		"/plans/{id}/withdraw":          s.withdrawPlanForm,
		"/work/new":                     s.newOrder,
		"/work/{id}/correct":            s.correctOrderForm,
		"/work/{id}/cancel":             s.cancelOrderForm,
		"/levels/new":                   s.newLevel,
		"/levels/{id}/judge":            s.judgeLevel,
		"/levels/{id}/end":              s.endLevelForm,
		"/audits/new":                   s.newAudit,
		"/audits/{id}/finding":          s.newFinding,
		"/findings/{id}/follow":         s.followFindingForm,
		"/systems/new":                  s.putSystem,
		"/systems/{code}/edit":          s.putSystem,
		"/systems/{code}/checks/{kind}": s.recordCheckForm,
	}
	for name, form := range s.systemForms() {
		out["/systems/{code}/"+name] = form
	}
	return out
}
