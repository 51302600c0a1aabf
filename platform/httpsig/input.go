package httpsig

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"

	"github.com/dunglas/httpsfv"
)

const (
	inputDo     = "send Signature-Input and Signature as RFC 9421, 4 says"
	componentDo = "cover what the profile has, in lower case"
)

// input is a member of Signature-Input: what a signature covers, and its parameters. Times
// are seconds since 1970; a parameter that is missing is zero.
type input struct {
	components       []component
	created, expires int64
	nonce, keyID     string
	alg, tag         string
	text             string // its strict serialisation, the value of @signature-params
}

// write serialises an input. The order of parameters is free (RFC 9421, 2.3); this one suits
// readers that write them again in their own order and not in the sender's.
func (in *input) write() {
	b := append(make([]byte, 0, 384), '(')
	for i, c := range in.components {
		if i > 0 {
			b = append(b, ' ')
		}
		b = c.append(b)
	}
	b = appendString(append(b, ");keyid="...), in.keyID)
	b = appendString(append(b, ";alg="...), in.alg)
	b = appendString(append(b, ";tag="...), in.tag)
	b = appendString(append(b, ";nonce="...), in.nonce)
	b = strconv.AppendInt(append(b, ";created="...), in.created, 10)
	b = strconv.AppendInt(append(b, ";expires="...), in.expires, 10)
	in.text = string(b)
}

// inputOf reads the member of Signature-Input under a label.
func inputOf(header http.Header, label string) (input, error) {
	if in, ok := plainInput(header["Signature-Input"], label); ok {
		return in, nil
	}
	return anyInput(header, label)
}

func anyInput(header http.Header, label string) (input, error) {
	member, err := memberUnder(header, "Signature-Input", label)
	if err != nil {
		return input{}, err
	}
	list, ok := member.(httpsfv.InnerList)
	if !ok {
		return input{}, refuse(RuleSyntax, inputDo, "Signature-Input's %s is not a list of components", label)
	}
	if len(list.Items) > maxComponents {
		return input{}, refuse(RuleSize, "cover less", "more than %d components are covered", maxComponents)
	}
	in := input{components: make([]component, len(list.Items))}
	for i, item := range list.Items {
		c, err := componentOf(item)
		if err != nil {
			return input{}, err
		}
		if (&input{components: in.components[:i]}).has(c) {
			return input{}, refuse(RuleComponents, "cover each component once", "%s is covered twice", c.name)
		}
		in.components[i] = c
	}
	if err := in.take(list.Params); err != nil {
		return input{}, err
	}
	in.text, err = httpsfv.Marshal(list)
	if err != nil {
		return input{}, refuse(RuleSyntax, inputDo, "Signature-Input's %s can't be written again", label)
	}
	return in, nil
}

// take reads the parameters (RFC 9421, 2.3); the profile has no others.
func (in *input) take(p *httpsfv.Params) error {
	for _, name := range p.Names() {
		value, _ := p.Get(name)
		var ok bool
		switch name {
		case "created":
			in.created, ok = value.(int64)
		case "expires":
			in.expires, ok = value.(int64)
		case "nonce":
			in.nonce, ok = value.(string)
		case "keyid":
			in.keyID, ok = value.(string)
		case "alg":
			in.alg, ok = value.(string)
		case "tag":
			in.tag, ok = value.(string)
		default:
			return refuse(RuleParameters, "send created, expires, nonce, keyid, alg and tag only", "a parameter of the signature is not of the profile")
		}
		if !ok {
			return refuse(RuleParameters, inputDo, "the parameter %s is of a wrong type", name)
		}
	}
	return nil
}

// componentOf reads a component identifier.
func componentOf(item httpsfv.Item) (component, error) {
	var c component
	var ok bool
	if c.name, ok = item.Value.(string); !ok {
		return c, refuse(RuleSyntax, inputDo, "a covered component is not a string")
	}
	for _, name := range item.Params.Names() {
		value, _ := item.Params.Get(name)
		switch name {
		case "req":
			c.req, ok = value.(bool)
			c.last = c.key != ""
			ok = ok && c.req
		case "key":
			c.key, ok = value.(string)
			ok = ok && c.key != ""
		default:
			ok = false
		}
		if !ok {
			return c, refuse(RuleComponents, componentDo, "a component has a parameter that the profile doesn't have")
		}
	}
	return c, c.refusal()
}

// refusal is why a component can't be covered; nil when it can.
func (c component) refusal() error {
	if c.name == "signature" && c.key != "" && c.req {
		return nil
	}
	if c.key != "" || c.name != "@status" && !slices.Contains(derivedOfRequest, c.name) && !fieldName(c.name) {
		return refuse(RuleComponents, componentDo, "a covered component is not of the profile")
	}
	return nil
}

// same reports whether two identifiers are of one component, whatever their parameters' order.
func same(c, d component) bool {
	c.last, d.last = false, false
	return c == d
}

// signatureOf reads the signature under a label.
func signatureOf(header http.Header, label string) ([]byte, error) {
	if value, ok := plainBytes(header["Signature"], label); ok {
		return value, nil
	}
	return anySignature(header, label)
}

func anySignature(header http.Header, label string) ([]byte, error) {
	member, err := memberUnder(header, "Signature", label)
	if err != nil {
		return nil, err
	}
	if item, ok := member.(httpsfv.Item); ok {
		if value, ok := item.Value.([]byte); ok {
			return value, nil
		}
	}
	return nil, refuse(RuleSyntax, inputDo, "Signature's %s is not a byte sequence", label)
}

func memberUnder(header http.Header, field, label string) (httpsfv.Member, error) {
	lines := header.Values(field)
	if len(lines) == 0 {
		return nil, refuse(RuleUnsigned, "sign the message", "%s is missing", field)
	}
	if tooLong(lines, maxField) {
		return nil, refuse(RuleSize, "send fewer signatures", "%s is longer than %d bytes", field, maxField)
	}
	dict, err := httpsfv.UnmarshalDictionary(lines)
	if err != nil {
		return nil, refuse(RuleSyntax, inputDo, "%s is not a dictionary", field)
	}
	member, ok := dict.Get(label)
	if !ok {
		return nil, refuse(RuleUnsigned, "sign the message under the label "+label, "%s has no %s", field, label)
	}
	return member, nil
}

// appendString writes a string of a structured field (RFC 9651, 4.1.6).
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// appendBytes writes a byte sequence of a structured field (RFC 9651, 4.1.8).
func appendBytes(b, value []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(b, ':'), value), ':')
}
