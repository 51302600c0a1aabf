package votes

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/web"
)

const pageSize = 50

// officer labels a colleague; what the rules let through by itself says so.
func (d desk) officer(id string) string {
	switch {
	case id == "":
		return ""
	case id == byRule:
		return d.T("votes.by-rule")
	case strings.HasPrefix(id, string(who.System)+":"):
		return d.T("votes.by-program")
	case strings.HasPrefix(id, string(who.Operator)+":"):
		return d.T("votes.by-operator")
	case id == person(d.Actor()):
		return d.T("votes.by-you")
	case d.Service.Officers != nil:
		if label := d.Service.Officers.Label(d.Context(), id, d.Lang()); label != "" {
			return label
		}
	}
	return d.T("votes.by-officer", "id", id[:min(len(id), 8)])
}

func (s *Service) showQueue(v *web.Visit) error {
	d, err := s.officers(v, "votes.draft")
	if err != nil {
		return err
	}
	parts := []templ.Component{d.tabs("queue")}
	for _, state := range []State{Pending, Approved, Refused} {
		list, err := s.Requests(v.Context(), d.Code, state)
		if err != nil {
			return err
		}
		if state != Pending {
			if len(list) == 0 {
				continue
			}
			list = list[:min(len(list), pageSize)]
		}
		parts = append(parts, web.DataTable(v.View, d.requestTable(state, list)))
	}
	return v.Render(web.Page{Title: v.T("votes.queue.title", "head", d.Code), Lead: v.T("votes.queue.lead"), Crumbs: d.crumbs(), Wide: true, Secret: true}, stack(parts))
}

func (d desk) requestTable(state State, list []Request) web.Table {
	t := web.Table{
		ID: "requests-" + string(state), Caption: d.T("votes.queue." + string(state)), Mode: web.Records,
		Columns: []web.Column{{Head: d.T("votes.col.request")}, {Head: d.T("votes.col.about")}, {Head: d.T("votes.col.year")}, {Head: d.T("votes.col.asked")}, {Head: d.T("votes.col.state")}},
		Empty:   web.Empty{Why: d.T("votes.queue.none"), Next: d.T("votes.queue.none-next")},
	}
	for _, r := range list {
		t.Rows = append(t.Rows, web.Row{ID: string(r.ID), Cells: []web.Cell{
			{Text: d.T("votes.kind." + string(r.Kind)), Path: d.path("/queue/" + string(r.ID))},
			{Text: d.about(r)},
			{Text: r.Year},
			{Text: d.Instant(r.At), Small: d.officer(r.By)},
			{Body: d.state(r.State), Small: d.officer(r.Decider)},
		}})
	}
	return t
}

func (d desk) state(s State) templ.Component {
	tag := map[State]web.State{Pending: web.Waiting, Approved: web.Approved, Refused: web.Refused}[s]
	return web.Outcome(d.View, tag, d.T("votes.state."+string(s)))
}

// about is a request in one line.
func (d desk) about(r Request) string {
	asked, err := r.Asked()
	if err != nil {
		return ""
	}
	dollars := func(c Cents) string { return d.T("votes.dollars", "amount", c.String()) }
	switch a := asked.(type) {
	case Payments:
		var sum Cents
		for _, p := range a.Payments {
			sum += p.Cents
		}
		if len(a.Payments) == 1 {
			return d.T("votes.about.payment", "line", lineOf(a.Payments[0]), "amount", dollars(sum))
		}
		return d.T("votes.about.payments", "count", len(a.Payments), "amount", dollars(sum))
	case Reversal:
		return d.T("votes.about.reversal", "day", a.Day)
	case Refund:
		return d.T("votes.about.refund", "line", lineOf(Payment{Subhead: a.Subhead, Component: a.Component, Item: a.Item}), "year", a.Year, "amount", dollars(a.Cents))
	case Virement:
		return d.T("votes.about.virement", "from", a.From.String(), "to", a.To.String(), "amount", dollars(a.Cents))
	case Supplement:
		to := a.To.String()
		if a.Item != "" {
			to = a.Item
		}
		return d.T("votes.about.supplement", "to", to, "amount", dollars(a.Cents))
	case NewItem:
		return d.T("votes.about.item", "code", a.Code, "subhead", a.Subhead, "amount", dollars(a.Cents))
	case EstimateChange:
		return d.T("votes.about.estimate", "line", d.T("votes.line."+string(a.Kind))+" "+a.Code, "year", a.Year,
			"phase", d.T("votes.phase."+string(a.Phase)), "amount", dollars(orZero(cents(&a.Thousands))))
	case PostChanges:
		var up, down int64
		for _, c := range a.Changes {
			up, down = up+max(c.Delta, 0), down+max(-c.Delta, 0)
		}
		return d.T("votes.about.posts", "up", up, "down", down)
	}
	return ""
}

// lineOf names the line of a payment.
func lineOf(p Payment) string {
	if p.Item != "" {
		return p.Subhead + "/" + p.Item
	}
	return Place{p.Subhead, p.Component}.String()
}

// decideRequest shows a request, and takes the second officer's decision.
func (s *Service) decideRequest(v *web.Visit) error {
	d, err := s.officers(v, "votes.draft")
	if err != nil {
		return err
	}
	r, err := s.Request(v.Context(), d.Code, RequestID(v.PathValue("id")))
	if err != nil {
		return err
	}
	splits, err := s.Splits(v.Context(), d.Code, r.ID)
	if err != nil {
		return err
	}
	above := stack([]templ.Component{d.tabs("none"), d.splitWarning(splits), web.SummaryList(v.View, d.requestFacts(r)), d.details(r)})
	title := v.T("votes.queue.request", "kind", v.T("votes.kind."+string(r.Kind)), "about", d.about(r))
	if r.State != Pending || !d.MayApprove || r.By == person(v.Actor()) {
		parts := []templ.Component{above}
		if r.State == Pending {
			parts = append(parts, sentence(v.T("votes.queue.not-yours")))
		}
		return v.Render(web.Page{Title: title, Crumbs: d.crumbs(web.Crumb{Text: v.T("votes.tab.queue"), Path: d.path("/queue")}), Secret: true}, stack(parts))
	}
	if done, err := d.pin("version", strconv.FormatInt(r.Version, 10)); done {
		return err
	}
	return v.Ask(web.Questions{
		Title: title, Submit: v.T("votes.queue.decide"), Crumbs: d.crumbs(web.Crumb{Text: v.T("votes.tab.queue"), Path: d.path("/queue")}), Above: above,
		Asked: []web.Question{
			{As: web.AsRadios, Field: web.Field{Name: "decision", Label: v.T("votes.queue.decision")}, Choices: []web.Choice{
				{Value: "approve", Label: v.T("votes.queue.approve")}, {Value: "refuse", Label: v.T("votes.queue.refuse"), Hint: v.T("votes.queue.refuse-hint")},
			}},
			{As: web.AsLines, Field: web.Field{Name: "why", Label: v.T("votes.col.reason"), Optional: len(splits) == 0, MaxLength: longest}},
		},
		Act: func(a *web.Answers) (string, string, error) {
			version, err := strconv.ParseInt(v.Query.Get("version"), 10, 64)
			if err != nil {
				return "", "", fault.New(fault.Conflict, "votes.fault.decided")
			}
			switch a.Text("decision") {
			case "approve":
				_, err = s.Approve(v.Context(), d.Code, r.ID, version, a.Words("why"))
				return d.path("/queue"), v.T("votes.queue.approved-notice"), atDecision(err)
			case "refuse":
				_, err = s.Refuse(v.Context(), d.Code, r.ID, version, a.Words("why"))
				return d.path("/queue"), v.T("votes.queue.refused-notice"), err
			}
			a.Wrong("decision", "votes.wrong.decision")
			return "", "", nil
		},
	})
}

// splitWarning names the amounts that look like parts of one, with their sum.
func (d desk) splitWarning(all []Split) templ.Component {
	if len(all) == 0 {
		return templ.NopComponent
	}
	var lines []string
	for _, s := range all {
		lines = append(lines, d.T("votes.split."+string(s.Limit), "count", len(s.Parts)+1, "sum", s.Sum.String(), "most", s.Most.String()))
		for _, p := range s.Parts {
			what := p.Name.In(d.Lang())
			if p.Code != "" {
				what = p.Code + " " + what
			}
			lines = append(lines, d.T("votes.split.part", "what", what, "day", d.Date(p.Day), "amount", p.Cents.String(), "state", d.T("votes.state."+string(p.State))))
		}
	}
	return warned(d.View, d.T("votes.split.title"), append(lines, d.T("votes.split.next")))
}

// atDecision moves what a rule says to the one question that is asked here.
func atDecision(err error) error {
	if f := asFault(err); f != nil && f.Kind == fault.Invalid {
		for i := range f.Fields {
			if f.Fields[i].Name != "why" {
				f.Fields[i].Name = "decision"
			}
		}
	}
	return err
}

// pin puts what the visitor saw into the address of a form, so that what is posted says what it
// was decided on. It reports whether it answered already.
func (d desk) pin(name, value string) (bool, error) {
	if d.Query.Has(name) {
		return false, nil
	}
	q := url.Values{}
	for k, all := range d.Query {
		q[k] = all
	}
	q.Set(name, value)
	return true, d.Redirect(d.Path + "?" + q.Encode())
}

func (d desk) requestFacts(r Request) []web.Entry {
	out := []web.Entry{
		{Label: d.T("votes.col.state"), Body: d.state(r.State)},
		{Label: d.T("votes.col.asked"), Value: d.Instant(r.At)},
		{Label: d.T("votes.col.by"), Value: d.officer(r.By)},
		{Label: d.T("votes.col.year"), Value: r.Year},
	}
	if r.Reason != "" {
		out = append(out, web.Entry{Label: d.T("votes.col.reason"), Value: r.Reason})
	}
	if r.State != Pending {
		out = append(out, web.Entry{Label: d.T("votes.col.decided"), Value: d.Instant(r.DecidedAt)}, web.Entry{Label: d.T("votes.col.decider"), Value: d.officer(r.Decider)})
		if r.Decision != "" {
			out = append(out, web.Entry{Label: d.T("votes.col.why"), Value: r.Decision})
		}
	}
	return out
}

// details is what a request asks for, each part.
func (d desk) details(r Request) templ.Component {
	asked, err := r.Asked()
	if err != nil {
		return templ.NopComponent
	}
	t := web.Table{ID: "details", Caption: d.T("votes.queue.details"), Mode: web.Records}
	columns := func(keys ...string) {
		for _, k := range keys {
			t.Columns = append(t.Columns, web.Column{Head: d.T("votes.col." + k)})
		}
	}
	row := func(cells ...string) {
		var out []web.Cell
		for _, c := range cells {
			out = append(out, text(c))
		}
		t.Rows = append(t.Rows, web.Row{Cells: out})
	}
	switch a := asked.(type) {
	case Payments:
		columns("day", "line", "dollars", "text", "reference")
		for _, p := range a.Payments {
			row(d.Date(p.Day), lineOf(p), p.Cents.String(), p.Text, p.Reference)
		}
	case Reversal:
		columns("day", "entry")
		row(d.Date(a.Day), d.entryWord(a.Entry))
	case Refund:
		columns("day", "of-year", "line", "dollars", "reference")
		row(d.Date(a.Day), a.Year, lineOf(Payment{Subhead: a.Subhead, Component: a.Component, Item: a.Item}), a.Cents.String(), a.Reference)
	case Virement:
		columns("day", "from", "to", "dollars")
		row(d.Date(a.Day), a.From.String(), a.To.String(), a.Cents.String())
	case Supplement:
		columns("day", "line", "dollars", "authority")
		row(d.Date(a.Day), lineOf(Payment{Subhead: a.To.Subhead, Component: a.To.Component, Item: a.Item}), a.Cents.String(), a.Authority)
	case NewItem:
		columns("day", "subhead", "item", "name", "dollars", "supplier", "authority")
		row(d.Date(a.Day), a.Subhead, a.Code, a.Name.In(d.Lang()), a.Cents.String(), a.Supplier, a.Authority)
	case EstimateChange:
		columns("line", "year", "phase", "was", "thousands", "explanation")
		was := d.T("votes.unknown")
		if a.Was != nil {
			was = d.Decimal(a.Was.String())
		}
		row(d.T("votes.line."+string(a.Kind))+" "+a.Code, a.Year, d.T("votes.phase."+string(a.Phase)), was, d.Decimal(a.Thousands.String()), a.Explanation)
	case PostChanges:
		columns("day", "rank", "programme", "change", "tenure", "reason", "approval")
		for _, c := range a.Changes {
			tenure := "limited"
			if c.Permanent {
				tenure = "permanent"
			}
			if c.Opening {
				tenure = "opening"
			}
			row(d.Date(c.Day), c.Rank, c.Programme, d.Signed(strconv.FormatInt(c.Delta, 10)), d.T("votes.posts."+tenure), c.Reason, c.Approval)
		}
	}
	return web.DataTable(d.View, t)
}

// entryWord is an entry in one line.
func (d desk) entryWord(id EntryID) string {
	e, err := d.Service.Entry(d.Context(), d.Code, id)
	if err != nil {
		return ""
	}
	return d.T("votes.journal.entry", "number", e.Number, "line", lineOf(Payment{Subhead: e.Subhead, Component: e.Component, Item: e.Item}),
		"amount", d.T("votes.dollars", "amount", e.Cents.String()))
}

func (s *Service) showJournal(v *web.Visit) error {
	d, err := s.officers(v, "votes.draft")
	if err != nil {
		return err
	}
	year, err := d.year()
	if err != nil {
		return err
	}
	subhead, item := v.Query.Get("subhead"), v.Query.Get("item")
	_, total, err := s.Journal(v.Context(), d.Code, year, subhead, item, 1, 0)
	if err != nil {
		return err
	}
	pages := v.PageOf(pageSize, total)
	entries, _, err := s.Journal(v.Context(), d.Code, year, subhead, item, pageSize, pages.Offset())
	if err != nil {
		return err
	}
	t := web.Table{
		ID: "journal", Caption: v.T("votes.journal.caption", "count", total, "year", year), Mode: web.Records,
		Columns: []web.Column{
			{Head: v.T("votes.col.number")},
			{Head: v.T("votes.col.day")},
			{Head: v.T("votes.col.kind")},
			{Head: v.T("votes.col.line")},
			{Head: v.T("votes.col.dollars"), Numeric: true},
			{Head: v.T("votes.col.text")},
			{Head: v.T("votes.col.by")},
			{Head: v.T("votes.col.act")},
		},
		Empty: web.Empty{Why: v.T("votes.journal.none"), Next: v.T("votes.journal.none-next")},
	}
	o, err := s.Overview(v.Context(), d.Code, year)
	if err != nil {
		return err
	}
	ended := !slices.ContainsFunc(o.Periods, func(p Period) bool { return !p.Closed })
	for _, e := range entries {
		t.Rows = append(t.Rows, d.entryRow(e, ended))
	}
	return v.Render(web.Page{Title: v.T("votes.journal.title", "head", d.Code), Lead: v.T("votes.journal.lead"), Crumbs: d.crumbs(), Wide: true, Secret: true},
		stack([]templ.Component{d.tabs("journal"), web.DataTable(v.View, t), web.Pagination(v.View, pages)}))
}

// entryRow is an entry, and what may be done about it: a payment is reversed, or once its year has
// been closed, comes back as a refund.
func (d desk) entryRow(e Entry, ended bool) web.Row {
	amount := e.Cents
	if amount == 0 {
		amount = e.Moved
	}
	act := web.Cell{Body: web.Blank()}
	if e.Kind == EntryPayment && d.Enter {
		act = web.Cell{Text: d.T("votes.journal.reverse"), Path: d.path("/enter/reversal", "entry", string(e.ID))}
		if ended {
			act = web.Cell{Text: d.T("votes.journal.refund"), Path: d.path("/enter/refund", "entry", string(e.ID))}
		}
	}
	kind := web.Cell{Text: d.T("votes.entry." + string(e.Kind))}
	if e.Of != "" {
		kind.Small = d.T("votes.entry.of", "year", e.Of)
	}
	return web.Row{ID: "entry-" + strconv.FormatInt(e.Number, 10), Cells: []web.Cell{
		{Text: d.Number(e.Number)},
		{Text: d.Date(e.Day)},
		kind,
		text(lineOf(Payment{Subhead: e.Subhead, Component: e.Component, Item: e.Item})),
		{Text: amount.String()},
		{Text: e.Text, Small: e.Reference},
		{Text: d.officer(e.By)},
		act,
	}}
}

func (s *Service) showPeriods(v *web.Visit) error {
	d, err := s.officers(v, "votes.draft")
	if err != nil {
		return err
	}
	year, err := d.year()
	if err != nil {
		return err
	}
	o, err := s.Overview(v.Context(), d.Code, year)
	if err != nil {
		return err
	}
	t := web.Table{
		ID: "periods", Caption: v.T("votes.periods.caption", "year", year), Mode: web.Records,
		Columns: []web.Column{{Head: v.T("votes.col.month")}, {Head: v.T("votes.col.state")}, {Head: v.T("votes.col.reason")}, {Head: v.T("votes.col.by")}, {Head: v.T("votes.col.act")}},
	}
	for _, p := range o.Periods {
		y, month := p.Month.parts()
		state, act := web.Outcome(v.View, web.InProgress, v.T("votes.periods.open")), v.T("votes.periods.close")
		if p.Closed {
			state, act = web.Outcome(v.View, web.Done, v.T("votes.periods.closed")), v.T("votes.periods.reopen")
		}
		way := web.Cell{Body: web.Blank()}
		if d.MayApprove {
			way = web.Cell{Text: act, Path: d.path("/periods/" + string(p.Month))}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: v.Month(y, month)}, {Body: state}, text(p.Reason), text(d.officer(p.By)), way}})
	}
	return v.Render(web.Page{Title: v.T("votes.periods.title", "head", d.Code), Lead: v.T("votes.periods.lead"), Crumbs: d.crumbs(), Wide: true, Secret: true},
		stack([]templ.Component{d.tabs("periods"), web.DataTable(v.View, t)}))
}

// setPeriod closes or reopens a month, on a page of its own.
func (s *Service) setPeriod(v *web.Visit) error {
	d, err := s.officers(v, "votes.approve")
	if err != nil {
		return err
	}
	m := Month(v.PathValue("month"))
	if m.Year() == "" {
		return fault.New(fault.NotFound, "votes.fault.no-year")
	}
	o, err := s.Overview(v.Context(), d.Code, m.Year())
	if err != nil {
		return err
	}
	var p Period
	for _, x := range o.Periods {
		if x.Month == m {
			p = x
		}
	}
	if done, err := d.pin("version", strconv.FormatInt(p.Version, 10)); done {
		return err
	}
	year, month := m.parts()
	key := "close"
	if p.Closed {
		key = "reopen"
	}
	return v.Ask(web.Questions{
		Title: v.T("votes.periods."+key+"-title", "month", v.Month(year, month)), Lead: v.T("votes.periods." + key + "-lead"), Submit: v.T("votes.periods." + key),
		Back: d.path("/periods"), Danger: p.Closed,
		Asked: []web.Question{{As: web.AsLines, Field: web.Field{Name: "reason", Label: v.T("votes.col.reason"), MaxLength: longest}}},
		Act: func(a *web.Answers) (string, string, error) {
			version, err := strconv.ParseInt(v.Query.Get("version"), 10, 64)
			if err != nil {
				return "", "", fault.New(fault.Conflict, "votes.fault.period")
			}
			return d.path("/periods"), v.T("votes.periods." + key + "-done"), s.SetPeriod(v.Context(), d.Code, m, !p.Closed, version, a.Words("reason"))
		},
	})
}

func (s *Service) showDifferences(v *web.Visit) error {
	d, err := s.officers(v, "votes.draft")
	if err != nil {
		return err
	}
	all, err := s.Differences(v.Context(), d.Code, "")
	if err != nil {
		return err
	}
	t := web.Table{
		ID: "differences", Caption: v.T("votes.differences.caption"), Unit: v.T("votes.differences.unit"), Mode: web.Records,
		Columns: []web.Column{
			{Head: v.T("votes.col.line")},
			{Head: v.T("votes.col.column")},
			{Head: v.T("votes.col.ours"), Numeric: true},
			{Head: v.T("votes.col.theirs"), Numeric: true},
			{Head: v.T("votes.col.state")},
			{Head: v.T("votes.col.reason")},
		},
		Empty: web.Empty{Why: v.T("votes.differences.none"), Next: v.T("votes.differences.none-next")},
	}
	for _, x := range all {
		line := web.Cell{Text: v.T("votes.line."+string(x.Kind)) + " " + x.Code, Small: x.Year}
		if x.State == DifferenceOpen && d.MayApprove {
			line.Path = d.path("/differences/" + string(x.ID))
		}
		ours, theirs := d.printed(x.Ours), d.printed(x.Theirs)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{line, {Text: d.differenceColumn(x)}, {Text: ours}, {Text: theirs}, {Text: v.T("votes.differences." + x.State), Small: d.officer(x.By)}, text(x.Why)}})
	}
	return v.Render(web.Page{Title: v.T("votes.differences.title", "head", d.Code), Lead: v.T("votes.differences.lead"), Crumbs: d.crumbs(), Wide: true, Secret: true},
		stack([]templ.Component{d.tabs("differences"), web.DataTable(v.View, t)}))
}

func (d desk) printed(figure string) string {
	if figure == "" {
		return d.T("votes.unknown")
	}
	return d.Decimal(figure)
}

func (d desk) differenceColumn(x Difference) string {
	if x.Kind == Items {
		return d.T("votes.col." + []string{"approved", "accumulated", "revised", "balance"}[x.Column])
	}
	return d.columnHeads(x.Year, "column")[x.Column+1]
}

func (s *Service) settleDifference(v *web.Visit) error {
	d, err := s.officers(v, "votes.approve")
	if err != nil {
		return err
	}
	all, err := s.Differences(v.Context(), d.Code, DifferenceOpen)
	if err != nil {
		return err
	}
	var x Difference
	for _, one := range all {
		if string(one.ID) == v.PathValue("id") {
			x = one
		}
	}
	if x.ID == "" {
		return fault.New(fault.NotFound, "votes.fault.no-difference")
	}
	return v.Ask(web.Questions{
		Title: v.T("votes.differences.settle", "line", v.T("votes.line."+string(x.Kind))+" "+x.Code), Lead: v.T("votes.differences.settle-lead", "ours", d.printed(x.Ours), "theirs", d.printed(x.Theirs)),
		Submit: v.T("votes.queue.decide"), Back: d.path("/differences"),
		Asked: []web.Question{
			{As: web.AsRadios, Field: web.Field{Name: "decision", Label: v.T("votes.queue.decision")}, Choices: []web.Choice{
				{Value: "take", Label: v.T("votes.differences.take"), Hint: v.T("votes.differences.take-hint")}, {Value: "keep", Label: v.T("votes.differences.keep")},
			}},
			{As: web.AsLines, Field: web.Field{Name: "why", Label: v.T("votes.col.reason"), MaxLength: longest}},
		},
		Act: func(a *web.Answers) (string, string, error) {
			decision := a.Text("decision")
			if !a.Need(decision == "take" || decision == "keep", "decision", "votes.wrong.decision") {
				return "", "", nil
			}
			return d.path("/differences"), v.T("votes.differences.done"), s.Settle(v.Context(), d.Code, x.ID, x.Version, decision == "take", a.Words("why"))
		},
	})
}

// labelled puts a name of a line into a choice.
func labelled(code string, name lang.Text, l lang.Lang) string { return code + " " + name.In(l) }
