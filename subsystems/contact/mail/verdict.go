package mail

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
)

// Verdict is what a message's domains say about who sent it.
type Verdict struct {
	SPF    string   // pass, fail, softfail, neutral, none, temperror, permerror
	DKIM   []string // domains whose signatures hold
	Proven bool     // the domain of the From field is among them, or SPF holds for it
	Reject bool     // that domain wants what it did not send refused
}

// Resolver finds records of the DNS. *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// mostSignatures bounds how many signatures of one message are checked.
const mostSignatures = 5

// judge checks a message. What the DNS does not answer proves nothing, and refuses nothing.
func judge(ctx context.Context, dns Resolver, from net.IP, helo, sender, author string, raw []byte) (v Verdict) {
	result, _ := spf.CheckHostWithSender(from, helo, sender, spf.WithContext(ctx), spf.WithResolver(dns)) // the result says why
	v.SPF = string(result)
	lookup := func(name string) ([]string, error) { return dns.LookupTXT(ctx, name) }
	checks, _ := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: lookup, MaxVerifications: mostSignatures}) // each says why
	for _, c := range checks {
		if c.Err == nil {
			v.DKIM = append(v.DKIM, strings.ToLower(c.Domain))
		}
	}
	_, domain, ok := strings.Cut(strings.ToLower(author), "@")
	if !ok {
		return v
	}
	_, sending, _ := strings.Cut(strings.ToLower(sender), "@")
	v.Proven = slices.ContainsFunc(v.DKIM, func(d string) bool { return aligned(d, domain) }) || result == spf.Pass && aligned(or(sending, helo), domain)
	if !v.Proven {
		v.Reject = wishOf(domain, lookup) == dmarc.PolicyReject
	}
	return v
}

// mostParents bounds how far above a domain we look for its wish.
const mostParents = 5

// wishOf is what a domain wants with mail that isn't proven. One without a record of its own has
// that of who stands above it (RFC 7489, 6.6.3; without the list of public suffixes we climb to the
// last name but one).
func wishOf(domain string, lookup func(string) ([]string, error)) dmarc.Policy {
	for at, n := domain, 0; strings.Contains(at, ".") && n < mostParents; n++ {
		record, err := dmarc.LookupWithOptions(at, &dmarc.LookupOptions{LookupTXT: lookup})
		if err == nil && at != domain && record.SubdomainPolicy != "" {
			return record.SubdomainPolicy
		}
		if err == nil {
			return record.Policy
		}
		if !errors.Is(err, dmarc.ErrNoPolicy) {
			return ""
		}
		_, at, _ = strings.Cut(at, ".")
	}
	return ""
}

// aligned compares two domains strictly, or lets one stand below the other (RFC 7489, 3.1, without
// the list of public suffixes: a parent speaks for what is below it, and not the other way round).
func aligned(proven, author string) bool {
	return proven == author || strings.HasSuffix(author, "."+proven) && strings.Contains(proven, ".")
}
