package process

import (
	"context"
	"encoding/json"
	"errors"

	"praya/kernel/fault"
	"praya/platform/db"
	"praya/platform/jobs"
)

// The kinds of jobs.
const (
	JobTimer     = "services.process.timer"
	JobOperation = "services.process.operation"
	JobStart     = "services.process.start"
)

// attempts is how often an operation is tried before its instance fails.
const attempts = 8

// Jobs registers what fires timers and runs operations.
func (s *Service) Jobs(q *jobs.Queue) {
	q.Register(JobTimer, s.fire, jobs.Options{})
	q.Register(JobStart, s.begin, jobs.Options{})
	q.Register(JobOperation, s.work, jobs.Options{Attempts: attempts, Workers: 2})
}

// waiting reads the instance and the wait that a job is about; no wait when nobody waits any more:
// the job came twice, or too late.
func (s *Service) waiting(tx *db.Tx, raw []byte, kind WaitKind) (r row, w *wait, err error) {
	var a arguments
	if err = json.Unmarshal(raw, &a); err != nil {
		return r, nil, err
	}
	r, err = s.row(tx, a.Instance)
	if err != nil || r.State.Over() {
		return r, nil, err
	}
	if w = r.stands.wait(a.Wait); w != nil && w.Kind != kind {
		w = nil
	}
	return r, w, err
}

// fire lets a timer go off.
func (s *Service) fire(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		r, w, err := s.waiting(tx, j.Args, ForTimer)
		if err != nil || w == nil {
			return err
		}
		if tx.Now().Before(w.Until) { // a clock that went back: the job is tried again
			return fault.New(fault.Unavailable, "process.too-early")
		}
		w.Row = "" // this job: it ends by itself
		_, err = s.step(tx, r, "", false, func(x *run) error {
			x.come(w, "")
			return x.move()
		})
		return err
	})
}

// work runs an operation and the steps after it in one transaction. The last failure leaves the
// instance failed, for a person to look at.
func (s *Service) work(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		r, w, err := s.waiting(tx, j.Args, ForJob)
		if err != nil || w == nil {
			return err
		}
		w.Row = ""
		_, err = s.step(tx, r, "", false, func(x *run) error {
			t := x.s.token(w.Token)
			t.Stuck = ""
			x.operate(t, x.m.Nodes[w.Node])
			return x.move()
		})
		return err
	})
	if err != nil && ctx.Err() == nil && (j.Attempts >= attempts || fault.Is(err, fault.Invalid)) {
		return errors.Join(err, s.giveUp(ctx, j))
	}
	return err
}

func (s *Service) giveUp(ctx context.Context, j jobs.Job) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		r, w, err := s.waiting(tx, j.Args, ForJob)
		if err != nil || w == nil {
			return err
		}
		_, err = s.step(tx, r, "", false, func(x *run) error {
			x.stick(x.s.token(w.Token), "operation")
			return x.move()
		})
		return err
	})
}

// cancelCalled cancels the process that a callActivity runs, when that is interrupted.
func (s *Service) cancelCalled(tx *db.Tx, w *wait) error {
	if w.Row == "" {
		return nil
	}
	r, err := s.row(tx, w.Row)
	if err != nil || r.State.Over() {
		return err
	}
	return s.Cancel(tx, r.ID, callerGone)
}
