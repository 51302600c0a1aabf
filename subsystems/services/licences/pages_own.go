package licences

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/web"
)

func (s *Service) showOwns(v *web.Visit) error {
	f := face{v, s}
	list, kinds, err := s.Owns(v.Context())
	if err != nil {
		return err
	}
	t := web.Table{
		ID: "licences", Caption: v.T("licences.me.caption", "count", len(list)),
		Columns: []web.Column{{Head: v.T("licences.col.kind")}, {Head: v.T("licences.col.number")}, {Head: v.T("licences.col.state")}, {Head: v.T("licences.col.until")}},
		Empty:   web.Empty{Why: v.T("licences.me.none"), Next: v.T("licences.me.none-next"), Path: publicPath},
	}
	today := v.Now().Day()
	for _, l := range list {
		name, in := kinds[l.Kind].Name.With(v.Lang())
		end := web.Cell{Text: until(v.Texts, l.Until)}
		if kinds[l.Kind].renewable(l, today) {
			end.Small = v.T("licences.me.renew-now")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: name, Lang: in, Path: ownPath + "/" + string(l.ID)}, {Text: l.Number}, {Body: f.tag(l.StateOn(today))}, end}})
	}
	return v.Render(web.Page{
		Title: v.T("licences.me.title"), Lead: v.T("licences.me.lead"), Crumbs: []web.Crumb{{Text: v.T("licences.me.account"), Path: "/me"}}, Secret: true,
	}, web.DataTable(v.View, t))
}

// showOwn is a licence to show to others: its code first.
func (s *Service) showOwn(v *web.Visit) error {
	f := face{v, s}
	o, err := s.OwnLicence(v.Context(), LicenceID(v.PathValue("id")))
	if err != nil {
		return err
	}
	here := ownPath + "/" + string(o.Licence.ID)
	standing := o.Licence.StateOn(v.Now().Day())
	parts := []templ.Component{tag(v.View, tagOf(standing), v.T("licences.state."+string(standing)), v.T("licences.me.means."+string(standing)))}
	if why := o.Licence.Why; standing == Suspended || standing == Revoked {
		if text, l := why.With(v.Lang()); text != "" {
			parts = append(parts, web.SummaryList(v.View, []web.Entry{{Label: v.T("licences.col.why"), Value: text, Lang: l}}))
		}
	}
	parts = append(parts, scan(o.Code.Address, v.T("licences.me.code", "number", o.Licence.Number)))
	if o.Code.Dynamic {
		parts = append(parts,
			sentence(v.T("licences.me.good-until", "time", clockTime(o.Code.Until))),
			ways(v.View, []web.Crumb{{Text: v.T("licences.me.new-code"), Path: here}}))
	} else {
		parts = append(parts, sentence(v.T("licences.me.show")))
	}
	parts = append(parts,
		web.SummaryList(v.View, f.fullEntries(o.Licence, o.Kind)),
		web.DownloadList(v.View, []web.File{{Text: v.T("licences.me.print"), Path: v.Link(here + "/print"), Format: "PDF"}}),
		heading(v.T("licences.me.renewal")), f.renewal(o),
		heading(v.T("licences.col.history")), web.Timeline(v.View, f.timeline(o.History, false)),
		heading(v.T("licences.me.proofs")), sentence(v.T("licences.me.proofs-text")), web.DownloadList(v.View, f.proofs(here, o.History)))
	name, l := o.Kind.Name.With(v.Lang())
	return v.Render(web.Page{
		Title: name, Lang: l, Lead: o.Licence.Number, Crumbs: []web.Crumb{{Text: v.T("licences.me.account"), Path: "/me"}, {Text: v.T("licences.me.title"), Path: ownPath}}, Secret: true,
	}, stack(parts))
}

// clockTime is a time of day to the second: a minute is short.
func clockTime(at when.Instant) string { return at.Time().In(when.HongKong).Format("15:04:05") }

// fullEntries are all values of a licence.
func (f face) fullEntries(l Licence, k Kind) []web.Entry {
	out := []web.Entry{{Label: f.T("licences.col.number"), Value: l.Number}, f.departmentEntry(l.Department)}
	for _, field := range k.Fields {
		if value := l.Values[field.Name]; value != "" {
			out = append(out, web.Entry{Label: named(field.Label, f.Lang(), field.Name), Value: value})
		}
	}
	return append(out,
		web.Entry{Label: f.T("licences.col.from"), Value: f.Date(l.From)},
		web.Entry{Label: f.T("licences.col.until"), Value: until(f.Texts, l.Until)})
}

// renewal says whether, when and where a licence is renewed.
func (f face) renewal(o Own) templ.Component {
	today := f.Now().Day()
	switch {
	case o.Licence.State.Final():
		return sentence(f.T("licences.renew.final"))
	case o.Licence.Until.IsZero():
		return sentence(f.T("licences.renew.no-end"))
	case !o.Kind.renewable(o.Licence, today):
		return sentence(f.T("licences.renew.from", "day", o.Licence.Until.Add(-o.Kind.RenewFrom)))
	case o.Kind.Renewal != "":
		return ways(f.View, []web.Crumb{{Text: f.T("licences.renew.now"), Path: o.Kind.Renewal}})
	}
	return sentence(f.T("licences.renew.ask"))
}

// timeline is a licence's history. Officers see who; the holder sees what and when.
func (f face) timeline(all []Change, desk bool) []web.Event {
	out := make([]web.Event, len(all))
	for i, c := range all {
		out[i] = web.Event{When: f.Instant(c.At), What: f.T("licences.act." + string(c.Act))}
		if why, _ := c.Record.Why.With(f.Lang()); why != "" {
			out[i].What = f.T("licences.act.why", "act", out[i].What, "why", why)
		}
		if desk {
			out[i].Who = f.who(c.By)
			if c.Second != "" {
				out[i].Who = f.T("licences.by.two", "second", f.who(c.By), "first", f.who(c.Second))
			}
		}
	}
	return out
}

// who labels who did something, for colleagues.
func (f face) who(id string) string {
	if id == f.Actor().Duty.Officer {
		return f.T("licences.by.you")
	}
	return f.T("licences.by.officer", "id", cutText(id, 8))
}

func (f face) proofs(here string, all []Change) (out []web.File) {
	for _, c := range all {
		out = append(out, web.File{
			Text: f.T("licences.me.proof", "act", f.T("licences.act."+string(c.Act)), "at", c.At),
			Path: f.Link(here + "/proof/" + strconv.FormatInt(c.Number, 10)), Format: "JSON",
		})
	}
	return out
}

func (s *Service) printOwn(v *web.Visit) error {
	o, err := s.OwnLicence(v.Context(), LicenceID(v.PathValue("id")))
	if err != nil {
		return err
	}
	department, _ := face{v, s}.department(o.Licence.Department)
	file, err := s.printed(v.Texts, o, department, v.Now())
	if err != nil {
		return err
	}
	return send(v, o.Licence.Number+".pdf", "application/pdf", file)
}

func send(v *web.Visit, name, contentType string, body []byte) error {
	return v.Download(name, contentType, func(w io.Writer) error {
		_, err := bytes.NewReader(body).WriteTo(w)
		return err
	})
}

func (s *Service) proveOwn(v *web.Visit) error {
	n, err := strconv.ParseInt(v.PathValue("change"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "licences.fault.no-change")
	}
	p, err := s.OwnProof(v.Context(), LicenceID(v.PathValue("id")), n)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return send(v, "proof-"+strconv.FormatInt(n, 10)+".json", "application/json", raw)
}
