package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"praya/kernel/fault"
	"praya/kernel/id"
	"praya/kernel/lang"
	"praya/kernel/who"
	"praya/platform/observe"
)

// listener is one of the site's two doors, with its own routes.
type listener struct {
	site     *Site
	name     string
	mux      *http.ServeMux
	compress func(http.Handler) http.HandlerFunc
}

func newListener(s *Site, name string) *listener {
	// The random jitter hides the exact size of compressed pages (BREACH) at the cost
	// of a few bytes; pages with secrets are not compressed at all.
	compress, err := gzhttp.NewWrapper(gzhttp.EnableZstd(true), gzhttp.MinSize(1400), gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		panic("web: " + err.Error()) // constant options
	}
	return &listener{site: s, name: name, mux: http.NewServeMux(), compress: compress}
}

// ServeHTTP is the whole way of a request: who and where, the guards, the route, and
// the one line that stays in the log.
func (l *listener) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	v := l.visit(q)
	rec := &recorder{ResponseWriter: w, visit: v}
	v.W = rec
	v.headers()
	defer l.finish(v, rec) // also when a download breaks off its connection
	l.guarded(v, func() {
		if err := l.admit(v); err != nil {
			v.fail(err)
			return
		}
		l.dispatch(rec, v)
	})
}

// finish leaves the one line in the log, and counts.
func (l *listener) finish(v *Visit, rec *recorder) {
	now := l.site.parts.Clock()
	line := observe.Line{
		What: "request", Method: method(v.R.Method), Route: v.route(), Status: rec.status, Bytes: rec.bytes,
		At: now, Duration: now.Sub(v.now), Err: v.err,
	}
	line.Log(v.R.Context(), l.site.parts.Log)
	l.site.parts.Metrics.Request(l.name, line)
}

// visit reads who comes, in which language, and gives the request its id: a
// reference that can be read aloud, since error pages ask people to.
func (l *listener) visit(q *http.Request) *Visit {
	s := l.site
	prefix, path := splitLang(q.URL.Path)
	language := prefix
	if prefix == "" {
		language = preferred(q)
	}
	realm := s.config.Realm
	if rest, ok := strings.CutPrefix(path, sandboxPath); ok && l.name == "public" && (rest == "" || rest[0] == '/') {
		realm, path = who.Sandbox, cmp.Or(rest, "/")
	}
	ctx := who.With(q.Context(), who.Request{
		Actor: who.Actor{Kind: who.Public}, Lang: language, ID: id.Reference(), Realm: realm,
	})
	view := s.View(language, path)
	view.listener, view.Query, view.ID, view.realm = l, q.URL.Query(), who.From(ctx).ID, realm
	view.actor = who.From(ctx).Actor
	view.origin = s.origin(q)
	view.theme, view.kiosk, view.now = cookieTheme(q), cookieKiosk(q), s.parts.Clock()
	return &Visit{View: view, R: q.WithContext(ctx), prefixed: prefix != ""}
}

// guarded turns a panic into an error page, and keeps its stack for the operator.
func (l *listener) guarded(v *Visit, f func()) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
			panic(p)
		}
		l.site.parts.Log.ErrorContext(v.R.Context(), "panic", "request", v.ID, "route", v.route(), "stack", string(debug.Stack()))
		v.fail(panicked(p))
	}()
	f()
}

// panicked is what the log may hold of a panic. An error speaks of the program; any other
// value may speak of a person, and the stack says where it was.
func panicked(p any) error {
	if err, ok := p.(error); ok {
		return fmt.Errorf("web: panic: %w", err)
	}
	return fmt.Errorf("web: panic with a %T", p)
}

// admit refuses what no route may see.
func (l *listener) admit(v *Visit) error {
	if l.name == "operator" && !loopback(v.R.Host) {
		return fault.New(fault.Forbidden, "web.fault.forbidden.text").Because(fmt.Errorf("web: host %q", v.R.Host))
	}
	if err := l.site.guard.Check(v.R); err != nil {
		return fault.New(fault.Forbidden, "web.fault.crossorigin").Because(err)
	}
	return l.identify(v)
}

// dispatch finds the route. ServeMux answers what it does not know in plain English;
// we ask it first, and answer in our own words.
func (l *listener) dispatch(rec *recorder, v *Visit) {
	found, pattern := l.mux.Handler(v.R)
	if pattern != "" {
		if r, ok := found.(*route); ok && !strings.Contains(pattern, "{") {
			v.R.Pattern = pattern
			r.ServeHTTP(rec, v.R)
			return
		}
		if _, ok := found.(*route); ok { // once more, for the values of the path
			l.mux.ServeHTTP(rec, v.R)
			return
		}
		found.ServeHTTP(rec, v.R) // ServeMux redirects to the clean form of a path
		return
	}
	if !v.prefixed && safe(v.R.Method) && l.isPage(v) {
		v.toLanguage()
		return
	}
	probe := &verdict{header: http.Header{}}
	found.ServeHTTP(probe, v.R)
	if probe.status == http.StatusMethodNotAllowed {
		rec.Header().Set("Allow", probe.header.Get("Allow"))
		v.fail(errMethod)
		return
	}
	v.fail(fault.New(fault.NotFound, "web.fault.not-found.text"))
}

// isPage reports whether the path names a page once a language stands before it.
func (l *listener) isPage(v *Visit) bool {
	q := v.R.Clone(context.Background())
	q.Method = http.MethodGet
	q.URL.Path = "/" + string(v.Lang()) + v.R.URL.Path
	_, pattern := l.mux.Handler(q)
	return pattern != ""
}

// serve runs a route for a visit.
func (v *Visit) serve(r *route) {
	v.served = r
	ctx, cancel := context.WithTimeout(v.R.Context(), r.patience)
	defer cancel()
	v.R = v.R.WithContext(ctx)
	run := func(w http.ResponseWriter, q *http.Request) {
		v.W, v.R = w, q
		q.Body = http.MaxBytesReader(w, q.Body, r.body)
		if r.cache != "" {
			w.Header().Set("Cache-Control", r.cache)
		}
		if r.csp != "" {
			w.Header().Set("Content-Security-Policy", policy+"; "+r.csp)
		}
		if r.shared {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		v.rememberLang()
		// The guard stands inside compression: its writer is closed when a panic passes it.
		v.listener.guarded(v, func() {
			if err := v.run(r); err != nil {
				v.fail(err)
			}
		})
	}
	if r.plain {
		run(v.W, v.R)
		return
	}
	v.listener.compress(http.HandlerFunc(run)).ServeHTTP(v.W, v.R)
}

func (v *Visit) run(r *route) error {
	if v.listener.name == "operator" && !r.open && v.Actor().Kind != who.Operator {
		return fault.New(fault.Unauthenticated, "web.fault.unauthenticated.text")
	}
	if r.limit != nil {
		if err := r.limit(v); err != nil {
			return err
		}
	}
	return r.handle(v)
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// method keeps the log's and the metrics' words to a closed list.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

func splitLang(path string) (lang.Lang, string) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if l, ok := lang.Parse(first); ok {
		return l, "/" + rest
	}
	return "", path
}

// recorder remembers what was answered, and carries the visit through ServeMux.
type recorder struct {
	http.ResponseWriter
	visit  *Visit
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// verdict takes ServeMux's own answer and keeps only the status.
type verdict struct {
	header http.Header
	status int
}

func (p *verdict) Header() http.Header         { return p.header }
func (p *verdict) Write(b []byte) (int, error) { return len(b), nil }
func (p *verdict) WriteHeader(status int)      { p.status = status }

var errMethod = errors.New("web: method not allowed")
