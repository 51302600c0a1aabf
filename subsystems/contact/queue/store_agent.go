package queue

import (
	"strings"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
)

const (
	sqlAgents = `select account, languages, skills, state, since, wish, set_no from contact_queue_agents where realm = $1 order by account`

	sqlAgent = `select account, languages, skills, state, since, wish, set_no from contact_queue_agents where realm = $1 and account = $2`

	sqlPutAgent = `insert into contact_queue_agents as a (realm, account, languages, skills, state, since, wish, set_no)
		values ($1, $2, $3, $4, 'off', $5, 'off', 1)
		on conflict (realm, account) do update set languages = excluded.languages, skills = excluded.skills, set_no = a.set_no + 1`

	sqlWish = `update contact_queue_agents set wish = $3, set_no = set_no + 1 where realm = $1 and account = $2`

	sqlAgentState = `update contact_queue_agents set state = $3, since = $4 where realm = $1 and account = $2`

	sqlLevel = `select level, override, reason, set_by, set_at, version from contact_queue_levels where realm = $1 and name = 'centre'`

	sqlSetLevel = `insert into contact_queue_levels (realm, name, level, override, reason, set_by, set_at, turn, version)
		values ($1, 'centre', $2, '', '', '', '', 0, 1) on conflict (realm, name) do update set level = excluded.level`

	sqlNextTurn = `insert into contact_queue_levels as l (realm, name, level, override, reason, set_by, set_at, turn, version)
		values ($1, 'centre', 'normal', '', '', '', '', 1, 1) on conflict (realm, name) do update set turn = l.turn + 1`

	sqlTurn = `select turn from contact_queue_levels where realm = $1 and name = 'centre'`

	sqlOverride = `insert into contact_queue_levels as l (realm, name, level, override, reason, set_by, set_at, turn, version)
		values ($1, 'centre', 'normal', $2, $3, $4, $5, 0, 1) on conflict (realm, name) do update set override = excluded.override,
		reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at, version = l.version + 1`
)

// kept is an agent as stored.
type kept struct {
	Agent
	wish  AgentState
	setNo int64
}

func scanAgent(r db.Scanner) (k kept, err error) {
	var languages, skills string
	err = r.Scan(&k.Account, &languages, &skills, &k.State, &k.Since, &k.wish, &k.setNo)
	k.Languages, k.Skills = strings.Fields(languages), strings.Fields(skills)
	return k, err
}

func agents(tx *db.Tx) ([]kept, error) { return db.List(tx, scanAgent, sqlAgents, tx.Realm()) }

func agentOf(tx *db.Tx, account string) (kept, error) {
	k, err := scanAgent(tx.Row(sqlAgent, tx.Realm(), account))
	if fault.Is(err, fault.NotFound) {
		return k, fault.New(fault.NotFound, "queue.fault.no-agent")
	}
	return k, err
}

func putAgent(tx *db.Tx, a Agent) error {
	_, err := tx.Exec(sqlPutAgent, tx.Realm(), a.Account, strings.Join(a.Languages, " "), strings.Join(a.Skills, " "), tx.Now())
	return err
}

func putAgentState(tx *db.Tx, a Agent) error {
	_, err := tx.Exec(sqlAgentState, tx.Realm(), a.Account, a.State, a.Since)
	return err
}

// Standing is the level, and who set it by hand.
type Standing struct {
	ByRule, Override Level
	Reason, By       string
	At               when.Instant
	Version          int64
}

// Level is what counts.
func (s Standing) Level() Level {
	if s.Override != "" {
		return s.Override
	}
	return s.ByRule
}

func standing(tx *db.Tx) (s Standing, err error) {
	err = tx.Row(sqlLevel, tx.Realm()).Scan(&s.ByRule, &s.Override, &s.Reason, &s.By, &s.At, &s.Version)
	if fault.Is(err, fault.NotFound) {
		return Standing{ByRule: Normal}, nil
	}
	return s, err
}
