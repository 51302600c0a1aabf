package app

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"time"

	"praya/platform/observe"
	"praya/platform/post"
	"praya/platform/web"
	"praya/subsystems/estimates"
	"praya/subsystems/identity"
)

// web is the part of the configuration that the site needs.
func (c Config) web() web.Config {
	return web.Config{
		Listen: c.Listen, Operator: c.Operator, CertFile: c.TLS.Cert, KeyFile: c.TLS.Key,
		TrustedProxies: c.TrustedProxies, TokenFile: c.tokenFile(), Origin: c.BaseURL, Owner: c.Name, Search: "/services",
	}
}

// origin is how people and services reach us: as configured, or at the public listener.
func (c Config) origin() string {
	if c.BaseURL != "" {
		return c.BaseURL
	}
	scheme := "http://"
	if c.TLS.Cert != "" {
		scheme = "https://"
	}
	host, port, _ := net.SplitHostPort(c.Listen) // checked at the start
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "localhost"
	}
	return scheme + net.JoinHostPort(host, port)
}

func (c Config) tokenFile() string { return filepath.Join(c.Data, "operator.token") }

func (c Config) limits() estimates.Limits {
	return estimates.Limits{MaxBytes: int64(c.MaxPaperMB) << 20}
}

func (c Config) identity() identity.Rules {
	return identity.Rules{
		MinimumAge: c.MinimumAge, RecoveryWait: time.Duration(c.RecoveryWaitMinutes) * time.Minute, AddressTries: c.AddressTriesPerMinute, Name: c.Name,
	}
}

// mail is the server that the identity's mail goes out by; nil for none.
func (c Config) mail() *post.Server {
	if c.Mail.Server == "" {
		return nil
	}
	m := post.Server(c.Mail)
	return &m
}

// newLog writes canonical lines without personal data. What waits in lines must be written
// before the program ends.
func newLog(c Config, w io.Writer) (log *slog.Logger, lines *observe.Lines) {
	lines = observe.NewLines(w)
	return observe.NewLog(lines, c.Log == "json"), lines
}
