package contact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/web"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/queue"
)

// consoleView is an agent's page. What changes by itself stands in one element, which a script
// brings anew; without scripts the page does so by itself.
type consoleView struct {
	*web.View
	Console
	Listens, CallsBack bool
	Sign               string // of what is shown: another one means that something changed
	States             []web.Choice
	Facts              []web.Entry
	Known              web.Table
	Before             web.Table
	Choices            []web.Choice // cases that the call may belong to
	CaseForm           string
}

// sign tells one state of the console from another.
func (c Console) sign() string {
	raw, _ := json.Marshal(c) // of plain values
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

func (s *Service) consoleOf(v *web.Visit) (d consoleView, err error) {
	d.View, d.Listens, d.CallsBack = v.View, s.Listens, s.CallsBack
	if d.Console, err = s.Console(v.Context()); err != nil {
		return d, err
	}
	d.Sign = d.Console.sign()
	for _, st := range []queue.AgentState{queue.Ready, queue.Break, queue.Off} {
		d.States = append(d.States, web.Choice{Value: string(st), Label: v.T("contact.console.wish." + string(st)), Chosen: d.Agent.State == st || st == queue.Ready && d.Agent.State == queue.Unconnected})
	}
	if d.Call == nil {
		return d, nil
	}
	number := d.Number
	if number == "" {
		number = v.T("contact.console.withheld")
	}
	d.Facts = []web.Entry{
		{Label: v.T("contact.console.reference"), Value: d.Call.Reference},
		{Label: v.T("contact.console.language"), Value: v.T("contact.language." + d.Call.Language)},
		{Label: v.T("contact.console.wants"), Value: v.T("contact.skill." + or(d.Call.Skill, "any"))},
		{Label: v.T("contact.console.number"), Value: number},
		{Label: v.T("contact.console.waited"), Value: v.T("contact.console.seconds", "seconds", v.Number(int64(d.Call.Waited.Seconds())))},
	}
	d.CaseForm = "/contact/desk/new?call=" + string(d.Call.ID)
	return d, s.DB.Read(v.Context(), func(tx *db.Tx) error {
		d.Known, d.Choices = s.casesTable(tx, v, d.Console)
		d.Before = earlierTable(v, d.Console)
		return nil
	})
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func casePath(c cases.CaseID) string { return "/contact/desk/cases/" + string(c) }

func (s *Service) casesTable(tx *db.Tx, v *web.Visit, c Console) (t web.Table, choices []web.Choice) {
	t = web.Table{
		ID: "cases", Caption: v.T("contact.console.cases"),
		Columns: []web.Column{{Head: v.T("contact.console.case")}, {Head: v.T("contact.console.about")}, {Head: v.T("contact.console.stands")}},
		Empty:   web.Empty{Why: v.T("contact.console.no-cases"), Next: v.T("contact.console.new-case"), Path: "/contact/desk/new?call=" + string(c.Call.ID)},
	}
	choices = append(choices, web.Choice{Value: "", Label: v.T("contact.console.no-case"), Chosen: c.Call.Case == ""})
	for _, one := range c.Cases {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: one.Reference, Path: casePath(one.ID)}, {Text: or(one.Title, s.Cases.Title(tx, one))}, {Text: v.T("cases.state." + string(one.State))},
		}})
		choices = append(choices, web.Choice{Value: string(one.ID), Label: one.Reference + " " + or(one.Title, s.Cases.Title(tx, one)), Chosen: c.Call.Case == string(one.ID)})
	}
	return t, choices
}

func earlierTable(v *web.Visit, c Console) web.Table {
	t := web.Table{
		ID: "earlier", Caption: v.T("contact.console.earlier"),
		Columns: []web.Column{{Head: v.T("contact.console.when")}, {Head: v.T("contact.console.outcome")}, {Head: v.T("contact.console.waited"), Numeric: true}},
		Empty:   web.Empty{Why: v.T("contact.console.first-call")},
	}
	for _, one := range c.Earlier {
		if one.ID != c.Call.ID {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
				{Text: v.Instant(one.Arrived)}, {Text: v.T("contact.outcome." + or(string(one.Outcome), "open"))}, {Text: v.Number(int64(one.Waited.Seconds()))},
			}})
		}
	}
	return t
}

func (s *Service) showConsole(v *web.Visit) error {
	d, err := s.consoleOf(v)
	if err != nil {
		return err
	}
	v.AllowMicrophone()
	return v.Render(web.Page{Title: v.T("contact.console.title"), Lead: v.T("contact.console.lead"), Wide: true, Secret: true}, consolePage(d))
}

// showNow gives the part that changes, when it did.
func (s *Service) showNow(v *web.Visit) error {
	d, err := s.consoleOf(v)
	if err != nil {
		return err
	}
	if v.Query.Get("sign") == d.Sign {
		v.W.WriteHeader(http.StatusNoContent)
		return nil
	}
	v.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	return consoleNow(d).Render(v.Context(), v.W)
}

// connectPhone joins the browser's telephone (RFC 8829: an offer, and our answer).
func (s *Service) connectPhone(v *web.Visit) error {
	if err := s.mayWork(v.Context()); err != nil {
		return err
	}
	if !s.Listens {
		return fault.New(fault.Unavailable, "contact.fault.no-line")
	}
	offer, err := io.ReadAll(v.R.Body)
	if err != nil {
		return fault.New(fault.Invalid, "contact.fault.offer").Because(err)
	}
	answer, _, err := s.Voice.Browser(s.system(), v.Actor().ID, string(offer))
	if err != nil {
		return fault.New(fault.Invalid, "contact.fault.offer").Because(err)
	}
	v.W.Header().Set("Content-Type", "application/sdp")
	_, err = io.WriteString(v.W, answer)
	return err
}

func (s *Service) chooseState(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	to := queue.AgentState(form.Get("state"))
	if to != queue.Ready && to != queue.Break && to != queue.Off {
		return fault.New(fault.Invalid, "contact.fault.state")
	}
	if err := s.SetState(v.Context(), to); err != nil {
		return err
	}
	return v.Redirect(consolePath)
}

// pressed is a button that does something to the call.
func (s *Service) pressed(do func(context.Context) error) web.Handler {
	return func(v *web.Visit) error {
		if err := do(v.Context()); err != nil {
			if fault.Is(err, fault.Conflict) {
				return v.RedirectWith(consolePath, web.Notice{Failed: true, Text: v.T("contact.console.too-late")})
			}
			return err
		}
		return v.Redirect(consolePath)
	}
}

// conference brings somebody into the call. Its form stands on the console, whose telephone must
// not be left.
func (s *Service) conference(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	number := strings.ReplaceAll(web.HalfWidth(form.Get("number")), " ", "")
	if !dialable(number) {
		return v.RedirectWith(consolePath, web.Notice{Failed: true, Text: v.T("contact.wrong.number")})
	}
	switch err := s.Conference(v.Context(), number); {
	case fault.Is(err, fault.Conflict):
		return v.RedirectWith(consolePath, web.Notice{Failed: true, Text: v.T("contact.fault.unreached")})
	case err != nil:
		return err
	}
	return v.Redirect(consolePath)
}

// dialable says whether a text is a telephone number.
func dialable(number string) bool {
	digits := strings.TrimPrefix(number, "+")
	return len(digits) >= 3 && len(digits) <= 20 && strings.Trim(digits, "0123456789") == ""
}

func (s *Service) write(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	w := Written{Enquiry: form.Get("enquiry") == "yes", AtFirst: form.Get("first") == "yes", Case: cases.CaseID(form.Get("case"))}
	if err := s.WriteDown(v.Context(), queue.CallID(form.Get("call")), w); err != nil {
		return err
	}
	return v.RedirectWith(consolePath, web.Notice{Text: v.T("contact.console.written")})
}

// telephoneView is an agent's own telephone.
type telephoneView struct {
	*web.View
	Facts    []web.Entry
	Has      bool
	Password string
}

func (s *Service) showTelephone(v *web.Visit) error { return s.telephone(v, "") }

func (s *Service) telephone(v *web.Visit, password string) error {
	if err := s.mayWork(v.Context()); err != nil {
		return err
	}
	d := telephoneView{View: v.View, Password: password}
	err := s.DB.Read(v.Context(), func(tx *db.Tx) error {
		name, made, err := phoneOf(tx, v.Actor().ID)
		if d.Has = name != ""; d.Has {
			d.Facts = []web.Entry{{Label: v.T("contact.telephone.name"), Value: name}, {Label: v.T("contact.telephone.made"), Value: v.Instant(made)}}
		}
		return err
	})
	if err != nil {
		return err
	}
	if password != "" {
		d.Facts = append(d.Facts, web.Entry{Label: v.T("contact.telephone.password"), Value: password})
	}
	if s.Listens {
		b := s.Voice.Bound()
		for _, a := range []struct{ label, text string }{{"udp", b.UDP.String()}, {"tcp", b.TCP.String()}, {"tls", b.TLS.String()}} {
			if !strings.HasPrefix(a.text, "invalid") {
				d.Facts = append(d.Facts, web.Entry{Label: v.T("contact.telephone." + a.label), Value: a.text})
			}
		}
	}
	return v.Render(web.Page{Title: v.T("contact.telephone.title"), Lead: v.T("contact.telephone.lead"), Back: consolePath, Secret: true}, telephonePage(d))
}

func (s *Service) changeTelephone(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if form.Get("do") == "end" {
		if err := s.EndPhone(v.Context()); err != nil {
			return err
		}
		return v.RedirectWith(consolePath+"/telephone", web.Notice{Text: v.T("contact.telephone.ended")})
	}
	_, password, err := s.NewPhone(v.Context())
	if err != nil {
		return err
	}
	return s.telephone(v, password)
}

func (s *Service) listen(v *web.Visit) error {
	r, err := s.Recording(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	return v.Download(r.ID+".wav", "audio/wav", func(w io.Writer) error { return s.Listen(v.Context(), r, w) })
}
