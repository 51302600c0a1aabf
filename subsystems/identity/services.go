package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/web"
)

// serviceName is what a service is called in a language: as approved in production, and
// as it calls itself in the sandbox.
func (s *Service) serviceName(v *web.Visit, client string) string {
	if client == "" {
		return ""
	}
	return s.named(v.Context(), client, v.Lang())
}

// particulars are the approved ones of a service; nil for a client that nobody approved.
func (s *Service) particulars(ctx context.Context, client string) (p *Particulars, department string) {
	if who.From(ctx).Realm == who.Sandbox {
		return nil, ""
	}
	_ = s.DB.Read(ctx, func(tx *db.Tx) error { // what cannot be read is not approved
		row, err := findOnline(tx, OnlineID(client))
		if err == nil {
			p, department = row.Online.Approved, row.Department
		}
		return err
	})
	return p, department
}

func (s *Service) named(ctx context.Context, client string, l lang.Lang) string {
	if p, _ := s.particulars(ctx, client); p != nil {
		return p.Name.In(l)
	}
	c, err := s.protocol.Client(ctx, client)
	if err != nil || c == nil || c.Name == "" {
		return client
	}
	return c.Name
}

// mayAsk refuses fields that a service was not approved for, in words for its developer. In
// the sandbox all may be tried.
func (s *Service) mayAsk(ctx context.Context, client string, fields []Field) error {
	if who.From(ctx).Realm == who.Sandbox {
		return nil
	}
	p, _ := s.particulars(ctx, client)
	var more []string
	for _, f := range fields {
		if p == nil || !p.allows(f) {
			more = append(more, string(f))
		}
	}
	if len(more) > 0 {
		return fmt.Errorf("the service was not approved for these fields: %s", strings.Join(more, ", "))
	}
	return nil
}

// EndAccess ends what the signed-in person allowed a service: its grants, and the reminders
// that it had scheduled.
func (s *Service) EndAccess(ctx context.Context, client, device string) error {
	account, err := owner(ctx)
	if err == nil && client == "" {
		err = fault.New(fault.Invalid, "web.fault.invalid.text")
	}
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(s.protocol.EndGrants(tx, string(account), client), withdrawFrom(tx, account, client, tx.Now().Add(keepWithdrawn)),
			addHistory(tx, account, HistoryEntry{What: AccessEnded, Client: client, Device: device}))
	})
}

// departmentOf is the department, or the company, that answers for a service; empty when
// none does.
func (s *Service) departmentOf(v *web.Visit, client string) string {
	p, code := s.particulars(v.Context(), client)
	if p == nil {
		return s.triedDepartment(v, client)
	}
	return firstOf(s.departmentName(v.Context(), code, v.Lang()), p.Company)
}

// triedDepartment is the department that a developer has chosen for a client of the sandbox.
func (s *Service) triedDepartment(v *web.Visit, client string) string {
	if who.From(v.Context()).Realm != who.Sandbox {
		return ""
	}
	c, err := s.protocol.Client(v.Context(), client)
	if err != nil || c == nil {
		return "" // the page says what is known
	}
	return s.departmentName(v.Context(), c.Department, v.Lang())
}

// checkDepartment refuses a code of no bureau or department, in words for a developer.
func (s *Service) checkDepartment(ctx context.Context, code string) error {
	if s.Staff == nil {
		return errors.New("there is no directory of departments here")
	}
	all, err := s.Staff.Departments(who.AsSystem(ctx, who.From(ctx).Realm))
	if err != nil {
		return errors.New("the directory of departments cannot be read now")
	}
	if _, there := all[code]; !there {
		return errors.New("no bureau or department of this code exists today; /sandbox/api/directory/departments.csv lists them")
	}
	return nil
}

// departmentName is a bureau's or department's name; its code when the directory has none.
func (s *Service) departmentName(ctx context.Context, code string, l lang.Lang) string {
	if code == "" || s.Staff == nil {
		return code
	}
	name, err := s.Staff.Department(who.AsSystem(ctx, who.From(ctx).Realm), code)
	if err != nil {
		return code
	}
	return firstOf(name.In(l), code)
}
