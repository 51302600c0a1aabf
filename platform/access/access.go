package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	east "github.com/cedar-policy/cedar-go/x/exp/ast"

	"praya/kernel/fault"
	"praya/kernel/who"
)

// Source is the policy of one part: Cedar text that may name actions "Name.…" only.
type Source struct {
	Name   string
	Policy string
}

// Resource is what something is done to. Attrs are text, whole numbers, booleans or
// lists of text; a policy reads them as resource.name.
type Resource struct {
	Type  string
	ID    string
	Attrs map[string]any
}

// Policy is every part's policy together. It does not change once it is made.
type Policy struct {
	byAction map[string]cedar.PolicyMap
}

// New reads the policies. It fails on the first text that is not Cedar, on a permit
// without named actions, and on an action of another part.
func New(sources ...Source) (*Policy, error) {
	p := &Policy{byAction: map[string]cedar.PolicyMap{}}
	var wide []*cedar.Policy
	for _, s := range sources {
		list, err := cedar.NewPolicyListFromBytes(s.Name+"/policy.cedar", []byte(s.Policy))
		if err != nil {
			return nil, fmt.Errorf("access: %s: %w", s.Name, err)
		}
		for _, rule := range list {
			actions, err := actionsOf(s.Name, rule)
			if err != nil {
				return nil, err
			}
			for _, a := range actions {
				p.add(a, rule)
			}
			if len(actions) == 0 {
				wide = append(wide, rule)
			}
		}
	}
	for action := range p.byAction {
		for _, rule := range wide {
			p.add(action, rule)
		}
	}
	return p, nil
}

func (p *Policy) add(action string, rule *cedar.Policy) {
	rules := p.byAction[action]
	if rules == nil {
		rules = cedar.PolicyMap{}
		p.byAction[action] = rules
	}
	rules[cedar.PolicyID(fmt.Sprintf("%s#%d", action, len(rules)))] = rule
}

// actionsOf lists the actions that a rule names; none for a forbid of everything.
func actionsOf(part string, rule *cedar.Policy) ([]string, error) {
	at := fmt.Sprintf("access: %s, line %d: ", part, rule.Position().Line)
	var named []cedar.EntityUID
	switch scope := (*east.Policy)(rule.AST()).Action.(type) {
	case east.ScopeTypeEq:
		named = []cedar.EntityUID{scope.Entity}
	case east.ScopeTypeInSet:
		named = scope.Entities
	case east.ScopeTypeAll:
		if rule.Effect() == cedar.Permit {
			return nil, errors.New(at + "a permit must name its actions")
		}
	default:
		return nil, errors.New(at + "actions have no groups here")
	}
	var out []string
	for _, uid := range named {
		if uid.Type != "Action" || !strings.HasPrefix(string(uid.ID), part+".") {
			return nil, fmt.Errorf("%s%s is not an action of %s", at, uid, part)
		}
		out = append(out, string(uid.ID))
	}
	return out, nil
}

// Allow returns nil when the actor of the context may do this, and otherwise a fault:
// Unauthenticated when signing in could help, else Forbidden.
func (p *Policy) Allow(ctx context.Context, action string, resource Resource) error {
	rules, ok := p.byAction[action]
	if !ok {
		return fmt.Errorf("access: no policy names the action %q", action)
	}
	request := who.From(ctx)
	if !known(request.Actor.Kind) {
		return fault.New(fault.Forbidden, "web.fault.forbidden.text").
			Because(fmt.Errorf("access: unknown kind of principal %q", request.Actor.Kind))
	}
	entity, err := resource.entity()
	if err != nil {
		return err
	}
	err = decide(rules, action, request, entity)
	if err == nil {
		return nil
	}
	if request.Actor.Kind == who.Public && signingInHelps(rules, action, request, entity) {
		return fault.New(fault.Unauthenticated, "web.fault.unauthenticated.text").Because(err)
	}
	return fault.New(fault.Forbidden, "web.fault.forbidden.text").Because(err)
}

// signingInHelps reports whether anybody who signed in could do it: the operator, a
// resident with the highest level, or some officer. Which post and role an officer needs
// is told after signing in only.
func signingInHelps(rules cedar.PolicyMap, action string, r who.Request, resource cedar.Entity) bool {
	for _, a := range []who.Actor{{Kind: who.Operator}, {Kind: who.Person, Level: "plus"}} {
		if r.Actor = a; decide(rules, action, r, resource) == nil {
			return true
		}
	}
	for _, rule := range rules {
		scope, ok := (*east.Policy)(rule.AST()).Principal.(east.ScopeTypeIs)
		if ok && scope.Type == cedar.EntityType(who.Officer) && rule.Effect() == cedar.Permit {
			return true
		}
	}
	return false
}

// Can reports whether the actor may do this: a page shows only what its reader may do.
func (p *Policy) Can(ctx context.Context, action string, resource Resource) bool {
	return p.Allow(ctx, action, resource) == nil
}

// Actions lists how many rules speak about each action.
func (p *Policy) Actions() map[string]int {
	out := map[string]int{}
	for action, rules := range p.byAction {
		out[action] = len(rules)
	}
	return out
}

func known(k who.Kind) bool { return slices.Contains(who.Kinds(), k) }

// principal is the actor with what policies may ask about it. Only what the kind has is
// there: a policy that asks a person for a department fails, and so denies.
func principal(a who.Actor) cedar.Entity {
	attrs := cedar.RecordMap{}
	switch a.Kind {
	case who.Person:
		attrs["level"] = cedar.String(a.Level)
	case who.Officer:
		var roles []cedar.Value
		for role := range strings.FieldsSeq(a.Duty.Roles) {
			roles = append(roles, cedar.String(role))
		}
		attrs["department"], attrs["post"] = cedar.String(a.Duty.Department), cedar.String(a.Duty.Post)
		attrs["roles"] = cedar.NewSet(roles...)
	}
	return cedar.Entity{
		UID:        cedar.NewEntityUID(cedar.EntityType(a.Kind), cedar.String(a.ID)),
		Attributes: cedar.NewRecord(attrs),
	}
}

func decide(rules cedar.PolicyMap, action string, r who.Request, resource cedar.Entity) error {
	actor := principal(r.Actor)
	decision, diagnostic := cedar.Authorize(rules, cedar.EntityMap{resource.UID: resource, actor.UID: actor}, cedar.Request{
		Principal: actor.UID,
		Action:    cedar.NewEntityUID("Action", cedar.String(action)),
		Resource:  resource.UID,
		Context:   cedar.NewRecord(cedar.RecordMap{"realm": cedar.String(r.Realm)}),
	})
	if len(diagnostic.Errors) > 0 {
		return fmt.Errorf("access: %s: a policy failed: %s", action, diagnostic.Errors[0].Message)
	}
	if decision != cedar.Allow {
		return fmt.Errorf("access: %s may not %s", r.Actor.Kind, action)
	}
	return nil
}

func (r Resource) entity() (cedar.Entity, error) {
	attrs := cedar.RecordMap{}
	for name, v := range r.Attrs {
		value, err := valueOf(v)
		if err != nil {
			return cedar.Entity{}, fmt.Errorf("access: %s.%s: %w", r.Type, name, err)
		}
		attrs[cedar.String(name)] = value
	}
	return cedar.Entity{
		UID:        cedar.NewEntityUID(cedar.EntityType(r.Type), cedar.String(r.ID)),
		Attributes: cedar.NewRecord(attrs),
	}, nil
}

func valueOf(v any) (cedar.Value, error) {
	switch v := v.(type) {
	case string:
		return cedar.String(v), nil
	case int:
		return cedar.Long(v), nil
	case int64:
		return cedar.Long(v), nil
	case bool:
		return cedar.Boolean(v), nil
	case []string:
		items := make([]cedar.Value, len(v))
		for i, s := range v {
			items[i] = cedar.String(s)
		}
		return cedar.NewSet(items...), nil
	}
	return nil, fmt.Errorf("a %T is no value of a policy", v)
}
