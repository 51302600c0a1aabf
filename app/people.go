package app

import (
	"context"

	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/web"
	"praya/subsystems/directory"
	"praya/subsystems/identity"
)

// people tells the front who signs in: the identity's accounts, and the directory's duties.
type people struct{ *Praya }

// SignIn is where people sign in.
func (people) SignIn() string { return "/sign-in" }

// Duty is what an officer's account serves as today.
func (p people) Duty(ctx context.Context, account string) (who.Duty, error) {
	return p.Directory.DutyOf(ctx, account)
}

// Label is the person's own name, with department and post for an officer.
func (p people) Label(v *web.Visit) (string, string, error) {
	name, err := p.Identity.Label(v.Context(), v.Lang())
	if err != nil {
		return "", "", err
	}
	if v.Actor().Duty.Post != "" {
		name, err = p.serving(v)
	}
	if name == "" {
		name = v.T("identity.me.title")
	}
	return name, "/me", err
}

// serving is an officer's department and post, as officers see themselves in the header.
func (p people) serving(v *web.Visit) (string, error) {
	duty, system := v.Actor().Duty, who.AsSystem(v.Context(), who.From(v.Context()).Realm)
	d, err := p.Directory.Department(system, duty.Department)
	if err != nil {
		return "", err
	}
	post, err := p.Directory.Post(system, directory.PostID(duty.Post))
	if err != nil {
		return "", err
	}
	department := d.Short.In(v.Lang())
	if department == "" {
		department = d.Name.In(v.Lang())
	}
	if duty.Acting {
		return v.T("app.acting", "department", department, "post", post.Title.In(v.Lang())), nil
	}
	return v.T("app.serving", "department", department, "post", post.Title.In(v.Lang())), nil
}

// staff tells the directory that an invited officer has an account.
type staff struct{ *Praya }

// Accepted links the account to the officer.
func (p staff) Accepted(ctx context.Context, officer, account string) error {
	return p.Directory.LinkAccount(who.AsSystem(ctx, who.From(ctx).Realm), officer, account)
}

// Department is the name of a bureau or department; empty for an unknown code.
func (p staff) Department(ctx context.Context, code string) (lang.Text, error) {
	d, err := p.Directory.Department(ctx, code)
	return d.Name, err
}

// Departments are the codes of those that exist today, by name.
func (p staff) Departments(ctx context.Context) (map[string]lang.Text, error) {
	all, err := p.Directory.Departments(ctx)
	out := map[string]lang.Text{}
	for _, d := range all {
		out[d.Code] = d.Name
	}
	return out, err
}

// accounts lets the directory invite officers, and shut out those who have left.
type accounts struct{ *Praya }

// InviteOfficer makes the link by which an officer makes a passkey.
func (p accounts) InviteOfficer(ctx context.Context, officer string, l lang.Lang) (string, error) {
	path, err := p.Identity.InviteOfficer(ctx, officer, "")
	return p.Config.origin() + "/" + string(l) + path, err
}

// EndOfficer closes the account that an officer had.
func (p accounts) EndOfficer(ctx context.Context, account string) error {
	return p.Identity.EndOfficer(ctx, account)
}

// identityRoles are what officers may do in the identity, for the directory to grant.
func identityRoles() []directory.Role {
	return []directory.Role{
		{
			Name: identity.CounterRole, Subsystem: "identity",
			Label: lang.Text{TC: "智方便櫃位職員", EN: "Identity counter", SC: "智方便柜位职员"},
		},
		{
			Name: identity.DeveloperRole, Subsystem: "identity",
			Label: lang.Text{TC: "網上服務開發人員", EN: "Developer of online services", SC: "网上服务开发人员"},
		},
		{
			Name: identity.ApproverRole, Subsystem: "identity", Restricted: true,
			Label: lang.Text{TC: "網上服務審批人員", EN: "Approver of online services", SC: "网上服务审批人员"},
		},
	}
}
