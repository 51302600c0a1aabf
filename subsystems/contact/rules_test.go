package contact

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"praya/kernel/fault"
	"praya/kernel/who"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/queue"
)

// officer is somebody in a role.
func (w *world) officer(id, role string) context.Context {
	return who.With(w.system, who.Request{Realm: who.Production, Actor: who.Actor{Kind: who.Officer, ID: id, Duty: who.Duty{Officer: id, Department: "DPO", Roles: role}}})
}

// recorded is a conversation of two seconds that an agent had.
func (w *world) recorded(call queue.CallID, agent string) string {
	w.Helper()
	w.ok(w.Queue.PutAgent(w.system, queue.Agent{Account: agent, Languages: queue.Languages(), Skills: []string{queue.AllSkills}}))
	w.ok(w.Queue.SetState(w.system, agent, queue.Ready))
	w.ok(w.Queue.Arrive(w.system, queue.Caller{ID: call, Language: queue.English, Arrived: w.now()}, "91234567"))
	for end := time.Now().Add(10 * time.Second); w.Queue.Answered(w.system, call, agent) != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatal("the call is never offered")
		}
	}
	t := w.record(w.system, call, ofTalk)
	second := bytes.Repeat([]byte{0x10, 0x90}, 8000)
	w.ok(t.Write(second))
	w.ok(t.Write(second))
	w.ok(t.Close())
	w.keep(w.system, t)
	return t.id
}

func TestRecordingsAndCallsByRole(t *testing.T) {
	each(t, func(w *world) {
		w.runs(w.Queue.Run)
		for end := time.Now().Add(10 * time.Second); !w.Queue.Holding(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the queue does not run")
			}
		}
		const call = queue.CallID("01a20467-1e64-7483-9ad7-d8dff812c351")
		name := w.recorded(call, "agent-1")
		own, other, clerk := w.officer("agent-1", cases.AgentRole), w.officer("agent-2", cases.AgentRole), w.officer("clerk", cases.OfficerRole)
		head := w.officer("head", cases.SupervisorRole)
		for who, ctx := range map[string]context.Context{"own": own, "head": head} {
			r, err := w.Recording(ctx, name)
			w.ok(err)
			var wav bytes.Buffer
			w.ok(w.Listen(ctx, r, &wav))
			if !strings.HasPrefix(wav.String(), "RIFF") || wav.Len() < 2*16_000 {
				t.Errorf("%s hears %d bytes", who, wav.Len())
			}
		}
		for who, ctx := range map[string]context.Context{"other agent": other, "clerk": clerk} {
			if _, err := w.Recording(ctx, name); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
		for what, do := range map[string]func(context.Context) error{
			"console": func(ctx context.Context) error { _, err := w.Console(ctx); return err }, "answer": w.Answer, "hold": w.Hold, "end": w.HangUp, "transfer": w.Transfer,
			"telephone": func(ctx context.Context) error { _, _, err := w.NewPhone(ctx); return err },
			"write":     func(ctx context.Context) error { return w.WriteDown(ctx, call, Written{}) },
			"dial":      func(ctx context.Context) error { return w.Conference(ctx, "21801234") },
		} {
			if err := do(clerk); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a clerk's %s: %v", what, err)
			}
		}
		w.ok(w.Queue.PutAgent(w.system, queue.Agent{Account: "agent-2", Languages: queue.Languages()}))
		for what, do := range map[string]func(context.Context) error{
			"hold": w.Hold, "end": w.HangUp, "transfer": w.Transfer,
			"write": func(ctx context.Context) error { return w.WriteDown(ctx, call, Written{Enquiry: true, AtFirst: true}) },
			"dial":  func(ctx context.Context) error { return w.Conference(ctx, "21801234") },
		} {
			if err := do(other); !fault.Is(err, fault.Conflict) {
				t.Errorf("another agent's %s: %v", what, err)
			}
		}
		w.ok(w.Queue.Ended(w.system, call))
		w.ok(w.WriteDown(own, call, Written{Enquiry: true, AtFirst: true}))
	})
}

func TestRetentionTakesOutBlobAndRow(t *testing.T) {
	each(t, func(w *world) {
		t := w.record(w.system, "01a20467-1e64-7483-9ad7-d8dff812c352", ofMessage)
		w.ok(t.Write(bytes.Repeat([]byte{0x10, 0x90}, 8000)))
		w.ok(t.Close())
		w.keep(w.system, t)
		head := w.officer("head", cases.SupervisorRole)
		r, err := w.Recording(head, t.id)
		w.ok(err)
		blobs := func() (n int) {
			for b, err := range w.Files.List(w.system) {
				w.ok(err)
				if b.Address == files.Address(r.Address) {
					n++
				}
			}
			return n
		}
		w.move.Add(int64(89 * 24 * time.Hour))
		w.ok(w.Forget(w.system, jobs.Job{}, nil))
		if _, err := w.Recording(head, t.id); err != nil || blobs() != 1 {
			w.Errorf("gone before its time: %v", err)
		}
		w.move.Add(int64(2 * 24 * time.Hour))
		w.ok(w.Forget(w.system, jobs.Job{}, nil))
		if _, err := w.Recording(head, t.id); !fault.Is(err, fault.NotFound) || blobs() != 0 {
			w.Errorf("still there: %v", err)
		}
	})
}

// TestCallBackNeedsALine: without a trunk nobody is promised what can't be done.
func TestCallBackNeedsALine(t *testing.T) {
	t.Parallel()
	s := &Service{}
	if s.mayCallBack(&talk{number: "91234567"}) {
		t.Error("offered without a line")
	}
	s.CallsBack = true
	if s.mayCallBack(&talk{}) || !s.mayCallBack(&talk{number: "91234567"}) {
		t.Error("offered to a withheld number, or not to a known one")
	}
}
