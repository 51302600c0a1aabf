package web

import "praya/kernel/who"

// Session is a signed-in stretch of time.
type Session struct{ Actor who.Actor }

// Sessions keeps sessions in the database.
type Sessions interface{}

func (v *Visit) takeNotices() error { return nil }

func (l *listener) identify(v *Visit) error { return nil }

func showSignIn(v *Visit) error { return nil }
func signIn(v *Visit) error     { return nil }
func signOut(v *Visit) error    { return nil }
