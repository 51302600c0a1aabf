package exchange

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"praya/platform/web"
)

const accessesOnPage = 50

// accessesView is a page of a person's accesses.
type accessesView struct {
	own
	Filter    AccessFilter
	Consumers []web.Choice
	Table     web.Table
	Older     string // full address; empty on the last page
	Newest    string
}

func (s *Service) showAccesses(v *web.Visit) error {
	o, err := s.own(v)
	if err != nil {
		return err
	}
	d := accessesView{own: o, Filter: AccessFilter{Consent: ConsentID(v.Query.Get("consent")), Consumer: v.Query.Get("consumer")}}
	all, err := s.Accesses(v.Context(), o.account, d.Filter, AccessID(v.Query.Get("before")), accessesOnPage+1)
	if err != nil {
		return err
	}
	if len(all) > accessesOnPage {
		all = all[:accessesOnPage]
		d.Older = v.With("before", string(all[len(all)-1].ID))
	}
	if v.Query.Get("before") != "" {
		d.Newest = v.With("before", "")
	}
	d.Consumers = append(d.Consumers, web.Choice{Label: v.T("exchange.access.all")})
	for _, code := range o.consumers() {
		d.Consumers = append(d.Consumers, web.Choice{Value: code, Label: o.name(code), Chosen: code == d.Filter.Consumer})
	}
	d.Table = o.accessTable(all)
	return v.Render(web.Page{Title: v.T("exchange.access.title"), Lead: v.T("exchange.access.lead"), Crumbs: o.crumbs(), Secret: true}, accessesPage(d))
}

// consumers are the parties that have asked for rights, by name.
func (o own) consumers() (out []string) {
	for _, r := range o.reg.rights {
		out = append(out, r.Consumer)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(o.name(a), o.name(b)) })
	return out
}

// outcomeTag says what came of an access.
func (x spoken) outcomeTag(a Access) templ.Component {
	switch {
	case a.Outcome != "":
		return web.Outcome(x.View, web.Refused, x.T("exchange.outcome.refused"))
	case a.Consent == "":
		return web.Outcome(x.View, web.Done, x.T("exchange.outcome.law"))
	case !answered(a.Status):
		return web.Outcome(x.View, web.Done, x.T("exchange.outcome.empty"))
	}
	return web.Outcome(x.View, web.Done, x.T("exchange.outcome.received"))
}

func (o own) accessTable(all []Access) web.Table {
	t := web.Table{ID: "accesses", Caption: o.T("exchange.access.caption"), Columns: []web.Column{
		{Head: o.T("exchange.access.when")}, {Head: o.T("exchange.access.what")}, {Head: o.T("exchange.access.outcome")},
	}, Empty: web.Empty{Why: o.T("exchange.access.none"), Next: o.T("exchange.access.none-next")}}
	for _, a := range all {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: o.Instant(a.At), Path: accessPath(a.ID)}, {Text: o.sentence(a)}, {Body: o.outcomeTag(a)},
		}})
	}
	return t
}

// accessView is one access.
type accessView struct {
	own
	Access Access
	Facts  []web.Entry
	Check  checkView
}

func (s *Service) showAccess(v *web.Visit) error {
	o, err := s.own(v)
	if err != nil {
		return err
	}
	a, _, err := s.Access(v.Context(), o.account, AccessID(v.PathValue("id")))
	if err != nil {
		return err
	}
	d := accessView{own: o, Access: a, Facts: o.facts(a)}
	if d.Check, err = s.checking(v, accessPath(a.ID)+"/bundle"); err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: v.T("exchange.access.one", "consumer", o.name(a.Consumer)), Lead: o.sentence(a), Secret: true,
		Crumbs: o.crumbs(web.Crumb{Text: v.T("exchange.access.title"), Path: ownPath + "/accesses"}),
	}, accessPage(d))
}

func (o own) facts(a Access) []web.Entry {
	basis := web.Entry{Label: o.T("exchange.access.basis"), Value: o.T("exchange.access.by-consent"), Path: consentPath(a.Consent)}
	if a.Consent == "" {
		law, l := o.law(a.Right)
		basis = web.Entry{Label: o.T("exchange.access.basis"), Value: law, Lang: l}
	}
	out := []web.Entry{
		{Label: o.T("exchange.access.when"), Value: o.Instant(a.At)},
		{Label: o.T("exchange.access.outcome"), Body: o.outcomeTag(a)},
		{Label: o.T("exchange.ask.to"), Value: o.name(a.Consumer)},
		{Label: o.T("exchange.ask.from"), Value: o.name(o.provider(a.Service))},
		{Label: o.T("exchange.ask.service"), Value: o.service(a.Service), Path: publicPath + "/services/" + a.Service},
		basis,
	}
	if a.Outcome != "" {
		out = append(out, web.Entry{Label: o.T("exchange.access.why"), Value: o.T("exchange.refusal." + string(a.Outcome))})
	}
	return append(out, web.Entry{Label: o.T("exchange.access.number"), Body: code(string(a.ID))})
}

// checkView is what the script on a page needs in order to check a bundle.
type checkView struct {
	*web.View
	Trust  LedgerTrust
	Bundle string // address of the bundle; empty: the person gives a file
}

func (s *Service) checking(v *web.Visit, bundle string) (checkView, error) {
	trust, err := s.Ledger.Trust(v.Context())
	c := checkView{View: v.View, Trust: trust}
	if bundle != "" {
		c.Bundle = v.Link(bundle)
	}
	return c, err
}

func (s *Service) showCheck(v *web.Visit) error {
	if err := v.Allow("exchange.read", web.Resource{Type: "Exchange", ID: "exchange"}); err != nil {
		return err
	}
	c, err := s.checking(v, "")
	if err != nil {
		return err
	}
	return v.Render(web.Page{
		Title: v.T("exchange.check.title"), Lead: v.T("exchange.check.lead"), Description: v.T("exchange.check.lead"),
		Crumbs: []web.Crumb{{Text: v.T("exchange.public.title"), Path: publicPath}},
	}, checkPage(c))
}

// The addresses that the ledger publishes: proofs of growth, and the newest checkpoint.
const (
	ledgerAPI = "/api/ledger/v1"
	ledgerLog = "/api/ledger/log"
)

func checkedSteps() []string {
	return []string{
		"keys", "request", "response", "bound", "said", "consent", "deletion", "commitments", "checkpoint", "inclusion", "witness", "growth",
	}
}

// sentences are what the script says, by its own keys. What it fills in stands in braces.
func (c checkView) sentences() (string, error) {
	out := map[string]string{"about": "{words}", "key": c.T("exchange.check.key", "name", "{name}", "id", "{id}")}
	for _, key := range []string{"holds", "partly", "failed", "nothing", "unreachable", "unreadable"} {
		out[key] = c.T("exchange.check." + key)
	}
	for _, step := range checkedSteps() {
		for _, found := range []string{"good", "bad", "unchecked"} {
			key := "exchange.check." + step + "." + found
			if c.Has(key) {
				out[step+"."+found] = c.T(key)
			} else {
				out[step+"."+found] = c.T("exchange.check." + found)
			}
		}
	}
	raw, err := json.Marshal(out)
	return string(raw), err
}

func (c checkView) witnesses() (string, error) {
	raw, err := json.Marshal(append([]string{}, c.Trust.Witnesses...))
	return string(raw), err
}

func (c checkView) quorum() string { return strconv.Itoa(c.Trust.Quorum) }
