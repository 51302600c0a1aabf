package observe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"praya/kernel/id"
)

// blot stands where something was taken out.
const blot = "[redacted]"

// Redact returns a handler that keeps personal data and secrets out of next.
func Redact(next slog.Handler) slog.Handler { return redactor{next: next} }

type redactor struct {
	next  slog.Handler
	lines *Lines // where next writes; may be nil
}

func (h redactor) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h redactor) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, blotText(r.Message), r.PC)
	var room [16]slog.Attr // a line of ours has fewer
	attrs := room[:0]
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, redact(a))
		return true
	})
	clean.AddAttrs(attrs...)
	return h.pass(ctx, clean)
}

// pass writes a record that needs no redaction (any more). A warning or an error does not wait.
func (h redactor) pass(ctx context.Context, r slog.Record) error {
	err := h.next.Handle(ctx, r)
	if r.Level >= slog.LevelWarn && h.lines != nil {
		err = errors.Join(err, h.lines.Flush())
	}
	return err
}

func (h redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = redact(a)
	}
	return redactor{h.next.WithAttrs(clean), h.lines}
}

func (h redactor) WithGroup(name string) slog.Handler {
	return redactor{h.next.WithGroup(name), h.lines}
}

// secret reports whether a key names what is never logged. The last word decides, so
// that "applicant_name" and "user.email" are found, and "route_name" has to find
// another word for itself.
func secret(key string) bool {
	key = strings.TrimRight(key, "_.-")
	last := key[strings.LastIndexAny(key, "_.-")+1:]
	switch strings.ToLower(last) {
	case "name", "email", "mail", "phone", "telephone", "address", "hkid", "birth", "birthday", "passport",
		"password", "passphrase", "secret", "token", "cookie", "authorization", "session", "signature",
		"body", "query", "url", "uri", "path", "ip", "remote", "referer", "agent", "key", "pin", "account":
		return true
	}
	return false
}

func redact(a slog.Attr) slog.Attr {
	if secret(a.Key) {
		return slog.String(a.Key, blot)
	}
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindGroup:
		group := v.Group()
		clean := make([]slog.Attr, len(group))
		for i, g := range group {
			clean[i] = redact(g)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
	case slog.KindString:
		return slog.String(a.Key, blotText(v.String()))
	case slog.KindAny:
		return slog.String(a.Key, plain(v.Any()))
	}
	return slog.Attr{Key: a.Key, Value: v}
}

// plain writes a value of a type that slog does not know: an error by its text,
// anything else by its type only.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case error:
		return blotText(v.Error())
	case time.Duration, time.Time:
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("[%T]", v)
}

// An identity-card number (A123456(3)), eight or more digits in a row (a telephone or
// an account number) and an address of mail are found in any text.
//
//nolint:gochecknoglobals // a constant that Go can't write as one
var personal = regexp.MustCompile(`(?i)\b[A-Z]{1,2}[0-9]{6}\s?\(?[0-9A]\)?|[0-9]{4}[ -]?[0-9]{4,}|[^\s@/"'<>]+@[^\s@/"'<>]+\.[a-z]{2,}`)

func blotText(s string) string {
	if !suspicious(s) || id.Valid(s) { // four digits beside four may stand in an id of ours, too
		return s
	}
	return personal.ReplaceAllString(s, blot)
}

// suspicious spares most texts the regular expression: all three forms hold an @ or
// at least four digits in a row.
func suspicious(s string) bool {
	run := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '@':
			return true
		case c >= '0' && c <= '9':
			if run++; run == 4 {
				return true
			}
		default:
			run = 0
		}
	}
	return false
}
