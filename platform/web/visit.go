package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/words"
)

// View is what a page needs to know to be drawn. Its embedded Texts give the words
// and the written forms of the reader's language.
type View struct {
	*words.Texts
	Path  string     // without the language: "/estimates/2025-26"
	Query url.Values // what stood behind the question mark
	ID    string     // the request's id, for the reader's reference

	site     *Site
	listener *listener
	realm    who.Realm
	origin   string // scheme and host, for print
	theme    string
	kiosk    string // token of the kiosk that the browser is
	actor    who.Actor
	label    string // what the header calls the actor
	own      string // path of the actor's own page
	notices  []Notice
	now      when.Instant
}

// Link is the address of a path of this site in the reader's language. Fragments,
// assets and addresses of other sites stay as they are.
func (v *View) Link(path string) string { return v.linkIn(v.Lang(), path) }

func (v *View) linkIn(l lang.Lang, path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return path
	}
	if v.inSandbox() {
		path = sandboxPath + path
	}
	return "/" + string(l) + path
}

// Plain is the address of an API or of a file without a language, in the view's realm.
func (v *View) Plain(path string) string {
	if v.inSandbox() {
		return sandboxPath + path
	}
	return path
}

// Origin is the scheme and host by which the visitor reached us, or as configured.
func (v *View) Origin() string { return v.origin }

// Same is the address of this very page in another language.
func (v *View) Same(l lang.Lang) string { return v.linkIn(l, v.Path) + query(v.Query) }

// With is the address of this page with some values of its query changed; pairs of
// a name and a value, where an empty value takes the name away.
func (v *View) With(pairs ...string) string {
	q := url.Values{}
	for name, values := range v.Query {
		q[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Del(pairs[i]); pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return v.Link(v.Path) + query(q)
}

func query(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// Actor is who is looking at the page.
func (v *View) Actor() who.Actor { return v.actor }

// Now is the instant at which the visit began.
func (v *View) Now() when.Instant { return v.now }

// Can reports whether the visitor may do something; pages hide what they may not.
func (v *Visit) Can(action string, resource Resource) bool {
	return v.site.parts.Policy != nil && v.site.parts.Policy.Can(v.Context(), action, resource)
}

// Allow is Can with the fault that a handler returns.
func (v *Visit) Allow(action string, resource Resource) error {
	if v.site.parts.Policy == nil {
		return fault.New(fault.Forbidden, "web.fault.forbidden.text")
	}
	return v.site.parts.Policy.Allow(v.Context(), action, resource)
}

// Visit is one request that is being answered.
type Visit struct {
	*View
	W http.ResponseWriter
	R *http.Request

	prefixed bool
	session  *Session
	given    *string // the token that this answer gives the visitor, instead of the one they came with
	served   *route
	err      error
	values   [7]string // of the headers that every answer carries
}

// Context is the request's context, with who asks.
func (v *Visit) Context() context.Context { return v.R.Context() }

// PathValue is a part of the path, "{year}".
func (v *Visit) PathValue(name string) string { return v.R.PathValue(name) }

func (v *Visit) route() string {
	if v.R.Pattern == "" {
		return "none"
	}
	return v.R.Pattern
}

// Render sends a page. It is drawn whole first, so that an error can still become an
// error page.
func (v *Visit) Render(p Page, body templ.Component) error {
	return v.RenderStatus(http.StatusOK, p, body)
}

// RenderStatus sends a page with a status, such as 422 for a form with errors.
func (v *Visit) RenderStatus(status int, p Page, body templ.Component) error {
	if err := v.takeNotices(); err != nil {
		return err
	}
	if err := v.introduce(); err != nil {
		return err
	}
	return v.draw(status, p, body)
}

// draw is RenderStatus without the store, for error pages: the store may be what failed.
func (v *Visit) draw(status int, p Page, body templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	// A page is drawn even when its time is up: it may be the one that says so.
	if err := shell(v.View, p, body).Render(context.WithoutCancel(v.Context()), b); err != nil {
		return err
	}
	h := v.W.Header()
	h.Set("Content-Language", v.Lang().Tag())
	h.Add("Vary", "Cookie")
	v.kioskHeaders()
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	return v.send(status, "text/html; charset=utf-8", b.Bytes())
}

//nolint:gochecknoglobals // a pool has to be shared
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (v *Visit) send(status int, contentType string, body []byte) error {
	h := v.W.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	v.W.WriteHeader(status)
	_, err := v.W.Write(body)
	return gone(err)
}

// gone drops the error of a reader who left: nobody is there to be told.
func gone(error) error { return nil }

// JSON sends a value of an API.
func (v *Visit) JSON(status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return v.send(status, "application/json", append(body, '\n'))
}

// Download sends a file under a name; write may stream, and what fails after its first
// byte breaks the connection, so that half a file never passes for a whole one.
func (v *Visit) Download(name, contentType string, write func(io.Writer) error) error {
	h := v.W.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w := &firstByte{w: v.W}
	err := write(w)
	if err != nil && w.written {
		v.note(err)
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		h.Del("Content-Disposition")
	}
	return err
}

type firstByte struct {
	w       io.Writer
	written bool
}

func (f *firstByte) Write(b []byte) (int, error) {
	f.written = true
	return f.w.Write(b)
}

// Unchanged compares the caller's If-None-Match with the answer's entity tag (RFC 9110,
// 13.1.2), sends the tag, and when they match 304; then the handler is done. The tag
// is weak, because compression changes the bytes. A page's tag also names what else it
// shows: its language, its theme and its style sheet.
func (v *Visit) Unchanged(tag string) bool {
	if v.served != nil && v.served.page {
		tag += "-" + string(v.Lang()) + v.theme + strings.TrimPrefix(v.Asset("site.css"), "/assets/site.")
	}
	etag := `W/"` + tag + `"`
	v.W.Header().Set("ETag", etag)
	for one := range strings.SplitSeq(v.R.Header.Get("If-None-Match"), ",") {
		one = strings.TrimSpace(one)
		if one == "*" || "W/"+strings.TrimPrefix(one, "W/") == etag {
			v.W.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

// Redirect sends the visitor to a path of this site after something was done (303).
func (v *Visit) Redirect(path string) error {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		path = "/"
	}
	http.Redirect(v.W, v.R, v.Link(path), http.StatusSeeOther)
	return nil
}

// Form reads a posted form, of at most the route's limit.
func (v *Visit) Form() (url.Values, error) {
	err := v.R.ParseForm()
	return v.R.PostForm, err
}
