package identity

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/subsystems/identity/internal/oidc"
)

// NewProtocol makes the OpenID Provider over these accounts, reached at an origin.
func (s *Service) NewProtocol(origin string, clock when.Clock, log *slog.Logger) {
	s.origin = strings.TrimSuffix(origin, "/")
	t := newThrottle(s.DB)
	s.protocol = oidc.New(oidc.Config{
		DB: s.DB, Ring: s.Keys, People: people{s}, Clock: clock, Log: log, Issuer: oidc.IssuerAt(origin),
		Interaction: func(_ context.Context, id string) string { return "/identity/request/" + id },
		LogoutPage:  func(_ context.Context, id string) string { return "/identity/logout/" + id },
		Answer:      s.personaAnswers, Asked: s.asked, MayAsk: s.mayBeAsked, Note: s.noteMessage, Detail: s.checkDetail,
		Department: s.checkDepartment,
		Scopes:     map[string][]string{NotifyScope: nil, AnchorScope: nil}, Limit: t.limit, Failed: t.failed, Admit: t.admit,
		Claims: claimNames(), ACRs: []string{Basic.ACR(), Plus.ACR()}, DetailTypes: []string{FormFilling, AgreementType},
	})
}

// people answers the protocol's questions about persons.
type people struct{ *Service }

// Subject is what a sector calls an account.
func (p people) Subject(_ context.Context, tx *db.Tx, account, sector string) (string, error) {
	return p.Service.Subject(tx, AccountID(account), sector)
}

// Account finds whom a sector calls so; empty for nobody.
func (people) Account(_ context.Context, tx *db.Tx, subject, sector string) (string, error) {
	account, err := accountOfSubject(tx, sector, subject)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return string(account), err
}

// claimField is the field that a standard claim is made of (OpenID Connect Core, 5.1).
func claimField(claim string) Field {
	switch claim {
	case "name":
		return NameEnglish
	case "birthdate":
		return BirthDate
	case "gender":
		return Sex
	case "email", "email_verified":
		return Email
	case "phone_number", "phone_number_verified":
		return Mobile
	case "address":
		return Residence
	}
	return ""
}

func claimNames() []string {
	return []string{"sub", "name", "birthdate", "gender", "email", "email_verified", "phone_number", "phone_number_verified", "address", "acr", "amr", "auth_time"}
}

// Claims gives the claims that a grant allows.
func (p people) Claims(_ context.Context, tx *db.Tx, g oidc.Grant, names []string) (map[string]any, error) {
	if len(names) == 0 {
		return nil, nil
	}
	profile, err := p.Profile(tx, AccountID(g.Account))
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, name := range names {
		if value := claim(profile, name); value != nil {
			out[name] = value
		}
	}
	return out, nil
}

func claim(p Profile, name string) any {
	v := p[claimField(name)]
	switch name {
	case "name":
		if v.Text == "" {
			v.Text = p.Name(lang.TC)
		}
	case "email_verified", "phone_number_verified":
		if v.Text == "" {
			return nil
		}
		return !v.Verified.IsZero()
	case "gender":
		v.Text = map[string]string{"F": "female", "M": "male", "X": "other"}[v.Text]
	case "address":
		if a, err := v.Address(); err == nil {
			return map[string]any{"formatted": formatted(a), "country": "HK"}
		}
		return nil
	}
	if v.Text == "" {
		return nil
	}
	return v.Text
}

// formatted is an address in the order of English, for the claim of that name.
func formatted(a Address) string {
	lines := append([]string{a.Room, a.Floor, a.Block, a.Building, a.Estate, strings.TrimSpace(a.Number + " " + a.Street), a.District}, a.Lines...)
	var out []string
	for _, s := range append(lines, a.Box, a.Office) {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

// Released gives a grant's forms with their values.
func (p people) Released(_ context.Context, tx *db.Tx, g oidc.Grant) (out []oidc.AuthorizationDetail, err error) {
	for _, d := range g.Details {
		if isAgreement(d) {
			out = append(out, d)
			continue
		}
		raw, err := p.released(tx, d.Raw)
		if err != nil {
			return nil, err
		}
		if raw != nil {
			out = append(out, oidc.AuthorizationDetail{Type: d.Type, Raw: raw})
		}
	}
	return out, nil
}

// forCounter is the purpose of a code that a person shows a counter, so that a program
// there can ask for an approval on the person's phone.
const forCounter = "counter-code"

// FindHint finds whom a backchannel request means: in the sandbox a persona, else who
// made the code that was shown. A stranger's guess finds nobody, and learns nothing.
func (p people) FindHint(ctx context.Context, hint string) (string, error) {
	if name, ok := strings.CutPrefix(hint, "persona:"); ok {
		a, err := p.Persona(ctx, name)
		return string(a.ID), err
	}
	if who.From(ctx).Realm == who.Sandbox {
		return "", fault.New(fault.NotFound, "web.fault.not-found.text") // nobody there to be found out
	}
	account, err := p.AtCounter(ctx, hint)
	if fault.Is(err, fault.Invalid) {
		return "", nil
	}
	return string(account), err
}

// mayBeAsked bounds the requests to one person's phone, of all services together. Personas have
// no phone that could be flooded, and developers' tests ask them often.
func (s *Service) mayBeAsked(ctx context.Context, account string) error {
	if who.From(ctx).Realm == who.Sandbox {
		return nil
	}
	return s.accountLimit(ctx, "asked", AccountID(account))
}

// CounterCode makes a code that stands for the person for five minutes, once.
func (s *Service) CounterCode(ctx context.Context) (code string, ends when.Instant, err error) {
	account, err := owner(ctx)
	if err != nil {
		return "", ends, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		code, ends = id.Reference(), until(tx, approvalTime)
		return errors.Join(removeTickets(tx, account, forCounter), addTicket(tx, forCounter, code, ticket{Account: account, Ends: ends}))
	})
	return code, ends, err
}

// asked tells a person, in the transaction that stores it, that a service asks for an approval.
func (s *Service) asked(tx *db.Tx, r oidc.Request) error {
	if r.Account == "" {
		return nil
	}
	a, err := findAccount(tx, AccountID(r.Account))
	if err != nil {
		return err
	}
	return s.tell(tx, a, Message{Key: "asked", Link: "/identity/request/" + r.ID, Service: r.ClientID})
}

// personaAnswers answers in the place of a persona that login_hint names.
func (s *Service) personaAnswers(ctx context.Context, r oidc.Request) (*oidc.Decision, error) {
	name, ok := strings.CutPrefix(r.LoginHint, "persona:")
	if !ok {
		return nil, nil
	}
	a, err := s.Persona(ctx, name)
	if fault.Is(err, fault.NotFound) {
		return &oidc.Decision{Error: "access_denied", Description: "there is no persona of this name"}, nil
	}
	if err != nil {
		return nil, err
	}
	d := &oidc.Decision{After: time.Second}
	if !r.Backchannel {
		d.After = 0
	}
	switch {
	case name == "slow":
		return nil, nil
	case name == "refuses":
		d.Error, d.Description = "access_denied", "the person refused"
	case a.State == Closed:
		d.Error, d.Description = "access_denied", "the account is closed"
	case !levelReached(r, a.Level):
		d.Error, d.Description = "unmet_authentication_requirements", "the person's level is below the acr that was asked for as essential"
	default:
		d.Grant = oidc.Grant{Account: string(a.ID), AuthTime: s.DB.Clock()(), ACR: a.Level.ACR(), AMR: []string{"hwk", "user"}, SessionID: id.New[string](s.DB.Clock()())}
		d.Grant.Details, err = s.let(ctx, a.ID, r, nil)
	}
	return d, err
}

// levelReached reports whether a level is what a request insists on (OpenID Connect Core, 5.5.1.1).
func levelReached(r oidc.Request, l Level) bool {
	wanted := r.EssentialACRs()
	if len(wanted) == 0 {
		return true
	}
	for _, acr := range wanted {
		if w, ok := LevelOfACR(acr); ok && l.Reaches(w) {
			return true
		}
	}
	return false
}

// let writes down the releases of a request, and gives its details for the grant. Chosen
// are the optional fields that the person ticked; nil means all.
func (s *Service) let(ctx context.Context, account AccountID, r oidc.Request, chosen []string) (out []oidc.AuthorizationDetail, err error) {
	if len(r.Details) == 0 {
		return nil, s.note(ctx, account, HistoryEntry{What: ServiceSignIn, Client: r.ClientID})
	}
	agreed, err := s.agreed(ctx, account, r, chosen)
	if err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		out = nil
		for i, d := range r.Details {
			if isAgreement(d) {
				out = append(out, agreed[i])
				continue
			}
			f, err := ReadFilling(d.Raw)
			if err != nil {
				return err
			}
			f, err = s.keepRelease(tx, account, r.ClientID, f, f.chosen(chosen), !r.Has("openid"))
			if err != nil {
				return err
			}
			detail, err := detailOf(f)
			if err != nil {
				return err
			}
			out = append(out, detail)
		}
		if r.Has("openid") {
			return addHistory(tx, account, HistoryEntry{What: ServiceSignIn, Client: r.ClientID})
		}
		return nil
	})
	return out, err
}

// actor is who a session must be of, for the protocol: a person.
func person(ctx context.Context) (AccountID, error) {
	account, err := owner(ctx)
	if err == nil && who.From(ctx).Actor.Kind != who.Person {
		err = fault.New(fault.Forbidden, "identity.fault.resident-only")
	}
	return account, err
}

// Jobs registers what is done later: notices, pings, and telling services of a sign-out.
func (s *Service) Jobs(q *jobs.Queue) {
	s.protocol.Jobs(q)
	s.noticeJobs(q)
	q.Register(jobAccept, s.accept, jobs.Options{})
}
