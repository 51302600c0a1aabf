package app

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/mail"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/search"
	"praya/platform/words"
	"praya/subsystems/contact"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/knowledge"
	contactmail "praya/subsystems/contact/mail"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/triage"
	"praya/subsystems/contact/voice"
	"praya/subsystems/directory"
	"praya/subsystems/services/forms"
)

// Contact is how the contact centre is reached. Without an address no telephone is answered.
type Contact struct {
	UDP string `toml:"udp" json:"udp"` // SIP: 0.0.0.0:5060
	TCP string `toml:"tcp" json:"tcp"`
	TLS string `toml:"tls" json:"tls"` // with the certificate of [tls]
	// Host is the address that telephones reach us at, where it isn't the listener's own.
	Host string `toml:"host" json:"host"`
	// FirstPort and LastPort are the UDP ports of sound. Default: any.
	FirstPort int `toml:"first_port" json:"first_port"`
	LastPort  int `toml:"last_port" json:"last_port"`
	// Browsers is the UDP address of the sound of agents' browsers. Default: any port.
	Browsers string `toml:"browsers" json:"browsers"`
	MaxCalls int    `toml:"max_calls" json:"max_calls"` // at once; default 1,000
	// Prompts is a folder with a site's own recordings. Default: the synthetic voices that come along.
	Prompts string `toml:"prompts" json:"prompts"`
	// KeepDays is how long recordings are kept. Default 90.
	KeepDays int `toml:"keep_days" json:"keep_days"`
	// CaseDays is how long closed cases are kept. Default: for ever.
	CaseDays int   `toml:"case_days" json:"case_days"`
	Trunk    Trunk `toml:"trunk" json:"trunk"`
	// Mail is the address that people write to, and SMTP where their servers bring it:
	// 0.0.0.0:25. What goes out goes by [mail].
	Mail string `toml:"mail" json:"mail"`
	// Number is what people call, as it is written. Default: none is shown.
	Number string `toml:"number" json:"number"`
	SMTP   string `toml:"smtp" json:"smtp"`
}

// Trunk is the line to the telephone network: what numbers outside are dialled by. Media lists the
// hosts of its sound (CIDR), where they aren't the one that signals.
type Trunk struct {
	Address    string   `toml:"address" json:"address"`
	Transport  string   `toml:"transport" json:"transport"`
	User       string   `toml:"user" json:"user"`
	SecretFile string   `toml:"secret_file" json:"secret_file"`
	Number     string   `toml:"number" json:"number"`
	Media      []string `toml:"media" json:"media"`
}

func (c Contact) listens() bool { return c.UDP != "" || c.TCP != "" || c.TLS != "" }

func (c Contact) check(say func(format string, args ...any)) {
	for name, address := range map[string]string{"udp": c.UDP, "tcp": c.TCP, "tls": c.TLS, "browsers": c.Browsers, "smtp": c.SMTP} {
		if _, _, err := net.SplitHostPort(address); address != "" && err != nil {
			say("contact: %s: %q is not host:port", name, address)
		}
	}
	if a, err := mail.ParseAddress(c.Mail); c.Mail != "" && (err != nil || a.Address != c.Mail) || c.Mail == "" && c.SMTP != "" {
		say("contact: mail: %q is not an address such as 1823@example.org", c.Mail)
	}
	for _, m := range c.Trunk.Media {
		if _, err := netip.ParsePrefix(m); err != nil {
			say("contact: trunk: media: %v", err)
		}
	}
	if _, err := os.Stat(c.Trunk.SecretFile); c.Trunk.SecretFile != "" && err != nil {
		say("contact: trunk: %v", err)
	}
	if c.KeepDays < 0 || c.CaseDays < 0 {
		say("contact: keep_days %d and case_days %d are not both 0 or more", c.KeepDays, c.CaseDays)
	}
	if c.FirstPort > c.LastPort || c.FirstPort < 0 || c.LastPort > 65535 {
		say("contact: first_port %d and last_port %d are no range of ports", c.FirstPort, c.LastPort)
	}
}

// keptFor is how long recordings are kept when nothing else is said.
const keptFor = 90

// centre is the office whose contact centre this is: its agents, supervisors and heads.
const centre = "DPO"

// newContact puts the contact centre together with what stands below it.
func (p *Praya) newContact(policy *access.Policy, book *words.Book, index *search.Index) (*contact.Service, error) {
	c := p.Config.Contact
	trunk := voice.Trunk{Address: c.Trunk.Address, Transport: c.Trunk.Transport, User: c.Trunk.User, Number: c.Trunk.Number}
	if c.Trunk.SecretFile != "" {
		secret, err := os.ReadFile(c.Trunk.SecretFile)
		if err != nil {
			return nil, err
		}
		trunk.Secret = strings.TrimSpace(string(secret))
	}
	for _, m := range c.Trunk.Media {
		prefix, err := netip.ParsePrefix(m)
		if err != nil {
			return nil, err
		}
		trunk.Media = append(trunk.Media, prefix)
	}
	days := c.KeepDays
	if days == 0 {
		days = keptFor
	}
	return &contact.Service{
		DB: p.DB, Keys: p.Keys, Files: p.Files, Policy: policy, Words: book, Clock: when.System, Log: p.log,
		People: applicants{p}, Mail: p.newMail(), Post: p.Config.mail(), Address: c.Mail, Number: c.Number,
		Listens: c.listens(), CallsBack: trunk.Address != "", Retention: time.Duration(days) * 24 * time.Hour,
		Tapes: &voice.Spool{Dir: filepath.Join(p.Config.Data, "calls"), Keys: p.Keys, Realm: who.Production},
		Voice: &voice.Service{
			Config: voice.Config{
				UDP: c.UDP, TCP: c.TCP, TLS: c.TLS, Certificate: p.certificate, Host: c.Host, FirstPort: c.FirstPort, LastPort: c.LastPort,
				BrowserPort: c.Browsers, MaxCalls: c.MaxCalls, Trunk: trunk, Prompts: c.Prompts,
			},
			Log: p.log, Clock: when.System, Phones: contact.Phones{DB: p.DB, Keys: p.Keys},
		},
		Queue: &queue.Service{
			DB: p.DB, Keys: p.Keys, Policy: policy, Words: book, Clock: when.System, Log: p.log, Rules: queue.Defaults(),
			Names: staff{p}.post, Skills: skillNames(book),
		},
		Knowledge: &knowledge.Service{
			DB: p.DB, Index: index, Policy: policy, Words: book, Clock: when.System, Log: p.log, People: applicants{p}, Departments: knownDepartments{p},
		},
		Triage: &triage.Service{DB: p.DB, Keys: p.Keys, Policy: policy, Words: book, Clock: when.System, Log: p.log},
		Cases: &cases.Service{
			DB: p.DB, Keys: p.Keys, Files: p.Files, Index: index, Policy: policy, Words: book, Clock: when.System, Log: p.log, Origin: p.Config.origin(),
			Departments: caseDepartments{p}, Staff: staff{p}, People: applicants{p}, Scanner: caseScanner(p.Config.Services.scanner()),
			Retention: time.Duration(c.CaseDays) * 24 * time.Hour,
		},
	}, nil
}

// scanned lets cases use the scanner of the public services.
type scanned struct{ forms.Scanner }

// Scan looks for malware.
func (s scanned) Scan(ctx context.Context, r io.Reader) error {
	err := s.Scanner.Scan(ctx, r)
	if errors.Is(err, forms.ErrUnsafe) {
		return errors.Join(cases.ErrUnsafe, err)
	}
	return err
}

func caseScanner(s forms.Scanner) cases.Scanner {
	if s == nil {
		return nil
	}
	return scanned{s}
}

// certificate reads the pair of [tls] anew at each handshake, so that it can be renewed while we
// serve.
func (p *Praya) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(p.Config.TLS.Cert, p.Config.TLS.Key)
	return &pair, err
}

// newMail is nil when no mail comes in here.
func (p *Praya) newMail() *contactmail.Server {
	c := p.Config.Contact
	if c.SMTP == "" {
		return nil
	}
	_, domain, _ := strings.Cut(c.Mail, "@")
	s := &contactmail.Server{Address: c.SMTP, Domain: domain, Ours: []string{c.Mail}, DNS: net.DefaultResolver, Log: p.log, Clock: when.System}
	if p.Config.TLS.Cert != "" {
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: p.certificate}
	}
	return s
}

// skillNames says what a topic of the menu is called.
func skillNames(book *words.Book) func(context.Context, string) lang.Text {
	return func(_ context.Context, skill string) lang.Text {
		say := func(l lang.Lang) string { return book.In(l).T("contact.skill." + skill) }
		return lang.Text{TC: say(lang.TC), EN: say(lang.EN), SC: say(lang.SC)}
	}
}

// post is what an officer is called: by the post.
func (p staff) post(ctx context.Context, account string) lang.Text {
	system := who.AsSystem(ctx, who.From(ctx).Realm)
	duty, err := p.Directory.DutyOf(system, account)
	if err != nil {
		return lang.Text{}
	}
	post, err := p.Directory.Post(system, directory.PostID(duty.Post))
	if err != nil {
		return lang.Text{}
	}
	return post.Title
}

// Officers are the accounts of a department's officers in a role; of the centre's when no
// department is named.
func (p staff) Officers(ctx context.Context, department, role string) ([]string, error) {
	if department == "" {
		department = centre
	}
	return p.Directory.AccountsOf(who.AsSystem(ctx, who.From(ctx).Realm), department, role)
}

// caseDepartments are the bureaux and departments to which cases are referred.
type caseDepartments struct{ *Praya }

// Department finds one by its code.
func (p caseDepartments) Department(tx *db.Tx, code string) (cases.Department, error) {
	d, err := p.Directory.DepartmentIn(tx, code)
	return cases.Department{Code: d.Code, Name: d.Name}, err
}

// Departments lists them all.
func (p caseDepartments) Departments(tx *db.Tx) (out []cases.Department, err error) {
	all, err := p.Directory.DepartmentsIn(tx)
	for _, d := range all {
		out = append(out, cases.Department{Code: d.Code, Name: d.Name})
	}
	return out, err
}

// knownDepartments are those who answer in articles.
type knownDepartments struct{ *Praya }

// Department finds one by its code.
func (p knownDepartments) Department(tx *db.Tx, code string) (knowledge.Department, error) {
	d, err := caseDepartments(p).Department(tx, code)
	return knowledge.Department(d), err
}

// Departments lists them all.
func (p knownDepartments) Departments(tx *db.Tx) (out []knowledge.Department, err error) {
	all, err := caseDepartments(p).Departments(tx)
	for _, d := range all {
		out = append(out, knowledge.Department(d))
	}
	return out, err
}

// contactRoles are what officers may do in the contact centre, for the directory to grant.
func contactRoles() []directory.Role {
	role := func(name, tc, en, sc string, restricted bool) directory.Role {
		return directory.Role{Name: name, Subsystem: "contact", Label: lang.Text{TC: tc, EN: en, SC: sc}, Restricted: restricted}
	}
	return []directory.Role{
		role(cases.AgentRole, "聯絡中心接線員", "Agent of the contact centre", "联络中心接线员", false),
		role(cases.SupervisorRole, "聯絡中心督導員", "Supervisor of the contact centre", "联络中心督导员", false),
		role(cases.HeadRole, "聯絡中心主管", "Head of the contact centre", "联络中心主管", true),
		role(cases.DirectorRole, "聯絡中心首長級人員", "Director of the contact centre", "联络中心首长级人员", true),
		role(cases.OfficerRole, "個案負責人員", "Case officer of a department", "个案负责人员", false),
		role(knowledge.EditorRole, "知識庫編輯", "Editor of answers", "知识库编辑", false),
		role(cases.ReplierRole, "個案覆核人員", "Second pair of eyes on replies", "个案复核人员", false),
	}
}
