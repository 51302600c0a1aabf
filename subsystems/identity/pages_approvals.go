package identity

import (
	"net/http"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/web"
)

const approvalsPath = "/developers/approvals"

func (s *Service) mountApprovals(page func(string, web.Handler)) {
	page("GET "+approvalsPath, s.showOnlineApprovals)
	page("GET "+approvalsPath+"/{id}", s.showOnlineApproval)
	page("POST "+approvalsPath+"/{id}", s.doOnlineApproval)
}

func (s *Service) showOnlineApprovals(v *web.Visit) error {
	state := OnlineState(firstOf(v.Query.Get("state"), string(OnlineSubmitted)))
	var tabs []web.Tab
	for _, st := range []OnlineState{OnlineSubmitted, OnlineApproved, OnlineReturned, OnlineSuspended, OnlineEnded} {
		tabs = append(tabs, web.Tab{Text: v.T("identity.online.state." + string(st)), Path: approvalsPath + "?state=" + string(st), Current: st == state})
	}
	_, total, err := s.Approvals(v.Context(), state, 1, 0)
	if err != nil {
		return err
	}
	pages := v.PageOf(onlineList, total)
	all, _, err := s.Approvals(v.Context(), state, onlineList, pages.Offset())
	if err != nil {
		return err
	}
	t := s.onlineTable(v, v.T("identity.online.approvals.caption"), approvalsPath, all)
	t.Empty = web.Empty{Why: v.T("identity.online.approvals.empty")}
	return v.Render(web.Page{Title: v.T("identity.online.approvals.title"), Lead: v.T("identity.online.approvals.lead"), Wide: true, Secret: true},
		approvalsList(v.View, tabs, t, pages))
}

func (s *Service) showOnlineApproval(v *web.Visit) error {
	return s.onlineApprovalPage(v, http.StatusOK, nil)
}

func (s *Service) onlineApprovalPage(v *web.Visit, status int, failed error) error {
	o, err := s.ForApproval(v.Context(), onlineID(v))
	if err != nil {
		return err
	}
	name, l := o.Asked.Name.With(v.Lang())
	d := decisionView{Online: o, Table: s.differences(v, o), Choices: s.decisions(v, o), Own: o.fourEyes(actorName(who.From(v.Context()).Actor)) != nil}
	return v.RenderStatus(status, web.Page{
		Title: firstOf(name, string(o.ID)), Lang: l, Back: approvalsPath, Head: stateTag(v.View, o), Wide: true, Secret: true, Failed: failed != nil,
	}, approvalBody(v.View, d, said(v, failed)))
}

// decisionView is a service as its approver sees it.
type decisionView struct {
	Online
	Table   web.Table
	Choices []web.Choice
	Own     bool // four eyes: somebody else must approve
}

// decisions are what may be decided now.
func (s *Service) decisions(v *web.Visit, o Online) (out []web.Choice) {
	may := map[OnlineState][]string{
		OnlineSubmitted: {"approve", "return"}, OnlineApproved: {"suspend", "end"}, OnlineSuspended: {"resume", "end"},
		OnlineDraft: {"suspend", "end"}, OnlineReturned: {"suspend", "end"},
	}[o.State]
	own := o.fourEyes(actorName(who.From(v.Context()).Actor)) != nil
	for _, d := range may {
		if own && (d == "approve" || d == "resume") || d == "suspend" && o.Approved == nil {
			continue
		}
		out = append(out, web.Choice{Value: d, Label: v.T("identity.online.decide." + d), Hint: v.T("identity.online.decide." + d + "-hint")})
	}
	return out
}

func (s *Service) doOnlineApproval(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	id, version := onlineID(v), versionOf(form)
	to := map[string]OnlineState{"return": OnlineReturned, "suspend": OnlineSuspended, "resume": OnlineApproved, "end": OnlineEnded}
	switch decision := form.Get("decision"); {
	case decision == "approve":
		err = s.ApproveOnline(v.Context(), id, version)
	case to[decision] != "":
		err = s.DecideOnline(v.Context(), id, version, to[decision], form.Get("reason"))
	default:
		err = fault.New(fault.Invalid, "identity.online.fault.decision").At("decision", "identity.online.fault.decision")
	}
	if fault.Is(err, fault.Invalid) {
		return s.onlineApprovalPage(v, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.RedirectWith(approvalsPath, web.Notice{Text: v.T("identity.online.decided")})
}

// differences lists what is asked for beside what was approved last.
func (s *Service) differences(v *web.Visit, o Online) web.Table {
	t := web.Table{
		Caption: v.T("identity.online.approvals.asked"), Mode: web.Records,
		Columns: []web.Column{{Head: v.T("identity.online.what")}, {Head: v.T("identity.online.wanted")}, {Head: v.T("identity.online.before")}},
	}
	before := map[string]string{}
	if o.Approved != nil {
		for _, r := range s.lines(v, o, *o.Approved) {
			before[r[0]] = r[1]
		}
	}
	seen := map[string]bool{}
	add := func(label, now string) {
		was := web.Cell{Text: before[label]}
		switch {
		case o.Approved == nil:
			was = web.Cell{Text: v.T("identity.online.nothing")}
		case was.Text == now:
			was = web.Cell{Text: v.T("identity.online.same")}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: label}, {Text: firstOf(now, v.T("identity.online.nothing"))}, {Text: firstOf(was.Text, v.T("identity.online.nothing"))}}})
		seen[label] = true
	}
	for _, r := range s.lines(v, o, o.Asked) {
		add(r[0], r[1])
	}
	if o.Approved != nil {
		for _, r := range s.lines(v, o, *o.Approved) {
			if !seen[r[0]] {
				add(r[0], "")
			}
		}
	}
	return t
}

// lines are particulars as labels and texts, in the order of judging.
func (s *Service) lines(v *web.Visit, o Online, p Particulars) (out [][2]string) {
	put := func(label, text string) {
		if text != "" {
			out = append(out, [2]string{v.T("identity.online.field." + label), text})
		}
	}
	three := func(prefix string, t lang.Text) {
		put(prefix+"-tc", t.TC)
		put(prefix+"-en", t.EN)
		put(prefix+"-sc", t.SC)
	}
	put("whose", firstOf(s.departmentName(v.Context(), o.Department, v.Lang()), p.Company))
	three("name", p.Name)
	three("purpose", p.Purpose)
	put("kind", v.T("identity.online.kind."+string(p.Kind)))
	put("plain-reason", p.PlainReason)
	put("grants", strings.Join(p.Grants, " "))
	put("scopes", strings.Join(p.Scopes, " "))
	put("serves", p.Serves)
	put("redirects", strings.Join(p.Redirects, " "))
	put("post-logout", strings.Join(p.PostLogout, " "))
	put("logout", p.BackchannelLogout)
	put("ping", p.CIBAEndpoint)
	put("jwks", string(p.JWKS))
	put("jwks-uri", p.JWKSURI)
	for _, f := range p.Fields {
		out = append(out, [2]string{v.T("identity.field." + string(f.Field)), f.Reason.In(v.Lang()) + " " + keptText(v.View, f.Months)})
	}
	return out
}
