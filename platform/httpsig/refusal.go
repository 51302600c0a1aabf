package httpsig

import (
	"errors"
	"fmt"
)

// Rule names the rule that a message broke. The words are stable: they may stand in evidence,
// in problem documents and in metrics.
type Rule string

// The rules, in the order in which a message is held against them.
const (
	RuleSize       Rule = "size"       // a field or the whole is too long
	RuleSyntax     Rule = "syntax"     // not a structured field, or a field with bytes that can't be signed
	RuleUnsigned   Rule = "unsigned"   // no signature under the label
	RuleComponents Rule = "components" // covers too little, or what the profile doesn't have
	RuleParameters Rule = "parameters" // a parameter is missing or is not of the profile
	RuleTag        Rule = "tag"        // made for another purpose
	RuleCreated    Rule = "created"    // made in the future
	RuleExpired    Rule = "expired"    // too late, or valid for too long
	RuleKey        Rule = "key"        // the key is unknown or may not be used
	RuleAlgorithm  Rule = "algorithm"  // not the key's algorithm
	RuleSignature  Rule = "signature"  // the signature does not fit message and key
	RuleDigest     Rule = "digest"     // the body is not what was signed
	RuleConfig     Rule = "config"     // our own side asks for what can't be
)

// Refusal says which rule a message broke and what its maker can do. It holds names of fields
// and parameters, never their values: what stands in a header may be a secret.
type Refusal struct {
	Rule Rule
	What string // what is wrong
	Do   string // what to do
}

// Error says all three.
func (r *Refusal) Error() string {
	return "httpsig: " + string(r.Rule) + ": " + r.What + "; " + r.Do
}

// RuleOf is the rule that an error says was broken, or empty when it is no refusal.
func RuleOf(err error) Rule {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Rule
	}
	return ""
}

func refuse(rule Rule, do, what string, args ...any) *Refusal {
	return &Refusal{Rule: rule, What: fmt.Sprintf(what, args...), Do: do}
}
