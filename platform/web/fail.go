package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"praya/kernel/fault"
)

// status is what a kind of fault becomes at the edge.
func status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// failure is what a person or a program is told about an error.
type failure struct {
	status int
	name   string // of the words, "not-found"
	detail string // what the fault itself says; may be empty
	fields []problemField
}

func (v *Visit) failure(err error) failure {
	var tooLarge *http.MaxBytesError
	kind := fault.Of(err)
	switch {
	case errors.Is(err, errMethod):
		return failure{status: http.StatusMethodNotAllowed, name: "method"}
	case errors.As(err, &tooLarge):
		return failure{status: http.StatusRequestEntityTooLarge, name: "too-large"}
	case kind == fault.Defect && errors.Is(err, context.DeadlineExceeded):
		kind = fault.Unavailable
	}
	f := failure{status: status(kind), name: string(kind)}
	var known *fault.Fault
	if errors.As(err, &known) {
		f.detail = v.say(known.Key, known.Args)
		for _, field := range known.Fields {
			f.fields = append(f.fields, problemField{Name: field.Name, Detail: v.say(field.Key, known.Args)})
		}
	}
	return f
}

// say is the text of a fault's key, or nothing: a key without words is written to the
// log by Check at start, and never shown to a person.
func (v *Visit) say(key string, args map[string]string) string {
	text, err := v.Lookup(key, pairs(args)...)
	if err != nil {
		return ""
	}
	return text
}

// pairs are a fault's arguments as Lookup takes them.
func pairs(args map[string]string) []any {
	out := make([]any, 0, 2*len(args))
	for name, value := range args {
		out = append(out, name, value)
	}
	return out
}

func (v *Visit) note(err error) {
	if v.err == nil {
		v.err = err
	}
}

// fail answers with an error: a page to somebody who reads pages, a problem to a program.
func (v *Visit) fail(err error) {
	v.note(err)
	rec := v.recorder()
	if rec.status != 0 {
		return // too late for another answer
	}
	if errors.Is(err, context.Canceled) && v.R.Context().Err() != nil {
		rec.status = 499 // nginx's number for a caller who left before the answer
		return
	}
	f := v.failure(err)
	h := v.W.Header()
	h.Del("Content-Length")
	h.Del("ETag")
	h.Set("Cache-Control", "no-store")
	if f.status == http.StatusServiceUnavailable || f.status == http.StatusTooManyRequests {
		h.Set("Retry-After", "60")
	}
	token := v.R.Header.Get("Authorization") != "" // a program: to send it to a form would only send it round
	if f.status == http.StatusUnauthorized && token {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110, 11.6.1
	}
	if !v.wantsPage() || token {
		v.problem(f)
		return
	}
	if path := v.signInFor(f); path != "" {
		_ = v.Redirect(path + "?" + url.Values{"to": {v.Path + query(v.Query)}}.Encode())
		return
	}
	p := Page{Title: v.T("web.fault." + f.name + ".title")}
	if err := v.draw(f.status, p, faultPage(v.View, f)); err != nil {
		v.note(err)
		http.Error(rec, v.ID, http.StatusInternalServerError)
	}
}

// signInFor is the page that helps against this failure, when a redirect to it loses nothing.
func (v *Visit) signInFor(f failure) string {
	if f.status != http.StatusUnauthorized || !safe(v.R.Method) {
		return ""
	}
	if v.listener.name == "operator" {
		return "/sign-in"
	}
	return v.signInPath()
}

// recorder finds the outermost writer, past compression.
func (v *Visit) recorder() *recorder {
	w := v.W
	for {
		if rec, ok := w.(*recorder); ok {
			return rec
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return &recorder{ResponseWriter: w, visit: v}
		}
		w = u.Unwrap()
	}
}

// wantsPage: a page's route, or an unknown address that somebody's browser asks for.
func (v *Visit) wantsPage() bool {
	if v.served != nil {
		return v.served.page
	}
	return v.prefixed || strings.Contains(v.R.Header.Get("Accept"), "text/html")
}

// problem is an error for programs (RFC 9457). Type is "about:blank" with the status's
// own title unless the fault has a key, which then is the problem's stable name.
type problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail,omitempty"`
	Instance  string         `json:"instance"`
	Reference string         `json:"reference"`
	Errors    []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

func (v *Visit) problem(f failure) {
	detail := f.detail
	if detail == "" {
		detail = v.T("web.fault." + f.name + ".text")
	}
	body, err := json.Marshal(problem{
		Type: "urn:praya:problem:" + f.name, Title: v.T("web.fault." + f.name + ".title"), Status: f.status,
		Detail: detail, Instance: "urn:praya:request:" + v.ID, Reference: v.ID, Errors: f.fields,
	})
	if err != nil {
		v.note(err)
	}
	v.W.Header().Set("Content-Language", v.Lang().Tag())
	v.W.Header().Add("Vary", "Accept-Language")
	_ = v.send(f.status, "application/problem+json", append(body, '\n'))
}

// SignInFirst sends a visitor who has not signed in to where they do, and from there to a path of
// this site: for a button that would otherwise lose what it was pressed for.
func (v *Visit) SignInFirst(then string) error {
	return v.Redirect(v.signInPath() + "?" + url.Values{"to": {then}}.Encode())
}
