package exchange

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"praya/kernel/id"
	"praya/kernel/when"
)

// call is one exchange on its way.
type call struct {
	closing
	service  *openService
	party    Party // the consumer
	basis    string
	fields   []string
	subject  string // as Exchange-Subject: kind and identifier
	salt     string
	path     string // behind the provider's base address, escaped
	query    string
	register *register
}

// basis is what a call rests on.
type basisOf struct {
	consent ConsentID
	right   RightID
}

var documentForm = regexp.MustCompile(`^[A-Z0-9()]{5,20}$`)

// readBasis reads Exchange-Basis.
func readBasis(field string) (b basisOf, ok bool) {
	kind, name, found := strings.Cut(field, " ")
	if !found || !id.Valid(name) {
		return b, false
	}
	switch kind {
	case "consent":
		b.consent = ConsentID(name)
	case "right":
		b.right = RightID(name)
	default:
		return b, false
	}
	return b, true
}

// readFields reads Exchange-Fields: names, a comma between. None means all.
func readFields(field string) (out []string, ok bool) {
	if field == "" {
		return nil, true
	}
	for name := range strings.SplitSeq(field, ",") {
		name = strings.TrimSpace(name)
		if !fieldForm.MatchString(name) || slices.Contains(out, name) || len(out) == mostFields {
			return nil, false
		}
		out = append(out, name)
	}
	return out, true
}

// readSubject reads Exchange-Subject of a call by law.
func readSubject(field string, kind SubjectKind) (identifier string, ok bool) {
	given, value, found := strings.Cut(field, " ")
	if !found || SubjectKind(given) != kind || kind != ByDocument || !documentForm.MatchString(value) {
		return "", false
	}
	return value, true
}

// consented puts a consent under the call, or says why it can't be.
func (c *call) consented(consent *Consent, at when.Instant) Refusal {
	c.consent, c.Consent, c.Right, c.Purpose = consent, consent.ID, consent.Right, consent.Purpose
	if c.fields == nil {
		c.fields = consent.Fields
	}
	if consent.Consumer != c.Consumer {
		c.Consent, c.Right, c.Purpose, c.consent = "", "", "", nil // nobody's business
		return NoConsent
	}
	c.Person = consent.Subject
	c.Fields = strings.Join(c.fields, " ")
	c.evidence.Basis = consent.hash
	if why := consent.refusal(c.Consumer, c.Service, c.fields, at); why != "" {
		return why
	}
	_, why := c.register.right(consent.Right, c.Consumer, c.Service, c.fields, at.Day())
	return why
}

// lawful puts a right by law under the call.
func (c *call) lawful(right RightID, at when.Instant) Refusal {
	r, why := c.register.right(right, c.Consumer, c.Service, c.fields, at.Day())
	if why == NoRight || r.Basis != ByLaw {
		return NoRight
	}
	if c.fields == nil {
		c.fields = r.Fields
	}
	c.Right, c.Purpose, c.Fields = r.ID, r.Purpose, strings.Join(c.fields, " ")
	c.evidence.Basis = []byte(termsOf(r))
	if r.Delay > 0 {
		c.delayed, c.Shown = true, at.Add(time.Duration(r.Delay)*24*time.Hour)
	}
	return why
}

// fits says whether the body's members are fields that may go. It gives the body with only
// those when the service says that the gateway filters.
func fits(body []byte, fields []string, surplus Surplus) (out []byte, filtered bool, why Refusal) {
	trimmed := firstByte(body)
	switch trimmed {
	case '{':
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil {
			return nil, false, ProviderContent
		}
		if !surplusIn(object, fields) {
			return body, false, ""
		}
		if surplus == Refuse {
			return nil, false, ProviderFields
		}
		out, err := json.Marshal(object)
		return out, true, failed(err)
	case '[':
		var list []map[string]json.RawMessage
		if json.Unmarshal(body, &list) != nil {
			return nil, false, ProviderContent
		}
		more := false
		for _, object := range list {
			more = surplusIn(object, fields) || more
		}
		if !more {
			return body, false, ""
		}
		if surplus == Refuse {
			return nil, false, ProviderFields
		}
		out, err := json.Marshal(list)
		return out, true, failed(err)
	}
	return nil, false, ProviderContent
}

func failed(err error) Refusal {
	if err != nil {
		return ProviderContent
	}
	return ""
}

// surplusIn takes members that are no fields out, and says whether there were any.
func surplusIn(object map[string]json.RawMessage, fields []string) (found bool) {
	for name := range object {
		if !slices.Contains(fields, name) {
			delete(object, name)
			found = true
		}
	}
	return found
}

func firstByte(b []byte) byte {
	for _, c := range b {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}

// safePath reports whether a path stays below the provider's base address.
func safePath(escaped string) bool {
	lower := strings.ToLower(escaped)
	return !strings.Contains(lower, "..") && !strings.Contains(lower, "%2e") && !strings.Contains(lower, "%2f") && !strings.Contains(lower, "%5c") && !strings.Contains(lower, "\\")
}
