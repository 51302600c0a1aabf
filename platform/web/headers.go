package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// policy is the Content-Security-Policy of every answer (CSP Level 3): nothing but our
// own files, no inline script or style, no framing, forms to ourselves only.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every answer carries.
func (v *Visit) headers() {
	h := v.W.Header()
	for i, one := range [...]struct{ name, value string }{
		{"Content-Security-Policy", policy},
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "strict-origin-when-cross-origin"},
		{"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"X-Request-Id", v.ID},
	} {
		v.values[i] = one.value
		h[one.name] = v.values[i : i+1 : i+1] // as Set does, without a piece of memory for each
	}
	if v.site.overTLS(v.R) {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// FormsLeadTo lets the page's forms end at another site: browsers hold a form's redirect
// to the policy too (CSP Level 3, form-action). The origin is "https://x.example", or the
// scheme of an app, "com.example.app:".
func (v *Visit) FormsLeadTo(origin string) {
	h := v.W.Header()
	was := h.Get("Content-Security-Policy")
	h.Set("Content-Security-Policy", strings.Replace(was, "form-action 'self'", "form-action 'self' "+origin, 1))
}

// AllowCamera lets the page ask its reader for the camera.
func (v *Visit) AllowCamera() {
	h := v.W.Header()
	h.Set("Permissions-Policy", strings.Replace(h.Get("Permissions-Policy"), "camera=()", "camera=(self)", 1))
}

// AllowMicrophone lets the page ask its reader for the microphone.
func (v *Visit) AllowMicrophone() {
	h := v.W.Header()
	h.Set("Permissions-Policy", strings.Replace(h.Get("Permissions-Policy"), "microphone=()", "microphone=(self)", 1))
}

// overTLS reports whether the visitor's own connection is encrypted, here or at a trusted proxy.
func (s *Site) overTLS(q *http.Request) bool {
	return q.TLS != nil || s.fromProxy(q) && strings.EqualFold(q.Header.Get("X-Forwarded-Proto"), "https")
}

// origin is the scheme and host of permanent addresses: as configured, or as the visitor used.
func (s *Site) origin(q *http.Request) string {
	if s.config.Origin != "" {
		return s.config.Origin
	}
	if s.overTLS(q) {
		return "https://" + q.Host
	}
	return "http://" + q.Host
}

// fromProxy reports whether the neighbour on the wire is one of the trusted proxies.
func (s *Site) fromProxy(q *http.Request) bool {
	if len(s.proxies) == 0 {
		return false
	}
	addr, ok := neighbour(q)
	return ok && s.trusted(addr)
}

func (s *Site) trusted(addr netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func neighbour(q *http.Request) (netip.Addr, bool) {
	host, _, err := net.SplitHostPort(q.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(host)
	return addr.Unmap(), err == nil
}

// Client is the network address of the visitor, for limits only; it is never logged.
// Of X-Forwarded-For the last address counts that no trusted proxy has written: all
// before it are the visitor's own claims.
func (v *Visit) Client() netip.Addr {
	addr, ok := neighbour(v.R)
	if !ok || !v.site.trusted(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(v.R.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
		if !v.site.trusted(addr) {
			break
		}
	}
	return addr
}
