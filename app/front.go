package app

import (
	"embed"

	"praya/platform/web"
)

//go:embed words/*.json
var wordFiles embed.FS

// faultFiles are what the platform's parts say when they refuse: they know no words of their own.
//
//go:embed faults/words/*.json
var faultFiles embed.FS

//go:embed policy.cedar
var policyText string

// front is the page that everybody comes to first.
func (p *Praya) front(v *web.Visit) error {
	highlights, err := p.Estimates.Highlights(v)
	if err != nil {
		return err
	}
	portal, err := p.Services.Front(v)
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: p.Config.Name.In(v.Lang()), Lead: v.T("app.front.lead"), Description: v.T("app.front.lead"),
	}, frontPage(v.View, portal, highlights, p.demonstration))
}
