package identity

import (
	"context"
	"encoding/json"
	"time"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/jobs"
)

// jobAccept tells the directory that an officer has an account. The account is made in one
// transaction and the link in another, of another part. So the first leaves a job, which the
// second takes away again; what dies between them is mended when the job comes due.
const (
	jobAccept   = "identity.accept"
	acceptAfter = 10 * time.Second // by then whoever made the account has done it, or has died
)

type acceptArgs struct {
	Officer string    `json:"officer"`
	Account AccountID `json:"account"`
}

// acceptLater leaves the job, in the transaction that makes the account.
func acceptLater(tx *db.Tx, a acceptArgs) (string, error) {
	args, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	j, err := jobs.Enqueue(tx, jobs.Job{Kind: jobAccept, Key: string(a.Account), Args: args, RunAt: until(tx, acceptAfter)})
	return j.ID, err
}

// acceptNow links at once, so that the officer finds their duties on the next page.
func (s *Service) acceptNow(ctx context.Context, a acceptArgs, job string) error {
	if err := s.Staff.Accepted(ctx, a.Officer, string(a.Account)); err != nil {
		return err
	}
	err := s.DB.WriteLatest(ctx, func(tx *db.Tx) error { return jobs.Cancel(tx, job) })
	if fault.Is(err, fault.Conflict) { // it has run: twice the same is once
		return nil
	}
	return err
}

// accept does what was left undone. An account that was closed meanwhile has no duties.
func (s *Service) accept(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	var a acceptArgs
	if err := json.Unmarshal(j.Args, &a); err != nil {
		return fault.New(fault.Invalid, "web.fault.invalid.text").Because(err)
	}
	var account Account
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		account, err = findAccount(tx, a.Account)
		return err
	})
	if err != nil || account.State == Closed {
		return err
	}
	return s.Staff.Accepted(ctx, a.Officer, string(a.Account))
}
