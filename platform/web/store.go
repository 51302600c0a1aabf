package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/db"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Schema is the tables of sessions and submissions.
func Schema() db.Schema { return db.Schema{Owner: "web", Files: schemaFiles} }

const (
	sqlStartSession = `insert into web_sessions (realm, token_hash, session_id, actor_kind, actor_id, actor_level, proven, methods, device, notices, started, seen, ends)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlFindSession = `select session_id, actor_kind, actor_id, actor_level, proven, methods, device, notices, started, seen, ends from web_sessions
		where realm = $1 and token_hash = $2 and ends > $3 and seen > $4`
	sqlListSessions = `select session_id, actor_kind, actor_id, actor_level, proven, methods, device, notices, started, seen, ends from web_sessions
		where realm = $1 and actor_kind = $2 and actor_id = $3 and ends > $4 and seen > $5 order by seen desc, session_id`
	sqlTouchSession      = `update web_sessions set seen = $3 where realm = $1 and token_hash = $2`
	sqlRaiseSessions     = `update web_sessions set actor_level = $4 where realm = $1 and actor_kind = $2 and actor_id = $3`
	sqlSetNotices        = `update web_sessions set notices = $3 where realm = $1 and token_hash = $2 and notices = $4`
	sqlEndSession        = `delete from web_sessions where realm = $1 and token_hash = $2`
	sqlEndSessionNamed   = `delete from web_sessions where realm = $1 and actor_kind = $2 and actor_id = $3 and session_id = $4`
	sqlEndOtherSessions  = `delete from web_sessions where realm = $1 and actor_kind = $2 and actor_id = $3 and session_id <> $4`
	sqlClaimSubmission   = `insert into web_submissions (realm, token_hash, submitted) values ($1, $2, $3)`
	sqlReleaseSubmission = `delete from web_submissions where realm = $1 and token_hash = $2`
	sqlSweepSubmissions  = `delete from web_submissions where submitted <= $1`
	sqlSweepSessions     = `delete from web_sessions where ends <= $1 or seen <= $2`
)

// A session ends half an hour after it was last used, and twelve hours after it began.
const (
	idleEnd     = 30 * time.Minute
	absoluteEnd = 12 * time.Hour
	touchEvery  = time.Minute // so that reading pages does not write at every request

	rememberSubmissions = 24 * time.Hour // a tab may stay open for a day
)

// Session is a signed-in stretch of time, or a visitor for whom a notice waits.
type Session struct {
	ID      string       // names it to its owner; not the token
	Actor   who.Actor    // without an officer's duty, which is looked up at each request
	Proven  when.Instant // when the person last proved who they are
	Methods []string     // how: amr values (RFC 8176)
	Device  string       // kind of browser and system, in words
	Started when.Instant
	Seen    when.Instant // when it was last used, to the minute
	Notices []Notice
	notices string // as they are stored
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func startSession(tx *db.Tx, token string, s Session) error {
	notices, err := json.Marshal(s.Notices)
	if err != nil {
		return err
	}
	now := tx.Now()
	return tx.Do(sqlStartSession, tx.Realm(), hashed(token), s.ID, s.Actor.Kind, s.Actor.ID, s.Actor.Level, s.Proven,
		strings.Join(s.Methods, " "), s.Device, string(notices), now, now, now.Add(absoluteEnd))
}

// findSession gives NotFound for a token that is unknown, idle or past its end.
func findSession(tx *db.Tx, token string) (Session, error) {
	now := tx.Now()
	return scanSession(tx.Row(sqlFindSession, tx.Realm(), hashed(token), now, now.Add(-idleEnd)))
}

func scanSession(row interface{ Scan(to ...any) error }) (s Session, err error) {
	var methods string
	var ends when.Instant
	err = row.Scan(&s.ID, &s.Actor.Kind, &s.Actor.ID, &s.Actor.Level, &s.Proven, &methods, &s.Device, &s.notices, &s.Started, &s.Seen, &ends)
	if err != nil {
		return Session{}, err
	}
	s.Methods = strings.Fields(methods)
	return s, json.Unmarshal([]byte(s.notices), &s.Notices)
}

// Sessions lists where an actor is signed in, last used first.
func Sessions(tx *db.Tx, a who.Actor) ([]Session, error) {
	now := tx.Now()
	return db.List(tx, func(row db.Scanner) (Session, error) { return scanSession(row) },
		sqlListSessions, tx.Realm(), a.Kind, a.ID, now, now.Add(-idleEnd))
}

// EndSession ends one of an actor's sessions, by its id. It does not mind when there is none.
func EndSession(tx *db.Tx, a who.Actor, sessionID string) error {
	return tx.Do(sqlEndSessionNamed, tx.Realm(), a.Kind, a.ID, sessionID)
}

// EndSessions ends all of an actor's sessions but one; an empty id spares none.
func EndSessions(tx *db.Tx, a who.Actor, but string) error {
	return tx.Do(sqlEndOtherSessions, tx.Realm(), a.Kind, a.ID, but)
}

// RaiseSessions gives all of an actor's sessions the level that the actor has now.
func RaiseSessions(tx *db.Tx, a who.Actor) error {
	return tx.Do(sqlRaiseSessions, tx.Realm(), a.Kind, a.ID, a.Level)
}

func touchSession(tx *db.Tx, token string) error {
	return tx.Do(sqlTouchSession, tx.Realm(), hashed(token), tx.Now())
}

// mostNotices bounds what waits for somebody who looks at no page: the oldest goes.
const mostNotices = 8

// setNotices replaces the notices of a session as it was read; Conflict when they have changed.
func setNotices(tx *db.Tx, token string, s *Session, notices []Notice) error {
	if more := len(notices) - mostNotices; more > 0 {
		notices = notices[more:]
	}
	text, err := json.Marshal(notices)
	if err != nil {
		return err
	}
	return tx.DoChange(sqlSetNotices, tx.Realm(), hashed(token), string(text), s.notices)
}

func endSession(tx *db.Tx, token string) error {
	return tx.Do(sqlEndSession, tx.Realm(), hashed(token))
}

// sweepSessions deletes what has ended, of every realm: it is housekeeping of the program.
func sweepSessions(tx *db.Tx) (int64, error) {
	if _, err := tx.Exec(sqlSweepSubmissions, tx.Now().Add(-rememberSubmissions)); err != nil {
		return 0, err
	}
	return tx.Exec(sqlSweepSessions, tx.Now(), tx.Now().Add(-idleEnd))
}

// claimSubmission gives a Conflict for a form that was submitted before.
func claimSubmission(tx *db.Tx, token string) error {
	return tx.Do(sqlClaimSubmission, tx.Realm(), hashed(token), tx.Now())
}

func releaseSubmission(tx *db.Tx, token string) error {
	return tx.Do(sqlReleaseSubmission, tx.Realm(), hashed(token))
}
