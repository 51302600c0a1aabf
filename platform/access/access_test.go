package access

import (
	"context"
	"strings"
	"testing"

	"praya/kernel/fault"
	"praya/kernel/who"
)

const estimates = `
permit (principal, action == Action::"estimates.read", resource);
permit (principal is Operator, action in [Action::"estimates.import", Action::"estimates.withdraw"], resource)
  when { context.realm == "production" };
permit (principal is System, action == Action::"estimates.import", resource);
permit (principal is Operator, action == Action::"estimates.close", resource is Paper)
  when { resource.year == 2025 && resource.marks.contains("final") };
forbid (principal, action, resource) when { resource has sealed && resource.sealed };
`

func as(kind who.Kind, realm who.Realm) context.Context {
	return who.With(context.Background(), who.Request{Actor: who.Actor{Kind: kind, ID: "x"}, Realm: realm})
}

func TestAllow(t *testing.T) {
	p, err := New(Source{"estimates", estimates})
	if err != nil {
		t.Fatal(err)
	}
	paper := Resource{Type: "Paper", ID: "47"}
	sealed := Resource{Type: "Paper", ID: "47", Attrs: map[string]any{"sealed": true}}
	final := Resource{Type: "Paper", ID: "47", Attrs: map[string]any{"year": 2025, "marks": []string{"final"}}}
	for _, c := range []struct {
		ctx      context.Context
		action   string
		resource Resource
		want     fault.Kind // empty: allowed
	}{
		{context.Background(), "estimates.read", paper, ""},
		{as(who.Public, who.Production), "estimates.read", paper, ""},
		{as(who.Public, who.Production), "estimates.read", sealed, fault.Forbidden},
		{as(who.Public, who.Production), "estimates.import", paper, fault.Unauthenticated},
		{as(who.Public, who.Sandbox), "estimates.import", paper, fault.Forbidden},
		{as(who.Operator, who.Production), "estimates.import", paper, ""},
		{as(who.Operator, who.Sandbox), "estimates.import", paper, fault.Forbidden},
		{as(who.Operator, who.Production), "estimates.import", sealed, fault.Forbidden},
		{as(who.System, who.Sandbox), "estimates.import", paper, ""},
		{as(who.System, who.Production), "estimates.withdraw", paper, fault.Forbidden},
		{as(who.Operator, who.Production), "estimates.close", final, ""},
		{as(who.Operator, who.Production), "estimates.close", paper, fault.Forbidden}, // an attribute is missing
		{as(who.Operator, who.Production), "estimates.reed", paper, fault.Defect},     // unknown action
		{as("Robot", who.Production), "estimates.read", paper, fault.Forbidden},       // unknown principal
		{as("", who.Production), "estimates.read", paper, fault.Forbidden},
		{as(who.Operator, who.Production), "estimates.read", Resource{Type: "P", Attrs: map[string]any{"x": 1.5}}, fault.Defect},
	} {
		err := p.Allow(c.ctx, c.action, c.resource)
		if (err == nil) != (c.want == "") || err != nil && fault.Of(err) != c.want {
			t.Errorf("%s by %s: %v, want %q", c.action, who.From(c.ctx).Actor.Kind, err, c.want)
		}
		if p.Can(c.ctx, c.action, c.resource) != (c.want == "") {
			t.Errorf("%s by %s: Can differs from Allow", c.action, who.From(c.ctx).Actor.Kind)
		}
	}
}

func TestDutiesAndLevels(t *testing.T) {
	p, err := New(Source{"directory", `
permit (principal is Officer, action == Action::"directory.appoint", resource)
  when { principal.roles.contains("staff-manager") && principal.department == resource.department };
permit (principal is Person, action == Action::"directory.sign", resource) when { principal.level == "plus" };
permit (principal, action == Action::"directory.broken", resource) when { principal.department == "DPO" };
`})
	if err != nil {
		t.Fatal(err)
	}
	officer := func(department, roles string) who.Actor {
		return who.Actor{Kind: who.Officer, ID: "o", Duty: who.Duty{Department: department, Roles: roles}}
	}
	fehd := Resource{Type: "Department", ID: "FEHD", Attrs: map[string]any{"department": "FEHD"}}
	for _, c := range []struct {
		actor  who.Actor
		action string
		want   fault.Kind
	}{
		{officer("FEHD", "agent staff-manager"), "directory.appoint", ""},
		{officer("FEHD", "agent"), "directory.appoint", fault.Forbidden},
		{officer("EPD", "staff-manager"), "directory.appoint", fault.Forbidden},
		{who.Actor{Kind: who.Person, ID: "p", Level: "plus"}, "directory.appoint", fault.Forbidden},
		{who.Actor{Kind: who.Public}, "directory.appoint", fault.Unauthenticated},
		{who.Actor{Kind: who.Person, ID: "p", Level: "plus"}, "directory.sign", ""},
		{who.Actor{Kind: who.Person, ID: "p", Level: "basic"}, "directory.sign", fault.Forbidden},
		{officer("FEHD", ""), "directory.sign", fault.Forbidden},
		{who.Actor{Kind: who.Public}, "directory.sign", fault.Unauthenticated},
		{who.Actor{Kind: who.Person, ID: "p"}, "directory.broken", fault.Forbidden},
	} {
		err := p.Allow(who.With(context.Background(), who.Request{Actor: c.actor, Realm: who.Production}), c.action, fehd)
		if (err == nil) != (c.want == "") || err != nil && fault.Of(err) != c.want {
			t.Errorf("%s by %+v: %v, want %q", c.action, c.actor, err, c.want)
		}
	}
}

func TestNothingIsAllowedWithoutPolicy(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Allow(as(who.System, who.Production), "estimates.read", Resource{}); err == nil {
		t.Error("an empty policy allows")
	}
}

func TestBadPolicies(t *testing.T) {
	for text, want := range map[string]string{
		`permit (`:                              "parse error",
		`permit (principal, action, resource);`: "must name its actions",
		`permit (principal, action == Action::"records.read", resource);`:       "not an action of estimates",
		`permit (principal, action == Verb::"estimates.read", resource);`:       "not an action of estimates",
		`permit (principal, action in Action::"estimates.all", resource);`:      "no groups",
		`forbid (principal, action == Action::"records.read", resource);`:       "not an action of estimates",
		`permit (principal, action in [Action::"records.x"], resource) when {}`: "error",
	} {
		if _, err := New(Source{"estimates", text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func BenchmarkAllow(b *testing.B) {
	p, err := New(Source{"estimates", estimates})
	if err != nil {
		b.Fatal(err)
	}
	ctx := as(who.Public, who.Production)
	r := Resource{Type: "Paper", ID: "47", Attrs: map[string]any{"year": 2025}}
	for b.Loop() {
		if err := p.Allow(ctx, "estimates.read", r); err != nil {
			b.Fatal(err)
		}
	}
}
