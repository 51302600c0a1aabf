package app

import (
	"context"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/web"
)

// people tells the front who signs in: the identity's accounts, and the directory's duties.
type people struct{ *Praya }

// SignIn is where people sign in.
func (people) SignIn() string { return "/sign-in" }

// Duty is what an officer's account serves as today.
func (p people) Duty(context.Context, string) (who.Duty, error) {
	return who.Duty{}, fault.New(fault.NotFound, "web.fault.not-found.text")
}

// Label is the person's own name, and the way to their account.
func (p people) Label(v *web.Visit) (string, string, error) {
	name, err := p.Identity.Label(v.Context(), v.Lang())
	if name == "" {
		name = v.T("identity.me.title")
	}
	return name, "/me", err
}
