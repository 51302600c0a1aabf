package observe

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
)

// Line is what a request or a job leaves in the log and in the metrics.
type Line struct {
	What     string // "request" or "job"
	Method   string // of a request
	Route    string // the pattern of a request's address, or the kind of a job
	Status   int    // of a request
	Bytes    int64
	At       when.Instant // its end
	Duration time.Duration
	Err      error // what went wrong; a fault's kind, or a defect
}

// Log writes the line. Only a defect and the unavailable are errors: what a caller did wrong
// is no reason to wake an operator.
func (l Line) Log(ctx context.Context, log *slog.Logger) {
	level, handler := l.level(), log.Handler()
	if !handler.Enabled(ctx, level) {
		return
	}
	// Not by way of the logger, which walks the stack for a place in the source that no line
	// names. All words below come from closed lists, but for the cause, so that a redactor
	// has nothing to look for.
	record := slog.NewRecord(l.At.Time().Local(), level, l.What, 0)
	l.attrs(who.From(ctx), &record)
	write := handler.Handle
	if r, ok := handler.(redactor); ok {
		write = r.pass
	}
	_ = write(ctx, record) // a log that cannot be written has nowhere to say so
}

func (l Line) level() slog.Level {
	if l.Err != nil {
		if k := fault.Of(l.Err); k == fault.Defect || k == fault.Unavailable {
			return slog.LevelError
		}
	}
	return slog.LevelInfo
}

func (l Line) attrs(r who.Request, record *slog.Record) {
	attrs := make([]slog.Attr, 0, 12)
	if l.Method != "" {
		attrs = append(attrs, slog.String("method", l.Method))
	}
	attrs = append(attrs, slog.String("route", l.Route))
	if l.Status != 0 {
		attrs = append(attrs, slog.Int("status", l.Status))
	}
	attrs = append(attrs,
		slog.Int64("bytes", l.Bytes),
		slog.Float64("ms", float64(l.Duration.Microseconds())/1000),
		slog.String("request", r.ID),
		slog.String("realm", string(r.Realm)),
		slog.String("lang", string(r.Lang)),
		slog.String("actor", string(r.Actor.Kind)),
	)
	if l.Err != nil {
		attrs = append(attrs, slog.String("fault", l.Kind()), slog.String("cause", blotText(l.Err.Error())))
	}
	record.AddAttrs(attrs...)
}

// Kind is the fault's kind; "gone" when the caller left before the end, "late" when
// the time was up; empty without an error.
func (l Line) Kind() string {
	switch {
	case l.Err == nil:
		return ""
	case errors.Is(l.Err, context.Canceled):
		return "gone"
	case errors.Is(l.Err, context.DeadlineExceeded) && fault.Of(l.Err) == fault.Defect:
		return "late"
	}
	return string(fault.Of(l.Err))
}
