package web

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"praya/kernel/lang"
	"praya/kernel/who"
)

// Config says where a site listens and whose it is. The zero value listens on
// loopback, without TLS.
type Config struct {
	Listen   string // public listener; default 127.0.0.1:8080
	Operator string // operator's listener, a loopback address; default 127.0.0.1:8081; "off" for none

	CertFile, KeyFile string   // TLS on the public listener
	TrustedProxies    []string // networks (CIDR) whose X-Forwarded-For and -Proto are believed
	TokenFile         string   // the operator's token; made with mode 0600 when it is missing

	Origin    string    // how the public reaches us, "https://praya.example"; empty: as each visitor did
	Owner     lang.Text // whose site it is, beside the mark
	Telephone string    // whom to call, on error pages and in the footer; may be empty
	Search    string    // path of the search page, "/search"; empty for no search box
	Realm     who.Realm // production unless said otherwise

	MaxBody  int64         // default 1 MiB; routes may ask for more
	Patience time.Duration // how long a handler may take; default 30 s
	Drain    time.Duration // how long open requests may take at the end; default 15 s

	Gallery bool // mount the gallery of components, for tests and developers
}

func (c Config) withDefaults() Config {
	set(&c.Listen, "127.0.0.1:8080")
	set(&c.Operator, "127.0.0.1:8081")
	set(&c.Realm, who.Production)
	set(&c.MaxBody, 1<<20)
	set(&c.Patience, 30*time.Second)
	set(&c.Drain, 15*time.Second)
	if !c.Owner.Complete() {
		c.Owner = lang.Text{TC: "海旁", EN: "Praya", SC: "海旁"}
	}
	return c
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Check reports what a configuration gets wrong, all of it at once.
func (c Config) Check() error {
	c = c.withDefaults()
	var errs []error
	if (c.CertFile == "") != (c.KeyFile == "") {
		errs = append(errs, errors.New("web: TLS needs both a certificate and a key file"))
	}
	if c.Operator != off && !loopback(c.Operator) {
		errs = append(errs, fmt.Errorf("web: the operator's listener must be on loopback, not %q", c.Operator))
	}
	if _, err := c.proxies(); err != nil {
		errs = append(errs, err)
	}
	if c.Realm != who.Production && c.Realm != who.Sandbox {
		errs = append(errs, fmt.Errorf("web: there is no realm %q", c.Realm))
	}
	return errors.Join(errs...)
}

const off = "off"

func (c Config) secure() bool { return c.CertFile != "" }

func (c Config) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("web: trusted proxy: %w", err)
		}
		out = append(out, p)
	}
	return out, nil
}

// loopback reports whether host:port, or a bare host, can be reached from this machine only.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(trimBrackets(host))
	return err == nil && addr.IsLoopback()
}

func trimBrackets(s string) string {
	if len(s) > 1 && s[0] == '[' && s[len(s)-1] == ']' {
		return s[1 : len(s)-1]
	}
	return s
}
