package httpsig

import (
	"slices"
	"strings"
	"time"

	"praya/kernel/when"
)

// Profile is what the two sides of an exchange agree on. The zero value of every field but
// Tag has a meaning.
type Profile struct {
	Tag     string        // what signatures are for; one that was made for another purpose is refused
	Label   string        // of our member in the fields; "sig1" when empty
	Scheme  string        // what callers see, also behind a proxy that ends TLS; "https" when empty
	Headers []string      // fields of a request that must be there and covered
	Answers []string      // fields of a response that must be there and covered
	Also    []string      // fields of either that must be covered where they are there
	Life    time.Duration // the longest time from created to expires; a minute when zero
	Skew    time.Duration // how far clocks may differ; half a minute when zero
	Parts   bool          // sign @authority, @path and @query in place of @target-uri
}

// The bounds of parameters.
const (
	minNonce, maxNonce = 16, 128
	maxName            = 256 // keyid and tag
	maxSkew            = 5 * time.Minute
	maxLife            = time.Hour
)

// Signature is one that was made or that held. Base and Value are its evidence: what was
// signed, byte by byte, and the signature. Base holds the covered fields' values: keep it
// like the message itself.
type Signature struct {
	KeyID, Nonce, Tag string
	Algorithm         Algorithm
	Created, Expires  when.Instant
	Base, Value       []byte
}

// filled is the profile with its defaults, or why it can't be used.
func (p Profile) filled() (Profile, error) {
	const do = "correct the profile"
	if p.Label == "" {
		p.Label = "sig1"
	}
	if p.Scheme == "" {
		p.Scheme = "https"
	}
	if p.Life == 0 {
		p.Life = time.Minute
	}
	if p.Skew == 0 {
		p.Skew = 30 * time.Second
	}
	switch {
	case !name(p.Tag):
		return p, refuse(RuleConfig, do, "the tag is empty, too long or not visible ASCII")
	case !label(p.Label):
		return p, refuse(RuleConfig, do, "the label is not a key of a dictionary")
	case p.Scheme != "https" && p.Scheme != "http":
		return p, refuse(RuleConfig, do, "the scheme is not http or https")
	case p.Life < time.Second || p.Life > maxLife:
		return p, refuse(RuleConfig, do, "a signature's life is not between a second and %s", maxLife)
	case p.Skew < 0 || p.Skew > maxSkew:
		return p, refuse(RuleConfig, do, "the clocks' difference is not between 0 and %s", maxSkew)
	}
	var err error
	for _, list := range []*[]string{&p.Headers, &p.Answers, &p.Also} {
		if *list, err = fieldNames(*list); err != nil {
			return p, err
		}
	}
	p.Also = append(slices.Clone(wherePresent), p.Also...)
	return p, nil
}

// fieldNames are the names in lower case, without those that are covered anyway.
func fieldNames(names []string) ([]string, error) {
	var out []string
	for _, n := range names {
		n = strings.ToLower(n)
		if !fieldName(n) {
			return nil, refuse(RuleConfig, "correct the profile", "a named header can't be covered")
		}
		if !slices.Contains(out, n) && n != "content-digest" && !slices.Contains(wherePresent, n) {
			out = append(out, n)
		}
	}
	return out, nil
}

// wherePresent are the fields that say how the body is to be read. They are covered whenever
// they are there: who could change them could change what the body means.
var wherePresent = []string{"content-type", "content-encoding"}

func name(s string) bool {
	return s != "" && len(s) <= maxName && printable(s) && !strings.Contains(s, "\t")
}

// label reports whether s is a key of a dictionary (RFC 9651, 3.1.2).
func label(s string) bool {
	for i := range len(s) {
		ch := s[i]
		letter := ch >= 'a' && ch <= 'z' || ch == '*'
		if !letter && (i == 0 || (ch < '0' || ch > '9') && !strings.ContainsRune("_-.", rune(ch))) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
