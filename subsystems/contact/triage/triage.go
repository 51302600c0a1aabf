package triage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"

	"praya/kernel/fault"
	"praya/kernel/when"
	"praya/kernel/who"
	"praya/platform/access"
	"praya/platform/audit"
	"praya/platform/db"
	"praya/platform/jobs"
	"praya/platform/sign"
	"praya/platform/words"
)

// The questions that the centre asks of a case; others may be taught as well.
const (
	Kind       = "kind"
	Category   = "category"
	Department = "department"
	Language   = "language"
	Urgency    = "urgency"
)

// The jobs of this folder: JobTrain learns anew, daily; JobRefresh seals models with the present key.
const (
	JobTrain   = "contact.triage.train"
	JobRefresh = "contact.triage.refresh"
)

// Service has the use cases. Its fields are given by whoever puts the program together.
type Service struct {
	DB     *db.DB
	Keys   *sign.Ring
	Policy *access.Policy
	Words  *words.Book
	Clock  when.Clock
	Log    *slog.Logger
	// Lessons gives the centre's sorted cases, the newest first, until yield returns false.
	Lessons func(ctx context.Context, yield func(Lesson) bool) error
	// Answer says in a reader's language what an answer of a question is called; nil: by its code.
	Answer func(ctx context.Context, question, answer string) string

	mu     sync.Mutex
	loaded map[who.Realm]loaded
}

// loaded is a model in memory.
type loaded struct {
	number int64
	model  *Model
}

// What training takes at most, and the seed that makes it repeatable.
const (
	mostLessons = 20_000
	seed        = 1823
)

func numbered(n int64) string { return strconv.FormatInt(n, 10) }

func numberOf(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0 // before the first
	}
	return n
}

func modelPlace(realm who.Realm, number int64) sign.Place {
	return sign.Place{Realm: realm, Table: "contact_triage_models", Column: "model", ID: numbered(number)}
}

// Retrain is the job that learns anew: from the centre's cases, with what people chose instead of a
// proposal in its place. For each question the older model stays when it does better on what is held out.
// When no lesson is new and none changed it learns nothing, and the report says so.
func (s *Service) Retrain(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
	lessons, err := s.gather(ctx)
	if err != nil {
		return err
	}
	report := func(done int64) {
		if p != nil {
			p.Report(ctx, done, 3, "")
		}
	}
	report(1)
	taught := fingerprint(lessons)
	if same, err := s.nothingNew(ctx, taught); same || err != nil {
		return err
	}
	model, figures := Train(lessons, seed)
	if err := ctx.Err(); err != nil {
		return err
	}
	old, before, err := s.present(ctx)
	if err != nil {
		return err
	}
	model = better(model, old, &figures, lessons)
	report(2)
	figures.Threshold, figures.At, figures.Taught = Threshold, s.Clock(), taught
	encoded, err := model.Encode()
	if err != nil {
		return err
	}
	realm := who.From(ctx).Realm
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		number, err := newestNumber(tx)
		if err != nil {
			return err
		}
		if number != before {
			return fault.New(fault.Conflict, "triage.fault.overtaken")
		}
		sealed, err := s.Keys.Encrypt(modelPlace(realm, number+1), encoded)
		if err != nil {
			return err
		}
		return errors.Join(insertModel(tx, stored{number + 1, figures, sealed}), audit.Record(tx, audit.Act{What: "triage.trained", On: numbered(number + 1), Outcome: audit.Done}))
	})
}

// nothingNew reports whether the newest model learned from the same lessons, and then notes that this
// was looked at.
func (s *Service) nothingNew(ctx context.Context, taught string) (same bool, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		last, err := newest(tx)
		if same = err == nil && last.report.Taught == taught; !same {
			if fault.Is(err, fault.NotFound) {
				err = nil // the first time
			}
			return err
		}
		last.report.Looked = tx.Now()
		return looked(tx, last)
	})
	return same, err
}

// fingerprint is a hash of the lessons' ids and answers; a case's first words never change.
func fingerprint(lessons []Lesson) string {
	sum := sha256.New()
	for _, l := range lessons {
		fmt.Fprintf(sum, "%q", l.ID)
		for _, q := range slices.Sorted(maps.Keys(l.Labels)) {
			fmt.Fprintf(sum, " %q %q", q, l.Labels[q])
		}
		fmt.Fprintln(sum)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// gather reads the lessons, and puts what people chose into them.
func (s *Service) gather(ctx context.Context) ([]Lesson, error) {
	choices, err := s.choices(ctx)
	if err != nil {
		return nil, err
	}
	var out []Lesson
	err = s.Lessons(ctx, func(l Lesson) bool {
		labels := map[string]string{}
		for q, a := range l.Labels {
			if known := q != "" && len(q) <= maxName && a != "" && len(a) <= maxName; known {
				labels[q] = a
			}
		}
		for _, c := range choices[l.ID] {
			labels[c.question] = c.chosen
		}
		out = append(out, Lesson{l.ID, shortened(l.Text), labels})
		return len(out) < mostLessons
	})
	return out, err
}

const choicePage = 1000

func (s *Service) choices(ctx context.Context) (map[string][]choice, error) {
	out := map[string][]choice{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		clear(out)
		for after := (choice{}); ; {
			all, err := choicesAfter(tx, after, choicePage)
			if err != nil || len(all) == 0 {
				return err
			}
			for _, c := range all {
				out[c.caseID] = append(out[c.caseID], c)
			}
			after = all[len(all)-1]
		}
	})
	return out, err
}

// better takes for each question the new answers or the old ones, whichever do better on what is held
// out now; the old model never saw it either, since the same ids are held out for ever.
func better(model, old *Model, report *Report, lessons []Lesson) *Model {
	out := &Model{answerers: map[string]*answerer{}}
	if model != nil {
		for q, a := range model.answerers {
			out.answerers[q] = a
		}
	}
	for i := range report.Questions {
		f := &report.Questions[i]
		a := out.answerers[f.Question]
		f.Taken = a != nil
		if a == nil || old == nil || old.answerers[f.Question] == nil {
			continue
		}
		was := old.answerers[f.Question]
		if _, macro := score(was, was.heldOut(f.Question, lessons)); macro > f.MacroF1 {
			out.answerers[f.Question], f.Taken, f.Kept = was, false, macro
		}
	}
	return out
}

// heldOut are the lessons of a question that are held out, as an answerer sees them.
func (a *answerer) heldOut(q string, lessons []Lesson) (out []example) {
	index := map[string]int{}
	for i, x := range a.answers {
		index[x] = i + 1
	}
	for _, l := range lessons {
		if held, _ := part(l.ID); held && l.Labels[q] != "" {
			out = append(out, example{v: a.vector(counted(l.Text)), answer: index[l.Labels[q]] - 1})
		}
	}
	return out
}

// present is the model that proposes now, with its number; nil and 0 for none.
func (s *Service) present(ctx context.Context) (*Model, int64, error) {
	realm := who.From(ctx).Realm
	var number int64
	if err := s.DB.ReadLatest(ctx, func(tx *db.Tx) (err error) { number, err = newestNumber(tx); return err }); err != nil || number == 0 {
		return nil, 0, err
	}
	s.mu.Lock()
	known := s.loaded[realm]
	s.mu.Unlock()
	if known.number == number {
		return known.model, number, nil
	}
	var sealed []byte
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { sealed, err = sealedModel(tx, number); return err }); err != nil {
		return nil, 0, err
	}
	plain, err := s.Keys.Decrypt(modelPlace(realm, number), sealed)
	if err != nil {
		return nil, 0, err
	}
	m, err := Decode(plain)
	if err != nil {
		return nil, 0, err
	}
	s.mu.Lock()
	if s.loaded == nil {
		s.loaded = map[who.Realm]loaded{}
	}
	s.loaded[realm] = loaded{number, m}
	s.mu.Unlock()
	return m, number, nil
}

// Propose says what a text is about, where it is sure enough; without a model it says nothing.
func (s *Service) Propose(ctx context.Context, text string) (map[string]Proposal, error) {
	m, _, err := s.present(ctx)
	out := map[string]Proposal{}
	if m == nil || err != nil {
		return out, err
	}
	for q, p := range m.Propose(text) {
		if p.Confidence >= Threshold {
			out[q] = p
		}
	}
	return out, nil
}

// Corrected notes what a person chose after a proposal was shown, also when they agreed.
func (s *Service) Corrected(tx *db.Tx, caseID, question, proposed, chose string) error {
	for _, x := range []string{caseID, question, proposed, chose} {
		if x == "" || len(x) > maxName {
			return fault.New(fault.Invalid, "triage.fault.choice")
		}
	}
	return choose(tx, caseID, question, proposed, chose)
}

// Chose notes what a person chose where nothing was proposed: a lesson, and no verdict on a proposal.
func (s *Service) Chose(tx *db.Tx, caseID, question, chose string) error {
	for _, x := range []string{caseID, question, chose} {
		if x == "" || len(x) > maxName {
			return fault.New(fault.Invalid, "triage.fault.choice")
		}
	}
	return choose(tx, caseID, question, "", chose)
}

// Forget takes away what people chose for a case: it goes with the case.
func (s *Service) Forget(tx *db.Tx, caseID string) error { return forget(tx, caseID) }

// Newest is the last report; false when nothing was trained yet.
func (s *Service) Newest(tx *db.Tx) (Report, bool, error) {
	x, err := newest(tx)
	if fault.Is(err, fault.NotFound) {
		return Report{}, false, nil
	}
	return x.report, err == nil, err
}

// Choices counts by question how often people agreed with proposals, and how often not.
func (s *Service) Choices(tx *db.Tx) (map[string]Chosen, error) { return chosen(tx) }

// Stale counts the models of a realm that are sealed with an older key.
func (s *Service) Stale(ctx context.Context) (n int64, err error) {
	mark, err := s.Keys.Mark()
	if err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = staleModels(tx, mark)
		return err
	})
	return n, err
}

// Refresh is the job that seals models anew with the present key, where an older one sealed them.
func (s *Service) Refresh(ctx context.Context, _ jobs.Job, p *jobs.Progress) error {
	if n, err := s.Stale(ctx); n == 0 || err != nil {
		return err
	}
	return s.Keys.RefreshColumns(ctx, s.DB, []sign.Column{{
		Read: sealedModels, Place: func(tx *db.Tx, r sign.Row) sign.Place { return modelPlace(tx.Realm(), numberOf(r.ID)) }, Write: resealModel,
	}}, func(done int64) {
		if p != nil {
			p.Report(ctx, done, 0, "")
		}
	})
}
