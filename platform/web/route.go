package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"praya/kernel/lang"
	"praya/kernel/who"
)

// Handler answers a visit. A returned error becomes a page or a problem.
type Handler func(v *Visit) error

// Option changes how a route is served.
type Option func(*route)

type route struct {
	page     bool // a page in a language, or an API
	body     int64
	patience time.Duration
	csp      string
	cache    string
	plain    bool
	shared   bool
	limit    func(*Visit) error
	open     bool // on the operator's listener, for those who have not signed in
	realms   bool // in the sandbox too
	handle   Handler
}

// Body allows request bodies up to n bytes on this route.
func Body(n int64) Option { return func(r *route) { r.body = n } }

// Patience lets the handler take this long.
func Patience(d time.Duration) Option { return func(r *route) { r.patience = d } }

// CSP adds directives to the route's Content-Security-Policy, "connect-src 'self'".
func CSP(directives string) Option { return func(r *route) { r.csp = directives } }

// Cache lets anybody keep the answer this long. It must not depend on who asks.
func Cache(d time.Duration) Option {
	return func(r *route) { r.cache = fmt.Sprintf("public, max-age=%d", int(d.Seconds())) }
}

// Secret marks a page that holds secrets beside what a visitor typed: it goes
// uncompressed (BREACH), and nobody keeps it.
func Secret() Option {
	return func(r *route) { r.plain, r.cache = true, "no-store" }
}

// OpenData lets scripts of other sites read the answer. Only for what everybody may have.
func OpenData() Option { return func(r *route) { r.shared = true } }

// Uncompressed serves what is compressed already, such as a spreadsheet.
func Uncompressed() Option { return func(r *route) { r.plain = true } }

// Limit asks before the handler runs, and refuses with the fault that it returns.
func Limit(ask func(*Visit) error) Option { return func(r *route) { r.limit = ask } }

// InSandbox serves the route in the sandbox too, under /sandbox: with the same handler,
// whose context then carries the other realm.
func InSandbox() Option { return func(r *route) { r.realms = true } }

// sandboxPath stands before the path, behind the language, of all that is in the sandbox.
const sandboxPath = "/sandbox"

// Page serves "GET /estimates/{year}" under /tc, /en and /sc on the public listener.
func (s *Site) Page(pattern string, h Handler, opts ...Option) { s.public.page(pattern, h, opts) }

// API serves "GET /api/estimates" without a language in its address. Its errors are
// problems (RFC 9457).
func (s *Site) API(pattern string, h Handler, opts ...Option) { s.public.api(pattern, h, opts) }

// Operator serves a page on the operator's listener, to those who have signed in there.
func (s *Site) Operator(pattern string, h Handler, opts ...Option) {
	s.operator.page(pattern, h, opts)
}

// OperatorAPI serves an API on the operator's listener, to bearers of the token.
func (s *Site) OperatorAPI(pattern string, h Handler, opts ...Option) {
	s.operator.api(pattern, h, opts)
}

// Raw makes a Handler of a net/http handler, such as a generated API.
func Raw(h http.Handler) Handler {
	return func(v *Visit) error {
		h.ServeHTTP(v.W, v.R)
		return nil
	}
}

func opened(r *route) { r.open = true }

func (l *listener) page(pattern string, h Handler, opts []Option) {
	for _, x := range lang.All() {
		l.handle("/"+string(x), pattern, &route{page: true, handle: h}, opts)
	}
}

func (l *listener) api(pattern string, h Handler, opts []Option) {
	l.handle("", pattern, &route{handle: h}, opts)
}

func (l *listener) handle(prefix, pattern string, r *route, opts []Option) {
	r.body, r.patience = l.site.config.MaxBody, l.site.config.Patience
	for _, o := range opts {
		o(r)
	}
	method, path := parsePattern(pattern)
	if method != "" {
		method += " "
	}
	l.mux.Handle(method+prefix+path, r)
	if r.realms && l.site.config.Realm != who.Sandbox {
		l.mux.Handle(method+prefix+sandboxPath+path, r)
	}
}

// parsePattern splits "GET /x". A page's path of "/" means exactly the front page.
func parsePattern(pattern string) (method, path string) {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "", method
	}
	if path == "/" {
		path = "/{$}"
	}
	return method, path
}

// ServeHTTP answers through the listener, which put the visit into the request's place.
func (r *route) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	v, ok := w.(*recorder)
	if !ok {
		panic("web: a route is served by its listener only")
	}
	v.visit.R = q
	v.visit.serve(r)
}
