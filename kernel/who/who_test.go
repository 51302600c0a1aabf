package who

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

func TestEmptyContextIsThePublic(t *testing.T) {
	r := From(context.Background())
	if r.Actor.Kind != Public || r.Realm != Production {
		t.Errorf("an empty context acts as %+v", r)
	}
}

func TestSystemKeepsTheRequest(t *testing.T) {
	ctx := With(context.Background(), Request{ID: "r1", Realm: Production, Actor: Actor{Kind: Operator, ID: "o"}})
	r := From(AsSystem(ctx, Sandbox))
	if r.ID != "r1" || r.Realm != Sandbox || r.Actor != (Actor{Kind: System}) {
		t.Errorf("got %+v", r)
	}
}

func TestActorIsNotNamedInLogs(t *testing.T) {
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "actor", Actor{Kind: Operator, ID: "secret"})
	if strings.Contains(b.String(), "secret") {
		t.Errorf("the log names the actor: %s", b.String())
	}
}

func TestRolesOfADuty(t *testing.T) {
	d := Duty{Roles: "agent registrar"}
	if !d.In("agent") || !d.In("registrar") || d.In("age") || d.In("") || (Duty{}).In("agent") {
		t.Errorf("roles of %+v", d)
	}
}
