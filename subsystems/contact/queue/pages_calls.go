package queue

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/when"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/web"
)

// ofCall is a call as policy sees it.
func (f face) ofCall(c Call) access.Resource {
	return access.Resource{Type: "Call", ID: string(c.ID), Attrs: map[string]any{"own": c.Agent != "" && c.Agent == f.account()}}
}

// listed is how many calls a page lists.
const listed = 50

// showCalls lists calls of a day, or all: an agent's own, for a supervisor everybody's.
func (s *Service) showCalls(v *web.Visit) error {
	f := face{v, s}
	if err := v.Allow("queue.board", centre()); err != nil {
		return err
	}
	filter := Filter{Outcome: Outcome(v.Query.Get("outcome")), Limit: listed + 1, Agent: v.Query.Get("agent")}
	if !f.supervises() {
		filter.Agent = f.account()
	}
	if d, err := when.ParseDay(v.Query.Get("day")); err == nil && !d.IsZero() {
		filter.From, filter.To = midnight(d), midnight(d.Add(1))
	}
	filter.Offset, _ = strconv.Atoi(v.Query.Get("from")) // what is no number is the beginning
	filter.Offset = min(max(filter.Offset, 0), 10_000)
	var calls []Call
	if err := f.read(func(tx *db.Tx) (err error) { calls, err = s.Calls(tx, filter); return err }); err != nil {
		return err
	}
	var more []web.Crumb
	if filter.Offset > 0 {
		more = append(more, web.Crumb{Text: v.T("queue.calls.newer"), Path: f.offset(max(filter.Offset-listed, 0))})
	}
	if len(calls) > listed {
		calls = calls[:listed]
		more = append(more, web.Crumb{Text: v.T("queue.calls.older"), Path: f.offset(filter.Offset + listed)})
	}
	choices := []web.Choice{{Value: "", Label: v.T("queue.calls.every")}}
	for _, o := range Outcomes() {
		choices = append(choices, web.Choice{Value: string(o), Label: v.T("queue.outcome." + string(o)), Chosen: o == filter.Outcome})
	}
	lead := v.T("queue.calls.own")
	if f.supervises() {
		lead = v.T("queue.calls.all")
	}
	return v.Render(web.Page{Title: v.T("queue.calls.title"), Lead: lead, Crumbs: f.crumbs(), Wide: true, Secret: true}, stack([]templ.Component{
		filterCalls(v.View, web.Form{Action: callsPath, Get: true, Filter: true, Quiet: true, Submit: v.T("queue.calls.show")},
			web.Field{Name: "day", Label: v.T("queue.calls.day"), Hint: v.T("queue.calls.day-hint"), Value: v.Query.Get("day"), Width: "short", Optional: true},
			web.Field{Name: "outcome", Label: v.T("queue.col.outcome"), Optional: true}, choices),
		web.DataTable(v.View, f.callsTable(calls)), ways(v.View, more),
	}))
}

// offset is the same list from elsewhere on.
func (f face) offset(n int) string {
	q := url.Values{}
	for k, v := range f.Query {
		q[k] = v
	}
	q.Set("from", strconv.Itoa(n))
	return callsPath + "?" + q.Encode()
}

func (f face) callsTable(calls []Call) web.Table {
	t := web.Table{
		ID: "calls", Caption: f.T("queue.calls.caption"), Empty: web.Empty{Why: f.T("queue.calls.none")},
		Columns: []web.Column{
			{Head: f.T("queue.col.reference")},
			{Head: f.T("queue.col.arrived")},
			{Head: f.T("queue.col.language")},
			{Head: f.T("queue.col.skill")},
			{Head: f.T("queue.col.waited"), Numeric: true},
			{Head: f.T("queue.col.outcome")},
			{Head: f.T("queue.col.agent")},
		},
	}
	for _, c := range calls {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: c.Reference, Path: callsPath + "/" + url.PathEscape(string(c.ID))},
			{Text: f.Instant(c.Arrived)},
			{Text: f.languageName(c.Language)},
			{Text: f.skillName(c.Skill)},
			{Text: f.waited(c)},
			{Text: f.outcome(c)},
			{Text: f.agentName(c.Agent)},
		}})
	}
	return t
}

func (f face) outcome(c Call) string {
	if c.Outcome == "" {
		return f.T("queue.outcome.waiting")
	}
	return f.T("queue.outcome." + string(c.Outcome))
}

func (f face) waited(c Call) string {
	if c.State == IsWaiting {
		return f.length(f.Now().Sub(c.Arrived), true)
	}
	return f.length(c.Waited, true)
}

// callHere is the call in the address, for who may see it.
func (f face) callHere() (c Call, err error) {
	err = f.read(func(tx *db.Tx) (err error) { c, err = f.Service.Call(tx, CallID(f.PathValue("id"))); return err })
	if err != nil {
		return c, err
	}
	return c, f.Allow("queue.call", f.ofCall(c))
}

// showCall is one call.
func (s *Service) showCall(v *web.Visit) error {
	f := face{v, s}
	c, err := f.callHere()
	if err != nil {
		return err
	}
	return f.callPage(c, button(v.View, web.Form{Action: callsPath + "/" + url.PathEscape(string(c.ID)) + "/number", Submit: v.T("queue.calls.open-number"), Quiet: true}))
}

// showNumber opens the caller's number, and writes into the audit trail that somebody did.
func (s *Service) showNumber(v *web.Visit) error {
	f := face{v, s}
	c, err := f.callHere()
	if err != nil {
		return err
	}
	var number string
	err = s.DB.Write(v.Context(), func(tx *db.Tx) (err error) {
		if number, err = s.NumberOf(tx, c.ID); err != nil {
			return err
		}
		return note(tx, "number", string(c.ID))
	})
	if err != nil {
		return err
	}
	if number == "" {
		return f.callPage(c, sentence(v.T("queue.calls.withheld")))
	}
	return f.callPage(c, web.SummaryList(v.View, []web.Entry{{Label: v.T("queue.calls.number"), Value: number}}))
}

func (f face) callPage(c Call, number templ.Component) error {
	yes := map[bool]string{true: f.T("queue.yes"), false: f.T("queue.no")}
	rows := []web.Entry{
		{Label: f.T("queue.col.outcome"), Value: f.outcome(c)},
		{Label: f.T("queue.col.arrived"), Value: f.Instant(c.Arrived)},
		{Label: f.T("queue.col.waited"), Value: f.waited(c)},
		{Label: f.T("queue.col.language"), Value: f.languageName(c.Language)},
		{Label: f.T("queue.col.skill"), Value: f.skillName(c.Skill)},
		{Label: f.T("queue.col.agent"), Value: f.agentName(c.Agent)},
	}
	if !c.Answered.IsZero() {
		rows = append(rows, web.Entry{Label: f.T("queue.col.answered"), Value: f.Instant(c.Answered)},
			web.Entry{Label: f.T("queue.calls.enquiry"), Value: yes[c.Enquiry]}, web.Entry{Label: f.T("queue.measure.at-first"), Value: yes[c.AtFirst]})
	}
	if !c.Ended.IsZero() {
		rows = append(rows, web.Entry{Label: f.T("queue.col.ended"), Value: f.Instant(c.Ended)})
	}
	if c.Rating > 0 {
		rows = append(rows, web.Entry{Label: f.T("queue.calls.rating"), Value: f.T("queue.calls.rating-of", "rating", c.Rating)})
	}
	if c.Recording != "" && f.Recordings != nil {
		if path := f.Recordings(f.Context(), c); path != "" {
			rows = append(rows, web.Entry{Label: f.T("queue.calls.recording"), Value: f.T("queue.calls.listen"), Path: path})
		}
	}
	return f.Render(web.Page{
		Title: f.T("queue.calls.one", "reference", c.Reference), Secret: true,
		Crumbs: append(f.crumbs(), web.Crumb{Text: f.T("queue.calls.title"), Path: callsPath}),
	}, stack([]templ.Component{web.SummaryList(f.View, rows), number}))
}
