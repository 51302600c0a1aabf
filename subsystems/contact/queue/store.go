package queue

import (
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
)

const (
	callColumns = `id, reference, language, skill, priority, state, outcome, agent, case_id, arrived, answered, ended, waited,
		rating, enquiry, at_first, recording, version`

	sqlInsertCall = `insert into contact_queue_calls (realm, id, reference, language, skill, priority, state, outcome, agent, case_id,
		arrived, answered, ended, waited, rating, enquiry, at_first, recording, number, number_index, version)
		values ($1, $2, $3, $4, $5, $6, 'waiting', '', '', '', $7, '', '', 0, 0, false, false, '', $8, $9, 1)
		on conflict (realm, id) do nothing`

	sqlCall = `select ` + callColumns + ` from contact_queue_calls where realm = $1 and id = $2`

	sqlCallByReference = `select ` + callColumns + ` from contact_queue_calls where realm = $1 and reference = $2`

	sqlCalls = `select ` + callColumns + ` from contact_queue_calls where realm = $1 and arrived >= $2 and arrived < $3
		order by arrived desc limit $4 offset $5`

	// The expression keeps SQLite, which has no statistics, from reading everybody's calls by arrival.
	sqlCallsOfAgent = `select ` + callColumns + ` from contact_queue_calls where realm = $1 and agent = $2
		and arrived || '' >= $3 and arrived || '' < $4
		and ($5 = '' or outcome = $5) order by arrived desc limit $6 offset $7`

	sqlCallsByOutcome = `select ` + callColumns + ` from contact_queue_calls where realm = $1 and state = $2 and outcome = $3
		and arrived >= $4 and arrived < $5 order by arrived desc limit $6 offset $7`

	sqlCallsOfCase = `select ` + callColumns + ` from contact_queue_calls where realm = $1 and case_id = $2 order by arrived desc limit $3`

	sqlOpenCalls = `select ` + callColumns + ` from contact_queue_calls where realm = $1 and state = $2 order by outcome, arrived limit $3`

	sqlCallsOfNumber = `select ` + callColumns + ` from contact_queue_calls where realm = $1 and number_index = $2 order by arrived desc limit $3`

	sqlNumber = `select number from contact_queue_calls where realm = $1 and id = $2`

	sqlAnswer = `update contact_queue_calls set state = 'talking', outcome = $3, agent = $4, answered = $5, waited = $6, version = version + 1
		where realm = $1 and id = $2 and state = $7`

	sqlEndCall = `update contact_queue_calls set state = 'over', ended = $3, version = version + 1
		where realm = $1 and id = $2 and state = 'talking'`

	sqlLeave = `update contact_queue_calls set state = 'over', outcome = $3, ended = $4, waited = $5, version = version + 1
		where realm = $1 and id = $2 and state = $6`

	sqlPromise = `update contact_queue_calls set state = 'promised', outcome = 'callback', waited = $3, number = $4, number_index = $5,
		version = version + 1 where realm = $1 and id = $2 and state = 'waiting'`

	sqlInterrupt = `update contact_queue_calls set state = 'over', outcome = 'interrupted', ended = $3, version = version + 1
		where realm = $1 and id = $2 and state <> 'over'`

	sqlLink = `update contact_queue_calls set case_id = $3, version = version + 1 where realm = $1 and id = $2`

	sqlRecorded = `update contact_queue_calls set recording = $3, version = version + 1 where realm = $1 and id = $2`

	sqlSettle = `update contact_queue_calls set enquiry = $3, at_first = $4, version = version + 1 where realm = $1 and id = $2 and version = $5`

	sqlRate = `update contact_queue_calls set rating = $3, version = version + 1
		where realm = $1 and id = $2 and rating = 0 and answered <> ''`
)

func scanCall(r db.Scanner) (c Call, err error) {
	var waited int64
	err = r.Scan(&c.ID, &c.Reference, &c.Language, &c.Skill, &c.Priority, &c.State, &c.Outcome, &c.Agent, &c.Case, &c.Arrived, &c.Answered,
		&c.Ended, &waited, &c.Rating, &c.Enquiry, &c.AtFirst, &c.Recording, &c.Version)
	c.Waited = time.Duration(waited) * time.Millisecond
	return c, err
}

func callOf(tx *db.Tx, id CallID) (Call, error) {
	c, err := scanCall(tx.Row(sqlCall, tx.Realm(), id))
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "queue.fault.no-call")
	}
	return c, err
}

func insertCall(tx *db.Tx, c Call, sealed, index []byte) error {
	n, err := tx.Exec(sqlInsertCall, tx.Realm(), c.ID, c.Reference, c.Language, c.Skill, c.Priority, c.Arrived, sealed, index)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "queue.fault.known")
	}
	return err
}

// changedOne runs an update and says whether it found its row in the state that it wants.
func changedOne(tx *db.Tx, sqlText string, args ...any) (bool, error) {
	n, err := tx.Exec(sqlText, args...)
	return n > 0, err
}

func callsOf(tx *db.Tx, f Filter) ([]Call, error) {
	f = f.bounded()
	switch {
	case f.Agent != "":
		return db.List(tx, scanCall, sqlCallsOfAgent, tx.Realm(), f.Agent, f.From, f.To, f.Outcome, f.Limit, f.Offset)
	case f.Outcome == CallBack:
		return db.List(tx, scanCall, sqlCallsByOutcome, tx.Realm(), IsPromised, f.Outcome, f.From, f.To, f.Limit, f.Offset)
	case f.Outcome != "":
		return db.List(tx, scanCall, sqlCallsByOutcome, tx.Realm(), IsOver, f.Outcome, f.From, f.To, f.Limit, f.Offset)
	}
	return db.List(tx, scanCall, sqlCalls, tx.Realm(), f.From, f.To, f.Limit, f.Offset)
}

// openCalls are those of a state that is not over.
func openCalls(tx *db.Tx, st CallState, limit int) ([]Call, error) {
	return db.List(tx, scanCall, sqlOpenCalls, tx.Realm(), st, limit)
}

func milliseconds(d time.Duration) int64 { return max(d.Milliseconds(), 0) }
