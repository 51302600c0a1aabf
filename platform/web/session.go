package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/who"
	"praya/platform/db"
)

// cookieName is different on the two listeners, because browsers share cookies between
// the ports of one host. With TLS it is bound to this host (RFC 6265bis, __Host-).
func (v *Visit) cookieName() string {
	name := "session"
	if v.listener.name == "operator" {
		name = "operator-session"
	} else if v.inSandbox() {
		name = "sandbox-session"
	}
	if v.site.overTLS(v.R) {
		return "__Host-" + name
	}
	return name
}

func (v *Visit) sessionToken() string {
	if v.given != nil {
		return *v.given
	}
	c, err := v.R.Cookie(v.cookieName())
	if err != nil {
		return ""
	}
	return c.Value
}

func (v *Visit) setSession(token string) {
	v.given = &token
	c := &http.Cookie{
		Name: v.cookieName(), Value: token, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: v.site.overTLS(v.R),
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.W, c)
}

// identify finds out who comes. On the public listener only a session's cookie says it:
// without one the database is asked for nothing, and a bearer's token is its route's matter.
func (l *listener) identify(v *Visit) error {
	if l.name != "operator" {
		return v.recognise()
	}
	if token, ok := strings.CutPrefix(v.R.Header.Get("Authorization"), "Bearer "); ok {
		if !l.site.isToken(token) {
			return fault.New(fault.Unauthenticated, "web.fault.unauthenticated.text")
		}
		v.become(who.Actor{Kind: who.Operator, ID: operatorID})
		return nil
	}
	s, err := v.find()
	if err != nil || s == nil || s.Actor.Kind != who.Operator {
		return err
	}
	v.become(s.Actor)
	return nil
}

// recognise makes the visitor whom the session names, with an officer's duty of today.
func (v *Visit) recognise() error {
	people := v.site.parts.People
	if people == nil {
		return nil
	}
	s, err := v.find()
	if err != nil || s == nil || s.Actor.Kind == who.Public {
		return err
	}
	if s.Actor.Kind == who.Officer {
		duty, err := people.Duty(v.Context(), s.Actor.ID)
		if fault.Is(err, fault.NotFound) {
			return nil // has left: nobody is signed in
		}
		if err != nil {
			return err
		}
		s.Actor.Duty = duty
	}
	v.session = s
	v.become(s.Actor)
	return nil
}

// Session is the visitor's, or nil when nobody is signed in.
func (v *Visit) Session() *Session { return v.session }

// Proven reports whether the visitor proved who they are within this time: what must not
// be done by somebody who found an open screen asks for it.
func (v *Visit) Proven(within time.Duration) bool {
	return v.session != nil && v.now.Sub(v.session.Proven) <= within
}

// SignIn begins a session for somebody who has just proven who they are, under a new
// token. Notices that waited for the visitor go with them.
func (v *Visit) SignIn(a who.Actor, methods ...string) error {
	s := Session{ID: id.New[string](v.now), Actor: a, Proven: v.now, Methods: methods, Device: Device(v.R.UserAgent())}
	if old, err := v.find(); err != nil {
		return err
	} else if old != nil {
		s.Notices = old.Notices
		if old.Actor.Kind == a.Kind && old.Actor.ID == a.ID {
			s.ID = old.ID // proven again: the same session for those who were told of it
		}
	}
	if err := v.begin(s); err != nil {
		return err
	}
	v.session = &s
	v.become(a)
	return nil
}

// SignOut ends the visitor's session.
func (v *Visit) SignOut() error {
	if token := v.sessionToken(); token != "" && v.site.parts.DB != nil {
		if err := v.site.parts.DB.Write(v.Context(), func(tx *db.Tx) error { return endSession(tx, token) }); err != nil {
			return err
		}
	}
	v.setSession("")
	v.session = nil
	v.become(who.Actor{Kind: who.Public})
	return nil
}

// find reads the visitor's session, or nil when there is none (any more).
func (v *Visit) find() (*Session, error) {
	token, store := v.sessionToken(), v.site.parts.DB
	if token == "" || store == nil {
		return nil, nil
	}
	var s Session
	err := store.ReadLatest(v.Context(), func(tx *db.Tx) (err error) {
		s, err = findSession(tx, token)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if v.now.Sub(s.Seen) > touchEvery {
		err = store.Write(v.Context(), func(tx *db.Tx) error { return touchSession(tx, token) })
	}
	return &s, err
}

// begin starts a session under a new token, and ends the one that there was: a token
// from before signing in is worth nothing after it.
func (v *Visit) begin(s Session) error {
	token, old := randomToken(), v.sessionToken()
	err := v.site.parts.DB.Write(v.Context(), func(tx *db.Tx) error {
		if old != "" {
			if err := endSession(tx, old); err != nil {
				return err
			}
		}
		return startSession(tx, token, s)
	})
	if err == nil {
		v.setSession(token)
	}
	return err
}

// RedirectWith is Redirect with a notice that the next page shows, once.
func (v *Visit) RedirectWith(path string, n Notice) error {
	if err := v.leaveNotice(n); err != nil {
		return err
	}
	return v.Redirect(path)
}

func (v *Visit) leaveNotice(n Notice) error {
	if v.site.parts.DB == nil {
		return nil
	}
	s, err := v.changeNotices(func(there []Notice) []Notice { return append(there, n) })
	if err != nil || s != nil {
		return err
	}
	return v.begin(Session{Actor: who.Actor{Kind: who.Public}, Notices: []Notice{n}})
}

// takeNotices shows what waits for the visitor, and takes it away: shown once.
func (v *Visit) takeNotices() error {
	s, err := v.changeNotices(func([]Notice) []Notice { return nil })
	if err == nil && s != nil {
		v.notices = s.Notices
	}
	return err
}

// changeNotices changes what waits for the visitor, and gives the session as it was before; nil
// when there is none. The session is read and written without a transaction around it: who was
// faster, in another window, makes it begin again.
func (v *Visit) changeNotices(how func([]Notice) []Notice) (*Session, error) {
	s := v.session // as it was when the visit began
	for n := 1; ; n++ {
		var err error
		if s == nil {
			if s, err = v.find(); err != nil || s == nil {
				return nil, err
			}
		}
		notices := how(slices.Clip(s.Notices))
		if len(notices) == 0 && len(s.Notices) == 0 {
			return s, nil
		}
		err = v.site.parts.DB.Write(v.Context(), func(tx *db.Tx) error { return setNotices(tx, v.sessionToken(), s, notices) })
		if err == nil || !fault.Is(err, fault.Conflict) || n == mostWindows {
			return s, err
		}
		s = nil
	}
}

// mostWindows bounds how often a notice is written again because another window was faster.
const mostWindows = 8

// Sweep deletes sessions that have ended, and says how many: for a job, once an hour.
func (s *Site) Sweep(ctx context.Context) (n int64, err error) {
	if s.parts.DB == nil {
		return 0, nil
	}
	err = s.parts.DB.Write(ctx, func(tx *db.Tx) error {
		n, err = sweepSessions(tx)
		return err
	})
	return n, err
}
