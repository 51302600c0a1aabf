// Package who carries through a context who acts (行事者), in which language, under
// which request id, and in which realm (production or sandbox, 正式或測試). Nothing
// else travels in a context.
package who

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"praya/kernel/lang"
)

// Realm divides the world in two: what is done in one is unreachable from the other.
type Realm string

// The realms.
const (
	Production Realm = "production"
	Sandbox    Realm = "sandbox"
)

// Kind is the kind of an actor, as policy names it.
type Kind string

// The kinds of actor.
const (
	Public   Kind = "Public"   // nobody signed in
	Person   Kind = "Person"   // a resident who signed in, named by account
	Officer  Kind = "Officer"  // an officer of a department who signed in, named by account
	Program  Kind = "Program"  // a department's or company's program, named by its client id
	Operator Kind = "Operator" // runs the program, through the operator's listener
	System   Kind = "System"   // the program itself: a job, a consumer, the command line
)

// Kinds lists them all.
func Kinds() []Kind { return []Kind{Public, Person, Officer, Program, Operator, System} }

// Actor is who does something. ID is empty for the public.
type Actor struct {
	Kind  Kind
	ID    string
	Level string // of assurance (身份保證級別) that a Person has proven: basic or plus
	Duty  Duty   // an Officer's, on this day
}

// Duty is what an officer serves as (職務): in which department, on which post, in which
// roles. An acting appointment counts like any other on its days.
type Duty struct {
	Officer    string // the officer's id in the directory
	Department string // code of the bureau or department
	Post       string // id of the post; of the one acted in, when acting
	Acting     bool
	Roles      string // names of roles, sorted, a space between
}

// In reports whether the duty has a role.
func (d Duty) In(role string) bool { return slices.Contains(strings.Fields(d.Roles), role) }

// LogValue keeps an actor's id out of the logs: the kind is enough to read them by.
func (a Actor) LogValue() slog.Value { return slog.StringValue(string(a.Kind)) }

// Request is all that a context carries.
type Request struct {
	Actor Actor
	Lang  lang.Lang
	ID    string
	Realm Realm
}

type key struct{}

// With returns a context that carries the request.
func With(ctx context.Context, r Request) context.Context { return context.WithValue(ctx, key{}, r) }

// From returns what the context carries. Without anything it is the public, in
// Traditional Chinese, in production: the least that anybody may do.
func From(ctx context.Context) Request {
	if r, ok := ctx.Value(key{}).(Request); ok {
		return r
	}
	return Request{Actor: Actor{Kind: Public}, Lang: lang.TC, Realm: Production}
}

// AsSystem returns a context in which the program itself acts, in a realm.
func AsSystem(ctx context.Context, realm Realm) context.Context {
	r := From(ctx)
	r.Actor, r.Realm = Actor{Kind: System}, realm
	return With(ctx, r)
}
