package app

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/search"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/contact"
	"praya/subsystems/contact/knowledge"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/triage"
	"praya/subsystems/directory"
	"praya/subsystems/identity"
	"praya/subsystems/ledger"
	"praya/subsystems/services"
	"praya/subsystems/services/booking"
	"praya/subsystems/services/fees"
	"praya/subsystems/services/forms"
	"praya/subsystems/services/licences"
	"praya/subsystems/services/line"
	"praya/subsystems/services/process"
)

// Services is what the public services need from outside. Clamd is the address of a malware
// scanner that speaks clamd's protocol: "tcp:127.0.0.1:3310" or "unix:/run/clamav/clamd.ctl".
type Services struct {
	Clamd string `toml:"clamd" json:"clamd"`
}

func (s Services) check(say func(format string, args ...any)) {
	if network, address, _ := strings.Cut(s.Clamd, ":"); s.Clamd != "" && (network != "tcp" && network != "unix" || address == "") {
		say("services: clamd: %q is neither tcp:HOST:PORT nor unix:PATH", s.Clamd)
	}
}

// scanner is nil when no scanner is named.
func (s Services) scanner() forms.Scanner {
	if s.Clamd == "" {
		return nil
	}
	network, address, _ := strings.Cut(s.Clamd, ":")
	return forms.Clamd{Network: network, Address: address}
}

// newServices puts the public services together with what stands below them.
func (p *Praya) newServices(policy *access.Policy, book *words.Book, index *search.Index) *services.Service {
	return &services.Service{
		DB: p.DB, Keys: p.Keys, Files: p.Files, Index: index, Policy: policy, Words: book, Clock: when.System, Log: p.log,
		People: applicants{p}, Exchange: consenting{p}, Departments: staff{p}, Staff: staff{p}, Elsewhere: elsewhere, Scanner: p.Config.Services.scanner(),
		Process: &process.Service{DB: p.DB, Keys: p.Keys, Clock: when.System, Log: p.log},
		Licences: &licences.Service{
			DB: p.DB, Keys: p.Keys, Policy: policy, Clock: when.System, Origin: p.Config.origin(), Words: book,
			Ledger: notary{p}, People: topical{applicants{p}, identity.Licence}, Departments: staff{p},
		},
		Booking: &booking.Service{DB: p.DB, Keys: p.Keys, Policy: policy, Clock: when.System, Words: book, People: topical{applicants{p}, identity.Appointment}, Origin: p.Config.origin()},
		Fees: &fees.Service{
			DB: p.DB, Keys: p.Keys, Policy: policy, Clock: when.System, Words: book, Origin: p.Config.origin(), Departments: staff{p},
			Providers: []fees.Provider{&fees.Simulated{DB: p.DB, Keys: p.Keys}},
		},
		Line: &line.Service{DB: p.DB, Policy: policy, Names: serviceNames{p}},
	}
}

// dailyServices asks for what the public services do once a day.
func dailyServices(tx *db.Tx) error {
	for _, kind := range []string{services.JobSweep, licences.JobRemind, booking.JobClose, contact.JobForget, queue.JobForget, knowledge.JobReview, triage.JobTrain} {
		if _, err := jobs.Enqueue(tx, jobs.Job{Kind: kind, Key: tx.Now().Day().String()}); err != nil {
			return err
		}
	}
	return fees.EnqueueDay(tx, tx.Now().Day().Add(-1))
}

// elsewhere leads to what else may be found by the same words.
func elsewhere(v *web.View, text string) []web.Task {
	q := "?" + url.Values{"q": {text}}.Encode()
	return []web.Task{
		{Text: v.T("app.front.estimates"), Hint: v.T("app.front.estimates-text"), Path: "/estimates/search" + q},
		{Text: v.T("app.front.directory"), Hint: v.T("app.front.directory-text"), Path: "/directory" + q},
		{Text: v.T("licences.register.title"), Path: "/licences" + q},
	}
}

// applicants is what the public services know of people.
type applicants struct{ *Praya }

// Profile is what an account keeps of itself.
func (p applicants) Profile(ctx context.Context, account string) (map[string]services.Known, error) {
	out := map[string]services.Known{}
	err := p.DB.ReadLatest(ctx, func(tx *db.Tx) error {
		profile, err := p.Identity.Profile(tx, identity.AccountID(account))
		for f, v := range profile {
			k := services.Known{Value: v.Text, Day: v.Changed.Day(), Verified: !v.Verified.IsZero() || f.FromDocument()}
			if f == identity.DocumentNo { // forms write it as the card does
				k.Value = identity.DocumentNumber(v.Text).String()
			}
			if f.IsAddress() {
				var address map[string]any
				if json.Unmarshal([]byte(v.Text), &address) != nil {
					continue // an address that nobody can read fills no form
				}
				k.Value = address
			}
			out[string(f)] = k
		}
		return err
	})
	return out, err
}

// Tell puts a notice before a person.
func (p applicants) Tell(ctx context.Context, account, key, path string, title, text lang.Text) error {
	return p.Identity.Tell(ctx, identity.AccountID(account), key, path, title, text)
}

// TellAbout does so about something by which the person chooses how to be told.
func (p applicants) TellAbout(ctx context.Context, account string, about services.About, key, path string, title, text lang.Text) error {
	return p.Identity.TellAbout(ctx, identity.AccountID(account), identity.Category(about), key, path, title, text)
}

// topical tells people about one kind of thing: a licence, an appointment.
type topical struct {
	applicants
	about identity.Category
}

// Tell puts a notice about it before a person.
func (p topical) Tell(ctx context.Context, account, key, path string, title, text lang.Text) error {
	return p.Identity.TellAbout(ctx, identity.AccountID(account), p.about, key, path, title, text)
}

// serviceNames says what people wait for in a line.
type serviceNames struct{ *Praya }

// Name is the title of a public service.
func (p serviceNames) Name(ctx context.Context, line string) (lang.Text, error) {
	o, err := p.Services.Offered(ctx, line)
	return o.Title, err
}

// AtCounter is whose code it is that somebody shows at a counter.
func (p applicants) AtCounter(ctx context.Context, code string) (string, error) {
	account, err := p.Identity.AtCounter(ctx, code)
	return string(account), err
}

// Colleagues are the officers of a department in a role, by the names of their posts.
func (p staff) Colleagues(ctx context.Context, department, role string) (out []services.Colleague, err error) {
	system := who.AsSystem(ctx, who.From(ctx).Realm)
	accounts, err := p.Directory.AccountsOf(system, department, role)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		duty, err := p.Directory.DutyOf(system, a)
		if err != nil {
			return nil, err
		}
		post, err := p.Directory.Post(system, directory.PostID(duty.Post))
		if err != nil {
			return nil, err
		}
		out = append(out, services.Colleague{Account: a, Name: post.Title})
	}
	return out, nil
}

// notary gives the acts on licences to the ledger.
type notary struct{ *Praya }

// Commit logs the digest of an act. Which act it was stands in what the digest is of.
func (notary) Commit(tx *db.Tx, _ string, of [32]byte, previous string) (string, error) {
	id, err := ledger.Commit(tx, ledger.Commitment{Type: ledger.LicenceAct, Of: [][32]byte{of}, Previous: ledger.EntryID(previous), At: tx.Now()})
	return string(id), err
}

// Bundle proves an entry.
func (n notary) Bundle(ctx context.Context, entry string) ([]byte, bool, error) {
	return evidence(n).Bundle(ctx, entry)
}

// serviceRoles are what officers may do for the public services, for the directory to grant.
func serviceRoles() []directory.Role {
	role := func(name, part, tc, en, sc string, restricted bool) directory.Role {
		return directory.Role{Name: name, Subsystem: part, Label: lang.Text{TC: tc, EN: en, SC: sc}, Restricted: restricted}
	}
	return []directory.Role{
		role(services.HandlerRole, "services", "申請處理人員", "Handler of applications", "申请处理人员", false),
		role(services.InspectorRole, "services", "實地視察人員", "Inspector", "实地视察人员", false),
		role(services.ApproverRole, "services", "申請審批人員", "Approver of applications", "申请审批人员", true),
		role(services.EditorRole, "services", "網上服務編輯", "Editor of public services", "网上服务编辑", false),
		role(services.CounterRole, "services", "櫃位職員", "Counter officer", "柜位职员", false),
		role(licences.OfficerRole, "licences", "牌照人員", "Licence officer", "牌照人员", false),
		role(licences.ApproverRole, "licences", "牌照審批人員", "Approver of licences", "牌照审批人员", true),
		role(booking.OfficerRole, "booking", "預約人員", "Booking officer", "预约人员", false),
		role(fees.OfficerRole, "fees", "收費人員", "Fees officer", "收费人员", false),
		role(fees.ApproverRole, "fees", "收費審批人員", "Approver of refunds", "收费审批人员", true),
	}
}
