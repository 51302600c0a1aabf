package app

import (
	"embed"

	"praya/kernel/who"
	"praya/platform/web"
	"praya/subsystems/exchange"
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
	around, err := p.aroundMe(v)
	if err != nil {
		return err
	}
	portal, err := p.Services.Front(v, around...)
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: p.Config.Name.In(v.Lang()), Lead: v.T("app.front.lead"), Description: v.T("app.front.lead"),
	}, frontPage(v.View, portal, highlights, p.demonstration))
}

// aroundMe is what is new for a person beside their applications: notices, and who may fetch
// their data.
func (p *Praya) aroundMe(v *web.Visit) ([]web.Task, error) {
	if v.Actor().Kind != who.Person {
		return nil, nil
	}
	unread, err := p.Identity.Unread(v.Context())
	if err != nil {
		return nil, err
	}
	consents, err := p.Exchange.OwnAll(v.Context(), v.Actor().ID)
	if err != nil {
		return nil, err
	}
	active := 0
	for _, c := range consents {
		if c.State == exchange.Active && v.Now().Before(c.Until) {
			active++
		}
	}
	return []web.Task{
		{Text: v.T("app.front.notices"), Hint: v.T("app.front.unread", "count", unread), Path: "/me/inbox"},
		{Text: v.T("exchange.me.title"), Hint: v.T("app.front.consents", "count", active), Path: "/me/exchange"},
	}, nil
}
