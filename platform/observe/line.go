package observe

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
)

// Line is what a request or a job leaves in the log and in the metrics.
type Line struct {
	What     string // "request" or "job"
	Method   string // of a request
	Route    string // the pattern of a request's address, or the kind of a job
	Status   int    // of a request
	Bytes    int64
	Duration time.Duration
	Err      error // what went wrong; a fault's kind, or a defect
}

// Log writes the line. Only a defect and the unavailable are errors: what a caller did wrong
// is no reason to wake an operator.
func (l Line) Log(ctx context.Context, log *slog.Logger) {
	r := who.From(ctx)
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
		slog.Any("actor", r.Actor),
	)
	level := slog.LevelInfo
	if l.Err != nil {
		attrs = append(attrs, slog.String("fault", l.Kind()), slog.Any("cause", l.Err))
		if k := fault.Of(l.Err); k == fault.Defect || k == fault.Unavailable {
			level = slog.LevelError
		}
	}
	log.LogAttrs(ctx, level, l.What, attrs...)
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
