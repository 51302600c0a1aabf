package voice

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"praya/kernel/when"
)

// webLog is what the WebRTC library says of itself, in our log. What it calls
// an error ends one browser's connection, or not even that: a packet that came
// after the end. So it is a warning of ours. What it says when all is well is
// looked at by nobody. A browser can make it say much: it is bounded.
type webLog struct {
	log   *slog.Logger
	clock when.Clock
	mu    sync.Mutex
	left  allowance
}

const (
	webLines     = 1 // a second
	webLinesOnce = 20
)

func (w *webLog) say(level slog.Level, scope, text string) {
	w.mu.Lock()
	ok := w.left.take(w.clock(), webLines, webLinesOnce)
	w.mu.Unlock()
	if ok {
		w.log.Log(context.Background(), level, "voice: a browser's connection", "part", scope, "said", text)
	}
}

// scoped is a part of the library that speaks.
type scoped struct {
	*webLog
	scope string
}

func (scoped) Trace(string)          {}
func (scoped) Tracef(string, ...any) {}
func (scoped) Debug(string)          {}
func (scoped) Debugf(string, ...any) {}
func (scoped) Info(string)           {}
func (scoped) Infof(string, ...any)  {}

func (s scoped) Warn(text string) { s.say(slog.LevelInfo, s.scope, text) }
func (s scoped) Warnf(format string, args ...any) {
	s.say(slog.LevelInfo, s.scope, fmt.Sprintf(format, args...))
}

func (s scoped) Error(text string) { s.say(slog.LevelWarn, s.scope, text) }
func (s scoped) Errorf(format string, args ...any) {
	s.say(slog.LevelWarn, s.scope, fmt.Sprintf(format, args...))
}

// loggers makes them for the library. L is its interface of a logger, whose
// package is not ours to import.
type loggers[L any] struct{ *webLog }

func (l loggers[L]) NewLogger(scope string) L {
	out, _ := any(scoped{l.webLog, scope}).(L) // TestTheLibrarySpeaksInOurLog sees whether it is one
	return out
}

// listenTo sets the library's factory of loggers to ours.
func listenTo[L any, F interface{ NewLogger(scope string) L }](factory *F, w *webLog) {
	if ours, ok := any(loggers[L]{w}).(F); ok {
		*factory = ours
	}
}
