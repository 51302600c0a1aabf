package app

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"praya/kernel/lang"
)

// Config is everything that a site can set. The zero value works: it serves on
// localhost:8080 from the folder praya-data with the embedded store. Secrets are never
// values, always paths of files.
type Config struct {
	// Name is the operator's name, as the header of every page shows it.
	Name lang.Text `toml:"name" json:"name"`
	// Data is the folder of the embedded store, the blobs and the keys. Default praya-data.
	Data string `toml:"data" json:"data"`
	// Database is postgres://… for PostgreSQL 15 or later; empty for the embedded store in Data.
	Database string `toml:"database" json:"database"`
	// Listen is the public address. Default localhost:8080.
	Listen string `toml:"listen" json:"listen"`
	// Operator is the operator's address, on loopback only. Default localhost:8081; "off" for none.
	Operator string `toml:"operator" json:"operator"`
	// BaseURL is how the public reaches us, for permanent addresses in print and in downloads.
	// Default: as each visitor reached us.
	BaseURL string `toml:"base_url" json:"base_url"`
	// TLS makes the public address speak TLS itself.
	TLS TLS `toml:"tls" json:"tls"`
	// TrustedProxies are the networks (CIDR) whose X-Forwarded-For and -Proto are believed.
	TrustedProxies []string `toml:"trusted_proxies" json:"trusted_proxies"`
	// MaxPaperMB bounds one imported file, in megabytes. Default 16.
	MaxPaperMB int `toml:"max_paper_mb" json:"max_paper_mb"`
	// MinimumAge is how old somebody must be to register, in years. Default 11.
	MinimumAge int `toml:"minimum_age" json:"minimum_age"`
	// RecoveryWaitMinutes is how long somebody who lost every passkey waits, while the account's
	// owner can stop it. Default 1440, a day.
	RecoveryWaitMinutes int `toml:"recovery_wait_minutes" json:"recovery_wait_minutes"`
	// Mail is how e-mail goes out. Without a server none does.
	Mail Mail `toml:"mail" json:"mail"`
	// AddressTriesPerMinute is how often one network may try to sign in or register, after a
	// burst of 120. Default 60; more behind a shared address, such as a mobile operator's.
	AddressTriesPerMinute int `toml:"address_tries_per_minute" json:"address_tries_per_minute"`
	// Ledger says who must cosign the transparency log. By default nobody.
	Ledger Ledger `toml:"ledger" json:"ledger"`
	// Exchange says what the data exchange is joined to. By default nothing.
	Exchange Exchange `toml:"exchange" json:"exchange"`
	// Services says who looks at what people upload. By default nobody.
	Services Services `toml:"services" json:"services"`
	// Contact says where telephones reach the contact centre. By default they don't.
	Contact Contact `toml:"contact" json:"contact"`
	// Log is text or json. Default text.
	Log string `toml:"log" json:"log"`
}

// TLS names the files of the certificate chain and its key, both PEM.
type TLS struct {
	Cert string `toml:"cert" json:"cert"`
	Key  string `toml:"key" json:"key"`
}

// Mail is the server that e-mail goes out by, and our address. TLS is starttls (default), tls,
// or none, which is allowed to this machine only.
type Mail struct {
	Server       string `toml:"server" json:"server"`
	From         string `toml:"from" json:"from"`
	User         string `toml:"user" json:"user"`
	PasswordFile string `toml:"password_file" json:"password_file"`
	TLS          string `toml:"tls" json:"tls"`
}

// check says what is wrong.
func (m Mail) check(say func(format string, args ...any)) {
	if m == (Mail{}) {
		return
	}
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		say("mail: server: %q is not host:port", m.Server)
	}
	if a, err := mail.ParseAddress(m.From); err != nil || a.Address != m.From {
		say("mail: from: %q is not an address such as praya@example.org", m.From)
	}
	if (m.User == "") != (m.PasswordFile == "") {
		say("mail: user and password_file belong together")
	}
	if _, err := os.Stat(m.PasswordFile); m.PasswordFile != "" && err != nil {
		say("mail: %v", err)
	}
	switch {
	case m.TLS != "" && m.TLS != "starttls" && m.TLS != "tls" && m.TLS != "none":
		say("mail: tls: %q is neither starttls, tls nor none", m.TLS)
	case m.TLS == "none" && (!loopback(host) || m.User != ""):
		say("mail: tls: none is for a server on this machine, without a password")
	}
}

// LoadConfig reads a TOML file; an unknown key is an error, with its line. An empty path
// gives the defaults.
func LoadConfig(path string) (Config, error) {
	var c Config
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("cannot read the configuration: %w", err)
		}
		d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			return c, fmt.Errorf("%s: %s", path, explain(err))
		}
	}
	return c.WithDefaults(), c.WithDefaults().check()
}

func explain(err error) string {
	var missing *toml.StrictMissingError
	if errors.As(err, &missing) {
		var out []string
		for _, e := range missing.Errors {
			line, _ := e.Position()
			out = append(out, fmt.Sprintf("line %d: there is no setting %q", line, strings.Join(e.Key(), ".")))
		}
		return strings.Join(out, "; ")
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, column := decode.Position()
		return fmt.Sprintf("line %d, column %d: %s", line, column, decode.Error())
	}
	return err.Error()
}

// WithDefaults fills in what was left out.
func (c Config) WithDefaults() Config {
	set := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	if c.Name == (lang.Text{}) {
		c.Name = lang.Text{TC: "海旁示範政府", EN: "Praya demonstration government", SC: "海旁示范政府"}
	}
	set(&c.Data, "praya-data")
	set(&c.Listen, "localhost:8080")
	set(&c.Operator, "localhost:8081")
	set(&c.Log, "text")
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	number := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	number(&c.MaxPaperMB, 16)
	number(&c.MinimumAge, 11)
	number(&c.AddressTriesPerMinute, 60)
	number(&c.RecoveryWaitMinutes, 24*60)
	return c
}

func (c Config) check() error {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		say("listen: %q is not host:port", c.Listen)
	}
	if c.Operator != "off" {
		if host, _, err := net.SplitHostPort(c.Operator); err != nil {
			say("operator: %q is not host:port, nor off", c.Operator)
		} else if !loopback(host) {
			say("operator: %q is not on loopback; reach it through a tunnel instead", c.Operator)
		}
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		say("tls: cert and key belong together")
	}
	for _, f := range []string{c.TLS.Cert, c.TLS.Key} {
		if _, err := os.Stat(f); f != "" && err != nil {
			say("tls: %v", err)
		}
	}
	for _, p := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			say("trusted_proxies: %q is not a network such as 10.0.0.0/8", p)
		}
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		say("database: an address begins with postgres://; leave it out for the embedded store")
	}
	if u, err := url.Parse(c.BaseURL); c.BaseURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "") {
		say("base_url: %q is not like https://praya.example", c.BaseURL)
	}
	c.Mail.check(say)
	c.Ledger.check(say)
	c.Exchange.check(say)
	c.Services.check(say)
	c.Contact.check(say)
	if c.Log != "text" && c.Log != "json" {
		say("log: %q is neither text nor json", c.Log)
	}
	if c.MaxPaperMB < 1 || c.MaxPaperMB > 256 {
		say("max_paper_mb: %d is not between 1 and 256", c.MaxPaperMB)
	}
	if c.MinimumAge < 0 || c.MinimumAge > 120 {
		say("minimum_age: %d is not between 0 and 120", c.MinimumAge)
	}
	if c.AddressTriesPerMinute < 1 {
		say("address_tries_per_minute: %d is not at least 1", c.AddressTriesPerMinute)
	}
	if c.RecoveryWaitMinutes < 1 || c.RecoveryWaitMinutes > 60*24*60 {
		say("recovery_wait_minutes: %d is not between 1 minute and 60 days", c.RecoveryWaitMinutes)
	}
	if !c.Name.Complete() {
		say("name: give tc, en and sc")
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// databaseURL is where the tables are.
func (c Config) databaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "praya.db")
}
