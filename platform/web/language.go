package web

import (
	"net/http"
	"net/url"

	"praya/kernel/lang"
)

const (
	langCookie  = "lang"
	themeCookie = "theme"
	year        = 365 * 24 * 60 * 60
)

// preferred chooses a language for an address without one: the visitor's own choice
// first, then the browser's list by Hong Kong's rules.
func preferred(q *http.Request) lang.Lang {
	if c, err := q.Cookie(langCookie); err == nil {
		if l, ok := lang.Parse(c.Value); ok {
			return l
		}
	}
	return lang.Negotiate(q.Header.Get("Accept-Language"))
}

// toLanguage sends a visitor without a language in the address to the right one. The
// answer depends on cookie and header, and says so to caches.
func (v *Visit) toLanguage() {
	h := v.W.Header()
	h.Add("Vary", "Accept-Language")
	h.Add("Vary", "Cookie")
	h.Set("Cache-Control", "private, no-cache")
	u := url.URL{Path: "/" + string(v.Lang()) + v.R.URL.Path, RawQuery: v.R.URL.RawQuery}
	http.Redirect(v.W, v.R, u.String(), http.StatusFound)
}

// rememberLang keeps a language that the visitor chose: one who comes from a page of
// ours in another language has used the switch. One who followed a link from
// elsewhere has not chosen anything.
func (v *Visit) rememberLang() {
	if !v.prefixed || v.listener == nil || !safe(v.R.Method) {
		return
	}
	from, err := url.Parse(v.R.Referer())
	if err != nil || from.Host == "" || from.Host != v.R.Host {
		return
	}
	if l, _ := splitLang(from.Path); l != "" && l != v.Lang() {
		v.keep(langCookie, string(v.Lang()))
	}
}

// FromElsewhere reports whether a link or a redirect of another site led here: then the
// address's language is no choice of the visitor's.
func (v *Visit) FromElsewhere() bool {
	from, err := url.Parse(v.R.Referer())
	return err == nil && from.Host != v.R.Host
}

// keep sets a cookie that holds a preference and nothing about a person.
func (v *Visit) keep(name, value string) {
	http.SetCookie(v.W, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: year, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: v.site.overTLS(v.R),
	})
}

// cookieTheme is the visitor's choice on the Display page; empty follows the system.
func cookieTheme(q *http.Request) string {
	if c, err := q.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}
