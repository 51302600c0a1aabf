package web

import (
	"net/http"
	"strconv"
)

// A browser that stands where the public uses it is a kiosk (自助服務站): whoever set it up gave it
// a cookie with a token. Its pages have larger targets, are kept by nobody, and lead back to the
// beginning when nobody touches them.
const (
	kioskCookie = "kiosk"
	kioskIdle   = 120 // seconds without a touch
)

// KioskHome is the path of a kiosk's first page. Whoever serves it signs out who was there.
const KioskHome = "/kiosk"

func cookieKiosk(q *http.Request) string {
	c, err := q.Cookie(kioskCookie)
	if err != nil || len(c.Value) > 100 {
		return ""
	}
	return c.Value
}

// Kiosk is the token that the browser was set up with, or empty. It is what the browser says:
// what rests on it is asked of whoever gave the token.
func (v *Visit) Kiosk() string { return v.kiosk }

// SetUpKiosk makes the browser a kiosk.
func (v *Visit) SetUpKiosk(token string) {
	v.keep(kioskCookie, token)
}

// kioskHeaders leads an idle kiosk back to its beginning.
func (v *Visit) kioskHeaders() {
	if v.kiosk == "" {
		return
	}
	h := v.W.Header()
	h.Set("Cache-Control", "no-store")
	if h.Get("Refresh") == "" && v.Path != KioskHome {
		h.Set("Refresh", strconv.Itoa(kioskIdle)+"; url="+v.Link(KioskHome))
	}
}
