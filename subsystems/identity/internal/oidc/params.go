package oidc

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

const (
	formType = "application/x-www-form-urlencoded"

	maxBody  = 64 << 10
	maxJWT   = 16 << 10
	maxParam = 16 << 10 // of one parameter; a JWT is the longest
)

// params are a request's parameters, each of which stands once (RFC 6749, 3.1). One
// without a value counts as left out.
type params map[string]string

// readForm reads the body of a POST.
func readForm(q *http.Request) (params, error) {
	if kind := q.Header.Get("Content-Type"); kind != formType && !isForm(kind) {
		return nil, refuse(invalidRequest, "the body must be application/x-www-form-urlencoded")
	}
	raw, err := readBody(q)
	if err != nil {
		return nil, err
	}
	return parseParams(string(raw))
}

// isForm reads the type with its parameters; most programs send it bare.
func isForm(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == formType
}

func readBody(q *http.Request) ([]byte, error) {
	raw, err := readAll(q)
	var large *http.MaxBytesError
	if errors.As(err, &large) || len(raw) > maxBody {
		return nil, refuse(invalidRequest, "the body is larger than %d bytes", maxBody).with(http.StatusRequestEntityTooLarge)
	}
	return raw, err
}

// readAll reads a body of the length that it announces at once, and any other as it comes.
func readAll(q *http.Request) ([]byte, error) {
	if q.ContentLength < 0 || q.ContentLength > maxBody {
		return io.ReadAll(io.LimitReader(q.Body, maxBody+1))
	}
	raw := make([]byte, q.ContentLength)
	_, err := io.ReadFull(q.Body, raw)
	return raw, err
}

// mayRepeat: RFC 8707, 2 allows several resources; this provider knows none and, as
// RFC 6749, 3.1 asks, passes over what it does not know.
func mayRepeat(name string) bool { return name == "resource" || name == "audience" }

func parseParams(raw string) (params, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, refuse(invalidRequest, "the parameters are not well-formed")
	}
	out := make(params, len(values))
	for name, all := range values {
		switch {
		case !utf8.ValidString(name) || !utf8.ValidString(strings.Join(all, "")):
			return nil, refuse(invalidRequest, "a parameter is not valid UTF-8")
		case len(all) > 1 && !mayRepeat(name):
			return nil, refuse(invalidRequest, "the parameter %s stands more than once", clip(name))
		case len(all[0]) > maxParam:
			return nil, refuse(invalidRequest, "the parameter %s is longer than %d bytes", clip(name), maxParam)
		case strings.IndexByte(all[0], 0) >= 0: // PostgreSQL's text can't hold it
			return nil, refuse(invalidRequest, "the parameter %s holds a zero byte", clip(name))
		}
		if all[0] != "" {
			out[name] = all[0]
		}
	}
	return out, nil
}

// clip keeps what a caller sent short enough to be repeated to them.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40]
	}
	return s
}

// listed splits a list with single spaces between its members, and drops repetitions.
func listed(s string) []string {
	var out []string
	for w := range strings.FieldsSeq(s) {
		if !contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
