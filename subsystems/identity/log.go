package identity

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"sync"
	"time"

	"praya/kernel/id"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
	"praya/subsystems/identity/internal/oidc"
)

// The request log (要求紀錄) is a help for developers, not evidence: it is written off the hot
// path, and what finds no room is dropped and counted.
const (
	logRoom     = 4096 // messages that wait for the next batch
	logEvery    = 500 * time.Millisecond
	logKept     = 500 // newest messages of a client
	logTime     = 7 * 24 * time.Hour
	logSandbox  = 24 * time.Hour
	useKept     = 400 // days of sign-in counts
	longestLog  = 300 // characters of a parameter's value
	mostLogged  = 40  // parameters of a message
	signInsDays = 30
)

// requestLog is what waits to be written. The zero value is ready.
type requestLog struct {
	mu      sync.Mutex
	waiting map[sender]*recent
	held    int // messages in waiting
	uses    map[use]int64
	dropped int64
}

// sender is a client of a realm.
type sender struct {
	realm  who.Realm
	client string
}

// recent are a client's newest messages, oldest at next once it is full: older ones would be
// trimmed as soon as they were written.
type recent struct {
	messages []oidc.Message
	next     int
}

// add reports whether the message took room.
func (r *recent) add(m oidc.Message) bool {
	if len(r.messages) < logKept {
		r.messages = append(r.messages, m)
		return true
	}
	r.messages[r.next] = m
	r.next = (r.next + 1) % logKept
	return false
}

// use is a client's day.
type use struct {
	realm  who.Realm
	client string
	day    when.Day
}

// put takes a message, or drops it when there is no room for another client's. A completed sign-in is counted in any case: that is one
// number for each client and day.
func (l *requestLog) put(m oidc.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if completesSignIn(m) {
		if l.uses == nil {
			l.uses = map[use]int64{}
		}
		l.uses[use{m.Realm, m.ClientID, m.At.Day()}]++
	}
	r := l.waiting[sender{m.Realm, m.ClientID}]
	if l.held >= logRoom && (r == nil || len(r.messages) < logKept) {
		l.dropped++
		return
	}
	if r == nil {
		if l.waiting == nil {
			l.waiting = map[sender]*recent{}
		}
		r = &recent{}
		l.waiting[sender{m.Realm, m.ClientID}] = r
	}
	if r.add(m) {
		l.held++
	}
}

// completesSignIn: a person's grant was exchanged for tokens.
func completesSignIn(m oidc.Message) bool {
	grant := m.Parameters["grant_type"]
	return m.Endpoint == "/token" && m.Outcome == "ok" && (grant == grantCode || grant == grantCIBA)
}

func (l *requestLog) take() (messages []oidc.Message, uses map[use]int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	messages = make([]oidc.Message, 0, l.held)
	for _, r := range l.waiting {
		messages = append(append(messages, r.messages[r.next:]...), r.messages[:r.next]...)
	}
	uses = l.uses
	l.waiting, l.held, l.uses = nil, 0, nil
	return messages, uses
}

// Dropped is how many messages found no room since the program began.
func (s *Service) Dropped() int64 {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.dropped
}

// noteMessage keeps a decoded message of the protocol for the service's developer.
func (s *Service) noteMessage(_ context.Context, m oidc.Message) {
	if m.ClientID != "" {
		s.log.put(m)
	}
}

// RunLog writes the request log until the context ends, and then what is left.
func (s *Service) RunLog(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(logEvery)
	defer tick.Stop()
	for {
		if err := s.FlushLog(context.WithoutCancel(ctx)); err != nil {
			log.ErrorContext(ctx, "request log", "error", err)
		}
		select {
		case <-ctx.Done():
			return s.FlushLog(context.WithoutCancel(ctx))
		case <-tick.C:
		}
	}
}

// FlushLog writes what waits, each realm in a transaction of its own.
func (s *Service) FlushLog(ctx context.Context) error {
	messages, uses := s.log.take()
	if len(messages) == 0 && len(uses) == 0 {
		return nil
	}
	var errs []error
	for _, realm := range []who.Realm{who.Production, who.Sandbox} {
		errs = append(errs, s.flush(who.AsSystem(ctx, realm), realm, messages, uses))
	}
	return errors.Join(errs...)
}

func (s *Service) flush(ctx context.Context, realm who.Realm, messages []oidc.Message, uses map[use]int64) error {
	known := map[string]bool{} // strangers may name any client they like
	var own []oidc.Message
	for _, m := range messages {
		if m.Realm != realm {
			continue
		}
		if _, asked := known[m.ClientID]; !asked && len(m.ClientID) <= 64 {
			c, err := s.known(ctx, OnlineID(m.ClientID))
			if err != nil {
				return err
			}
			known[m.ClientID] = c != nil
		}
		if known[m.ClientID] {
			own = append(own, m)
		}
	}
	return s.DB.WriteLatest(ctx, func(tx *db.Tx) error {
		if len(own) > 0 {
			columns := []string{"realm", "client", "id", "at", "endpoint", "parameters", "status", "outcome", "description", "request"}
			if _, err := tx.InsertMany("identity_online_log", columns, logRows(realm, own)); err != nil {
				return err
			}
		}
		for client, there := range known {
			if there {
				if err := trimLog(tx, client, logKept); err != nil {
					return err
				}
			}
		}
		for u, n := range uses {
			if u.realm == realm {
				if err := addUse(tx, u.client, u.day, n); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func logRows(realm who.Realm, messages []oidc.Message) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for _, m := range messages {
			parameters, err := json.Marshal(cut(m.Parameters))
			if err != nil { // a map of texts
				panic(err)
			}
			if !yield([]any{
				string(realm), m.ClientID, id.New[string](m.At), m.At.String(), m.Endpoint, string(parameters), int64(m.Status),
				m.Outcome, m.Description, m.RequestID,
			}) {
				return
			}
		}
	}
}

// cut bounds what one message may fill.
func cut(parameters map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range parameters {
		if len(out) == mostLogged {
			break
		}
		if r := []rune(value); len(r) > longestLog {
			value = string(r[:longestLog]) + "…"
		}
		out[name] = value
	}
	return out
}

// ClientLog reads the log of a client, newest first. Outcome is empty for all, "ok",
// "refused", or an error's code.
func (s *Service) ClientLog(ctx context.Context, client, outcome string, limit, offset int) (out []LogEntry, total int, err error) {
	if who.From(ctx).Realm != who.Sandbox { // in the sandbox nothing is real, and an id cannot be guessed
		if _, err := s.Online(ctx, OnlineID(client)); err != nil {
			return nil, 0, err
		}
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if total, err = countLog(tx, client, outcome); err != nil {
			return err
		}
		out, err = logOf(tx, client, outcome, limit, offset)
		return err
	})
	return out, total, err
}

// SweepLog takes out messages and counts that are past their time.
func (s *Service) SweepLog(ctx context.Context) (n int64, err error) {
	now := s.DB.Clock()()
	for realm, kept := range map[who.Realm]time.Duration{who.Production: logTime, who.Sandbox: logSandbox} {
		err := s.DB.Write(who.AsSystem(ctx, realm), func(tx *db.Tx) error {
			more, err := sweepLog(tx, now.Add(-kept))
			n += more
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, s.DB.Write(ctx, func(tx *db.Tx) error {
		more, err := sweepUse(tx, now.Day().Add(-useKept))
		n += more
		return err
	})
}
