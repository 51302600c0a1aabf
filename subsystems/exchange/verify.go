package exchange

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"praya/kernel/when"
)

// Trust is whom somebody who checks a bundle believes.
type Trust struct {
	Keys      map[string]crypto.PublicKey // of the parties and the gateway; nil: those in the bundle
	Log       string                      // verifier key of the ledger; empty: that in the bundle
	Witnesses []string                    // verifier keys
	Quorum    int                         // how many of them must have cosigned
}

// Finding is what a step of the check found.
type Finding string

// The findings.
const (
	Holds     Finding = "good"
	Broken    Finding = "bad"
	Unchecked Finding = "unchecked"
)

// Step is one thing that was checked.
type Step struct {
	Name    string
	Finding Finding
	Why     string // of what is broken or could not be checked
}

// Verify checks everything that a bundle says, and trusts nothing but the keys given. The steps:
//
//	keys        the bundle's keys are those that are trusted
//	request     the consumer's signature over what it asked
//	response    the provider's signature over what it answered
//	bound       the answer is signed as the answer to that request, and no other
//	said        who, what, when and how it ended stand in the signed texts
//	consent     every version of the consent is signed, follows the one before, and allows it
//	deletion    the consumer's signature over its deletion receipt
//	commitments everything opens the commitments that the ledger holds
//	inclusion   the ledger's entries stand under its checkpoint
//	checkpoint  the ledger signed the checkpoint
//	witness     witnesses cosigned it
func (b Bundle) Verify(t Trust) (out []Step) {
	c := check{b: b, trust: t}
	var err error
	if c.keys, err = keysIn(b.Keys); err != nil {
		return []Step{{"keys", Broken, err.Error()}}
	}
	c.step(&out, "keys", c.trusted())
	if a := b.Access; a != nil {
		c.step(&out, "request", c.signed(a.Request))
		c.step(&out, "response", c.signed(a.Response))
		c.step(&out, "bound", bound(a))
		c.step(&out, "said", said(a))
	}
	if b.Consent != nil {
		c.step(&out, "consent", c.consent())
		if d := b.Consent.Deletion; d != nil {
			c.step(&out, "deletion", c.deletion(d))
		}
	}
	return append(out, c.ledger()...)
}

// Good reports whether nothing is broken.
func Good(steps []Step) bool {
	return !slices.ContainsFunc(steps, func(s Step) bool { return s.Finding == Broken })
}

// check is a bundle that is being checked.
type check struct {
	b     Bundle
	trust Trust
	keys  map[string]crypto.PublicKey
}

// unchecked is why something could not be checked.
type unchecked string

func (u unchecked) Error() string { return string(u) }

func (c check) step(out *[]Step, name string, err error) {
	var not unchecked
	switch {
	case err == nil:
		*out = append(*out, Step{name, Holds, ""})
	case errors.As(err, &not):
		*out = append(*out, Step{name, Unchecked, not.Error()})
	default:
		*out = append(*out, Step{name, Broken, err.Error()})
	}
}

// trusted holds the bundle's keys against the trusted ones.
func (c check) trusted() error {
	if c.trust.Keys == nil {
		return unchecked("the keys are the bundle's own: compare them with those that the parties published")
	}
	for id, key := range c.keys {
		known, ok := c.trust.Keys[id].(interface{ Equal(crypto.PublicKey) bool })
		if !ok || !known.Equal(key) {
			return fmt.Errorf("%s is not the key that is trusted by this name", id)
		}
	}
	return nil
}

// signed verifies a message's signature over its base as it stands: nothing is built anew.
func (c check) signed(x *ProvenSigned) error {
	if x == nil {
		return unchecked("nothing was signed")
	}
	key, ok := c.keys[x.Key]
	if !ok {
		return fmt.Errorf("the bundle has no key %s", x.Key)
	}
	if !verifies(key, []byte(x.Base), x.Signature) {
		return fmt.Errorf("the signature does not fit the text and the key %s", x.Key)
	}
	if params := componentsOf(x.Base)[`"@signature-params"`]; !strings.Contains(params, `;keyid="`+x.Key+`"`) {
		return fmt.Errorf("the signed text does not name the key %s", x.Key)
	}
	return nil
}

// verifies checks Ed25519, or ECDSA on P-256 with r and s beside one another (RFC 9421, 3.3.4).
func verifies(key crypto.PublicKey, text, signature []byte) bool {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(k, text, signature)
	case *ecdsa.PublicKey:
		if len(signature) != 64 {
			return false
		}
		sum := sha256.Sum256(text)
		return ecdsa.Verify(k, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	}
	return false
}

// public reads a key.
func (j jwk) public() (crypto.PublicKey, error) {
	x, y := unbase64url(j.X), unbase64url(j.Y)
	switch {
	case j.Curve == "Ed25519" && len(x) == ed25519.PublicKeySize:
		return ed25519.PublicKey(x), nil
	case j.Curve == "P-256" && len(x) == 32 && len(y) == 32:
		return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
	}
	return nil, errors.New("it is neither Ed25519 nor P-256")
}

var componentForm = regexp.MustCompile(`^("[^"]+"(?:;[a-z]+(?:="[^"]*")?)*): (.*)$`)

// componentsOf reads a signature base: the covered components and their values. Parameters of a
// component stand in the order of the alphabet here: each signer has its own (RFC 9421, 2).
func componentsOf(base string) map[string]string {
	out := map[string]string{}
	for line := range strings.SplitSeq(base, "\n") {
		if m := componentForm.FindStringSubmatch(line); m != nil {
			name, params, _ := strings.Cut(m[1], ";")
			sorted := strings.Split(params, ";")
			slices.Sort(sorted)
			out[strings.TrimSuffix(name+";"+strings.Join(sorted, ";"), ";")] = m[2]
		}
	}
	return out
}

// requestSignature is the component by which an answer covers the consumer's signature.
const requestSignature = `"signature";key="call";req`

// bound says whether the answer was signed as the answer to this request (RFC 9421, 2.4).
func bound(a *ProvenAccess) error {
	if a.Request == nil || a.Response == nil {
		return unchecked("there was no answer")
	}
	parts := componentsOf(a.Response.Base)
	if late(parts) {
		return unchecked("it is a late result, sent by itself")
	}
	if parts[requestSignature] != ":"+base64.StdEncoding.EncodeToString(a.Request.Signature)+":" {
		return errors.New("the answer is signed as the answer to another request")
	}
	return nil
}

// late says whether a base is of a message that the provider sent by itself.
func late(parts map[string]string) bool { return strings.Contains(parts[`"@path"`], "/results/") }

// drift is how far an access's time and its entry's may lie apart: patience, and a slow group.
const drift = 5 * time.Minute

// said holds the words and fields against what was signed.
func said(a *ProvenAccess) error {
	if a.Request == nil {
		return errors.New("the request is missing")
	}
	parts := componentsOf(a.Request.Base)
	path := parts[`"@path"`] + parts[`"@target-uri"`]
	asked := []string{}
	for _, f := range a.Fields {
		asked = append(asked, f.Code)
	}
	switch fields, _ := readFields(parts[`"exchange-fields"`]); {
	case parts[`"exchange-basis"`] != a.Basis:
		return errors.New("the request rests on something else")
	case !strings.Contains(path, callBase+a.Service.Code+"/"):
		return errors.New("the request went to another service")
	case fields != nil && !slices.Equal(fields, asked):
		return errors.New("the request asked for other fields")
	case parts[`"@method"`] != a.Method && !lateOf(a):
		return errors.New("the request used another method")
	case partyOf(a.Request.Key) != a.Consumer.Code:
		return errors.New("somebody else asked")
	}
	at, err := when.ParseInstant(a.At)
	created, numeric := number(parts[`"@signature-params"`], "created")
	if err != nil || !numeric || at.Add(skew).Time().Unix() < created {
		return errors.New("the time is before the request was signed")
	}
	return saidInAnswer(a)
}

func lateOf(a *ProvenAccess) bool { return a.Response != nil && late(componentsOf(a.Response.Base)) }

func saidInAnswer(a *ProvenAccess) error {
	if a.Outcome != answeredText {
		return nil // an answer that was thrown away may say what it likes
	}
	if a.Response == nil {
		return errors.New("the answer is missing")
	}
	parts := componentsOf(a.Response.Base)
	switch {
	case partyOf(a.Response.Key) != a.Provider.Code:
		return errors.New("somebody else answered")
	case late(parts):
		return nil
	case parts[`"exchange-id"`] != string(a.ID):
		return errors.New("the answer belongs to another access")
	case parts[`"@status"`] != strconv.Itoa(a.Status):
		return errors.New("the answer had another status")
	}
	return nil
}

// number reads a parameter of a signature.
func number(params, name string) (n int64, ok bool) {
	_, rest, found := strings.Cut(params, ";"+name+"=")
	rest, _, _ = strings.Cut(rest, ";")
	n, err := strconv.ParseInt(rest, 10, 64)
	return n, found && err == nil
}

// consent checks each version, that none is missing, and that the access rests on one of them.
func (c check) consent() error {
	var basis *Record
	for i, r := range c.b.Consent.Records {
		err := verifyJWS(r.JWS, []byte(r.Record), func(id string) (ed25519.PublicKey, error) {
			key, ok := c.keys[id].(ed25519.PublicKey)
			if !ok || !strings.HasPrefix(id, gatewayKey) {
				return nil, fmt.Errorf("the bundle has no key %s", id)
			}
			return key, nil
		})
		if err != nil {
			return fmt.Errorf("version %d: %w", i+1, err)
		}
		var said Record
		if err := json.Unmarshal([]byte(r.Record), &said); err != nil {
			return fmt.Errorf("version %d: %w", i+1, err)
		}
		if said.ID != c.b.Consent.ID || said.Version != int64(i+1) {
			return fmt.Errorf("version %d is of another consent, or one is missing before it", i+1)
		}
		if sum := sha256.Sum256([]byte(r.Record)); c.b.Access != nil && bytes.Equal(sum[:], c.b.Access.Terms) {
			basis = &said
		}
	}
	if len(c.b.Consent.Records) == 0 {
		return errors.New("the consent's record is missing")
	}
	if c.b.Access == nil {
		return nil
	}
	return allows(basis, c.b.Access)
}

// allows says whether a version of a consent is what an access rests on.
func allows(r *Record, a *ProvenAccess) error {
	switch {
	case r == nil:
		return errors.New("the access rests on none of the versions")
	case a.Basis != "consent "+string(r.ID) || r.Controller.Code != a.Consumer.Code || r.Service != a.Service.Code || r.Purpose.Code != a.Purpose.Code:
		return errors.New("the consent is for somebody or something else")
	case a.Outcome != answeredText:
		return nil
	case r.Source.Code != a.Provider.Code:
		return errors.New("the consent is for another provider")
	}
	for _, f := range a.Fields {
		if !slices.ContainsFunc(r.Data, func(d recordData) bool { return d.Name == f.Code }) {
			return fmt.Errorf("the consent does not name %s", f.Code)
		}
	}
	return nil
}

// deletion checks a deletion receipt: signed by the consumer of the consent, over this statement.
func (c check) deletion(d *ProvenDeletion) error {
	if err := c.signed(&d.ProvenSigned); err != nil {
		return err
	}
	var r Record
	if last := c.b.Consent.Records[len(c.b.Consent.Records)-1]; json.Unmarshal([]byte(last.Record), &r) != nil || partyOf(d.Key) != r.Controller.Code {
		return errors.New("somebody else signed the deletion receipt")
	}
	parts := componentsOf(d.Base)
	sum := sha256.Sum256([]byte(d.Statement))
	if !strings.Contains(parts[`"content-digest"`], base64.StdEncoding.EncodeToString(sum[:])) ||
		!strings.HasSuffix(parts[`"@path"`]+parts[`"@target-uri"`], "/deletions/"+string(c.b.Consent.ID)) {
		return errors.New("the deletion receipt is about something else")
	}
	return nil
}
