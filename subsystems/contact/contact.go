package contact

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"praya/kernel/fault"
	"praya/kernel/lang"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/db"
	"praya/platform/files"
	"praya/platform/jobs"
	"praya/platform/post"
	"praya/platform/sign"
	"praya/platform/web"
	"praya/platform/words"
	"praya/subsystems/contact/cases"
	"praya/subsystems/contact/knowledge"
	"praya/subsystems/contact/mail"
	"praya/subsystems/contact/queue"
	"praya/subsystems/contact/triage"
	"praya/subsystems/contact/voice"
)

// Service joins calls, the queue and cases. Its fields are given by app/wire.go.
type Service struct {
	DB     *db.DB
	Keys   *sign.Ring
	Files  *files.Store
	Policy *access.Policy
	Words  *words.Book
	Clock  when.Clock
	Log    *slog.Logger

	Voice *voice.Service
	Queue *queue.Service
	Cases *cases.Service

	Knowledge *knowledge.Service
	Triage    *triage.Service

	Tapes *voice.Spool

	People  cases.People
	Mail    *mail.Server // nil: none comes in
	Post    *post.Server // nil: none goes out
	Address string       // ours
	Number  string       // ours, that people call

	// Listens says whether a telephone line is configured at all.
	Listens bool
	// CallsBack says whether numbers outside can be dialled.
	CallsBack bool
	// Retention is how long recordings are kept.
	Retention time.Duration

	keeping sync.Mutex // of recordings: one at a time leaves the spool
	mu      sync.Mutex
	talks   map[queue.CallID]*talk
	offered map[string]offer      // by agent
	looked  map[queue.CallID]bool // whose number was shown, and stands in the audit trail
}

// Open prepares what the use cases need. It is called once, before anything else.
func (s *Service) Open() {
	s.talks, s.offered, s.looked = map[queue.CallID]*talk{}, map[string]offer{}, map[queue.CallID]bool{}
	s.Voice.Incoming, s.Voice.Transfer = s.incoming, s.transfer
	s.Queue.Acts, s.Voice.Reach = s.act, s.Queue.Reach
	s.Queue.Rules.Connected = s.Listens
	s.Queue.Recordings = s.recordingPath
	s.Cases.Send, s.Cases.Caller, s.Cases.Called, s.Cases.Ways, s.Cases.Recorded = s.send, s.caller, s.called, s.ways, s.recorded
	s.Cases.Beside, s.Cases.Sorted, s.Cases.Erased, s.Cases.Alike = s.beside, s.sorted, s.erased, s.alike
	s.Triage.Lessons, s.Triage.Answer = s.lessons, s.answerName
	if s.Mail != nil {
		s.Mail.Deliver = s.takeMail
	}
}

// Run answers calls and takes mail until the context ends. A line that can't be opened, because
// something else has it, is logged and said at the start; the rest of the program goes on.
func (s *Service) Run(ctx context.Context) error {
	ctx = who.AsSystem(ctx, who.Production)
	var work sync.WaitGroup
	var err error
	work.Go(func() { s.keepLeft(ctx) })
	work.Go(func() { s.chase(ctx) })
	work.Go(func() { err = s.Queue.Run(ctx) })
	if s.Listens {
		work.Go(func() { s.note(ctx, "telephone", s.Voice.Run(ctx)) })
	}
	if s.Mail != nil {
		work.Go(func() { s.note(ctx, "mail", s.Mail.Run(ctx)) })
	}
	work.Wait()
	return err
}

// Telephone is where calls are answered, or why they aren't.
func (s *Service) Telephone() string {
	b := s.Voice.Bound()
	if b.Err != nil {
		return b.Err.Error()
	}
	var out []string
	for network, a := range map[string]netip.AddrPort{"udp": b.UDP, "tcp": b.TCP, "tls": b.TLS} {
		if a.IsValid() {
			out = append(out, network+" "+a.String())
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// chase asks, each quarter of an hour, for the clocks of all cases to be looked at. Of several
// processes one does it.
func (s *Service) chase(ctx context.Context) {
	for {
		quarter := queue.Quarter.Start(s.Clock())
		s.note(ctx, "clocks of cases", s.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := jobs.Enqueue(tx, jobs.Job{Kind: cases.JobChase, Key: quarter})
			return err
		}))
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
	}
}

// talkOf finds a call that is on this process's lines.
func (s *Service) talkOf(id queue.CallID) *talk {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talks[id]
}

// language is how a language of the telephone is written.
func language(spoken string) lang.Lang {
	switch spoken {
	case queue.English:
		return lang.EN
	case queue.Putonghua:
		return lang.SC
	}
	return lang.TC
}

// caller is who called, for an agent who opens a case of the call.
func (s *Service) caller(tx *db.Tx, call string) (phone string, l lang.Lang, err error) {
	known, err := s.Queue.Call(tx, queue.CallID(call))
	if err != nil {
		return "", "", err
	}
	phone, err = s.Queue.NumberOf(tx, known.ID)
	return phone, language(known.Language), err
}

func (s *Service) called(tx *db.Tx, call string, of cases.CaseID) error {
	return s.Queue.Link(tx, queue.CallID(call), string(of))
}

// recorded leads to the recordings of a call, for those who may hear them.
func (s *Service) recorded(tx *db.Tx, call string) (paths []string, err error) {
	all, err := recordingsOf(tx, call)
	for _, r := range all {
		paths = append(paths, recordingsPath+"/"+r.ID)
	}
	return paths, err
}

// ways are the telephone and the mail, for the centre's front page.
func (s *Service) ways(v *web.View) (out []web.Task) {
	out = append(out, web.Task{Text: v.T("contact.ways.answers"), Hint: v.T("contact.ways.answers-text"), Path: "/contact/answers"})
	if s.Number != "" {
		out = append(out, web.Task{Text: v.T("contact.ways.call", "number", s.Number), Hint: v.T("contact.ways.call-text"), Path: "tel:" + strings.ReplaceAll(s.Number, " ", "")})
	}
	if s.Address != "" {
		out = append(out, web.Task{Text: v.T("contact.ways.mail", "address", s.Address), Hint: v.T("contact.ways.mail-text"), Path: "mailto:" + s.Address})
	}
	return append(out, web.Task{Text: v.T("contact.ways.figures"), Hint: v.T("contact.ways.figures-text"), Path: "/contact/figures"})
}

func noCall() error { return fault.New(fault.Conflict, "contact.fault.no-call") }
