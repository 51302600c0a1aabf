package oidc

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/platform/db"
	"praya/platform/jobs"
)

// The kinds of job.
const (
	jobPing   = "identity.oidc.ping"
	jobAnswer = "identity.oidc.answer"
	jobLogout = "identity.oidc.logout"
)

// Jobs says who does the protocol's jobs. It is called before the queue runs.
func (p *Provider) Jobs(q *jobs.Queue) {
	outside := jobs.Options{Workers: 2, Attempts: 6, Base: 2 * time.Second, Cap: time.Minute}
	q.Register(jobPing, p.ping, outside)
	q.Register(jobAnswer, p.carryOutPlanned, jobs.Options{Attempts: 3})
	q.Register(jobLogout, p.tellLogout, outside)
}

type hashArgs struct {
	Hash string `json:"hash"`
}

func readHashArgs(raw json.RawMessage) ([]byte, error) {
	var a hashArgs
	err := json.Unmarshal(raw, &a)
	var b []byte
	if err == nil {
		b, err = hex.DecodeString(a.Hash)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "identity.oidc.fault.malformed").Because(err)
	}
	return b, nil
}

func enqueue(tx *db.Tx, kind, key string, runAt when.Instant, args any) error {
	raw, err := json.Marshal(args)
	if err == nil {
		_, err = jobs.Enqueue(tx, jobs.Job{Kind: kind, Key: key, Args: raw, RunAt: runAt})
	}
	return err
}
