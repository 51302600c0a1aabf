package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/platform/web"
)

func (s *Service) mountDesk(page func(pattern string, h web.Handler)) {
	for path, show := range map[string]web.Handler{
		"": s.showDesk, "/keys": s.showKeys, "/services": s.showServices, "/rights": s.showRights, "/deletions": s.showDeletions, "/reports": s.showReportsOn,
	} {
		page("GET "+deskPath+path, show)
	}
	for path, form := range map[string]web.Handler{
		"/keys/add": s.addKeyForm, "/keys/end": s.endKeyForm, "/services/new": s.newServiceForm, "/services/edit": s.editServiceForm,
		"/rights/ask": s.askRightForm, "/rights/decide": s.decideRightForm, "/rights/revoke": s.revokeRightForm, "/reports/answer": s.answerForm,
	} {
		page("GET "+deskPath+path, form)
		page("POST "+deskPath+path, form)
	}
}

// desk is what the officers of a party's department see of it.
type desk struct {
	spoken
	Party   Party
	Others  []Party // that the reader may look after too
	Steward bool
	Tab     string
	can     func(action string, p Party) bool
}

// desk opens the desk of the party that is asked for, else of the reader's department. A desk
// without a party is for who has none yet.
func (s *Service) desk(v *web.Visit, tab string) (d desk, err error) {
	reg, err := s.fresh(v.Context())
	if err != nil {
		return d, err
	}
	d.spoken, d.Tab = spoken{v.View, reg}, tab
	d.can = func(action string, p Party) bool { return s.may(v.Context(), action, p) == nil }
	for _, p := range d.parties() {
		if d.can("exchange.develop", p) {
			d.Others = append(d.Others, p)
		}
	}
	code := v.Query.Get("party")
	switch {
	case code != "":
		p, ok := reg.parties[code]
		if !ok {
			return d, fault.New(fault.NotFound, "exchange.fault.no-party")
		}
		d.Party = p
		err = s.may(v.Context(), "exchange.develop", p)
	case len(d.Others) > 0:
		d.Party = d.Others[0]
	default: // whoever has the role may see that there is nothing yet
		err = s.may(v.Context(), "exchange.develop", Party{Code: "none", Department: v.Actor().Duty.Department})
	}
	d.Steward = d.can("exchange.steward", d.Party)
	return d, err
}

func (d desk) path(rest string, pairs ...string) string {
	q := url.Values{"party": {d.Party.Code}}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return deskPath + rest + "?" + q.Encode()
}

func (d desk) tabs() (out []web.Tab) {
	for _, t := range []string{"", "/keys", "/services", "/rights", "/deletions", "/reports"} {
		if t == "/reports" && !d.can("exchange.answer", d.Party) {
			continue
		}
		name := "overview"
		if t != "" {
			name = t[1:]
		}
		out = append(out, web.Tab{Text: d.T("exchange.desk." + name), Path: d.path(t), Current: name == d.Tab})
	}
	return out
}

// show renders a tab of the desk.
func (d desk) show(v *web.Visit, body templ.Component) error {
	if d.Party.Code == "" {
		return v.Render(web.Page{Title: v.T("exchange.desk.title"), Wide: true, Secret: true}, noPartyPage(v.View))
	}
	return v.Render(web.Page{Title: v.T("exchange.desk.of", "party", d.name(d.Party.Code)), Lead: v.T("exchange.desk.lead"), Wide: true, Secret: true}, deskPage(d, body))
}

func (s *Service) showDesk(v *web.Visit) error {
	d, err := s.desk(v, "overview")
	if err != nil || d.Party.Code == "" {
		return firstError(err, func() error { return d.show(v, nil) })
	}
	counts, err := s.Counts(v.Context(), d.Party.Code)
	if err != nil {
		return err
	}
	tasks, err := s.deskTasks(v.Context(), d)
	if err != nil {
		return err
	}
	return d.show(v, overviewPage(d, tasks, d.countTable(counts)))
}

// firstError is an error, or else what an act gives.
func firstError(err error, act func() error) error {
	if err != nil {
		return err
	}
	return act()
}

// deskTasks is what waits for somebody.
func (s *Service) deskTasks(ctx context.Context, d desk) (out []web.Task, err error) {
	waiting := len(d.rights(func(r Right) bool {
		return d.provider(r.Service) == d.Party.Code && (r.State == Asked || r.State == Proposed)
	}))
	if waiting > 0 {
		out = append(out, web.Task{Text: d.T("exchange.desk.rights-wait", "count", waiting), Path: d.path("/rights"), State: web.Waiting})
	}
	deletions, err := s.DeletionsOf(ctx, d.Party.Code)
	if err != nil {
		return nil, err
	}
	late := 0
	for _, x := range deletions {
		if x.Late(d.Now().Day()) {
			late++
		}
	}
	if late > 0 {
		out = append(out, web.Task{Text: d.T("exchange.desk.deletions-late", "count", late), Path: d.path("/deletions"), State: web.Late})
	}
	if !d.can("exchange.answer", d.Party) {
		return out, nil
	}
	reports, err := s.ReportsOn(ctx, d.Party.Code)
	open := 0
	for _, r := range reports {
		if r.State == ReportOpen {
			open++
		}
	}
	if open > 0 {
		out = append(out, web.Task{Text: d.T("exchange.desk.reports-wait", "count", open), Path: d.path("/reports"), State: web.Waiting})
	}
	return out, err
}

func (d desk) countTable(all []Count) web.Table {
	t := web.Table{ID: "counts", Caption: d.T("exchange.desk.counts"), Mode: web.Figures, Columns: []web.Column{
		{Head: d.T("exchange.ask.service")}, {Head: d.T("exchange.ask.to")}, {Head: d.T("exchange.access.outcome")}, {Head: d.T("exchange.desk.calls"), Numeric: true},
	}, Empty: web.Empty{Why: d.T("exchange.desk.no-calls")}}
	for _, c := range all {
		outcome := d.T("exchange.outcome.answered")
		if c.Outcome != "" {
			outcome = d.T("exchange.refusal." + string(c.Outcome))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: d.service(c.Service)}, {Text: d.name(c.Consumer)}, {Text: outcome}, {Text: d.Number(c.Calls)}}})
	}
	return t
}

func (s *Service) showKeys(v *web.Visit) error {
	d, err := s.desk(v, "keys")
	if err != nil {
		return err
	}
	t := web.Table{ID: "keys", Caption: v.T("exchange.desk.keys"), Columns: []web.Column{
		{Head: v.T("exchange.key.id")},
		{Head: v.T("exchange.key.use")},
		{Head: v.T("exchange.key.print")},
		{Head: v.T("exchange.key.from")},
		{Head: v.T("exchange.key.until")},
		{Head: v.T("exchange.me.state")},
	}, Empty: web.Empty{Why: v.T("exchange.key.none"), Next: v.T("exchange.key.none-next")}}
	for _, k := range d.keys() {
		until, id := v.T("exchange.key.no-end"), web.Cell{Text: k.ID}
		if !k.Until.IsZero() {
			until = v.Date(lastDay(k.Until))
		}
		if k.Revoked.IsZero() {
			id.Path = d.path("/keys/end", "key", k.ID)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			id, {Text: v.T("exchange.key." + string(k.Use))}, {Body: code(thumbprint(k))}, {Text: v.Date(k.From.Day())}, {Text: until}, {Body: keyTag(d, k)},
		}})
	}
	return d.show(v, tablePage(d.View, t, d.path("/keys/add"), v.T("exchange.key.add")))
}

// keys are the party's keys, the newest first.
func (d desk) keys() (out []heldKey) {
	for _, k := range d.reg.keys {
		if k.Party == d.Party.Code {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b heldKey) int { return b.From.Time().Compare(a.From.Time()) })
	return out
}

// thumbprint names a key by its content (RFC 7638).
func thumbprint(k heldKey) string {
	j := jwkOf(k.ID, k.public)
	text := fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q}`, j.Curve, j.KeyType, j.X)
	if j.Y != "" {
		text = fmt.Sprintf(`{"crv":%q,"kty":%q,"x":%q,"y":%q}`, j.Curve, j.KeyType, j.X, j.Y)
	}
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func keyTag(d desk, k heldKey) templ.Component {
	switch {
	case !k.Revoked.IsZero():
		return web.Outcome(d.View, web.Refused, d.T("exchange.key.revoked"))
	case k.holds(d.Now()):
		return web.Outcome(d.View, web.Approved, d.T("exchange.key.valid"))
	case d.Now().Before(k.From):
		return web.Outcome(d.View, web.NotStarted, d.T("exchange.key.later"))
	}
	return web.Outcome(d.View, web.Withdrawn, d.T("exchange.key.ended"))
}

func (s *Service) showServices(v *web.Visit) error {
	d, err := s.desk(v, "services")
	if err != nil {
		return err
	}
	t := web.Table{ID: "services", Caption: v.T("exchange.desk.services"), Columns: []web.Column{
		{Head: v.T("exchange.party.code")}, {Head: v.T("exchange.service.title")}, {Head: v.T("exchange.me.fields")}, {Head: v.T("exchange.me.state")},
	}, Empty: web.Empty{Why: v.T("exchange.service.none"), Next: v.T("exchange.service.none-next")}}
	var all []*openService
	for _, x := range d.reg.services {
		if x.Provider == d.Party.Code {
			all = append(all, x)
		}
	}
	slices.SortFunc(all, func(a, b *openService) int { return slices.Compare([]byte(a.Code), []byte(b.Code)) })
	for _, x := range all {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: x.Code, Path: d.path("/services/edit", "service", x.Code)}, named(v.View, x.Title, ""), {Text: v.Number(int64(len(x.Fields)))}, {Body: serviceTag(v.View, x.State)},
		}})
	}
	return d.show(v, tablePage(d.View, t, d.path("/services/new"), v.T("exchange.service.new")))
}

func serviceTag(v *web.View, state State) templ.Component {
	return web.Outcome(v, map[State]web.State{Draft: web.NotStarted, Open: web.Approved, Suspended: web.Waiting, Ended: web.Withdrawn}[state], v.T("exchange.service."+string(state)))
}

func partyTag(v *web.View, p Party) templ.Component {
	if p.Suspended {
		return web.Outcome(v, web.Refused, v.T("exchange.party.suspended"))
	}
	return web.Outcome(v, web.Approved, v.T("exchange.party.active"))
}

func rightTag(v *web.View, r Right) templ.Component {
	state := map[RightState]web.State{Asked: web.Waiting, Proposed: web.Waiting, Granted: web.Approved, Refused: web.Refused, Revoked: web.Withdrawn}[r.State]
	return web.Outcome(v, state, v.T("exchange.right."+string(r.State)))
}

func (s *Service) showRights(v *web.Visit) error {
	d, err := s.desk(v, "rights")
	if err != nil {
		return err
	}
	asked := d.deskRights("asked", v.T("exchange.right.of-us"), func(r Right) bool { return d.provider(r.Service) == d.Party.Code })
	ours := d.deskRights("ours", v.T("exchange.right.ours"), func(r Right) bool { return r.Consumer == d.Party.Code })
	others := web.Table{ID: "others", Caption: v.T("exchange.right.others"), Columns: []web.Column{
		{Head: v.T("exchange.ask.service")}, {Head: v.T("exchange.ask.from")},
	}, Empty: web.Empty{Why: v.T("exchange.right.no-others")}}
	for _, x := range d.openServices() {
		if x.Provider != d.Party.Code && x.State == Open {
			others.Rows = append(others.Rows, web.Row{Cells: []web.Cell{
				named(v.View, x.Title, d.path("/rights/ask", "service", x.Code)), named(v.View, d.reg.name(x.Provider), ""),
			}})
		}
	}
	return d.show(v, rightsPage(d.View, asked, ours, others))
}

func (d desk) deskRights(id, caption string, want func(Right) bool) web.Table {
	t := web.Table{ID: id, Caption: caption, Columns: []web.Column{
		{Head: d.T("exchange.ask.service")}, {Head: d.T("exchange.ask.to")}, {Head: d.T("exchange.ask.purpose")}, {Head: d.T("exchange.access.basis")}, {Head: d.T("exchange.me.state")},
	}, Empty: web.Empty{Why: d.T("exchange.right.none")}}
	for _, r := range d.rights(want) {
		first := web.Cell{Text: d.service(r.Service), Small: d.fields(r.Service, r.Fields)}
		mine := d.provider(r.Service) == d.Party.Code && d.Steward
		if mine && (r.State == Asked || r.State == Proposed) {
			first.Path = d.path("/rights/decide", "right", string(r.ID))
		} else if mine && r.State == Granted {
			first.Path = d.path("/rights/revoke", "right", string(r.ID))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			first, {Text: d.name(r.Consumer)}, {Text: d.purpose(r.Purpose)}, {Text: d.T("exchange.basis." + string(r.Basis))}, {Body: rightTag(d.View, r)},
		}})
	}
	return t
}

func (s *Service) showDeletions(v *web.Visit) error {
	d, err := s.desk(v, "deletions")
	if err != nil {
		return err
	}
	all, err := s.DeletionsOf(v.Context(), d.Party.Code)
	if err != nil {
		return err
	}
	t := web.Table{ID: "deletions", Caption: v.T("exchange.desk.deletions"), Columns: []web.Column{
		{Head: v.T("exchange.deletion.consent")}, {Head: v.T("exchange.deletion.why")}, {Head: v.T("exchange.deletion.due")}, {Head: v.T("exchange.deletion.receipt")},
	}, Empty: web.Empty{Why: v.T("exchange.deletion.none")}}
	today := v.Now().Day()
	slices.SortStableFunc(all, func(a, b Deletion) int { // late ones first
		if a.Late(today) == b.Late(today) {
			return 0
		}
		if a.Late(today) {
			return -1
		}
		return 1
	})
	for _, x := range all {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Body: code(string(x.Consent))}, {Text: v.T("exchange.deletion." + x.Why)}, {Text: v.Date(x.Due)}, {Body: receiptTag(v.View, x, today)},
		}})
	}
	return d.show(v, tablePage(d.View, t, "", ""))
}

func (s *Service) showReportsOn(v *web.Visit) error {
	d, err := s.desk(v, "reports")
	if err != nil {
		return err
	}
	all, err := s.ReportsOn(v.Context(), d.Party.Code)
	if err != nil {
		return err
	}
	t := web.Table{ID: "reports", Caption: v.T("exchange.desk.reports"), Columns: []web.Column{
		{Head: v.T("exchange.report.sent")}, {Head: v.T("exchange.report.text")}, {Head: v.T("exchange.me.state")},
	}, Empty: web.Empty{Why: v.T("exchange.report.none-on")}}
	for _, r := range all {
		first := web.Cell{Text: v.Instant(r.At)}
		if r.State == ReportOpen {
			first.Path = d.path("/reports/answer", "report", string(r.ID))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{first, {Text: r.Text, Small: r.Answer}, {Body: reportTag(v.View, r)}}})
	}
	return d.show(v, tablePage(d.View, t, "", ""))
}

func (d desk) partyChoices() (out []web.Choice) {
	for _, p := range d.Others {
		out = append(out, web.Choice{Value: p.Code, Label: p.Name.In(d.Lang()), Chosen: p.Code == d.Party.Code})
	}
	return out
}
