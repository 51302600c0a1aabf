package identity

import (
	"context"

	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/web"
	"praya/subsystems/identity/internal/oidc"
)

// grants are what a person has allowed services and not ended.
func (s *Service) grants(ctx context.Context, account AccountID) (out []oidc.Grant, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.protocol.Grants(tx, string(account))
		return err
	})
	return out, err
}

// serviceRow is a service that a person has let in.
type serviceRow struct {
	Client, Name string
	Entries      []web.Entry
}

func (s *Service) showServices(v *web.Visit) error {
	account, err := owner(v.Context())
	if err != nil {
		return err
	}
	grants, err := s.grants(v.Context(), account)
	if err != nil {
		return err
	}
	var rows []serviceRow
	first := map[string]when.Instant{}
	for _, g := range grants {
		if at, ok := first[g.ClientID]; !ok || g.MadeAt.Before(at) {
			first[g.ClientID] = g.MadeAt
		}
	}
	seen := map[string]bool{}
	for _, g := range grants {
		if seen[g.ClientID] {
			continue
		}
		seen[g.ClientID] = true
		rows = append(rows, serviceRow{Client: g.ClientID, Name: s.serviceName(v, g.ClientID), Entries: []web.Entry{
			{Label: v.T("identity.services.since"), Value: v.Instant(first[g.ClientID])},
		}})
	}
	return v.Render(web.Page{Title: v.T("identity.services.title"), Lead: v.T("identity.services.lead"), Crumbs: crumbs(v.View), Secret: true},
		servicesBody(v.View, rows))
}

func (s *Service) doEndService(v *web.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	if err := s.EndAccess(v.Context(), form.Get("client"), device(v)); err != nil {
		return err
	}
	return v.RedirectWith("/me/services", web.Notice{Text: v.T("identity.services.ended")})
}

// showApprovals lists what waits for the person's answer on this device.
func (s *Service) showApprovals(v *web.Visit) error { return s.approvalsPage(v, "", when.Instant{}) }

// doCounterCode shows a code that stands for the person at a counter.
func (s *Service) doCounterCode(v *web.Visit) error {
	code, ends, err := s.CounterCode(v.Context())
	if err != nil {
		return err
	}
	return s.approvalsPage(v, code, ends)
}

func (s *Service) approvalsPage(v *web.Visit, code string, ends when.Instant) error {
	account, err := owner(v.Context())
	if err != nil {
		return err
	}
	waiting, err := s.protocol.Waiting(v.Context(), string(account))
	if err != nil {
		return err
	}
	var tasks []web.Task
	for _, r := range waiting {
		tasks = append(tasks, web.Task{
			Text: v.T("identity.approve.service", "service", s.serviceName(v, r.ClientID)), Hint: r.BindingMessage,
			Path: "/identity/request/" + r.ID, State: web.Waiting,
		})
	}
	return v.Render(web.Page{Title: v.T("identity.approve.list"), Crumbs: crumbs(v.View), Secret: true},
		approvalsBody(v.View, tasks, code, ends))
}
