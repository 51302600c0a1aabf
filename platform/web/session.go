package web

import (
	"context"
	"net/http"
	"strings"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/db"
)

// cookieName is different on the two listeners, because browsers share cookies between
// the ports of one host. With TLS it is bound to this host (RFC 6265bis, __Host-).
func (v *Visit) cookieName() string {
	name := "session"
	if v.listener.name == "operator" {
		name = "operator-session"
	}
	if v.site.overTLS(v.R) {
		return "__Host-" + name
	}
	return name
}

func (v *Visit) sessionToken() string {
	c, err := v.R.Cookie(v.cookieName())
	if err != nil {
		return ""
	}
	return c.Value
}

func (v *Visit) setSession(token string) {
	c := &http.Cookie{
		Name: v.cookieName(), Value: token, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: v.site.overTLS(v.R),
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.W, c)
}

// identify finds out who comes to the operator's listener. The public one has nobody
// who signs in yet, and asks the database for nothing.
func (l *listener) identify(v *Visit) error {
	if l.name != "operator" {
		return nil
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

// find reads the visitor's session, or nil when there is none (any more).
func (v *Visit) find() (*Session, error) {
	token, store := v.sessionToken(), v.site.parts.DB
	if token == "" || store == nil {
		return nil, nil
	}
	var s Session
	err := store.Read(v.Context(), func(tx *db.Tx) (err error) {
		s, err = findSession(tx, token)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if v.now.Sub(s.seen) > touchEvery {
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
	kept := false
	if token := v.sessionToken(); token != "" {
		err := v.site.parts.DB.Write(v.Context(), func(tx *db.Tx) (err error) {
			kept, err = addNotice(tx, token, n)
			return err
		})
		if err != nil || kept {
			return err
		}
	}
	return v.begin(Session{Actor: who.Actor{Kind: who.Public}, Notices: []Notice{n}})
}

// takeNotices shows what waits for the visitor, and takes it away: shown once.
func (v *Visit) takeNotices() error {
	s, err := v.find()
	if err != nil || s == nil || len(s.Notices) == 0 {
		return err
	}
	v.notices = s.Notices
	return v.site.parts.DB.Write(v.Context(), func(tx *db.Tx) error { return setNotices(tx, v.sessionToken(), nil) })
}

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
